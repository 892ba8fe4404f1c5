"""Where ongoing work stands: never 逾期; 超期未报 from ten days after a quarter in which nothing was said."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.choices import AssignmentRole, Cadence, Timeliness
from tasks.models import Assignment, Measure, Plan

from .builders import a_closing, a_department, a_measure, a_part, a_plan, a_report, a_return

pytestmark = pytest.mark.django_db

ONGOING, SILENT, CLOSED = Timeliness.ONGOING, Timeliness.SILENT, Timeliness.CLOSED
MONTHLY = Cadence.MONTH


def an_ongoing_part(plan: Plan | None = None, role: str = AssignmentRole.SOLE) -> Assignment:
    return a_part(a_measure(plan, due_on=None), role=role)


def light_of(part: Assignment, day: date) -> str:
    return Assignment.objects.as_of(day).get(pk=part.pk).timeliness


def light_of_measure(measure: Measure, day: date) -> str:
    return Measure.objects.as_of(day).get(pk=measure.pk).timeliness


# --- the truth table: the plan was issued on 2021-08-26, in the third quarter --------------------------

HISTORIES = {
    "nothing was said": lambda part: None,
    "reported in the first quarter owed": lambda part: a_report(part, date(2021, 8, 30)),
    "reported on the last day of grace": lambda part: a_report(part, date(2021, 10, 9)),
    "reported on the first day of the next quarter": lambda part: a_report(part, date(2021, 10, 1)),
    "reported on the last day of that quarter": lambda part: a_report(part, date(2021, 12, 31)),
    "reported on the last day of its grace": lambda part: a_report(part, date(2022, 1, 9)),
    "reported a day too late": lambda part: a_report(part, date(2022, 1, 10)),
    "asked in the first quarter, still waiting": lambda part: a_report(part, date(2021, 8, 30), asks_to_close=True),
    "asked in the next quarter, returned": lambda part: a_return(part, date(2021, 10, 8), date(2021, 10, 20)),
    "closed in the first quarter": lambda part: a_closing(part, date(2021, 8, 30)),
    "asked in the first quarter, accepted in the third": lambda part: a_closing(
        part, date(2021, 8, 30), date(2022, 1, 10)
    ),
}

DAYS = (
    date(2021, 8, 25),  # the day before the plan was issued
    date(2021, 8, 26),
    date(2021, 10, 9),  # the last day of grace of the third quarter
    date(2021, 10, 10),
    date(2022, 1, 9),  # and of the fourth
    date(2022, 1, 10),
)
TABLE = {
    "nothing was said": (ONGOING, ONGOING, ONGOING, SILENT, SILENT, SILENT),
    "reported in the first quarter owed": (ONGOING, ONGOING, ONGOING, ONGOING, ONGOING, SILENT),
    # In time for the third quarter, and therefore not for the fourth: one report answers for one period.
    "reported on the last day of grace": (ONGOING, ONGOING, ONGOING, ONGOING, ONGOING, SILENT),
    "reported on the first day of the next quarter": (ONGOING, ONGOING, ONGOING, ONGOING, ONGOING, SILENT),
    "reported on the last day of that quarter": (ONGOING, ONGOING, ONGOING, SILENT, ONGOING, ONGOING),
    "reported on the last day of its grace": (ONGOING, ONGOING, ONGOING, SILENT, ONGOING, ONGOING),
    "reported a day too late": (ONGOING, ONGOING, ONGOING, SILENT, SILENT, ONGOING),
    "asked in the first quarter, still waiting": (ONGOING, ONGOING, ONGOING, ONGOING, ONGOING, SILENT),
    "asked in the next quarter, returned": (ONGOING, ONGOING, ONGOING, ONGOING, ONGOING, SILENT),
    "closed in the first quarter": (ONGOING, ONGOING, CLOSED, CLOSED, CLOSED, CLOSED),
    "asked in the first quarter, accepted in the third": (ONGOING, ONGOING, ONGOING, ONGOING, ONGOING, CLOSED),
}


@pytest.mark.parametrize("history", TABLE)
def test_an_ongoing_part_stands_as_the_table_says(history: str) -> None:
    part = an_ongoing_part()

    HISTORIES[history](part)

    assert {day: light_of(part, day) for day in DAYS} == dict(zip(DAYS, TABLE[history], strict=True))


@pytest.mark.parametrize("history", TABLE)
def test_an_ongoing_measure_of_one_unit_stands_as_its_part_does(history: str) -> None:
    part = an_ongoing_part()

    HISTORIES[history](part)

    assert {day: light_of_measure(part.measure, day) for day in DAYS} == dict(zip(DAYS, TABLE[history], strict=True))


def test_the_table_has_a_row_for_every_history() -> None:
    assert list(TABLE) == list(HISTORIES)


# --- cadence, grace and the year ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "last_good_day", "first_silent_day"),
    [
        ({}, date(2021, 10, 9), date(2021, 10, 10)),
        ({"grace_days": 1}, date(2021, 9, 30), date(2021, 10, 1)),
        ({"grace_days": 60}, date(2021, 11, 28), date(2021, 11, 29)),
        ({"cadence": MONTHLY}, date(2021, 9, 9), date(2021, 9, 10)),
        ({"cadence": MONTHLY, "grace_days": 1}, date(2021, 8, 31), date(2021, 9, 1)),
        ({"cadence": MONTHLY, "grace_days": 60}, date(2021, 10, 29), date(2021, 10, 30)),
        ({"issued_on": date(2021, 9, 30)}, date(2021, 10, 9), date(2021, 10, 10)),
        ({"issued_on": date(2021, 10, 1)}, date(2022, 1, 9), date(2022, 1, 10)),
        ({"issued_on": date(2021, 12, 31)}, date(2022, 1, 9), date(2022, 1, 10)),
        ({"issued_on": date(2022, 1, 1)}, date(2022, 4, 9), date(2022, 4, 10)),
        ({"issued_on": date(2023, 12, 1), "cadence": MONTHLY}, date(2024, 1, 9), date(2024, 1, 10)),
        ({"issued_on": date(2024, 2, 1), "cadence": MONTHLY, "grace_days": 1}, date(2024, 2, 29), date(2024, 3, 1)),
        ({"issued_on": date(2023, 2, 1), "cadence": MONTHLY, "grace_days": 1}, date(2023, 2, 28), date(2023, 3, 1)),
        ({"issued_on": date(2024, 1, 1), "cadence": MONTHLY, "grace_days": 29}, date(2024, 2, 28), date(2024, 2, 29)),
    ],
)
def test_silence_begins_as_the_plan_says_after_the_period_in_which_it_was_issued(
    fields, last_good_day, first_silent_day
) -> None:
    part = an_ongoing_part(a_plan(**fields))

    lights = [light_of(part, last_good_day), light_of(part, first_silent_day)]

    assert lights == [ONGOING, SILENT]


def test_a_long_grace_asks_for_the_period_that_is_due_and_not_for_later_ones() -> None:
    part = an_ongoing_part(a_plan(cadence=MONTHLY, grace_days=60))
    a_report(part, date(2021, 9, 1))  # for August
    a_report(part, date(2021, 9, 2))  # for September

    lights = [light_of(part, day) for day in (date(2021, 11, 29), date(2021, 12, 29), date(2021, 12, 30))]

    # September is due on November 29, October on December 30.
    assert lights == [ONGOING, ONGOING, SILENT]


def test_every_report_quiets_the_light_until_its_own_quarter_is_followed_by_a_silent_one() -> None:
    part = an_ongoing_part()
    for day in (date(2021, 9, 1), date(2021, 11, 1), date(2022, 7, 1)):
        a_report(part, day)

    days = (date(2022, 1, 10), date(2022, 4, 9), date(2022, 4, 10), date(2022, 6, 30), date(2022, 7, 1))
    lights = {day: light_of(part, day) for day in (*days, date(2022, 10, 10), date(2023, 1, 10))}

    assert lights == {
        date(2022, 1, 10): ONGOING,
        date(2022, 4, 9): ONGOING,
        date(2022, 4, 10): SILENT,
        date(2022, 6, 30): SILENT,
        date(2022, 7, 1): ONGOING,
        date(2022, 10, 10): SILENT,  # in July the second quarter could still be reported in time
        date(2023, 1, 10): SILENT,
    }


def test_plans_of_all_cadences_and_graces_stand_on_one_page() -> None:
    # On October 5: the quarter and September ended 5 days before, August, the month of issue, 35 days before.
    table = {
        Cadence.QUARTER: {1: SILENT, 5: SILENT, 6: ONGOING, 10: ONGOING, 35: ONGOING, 36: ONGOING, 60: ONGOING},
        Cadence.MONTH: {1: SILENT, 5: SILENT, 6: SILENT, 10: SILENT, 35: SILENT, 36: ONGOING, 60: ONGOING},
    }
    expected = {
        an_ongoing_part(a_plan(cadence=cadence, grace_days=grace)).pk: light
        for cadence, row in table.items()
        for grace, light in row.items()
    }

    lights = {part.pk: part.timeliness for part in Assignment.objects.as_of(date(2021, 10, 5))}

    assert lights == expected


def test_an_ongoing_duty_is_never_overdue_however_long_it_is_silent() -> None:
    part = an_ongoing_part()

    lights = {light_of(part, date(year, 12, 31)) for year in (2022, 2030, 2199)}

    assert lights == {SILENT}


# --- what a row knows -------------------------------------------------------------------------------------


def test_the_period_owed_begins_with_that_of_the_issue_date() -> None:
    an_ongoing_part()

    owed = {day: Assignment.objects.as_of(day).get().owed_since for day in DAYS}

    assert owed == {
        date(2021, 8, 25): None,
        date(2021, 8, 26): None,
        date(2021, 10, 9): None,
        date(2021, 10, 10): date(2021, 7, 1),
        date(2022, 1, 9): date(2021, 7, 1),
        date(2022, 1, 10): date(2021, 10, 1),
    }


@pytest.mark.parametrize(
    ("day", "has_reported"),
    [
        (date(2021, 8, 29), False),  # nothing owed, nothing said
        (date(2021, 8, 30), True),  # nothing owed, but said
        (date(2021, 10, 10), True),
        (date(2022, 1, 9), True),
        (date(2022, 1, 10), False),  # the fourth quarter is owed, and this was said before it
    ],
)
def test_an_ongoing_part_has_reported_once_it_spoke_since_the_period_owed_began(day, has_reported) -> None:
    part = an_ongoing_part()
    a_report(part, date(2021, 8, 30))

    row = Assignment.objects.as_of(day).get()

    assert row.has_reported == has_reported


def test_a_closed_part_has_nothing_left_to_report() -> None:
    part = an_ongoing_part()
    a_closing(part, date(2021, 8, 30))

    row = Assignment.objects.as_of(date(2023, 1, 1)).get()

    assert (row.has_reported, row.last_reported_on, row.closed_on) == (True, date(2021, 8, 30), date(2021, 8, 30))


# --- the sentence -------------------------------------------------------------------------------------------


def sentence_of(part: Assignment, day: date) -> str:
    return Assignment.objects.as_of(day).select_related("measure__plan").get(pk=part.pk).light.sentence()


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(2021, 8, 26), "持续推进，下次填报：2021年第三季度，截止2021年10月9日。"),
        (date(2021, 10, 9), "持续推进，下次填报：2021年第三季度，截止2021年10月9日。"),
        (date(2021, 10, 10), "2021年第三季度未填报，填报截止2021年10月9日，已超期1天。"),
        (date(2022, 1, 9), "2021年第三季度未填报，填报截止2021年10月9日，已超期92天。"),
        (date(2022, 1, 10), "2021年第四季度未填报，填报截止2022年1月9日，已超期1天。"),
    ],
)
def test_a_silent_part_says_which_period_it_owes(day: date, sentence: str) -> None:
    part = an_ongoing_part()

    assert sentence_of(part, day) == sentence


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(2021, 10, 10), "持续推进，下次填报：2021年第四季度，截止2022年1月9日。"),
        (date(2022, 1, 9), "持续推进，下次填报：2021年第四季度，截止2022年1月9日。"),
        (date(2022, 1, 10), "2021年第四季度未填报，填报截止2022年1月9日，已超期1天。"),
    ],
)
def test_a_part_that_has_reported_says_what_is_asked_of_it_next(day: date, sentence: str) -> None:
    part = an_ongoing_part()
    a_report(part, date(2021, 9, 1))

    assert sentence_of(part, day) == sentence


def test_a_monthly_plan_names_months() -> None:
    part = an_ongoing_part(a_plan(cadence=MONTHLY))

    sentences = [sentence_of(part, day) for day in (date(2021, 9, 9), date(2021, 12, 20))]

    assert sentences == [
        "持续推进，下次填报：2021年8月，截止2021年9月9日。",
        "2021年11月未填报，填报截止2021年12月9日，已超期11天。",
    ]


def test_a_closed_ongoing_part_names_no_deadline() -> None:
    part = an_ongoing_part()
    a_closing(part, date(2021, 9, 1), date(2021, 9, 3))

    assert sentence_of(part, date(2021, 9, 3)) == "2021年9月1日申请办结，2021年9月3日审核同意。"


def test_an_ongoing_measure_says_how_many_of_its_units_are_silent() -> None:
    measure = a_measure(due_on=None)
    units = [a_part(measure, a_department(), AssignmentRole.JOINT) for _ in range(4)]
    a_report(units[0], date(2021, 9, 1))

    row = Measure.objects.as_of(date(2021, 10, 12)).with_parts(date(2021, 10, 12)).select_related("plan").get()

    assert (row.reported, len(row.parts)) == (1, 4)
    assert row.light.sentence() == "2021年第三季度有3家单位未填报，填报截止2021年10月9日，已超期3天。"
