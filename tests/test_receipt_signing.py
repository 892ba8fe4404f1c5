"""A unit signs for its parts: once, itself, one or all."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from departments.models import Role
from tasks.actions import member
from tasks.actions.receipt import sign
from tasks.models import Assignment, Receipt

from .builders import (
    a_collective,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_person,
    a_plan,
    a_reporter,
    a_supervisor,
    an_administrator,
    at,
    own_part,
)
from .pages import Page, it_is, signed_in

pytestmark = pytest.mark.django_db

TODAY = date(2022, 1, 12)
SIGN = "/mine/receipts/"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, TODAY)


def signed() -> set[Assignment]:
    return {receipt.assignment for receipt in Receipt.objects.all()}


# --- the action ------------------------------------------------------------------------------------------


def test_a_part_is_signed_for_once_by_whoever_comes_first() -> None:
    part = a_part()
    first, second = a_reporter(part.department), a_reporter(part.department)

    made = [sign(by=by, assignments=[part], now=at(TODAY, hour)) for by, hour in ((first, 9), (second, 10))]

    receipt = Receipt.objects.get()
    assert made == [[receipt], []]
    assert (receipt.signed_by, receipt.signed_on, receipt.signed_at) == (first, TODAY, at(TODAY, 9))


def test_nobody_signs_for_another_unit() -> None:
    part = a_part()
    others = [
        a_reporter(a_department()),
        a_person(Role.REPORTER),
        a_supervisor(part.department),
        a_leader(),
        an_administrator(),
        a_reporter(part.department, is_active=False),
    ]

    for person in others:
        with pytest.raises(PermissionDenied):
            sign(by=person, assignments=[part], now=at(TODAY))

    assert signed() == set()


def test_of_several_one_that_is_anothers_keeps_all_from_being_signed_for() -> None:
    own, foreign = a_part(), a_part()

    with pytest.raises(PermissionDenied):
        sign(by=a_reporter(own.department), assignments=[own, foreign], now=at(TODAY))

    assert signed() == set()


def test_a_member_signs_for_its_own_part_and_not_for_the_collectives() -> None:
    street = a_department("甲街")
    part = a_part(a_measure(), a_collective("各街道办", street, a_department("乙街")))
    by = a_reporter(street)

    sign(by=by, assignments=[own_part(part, street)], now=at(TODAY))
    with pytest.raises(PermissionDenied):
        sign(by=by, assignments=[part], now=at(TODAY))

    assert signed() == {own_part(part, street)}


def test_who_has_left_signs_for_nothing_more() -> None:
    street = a_department("甲街")
    streets = a_collective("各街道办", street)
    own = own_part(a_part(a_measure(), streets), street)
    member.leave(by=a_supervisor(), membership=streets.memberships.get(), now=at(TODAY))

    with pytest.raises(PermissionDenied):
        sign(by=a_reporter(street), assignments=[own], now=at(TODAY))


# --- sent from 我的填报 ------------------------------------------------------------------------------------


def client_of(part: Assignment) -> Client:
    return signed_in(a_reporter(part.department))


def told(client: Client, **data: object) -> list[str]:
    """What is said after signing; the page it leads to is 我的填报."""
    answer = client.post(SIGN, data)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/mine/")
    return Page(client.get("/plans/")).notes


def test_some_parts_are_signed_for() -> None:
    unit = a_department()
    parts = [a_part(a_measure(), unit) for _ in range(3)]
    client = client_of(parts[0])

    notes = told(client, part=[parts[0].pk, parts[2].pk])

    assert notes == ["已签收2项责任分工。"]
    assert signed() == {parts[0], parts[2]}


def test_all_parts_of_the_unit_are_signed_for_and_no_others() -> None:
    street = a_department("甲街")
    own = a_part(a_measure(), street)
    shared = a_part(a_measure(), a_collective("各街道办", street, a_department("乙街")))
    a_part()

    notes = told(client_of(own), all="yes")

    assert notes == ["已签收2项责任分工。"]
    assert signed() == {own, own_part(shared, street)}


def test_signing_again_says_so() -> None:
    part = a_part()
    client = client_of(part)

    notes = [told(client, part=part.pk), told(client, part=part.pk), told(client, all="yes")]

    assert notes[0] == ["已签收1项责任分工。"]
    assert [each[-1] for each in notes[1:]] == ["这些责任分工此前均已签收。"] * 2


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({}, "请选择要签收的责任分工。"),
        ({"part": "x"}, "所选的责任分工不存在，请刷新页面后重试。"),
        ({"part": "999999"}, "所选的责任分工不存在，请刷新页面后重试。"),
        ({"part": "9" * 40}, "所选的责任分工不存在，请刷新页面后重试。"),
        ({"part": "1\x00"}, "所选的责任分工不存在，请刷新页面后重试。"),
    ],
)
def test_what_names_no_part_is_refused(data: dict[str, str], fault: str) -> None:
    part = a_part()

    assert told(client_of(part), **data) == [fault]
    assert signed() == set()


def test_only_a_reporter_sends_it_and_only_for_the_own_unit() -> None:
    part = a_part()
    people = [a_reporter(a_department()), a_supervisor(part.department), a_leader(), an_administrator(), a_person()]

    answers = [signed_in(person).post(SIGN, {"part": part.pk}).status_code for person in people]

    assert answers == [403] * 5
    assert client_of(part).get(SIGN).status_code == 405
    assert signed() == set()


def test_the_buttons_send_what_they_show() -> None:
    unit = a_department()
    parts = [a_part(a_measure(plan), unit) for plan in (a_plan(), a_plan())]
    request = RequestFactory().get("/mine/")

    both = render_to_string("tasks/receipt/sign.html", {"unsigned": parts}, request)
    one = render_to_string("tasks/receipt/sign_one.html", {"part": parts[1]}, request)
    none = render_to_string("tasks/receipt/sign.html", {"unsigned": []}, request)

    assert [f'name="part" value="{part.pk}"' in both for part in parts] == [True, True]
    assert "签收全部2项" in both
    assert [f'name="part" value="{part.pk}"' in one for part in parts] == [False, True]
    assert none.strip() == ""
