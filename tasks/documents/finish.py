"""What can be told only when the whole document has been read: numbers, joined names, words that differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _

from . import building, duty, lines, names
from .building import Building
from .names import Known
from .parsed import Doubt, Kind, Parsed, Part, Use
from .text import plain
from .timeframe import Span


def finish(parsed: Parsed, built: Sequence[Building], known: Known, period: Span | None, rows: Sequence[str]) -> None:
    words = [plain(row) for row in rows]
    stated = [
        (at, match)
        for at, row in enumerate(words, 1)
        if (match := lines.FIRST_LEADS.search(row)) and _holds_for_all(parsed.marks[at - 1].use, row)
    ]
    for each in built:
        measure, doubts = building.finished(each, known, period, first_leads=bool(stated))
        parsed.measures.append(measure)
        parsed.doubts += doubts
    for line, match in stated[:1]:
        asked = _("文件约定列第一位的为牵头单位：没有写明牵头的，第一个单位读作牵头，其余读作配合，请核对。")
        parsed.doubts.append(Doubt(Kind.CONVENTION, asked, line, match.start(), match.end()))
    own = {each.clues.convention[0] for each in built if each.clues.convention}
    _other_conventions(parsed, words, own | {line for line, _match in stated})
    _people(parsed, words, built)
    _number(parsed, built)
    _join(parsed, built, known)
    _role_words(parsed, built)
    _sections(parsed)
    _half_width(parsed, built)
    parsed.doubts.sort(key=lambda doubt: (doubt.line, doubt.start))


def _holds_for_all(use: str, words: str) -> bool:
    """What a measure states holds for itself, unless it says that it holds for more: 下同."""
    return use not in {Use.MEASURE, Use.DUTY} or bool(lines.ONCE.search(words))


def _other_conventions(parsed: Parsed, words: Sequence[str], known: Collection[int]) -> None:
    """By stars, bold letters or places at the end roles cannot be told; measures that speak of such are none."""
    for line, row in enumerate(words, 1):
        match = lines.ONCE.search(row) or lines.FIRST_LEADS.search(row)
        if parsed.marks[line - 1].use != Use.MEASURE:
            match = match or lines.CONVENTION.search(row)
        match = None if line in known else match
        if match:
            asked = _("本行写有区分牵头、配合等单位的约定，系统没有按此判断角色，请逐项核对各单位的角色。")
            parsed.doubts.append(Doubt(Kind.CONVENTION, asked, line, match.start(), match.end()))


def _people(parsed: Parsed, words: Sequence[str], built: Sequence[Building]) -> None:
    """Asked about once, where the first stands; and once where the first stands that stay in a wording."""
    wording: dict[int, list[tuple[int, int]]] = {}  # of each line
    for each in built:
        for _text, line, start, end in each.pieces:
            wording.setdefault(line, []).append((start, end))
    found: dict[bool, Doubt] = {}
    for line, row in enumerate(words, 1):
        is_closing = parsed.marks[line - 1].use == Use.LEFT_OUT and not lines.PERSON.match(row.lstrip())
        if "\t" in row or is_closing:
            continue
        for match in lines.PERSON.finditer(row):
            stays = any(start <= match.start() < end for start, end in wording.get(line, ()))
            asked = _("文件写有责任人或联系人（首见于第%(line)d行），系统只录入责任单位，没有录入，请核对。")
            if stays:
                asked = _("任务文字中写有责任人或联系人（首见于第%(line)d行），按原文保留，请核对。")
            found.setdefault(stays, Doubt(Kind.PERSON, asked % {"line": line}, line, *match.span()))
    parsed.doubts += found.values()


def _number(parsed: Parsed, built: Sequence[Building]) -> None:
    """The numbers of the text, as long as each comes after the one before; else all are counted through."""
    printed = [each.number for each in built]
    broken = next(
        (
            at
            for at, number in enumerate(printed)
            if number is None or number < 1 or (at and number <= (printed[at - 1] or 0))
        ),
        None,
    )
    if broken is not None:
        for number, measure in enumerate(parsed.measures, start=1):
            measure.number = number
        place = parsed.measures[broken]
        asked = _("原文的编号有缺失或重新起编（从本项起），任务按全文顺序编为1至%(last)d，请核对。")
        parsed.doubts.append(Doubt(Kind.NUMBERING, asked % {"last": len(built)}, place.line))
        return
    for before, measure in zip([None, *parsed.measures], parsed.measures, strict=False):
        last = before.number if before else 0
        if measure.number != last + 1:
            asked = _("编号由%(last)d跳到%(number)d，请核对是否缺少任务。")
            words = asked % {"last": last, "number": measure.number}
            parsed.doubts.append(Doubt(Kind.NUMBERING, words, measure.line, measure=measure.key))


def _join(parsed: Parsed, built: Sequence[Building], known: Known) -> None:
    """
    A name that is several known ones without anything between them is taken apart, and asked about. One that only
    begins or ends like another is left as it is, and asked about.
    """
    pool = set(known.values()) | {
        part.unit for measure in parsed.measures for part in measure.parts if names.is_name(part.unit)
    }
    places = {
        (each.key, known.get(names.same(name.text)) or names.same(name.text)): (group.line, name)
        for each in built
        for group in each.clues.groups
        for name in group.names
    }
    for measure in parsed.measures:
        parts: list[Part] = []
        for part in measure.parts:
            ways = [] if part.unit in known.values() else names.pieces(part.unit, pool)
            line, name = places.get((measure.key, names.same(part.unit)), (measure.line, None))
            place = (line, name.start, name.end, measure.key) if name else (line, 0, 0, measure.key)
            if len(ways) == 1:
                there = {each.unit for each in measure.parts}
                parts += [Part(unit, part.role) for unit in ways[0] if unit not in there]
                words = {"name": part.unit, "units": "、".join(ways[0])}
                asked = _("“%(name)s”之间缺少顿号，读作“%(units)s”，请核对。") % words
                parsed.doubts.append(Doubt(Kind.JOINED, asked, *place))
                continue
            if part.unit not in known.values() and names.may_be_two(part.unit, pool):
                asked = _("“%(name)s”可能是两个单位，中间缺少顿号，请核对。") % {"name": part.unit}
                parsed.doubts.append(Doubt(Kind.JOINED, asked, *place))
            parts.append(part)
        measure.parts = parts


def _role_words(parsed: Parsed, built: Sequence[Building]) -> None:
    """Where one measure says what all others say in other words, it is read alike, and asked about."""
    said = [(each, group) for each in built for group in each.clues.groups if group.kind == duty.SHARING]
    common = Counter(group.words for _each, group in said).most_common(1)
    for each, group in said:
        if group.words != common[0][0]:
            asked = _("写作“%(words)s”，其他各项多写作“%(common)s”，读作同义，请核对。")
            words = {"words": group.words, "common": common[0][0]}
            place = (group.line, group.names[-1].end, group.names[-1].end + len(group.words), each.key)
            parsed.doubts.append(Doubt(Kind.ROLE_WORDS, asked % words, *place))


def _sections(parsed: Parsed) -> None:
    used = {measure.section for measure in parsed.measures}
    for section in parsed.sections:
        if section.number not in used:
            asked = _("章节“%(title)s”下没有任务，不录入，请核对。") % {"title": section.title}
            parsed.doubts.append(Doubt(Kind.EMPTY_SECTION, asked, section.line))


def _half_width(parsed: Parsed, built: Sequence[Building]) -> None:
    for each in built:
        text = "".join(text for text, *_place in each.pieces).strip()
        if building.wording_of(each) != building.without_blanks(text):
            asked = _("原文使用半角标点，任务和责任分工按全角标点录入，其余逐字照录，请核对。")
            parsed.doubts.append(Doubt(Kind.HALF_WIDTH, asked, each.line))
            return
