"""
A workbook as lines: every visible sheet with a table of measures, one after the other, each after a line with its name.

Sheets that are hidden, or have no head of such a table, are not read, and named; so are rows and columns that are
hidden. Where no sheet has such a head, the first is read.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import openpyxl
from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext as _
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.datetime import from_excel

from . import lines, table, unread
from .raw import Rows, Unreadable, in_one_line, opened
from .table import Table

MOST_COLUMNS = 50
MOST_BLANK = 200  # rows after each other; what comes after them is not read but asked to be moved up
LAST_ROW = 1_048_576
MOST_MERGED = 20_000
MOST_HIDDEN = 20_000
MOST_NAMED = 20  # runs of hidden rows
ON = {"1", "true"}
LAST_DAY = 2_958_465  # 9999-12-31, as Excel counts
CHINESE_DAYS = {
    **dict.fromkeys((27, 36, 50, 52, 57), "yyyy年m月"),
    **dict.fromkeys((28, 29, 51, 53, 54, 58), "m月d日"),
    31: "yyyy年m月d日",
}
RANGE = re.compile(r"([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})")


def rows(data: bytes) -> Rows:
    """Raises ``Unreadable``."""
    try:
        with opened(data) as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of features that have nothing to do with cells
            book = openpyxl.load_workbook(BytesIO(data), read_only=True, keep_links=False)
            try:
                found = _sheets(book, archive)
            finally:
                book.close()
    except Unreadable:
        raise
    except Exception as error:  # a damaged workbook fails in as many ways as it has parts
        raise Unreadable(_("文件不是有效的 .xlsx 工作簿，请用 Excel 或 WPS 重新保存后再试。")) from error
    if not found.rows:
        raise Unreadable(_("工作簿中没有内容。"))
    return found


@dataclass
class Page:
    """What one sheet holds; ``fault`` says why it is not taken, ``refusal`` as well where."""

    rows: Rows = field(default_factory=Rows)
    fault: str = ""
    refusal: str = ""
    hidden: str = ""  # places of rows and columns

    @property
    def head(self) -> Table | None:
        return next(filter(None, (table.head(table.cells(row)) for row in self.rows.rows)), None)


def _sheets(book: Any, archive: ZipFile) -> Rows:
    """A sheet of measures that is not taken refuses the whole; one beside them is named with the reason."""
    read: dict[str, Page] = {}
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            page = read[sheet.title] = _page(sheet, archive)
            if page.fault and page.head and table.WORDING in page.head.columns.values():
                raise Unreadable(page.refusal)
    taken = {name: page for name, page in read.items() if page.rows.rows and not page.fault}
    tables = [name for name, page in taken.items() if page.head] or list(taken)[:1]
    refusals = [page.refusal for page in read.values() if page.fault]
    if refusals and not any(page.head for page in taken.values()):
        raise Unreadable(refusals[0])
    together = Rows()
    for sheet in book.worksheets:
        page = read.get(sheet.title, Page())
        if sheet.title in tables:
            if together.rows or len(tables) > 1:
                together.add(lines.sheet_name(sheet.title, is_read=True))
            together.append(page.rows)
            if page.hidden:
                together.add(unread.places_of(sheet.title, page.hidden))
        elif page.rows.rows or page.fault or sheet.title not in read:
            together.add(lines.sheet_name(sheet.title, is_read=False, why=page.fault))
    return together if tables else Rows()


def _page(sheet: Any, archive: ZipFile) -> Page:
    page = Page()
    try:
        shape = _shape(archive.open(sheet._worksheet_path))
        _read(sheet, shape, page)
        page.rows.merged &= shape.merged(len(page.rows.rows))
    except Unreadable as error:
        page.fault = error.args[0]
        page.refusal = _("工作表“%(name)s”：%(why)s") % {"name": sheet.title, "why": page.fault}
    return page


def _read(sheet: Any, shape: Shape, page: Page) -> None:
    """
    Every row that is shown, up to the last with anything in it, in its place, and all places as if they were merged:
    ``Shape.merged`` narrows down. A cell that is a formula is a fault; what comes after it is read all the same.
    """
    found, blank, unseen = page.rows, 0, 0
    hidden_rows: list[int] = []
    hidden_columns: set[int] = set()
    sheet.reset_dimensions()  # what it claims may be out of date, or absurd
    for line, row in enumerate(sheet.iter_rows(), start=1):
        if line > LAST_ROW:
            raise Unreadable(_("工作表的行号超出范围。"))
        if any(cell.value is not None for cell in row[MOST_COLUMNS:]):
            raise Unreadable(_("第%(line)d行超过%(limit)d列。") % {"line": line, "limit": MOST_COLUMNS})
        filled = {place for place, cell in enumerate(row[:MOST_COLUMNS]) if cell.value is not None}
        if line in shape.hidden_rows:
            hidden_rows += [line] if filled else []
            unseen += 1
            continue
        hidden_columns |= filled & shape.hidden_columns
        words = ["" if place in shape.hidden_columns else _cell(cell, page) for place, cell in enumerate(row)]
        while words and not words[-1]:
            words.pop()
        if not words:
            blank += 1
            continue
        if blank > MOST_BLANK:
            raise Unreadable(_("第%(line)d行之前有太多空行，请删除后再试。") % {"line": line})
        for _each in range(blank + unseen):
            found.add("")
        blank = unseen = 0
        at = found.add("\t".join(words) + ("\t" if len(words) == 1 else ""))
        found.merged |= {(at, place) for place in range(MOST_COLUMNS)}
    page.hidden = _places(hidden_rows, hidden_columns)


def _places(hidden_rows: Sequence[int], hidden_columns: Collection[int]) -> str:
    """第3、5—7行和D列: in the words of the file, not of the page's language."""
    spans: list[tuple[int, int]] = []
    for row in hidden_rows:
        if spans and spans[-1][1] == row - 1:
            spans[-1] = (spans[-1][0], row)
        else:
            spans.append((row, row))
    more = "等" if len(spans) > MOST_NAMED else ""
    numbers = "、".join(f"{first}—{last}" if first < last else str(first) for first, last in spans[:MOST_NAMED])
    letters = "、".join(get_column_letter(place + 1) for place in sorted(hidden_columns))
    return "和".join(filter(None, (numbers and f"第{numbers}{more}行", letters and f"{letters}列")))


def _cell(cell: Any, page: Page) -> str:
    if cell.value is not None and cell.data_type in {"f", "e"}:
        place = f"{cell.parent.title}!{cell.coordinate}"
        fault = _("%(place)s是公式或错误值，请先粘贴为数值。") % {"place": place}
        page.fault, page.refusal = page.fault or fault, page.refusal or fault
        return ""
    return _text(cell)


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    # Excel's Chinese formats of days have numbers of their own, which openpyxl takes for those of numbers.
    form = CHINESE_DAYS.get(cell.style_array.numFmtId, "")
    if form and isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < LAST_DAY:
        value = from_excel(value)
    if isinstance(value, datetime | date):
        return _day(value, form or str(cell.number_format))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return in_one_line(str(value))


def _day(value: datetime | date, form: str) -> str:
    """A day as its cell shows it: without the day of the month, or without the year, where that is not shown."""
    shown = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", form.split(";")[0]).lower()
    if "y" in shown and "d" not in shown:
        return f"{value.year}年{value.month}月" if "m" in shown else f"{value.year}年"
    if "d" in shown and "m" in shown and "y" not in shown:
        return f"{value.month}月{value.day}日"
    if "m" in shown and "d" not in shown and "y" not in shown and "h" not in shown and "s" not in shown:
        return f"{value.month}月"
    return f"{value.year}年{value.month}月{value.day}日"


@dataclass
class Shape:
    """What a sheet says of its rows (from 1), its columns (from 0), and of cells that are merged downwards."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    ranges: list[tuple[int, int, int]] = field(default_factory=list)  # column, first row, last row

    def merged(self, last: int) -> set[tuple[int, int]]:
        """Cells that stand below the first of a range, where that is shown."""
        found: set[tuple[int, int]] = set()
        for column, top, bottom in self.ranges:
            if top not in self.hidden_rows:
                found |= {(line, column) for line in range(top + 1, min(bottom, last) + 1)}
            if len(found) > MOST_MERGED:
                raise Unreadable(_("工作表中合并的单元格过多。"))
        return found


def _shape(sheet: Any) -> Shape:
    shape, line = Shape(), 0
    for _event, element in iterparse(sheet, forbid_dtd=True):
        if element.tag.endswith("}mergeCell") and (match := RANGE.fullmatch(element.get("ref", ""))):
            shape.ranges.append((column_index_from_string(match[1]) - 1, int(match[2]), int(match[3])))
            if len(shape.ranges) > MOST_MERGED:
                raise Unreadable(_("工作表中合并的单元格过多。"))
        elif element.tag.endswith("}col") and element.get("hidden", "0") in ON:
            first, last = element.get("min", ""), element.get("max", "")
            if first.isdecimal() and last.isdecimal():
                shape.hidden_columns |= set(range(int(first) - 1, min(int(last), MOST_COLUMNS)))
        elif element.tag.endswith("}row"):
            told = element.get("r", "")
            line = int(told) if told.isdecimal() else line + 1
            if element.get("hidden", "0") in ON and len(element):
                shape.hidden_rows.add(line)
            if len(shape.hidden_rows) > MOST_HIDDEN:
                raise Unreadable(_("工作表中隐藏的行过多，请取消隐藏或删除后再试。"))
            element.clear()
    return shape
