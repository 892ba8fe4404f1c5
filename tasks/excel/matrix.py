"""The matrix as a workbook: a row for each measure, a column for each unit, the colour of the light in each cell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook

from ..choices import Timeliness
from ..matrix import Matrix, Row
from ..models import Plan
from ..timeliness import in_words
from .ledger import safe_title
from .sheets import A3, Column, Heading, draw
from .style import Lit, Pen, printable

MEASURE_COLUMNS: tuple[Column[Row], ...] = (
    Column(gettext_lazy("序号"), 5, lambda row: row.measure.number, "ordinal"),
    Column(gettext_lazy("章节"), 12.5, lambda row: str(row.measure.section)),
    Column(gettext_lazy("工作任务"), 40, lambda row: row.wording),
)


def workbook(
    *,
    plan: Plan,
    matrix: Matrix,
    as_of: date,
    exported_by: str,
    conditions: Sequence[tuple[str, str]] = (),
) -> bytes:
    """The bytes of an .xlsx with exactly the cells of ``matrix``; ``conditions`` as in ``ledger.workbook``."""
    book = Workbook()
    title = _("%(plan)s责任矩阵") % {"plan": plan.title}
    book.properties.title = printable(title)
    book.properties.creator = book.properties.lastModifiedBy = printable(exported_by)
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
    sheet: Any = book.active
    sheet.title = _("责任矩阵")
    draw(Pen(book), sheet, heading, (*MEASURE_COLUMNS, *_units(matrix)), matrix.rows, frozen=3)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _units(matrix: Matrix) -> list[Column[Row]]:
    return [Column(column.unit.name, 8, partial(_cell, place), "center") for place, column in enumerate(matrix.columns)]


def _cell(place: int, row: Row) -> Lit | None:
    part = row.cells[place]
    if part is None:
        return None
    return Lit(f"{part.get_role_display()}\n{Timeliness(part.timeliness).label}", part.timeliness)


def filename(plan: Plan, as_of: date) -> str:
    """The workbook's name, safe on every system: 强化知识产权保护推进计划_责任矩阵_2022-01-12.xlsx."""
    return _("%(plan)s_责任矩阵_%(day)s.xlsx") % {"plan": safe_title(plan), "day": as_of.isoformat()}
