"""Two people at the same period or the same membership at the same moment, on real connections."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.actions import member, receipt
from tasks.actions import period as actions
from tasks.models import Assignment, Period, Receipt

from . import test_concurrency
from .builders import (
    a_collective,
    a_department,
    a_measure,
    a_part,
    a_plan,
    a_reporter,
    a_supervisor,
    at,
)
from .test_concurrency import at_once, kinds

pytestmark = pytest.mark.django_db(transaction=True)
several = test_concurrency._a_database_of_several

TODAY = date(2022, 1, 12)


def test_of_two_people_reopening_at_once_one_is_told_and_one_reason_is_kept() -> None:
    period = a_plan().periods.get(starts_on=date(2021, 10, 1))
    people = [a_supervisor(), a_supervisor()]
    actions.lock(by=people[0], periods=[period], now=at(TODAY))

    results = at_once(
        *(lambda by=by: actions.reopen(by=by, period=period, reason=by.username, now=at(TODAY)) for by in people)
    )

    kept = Period.objects.get(pk=period.pk)
    assert kinds(results) == ["Period", "ValidationError"]
    assert (kept.is_locked, kept.reopened_because) == (False, kept.reopened_by.username)


def test_of_two_people_locking_at_once_one_locks() -> None:
    period = a_plan().periods.get(starts_on=date(2021, 10, 1))
    people = [a_supervisor(), a_supervisor()]

    results = at_once(*(lambda by=by: actions.lock(by=by, periods=[period], now=at(TODAY)) for by in people))

    assert sorted(len(result) for result in results) == [0, 1]
    assert Period.objects.get(pk=period.pk).locked_by in people


def test_two_people_adding_overlapping_periods_at_once_leave_one() -> None:
    plan, people = a_plan(), [a_supervisor(), a_supervisor()]
    days = {"ends_on": date(2024, 8, 31), "opens_on": date(2024, 7, 1), "due_on": date(2024, 9, 9)}
    periods = [Period(plan=plan, starts_on=date(2024, 7, day), **days) for day in (1, 15)]

    results = at_once(
        *(
            lambda by=by, period=period: actions.create(by=by, period=period, now=at(TODAY))
            for by, period in zip(people, periods, strict=True)
        )
    )

    assert kinds(results) == ["Period", "ValidationError"]
    assert plan.periods.filter(ends_on=date(2024, 8, 31)).count() == 1


def test_two_people_setting_up_the_year_at_once_make_each_period_once() -> None:
    plan, people = a_plan(), [a_supervisor(), a_supervisor()]
    plan.periods.filter(starts_on__gt=TODAY).delete()

    results = at_once(*(lambda by=by: actions.extend(by=by, plan=plan, now=at(TODAY)) for by in people))

    assert sorted(len(result) for result in results) == [0, 4]
    assert plan.periods.filter(starts_on__gt=TODAY).count() == 4


def test_one_unit_made_a_member_twice_at_once_is_one_once() -> None:
    streets, street = a_collective("各街道办"), a_department("甲街")
    part = a_part(a_measure(), streets)
    people = [a_supervisor(), a_supervisor()]

    results = at_once(
        *(lambda by=by: member.join(by=by, collective=streets, member=street, now=at(TODAY)) for by in people)
    )

    assert kinds(results) == ["Membership", "ValidationError"]
    assert Assignment.objects.filter(collective_part=part, department=street).count() == 1


def test_one_part_signed_for_twice_at_once_is_signed_for_once() -> None:
    part = a_part()
    people = [a_reporter(part.department), a_reporter(part.department)]

    results = at_once(*(lambda by=by: receipt.sign(by=by, assignments=[part], now=at(TODAY)) for by in people))

    assert sorted(len(result) for result in results) == [0, 1]
    assert Receipt.objects.get().assignment == part
