"""A sheet that can be handed on: heading, columns, panes, filter, and how it is printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from ..models import demonstration_mark
from .style import MOST_LINES, Pen, capacity, lines, lines_of, printable, row_height

Row = TypeVar("Row")

TITLE_ROW, DOCUMENT_ROW, NOTE_ROW, HEADER_ROW = 1, 2, 3, 4
A3, A4 = 8, 9  # Excel's numbers for sizes of paper
MOST_IN_A_FOOTER = 80  # characters of each part; Excel refuses more than 255 in all


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A column: its heading, its width in narrow characters, what stands in it, and where text stands in a cell."""

    label: object
    width: float
    value: Callable[[Row], object]
    align: str = "left"


@dataclass(frozen=True)
class Heading:
    """The lines above the table, and what stands at the foot of each printed page."""

    title: str
    document: str
    note: str
    foot: str
    as_of: str
    empty: str = ""  # what stands there instead of rows
    paper: int = A4


def draw(
    pen: Pen,
    sheet: Worksheet,
    heading: Heading,
    columns: tuple[Column[Row], ...],
    rows: Iterable[Row],
    *,
    frozen: int,
) -> None:
    """The whole sheet; ``frozen`` columns stay in place when it is scrolled sideways."""
    _head(pen, sheet, heading, columns)
    last, is_cut = HEADER_ROW, False
    for last, row in enumerate(rows, start=HEADER_ROW + 1):
        most = 2
        for place, column in enumerate(columns, start=1):
            value = column.value(row)
            needed = lines_of(value, column.width)
            # What no row is high enough for shows its beginning, not its middle.
            pen.write(sheet, last, place, value, "cut" if needed > MOST_LINES else column.align)
            most = max(most, needed)
        sheet.row_dimensions[last].height = row_height(most)
        is_cut = is_cut or most > MOST_LINES
    note = heading.note + (_("　·　部分文字超出行高上限，打印不全，全文请点开单元格查看") if is_cut else "")
    _banner(pen, sheet, NOTE_ROW, note, columns, "note")
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{get_column_letter(len(columns))}{last}"
    if last == HEADER_ROW:
        _banner(pen, sheet, last + 1, heading.empty or _("没有符合条件的任务。"), columns, "center")
        sheet.row_dimensions[last + 1].height = row_height(3)
    sheet.freeze_panes = f"{get_column_letter(frozen + 1)}{HEADER_ROW + 1}"
    _print(sheet, heading)


def _head(pen: Pen, sheet: Worksheet, heading: Heading, columns: tuple[Column[Row], ...]) -> None:
    _banner(pen, sheet, TITLE_ROW, heading.title, columns, "title", size=18)
    mark = _("【演示数据，均非真实】") if demonstration_mark() else ""
    _banner(pen, sheet, DOCUMENT_ROW, mark + heading.document, columns, "document", size=11)
    for place, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width
        pen.write(sheet, HEADER_ROW, place, str(column.label), "header")
    most = max(lines_of(str(column.label), column.width) for column in columns)
    sheet.row_dimensions[HEADER_ROW].height = row_height(max(2, most))


def _banner(
    pen: Pen,
    sheet: Worksheet,
    row: int,
    text: str,
    columns: tuple[Column[Row], ...],
    look: str,
    size: float = 10,
) -> None:
    """A line of ``size`` points over the whole width."""
    for place in range(1, len(columns) + 1):
        pen.write(sheet, row, place, text if place == 1 else None, look)
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(columns))
    room = capacity(sum(column.width for column in columns) * 10 / size)
    sheet.row_dimensions[row].height = row_height(lines(printable(text), room), size)


def _print(sheet: Worksheet, heading: Heading) -> None:
    """Landscape, as many pages long as it takes and one wide, the header on each, page n / m."""
    page: Any = sheet
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = heading.paper
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    page.print_options.horizontalCentered = True
    margins = page.page_margins  # in inches
    margins.left = margins.right = margins.header = margins.footer = 0.3
    margins.top, margins.bottom = 0.5, 0.65
    page.oddFooter.left.text = _footing(heading.foot)
    page.oddFooter.center.text = _("第 %(page)s 页 / 共 %(pages)s 页") % {"page": "&P", "pages": "&N"}
    page.oddFooter.right.text = _footing(heading.as_of)


def _footing(text: str) -> str:
    """Text as a footer can hold it, where & begins a code."""
    return " ".join(printable(text).split())[:MOST_IN_A_FOOTER].replace("&", "&&")
