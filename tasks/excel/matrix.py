"""The matrix as a workbook: a row for each measure, a column for each unit, the colour of the light in each cell."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.models import Department

from ..choices import Timeliness
from ..matrix import Row, rows_of
from ..models import Assignment, Export, Plan
from ..timeliness import in_words
from . import about
from .design import ABOUT, ABOUT_TITLE, Design
from .ledger import safe_title
from .sheets import A3, A4, Column, Heading
from .style import Lit
from .workbook import Workbook

MEASURE_COLUMNS: tuple[Column[Row], ...] = (
    Column(gettext_lazy("序号"), 5, lambda row: row.measure.number, "ordinal", name="number"),
    Column(gettext_lazy("章节"), 12.5, lambda row: str(row.measure.section), name="section"),
    Column(gettext_lazy("工作任务"), 40, lambda row: row.wording, name="wording"),
)
# Why every light is what it is: a cell of the matrix has no room for it.
PART_COLUMNS: tuple[Column[Any], ...] = (
    Column(gettext_lazy("序号"), 5, lambda part: part.measure.number, "ordinal", name="number"),
    Column(gettext_lazy("工作任务"), 34, lambda part: part.wording_in_force, name="wording"),
    Column(gettext_lazy("责任单位"), 16, lambda part: part.department.name, name="unit"),
    Column(gettext_lazy("角色"), 10.5, lambda part: part.get_role_display(), "center", name="role"),
    Column(gettext_lazy("时效"), 10, lambda part: Timeliness(part.timeliness), "center", is_light=True, name="light"),
    Column(gettext_lazy("说明"), 40, lambda part: part.light.sentence(), name="sentence"),
    Column(gettext_lazy("时效规则"), 30, lambda part: part.light.rule(), name="rule"),
    Column(gettext_lazy("下一变化"), 30, lambda part: part.light.next_change(), name="next_change"),
)
CELLS, LIGHTS = "matrix", "lights"
DESIGN = Design(
    "matrix",
    {CELLS: gettext_lazy("责任矩阵"), LIGHTS: gettext_lazy("时效说明"), ABOUT: ABOUT_TITLE},
    {CELLS: MEASURE_COLUMNS, LIGHTS: PART_COLUMNS},
    {CELLS: 3, LIGHTS: 3},
)


def subject_of(parts: Any) -> tuple[list[int], dict[str, list[Any]]]:
    """
    What ``Export`` holds of a matrix of ``parts``, as in ``tasks.matrix``: the measures in their order, and besides
    the parts and, as they are called now, the units. Two queries.
    """
    found = list(parts.prefetch_related(None).values_list("pk", "measure", "department"))
    units = Department.objects.filter(pk__in={unit for _part, _measure, unit in found}).order_by("position", "pk")
    measures = list(dict.fromkeys(measure for _part, measure, _unit in found))
    return measures, {
        "parts": [part for part, *_rest in found],
        "units": [list(unit) for unit in units.values_list("pk", "name")],
    }


class MatrixWorkbook(Workbook):
    """
    The matrix: exactly its cells, under ``units``, ``(key, name)`` in their order; ``parts`` are the keys of those that
    are in it.
    """

    design = DESIGN

    def __init__(
        self,
        *,
        plan: Plan,
        as_of: date,
        exported_by: str,
        units: Sequence[tuple[int, str]],
        parts: Collection[int],
        exported_at: datetime | None = None,
        conditions: Sequence[tuple[str, str]] = (),
        left_out: Collection[str] = (),
    ) -> None:
        self.plan, self.day, self.units, self.parts = plan, as_of, list(units), frozenset(parts)
        self.exported_by, self.exported_at, self.conditions = exported_by, exported_at, conditions
        self.title = _("%(plan)s责任矩阵") % {"plan": plan.title}
        super().__init__(title=self.title, exported_by=exported_by, left_out=left_out)

    @classmethod
    def of(cls, export: Export) -> Self:
        return cls(
            plan=export.plan,
            as_of=export.as_of,
            exported_by=export.author.name,
            exported_at=export.begun_at,
            conditions=[(label, value) for label, value in export.conditions],
            left_out=export.left_out,
            units=[(key, name) for key, name in export.subject["units"]],
            parts=export.subject["parts"],
        )

    def filename(self) -> str:
        """强化知识产权保护推进计划_责任矩阵_2022-01-12.xlsx."""
        words = {"plan": safe_title(self.plan), "day": self.day.isoformat()}
        return _("%(plan)s_责任矩阵_%(day)s.xlsx") % words

    def add(self, keys: Sequence[int]) -> None:
        """Rows of the measures ``keys``; a fixed number of queries."""
        rows = Assignment.objects.as_of(self.day, self.plan).named(self.day).filter(measure__in=keys)
        rows = rows.with_members(self.day).select_related("measure__section", "department").in_text_order()
        found = [part for part in rows if part.pk in self.parts]
        lines = rows_of(found, [key for key, _name in self.units])
        self.listed["measures"] += len(lines)
        self.listed["parts"] += len(found)
        contents = {CELLS: lines, LIGHTS: found}
        for name, page in self.pages.items():
            page.add(contents[name])

    def _columns(self, name: str) -> list[Column[Any]]:
        columns = super()._columns(name)
        if name != CELLS:
            return columns
        units = [
            Column(name, 8, partial(_cell, place), "center", is_light=True)
            for place, (_key, name) in enumerate(self.units)
        ]
        return [*columns, *units]

    def _heading(self, name: str) -> Heading:
        day = _("数据截至%(day)s") % {"day": in_words(self.day)}
        numbers = {"measures": self.listed["measures"], "units": len(self.units), "parts": self.listed["parts"]}
        note = [
            day,
            _("导出人：%(person)s") % {"person": self.exported_by},
            _("任务%(measures)d项，责任单位%(units)d个，责任分工%(parts)d项") % numbers,
        ]
        if self.conditions:
            words = "；".join(f"{label}：{value}" for label, value in self.conditions)
            note.append(_("导出条件：%(conditions)s") % {"conditions": words})
        return Heading(
            title=_("%(title)s时效说明") % {"title": self.title} if name == LIGHTS else self.title,
            document=f"{self.plan.number}　{self.plan.issuer}",
            note="　·　".join(note),
            foot=self.plan.number,
            as_of=day,
            empty=_("没有符合条件的责任分工。"),
            paper=A3 if name == CELLS else A4,
        )

    def _told(self) -> list[about.Line]:
        what = {
            CELLS: _("每项任务一行，每个责任单位一列，交叉处为该单位的角色和时效。"),
            LIGHTS: _("每项责任分工一行，说明时效的由来、所依规则和下一变化。"),
        }
        return [
            *about.taken(self.day, self.exported_by, self.exported_at, self.conditions),
            *((self.design.titles[name], words) for name, words in what.items() if self._has(name)),
            *about.rules(self.plan, self.day),
        ]


def _cell(place: int, row: Row) -> Lit | None:
    part = row.cells[place]
    if part is None:
        return None
    return Lit(f"{part.get_role_display()}\n{Timeliness(part.timeliness).label}", part.timeliness)
