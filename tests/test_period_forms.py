"""Setting up and changing reporting periods on their pages, and being told before they run out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from .builders import a_leader, a_plan, a_supervisor
from .pages import it_is, send, signed_in, visit
from .panel import faults
from .test_period_page import FIRST, TODAY, a_quarter, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, TODAY)


@pytest.fixture
def client() -> Client:
    return signed_in(a_supervisor())


# --- by hand and ahead -----------------------------------------------------------------------------------

JULY = {"starts_on": "2024-07-01", "ends_on": "2024-07-31", "opens_on": "2024-07-01", "due_on": "2024-08-09"}


def test_a_period_is_added_by_hand(client: Client) -> None:
    plan = a_plan()

    page = send(client, page_of(plan, "new/"), status=200, follow=True, **JULY, asks_dated="on")

    assert page.notes == ["已新增填报周期：2024年7月。"]
    assert plan.periods.get(starts_on=date(2024, 7, 1)).asks_dated


@pytest.mark.parametrize(
    ("changes", "field", "fault"),
    [
        ({"ends_on": "2024-06-30"}, "ends_on", "填报周期的结束日期不能早于开始日期。"),
        ({"due_on": "2024-06-30"}, "due_on", "填报截止不能早于周期的开始和开启日期。"),
        ({"starts_on": "2023-11-01"}, "starts_on", "与已有的填报周期重叠：2023年第四季度。"),
        ({"starts_on": "2024-02-30"}, "starts_on", "日期应写作2021-12-31的形式，并且确有这一天。"),
        ({"ends_on": ""}, "ends_on", "这个字段是必填项。"),
        ({"due_on": "9999-01-01"}, "due_on", "日期不能晚于2199-12-31。"),
        ({"opens_on": "‮2024"}, "opens_on", "日期应写作2021-12-31的形式，并且确有这一天。"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field_and_kept(
    client: Client, changes: dict[str, Any], field: str, fault: str
) -> None:
    plan = a_plan()
    plan.periods.filter(starts_on__gte=date(2024, 1, 1)).delete()
    before = plan.periods.count()

    page = send(client, page_of(plan, "new/"), status=422, **JULY | changes)

    assert faults(page) == [fault]
    assert page.every("ul", "errorlist", id=f"id_{field}_error") != []
    assert {name: page.filled_in(name) or "" for name in JULY} == JULY | changes
    assert plan.periods.count() == before


def test_a_period_is_changed_and_of_two_people_the_second_is_shown_what_the_first_saved(client: Client) -> None:
    plan = a_plan()
    place = page_of(plan, f"{a_quarter(plan, FIRST).pk}/change/")
    form = visit(client, place)
    names = ("starts_on", "ends_on", "opens_on", "due_on", "as_opened")
    opened = {name: form.filled_in(name) for name in names}

    first = send(client, place, status=302, **opened | {"due_on": "2022-04-20"})
    second = send(client, place, status=422, **opened | {"due_on": "2022-04-15"})
    again = {name: second.filled_in(name) for name in names}
    third = send(client, place, status=302, **again)

    assert (first.status, third.status) == (302, 302)
    assert faults(second) == [
        "您打开本页之后，他人已作修改。您填写的内容仍在下面，核对后请再次保存。",
        "“填报截止”现为：2022-04-20",
    ]
    assert again["due_on"] == "2022-04-15"
    assert a_quarter(plan, FIRST).due_on == date(2022, 4, 15)


def test_a_period_that_has_fallen_due_offers_no_change_and_takes_none(client: Client) -> None:
    plan = a_plan()
    place = page_of(plan, f"{a_quarter(plan).pk}/change/")
    form = visit(client, place)
    opened = {name: form.filled_in(name) for name in ("starts_on", "ends_on", "opens_on", "due_on", "as_opened")}

    page = send(client, place, status=422, **opened | {"due_on": "2022-02-01"})

    assert faults(page) == ["填报截止已过，本周期不能再改；过去的情况不能改写。"]
    assert place not in visit(client, page_of(plan)).addresses


def test_the_year_to_come_is_set_up_at_the_push_of_a_button(client: Client) -> None:
    plan = a_plan()
    plan.periods.filter(starts_on__gt=date(2022, 7, 1)).delete()

    pages = [send(client, page_of(plan, "ahead/"), status=200, follow=True) for _ in range(2)]

    assert [page.notes for page in pages] == [
        ["已生成2个填报周期：2022年第四季度、2023年第一季度。"],
        ["今后一年的填报周期已经齐备，没有需要生成的。"],
    ]


# --- the dashboard ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("last", "is_warned"), [(date(2022, 3, 12), True), (date(2022, 3, 13), False)])
def test_the_office_is_warned_sixty_days_before_periods_run_out(client: Client, last: date, is_warned: bool) -> None:
    plan = a_plan()
    plan.periods.filter(starts_on__gt=FIRST).delete()
    plan.periods.filter(starts_on=FIRST).update(ends_on=last)

    found = [visit(each, plan.get_absolute_url()) for each in (client, signed_in(a_leader()))]

    warning = "填报周期将在60天内用完，此后持续推进的任务无从填报。"
    assert [warning in page.words for page in found] == [is_warned, False]
    assert all(page_of(plan) in page.addresses for page in found)
