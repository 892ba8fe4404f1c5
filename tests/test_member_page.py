"""Units joining and leaving a collective, on the page and in the ledger; the past stays as it was."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from departments.models import Department, Membership
from tasks.actions import member as actions
from tasks.models import Assignment, Plan

from .builders import (
    a_closing,
    a_collective,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_person,
    a_plan,
    a_report,
    a_reporter,
    a_supervisor,
    an_administrator,
    at,
    own_part,
)
from .pages import Page, it_is, send, signed_in, visit
from .panel import faults

pytestmark = pytest.mark.django_db

TODAY = date(2022, 1, 12)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, TODAY)


@pytest.fixture
def client() -> Client:
    return signed_in(a_supervisor())


def page_of(collective: Department) -> str:
    return f"/units/{collective.pk}/members/"


def leaving(collective: Department, member: str) -> str:
    membership = collective.memberships.current().get(member__name=member)
    return f"{page_of(collective)}{membership.pk}/leave/"


def duties(unit: Department, day: date) -> int:
    return Assignment.objects.of(unit, day).count()


def lists(page: Page) -> list[list[list[str]]]:
    """The rows of those who are members and of those who were."""
    return [page.rows(table) for table in page.every("table", "ledger")]


# --- joining and leaving -----------------------------------------------------------------------------------


def test_a_unit_joins_on_the_page_and_has_its_own_part_in_all_that_is_owed(client: Client) -> None:
    streets, street = a_collective("各街道办"), a_department("甲街")
    open_part, closed_part = a_part(a_measure(), streets), a_part(a_measure(), streets)
    a_closing(closed_part, date(2021, 12, 1))

    page = send(client, page_of(streets), status=200, follow=True, member=street.pk)

    (own,) = Assignment.objects.filter(department=street)
    assert page.notes == ["甲街已加入各街道办，自今天起有自己的责任分工。"]
    assert lists(page) == [[["甲街", "2022-01-12", "退出 甲街"]]]
    assert (own.collective_part, own.role, own.since, own.until) == (open_part, open_part.role, TODAY, None)
    assert (duties(street, YESTERDAY), duties(street, TODAY)) == (0, 1)


def test_a_member_leaves_on_the_page_and_its_parts_end_and_stay_on_record(client: Client) -> None:
    street = a_department("甲街")
    streets = a_collective("各街道办", street)
    own = own_part(a_part(a_measure(), streets), street)
    a_report(own, date(2021, 12, 1))

    page = send(client, leaving(streets, "甲街"), status=200, follow=True)

    own.refresh_from_db()
    assert page.notes == ["甲街已退出，其责任分工自今天起终止，此前的填报保留。"]
    assert lists(page) == [[["甲街", "计划印发时", "2022-01-12"]]]
    assert (own.until, own.reports.count()) == (TODAY, 1)
    assert (duties(street, YESTERDAY), duties(street, TODAY)) == (1, 0)


def test_a_unit_that_has_left_can_join_again_later(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    street = a_department("甲街")
    streets = a_collective("各街道办", street)
    part = a_part(a_measure(), streets)
    send(client, leaving(streets, "甲街"), status=302)
    it_is(monkeypatch, date(2022, 3, 1))

    page = send(signed_in(a_supervisor()), page_of(streets), status=200, follow=True, member=street.pk)

    assert lists(page) == [
        [["甲街", "2022-03-01", "退出 甲街"]],
        [["甲街", "计划印发时", "2022-01-12"]],
    ]
    assert list(part.member_parts.order_by("pk").values_list("since", "until")) == [
        (None, TODAY),
        (date(2022, 3, 1), None),
    ]
    days = (YESTERDAY, TODAY, date(2022, 2, 28), date(2022, 3, 1))
    assert [duties(street, day) for day in days] == [1, 0, 0, 1]


def test_on_the_day_it_left_a_unit_can_join_again(client: Client) -> None:
    street = a_department("甲街")
    streets = a_collective("各街道办", street)
    a_part(a_measure(), streets)

    send(client, leaving(streets, "甲街"), status=302)
    send(client, page_of(streets), status=302, member=street.pk)

    assert (duties(street, YESTERDAY), duties(street, TODAY)) == (1, 1)


def test_who_leaves_a_second_time_is_told(client: Client) -> None:
    streets = a_collective("各街道办", a_department("甲街"))
    place = leaving(streets, "甲街")
    send(client, place, status=302)

    page = send(client, place, status=200, follow=True)

    assert page.notes[-1] == "甲街已退出。"
    assert Membership.objects.get().left_on == TODAY


# --- what is refused ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "fault"),
    [
        ("", "请选择单位。"),
        ("x", "没有这一项，请从列表中选择。"),
        ("9" * 40, "没有这一项，请从列表中选择。"),
        ("各街道办", "没有这一项，请从列表中选择。"),
        ("各成员单位", "没有这一项，请从列表中选择。"),
        ("撤并街", "没有这一项，请从列表中选择。"),
        ("甲街", "该单位已是成员。"),
    ],
)
def test_who_cannot_join_is_refused_beside_the_field(client: Client, choice: str, fault: str) -> None:
    streets = a_collective("各街道办", a_department("甲街"))
    a_collective("各成员单位")
    a_department("撤并街", is_active=False)
    key = Department.objects.filter(name=choice).values_list("pk", flat=True).first() or choice

    page = send(client, page_of(streets), status=422, member=key)

    assert faults(page) == [fault]
    assert page.every("ul", "errorlist", id="id_member_error") != []
    assert Membership.objects.count() == 1


def test_the_action_refuses_collectives_and_what_is_none() -> None:
    by, street, streets = a_supervisor(), a_department("甲街"), a_collective("各街道办")
    asked = [(street, a_department()), (streets, a_collective("各镇")), (streets, streets)]

    for collective, unit in asked:
        with pytest.raises(ValidationError):
            actions.join(by=by, collective=collective, member=unit, now=at(TODAY))

    assert not Membership.objects.exists()


def test_only_the_office_says_who_belongs_and_everybody_reads_it() -> None:
    streets = a_collective("各街道办", a_department("甲街"))
    unit, place, leave = a_department("乙街"), page_of(streets), leaving(streets, "甲街")
    others = [a_reporter(unit), a_leader(), a_reporter(a_department("甲街"))]

    for person in others:
        client = signed_in(person)
        page = visit(client, place)
        assert (lists(page), page.every("select")) == ([[["甲街", "计划印发时"]]], [])
        assert client.post(place, {"member": unit.pk}).status_code == 403
        assert client.post(leave).status_code == 403
        with pytest.raises(PermissionDenied):
            actions.join(by=person, collective=streets, member=unit, now=at(TODAY))
        with pytest.raises(PermissionDenied):
            actions.leave(by=person, membership=streets.memberships.get(), now=at(TODAY))
    assert signed_in(a_person()).get(place).status_code == 403
    assert [signed_in(each).get(leave).status_code for each in (a_supervisor(), an_administrator())] == [405, 405]
    assert list(Membership.objects.values_list("left_on", flat=True)) == [None]


def test_a_unit_that_is_no_collective_has_no_such_page(client: Client) -> None:
    visit(client, page_of(a_department()), status=404)


# --- the past ------------------------------------------------------------------------------------------------


def shown(client: Client, plan: Plan, streets: Department, day: date) -> list[object]:
    """All that pages say of the plan and its collective as of a day."""
    places = ["", "measures/", "measures/1/", "assignments/", "receipts/", "periods/"]
    pages = [visit(client, f"{plan.get_absolute_url()}{place}", as_of=day) for place in places]
    return [[page.rows() for page in pages], lists(visit(client, page_of(streets), as_of=day))]


def test_members_coming_and_going_never_rewrite_the_past() -> None:
    plan, by, reader = a_plan(), a_supervisor(), signed_in(a_leader())
    units = [a_department(f"{name}街") for name in "甲乙丙"]
    streets = a_collective("各街道办", *units[:2])
    ongoing, dated = a_part(a_measure(plan, due_on=None), streets), a_part(a_measure(plan), streets)
    a_report(own_part(ongoing, units[0]), date(2021, 11, 1))
    a_closing(own_part(dated, units[0]), date(2021, 11, 5))
    days = [date(2021, 10, 31), date(2021, 11, 5), YESTERDAY]
    before = {day: shown(reader, plan, streets, day) for day in days}

    actions.join(by=by, collective=streets, member=units[2], now=at(TODAY))
    actions.leave(by=by, membership=streets.memberships.get(member=units[1]), now=at(TODAY))
    actions.leave(by=by, membership=streets.memberships.get(member=units[0]), now=at(TODAY))
    actions.join(by=by, collective=streets, member=units[0], now=at(TODAY))

    assert {day: shown(reader, plan, streets, day) for day in days} == before
    assert shown(reader, plan, streets, TODAY) != before[YESTERDAY]


def test_the_collective_counts_those_who_are_members_on_the_day() -> None:
    plan, by, reader = a_plan(), a_supervisor(), signed_in(a_leader())
    first, second = a_department("甲街"), a_department("乙街")
    streets = a_collective("各街道办", first, second)
    measure = a_measure(plan)
    a_report(own_part(a_part(measure, streets), first), date(2021, 11, 1))
    actions.leave(by=by, membership=streets.memberships.get(member=second), now=at(TODAY))

    words = [visit(reader, measure.get_absolute_url(), as_of=day).words for day in (YESTERDAY, TODAY)]

    assert ["已报1/2：" in words[0], "已报1/1：" in words[1]] == [True, True]


# --- those without members ----------------------------------------------------------------------------------


def test_an_empty_collective_is_flagged_until_it_has_members_and_leads_to_where_they_are_added(client: Client) -> None:
    plan, streets = a_plan(), a_collective("各街道办")
    a_part(a_measure(plan), streets)
    flag = "各街道办尚未登记成员单位"

    empty = visit(client, plan.get_absolute_url())
    send(client, empty.links()["各街道办"] and page_of(streets), status=302, member=a_department("甲街").pk)

    note = empty.every("div", "note--warning")[0]
    assert empty.links(note) == {"各街道办": page_of(streets)}
    assert flag.removeprefix("各街道办") in empty.words
    assert visit(client, plan.get_absolute_url()).every("div", "note--warning") == []
    assert "尚未登记成员单位" in visit(client, plan.get_absolute_url(), as_of=YESTERDAY).words


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_whatever_there_is(client: Client, rows: int) -> None:
    streets = a_collective("各街道办", *(a_department(f"{n}街") for n in range(2 * rows)))
    for membership in streets.memberships.all()[:rows]:
        actions.leave(by=a_supervisor(), membership=membership, now=at(TODAY))

    with CaptureQueriesContext(connection) as asked:
        page = visit(client, page_of(streets))

    assert [len(found) for found in lists(page)] == [rows, rows]
    # session, person, roles, collective, members, former members, units to choose from, newest plan for the frame
    assert len(asked) == 8
