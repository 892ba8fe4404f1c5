"""Saying where a unit's part stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from departments.models import User

from .. import permissions
from ..choices import DECIDING_ROLES, Decision, ReportAct
from ..models import WORDS, Assignment, Draft, Period, Report, Review
from ..states import allows
from ..timeliness import local_day
from . import draft as drafts
from .measure import TERMINATED


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
    is_unchanged: bool = False,
    asks_to_close: bool = False,
    shortfall_reason: str = "",
    summary: str = "",
    sources: Iterable[Report] = (),
    period: Period | None = None,
    draft_version: int | None = None,
    window: UUID | None = None,
) -> Submission:
    """
    Records a report and, where it needs acceptance, opens its review.

    ``token`` names the form: sent twice it is recorded once, and with other words it is a newer report. ``seen`` is
    the last report its writer had before him (None where there was none). ``percent`` is 0–100. ``period`` is the one
    that is reported for; without it ongoing work is reported for the one that is asked for next. ``draft_version``
    says that the words come from that version of the part's draft, which goes, its files with the report; 0 says
    that the form began without one; ``window`` names the open page, see ``draft.hold``.

    Raises ``PermissionDenied``, ``ValidationError``, ``NotAccepted`` when the part is closed or gone, its period
    locked, or a request to close already waits, ``Superseded`` when there is a report the writer has not seen, and
    ``draft.Conflict`` when somebody else has saved the draft.
    """
    today = local_day(now)
    held = Assignment.objects.select_for_update().filter(pk=assignment.pk).first()
    if held is None:
        permissions.require(permissions.may_report(by, assignment))
        raise NotAccepted(_("本单位已不在这项任务的责任分工中，不再接受填报。"))
    department = permissions.reporting_department(by, held)  # as it stands behind the lock
    if department is None:
        raise PermissionDenied
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
        is_unchanged=is_unchanged,
        asks_to_close=asks_to_close,
        shortfall_reason=shortfall_reason,
        summary=summary,
        token=token,
    )
    taken = Report.objects.filter(token=token).select_related("author", "department").first()
    if taken is not None:
        permissions.require(taken.assignment_id == assignment.pk)
        if taken.author_id != by.pk or not taken.says_the_same_as(report):
            raise Superseded(taken)  # colleagues share a draft, and with it the name of its form
        return Submission(taken, is_new=False)
    part = Assignment.objects.with_requests(today).select_related("measure__plan").get(pk=assignment.pk)
    if part.measure.is_terminated_on(today):
        raise NotAccepted(TERMINATED)
    if part.requested_on is not None:
        raise NotAccepted(_("本任务（本单位部分）已办结，不再接受填报。"))
    newest = assignment.reports.newest_first().select_related("author", "department").first()
    if newest is not None:
        own_words = newest.void_on is None and (newest.author_id, newest.recorded_on) == (by.pk, today)
        if own_words and newest.says_the_same_as(report):
            return Submission(newest, is_new=False)  # sent, gone back to, and sent again
        if newest.pk != seen:
            raise Superseded(newest)
    if asks_to_close and part.is_waiting:
        raise NotAccepted(_("这项分工已有办结申请待审核，不能重复申请；可以取消“申请办结”后提交进展。"))
    report.is_after_deadline = asks_to_close and part.effective_due_on is not None and today > part.effective_due_on
    _set_period(report, part, period)
    _check(report, part)
    draft = None if draft_version is None else drafts.hold(by, assignment, draft_version, window)
    report.full_clean()
    report.save()
    report.sources.set(sources)
    if draft is not None:
        for file in draft.evidence.all():
            file.report, file.draft = report, None
            file.save(update_fields=["report", "draft"])
        draft.delete()
    if asks_to_close or part.measure.plan.reports_need_acceptance:
        Review.objects.create(report=report)
    return Submission(report, is_new=True)


def _set_period(report: Report, part: Assignment, period: Period | None) -> None:
    """For which period the report counts, and whether it comes late for it."""
    today = report.speaks_of = report.recorded_on
    is_ongoing = part.measure.is_ongoing_on(today)
    if period is None and is_ongoing:
        period = Period.objects.filter(plan=part.measure.plan).asked_for(today, part)
    if period is None and is_ongoing:
        if Period.objects.filter(plan=part.measure.plan).taking_reports(today).exists():
            raise NotAccepted(_("本期没有填报周期；以前各期的补报，请在“我的填报”页面选择填报周期后提交。"))
        raise NotAccepted(_("目前没有可以填报的填报周期，请联系督办管理员设置。"))
    if period is None:
        report.reported_for = today
        return
    if period.plan_id != part.measure.plan_id or period.opens_on > today:
        raise ValidationError({"period": _("所选填报周期不能填报。")})
    if Period.objects.select_for_update().get(pk=period.pk).is_locked:
        words = _("%(period)s已锁定，不再接受填报；确需补报的，请联系督办管理员重新开启。")
        raise NotAccepted(words % {"period": period})
    report.period = period
    report.reported_for = period.starts_on
    report.is_late = today > period.due_on
    if report.is_late:
        report.speaks_of = period.due_on


def _check(report: Report, part: Assignment) -> None:
    """What depends on more than the report itself."""
    if report.summary.strip() and not part.compiles(report.recorded_on):
        raise ValidationError({"summary": _("本单位在这项任务中不负责汇总。")})
    if not report.asks_to_close or part.role not in DECIDING_ROLES or report.shortfall_reason.strip():
        return
    short = [each for each in part.measure.indicators.all() if each.value_on(report.recorded_on) < each.target]
    if short:
        names = _("、").join(each.name for each in short)
        raise ValidationError(
            {"shortfall_reason": _("%(indicators)s未达目标值，申请办结须说明原因。") % {"indicators": names}}
        )


@transaction.atomic
def withdraw(*, by: User, report: Report, now: datetime, keeps_draft: bool = False) -> Draft:
    """
    Takes back a report that nobody has decided on (撤回); its words and files become the part's draft again.

    ``keeps_draft`` says that a draft which is being written may stay in their stead.

    Raises ``PermissionDenied``, and ``NotAccepted`` when it has been decided on, withdrawn or followed by another, its
    part is closed or its measure terminated, or when a draft is being written that its words would overwrite.
    """
    permissions.require(permissions.may_withdraw(by, report))
    Assignment.objects.select_for_update().get(pk=report.assignment_id)
    held = Report.objects.with_followers(local_day(now)).select_related("review").get(pk=report.pk)
    if not allows(held.state(local_day(now)), ReportAct.WITHDRAW):
        raise NotAccepted(_("这份填报已经审核、撤回或被新的填报取代，不能撤回。"))
    if held.period is not None and held.period.is_locked:
        raise NotAccepted(_("%(period)s已锁定，不能撤回。") % {"period": held.period})
    part = Assignment.objects.with_requests(local_day(now)).select_related("measure").get(pk=held.assignment_id)
    if part.requested_on is not None:
        raise NotAccepted(_("本任务（本单位部分）已办结，填报不能撤回。"))
    if part.measure.is_terminated_on(local_day(now)):
        raise NotAccepted(_("本任务已终止，填报不能撤回。"))
    written = Draft.objects.filter(assignment=held.assignment).first()
    if written is not None and not keeps_draft:
        raise NotAccepted(_("这项分工另有草稿，请先提交或删除草稿，再撤回填报。"))
    review = getattr(held, "review", None) or Review(report=held, is_afterwards=True)
    review.decision, review.decided_on, review.decided_at = Decision.WITHDRAWN, local_day(now), now
    review.reviewer = by  # who took it back
    review.full_clean()
    review.save()
    held.void_on = local_day(now)
    held.save(update_fields=["void_on"])
    if written is not None:
        return written
    words = {name: getattr(held, name) for name in WORDS}
    draft = Draft(assignment=held.assignment, saved_by=by, saved_at=now, period=held.period, **words)
    draft.full_clean()
    draft.save()
    held.evidence.all().copy_to(draft)
    return draft
