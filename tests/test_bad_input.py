"""Whatever is typed into an address or sent as a form, the answer is a page in Chinese and no crash."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import quote, quote_from_bytes

import pytest
from django.http import HttpResponse
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from departments.models import Role
from tasks.models import Assignment, Review

from .builders import PASSWORD, a_collective, a_department, a_measure, a_part, a_person, a_plan, a_report, a_reporter
from .pages import Page, signed_in

HUGE = str(10**30)
NASTY = [
    "",
    " ",
    "\0",
    "a\0b",
    "\x1b[31m",
    "\u202e逆",
    "\ufffe\uffff",
    "𠮷🏛",
    "-1",
    "0",
    "1.5",
    "1e400",
    "NaN",
    "--",
    "abc",
    HUGE,
    f"-{HUGE}",
    "9" * 5000,
    "字" * 20_000,
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "2021-12-31T25:61:61+99:99",
    "区没有这个单位",
    "' OR 1=1 --",
    "%s%n{{7*7}}",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "None",
    "[]",
]
# As bytes in an address or a form: surrogates, half a character, an overlong one, a stray per cent sign.
RAW = ["%ED%A0%80", "%ED%BF%BF", "%E4%B8", "%C0%AF", "%FF%FE", "%", "%zz", "%u0000", "+2AA-", "\\ud800"]
CONDITIONS = ("q", "section", "unit", "role", "timeframe", "timeliness", "coordination", "waiting", "reported")
PARAMETERS = (*CONDITIONS, "sort", "per", "page", "as_of", "next", "unknown")
FIELDS = ("progress", "problems", "next_steps", "percent", "needs_coordination", "asks_to_close", "token", "seen")
FIELDS += ("decision", "reason", "username", "password", "next", "old_password", "new_password1", "new_password2")


@pytest.fixture
def client(db) -> Client:
    """Somebody who gets in everywhere, on a plan with something on every page."""
    plan = a_plan(slug="plan")
    unit = a_department("区法院")
    everything = a_person(*Role, department=unit, is_staff=True)
    own = a_part(a_measure(plan, number=1), unit)
    other = a_part(a_measure(plan, number=2), a_department("区商务局"))
    a_part(a_measure(plan, number=3), a_collective("各街道办", unit))
    review = a_report(other, date(2021, 12, 1), by=a_reporter(other.department), asks_to_close=True).review
    client = signed_in(everything)
    client.report, client.review = own.get_report_url(), f"/reviews/{review.report_id}/"
    return client


def pages(client: Client) -> list[str]:
    ledger = ["/plans/plan/measures/", "/plans/plan/assignments/", "/plans/plan/measures/export.xlsx"]
    return [
        "/",
        "/plans/",
        "/plans/plan/",
        *ledger,
        "/plans/plan/measures/1/",
        "/mine/",
        client.report,
        "/reviews/",
        client.review,
    ]


def lists(client: Client) -> list[str]:
    """The pages that are narrowed down by conditions."""
    return [*pages(client)[3:6], "/reviews/"]


def doors(client: Client) -> list[str]:
    return [client.report, client.review, "/accounts/password/", "/accounts/logout/"]


def fault(response: HttpResponse) -> str:
    """What is wrong with an answer to bad input; nothing where it is a page in Chinese, or leads on to one."""
    if response.status_code >= 500:
        return f"status {response.status_code}"
    kind = response.headers.get("Content-Type", "")
    if response.status_code in (301, 302) or kind.startswith("application/vnd.openxmlformats"):
        return ""
    if not kind.startswith("text/html"):
        return f"{response.status_code} of type {kind}"
    said = re.search(r">[^<]*[\u4e00-\u9fff]", response.content.decode())  # outside of the tags
    return "" if said else f"{response.status_code} without a word"


def faults(answers: dict[str, HttpResponse]) -> dict[str, str]:
    return {what[:200]: fault(answer) for what, answer in answers.items() if fault(answer)}


def test_no_value_breaks_one_condition_alone(client) -> None:
    values = ["%00", HUGE, "abc", "--", "0000-00-00"]
    ledger = pages(client)[3]

    answers = {f"{name}={value}": client.get(f"{ledger}?{name}={value}") for name in PARAMETERS for value in values}

    assert faults(answers) == {}


@pytest.mark.parametrize("number", range(11))
def test_no_value_breaks_a_page_in_whatever_place(client, number) -> None:
    path = pages(client)[number]

    answers = {}
    values = [*(quote(value) for value in NASTY), *RAW]
    for place, value in enumerate(values):
        answers[f"{path}?as_of={value}"] = client.get(path, QUERY_STRING=f"as_of={value}")
        if path not in lists(client) and place % 8:  # reads no conditions: a few of the values are enough
            continue
        # Without a day: a wrong one is refused before the rest is read.
        query = "&".join(f"{name}={value}" for name in PARAMETERS if name != "as_of")
        answers[f"{path}?{query}"] = client.get(path, QUERY_STRING=query)

    assert faults(answers) == {}


@pytest.mark.parametrize("path", ["/plans/plan/matrix/", "/plans/plan/matrix/export.xlsx", "/plans/plan/extensions/"])
def test_no_value_breaks_the_matrix_or_the_list_of_extensions(client, path) -> None:
    names = ("section", "timeliness", "role", "state", "repeated", "page", "as_of")

    answers = {
        f"{path}?{name}={value}": client.get(path, QUERY_STRING=f"{name}={value}")
        for value in [*(quote(value) for value in NASTY), *RAW]
        for name in names
    }

    assert faults(answers) == {}


@pytest.mark.parametrize("number", range(4))
def test_no_value_breaks_a_form(client, number) -> None:
    path = doors(client)[number]
    form = "application/x-www-form-urlencoded"

    answers = {
        f"{path} {value}": client.post(path, "&".join(f"{name}={value}" for name in FIELDS), content_type=form)
        for value in [*(quote(value) for value in NASTY), *RAW]
    }

    assert faults(answers) == {}


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", b"\xff\xfe\x00&=&&=%"),
        ("application/x-www-form-urlencoded", b"progress=" + b"x" * (6 * 1024 * 1024)),
        ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % number for number in range(2000))),
        ("application/x-www-form-urlencoded; charset=hex", b"progress=x"),
        ("application/x-www-form-urlencoded; charset=utf-16", b"progress=x"),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=progress\r\n\r\nno end"),
        ("multipart/form-data; boundary=x", b"--x\r\n\xff\xff: \xff\r\n\r\n\xff\r\n--x--"),
        ("multipart/form-data; boundary=" + "x" * 300, b""),
        ("multipart/form-data; boundary=x; charset=undefined", b"--x--"),
        ("application/json", b'{"progress": 1'),
        ("text/plain; charset=undefined", b"x"),
        ("", b"progress=x"),
        ("\u4e2d", b""),
    ],
)
def test_no_body_breaks_a_form(client, content_type, body) -> None:
    answers = {}
    for path in doors(client)[:3]:
        anonymous = Client(raise_request_exception=False)
        client.raise_request_exception = False
        answers[path] = client.generic("POST", path, body, content_type=content_type)
        answers["/accounts/login/"] = anonymous.generic("POST", "/accounts/login/", body, content_type=content_type)

    assert faults(answers) == {}


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "raw_unicode_escape"])
def test_no_encoding_that_a_browser_claims_breaks_a_page(client, charset) -> None:
    client.raise_request_exception = False
    values = ["x", "+2AA-", "%5Cud800", "\\ud800"]

    answers = {
        f"{path}?q={value}": client.get(
            path, QUERY_STRING=f"q={value}&unknown={value}", CONTENT_TYPE=f"text/plain; charset={charset}"
        )
        for path in pages(client)[2:6]
        for value in values
    }

    assert faults(answers) == {}


@pytest.mark.parametrize(
    "path",
    [
        "/plans/%00/",
        "/plans/%ED%A0%80/",
        "/plans/%FF/measures/",
        f"/plans/{'x' * 3000}/",
        "/plans/plan/measures/0/",
        "/plans/plan/measures/-1/",
        f"/plans/plan/measures/{HUGE}/",
        f"/plans/plan/measures/{'9' * 5000}/",
        "/plans/plan/measures/1e3/",
        "/plans/plan/measures/%D9%A1/",
        "/plans/plan/measures/export.XLSX",
        "/plans/PLAN/",
        "/plans//measures/",
        f"/mine/{HUGE}/",
        f"/mine/{2**63}/",
        "/mine/0/",
        f"/reviews/{HUGE}/",
        f"/reviews/{2**63 - 1}/",
        f"/reviews/{'9' * 5000}/",
        "/..%2F..%2Fetc/passwd",
        "/%E4%B8%AD%E6%96%87",
        "/static/../plan_tracker/settings.py",
        "/static/%00",
        "/favicon.ico/",
        "/healthz/",
    ],
)
def test_no_path_breaks_the_server(client, path) -> None:
    response = client.get(path)

    assert fault(response) == ""
    assert response.status_code in (301, 302, 404)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get", "\u4e2d"])
def test_no_method_breaks_a_page(client, method) -> None:
    client.raise_request_exception = False

    statuses = {path: client.generic(method, path).status_code for path in [*pages(client), *doors(client)]}

    assert {path: status for path, status in statuses.items() if status >= 500} == {}


def test_other_peoples_ids_are_no_way_in(client) -> None:
    stranger = signed_in(a_reporter(a_department("区教育局")))

    parts = [stranger.get(f"/mine/{pk}/").status_code for pk in Assignment.objects.values_list("pk", flat=True)]
    reviews = [stranger.get(f"/reviews/{pk}/").status_code for pk in Review.objects.values_list("report", flat=True)]

    assert (parts, reviews) == ([404, 404, 404, 404], [403])


@pytest.mark.parametrize("name", ["\0", "x" * 151, "x" * 256, "字" * 5000, "x" * 100_000, "\ud7ff\ue000", "a\nb"])
def test_no_name_breaks_the_sign_in(db, name) -> None:
    client = Client(raise_request_exception=False)

    page = Page(client.post("/accounts/login/", {"username": name, "password": PASSWORD}))

    assert (page.status, len(page.alerts) + len(page.every("ul", "errorlist")) > 0) == (200, True)


@pytest.mark.parametrize(
    ("query", "data", "headers"),
    [
        ("?a=%00", {}, {}),
        ("", {"more": "\0"}, {}),
        ("?next=%00", {"next": "\0"}, {}),
        (f"?next=/{'x' * 10_000}", {}, {}),
        ("", {}, {"User-Agent": "x" * 5000}),
        ("", {}, {"Accept": "x" * 5000}),
        ("", {}, {"X-Forwarded-For": "rubbish, rubbish"}),
        ("", {}, {"X-Correlation-ID": "x" * 5000}),
        ("", {}, {"Referer": "http://[evil"}),
        ("", {}, {"Cookie": "sessionid=\\000; csrftoken=x"}),
        ("", {}, {"Accept-Language": "zz-ZZ,*;q=x"}),
    ],
)
def test_nothing_around_a_wrong_password_breaks_the_sign_in(db, query, data, headers) -> None:
    client = Client(raise_request_exception=False)

    page = Page(client.post(f"/accounts/login/{query}", {"username": "x", "password": "y"} | data, headers=headers))

    assert page.status == 200
    assert len(page.alerts) == 1


# --- rubbish -------------------------------------------------------------------------------------

VALUES = st.one_of(
    st.sampled_from([quote(value) for value in NASTY] + RAW),
    st.binary(max_size=30).map(quote_from_bytes),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(quote),
    st.integers().map(str),
    st.dates().map(str),
    st.sampled_from(["1", "2", "3", "OVERDUE", "SILENT", "principal", "JOINT", "yes", "no", "late", "50", "on"]),
)


def pairs(names: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Some parameters with some values, as they stand in an address or a form."""
    name = st.one_of(st.sampled_from(names), st.binary(max_size=5).map(quote_from_bytes))
    pair = st.tuples(name, VALUES).map("=".join)
    return st.lists(pair, max_size=6).map("&".join)


RUBBISH = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@RUBBISH
@given(number=st.integers(0, 10), query=pairs(PARAMETERS), htmx=st.booleans())
def test_rubbish_in_a_query_string_is_answered_with_a_page(client, number, query, htmx) -> None:
    headers = {"HTTP_HX_REQUEST": "true"} if htmx else {}

    response = client.get(pages(client)[number], QUERY_STRING=query, **headers)

    assert fault(response) == ""


@RUBBISH
@given(number=st.integers(0, 2), body=pairs(FIELDS), query=pairs(PARAMETERS))
def test_rubbish_in_a_form_is_answered_with_a_page(client, number, body, query) -> None:
    form = "application/x-www-form-urlencoded"

    response = client.post(doors(client)[number], body, content_type=form, QUERY_STRING=query)

    assert fault(response) == ""


@RUBBISH
@given(
    start=st.sampled_from(
        ["/", "/plans/", "/plans/plan/", "/plans/plan/measures/", "/mine/", "/reviews/", "/accounts/"]
    ),
    rest=st.one_of(VALUES, st.lists(VALUES, max_size=3).map("/".join)),
    slash=st.sampled_from(["", "/"]),
)
def test_rubbish_in_a_path_is_answered_with_a_page(client, start, rest, slash) -> None:
    response = client.get(f"{start}{rest}{slash}".replace("?", "%3F").replace("#", "%23"))

    assert fault(response) == ""
