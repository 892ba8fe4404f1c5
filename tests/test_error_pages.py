"""What goes wrong is said in Chinese and in the look of the rest, gives nothing away, and keeps the headers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.test.html import Element

from tasks.models import Plan

from .builders import (
    PASSWORD,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_plan,
    a_report,
    a_reporter,
    an_administrator,
    at,
)
from .pages import Page, attribute, every, signed_in, visit, words

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
SHEETS = ["/static/vendor/bootstrap/bootstrap.min.css", "/static/css/site.css"]
SECRET = "内部错误细节"


@contextmanager
def database_down(error: type[Exception] = OperationalError) -> Iterator[None]:
    """As when the database's server has gone: nothing can be asked of it any more."""
    with patch.object(connection, "cursor", side_effect=error(f"could not connect to server {SECRET}")):
        yield


@pytest.fixture
def plan(db) -> Plan:
    plan = a_plan()
    a_part(a_measure(plan), a_department("区法院"))
    return plan


@pytest.fixture
def leader(db) -> Client:
    client = signed_in(a_leader())
    client.raise_request_exception = False
    return client


def refused_host(client: Client, plan: Plan) -> Page:
    return Page(client.get("/", headers={"Host": "evil.example"}))


def too_many_fields(client: Client, plan: Plan) -> Page:
    return Page(client.get(plan.get_absolute_url(), {f"f{number}": "1" for number in range(5001)}))


def forbidden(client: Client, plan: Plan) -> Page:
    return Page(client.get("/mine/"))


def missing(client: Client, plan: Plan) -> Page:
    return Page(client.get("/plans/no-such-plan/"))


def nowhere(client: Client, plan: Plan) -> Page:
    return Page(client.get("/no/such/page"))


def forged(client: Client, plan: Plan) -> Page:
    client.handler.enforce_csrf_checks = True
    return Page(client.post("/accounts/logout/"))


def broken(client: Client, plan: Plan) -> Page:
    with patch("tasks.views.plan.dashboard", side_effect=ValueError(SECRET)):
        return Page(client.get(plan.get_absolute_url()))


def without_database(client: Client, plan: Plan) -> Page:
    with database_down():
        return Page(client.get(plan.get_absolute_url()))


def wrong_method(client: Client, plan: Plan) -> Page:
    return Page(client.delete(plan.get_absolute_url()))


def traced(client: Client, plan: Plan) -> Page:
    return Page(client.trace(plan.get_absolute_url()))


Wrong = Callable[[Client, Plan], Page]
ERRORS: list[tuple[Wrong, int, str]] = [
    (refused_host, 400, "请求有误"),
    (too_many_fields, 400, "请求有误"),
    (forbidden, 403, "没有权限"),
    (missing, 404, "没有这个页面"),
    (nowhere, 404, "没有这个页面"),
    (forged, 403, "表单已失效"),
    (broken, 500, "系统出错"),
    (without_database, 503, "暂时无法服务"),
]


@pytest.mark.parametrize(("wrong", "status", "heading"), ERRORS)
def test_what_goes_wrong_is_said_in_chinese_and_in_the_look(leader, plan, wrong, status, heading) -> None:
    page = wrong(leader, plan)

    assert (page.status, words(page.every("h1")[0])) == (status, heading)
    assert words(page.every("title")[0]) == f"{heading} · 督查台账"
    assert [attribute(sheet, "href") for sheet in page.every("link", rel="stylesheet")] == SHEETS
    assert attribute(page.every("html")[0], "lang") == "zh-Hans"
    assert page.links()["回到总览"] == "/"


@pytest.mark.parametrize("wrong", [wrong_method, traced])
def test_a_method_that_a_page_does_not_have_is_answered_with_a_page(leader, plan, wrong) -> None:
    page = wrong(leader, plan)

    assert page.status == 405
    assert re.search("[\u4e00-\u9fff]", page.words)
    assert [attribute(sheet, "href") for sheet in page.every("link", rel="stylesheet")] == SHEETS
    assert "GET" in page.response.headers["Allow"]


@pytest.mark.parametrize("wrong", [wrong for wrong, _status, _heading in ERRORS])
def test_what_goes_wrong_gives_nothing_away(leader, plan, wrong) -> None:
    page = wrong(leader, plan)

    given_away = [
        text
        for text in (SECRET, "Traceback", "DEBUG", "Django", "区法院", settings.SECRET_KEY)
        if text in page.response.content.decode()
    ]
    assert given_away == []


@pytest.mark.parametrize("wrong", [*(wrong for wrong, _status, _heading in ERRORS), wrong_method, traced])
def test_what_goes_wrong_keeps_the_headers(leader, plan, wrong) -> None:
    headers = wrong(leader, plan).response.headers

    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("status", [400, 403, 404])
def test_strangers_get_the_same_error_pages(plan, status) -> None:
    client = Client(enforce_csrf_checks=True)
    answers = {
        400: lambda: client.get("/accounts/login/", headers={"Host": "evil.example"}),
        403: lambda: client.post("/accounts/login/", {"username": "x"}),
        404: lambda: client.get("/no/such/page"),
    }

    page = Page(answers[status]())

    assert page.status == status
    assert plan.title not in page.response.content.decode()
    assert [attribute(sheet, "href") for sheet in page.every("link", rel="stylesheet")] == SHEETS


def test_a_form_whose_token_has_expired_says_how_to_save_what_was_typed(leader, plan) -> None:
    page = forged(leader, plan)

    assert "返回上一页并刷新" in page.words
    assert "先复制保存" in page.words


# --- without the database ------------------------------------------------------------------------


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize(
    "address",
    ["/", "/plans/", "/mine/", "/reviews/", "/accounts/password/", "/accounts/login/", "/no/such/page", "/admin/"],
)
def test_without_the_database_every_page_of_a_signed_in_person_is_a_clean_503(leader, plan, address, error) -> None:
    with database_down(error):
        page = Page(leader.get(address))

    assert (page.status, words(page.every("h1")[0])) == (503, "暂时无法服务")
    assert SECRET not in page.response.content.decode()


def test_without_the_database_nobody_can_sign_in_and_is_told_so(db) -> None:
    client = Client(raise_request_exception=False)

    with database_down():
        page = Page(client.post("/accounts/login/", {"username": "someone", "password": PASSWORD}))

    assert (page.status, words(page.every("h1")[0])) == (503, "暂时无法服务")


def test_without_the_database_the_style_sheet_is_still_there(leader) -> None:
    with database_down():
        response = leader.get("/static/css/site.css")
        content = b"".join(response)
    response.close()

    assert (response.status_code, b"{" in content) == (200, True)


# --- health --------------------------------------------------------------------------------------


def test_health_is_ok_while_the_database_answers(client, db) -> None:
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_health_is_a_503_without_the_database_and_says_no_more(client, db, error) -> None:
    with database_down(error):
        response = client.get("/healthz")

    assert (response.status_code, response.content) == (503, b"database unavailable\n")


def test_health_does_not_depend_on_who_asks(leader, plan) -> None:
    with database_down():
        response = leader.get("/healthz")

    assert response.status_code == 503


def test_health_asks_the_database_one_question_and_no_session(client, django_assert_num_queries, db) -> None:
    with django_assert_num_queries(1):
        client.get("/healthz")


# --- headers and markup of every page ------------------------------------------------------------


def strange(tree: Element) -> list[str]:
    """What the policy would not let work: inline styles, scripts and handlers, and what comes from elsewhere."""
    found = []
    for tag in every(tree):
        for name, value in tag.attributes:
            foreign = name in {"src", "href", "action"} and re.match(r"(https?:)?//|javascript:", value or "")
            if name == "style" or name.startswith("on") or foreign:
                found.append(f"{tag.name} {name}={value}")
        if tag.name == "style" or (tag.name == "script" and not attribute(tag, "src")):
            found.append(tag.name)
    return found


def test_every_page_keeps_its_own_policy_and_is_not_kept_by_browsers(plan) -> None:
    reporter = a_reporter(a_department("区法院"))
    part = plan.measures.get().assignments.get()
    review = a_report(part, at(plan.issued_on).date(), by=reporter, asks_to_close=True).review
    ledger = f"{plan.get_absolute_url()}measures/"
    pages = {
        address: visit(client, address)
        for client, addresses in {
            Client(): ["/accounts/login/"],
            signed_in(reporter): ["/mine/", part.get_report_url()],
            signed_in(an_administrator()): [
                plan.get_absolute_url(),
                "/plans/",
                ledger,
                f"{ledger}1/",
                f"{plan.get_absolute_url()}assignments/",
                "/reviews/",
                f"/reviews/{review.report_id}/",
                "/accounts/password/",
            ],
        }.items()
        for address in addresses
    }

    names = ("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Cache-Control", "Referrer-Policy")
    headers = {address: [page.response.headers[name] for name in names] for address, page in pages.items()}
    kept = {address: values[3] for address, values in headers.items() if "no-store" not in values[3]}
    others = {tuple(values[:3] + values[4:]) for values in headers.values()}
    assert others == {(POLICY, "nosniff", "DENY", "same-origin")}
    assert kept == {}
    assert {address: strange(page.tree) for address, page in pages.items()} == {address: [] for address in pages}


def test_style_sheets_may_be_kept_by_browsers(db) -> None:
    response = Client().get("/static/css/site.css")
    response.close()

    assert response.status_code == 200
    assert "no-store" not in response.headers.get("Cache-Control", "")
