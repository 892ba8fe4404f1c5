"""How the units of a plan stand, and in which order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from departments.models import Department

from ..choices import PRINCIPAL_ROLES
from ..models import Plan, units_of
from ..tally import Tally, tallied

# Of fewer parts than this a share says nothing: such units are shown apart.
LEAST_RANKED = 3


@dataclass
class UnitRow:
    """One unit's parts: those for which it answers or leads, and those in which it takes part."""

    department: Department
    principal: Tally = field(default_factory=Tally)
    partner: Tally = field(default_factory=Tally)

    @property
    def both(self) -> Tally:
        return self.principal + self.partner

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
    rows = {department.pk: UnitRow(department) for department in units_of(plan, day)}
    for tally in tallied(parts):
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
