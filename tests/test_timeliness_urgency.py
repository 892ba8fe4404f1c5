"""In which order a unit works through what it owes: 逾期, 临期, 被退回, 超期未报, the rest, what is closed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tasks.actions import review as review_actions
from tasks.choices import AssignmentRole, Urgency
from tasks.models import Assignment, Measure

from .builders import (
    a_closing,
    a_collective,
    a_department,
    a_measure,
    a_part,
    a_plan,
    a_report,
    a_return,
    at,
    own_part,
    the_reviewer_of,
)

pytestmark = pytest.mark.django_db

TODAY = date(2021, 11, 1)
REPORTED_ON = date(2021, 10, 20)


def urgencies(day: date = TODAY) -> list[tuple[int, int]]:
    """``(part, urgency)`` in the order in which they are worked through."""
    return [(part.pk, part.urgency) for part in Assignment.objects.as_of(day).most_pressing_first(day)]


def test_what_presses_most_comes_first() -> None:
    plan, unit = a_plan(), a_department()

    def owed(due_on: date | None) -> Assignment:
        return a_part(a_measure(plan, due_on=due_on), unit)

    closed, quiet, silent, returned, soon, overdue = (
        owed(due_on)
        for due_on in (date(2021, 12, 31), date(2021, 12, 31), None, date(2021, 12, 31), TODAY, date(2021, 10, 31))
    )
    a_closing(closed, REPORTED_ON)
    a_return(returned, REPORTED_ON)

    assert urgencies() == [
        (overdue.pk, Urgency.OVERDUE),
        (soon.pk, Urgency.DUE_SOON),
        (returned.pk, Urgency.RETURNED),
        (silent.pk, Urgency.SILENT),
        (quiet.pk, Urgency.REST),
        (closed.pk, Urgency.SETTLED),
    ]


def test_within_one_urgency_the_nearest_deadline_comes_first_then_the_plans_order() -> None:
    plan, unit = a_plan(), a_department()
    later, first, second = (
        a_part(a_measure(plan, due_on=due_on), unit)
        for due_on in (date(2021, 10, 9), date(2021, 10, 8), date(2021, 10, 8))
    )

    assert [part for part, _ in urgencies()] == [first.pk, second.pk, later.pk]


def test_a_return_presses_until_something_is_said_again() -> None:
    part = a_part()
    a_return(part, date(2021, 10, 1), date(2021, 10, 5))
    a_report(part, date(2021, 10, 8))

    seen = {day: dict(urgencies(date(2021, 10, day)))[part.pk] for day in (4, 5, 7, 8)}

    assert seen == {4: Urgency.REST, 5: Urgency.RETURNED, 7: Urgency.RETURNED, 8: Urgency.REST}


def test_a_return_hides_no_deadline() -> None:
    part = a_part(a_measure(due_on=TODAY))
    a_return(part, REPORTED_ON)

    assert urgencies() == [(part.pk, Urgency.DUE_SOON)]
    assert urgencies(TODAY + timedelta(days=1)) == [(part.pk, Urgency.OVERDUE)]


def test_a_unit_owes_what_is_its_own_and_what_its_collectives_owe() -> None:
    unit, stranger = a_department(), a_department()
    collective = a_collective("各街道办", unit)
    a_collective("各成员单位", stranger)
    own, shared, foreign = a_part(department=unit), a_part(department=collective), a_part(department=stranger)

    owed = Assignment.objects.of(unit, TODAY)

    assert {part.pk for part in owed} == {own.pk, own_part(shared, unit).pk}
    assert foreign.pk not in {part.pk for part in owed}


# --- asking for help ---------------------------------------------------------------------------------------


def asking(day: date) -> list[int]:
    return [part.pk for part in Assignment.objects.as_of(day).order_by("pk").needing_coordination(day)]


def test_a_part_asks_for_help_while_its_last_report_does() -> None:
    part, _ = a_part(), a_part()
    a_report(part, date(2021, 10, 5), needs_coordination=True)
    a_report(part, date(2021, 10, 20))

    seen = {day: asking(date(2021, 10, day)) for day in (4, 5, 19, 20)}

    assert seen == {4: [], 5: [part.pk], 19: [part.pk], 20: []}


def test_a_closed_part_asks_for_no_help() -> None:
    part = a_part()
    report = a_report(part, date(2021, 10, 5), needs_coordination=True, asks_to_close=True)
    review_actions.accept(by=the_reviewer_of(part), report=report, now=at(date(2021, 10, 9)))

    assert [asking(date(2021, 10, day)) for day in (8, 9)] == [[part.pk], []]


def test_a_measure_asks_for_help_when_one_of_its_units_does() -> None:
    measure, _ = a_measure(), a_part()
    quiet, asks = (a_part(measure, a_department(), AssignmentRole.JOINT) for _ in range(2))
    a_report(asks, REPORTED_ON, needs_coordination=True)
    a_report(quiet, TODAY)

    found = Measure.objects.as_of(TODAY).needing_coordination(TODAY)

    assert [row.pk for row in found] == [measure.pk]


def test_a_collective_asks_for_help_when_one_of_its_members_does() -> None:
    first, second = a_department(), a_department()
    part = a_part(department=a_collective("各街道办", first, second))
    own = own_part(part, first)
    a_report(own, date(2021, 10, 5), needs_coordination=True)
    a_report(own_part(part, second), date(2021, 10, 6))
    a_report(own, date(2021, 10, 7))

    assert [asking(date(2021, 10, day)) for day in (5, 6, 7)] == [[part.pk, own.pk], [part.pk, own.pk], []]
