"""Keeping what is being written."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from departments.models import User

from .. import permissions
from ..models import WORDS, Assignment, Draft, Period, Report
from ..timeliness import local_day


class Conflict(Exception):
    """Somebody else has saved, sent or discarded meanwhile; ``draft`` is what stands now, if anything does."""

    def __init__(self, draft: Draft | None) -> None:
        super().__init__(_("同一份草稿已被他人保存，请核对后选择。") if draft else _("这份草稿已由他人提交或删除。"))
        self.draft = draft


class Closed(Exception):
    """The part is closed, its measure terminated, or it is the unit's no more: nothing is taken for it any longer."""

    def __init__(self) -> None:
        super().__init__(_("本任务（本单位部分）已办结、终止或不再由本单位承担，内容没有保存，请自行留存。"))


class AlreadySent(Exception):
    """What is being saved has been submitted already; ``report`` is what it became."""

    def __init__(self, report: Report) -> None:
        super().__init__(_("这份填报已经提交。"))
        self.report = report


def hold(by: User, assignment: Assignment, version: int | None, window: UUID | None = None) -> Draft | None:
    """
    The draft of a part, locked together with the part, for whoever saw ``version`` of it (None or 0: none).

    ``window`` names the open page that asks: what that page itself saved last is no other's word.

    Raises ``PermissionDenied`` and ``Conflict``. To be called in a transaction.
    """
    held = Assignment.objects.select_for_update().get(pk=assignment.pk)
    if permissions.reporting_department(by, held) is None:
        raise PermissionDenied
    return _seen(held, version, window)


def _seen(held: Assignment, version: int | None, window: UUID | None = None) -> Draft | None:
    """The draft of a part that is locked, for whoever saw ``version`` of it. Raises ``Conflict``."""
    draft = Draft.objects.select_related("saved_by").filter(assignment=held).first()
    seen = (draft.version if draft else 0) == (version or 0)
    own = draft is not None and window is not None and draft.window == window
    if not seen and not own:
        raise Conflict(draft)
    return draft


@transaction.atomic
def save(
    *,
    by: User,
    assignment: Assignment,
    version: int | None,
    token: UUID,
    words: dict[str, Any],
    now: datetime,
    period: Period | None = None,
    window: UUID | None = None,
) -> Draft:
    """
    Keeps ``words`` (by the names in ``WORDS``) as the part's draft; nothing of it counts anywhere.

    ``version`` is the one its writer saw, ``token`` names his form. Raises ``PermissionDenied``,
    ``ValidationError`` (a text that is too long or not printable), ``Conflict``, ``AlreadySent`` and ``Closed``.
    """
    Assignment.objects.select_for_update().get(pk=assignment.pk)  # first: it may be being sent at this moment
    sent = Report.objects.filter(token=token).select_related("author", "department").first()
    if sent is not None:
        permissions.require(sent.assignment_id == assignment.pk)
        raise AlreadySent(sent)
    today = local_day(now)
    part = Assignment.objects.with_requests(today).select_related("measure").get(pk=assignment.pk)
    if part.requested_on is not None or part.until is not None or part.measure.is_terminated_on(today):
        raise Closed
    draft = hold(by, assignment, version, window) or Draft(assignment=assignment, version=0, token=token)
    for name in WORDS:
        if name in words:
            setattr(draft, name, words[name])
    draft.period, draft.window = period, window
    draft.saved_by, draft.saved_at = by, now
    draft.version += 1
    draft.full_clean(exclude=["assignment", "token"])
    draft.save()
    return draft


@transaction.atomic
def begin(*, by: User, assignment: Assignment, now: datetime) -> Draft:
    """
    The part's draft; where there is none, one without words, for files to go into. Raises ``PermissionDenied``.

    Its version is 0: to those who write it is as if there were none, and none of them is told of a conflict.
    """
    permissions.require(permissions.may_report(by, assignment))
    Assignment.objects.select_for_update().get(pk=assignment.pk)
    defaults = {"version": 0, "saved_by": by, "saved_at": now}
    return Draft.objects.get_or_create(assignment=assignment, defaults=defaults)[0]


@transaction.atomic
def discard(*, by: User, assignment: Assignment, version: int) -> None:
    """
    Throws the draft away, with the files added to it; a unit that has lost the part throws away what it left there.

    Raises ``PermissionDenied`` and ``Conflict``.
    """
    held = Assignment.objects.select_for_update().get(pk=assignment.pk)
    permissions.require(permissions.may_discard(by, held))
    draft = _seen(held, version)
    if draft is not None:
        draft.evidence.all().delete_with_files()
        draft.delete()
