"""One measure while its lines are read, and what it becomes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from . import duty, timeframe
from .duty import Clues
from .names import Known
from .parsed import Doubt, Kind, Measure, Part
from .text import plain, standard
from .timeframe import Span

ENDING = re.compile(r"[,、;:(\[【〔“《]$")
FIGURE = re.compile(
    r"(?<!\d)\d{1,12}(?:\.\d{1,6})?(?:余|多)?[万亿]?(?:家|件|个|项|场次|场|人次|人|名|次|元|%|户|批|套|条|篇|期|所|处|支|亩)(?!月)"
)
DATES = re.compile(r"“\d{1,2}[.·]\d{1,2}”|\d{4}年|\d{1,2}月\d{1,2}日|\d{1,2}月(?:底|末|份)|[上下]半年|季度")
BLANKS = re.compile(r"[^\S\n]+")
BEFORE_BLANKS = re.compile("[\u3400-\u9fff，。；：、”》）]")
AFTER_BLANKS = re.compile("[\u3400-\u9fff，。；：、“《（]")
LONGEST_TIME = 100
SHORTEST_LINE = 28  # of a page; what is shorter was ended by its writer


@dataclass
class Building:
    """``pieces`` are of the wording: text, line, start, end."""

    key: int
    section: int
    heading: str
    label: str
    number: int | None
    line: int
    last_line: int
    pieces: list[tuple[str, int, int, int]] = field(default_factory=list)
    clues: Clues = field(default_factory=Clues)
    doubts: list[Doubt] = field(default_factory=list)
    has_brackets: bool = False  # of responsibilities
    labelled: set[str] = field(default_factory=set)  # what kinds of units lines of their own have named
    heading_duty: bool = False  # whether the heading above says who is responsible

    def ask(self, kind: str, words: str, line: int, start: int = 0, end: int = 0) -> None:
        self.doubts.append(Doubt(kind, words, line, start, end))

    def add(self, clues: Clues, line: int) -> None:
        self.clues.groups += clues.groups
        self.clues.times += clues.times
        self.clues.said += [said for said in clues.said if said]
        self.clues.doubts += clues.doubts
        self.clues.convention = self.clues.convention or clues.convention
        self.last_line = max(self.last_line, line)

    @property
    def breaks_off(self) -> bool:
        """Whether the wording so far is broken off at the end of a line, in the middle of a sentence."""
        words = plain(self.pieces[-1][0]).rstrip() if self.pieces else ""
        return len(words) >= SHORTEST_LINE and not words.endswith(("。", ";", "!", "?", ":", ")", "”", "》"))


def wording_of(building: Building) -> str:
    return without_blanks(standard("".join(text for text, *_place in building.pieces))).strip()


def without_blanks(text: str) -> str:
    """``text`` without the blanks beside Chinese characters and their punctuation."""

    def blank(match: re.Match[str]) -> str:
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        return "" if BEFORE_BLANKS.match(before) or AFTER_BLANKS.match(after) else match[0]

    return BLANKS.sub(blank, text)


def finished(
    building: Building, known: Known, period: Span | None, *, first_leads: bool
) -> tuple[Measure, list[Doubt]]:
    """The measure, and everything that has to be asked about it; ``first_leads`` is a convention of the document."""
    measure = Measure(
        key=building.key,
        number=building.number or 0,
        section=building.section,
        wording=wording_of(building),
        line=building.line,
        last_line=building.last_line,
        label=building.label,
        heading=building.heading,
        responsibility_text=standard("；".join(building.clues.said)),
    )
    own = None if first_leads else building.clues.convention
    if own:
        asked = _("本项约定列第一位的为牵头单位，只用于本项：没有写明牵头的，首个读作牵头，其余读作配合，请核对。")
        building.ask(Kind.CONVENTION, asked, *own)
    for found in duty.resolve(building.clues, known, first_leads=first_leads or own is not None):
        if isinstance(found, Part):
            measure.parts.append(found)
        else:
            building.doubts.append(found)
    building.doubts += building.clues.doubts
    if not measure.parts:
        asked = _("没有写明责任单位，请补充。")
        if building.heading_duty:
            asked = _("没有写明责任单位，请补充；小标题“%(heading)s”写有责任分工，是否适用于本项，请核对。")
        building.ask(Kind.NO_UNIT, asked % {"heading": building.heading[:60]}, building.line)
    _time(building, measure, period)
    _wording(building, measure)
    for doubt in building.doubts:
        doubt.measure = building.key
    return measure, building.doubts


def _time(building: Building, measure: Measure, period: Span | None) -> None:
    times = building.clues.times
    measure.timeframe_text = standard("；".join(text.strip() for text, *_place in times))[:LONGEST_TIME]
    if not times:
        building.ask(Kind.NO_TIME, _("没有写明完成时限，请选择限期完成或持续推进。"), building.line)
        return
    readings = [timeframe.read(text, period) for text, *_place in times]
    _text, line, start, end = times[0]
    if len({(each.timeframe, each.due_on, each.problem) for each in readings}) > 1:
        asked = _("写有几个时限（%(text)s），请核对。") % {"text": measure.timeframe_text}
        building.ask(Kind.TIME, asked, line, start, end)
        return
    apply(measure, readings[0])
    if readings[0].problem:
        building.ask(Kind.NO_YEAR if readings[0].no_year else Kind.TIME, readings[0].problem, line, start, end)


def apply(measure: Measure, reading: timeframe.Reading) -> None:
    measure.timeframe = str(reading.timeframe)
    measure.due_on = reading.due_on.isoformat() if reading.due_on else None


def _wording(building: Building, measure: Measure) -> None:
    words = plain(measure.wording)
    if ENDING.search(words):
        text, line, start, _end = building.pieces[-1]
        at = start + len(text.rstrip())
        asked = _("任务文字以“%(mark)s”结尾，可能不完整，请核对。") % {"mark": measure.wording[-1]}
        building.ask(Kind.ENDING, asked, line, at - 1, at)
    for kind, pattern, asked in (
        (Kind.FIGURE, FIGURE, _("任务写有数量“%(words)s”；如作为量化指标，请在计划建立后登记。")),
        (Kind.DATES, DATES, _("任务写有日期“%(words)s”；如作为节点，请在计划建立后登记。")),
    ):
        found = [
            (match[0], line, start + match.start(), start + match.end())
            for text, line, start, _end in building.pieces
            for match in pattern.finditer(plain(text))
        ]
        if found:
            several = words.rstrip("。").count("。") + 1
            said = asked % {"words": "、".join(dict.fromkeys(each[0].strip("“”") for each in found))}
            if kind == Kind.FIGURE and several > 1:
                said += _("本项有%(several)d句话，请核对数量属于哪一项工作。") % {"several": several}
            building.ask(kind, said, *found[0][1:])
