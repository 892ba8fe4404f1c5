"""A document and what was read of it, side by side: the text with what is asked marked, and measures as cards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from ..choices import AssignmentRole, Timeframe
from . import checks
from .names import same
from .parsed import Doubt, Kind, Mark, Measure, Parsed, Section, Use
from .text import numeral


@dataclass(frozen=True)
class Piece:
    """Some words of a row; ``doubt`` is the number of the first thing asked about them, None where nothing is."""

    text: str
    doubt: int | None = None
    is_settled: bool = False


@dataclass(frozen=True)
class Row:
    number: int
    mark: Mark
    pieces: Sequence[Piece]
    doubts: Sequence[int]  # of the row as a whole

    @property
    def target(self) -> str:
        """The element on the other side that came of this row."""
        return f"m{self.mark.measure}" if self.mark.measure else ""

    @property
    def is_left_out(self) -> bool:
        return self.mark.use in {Use.LEFT_OUT, Use.ASKED, Use.HEADING}

    @property
    def look(self) -> str:
        return self.mark.use.lower().replace("_", "-")


@dataclass(frozen=True)
class Asked:
    """Something asked, by its number among all."""

    number: int
    doubt: Doubt
    has_reading: bool = True  # that a person can take as it is


@dataclass
class Card:
    measure: Measure
    asked: list[Asked]
    faults: list[str]

    @property
    def open(self) -> list[Asked]:
        """Those that can be settled with what was read."""
        return [each for each in self.asked if each.has_reading and not each.doubt.settled]

    @property
    def parts(self) -> list[tuple[str, str]]:
        labels = dict(AssignmentRole.choices)
        return [(part.unit, str(labels.get(part.role, ""))) for part in self.measure.parts]

    @property
    def when(self) -> str:
        if self.measure.timeframe == Timeframe.ONGOING:
            return str(Timeframe.ONGOING.label)
        return date.fromisoformat(self.measure.due_on).isoformat() if self.measure.due_on else ""


@dataclass
class Chapter:
    section: Section
    cards: list[Card] = field(default_factory=list)

    @property
    def title(self) -> str:
        return f"{numeral(self.section.number)}、{self.section.title}"


@dataclass(frozen=True)
class Group:
    """All of a kind that is open."""

    kind: str
    asked: list[Asked]

    @property
    def label(self) -> str:
        return str(Kind(self.kind).label)

    @property
    def numbers(self) -> str:
        """Of those that can be settled with what was read."""
        return ",".join(str(each.number) for each in self.asked if each.has_reading)


@dataclass
class Sheet:
    rows: list[Row]
    chapters: list[Chapter]
    settled_in_general: list[Asked]  # what was asked of no measure alone
    groups: list[Group]
    counts: Mapping[str, int]


def sheet(rows: Sequence[str], parsed: Parsed, units: Mapping[str, str]) -> Sheet:
    asked = [Asked(number, doubt, checks.has_reading(parsed, doubt)) for number, doubt in enumerate(parsed.doubts)]
    open_now = set(checks.open_doubts(parsed))
    chapters = {section.number: Chapter(section) for section in parsed.sections}
    of_measure: dict[int | None, list[Asked]] = {}
    for each in asked:
        of_measure.setdefault(each.doubt.measure, []).append(each)
    for measure in sorted(parsed.measures, key=lambda each: (each.number, each.key)):
        faults = [] if measure.is_left_out else checks.faults_of(measure, units)
        chapters[measure.section].cards.append(Card(measure, of_measure.get(measure.key, []), faults))
    groups: dict[str, list[Asked]] = {}
    for each in asked:
        if each.number in open_now:
            groups.setdefault(each.doubt.kind, []).append(each)
    marks = [mark for mark, row in zip(parsed.marks, rows, strict=True) if row.strip()]
    return Sheet(
        rows=list(_rows(rows, parsed)),
        chapters=list(chapters.values()),
        settled_in_general=[each for each in asked if each.doubt.measure is None and each.doubt.settled],
        groups=[Group(kind, found) for kind, found in groups.items()],
        counts={
            "sections": len({measure.section for measure in parsed.kept}),
            "measures": len(parsed.kept),
            "parts": sum(len(measure.parts) for measure in parsed.kept),
            "left_out": sum(mark.use in {Use.LEFT_OUT, Use.HEADING, Use.ASKED} for mark in marks),
            "doubts": len(open_now),
            "settled": len(parsed.doubts) - len(open_now),
        },
    )


def _rows(rows: Sequence[str], parsed: Parsed) -> Iterator[Row]:
    by_line: dict[int, list[Asked]] = {}
    for number, doubt in enumerate(parsed.doubts):
        by_line.setdefault(doubt.line, []).append(Asked(number, doubt))
    for line, (text, mark) in enumerate(zip(rows, parsed.marks, strict=True), start=1):
        asked = by_line.get(line, [])
        spanning = sorted((each for each in asked if each.doubt.start < each.doubt.end), key=lambda a: a.doubt.start)
        whole = [each.number for each in asked if each.doubt.start >= each.doubt.end]
        yield Row(line, mark, list(_pieces(text, spanning)), whole)


def _pieces(text: str, asked: Sequence[Asked]) -> Iterator[Piece]:
    at = 0
    for each in asked:
        start, end = max(each.doubt.start, at), min(each.doubt.end, len(text))
        if start >= end:
            continue
        if at < start:
            yield Piece(text[at:start])
        yield Piece(text[start:end], each.number, each.doubt.settled)
        at = end
    if at < len(text):
        yield Piece(text[at:])


def next_open(parsed: Parsed, key: int, units: Mapping[str, str]) -> int:
    """The next measure with something to put right, after ``key`` and then from the beginning; ``key`` if none is."""
    waiting = {parsed.doubts[at].measure for at in checks.open_doubts(parsed)} | {
        measure.key for measure in parsed.kept if checks.faults_of(measure, units)
    }
    later = sorted(each for each in waiting if each is not None and each > key)
    return later[0] if later else min((each for each in waiting if each is not None), default=key)


def unknown(parsed: Parsed, known: Mapping[str, str]) -> list[str]:
    """The units about which a person decides, or has decided: all whose names are not known."""
    return [name for name in parsed.units if same(name) not in known]
