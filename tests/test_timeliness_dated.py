"""Where a dated duty stands: 2021年12月底前 is 2021-12-31 inclusive, and a request made by then is on time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tasks.choices import AssignmentRole, Timeliness
from tasks.models import Assignment, Measure
from tasks.timeliness import MAX_DUE_SOON_DAYS

from .builders import DUE_ON, ISSUED_ON, a_closing, a_measure, a_part, a_plan, a_report, a_return

pytestmark = pytest.mark.django_db

ON_TRACK, DUE_SOON, OVERDUE = Timeliness.ON_TRACK, Timeliness.DUE_SOON, Timeliness.OVERDUE
CLOSED, CLOSED_LATE = Timeliness.CLOSED, Timeliness.CLOSED_LATE


def days_from_due(days: int) -> date:
    return DUE_ON + timedelta(days=days)


EARLY = days_from_due(-60)


def light_of(part: Assignment, day: date) -> str:
    return Assignment.objects.as_of(day).get(pk=part.pk).timeliness


def light_of_measure(measure: Measure, day: date) -> str:
    return Measure.objects.as_of(day).get(pk=measure.pk).timeliness


# --- the truth table -------------------------------------------------------------------------------

HISTORIES = {
    "nothing was said": lambda part: None,
    "reported early": lambda part: a_report(part, EARLY),
    "reported all done, 100 %": lambda part: a_report(part, EARLY, percent=100),
    "reported after the deadline": lambda part: a_report(part, days_from_due(1)),
    "asked early, still waiting": lambda part: a_report(part, EARLY, asks_to_close=True),
    "asked early, returned": lambda part: a_return(part, EARLY),
    "asked and accepted early": lambda part: a_closing(part, EARLY),
    "asked early, accepted 10 days late": lambda part: a_closing(part, EARLY, days_from_due(10)),
    "asked on the due day, accepted that day": lambda part: a_closing(part, DUE_ON),
    "asked on the due day, accepted 10 days late": lambda part: a_closing(part, DUE_ON, days_from_due(10)),
    "asked a day late, accepted that day": lambda part: a_closing(part, days_from_due(1)),
    "asked a day late, accepted 10 days late": lambda part: a_closing(part, days_from_due(1), days_from_due(10)),
    "returned, then asked again on the due day": lambda part: (
        a_return(part, EARLY),
        a_closing(part, DUE_ON, days_from_due(10)),
    ),
    "asked on time, returned, asked again a day late": lambda part: (
        a_return(part, DUE_ON),
        a_closing(part, days_from_due(1), days_from_due(10)),
    ),
}

OPEN_ALL_ALONG = (ON_TRACK, DUE_SOON, DUE_SOON, DUE_SOON, OVERDUE, OVERDUE, OVERDUE)
CLOSED_AT_LAST = (ON_TRACK, DUE_SOON, DUE_SOON, DUE_SOON, OVERDUE, OVERDUE, CLOSED)
LATE_AT_LAST = (ON_TRACK, DUE_SOON, DUE_SOON, DUE_SOON, OVERDUE, OVERDUE, CLOSED_LATE)

DAYS_AROUND = (-31, -30, -1, 0, 1, 9, 10)
TABLE = {
    "nothing was said": OPEN_ALL_ALONG,
    "reported early": OPEN_ALL_ALONG,
    "reported all done, 100 %": OPEN_ALL_ALONG,
    "reported after the deadline": OPEN_ALL_ALONG,
    "asked early, still waiting": OPEN_ALL_ALONG,
    "asked early, returned": OPEN_ALL_ALONG,
    "asked and accepted early": (CLOSED,) * 7,
    "asked early, accepted 10 days late": CLOSED_AT_LAST,
    "asked on the due day, accepted that day": (ON_TRACK, DUE_SOON, DUE_SOON, CLOSED, CLOSED, CLOSED, CLOSED),
    "asked on the due day, accepted 10 days late": CLOSED_AT_LAST,
    "asked a day late, accepted that day": (ON_TRACK, DUE_SOON, DUE_SOON, DUE_SOON, *[CLOSED_LATE] * 3),
    "asked a day late, accepted 10 days late": LATE_AT_LAST,
    "returned, then asked again on the due day": CLOSED_AT_LAST,
    "asked on time, returned, asked again a day late": LATE_AT_LAST,
}


@pytest.mark.parametrize("history", TABLE)
def test_a_dated_part_stands_as_the_table_says(history: str) -> None:
    part = a_part()

    HISTORIES[history](part)

    assert {days: light_of(part, days_from_due(days)) for days in DAYS_AROUND} == dict(
        zip(DAYS_AROUND, TABLE[history], strict=True)
    )


@pytest.mark.parametrize("history", TABLE)
def test_a_measure_of_one_unit_stands_as_its_part_does(history: str) -> None:
    part = a_part()

    HISTORIES[history](part)

    assert {days: light_of_measure(part.measure, days_from_due(days)) for days in DAYS_AROUND} == dict(
        zip(DAYS_AROUND, TABLE[history], strict=True)
    )


def test_the_table_has_a_row_for_every_history() -> None:
    assert list(TABLE) == list(HISTORIES)


# --- the deadline and the days before it -------------------------------------------------------------


@pytest.mark.parametrize(
    ("due_on", "last_good_day", "first_late_day"),
    [
        (date(2021, 12, 31), date(2021, 12, 31), date(2022, 1, 1)),
        (date(2024, 2, 28), date(2024, 2, 28), date(2024, 2, 29)),
        (date(2024, 2, 29), date(2024, 2, 29), date(2024, 3, 1)),
        (date(2023, 2, 28), date(2023, 2, 28), date(2023, 3, 1)),
        (date(2021, 9, 30), date(2021, 9, 30), date(2021, 10, 1)),
    ],
)
def test_the_due_day_itself_is_in_time_and_the_next_is_late(due_on, last_good_day, first_late_day) -> None:
    part = a_part(a_measure(due_on=due_on))

    lights = [light_of(part, last_good_day), light_of(part, first_late_day)]

    assert lights == [DUE_SOON, OVERDUE]


@pytest.mark.parametrize(
    ("due_soon_days", "due_on", "last_calm_day", "first_pressing_day"),
    [
        (30, date(2021, 12, 31), date(2021, 11, 30), date(2021, 12, 1)),
        (0, date(2021, 12, 31), date(2021, 12, 30), date(2021, 12, 31)),
        (1, date(2021, 12, 31), date(2021, 12, 29), date(2021, 12, 30)),
        (7, date(2022, 1, 3), date(2021, 12, 26), date(2021, 12, 27)),
        (1, date(2024, 3, 1), date(2024, 2, 28), date(2024, 2, 29)),
        (1, date(2023, 3, 1), date(2023, 2, 27), date(2023, 2, 28)),
        (MAX_DUE_SOON_DAYS, date(2021, 12, 31), date(2021, 7, 3), date(2021, 7, 4)),
    ],
)
def test_due_soon_begins_as_many_days_before_as_the_plan_says(
    due_soon_days, due_on, last_calm_day, first_pressing_day
) -> None:
    part = a_part(a_measure(a_plan(due_soon_days=due_soon_days), due_on=due_on))

    lights = [light_of(part, last_calm_day), light_of(part, first_pressing_day)]

    assert lights == [ON_TRACK, DUE_SOON]


def test_two_plans_on_one_page_keep_their_own_due_soon_days() -> None:
    calm = a_part(a_measure(a_plan(due_soon_days=5)))
    pressing = a_part(a_measure(a_plan(due_soon_days=20)))

    lights = {part.pk: part.timeliness for part in Assignment.objects.as_of(days_from_due(-10))}

    assert lights == {calm.pk: ON_TRACK, pressing.pk: DUE_SOON}


def test_a_deadline_before_the_plan_was_issued_is_still_a_deadline() -> None:
    part = a_part(a_measure(due_on=date(2021, 4, 26)))

    assert light_of(part, ISSUED_ON) == OVERDUE


def test_before_the_plan_was_issued_a_dated_part_is_on_track() -> None:
    part = a_part()

    assert light_of(part, ISSUED_ON - timedelta(days=1)) == ON_TRACK


def test_a_dated_part_is_never_silent() -> None:
    part = a_part(a_measure(due_on=date(2023, 12, 31)))

    lights = {light_of(part, ISSUED_ON + timedelta(days=days)) for days in range(0, 800, 100)}

    assert lights == {ON_TRACK}


# --- nothing of a neighbour counts -------------------------------------------------------------------


def test_what_is_closed_next_door_closes_nothing_here() -> None:
    part = a_part()
    neighbour = a_part(a_measure(part.measure.plan))

    a_closing(neighbour, EARLY)

    assert [light_of(part, EARLY), light_of(neighbour, EARLY)] == [ON_TRACK, CLOSED]
    assert [light_of_measure(part.measure, EARLY), light_of_measure(neighbour.measure, EARLY)] == [ON_TRACK, CLOSED]


def test_the_same_unit_answers_for_each_of_its_measures_apart() -> None:
    part = a_part()
    other = a_part(a_measure(part.measure.plan), part.department)

    a_closing(other, EARLY)

    assert [light_of(part, DUE_ON), light_of(other, DUE_ON)] == [DUE_SOON, CLOSED]


# --- what else a row knows ----------------------------------------------------------------------------


def test_a_closed_part_knows_when_it_was_asked_for_and_when_accepted() -> None:
    part = a_part()
    a_closing(part, DUE_ON, days_from_due(10))

    before, after = (Assignment.objects.as_of(days_from_due(days)).get() for days in (9, 10))

    assert (before.requested_on, before.closed_on) == (None, None)
    assert (after.requested_on, after.closed_on) == (DUE_ON, days_from_due(10))


def test_a_request_waits_from_the_day_it_is_made_to_the_day_before_it_is_decided() -> None:
    accepted, returned = a_part(), a_part()
    a_closing(accepted, EARLY, EARLY + timedelta(days=3))
    a_return(returned, EARLY, EARLY + timedelta(days=3))

    waiting = {
        days: [
            Assignment.objects.as_of(EARLY + timedelta(days=days)).get(pk=part.pk).is_waiting
            for part in (accepted, returned)
        ]
        for days in (-1, 0, 2, 3)
    }

    assert waiting == {-1: [False, False], 0: [True, True], 2: [True, True], 3: [False, False]}


def test_a_dated_part_has_reported_once_anything_was_said() -> None:
    part = a_part()
    a_report(part, EARLY)

    rows = [Assignment.objects.as_of(EARLY + timedelta(days=days)).get() for days in (-1, 0, 400)]

    assert [(row.has_reported, row.last_reported_on) for row in rows] == [(False, None), (True, EARLY), (True, EARLY)]


@pytest.mark.parametrize("light", [ON_TRACK, DUE_SOON, OVERDUE, CLOSED, CLOSED_LATE])
def test_standing_finds_exactly_the_rows_of_a_light(light: str) -> None:
    plan, day = a_plan(), days_from_due(5)
    parts = {
        ON_TRACK: a_part(a_measure(plan, due_on=days_from_due(90))),
        DUE_SOON: a_part(a_measure(plan, due_on=days_from_due(20))),
        OVERDUE: a_part(a_measure(plan)),
        CLOSED: a_part(a_measure(plan)),
        CLOSED_LATE: a_part(a_measure(plan)),
    }
    a_closing(parts[CLOSED], EARLY)
    a_closing(parts[CLOSED_LATE], days_from_due(1))

    found = Assignment.objects.as_of(day).standing(light)
    measures = Measure.objects.as_of(day).standing(light)

    assert [part.pk for part in found] == [parts[light].pk]
    assert [measure.pk for measure in measures] == [parts[light].measure_id]


# --- the sentence --------------------------------------------------------------------------------------


def sentence_of(part: Assignment, day: date) -> str:
    return Assignment.objects.as_of(day).select_related("measure__plan").get(pk=part.pk).light.sentence()


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (-31, "应于2021年12月31日办结，还有31天。"),
        (-1, "应于2021年12月31日办结，还有1天。"),
        (0, "应于2021年12月31日办结，当日到期。"),
        (1, "应于2021年12月31日办结，逾期1天，未申请延期。"),
        (12, "应于2021年12月31日办结，逾期12天，未申请延期。"),
        (365, "应于2021年12月31日办结，逾期365天，未申请延期。"),
    ],
)
def test_an_open_part_says_when_it_is_due_and_how_late_it_is(days: int, sentence: str) -> None:
    part = a_part()

    assert sentence_of(part, days_from_due(days)) == sentence


@pytest.mark.parametrize(
    ("asked", "accepted", "sentence"),
    [
        (0, 10, "应于2021年12月31日办结，2021年12月31日申请办结，按期；2022年1月10日审核同意。"),
        (1, 1, "应于2021年12月31日办结，2022年1月1日申请办结，逾期1天；2022年1月1日审核同意。"),
        (12, 40, "应于2021年12月31日办结，2022年1月12日申请办结，逾期12天；2022年2月9日审核同意。"),
    ],
)
def test_a_closed_part_says_when_it_was_asked_for_and_how_late(asked: int, accepted: int, sentence: str) -> None:
    part = a_part()
    a_closing(part, days_from_due(asked), days_from_due(accepted))

    assert sentence_of(part, days_from_due(100)) == sentence


def test_days_late_stand_still_once_a_part_is_closed_late() -> None:
    part = a_part(role=AssignmentRole.SOLE)
    a_closing(part, days_from_due(12), days_from_due(20))

    rows = Assignment.objects.select_related("measure__plan")
    late = {days: rows.as_of(days_from_due(days)).get().light.days_late for days in (0, 12, 19, 20, 100)}

    assert late == {0: None, 12: 12, 19: 19, 20: 12, 100: 12}
