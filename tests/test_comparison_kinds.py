"""What counts as a change between two days: the table, and the same found by the database."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.choices import AmendmentKind, AssignmentRole, ChangeKind, Timeliness
from tasks.comparison import Comparison, State, frozen, kinds_of, lines, on_day, since_last

from .builders import (
    a_closing,
    a_department,
    a_measure,
    a_part,
    a_plan,
    a_report,
    a_snapshot,
    an_amendment,
    an_extension,
)

OVERDUE, CLOSED, EXTENDED, RECOVERED, SILENT = ChangeKind
LATE, SOON, FINE = Timeliness.OVERDUE, Timeliness.DUE_SOON, Timeliness.ON_TRACK
QUIET, GOING = Timeliness.SILENT, Timeliness.ONGOING
DONE, DONE_LATE = Timeliness.CLOSED, Timeliness.CLOSED_LATE
DECEMBER, NEW_YEAR, JANUARY, MARCH = date(2021, 12, 15), date(2022, 1, 1), date(2022, 1, 12), date(2022, 3, 31)

TABLE = [
    # before, after, extensions granted before and after, kinds
    (FINE, LATE, 0, 0, [OVERDUE]),
    (SOON, LATE, 0, 0, [OVERDUE]),
    (None, LATE, 0, 0, [OVERDUE]),
    (DONE, LATE, 0, 0, [OVERDUE]),
    (LATE, LATE, 0, 0, []),
    (SOON, LATE, 0, 1, [OVERDUE, EXTENDED]),
    (LATE, LATE, 0, 1, [EXTENDED]),
    (LATE, SOON, 0, 1, [EXTENDED, RECOVERED]),
    (LATE, FINE, 1, 2, [EXTENDED, RECOVERED]),
    (FINE, FINE, 0, 1, [EXTENDED]),
    (FINE, FINE, 1, 1, []),
    (LATE, DONE_LATE, 0, 0, [CLOSED, RECOVERED]),
    (LATE, DONE, 0, 0, [CLOSED, RECOVERED]),
    (SOON, DONE, 0, 0, [CLOSED]),
    (None, DONE, 0, 0, [CLOSED]),
    (DONE, DONE_LATE, 0, 0, []),
    (GOING, DONE, 0, 0, [CLOSED]),
    (GOING, QUIET, 0, 0, [SILENT]),
    (None, QUIET, 0, 0, [SILENT]),
    (QUIET, QUIET, 0, 0, []),
    (QUIET, GOING, 0, 0, []),
    (LATE, GOING, 0, 0, []),  # became ongoing: nothing was done, and no time was given
    (LATE, QUIET, 0, 0, [SILENT]),
    (FINE, SOON, 0, 0, []),
    (None, FINE, 0, 0, []),
    (None, SOON, 0, 1, [EXTENDED]),
    (None, SOON, 1, 1, []),  # joined a measure that had been given more time before
]


@pytest.mark.parametrize(("before", "after", "granted", "granted_now", "kinds"), TABLE)
def test_a_change_is_of_the_kinds_the_table_says(before, after, granted, granted_now, kinds) -> None:
    assert kinds_of(State(before or "", granted), State(after, granted_now)) == kinds


@pytest.fixture
def plan(db):
    """One measure of each kind of change between 2021-12-15 and 2022-01-12, and one that stays on its way."""
    plan = a_plan()
    for number in range(1, 8):
        due_on = {4: date(2021, 12, 10), 5: date(2021, 12, 1), 6: None, 7: MARCH}.get(number, date(2021, 12, 31))
        a_part(a_measure(plan, number=number, due_on=due_on), a_department(f"第{number}单位"))
    parts = {part.measure.number: part for part in _parts(plan)}
    a_closing(parts[2], date(2021, 12, 20), date(2021, 12, 22))
    an_extension(parts[3].measure, MARCH, date(2021, 12, 16), date(2021, 12, 20))
    a_closing(parts[4], date(2021, 12, 16), date(2021, 12, 20))
    an_extension(parts[5].measure, MARCH, date(2021, 12, 16), date(2021, 12, 20))
    a_report(parts[6], date(2021, 10, 1))
    an_extension(parts[7].measure, date(2022, 6, 30), DECEMBER, DECEMBER)  # granted on the first day: before
    return plan


def _parts(plan):
    return [part for measure in plan.measures.all() for part in measure.assignments.select_related("measure__plan")]


EXPECTED = {
    1: [OVERDUE],
    2: [CLOSED],
    3: [EXTENDED],
    4: [CLOSED, RECOVERED],
    5: [EXTENDED, RECOVERED],
    6: [SILENT],
}


def found(comparison: Comparison, of: str) -> dict[int, list[ChangeKind]]:
    return {line.number: line.change.kinds for line in lines(comparison, comparison.narrowed(of=of), of=of)}


def test_two_days_of_the_ledger_give_what_happened_between_them(plan) -> None:
    comparison = Comparison(plan, on_day(plan, DECEMBER), on_day(plan, JANUARY))

    assert found(comparison, "measures") == EXPECTED
    assert found(comparison, "parts") == EXPECTED
    assert dict(comparison.measure_numbers) == {OVERDUE: 1, CLOSED: 2, EXTENDED: 2, RECOVERED: 2, SILENT: 1}
    assert [(row.name, [kind for kind, number in row.cells if number]) for row in comparison.units] == [
        (f"第{number}单位", EXPECTED.get(number, [])) for number in range(1, 8)
    ]


def test_snapshots_give_the_same_as_their_days(plan) -> None:
    before = a_snapshot(plan, DECEMBER, taken_on=JANUARY)
    after = a_snapshot(plan, JANUARY)
    frozen_twice = Comparison(plan, frozen(before), frozen(after))
    until_today = Comparison(plan, frozen(before), on_day(plan, JANUARY))

    assert found(frozen_twice, "measures") == found(until_today, "measures") == EXPECTED
    assert found(frozen_twice, "parts") == found(until_today, "parts") == EXPECTED
    assert [row.name for row in frozen_twice.units] == [row.name for row in until_today.units]


def test_the_words_of_a_change_are_those_of_the_later_day_live_and_frozen(plan) -> None:
    live = Comparison(plan, on_day(plan, DECEMBER), on_day(plan, JANUARY))
    sealed = Comparison(plan, on_day(plan, DECEMBER), frozen(a_snapshot(plan, JANUARY)))

    told = [
        [(line.number, line.unit, line.sentence, line.days_late) for line in lines(each, each.narrowed(of=of), of=of)]
        for each in (live, sealed)
        for of in ("measures", "parts")
    ]

    assert told[:2] == told[2:]
    assert told[0][0] == (1, "", "应于2021年12月31日办结，逾期12天，未申请延期。", 12)
    assert told[1][0] == (1, "第1单位", "应于2021年12月31日办结，逾期12天，未申请延期。", 12)


def test_a_measure_of_several_units_is_one_measure_and_several_parts(db) -> None:
    measure = a_measure()
    for _ in range(3):
        a_part(measure, role=AssignmentRole.JOINT)
    comparison = Comparison(measure.plan, on_day(measure.plan, DECEMBER), on_day(measure.plan, JANUARY))

    assert dict(comparison.measure_numbers)[OVERDUE] == 1
    assert dict(comparison.part_numbers)[OVERDUE] == 3
    assert [row.numbers[OVERDUE] for row in comparison.units] == [1, 1, 1]


def test_the_last_snapshot_is_the_last_that_had_been_taken_by_the_day(plan) -> None:
    assert since_last(plan, JANUARY) is None
    first = a_snapshot(plan, DECEMBER)
    a_snapshot(plan, date(2022, 1, 5), taken_on=date(2022, 1, 20))

    then, later = since_last(plan, JANUARY), since_last(plan, date(2022, 1, 20))

    assert then is not None
    assert later is not None
    assert then.before.snapshot == first
    assert dict(then.measure_numbers) == {OVERDUE: 1, CLOSED: 2, EXTENDED: 2, RECOVERED: 2, SILENT: 1}
    assert later.before.day == date(2022, 1, 5)


def test_what_was_late_and_has_been_terminated_has_not_come_back_into_time(db) -> None:
    measure = a_part(a_measure(due_on=date(2021, 12, 1))).measure
    before = a_snapshot(measure.plan, DECEMBER)
    an_amendment(measure, AmendmentKind.TERMINATION, date(2021, 12, 20))
    ended = a_snapshot(measure.plan, JANUARY)

    live = Comparison(measure.plan, on_day(measure.plan, DECEMBER), on_day(measure.plan, JANUARY))
    sealed = Comparison(measure.plan, frozen(before), frozen(ended))

    assert (live.measures, live.parts, sealed.measures, sealed.parts) == ([], [], [], [])


def test_what_was_late_and_became_ongoing_has_not_come_back_into_time(db) -> None:
    measure = a_part(a_measure(due_on=date(2021, 12, 1))).measure
    before = a_snapshot(measure.plan, DECEMBER)
    an_amendment(measure, AmendmentKind.ONGOING, date(2021, 12, 20))

    live = Comparison(measure.plan, on_day(measure.plan, DECEMBER), on_day(measure.plan, NEW_YEAR))
    sealed = Comparison(measure.plan, frozen(before), frozen(a_snapshot(measure.plan, NEW_YEAR)))

    assert [found(each, of) for each in (live, sealed) for of in ("measures", "parts")] == [{}] * 4


@pytest.fixture
def reassigned(db):
    """
    On 2021-12-20 the unit that takes part in two measures becomes one that leads, and another joins both.

    The first has been overdue since 1 December; the second's deadline was moved on the 10th.
    """
    plan = a_plan()
    lead, partner, joining = (a_department(name) for name in ("牵头单位", "配合单位", "新增单位"))
    late, moved = a_measure(plan, due_on=date(2021, 12, 1)), a_measure(plan, due_on=date(2021, 12, 12))
    for measure in (late, moved):
        a_part(measure, lead, AssignmentRole.LEAD)
        a_part(measure, partner, AssignmentRole.CO)
    an_extension(moved, MARCH, date(2021, 12, 9), date(2021, 12, 10))
    before = a_snapshot(plan, DECEMBER)
    roles = {lead: AssignmentRole.LEAD, partner: AssignmentRole.LEAD, joining: AssignmentRole.CO}
    for measure in (late, moved):
        an_amendment(measure, AmendmentKind.UNITS, date(2021, 12, 20), roles=roles)
    return plan, before


def of_units(comparison: Comparison) -> dict[tuple[int, str], list[ChangeKind]]:
    return {(line.number, line.unit): line.change.kinds for line in lines(comparison, comparison.parts, of="parts")}


def sides(plan, before, day: date) -> list[Comparison]:
    """``day`` against the first day, as the ledger and as snapshots have them."""
    then = a_snapshot(plan, day)
    return [
        Comparison(plan, on_day(plan, DECEMBER), on_day(plan, day)),
        Comparison(plan, frozen(before), on_day(plan, day)),
        Comparison(plan, frozen(before), frozen(then)),
    ]


def test_a_unit_in_another_role_stands_where_it_stood(reassigned) -> None:
    plan, before = reassigned

    told = [of_units(comparison) for comparison in sides(plan, before, JANUARY)]

    # The unit that joined what is overdue has a part more that is; nothing happened to the deadline that was moved.
    assert told == [{(1, "新增单位"): [OVERDUE]}] * 3


def test_a_deadline_moved_between_the_days_moved_for_every_unit_that_is_there(reassigned) -> None:
    plan, before = reassigned
    late = plan.measures.get(number=1)
    an_extension(late, MARCH, date(2021, 12, 21), date(2021, 12, 22))

    told = [of_units(comparison) for comparison in sides(plan, before, JANUARY)]

    assert (
        told
        == [
            {
                (1, "牵头单位"): [EXTENDED, RECOVERED],
                (1, "配合单位"): [EXTENDED, RECOVERED],
                (1, "新增单位"): [EXTENDED],
            }
        ]
        * 3
    )
