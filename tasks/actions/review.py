"""Deciding on reports and requests to close."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from departments.models import User

from .. import permissions
from ..choices import Decision, ReportAct, ReportState
from ..models import Assignment, Measure, Report, Review
from ..states import allows
from ..timeliness import local_day
from .amendment import lapse_if_closed


class AlreadyDecided(Exception):
    """It has been decided on, withdrawn or followed by another meanwhile; ``args[0]`` says which, in Chinese."""

    def __init__(self, report: Report, why: str) -> None:
        super().__init__(why)
        self.report = report

    @property
    def who_and_when(self) -> str:
        """Who has decided what and when; empty where it was not a reviewer's decision that came between."""
        review = getattr(self.report, "review", None)
        if review is None or review.decision not in (Decision.ACCEPTED, Decision.RETURNED):
            return ""
        at = f"{timezone.localtime(review.decided_at):%Y-%m-%d %H:%M}"
        words = {"person": review.reviewer.name, "at": at, "outcome": review.outcome}
        return str(_("已审核：%(person)s于%(at)s%(outcome)s。") % words)


def accept(*, by: User, report: Report, now: datetime, reason: str = "", seen: int | None = None) -> Review:
    """
    The report is good (同意); of a request to close, the part is finished.

    ``seen`` is the newest report of the part that the reviewer had before him; None does not ask. Raises
    ``PermissionDenied`` and ``AlreadyDecided``.
    """
    return _decide(by=by, report=report, decision=Decision.ACCEPTED, reason=reason, now=now, seen=seen)


def send_back(*, by: User, report: Report, now: datetime, reason: str, seen: int | None = None) -> Review:
    """
    The report is not good, or the part not finished (退回); ``reason`` says why. ``ValidationError`` without one.

    An ordinary report counts no more from today on; a returned request to close still tells of progress.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("退回须说明理由。")})
    return _decide(by=by, report=report, decision=Decision.RETURNED, reason=reason, now=now, seen=seen)


@dataclass(frozen=True)
class Outcome:
    """What became of one of many; ``why`` says in Chinese why it was not accepted."""

    report: Report
    is_accepted: bool
    why: str = ""


def accept_each(*, by: User, chosen: Iterable[tuple[Report, int | None]], now: datetime) -> list[Outcome]:
    """
    Accepts each report by itself, in a transaction of its own: one that cannot be accepted holds up no other.

    ``chosen`` are reports with the newest report of their part that the reviewer saw; None where that is not known,
    and then it is not accepted. Right, version and four eyes are checked one by one; every one has an outcome.
    """
    outcomes = []
    for report, seen in chosen:
        if seen is None:
            outcomes.append(Outcome(report, False, str(_("页面已失效，请刷新后重新勾选。"))))
            continue
        try:
            accept(by=by, report=report, now=now, seen=seen)
        except PermissionDenied:
            why = permissions.why_not_review(by, report)
        except AlreadyDecided as already:
            why = already.who_and_when or already.args[0]
        except OperationalError:
            why = str(_("系统繁忙，这一件没有审核，请稍后再试。"))
        else:
            outcomes.append(Outcome(report, True))
            continue
        outcomes.append(Outcome(report, False, why))
    return outcomes


WHY_NOT = {
    ReportState.WITHDRAWN: _("这份填报已由填报单位撤回。"),
    ReportState.SUPERSEDED: _("该单位已有新的填报，请审核新的填报。"),
}


@transaction.atomic
def _decide(*, by: User, report: Report, decision: str, reason: str, now: datetime, seen: int | None) -> Review:
    # The part first, as whoever reports on it does; then what is read is what stands behind the locks. Where a measure
    # may be closed by it, the measure before that, as whoever changes the plan does.
    if decision == Decision.ACCEPTED and report.asks_to_close:
        list(Measure.objects.select_for_update().filter(assignments=report.assignment_id))
    part = Assignment.objects.select_for_update().get(pk=report.assignment_id)
    today = local_day(now)
    held = Report.objects.with_request().with_followers(today).get(pk=report.pk)
    permissions.require(permissions.may_review(by, held))
    if held.assignment.measure.is_terminated_on(today):
        raise AlreadyDecided(held, str(_("本任务已终止，填报无需再审核。")))
    act = ReportAct.ACCEPT if decision == Decision.ACCEPTED else ReportAct.SEND_BACK
    state = held.state(today)
    if not allows(state, act):
        review = getattr(held, "review", None)
        own = review is not None and review.reviewer_id == by.pk
        default = _("您已经审核过这份填报。") if own else _("这份填报已由他人审核。")
        raise AlreadyDecided(held, str(WHY_NOT.get(state, default)))
    if seen is not None and Report.objects.filter(assignment=held.assignment, pk__gt=seen).exists():
        raise AlreadyDecided(held, str(_("您查看之后，该单位又有新的填报，请重新查看后再审核。")))
    review = getattr(held, "review", None) or Review(report=held, is_afterwards=True)
    review.decision = decision
    review.reviewer = by
    review.decided_at = now
    review.decided_on = today
    review.reason = reason.strip()
    review.full_clean()
    review.save()
    if decision == Decision.RETURNED and not held.asks_to_close:
        held.void_on = today
        held.save(update_fields=["void_on"])
    if decision == Decision.ACCEPTED and held.asks_to_close:
        part.closing_asked_on, part.closing_accepted_on = held.recorded_on, today
        part.save(update_fields=["closing_asked_on", "closing_accepted_on"])
        lapse_if_closed(by=by, measure=held.assignment.measure, now=now)
    return review
