"""Asking for more time, and deciding on it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from departments.models import User

from .. import permissions
from ..choices import ExtensionState
from ..models import Extension, Measure
from ..timeliness import in_words, local_day


class NotTaken(Exception):
    """What cannot be asked for or decided on now; ``args[0]`` says why, in Chinese. Nothing was written."""


@transaction.atomic
def ask(
    *, by: User, measure: Measure, due_on: date, reason: str, progress: str, now: datetime, token: UUID
) -> Extension:
    """
    Asks for ``measure`` to be due on another, later day; before its deadline or after it (逾期后申请).

    ``token`` names the form: sent twice it is recorded once. A request extends nothing until it is granted.

    Raises ``PermissionDenied`` for whoever does not answer for the measure; ``NotTaken`` where it is ongoing or
    closed, or another request waits; ``ValidationError`` for a day that is not later than today and the deadline in
    force, or is later than the plan allows.
    """
    department = permissions.answering_department(by, measure)
    if department is None:
        raise PermissionDenied
    today = local_day(now)
    held = _held(measure, today)
    taken = Extension.objects.filter(token=token).first()
    if taken is not None:
        permissions.require((taken.measure_id, taken.author_id) == (measure.pk, by.pk))
        return taken
    if held.is_terminated_on(today):
        raise NotTaken(_("本任务已终止，不能申请延期。"))
    if held.is_ongoing_on(today):
        raise NotTaken(_("本任务持续推进，没有完成时限，无需延期。"))
    if held.requested_on is not None:
        raise NotTaken(_("本任务已办结，不能申请延期。"))
    if held.extensions.waiting_on(today).exists():
        raise NotTaken(_("本任务已有延期申请待审核，不能重复申请。"))
    _check_day(due_on, held, today)
    extension = Extension(
        measure=measure,
        department=department,
        author=by,
        is_recorded_for_another=by.department_id != department.pk,
        asked_on=today,
        asked_at=now,
        from_due_on=held.effective_due_on,
        due_on=due_on,
        reason=reason.strip(),
        progress=progress.strip(),
        token=token,
    )
    extension.full_clean()
    extension.save()
    return extension


# What is recorded of a measure and still to come leaves no later deadline to be given.
CHANGES = {
    "ongoing_from": _("本任务自%(day)s起转为持续推进，延期须早于这一天。"),
    "terminated_from": _("本任务自%(day)s起终止，延期须早于这一天。"),
}


def _held(measure: Measure, today: date) -> Any:
    """The measure with its light, behind a lock: two requests or decisions follow one another."""
    list(Measure.objects.select_for_update().filter(pk=measure.pk))
    return Measure.objects.lights(today).select_related("plan").get(pk=measure.pk)


def _check_day(due_on: date, held: Any, today: date) -> None:
    in_force = held.effective_due_on
    if due_on == in_force:
        raise ValidationError({"due_on": _("与现行完成时限相同，没有延期。")})
    if due_on < in_force:
        words = {"day": in_force.isoformat()}
        raise ValidationError({"due_on": _("只能延后，不能提前；现行完成时限是%(day)s。") % words})
    if due_on <= today:
        raise ValidationError({"due_on": _("新的完成时限须晚于今天。")})
    for change, words_for in CHANGES.items():
        coming = getattr(held, change)
        if coming is not None and due_on >= coming:
            raise ValidationError({"due_on": words_for % {"day": in_words(coming)}})
    last = held.plan.last_extension_day
    if due_on > last:
        raise ValidationError({"due_on": _("本计划的任务最晚可延期至%(day)s。") % {"day": last.isoformat()}})


@transaction.atomic
def withdraw(*, by: User, extension: Extension, now: datetime) -> Extension:
    """Takes back a request that nobody has decided on. Raises ``PermissionDenied`` and ``NotTaken``."""
    held = _waiting(extension)
    permissions.require(permissions.may_withdraw_extension(by, held))
    return _decide(held, by, ExtensionState.WITHDRAWN, now)


@transaction.atomic
def approve(
    *, by: User, extension: Extension, now: datetime, opinion: str = "", document_number: str = ""
) -> Extension:
    """
    Grants the time asked for: from today on the measure is due on the new day.

    Raises ``PermissionDenied``, and ``NotTaken`` where the request has been decided on, the measure has been closed,
    or the day asked for is over.
    """
    held = _waiting(extension)
    permissions.require(permissions.may_decide_extension(by, held))
    today = local_day(now)
    if held.due_on <= today:
        raise NotTaken(_("所申请的完成时限已到，不能再同意；请选“不同意”，由申请单位另行申请。"))
    measure = _held(held.measure, today)
    if measure.requested_on is not None:
        raise NotTaken(_("本任务已办结，延期申请无需再审核。"))
    if measure.effective_due_on is None or measure.is_terminated_on(today):
        raise NotTaken(_("本任务已转为常态或终止，延期申请无需再审核。"))
    held.document_number = document_number.strip()
    return _decide(held, by, ExtensionState.APPROVED, now, opinion)


@transaction.atomic
def refuse(*, by: User, extension: Extension, now: datetime, opinion: str) -> Extension:
    """The time is not granted; ``opinion`` says why. Raises as ``approve``; ``ValidationError`` without a reason."""
    if not opinion.strip():
        raise ValidationError({"opinion": _("不同意延期须说明理由。")})
    held = _waiting(extension)
    permissions.require(permissions.may_decide_extension(by, held))
    return _decide(held, by, ExtensionState.REFUSED, now, opinion)


WHAT_CAME_BETWEEN = {
    ExtensionState.WITHDRAWN: _("这份延期申请已由申请单位撤回。"),
    ExtensionState.APPROVED: _("这份延期申请已由%(person)s审核：同意延期。"),
    ExtensionState.REFUSED: _("这份延期申请已由%(person)s审核：不同意延期。"),
}


def _waiting(extension: Extension) -> Extension:
    """The request behind the lock of its measure; ``NotTaken`` where it waits no more."""
    list(Measure.objects.select_for_update().filter(pk=extension.measure_id))
    held: Extension = Extension.objects.with_request().get(pk=extension.pk)
    if held.state != ExtensionState.PENDING:
        who = {"person": held.reviewer.name if held.reviewer else ""}
        raise NotTaken(WHAT_CAME_BETWEEN[ExtensionState(held.state)] % who)
    return held


def _decide(held: Extension, by: User, state: ExtensionState, now: datetime, opinion: str = "") -> Extension:
    held.state, held.reviewer, held.opinion = state, by, opinion.strip()
    held.decided_on, held.decided_at = local_day(now), now
    held.full_clean()
    held.save()
    return held
