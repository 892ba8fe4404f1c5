"""The matrix as a workbook: a row for each measure, a column for each unit, the colour of the light in each cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..choices import Timeliness
from ..matrix import Matrix, Row
from ..models import Plan
from ..timeliness import in_words
from . import about
from .book import Book
from .ledger import safe_title
from .sheets import A3, A4, Column, Heading
from .style import Lit

MEASURE_COLUMNS: tuple[Column[Row], ...] = (
    Column(gettext_lazy("序号"), 5, lambda row: row.measure.number, "ordinal"),
    Column(gettext_lazy("章节"), 12.5, lambda row: str(row.measure.section)),
    Column(gettext_lazy("工作任务"), 40, lambda row: row.wording),
)
# Why every light is what it is: a cell of the matrix has no room for it.
PART_COLUMNS: tuple[Column[Any], ...] = (
    Column(gettext_lazy("序号"), 5, lambda part: part.measure.number, "ordinal"),
    Column(gettext_lazy("工作任务"), 34, lambda part: part.wording_in_force),
    Column(gettext_lazy("责任单位"), 16, lambda part: part.department.name),
    Column(gettext_lazy("角色"), 10.5, lambda part: part.get_role_display(), "center"),
    Column(gettext_lazy("时效"), 10, lambda part: Timeliness(part.timeliness), "center", is_light=True),
    Column(gettext_lazy("说明"), 40, lambda part: part.light.sentence()),
    Column(gettext_lazy("时效规则"), 30, lambda part: part.light.rule()),
    Column(gettext_lazy("下一变化"), 30, lambda part: part.light.next_change()),
)


def workbook(
    *,
    plan: Plan,
    matrix: Matrix,
    as_of: date,
    exported_by: str,
    exported_at: datetime | None = None,
    conditions: Sequence[tuple[str, str]] = (),
) -> bytes:
    """The bytes of an .xlsx with exactly the cells of ``matrix``; ``conditions`` as in ``ledger.workbook``."""
    title = _("%(plan)s责任矩阵") % {"plan": plan.title}
    book = Book(title, exported_by)
    day = _("数据截至%(day)s") % {"day": in_words(as_of)}
    note = [
        day,
        _("导出人：%(person)s") % {"person": exported_by},
        _("任务%(measures)d项，责任单位%(units)d个，责任分工%(parts)d项")
        % {"measures": len(matrix.rows), "units": len(matrix.columns), "parts": matrix.total},
    ]
    if conditions:
        words = "；".join(f"{label}：{value}" for label, value in conditions)
        note.append(_("导出条件：%(conditions)s") % {"conditions": words})
    heading = Heading(
        title=title,
        document=f"{plan.number}　{plan.issuer}",
        note="　·　".join(note),
        foot=plan.number,
        as_of=day,
        empty=_("没有符合条件的责任分工。"),
        paper=A3,
    )
    book.page(_("责任矩阵"), heading, (*MEASURE_COLUMNS, *_units(matrix)), matrix.rows, frozen=3)
    parts = [part for row in matrix.rows for part in row.cells if part is not None]
    explained = replace(heading, title=_("%(title)s时效说明") % {"title": title}, paper=A4)
    book.page(_("时效说明"), explained, PART_COLUMNS, parts, frozen=3)
    lines = [
        *about.taken(as_of, exported_by, exported_at, conditions),
        (_("责任矩阵"), _("每项任务一行，每个责任单位一列，交叉处为该单位的角色和时效。")),
        (_("时效说明"), _("每项责任分工一行，说明时效的由来、所依规则和下一变化。")),
        *about.rules(plan, as_of),
    ]
    about.explain(book, heading, lines)
    return book.content()


def _units(matrix: Matrix) -> list[Column[Row]]:
    return [
        Column(column.unit.name, 8, partial(_cell, place), "center", is_light=True)
        for place, column in enumerate(matrix.columns)
    ]


def _cell(place: int, row: Row) -> Lit | None:
    part = row.cells[place]
    if part is None:
        return None
    return Lit(f"{part.get_role_display()}\n{Timeliness(part.timeliness).label}", part.timeliness)


def filename(plan: Plan, as_of: date) -> str:
    """The workbook's name, safe on every system: 强化知识产权保护推进计划_责任矩阵_2022-01-12.xlsx."""
    return _("%(plan)s_责任矩阵_%(day)s.xlsx") % {"plan": safe_title(plan), "day": as_of.isoformat()}
