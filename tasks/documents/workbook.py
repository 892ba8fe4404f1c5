"""
A workbook as lines: every visible sheet with a table of measures, one after the other, each after a line with its name.

Sheets that are hidden, or have no head of such a table, are not read, and named. Where none has one, the first is read.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from datetime import date, datetime
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import openpyxl
from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext as _
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.datetime import from_excel

from . import lines, table
from .raw import Rows, Unreadable, in_one_line, opened

MOST_COLUMNS = 50
MOST_BLANK = 200  # rows after each other; what comes after them is not read but asked to be moved up
LAST_ROW = 1_048_576
MOST_MERGED = 20_000
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


def _sheets(book: Any, archive: ZipFile) -> Rows:
    visible = [page for page in book.worksheets if page.sheet_state == "visible"]
    read: dict[str, Rows] = {}
    for page in visible:
        # A sheet beside the tables may hold what no table of measures does; a single one is told what is wrong with it.
        with suppress(Unreadable) if len(visible) > 1 else nullcontext():
            found = _page(page)
            found.merged &= _merged(archive.open(page._worksheet_path), len(found.rows))
            read[page.title] = found
    tables = [name for name, found in read.items() if any(table.head(table.cells(row)) for row in found.rows)]
    tables = tables or [name for name, found in read.items() if found.rows][:1]
    is_blank = {name for name, found in read.items() if not found.rows}
    together = Rows()
    for page in book.worksheets:
        if page.title in tables:
            if together.rows or len(tables) > 1:
                together.add(lines.sheet_name(page.title, is_read=True))
            together.append(read[page.title])
        elif page.title not in is_blank:
            together.add(lines.sheet_name(page.title, is_read=False))
    return together if tables else Rows()


def _page(page: Any) -> Rows:
    """Every row up to the last with anything in it, and all places as if they were merged: ``_merged`` narrows down."""
    found, blank = Rows(), 0
    page.reset_dimensions()  # what it claims may be out of date, or absurd
    for line, row in enumerate(page.iter_rows(), start=1):
        if line > LAST_ROW:
            raise Unreadable(_("工作表的行号超出范围。"))
        words = list(_cells(row, line))
        while words and not words[-1]:
            words.pop()
        if not words:
            blank += 1
            continue
        if blank > MOST_BLANK:
            raise Unreadable(_("第%(line)d行之前有太多空行，请删除后再试。") % {"line": line})
        for _each in range(blank):
            found.add("")
        blank = 0
        at = found.add("\t".join(words) + ("\t" if len(words) == 1 else ""))
        found.merged |= {(at, place) for place in range(MOST_COLUMNS)}
    return found


def _cells(row: Any, line: int) -> Iterator[str]:
    if any(cell.value is not None for cell in row[MOST_COLUMNS:]):
        raise Unreadable(_("第%(line)d行超过%(limit)d列。") % {"line": line, "limit": MOST_COLUMNS})
    for column, cell in enumerate(row[:MOST_COLUMNS], start=1):
        if cell.value is not None and cell.data_type in {"f", "e"}:
            place = {"line": line, "column": get_column_letter(column)}
            raise Unreadable(_("第%(line)d行%(column)s列是公式或错误值，请先粘贴为数值。") % place)
        yield _text(cell)


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


def _merged(sheet: Any, last: int) -> set[tuple[int, int]]:
    """Cells that stand below the first of a range that is merged downwards."""
    found: set[tuple[int, int]] = set()
    for _event, element in iterparse(sheet, forbid_dtd=True):
        if element.tag.endswith("}mergeCell") and (match := RANGE.fullmatch(element.get("ref", ""))):
            column, top, bottom = column_index_from_string(match[1]), int(match[2]), int(match[3])
            found |= {(line, column - 1) for line in range(top + 1, min(bottom, last) + 1)}
            if len(found) > MOST_MERGED:
                raise Unreadable(_("工作表中合并的单元格过多。"))
        elif element.tag.endswith("}row"):
            element.clear()
    return found
