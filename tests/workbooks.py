"""A person at a workbook: takes it away, fills it in, and brings it back."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import QuerySet
from django.test import Client
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter

from departments.models import Department, User
from tasks.actions import upload as actions
from tasks.excel import fill_in, returned
from tasks.excel.ledger import Ledger
from tasks.models import Assignment, Measure, Plan, Report, Upload, UploadedRow
from tasks.returned import fingerprint, lines_of
from tasks.uploads import INPUT

from .builders import at
from .pages import Page

TODAY = date(2022, 1, 12)
HEADER_ROW = 4
Change = Callable[[Workbook], None]


def a_fill_in(plan: Plan, unit: Department, day: date = TODAY) -> bytes:
    parts = Assignment.objects.to_fill_in(day, plan).filter(department=unit)
    return fill_in.workbook(plan=plan, unit=unit, parts=parts, as_of=day, exported_by="孟凡")


def a_ledger(plan: Plan, day: date = TODAY) -> bytes:
    rows = Measure.objects.filter(plan=plan).as_of(day).in_plan_order()
    return whole_ledger(plan=plan, measures=rows, as_of=day, exported_by="孟凡")


def whole_ledger(*, measures: QuerySet[Measure], **options: Any) -> bytes:
    """The ledger's workbook with exactly ``measures``, rows from ``as_of``; ``options`` are ``Ledger``'s."""
    workbook = Ledger(**options)
    workbook.add_rows(list(measures.select_related("section")))
    return workbook.content()


def filled_in(content: bytes, *changes: Change) -> bytes:
    """The workbook after somebody worked on it and saved it."""
    book = load_workbook(BytesIO(content))
    for change in changes:
        change(book)
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


def sheet_of(book: Workbook) -> Any:
    return next(book[name] for name in ("填报表", "分单位") if name in book.sheetnames)


def place(sheet: Any, label: str, line: int = HEADER_ROW + 1) -> str:
    """The address of the cell under a heading."""
    heads = [str(cell.value).removesuffix("\n（填写）") for cell in sheet[HEADER_ROW]]
    return f"{get_column_letter(heads.index(label) + 1)}{line}"


def typing(label: str, value: Any, line: int = HEADER_ROW + 1, number_format: str = "") -> Change:
    def change(book: Workbook) -> None:
        cell = sheet_of(book)[place(sheet_of(book), label, line)]
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"  # as if typed into a cell of text
        if number_format:
            cell.number_format = number_format

    return change


def read(content: bytes, name: str = "填报表.xlsx", seconds: float = 60) -> Any:
    return returned.read(name, BytesIO(content), until=time.monotonic() + seconds)


def brought(by: User, plan: Plan, *contents: bytes, day: date = TODAY) -> Upload:
    files = [read(content, f"{number}.xlsx") for number, content in enumerate(contents, start=1)]
    return actions.receive(by=by, plan=plan, files=files, now=at(day, 11))


def confirmed(by: User, upload: Upload, day: date = TODAY, **options: Any) -> int:
    seen = fingerprint(lines_of(upload, day))
    return actions.confirm(by=by, upload=upload, seen=seen, now=at(day, 12), **options)


def changes(upload: Upload, day: date = TODAY) -> list[tuple[str, str, Any, Any]]:
    """``(cell, label, old, new)`` of everything that would be reported."""
    return [
        (cell["cell"], str(cell["label"]), cell["old"], cell["new"])
        for line in lines_of(upload, day)
        if line.row.is_taken
        for cell in line.cells
    ]


def refusals(upload: Upload) -> list[str]:
    """What is not taken, each with its file, row or cell."""
    found = [f"{file.name}: {file.fault}" for file in upload.files.all() if file.fault]
    for row in UploadedRow.objects.filter(upload=upload).with_everything():
        found += [f"{row.place}: {row.fault}"] if row.fault else []
        found += [f"{row.cell(name)}: {row.refused[name]}" for name in INPUT if name in row.refused]
    return found


def unchanged(upload: Upload) -> int:
    return sum(file.unchanged for file in upload.files.all())


def reports() -> list[tuple[str, str]]:
    return [(report.department.name, report.progress) for report in Report.objects.order_by("pk")]


def send_files(client: Client, plan: Plan, *contents: bytes | tuple[str, bytes], status: int = 200) -> Page:
    """Uploads through the page and follows to the preview."""
    named = [each if isinstance(each, tuple) else (f"{n}.xlsx", each) for n, each in enumerate(contents, start=1)]
    files = [SimpleUploadedFile(name, content) for name, content in named]
    page = Page(client.post(f"/plans/{plan.slug}/workbooks/", {"files": files}, follow=True))
    assert page.status == status, f"{page.status}: {page.words}"
    return page
