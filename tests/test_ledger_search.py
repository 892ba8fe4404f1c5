"""Searching the ledger: numbers, wording, units and their other names, and what had been reported by the day."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from departments.models import Alias
from tasks.choices import AssignmentRole
from tasks.models import Plan

from .builders import a_department, a_leader, a_measure, a_part, a_plan, a_report
from .pages import signed_in, visit

DAY = date(2022, 1, 12)


@pytest.fixture
def leader(db) -> Client:
    return signed_in(a_leader())


def found(client: Client, plan: Plan, text: str, day: date = DAY) -> list[int]:
    page = visit(client, f"{plan.get_absolute_url()}measures/", follow=True, q=text, as_of=day, per=100)
    assert page.alerts == []
    return [int(number) for number in page.column(0)]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("昆仑", [4]),
        ("“昆仑”", [4]),
        ("pct", [24]),
        ("PCT", [24]),
        ("42", [42]),
        ("１３", [13]),
        ("600家", [16]),
        ("区法院", [34]),
        ("华明", [17]),
        ("天津市东丽区市场监督管理局", None),
        ("没有这样的任务", []),
        ("%", []),
        ("_", []),
        ("'; DROP TABLE tasks_measure; --", []),
    ],
)
def test_the_shipped_plan_can_be_searched(leader, shipped_plan, text, numbers) -> None:
    supervised = [n for n in range(1, 43) if n not in (4, 5, 8, 25, 26, 27, 28, 30, 31, 35, 39)]

    assert found(leader, shipped_plan, text) == (supervised if numbers is None else numbers)


def test_a_number_finds_that_measure_and_what_mentions_it_but_no_other_number(leader) -> None:
    plan = a_plan()
    for number, wording in [(1, "甲"), (2, "乙"), (12, "丙"), (20, "推动2家企业"), (21, "丁")]:
        a_part(a_measure(plan, number=number, wording=wording), a_department("区法院"))

    assert found(leader, plan, "2") == [2, 20]


def test_a_long_row_of_digits_is_no_number_of_a_measure(leader) -> None:
    plan = a_plan()
    a_part(a_measure(plan, number=1, wording="热线123456789012345678901234567890"))

    assert found(leader, plan, "123456789012345678901234567890") == [1]
    assert found(leader, plan, "999999999999999999999999999999") == []


def test_several_words_must_all_be_found_in_whatever_place(leader) -> None:
    plan = a_plan()
    first = a_part(a_measure(plan, number=1, wording="建立会商制度。"), a_department("公安东丽分局"))
    a_part(a_measure(plan, number=2, wording="建立会商制度。"), a_department("区法院"))
    a_part(a_measure(plan, number=3, wording="开展培训。"), a_department("公安东丽分局"))
    a_report(first, date(2021, 12, 1), progress="已经印发。")

    assert found(leader, plan, "会商 公安") == [1]
    assert found(leader, plan, "  会商\t公安　印发 ") == [1]
    assert found(leader, plan, "会商 公安 培训") == []
    assert found(leader, plan, "会商") == [1, 2]


def test_a_unit_is_found_by_its_other_names_once(leader) -> None:
    plan = a_plan()
    unit = a_department("区科技局")
    Alias.objects.create(department=unit, name="东丽区科学技术局")
    Alias.objects.create(department=unit, name="东丽区科技创新局")
    measure = a_measure(plan, number=1)
    a_part(measure, unit, AssignmentRole.LEAD)
    a_part(measure, a_department("区科协"), AssignmentRole.CO)
    a_part(a_measure(plan, number=2), a_department("区法院"))

    assert found(leader, plan, "科学技术") == [1]
    assert found(leader, plan, "东丽区科") == [1]


@pytest.mark.parametrize("field", ["progress", "problems", "next_steps"])
def test_words_of_a_report_are_found_from_the_day_it_was_recorded_on(leader, field) -> None:
    plan = a_plan()
    part = a_part(a_measure(plan, number=1))
    a_part(a_measure(plan, number=2))
    a_report(part, date(2021, 12, 8), **{"progress": "开展。", field: "翻译经费尚未落实。"})

    days = [date(2021, 12, 7), date(2021, 12, 8), DAY]
    assert [found(leader, plan, "翻译经费", day) for day in days] == [[], [1], [1]]


def test_a_report_that_was_superseded_is_still_found(leader) -> None:
    plan = a_plan()
    part = a_part(a_measure(plan, number=1))
    a_report(part, date(2021, 12, 1), progress="征求意见。")
    a_report(part, date(2021, 12, 8), progress="已经印发。")

    assert found(leader, plan, "征求意见") == [1]


def test_reports_of_another_measure_or_plan_are_not_found_here(leader) -> None:
    plan, other = a_plan(), a_plan()
    part = a_part(a_measure(plan, number=1))
    a_part(a_measure(plan, number=2), part.department)
    theirs = a_part(a_measure(other, number=7), part.department)
    a_report(part, date(2021, 12, 1), progress="翻译经费尚未落实。")
    a_report(theirs, date(2021, 12, 1), progress="翻译经费已经落实。")

    assert (found(leader, plan, "翻译经费"), found(leader, other, "翻译经费")) == ([1], [7])


def test_an_empty_search_finds_everything(leader) -> None:
    plan = a_plan()
    a_part(a_measure(plan, number=1))

    assert [found(leader, plan, text) for text in ("", "   ", "　")] == [[1]] * 3


def test_more_words_than_anybody_types_are_searched_without_fail(leader) -> None:
    plan = a_plan()
    a_part(a_measure(plan, number=1, wording="甲乙"))

    assert found(leader, plan, " ".join(["甲"] * 50)) == [1]
