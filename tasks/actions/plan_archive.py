"""Bringing in a plan with its history: looked at, then confirmed as that very file, whole or not at all."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from departments.models import User

from .. import permissions
from ..exchange.archive import BLOCK, Package, opened
from ..exchange.faults import Refused, fault
from ..exchange.findings import Findings
from ..exchange.reading import Deadline
from ..exchange.restore import restore
from ..files import shown_name
from ..models import Plan, PlanArchive
from .storing import IMPORTED, WAITING, Storing, delete_afterwards, storing


class AlreadyConfirmed(Exception):
    """Somebody else has confirmed it, or thrown it away."""


class Exchanged(Exception):
    """The stored file is not the one that was looked at. Nothing was written."""


def bring_in(*, name: str, stream: BinaryIO, now: datetime, is_trial: bool = False) -> tuple[Plan, Findings]:
    """
    Makes the plan in ``stream`` with all its history; with ``is_trial`` everything is tried, and nothing kept.

    Raises ``exchange.faults.Refused``.
    """
    return _brought_in(name, stream, Deadline(settings.EXCHANGE_MAX_SECONDS), now, is_trial=is_trial)


def _brought_in(
    name: str,
    stream: BinaryIO,
    deadline: Deadline,
    now: datetime,
    *,
    is_trial: bool = False,
    held: PlanArchive | None = None,
    by: User | None = None,
) -> tuple[Plan, Findings]:
    """
    With ``held``, which ``by`` has confirmed, that is settled in the same transaction.

    The file is read and looked at before the transaction begins, for which others have to wait.
    """
    with opened(name, stream, deadline) as package, storing(now) as files, transaction.atomic():
        archive = None if held is None else _hold(held)
        keep = partial(_stored, package, files, deadline, is_trial=is_trial)
        plan, findings = restore(package.document, keep, deadline)
        _count_attachments(package, findings)
        if archive is not None:
            _settle(archive, plan, findings, by, now)
        transaction.set_rollback(is_trial)
    return plan, findings


def _count_attachments(package: Package, findings: Findings) -> None:
    sizes = {row["sha256"]: row["size"] for row in package.document.tables["evidence"]}
    findings.attachments, findings.attachment_bytes = len(sizes), sum(sizes.values())
    findings.has_attachments = package.archive is not None or not sizes


def _stored(package: Package, files: Storing, deadline: Deadline, *, is_trial: bool) -> dict[str, str]:
    """
    Where the file of each piece of evidence is kept, by its SHA-256: each import has a folder of its own, since two
    plans of one archive must not share a file. Of a plan's file alone there are none, and pages say so.
    """
    digests = sorted({row["sha256"] for row in package.document.tables["evidence"]})
    if package.archive is None:
        return {digest: f"{IMPORTED}/absent/{digest}" for digest in digests}
    places = {digest: f"{IMPORTED}/{files.name}/{digest}" for digest in digests}
    if not is_trial:
        for digest, place in places.items():
            deadline.check()
            places[digest] = files.save(place, File(package.attachment(digest)))
    return places


# --- through the pages ---------------------------------------------------------------------------------


def receive(*, by: User, name: str, stream: BinaryIO, now: datetime) -> PlanArchive:
    """
    Keeps a file that could be brought in, with what is in it; no plan is made.

    Raises ``PermissionDenied``, and ``Refused`` where it could not: nothing is then kept of it.
    """
    permissions.require(permissions.may_move_plans(by))
    _plan, findings = _brought_in(name, stream, _deadline_of_a_page(), now, is_trial=True)
    digest, size = _fingerprint(stream)
    archive = PlanArchive(
        name=shown_name(name) or _("未命名"), size=size, sha256=digest, found=findings.as_json(), uploaded_by=by
    )
    archive.uploaded_at = now
    stream.seek(0)
    with storing(now) as files:
        archive.file.name = files.save(f"{WAITING}/{files.name}", File(stream))
        archive.full_clean()
        archive.save(force_insert=True)
    return archive


def confirm(*, by: User, archive: PlanArchive, seen: str, now: datetime) -> tuple[Plan, Findings]:
    """
    Makes the plan of the file that was looked at: ``seen`` is its SHA-256 as the page had it.

    Raises ``PermissionDenied``, ``AlreadyConfirmed``, ``Exchanged`` and ``Refused``. Nothing is then written.
    """
    permissions.require(permissions.may_move_plans(by))
    held = PlanArchive.objects.filter(pk=archive.pk, confirmed_at=None).first()
    if held is None:
        raise AlreadyConfirmed
    if seen != held.sha256:
        raise Exchanged
    try:
        with held.file.open("rb") as file:
            stream = cast(BinaryIO, file)
            if _fingerprint(stream)[0] != held.sha256:
                waits = PlanArchive.objects.filter(pk=held.pk, confirmed_at=None).exists()
                raise Exchanged if waits else AlreadyConfirmed  # whoever was first takes the file away
            return _brought_in(held.name, stream, _deadline_of_a_page(), now, held=held, by=by)
    except FileNotFoundError as error:
        if PlanArchive.objects.filter(pk=held.pk, confirmed_at=None).exists():
            raise Refused([fault(held.name, _("保存的文件已不存在，请重新上传。"))]) from error
        raise AlreadyConfirmed from error


def _deadline_of_a_page() -> Deadline:
    seconds = settings.EXCHANGE_PAGE_SECONDS
    words = _("处理时间超过%(seconds)d秒的上限，请在服务器上用 manage.py import_plan_archive 导入。")
    return Deadline(seconds, words % {"seconds": seconds})


def _settle(held: PlanArchive, plan: Plan, findings: Findings, by: User | None, now: datetime) -> None:
    stored = str(held.file.name)
    held.plan, held.confirmed_by, held.confirmed_at = plan, by, now
    held.found, held.file.name = findings.as_json(), ""
    held.save(update_fields=["plan", "confirmed_by", "confirmed_at", "found", "file"])
    delete_afterwards(held.file.storage, stored)


@transaction.atomic
def discard(*, by: User, archive: PlanArchive) -> None:
    """Throws away a file that has not been confirmed. Raises ``PermissionDenied`` and ``AlreadyConfirmed``."""
    permissions.require(permissions.may_move_plans(by))
    held = _hold(archive)
    delete_afterwards(held.file.storage, str(held.file.name))
    held.delete()


def _hold(archive: PlanArchive) -> PlanArchive:
    held = PlanArchive.objects.select_for_update().filter(pk=archive.pk).first()
    if held is None or held.is_confirmed:
        raise AlreadyConfirmed
    return held


def _fingerprint(stream: BinaryIO) -> tuple[str, int]:
    """SHA-256 and size in bytes."""
    stream.seek(0)
    digest = sha256()
    while block := stream.read(BLOCK):
        digest.update(block)
    return digest.hexdigest(), stream.tell()
