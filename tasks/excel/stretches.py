"""
A large ledger's workbook, made some measures at a time and put together at the end.

No service works in the background: the page that shows how far it is goes on with it, request by request. What was
made stands in the database, so that requests may reach one server process or another, and a process that is killed
loses only the stretch it was at. In memory there are never more rows than ``CHUNK`` measures have.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator
from typing import IO, Any

from django.utils import translation

from ..models import Export, ExportPiece, Measure
from .ledger import Ledger

CHUNK = 1000  # measures read at a time: to ask costs as much as to write some hundreds of them
SPEED = 1  # of packing what is only kept for a while, of 9


def _ledger(export: Export) -> Ledger:
    """The workbook as far as it was written."""
    ledger = Ledger(
        plan=export.plan,
        as_of=export.as_of,
        exported_by=export.author.name,
        exported_at=export.begun_at,
        conditions=[(label, value) for label, value in export.conditions],
        left_out=export.left_out,
        unit=export.unit,
    )
    if export.state:
        ledger.resume(export.state)
    return ledger


def work(export: Export, *, until: float) -> tuple[int, list[tuple[int, bytes]], dict[str, Any]]:
    """
    Goes on with ``export`` until the moment ``until`` of ``time.monotonic()``, ``CHUNK`` measures at least.

    Returns what ``actions.export.keep`` takes: how many measures are done, the pieces, and the state.
    """
    with translation.override(export.language):
        ledger, done = _ledger(export), export.done
        while done < export.total:
            keys = export.keys[done : done + CHUNK]
            rows = Measure.objects.as_of(export.as_of, export.plan).filter(plan=export.plan, pk__in=keys)
            found = {row.pk: row for row in rows.select_related("section")}
            ledger.add([found[key] for key in keys if key in found])
            done += len(keys)
            if time.monotonic() >= until:
                break
        pieces = [(sheet, zlib.compress(page.taken(), SPEED)) for sheet, page in enumerate(ledger.pages.values())]
        return done, pieces, ledger.state()


def put_together(export: Export, out: IO[bytes]) -> bool:
    """
    Writes the workbook, all of whose measures are done; one piece at a time is in memory.

    Returns whether it is whole: not where it has been given up meanwhile, and its pieces with it.
    """

    def before(sheet: int) -> Iterator[bytes]:
        pieces = ExportPiece.objects.filter(export=export, sheet=sheet).order_by("done")
        for content in pieces.values_list("content", flat=True).iterator(chunk_size=1):
            yield zlib.decompress(bytes(content))

    with translation.override(export.language):
        _ledger(export).save(out, before)
    return Export.objects.filter(pk=export.pk).exists()
