"""Invitations as they are handed out and accepted: the list, its workbook, the link, the panel."""

from __future__ import annotations

import io
import logging
from datetime import date, timedelta
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.views.debug import get_exception_reporter_filter

from departments.models import Department, Invitation, Role, User
from tasks.actions import invitation as actions
from tasks.invitations import code_of
from tasks.views.invitation import LENGTH

from .builders import a_department, a_person, a_reporter, an_administrator, an_invitation
from .pages import Page, attribute, it_is, send, signed_in, visit, words
from .panel import faults

LIST, ACCEPT, LOGIN = "/invitations/", "/invitation/", "/accounts/login/"
TODAY = date(2022, 1, 12)
NEW = "mmrt-9921-kwqz"
VOID = "邀请码无效：可能填写有误、已经用过、已过有效期，或者已换成新的链接。请向系统管理员索取新的链接。"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, TODAY)


@pytest.fixture
def administrator(db: None) -> User:
    return an_administrator(username="root", last_name="王")


@pytest.fixture
def client(administrator: User) -> Client:
    return signed_in(administrator)


def somebody(name: str, unit: Department | None = None, *roles: Role, **fields: Any) -> User:
    return a_person(*roles, department=unit, password=None, username=name, **fields)


@pytest.fixture
def three(administrator: User) -> list[Invitation]:
    """Two of one unit, one of none; the unit's second has let the time go by."""
    court = a_department("区法院", position=1)
    who = somebody("li", court, Role.REPORTER, last_name="李"), somebody("zhou", court), somebody("wu")
    made = [an_invitation(person, TODAY, by=administrator) for person in who]
    past = timezone.now() - timedelta(days=20)
    Invitation.objects.filter(pk=made[1].pk).update(issued_at=past, expires_at=past + timedelta(days=14))
    return made


def links(page: Page) -> list[str]:
    return [words(code) for code in page.every("code")]


def code_in(link: str) -> str:
    return link.partition("#")[2]


# --- handed out ------------------------------------------------------------------------------------------


def test_the_list_shows_who_has_not_come_unit_by_unit_with_the_links(client: Client, three: list[Invitation]) -> None:
    page = visit(client, LIST)

    link = [f"http://testserver/invitation/#{code_of(each)}" for each in three]
    issued = "2022-01-12 10:00 王"
    assert [words(heading) for heading in page.every("h2")] == ["区法院 2人", "无所属单位 1人"]
    assert page.rows() == [
        ["李", "li", "填报员", issued, "2022-01-26 10:00", f"{link[0]} 复制链接 李", "重新生成 李"],
        ["zhou", "zhou", "—", "2021-12-23 10:00 王", "2022-01-06 10:00", "已过期，请重新生成", "重新生成 zhou"],
        ["wu", "wu", "—", issued, "2022-01-26 10:00", f"{link[2]} 复制链接 wu", "重新生成 wu"],
    ]
    assert "尚未接受的共3人 ，其中2人" not in page.words
    assert "尚未接受的共3人，其中1人的邀请已过期。" in page.words.replace(" ", "")


def test_a_long_list_is_turned_page_by_page_and_counts_them_all(
    client: Client, three: list[Invitation], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.views.invitation.LENGTH", 1)

    pages = [visit(client, LIST, page=number) for number in (1, 2, 3)]

    assert [page.column(1) for page in pages] == [["li"], ["zhou"], ["wu"]]
    assert [[words(heading) for heading in page.every("h2")] for page in pages] == [
        ["区法院 2人，本页1人"],
        ["区法院 2人，本页1人"],
        ["无所属单位 1人"],
    ]
    said = "尚未接受的共3人，其中1人的邀请已过期。分3页显示，导出的工作簿包括全部人员。"
    assert [said in page.words.replace(" ", "") for page in pages] == [True] * 3
    assert visit(client, LIST, page="x").column(1) == ["li"]
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{LIST}export.xlsx", {"page": 2}).content))
    assert [row[1].value for sheet in book for row in sheet.iter_rows(min_row=5)] == ["li", "zhou", "wu"]


def test_a_new_link_leads_back_to_the_page_where_it_stands(
    client: Client, three: list[Invitation], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.views.invitation.LENGTH", 1)
    court = Department.objects.get(name="区法院")

    first, second, third = (client.post(f"{LIST}{each.person_id}/renew/") for each in three)

    assert first.headers["Location"] == f"{LIST}?unit={court.pk}"
    assert second.headers["Location"] == f"{LIST}?unit={court.pk}&page=2"
    assert third.headers["Location"] == f"{LIST}?unit=none"
    assert visit(client, second.headers["Location"]).column(1) == ["zhou"]


def test_a_page_of_the_list_is_as_long_as_others() -> None:
    assert LENGTH == 50


def test_the_list_holds_nobody_who_has_a_password_or_is_switched_off(client: Client, three: list[Invitation]) -> None:
    a_reporter(a_department("甲局"))
    actions.accept(code=code_of(three[0]), password=NEW, now=timezone.now())
    User.objects.filter(username="wu").update(is_active=False)

    page = visit(client, LIST)

    assert page.column(1) == ["zhou"]


@pytest.mark.parametrize(("unit", "names"), [("court", ["li", "zhou"]), ("none", ["wu"]), ("", ["li", "zhou", "wu"])])
def test_the_list_is_narrowed_down_to_a_unit(
    unit: str, names: list[str], client: Client, three: list[Invitation]
) -> None:
    key = str(Department.objects.get(name="区法院").pk) if unit == "court" else unit

    page = visit(client, LIST, follow=True, unit=key)
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{LIST}export.xlsx", {"unit": key}).content))

    assert page.column(1) == names
    assert [row[1].value for sheet in book for row in sheet.iter_rows(min_row=5)] == names


@pytest.mark.parametrize("unit", ["999999", "x", "9" * 40, "\x00", "区法院"])
def test_a_unit_that_makes_no_sense_shows_nobody_and_says_so(
    unit: str, client: Client, three: list[Invitation]
) -> None:
    page = visit(client, LIST, unit=unit)

    assert page.alerts == ["筛选条件有误，未显示结果： 所属单位：没有这一项，请从列表中选择。 清除条件"]
    assert links(page) == []
    assert client.get(f"{LIST}export.xlsx", {"unit": unit}).headers["Location"] == LIST


def test_the_workbook_has_a_sheet_for_each_unit(client: Client, three: list[Invitation]) -> None:
    Department.objects.update(name="区法院[知产]/第一：庭" + "长" * 40)

    answer = client.get(f"{LIST}export.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))

    first = book.worksheets[0]
    rows = list(first.iter_rows(min_row=4, values_only=True))
    assert unquote(answer.headers["Content-Disposition"]).endswith("邀请链接_2022-01-12.xlsx")
    assert [len(sheet.title) <= 31 for sheet in book] == [True, True]
    assert rows[0] == ("姓名", "用户名", "角色", "有效期至", "邀请链接")
    assert rows[1] == ("李", "li", "填报员", "2022-01-26 10:00", f"http://testserver/invitation/#{code_of(three[0])}")
    assert rows[2][3:] == ("2022-01-06 10:00", "已过期，请联系系统管理员重新生成")
    assert "链接只能使用一次，请勿转发给他人。" in first["A3"].value


def test_there_is_no_workbook_of_nobody(client: Client) -> None:
    page = visit(client, f"{LIST}export.xlsx", follow=True)

    assert page.notes == ["没有等待接受的邀请，没有导出。"]


def test_a_new_link_voids_the_one_before(client: Client, three: list[Invitation]) -> None:
    old = code_of(three[0])

    page = send(client, f"{LIST}{three[0].person_id}/renew/", status=200, follow=True)

    assert page.notes == ["已为李生成新的邀请链接，原来的链接作废。"]
    assert send(Client(), ACCEPT, status=422, code=old).every("h1")[0].children == ["接受邀请"]
    assert send(Client(), ACCEPT, status=200, code=code_in(links(page)[0])).every("h1")[0].children == ["设定密码"]


def test_whoever_has_a_password_gets_no_new_link(client: Client) -> None:
    person = a_person(last_name="李")

    page = send(client, f"{LIST}{person.pk}/renew/", status=200, follow=True)

    assert page.notes == ["李已有密码，无需邀请；忘记密码的，请在后台“用户”中重新设置。"]
    assert page.alerts == []


def test_the_list_costs_as_many_queries_for_one_as_for_three(client: Client) -> None:
    costs = []
    for _ in range(2):
        for _ in range(len(costs) + 1):
            person = a_person(Role.REPORTER, department=a_department(), password=None)
            an_invitation(person, TODAY)
        for path in (LIST, f"{LIST}export.xlsx"):
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
            costs.append(len(queries))

    # session, person, roles; units to choose from, invitations with person, unit and who made it, their roles; the
    # page also asks how many there are, in each unit, and over, and for its newest plan
    assert costs == [10, 6, 10, 6]


# --- accepted --------------------------------------------------------------------------------------------


def test_a_link_leads_to_a_password_and_the_password_leads_in(three: list[Invitation]) -> None:
    browser, code = Client(), code_of(three[0])

    asked = send(browser, ACCEPT, status=200, code=code)
    done = send(browser, ACCEPT, status=200, follow=True, code=code, new_password1=NEW, new_password2=NEW)
    signed = browser.post(LOGIN, {"username": "li", "password": NEW})

    assert "李，您的用户名是 li 。请设定密码，以后用它登录。" in asked.words
    assert "邀请有效期至2022-01-26 10:00" in asked.words
    assert done.notes == ["密码已设定，请用用户名和新密码登录。"]
    assert done.response.redirect_chain == [(LOGIN, 302)]
    assert signed.headers["Location"] == "/"


def test_accepting_signs_nobody_in(three: list[Invitation]) -> None:
    browser, code = Client(), code_of(three[0])

    send(browser, ACCEPT, status=302, code=code, new_password1=NEW, new_password2=NEW)

    assert "_auth_user_id" not in browser.session


def test_accepting_at_somebody_elses_computer_signs_that_person_out(client: Client, three: list[Invitation]) -> None:
    page = send(client, ACCEPT, status=200, follow=True, code=code_of(three[0]), new_password1=NEW, new_password2=NEW)

    assert page.response.redirect_chain == [(LOGIN, 302)]
    assert page.notes == ["密码已设定，请用用户名和新密码登录。"]
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("first", "again", "reason"),
    [
        (NEW, "mmrt-9921-kwqa", "输入的两个密码不一致。"),
        ("short", "short", "密码太短，至少需要10个字符。"),
        ("7391846520", "7391846520", "密码只包含数字。"),
        ("", "", "这个字段是必填项。"),
        ("lilililili", "lilililili", "密码跟 用户名 太相似了。"),
    ],
)
def test_a_password_that_will_not_do_is_refused_and_the_code_stays_good(
    first: str, again: str, reason: str, three: list[Invitation]
) -> None:
    User.objects.filter(username="li").update(username="lilililili")
    browser, code = Client(), code_of(three[0])

    page = send(browser, ACCEPT, status=422, code=code, new_password1=first, new_password2=again)

    assert reason in faults(page)
    assert page.filled_in("code") == code
    assert not User.objects.get(pk=three[0].person_id).has_usable_password()
    send(browser, ACCEPT, status=302, code=code, new_password1=NEW, new_password2=NEW)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({}, "请填写邀请码。"),
        ({"code": ""}, "请填写邀请码。"),
        ({"code": "1-abc-00000000000000000000000000000000"}, VOID),
        ({"code": "打错了"}, VOID),
        ({"code": "1" * 81}, "确保该变量包含不超过 80 字符 (目前字符数 81)。"),
        ({"new_password1": NEW, "new_password2": NEW}, "请填写邀请码。"),
    ],
)
def test_a_code_that_is_none_is_told_beside_the_field(data: dict[str, str], reason: str, three: Any) -> None:
    page = send(Client(), ACCEPT, status=422, **data)

    assert faults(page) == [reason]
    assert not any(person.has_usable_password() for person in User.objects.exclude(username="root"))


def test_a_used_and_an_old_code_are_told_the_same(three: list[Invitation]) -> None:
    send(Client(), ACCEPT, status=302, code=code_of(three[0]), new_password1=NEW, new_password2=NEW)

    pages = [send(Client(), ACCEPT, status=422, code=code_of(each)) for each in three[:2]]

    assert [faults(page) for page in pages] == [[VOID], [VOID]]


def test_a_form_without_its_token_is_refused(three: list[Invitation]) -> None:
    browser = Client(enforce_csrf_checks=True)

    answer = browser.post(ACCEPT, {"code": code_of(three[0]), "new_password1": NEW, "new_password2": NEW})

    assert answer.status_code == 403
    assert not User.objects.get(username="li").has_usable_password()


def test_whoever_is_locked_out_stays_so(three: list[Invitation], monkeypatch: pytest.MonkeyPatch) -> None:
    for clock in ("axes.attempts.now", "axes.handlers.proxy.now"):
        monkeypatch.setattr(clock, timezone.now)
    browser = Client(REMOTE_ADDR="10.1.1.1")
    for _ in range(5):
        browser.post(LOGIN, {"username": "li", "password": "wrong"})
    send(browser, ACCEPT, status=302, code=code_of(three[0]), new_password1=NEW, new_password2=NEW)

    answer = browser.post(LOGIN, {"username": "li", "password": NEW})

    assert (answer.status_code, AccessAttempt.objects.count()) == (429, 1)


# --- told to nobody --------------------------------------------------------------------------------------


def test_no_code_is_in_an_address_a_log_or_a_session(
    client: Client, three: list[Invitation], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    browser, code = Client(), code_of(three[0])
    secret = code.rpartition("-")[2]

    shown = [client.get(LIST), client.get(f"{LIST}export.xlsx")]
    answers = [
        browser.get(ACCEPT),
        browser.post(ACCEPT, {"code": code}),
        browser.post(ACCEPT, {"code": code, "new_password1": NEW, "new_password2": "other"}),
        browser.post(ACCEPT, {"code": code, "new_password1": NEW, "new_password2": NEW}),
        browser.post(ACCEPT, {"code": code}),
    ]

    addresses = [answer.headers.get("Location", "") for answer in answers]
    pages = [Page(answer) for answer in (*answers[1:3], answers[4])]
    addresses += [address for page in pages for address in page.addresses]
    addresses += [attribute(form, "action") or "" for page in pages for form in page.every("form")]
    assert secret not in "".join(addresses)
    assert [answer.headers["Cache-Control"] for answer in (*shown, *answers)] == ["no-store"] * 7
    assert secret not in caplog.text + repr([vars(record) for record in caplog.records])
    assert caplog.records != []
    assert [found for found in Session.objects.all() if secret in repr(found.get_decoded())] == []
    assert code in Page(shown[0]).words


def test_an_error_report_has_neither_code_nor_password(
    three: list[Invitation], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(**given: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(actions, "accept", breaks)
    browser = Client(raise_request_exception=False)

    browser.post(ACCEPT, {"code": code_of(three[0]), "new_password1": NEW, "new_password2": NEW})

    request = next(record.request for record in caplog.records if hasattr(record, "request"))
    posted = get_exception_reporter_filter(request).get_post_parameters(request)
    hidden = "*" * 20
    assert {name: posted[name] for name in posted} == {
        "code": hidden,
        "new_password1": hidden,
        "new_password2": hidden,
    }
