"""
The two kinds of file that go out and come in: XLSX workbooks and CSV in UTF-8 with a byte order mark.

Going out, text stays text whatever it begins with, and dates and numbers stay what they are. Coming in, a file
is read under limits and refused with a sentence that names the place, or becomes a ``Sheet``.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time
from functools import partial
from typing import Any

import openpyxl
import tablib
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export.formats.base_formats import CSV, XLSX
from openpyxl.utils import get_column_letter

from ..validators import printable
from .book import Book
from .sheets import Column

# What a spreadsheet program would take for a formula, after any apostrophes that already stand before it.
FORMULA = re.compile(r"'*[=+\-@\t\r]")
# What XML 1.0 cannot say; a workbook that holds one of these does not open.
UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

LAST_ROW = 1_048_576  # of any worksheet; a row number beyond it is made up
MOST_COLUMNS = 100
MOST_IN_A_TITLE = 31  # characters of a sheet's name
MOST_ENTRIES = 1000  # files in a workbook's archive; an ordinary one has a dozen
TAGS_IN_A_ROW = 200  # of a sheet and of the texts beside it, for every row that may come in; four are usual for a cell
GROWS_WITH_ROWS = ("xl/worksheets/", "xl/sharedStrings")
MOST_TAGS = 50_000  # of all else: styles, names, relations
CHUNK = 1024 * 1024  # bytes
FILLED_IN_HEADER = 2  # a merged title fills one cell, a header two or more


class Unreadable(ValueError):
    """A file that cannot be read; ``args[0]`` says why and where, in Chinese."""


class Sheet(tablib.Dataset):
    """Rows under a header; ``lines`` are their numbers in the file."""

    lines: list[int]


def _native(value: Any) -> Any:
    """What both kinds of file can say: no time zones, no characters that break them."""
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    if isinstance(value, str):
        return UNSPEAKABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    return value


def _at(place: int, row: Sequence[Any]) -> Any:
    return _native(row[place])


class LedgerXLSX(XLSX):
    def get_title(self) -> str:
        return _("Excel 工作簿（.xlsx）")

    def get_extension(self) -> str:
        return "xlsx"

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        """One sheet in the looks of all workbooks, its header on the first line: other programs read it too."""
        book = Book(str(dataset.title or ""), "")
        columns = [
            Column(header, max(12, 2 * len(header) + 4), partial(_at, place), "plain")
            for place, header in enumerate(dataset.headers)
        ]
        book.page((dataset.title or _("数据"))[:MOST_IN_A_TITLE], None, columns, dataset)
        return book.content()

    def create_dataset(self, in_stream: bytes, **kwargs: Any) -> Sheet:
        data = in_stream
        look_into_archive(data, rows=settings.IMPORT_MAX_ROWS)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of features that a table of names has no use for
                book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
                try:
                    return _sheet(self._rows(book))
                finally:
                    book.close()
        except Unreadable:
            raise
        except Exception as error:  # a damaged workbook fails in as many ways as it has parts
            raise Unreadable(_("文件不是有效的 .xlsx 工作簿，请用 Excel 或 WPS 重新保存后再试。")) from error

    @staticmethod
    def _rows(book: Any) -> Iterator[list[Any]]:
        if not book.worksheets:
            raise Unreadable(_("工作簿中没有工作表。"))
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what it claims may be out of date, or absurd
        filled = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible" and _has_words(sheet)]
        if len(filled) > 1:
            names = "、".join(f"“{sheet.title}”" for sheet in filled)
            said = _("工作簿中%(names)s都有内容，一次只导入一张工作表，请把其余的删去或另存。")
            raise Unreadable(said % {"names": names})
        page = (filled or book.worksheets)[0]
        for line, row in enumerate(page.iter_rows(), start=1):
            if line > LAST_ROW:
                raise Unreadable(_("工作表的行号超出范围。"))
            if not row:  # there may be a million of these before a far row
                yield []
                continue
            if any(cell.value is not None for cell in row[MOST_COLUMNS:]):
                words = {"sheet": page.title, "line": line, "limit": MOST_COLUMNS}
                raise Unreadable(_("%(sheet)s第%(line)d行超过%(limit)d列。") % words)
            values = []
            for column, cell in enumerate(row[:MOST_COLUMNS], start=1):
                if cell.data_type in {"f", "e"} and cell.value is not None:
                    place = f"{page.title}!{get_column_letter(column)}{line}"
                    raise Unreadable(_("%(place)s是公式或错误值，请先粘贴为数值。") % {"place": place})
                values.append(cell.value)
            yield values


def _has_words(sheet: Any) -> bool:
    """Whether anything stands on it; a hundred thousand rows of nothing are enough to know."""
    rows = itertools.islice(sheet.iter_rows(values_only=True), LAST_ROW)
    return any(value is not None for row in rows for value in row)


def look_into_archive(data: bytes, *, rows: int) -> None:
    """
    Before anything is built of it: a few kilobytes can claim to be gigabytes, and millions of empty elements, in a few
    megabytes, take gigabytes of memory. ``rows`` is how many of them may come in.
    """
    too_large = _("工作簿展开后过大，请只保留需要导入的工作表。")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            size = sum(entry.file_size for entry in entries)
            if len(entries) > MOST_ENTRIES or size > settings.IMPORT_MAX_UNPACKED_BYTES:
                raise Unreadable(too_large)
            if any(_has_too_many_tags(archive, entry, rows) for entry in entries):
                raise Unreadable(too_large)
    except Unreadable:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, NotImplementedError) as error:
        raise Unreadable(_("文件不是有效的 .xlsx 工作簿，或者已加密。")) from error


def _has_too_many_tags(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, rows: int) -> bool:
    most = max(rows, 1000) * TAGS_IN_A_ROW if entry.filename.startswith(GROWS_WITH_ROWS) else MOST_TAGS
    if entry.file_size <= most:
        return False
    with archive.open(entry) as file:
        return sum(chunk.count(b"<") for chunk in iter(lambda: file.read(CHUNK), b"")) > most


class LedgerCSV(CSV):
    def get_title(self) -> str:
        return _("CSV 文件（UTF-8，.csv）")

    def get_extension(self) -> str:
        return "csv"

    def is_binary(self) -> bool:
        """Bytes both ways: the byte order mark belongs to the file."""
        return True

    def get_read_mode(self) -> str:
        return "rb"

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        stream = io.StringIO(newline="")
        writer = csv.writer(stream)
        for row in (dataset.headers, *dataset):
            writer.writerow([self._word(value) for value in row])
        return stream.getvalue().encode("utf-8-sig")

    @staticmethod
    def _word(value: Any) -> Any:
        value = _native(value)
        if isinstance(value, datetime):
            return value.strftime("%Y-%m-%d %H:%M")
        if isinstance(value, str) and FORMULA.match(value):
            return f"'{value}"
        return value

    def create_dataset(self, in_stream: bytes, **kwargs: Any) -> Sheet:
        data = in_stream
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            try:
                text = data.decode("gb18030")  # what Excel in Chinese calls plain CSV
            except UnicodeDecodeError as error:
                raise Unreadable(_("文件的编码无法识别，请另存为“CSV UTF-8”后再试。")) from error
        try:
            rows = csv.reader(io.StringIO(text, newline=""))
            return _sheet([self._said(word) for word in row] for row in rows)
        except csv.Error as error:
            raise Unreadable(_("文件不是有效的 CSV。")) from error

    @staticmethod
    def _said(word: str) -> str:
        return word[1:] if word.startswith("'") and FORMULA.match(word) else word


def _sheet(rows: Iterable[Sequence[Any]]) -> Sheet:
    """The rows under the first row that looks like a header, blank ones left out."""
    sheet, headers = Sheet(), None
    sheet.lines = []
    for line, row in enumerate(rows, start=1):
        if not row:
            continue
        values = [_plain(value, line, column) for column, value in enumerate(row, start=1)]
        if headers is None:
            if sum(value is not None for value in values) >= FILLED_IN_HEADER:
                headers = _headers(values, line)
                sheet.headers = [header for header in headers if header is not None]
            continue
        if all(value is None for value in values):
            continue
        if len(sheet.lines) == settings.IMPORT_MAX_ROWS:
            raise Unreadable(_("数据超过%(limit)d行，请分批导入。") % {"limit": settings.IMPORT_MAX_ROWS})
        sheet.append(_under(headers, values, line))
        sheet.lines.append(line)
    if not sheet.lines:
        raise Unreadable(_("文件中没有数据：应有一行表头，下面至少一行数据。"))
    return sheet


def _plain(value: Any, line: int, column: int) -> Any:
    """Text without space around it, whole numbers whole, days as days; nothing for what is blank."""
    if isinstance(value, str):
        try:
            printable(value)
        except ValidationError as error:
            place = {"line": line, "column": get_column_letter(column), "reason": error.messages[0]}
            raise Unreadable(_("第%(line)d行%(column)s列：%(reason)s") % place) from error
        return value.strip() or None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    return value


def _headers(values: list[Any], line: int) -> list[str | None]:
    headers = [None if value is None else str(value) for value in values]
    named = [header for header in headers if header is not None]
    for header in named:
        if named.count(header) > 1:
            raise Unreadable(_("第%(line)d行表头中“%(header)s”重复。") % {"line": line, "header": header})
    return headers


def _under(headers: list[str | None], values: list[Any], line: int) -> list[Any]:
    """A row's values, one for each named column."""
    values = values + [None] * (len(headers) - len(values))
    for column, value in enumerate(values, start=1):
        if value is not None and (column > len(headers) or headers[column - 1] is None):
            place = {"line": line, "column": get_column_letter(column)}
            raise Unreadable(_("第%(line)d行%(column)s列有内容，但该列没有表头。") % place)
    return [value for header, value in zip(headers, values, strict=False) if header is not None]
