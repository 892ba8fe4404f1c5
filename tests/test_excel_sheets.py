"""A sheet that can be handed on: heading, panes, filter, and how it is printed."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tasks.excel import sheets
from tasks.excel.book import Book
from tasks.excel.sheets import Column, Heading
from tasks.excel.style import MAX_ROW_HEIGHT

HEADING = Heading(
    title="强化知识产权保护推进计划台账",
    document="津丽知略〔2021〕1号　区市场监管局",
    note="数据截至2022年1月12日",
    foot="津丽知略〔2021〕1号",
    as_of="数据截至2022年1月12日",
)
COLUMNS = (
    Column("序号", 5, lambda row: row[0], "ordinal"),
    Column("工作任务", 30, lambda row: row[1]),
    Column("时效", 10, lambda row: "逾期", "center"),
)


def drawn(*texts: str, heading: Heading = HEADING, frozen: int = 2) -> Worksheet:
    """The sheet of a file with one row for each text, as somebody finds it who opens the file."""
    book = Book("", "")
    book.page("表", heading, COLUMNS, enumerate(texts, start=1), frozen=frozen)
    return load_workbook(BytesIO(book.content())).active


def test_the_heading_stands_above_the_table_over_its_whole_width():
    sheet = drawn("建立会商制度。")

    assert [sheet.cell(row, 1).value for row in (1, 2, 3)] == [
        "强化知识产权保护推进计划台账",
        "津丽知略〔2021〕1号　区市场监管局",
        "数据截至2022年1月12日",
    ]
    assert sorted(str(merged) for merged in sheet.merged_cells.ranges) == ["A1:C1", "A2:C2", "A3:C3"]


def test_the_rows_follow_the_header():
    sheet = drawn("建立会商制度。", "开展专项行动。")

    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)] == [
        ["序号", "工作任务", "时效"],
        [1, "建立会商制度。", "逾期"],
        [2, "开展专项行动。", "逾期"],
    ]


def test_the_header_stays_in_sight_with_the_columns_that_tell_rows_apart():
    assert drawn("建立会商制度。", frozen=2).freeze_panes == "C5"


def test_the_filter_covers_header_and_rows():
    assert drawn("建立会商制度。", "开展专项行动。").auto_filter.ref == "A4:C6"


def test_columns_are_as_wide_as_they_say():
    sheet = drawn("建立会商制度。")

    assert [sheet.column_dimensions[letter].width for letter in "ABC"] == [5, 30, 10]


def test_text_is_wrapped():
    sheet = drawn("建立会商制度。")

    assert [sheet.cell(5, column).alignment.wrap_text for column in (2, 3)] == [True, True]


def test_a_row_is_high_enough_for_its_longest_text():
    sheet = drawn("建立会商制度。", "建立会商制度。" * 20)  # 14 of 28 in a line: 1 line, and 10

    assert [sheet.row_dimensions[row].height for row in (5, 6)] == [33.0, 141.0]


def test_text_that_no_row_is_high_enough_for_begins_at_the_top_and_the_sheet_says_so():
    sheet = drawn("建立会商制度。", "建立会商制度。" * 200)

    assert sheet["A3"].value == "数据截至2022年1月12日　·　部分文字超出行高上限，打印不全，全文请点开单元格查看"
    assert [sheet.cell(row, 2).alignment.vertical for row in (5, 6)] == ["center", "top"]
    assert sheet.row_dimensions[6].height == MAX_ROW_HEIGHT
    assert sheet["B6"].value == "建立会商制度。" * 200


def test_a_long_heading_is_not_cut_off():
    long = Heading(**vars(HEADING) | {"note": "导出条件：" + "区市场监管局" * 20})

    sheet = drawn("建立会商制度。", heading=long)

    assert sheet.row_dimensions[3].height == 87.0  # 250 narrow characters, 44 in a line


def test_a_sheet_is_printed_on_a4_landscape_one_page_wide():
    sheet = drawn("建立会商制度。")

    page = sheet.page_setup
    assert (page.orientation, page.paperSize, page.fitToWidth, page.fitToHeight) == ("landscape", 9, 1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage is True


def test_the_header_is_printed_on_every_page():
    assert drawn("建立会商制度。").print_title_rows == "$4:$4"


def test_every_page_says_its_number_and_the_day_of_the_data():
    foot = drawn("建立会商制度。").oddFooter

    assert (foot.left.text, foot.center.text, foot.right.text) == (
        "津丽知略〔2021〕1号",
        "第 &P 页 / 共 &N 页",
        "数据截至2022年1月12日",
    )


@pytest.mark.parametrize(
    ("number", "foot"),
    [
        ("甲&乙〔2021〕&P号", "甲&&乙〔2021〕&&P号"),
        ("甲\n乙", "甲 乙"),
        ("甲\x00乙", "甲\ufffd乙"),
        ("号" * 200, "号" * 80),
    ],
)
def test_a_documents_number_is_no_code_of_the_footer(number, foot):
    sheet = drawn("建立会商制度。", heading=Heading(**vars(HEADING) | {"foot": number}))

    assert sheet.oddFooter.left.text == foot


def test_without_rows_there_is_the_header_and_a_sentence():
    sheet = drawn()

    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)] == [
        ["序号", "工作任务", "时效"],
        ["没有符合条件的任务。", None, None],
    ]
    assert "A5:C5" in {str(merged) for merged in sheet.merged_cells.ranges}
    assert sheet.auto_filter.ref == "A4:C4"


def test_nobody_is_kept_from_working_on_with_the_sheet():
    assert drawn("建立会商制度。").protection.sheet is False


def test_many_rows_are_kept_packed_and_all_of_them_are_there(monkeypatch):
    monkeypatch.setattr(sheets, "MOST_UNPACKED", 3)

    sheet = drawn(*(f"第{number}项。" for number in range(1, 9)))

    assert [sheet.cell(row, 2).value for row in range(5, 13)] == [f"第{number}项。" for number in range(1, 9)]
    assert sheet.max_row == 12
