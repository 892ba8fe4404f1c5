"""
A workbook that was filled in, read: every row of every sheet that has keys, cell by cell.

What stands in a cell is understood or refused under its address. Nothing is changed here and nothing looked up.
"""

from __future__ import annotations

import hashlib
import io
import unicodedata
import warnings
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO

import openpyxl
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl.utils import get_column_letter

from ..choices import EvidenceKind
from ..containers import ZIP_PART, Unfit, compound_file, package
from ..files import OLE, ending_of, shown_name
from ..uploads import INPUT, File, Row
from ..validators import MAX_TEXT
from . import fill_in, ledger_columns
from .cells import Wrong, official, read_cell, said
from .formats import Unreadable, look_into_archive
from .incoming import Rows, in_time
from .keys import KEY, LABELS, LOCKED, VERSION, digest_of, parsed_key, parsed_version
from .sheets import CHOICES, TO_FILL_IN

CHUNK = 1024 * 1024  # bytes
MOST_BEFORE_HEADER = 200  # rows
MOST_NAMED = 20  # cells of a file that somebody has changed and nobody was to change
# The headings of what is nobody's to fill in, on either sheet.
LOCKED_LABELS = tuple(column.label for column in (*fill_in.COLUMNS, *ledger_columns.PART_COLUMNS) if column.is_locked)
NUMBER, UNIT = gettext_lazy("序号"), gettext_lazy("责任单位")


class TooMuch(Exception):
    """The files say more than can be confirmed at once."""


@dataclass
class _Limits:
    """``until`` is when patience ends; ``left`` is how many rows may still say something (None: any number)."""

    until: float
    left: int | None = None

    def take(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise TooMuch


def read_all(files: Iterable[tuple[str, BinaryIO]], *, until: float, plan: int) -> list[File]:
    """
    What all of the files say to ``plan``, as ``read`` has it, a file that is there twice read once.

    Raises ``TooMuch`` as soon as they say more than can be confirmed at once.
    """
    limits = _Limits(until, settings.WORKBOOKS_MAX_CHANGES)
    found: list[File] = []
    for name, stream in files:
        found.append(_file(name, stream, limits, plan, {file.sha256 for file in found}))
    return found


def read(name: str, stream: BinaryIO, *, until: float) -> File:
    """
    What the file says; where it cannot be read at all, ``fault`` says why.

    ``until`` is when patience ends, on the clock of ``time.monotonic``.
    """
    return _file(name, stream, _Limits(until))


def _file(name: str, stream: BinaryIO, limits: _Limits, plan: int = 0, known: Collection[str] = ()) -> File:
    shown = shown_name(name) or _("未命名")
    size = stream.seek(0, 2)
    stream.seek(0)
    data = stream.read(settings.IMPORT_MAX_BYTES + 1)
    file = File(shown, size, _digest(data, stream))
    if file.sha256 in known:
        return file
    try:
        in_time(limits.until)
        _look_at(shown, data)
        _read(file, data, limits, plan)
    except Unreadable as unreadable:
        file.refuse(str(unreadable.args[0]))
    if plan and file.plans and plan not in file.plans:
        file.rows = []  # none of it will be taken
    return file


def _digest(beginning: bytes, rest: BinaryIO) -> str:
    """The SHA-256 of the whole, also where it is too large to be read."""
    found = hashlib.sha256(beginning)
    while more := rest.read(CHUNK):
        found.update(more)
    return found.hexdigest()


def _look_at(name: str, data: bytes) -> None:
    """Before anything is unpacked."""
    if not data:
        raise Unreadable(_("文件是空的。"))
    if len(data) > settings.IMPORT_MAX_BYTES:
        most = filesizeformat(settings.IMPORT_MAX_BYTES)
        raise Unreadable(_("文件超过%(most)s的上限。") % {"most": most})
    if ending_of(name) == "zip":
        raise Unreadable(_("这是压缩包，请先解压，再上传其中的.xlsx工作簿（可以一次选择多个）。"))
    try:
        kind = _kind(data)
    except Unfit as unfit:
        raise Unreadable(str(unfit)) from unfit
    if kind == EvidenceKind.XLS:
        raise Unreadable(_("内容是旧式的.xls工作簿，请用Excel或WPS另存为.xlsx后再上传。"))
    if kind != EvidenceKind.XLSX:
        raise Unreadable(_("内容不是.xlsx工作簿（如.csv或其他文件改了扩展名），请上传由本系统导出、填写后的工作簿。"))
    if ending_of(name) != "xlsx":
        raise Unreadable(_("扩展名不是.xlsx，请核对后重新上传。"))
    look_into_archive(data, rows=settings.WORKBOOKS_MAX_ROWS)


def _kind(data: bytes) -> EvidenceKind | None:
    if data.startswith(ZIP_PART):
        return package(data)
    return compound_file(data)[0] if data.startswith(OLE) else None


def _read(file: File, data: bytes, limits: _Limits, plan: int) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of features that are not read here
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            try:
                for language in _languages():
                    with translation.override(language):
                        _read_sheets(book, file, limits, plan)
                    if file.has_keys:
                        break
            finally:
                book.close()
    except (Unreadable, TooMuch):
        raise
    except Exception as error:  # a damaged workbook fails in as many ways as it has parts
        raise Unreadable(_("文件不是有效的 .xlsx 工作簿，请用 Excel 或 WPS 重新保存后再试。")) from error
    if not file.has_keys:
        words = _("没有找到“%(key)s”“%(version)s”两列：请上传由本系统导出的“分单位”表或填报表。")
        raise Unreadable(words % {"key": KEY, "version": VERSION})


def _languages() -> list[str]:
    """In which a workbook may have been taken out: that of the person who brings it back first."""
    current = translation.get_language() or settings.LANGUAGE_CODE
    return [current, *(code for code, _name in settings.LANGUAGES if code != current)]


def _read_sheets(book: Any, file: File, limits: _Limits, plan: int) -> None:
    file.not_read = []
    for sheet in book.worksheets:
        is_read = _Sheet(file, sheet, limits, plan).read()
        file.has_keys = file.has_keys or is_read
        if not is_read and sheet.title != str(CHOICES):
            file.not_read.append(said(sheet.title))


def _squeezed(value: object) -> str:
    """Text by which two can be compared, however it is wrapped and spaced."""
    return "".join(unicodedata.normalize("NFKC", "" if value is None else str(value)).split())


def _label(value: object) -> str:
    """A heading without the mark of what is to be filled in; empty where it is no text."""
    return _squeezed(value).removesuffix(_squeezed(TO_FILL_IN)) if isinstance(value, str | Promise) else ""


class _Sheet:
    """One sheet on its way into ``file``: its header, once it has been found, and the rows under it."""

    def __init__(self, file: File, sheet: Any, limits: _Limits, plan: int) -> None:
        self.file, self.sheet, self.limits, self.plan = file, sheet, limits, plan
        self.title = said(sheet.title)
        # Where each column stands, from 0: of what is filled in by its field, of all else by its heading.
        self.columns: dict[str, int] = {}
        self.locked: dict[str, int] = {}
        # What was read, by line, until it is known which cells are merged.
        self.lines: dict[int, tuple[Row, bool]] = {}

    def read(self) -> bool:
        """Adds what the rows say; whether the sheet is one of those that come back."""
        rows = Rows(self.sheet, until=self.limits.until)
        for line, cells in rows:
            if not self.columns:
                self._look_for_header(line, cells)
                if not self.columns and line >= MOST_BEFORE_HEADER:
                    return False
            elif any(cell.value is not None for cell in cells):
                self._take(line, cells)
        for merged in rows.merged:
            in_time(self.limits.until)
            self._refuse_in(merged)
        self._refuse_copies()
        self.file.rows += [row for row, is_untouched in self.lines.values() if not is_untouched]
        self.file.unchanged += sum(is_untouched for _row, is_untouched in self.lines.values())
        return bool(self.columns)

    def _refuse_copies(self) -> None:
        """A row that says something beside an untouched one of the same part: the sheet says two things of it."""
        kept = {row.part: line for line, (row, is_untouched) in self.lines.items() if is_untouched and not row.fault}
        for row, is_untouched in self.lines.values():
            if not is_untouched and not row.fault and row.part in kept:
                words = _("与本表第%(line)d行是同一项分工（标识相同），内容不同。请只保留一行，重新上传。")
                row.fault = words % {"line": kept[row.part]}

    def _look_for_header(self, line: int, cells: Any) -> None:
        labels = [_label(cell.value) for cell in cells]
        if _label(KEY) not in labels or _label(VERSION) not in labels:
            return
        marked = {place for place, cell in enumerate(cells) if _squeezed(cell.value).endswith(_squeezed(TO_FILL_IN))}
        needed = {"key": KEY, "version": VERSION, **{name: LABELS[name] for name in INPUT}}
        locked = {str(label): label for label in LOCKED_LABELS}
        # In English a column that is filled in may be called what a locked one is.
        alike = Counter(_label(label) for label in (needed | locked).values())
        for name, label in (needed | locked).items():
            told = {"sheet": self.title, "line": line, "label": label}
            places = [place for place, each in enumerate(labels) if each == _label(label)]
            free = [place for place in places if place not in self.columns.values()]
            if name in needed and len(free) > 1:
                free = [place for place in free if place in marked]
            if len(places) > alike[_label(label)] or len(free) > 1 or (places and not free and name in needed):
                raise Unreadable(_("%(sheet)s第%(line)d行表头中“%(label)s”重复。") % told)
            if not free and name in needed:
                raise Unreadable(_("%(sheet)s第%(line)d行表头缺少“%(label)s”列。") % told)
            if free:
                (self.columns if name in needed else self.locked)[name] = free[0]

    def _take(self, line: int, cells: Any) -> None:
        found = self._row(line, cells)
        if found is None:
            return
        row, is_untouched = found
        if len(self.lines) + len(self.file.rows) + self.file.unchanged >= settings.WORKBOOKS_MAX_ROWS:
            words = {"sheet": self.title, "line": line, "limit": settings.WORKBOOKS_MAX_ROWS}
            raise Unreadable(_("%(sheet)s第%(line)d行起超过%(limit)d行，请删去不填报的行后上传。") % words)
        if row.plan:
            self.file.plans.add(row.plan)
        if not is_untouched and row.plan in (0, self.plan):
            self.limits.take()
        self.lines[line] = found

    def _row(self, line: int, cells: Any) -> tuple[Row, bool] | None:
        """What a row says, and whether it says what it went out with; None where nobody meant anything by it."""
        row = Row(self.title, line)
        key, version = (official(cells[self.columns[name]]) for name in ("key", "version"))
        known = parsed_key(key)
        found = parsed_version(key, version) if known else None
        # What a row shows that takes no input may be longer than can be typed: all that a collective's members say.
        most = None if found is not None and found.kind == LOCKED else MAX_TEXT
        for name in INPUT:
            row.places[name] = f"{get_column_letter(self.columns[name] + 1)}{line}"
            try:
                row.typed[name] = read_cell(name, cells[self.columns[name]], most=most)
            except Wrong as wrong:
                row.refused[name] = str(wrong.args[0])
        if not key and not version:
            filled = sum(each.value is not None for each in cells)
            is_typed = bool(row.refused) or any(value not in ("", None, False) for value in row.typed.values())
            if not is_typed and filled <= 1:
                return None  # a remark under the table
            row.fault = _("本行没有标识，不是导出的行；上传不能新增任务或责任分工。")
            return row, False
        if known is None or found is None:
            row.fault = _("本行的标识或版本不是本系统为这一行导出的，可能已被改动。请重新导出后填写。")
            return row, False
        row.plan, row.part = known
        row.kind, row.base = found.kind, found.report
        for label, column in self.locked.items():
            told = official(cells[column])
            if not found.showed(label, told):
                self._ignore(row, label, told, f"{get_column_letter(column + 1)}{line}")
        return row, not row.refused and digest_of(row.typed) == found.digest

    def _ignore(self, row: Row, label: str, told: str, place: str) -> None:
        """Names a cell that is nobody's to change; by two of them rows are known that have got a key not their own."""
        self.file.ignored_cells += 1
        if len(self.file.ignored) < MOST_NAMED:
            self.file.ignored.append(f"{row.sheet}!{place}")
        if label == str(NUMBER):
            row.number = told
        if label == str(UNIT):
            row.unit = told

    def _refuse_in(self, merged: tuple[int, int, int, int]) -> None:
        """Refuses what is to be filled in and stands in a merged cell, not at its beginning: it holds nothing."""
        first_column, first, last_column, last = merged
        reach = self.lines if last - first > len(self.lines) else range(first, last + 1)
        for line in (line for line in reach if first <= line <= last and line in self.lines):
            row, is_untouched = self.lines[line]
            for name in INPUT:
                column = self.columns[name] + 1
                if first_column <= column <= last_column and (column, line) != (first_column, first):
                    where = f"{get_column_letter(first_column)}{first}:{get_column_letter(last_column)}{last}"
                    words = _("在合并单元格%(cells)s之内，不能确定内容属于哪一格，请取消合并、逐格填写。")
                    row.refused[name] = words % {"cells": where}
                    if is_untouched:
                        self.limits.take()
                    is_untouched = False
            self.lines[line] = row, is_untouched
