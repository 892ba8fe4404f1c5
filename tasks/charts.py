"""What an indicator had reached by a day, and where that lies in a picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

from django.utils.translation import gettext as _

from .models import Indicator, IndicatorValue, Measure

HEIGHT = 160  # of the field in which the lines run, in pixels; its width is that of the page
MOST_STEPS = 5


@dataclass(frozen=True)
class Spot:
    """A place in the field: ``x`` in per cent of its width from the left, ``y`` in pixels from the top."""

    x: float
    y: float


@dataclass(frozen=True)
class Segment:
    start: Spot
    end: Spot


@dataclass(frozen=True)
class Mark:
    """A value at its place, with its day."""

    spot: Spot
    day: date
    value: int


@dataclass(frozen=True)
class Tick:
    """A label of an axis; ``at`` in per cent (below) or in pixels (beside). ``anchor`` is how it lies to its place."""

    at: float
    label: str
    anchor: str = "end"


@dataclass(frozen=True)
class Chart:
    """The field with everything in it; ``pace`` is None where there is no day by which the target is due."""

    marks: list[Mark]
    line: list[Segment]
    pace: Segment | None
    target_y: float
    days: list[Tick]
    values: list[Tick]
    height: int = HEIGHT


def steps(top: int) -> list[int]:
    """Round numbers from 0 to ``top`` or just above it, at most six of them."""
    size = 1
    while top > size * MOST_STEPS:
        size = size * 5 // 2 if str(size)[0] == "2" else size * 2  # 1, 2, 5, 10, 20, 50 …
    return list(range(0, top + size, size)) if top % size else list(range(0, top + 1, size))


def chart(values: Sequence[tuple[date, int]], *, target: int, issued_on: date, due_on: date | None, day: date) -> Chart:
    """
    The cumulative ``values``, the earliest first, against an even pace from nothing at issue to ``target`` when due.

    The axis of days begins with the issue or an earlier value, and ends with the deadline or a later value; with
    ``day`` where there is no deadline.
    """
    known = [each for each, _value in values]
    first = min([issued_on, *known])
    last = max([due_on or max(day, issued_on + timedelta(days=1)), first + timedelta(days=1), *known])
    scale = steps(max([target, *(value for _day, value in values)]))

    def place(on: date, value: float) -> Spot:
        x = (on - first).days / (last - first).days * 100
        return Spot(round(x, 2), round(HEIGHT * (1 - value / scale[-1]), 2))

    marks = [Mark(place(on, value), on, value) for on, value in values]
    has_pace = due_on is not None and due_on > issued_on
    return Chart(
        marks=marks,
        line=[Segment(one.spot, other.spot) for one, other in pairwise(marks)],
        pace=Segment(place(issued_on, 0), place(due_on, target)) if due_on and has_pace else None,
        target_y=place(first, target).y,
        days=[Tick(0, first.isoformat(), "start"), Tick(100, last.isoformat(), "end")],
        values=[Tick(place(first, step).y, str(step)) for step in scale],
    )


def even_pace(*, target: int, issued_on: date, due_on: date | None, day: date) -> int | None:
    """What an even pace would have reached by the end of ``day``, in whole units; None where nothing is due."""
    if due_on is None or due_on <= issued_on:
        return None
    gone = min(max((day - issued_on).days, 0), (due_on - issued_on).days)
    return target * gone // (due_on - issued_on).days


@dataclass(frozen=True)
class Line:
    """A row of the table beside the picture. One that a later entry of the same day corrects does not stand."""

    entry: IndicatorValue
    pace: int | None
    stands: bool


@dataclass(frozen=True)
class State:
    """An indicator at the end of ``day``, from the entries recorded by then."""

    indicator: Indicator
    measure: Measure
    day: date
    entries: list[IndicatorValue]  # the earliest day first, of the same day the latest entry last

    @cached_property
    def standing(self) -> list[IndicatorValue]:
        return list({entry.reached_on: entry for entry in self.entries}.values())

    @property
    def newest(self) -> int:
        """The key of the entry recorded last, 0 without any: what somebody who opens the form has seen."""
        return max((entry.pk for entry in self.entries), default=0)

    @property
    def last(self) -> IndicatorValue | None:
        return self.standing[-1] if self.standing else None

    @property
    def value(self) -> int:
        return self.last.value if self.last else 0

    @property
    def percent(self) -> int:
        """Rounded down: 100 is reached, never almost."""
        return self.value * 100 // self.indicator.target

    @property
    def is_reached(self) -> bool:
        return self.value >= self.indicator.target

    @property
    def pace(self) -> int | None:
        return self._pace_on(self.day)

    @property
    def lines(self) -> list[Line]:
        standing = {entry.pk for entry in self.standing}
        return [Line(entry, self._pace_on(entry.reached_on), entry.pk in standing) for entry in self.entries]

    def _pace_on(self, day: date) -> int | None:
        plan, due_on = self.measure.plan, self.measure.due_on
        return even_pace(target=self.indicator.target, issued_on=plan.issued_on, due_on=due_on, day=day)

    def sentence(self) -> str:
        """How it stands in one sentence."""
        words = {"value": self.value, "target": self.indicator.target, "unit": self.indicator.unit}
        if self.last is None:
            return _("尚未填报，目标%(target)d%(unit)s。") % words
        words |= {"day": self.last.reached_on.isoformat(), "percent": self.percent, "short": self._short}
        if self.is_reached:
            return _("截至%(day)s累计%(value)d%(unit)s，完成目标的%(percent)d%%，已达目标。") % words
        return _("截至%(day)s累计%(value)d%(unit)s，完成目标的%(percent)d%%，还差%(short)d%(unit)s。") % words

    @property
    def _short(self) -> int:
        return max(self.indicator.target - self.value, 0)

    @cached_property
    def chart(self) -> Chart:
        return chart(
            [(entry.reached_on, entry.value) for entry in self.standing],
            target=self.indicator.target,
            issued_on=self.measure.plan.issued_on,
            due_on=self.measure.due_on,
            day=self.day,
        )


def states(measure: Measure, day: date) -> list[State]:
    """Every indicator of ``measure``, which comes with its plan, at the end of ``day``; two queries."""
    indicators: Iterable[Indicator] = measure.indicators.order_by("pk")
    known: dict[int, list[IndicatorValue]] = {indicator.pk: [] for indicator in indicators}
    if known:
        entries = IndicatorValue.objects.filter(indicator__in=known).recorded_by(day).in_order()
        for entry in entries.select_related("department", "recorded_by"):
            known[entry.indicator_id].append(entry)
    return [State(indicator, measure, day, known[indicator.pk]) for indicator in indicators]
