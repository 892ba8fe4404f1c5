"""What the dashboard counts: every number carries the conditions of the list behind it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from ..choices import Timeliness
from ..models import Assignment, Plan, Section
from ..tally import ORDER


@dataclass(frozen=True)
class Figure:
    """A number, what it counts, and the list behind it: ``page`` is the name of its address; ``note`` what is in it."""

    number: int
    label: object
    page: str
    query: dict[str, object]
    look: str = ""
    note: str = ""


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


def figures(plan: Plan, day: date, numbers: Counter[str], *, parts: int, waiting: int, calling: int) -> list[Figure]:
    """``waiting`` are the parts whose request to close waits, ``calling`` the measures that ask for help."""
    looks = {Timeliness.OVERDUE: "is-overdue", Timeliness.SILENT: "is-silent"}
    return [
        Figure(numbers.total(), pgettext_lazy("figure", "任务"), "measures", {}),
        Figure(parts, _("责任分工"), "assignments", {}),
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
        Figure(waiting, _("待审核分工"), "assignments", {"waiting": "yes"}),
        Figure(calling, _("需领导协调"), "measures", {"coordination": "yes"}),
        unsigned(plan, day),
    ]


def rates(measures: Any, day: date) -> list[Rate]:
    """On both clocks; one query."""
    labels = {"original": _("按原定时限"), "effective": _("按现行时限")}
    numbers = measures.count_by_clock(day)
    return [
        Rate(label, clock, numbers[f"{clock}_kept"], numbers[f"{clock}_measured"]) for clock, label in labels.items()
    ]


def extensions(measures: Any, day: date) -> list[Figure]:
    rows = (
        (measures.extended(day), _("已延期"), "yes"),
        (measures.extended_repeatedly(day), _("多次延期"), "repeated"),
        (measures.with_extension_waiting(day), _("延期待审核"), "waiting"),
    )
    return [Figure(found.count(), label, "measures", {"extension": value}) for found, label, value in rows]


def unsigned(plan: Plan, day: date) -> Figure:
    """
    Parts nobody has signed for; one query. Members of collectives sign each for itself and are counted so: of them the
    number can be larger than that of all parts, and says how many they are.
    """
    of_members = Count("pk", filter=Q(collective_part__isnull=False))
    parts = Assignment.objects.filter(measure__plan=plan).unsigned(day)
    numbers = parts.aggregate(all=Count("pk"), members=of_members)
    note = gettext("其中成员%(n)d项") % {"n": numbers["members"]} if numbers["members"] else ""
    return Figure(numbers["all"], _("未签收分工"), "receipts", {}, note=note)


def section_rows(plan: Plan, measures: Any) -> list[SectionRow]:
    rows = {section.pk: SectionRow(section) for section in plan.sections.order_by("number")}
    for tally in measures.order_by().values("section", "timeliness").annotate(number=Count("pk")):
        if tally["section"] not in rows:  # loaded past every door under a heading of another plan: counted all the same
            rows[tally["section"]] = SectionRow(Section.objects.get(pk=tally["section"]))
        rows[tally["section"]].numbers[tally["timeliness"]] += tally["number"]
    return list(rows.values())
