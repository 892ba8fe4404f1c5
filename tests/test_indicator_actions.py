"""What an indicator has reached: cumulative, never falling, corrected and never overwritten."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from departments.models import Role, User
from tasks.actions import indicator as actions
from tasks.choices import AssignmentRole
from tasks.models import Indicator, IndicatorValue

from .builders import (
    a_collective,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_person,
    a_reporter,
    a_supervisor,
    an_administrator,
    an_indicator,
    at,
)

pytestmark = pytest.mark.django_db

DAY = date(2021, 11, 30)
NOW = at(DAY)
SEPTEMBER, OCTOBER = date(2021, 9, 30), date(2021, 10, 31)


@pytest.fixture
def indicator() -> Indicator:
    """Of a measure for which 甲 is solely in charge, with 乙 supporting."""
    measure = a_measure()
    a_part(measure, a_department("甲"), AssignmentRole.SOLE)
    a_part(measure, a_department("乙"), AssignmentRole.CO)
    return an_indicator(measure)


@pytest.fixture
def reporter(indicator: Indicator) -> User:
    return a_reporter(a_department("甲"), last_name="王", first_name="丽")


def values(indicator: Indicator) -> list[tuple[date, int]]:
    return [(each.reached_on, each.value) for each in indicator.values.order_by("pk")]


def test_a_value_is_recorded_with_its_unit_and_who(indicator: Indicator, reporter: User) -> None:
    entry, is_new = actions.record(by=reporter, indicator=indicator, reached_on=OCTOBER, value=135, now=NOW)

    assert is_new
    assert (entry.reached_on, entry.value, entry.department.name) == (OCTOBER, 135, "甲")
    assert (entry.recorded_by, entry.recorded_on, entry.recorded_at) == (reporter, DAY, NOW)


def test_those_who_answer_for_the_measure_may_and_administrators_on_their_behalf(indicator: Indicator) -> None:
    people = {
        "sole": a_reporter(a_department("甲")),
        "co": a_reporter(a_department("乙")),
        "stranger": a_reporter(a_department("丙")),
        "unattached": a_person(Role.REPORTER),
        "roleless": a_person(department=a_department("甲")),
        "inactive": a_reporter(a_department("甲"), is_active=False),
        "supervisor": a_supervisor(a_department("甲")),
        "leader": a_leader(),
        "administrator": an_administrator(),
    }

    written = {}
    for name, person in people.items():
        try:
            entry, _new = actions.record(by=person, indicator=indicator, reached_on=DAY, value=1, now=NOW)
        except PermissionDenied:
            continue
        written[name] = entry.department.name

    assert written == {"sole": "甲", "administrator": "甲"}


def test_each_joint_unit_speaks_for_itself_and_a_collective_through_its_members() -> None:
    measure, member = a_measure(), a_department("万新街道")
    a_part(measure, a_collective("各街道办", member), AssignmentRole.JOINT)
    a_part(measure, a_department("丁"), AssignmentRole.JOINT)
    indicator = an_indicator(measure)

    spoken = [
        actions.record(by=person, indicator=indicator, reached_on=DAY, value=number, now=NOW)[0].department.name
        for number, person in enumerate((a_reporter(a_department("丁")), a_reporter(member), an_administrator()))
    ]

    assert spoken == ["丁", "万新街道", "万新街道"]


@pytest.mark.parametrize(
    ("reached_on", "message"),
    [
        (date(2021, 12, 1), "日期不能晚于今天。"),
        (date(2019, 12, 31), "日期不能早于计划开始日期2020-01-01。"),
    ],
)
def test_a_day_that_cannot_be_is_refused(indicator, reporter, reached_on: date, message: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        actions.record(by=reporter, indicator=indicator, reached_on=reached_on, value=1, now=NOW)

    assert refusal.value.message_dict == {"reached_on": [message]}
    assert values(indicator) == []


def test_a_cumulative_value_does_not_fall(indicator: Indicator, reporter: User) -> None:
    actions.record(by=reporter, indicator=indicator, reached_on=SEPTEMBER, value=135, now=NOW)

    with pytest.raises(ValidationError) as refusal:
        actions.record(by=reporter, indicator=indicator, reached_on=OCTOBER, value=134, now=NOW)

    words = "累计值不能下降：2021-09-30已填报135。如该值有误，请先更正当日的累计值。"
    assert refusal.value.message_dict == {"value": [words]}
    assert values(indicator) == [(SEPTEMBER, 135)]


def test_a_value_of_an_earlier_day_is_not_above_a_later_one(indicator: Indicator, reporter: User) -> None:
    actions.record(by=reporter, indicator=indicator, reached_on=OCTOBER, value=300, now=NOW)

    with pytest.raises(ValidationError) as refusal:
        actions.record(by=reporter, indicator=indicator, reached_on=SEPTEMBER, value=301, now=NOW)
    actions.record(by=reporter, indicator=indicator, reached_on=SEPTEMBER, value=300, now=NOW)

    words = "累计值不能高于其后的累计值：2021-10-31已填报300。如该值有误，请先更正当日的累计值。"
    assert refusal.value.message_dict == {"value": [words]}
    assert values(indicator) == [(OCTOBER, 300), (SEPTEMBER, 300)]


def test_a_later_entry_of_the_same_day_corrects_and_both_are_kept(indicator: Indicator, reporter: User) -> None:
    for day, value in ((SEPTEMBER, 1350), (SEPTEMBER, 135), (OCTOBER, 300)):
        actions.record(by=reporter, indicator=indicator, reached_on=day, value=value, now=NOW)

    assert values(indicator) == [(SEPTEMBER, 1350), (SEPTEMBER, 135), (OCTOBER, 300)]
    assert indicator.value_on(DAY) == 300


def test_a_correction_does_not_fall_below_what_came_before(indicator: Indicator, reporter: User) -> None:
    actions.record(by=reporter, indicator=indicator, reached_on=SEPTEMBER, value=135, now=NOW)
    actions.record(by=reporter, indicator=indicator, reached_on=OCTOBER, value=300, now=NOW)

    with pytest.raises(ValidationError):
        actions.record(by=reporter, indicator=indicator, reached_on=OCTOBER, value=134, now=NOW)

    assert indicator.value_on(DAY) == 300


def test_a_double_click_records_once(indicator: Indicator, reporter: User) -> None:
    first, _new = actions.record(by=reporter, indicator=indicator, reached_on=DAY, value=9, now=NOW, seen=0)

    again, is_new = actions.record(by=reporter, indicator=indicator, reached_on=DAY, value=9, now=NOW, seen=0)

    assert (again, is_new) == (first, False)
    assert values(indicator) == [(DAY, 9)]


def test_the_same_value_from_another_person_or_on_another_day_is_a_record_of_its_own(
    indicator: Indicator, reporter: User
) -> None:
    actions.record(by=reporter, indicator=indicator, reached_on=OCTOBER, value=9, now=at(OCTOBER))
    actions.record(by=reporter, indicator=indicator, reached_on=OCTOBER, value=9, now=NOW)
    actions.record(by=an_administrator(), indicator=indicator, reached_on=OCTOBER, value=9, now=NOW)

    assert values(indicator) == [(OCTOBER, 9)] * 3


def test_going_back_to_the_first_value_after_a_correction_is_recorded(indicator: Indicator, reporter: User) -> None:
    for value in (9, 10, 9):
        actions.record(by=reporter, indicator=indicator, reached_on=DAY, value=value, now=NOW)

    assert values(indicator) == [(DAY, 9), (DAY, 10), (DAY, 9)]


def test_the_second_of_two_people_sees_the_firsts_value_before_he_corrects_it(
    indicator: Indicator, reporter: User
) -> None:
    first, _new = actions.record(by=reporter, indicator=indicator, reached_on=DAY, value=300, now=NOW, seen=0)
    second = a_reporter(a_department("甲"))

    with pytest.raises(actions.Superseded) as refusal:
        actions.record(by=second, indicator=indicator, reached_on=DAY, value=310, now=NOW, seen=0)
    actions.record(by=second, indicator=indicator, reached_on=DAY, value=310, now=NOW, seen=first.pk)

    assert refusal.value.newer == first
    words = "在您填写期间，王丽已填报2021-11-30累计300。核对后再次提交，将以您填写的为准。"
    assert str(refusal.value.args[0]) == words
    assert values(indicator) == [(DAY, 300), (DAY, 310)]


def test_a_past_day_shows_what_had_been_recorded_then(indicator: Indicator, reporter: User) -> None:
    actions.record(by=reporter, indicator=indicator, reached_on=SEPTEMBER, value=135, now=at(date(2021, 10, 8)))
    actions.record(by=reporter, indicator=indicator, reached_on=SEPTEMBER, value=153, now=at(date(2021, 10, 20)))
    actions.record(by=reporter, indicator=indicator, reached_on=OCTOBER, value=300, now=at(date(2021, 11, 5)))

    shown = {
        day.isoformat(): indicator.value_on(day)
        for day in (date(2021, 10, 7), date(2021, 10, 8), date(2021, 10, 20), OCTOBER, date(2021, 11, 5))
    }

    assert shown == {"2021-10-07": 0, "2021-10-08": 135, "2021-10-20": 153, "2021-10-31": 153, "2021-11-05": 300}


def test_one_indicator_does_not_stand_in_the_way_of_another(indicator: Indicator, reporter: User) -> None:
    other = an_indicator(indicator.measure)
    actions.record(by=reporter, indicator=indicator, reached_on=SEPTEMBER, value=500, now=NOW)

    actions.record(by=reporter, indicator=other, reached_on=DAY, value=3, now=NOW)

    assert IndicatorValue.objects.count() == 2
