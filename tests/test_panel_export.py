"""What the panel's lists look like in a workbook and in CSV: opened again, value by value."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from django.http import HttpResponse

from departments.models import Alias, Role, User
from tasks.choices import AssignmentRole
from tasks.excel.formats import LedgerCSV, LedgerXLSX, Sheet
from tasks.models import Measure

from .builders import (
    a_closing,
    a_collective,
    a_department,
    a_measure,
    a_part,
    a_person,
    a_plan,
    a_report,
    a_reporter,
    a_supervisor,
    an_administrator,
    at,
)
from .pages import Page, it_is, signed_in
from .panel import XLSX, opened, said
from .test_panel_lists import some_measures, some_people

TODAY = date(2022, 1, 12)
MEASURES = "/admin/tasks/measure/export/"
UNITS = "/admin/departments/department/export/"
cell = datetime.fromisoformat  # a cell's date has no zone
BOOK, COMMAS = {"format": "0", "resource": "0"}, {"format": "1", "resource": "0"}


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, TODAY)


def comma_separated(response: HttpResponse) -> list[list[str]]:
    assert response.headers["Content-Type"] == "text/csv"
    assert response.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


@pytest.fixture
def plan(db: None) -> Any:
    """Two measures: 1 overdue and reported on by one of two units, 2 ongoing and silent."""
    plan = a_plan(title="推进计划甲")
    one = a_measure(
        plan, wording="=开展检查。", responsibility_text="甲牵头，乙配合。", timeframe_text="2021年12月底前"
    )
    lead = a_part(one, a_department("甲"), AssignmentRole.LEAD)
    a_part(one, a_department("乙"), AssignmentRole.CO)
    a_report(
        lead,
        date(2021, 11, 5),
        progress="@已开展。\n分两批。",
        percent=60,
        by=a_reporter(lead.department, last_name="李"),
    )
    a_part(a_measure(plan, wording="常年宣传。", due_on=None), a_department("丙"))
    return plan


def test_measures_as_a_workbook(plan: Any) -> None:
    rows = opened(signed_in(a_supervisor()).post(MEASURES, BOOK))

    chapter = "一、完善知识产权保护制度"
    assert rows == [
        [
            *("推进计划", "序号", "章节", "任务", "责任分工原文", "时限原文", "时限类型", "完成时限"),
            *("时效", "逾期天数", "已报", "应报", "最近填报"),
        ],
        [
            *("推进计划甲", 1, chapter, "=开展检查。", "甲牵头，乙配合。", "2021年12月底前", "限期完成"),
            *(cell("2021-12-31"), "逾期", 12, 1, 2, cell("2021-11-05")),
        ],
        ["推进计划甲", 2, chapter, "常年宣传。", None, None, "持续推进", None, "超期未报", None, 0, 1, None],
    ]


def test_dates_are_dates_numbers_numbers_and_text_is_never_a_formula(plan: Any) -> None:
    answer = signed_in(a_supervisor()).post(MEASURES, BOOK)
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active

    number, wording, due_on, late = (sheet.cell(2, column) for column in (2, 4, 8, 10))
    assert (number.data_type, late.data_type) == ("n", "n")
    assert (due_on.is_date, due_on.number_format) == (True, "yyyy-mm-dd")
    assert (wording.data_type, wording.quotePrefix, wording.value) == ("s", True, "=开展检查。")
    assert (sheet.freeze_panes, sheet.cell(1, 1).font.name, sheet.auto_filter.ref) == ("A2", "黑体", "A1:M3")


def test_measures_as_csv(plan: Any) -> None:
    rows = comma_separated(signed_in(a_supervisor()).post(MEASURES, COMMAS))

    assert rows[1] == [
        *("推进计划甲", "1", "一、完善知识产权保护制度", "'=开展检查。", "甲牵头，乙配合。", "2021年12月底前"),
        *("限期完成", "2021-12-31", "逾期", "12", "1", "2", "2021-11-05"),
    ]


def test_responsibilities_as_a_workbook(plan: Any) -> None:
    rows = opened(signed_in(a_supervisor()).post("/admin/tasks/assignment/export/", BOOK))

    due, first = cell("2021-12-31"), ["推进计划甲", 1, "一、完善知识产权保护制度", "=开展检查。"]
    assert rows[1:] == [
        [*first, "甲", "牵头", 1, "限期完成", due, "逾期", 12, "是", cell("2021-11-05")],
        [*first, "乙", "配合", 2, "限期完成", due, "逾期", 12, "否", None],
        [
            *("推进计划甲", 2, "一、完善知识产权保护制度", "常年宣传。"),
            *("丙", "负责", 1, "持续推进", None, "超期未报", None, "否", None),
        ],
    ]


def test_reports_as_a_workbook(plan: Any) -> None:
    a_closing(a_part(Measure.objects.get(number=2), a_department("丁"), AssignmentRole.CO), date(2021, 12, 1))
    User.objects.filter(department__name="丁").update(last_name="周")

    rows = opened(signed_in(a_supervisor()).post("/admin/tasks/report/export/", BOOK))

    assert rows[1:] == [
        [
            *("推进计划甲", 2, "丁", "丁", "周", cell("2021-12-01"), cell("2021-12-01 10:00")),
            *("已完成阶段性工作。", None, None, None, "否", "是", "同意"),
        ],
        [
            *("推进计划甲", 1, "甲", "甲", "李", cell("2021-11-05"), cell("2021-11-05 10:00")),
            *("@已开展。\n分两批。", None, None, 60, "否", "否", None),
        ],
    ]


def test_units_and_people_as_workbooks(db: None) -> None:
    street = a_department("甲街", position=2)
    a_collective("各街道办", street)
    Alias.objects.create(department=street, name="+甲街道")
    a_reporter(street, username="li", last_name="李", first_name="明", phone="010-1", last_login=at(TODAY, 9, 30))
    administrator = an_administrator(username="root", last_name="王")
    client = signed_in(administrator)
    administrator.refresh_from_db()

    units = opened(client.post(UNITS, BOOK))
    people = opened(client.post("/admin/departments/user/export/", BOOK))

    assert units == [
        ["名称", "类别", "排序", "在用", "别名", "成员单位"],
        ["甲街", "政府部门", 2, "是", "+甲街道", None],
        ["各街道办", "集合", 100, "是", None, "甲街"],
    ]
    assert people == [
        ["用户名", "姓氏", "名字", "所属单位", "电话", "电子邮件地址", "角色", "有效", "上次登录"],
        ["li", "李", "明", "甲街", "010-1", None, "填报员", "是", cell("2022-01-12 09:30")],
        ["root", "王", None, None, None, None, "系统管理员", "是", cell("2022-01-12 10:00")],
    ]


def test_the_file_holds_what_the_list_shows(plan: Any) -> None:
    client = signed_in(a_supervisor())

    late = opened(client.post(f"{MEASURES}?timeliness=OVERDUE", BOOK))
    backwards = opened(client.post(f"{MEASURES}?o=-0", BOOK))
    searched = opened(client.post(f"{MEASURES}?q=宣传", BOOK))

    assert [row[1] for row in late[1:]] == [1]
    assert [row[1] for row in backwards[1:]] == [2, 1]
    assert [row[1] for row in searched[1:]] == [2]


def test_the_link_of_the_list_keeps_its_conditions(plan: Any) -> None:
    page = Page(signed_in(a_supervisor()).get("/admin/tasks/measure/", {"timeliness": "OVERDUE"}))

    assert page.links()["导出"] == "/admin/tasks/measure/export/?timeliness=OVERDUE"


def test_the_file_is_named_by_list_and_day(plan: Any) -> None:
    client = signed_in(a_supervisor())

    names = [client.post(MEASURES, kind).headers["Content-Disposition"] for kind in (BOOK, COMMAS)]

    assert [unquote(name) for name in names] == [
        "attachment; filename*=utf-8''任务-2022-01-12.xlsx",
        "attachment; filename*=utf-8''任务-2022-01-12.csv",
    ]


@pytest.mark.parametrize("data", [{}, {"format": "7"}, {"format": "abc"}, {"format": "0", "export_items": ["1", "x"]}])
def test_a_choice_that_makes_no_sense_is_an_error_of_the_form(data: dict[str, Any], plan: Any) -> None:
    answer = signed_in(a_supervisor()).post(MEASURES, data)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_a_list_that_is_too_long_for_one_file_is_refused_until_it_is_narrowed_down(plan: Any, settings: Any) -> None:
    settings.EXPORT_MOST_ROWS = 1
    client = signed_in(a_supervisor())

    page = Page(client.post(MEASURES, BOOK, follow=True))
    narrowed = client.post(f"{MEASURES}?timeliness=OVERDUE", BOOK)

    assert said(page) == ["符合条件的有2条，一次最多导出1条，没有导出。请先在列表中筛选。"]
    assert len(opened(narrowed)) == 2


def test_only_two_kinds_of_file_are_offered(plan: Any) -> None:
    page = Page(signed_in(a_supervisor()).get(MEASURES))

    assert [option.children for option in page.every("option")] == [
        ["Excel 工作簿（.xlsx）"],
        ["CSV 文件（UTF-8，.csv）"],
    ]


@pytest.mark.parametrize("role", [Role.REPORTER, Role.LEADER])
def test_whoever_has_no_business_here_gets_no_file(role: Role, plan: Any) -> None:
    client = signed_in(a_person(role, department=a_department("甲")))

    assert [client.post(path, BOOK).status_code for path in (MEASURES, UNITS)] == [403, 403]


def test_the_office_gets_no_list_of_people(db: None) -> None:
    client = signed_in(a_supervisor())

    assert client.post("/admin/departments/user/export/", BOOK).status_code == 403
    assert client.post(UNITS, BOOK).headers["Content-Type"] == XLSX


# --- the formats by themselves -----------------------------------------------------------------------

AWKWARD = ["=1+1", "+86", "-5", "@x", "\t制表", "'=引号", "#N/A", "1e5", "007", "正常", "多\n行", "长" * 5000]


@pytest.mark.parametrize("kind", [LedgerXLSX, LedgerCSV])
def test_awkward_text_comes_back_as_it_went(kind: Any) -> None:
    sheet = Sheet(*[[text, "尾"] for text in AWKWARD], headers=["甲", "乙"])

    back = kind().create_dataset(kind().export_data(sheet))

    assert [row[0] for row in back] == [text.strip() for text in AWKWARD]


def test_csv_gives_spreadsheets_no_formula() -> None:
    data = LedgerCSV().export_data(Sheet(*[[text, ""] for text in AWKWARD], headers=["=甲", "乙"]))

    first = [row[0] for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))]

    assert [word[0] for word in first[:7]] == ["'"] * 7


@pytest.mark.parametrize("text", ["一\x00二", "一\x0b二", "一\ud800二", "一\uffff二"])
def test_what_a_workbook_cannot_hold_is_replaced(text: str) -> None:
    sheet = Sheet([text, "尾"], headers=["甲", "乙"])

    book = openpyxl.load_workbook(io.BytesIO(LedgerXLSX().export_data(sheet)))

    assert book.active["A2"].value == "一\ufffd二"
    assert "一\ufffd二" in LedgerCSV().export_data(sheet).decode("utf-8-sig")


# --- how many queries --------------------------------------------------------------------------------

# Session, person, roles, and how many rows there are; the headings' plans and the like are asked for by the filters, as
# in the list.
FRAME = 4
OF_MEASURES = {
    MEASURES: 4,  # plans, headings (filters); the rows, their units with what they have reported
    "/admin/tasks/assignment/export/": 3,  # plans, units (filters); the rows
    "/admin/tasks/report/export/": 3,  # plans, units (filters); the rows
}
OF_PEOPLE = {
    UNITS: 3,  # the rows, other names, members
    "/admin/departments/user/export/": 4,  # roles, units (filters); the rows, the roles of the people
}


@pytest.mark.parametrize(("make", "lists"), [(some_measures, OF_MEASURES), (some_people, OF_PEOPLE)])
def test_a_file_costs_the_same_for_1_3_and_42_rows(
    make: Callable[[int], None], lists: dict[str, int], db: None, django_assert_num_queries: Any
) -> None:
    client = signed_in(an_administrator())

    for more in (1, 2, 39):
        make(more)
        for path, queries in lists.items():
            with django_assert_num_queries(FRAME + queries, info=path):
                answer = client.post(path, BOOK)
            assert answer.headers["Content-Type"] == XLSX
