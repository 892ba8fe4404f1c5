"""The lists of the panel: the same rule of time as the pages, a constant number of queries, no way to break them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from departments.models import Alias
from tasks.choices import AmendmentKind, AssignmentRole, Timeliness
from tasks.models import Assignment, Measure, Plan

from .builders import (
    a_closing,
    a_department,
    a_measure,
    a_part,
    a_plan,
    a_report,
    a_reporter,
    a_section,
    a_supervisor,
    an_administrator,
    an_amendment,
)
from .pages import Page, it_is, signed_in
from .panel import said

TODAY = date(2022, 1, 12)
MEASURES = "/admin/tasks/measure/"
ASSIGNMENTS = "/admin/tasks/assignment/"


@pytest.fixture
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, TODAY)


@pytest.fixture
def one_of_each_light(db: None, _today: None) -> Plan:
    """Eight measures of one unit each, one for every light on 2022-01-12."""
    plan, unit = a_plan(), a_department("区科技局")
    a_part(a_measure(plan, wording="逾期的", due_on=date(2021, 12, 31)), unit)
    a_part(a_measure(plan, wording="临期的", due_on=date(2022, 1, 31)), unit)
    a_part(a_measure(plan, wording="正常的", due_on=date(2022, 12, 31)), unit)
    a_part(a_measure(plan, wording="没报的", due_on=None), unit)
    a_report(a_part(a_measure(plan, wording="报了的", due_on=None), unit), date(2021, 12, 1))
    a_closing(a_part(a_measure(plan, wording="办完的", due_on=date(2021, 12, 31)), unit), date(2021, 12, 31))
    ended = a_part(a_measure(plan, wording="终止的"), unit)
    an_amendment(ended.measure, AmendmentKind.TERMINATION)
    a_closing(a_part(a_measure(plan, wording="晚办完的", due_on=date(2021, 12, 31)), unit), date(2022, 1, 10))
    return plan


WORDINGS = {
    Timeliness.OVERDUE: "逾期的",
    Timeliness.DUE_SOON: "临期的",
    Timeliness.ON_TRACK: "正常的",
    Timeliness.SILENT: "没报的",
    Timeliness.ONGOING: "报了的",
    Timeliness.CLOSED: "办完的",
    Timeliness.CLOSED_LATE: "晚办完的",
    Timeliness.TERMINATED: "终止的",
}


@pytest.mark.parametrize("light", Timeliness)
@pytest.mark.parametrize(("path", "wording", "lamp"), [(MEASURES, 1, 4), (ASSIGNMENTS, 8, 3)])
def test_the_filter_shows_the_rows_of_a_light_and_the_column_says_it(
    path: str, wording: int, lamp: int, light: Timeliness, one_of_each_light: Plan
) -> None:
    page = Page(signed_in(a_supervisor()).get(path, {"timeliness": light.value}))

    assert [row[wording] for row in rows(page)] == [WORDINGS[light]]
    assert [row[lamp] for row in rows(page)] == [light.label]


def rows(page: Page) -> list[list[str]]:
    return [[cell.strip() for cell in row] for row in page.rows()]


def test_the_list_explains_every_light_in_one_sentence(one_of_each_light: Plan) -> None:
    page = Page(signed_in(a_supervisor()).get(MEASURES))

    assert rows(page)[0] == [
        "1",
        "逾期的",
        "2021-12-31",
        "2021-12-31",
        "逾期",
        "应于2021年12月31日办结，逾期12天，未申请延期。",
        "0/1",
    ]


def test_an_unknown_light_filters_nothing(one_of_each_light: Plan) -> None:
    page = Page(signed_in(a_supervisor()).get(MEASURES, {"timeliness": "PURPLE"}))

    assert len(rows(page)) == 8


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("2", ["临期的"]),
        ("逾期", ["逾期的"]),
        ("卫健委", ["临期的"]),
        ("区卫生健康委", ["临期的"]),
        ("晚办 完的", ["晚办完的"]),
    ],
)
def test_the_search_knows_numbers_wording_units_and_their_other_names(
    words: str, found: list[str], one_of_each_light: Plan
) -> None:
    unit = a_department("区卫生健康委")
    Alias.objects.create(department=unit, name="区卫健委")
    a_part(Measure.objects.get(wording="临期的"), unit, AssignmentRole.CO)

    page = Page(signed_in(a_supervisor()).get(MEASURES, {"q": words}))

    assert [row[1] for row in rows(page)] == found


def test_headings_of_two_plans_are_not_mixed(db: None) -> None:
    one, other = a_plan(number="甲〔2021〕1号"), a_plan(number="乙〔2022〕1号")
    a_measure(one, section=a_section(one, 1, "甲章"))
    a_measure(one, section=a_section(one, 2, "甲二章"))
    a_measure(other, section=a_section(other, 1, "乙章"))
    client = signed_in(a_supervisor())

    everything = Page(client.get(MEASURES)).links()
    of_one = Page(client.get(MEASURES, {"plan__id__exact": one.pk})).links()

    assert {name for name in everything if "章（" in name} == {
        "一、甲章（甲〔2021〕1号）",
        "二、甲二章（甲〔2021〕1号）",
        "一、乙章（乙〔2022〕1号）",
    }
    assert {name for name in of_one if name.endswith("章")} == {"一、甲章", "二、甲二章"}


# --- how many queries ----------------------------------------------------------------------------

# session, person, his roles (3); how many rows; the rows.
FRAME = 5


def some_measures(number: int) -> None:
    plan = Plan.objects.first() or a_plan()
    for _ in range(number):
        measure = a_measure(plan)
        a_closing(a_part(measure, role=AssignmentRole.LEAD), date(2021, 10, 1))
        a_part(measure, role=AssignmentRole.CO)


def some_people(number: int) -> None:
    for _ in range(number):
        unit = a_department()
        Alias.objects.create(department=unit, name=f"{unit.name}（原名）")
        a_reporter(unit)


# What each list adds to the frame.
OF_MEASURES = {
    MEASURES: 3,  # the plans (filter), the headings (filter); every measure's units with what they have reported
    ASSIGNMENTS: 2,  # the plans (filter), the units (filter)
    "/admin/tasks/report/": 2,  # the plans (filter), the units (filter)
    "/admin/tasks/review/": 1,  # the plans (filter)
    "/admin/tasks/sourcenote/": 1,  # the plans (filter)
    "/admin/tasks/section/": 1,  # the plans (filter)
    "/admin/tasks/plan/": 1,  # the offices (filter)
    f"{MEASURES}?timeliness=CLOSED": 3,  # as without a filter: the light is part of the query for the rows
}
OF_PEOPLE = {
    "/admin/departments/department/": 2,  # other names, members
    "/admin/departments/user/": 3,  # the roles (filter), the units (filter); the roles of the people
}


@pytest.mark.parametrize(("make", "lists"), [(some_measures, OF_MEASURES), (some_people, OF_PEOPLE)])
def test_a_list_costs_the_same_for_1_3_and_42_rows(
    make: Callable[[int], None], lists: dict[str, int], db: None, django_assert_num_queries: Any
) -> None:
    client = signed_in(an_administrator())

    for more in (1, 2, 39):
        make(more)
        for path, queries in lists.items():
            with django_assert_num_queries(FRAME + queries, info=path):
                assert client.get(path).status_code == 200


def test_the_page_of_a_measure_costs_the_same_for_1_3_and_9_units(db: None, django_assert_num_queries: Any) -> None:
    measure = a_measure()
    a_part(measure, role=AssignmentRole.LEAD)
    client, path = signed_in(an_administrator()), f"{MEASURES}{measure.pk}/change/"
    client.get(path)  # the key of the content type is looked up once and kept in memory

    for more in (0, 2, 6):
        for _ in range(more):
            a_part(measure, role=AssignmentRole.CO)
        # Session, person, roles; the measure, its units with what they have reported, its plan; its units to
        # remember; the milestones and the indicators to remember; the plans, the headings and the units to choose
        # from; the rows of the units, of the milestones and of the indicators with the plan they belong to.
        with django_assert_num_queries(15):
            assert client.get(path).status_code == 200


# --- conditions that nobody's click can have made ---------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        {"q": "一\x00"},
        {"q": "\u202e"},
        {"q": "长" * 101},
        {"plan__id__exact": "9" * 30},
        {"plan__id__exact": "abc"},
        {"section__id__exact": "-"},
        {"timeframe__exact": "\x00"},
        {"e": "1"},
        {"p": "9" * 5000},
    ],
)
@pytest.mark.parametrize("tail", ["", "export/"])
def test_conditions_that_make_no_sense_are_dropped_and_it_is_said(
    tail: str, query: dict[str, str], one_of_each_light: Plan
) -> None:
    a_section(a_plan())  # so that there is something to choose from
    page = Page(signed_in(a_supervisor()).get(MEASURES + tail, query, follow=True))

    assert page.status == 200
    assert said(page) == ["筛选条件无效，已显示全部。"]
    assert len(rows(page)) == 8


@pytest.mark.parametrize(
    "query",
    [
        {"wording__regex": "(a+)+$"},
        {"plan__office__people__password__startswith": "p"},
        {"id__in": "1,2"},
        {"due_on__year": "0"},
        {"nonsense": "1"},
        {"_to_field": "wording"},
    ],
)
def test_columns_that_no_filter_offers_cannot_be_sounded_out(query: dict[str, str], one_of_each_light: Plan) -> None:
    assert signed_in(a_supervisor()).get(MEASURES, query).status_code == 400


def test_passwords_cannot_be_sounded_out(db: None) -> None:
    client = signed_in(an_administrator())

    answers = [client.get("/admin/departments/user/", {f"password__{word}": "md5"}) for word in ("startswith", "gt")]

    assert [answer.status_code for answer in answers] == [400, 400]


@pytest.mark.parametrize("key", ["0", "-1", "9" * 30, "abc", "\x00", "1/2", "_5F", "%ED%A0%80", "长" * 300])
@pytest.mark.parametrize("tail", ["change/", "delete/", "history/"])
def test_keys_that_name_no_row_lead_back_to_the_panel(key: str, tail: str, db: None) -> None:
    client = signed_in(an_administrator())

    for path in (MEASURES, ASSIGNMENTS, "/admin/tasks/report/", "/admin/departments/user/"):
        answers = [client.get(f"{path}{key}/{tail}"), client.post(f"{path}{key}/{tail}")]
        assert {answer.status_code for answer in answers} <= {302, 403, 404}, path


def test_the_unit_of_an_assignment_links_to_where_it_is_changed(db: None) -> None:
    part = a_part()

    page = Page(signed_in(a_supervisor()).get(f"{ASSIGNMENTS}{part.pk}/change/"))

    assert page.links()["第1项"] == f"{MEASURES}{part.measure_id}/change/"
    assert Assignment.objects.count() == 1
