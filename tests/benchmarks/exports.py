"""
Workbooks out and in, beside what bare openpyxl takes for the same cells: seconds, and memory at its highest.

Each is measured in a process of its own, forked for it, so that no memory of one counts for another. Seconds are of
processor time.
"""

from __future__ import annotations

import io
import itertools
import os
import pickle
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import openpyxl
from django.db import connection
from django.test.utils import override_settings
from django.utils import timezone

from departments.models import User
from tasks.actions import export as actions
from tasks.excel import returned, stretches
from tasks.excel.book import Book
from tasks.excel.duties import duties
from tasks.excel.ledger import DESIGN, MEASURES, PARTS, SHEETS, Ledger
from tasks.excel.sheets import Column, Heading
from tasks.models import Export, Measure, Plan

from . import data

TWELVE = 12  # columns
PREVIEWED = 42_000  # rows
HEADING = Heading("台账", "文号", "数据截至", "文号", "数据截至")
Cells = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Cost:
    seconds: float
    memory: float  # MB at the highest, above what there was before


def measured(work: Callable[[], Any]) -> Cost:
    """What ``work`` costs in a process of its own."""
    connection.close()
    back, out = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - in another process
        status = 1
        try:
            Path("/proc/self/clear_refs").write_text("5")  # the highest so far is what there is now
            before, start = _memory("VmRSS"), time.process_time()
            work()
            seconds = time.process_time() - start
            with os.fdopen(out, "wb") as pipe:
                pickle.dump((seconds, _memory("VmHWM") - before), pipe)
            status = 0
        finally:
            sys.stderr.flush()
            os._exit(status)
    os.close(out)
    with os.fdopen(back, "rb") as pipe:
        found = pipe.read()
    if os.waitpid(child, 0)[1] != 0:
        raise RuntimeError("what was measured failed")
    seconds, kilobytes = pickle.loads(found)  # noqa: S301 - of this program itself
    return Cost(seconds, max(kilobytes, 0) / 1024)


def _memory(name: str) -> int:
    """Kilobytes of this process, now (``VmRSS``) or at the highest (``VmHWM``)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


# --- the same cells, written in several ways -------------------------------------------------------


def cells_of(plan: Plan) -> Cells:
    """The first twelve columns of the ledger, as values."""
    found: Cells = []
    columns = DESIGN.columns[MEASURES][:TWELVE]
    for rows in _chunks(plan):
        for duty in duties(plan, rows, data.TODAY):
            found.append(tuple(_value(column.value(duty)) for column in columns))
    return found


def _value(value: Any) -> Any:
    return str(getattr(value, "label", value)) if hasattr(value, "label") else value


def _chunks(plan: Plan, most: int | None = None) -> Iterator[list[Any]]:
    keys = iter(list(plan.measures.order_by("number").values_list("pk", flat=True)[:most]))
    while chunk := list(itertools.islice(keys, Ledger.chunk)):
        yield list(Measure.objects.filter(pk__in=chunk).as_of(data.TODAY, plan).select_related("section"))


def bare(cells: Cells, target: Path) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in cells:
        sheet.append(row)
    book.save(target)


def bare_streaming(cells: Cells, target: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in cells:
        sheet.append(row)
    book.save(target)


def ours(cells: Cells, target: Path, heading: Heading | None) -> None:
    columns: list[Column[Any]] = [
        Column(column.label, column.width, lambda row, place=place: row[place], column.align, is_light=column.is_light)
        for place, column in enumerate(DESIGN.columns[MEASURES][:TWELVE])
    ]
    book = Book("台账", "")
    book.page("台账", heading, columns, cells, frozen=3)
    with target.open("wb") as file:
        book.save(file)


def streamed(plan: Plan, target: Path) -> None:
    """The whole way: from the database, stretch by stretch, and put together; the sheet of measures alone."""
    by = User.objects.get(username="supervisor")
    keys = list(plan.measures.order_by("number").values_list("pk", flat=True))
    kept = {f"{MEASURES}.{column.name}" for column in DESIGN.columns[MEASURES][TWELVE:]}
    left_out = sorted({*kept, *(name for name in SHEETS if name != MEASURES)})
    asked = Export(plan=plan, author=by, keys=keys, as_of=data.TODAY, language="zh-hans", left_out=left_out)
    export = actions.begin(by=by, export=asked, now=timezone.now())
    while (taken := actions.take(by=by, export=export, now=timezone.now())) is not None:
        done, pieces, state = stretches.work(taken, until=0)
        actions.keep(export=taken, done=done, pieces=pieces, state=state)
    export.refresh_from_db()
    with target.open("wb") as file:
        stretches.put_together(export, file)


# --- in again --------------------------------------------------------------------------------------


def to_be_previewed(plan: Plan) -> tuple[bytes, int]:
    """A workbook with the sheet of parts, of as many rows as are asked for or there are; and how many."""
    left_out = [name for name in SHEETS if name != PARTS]
    ledger = Ledger(plan=plan, as_of=data.TODAY, exported_by="", left_out=left_out)
    for rows in _chunks(plan):
        ledger.add_rows(rows)
        if ledger.listed["parts"] >= PREVIEWED:
            break
    return ledger.content(), ledger.listed["parts"]


def read_bare(content: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    for sheet in book.worksheets:
        for _row in sheet.iter_rows():
            pass


def read_ours(content: bytes) -> None:
    most = 2**31
    with override_settings(IMPORT_MAX_BYTES=most, IMPORT_MAX_UNPACKED_BYTES=most, WORKBOOKS_MAX_ROWS=most):
        file = returned.read("台账.xlsx", io.BytesIO(content), until=time.monotonic() + 3600)
    if file.fault or not (file.rows or file.unchanged):
        raise RuntimeError(file.fault)


# --- all of it -------------------------------------------------------------------------------------


def everything(servers: dict[int, Any], folder: Path, out: TextIO) -> None:
    print("\n| workbook, 12 columns | measures | s | × bare openpyxl | MB | × bare openpyxl |", file=out)
    print("|---|--:|--:|--:|--:|--:|", file=out)
    target = folder / "out.xlsx"
    bare([(1,)], target)  # what is made once in a process is made before
    ours([(1,) * TWELVE], target, HEADING)
    for size, server in servers.items():
        server.use()
        plan = Plan.objects.get(slug=data.SLUG)
        cells = cells_of(plan)
        ways: dict[str, Callable[[], Any]] = {
            "bare openpyxl": lambda cells=cells: bare(cells, target),
            "bare openpyxl, write-only": lambda cells=cells: bare_streaming(cells, target),
            "styled": lambda cells=cells: ours(cells, target, HEADING),
            "plain": lambda cells=cells: ours(cells, target, None),
            "styled, from the database in stretches": lambda plan=plan: streamed(plan, target),
        }
        costs: dict[str, Cost] = {}
        for name, work in ways.items():
            cost = costs[name] = measured(work)
            base = costs["bare openpyxl"]
            print(
                f"| {name} | {size:,} | {cost.seconds:.2f} | {cost.seconds / base.seconds:.2f} | {cost.memory:.0f} "
                f"| {cost.memory / base.memory if base.memory else 0:.2f} |",
                file=out,
                flush=True,
            )
    server = servers[max(servers)]
    server.use()
    content, rows = to_be_previewed(Plan.objects.get(slug=data.SLUG))
    plainly, whole = measured(lambda: read_bare(content)), measured(lambda: read_ours(content))
    ratio = f"{whole.seconds:.1f} s, {whole.seconds / plainly.seconds:.2f} × bare openpyxl reading (aim: at most 2)"
    print(f"\npreview of {rows:,} rows: {ratio}; {whole.memory:.0f} MB, {plainly.memory:.0f} MB bare", file=out)
