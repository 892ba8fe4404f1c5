"""How many measures were open, closed and overdue at the end of each month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from ..charts import Mark, Segment, Spot, Tick, steps
from ..choices import Course
from ..course import month_ends
from ..models import Measure, Plan

MOST_POINTS = 12
MOST_DEADLINES = 3
HEIGHT = 150  # of the field, in pixels
# How far beyond the day that is shown a deadline is still marked.
AHEAD = timedelta(days=180)


@dataclass(frozen=True)
class Point:
    """The measures at the end of one day; those that are overdue are among the open ones."""

    day: date
    open: int
    closed: int
    overdue: int


@dataclass(frozen=True)
class Line:
    """One of the numbers through the months; ``look`` names how it is drawn."""

    look: str
    segments: list[Segment]
    marks: list[Mark]


@dataclass(frozen=True)
class TrendChart:
    lines: list[Line]
    deadlines: list[Tick]
    days: list[Tick]
    values: list[Tick]
    height: int = HEIGHT


@dataclass(frozen=True)
class Trend:
    """The points that are shown, the oldest first; ``left_out`` are the months before them."""

    points: list[Point]
    left_out: int
    deadlines: list[date]

    @property
    def chart(self) -> TrendChart:
        return _chart(self.points, self.deadlines)


def trend(plan: Plan, day: date) -> Trend:
    """The ends of the months since the issue, and ``day`` itself; two queries. Before the issue there is nothing."""
    if day < plan.issued_on:
        return Trend([], 0, [])
    days = sorted({*month_ends(plan.issued_on, day), day})
    shown = days[-MOST_POINTS:]
    numbers = Measure.objects.count_by_course(plan, shown)
    points = [
        Point(
            each,
            numbers[each][Course.OPEN] + numbers[each][Course.OVERDUE],
            numbers[each][Course.CLOSED],
            numbers[each][Course.OVERDUE],
        )
        for each in shown
    ]
    marked = Measure.objects.filter(plan=plan).most_common_deadlines(day, shown[0], day + AHEAD)[:MOST_DEADLINES]
    return Trend(points, len(days) - len(shown), sorted(marked))


def _chart(points: Sequence[Point], deadlines: Sequence[date]) -> TrendChart:
    first = points[0].day
    last = max([points[-1].day, first + timedelta(days=1), *deadlines])
    scale = steps(max(point.open + point.closed for point in points) or 1)

    def across(day: date) -> float:
        return round((day - first).days / (last - first).days * 100, 2)

    def line(look: str) -> Line:
        marks = [
            Mark(Spot(across(point.day), round(HEIGHT * (1 - value / scale[-1]), 2)), point.day, value)
            for point in points
            for value in [getattr(point, look)]
        ]
        return Line(look, [Segment(one.spot, other.spot) for one, other in pairwise(marks)], marks)

    return TrendChart(
        lines=[line(look) for look in ("open", "closed", "overdue")],
        deadlines=[Tick(across(day), day.isoformat(), "end" if across(day) > 50 else "start") for day in deadlines],
        days=[Tick(0, first.isoformat(), "start"), Tick(100, last.isoformat())],
        values=[Tick(round(HEIGHT * (1 - step / scale[-1]), 2), str(step)) for step in scale],
    )
