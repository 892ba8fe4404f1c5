"""What the leading group's dashboard shows of one plan as of a day."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from ..choices import Age, Timeliness
from ..models import Assignment, Measure, Plan
from ..tally import ORDER
from .figures import Figure, Rate, SectionRow, extensions, figures, rates, section_rows
from .forecast import Outlook, forecast
from .trend import Trend, trend
from .units import Ranking, UnitRow, rankings, unit_rows
from .waiting import Calls, WaitingRow, calls, waiting

MOST_OVERDUE_SHOWN = 30


@dataclass(frozen=True)
class Dashboard:
    figures: list[Figure]
    rates: list[Rate]
    extensions: list[Figure]
    sections: list[SectionRow]
    numbers: Counter[str]  # all measures by light
    units: list[UnitRow]
    rankings: list[Ranking]
    trend: Trend
    outlooks: list[Outlook]
    waiting: list[WaitingRow]
    calls: Calls
    overdue: list[Measure]
    overdue_total: int
    lights: tuple[Timeliness, ...] = ORDER
    ages: tuple[Age, ...] = tuple(Age)

    @property
    def total(self) -> int:
        return self.numbers.total()

    @property
    def totals(self) -> list[tuple[Timeliness, int]]:
        """All measures by light, in the order of the table."""
        return [(light, self.numbers[light]) for light in ORDER]


def dashboard(plan: Plan, day: date) -> Dashboard:
    """Everything on the page as of ``day``, in a fixed number of queries."""
    measures = Measure.objects.as_of(day, plan).filter(plan=plan).unterminated(day)
    parts = Assignment.objects.as_of(day, plan).counted(day).filter(measure__plan=plan)
    sections = section_rows(plan, measures)
    numbers: Counter[str] = sum((row.numbers for row in sections), Counter())
    units = unit_rows(plan, day, parts)
    requests = waiting(plan, day, parts)
    asking = calls(day, parts)
    return Dashboard(
        figures=figures(
            plan,
            day,
            numbers,
            parts=sum(unit.both.total for unit in units),
            waiting=requests[0].total.number,
            calling=asking.measures,
        ),
        rates=rates(measures, day),
        extensions=extensions(measures, day),
        sections=sections,
        numbers=numbers,
        units=units,
        rankings=rankings(units),
        trend=trend(plan, day),
        outlooks=forecast(plan, day, measures, parts),
        waiting=requests,
        calls=asking,
        overdue=longest_overdue(plan, day),
        overdue_total=numbers[Timeliness.OVERDUE],
    )


def longest_overdue(plan: Plan, day: date) -> list[Measure]:
    """The measures that are overdue, the longest first, with their parts; three queries."""
    # Their keys first: to sort whole rows of a large plan costs more than to ask twice.
    rows = Measure.objects.with_course(day).filter(plan=plan)
    keys = list(rows.longest_overdue(day).values_list("pk", flat=True)[:MOST_OVERDUE_SHOWN])
    found = Measure.objects.as_of(day, plan).filter(pk__in=keys).select_related("plan").with_parts(day, plan)
    return sorted(found, key=lambda measure: keys.index(measure.pk))
