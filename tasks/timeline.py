"""What has happened to a measure or to one unit's part in it, newest first (经过)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from departments.models import Department, Membership

from .changes import ACTIONS, EMPTY, Change, changes_of, end_of, kind_of, names_in, start_of, who_did
from .choices import AmendmentKind, Decision, ExtensionState, ReportState
from .models import Amendment, Assignment, Extension, IndicatorValue, Measure, MilestoneEntry, Plan, Receipt, Report


@dataclass(frozen=True)
class Event:
    """
    Something that happened: when, by whom (a unit or the office, and the person), what, and its words.

    ``is_timed`` is false where only the day is known.
    """

    at: datetime
    who: str
    what: str
    text: str = ""
    person: str = ""
    report: Report | None = None
    marks: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    is_timed: bool = True
    measure: Measure | None = None  # where the list is of more than one

    @property
    def on(self) -> date:
        return timezone.localtime(self.at).date()


def events(measure: Measure, day: date, part: Assignment | None = None) -> list[Event]:
    """
    All that was recorded of ``measure`` by the end of ``day``, or of ``part`` alone, one unit's part in it.

    The same number of queries however much has happened: reports, their files, receipts, steps, values, members, log.
    What a collective's members do belongs to its part. ``measure`` comes with its plan.
    """
    own = Q(assignment__measure=measure)
    if part is not None:
        own = Q(assignment=part) | Q(assignment__collective_part=part)
    found = [
        *_dates(measure, day),
        *_amendments(measure, day),
        *_extensions(Extension.objects.filter(measure=measure), day),
        *_reports(own, day),
        *_receipts(own, day),
        *_steps(measure, day),
        *_values(measure, day),
        *_changes(measure, part, day),
    ]
    return sorted((event for event in found if event.on <= day), key=lambda event: event.at, reverse=True)


def events_of_unit(unit: Department, plan: Plan, day: date) -> list[Event]:
    """
    What ``unit`` did in ``plan`` by the end of ``day``, and what was decided on it, newest first.

    Reports, returns, closings, requests for more time and receipts; of a collective what its members did for it. The
    same number of queries however much has happened: reports, their files, extensions, receipts.
    """
    own = Q(assignment__in=Assignment.objects.filter(measure__plan=plan).answered_by(unit).order_by().values("pk"))
    found = [
        *_extensions(Extension.objects.of_plan(plan, day).asked_for_by(unit), day),
        *_reports(own, day),
        *_receipts(own, day),
    ]
    # The day on which a deadline passes is nobody's deed.
    done = (event for event in found if event.on <= day and event.is_timed)
    return sorted(done, key=lambda event: event.at, reverse=True)


def _dates(measure: Measure, day: date) -> Iterator[Event]:
    plan = measure.plan
    yield Event(start_of(plan.issued_on), plan.issuer, _("印发计划"), plan.number, is_timed=False)
    due_on = measure.due_on
    if due_on is None or measure.is_ongoing_on(due_on) or measure.is_terminated_on(due_on):
        return
    if due_on <= day:
        yield Event(end_of(due_on), _("系统"), _("完成时限到期"), is_timed=False)


# --- changes of the plan -----------------------------------------------------------------------------


def _amendments(measure: Measure, day: date) -> Iterator[Event]:
    for each in Amendment.objects.filter(measure=measure).recorded_by(day).with_recorder():
        text = "\n".join((each.document, each.reason))
        changes = tuple(_amended(each))
        marks = (_("自%(day)s起算") % {"day": f"{each.counts_from:%Y-%m-%d}"},)
        what = _("登记计划调整：%(kind)s") % {"kind": each.get_kind_display()}
        yield Event(each.recorded_at, each.recorded_by.name, what, text, marks=marks, changes=changes)
        if each.lapsed_at is not None and each.lapsed_by is not None and each.has_lapsed_on(day):
            what = _("撤销计划调整：%(kind)s") % {"kind": each.get_kind_display()}
            yield Event(each.lapsed_at, each.lapsed_by.name, what, each.lapse_reason)


def _amended(each: Amendment) -> Iterator[Change]:
    if each.kind == AmendmentKind.WORDING:
        yield Change(_("任务"), each.wording_before, each.wording)
    if each.kind == AmendmentKind.UNITS:
        yield Change(_("责任分工"), _("、").join(each.units_gone) or EMPTY, _("、").join(each.units_new) or EMPTY)


# --- more time ---------------------------------------------------------------------------------------


def _extensions(asked: Any, day: date) -> Iterator[Event]:
    """What was asked for, what became of it, and the deadlines that were moved and are over."""
    for each in asked.asked_by(day).select_related("measure", "department", "author", "reviewer"):
        unit = {"unit": each.department, "person": each.author.name}
        who = _("%(unit)s（%(person)s代录）") % unit if each.is_recorded_for_another else str(each.department)
        person = "" if each.is_recorded_for_another else each.author.name
        moved = Change(_("完成时限"), f"{each.from_due_on:%Y-%m-%d}", f"{each.due_on:%Y-%m-%d}")
        marks = (_("逾期后申请"),) if each.days_late else ()
        yield Event(
            each.asked_at,
            who,
            _("申请延期"),
            each.reason,
            person=person,
            marks=marks,
            changes=(moved,),
            measure=each.measure,
        )
        if each.state_on(day) != ExtensionState.PENDING:
            yield from _extension_decided(each, moved)


def _extension_decided(each: Extension, moved: Change) -> Iterator[Event]:
    row: Any = each  # decided, and so by somebody and with a time
    if each.state == ExtensionState.WITHDRAWN:
        yield Event(
            row.decided_at, str(each.department), _("撤回延期申请"), person=row.reviewer.name, measure=each.measure
        )
        return
    is_granted = each.state == ExtensionState.APPROVED
    text = "\n".join(filter(None, (each.document_number, each.opinion)))
    what = _("同意延期") if is_granted else _("不同意延期")
    changes = (moved,) if is_granted else ()
    yield Event(row.decided_at, row.reviewer.name, what, text, changes=changes, measure=each.measure)
    if is_granted and each.measure.has_deadline_on(each.due_on):
        yield Event(end_of(each.due_on), _("系统"), _("延期后的完成时限到期"), is_timed=False)


# --- reports and what became of them -----------------------------------------------------------------


def _reports(own: Q, day: date) -> Iterator[Event]:
    standing: dict[int, Report] = {}  # of each part, the last one that counts
    for report in reversed(Report.objects.filter(own).told_by(day)):
        before = standing.get(report.assignment_id)
        if report.void_on is None or report.void_on > day:
            standing[report.assignment_id] = report
        else:
            before = None
        what = _("申请办结") if report.asks_to_close else _("填报进展")
        person = "" if report.is_recorded_for_another else report.author.name
        marks = tuple(_marks(report, before, day))
        measure = report.assignment.measure
        yield Event(
            report.recorded_at, _speaker(report), what, person=person, report=report, marks=marks, measure=measure
        )
        if report.is_decided(day):
            yield _decision(report)


def _marks(report: Report, before: Report | None, day: date) -> Iterator[str]:
    if report.period is not None:
        yield str(report.period)
    if report.is_late:
        yield _("补报")
    if report.is_unchanged:
        yield _("本期无新进展")
    yield str(report.state(day).label)
    if before is not None and before.state(day) == ReportState.SUPERSEDED:
        yield _("取代%(day)s的填报") % {"day": f"{before.recorded_on:%Y-%m-%d}"}


def _decision(report: Report) -> Event:
    review: Any = report.review  # decided, and so with a time
    person = review.reviewer.name if review.reviewer else ""
    unit = {"unit": report.department, "day": f"{report.recorded_on:%Y-%m-%d}"}
    measure = report.assignment.measure
    if review.decision == Decision.WITHDRAWN:
        what = _("撤回%(day)s的办结申请") if report.asks_to_close else _("撤回%(day)s的进展填报")
        return Event(review.decided_at, str(report.department), what % unit, person=person, measure=measure)
    if review.decision == Decision.ACCEPTED:
        what = _("同意%(unit)s办结") if report.asks_to_close else _("审核通过%(unit)s%(day)s的进展填报")
    else:
        what = _("退回%(unit)s的办结申请") if report.asks_to_close else _("退回%(unit)s%(day)s的进展填报")
    return Event(review.decided_at, person, what % unit, review.reason, measure=measure)


def _speaker(report: Report) -> str:
    """The unit that speaks; with the collective it speaks for, and who entered it on its behalf."""
    words = _member(report.assignment)
    if report.is_recorded_for_another:
        words = _("%(unit)s（%(person)s代录）") % {"unit": words, "person": report.author.name}
    return words


def _member(part: Assignment) -> str:
    if part.collective_part is None:
        return str(part.department)
    words = {"member": part.department, "collective": part.collective_part.department}
    return _("%(member)s（%(collective)s成员）") % words


def _receipts(own: Q, day: date) -> Iterator[Event]:
    receipts = Receipt.objects.filter(own, signed_on__lte=day)
    for receipt in receipts.select_related(
        "signed_by", "assignment__measure", "assignment__department", "assignment__collective_part__department"
    ):
        part = receipt.assignment
        yield Event(receipt.signed_at, _member(part), _("签收"), person=receipt.signed_by.name, measure=part.measure)


# --- steps and numbers -------------------------------------------------------------------------------


def _steps(measure: Measure, day: date) -> Iterator[Event]:
    entries = MilestoneEntry.objects.filter(milestone__measure=measure, recorded_on__lte=day)
    for entry in entries.select_related("milestone", "recorded_by", "voided_by"):
        title = {"title": entry.milestone.title}
        done = _("完成日期：%(day)s") % {"day": f"{entry.done_on:%Y-%m-%d}"}
        text = f"{done}\n{entry.note}".strip()
        yield Event(entry.recorded_at, entry.recorded_by.name, _("登记节点完成：%(title)s") % title, text)
        if entry.void_at is not None and entry.voided_by is not None:
            yield Event(entry.void_at, entry.voided_by.name, _("撤销节点的完成登记：%(title)s") % title)


def _values(measure: Measure, day: date) -> Iterator[Event]:
    """Each entry of a number, with the one that was recorded before it."""
    values = IndicatorValue.objects.filter(indicator__measure=measure).recorded_by(day).order_by("pk")
    last: dict[int, int] = {}
    for value in values.select_related("indicator", "department", "recorded_by"):
        indicator = value.indicator
        change = Change(indicator.name, str(last.get(indicator.pk, 0)), f"{value.value}{indicator.unit}")
        last[indicator.pk] = value.value
        text = _("统计截至%(day)s") % {"day": f"{value.reached_on:%Y-%m-%d}"}
        yield Event(
            value.recorded_at,
            str(value.department),
            _("填报指标"),
            text,
            person=value.recorded_by.name,
            changes=(change,),
        )


# --- members and the log -----------------------------------------------------------------------------


def _changes(measure: Measure, part: Assignment | None, day: date) -> Iterator[Event]:
    members = list(_memberships(measure, part))
    entries = list(_entries(measure, part, members, day))
    of_members = {
        (entry.object_id, entry.action): entry
        for entry in reversed(entries)
        if entry.content_type.model == Membership._meta.model_name
    }
    for membership in members:
        yield from _coming_and_going(membership, of_members)
    names = names_in(entries)
    for entry in entries:
        # What nobody did came with the plan.
        if entry.content_type.model == Membership._meta.model_name or (
            entry.action == LogEntry.Action.CREATE and entry.actor is None
        ):
            continue
        if _came_or_went(entry):
            continue
        what = _("%(what)s%(kind)s：%(name)s") % {
            "what": ACTIONS[entry.action],
            "kind": kind_of(entry),
            "name": entry.object_repr,
        }
        yield Event(entry.timestamp, who_did(entry), what, changes=tuple(_told(entry, names)))


def _came_or_went(entry: LogEntry) -> bool:
    """Whether it is a part that came or went with a member or a change of the plan, which are told of themselves."""
    changes = entry.changes or {}
    if entry.content_type.model != Assignment._meta.model_name:
        return False
    return set(changes) == {"until"} or (entry.action == LogEntry.Action.CREATE and "since" in changes)


def _told(entry: LogEntry, names: Any) -> Iterator[Change]:
    """Of a measure that was added as a whole nothing need be said: it stands above."""
    if entry.action == LogEntry.Action.UPDATE or entry.content_type.model == Assignment._meta.model_name:
        yield from changes_of(entry, names)


def _memberships(measure: Measure, part: Assignment | None) -> Any:
    rows = Membership.objects.select_related("collective", "member")
    if part is None:
        return rows.filter(collective__assignments__measure=measure).distinct()
    if part.collective_part is not None:
        return rows.filter(collective=part.collective_part.department_id, member=part.department_id)
    return rows.filter(collective=part.department_id)


def _coming_and_going(membership: Membership, log: dict[Any, LogEntry]) -> Iterator[Event]:
    """Joining and leaving: the day is the membership's own, who did it and at what time the log knows."""
    moments = (
        (membership.joined_on, LogEntry.Action.CREATE, _("%(member)s加入%(collective)s")),
        (membership.left_on, LogEntry.Action.UPDATE, _("%(member)s退出%(collective)s")),
    )
    for on, action, words in moments:
        if on is None:
            continue
        entry = log.get((membership.pk, action))
        what = words % {"member": membership.member, "collective": membership.collective}
        if entry is not None and timezone.localtime(entry.timestamp).date() == on:
            yield Event(entry.timestamp, who_did(entry), what)
        else:
            yield Event(start_of(on), _("系统"), what, is_timed=False)


def _entries(measure: Measure, part: Assignment | None, members: list[Membership], day: date) -> Any:
    """What the log says of the measure, its named parts (those taken away as well) and their members."""
    kinds = ContentType.objects.get_for_models(Measure, Assignment, Membership)
    deleted = LogEntry.objects.filter(content_type=kinds[Assignment], action=LogEntry.Action.DELETE)
    gone = deleted.filter(changes__measure__0=str(measure.pk)).values("object_id")
    named = Assignment.objects.ever_named().filter(measure=measure).values("pk")
    parts = Q(object_id__in=named) | Q(object_id__in=gone)
    if part is not None:
        parts = Q(object_id=part.pk)
    of_measure = Q(content_type=kinds[Measure], object_id=measure.pk)
    of_parts = Q(content_type=kinds[Assignment]) & parts
    of_members = Q(content_type=kinds[Membership], object_id__in=[each.pk for each in members])
    entries = LogEntry.objects.filter(of_measure | of_parts | of_members, timestamp__lte=end_of(day))
    return entries.select_related("actor", "content_type").order_by("-timestamp", "-pk")
