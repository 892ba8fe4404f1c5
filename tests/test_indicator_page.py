"""The numbers of a measure on its page: figures, a picture with a table beside it, and recording them there."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.html import Element
from django.test.utils import CaptureQueriesContext

from departments.models import User
from tasks.actions import indicator as actions
from tasks.models import Indicator, IndicatorValue

from .builders import (
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_reporter,
    a_supervisor,
    an_administrator,
    an_indicator,
    at,
)
from .pages import Page, attribute, every, it_is, send, signed_in, visit, words

TODAY = date(2021, 11, 30)
SEPTEMBER, OCTOBER = date(2021, 9, 30), date(2021, 10, 31)


@pytest.fixture(autouse=True)
def _today(monkeypatch) -> None:
    it_is(monkeypatch, TODAY)


@pytest.fixture
def indicator(db) -> Indicator:
    measure = a_measure(number=16)
    a_part(measure, a_department("甲"))
    return an_indicator(measure, name="托管企业")


@pytest.fixture
def reporter(indicator: Indicator) -> User:
    return a_reporter(a_department("甲"), last_name="王", first_name="丽")


def sheet(page: Page, title: str = "量化指标") -> Element:
    return next(one for one in page.every("section", "sheet") if words(every(one, "h2")[0]) == title)


def place(indicator: Indicator) -> str:
    return f"{indicator.measure.get_absolute_url()}indicators/{indicator.pk}/"


def recorded(indicator: Indicator, reporter: User, *entries: tuple[date, int, date]) -> None:
    for reached_on, value, on in entries:
        actions.record(by=reporter, indicator=indicator, reached_on=reached_on, value=value, now=at(on))


def sentence(page: Page) -> str:
    return words(every(sheet(page), "p", "why")[0])


def test_figures_picture_and_table_say_the_same(indicator: Indicator, reporter: User) -> None:
    recorded(indicator, reporter, (SEPTEMBER, 1350, date(2021, 10, 8)), (SEPTEMBER, 135, date(2021, 10, 9)))
    recorded(indicator, an_administrator(last_name="沈", first_name="宁"), (OCTOBER, 300, date(2021, 11, 5)))

    page = visit(signed_in(a_leader()), indicator.measure.get_absolute_url())

    assert sentence(page) == (
        "截至2021-10-31累计300家，完成目标的50%，还差300家。 按均匀进度，截至2021-11-30应达到453家。"
    )
    (field,) = every(sheet(page), "svg", "chart-field")
    assert attribute(field, "aria-label") == "托管企业累计值：截至2021-10-31累计300家，完成目标的50%，还差300家。"
    marks = [words(mark) for mark in every(field, "circle")]
    assert marks == ["2021-09-30 135家", "2021-10-31 300家"]
    assert len(every(field, "line", "chart-line")) == 1
    assert len(every(field, "line", "chart-pace")) == 1
    assert page.rows(sheet(page)) == [
        ["2021-09-30", "1350 已更正", "165", "甲 王丽", "2021-10-08"],
        ["2021-09-30", "135", "165", "甲 王丽", "2021-10-09"],
        ["2021-10-31", "300", "311", "甲 沈宁（代录）", "2021-11-05"],
    ]


def test_a_past_day_shows_what_had_been_recorded_then(indicator: Indicator, reporter: User) -> None:
    recorded(indicator, reporter, (SEPTEMBER, 135, date(2021, 10, 8)), (OCTOBER, 300, date(2021, 11, 5)))
    client = signed_in(reporter)

    page = visit(client, indicator.measure.get_absolute_url(), as_of="2021-10-31")

    assert sentence(page).startswith("截至2021-09-30累计135家，完成目标的22%，还差465家。")
    assert len(page.rows(sheet(page))) == 1
    assert every(sheet(page), "form") == []


def test_an_ongoing_measure_has_no_pace_and_says_so(db) -> None:
    measure = a_measure(due_on=None)
    an_indicator(measure)

    page = visit(signed_in(a_leader()), measure.get_absolute_url())

    assert sentence(page) == "尚未填报，目标600家。 本任务持续推进，没有完成时限，不设均匀进度。"
    assert every(sheet(page), "line", "chart-pace") == []
    assert page.rows(sheet(page)) == [["尚未填报累计值。"]]


def test_those_who_may_are_offered_the_form_and_nobody_else(indicator: Indicator, reporter: User) -> None:
    offered = {
        name: [
            attribute(form, "action")
            for form in every(sheet(visit(signed_in(person), indicator.measure.get_absolute_url())), "form")
        ]
        for name, person in {
            "own": reporter,
            "stranger": a_reporter(a_department("丙")),
            "supervisor": a_supervisor(),
            "leader": a_leader(),
            "administrator": an_administrator(),
        }.items()
    }

    own = [place(indicator)]
    assert offered == {"own": own, "stranger": [], "supervisor": [], "leader": [], "administrator": own}


def test_a_unit_records_a_value(indicator: Indicator, reporter: User) -> None:
    client = signed_in(reporter)

    page = send(client, place(indicator), status=200, follow=True, reached_on="2021-10-31", value="300", seen="0")

    assert page.notes == ["已填报托管企业：截至2021-10-31累计300家。"]
    assert sentence(page).startswith("截至2021-10-31累计300家，")


@pytest.mark.parametrize(
    ("data", "faults"),
    [
        ({}, ["请填写统计日期。", "请填写累计值。"]),
        ({"reached_on": "31.10.2021", "value": "300"}, ["日期应写作2021-12-31的形式，并且确有这一天。"]),
        ({"reached_on": "2021-12-01", "value": "300"}, ["日期不能晚于今天。"]),
        ({"reached_on": "2021-10-31", "value": "三百"}, ["累计值应为整数。"]),
        ({"reached_on": "2021-10-31", "value": "3.5"}, ["累计值应为整数。"]),
        ({"reached_on": "2021-10-31", "value": "-1"}, ["确保该值大于或等于0。"]),
        ({"reached_on": "2021-10-31", "value": "1" + "0" * 30}, ["确保该值小于或等于999999999。"]),
        (
            {"reached_on": "2021-10-31", "value": "134"},
            ["累计值不能下降：2021-09-30已填报135。如该值有误，请先更正当日的累计值。"],
        ),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    indicator: Indicator, reporter: User, data: dict[str, str], faults: list[str]
) -> None:
    recorded(indicator, reporter, (SEPTEMBER, 135, date(2021, 10, 8)))

    page = send(signed_in(reporter), place(indicator), status=422, **data)

    said = [words(item) for found in page.every("ul", "errorlist") for item in every(found, "li")]
    assert said == faults
    assert (page.filled_in("reached_on"), page.filled_in("value")) == (data.get("reached_on"), data.get("value"))
    assert IndicatorValue.objects.count() == 1


def test_the_second_of_two_people_is_told_and_may_send_again(indicator: Indicator, reporter: User) -> None:
    recorded(indicator, reporter, (OCTOBER, 300, TODAY))
    client = signed_in(a_reporter(a_department("甲")))
    data = {"reached_on": "2021-10-31", "value": "310"}

    page = send(client, place(indicator), status=409, seen="0", **data)
    send(client, place(indicator), status=302, seen=page.filled_in("seen"), **data)

    assert page.alerts == ["在您填写期间，王丽已填报2021-10-31累计300。核对后再次提交，将以您填写的为准。"]
    assert page.filled_in("value") == "310"
    assert indicator.value_on(TODAY) == 310


def test_a_double_click_is_recorded_once(indicator: Indicator, reporter: User) -> None:
    client = signed_in(reporter)
    for _ in range(2):
        page = send(client, place(indicator), status=302, reached_on="2021-10-31", value="300", seen="0")

    page = visit(client, indicator.measure.get_absolute_url())

    assert page.notes[-1] == "这个累计值已经填报过，没有重复记录。"
    assert IndicatorValue.objects.count() == 1


def test_who_comes_in_by_the_address_alone(indicator: Indicator, reporter: User) -> None:
    people = {
        "own": reporter,
        "stranger": a_reporter(a_department("丙")),
        "leader": a_leader(),
        "supervisor": a_supervisor(),
        "administrator": an_administrator(),
    }

    got = {name: signed_in(person).get(place(indicator)).status_code for name, person in people.items()}
    sent = {name: signed_in(person).post(place(indicator)).status_code for name, person in people.items()}

    assert got == {"own": 200, "stranger": 403, "leader": 403, "supervisor": 403, "administrator": 200}
    assert sent == {"own": 422, "stranger": 403, "leader": 403, "supervisor": 403, "administrator": 422}


def test_an_indicator_is_found_under_its_own_measure_only(indicator: Indicator, reporter: User) -> None:
    client, other = signed_in(reporter), a_measure(indicator.measure.plan)

    for base in (other.get_absolute_url(), "/plans/no-plan/measures/16/"):
        assert client.get(f"{base}indicators/{indicator.pk}/").status_code == 404
    assert client.get(f"{indicator.measure.get_absolute_url()}indicators/{10**30}/").status_code == 404


def test_indicators_cost_the_same_number_of_queries_with_one_and_three(db) -> None:
    unit, costs = a_department("甲"), {}
    for rows in (0, 0, 1, 3):  # the first time some things are asked that are then remembered
        measure, reporter = a_measure(), a_reporter(unit)
        a_part(measure, unit)
        for _ in range(rows):
            found = an_indicator(measure)
            recorded(found, reporter, (SEPTEMBER, 135, date(2021, 10, 8)), (OCTOBER, 300, date(2021, 11, 5)))
        client = signed_in(reporter)
        with CaptureQueriesContext(connection) as captured:
            page = visit(client, measure.get_absolute_url())
        costs[rows] = len(captured)
        assert len(page.every("svg", "chart-field")) == rows

    # beside what a measure without indicators costs: their values, for which units this person speaks
    assert {rows: cost - costs[0] for rows, cost in costs.items()} == {0: 0, 1: 2, 3: 2}
