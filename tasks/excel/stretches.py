"""
A large workbook, made some rows at a time and put together at the end; and a small one, made at once.

No service works in the background: the page that shows how far it is goes on with it, request by request. What was
made stands in the database, so that requests may reach one server process or another, and a process that is killed
loses only the stretch it was at. In memory there are never more rows than a chunk of a ledger's measures has.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator
from typing import IO, Any

from django.utils import translation

from ..choices import WorkbookKind
from ..models import Export, ExportPiece
from .comparison import ComparisonWorkbook
from .design import Design
from .ledger import Ledger, Parts
from .matrix import MatrixWorkbook
from .snapshot import SnapshotWorkbook
from .workbook import Workbook

SPEED = 1  # of packing what is only kept for a while, of 9
KINDS: dict[str, type[Workbook]] = {
    WorkbookKind.MEASURES: Ledger,
    WorkbookKind.ASSIGNMENTS: Parts,
    WorkbookKind.MATRIX: MatrixWorkbook,
    WorkbookKind.COMPARISON: ComparisonWorkbook,
    WorkbookKind.SNAPSHOT: SnapshotWorkbook,
}


def design_of(export: Export) -> Design:
    return KINDS[export.kind].design


def _begun(export: Export) -> Workbook:
    """The workbook as far as it was written."""
    workbook = KINDS[export.kind].of(export)
    if export.state:
        workbook.resume(export.state)
    return workbook


def at_once(export: Export) -> tuple[str, bytes]:
    """Name and bytes of the whole file; ``export`` need not have been saved."""
    workbook = KINDS[export.kind].of(export)
    for first in range(0, max(len(export.keys), 1), workbook.chunk):
        workbook.add(export.keys[first : first + workbook.chunk])
    return workbook.filename(), workbook.content()


def work(export: Export, *, until: float) -> tuple[int, list[tuple[int, bytes]], dict[str, Any]]:
    """
    Goes on with ``export`` until the moment ``until`` of ``time.monotonic()``, a chunk of rows at least.

    Returns what ``actions.export.keep`` takes: how many of its keys are done, the pieces, and the state.
    """
    with translation.override(export.language):
        workbook, done = _begun(export), export.done
        while done < export.total:
            keys = export.keys[done : done + workbook.chunk]
            workbook.add(keys)
            done += len(keys)
            if time.monotonic() >= until:
                break
        pieces = [(sheet, zlib.compress(page.taken(), SPEED)) for sheet, page in enumerate(workbook.pages.values())]
        return done, pieces, workbook.state()


def put_together(export: Export, out: IO[bytes]) -> str | None:
    """
    Writes the workbook, all of whose rows are done, and returns its name; one piece at a time is in memory.

    Returns None where it has been given up meanwhile, and its pieces with it: it is not whole then.
    """

    def before(sheet: int) -> Iterator[bytes]:
        pieces = ExportPiece.objects.filter(export=export, sheet=sheet).order_by("done")
        for content in pieces.values_list("content", flat=True).iterator(chunk_size=1):
            yield zlib.decompress(bytes(content))

    with translation.override(export.language):
        workbook = _begun(export)
        workbook.save(out, before)
        return workbook.filename() if Export.objects.filter(pk=export.pk).exists() else None
