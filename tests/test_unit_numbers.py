"""How reliable a unit has been: the truth table of what it reported, closed and asked for, as of every day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from departments.models import Department
from tasks.actions import extension as extension_actions
from tasks.actions import member
from tasks.actions import report as report_actions
from tasks.choices import AmendmentKind, AssignmentRole
from tasks.models import Extension, Plan
from tasks.periods import Turnout
from tasks.units import Extensions, Reliability, reliability

from .builders import (
    a_closing,
    a_collective,
    a_department,
    a_measure,
    a_part,
    a_plan,
    a_report,
    a_supervisor,
    an_amendment,
    an_extension,
    at,
    own_part,
    who_may_give_time,
)

pytestmark = pytest.mark.django_db

FOURTH, DUE = date(2021, 10, 1), date(2022, 1, 9)  # the fourth quarter, and its last day to report
THIRD_DUE = date(2021, 10, 9)
MARCH = date(2022, 3, 31)


@pytest.fixture
def plan() -> Plan:
    """A plan with one reporting period only, the fourth quarter of 2021."""
    made = a_plan()
    made.periods.exclude(starts_on=FOURTH).delete()
    return made


def turnout(unit: Department, plan: Plan, day: date) -> tuple[int, ...]:
    """Owed, in time, late, not at all, days of silence: of the fourth quarter."""
    found = [row.turnout for row in reliability(unit, plan, day).periods if row.period.starts_on == FOURTH]
    told = found[0] if found else Turnout()
    return len(told.owed), len(told.in_time), len(told.late), len(told.silent), told.days_of_silence


# --- reporting periods -----------------------------------------------------------------------------------


@pytest.mark.parametrize("reported_on", [None, date(2021, 11, 1)])
@pytest.mark.parametrize("left_on", [date(2021, 12, 1), date(2022, 1, 8), DUE, date(2022, 1, 10)])
def test_a_part_that_left_before_the_period_fell_due_owes_nothing_for_it(plan, left_on, reported_on) -> None:
    measure, leaving, staying = a_measure(plan, due_on=None), a_department("移出单位"), a_department("留下单位")
    part = a_part(measure, leaving, AssignmentRole.JOINT)
    a_part(measure, staying, AssignmentRole.JOINT)
    if reported_on is not None:
        a_report(part, reported_on)
    an_amendment(measure, AmendmentKind.UNITS, left_on, roles={staying: AssignmentRole.JOINT})

    told = {day: turnout(leaving, plan, day)[:4] for day in (left_on - timedelta(days=1), left_on, date(2022, 6, 1))}

    said = (1, 1, 0, 0) if reported_on is not None else (1, 0, 0, 1)
    afterwards = said if left_on > DUE else (0, 0, 0, 0)  # the last day to report was still its own
    assert told == {left_on - timedelta(days=1): said, left_on: afterwards, date(2022, 6, 1): afterwards}


@pytest.mark.parametrize("done_on", [date(2021, 12, 1), DUE])
@pytest.mark.parametrize("reported_on", [None, date(2021, 11, 1)])
def test_a_part_that_was_done_by_the_last_day_to_report_counts_what_it_said(plan, done_on, reported_on) -> None:
    part = a_part(a_measure(plan, due_on=None))
    if reported_on is not None:
        a_report(part, reported_on)
    an_amendment(part.measure, AmendmentKind.TERMINATION, done_on)

    assert turnout(part.department, plan, date(2022, 6, 1))[:4] == ((0, 0, 0, 0) if not reported_on else (1, 1, 0, 0))


@pytest.mark.parametrize(
    ("reported_on", "day", "expected"),
    [
        (date(2021, 11, 1), date(2021, 9, 30), (0, 0, 0, 0, 0)),  # it has not opened
        (date(2021, 11, 1), date(2021, 10, 31), (1, 0, 0, 1, 0)),  # the report is not known yet
        (date(2021, 11, 1), date(2021, 11, 1), (1, 1, 0, 0, 0)),
        (DUE, DUE, (1, 1, 0, 0, 0)),  # the last day counts
        (date(2022, 1, 10), DUE, (1, 0, 0, 1, 0)),
        (date(2022, 1, 10), date(2022, 1, 10), (1, 0, 1, 0, 1)),  # one day late
        (date(2022, 1, 20), date(2022, 1, 15), (1, 0, 0, 1, 6)),  # silent for six days by then
        (date(2022, 1, 20), date(2022, 1, 20), (1, 0, 1, 0, 11)),
        (date(2022, 1, 20), date(2022, 6, 1), (1, 0, 1, 0, 11)),  # what is over grows no more
        (None, DUE, (1, 0, 0, 1, 0)),
        (None, date(2022, 1, 12), (1, 0, 0, 1, 3)),
    ],
)
def test_a_period_is_kept_late_or_missed(plan, reported_on, day, expected) -> None:
    unit = a_department("甲局")
    part = a_part(a_measure(plan, due_on=None), unit)
    if reported_on is not None:
        a_report(part, reported_on, period=plan.periods.get())

    assert turnout(unit, plan, day) == expected


def test_a_late_entry_never_changes_a_past_day(plan) -> None:
    unit = a_department("甲局")
    part = a_part(a_measure(plan, due_on=None), unit)
    days = [DUE + timedelta(days=number) for number in range(-3, 12)]
    before = [turnout(unit, plan, day) for day in days]

    a_report(part, days[-1], period=plan.periods.get())

    assert [turnout(unit, plan, day) for day in days[:-1]] == before[:-1]
    assert (before[-1], turnout(unit, plan, days[-1])) == ((1, 0, 0, 1, 11), (1, 0, 1, 0, 11))


def test_what_was_taken_back_counts_until_then(plan) -> None:
    unit = a_department("甲局")
    report = a_report(a_part(a_measure(plan, due_on=None), unit), date(2022, 1, 5))
    report_actions.withdraw(by=report.author, report=report, now=at(date(2022, 1, 6)))

    assert [turnout(unit, plan, date(2022, 1, day)) for day in (5, 6, 12)] == [
        (1, 1, 0, 0, 0),
        (1, 0, 0, 1, 0),
        (1, 0, 0, 1, 3),
    ]


def test_silence_ends_with_a_word_for_a_later_period_though_the_period_was_missed() -> None:
    plan, unit = a_plan(), a_department("甲局")
    plan.periods.exclude(starts_on__in=(date(2021, 7, 1), FOURTH)).delete()
    part = a_part(a_measure(plan, due_on=None), unit)
    a_report(part, date(2021, 10, 19), period=plan.periods.get(starts_on=FOURTH))

    third = reliability(unit, plan, date(2022, 1, 12)).periods[1].turnout

    assert (len(third.owed), len(third.silent), third.days_of_silence) == (1, 1, 10)


def test_silence_ends_with_the_request_to_close() -> None:
    plan, unit = a_plan(), a_department("甲局")
    part = a_part(a_measure(plan, due_on=None), unit)
    a_closing(part, date(2022, 1, 13), date(2022, 1, 15))

    assert [turnout(unit, plan, date(2022, 1, day))[4] for day in (12, 13, 15, 31)] == [3, 4, 4, 4]


def test_who_was_closed_before_the_last_day_owes_nothing() -> None:
    plan, unit = a_plan(), a_department("甲局")
    a_closing(a_part(a_measure(plan, due_on=None), unit), date(2021, 9, 1), date(2021, 9, 2))

    assert turnout(unit, plan, date(2022, 1, 12)) == (0, 0, 0, 0, 0)


def test_dated_parts_owe_a_report_only_where_the_period_asks_them(plan) -> None:
    unit = a_department("甲局")
    a_part(a_measure(plan), unit)
    before = turnout(unit, plan, date(2022, 1, 12))

    plan.periods.update(asks_dated=True)

    assert (before, turnout(unit, plan, date(2022, 1, 12))) == ((0, 0, 0, 0, 0), (1, 0, 0, 1, 3))


def test_a_collective_is_counted_by_its_members_and_a_member_by_its_own(plan) -> None:
    one, two = a_department("甲街"), a_department("乙街")
    streets = a_collective("各街道办", one, two)
    part = a_part(a_measure(plan, due_on=None), streets, AssignmentRole.JOINT)
    a_part(a_measure(plan, due_on=None), one)
    a_report(own_part(part, one), date(2021, 11, 1))
    a_report(own_part(part, two), date(2022, 1, 11), period=plan.periods.get())

    found = {unit.name: turnout(unit, plan, date(2022, 1, 12)) for unit in (streets, one, two)}

    assert found == {"各街道办": (2, 1, 1, 0, 2), "甲街": (2, 1, 0, 1, 3), "乙街": (1, 0, 1, 0, 2)}


def test_an_empty_collective_answers_for_itself(plan) -> None:
    streets = a_collective("各街道办")
    a_part(a_measure(plan, due_on=None), streets, AssignmentRole.JOINT)

    assert turnout(streets, plan, date(2022, 1, 12)) == (1, 0, 0, 1, 3)


def test_a_member_that_joined_after_the_period_owes_nothing_for_it(plan) -> None:
    streets, late = a_collective("各街道办", a_department("甲街")), a_department("乙街")
    a_part(a_measure(plan, due_on=None), streets, AssignmentRole.JOINT)
    member.join(by=a_supervisor(), collective=streets, member=late, now=at(date(2022, 1, 5)))

    found = [turnout(unit, plan, date(2022, 1, 12)) for unit in (late, streets)]

    assert found == [(0, 0, 0, 0, 0), (1, 0, 0, 1, 3)]


def test_only_periods_that_are_over_are_summed_up() -> None:
    plan, unit = a_plan(), a_department("甲局")
    for reported_on in (date(2021, 9, 15), date(2021, 10, 20)):
        a_report(a_part(a_measure(plan, due_on=None), unit), reported_on)

    kept = {day: reliability(unit, plan, day) for day in (DUE, DUE + timedelta(days=2))}

    sums = {day: (each.owed, each.in_time, each.late, each.silent, each.days_of_silence) for day, each in kept.items()}
    assert [len(each.periods) for each in kept.values()] == [3, 3]
    # The second spoke for the fourth quarter eleven days after the third was due; the first has said nothing since.
    assert sums == {DUE: (2, 1, 0, 1, 11), DUE + timedelta(days=2): (4, 2, 0, 2, 13)}


# --- both clocks, and extensions -------------------------------------------------------------------------


def closings(kept: Reliability) -> dict[str, tuple[int, int, int]]:
    return {f"{each.condition} {each.clock}": (each.kept, each.late, each.measured) for each in kept.closings}


@pytest.mark.parametrize(
    ("asked_on", "granted_on", "closed_on", "day", "expected"),
    [
        (None, None, date(2021, 12, 31), date(2022, 1, 2), {"original": (1, 0, 1), "effective": (1, 0, 1)}),
        (None, None, date(2022, 1, 1), date(2022, 1, 2), {"original": (0, 1, 1), "effective": (0, 1, 1)}),
        (None, None, None, date(2021, 12, 31), {}),
        (None, None, None, date(2022, 1, 1), {"original": (0, 1, 1), "effective": (0, 1, 1)}),
        (date(2021, 12, 1), date(2021, 12, 5), None, date(2022, 1, 1), {"original": (0, 1, 1)}),
        (
            date(2021, 12, 1),
            date(2021, 12, 5),
            date(2022, 2, 1),
            date(2022, 2, 1),
            {"original": (0, 1, 1), "effective": (1, 0, 1)},
        ),
        # granted after the day that is asked for: nothing has been extended yet
        (
            date(2021, 12, 1),
            date(2022, 1, 10),
            None,
            date(2022, 1, 9),
            {"original": (0, 1, 1), "effective": (0, 1, 1)},
        ),
    ],
)
def test_closings_are_measured_on_both_clocks(asked_on, granted_on, closed_on, day, expected) -> None:
    plan, unit = a_plan(), a_department("甲局")
    part = a_part(a_measure(plan), unit)
    a_part(a_measure(plan, due_on=None), unit)
    if asked_on is not None:
        an_extension(part.measure, MARCH, asked_on, granted_on)
    if closed_on is not None:
        a_closing(part, closed_on)

    assert closings(reliability(unit, plan, day)) == {f"unit {clock}": row for clock, row in expected.items()}


def test_a_members_closings_are_a_list_of_their_own() -> None:
    plan, unit = a_plan(), a_department("甲街")
    streets = a_collective("各街道办", unit, a_department("乙街"))
    shared = a_part(a_measure(plan), streets, AssignmentRole.JOINT)
    a_part(a_measure(plan), unit)
    a_closing(own_part(shared, unit), date(2021, 12, 20))

    day = date(2022, 1, 12)
    own, whole = closings(reliability(unit, plan, day)), closings(reliability(streets, plan, day))

    assert {name: row for name, row in own.items() if "effective" in name} == {
        "unit effective": (0, 1, 1),
        "member effective": (1, 0, 1),
    }
    assert whole == {"unit original": (0, 1, 1), "unit effective": (0, 1, 1)}


def test_extensions_are_counted_by_what_had_become_of_them() -> None:
    plan, unit = a_plan(), a_department("甲局")
    measures = [a_part(a_measure(plan), unit).measure for _number in range(4)]
    an_extension(measures[0], MARCH, date(2021, 12, 1), date(2021, 12, 5))
    refused = an_extension(measures[1], MARCH, date(2021, 12, 2))
    extension_actions.refuse(
        by=who_may_give_time(refused), extension=refused, now=at(date(2021, 12, 6)), opinion="理由不足。"
    )
    an_extension(measures[2], MARCH, date(2022, 1, 10))
    taken_back = an_extension(measures[3], MARCH, date(2021, 12, 20))
    extension_actions.withdraw(by=taken_back.author, extension=taken_back, now=at(date(2021, 12, 21)))
    an_extension(a_part(a_measure(plan)).measure, MARCH, date(2021, 12, 1))

    found = {day: reliability(unit, plan, day).extensions for day in (date(2021, 12, 2), date(2022, 1, 12))}

    assert Extension.objects.count() == 5
    assert found == {
        date(2021, 12, 2): Extensions(asked=2, waiting=2),
        date(2022, 1, 12): Extensions(asked=4, granted=1, refused=1, withdrawn=1, waiting=1, late=1),
    }
