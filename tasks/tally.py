"""Parts, counted: how they stand, in which roles, and how many of them stand badly, of how many that can."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from django.db.models import Count

from .choices import PRINCIPAL_ROLES, Timeliness

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

# What a row of ``tallied`` is told apart by, beside what its caller wants.
COLUMNS = ("department", "role", "is_ongoing", "timeliness", "has_reported")


def tallied(parts: Any, *columns: str) -> Any:
    """``parts`` of ``as_of``, counted by ``COLUMNS`` and ``columns``: rows for ``Tally.count``, one query."""
    return parts.order_by().with_timeframe().values(*COLUMNS, *columns).annotate(number=Count("pk"))


@dataclass
class Tally:
    """
    Parts by light, by what the unit is in them (it answers for the measure, or takes part), and by timeframe.

    ``reported`` are those of which the unit has said what it owed; ``dated`` can be overdue, ``ongoing`` silent.
    """

    lights: Counter[str] = field(default_factory=Counter)
    principal: int = 0
    partner: int = 0
    reported: int = 0
    dated: int = 0
    ongoing: int = 0

    def __add__(self, other: Tally) -> Tally:
        pairs: Any = zip(vars(self).values(), vars(other).values(), strict=True)
        return Tally(*(one + another for one, another in pairs))

    def count(self, row: dict[str, Any]) -> None:
        """Takes in one row of ``tallied``."""
        number = row["number"]
        is_principal = row["role"] in PRINCIPAL_ROLES
        self.lights[row["timeliness"]] += number
        self.principal += number * is_principal
        self.partner += number * (not is_principal)
        self.reported += number * bool(row["has_reported"])
        self.ongoing += number * bool(row["is_ongoing"])
        self.dated += number * (not row["is_ongoing"])

    @property
    def total(self) -> int:
        return self.principal + self.partner

    @property
    def cells(self) -> list[tuple[Timeliness, int]]:
        """Every light with its number."""
        return [(light, self.lights[light]) for light in ORDER]

    @property
    def overdue(self) -> int:
        return self.lights[Timeliness.OVERDUE]

    @property
    def silent(self) -> int:
        return self.lights[Timeliness.SILENT]

    @property
    def good(self) -> int:
        """Neither overdue nor silent."""
        return self.total - self.overdue - self.silent

    @property
    def share(self) -> Fraction:
        """Of ``good`` among all; of none at all there is none."""
        return Fraction(self.good, self.total)

    @property
    def percent(self) -> int:
        """0–100, rounded down, so that 100 means all."""
        return self.good * 100 // self.total
