"""The page of reporting periods: how each stands, what is owed and given, and managing them."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from departments.models import User
from tasks.actions import member
from tasks.actions import period as actions
from tasks.models import Period, Plan

from .builders import (
    a_closing,
    a_collective,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_plan,
    a_report,
    a_reporter,
    a_supervisor,
    an_administrator,
    at,
    own_part,
)
from .pages import Page, it_is, send, signed_in, visit, words
from .panel import faults

pytestmark = pytest.mark.django_db

TODAY = date(2022, 1, 12)
FOURTH, FIRST = date(2021, 10, 1), date(2022, 1, 1)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, TODAY)


@pytest.fixture
def supervisor() -> User:
    return a_supervisor(last_name="督办员")


@pytest.fixture
def client(supervisor: User) -> Client:
    return signed_in(supervisor)


def page_of(plan: Plan, more: str = "") -> str:
    return f"{plan.get_absolute_url()}periods/{more}"


def a_quarter(plan: Plan, starts_on: date = FOURTH) -> Period:
    return plan.periods.get(starts_on=starts_on)


def row_of(page: Page, name: str) -> list[str]:
    """The cells of one period, from its state on."""
    rows = {row[1].split()[0]: row[2:] for row in page.rows()}
    return rows[name]


def numbers(client: Client, plan: Plan, day: date, name: str = "2021年第四季度") -> list[str]:
    """How many parts owed a report, gave one, gave it late, as of a day; as somebody who only reads sees it."""
    page = visit(signed_in(a_leader()), page_of(plan), as_of=day)
    return next(row[4:7] for row in page.rows() if row[0].startswith(name))


# --- what it shows ---------------------------------------------------------------------------------------


def test_every_period_is_listed_the_newest_first_with_its_state_and_days(client: Client) -> None:
    plan = a_plan()
    plan.periods.filter(starts_on__gt=date(2022, 4, 1)).delete()
    actions.lock(by=a_supervisor(), periods=[a_quarter(plan, date(2021, 7, 1))], now=at(TODAY))

    page = visit(signed_in(a_leader()), page_of(plan))

    assert [row[:4] for row in page.rows()] == [
        ["2022年第二季度 2022-04-01 – 2022-06-30", "未开启", "2022-04-01", "2022-07-09"],
        ["2022年第一季度 2022-01-01 – 2022-03-31", "填报中", "2022-01-01", "2022-04-09"],
        ["2021年第四季度 2021-10-01 – 2021-12-31", "已截止，可补报", "2021-10-01", "2022-01-09"],
        ["2021年第三季度 2021-07-01 – 2021-09-30", "已锁定", "2021-07-01", "2021-10-09"],
    ]
    assert all(page.every("td", "lamp")[n].children[0].children[0].name == "svg" for n in range(4))


def test_what_is_owed_are_the_ongoing_parts_that_answer_for_themselves() -> None:
    plan, dated = a_plan(), date(2021, 12, 31)
    streets = a_collective("各街道办", a_department("甲街"), a_department("乙街"))
    ongoing = a_measure(plan, due_on=None)
    part = a_part(ongoing, streets, "LEAD")
    a_part(ongoing, a_department("甲局"), "CO")
    a_part(a_measure(plan, due_on=None), a_collective("各成员单位"))
    a_part(a_measure(plan, due_on=dated))
    closed = a_part(a_measure(plan, due_on=None))
    a_closing(closed, date(2021, 9, 20))
    a_report(own_part(part, a_department("甲街")), date(2021, 11, 1))

    # two streets, one bureau, one empty collective; closed before it began: nothing owed
    assert numbers(None, plan, TODAY) == ["4", "1", "0"]
    assert numbers(None, plan, date(2021, 10, 31)) == ["4", "0", "0"]
    assert numbers(None, plan, date(2021, 9, 30)) == ["–", "–", "–"]
    assert numbers(None, plan, TODAY, "2021年第三季度") == ["5", "1", "0"]


def test_dated_parts_owe_a_report_where_the_period_asks_them() -> None:
    plan = a_plan()
    a_part(a_measure(plan))
    plan.periods.filter(starts_on=FOURTH).update(asks_dated=True)

    page = visit(signed_in(a_leader()), page_of(plan))

    row = next(row for row in page.rows() if row[0].startswith("2021年第四季度"))
    assert (row[0], row[4]) == ("2021年第四季度 2021-10-01 – 2021-12-31 · 限期任务同报", "1")


def test_a_late_report_is_counted_from_the_day_it_came() -> None:
    plan = a_plan()
    a_report(a_part(a_measure(plan, due_on=None)), date(2022, 1, 11), period=a_quarter(plan))

    found = {day.day: numbers(None, plan, day) for day in (date(2022, 1, 10), date(2022, 1, 11))}

    assert found == {10: ["1", "0", "0"], 11: ["1", "1", "1"]}


def test_members_joining_and_leaving_leave_past_periods_alone() -> None:
    plan, by = a_plan(), a_supervisor()
    first, second = a_department("甲街"), a_department("乙街")
    streets = a_collective("各街道办", first)
    a_part(a_measure(plan, due_on=None), streets)
    before = [numbers(None, plan, day) for day in (date(2021, 11, 1), date(2022, 1, 11))]

    member.join(by=by, collective=streets, member=second, now=at(TODAY))
    member.leave(by=by, membership=streets.memberships.get(member=first), now=at(TODAY))

    assert (
        [numbers(None, plan, day) for day in (date(2021, 11, 1), date(2022, 1, 11))] == before == [["1", "0", "0"]] * 2
    )
    assert numbers(None, plan, TODAY) == ["1", "0", "0"]  # the quarter was over before anybody came or went
    assert numbers(None, plan, TODAY, "2022年第一季度") == ["1", "0", "0"]


@pytest.mark.parametrize("reported", ["", "yes", "late", "no"])
def test_every_number_opens_its_list(reported: str) -> None:
    plan, reader = a_plan(), signed_in(a_leader())
    measure = a_measure(plan, due_on=None)
    parts = [a_part(measure, a_department(f"{n}局"), "JOINT") for n in range(5)]
    a_report(parts[0], date(2021, 11, 1))
    a_report(parts[1], date(2021, 12, 1))
    a_report(parts[2], date(2022, 1, 11), period=a_quarter(plan))
    place = page_of(plan, f"{a_quarter(plan).pk}/")

    page = visit(reader, place, reported=reported)

    expected = {"": 5, "yes": 3, "late": 1, "no": 2}
    assert [words(step) for step in page.every("nav", "steps")[0].children] == ["5 应报", "3 已报", "1 补报", "2 未报"]
    assert (page.count, len(page.rows())) == (expected[reported], expected[reported])
    assert numbers(None, plan, TODAY) == ["5", "3", "1"]


def test_a_period_that_has_not_opened_lists_nobody() -> None:
    plan = a_plan()
    a_part(a_measure(plan, due_on=None))

    page = visit(signed_in(a_leader()), page_of(plan, f"{a_quarter(plan, date(2022, 4, 1)).pk}/"))

    assert "本周期尚未开启。" in page.words
    assert page.rows() == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_whatever_there_is(rows: int) -> None:
    plan, by = a_plan(), a_supervisor()
    plan.periods.exclude(pk__in=list(plan.periods.order_by("starts_on").values_list("pk", flat=True)[:rows])).delete()
    for number in range(rows):
        part = a_part(a_measure(plan, due_on=None), a_collective(f"集合{number}", a_department(f"{number}街")))
        a_report(own_part(part, a_department(f"{number}街")), date(2021, 9, 1))
    for period in plan.periods.filter(starts_on__lt=FIRST):
        for reason in ("补报", "再补报"):
            actions.lock(by=by, periods=[period], now=at(TODAY))
            actions.reopen(by=by, period=period, reason=reason, now=at(TODAY))
    client = signed_in(by)

    visit(client, page_of(plan))  # content types are kept in memory from then on
    with CaptureQueriesContext(connection) as asked:
        page = visit(client, page_of(plan))

    assert len(page.rows()) == rows
    # session, person, roles, plan, periods, parts, reports, log of reopenings, who reopened them
    assert len(asked) == 9


# --- who may ---------------------------------------------------------------------------------------------


def test_everybody_reads_and_only_the_office_manages() -> None:
    plan = a_plan()
    places = [page_of(plan), *(page_of(plan, f"{more}/") for more in ("new", "ahead"))]
    places += [page_of(plan, f"{a_quarter(plan).pk}/{more}/") for more in ("change", "reopen")]
    people = {
        "reporter": a_reporter(a_department()),
        "leader": a_leader(),
        "supervisor": a_supervisor(),
        "administrator": an_administrator(),
    }

    found = {
        name: (
            [signed_in(person).get(place).status_code for place in places],
            signed_in(person).post(places[0], {}).status_code,
        )
        for name, person in people.items()
    }

    reads, manages = ([200, 403, 405, 403, 403], 403), ([200, 200, 405, 200, 200], 422)
    assert found == {"reporter": reads, "leader": reads, "supervisor": manages, "administrator": manages}
    page = visit(signed_in(people["leader"]), page_of(plan))
    assert (page.every("input", type="checkbox"), page.every("form", id="bulk")) == ([], [])


def test_on_another_day_nothing_can_be_done(client: Client) -> None:
    page = visit(client, page_of(a_plan()), as_of=date(2022, 1, 1))

    assert page.every("form", id="bulk") == []


# --- in bulk ---------------------------------------------------------------------------------------------


def test_periods_are_locked_in_bulk_and_who_comes_second_is_told(client: Client) -> None:
    plan = a_plan()
    third, fourth = a_quarter(plan, date(2021, 7, 1)), a_quarter(plan)

    one = send(client, page_of(plan), status=302, act="lock", period=[third.pk])
    two = send(client, page_of(plan), status=200, follow=True, act="lock", period=[third.pk, fourth.pk])

    assert one.status == 302
    assert two.notes == [
        "已锁定：2021年第三季度。",
        "已锁定：2021年第四季度。",
        "此前已锁定，没有变化：2021年第三季度。",
    ]
    assert set(plan.periods.filter(locked_at__isnull=False)) == {third, fourth}


def test_periods_are_opened_in_bulk(client: Client) -> None:
    plan = a_plan()
    ahead = a_quarter(plan, date(2022, 4, 1))

    page = send(client, page_of(plan), status=200, follow=True, act="open", period=[ahead.pk])

    assert page.notes == ["已开启：2022年第二季度。"]
    assert row_of(page, "2022年第二季度")[:2] == ["填报中", "2022-01-12"]


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({"act": "lock"}, "请先勾选填报周期。"),
        ({"act": "lock", "period": "x"}, "“x”不是一个有效的值"),
        ({"act": "lock", "period": "9" * 40}, f"“{'9' * 20}”不是一个有效的值"),
        ({"act": "burn", "period": "own"}, "请求有误，请重试。"),
        ({"act": "lock", "period": "early"}, "2022年第一季度的填报截止未到，不能锁定。"),
        ({"act": "lock", "period": "foreign"}, None),
    ],
)
def test_what_cannot_be_done_in_bulk_is_said_and_nothing_is_done(client: Client, data: dict, fault: str | None) -> None:
    plan = a_plan()
    keys = {"own": a_quarter(plan).pk, "early": a_quarter(plan, FIRST).pk, "foreign": a_quarter(a_plan()).pk}
    data = {name: keys.get(value, value) for name, value in data.items()}

    page = send(client, page_of(plan), status=422, **data)

    assert page.alerts == [fault or f"选择一个有效的选项。 {data['period']} 不在可用的选项中。"]
    assert not Period.objects.filter(locked_at__isnull=False).exists()


# --- again -----------------------------------------------------------------------------------------------


def test_every_reopening_is_shown_with_who_when_and_why(client: Client) -> None:
    plan = a_plan()
    period = a_quarter(plan)
    place = page_of(plan, f"{period.pk}/reopen/")
    for reason in ("系统故障", "系统故障", "两家单位补报"):
        actions.lock(by=a_supervisor(), periods=[period], now=at(TODAY, 9))
        send(client, place, status=302, reason=reason)

    page = visit(client, page_of(plan))

    assert row_of(page, "2021年第四季度")[6] == " ".join(
        f"2022-01-12 10:00 · 督办员：{reason}" for reason in ("系统故障", "系统故障", "两家单位补报")
    )


def test_a_past_day_shows_the_lock_that_has_been_taken_off_since() -> None:
    plan, by = a_plan(), a_supervisor(last_name="督办员")
    period = a_quarter(plan)
    actions.lock(by=by, periods=[period], now=at(date(2022, 1, 10)))
    actions.reopen(by=by, period=period, reason="补报", now=at(TODAY))
    reader = signed_in(a_leader())

    pages = [visit(reader, page_of(plan), as_of=date(2022, 1, day)) for day in (9, 10, 11, 12)]

    rows = [next(row for row in page.rows() if row[0].startswith("2021年第四季度")) for page in pages]
    assert [(row[1], row[7]) for row in rows] == [
        ("填报中", "—"),
        ("已锁定", "—"),
        ("已锁定", "—"),
        ("已截止，可补报", "2022-01-12 10:00 · 督办员：补报"),
    ]


def test_reopening_wants_a_reason_and_keeps_nothing_without_one(client: Client) -> None:
    plan = a_plan()
    period = a_quarter(plan)
    actions.lock(by=a_supervisor(), periods=[period], now=at(TODAY))

    page = send(client, page_of(plan, f"{period.pk}/reopen/"), status=422, reason=" ")

    assert faults(page) == ["重新开启须说明原因。"]
    assert Period.objects.get(pk=period.pk).is_locked


def test_who_reopens_what_is_open_again_already_is_told_and_keeps_his_words(client: Client) -> None:
    plan = a_plan()
    period = a_quarter(plan)
    actions.lock(by=a_supervisor(), periods=[period], now=at(TODAY))
    actions.reopen(by=a_supervisor(last_name="甲"), period=period, reason="先到", now=at(TODAY))

    page = send(client, page_of(plan, f"{period.pk}/reopen/"), status=409, reason="后到")

    assert page.alerts == ["2021年第四季度没有锁定。"]
    assert page.filled_in("reason") == "后到"
    assert "2022-01-12 10:00由甲重新开启：先到" in page.words
