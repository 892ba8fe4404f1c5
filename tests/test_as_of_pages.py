"""Every page can be asked for as of a day: it says so, keeps to it, carries it on, and refuses what is no day."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.test.html import Element

from departments.models import Role
from tasks.choices import AssignmentRole
from tasks.models import Plan

from .builders import (
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_person,
    a_plan,
    a_report,
    a_reporter,
    at,
)
from .pages import Page, attribute, every, it_is, signed_in, visit, words

TODAY = date(2022, 1, 12)
# Whoever has every role sees every link.
PAGES = ("plan", "measures", "assignments", "measure", "mine", "report", "reviews", "review", "plans")


@pytest.fixture(autouse=True)
def _today(monkeypatch) -> None:
    it_is(monkeypatch, TODAY)


@pytest.fixture
def plan(db) -> Plan:
    """Enough of everything that every kind of link is on the pages."""
    plan = a_plan()
    own = a_department("公安东丽分局")
    reporter, court = a_reporter(own), a_department("区法院")
    for number in range(1, 22):
        measure = a_measure(plan, number=number, due_on=TODAY + timedelta(days=number - 12) if number % 3 else None)
        lead = a_part(measure, own, AssignmentRole.LEAD, position=1)
        a_part(measure, court, AssignmentRole.CO, position=2)
        if number < 4:
            asks = {"needs_coordination": number == 1, "asks_to_close": number == 2}
            a_report(lead, date(2021, 12, 1), by=reporter, **asks)
    return plan


@pytest.fixture
def client(db) -> Client:
    everything = a_person(*Role, department=a_department("公安东丽分局"), is_staff=True)
    return signed_in(everything)


def addresses(plan: Plan) -> dict[str, str]:
    part = plan.measures.get(number=2).assignments.get(position=1)
    return {
        "plan": plan.get_absolute_url(),
        "measures": f"{plan.get_absolute_url()}measures/",
        "assignments": f"{plan.get_absolute_url()}assignments/",
        "measure": part.measure.get_absolute_url(),
        "mine": "/mine/",
        "report": part.get_report_url(),
        "reviews": "/reviews/",
        "review": f"/reviews/{part.reports.get().pk}/",
        "plans": "/plans/",
    }


def banner(page: Page) -> str:
    return " ".join(words(strip) for strip in page.every("div", "then"))


def day_in_the_frame(page: Page) -> str:
    return words(page.every("summary", "asof")[0]).split()[-1]


def keeps_the_day(link: Element) -> bool:
    """Whether it should: links to places on this site that show a state, less those whose point is to leave the day."""
    href = attribute(link, "href") or ""
    elsewhere = href.startswith(("#", "/accounts/", "/admin/", "/static/"))
    return not elsewhere and not names_its_day(link) and words(link) not in ("回到今天", "查看今天")


def names_its_day(link: Element) -> bool:
    """Of the trend: each number opens the list of its own day."""
    return attribute(link, "data-day") is not None


def test_today_is_not_announced_and_adds_nothing_to_the_links(plan, client) -> None:
    pages = {name: visit(client, address) for name, address in addresses(plan).items()}

    assert {name: banner(page) for name, page in pages.items()} == dict.fromkeys(PAGES, "")
    assert {name: day_in_the_frame(page) for name, page in pages.items()} == dict.fromkeys(PAGES, "2022-01-12")
    links = [link for page in pages.values() for link in page.every("a") if not names_its_day(link)]
    assert [link for link in links if "as_of" in (attribute(link, "href") or "")] == []


@pytest.mark.parametrize("day", ["", TODAY])
def test_no_day_and_today_by_its_name_are_today(plan, client, day) -> None:
    pages = {name: visit(client, address, follow=True, as_of=day) for name, address in addresses(plan).items()}

    assert {name: banner(page) for name, page in pages.items()} == dict.fromkeys(PAGES, "")
    assert {name: day_in_the_frame(page) for name, page in pages.items()} == dict.fromkeys(PAGES, "2022-01-12")


@pytest.mark.parametrize(
    ("day", "announced"),
    [
        ("2021-12-31", "正在查看 2021年12月31日 结束时的情况：只含当日及以前记录的内容。 回到今天"),
        ("2022-01-11", "正在查看 2022年1月11日 结束时的情况：只含当日及以前记录的内容。 回到今天"),
        ("2022-01-13", "正在预看 2022年1月13日 的情况：按今天已有的记录推算，不是事实。 回到今天"),
        ("2021-08-25", "正在查看 2021年8月25日 结束时的情况：只含当日及以前记录的内容。 该日计划尚未印发。 回到今天"),
    ],
)
def test_another_day_is_announced_on_every_page_with_the_way_back(plan, client, day, announced) -> None:
    pages = {name: visit(client, address, as_of=day) for name, address in addresses(plan).items()}

    found = {name: banner(page).replace("。该日", "。 该日") for name, page in pages.items()}
    assert found == dict.fromkeys(PAGES, announced)
    assert {name: day_in_the_frame(page) for name, page in pages.items()} == dict.fromkeys(PAGES, day)


@pytest.mark.parametrize("name", PAGES)
def test_the_way_back_to_today_keeps_the_conditions(plan, client, name) -> None:
    page = visit(client, addresses(plan)[name], section=1, page=2, as_of="2021-12-31")

    (strip,) = page.every("div", "then")
    back = page.links(strip)["回到今天"]
    assert back == f"{addresses(plan)[name]}?section=1"
    assert banner(visit(client, back)) == ""


@pytest.mark.parametrize("name", PAGES)
def test_every_link_to_another_page_keeps_the_day(plan, client, name) -> None:
    page = visit(client, addresses(plan)[name], as_of="2021-12-31")

    links = [link for link in page.every("a") if keeps_the_day(link)]
    lost = {
        words(link): attribute(link, "href")
        for link in links
        if parse_qs(urlsplit(attribute(link, "href") or "").query).get("as_of") != ["2021-12-31"]
    }
    assert len(links) >= 6
    assert lost == {}


@pytest.mark.parametrize("name", ["measures", "assignments"])
def test_the_conditions_form_keeps_the_day_and_the_day_form_keeps_the_conditions(plan, client, name) -> None:
    page = visit(client, addresses(plan)[name], section=1, q="会商", page=1, as_of="2021-12-31")

    conditions, day = (
        {
            attribute(field, "name"): attribute(field, "value")
            for field in every(form, "input")
            if attribute(field, "type") == "hidden"
        }
        for form in (page.every("form", id="conditions")[0], page.every("form", "menu-sheet")[0])
    )
    assert conditions == {"as_of": "2021-12-31"}
    assert day == {"section": "1", "q": "会商"}
    assert page.every("input", id="id_as_of")[0].attributes.count(("value", "2021-12-31")) == 1


INVALID = {
    "2021-13-45": "日期应写作2021-12-31的形式，并且确有这一天。",
    "2021-02-29": "日期应写作2021-12-31的形式，并且确有这一天。",
    "0000-00-00": "日期应写作2021-12-31的形式，并且确有这一天。",
    "abc": "日期应写作2021-12-31的形式，并且确有这一天。",
    "20211231": "日期应写作2021-12-31的形式，并且确有这一天。",
    "2021/12/31": "日期应写作2021-12-31的形式，并且确有这一天。",
    "2021-12-31T10:00": "日期应写作2021-12-31的形式，并且确有这一天。",
    "２０２１-１２-３１": "日期应写作2021-12-31的形式，并且确有这一天。",
    "-2021-12-31": "日期应写作2021-12-31的形式，并且确有这一天。",
    "\0": "日期应写作2021-12-31的形式，并且确有这一天。",
    "2021-12-31\0": "日期应写作2021-12-31的形式，并且确有这一天。",
    "9" * 10_000: "日期应写作2021-12-31的形式，并且确有这一天。",
    "10000-01-01": "日期应写作2021-12-31的形式，并且确有这一天。",
    "0001-01-01": "日期须在1949-10-01至2199-12-31之间。",
    "1949-09-30": "日期须在1949-10-01至2199-12-31之间。",
    "2200-01-01": "日期须在1949-10-01至2199-12-31之间。",
    "9999-12-31": "日期须在1949-10-01至2199-12-31之间。",
}


def test_what_is_no_day_is_refused_with_a_reason(plan, client) -> None:
    pages = {text: visit(client, plan.get_absolute_url(), status=400, as_of=text) for text in INVALID}

    assert {text: words(page.every("ul", "errorlist")[0]) for text, page in pages.items()} == INVALID
    assert {words(page.every("h1")[0]) for page in pages.values()} == {"查看日期无效"}


@pytest.mark.parametrize("name", PAGES)
def test_a_wrong_day_is_refused_on_every_page_with_the_way_to_today(plan, client, name) -> None:
    page = visit(client, addresses(plan)[name], status=400, as_of="2021-13-45", section="1")

    today = page.links(page.main)["查看今天"]
    assert today == f"{addresses(plan)[name]}?section=1"
    assert "您输入的是：2021-13-45" in page.words
    assert "任务台账" in page.links()
    assert visit(client, today).status == 200


def test_a_wrong_day_writes_nothing(plan, client) -> None:
    part = plan.measures.get(number=1).assignments.get(position=1)
    before = part.reports.count()

    response = client.post(f"{part.get_report_url()}?as_of=abc", {"progress": "已部署。"})

    assert (response.status_code, part.reports.count()) == (400, before)


@pytest.mark.parametrize("day", ["1949-10-01", "2199-12-31", "2020-02-29", " 2021-12-31 ", "2021-1-5"])
def test_early_late_and_loosely_written_days_are_days(plan, client, day) -> None:
    pages = [visit(client, address, as_of=day) for address in addresses(plan).values()]

    assert {len(page.every("div", "then")) for page in pages} == {1}


@pytest.mark.parametrize(
    ("moment", "today"),
    [
        (at(date(2021, 12, 31), 23, 59), "2021-12-31"),
        (at(date(2022, 1, 1), 0, 0), "2022-01-01"),
        (at(date(2022, 1, 1), 7, 59), "2022-01-01"),
    ],
)
def test_the_day_begins_at_midnight_in_the_district(plan, client, monkeypatch, moment, today) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    page = visit(client, plan.get_absolute_url())

    assert (day_in_the_frame(page), banner(page)) == (today, "")


def test_people_who_may_not_read_learn_nothing_from_a_day(plan) -> None:
    roleless = signed_in(a_person())
    anonymous = Client()

    answers = [who.get(plan.get_absolute_url(), {"as_of": "2021-12-31"}).status_code for who in (roleless, anonymous)]

    assert answers == [403, 302]


def test_signing_in_leads_back_to_the_same_day(plan) -> None:
    response = Client().get(plan.get_absolute_url(), {"as_of": "2021-12-31"})

    target = parse_qs(urlsplit(response.headers["Location"]).query)["next"]
    assert target == [f"{plan.get_absolute_url()}?as_of=2021-12-31"]


def test_the_same_page_is_shown_for_today_and_for_that_day_asked_for_later(plan, monkeypatch) -> None:
    leader, reporter = signed_in(a_leader()), signed_in(a_reporter(a_department("公安东丽分局")))
    asked = [(leader, addresses(plan)[name]) for name in ("plan", "measures", "assignments", "measure", "reviews")]
    asked.append((reporter, "/mine/"))
    before = [visit(client, address) for client, address in asked]

    it_is(monkeypatch, date(2022, 6, 30))
    leader, reporter = signed_in(a_leader()), signed_in(a_reporter(a_department("公安东丽分局")))
    asked = [(reporter if address == "/mine/" else leader, address) for _client, address in asked]
    after = [visit(client, address, as_of=TODAY) for client, address in asked]

    def state(page: Page) -> list[str]:
        """All that is said of the plan, without what can be done only today."""
        return [words(cell) for name in ("td", "th", "p") for cell in every(page.main, name)]

    assert [state(page) for page in after[:3]] == [state(page) for page in before[:3]]
    assert [page.rows() for page in after] == [page.rows() for page in before]
