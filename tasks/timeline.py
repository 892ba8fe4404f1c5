"""What has happened to a measure, newest first (经过)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _

from .choices import Decision
from .models import Measure, Report


@dataclass(frozen=True)
class Event:
    """Something that happened: on which day, by whom (a unit or the office), what, and its words."""

    at: datetime
    who: str
    what: str
    text: str = ""
    report: Report | None = None

    @property
    def on(self) -> date:
        return timezone.localtime(self.at).date()


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.max))


def events(measure: Measure, day: date) -> list[Event]:
    """Issue, deadline, reports and decisions by the end of ``day``; one query."""
    reports = (
        Report.objects.filter(assignment__measure=measure)
        .recorded_by(day)
        .select_related("department", "author", "assignment__department", "review__reviewer")
    )
    found = [Event(_start_of(measure.plan.issued_on), measure.plan.issuer, _("印发计划"), measure.plan.number)]
    if measure.due_on is not None and measure.due_on <= day:
        found.append(Event(_end_of(measure.due_on), _("系统"), _("完成时限到期")))
    for report in reports:
        what = _("申请办结") if report.asks_to_close else _("填报进展")
        found.append(Event(report.recorded_at, _speaker(report), what, report=report))
        review = getattr(report, "review", None)
        if review is not None and review.decided_on is not None and review.decided_on <= day:
            accepted = review.decision == Decision.ACCEPTED
            what = _("同意%(unit)s办结") if accepted else _("退回%(unit)s的办结申请")
            found.append(
                Event(review.decided_at, review.reviewer.name, what % {"unit": report.department}, review.reason)
            )
    return sorted((event for event in found if event.on <= day), key=lambda event: event.at, reverse=True)


def _speaker(report: Report) -> str:
    """The unit that speaks; with the collective it speaks for, and who entered it on its behalf."""
    words = str(report.department)
    if report.department_id != report.assignment.department_id:
        words = _("%(member)s（%(collective)s成员）") % {
            "member": words,
            "collective": report.assignment.department,
        }
    if report.is_recorded_for_another:
        words = _("%(unit)s（%(person)s代录）") % {"unit": words, "person": report.author.name}
    return words
