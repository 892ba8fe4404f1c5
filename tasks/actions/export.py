"""What is left out of workbooks, and making large ones stretch by stretch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from departments.models import User

from .. import permissions
from ..models import Export, ExportChoice, ExportPiece
from ..models.export import ExportQuerySet


class Gone(Exception):
    """Somebody has given the workbook up meanwhile, or has gone on with it: what was made of it counts for nothing."""


@transaction.atomic
def choose(*, by: User, left_out: Iterable[str], of: str = "") -> None:
    """
    Remembers what ``by`` leaves out of the ledger's workbook, or ``of`` another, by the name of its design: sheets, and
    columns as ``sheet.column``; or which columns ``of`` one of the panel's lists. What was chosen of the others stays.
    """
    permissions.require(permissions.may_export(by))
    choice = ExportChoice.objects.select_for_update().filter(person=by).first()
    known = [] if choice is None else choice.left_out
    others = [name for name in known if name.rpartition("/")[0] != of]
    chosen = [f"{of}/{name}" if of else name for name in left_out]
    ExportChoice.objects.update_or_create(person=by, defaults={"left_out": sorted({*others, *chosen})})


@transaction.atomic
def begin(*, by: User, export: Export, now: datetime) -> Export:
    """
    Keeps ``export``, a workbook that was asked for and of which nothing is written yet, so that it can be made.

    Whatever the same person was at before is given up, and what has lain for too long, whoever made it.
    """
    permissions.require(permissions.may_export(by) and export.author_id == by.pk)
    _drop(Export.objects.filter(author=by) | Export.objects.begun_before(_kept_until(now)))
    export.total, export.begun_at = len(export.keys), now
    export.save(force_insert=True)
    return export


def take(*, by: User, export: Export, now: datetime) -> Export | None:
    """
    The workbook, to go on with it; None where there is nothing left to do, or somebody is at it.

    Nobody else gets it until ``keep``, or until so much time has passed that ``by`` must have been stopped.
    """
    permissions.require(permissions.may_see_export(by, export))
    if not Export.objects.free(now).filter(pk=export.pk).update(worked_at=now):
        return None
    return Export.objects.select_related("plan", "unit", "author").filter(pk=export.pk, worked_at=now).first()


@transaction.atomic
def keep(*, export: Export, done: int, pieces: Sequence[tuple[int, bytes]], state: dict[str, Any]) -> None:
    """
    What was made of a stretch: ``pieces`` are ``(sheet, packed rows)``. All of it or nothing.

    Raises ``Gone`` where it is not wanted any more.
    """
    mine = Export.objects.filter(pk=export.pk, done=export.done, worked_at=export.worked_at)
    if not mine.update(done=done, state=state, worked_at=None):
        raise Gone
    ExportPiece.objects.bulk_create(
        ExportPiece(export_id=export.pk, sheet=sheet, done=done, content=content) for sheet, content in pieces
    )


@transaction.atomic
def cancel(*, by: User, export: Export) -> None:
    """Gives it up, with all that was made of it; who is at it finds out when the stretch is done."""
    permissions.require(permissions.may_see_export(by, export))
    _drop(Export.objects.filter(pk=export.pk))


def clear(*, now: datetime) -> int:
    """Takes away what has lain for too long, whoever made it; returns how many. Writes only where there is any."""
    old = Export.objects.begun_before(_kept_until(now))
    if not old.exists():
        return 0
    with transaction.atomic():
        return _drop(old)


def _kept_until(now: datetime) -> datetime:
    return now - timedelta(hours=settings.EXPORT_KEEP_HOURS)


def _drop(rows: ExportQuerySet) -> int:
    """Behind the locks of the workbooks: who keeps a stretch has kept it by then, or finds nothing to keep it in."""
    keys = list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
    Export.objects.filter(pk__in=keys).delete()
    return len(keys)
