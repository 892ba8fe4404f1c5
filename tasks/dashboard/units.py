"""How the units of a plan stand, and in which order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from departments.models import Department

from ..choices import PRINCIPAL_ROLES, Timeliness
from ..models import Plan, units_of

# Of fewer parts than this a share says nothing: such units are shown apart.
LEAST_RANKED = 3


@dataclass
class Tally:
    """Parts, and how many of them stand badly, of how many that can."""

    total: int = 0
    reported: int = 0
    dated: int = 0
    overdue: int = 0
    ongoing: int = 0
    silent: int = 0

    @property
    def good(self) -> int:
        """Neither overdue nor silent."""
        return self.total - self.overdue - self.silent

    @property
    def share(self) -> Fraction:
        return Fraction(self.good, self.total)

    @property
    def percent(self) -> int:
        """0–100, rounded down, so that 100 means all."""
        return self.good * 100 // self.total

    def count(self, tally: dict[str, Any]) -> None:
        """One row of the question in ``unit_rows``."""
        number = tally["number"]
        self.total += number
        self.reported += number * bool(tally["has_reported"])
        self.dated += number * (not tally["is_ongoing"])
        self.ongoing += number * bool(tally["is_ongoing"])
        self.overdue += number * (tally["timeliness"] == Timeliness.OVERDUE)
        self.silent += number * (tally["timeliness"] == Timeliness.SILENT)


@dataclass
class UnitRow:
    """One unit's parts: those for which it answers or leads, and those in which it takes part."""

    department: Department
    principal: Tally = field(default_factory=Tally)
    partner: Tally = field(default_factory=Tally)

    @property
    def both(self) -> Tally:
        pairs = zip(vars(self.principal).values(), vars(self.partner).values(), strict=True)
        return Tally(*(one + other for one, other in pairs))

    def of(self, role: str) -> Tally:
        return self.principal if role == "principal" else self.partner


@dataclass(frozen=True)
class Place:
    """A unit in a ranking; ``rank`` is None of one that is shown apart."""

    department: Department
    tally: Tally
    rank: int | None


@dataclass(frozen=True)
class Ranking:
    """The units by the share of their parts in ``role`` that stand well; equal shares have the same rank."""

    role: str
    label: object
    ranked: list[Place]
    apart: list[Place]


def unit_rows(plan: Plan, day: date, parts: Any) -> list[UnitRow]:
    """All units of ``plan`` with its ``parts`` as of ``day``, those that stand worst first; two queries."""
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
        rows[tally["department"]].of("principal" if tally["role"] in PRINCIPAL_ROLES else "partner").count(tally)

    def place(row: UnitRow) -> tuple[int, ...]:
        both = row.both
        return (-both.overdue, -both.silent, -both.total, row.department.position)

    return sorted(rows.values(), key=place)


def rankings(rows: Iterable[UnitRow]) -> list[Ranking]:
    """Those who lead, and those who take part."""
    labels = {"principal": _("负责或牵头"), "partner": _("配合或按职责分工")}
    units = sorted(rows, key=lambda row: row.department.position)
    return [_ranking(role, label, units) for role, label in labels.items()]


def _ranking(role: str, label: object, units: list[UnitRow]) -> Ranking:
    tallies = [(row.department, row.of(role)) for row in units]
    counted = [(unit, tally) for unit, tally in tallies if tally.total >= LEAST_RANKED]
    shares = sorted((tally.share for _unit, tally in counted), reverse=True)
    ranked = [Place(unit, tally, shares.index(tally.share) + 1) for unit, tally in counted]
    return Ranking(
        role=role,
        label=label,
        ranked=sorted(ranked, key=lambda place: place.rank or 0),
        apart=[Place(unit, tally, None) for unit, tally in tallies if 0 < tally.total < LEAST_RANKED],
    )
