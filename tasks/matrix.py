"""Who owes what in one table (责任矩阵): measures down, units across, a cell for each part."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import pgettext_lazy

from departments.models import Department

from .choices import AssignmentRole, Timeliness

# What a role is in a cell that has room for one character; the legend says the rest.
ROLE_SIGNS = {
    AssignmentRole.SOLE: pgettext_lazy("role in one character", "负"),
    AssignmentRole.LEAD: pgettext_lazy("role in one character", "牵"),
    AssignmentRole.CO: pgettext_lazy("role in one character", "配"),
    AssignmentRole.JOINT: pgettext_lazy("role in one character", "职"),
}


@dataclass
class Column:
    """One unit and its parts, in the order of the plan."""

    unit: Department
    parts: list[Any] = field(default_factory=list)

    @property
    def overdue(self) -> int:
        return sum(part.timeliness == Timeliness.OVERDUE for part in self.parts)


@dataclass(frozen=True)
class Row:
    """One measure and, under each unit in turn, its part or None."""

    measure: Any
    wording: str
    cells: list[Any]


@dataclass(frozen=True)
class Matrix:
    columns: list[Column]
    rows: list[Row]

    @property
    def total(self) -> int:
        """How many parts are in it."""
        return sum(len(column.parts) for column in self.columns)


def matrix(parts: Any) -> Matrix:
    """
    The measures and units that ``parts`` are of, and no others: rows of ``Assignment.objects.as_of`` with their
    measures and units, in the order of the text.
    """
    columns: dict[int, Column] = {}
    by_measure: dict[int, dict[int, Any]] = {}
    measures: dict[int, Any] = {}
    wordings: dict[int, str] = {}
    for part in parts:
        columns.setdefault(part.department_id, Column(part.department)).parts.append(part)
        by_measure.setdefault(part.measure_id, {})[part.department_id] = part
        measures.setdefault(part.measure_id, part.measure)
        wordings.setdefault(part.measure_id, part.wording_in_force)
    ordered = sorted(columns.values(), key=lambda column: (column.unit.position, column.unit.pk))
    rows = [
        Row(measure, wordings[key], [by_measure[key].get(column.unit.pk) for column in ordered])
        for key, measure in measures.items()
    ]
    return Matrix(ordered, rows)
