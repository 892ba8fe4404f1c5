"""A member that leaves: what it had open, what it asked for, and who may decide on its collective's requests."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import PermissionDenied

from departments.models import Membership
from tasks.actions import member, review
from tasks.models import Assignment, Measure, Report
from tasks.permissions import may_review
from tasks.queue import queue_of

from .builders import (
    a_closing,
    a_collective,
    a_department,
    a_leader,
    a_part,
    a_report,
    a_reporter,
    a_supervisor,
    an_administrator,
    at,
    own_part,
    the_reviewer_of,
)

pytestmark = pytest.mark.django_db

LEFT_ON = date(2022, 1, 15)


def leaves(unit, on: date = LEFT_ON) -> None:
    membership = Membership.objects.get(member=unit)
    member.leave(by=an_administrator(), membership=membership, now=at(on))


def test_what_a_leaving_member_had_open_does_not_become_closed_in_time() -> None:
    first, second, third = a_department("万新街道"), a_department("新立街道"), a_department("华明街道")
    part = a_part(department=a_collective("各街道办", first, second, third))
    a_closing(own_part(part, first), date(2021, 11, 1), date(2021, 11, 2))
    asked = a_report(own_part(part, third), date(2021, 12, 20), asks_to_close=True)
    leaves(second)
    accepted_on = LEFT_ON + timedelta(days=1)
    review.accept(by=the_reviewer_of(part), report=asked, now=at(accepted_on))
    days = [date(2022, 1, 14), LEFT_ON, accepted_on]

    lights = [Assignment.objects.as_of(day).get(pk=part.pk).timeliness for day in days]
    measures = [Measure.objects.as_of(day).get().timeliness for day in days]
    row = Assignment.objects.as_of(accepted_on).get(pk=part.pk)

    assert lights == measures == ["OVERDUE", "OVERDUE", "CLOSED_LATE"]
    assert (row.requested_on, row.closed_on) == (LEFT_ON, accepted_on)


def test_a_member_that_left_with_its_part_closed_changes_no_date() -> None:
    first, second = a_department("万新街道"), a_department("新立街道")
    part = a_part(department=a_collective("各街道办", first, second))
    for unit in (first, second):
        a_closing(own_part(part, unit), date(2021, 11, 1), date(2021, 11, 2))
    leaves(second)

    row = Assignment.objects.as_of(LEFT_ON).get(pk=part.pk)

    assert (row.timeliness, row.requested_on, row.closed_on) == ("CLOSED", date(2021, 11, 1), date(2021, 11, 2))


def test_when_all_members_have_left_the_collective_is_open_again() -> None:
    only = a_department("万新街道")
    part = a_part(department=a_collective("各街道办", only))
    leaves(only)

    row = Assignment.objects.as_of(LEFT_ON).get(pk=part.pk)

    assert (row.timeliness, row.requested_on, Measure.objects.as_of(LEFT_ON).get().timeliness) == (
        "OVERDUE",
        None,
        "OVERDUE",
    )


def test_the_request_of_a_member_that_left_waits_no_more_and_nobody_decides_on_it() -> None:
    only, other = a_department("万新街道"), a_department("新立街道")
    part = a_part(department=a_collective("各街道办", only, other))
    report = a_report(own_part(part, only), date(2021, 12, 1), asks_to_close=True)
    office = a_supervisor()
    before = (queue_of(office, LEFT_ON).entries != [], Assignment.objects.as_of(LEFT_ON).get(pk=part.pk).is_waiting)
    leaves(only)

    with pytest.raises(PermissionDenied):
        review.accept(by=office, report=report, now=at(LEFT_ON))

    after = (queue_of(office, LEFT_ON).entries != [], Assignment.objects.as_of(LEFT_ON).get(pk=part.pk).is_waiting)
    assert (before, after) == ((True, True), (False, False))


def test_nobody_of_a_member_decides_on_what_its_collective_asks_for() -> None:
    collective = a_collective("各街道办")
    part = a_part(department=collective)
    report = a_report(part, date(2021, 12, 1), by=an_administrator(), asks_to_close=True)
    street, office = a_department("万新街道"), part.measure.plan.office
    outside = a_supervisor()
    before = may_review(outside, report)
    for unit in (street, office):
        member.join(by=an_administrator(), collective=collective, member=unit, now=at(date(2021, 12, 2)))

    report = Report.objects.with_request().get(pk=report.pk)

    assert before is True
    assert [may_review(who, report) for who in (a_supervisor(street), a_supervisor(office), outside)] == [False] * 3
    assert may_review(a_leader(), report) is True  # the office is a member now


def test_a_part_that_ended_a_moment_ago_takes_no_report() -> None:
    only, other = a_department("万新街道"), a_department("新立街道")
    own = own_part(a_part(department=a_collective("各街道办", only, other)), only)
    person = a_reporter(only)
    leaves(only, date(2021, 12, 1))  # after the page had been opened: `own` still says that it is in force

    with pytest.raises(PermissionDenied):
        a_report(own, date(2021, 12, 1), by=person)

    assert Report.objects.count() == 0


def test_joining_is_in_the_log_part_by_part() -> None:
    collective = a_collective("各街道办")
    a_part(department=collective)
    member.join(by=an_administrator(), collective=collective, member=a_department("万新街道"), now=at(LEFT_ON))

    own = Assignment.objects.get(collective_part__isnull=False)
    assert LogEntry.objects.get_for_object(own).count() == 1
