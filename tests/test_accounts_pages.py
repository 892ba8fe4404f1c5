"""Signing in and out, changing the password, and being locked out: in Chinese, and for nobody but oneself."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.db.models import F
from django.test import Client

from departments.models import Role, User

from .builders import PASSWORD, a_department, a_person, a_plan, a_reporter, an_administrator
from .pages import Page, attribute, send, signed_in, visit, words

LOGIN, LOGOUT, CHANGE = "/accounts/login/", "/accounts/logout/", "/accounts/password/"


@pytest.fixture
def person(db) -> User:
    return a_reporter(a_department("区法院"), username="tianbao", last_name="王", first_name="强")


def is_signed_in(client: Client) -> bool:
    return client.get("/").status_code != 302 or not client.get("/").headers["Location"].startswith(LOGIN)


def heading(page: Page) -> str:
    return words(page.every("h1")[0])


def errors(page: Page) -> list[str]:
    return [words(item) for error in page.every("ul", "errorlist") for item in error.children]


def try_password(client: Client, name: str, password: str, **extra: str) -> Page:
    return Page(client.post(LOGIN, {"username": name, "password": password}, **extra))


# --- in and out ----------------------------------------------------------------------------------


def test_the_sign_in_page_is_in_chinese_and_offers_nothing_else(db) -> None:
    page = visit(Client(), LOGIN)

    assert (heading(page), words(page.every("title")[0])) == ("登录督查台账", "登录 · 督查台账")
    assert [words(label) for label in page.every("label")] == ["用户名 *", "密码 *"]
    assert [attribute(field, "type") for field in page.every("input", "form-control")] in ([], ["text", "password"])
    assert page.links() == {"跳到正文": "#main"}


def test_name_and_password_lead_in(person) -> None:
    plan = a_plan()
    client = Client()

    page = send(client, LOGIN, status=200, follow=True, username="tianbao", password=PASSWORD)

    assert (heading(page), "王强 · 区法院" in page.words) == ("总览", True)
    assert page.response.redirect_chain == [("/", 302), (plan.get_absolute_url(), 302)]


@pytest.mark.parametrize(
    ("name", "password"),
    [("tianbao", "wrong"), ("nobody", PASSWORD), ("tianbao", PASSWORD.upper()), ("' OR 1=1 --", "x")],
)
def test_wrong_name_and_wrong_password_are_told_the_same(person, name, password) -> None:
    client = Client()

    page = send(client, LOGIN, status=200, username=name, password=password)

    assert len(page.alerts) == 1
    assert page.alerts == [try_password(Client(), "somebody-else", "wrong").alerts[0]]
    assert "用户名" in page.alerts[0]
    assert (page.filled_in("username"), page.filled_in("password")) == (name, None)
    assert not is_signed_in(client)


def test_an_account_that_was_closed_leads_nowhere(db) -> None:
    a_person(Role.LEADER, username="left", is_active=False)
    client = Client()

    page = try_password(client, "left", PASSWORD)

    assert page.alerts == try_password(Client(), "nobody", "wrong").alerts
    assert not is_signed_in(client)


def test_an_account_that_is_closed_meanwhile_leads_nowhere_any_more(person) -> None:
    client = signed_in(person)
    User.objects.filter(pk=person.pk).update(is_active=False)

    response = client.get("/mine/")

    assert (response.status_code, response.headers["Location"]) == (302, f"{LOGIN}?next=/mine/")


def test_one_is_led_back_to_the_page_one_wanted(person) -> None:
    client = Client()
    wanted = client.get("/mine/?as_of=2021-12-31").headers["Location"]

    page = visit(client, wanted)
    response = client.post(wanted, {"username": "tianbao", "password": PASSWORD, "next": page.filled_in("next")})

    assert (response.status_code, response.headers["Location"]) == (302, "/mine/?as_of=2021-12-31")


def test_a_mistyped_password_does_not_forget_the_page_one_wanted(person) -> None:
    page = send(Client(), f"{LOGIN}?next=/mine/", status=200, username="tianbao", password="wrong", next="/mine/")

    assert page.filled_in("next") == "/mine/"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "http:///evil.example",
        "javascript:alert(1)",
        " https://evil.example/",
        "\thttps://evil.example",
        "ftp://testserver/",
    ],
)
def test_signing_in_leads_to_no_other_site(person, elsewhere) -> None:
    as_field = Client().post(LOGIN, {"username": "tianbao", "password": PASSWORD, "next": elsewhere})
    in_address = Client().post(f"{LOGIN}?next={elsewhere}", {"username": "tianbao", "password": PASSWORD})
    already = signed_in(person).get(LOGIN, {"next": elsewhere})

    assert [response.headers["Location"] for response in (as_field, in_address, already)] == ["/", "/", "/"]


def test_whoever_is_signed_in_needs_no_sign_in_page(person) -> None:
    response = signed_in(person).get(LOGIN)

    assert (response.status_code, response.headers["Location"]) == (302, "/")


def test_signing_out_ends_it(person) -> None:
    client = signed_in(person)

    page = send(client, LOGOUT, status=200, follow=True)

    assert (heading(page), page.response.redirect_chain) == ("登录督查台账", [(LOGIN, 302)])
    assert not is_signed_in(client)


def test_a_link_cannot_sign_anybody_out(person) -> None:
    client = signed_in(person)

    response = client.get(LOGOUT)

    assert (response.status_code, is_signed_in(client)) == (405, True)


def test_the_session_is_for_this_site_and_no_script(person) -> None:
    client = Client()
    try_password(client, "tianbao", PASSWORD)

    cookie = client.cookies["sessionid"]

    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_signing_in_begins_a_new_session(person) -> None:
    client = Client()
    client.get(LOGIN)
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = planted = session.session_key

    try_password(client, "tianbao", PASSWORD)

    assert client.cookies["sessionid"].value != planted


# --- the password --------------------------------------------------------------------------------


def test_a_new_password_counts_at_once_and_one_stays_signed_in(person) -> None:
    client, elsewhere = signed_in(person), signed_in(person)
    new = "wtqz-9926-kkpd"

    page = send(client, CHANGE, status=200, follow=True, old_password=PASSWORD, new_password1=new, new_password2=new)

    person.refresh_from_db()
    assert (heading(page), person.check_password(new)) == ("密码已修改", True)
    assert (is_signed_in(client), is_signed_in(elsewhere)) == (True, False)


@pytest.mark.parametrize(
    ("typed", "explanations"),
    [
        (("wrong", "wtqz-9926-kkpd", "wtqz-9926-kkpd"), 1),
        ((PASSWORD, "wtqz-9926-kkpd", "wtqz-9926-kkpe"), 1),
        ((PASSWORD, "short", "short"), 1),
        ((PASSWORD, "8520147963258", "8520147963258"), 1),
        ((PASSWORD, "tianbao123", "tianbao123"), 1),
        ((PASSWORD, "", ""), 2),
        (("", "", ""), 3),
    ],
)
def test_a_password_that_cannot_be_taken_is_explained_in_chinese(person, typed, explanations) -> None:
    old, new, again = typed

    page = send(signed_in(person), CHANGE, status=200, old_password=old, new_password1=new, new_password2=again)

    person.refresh_from_db()
    assert len(errors(page)) == explanations
    assert [error for error in errors(page) if not re.search("[\u4e00-\u9fff]", error)] == []
    assert person.check_password(PASSWORD)
    assert PASSWORD not in page.response.content.decode()


def test_the_pages_of_the_account_are_wholly_in_chinese(person) -> None:
    client = signed_in(person)

    pages = [visit(client, address) for address in (CHANGE, f"{CHANGE}done/")]

    assert [heading(page) for page in pages] == ["修改密码", "密码已修改"]
    assert [word for page in pages for word in ("Password", "password:", "Your") if word in page.words] == []


# --- wrong passwords -----------------------------------------------------------------------------


@pytest.fixture
def locked(person) -> Client:
    """Five wrong passwords for one name from one address."""
    client = Client(REMOTE_ADDR="10.1.1.1")
    for _ in range(5):
        try_password(client, "tianbao", "wrong")
    return client


def test_four_wrong_passwords_lock_nobody_out(person) -> None:
    client = Client()
    for _ in range(4):
        assert try_password(client, "tianbao", "wrong").status == 200

    assert try_password(client, "tianbao", PASSWORD).status == 302


def test_after_five_wrong_passwords_even_the_right_one_is_refused_in_chinese(locked) -> None:
    page = try_password(locked, "tianbao", PASSWORD)

    assert (page.status, heading(page)) == (429, "暂时不能登录")
    assert "已锁定15分钟。其他人和其他电脑不受影响。" in page.words
    assert page.every("link", rel="stylesheet") != []
    assert not is_signed_in(locked)


def test_others_at_the_same_address_can_sign_in(locked) -> None:
    a_person(Role.LEADER, username="lingdao")

    assert try_password(locked, "lingdao", PASSWORD).status == 302


def test_the_same_person_can_sign_in_elsewhere(locked) -> None:
    elsewhere = Client(REMOTE_ADDR="10.1.1.2")

    assert try_password(elsewhere, "tianbao", PASSWORD).status == 302


def test_a_forged_address_is_no_way_round_and_locks_nobody_else(locked) -> None:
    same = try_password(locked, "tianbao", PASSWORD, headers={"X-Forwarded-For": "10.9.9.9"})
    other = try_password(Client(REMOTE_ADDR="10.1.1.2"), "tianbao", PASSWORD, headers={"X-Forwarded-For": "10.1.1.1"})

    assert (same.status, other.status) == (429, 302)


def test_a_quarter_of_an_hour_later_one_can_sign_in_again(locked) -> None:
    """As the page promises; trying meanwhile does not begin the quarter of an hour again."""
    answers = []
    for minutes in (14, 2):
        AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=minutes))
        answers.append(try_password(locked, "tianbao", PASSWORD).status)

    assert answers == [429, 302]


def test_signing_in_forgets_the_wrong_passwords_before(person) -> None:
    client = Client()
    for _ in range(2):
        for _ in range(4):
            try_password(client, "tianbao", "wrong")
        assert try_password(client, "tianbao", PASSWORD).status == 302
        client.post(LOGOUT)


def test_whoever_is_signed_in_stays_so_while_somebody_tries_his_name(locked, person) -> None:
    assert is_signed_in(signed_in(person))


def test_the_panel_has_no_sign_in_of_its_own(person) -> None:
    an_administrator(username="guanli")

    page = visit(Client(), "/admin/", follow=True)

    assert (heading(page), page.response.redirect_chain[-1][0]) == ("登录督查台账", f"{LOGIN}?next=/admin/")
    assert visit(signed_in(person), "/admin/", status=403)
