"""One section of a plan: its measures, and how the units involved stand in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from .choices import Timeliness
from .models import Assignment, Measure, Plan, Section
from .tally import ORDER
from .units import UnitRow, unit_rows

# What wants attention stands first where the measures are sorted by it.
FIRST = (Timeliness.OVERDUE, Timeliness.SILENT, Timeliness.DUE_SOON)


@dataclass(frozen=True)
class SectionPage:
    """All that is said of one section; ``before`` and ``after`` are its neighbours, None at either end."""

    section: Section
    measures: list[Any]
    units: list[UnitRow]
    before: Section | None
    after: Section | None

    @property
    def cells(self) -> list[tuple[Timeliness, int]]:
        """Every light with the number of measures."""
        numbers = Counter(measure.timeliness for measure in self.measures)
        return [(light, numbers[light]) for light in ORDER]

    @property
    def parts(self) -> int:
        return sum(row.named.total for row in self.units)


def section_page(section: Section, plan: Plan, day: date, *, worst_first: bool = False) -> SectionPage:
    """``section`` of ``plan`` as of ``day``, in a fixed number of queries; in the order of the text, or worst first."""
    measures: Any = Measure.objects.as_of(day, plan).filter(section=section).unterminated(day).with_parts(day, plan)
    shown = list(measures.select_related("plan").in_plan_order())
    if worst_first:
        shown.sort(key=_urgency)
    neighbours = list(plan.sections.order_by("number"))
    place = neighbours.index(section)
    parts = Assignment.objects.as_of(day, plan).counted(day).filter(measure__section=section)
    return SectionPage(
        section=section,
        measures=shown,
        units=unit_rows(plan, parts),
        before=neighbours[place - 1] if place else None,
        after=neighbours[place + 1] if place + 1 < len(neighbours) else None,
    )


def _urgency(measure: Any) -> tuple[int, int, int]:
    light = measure.timeliness
    return (FIRST.index(light) if light in FIRST else len(FIRST), -(measure.light.days_late or 0), measure.number)
