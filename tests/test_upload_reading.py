"""A workbook that people worked on is read as they meant it, or refused under the cell; nothing is guessed."""

from __future__ import annotations

from copy import copy
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from tasks.choices import AssignmentRole
from tasks.models import Assignment, Plan

from .builders import a_collective, a_department, a_measure, a_part, a_plan, a_report, an_administrator, own_part
from .office import saved_again
from .workbooks import (
    HEADER_ROW,
    a_fill_in,
    a_ledger,
    brought,
    changes,
    confirmed,
    filled_in,
    read,
    refusals,
    reports,
    sheet_of,
    typing,
    unchanged,
)

pytestmark = pytest.mark.django_db
FIRST = HEADER_ROW + 1


@pytest.fixture
def unit():
    return a_department("区商务局")


@pytest.fixture
def plan(unit) -> Plan:
    """Three parts of one unit, the first of them reported on with words that a spreadsheet could take for more."""
    plan = a_plan()
    parts = [a_part(a_measure(plan, number=number, wording=f"第{number}件事。"), unit) for number in (1, 2, 3)]
    a_report(
        parts[0],
        date(2021, 12, 1),
        progress="=SUM(A1)\n二〇二一年\t完成",
        problems="-1",
        next_steps="@所有人",
        percent=57,
        needs_coordination=True,
    )
    return plan


def first_row(content: bytes) -> Any:
    return read(filled_in(content, typing("存在问题", "另有问题。"))).rows[0]


# --- what programs and people do to a sheet ----------------------------------------------------------


def reordered_columns(book: Workbook) -> None:
    sheet = sheet_of(book)
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))
    rows = [[(cell.value, cell.data_type, copy(cell._style)) for cell in row] for row in sheet.iter_rows()]
    for line, row in enumerate(rows, start=1):
        for column, (value, kind, style) in enumerate(reversed(row) if line >= HEADER_ROW else row, start=1):
            cell = sheet.cell(line, column)
            cell._style, cell.value = style, value
            if kind == "s":
                cell.data_type = "s"


def reversed_rows(book: Workbook) -> None:
    sheet = sheet_of(book)
    last = sheet.max_row
    rows = [[(cell.value, cell.data_type, copy(cell._style)) for cell in row] for row in sheet.iter_rows(min_row=FIRST)]
    for line, row in enumerate(reversed(rows), start=FIRST):
        for column, (value, kind, style) in enumerate(row, start=1):
            cell = sheet.cell(line, column)
            cell._style, cell.value = style, value
            if kind == "s":
                cell.data_type = "s"
    assert sheet.max_row == last


def blank_rows(book: Workbook) -> None:
    sheet_of(book).insert_rows(FIRST + 1, amount=3)


def rows_above(book: Workbook) -> None:
    sheet = sheet_of(book)
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))
    sheet.insert_rows(1, amount=2)
    sheet["A1"].value = "转发：请各单位于本周五前填报"
    sheet.merge_cells("A1:H1")


def hidden_rows(book: Workbook) -> None:
    sheet_of(book).row_dimensions[FIRST + 1].hidden = True


def a_remark_below(book: Workbook) -> None:
    sheet = sheet_of(book)
    sheet.cell(sheet.max_row + 2, 1).value = "填表人：张三"


def renamed(book: Workbook) -> None:
    sheet_of(book)
    book["填报表" if "填报表" in book.sheetnames else "分单位"].title = "商务局 回复"


@pytest.mark.parametrize(
    "change", [reordered_columns, reversed_rows, blank_rows, rows_above, hidden_rows, a_remark_below, renamed]
)
@pytest.mark.parametrize("kind", ["fill-in", "ledger"])
def test_a_sheet_that_was_moved_about_changes_nothing(plan, unit, change, kind) -> None:
    content = a_fill_in(plan, unit) if kind == "fill-in" else a_ledger(plan)

    upload = brought(an_administrator(), plan, filled_in(content, change))

    assert (changes(upload), refusals(upload), unchanged(upload)) == ([], [], 3)
    assert not upload.files.exclude(ignored="").exists()


@pytest.mark.parametrize("change", [reordered_columns, reversed_rows, blank_rows, rows_above, hidden_rows])
def test_what_was_filled_in_stays_with_its_row_however_the_sheet_is_moved_about(plan, unit, change) -> None:
    content = filled_in(a_fill_in(plan, unit), typing("进展情况", "第二件事完成。", line=FIRST + 1), change)

    upload = brought(an_administrator(), plan, content)
    confirmed(upload.author, upload)

    assert refusals(upload) == []
    assert Assignment.objects.get(measure__number=2).reports.get().progress == "第二件事完成。"


def test_the_long_words_of_a_collective_come_back_untouched() -> None:
    members = [a_department(name) for name in ("万新街道", "张贵庄街道")]
    shared = a_part(a_measure(), a_collective("各街道办", *members))
    for member in members:
        a_report(own_part(shared, member), date(2021, 12, 1), progress="检查" * 2400)

    upload = brought(an_administrator(), shared.measure.plan, filled_in(a_ledger(shared.measure.plan)))

    assert (changes(upload), refusals(upload), unchanged(upload)) == ([], [], 1)


def test_libreoffice_saves_it_again_and_nothing_has_changed(plan, unit, tmp_path) -> None:
    for number, content in enumerate((a_fill_in(plan, unit), a_ledger(plan))):
        folder = tmp_path / str(number)
        folder.mkdir()

        upload = brought(an_administrator(), plan, saved_again(content, folder))

        assert (changes(upload), refusals(upload), unchanged(upload)) == ([], [], 3)
        assert not upload.files.exclude(ignored="").exists()


def test_libreoffice_saves_again_what_was_filled_in(plan, unit, tmp_path) -> None:
    content = filled_in(
        a_fill_in(plan, unit),
        typing("进展情况", "=不是公式\n第二行"),
        typing("完成进度", 0.29),
        typing("需领导协调", "是"),
    )

    upload = brought(an_administrator(), plan, saved_again(content, tmp_path))

    assert [(label, new) for _cell, label, _old, new in changes(upload)] == [
        ("进展情况", "=不是公式\n第二行"),
        ("完成进度", 29),
        ("需领导协调", True),
    ]


def copied(book: Workbook) -> None:
    """A row under the others, with another word, and the first as it was."""
    sheet = sheet_of(book)
    for cell in list(sheet[FIRST]):
        there = sheet.cell(sheet.max_row if cell.column > 1 else sheet.max_row + 2, cell.column)
        there.value, there._style = cell.value, copy(cell._style)
    typing("进展情况", "另一种说法。", line=sheet.max_row)(book)


@pytest.mark.parametrize("kind", ["fill-in", "ledger"])
def test_a_copy_of_a_row_that_says_something_else_than_the_row_is_refused(plan, unit, kind) -> None:
    content = a_fill_in(plan, unit) if kind == "fill-in" else a_ledger(plan)

    upload = brought(an_administrator(), plan, filled_in(content, copied))

    (row,) = upload.rows.all()
    assert row.fault == "与本表第5行是同一项分工（标识相同），内容不同。请只保留一行，重新上传。"
    assert (changes(upload), unchanged(upload)) == ([], 3)


def test_a_ledger_of_thousands_of_parts_comes_home_untouched() -> None:
    plan, units = a_plan(), [a_department() for _ in range(70)]
    for _measure in range(30):
        measure = a_measure(plan)
        Assignment.objects.bulk_create(
            Assignment(measure=measure, department=unit, role=AssignmentRole.JOINT, position=place)
            for place, unit in enumerate(units, start=1)
        )

    file = read(a_ledger(plan))

    assert (file.fault, file.rows, file.unchanged) == ("", [], 2100)


# --- what may stand in a cell ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "number_format", "meant"),
    [
        (0.3, "0%", 30),
        (1, "0%", 100),
        (0, "0%", 0),
        (0.29, "0.00%", 29),
        ("30%", "@", 30),
        ("３０％", "@", 30),
        (" 100 % ", "@", 100),
        ("30", "@", 30),
        (30, "General", 30),
        (30.0, "0", 30),
        (30, '0"%"', 30),
        (1, "0\\%", 1),  # shown as 1%
        (0.3, '[Red]0%" 完成"', 30),
        (None, "0%", None),
        ("  ", "@", None),
    ],
)
def test_a_percentage_is_understood(plan, unit, value, number_format, meant) -> None:
    row = first_row(filled_in(a_fill_in(plan, unit), typing("完成进度", value, number_format=number_format)))

    assert (row.typed["percent"], row.refused) == (meant, {})


UNCLEAR = "“{}”不能确定是百分之几，请写成如30%的百分数。"
OUTSIDE = "完成进度须为0%到100%之间的整数，不能是“{}”。"


@pytest.mark.parametrize(
    ("value", "number_format", "reason"),
    [
        (1, "General", UNCLEAR.format(1)),
        ("1", "@", UNCLEAR.format(1)),
        (0.3, "General", UNCLEAR.format(0.3)),
        ("三成", "@", UNCLEAR.format("三成")),
        ("约30%", "@", UNCLEAR.format("约30%")),
        (True, "General", UNCLEAR.format("True")),
        (datetime(2021, 12, 31), "yyyy-mm-dd", UNCLEAR.format("2021-12-31 00:00:00")),  # noqa: DTZ001
        (30, "0%", OUTSIDE.format(30)),
        (-0.1, "0%", OUTSIDE.format(-0.1)),
        (0.305, "0.0%", OUTSIDE.format(0.305)),
        (0.3, '0"%"', OUTSIDE.format(0.3)),
        ("101%", "@", OUTSIDE.format("101%")),
    ],
)
def test_a_percentage_that_could_mean_something_else_is_refused(plan, unit, value, number_format, reason) -> None:
    row = first_row(filled_in(a_fill_in(plan, unit), typing("完成进度", value, number_format=number_format)))

    assert row.refused == {"percent": reason}


@pytest.mark.parametrize(("value", "meant"), [("是", True), ("否", False), (" 是 ", True), (None, False)])
def test_yes_and_no_are_understood(plan, unit, value, meant) -> None:
    row = first_row(filled_in(a_fill_in(plan, unit), typing("申请办结", value)))

    assert (row.typed["asks_to_close"], row.refused) == (meant, {})


@pytest.mark.parametrize("value", ["√", "Y", "是的", "不", True, 1])
def test_anything_else_than_yes_and_no_is_refused(plan, unit, value) -> None:
    row = first_row(filled_in(a_fill_in(plan, unit), typing("申请办结", value)))

    assert row.refused == {"asks_to_close": f"只能填“是”或“否”，不能是“{value}”。"}


@pytest.mark.parametrize(
    "text", ["2021.12.31", "2021年12月31日", "12月底", "６００家", "=1+1", "+1", "-1", "@x", "#N/A", "1e5", "𠮷"]
)
def test_text_stays_the_text_that_was_typed(plan, unit, text) -> None:
    row = first_row(filled_in(a_fill_in(plan, unit), typing("进展情况", text)))

    assert (row.typed["progress"], row.refused) == (text, {})


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (600, "应为文字，单元格里却是数字“600”，请改为文字。"),
        (date(2021, 12, 31), "应为文字，单元格里却是日期“2021-12-31 00:00:00”，请改为文字。"),
        ("字" * 5001, "文字过长，最多5000字，目前5001字，请精简。"),
        ("字" * 32767, "文字过长，最多5000字，目前32767字，请精简。"),
        ("逆\u202e序", "文字中有无法显示的控制字符，请删除后重试。"),
    ],
)
def test_what_is_no_text_is_refused(plan, unit, value, reason) -> None:
    row = first_row(filled_in(a_fill_in(plan, unit), typing("进展情况", value)))

    assert row.refused == {"progress": reason}


@pytest.mark.parametrize("formula", ["=1+1", '=HYPERLINK("http://example.org","x")', "=NOW()"])
def test_a_formula_is_refused_and_never_calculated(plan, unit, formula) -> None:
    def change(book: Workbook) -> None:
        sheet_of(book)["I5"].value = formula

    row = first_row(filled_in(a_fill_in(plan, unit), change))

    assert row.refused == {"progress": f"是公式或错误值“{formula}”，请粘贴为数值。"}


def test_a_refused_cell_is_named_by_sheet_and_address(plan, unit) -> None:
    upload = brought(an_administrator(), plan, filled_in(a_ledger(plan), typing("存在问题", 4, line=FIRST + 2)))

    assert refusals(upload) == ["分单位!M7: 应为文字，单元格里却是数字“4”，请改为文字。"]
    assert reports() == [("区商务局", "=SUM(A1)\n二〇二一年\t完成")]


def test_line_ends_of_excel_are_line_ends(plan, unit) -> None:
    row = first_row(filled_in(a_fill_in(plan, unit), typing("进展情况", "一_x000D_\n二")))

    assert row.typed["progress"] == "一\n二"


# --- what is not filled in -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["fill-in", "ledger"])
@pytest.mark.parametrize(
    ("label", "value", "is_noticed"),
    [
        ("现行时限", "2021.12.31", False),
        ("现行时限", "2021年12月31日", False),
        ("现行时限", "２０２１－１２－３１", False),
        ("现行时限", "12月底", True),
        ("现行时限", date(2022, 12, 31), True),
        ("现行时限", None, True),
        ("现行时限", 99_999_999, True),
        ("工作任务", "第1件事。", False),
        ("工作任务", " 第１件\n事。", False),
        ("工作任务", "第1件大事。", True),
        ("角色", "牵头", True),
    ],
)
def test_a_change_of_what_is_official_is_named_and_not_taken(plan, unit, kind, label, value, is_noticed) -> None:
    content = a_fill_in(plan, unit) if kind == "fill-in" else a_ledger(plan)

    upload = brought(an_administrator(), plan, filled_in(content, typing(label, value)))

    (ignored,) = upload.files.values_list("ignored", flat=True)
    assert bool(ignored) == is_noticed
    assert (changes(upload), refusals(upload), unchanged(upload)) == ([], [], 3)
