"""A unit's page and the list of units: what they show, and that every number opens its list."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from departments.models import Department
from tasks.actions.receipt import sign
from tasks.choices import AssignmentRole
from tasks.models import Plan

from .builders import (
    a_busy_autumn,
    a_collective,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_plan,
    a_report,
    a_reporter,
    a_return,
    a_section,
    an_administrator,
    an_extension,
    at,
    own_part,
)
from .pages import Page, address, attribute, every, it_is, signed_in, visit, words

TODAY = date(2022, 1, 12)
LATE_JANUARY = date(2022, 1, 20)


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


def units(plan: Plan, unit: Department | None = None) -> str:
    return f"{plan.get_absolute_url()}units/{f'{unit.pk}/' if unit else ''}"


def the_unit(name: str) -> Department:
    return Department.objects.get(name=name)


def numbers(page: Page) -> list[tuple[int, str]]:
    """Every number on the page that is a link, and where it leads."""
    found = []
    for link in every(page.main, "a"):
        text = words(every(link, "b")[0]) if every(link, "b") else words(link)
        if text.split("/")[0].strip().isdecimal():
            found.append((int(text.split("/")[0]), attribute(link, "href") or ""))
    return found


def sheet(page: Page, title: str) -> Page:
    """The part of the page under a heading."""
    (found,) = [
        section for section in page.every("section") if any(words(h).startswith(title) for h in every(section, "h2"))
    ]
    part = Page(page.response)
    part.__dict__["tree"] = found
    return part


# --- the list --------------------------------------------------------------------------------------------


def test_all_units_are_listed_with_denominators_and_members_apart(leader, plan) -> None:
    page = visit(leader, units(plan), as_of=LATE_JANUARY)

    named, members = [page.rows(table) for table in page.every("table")]
    rows = {row[0]: row[1:] for row in named}
    assert (len(rows), sum(int(row[0]) for row in rows.values())) == (23, 100)
    assert rows["区市场监管局"] == ["31", "12", "19", "4 /31", "11 /14", "17 /17"]
    assert members == [["万新街道", "1", "–", "1", "1 /1", "–", "0 /1"]]


def test_every_number_of_the_list_opens_a_list_of_that_length(leader, plan) -> None:
    found = numbers(visit(leader, units(plan), as_of=LATE_JANUARY))

    assert len(found) > 23 * 4
    lists = [visit(leader, address(href, per=100)) for _number, href in found]
    assert [(page.count, len(page.rows())) for page in lists] == [(number, number) for number, _href in found]


# --- one unit --------------------------------------------------------------------------------------------


def test_it_shows_each_part_with_role_both_deadlines_light_sentence_and_last_word(leader) -> None:
    plan, unit = a_plan(), a_department("甲局")
    part = a_part(a_measure(plan), unit, AssignmentRole.LEAD)
    a_part(a_measure(plan, due_on=None, section=a_section(plan, 2, "加强执法")), unit, AssignmentRole.JOINT)
    a_part(a_measure(plan), a_department("乙局"))
    a_report(part, date(2021, 11, 5), progress="初稿已完成。")
    an_extension(part.measure, date(2022, 3, 31), date(2021, 12, 1), date(2021, 12, 5))
    sign(by=a_reporter(unit), assignments=[part], now=at(date(2021, 9, 1)))

    page = visit(leader, units(plan, unit))

    duties = sheet(page, "分工清单")
    wording = part.measure.wording
    assert [words(head) for head in every(duties.tree, "tr", "group")] == [
        "一、完善知识产权保护制度",
        "二、加强执法",
    ]
    assert duties.rows(duties.tree) == [
        [
            "1",
            f"{wording} 原定2021年12月31日办结，延期至2022年3月31日，还有78天。",
            "牵头 2021-09-01签收",
            "2022-03-31 原定2021-12-31",
            "正常",
            "2021-11-05 初稿已完成。",
        ],
        [
            "2",
            f"{wording} 2021年第四季度未填报，填报截止2022年1月9日，已超期3天。",
            "按职责分工 未签收",
            "持续推进",
            "超期未报",
            "未填报",
        ],
    ]


@pytest.mark.parametrize("day", [date(2021, 8, 1), date(2021, 12, 31), TODAY, LATE_JANUARY])
@pytest.mark.parametrize("name", ["区市场监管局", "公安东丽分局", "各街道办", "万新街道"])
def test_every_number_opens_a_list_of_that_length(leader, plan, name, day) -> None:
    an_extension(plan.measures.get(number=3), date(2022, 3, 31), date(2021, 12, 20), date(2021, 12, 22))

    found = numbers(visit(leader, units(plan, the_unit(name)), as_of=day))

    assert len(found) >= 16
    lists = [visit(leader, address(href, per=100)) for _number, href in found]
    counts = [days_or_rows(page, href) for page, (_number, href) in zip(lists, found, strict=True)]
    assert counts == [number for number, _href in found]
    table = visit(leader, units(plan, the_unit(name)), as_of=day).every("section", "reliability")[0]
    assert [words(cell) for cell in every(table, "td", "num") if words(cell) and not every(cell, "a")] == []
    assert [(f"as_of={day}" in href) or day == TODAY for _number, href in found] == [True] * len(found)


def days_or_rows(page: Page, href: str) -> int:
    """What a list says of itself: how many it has, or the days of silence of all of them."""
    if "reported=silence" not in href:
        return page.count
    (days,) = re.findall(r"沉默天数合计(\d+)天", page.words) or ["0"]
    assert sum(int(row[-1]) for row in page.rows()) == int(days)
    return int(days)


def test_lead_and_other_parts_are_apart_and_sum_up(leader, plan) -> None:
    page = visit(leader, units(plan, the_unit("区市场监管局")))

    figures = [words(link) for link in every(page.every("div", "figures")[0], "a")]
    lights = [int(words(every(link, "b")[0]).split()[0]) for link in every(page.every("div", "figures")[0], "a")][4:11]
    assert figures[:3] == ["31 责任分工", "12 负责/牵头", "19 参与"]
    assert sum(lights) == 31


def test_a_collective_names_its_members_and_a_member_its_collectives(leader) -> None:
    plan, member = a_plan(), a_department("甲街")
    streets = a_collective("各街道办", member, a_department("乙街"))
    a_part(a_measure(plan), streets, AssignmentRole.JOINT)

    whole = visit(leader, units(plan, streets)).links()
    own = visit(leader, units(plan, member))

    assert (whole["甲街"], own.links()["各街道办"]) == (units(plan, member), units(plan, streets))
    assert "作为成员的分工" in own.words
    assert [row[2] for row in sheet(own, "分工清单").rows(sheet(own, "分工清单").tree)] == [
        "按职责分工 各街道办成员 未签收"
    ]


def test_the_time_line_tells_what_the_unit_did_newest_first_and_how_many(leader) -> None:
    plan, unit = a_plan(), a_department("甲局")
    part = a_part(a_measure(plan), unit)
    sign(by=a_reporter(unit), assignments=[part], now=at(date(2021, 9, 1)))
    for days in range(20):
        a_report(part, date(2021, 9, 2) + timedelta(days=days))
    a_return(part, date(2021, 12, 10), date(2021, 12, 12))
    an_extension(part.measure, date(2022, 3, 31), date(2021, 12, 20), date(2021, 12, 22))
    a_report(a_part(a_measure(plan)), date(2021, 12, 25), progress="别家的话。")

    first = visit(leader, units(plan, unit))
    second = visit(leader, units(plan, unit), page=2)
    before = visit(leader, units(plan, unit), as_of=date(2021, 9, 2))

    def told(page: Page) -> list[str]:
        return [words(item) for item in page.every("ol", "timeline")[0].children if not isinstance(item, str)]

    assert "共25条，显示第1–20条" in first.words
    assert (len(told(first)), len(told(second))) == (20, 5)
    days = [item.split()[0] for item in (*told(first), *told(second))]
    assert days == sorted(days, reverse=True)
    assert [words_ for words_ in told(first) if "别家的话" in words_] == []
    heads = " ".join(told(first)[:4])
    assert all(word in heads for word in ("同意延期", "申请延期", "退回甲局的办结申请", "申请办结", "第1项"))
    assert "签收" in told(second)[-1]
    assert "共2条" in before.words


def test_the_workbook_is_of_the_units_measures_and_only_for_whom_it_is_allowed(plan) -> None:
    unit = the_unit("公安东丽分局")
    links = {
        name: visit(signed_in(person), units(plan, unit)).links().get("导出 Excel")
        for name, person in (("leader", a_leader()), ("reporter", a_reporter(unit)), ("admin", an_administrator()))
    }

    export = f"{plan.get_absolute_url()}units/{unit.pk}/export.xlsx"
    assert links == {"leader": export, "reporter": None, "admin": export}


def test_what_a_unit_owed_is_told_period_by_period_what_is_missing_first(leader) -> None:
    plan, unit = a_plan(), a_department("甲局")
    plan.periods.exclude(starts_on__in=(date(2021, 7, 1), date(2021, 10, 1))).delete()
    streets = a_collective("各街道办", unit)
    first, second = (a_part(a_measure(plan, due_on=None), unit, AssignmentRole.LEAD) for _number in range(2))
    shared = a_part(a_measure(plan, due_on=None), streets, AssignmentRole.JOINT)
    for day in (date(2021, 9, 1), date(2021, 12, 1)):
        a_report(first, day)
        a_report(own_part(shared, unit), day)
    a_report(second, date(2021, 9, 1))

    page = visit(leader, f"{units(plan, unit)}reports/", as_of=date(2022, 1, 10))

    assert [words(step).split()[1] for step in every(page.every("nav", "steps")[0], "a")] == [
        *("应报", "未报", "迟报", "按期", "有沉默天数"),
    ]
    assert [words(group) for group in page.every("tr", "group")] == [
        "2021年第四季度 填报截止2022-01-09",
        "2021年第三季度 填报截止2021-10-09",
    ]
    assert [(row[0], *row[2:]) for row in page.rows()] == [
        ("2", "牵头", "未报", "1"),
        ("1", "牵头", "按期", "0"),
        ("3", "按职责分工", "按期", "0"),
        ("1", "牵头", "按期", "0"),
        ("2", "牵头", "按期", "0"),
        ("3", "按职责分工", "按期", "0"),
    ]


# --- bad input and cost ----------------------------------------------------------------------------------


def test_a_unit_of_another_plan_or_none_is_not_found(leader) -> None:
    plan, other = a_plan(), a_plan()
    foreign = a_part(a_measure(other)).department

    visit(leader, units(plan, foreign), status=404)
    visit(leader, f"{units(plan)}999999/", status=404)
    visit(leader, f"{plan.get_absolute_url()}periods/{plan.periods.first().pk}/", status=404, unit=foreign.pk)
    visit(leader, f"{plan.get_absolute_url()}periods/{plan.periods.first().pk}/", status=404, unit="²")
    refused = visit(leader, f"{plan.get_absolute_url()}extensions/", unit="x")
    empty = visit(leader, f"{plan.get_absolute_url()}assignments/", member="x")
    assert [len(page.alerts) for page in (refused, empty)] == [1, 1]


def test_before_the_plan_was_issued_it_says_so_and_nothing_is_late(leader, plan) -> None:
    page = visit(leader, units(plan, the_unit("区市场监管局")), as_of=date(2021, 8, 1))

    assert "该日计划尚未印发。" in page.words
    assert [row[-1] for row in page.rows(page.every("section", "reliability")[0])] == ["0"]
    assert "本单位尚未填报、签收或申请。" in page.words


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_cost_the_same_whatever_there_is(leader, rows) -> None:
    plan, unit = a_plan(), a_department("甲局")
    streets = a_collective("各街道办", unit)
    for _number in range(rows):
        part = a_part(a_measure(plan), unit, AssignmentRole.LEAD)
        a_report(part, date(2021, 12, 1))
        a_return(part, date(2021, 12, 2))
        an_extension(part.measure, date(2022, 3, 31), date(2021, 12, 1), date(2021, 12, 5))
        sign(by=a_reporter(unit), assignments=[part], now=at(TODAY))
        shared = a_part(a_measure(plan, due_on=None), streets, AssignmentRole.JOINT)
        a_report(own_part(shared, unit), date(2021, 12, 1))

    found = []
    for place in (units(plan, unit), units(plan, streets), units(plan)):
        with CaptureQueriesContext(connection) as asked:
            visit(leader, place)
        found.append(len(asked))

    # session, person, roles, plan, unit; the parts, their last reports and members' parts (of a collective also what
    # these said last), members, collectives, units and their tallies, what is not signed for; periods, parts and
    # reports of the turnout, closings of both lists, extensions; of the time line extensions, reports, their files,
    # receipts. The list: units and tallies
    assert found == [23, 24, 6]
