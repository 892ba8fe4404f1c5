"""What the leading group's dashboard counts; every number carries the conditions of the list behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from departments.models import Department

from .choices import PRINCIPAL_ROLES, Timeliness
from .models import Assignment, Measure, Plan, Section, units_of

# From what is done to what is late: the order of the segments of a bar, and of the figures.
ORDER = (
    Timeliness.CLOSED,
    Timeliness.CLOSED_LATE,
    Timeliness.ON_TRACK,
    Timeliness.DUE_SOON,
    Timeliness.ONGOING,
    Timeliness.SILENT,
    Timeliness.OVERDUE,
)
MOST_OVERDUE_SHOWN = 30


@dataclass(frozen=True)
class Figure:
    """A number, what it counts, and the list behind it: ``page`` is the name of its address."""

    number: int
    label: object
    page: str
    query: dict[str, object]
    look: str = ""


@dataclass
class SectionRow:
    """One section's measures by light; ``segments`` are ``(light, number, x, width)`` in per cent."""

    section: Section
    numbers: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.numbers.total()

    @property
    def cells(self) -> list[tuple[Timeliness, int]]:
        return [(light, self.numbers[light]) for light in ORDER]

    @property
    def segments(self) -> list[tuple[Timeliness, int, str, str]]:
        found, before = [], 0
        for light in ORDER:
            number = self.numbers[light]
            if number:
                share = 100 / self.total
                found.append((light, number, f"{before * share:.2f}%", f"{number * share:.2f}%"))
                before += number
        return found


@dataclass
class UnitRow:
    """One unit's parts: how many, in which role, and how many of them stand badly, of how many."""

    department: Department
    principal: int = 0
    partner: int = 0
    reported: int = 0
    dated: int = 0
    overdue: int = 0
    ongoing: int = 0
    silent: int = 0

    @property
    def total(self) -> int:
        return self.principal + self.partner


@dataclass(frozen=True)
class Rate:
    """How many dated measures were closed in time, of those of which it can be said, on one of the two clocks."""

    label: object
    clock: str
    kept: int
    measured: int

    @property
    def percent(self) -> int | None:
        """0–100, rounded down, so that 100 means all; None without anything to measure."""
        return self.kept * 100 // self.measured if self.measured else None


@dataclass(frozen=True)
class Dashboard:
    figures: list[Figure]
    rates: list[Rate]
    extensions: list[Figure]
    sections: list[SectionRow]
    units: list[UnitRow]
    overdue: list[Measure]
    overdue_total: int
    lights: tuple[Timeliness, ...] = ORDER


def dashboard(plan: Plan, day: date) -> Dashboard:
    """Everything on the page as of ``day``, in a fixed number of queries."""
    measures = Measure.objects.filter(plan=plan).unterminated(day).as_of(day, plan)
    sections = _sections(plan, measures)
    numbers: Counter[str] = sum((row.numbers for row in sections), Counter())
    units = _units(plan, day)
    overdue = measures.standing(Timeliness.OVERDUE).longest_overdue_first().select_related("plan").with_parts(day, plan)
    return Dashboard(
        figures=_figures(plan, day, measures, numbers, units),
        rates=_rates(measures, day),
        extensions=_extensions(measures, day),
        sections=sections,
        units=units,
        overdue=list(overdue[:MOST_OVERDUE_SHOWN]),
        overdue_total=numbers[Timeliness.OVERDUE],
    )


def _figures(plan: Plan, day: date, measures: Any, numbers: Counter[str], units: Iterable[UnitRow]) -> list[Figure]:
    parts = Assignment.objects.counted(day).filter(measure__plan=plan).as_of(day, plan)
    looks = {Timeliness.OVERDUE: "is-overdue", Timeliness.SILENT: "is-silent"}
    return [
        Figure(numbers.total(), pgettext_lazy("figure", "任务"), "measures", {}),
        Figure(sum(unit.total for unit in units), _("责任分工"), "assignments", {}),
        *(
            Figure(
                numbers[light],
                light.label,
                "measures",
                {"timeliness": light.value},
                looks.get(light, "") if numbers[light] else "",
            )
            for light in ORDER
        ),
        Figure(parts.waiting().count(), _("待审核分工"), "assignments", {"waiting": "yes"}),
        Figure(measures.needing_coordination(day).count(), _("需领导协调"), "measures", {"coordination": "yes"}),
        Figure(_unsigned(plan, day), _("未签收分工"), "receipts", {}),
    ]


def _rates(measures: Any, day: date) -> list[Rate]:
    """On both clocks; one query."""
    labels = {"original": _("按原定时限"), "effective": _("按现行时限")}
    numbers = measures.count_by_clock(day)
    return [
        Rate(label, clock, numbers[f"{clock}_kept"], numbers[f"{clock}_measured"]) for clock, label in labels.items()
    ]


def _extensions(measures: Any, day: date) -> list[Figure]:
    rows = (
        (measures.extended(day), _("已延期"), "yes"),
        (measures.extended_repeatedly(day), _("多次延期"), "repeated"),
        (measures.with_extension_waiting(day), _("延期待审核"), "waiting"),
    )
    return [Figure(found.count(), label, "measures", {"extension": value}) for found, label, value in rows]


def _unsigned(plan: Plan, day: date) -> int:
    return Assignment.objects.filter(measure__plan=plan).unsigned(day).count()


def _sections(plan: Plan, measures: Any) -> list[SectionRow]:
    rows = {section.pk: SectionRow(section) for section in plan.sections.order_by("number")}
    for tally in measures.order_by().values("section", "timeliness").annotate(number=Count("pk")):
        if tally["section"] not in rows:  # loaded past every door under a heading of another plan: counted all the same
            rows[tally["section"]] = SectionRow(Section.objects.get(pk=tally["section"]))
        rows[tally["section"]].numbers[tally["timeliness"]] += tally["number"]
    return list(rows.values())


def _units(plan: Plan, day: date) -> list[UnitRow]:
    parts = Assignment.objects.counted(day).filter(measure__plan=plan).as_of(day, plan)
    tallies = (
        parts.order_by()
        .with_timeframe()
        .values("department", "role", "is_ongoing", "timeliness", "has_reported")
        .annotate(number=Count("pk"))
    )
    rows = {department.pk: UnitRow(department) for department in units_of(plan, day)}
    for tally in tallies:
        if tally["department"] not in rows:  # given a part between the two questions
            continue
        row, number = rows[tally["department"]], tally["number"]
        if tally["role"] in PRINCIPAL_ROLES:
            row.principal += number
        else:
            row.partner += number
        row.reported += number * bool(tally["has_reported"])
        row.dated += number * (not tally["is_ongoing"])
        row.ongoing += number * tally["is_ongoing"]
        row.overdue += number * (tally["timeliness"] == Timeliness.OVERDUE)
        row.silent += number * (tally["timeliness"] == Timeliness.SILENT)
    return sorted(rows.values(), key=lambda row: (-row.overdue, -row.silent, -row.total, row.department.position))
