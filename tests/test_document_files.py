"""What workbooks and Word files hold besides plain rows: other sheets, days as shown, notes, and marks of cells."""

from __future__ import annotations

import io
import re
from collections import Counter
from datetime import date
from zipfile import ZipFile

import openpyxl
import pytest

from tasks.documents.parsed import Kind, Parsed, Use
from tasks.documents.parser import parse
from tasks.documents.raw import Unreadable, in_one_line
from tasks.documents.reading import read_file, read_text

from .test_document_reading import W, a_docx, p

HEAD = ["序号", "工作任务", "责任单位", "完成时限"]


def a_workbook(*sheets: tuple[str, list[list[object]]], hidden: str = "", form: str = "") -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for cell in sheet["D"][1:]:
            cell.number_format = form or cell.number_format
        sheet.sheet_state = "hidden" if name == hidden else "visible"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def plan_of(data: bytes, name: str = "表.xlsx") -> Parsed:
    read = read_file(name, data)
    return parse(read.rows, merged=read.merged)


def asked(plan: Parsed) -> Counter[str]:
    return Counter(str(doubt.kind) for doubt in plan.doubts)


@pytest.mark.parametrize(
    ("form", "shown", "due_on"),
    [
        ('yyyy"年"m"月"', "2026年6月", "2026-06-30"),
        ("yyyy年m月", "2026年6月", "2026-06-30"),
        ("yyyy/m", "2026年6月", "2026-06-30"),
        ("mmm-yy", "2026年6月", "2026-06-30"),
        ('[$-804]yyyy"年"m"月";@', "2026年6月", "2026-06-30"),
        ('yyyy"年"', "2026年", "2026-12-31"),
        ("yyyy-mm-dd", "2026年6月1日", "2026-06-01"),
        ('yyyy"年"m"月"d"日"', "2026年6月1日", "2026-06-01"),
        ('m"月"d"日"', "6月1日", None),
        ('m"月"', "6月", None),
    ],
)
def test_a_day_is_read_as_its_cell_shows_it(form: str, shown: str, due_on: str | None) -> None:
    data = a_workbook(("任务", [HEAD, [1, "甲项", "甲局", date(2026, 6, 1)]]), form=form)

    assert read_file("表.xlsx", data).rows[1].split("\t")[3] == shown
    plan = plan_of(data)
    assert plan.measures[0].due_on == due_on
    assert asked(plan) == {Kind.NO_SECTION: 1} | ({} if due_on else {Kind.NO_YEAR: 1})


@pytest.mark.parametrize(
    ("number", "shown"), [(57, "2026年6月"), (58, "6月1日"), (31, "2026年6月1日"), (27, "2026年6月")]
)
def test_days_in_the_formats_that_only_chinese_excel_has_are_days(number: int, shown: str) -> None:
    data = a_workbook(("任务", [HEAD, [1, "甲项", "甲局", date(2026, 6, 1)]]), form="yyyy-mm-dd")
    changed = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as before, ZipFile(changed, "w") as after:
        for part in before.namelist():
            content = before.read(part).replace(b'numFmtId="164"', b'numFmtId="%d"' % number)
            after.writestr(part, re.sub(rb"<numFmts.*?</numFmts>", b"", content))

    assert read_file("表.xlsx", changed.getvalue()).rows[1].split("\t")[3] == shown


def test_every_visible_sheet_with_a_table_of_measures_is_read_and_the_others_are_named() -> None:
    first = [HEAD, ["一、保护", None, None, None], [1, "甲项", "甲局", "长期"]]
    second = [["分解表"], HEAD, ["二、运用", None, None, None], [2, "乙项", "乙局", "长期"]]
    note = [["填表说明"], ["请按季填报"]]

    plan = plan_of(
        a_workbook(("说明", note), ("保护", first), ("空", []), ("运用", second), ("旧", first), hidden="旧")
    )

    assert [(measure.section, measure.wording) for measure in plan.measures] == [(1, "甲项"), (2, "乙项")]
    assert [section.title for section in plan.sections] == ["保护", "运用"]
    assert [doubt.words for doubt in plan.doubts if doubt.kind == Kind.SHEET] == [
        "工作表“说明”是隐藏的，或没有认识的表头，没有读入，请核对。",
        "工作表“旧”是隐藏的，或没有认识的表头，没有读入，请核对。",
    ]
    assert asked(plan) == {Kind.SHEET: 2, Kind.LINE: 1}  # the title above the second table
    assert plan.about.title == ""


def test_the_first_sheet_alone_is_told_to_have_no_table() -> None:
    rows = read_file("表.xlsx", a_workbook(("甲", [["甲", "乙"]]), ("乙", [["丙", "丁"]]))).rows

    assert rows == ["甲\t乙", "工作表“乙”没有读入"]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([["合计"], ["=1+1"]], "统计!A2是公式或错误值，请先粘贴为数值。"),
        ([["责任单位", "序号"], ["甲局", "=A1"]], "统计!B2是公式或错误值，请先粘贴为数值。"),
        ([[None] * 50 + ["字"]], "第1行超过50列。"),
    ],
)
def test_a_sheet_beside_the_table_may_hold_what_a_table_must_not_and_is_named_with_the_reason(
    rows: list[list[object]], why: str
) -> None:
    plan = plan_of(a_workbook(("任务", [HEAD, [1, "甲项", "甲局", "长期"]]), ("统计", rows)))

    assert asked(plan) == {Kind.NO_SECTION: 1, Kind.SHEET: 1}
    assert plan.doubts[-1].words == f"工作表“统计”没有读入，请核对：{why}"


ROW = [1, "甲项", "甲局", "长期"]


@pytest.mark.parametrize(
    "sheets",
    [
        [("填表说明", [["请认真填写"]]), ("任务分解表", [["表"], HEAD, ["=ROW()-2", "甲项", "甲局", "长期"]])],
        [("甲", [HEAD, ROW]), ("任务分解表", [["表"], HEAD, ["=ROW()-2", "甲项", "甲局", "长期"]])],
        [("任务分解表", [["表"], HEAD, ["=ROW()-2", "甲项", "甲局", "长期"]])],
        [("填表说明", [["请认真填写"]]), ("任务分解表", [["表"], [None], ["=1+1"]])],
        [("任务分解表", [["表"], [None], ["=1+1"], HEAD, ROW]), ("甲", [HEAD, ROW])],
    ],
)
def test_a_formula_in_a_table_of_measures_refuses_the_workbook_with_sheet_and_cell(
    sheets: list[tuple[str, list[list[object]]]],
) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_file("表.xlsx", a_workbook(*sheets))

    assert refusal.value.args[0] == "任务分解表!A3是公式或错误值，请先粘贴为数值。"


def hiding(*, rows: tuple[int, ...] = (), column: str = "", merged: str = "") -> bytes:
    table = [HEAD, *([at, f"第{at}项", f"{at}局", "长期"] for at in range(1, 6)), [6, "=1+1", None, None]]
    book = openpyxl.load_workbook(io.BytesIO(a_workbook(("任务", table))))
    for row in (*rows, 7):
        book["任务"].row_dimensions[row].hidden = True
    if column:
        book["任务"].column_dimensions[column].hidden = True
    if merged:
        book["任务"].merge_cells(merged)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "numbers", "places"),
    [
        (hiding(), [1, 2, 3, 4, 5], "第7行"),
        (hiding(rows=(3, 5, 6)), [1, 3], "第3、5—7行"),
        (hiding(rows=(2,), column="D"), [2, 3, 4, 5], "第2、7行和D列"),
    ],
)
def test_rows_and_columns_that_are_hidden_are_left_out_and_named(data: bytes, numbers: list[int], places: str) -> None:
    plan = plan_of(data)

    assert [measure.number for measure in plan.measures] == numbers
    assert [measure.line for measure in plan.measures] == [number + 1 for number in numbers]
    assert [(doubt.words, doubt.measure) for doubt in plan.doubts if doubt.kind == Kind.HIDDEN] == [
        (f"工作表“任务”的{places}是隐藏的，没有读入，请核对。", None)
    ]
    assert (plan.marks[-1].use, plan.marks[-1].why) == (Use.LEFT_OUT, "隐藏或划去的内容")
    assert (asked(plan)[Kind.NO_TIME] > 0) == ("D列" in places)


def test_what_is_merged_into_a_hidden_row_is_asked_about() -> None:
    plan = plan_of(hiding(rows=(3,), merged="C3:C4"))

    assert [[part.unit for part in measure.parts] for measure in plan.measures] == [["1局"], [], ["4局"], ["5局"]]


def test_rows_that_a_filter_hides_are_no_blank_rows() -> None:
    book = openpyxl.load_workbook(io.BytesIO(a_workbook(("任务", [HEAD, *[ROW] * 300, [2, "乙项", "乙局", "长期"]]))))
    for row in range(3, 302):
        book["任务"].row_dimensions[row].hidden = True
    stream = io.BytesIO()
    book.save(stream)

    assert [measure.line for measure in plan_of(stream.getvalue()).measures] == [2, 302]


def test_merged_cells_of_the_second_sheet_are_its_own() -> None:
    book = openpyxl.load_workbook(io.BytesIO(a_workbook(("一", [HEAD, [1, "甲项", "甲局", "长期"]]))))
    sheet = book.create_sheet("二")
    for row in (HEAD, [2, "乙项", "甲局", "长期"], [3, "丙项", None, None]):
        sheet.append(row)
    sheet.merge_cells("C2:C3")
    stream = io.BytesIO()
    book.save(stream)

    assert [[part.unit for part in measure.parts] for measure in plan_of(stream.getvalue()).measures] == [["甲局"]] * 3


def test_notes_of_a_word_file_are_lines_that_say_so() -> None:
    separator = '<w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote>'
    footnotes = (
        f'<w:footnotes {W}>{separator}<w:footnote w:id="1">{p("列第一位的为牵头单位。")}</w:footnote></w:footnotes>'
    )
    endnotes = f'<w:endnotes {W}><w:endnote w:id="1">{p("见附件。")}</w:endnote></w:endnotes>'
    body = p("一、保护") + p("1.甲项。（甲局、乙局按职责分工负责；长期）")

    plan = plan_of(a_docx(body, footnotes=footnotes, endnotes=endnotes), "计划.docx")

    assert read_file("a.docx", a_docx(body, footnotes=footnotes, endnotes=endnotes)).rows[2:] == [
        "脚注：列第一位的为牵头单位。",
        "尾注：见附件。",
    ]
    assert {part.unit: str(part.role) for part in plan.measures[0].parts} == {"甲局": "LEAD", "乙局": "CO"}
    assert asked(plan) == {Kind.CONVENTION: 1, Kind.LINE: 1}


def test_a_number_that_word_counts_and_a_year_after_it_are_two() -> None:
    numbering = (
        f'<w:numbering {W}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/>'
        '<w:lvlText w:val="%1."/></w:lvl></w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num>'
        "</w:numbering>"
    )
    listed = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr>'
    body = (
        p("一、保护") + p("2026年完成甲项。（甲局负责；长期）", listed) + p("5个平台建成。（甲局负责；长期）", listed)
    )

    plan = plan_of(a_docx(body, numbering=numbering), "计划.docx")

    assert [(measure.number, measure.wording) for measure in plan.measures] == [
        (1, "2026年完成甲项。"),
        (2, "5个平台建成。"),
    ]


def test_cells_with_lines_in_them_are_pasted_as_excel_copies_them() -> None:
    text = "\t".join(HEAD) + '\n1\t"推进甲项，\n建设""一件事""平台"\t"甲局\n乙局"\t长期\n2\t"乙项"之一\t甲局\t长期\n'

    rows = read_text(text).rows

    assert rows == [
        *("序号\t工作任务\t责任单位\t完成时限", '1\t推进甲项， 建设"一件事"平台\t甲局 乙局\t长期'),
        '2\t"乙项"之一\t甲局\t长期',
    ]
    assert [[part.unit for part in measure.parts] for measure in parse(rows).measures] == [["甲局", "乙局"], ["甲局"]]


@pytest.mark.parametrize("text", ['"甲项"与乙项\n丙项', '1\t"甲项\n2\t乙项', '"甲\n乙"'])
def test_marks_of_a_sentence_take_no_line_in(text: str) -> None:
    assert read_text(text).rows == text.split("\n")


def test_blanks_of_a_cell_are_looked_at_once() -> None:
    assert in_one_line(" " * 500_000 + "甲\n \n乙" + " " * 500_000) == "甲 乙"
