"""The dashboard counts right, and every number on it opens exactly the list behind it, for the same day."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.test.html import Element

from tasks.models import Plan

from .builders import a_busy_autumn, a_leader
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


def figures(page: Page) -> list[tuple[str, str, str]]:
    """``(label, number, address)`` of each figure."""
    return [
        (words(every(a, "span")[0]), words(every(a, "b")[0]), attribute(a, "href") or "")
        for a in every(page.every("div", "figures")[0], "a")
    ]


def numbered_links(element: Element) -> list[tuple[int, str]]:
    """``(number, address)`` of every link that is a number."""
    return [(int(words(a)), attribute(a, "href") or "") for a in every(element, "a") if words(a).isdecimal()]


def unit_rows(page: Page) -> list[Element]:
    return every(every(page.every("table", "ledger--units")[0], "tbody")[0], "tr")


def lengths_of_lists(client: Client, links: list[tuple[int, str]], day: date) -> list[tuple[int, int]]:
    """What the list behind each number says it holds, and how many rows it shows when all are on one page."""
    lengths = []
    for _number, href in links:
        assert parse_qs(urlsplit(href).query)["as_of"] == [day.isoformat()]
        page = visit(client, address(href, per=100))
        lengths.append((page.count, len(page.rows())))
    return lengths


def test_the_figures_of_each_day_are_what_had_been_recorded_by_then(leader, shipped_plan) -> None:
    pages = {day: visit(leader, shipped_plan.get_absolute_url(), as_of=day) for day in FIGURES}

    assert [label for label, _number, _href in figures(pages[LAST_DAY])] == LABELS
    assert {day: " ".join(number for _label, number, _href in figures(page)) for day, page in pages.items()} == FIGURES


@pytest.mark.parametrize("day", [LAST_DAY, QUARTER_DUE])
def test_every_number_opens_a_list_of_that_length(leader, shipped_plan, day) -> None:
    page = visit(leader, shipped_plan.get_absolute_url(), as_of=day)

    of_figures = [(int(number), href) for _label, number, href in figures(page)]
    of_sections = numbered_links(page.every("details", "twin")[0])
    of_units = [link for row in unit_rows(page) for link in numbered_links(row)]
    links = [*of_figures, *of_sections, *of_units]
    assert (len(of_figures), len(of_sections) > 16, len(of_units) > 23 * 2) == (12, True, True)
    assert lengths_of_lists(leader, links, day) == [(number, number) for number, _href in links]


def test_the_lights_of_all_measures_sum_to_42_in_figures_and_sections(leader, shipped_plan) -> None:
    for day in (BEFORE_ISSUE, LAST_DAY, LATE_JANUARY):
        page = visit(leader, shipped_plan.get_absolute_url(), as_of=day)

        lights = [int(number) for _label, number, _href in figures(page)[2:9]]
        rows = page.rows(page.every("details", "twin")[0])
        table = [[0 if cell == "–" else int(cell) for cell in row[1:]] for row in rows]
        assert sum(lights) == 42
        assert [sum(column) for column in zip(*table, strict=True)] == [*lights, 42]
        assert [row[-1] for row in table] == [3, 8, 6, 5, 5, 6, 4, 5]


def test_the_bars_say_the_same_as_their_table(leader, shipped_plan) -> None:
    page = visit(leader, shipped_plan.get_absolute_url(), as_of=QUARTER_DUE)

    twin = every(page.every("details", "twin")[0], "table")[0]
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

        table = [cells(row) for row in unit_rows(page)]
        principal, partner = ([0 if row[n] == "–" else int(row[n]) for row in table] for n in (1, 2))
        assert len({row[0] for row in table}) == len(table) == 23
        assert (sum(principal), sum(partner)) == (24, 76)


def test_units_that_stand_worst_come_first_each_number_with_its_denominator(leader, shipped_plan) -> None:
    page = visit(leader, shipped_plan.get_absolute_url(), as_of=QUARTER_DUE)

    table = {row[0]: row[1:] for row in (cells(row) for row in unit_rows(page))}
    order = [(int(row[3].split()[0]) if row[3] != "–" else 0) for row in table.values()]
    assert next(iter(table)) == "区市场监管局"
    assert order == sorted(order, reverse=True)
    # Of its 14 dated parts 7 and 22 were closed, and 2 with its lead; 6 and 12 were only reported on.
    assert table["区市场监管局"] == ["12", "19", "4 /31", "11 /14", "17 /17"]
    assert table["区法院"] == ["–", "1", "0 /1", "1 /1", "–"]
    assert table["区财政局"] == ["1", "–", "0 /1", "–", "1 /1"]
    assert table["各街道办"] == ["–", "1", "1 /1", "–", "0 /1"]


def test_a_number_of_parts_and_a_number_of_measures_are_told_apart(leader, shipped_plan) -> None:
    page = visit(leader, shipped_plan.get_absolute_url(), as_of=QUARTER_DUE)

    places = {label: urlsplit(href).path.rsplit("/", 2)[1] for label, _number, href in figures(page)}
    assert places == dict.fromkeys(LABELS, "measures") | {
        "责任分工": "assignments",
        "待审核分工": "assignments",
        "未签收分工": "receipts",
    }
