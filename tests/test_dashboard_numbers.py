"""The dashboard counts right, and every number on it opens exactly the list behind it, for the same day."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.test.html import Element

from tasks.models import Plan

from .builders import a_busy_autumn, a_leader, an_extension
from .pages import Page, address, attribute, cells, every, signed_in, visit, words

BEFORE_ISSUE = date(2021, 8, 25)
SEPTEMBER = date(2021, 9, 15)
LAST_DAY = date(2021, 12, 31)
NEW_YEAR = date(2022, 1, 3)
QUARTER_DUE = date(2022, 1, 10)
LATE_JANUARY = date(2022, 1, 20)

# What there is to count on each day, in the order of the page.
LABELS = ["任务", "责任分工", "已办结", "逾期办结", "正常", "临期", "持续推进", "超期未报", "逾期"]
LABELS += ["待审核分工", "需领导协调", "未签收分工"]
FIGURES = {
    BEFORE_ISSUE: "42 100 0 0 16 0 26 0 0 0 0 0",
    SEPTEMBER: "42 100 0 0 16 0 26 0 0 0 0 100",
    date(2021, 10, 10): "42 100 0 0 16 0 2 24 0 0 1 100",
    date(2021, 11, 24): "42 100 2 0 15 0 3 22 0 1 2 100",
    LAST_DAY: "42 100 3 0 0 14 3 22 0 2 1 100",
    NEW_YEAR: "42 100 3 0 0 0 3 22 14 2 1 100",
    QUARTER_DUE: "42 100 4 1 0 0 2 23 12 1 1 100",
    LATE_JANUARY: "42 100 4 1 0 0 3 22 12 1 1 100",
}


@pytest.fixture
def leader(shipped_plan: Plan) -> Client:
    a_busy_autumn(shipped_plan)
    return signed_in(a_leader())


def figures(page: Page, number: int = 0) -> list[tuple[str, str, str]]:
    """``(label, number, address)`` of each figure of a row of them, the first on the page without a ``number``."""
    return [
        (words(every(a, "span")[0]), words(every(a, "b")[0]), attribute(a, "href") or "")
        for a in every(page.every("div", "figures")[number], "a")
    ]


def numbered_links(element: Element) -> list[tuple[int, str]]:
    """``(number, address)`` of every link that is a number."""
    return [(int(words(a)), attribute(a, "href") or "") for a in every(element, "a") if words(a).isdecimal()]


def section_table(page: Page) -> Element:
    return page.every("table", "ledger--sections")[0]


def places(page: Page, ranking: int) -> list[list[str]]:
    """The rows of a ranking: 0 of those who lead, 1 of those who take part."""
    return page.rows(page.every("section", "ranking")[ranking])


def lengths_of_lists(client: Client, links: list[str]) -> dict[str, tuple[int, int]]:
    """What the list behind each number says it holds, and how many rows it shows when all are on one page."""
    lengths = {}
    for href in links:
        page = visit(client, address(href, **({} if "/extensions/" in href else {"per": 100})))
        lengths[href] = (page.count, len(page.rows()))
    return lengths


def test_the_figures_of_each_day_are_what_had_been_recorded_by_then(leader, shipped_plan) -> None:
    pages = {day: visit(leader, shipped_plan.get_absolute_url(), as_of=day) for day in FIGURES}

    assert [label for label, _number, _href in figures(pages[LAST_DAY])] == LABELS
    assert {day: " ".join(number for _label, number, _href in figures(page)) for day, page in pages.items()} == FIGURES


@pytest.mark.parametrize(
    ("view", "day", "least"),
    [("", date(2021, 12, 17), 190), ("", QUARTER_DUE, 190), ("present/", QUARTER_DUE, 150)],
)
def test_every_number_opens_a_list_of_that_length(leader, shipped_plan, view, day, least) -> None:
    """Whatever number on the page is a link, whichever part of the page it stands in."""
    an_extension(shipped_plan.measures.get(number=23), date(2022, 3, 1), date(2021, 12, 9))
    page = visit(leader, f"{shipped_plan.get_absolute_url()}{view}", as_of=day)

    links = {href: number for number, href in numbered_links(page.every("main")[0])}
    for row in range(len(page.every("div", "figures"))):
        links |= {href: int(number) for _label, number, href in figures(page, row)}
    days = {parse_qs(urlsplit(href).query)["as_of"][0] for href in links}
    assert len(links) > least
    assert days >= {day.isoformat(), "2021-08-31", "2021-11-30"}
    assert lengths_of_lists(leader, list(links)) == {href: (number, number) for href, number in links.items()}


def test_each_part_of_the_page_has_numbers_to_open(leader, shipped_plan) -> None:
    """Or the test above would prove nothing of it."""
    page = visit(leader, shipped_plan.get_absolute_url(), as_of=QUARTER_DUE)

    of_parts = {
        name: len(numbered_links(page.every("section", name)[0]))
        for name in ("clocks", "trend", "forecast", "waiting", "ranking")
    }
    assert of_parts == {"clocks": 7, "trend": 18, "forecast": 4, "waiting": 4, "ranking": of_parts["ranking"]}
    assert of_parts["ranking"] > 40
    assert len(numbered_links(section_table(page))) > 30


def test_the_lights_of_all_measures_sum_to_42_in_figures_and_sections(leader, shipped_plan) -> None:
    for day in (BEFORE_ISSUE, LAST_DAY, LATE_JANUARY):
        page = visit(leader, shipped_plan.get_absolute_url(), as_of=day)

        lights = [int(number) for _label, number, _href in figures(page)[2:9]]
        rows = page.rows(section_table(page))
        table = [[0 if cell == "–" else int(cell) for cell in row[1:]] for row in rows]
        (foot,) = [cells(row)[1:] for row in every(every(section_table(page), "tfoot")[0], "tr")]
        assert sum(lights) == 42
        assert [sum(column) for column in zip(*table, strict=True)] == [*lights, 42]
        assert foot == [str(number) if number else "–" for number in [*lights, 42]]
        assert [row[-1] for row in table] == [3, 8, 6, 5, 5, 6, 4, 5]


def test_the_bars_say_the_same_as_their_table(leader, shipped_plan) -> None:
    page = visit(leader, shipped_plan.get_absolute_url(), as_of=QUARTER_DUE)

    twin = section_table(page)
    lights = cells(every(every(twin, "thead")[0], "tr")[0])[1:-1]
    in_table = [
        [f"{light} {number}" for light, number in zip(lights, row[1:-1], strict=True) if number != "–"]
        for row in page.rows(twin)
    ]
    bars = every(page.every("div", "bars")[0], "svg", "bar")
    shares = [sum(float((attribute(rect, "width") or "")[:-1]) for rect in every(bar, "rect")) for bar in bars]
    assert [[words(title) for title in every(bar, "title")] for bar in bars] == in_table
    assert shares == pytest.approx([100] * 8, abs=0.05)


def test_all_23_units_are_always_there_with_lead_and_other_parts_apart(leader, shipped_plan) -> None:
    for day in (BEFORE_ISSUE, LAST_DAY, LATE_JANUARY, date(2030, 1, 1)):
        page = visit(leader, shipped_plan.get_absolute_url(), as_of=day)

        principal, partner = places(page, 0), places(page, 1)
        assert len({row[1] for row in [*principal, *partner]}) == 23
        assert [sum(int(row[3]) for row in rows) for rows in (principal, partner)] == [24, 76]


def test_units_are_ranked_by_the_share_of_parts_that_stand_well(leader, shipped_plan) -> None:
    page = visit(leader, shipped_plan.get_absolute_url(), as_of=QUARTER_DUE)

    principal, partner = ({row[1]: [row[0], *row[2:]] for row in places(page, ranking)} for ranking in (0, 1))
    # Of its 8 dated parts as the lead or alone 7 and 22 were closed; 6 and 12 were only reported on.
    assert principal["区市场监管局"] == ["1", "16%", "12", "4 /12", "6 / 8", "4 / 4"]
    assert partner["区市场监管局"] == ["6", "5%", "19", "0 /19", "5 / 6", "13 / 13"]
    # One or two parts are a number and no rank.
    assert principal["区财政局"] == ["不参与排名", "0%", "1", "0 /1", "–", "1 / 1"]
    assert partner["各街道办"] == ["不参与排名", "100%", "1", "1 /1", "–", "0 / 1"]
    assert "区法院" not in principal


def test_equal_shares_have_the_same_rank(leader, shipped_plan) -> None:
    page = visit(leader, shipped_plan.get_absolute_url(), as_of=QUARTER_DUE)

    ranked = [row for row in places(page, 1) if row[0].isdecimal()]
    shares = []
    for row in ranked:
        bad = sum(int(cell.split()[0]) for cell in row[5:] if cell != "–")
        shares.append(Fraction(int(row[3]) - bad, int(row[3])))
    assert [int(row[0]) for row in ranked] == [1 + sum(other > share for other in shares) for share in shares]
    assert len(set(shares)) < len(shares)
    assert shares == sorted(shares, reverse=True)


def test_a_number_of_parts_and_a_number_of_measures_are_told_apart(leader, shipped_plan) -> None:
    page = visit(leader, shipped_plan.get_absolute_url(), as_of=QUARTER_DUE)

    places = {label: urlsplit(href).path.rsplit("/", 2)[1] for label, _number, href in figures(page)}
    assert places == dict.fromkeys(LABELS, "measures") | {
        "责任分工": "assignments",
        "待审核分工": "assignments",
        "未签收分工": "receipts",
    }
