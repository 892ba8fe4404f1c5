"""Adding files that show that what is said is so, and taking them away again while nothing has been submitted."""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from departments.models import User

from .. import permissions
from ..files import Refused, examine
from ..models import Assignment, Draft, Evidence, Milestone
from ..models.evidence import EvidenceQuerySet
from ..timeliness import local_day
from . import draft as drafts
from .measure import TERMINATED


def add(*, by: User, assignment: Assignment, file: File, now: datetime) -> Evidence:
    """As ``attach``, to the part's draft: where there is none, one without words is begun with the first file."""
    draft = Draft.objects.select_related("assignment__department").filter(assignment=assignment).first()
    if draft is not None:
        return attach(by=by, draft=draft, file=file, now=now)
    with transaction.atomic():
        return attach(by=by, draft=drafts.begin(by=by, assignment=assignment, now=now), file=file, now=now)


def attach(
    *, by: User, file: File, now: datetime, draft: Draft | None = None, milestone: Milestone | None = None
) -> Evidence:
    """
    Keeps ``file`` with a draft or a milestone, one of the two; the same file a second time is kept once.

    Raises ``PermissionDenied``; ``ValidationError``, naming the file, where it is not one that is taken, there are
    too many, the draft is gone or the measure terminated. Nothing is then kept of it.
    """
    if draft is not None:
        permissions.require(permissions.may_report(by, draft.assignment))
    if milestone is not None:
        permissions.require(permissions.may_mark(by, milestone.measure))
    measures = [draft.assignment.measure] if draft is not None else []
    measures += [milestone.measure] if milestone is not None else []
    if any(measure.is_terminated_on(local_day(now)) for measure in measures):
        raise Refused(file.name or "", str(TERMINATED))
    examined = examine(file.name or "", cast(BinaryIO, file), most_bytes=settings.EVIDENCE_MAX_BYTES)
    evidence = Evidence(
        draft=draft,
        milestone=milestone,
        name=examined.name,
        kind=examined.kind,
        size=examined.size,
        sha256=examined.sha256,
        uploaded_by=by,
        uploaded_at=now,
    )
    _check_room(evidence)  # before anything is stored, and again when nobody else can add
    evidence.file.save(examined.name, file, save=False)
    storage, stored = evidence.file.storage, str(evidence.file.name)
    try:
        kept = _keep(evidence)
    except BaseException:
        storage.delete(stored)
        raise
    if kept is not evidence:
        storage.delete(stored)
    return kept


@transaction.atomic
def _keep(evidence: Evidence) -> Evidence:
    """Saves the row, or returns the one that is the same file already."""
    if evidence.draft is not None:
        Assignment.objects.select_for_update().get(pk=evidence.draft.assignment_id)
        if not Draft.objects.filter(pk=evidence.draft.pk).exists():
            raise Refused(evidence.name, _("这份草稿已由他人提交或删除，请刷新页面后重试。"))
    if evidence.milestone is not None:
        Milestone.objects.select_for_update().get(pk=evidence.milestone.pk)
    same = _beside(evidence).filter(sha256=evidence.sha256, name=evidence.name).first()
    if same is not None:
        return same
    _check_room(evidence)
    evidence.full_clean()
    evidence.save()
    return evidence


def _beside(evidence: Evidence) -> EvidenceQuerySet:
    return Evidence.objects.filter(draft=evidence.draft, milestone=evidence.milestone, report=None)


def _check_room(evidence: Evidence) -> None:
    """Refuses what would be one file too many, or too much together."""
    others = _beside(evidence).exclude(sha256=evidence.sha256, name=evidence.name)
    most, most_bytes = settings.EVIDENCE_MAX_FILES, settings.EVIDENCE_MAX_TOTAL_BYTES
    if others.count() >= most:
        raise Refused(evidence.name, _("一份填报最多上传%(most)s个文件。") % {"most": most})
    if others.total_bytes() + evidence.size > most_bytes:
        words = _("一份填报的文件合计不能超过%(most)s。")
        raise Refused(evidence.name, words % {"most": filesizeformat(most_bytes)})


@transaction.atomic
def remove(*, by: User, evidence: Evidence) -> None:
    """
    Takes a file out of a draft; it is deleted for good. Removed already, nothing happens.

    Raises ``PermissionDenied``, and ``ValidationError`` where it has been submitted: then it stays for ever.
    """
    draft = evidence.draft
    if draft is None:
        raise _submitted(evidence)
    permissions.require(permissions.may_report(by, draft.assignment))
    Assignment.objects.select_for_update().get(pk=draft.assignment_id)
    held = Evidence.objects.filter(pk=evidence.pk)
    if held.filter(draft=None).exists():
        raise _submitted(evidence)
    held.delete_with_files()
    Draft.objects.filter(pk=draft.pk, version=0, evidence=None).delete()  # it held nothing but files


def _submitted(evidence: Evidence) -> ValidationError:
    return ValidationError(_("“%(name)s”已随填报提交，不能删除。") % {"name": evidence.name}, code="submitted")
