"""How a measure rolls up from its units: who closes it, when that was on time, whose silence shows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tasks.choices import AssignmentRole, Timeliness
from tasks.models import Assignment, Measure

from .builders import DUE_ON, a_closing, a_department, a_measure, a_part, a_report, a_return

pytestmark = pytest.mark.django_db

SOLE, LEAD, CO, JOINT = AssignmentRole.SOLE, AssignmentRole.LEAD, AssignmentRole.CO, AssignmentRole.JOINT
ON_TRACK, OVERDUE = Timeliness.ON_TRACK, Timeliness.OVERDUE
ONGOING, SILENT = Timeliness.ONGOING, Timeliness.SILENT
CLOSED, CLOSED_LATE = Timeliness.CLOSED, Timeliness.CLOSED_LATE

EARLY = date(2021, 11, 1)
LATE = date(2022, 1, 5)
LONG_AFTER = date(2022, 6, 1)


def units_of(measure: Measure, *roles: str) -> list[Assignment]:
    return [a_part(measure, a_department(), role) for role in roles]


def light(measure: Measure, day: date) -> str:
    return Measure.objects.as_of(day).get(pk=measure.pk).timeliness


def lights(measure: Measure, day: date) -> list[str]:
    """Of every unit, in the order of the text."""
    return [part.timeliness for part in Assignment.objects.as_of(day).filter(measure=measure).order_by("position")]


# --- who closes a measure ----------------------------------------------------------------------------

SHAPES = {
    "one sole unit": ([SOLE], {0}),
    "a sole unit with supporting ones": ([SOLE, CO, CO], {0}),
    "a lead with supporting units": ([LEAD, CO], {0}),
    "two leads with a supporting unit": ([LEAD, LEAD, CO], {0, 1}),
    "units jointly": ([JOINT, JOINT, JOINT], {0, 1, 2}),
    "one joint unit": ([JOINT], {0}),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_measure_is_closed_when_the_last_deciding_unit_is(shape: str) -> None:
    roles, deciding = SHAPES[shape]
    measure = a_measure()
    units = units_of(measure, *roles)

    seen = [light(measure, EARLY)]
    for position in sorted(deciding):
        a_closing(units[position], EARLY)
        seen.append(light(measure, EARLY))

    assert seen == [ON_TRACK] * len(deciding) + [CLOSED]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_measure_stays_open_while_any_one_deciding_unit_does(shape: str) -> None:
    roles, deciding = SHAPES[shape]
    for missing in deciding:
        measure = a_measure()
        units = units_of(measure, *roles)

        for unit in units:
            if unit != units[missing]:
                a_closing(unit, EARLY)

        assert (missing, light(measure, EARLY)) == (missing, ON_TRACK)


def test_supporting_units_alone_never_close_a_measure() -> None:
    measure = a_measure()
    _, first, second = units_of(measure, LEAD, CO, CO)

    a_closing(first, EARLY)
    a_closing(second, EARLY)

    assert light(measure, EARLY) == ON_TRACK
    assert lights(measure, EARLY) == [ON_TRACK, CLOSED, CLOSED]


def test_a_measure_nobody_answers_for_is_never_closed() -> None:
    measure = a_measure()

    assert [light(measure, EARLY), light(measure, LATE)] == [ON_TRACK, OVERDUE]


@pytest.mark.parametrize("what", ["waits", "returned"])
def test_a_request_that_waits_or_came_back_closes_nothing(what: str) -> None:
    measure = a_measure()
    first, second = units_of(measure, JOINT, JOINT)
    a_closing(first, EARLY)

    if what == "waits":
        a_report(second, EARLY, asks_to_close=True)
    else:
        a_return(second, EARLY)

    assert light(measure, EARLY) == ON_TRACK


# --- on time: the last deciding unit's request decides -------------------------------------------------

ON_TIME_OR_LATE = {
    # day asked and day accepted of each of two deciding units, what the measure is, what each unit is
    "both on time": ([(EARLY, EARLY), (DUE_ON, DUE_ON)], CLOSED, [CLOSED, CLOSED]),
    "both asked on time, accepted late": ([(EARLY, LATE), (DUE_ON, LATE)], CLOSED, [CLOSED, CLOSED]),
    "one asked late": ([(EARLY, EARLY), (LATE, LATE)], CLOSED_LATE, [CLOSED, CLOSED_LATE]),
    "the one asked late was accepted first": (
        [(DUE_ON, LATE + timedelta(days=9)), (LATE, LATE)],
        CLOSED_LATE,
        [CLOSED, CLOSED_LATE],
    ),
    "both asked late": ([(LATE, LATE), (LATE, LATE)], CLOSED_LATE, [CLOSED_LATE, CLOSED_LATE]),
}


@pytest.mark.parametrize("roles", [(LEAD, LEAD), (JOINT, JOINT)], ids=["leads", "joint"])
@pytest.mark.parametrize("case", ON_TIME_OR_LATE)
def test_a_measure_is_late_when_one_of_its_deciding_units_asked_late(case: str, roles: tuple[str, str]) -> None:
    days, of_measure, of_units = ON_TIME_OR_LATE[case]
    measure = a_measure()

    for unit, (asked_on, accepted_on) in zip(units_of(measure, *roles), days, strict=True):
        a_closing(unit, asked_on, accepted_on)

    assert light(measure, LONG_AFTER) == of_measure
    assert lights(measure, LONG_AFTER) == of_units


def test_a_closed_measure_names_the_last_request_and_the_last_acceptance() -> None:
    measure = a_measure()
    first, second = units_of(measure, LEAD, LEAD)
    a_closing(first, EARLY, LATE)
    a_closing(second, DUE_ON, DUE_ON)

    rows = [Measure.objects.as_of(day).get() for day in (DUE_ON, LATE)]

    assert [(row.requested_on, row.closed_on) for row in rows] == [(None, None), (DUE_ON, LATE)]


def test_a_supporting_unit_that_asked_late_does_not_make_the_measure_late() -> None:
    measure = a_measure()
    lead, supporting = units_of(measure, LEAD, CO)
    a_report(supporting, LATE, asks_to_close=True)
    a_closing(lead, DUE_ON, LATE)

    row = Measure.objects.as_of(LONG_AFTER).get()

    assert (row.timeliness, row.requested_on, row.closed_on) == (CLOSED, DUE_ON, LATE)


def test_a_measure_closed_late_says_so_in_its_sentence() -> None:
    measure = a_measure()
    first, second = units_of(measure, LEAD, LEAD)
    a_closing(first, EARLY)
    a_closing(second, LATE, LATE + timedelta(days=3))

    row = Measure.objects.as_of(LONG_AFTER).with_parts(LONG_AFTER).select_related("plan").get()

    assert row.light.sentence() == ("应于2021年12月31日办结，2022年1月5日申请办结，逾期5天；2022年1月8日审核同意。")
    assert row.light.days_late == 5


# --- a unit's own part ----------------------------------------------------------------------------------


def test_a_supporting_unit_that_made_no_request_is_closed_with_its_measure() -> None:
    measure = a_measure()
    lead, silent = units_of(measure, LEAD, CO)
    a_closing(lead, EARLY, EARLY + timedelta(days=2))

    before, after = (Assignment.objects.as_of(EARLY + timedelta(days=days)).get(pk=silent.pk) for days in (1, 2))

    assert (before.timeliness, before.requested_on, before.closed_on) == (ON_TRACK, None, None)
    assert (after.timeliness, after.requested_on, after.closed_on) == (CLOSED, EARLY, EARLY + timedelta(days=2))
    assert after.has_reported is False


def test_a_supporting_unit_shares_the_lateness_of_a_measure_it_made_no_request_on() -> None:
    measure = a_measure()
    lead, _ = units_of(measure, LEAD, CO)
    a_closing(lead, LATE)

    assert lights(measure, LONG_AFTER) == [CLOSED_LATE, CLOSED_LATE]


def test_a_supporting_unit_keeps_the_days_of_its_own_request_after_the_measure_is_closed() -> None:
    measure = a_measure()
    lead, supporting = units_of(measure, LEAD, CO)
    a_closing(supporting, EARLY)
    a_closing(lead, LATE)

    row = Assignment.objects.as_of(LONG_AFTER).get(pk=supporting.pk)

    assert (row.timeliness, row.requested_on, row.closed_on) == (CLOSED, EARLY, EARLY)
    assert light(measure, LONG_AFTER) == CLOSED_LATE


def test_a_request_that_waits_when_its_measure_is_closed_still_waits() -> None:
    measure = a_measure()
    lead, supporting = units_of(measure, LEAD, CO)
    a_report(supporting, EARLY, asks_to_close=True)
    a_closing(lead, EARLY)

    row = Assignment.objects.as_of(EARLY).get(pk=supporting.pk)

    assert (row.timeliness, row.is_waiting) == (CLOSED, True)


def test_a_unit_done_with_its_part_of_an_open_joint_measure_is_closed_on_its_own() -> None:
    measure = a_measure()
    units = units_of(measure, JOINT, JOINT, JOINT)
    a_closing(units[1], EARLY)

    assert light(measure, LATE) == OVERDUE
    assert lights(measure, LATE) == [OVERDUE, CLOSED, OVERDUE]


# --- ongoing measures ------------------------------------------------------------------------------------


QUARTER_DUE = date(2021, 10, 10)


@pytest.mark.parametrize("roles", [(JOINT, JOINT, JOINT), (LEAD, CO, CO), (SOLE, CO, CO)], ids="-".join)
@pytest.mark.parametrize("silent", [0, 1, 2])
def test_an_ongoing_measure_is_silent_when_any_one_of_its_units_is(roles: tuple[str, ...], silent: int) -> None:
    measure = a_measure(due_on=None)
    units = units_of(measure, *roles)

    for unit in units:
        if unit != units[silent]:
            a_report(unit, date(2021, 9, 1))

    assert light(measure, QUARTER_DUE) == SILENT
    assert lights(measure, QUARTER_DUE) == [SILENT if unit == units[silent] else ONGOING for unit in units]


def test_an_ongoing_measure_goes_on_when_all_its_units_have_reported() -> None:
    measure = a_measure(due_on=None)
    for unit in units_of(measure, JOINT, JOINT, JOINT):
        a_report(unit, date(2021, 9, 1))

    assert light(measure, QUARTER_DUE) == ONGOING
    assert lights(measure, QUARTER_DUE) == [ONGOING] * 3


def test_a_unit_closed_on_its_own_part_of_ongoing_work_is_not_silent() -> None:
    measure = a_measure(due_on=None)
    done, working = units_of(measure, JOINT, JOINT)
    a_closing(done, date(2021, 9, 1))
    a_report(working, date(2022, 4, 1))

    assert light(measure, date(2022, 4, 10)) == ONGOING
    assert lights(measure, date(2022, 4, 10)) == [CLOSED, ONGOING]


def test_a_closed_ongoing_measure_is_closed_for_its_silent_supporting_units_too() -> None:
    measure = a_measure(due_on=None)
    lead, _ = units_of(measure, LEAD, CO)
    a_closing(lead, date(2021, 9, 1))

    assert light(measure, LONG_AFTER) == CLOSED
    assert lights(measure, LONG_AFTER) == [CLOSED, CLOSED]


def test_an_ongoing_measure_nobody_answers_for_is_not_silent() -> None:
    measure = a_measure(due_on=None)

    assert light(measure, LONG_AFTER) == ONGOING


def test_silence_next_door_is_not_heard_here() -> None:
    measure = a_measure(due_on=None)
    (unit,) = units_of(measure, SOLE)
    units_of(a_measure(measure.plan, due_on=None), SOLE)
    a_report(unit, date(2021, 9, 1))

    assert light(measure, QUARTER_DUE) == ONGOING


# --- what is counted -------------------------------------------------------------------------------------


def test_a_measure_counts_the_units_that_have_reported() -> None:
    measure = a_measure()
    units = units_of(measure, *[JOINT] * 9)
    for unit in units[:5]:
        a_report(unit, EARLY)

    row = Measure.objects.as_of(DUE_ON).with_parts(DUE_ON).get()

    assert (row.reported, len(row.parts)) == (5, 9)
    assert [part.pk for part in row.parts] == [unit.pk for unit in units]


def test_the_last_report_of_a_measure_is_the_last_of_any_unit_by_that_day() -> None:
    measure = a_measure()
    first, second = units_of(measure, JOINT, JOINT)
    a_report(first, EARLY)
    a_report(second, LATE)

    days = (EARLY - timedelta(days=1), EARLY, DUE_ON, LATE)
    from_parts = [Measure.objects.as_of(day).with_parts(day).get().last_report_on for day in days]
    from_sql = [Measure.objects.as_of(day).with_last_report(day).get().last_reported_on for day in days]

    assert from_parts == from_sql == [None, EARLY, EARLY, LATE]
