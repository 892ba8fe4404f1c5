"""Who owes what in one table (责任矩阵): measures down, units across, a cell for each part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import pgettext_lazy

from departments.models import Department

from .choices import AssignmentRole, Timeliness
from .models import Plan

# What a role is in a cell that has room for one character; the legend says the rest.
ROLE_SIGNS = {
    AssignmentRole.SOLE: pgettext_lazy("role in one character", "负"),
    AssignmentRole.LEAD: pgettext_lazy("role in one character", "牵"),
    AssignmentRole.CO: pgettext_lazy("role in one character", "配"),
    AssignmentRole.JOINT: pgettext_lazy("role in one character", "职"),
}


@dataclass
class Column:
    """One unit: ``total`` parts in the whole matrix, and those of the measures that are shown, in the plan's order."""

    unit: Department
    total: int
    overdue: int
    parts: list[Any] = field(default_factory=list)


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
        """How many parts the whole of it has."""
        return sum(column.total for column in self.columns)


def measures_of(plan: Plan, parts: Any) -> Any:
    """The measures that ``parts`` are of, in the order of the plan: the rows, of which a page shows some."""
    measures: Any = plan.measures
    return measures.filter(Exists(parts.filter(measure=OuterRef("pk")).order_by())).in_plan_order()


def matrix(parts: Any, measures: Any) -> Matrix:
    """
    A table of ``parts``, rows of ``Assignment.objects.as_of`` with their measures and units in the order of the text:
    a column for every unit they are of, and a row for each of ``measures``, some or all of theirs. Three queries.
    """
    shown = list(parts.filter(measure__in=[measure.pk for measure in measures]))
    columns = _columns(parts)
    for part in shown:
        if part.department_id not in columns:  # given a part between the two questions
            columns[part.department_id] = Column(part.department, 1, 0)
        columns[part.department_id].parts.append(part)
    ordered = sorted(columns.values(), key=lambda column: (column.unit.position, column.unit.pk))
    return Matrix(ordered, rows_of(shown, [column.unit.pk for column in ordered]))


def rows_of(parts: Iterable[Any], units: Sequence[int]) -> list[Row]:
    """The measures that ``parts`` are of, in their order, with a cell for each of ``units``, named by their keys."""
    by_measure: dict[int, dict[int, Any]] = {}
    for part in parts:
        by_measure.setdefault(part.measure_id, {})[part.department_id] = part
    return [_row(cells, units) for cells in by_measure.values()]


def _columns(parts: Any) -> dict[int, Column]:
    late = Count("pk", filter=Q(timeliness=Timeliness.OVERDUE))
    tallies = parts.order_by().values("department").annotate(total=Count("pk"), overdue=late)
    numbers = {tally["department"]: (tally["total"], tally["overdue"]) for tally in tallies}
    return {unit.pk: Column(unit, *numbers[unit.pk]) for unit in Department.objects.filter(pk__in=numbers)}


def _row(cells: dict[int, Any], units: Sequence[int]) -> Row:
    first = next(iter(cells.values()))
    return Row(first.measure, first.wording_in_force, [cells.get(unit) for unit in units])
