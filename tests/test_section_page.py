"""A section's page: its measures and units, and that every number opens its list."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tasks.choices import AssignmentRole
from tasks.models import Plan

from .builders import a_busy_autumn, a_department, a_leader, a_measure, a_part, a_plan, a_report, a_section
from .pages import address, every, it_is, signed_in, visit, words
from .test_unit_page import numbers

TODAY = date(2022, 1, 12)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, TODAY)


@pytest.fixture
def plan(shipped_plan: Plan) -> Plan:
    a_busy_autumn(shipped_plan)
    return shipped_plan


@pytest.fixture
def leader(db) -> Client:
    return signed_in(a_leader())


def section(plan: Plan, number: int) -> str:
    return f"{plan.get_absolute_url()}sections/{number}/"


@pytest.mark.parametrize("day", [date(2021, 8, 1), TODAY, date(2022, 1, 20)])
@pytest.mark.parametrize("number", [1, 2, 8])
def test_every_number_opens_a_list_of_that_length(leader, plan, number, day) -> None:
    found = [(shown, href) for shown, href in numbers(visit(leader, section(plan, number), as_of=day)) if "?" in href]

    assert len(found) > 9
    lists = [visit(leader, address(href, per=100)) for _number, href in found]
    assert [(page.count, len(page.rows())) for page in lists] == [(shown, shown) for shown, _href in found]


def test_the_sections_together_are_the_plan(leader, plan) -> None:
    pages = [visit(leader, section(plan, number)) for number in range(1, 9)]

    figures = [[int(words(every(a, "b")[0])) for a in every(page.every("div", "figures")[0], "a")] for page in pages]
    assert [sum(column) for column in zip(*figures, strict=True)][:2] == [42, 100]
    assert [sum(row[2:]) for row in figures] == [row[0] for row in figures]


def test_it_can_be_read_in_the_order_of_the_text_or_worst_first(leader, plan) -> None:
    plain = visit(leader, section(plan, 1))
    worst = visit(leader, section(plan, 1), sort="worst")

    assert [row[0] for row in plain.rows(plain.every("table")[0])] == ["1", "2", "3"]
    assert [(row[0], row[4]) for row in worst.rows(worst.every("table")[0])] == [
        ("3", "逾期"),
        ("1", "超期未报"),
        ("2", "已办结"),
    ]


def test_units_stand_with_denominators_and_lead_to_their_pages(leader) -> None:
    plan = a_plan()
    own, other = a_section(plan, 1), a_section(plan, 2, "加强执法")
    unit = a_department("甲局")
    a_part(a_measure(plan, section=own), unit, AssignmentRole.LEAD)
    a_report(a_part(a_measure(plan, section=own, due_on=None), unit, AssignmentRole.CO), date(2021, 12, 1))
    a_part(a_measure(plan, section=other), unit)

    page = visit(leader, section(plan, 1))

    assert page.rows(page.every("table")[1]) == [["甲局", "2", "1", "1", "1 /2", "1 /1", "0 /1"]]
    assert page.links()["甲局"] == f"{plan.get_absolute_url()}units/{unit.pk}/"


def test_neighbours_are_linked_and_the_day_is_kept(leader, plan) -> None:
    ends = {n: visit(leader, section(plan, n), as_of=date(2021, 12, 1)) for n in (1, 4, 8)}

    def ways(n: int) -> list[str]:
        return [
            href
            for rel in ("prev", "next")
            for a in ends[n].every("a", rel=rel)
            for href in [dict(a.attributes)["href"]]
        ]

    query = "?as_of=2021-12-01"
    assert ways(1) == [section(plan, 2) + query]
    assert ways(4) == [section(plan, 3) + query, section(plan, 5) + query]
    assert ways(8) == [section(plan, 7) + query]


def test_what_does_not_exist_is_not_found_and_an_unknown_order_is_the_texts(leader, plan) -> None:
    visit(leader, section(plan, 9), status=404)
    visit(leader, section(plan, 0), status=404)
    visit(leader, f"{plan.get_absolute_url()}sections/9{'9' * 30}/", status=404)
    page = visit(leader, section(plan, 1), sort="nonsense")

    assert [row[0] for row in page.rows(page.every("table")[0])] == ["1", "2", "3"]


def test_before_the_plan_was_issued_it_says_so(leader, plan) -> None:
    page = visit(leader, section(plan, 1), as_of=date(2021, 8, 1))

    assert "该日计划尚未印发。" in page.words
    assert {row[4] for row in page.rows(page.every("table")[0])} <= {"正常", "持续推进"}


@pytest.mark.parametrize("rows", [1, 3])
def test_it_costs_the_same_whatever_there_is(leader, rows) -> None:
    plan = a_plan()
    for number in range(rows):
        measure = a_measure(plan, section=a_section(plan, 1))
        a_report(a_part(measure, a_department(f"{number}局"), AssignmentRole.LEAD), date(2021, 12, 1))
        a_section(plan, number + 2, "其他")

    with CaptureQueriesContext(connection) as asked:
        visit(leader, section(plan, 1))

    # session, person, roles, plan, section; measures, their parts, sections, units, tallies
    assert len(asked) == 10
