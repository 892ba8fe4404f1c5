"""The page where workbooks are taken away and brought back, and the preview of what came back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from departments.models import Department, Role
from tasks.models import Assignment, Plan, Report, Upload

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
)
from .pages import Page, it_is, send, signed_in, visit, words
from .workbooks import TODAY, a_fill_in, filled_in, reports, send_files, typing

pytestmark = pytest.mark.django_db
ROWS = (1, 3)


@pytest.fixture(autouse=True)
def _today(monkeypatch) -> None:
    it_is(monkeypatch, TODAY)


@pytest.fixture
def part() -> Assignment:
    return a_part(a_measure(number=1), a_department("区商务局"))


@pytest.fixture
def plan(part) -> Plan:
    return part.measure.plan


@pytest.fixture
def reporter(part) -> Client:
    return signed_in(a_reporter(part.department, last_name="孟凡"))


def place_of(plan: Plan) -> str:
    return f"/plans/{plan.slug}/workbooks/"


def rows_in(content: bytes) -> list[tuple[int, str]]:
    sheet = load_workbook(io.BytesIO(content))["填报表"]
    return [(row[0], row[2]) for row in sheet.iter_rows(min_row=5, values_only=True) if isinstance(row[0], int)]


# --- taken away ------------------------------------------------------------------------------------


def test_the_workbook_of_a_unit_holds_what_it_can_report_on(part, plan, reporter) -> None:
    unit = part.department
    a_closing(a_part(a_measure(plan, number=2), unit), date(2021, 12, 1))
    a_part(a_measure(plan, number=3), a_department("区司法局"))
    a_part(a_measure(plan, number=4), a_collective("各成员单位", unit))
    a_part(a_measure(number=5), unit)

    response = reporter.get(f"/plans/{plan.slug}/fill-in/{unit.pk}.xlsx")

    assert rows_in(response.content) == [(1, "区商务局"), (4, "区商务局")]
    assert response.headers["Content-Disposition"].endswith("2022-01-12.xlsx")
    assert response.headers["Cache-Control"] == "no-store"


def test_the_workbook_explains_itself_and_only_input_is_open(part, plan) -> None:
    a_report(part, date(2021, 12, 1), progress="首版。")

    book = load_workbook(io.BytesIO(a_fill_in(plan, part.department)))

    sheet = book["填报表"]
    assert book.sheetnames == ["填报表", "说明", "选项"]
    assert sheet["H5"].value == "2021-12-01：首版。"
    assert [cell.coordinate for cell in sheet[5] if not cell.protection.locked] == [
        f"{letter}5" for letter in "IJKLMNOP"
    ]
    assert (sheet.protection.sheet, sheet.column_dimensions["Q"].hidden) == (True, True)
    assert {check.type for check in sheet.data_validations.dataValidation} == {"list", "decimal"}
    assert book["说明"]["A5"].value == "填什么"


def test_the_office_takes_all_away_in_one_archive(part, plan) -> None:
    a_part(a_measure(plan, number=2), a_department("区司法局"))
    collective = a_collective("各街道办", a_department("万新街道"))
    a_part(a_measure(plan, number=3), collective)

    response = signed_in(a_supervisor()).get(f"/plans/{plan.slug}/fill-in.zip")

    packed = zipfile.ZipFile(io.BytesIO(b"".join(response)))
    names = {name.partition("_")[2]: rows_in(packed.read(name)) for name in packed.namelist()}
    assert names == {
        "区商务局.xlsx": [(1, "区商务局")],
        "区司法局.xlsx": [(2, "区司法局")],
        "万新街道.xlsx": [(3, "万新街道")],
    }


def test_my_page_leads_to_the_workbooks(plan, reporter) -> None:
    page = visit(reporter, "/mine/")

    assert page.links(page.main)["Excel 填报"] == place_of(plan)
    assert "区商务局的填报表" in visit(reporter, place_of(plan)).links()


# --- brought back ----------------------------------------------------------------------------------


def test_a_workbook_is_brought_back_looked_at_confirmed_and_undone(part, plan, reporter) -> None:
    content = filled_in(a_fill_in(plan, part.department), typing("进展情况", "<b>完成</b>。"))

    page = send_files(reporter, plan, ("回复.xlsx", content))
    path = Upload.objects.get().get_absolute_url()
    preview = page.rows()
    done = send(reporter, path, status=200, follow=True, seen=page.filled_in("seen"))
    confirmed = reports()
    undone = send(reporter, f"{path}undo/", status=200, follow=True)

    assert "有改动1行，冲突0处，不接受0处，重复0行，未改动0行" in page.words
    assert preview[1][0] == "填报表第5行 回复.xlsx"
    assert preview[1][2] == "进展情况 填报表!I5 （空） → <b>完成</b>。 不采用本行"
    assert done.notes == ["已填报1项。"]
    assert confirmed == [("区商务局", "<b>完成</b>。")]
    assert undone.notes == ["已撤回1项填报，内容已转为草稿；另有草稿的，保留原来的草稿。"]
    assert Report.objects.get().void_on == TODAY


def test_a_conflict_shows_both_and_keeps_what_was_chosen(part, plan, reporter) -> None:
    content = filled_in(a_fill_in(plan, part.department), typing("进展情况", "表里的。"), typing("存在问题", "难。"))
    a_report(part, TODAY, progress="页面的。", problems="慢。")
    page = send_files(reporter, plan, content)
    row = Upload.objects.get().rows.get().pk

    half = {"seen": page.filled_in("seen"), f"{row}-progress": "ours"}
    again = send(reporter, Upload.objects.get().get_absolute_url(), status=422, **half)
    send(reporter, Upload.objects.get().get_absolute_url(), status=302, **half, **{f"{row}-problems": "theirs"})

    assert "版本已过时：在表中所载的情况之后，" in page.words
    assert "保留现有： 页面的。" in page.words
    assert "采用上传： 表里的。" in page.words
    assert again.alerts == ["没有写入任何内容： 有1处冲突尚未选择"]
    assert again.links()["有1处冲突尚未选择"] == f"#why-{row}-problems"
    assert [(error.attributes, words(error)) for error in again.every("div", "errorlist")] == [
        ([("class", "errorlist"), ("id", f"why-{row}-problems")], "请选择采用哪一方的内容。")
    ]
    checked = [radio for radio in again.every("input", type="radio") if "checked" in dict(radio.attributes)]
    assert [dict(radio.attributes)["name"] for radio in checked] == [f"{row}-progress"]
    newest = part.reports.newest_first().first()
    assert (newest.progress, newest.problems) == ("表里的。", "慢。")
    kept = visit(reporter, Upload.objects.get().get_absolute_url())
    assert "进展情况 填报表!I5 页面的。 → 表里的。" in kept.words
    assert "存在问题 填报表!J5 未采用的内容： 难。 确认时的内容： 慢。" in kept.words


def test_what_was_reported_since_the_preview_is_shown_before_it_is_confirmed(part, plan, reporter) -> None:
    content = filled_in(a_fill_in(plan, part.department), typing("进展情况", "表里的。"))
    page = send_files(reporter, plan, content)
    a_report(part, TODAY, progress="页面的。")

    again = send(reporter, Upload.objects.get().get_absolute_url(), status=409, seen=page.filled_in("seen"))

    assert again.alerts == ["在您核对期间，有的分工已有新的填报，以下是最新的情况，请重新核对后再确认。"]
    assert "保留现有： 页面的。" in again.words


def test_the_second_of_two_is_told(part, plan, reporter) -> None:
    content = filled_in(a_fill_in(plan, part.department), typing("进展情况", "完成。"))
    page = send_files(reporter, plan, content)
    path = Upload.objects.get().get_absolute_url()
    send(reporter, path, status=302, seen=page.filled_in("seen"))

    second = send(signed_in(an_administrator()), path, status=409, seen=page.filled_in("seen"))

    assert second.alerts == ["这次上传已由孟凡确认，没有重复填报。"]
    assert Report.objects.count() == 1


def test_the_same_file_again_is_named(part, plan, reporter) -> None:
    content = filled_in(a_fill_in(plan, part.department), typing("进展情况", "完成。"))
    send_files(reporter, plan, ("甲.xlsx", content))

    page = send_files(reporter, plan, ("乙.xlsx", content))

    assert "“甲.xlsx”此前已由孟凡于2022-01-12 10:00上传过，内容完全相同： 待确认" in page.words


def test_faults_are_left_out_only_where_that_is_ticked(part, plan) -> None:
    a_part(a_measure(plan, number=2), part.department)
    office = signed_in(an_administrator())
    content = filled_in(
        a_fill_in(plan, part.department), typing("进展情况", "完成。"), typing("完成进度", "三成", line=6)
    )
    page = send_files(office, plan, content)
    path, seen = Upload.objects.get().get_absolute_url(), page.filled_in("seen")

    refused = send(office, path, status=422, seen=seen)
    send(office, path, status=302, seen=seen, leave_out="on")

    assert "完成进度 填报表!L6 不接受 ：“三成”不能确定是百分之几，请写成如30%的百分数。" in page.words
    assert refused.alerts == ["没有写入任何内容： 有误的内容尚未处理"]
    assert reports() == [("区商务局", "完成。")]


def test_without_files_or_with_too_many_the_page_says_so(plan, reporter, settings) -> None:
    settings.WORKBOOKS_MAX_FILES = 1

    nothing = send_files(reporter, plan, status=422)
    many = send_files(reporter, plan, b"a", b"b", status=422)

    assert nothing.alerts == ["没有收到文件，请选择文件后上传。"]
    assert many.alerts == ["一次最多上传1个文件，请分次上传。"]
    assert not Upload.objects.exists()


def test_more_rows_than_can_be_looked_at_are_refused(part, plan, settings) -> None:
    settings.WORKBOOKS_MAX_CHANGES = 1
    other = a_part(a_measure(plan, number=2), a_department("区司法局"))
    contents = [filled_in(a_fill_in(plan, each.department), typing("进展情况", "完成。")) for each in (part, other)]

    page = send_files(signed_in(an_administrator()), plan, *contents, status=422)

    assert page.alerts == ["有内容的行超过一次1行的上限，请分次上传。"]
    assert not Upload.objects.exists()


def test_a_stranger_neither_sees_nor_confirms_it(part, plan, reporter) -> None:
    content = filled_in(a_fill_in(plan, part.department), typing("进展情况", "完成。"))
    page = send_files(reporter, plan, content)
    path, stranger = Upload.objects.get().get_absolute_url(), signed_in(a_reporter(a_department("区法院")))

    visit(stranger, path, status=404)
    send(stranger, path, status=404, seen=page.filled_in("seen"))
    send(stranger, f"{path}undo/", status=404)
    seen = visit(stranger, place_of(plan))

    assert "共0次上传" in seen.words
    assert not Report.objects.exists()


def test_a_reporter_of_no_unit_brings_nothing_in(part, plan) -> None:
    content = filled_in(a_fill_in(plan, part.department), typing("进展情况", "完成。"))

    page = send_files(signed_in(a_person(Role.REPORTER)), plan, content)

    assert "不是您所在单位的分工，不能由您填报。" in page.words


def test_rubbish_in_the_form_of_the_preview_is_refused_in_words(part, plan, reporter) -> None:
    content = filled_in(a_fill_in(plan, part.department), typing("进展情况", "完成。"))
    send_files(reporter, plan, content)
    path = Upload.objects.get().get_absolute_url()

    answers = [
        Page(reporter.post(path, data)).status
        for data in ({}, {"seen": "\0"}, {"seen": "9" * 5000, "x-y": "ours"}, {"leave_out": "\u202e"})
    ]

    assert answers == [409] * 4
    assert not Report.objects.exists()


# --- what it costs ---------------------------------------------------------------------------------


def queries(client: Client, path: str) -> tuple[int, str]:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path)
        b"".join(response)  # to its end: what is sent is closed then
    assert response.status_code == 200
    return len(captured), "\n".join(query["sql"][:200] for query in captured.captured_queries)


def costs(build: Callable[[int], tuple[Client, str]]) -> dict[int, int]:
    found = {}
    for rows in ROWS:
        client, path = build(rows)
        found[rows], asked = queries(client, path)
        print(asked)
    return found


def a_plan_of(rows: int) -> tuple[Plan, Department]:
    """``rows`` open parts of one unit, two of them as a member, each with a report, and one part of other units."""
    plan, unit = a_plan(), a_department()
    for number in range(1, rows + 1):
        a_report(a_part(a_measure(plan, number=number), unit), date(2021, 12, 1))
        a_part(a_measure(plan, number=100 + number), a_collective(f"集合{plan.pk}-{number}", unit))
        a_part(a_measure(plan, number=200 + number), a_department())
    return plan, unit


def test_the_workbook_of_a_unit_costs_the_same_however_many_rows() -> None:
    def build(rows: int) -> tuple[Client, str]:
        plan, unit = a_plan_of(rows)
        return signed_in(a_supervisor()), f"/plans/{plan.slug}/fill-in/{unit.pk}.xlsx"

    # session, person, roles, plan, unit, parts, their last reports
    assert costs(build) == dict.fromkeys(ROWS, 7)


def test_the_archive_costs_the_same_however_many_units() -> None:
    def build(rows: int) -> tuple[Client, str]:
        return signed_in(a_supervisor()), f"/plans/{a_plan_of(rows)[0].slug}/fill-in.zip"

    # session, person, roles, plan, parts, their last reports
    assert costs(build) == dict.fromkeys(ROWS, 6)


def test_the_list_costs_the_same_however_many_uploads() -> None:
    def build(rows: int) -> tuple[Client, str]:
        plan, unit = a_plan_of(rows)
        client = signed_in(an_administrator(department=unit))
        for number in range(rows):
            content = filled_in(a_fill_in(plan, unit), typing("进展情况", f"完成{number}。"))
            send_files(client, plan, content)
        return client, place_of(plan)

    # session, person, unit, roles, plan, number of uploads, units, uploads
    assert costs(build) == dict.fromkeys(ROWS, 8)


def test_the_preview_costs_the_same_however_many_rows() -> None:
    def build(rows: int) -> tuple[Client, str]:
        plan, unit = a_plan_of(rows)
        client = signed_in(a_reporter(unit))
        changes = [typing("进展情况", "完成。", line=5 + line) for line in range(2 * rows)]
        send_files(client, plan, filled_in(a_fill_in(plan, unit), *changes))
        return client, Upload.objects.latest("pk").get_absolute_url()

    # session, person, unit, roles, upload, rows, parts, their last reports, periods, files, the same files before
    assert costs(build) == dict.fromkeys(ROWS, 11)
