"""A workbook as it goes out: its sheets one after the other, put into one file with what frames their rows."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from typing import IO, Any, TypeVar

from openpyxl import Workbook

from .rows import letter
from .sheets import CHOICES, NO, YES, Column, Heading, Page
from .style import Pen, printable

Row = TypeVar("Row")
Before = Callable[[int], Iterable[bytes]]  # the rows of a page, by its place, that were written earlier

ROWS = re.compile(rb"<sheetData\s*/>|<sheetData>.*?</sheetData>", re.DOTALL)
SIZE = re.compile(rb'<dimension ref="[^"]*"\s*/>')
SPEED = 3  # of packing, of 9: half the time of the usual 6, files a tenth larger


def nothing(_place: int) -> Iterable[bytes]:
    return ()


class Book:
    """
    One workbook: ``page`` begins a sheet, ``content`` or ``save`` finishes the file.

    openpyxl draws the frames; the rows go into the file beside it, as they were written.
    """

    def __init__(self, title: str, exported_by: str) -> None:
        self._book = Workbook()
        self.pen = Pen(self._book)
        self.pages: list[Page[Any]] = []
        self._book.properties.title = printable(title)
        self._book.properties.creator = self._book.properties.lastModifiedBy = printable(exported_by)

    def page(
        self,
        title: object,
        heading: Heading | None,
        columns: Sequence[Column[Row]],
        rows: Iterable[Row] = (),
        *,
        frozen: int = 0,
        is_hidden: bool = False,
    ) -> Page[Row]:
        """A new sheet, with ``rows`` to begin with."""
        page = Page(self.pen, str(title), heading, columns, frozen=frozen, is_hidden=is_hidden)
        self.pages.append(page)
        page.add(rows)
        return page

    def content(self) -> bytes:
        written = BytesIO()
        self.save(written)
        return written.getvalue()

    def save(self, out: IO[bytes], before: Before = nothing) -> None:
        """Writes the file; ``before`` gives the rows of each page that were taken from it."""
        book = self._book
        for place, page in enumerate(self.pages):
            sheet: Any = book.create_sheet() if place else book.worksheets[0]
            sheet.title = page.title
            page.frame(sheet)
        if any(column.takes == "yes" for page in self.pages for column in page.columns):
            self._add_choices()
        book.active = next(place for place, page in enumerate(self.pages) if not page.is_hidden)
        framed = BytesIO()
        book.save(framed)
        with (
            zipfile.ZipFile(framed) as frame,
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=SPEED) as packed,
        ):
            places = {f"xl/worksheets/sheet{place}.xml": place - 1 for place in range(1, len(self.pages) + 1)}
            for name in frame.namelist():
                if name in places:
                    self._write(packed, name, frame.read(name), places[name], before)
                else:
                    packed.writestr(name, frame.read(name))

    def _write(self, packed: zipfile.ZipFile, name: str, frame: bytes, place: int, before: Before) -> None:
        """One sheet, its rows where the frame has none."""
        page = self.pages[place]
        last = f"{letter(len(page.columns))}{max(page.line, page.head + 1)}"
        top, bottom = ROWS.split(SIZE.sub(f'<dimension ref="A1:{last}"/>'.encode(), frame, count=1))
        with packed.open(name, "w", force_zip64=True) as file:
            file.write(b"<?xml version='1.0' encoding='UTF-8'?>\n" + top + b"<sheetData>")
            for rows in page.content(before(place)):
                file.write(rows)
            file.write(b"</sheetData>" + bottom)

    def _add_choices(self) -> None:
        """The hidden sheet from which cells are chosen: lists written into a cell end at 255 characters."""
        sheet = self._book.create_sheet(str(CHOICES))
        for line, word in enumerate((YES, NO), start=1):
            sheet.cell(line, 1, str(word))
        sheet.sheet_state = "hidden"
