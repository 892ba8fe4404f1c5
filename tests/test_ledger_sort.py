"""The orders of the ledger: the plan's own, deadline, days late, last report, longest silence."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from tasks.choices import AssignmentRole
from tasks.models import Plan

from .builders import a_closing, a_leader, a_measure, a_part, a_plan, a_report
from .pages import signed_in, visit

DAY = date(2022, 1, 12)


@pytest.fixture
def plan(db) -> Plan:
    """Numbers were not given in the order of deadlines; 2 is ongoing, 5 closed late, 6 is not due yet."""
    plan = a_plan()
    deadlines = {
        1: date(2021, 12, 31),
        2: None,
        3: date(2021, 10, 31),
        4: date(2021, 12, 31),
        5: date(2021, 9, 30),
        6: date(2022, 6, 30),
    }
    parts = {}
    for number, due_on in deadlines.items():
        measure = a_measure(plan, number=number, due_on=due_on)
        parts[number] = a_part(measure, role=AssignmentRole.LEAD)
        a_part(measure, role=AssignmentRole.CO)
    helper = parts[4].measure.assignments.get(role=AssignmentRole.CO)
    a_closing(parts[5], date(2021, 11, 10))
    a_report(parts[1], date(2021, 9, 20))
    a_report(parts[1], date(2021, 12, 20))
    a_report(parts[2], date(2021, 12, 1))
    a_report(helper, date(2022, 1, 5))
    a_report(parts[3], date(2022, 1, 20))
    return plan


@pytest.fixture
def leader(db) -> Client:
    return signed_in(a_leader())


@pytest.mark.parametrize(
    ("order", "numbers"),
    [
        ("", [1, 2, 3, 4, 5, 6]),
        ("deadline", [5, 3, 1, 4, 6, 2]),
        ("late", [3, 5, 1, 4, 2, 6]),
        # 3 has not reported yet on that day, 6 never.
        ("report", [4, 1, 2, 5, 3, 6]),
        ("silent", [3, 6, 5, 2, 1, 4]),
    ],
)
def test_an_order_is_kept_by_the_page(plan, leader, order, numbers) -> None:
    page = visit(leader, f"{plan.get_absolute_url()}measures/", follow=True, sort=order, as_of=DAY)

    assert [int(number) for number in page.column(0)] == numbers
    assert page.filled_in("sort") == (order or None)


def test_the_same_order_is_another_on_a_later_day(plan, leader) -> None:
    page = visit(leader, f"{plan.get_absolute_url()}measures/", sort="report", as_of="2022-01-20")

    assert [int(number) for number in page.column(0)] == [3, 4, 1, 2, 5, 6]


@pytest.mark.parametrize("order", ["deadline", "late", "report", "silent"])
def test_an_order_runs_on_over_the_pages_and_misses_nothing(shipped_plan, leader, order) -> None:
    a_report(shipped_plan.measures.get(number=30).assignments.get(), date(2021, 12, 1))

    found = [
        visit(leader, f"{shipped_plan.get_absolute_url()}measures/", sort=order, page=page, as_of=DAY).column(0)
        for page in (1, 2, 3)
    ]

    assert sorted(int(number) for numbers in found for number in numbers) == list(range(1, 43))


def test_days_late_are_the_days_that_are_shown(plan, leader) -> None:
    page = visit(leader, f"{plan.get_absolute_url()}measures/", sort="late", as_of=DAY)

    assert page.column(4) == ["逾期 73天", "逾期办结 41天", "逾期 12天", "逾期 12天", "超期未报", "正常"]
