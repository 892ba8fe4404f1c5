"""Saying where a unit's part stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from departments.models import User

from .. import permissions
from ..models import Assignment, Report, Review
from ..timeliness import local_day


class NotAccepted(Exception):
    """A report that cannot be taken now; ``args[0]`` says why, in Chinese. Nothing was written."""


class Superseded(NotAccepted):
    """Somebody has reported on the same part since the form was opened; ``newer`` is what he wrote."""

    def __init__(self, newer: Report) -> None:
        super().__init__(_("在您填写期间，本任务已有新的填报，请核对后再提交。"))
        self.newer = newer


@dataclass(frozen=True)
class Submission:
    """What became of a submission. ``is_new`` is false when the same form had been taken already."""

    report: Report
    is_new: bool


@transaction.atomic
def submit(
    *,
    by: User,
    assignment: Assignment,
    progress: str,
    now: datetime,
    token: UUID,
    seen: int | None,
    problems: str = "",
    next_steps: str = "",
    percent: int | None = None,
    needs_coordination: bool = False,
    asks_to_close: bool = False,
) -> Submission:
    """
    Records a report and, where it asks to close, opens the review of that request.

    ``token`` names the form: sent twice it is recorded once, and with other words it is a newer report. ``seen`` is
    the last report its writer had before him (None where there was none). ``percent`` is 0–100. Raises
    ``PermissionDenied``, ``ValidationError``, ``NotAccepted`` when the part is closed or gone or a request to close
    already waits, and ``Superseded`` when there is a report the writer has not seen.
    """
    department = permissions.reporting_department(by, assignment)
    if department is None:
        raise PermissionDenied
    today = local_day(now)
    if Assignment.objects.select_for_update().filter(pk=assignment.pk).first() is None:
        raise NotAccepted(_("本单位已不在这项任务的责任分工中，不再接受填报。"))
    report = Report(
        assignment=assignment,
        department=department,
        author=by,
        is_recorded_for_another=by.department_id != department.pk,
        recorded_on=today,
        recorded_at=now,
        progress=progress if progress.strip() else "",
        problems=problems,
        next_steps=next_steps,
        percent=percent,
        needs_coordination=needs_coordination,
        asks_to_close=asks_to_close,
        token=token,
    )
    taken = Report.objects.filter(token=token).select_related("author", "department").first()
    if taken is not None:
        permissions.require(taken.author_id == by.pk and taken.assignment_id == assignment.pk)
        if not taken.says_the_same_as(report):
            raise Superseded(taken)
        return Submission(taken, is_new=False)
    part = Assignment.objects.as_of(today).get(pk=assignment.pk)
    if part.requested_on is not None:
        raise NotAccepted(_("本任务（本单位部分）已办结，不再接受填报。"))
    newest = assignment.reports.newest_first().select_related("author", "department").first()
    if newest is not None:
        if (newest.author_id, newest.recorded_on) == (by.pk, today) and newest.says_the_same_as(report):
            return Submission(newest, is_new=False)  # sent, gone back to, and sent again
        if newest.pk != seen:
            raise Superseded(newest)
    if asks_to_close and part.is_waiting:
        raise NotAccepted(_("这项分工已有办结申请待审核，不能重复申请；可以取消“申请办结”后提交进展。"))
    report.full_clean()
    report.save()
    if asks_to_close:
        Review.objects.create(report=report)
    return Submission(report, is_new=True)
