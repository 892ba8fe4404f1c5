"""The matrix: a cell for every part, under its unit and beside its measure, and the workbook of it."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from tasks.choices import AssignmentRole, Timeliness
from tasks.models import Assignment, Plan

from .builders import a_busy_autumn, a_department, a_leader, a_measure, a_part, a_plan, a_report, a_reporter, a_section
from .pages import Page, address, attribute, every, it_is, signed_in, visit, words

TODAY = date(2022, 1, 12)
OVERDUE = "00FBE9E7"


@pytest.fixture(autouse=True)
def _today(monkeypatch) -> None:
    it_is(monkeypatch, TODAY)


@pytest.fixture
def plan(shipped_plan: Plan) -> Plan:
    a_busy_autumn(shipped_plan)
    return shipped_plan


@pytest.fixture
def leader(plan) -> Client:
    return signed_in(a_leader())


def matrix(plan: Plan) -> str:
    return f"{plan.get_absolute_url()}matrix/"


def cells(page: Page) -> dict[tuple[int, str], tuple[str, str]]:
    """``(number, unit) → (role and light as a reader hears them, address)`` of every cell that is a part."""
    table = page.every("table", "matrix")[0]
    units = [words(head) for head in every(table, "th", "across")]
    found = {}
    for row in every(table, "tr"):
        heads = every(row, "th", "", scope="row")
        if not heads or not every(heads[0], "span", "num"):
            continue
        number = int(words(every(heads[0], "span", "num")[0]))
        for unit, cell in zip(units, every(row, "td"), strict=True):
            for link in every(cell, "a"):
                found[number, unit] = (words(every(link, "span", "visually-hidden")[0]), attribute(link, "href") or "")
    return found


def test_every_part_of_the_plan_has_its_cell_with_role_light_and_link(leader, plan) -> None:
    found = cells(visit(leader, matrix(plan)))

    parts = Assignment.objects.ever_named().as_of(TODAY).select_related("measure", "department")
    expected = {
        (part.measure.number, part.department.name): (
            f"{part.get_role_display()}，{Timeliness(part.timeliness).label}",
            f"{plan.get_absolute_url()}assignments/{part.pk}/",
        )
        for part in parts
    }
    assert len(found) == 100
    assert found == expected


def test_it_says_how_many_and_every_number_opens_its_list(leader, plan) -> None:
    page = visit(leader, matrix(plan), timeliness="OVERDUE", as_of=date(2022, 1, 20))

    shown = len(cells(page))
    total = page.count
    foot = [(int(words(a)), attribute(a, "href") or "") for a in every(page.every("tfoot")[0], "a")]
    all_of_it = page.links(page.every("div", "sub", role="status")[0])
    assert (shown > 0, total, sum(number for number, _href in foot)) == (True, shown, shown)
    lists = [visit(leader, href) for href in (*all_of_it.values(), *(href for _number, href in foot))]
    counts = [each.count for each in lists]
    assert counts == [total, *(number for number, _href in foot)]


@pytest.mark.parametrize(
    "query", [{"section": "3"}, {"timeliness": "SILENT"}, {"role": "LEAD"}, {"section": "1", "role": "JOINT"}]
)
def test_conditions_leave_only_rows_and_columns_with_something_in_them(leader, plan, query) -> None:
    page = visit(leader, matrix(plan), **query)

    found = cells(page)
    table = page.every("table", "matrix")[0]
    heads = [every(head, "span", "num") for head in every(table, "th", "", scope="row")]
    measures = {int(words(number[0])) for number in heads if number}
    assert {number for number, _unit in found} == measures
    assert {unit for _number, unit in found} == {words(head) for head in every(table, "th", "across")}


def test_on_a_phone_every_unit_lists_its_parts(leader, plan) -> None:
    page = visit(leader, matrix(plan))

    units = every(page.every("div", "matrix-units")[0], "details")
    listed = [(words(every(each, "b")[0]), len(every(each, "li"))) for each in units]
    assert sum(number for _unit, number in listed) == 100
    assert dict(listed)["区市场监管局"] == 31
    assert {attribute(a, "href") for a in every(page.every("div", "matrix-units")[0], "a")} == {
        href for _said, href in cells(page).values()
    }


def test_a_long_plan_has_pages_and_counts_all_of_it(db, monkeypatch) -> None:
    monkeypatch.setattr("tasks.views.matrix.LENGTH", 2)
    plan, unit = a_plan(), a_department("区科技局")
    for _ in range(5):
        a_part(a_measure(plan), unit)
    leader = signed_in(a_leader())

    pages = [visit(leader, matrix(plan), page=number) for number in (1, 2, 3)]

    assert [sorted(number for number, _unit in cells(page)) for page in pages] == [[1, 2], [3, 4], [5]]
    assert [(page.count, words(page.every("tfoot")[0]).split()[-1]) for page in pages] == [(5, "5")] * 3
    assert pages[0].links()["下一页"] == f"{matrix(plan)}?page=2".removeprefix(matrix(plan))


def test_nothing_found_says_so_and_a_condition_that_makes_no_sense_too(leader, plan) -> None:
    assert "没有符合条件的责任分工。" in visit(leader, matrix(plan), timeliness="ON_TRACK").words
    wrong = visit(leader, matrix(plan), timeliness="\0", section="99")
    assert "没有这一项，请从列表中选择。" in wrong.words
    assert wrong.every("table", "matrix") == []


def test_the_workbook_has_the_cells_of_the_screen(leader, plan) -> None:
    query = {"section": "3", "as_of": date(2022, 1, 20)}
    shown = cells(visit(leader, matrix(plan), **query))

    answer = leader.get(address(f"{matrix(plan)}export.xlsx", **query))

    sheet = load_workbook(BytesIO(answer.content))["责任矩阵"]
    head = [cell.value for cell in sheet[4]]
    rows = list(sheet.iter_rows(min_row=5))
    told = {
        (row[0].value, unit): cell.value.replace("\n", "，")
        for row in rows
        for unit, cell in zip(head[3:], row[3:], strict=True)
        if cell.value
    }
    assert told == {key: said for key, (said, _href) in shown.items()}
    red = [cell for row in rows for cell in row[3:] if cell.value and cell.value.endswith("\n逾期")]
    assert red
    assert {cell.fill.fgColor.rgb for cell in red} == {OVERDUE}
    assert (sheet.freeze_panes, sheet.page_setup.paperSize, sheet.page_setup.orientation) == ("D5", 8, "landscape")
    assert "数据截至2022年1月20日" in sheet["A3"].value
    assert "章节：三、健全知识产权保护体系" in sheet["A3"].value


def test_the_workbook_says_of_every_part_why_its_light_is_what_it_is(leader, plan) -> None:
    query = {"section": "3", "as_of": date(2022, 1, 20)}
    answer = leader.get(address(f"{matrix(plan)}export.xlsx", **query))

    sheet = load_workbook(BytesIO(answer.content))["时效说明"]
    told = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]

    head = ["序号", "工作任务", "责任单位", "角色", "时效", "说明", "时效规则", "下一变化"]
    assert [cell.value for cell in sheet[4]] == head
    lights = {
        (part.measure.number, part.department.name): part.light
        for part in Assignment.objects.as_of(date(2022, 1, 20), plan)
        .named(date(2022, 1, 20))
        .filter(measure__plan=plan, measure__section__number=3)
        .select_related("measure__plan", "department")
        .with_members(date(2022, 1, 20))
    }
    said = {(row[0], row[2]): tuple(row[5:]) for row in told}
    assert said == {key: (light.sentence(), light.rule(), light.next_change()) for key, light in lights.items()}
    assert all(row[1] for row in told)
    assert {row[4] for row in told} == {"已办结", "超期未报", "逾期"}


def test_a_workbook_under_a_wrong_condition_is_refused_with_a_page(leader, plan) -> None:
    page = visit(leader, f"{matrix(plan)}export.xlsx", status=400, section="99")

    assert "筛选条件有误，没有导出" in page.words
    assert f"{matrix(plan)}" in page.addresses


def test_a_reporter_reads_and_does_not_export(plan) -> None:
    reporter = signed_in(a_reporter(a_department("区法院")))

    assert "导出 Excel" not in visit(reporter, matrix(plan)).words
    visit(reporter, f"{matrix(plan)}export.xlsx", status=403)


def test_it_costs_the_same_with_one_measure_and_with_three(db) -> None:
    plan, leader = a_plan(slug="small"), signed_in(a_leader())
    found = {}
    for rows in (1, 2, 3):
        measure = a_measure(plan, section=a_section(plan, rows))
        part = a_part(measure, role=AssignmentRole.LEAD)
        a_part(measure, role=AssignmentRole.CO)
        a_report(part, date(2021, 12, 1))
        with CaptureQueriesContext(connection) as captured:
            visit(leader, matrix(plan))
        found[rows] = len(captured)

    # session, person, roles, plan, sections to choose from, how many measures and which are on the page, their parts,
    # members of collectives, parts by unit, units, how many measures
    assert found == dict.fromkeys((1, 2, 3), 11)
