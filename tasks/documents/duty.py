"""Who is responsible for a measure, as which, and by when: out of brackets, labelled lines, or a table's cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from ..choices import AssignmentRole
from . import lines, names, timeframe
from .names import Known
from .parsed import Doubt, Kind, Part
from .text import cut, plain, standard, trimmed

SOLE, LEAD, CO, JOINT = AssignmentRole.SOLE, AssignmentRole.LEAD, AssignmentRole.CO, AssignmentRole.JOINT
# What a group of names is called, before it is known who stands beside it.
LEADING, ANSWERING, SHARING, SUPPORTING, NAMELESS = "leading", "answering", "sharing", "supporting", ""
CONTRARY = "contrary"  # to the label or the head of the column
TIME = "time"
LONGEST_TIME = 30  # of a bracket that says only when

LABELS = {
    LEADING: "牵头责任单位|牵头责任部门|牵头实施单位|总牵头单位|牵头单位|牵头部门|牵头科室|牵头处室"
    "|主要责任单位|第一责任单位|主责单位|主责部门|主办单位",
    SUPPORTING: "配合责任单位|配合责任部门|配合单位|配合部门|配合处室|配合科室|协办单位|协作单位|协助单位|协助部门"
    "|协同单位|协同部门|参与单位|参与部门|参加单位|支持单位",
    ANSWERING: "责任单位|责任部门|负责单位|负责部门|承办单位|承办部门|实施单位|实施主体|落实单位|责任主体|责任分工"
    "|责任处室|责任科室",
    TIME: "完成时限|完成时间|时限要求|时间要求|办结时限|时间节点|时间安排|进度安排|完成期限|时间进度|时限",
}
LABEL = re.compile("|".join(f"(?P<{kind}>{words})" for kind, words in LABELS.items()))
# 责任单位：, 【责任单位】, 责任单位（第一个为牵头单位）：
COLON = re.compile(rf"(?P<open>[\[【〔])?(?:{LABEL.pattern})(?(open)[\]】〕]\s*:?|(?:\([^()]{{0,30}}\))?\s*:)\s*")
TAIL = 40  # characters at the end of a clause in which its role is looked for
ROLES = (
    (
        LEADING,
        re.compile(
            r"(?:负责|具体|统一|总|分别|共同|联合)*牵头(?:负责|组织实施|组织|落实|实施|推进|推动|抓总|统筹|协调|完成|办理|做好|主办|承办)*$"
            r"|[作]?为(?:总)?牵头(?:责任)?(?:单位|部门)$"
        ),
    ),
    (
        SHARING,
        re.compile(
            r"(?:按照?|依照?|依据|根据)?(?:各自|部门|自身|本部门|本单位)?(?:工作|任务)?(?:职责|职能|分工)(?:范围|权限)?(?:任务)?(?:分工)?"
            r"(?:分别|共同|抓好|做好|具体|各自|认真)*(?:负责|落实|承担|组织实施|实施|推进|完成|办理)(?:落实|实施|推进)?$"
        ),
    ),
    (
        SUPPORTING,
        re.compile(
            r"(?:(?:按照?|依照?|依据|根据)(?:各自)?(?:职责|职能)(?:分工)?)?"
            r"(?:积极|密切|全力|主动|协同|共同|分别|予以|给予|做好|提供|加强)*(?:配合|参与|参加|协助|协同|支持)(?:落实|实施|做好|推进|完成|工作)*$"
            r"|[作]?为(?:协助|配合)(?:责任)?(?:单位|部门)$"
        ),
    ),
    (
        ANSWERING,
        re.compile(
            r"(?:分别|共同|具体|(?<=[局委办部厅院])组织|全面|直接|主要|统一|总)*负责(?:组织实施|组织|落实|实施|推进|完成|办理|抓好|做好|牵头)*$"
            r"|组织实施$|[作]?为责任(?:单位|部门)$"
        ),
    ),
)
# What somebody does who may lead, answer or help: it ends a name, and which of them it is is asked.
UNSURE = re.compile(
    r"(?:共同|联合|具体|协同|分别|统一|继续|负责)*"
    r"(?:统筹|抓总|主抓|抓好|督促|指导|监督|协调|推进|推动|实施|(?<![党团会业介体])组织|落实|完成|承担|办理|督办|调度|做好|把关|主办|承办|协办)+(?:工作|到位)?$"
)
# What else tells that somebody is named, though not as which; in brackets 主办 alone is said of events as well.
HOSTING = re.compile(r"(?:承办|协办)(?:工作)?$")
HOSTED = re.compile(r"(?:主办|承办|协办)(?:工作)?$")
MARKED = re.compile(
    r"\((牵头|牵头单位|牵头部门|主办|主责|第一责任单位|负责|责任单位|承办|配合|配合单位|配合部门|协办|参与)\)$"
)
MARKS = {
    **dict.fromkeys(("牵头", "牵头单位", "牵头部门", "主责", "第一责任单位"), LEADING),
    **dict.fromkeys(("负责", "责任单位"), ANSWERING),
    **dict.fromkeys(("配合", "配合单位", "配合部门", "参与"), SUPPORTING),
    **dict.fromkeys(("主办", "承办", "协办"), NAMELESS),
}
BRACKETED = re.compile(r"\(([^()]*)\)$")
BEFORE_NAMES = ("由", "请")


@dataclass
class Group:
    """Names that stand together, and what they are called; ``words`` are those of the text."""

    kind: str
    names: list[names.Name]
    words: str
    line: int


@dataclass
class Clues:
    """What one or several places say of one measure."""

    groups: list[Group] = field(default_factory=list)
    times: list[tuple[str, int, int, int]] = field(default_factory=list)  # text, line, start, end
    said: list[str] = field(default_factory=list)  # the responsibility in the words of the text
    doubts: list[Doubt] = field(default_factory=list)
    convention: tuple[int, int, int] | None = None  # line, start, end of the words by which the first of a list leads

    @property
    def is_empty(self) -> bool:
        return not (self.groups or self.times)


def is_duty(text: str) -> bool:
    """Whether a span in brackets speaks of who or of when: anything else in brackets belongs to the wording."""
    words = plain(text)
    return bool(COLON.search(words)) or _says_who(words, 0, len(words)) or is_time(words) or _lists(words)


def is_time(text: str) -> bool:
    """Whether a span in brackets is a time and nothing else."""
    return len(text) <= LONGEST_TIME and timeframe.is_one(text)


def _lists(words: str) -> bool:
    """Whether a span is a list of offices and a time, with no word of what the offices are."""
    pieces = [words[first:last] for one, other in cut(words, ";。") for first, last in cut(words, "、, ", one, other)]
    times = sum(timeframe.is_one(piece) for piece in pieces)
    return 0 < times < len(pieces) and all(
        timeframe.is_one(each) or names.OFFICE.search(UNSURE.sub("", each)) for each in pieces
    )


def _says_who(words: str, start: int, end: int, hosting: re.Pattern[str] = HOSTING) -> bool:
    """Whether somebody stands before a word that says what he is: in （牵头） alone nobody does."""
    return any(
        match.start() > one
        for one, other in cut(words, ";。", start, end)
        for first, last in cut(words, "、,", one, other)
        for pattern in (*(pattern for _kind, pattern in ROLES), hosting)
        if (match := pattern.search(words, max(first, last - TAIL), last))
    )


def begins_with_label(text: str) -> bool:
    """Whether a line begins with 牵头单位： or the like, or with people before it."""
    words = plain(text).lstrip()
    return bool(COLON.match(words) or (lines.PERSON.match(words) and COLON.search(words)))


def collect(
    text: str, line: int, known: Known, start: int = 0, end: int | None = None, kind: str = "", words: str | None = None
) -> Clues:
    """
    What a span of a line says. ``kind`` is what a table's column is headed; ``words`` are the line in plain form.

    Two labels after each other are two spans; what stands before the first is read as a sentence.
    """
    words, clues = plain(text) if words is None else words, Clues()
    end = len(text) if end is None else end
    if stated := lines.FIRST_LEADS.search(words, start, end):
        clues.convention = (line, *stated.span())
    if kind:
        _labelled(text, words, kind, start, start, end, line, known, clues)
        return clues
    found = list(COLON.finditer(words, start, end))
    before = found[0].start() if found else end
    for first, last in cut(words, ";。", start, before):
        _clause(text, words, first, last, line, known, clues)
    for match, upto in zip(found, [*(each.start() for each in found[1:]), end], strict=False):
        first, last = trimmed(words, match.end(), upto, ";,。")
        _labelled(text, words, str(match.lastgroup), match.start(), first, last, line, known, clues)
    return clues


def _labelled(
    text: str, words: str, kind: str, label: int, start: int, end: int, line: int, known: Known, clues: Clues
) -> None:
    """What stands after a label, which begins at ``label``, or in the column of a table."""
    start, end = trimmed(words, start, end, ";,。")
    if words[start:end] in names.NOTHING:
        return
    if kind == TIME:
        clues.times.append((text[start:end], line, start, end))
        return
    clauses = cut(words, ";。", start, end)
    apart = [_apart(words, first, _aside(words, first, last), known) for first, last in clauses]
    who = [span for spans, _when in apart for span in spans]
    clues.times += [(text[first:last], line, first, last) for _who, when in apart for first, last in when]
    said = "；".join("，".join(text[first:last] for first, last in spans) for spans, _when in apart if spans)
    clues.said.append(text[label:start] + said if said else "")
    clues.said += [text[at:last] for first, last in clauses if (at := _aside(words, first, last)) < last]
    if any(_says_who(words, first, last, HOSTED) for first, last in who):
        before = len(clues.groups)
        for first, last in who:
            _phrase(words, first, last, line, known, clues)
        for group in clues.groups[before:]:
            group.kind = CONTRARY if kind != ANSWERING and group.kind != kind else group.kind
        return
    for first, last in who:
        _group(words, kind, first, last, line, known, clues)


def _clause(text: str, words: str, start: int, end: int, line: int, known: Known, clues: Clues) -> None:
    """X牵头,Y、Z按职责分工负责, with or without when, between commas as well."""
    aside = _aside(words, start, end)
    who, when = _apart(words, start, aside, known)
    clues.times += [(text[first:last], line, first, last) for first, last in when]
    said = [*who, (aside, end)] if aside < end else who
    clues.said.append("，".join(text[first:last].strip() for first, last in said))
    for first, last in who:
        _phrase(words, first, last, line, known, clues)


def _aside(words: str, start: int, end: int) -> int:
    """Where in a clause begins what is said of people, or of the whole document; its end where nothing is."""
    for first, last in cut(words, ",", start, end):
        is_person = lines.PERSON.match(words, first, last)
        if is_person or lines.states_convention(words[first:last]) or lines.ONCE.search(words, first, last):
            bracket = words.find("(", first, last)
            is_beside = not is_person and bracket > first and lines.states_convention(words[bracket:last])
            return bracket if is_beside and not lines.states_convention(words[first:bracket]) else first
    return end


Spans = list[tuple[int, int]]


def _apart(words: str, start: int, end: int, known: Known) -> tuple[Spans, Spans]:
    """What of a clause speaks of who, and what of when; pieces that stand beside each other are together."""
    who: Spans = []
    when: Spans = []
    if timeframe.is_one(words[start:end]):
        return who, [(start, end)]
    before: Spans | None = None
    for first, last in cut(words, "、,", start, end):
        at = _time_at(words, first, last, known)
        for spans, one, other in ((who, first, at), (when, at, last)):
            if one < other and spans is before:
                spans[-1] = (spans[-1][0], other)
            elif one < other:
                spans.append((one, other))
                before = spans
    return who, when


def _time_at(words: str, start: int, end: int, known: Known) -> int:
    """Where in a piece between commas a time begins; its end where none does. 甲局2026年6月底前 is both."""
    hint = timeframe.HINT.search(words, start, end)
    if timeframe.is_one(words[start:end]) and names.same(words[start:end]) not in known:
        return start
    if hint is None or names.same(words[start:end]) in known:
        return end
    for at in range(max(start + 2, hint.start() - 2), hint.start() + 1):
        is_somebody = names.OFFICE.search(words[start:at].rstrip()) or _says_who(words, start, at)
        if is_somebody and timeframe.is_one(words[at:end]):
            return at
    may_be_somebody = names.OFFICE.search(words[start : hint.start()].rstrip("("))
    return end if may_be_somebody or not timeframe.is_timely(words[start:end]) else start


def _phrase(words: str, start: int, end: int, line: int, known: Known, clues: Clues) -> None:
    """Names gather until one of them ends in what they are; names after the last such word are without a role."""
    begun: int | None = None
    last = start
    for first, last in cut(words, "、,", start, end):
        begun = first if begun is None else begun
        for kind, pattern in (*ROLES, (NAMELESS, UNSURE)):
            if match := pattern.search(words, max(first, last - TAIL), last):
                _group(words, kind, begun, match.start(), line, known, clues, words[match.start() : last])
                begun = None
                break
    if begun is not None:
        _group(words, NAMELESS, begun, last, line, known, clues)


def _group(words: str, kind: str, start: int, end: int, line: int, known: Known, clues: Clues, said: str = "") -> None:
    found: list[names.Name] = []
    for name in names.split(words, *trimmed(words, start, end, ",、"), known):
        bare, mark = _bare(name, line, known, clues)
        if mark:
            if found:
                clues.groups.append(Group(kind, found, said, line))
            clues.groups.append(Group(MARKS[mark], [bare], mark, line))
            found = []
        elif bare.text:
            found.append(bare)
    if found:
        clues.groups.append(Group(kind, found, said, line))


def _bare(name: names.Name, line: int, known: Known, clues: Clues) -> tuple[names.Name, str]:
    """A name without what stands before and after it, and the role that a bracket after it gives."""
    text, start = name.text, name.start

    def is_known() -> bool:
        return names.same(text) in known

    if name.is_torn and not is_known():
        asked = _("“%(name)s”旁边有空格，可能是一个单位分成两段，请核对。") % {"name": text}
        clues.doubts.append(Doubt(Kind.NAME, asked, line, start, name.end))
    if text.startswith(BEFORE_NAMES) and not is_known():
        text, start = text[1:], start + 1
    if not is_known() and (bracket := BRACKETED.search(text)) and timeframe.is_one(bracket[1]):
        first = start + bracket.start(1)
        clues.times.append((bracket[1], line, first, first + len(bracket[1])))
        text = text[: bracket.start()]
    if not is_known() and (others := names.OTHERS.search(text)):
        first = start + others.start()
        asked = _("“%(words)s”所指的其他单位没有列明，只录入列明的单位。") % {"words": others[0]}
        clues.doubts.append(Doubt(Kind.OTHERS, asked, line, first, start + len(text)))
        text = text[: others.start()]
    mark = None if is_known() else MARKED.search(text)
    if mark and mark.start():
        return names.Name(text[: mark.start()], start, start + mark.start()), mark[1]
    return names.Name(text, start, start + len(text)), ""


def resolve(clues: Clues, known: Known, *, first_leads: bool = False) -> Iterator[Part | Doubt]:
    """
    The units in the order of the text with their roles, and what has to be asked about them.

    ``first_leads`` is a convention that the document or the measure states: the first of a list is in the lead.
    """
    kinds = {group.kind for group in clues.groups}
    answering = sum(len(group.names) for group in clues.groups if group.kind == ANSWERING)
    seen: set[str] = set()
    for group in clues.groups:
        role, question = _role(group, kinds, answering)
        place = (group.line, group.names[0].start, group.names[-1].end)
        if question:
            units = "、".join(name.text for name in group.names)
            yield Doubt(Kind.ROLE, question % {"units": units, "words": group.words}, *place)
        for name in group.names:
            registered = known.get(names.same(name.text))
            unit = registered or standard(names.same(name.text))
            own = (group.line, name.start, name.end)
            if not registered and not names.is_name(unit):
                yield Doubt(Kind.NAME, _("“%(name)s”不像一个单位的名称，请核对。") % {"name": unit}, *own)
            if unit in seen:
                yield Doubt(Kind.REPEATED, _("“%(name)s”在本项中出现两次，只录入一次。") % {"name": unit}, *own)
                continue
            leads = first_leads and LEADING not in kinds and SUPPORTING not in kinds and role == JOINT
            yield Part(unit[: names.LONGEST], (CO if seen else LEAD) if leads else role)
            seen.add(unit)


def _role(group: Group, kinds: set[str], answering: int) -> tuple[str, str]:
    """A group's role, empty where the text does not say; and the question that remains, empty where there is none."""
    if group.kind == NAMELESS:
        return "", _("“%(units)s%(words)s”没有写明是负责、牵头还是配合，请选择角色。")
    if group.kind == CONTRARY:
        return "", _("“%(units)s%(words)s”与标签或表头所写的角色不一致，请选择角色。")
    if group.kind == LEADING:
        return LEAD, ""
    if LEADING in kinds:
        unclear = group.kind == ANSWERING and bool(group.words)
        return CO, _("“%(units)s%(words)s”与牵头单位并列，读作配合，请核对。") if unclear else ""
    if group.kind == SUPPORTING:
        alone = ANSWERING not in kinds
        return CO, _("“%(units)s”只写了配合，没有写明由谁负责或牵头，请核对。") if alone else ""
    if group.kind == SHARING:
        beside = kinds & {ANSWERING, SUPPORTING}
        return ("", _("“%(units)s%(words)s”与其他单位并列，角色不清，请选择。")) if beside else (JOINT, "")
    if answering == 1:
        return SOLE, ""
    if kinds & {SHARING, SUPPORTING}:
        return "", _("“%(units)s”之中没有写明由谁牵头，请选择角色。")
    unclear = bool(group.words) and group.words != "分别负责"
    return JOINT, _("“%(units)s%(words)s”没有写“按职责分工”，读作按职责分工，请核对。") if unclear else ""
