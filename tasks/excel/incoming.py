"""The rows of a sheet that comes in, one at a time and no more of it in memory, and its merged cells."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from typing import Any

from django.utils.translation import gettext as _
from openpyxl.utils import range_boundaries
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.xml.constants import SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from .cells import said
from .formats import LAST_ROW, MOST_COLUMNS, Unreadable

ROW, MERGED = f"{{{SHEET_MAIN_NS}}}row", f"{{{SHEET_MAIN_NS}}}mergeCell"
MOST_CELLS = 16_384  # in a row of any worksheet
MOST_MERGED = 5000


class _Parser(WorkSheetParser):
    """Rows alone, and afterwards ``merged``: openpyxl builds objects of all else that a sheet has, however many."""

    def __init__(self, sheet: Any, source: Any) -> None:
        book = sheet.parent
        dates = {"date_formats": book._date_formats, "timedelta_formats": book._timedelta_formats}
        super().__init__(source, sheet._shared_strings, epoch=book.epoch, **dates)
        self.title = said(sheet.title)
        self.merged: list[str] = []

    def parse(self) -> Generator[Any, None, None]:
        for _event, element in iterparse(self.source):
            if element.tag == ROW:
                if len(element) > MOST_CELLS:
                    raise Unreadable(_("工作表“%(sheet)s”有一行的单元格过多。") % {"sheet": self.title})
                row = self.parse_row(element)
                self.row_dimensions.clear()
                element.clear()
                yield row
            elif element.tag == MERGED:
                if len(self.merged) == MOST_MERGED:
                    words = _("工作表“%(sheet)s”的合并单元格超过%(most)d处，请取消合并后再试。")
                    raise Unreadable(words % {"sheet": self.title, "most": MOST_MERGED})
                self.merged.append(element.get("ref", ""))


class Rows:
    """
    Iterates over ``(line, cells)`` of every row that the sheet has; ``merged`` is known when that is over: ranges as
    ``(first column, first line, last column, last line)``.

    ``until`` is when patience ends, on the clock of ``time.monotonic``. Raises ``Unreadable``.
    """

    def __init__(self, sheet: Any, *, until: float) -> None:
        self.sheet, self.until = sheet, until
        self.merged: list[tuple[int, int, int, int]] = []

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        before = 0
        with self.sheet._get_source() as source:
            parser = _Parser(self.sheet, source)
            for line, cells in parser.parse():
                in_time(self.until)
                if line > LAST_ROW:
                    raise Unreadable(_("工作表的行号超出范围。"))
                if line <= before:
                    words = _("工作表“%(sheet)s”第%(line)d行的行号重复或颠倒。")
                    raise Unreadable(words % {"sheet": parser.title, "line": line})
                before = line
                yield line, self.sheet._get_row(cells, max_col=MOST_COLUMNS)
        for first_column, first, last_column, last in map(range_boundaries, parser.merged):
            self.merged.append((first_column or 1, first or 1, last_column or MOST_CELLS, last or LAST_ROW))


def in_time(until: float) -> None:
    """Raises ``Unreadable`` when patience has ended."""
    if time.monotonic() > until:
        raise Unreadable(_("读取用时过长，请减少行数，分次上传。"))
