"""What of a workbook is nobody's to change: columns that are locked, keys, merged cells, rows of other plans."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import translation
from openpyxl import Workbook

from tasks.excel import fill_in, ledger
from tasks.excel.keys import LABELS
from tasks.models import Assignment, Plan, UploadedRow

from .builders import a_department, a_measure, a_part, a_plan, a_report, a_reporter, an_administrator
from .office import saved_again
from .workbooks import (
    HEADER_ROW,
    Change,
    a_fill_in,
    a_ledger,
    brought,
    changes,
    confirmed,
    filled_in,
    place,
    read,
    refusals,
    reports,
    sheet_of,
    typing,
    unchanged,
)

pytestmark = pytest.mark.django_db
FIRST = HEADER_ROW + 1
BOOKS = ("fill-in", "ledger")
FILL_IN_LOCKED = [str(column.label) for column in fill_in.COLUMNS if column.is_locked]
LEDGER_LOCKED = [str(column.label) for column in ledger.PART_COLUMNS if column.is_locked]


@pytest.fixture
def unit():
    return a_department("区商务局")


@pytest.fixture
def plan(unit) -> Plan:
    """Two parts of one unit, the first of them reported on."""
    plan = a_plan()
    parts = [a_part(a_measure(plan, number=number, wording=f"第{number}件事。"), unit) for number in (1, 2)]
    a_report(parts[0], date(2021, 12, 1), progress="第一版。", problems="人手不足。", percent=30)
    return plan


def book_of(kind: str, plan: Plan, unit: Any) -> bytes:
    return a_fill_in(plan, unit) if kind == "fill-in" else a_ledger(plan)


# --- locked columns ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "label"),
    [*(("fill-in", label) for label in FILL_IN_LOCKED), *(("ledger", label) for label in LEDGER_LOCKED)],
)
def test_what_is_typed_into_a_locked_column_is_named_and_not_taken(plan, unit, kind, label) -> None:
    where: list[str] = []
    content = filled_in(
        book_of(kind, plan, unit),
        typing(label, "改了", line=FIRST + 1),
        lambda book: where.append(f"{sheet_of(book).title}!{place(sheet_of(book), label, FIRST + 1)}"),
    )

    upload = brought(an_administrator(), plan, content)

    assert list(upload.files.values_list("ignored", flat=True)) == where
    assert (changes(upload), refusals(upload), unchanged(upload)) == ([], [], 2)


def test_every_column_is_filled_in_or_locked_or_hidden() -> None:
    for columns in (fill_in.COLUMNS, ledger.PART_COLUMNS):
        assert all((column.opens is not None) + column.is_locked + column.is_hidden == 1 for column in columns)
    assert (len(FILL_IN_LOCKED), len(LEDGER_LOCKED)) == (8, 15)


def test_many_changed_cells_are_named_up_to_a_number_and_counted(plan, unit) -> None:
    everything = [typing(label, "改了", line=line) for label in LEDGER_LOCKED[1:] for line in (FIRST, FIRST + 1)]

    upload = brought(an_administrator(), plan, filled_in(a_ledger(plan), *everything))

    (ignored,) = upload.files.values_list("ignored", flat=True)
    assert ignored.count("分单位!") == 20
    assert ignored.endswith("等28处")


# --- the plan has changed since it went out ------------------------------------------------------------


@pytest.mark.parametrize("kind", BOOKS)
def test_a_unit_renamed_and_a_measure_renumbered_since_are_known_by_the_key(plan, unit, kind) -> None:
    content = filled_in(book_of(kind, plan, unit), typing("进展情况", "完成。", line=FIRST + 1))
    plan.measures.filter(number=2).update(number=12)
    type(unit).objects.filter(pk=unit.pk).update(name="区商务和信息化局")

    upload = brought(an_administrator(), plan, content)
    made = confirmed(upload.author, upload)

    assert (made, refusals(upload)) == (1, [])
    assert Assignment.objects.get(measure__number=12).reports.get().progress == "完成。"


def test_a_name_brought_up_to_date_by_hand_is_the_unit(plan, unit) -> None:
    content = filled_in(a_fill_in(plan, unit), typing("责任单位", "区商务和信息化局"), typing("进展情况", "完成。"))
    type(unit).objects.filter(pk=unit.pk).update(name="区商务和信息化局")

    upload = brought(an_administrator(), plan, content)

    assert refusals(upload) == []
    assert [new for _cell, _label, _old, new in changes(upload)] == ["完成。"]


@pytest.mark.parametrize(("label", "value"), [("序号", 2), ("责任单位", "区司法局")])
def test_a_row_with_the_key_of_another_is_refused_as_such(plan, unit, label, value) -> None:
    content = filled_in(a_fill_in(plan, unit), typing(label, value), typing("进展情况", "完成。"))

    upload = brought(an_administrator(), plan, content)

    assert refusals(upload) == [
        "填报表第5行: 本行的序号或责任单位与导出时不同（按标识，本行为第1项、区商务局），可能排序时没有选中全部列。"
    ]


def test_a_row_copied_within_its_sheet_is_refused_twice(plan, unit) -> None:
    def copied(book: Workbook) -> None:
        sheet = sheet_of(book)
        for cell in sheet[FIRST]:
            sheet.cell(FIRST + 2, cell.column).value = cell.value
        sheet[place(sheet, "进展情况", FIRST + 2)].value = "另一种说法。"

    content = filled_in(a_fill_in(plan, unit), typing("进展情况", "一种说法。"), copied)

    found = refusals(brought(an_administrator(), plan, content))

    assert found == [
        "填报表第5行: 与“1.xlsx”填报表第7行是同一项分工，内容或版本不同。请只保留一份，重新上传。",
        "填报表第7行: 与“1.xlsx”填报表第5行是同一项分工，内容或版本不同。请只保留一份，重新上传。",
    ]


# --- another plan's ------------------------------------------------------------------------------------


def test_another_plans_workbook_is_refused_by_its_name_however_many_rows_it_has(plan, unit, settings) -> None:
    settings.WORKBOOKS_MAX_CHANGES = 1
    other = a_plan(title="推进计划（下一年）")
    for number in (1, 2, 3):
        a_part(a_measure(other, number=number), unit)
    typed = [typing("进展情况", "完成。", line=line) for line in (FIRST, FIRST + 1)]

    untouched = brought(an_administrator(), plan, a_fill_in(other, unit))
    said = brought(an_administrator(), plan, filled_in(a_fill_in(other, unit), *typed))

    words = ["1.xlsx: 本文件属于《推进计划（下一年）》，不是本计划的，请在那份计划的页面上传。"]
    assert (refusals(untouched), refusals(said)) == (words, words)
    assert (unchanged(untouched), UploadedRow.objects.count()) == (0, 0)


def test_a_row_of_another_plan_among_ours_is_refused_by_its_name(plan, unit) -> None:
    other = a_plan(title="推进计划（下一年）")
    a_part(a_measure(other, number=2), unit)
    rows: list[list[Any]] = []
    filled_in(a_fill_in(other, unit), lambda book: rows.append([cell.value for cell in sheet_of(book)[FIRST]]))

    def pasted(book: Workbook) -> None:
        for column, value in enumerate(rows[0], start=1):
            sheet_of(book).cell(FIRST + 1, column).value = value

    content = filled_in(a_fill_in(plan, unit), pasted, typing("进展情况", "完成。", line=FIRST + 1))

    upload = brought(an_administrator(), plan, content)

    assert refusals(upload) == ["填报表第6行: 本行属于《推进计划（下一年）》，不是本计划的，请在那份计划的页面上传。"]


def test_a_plan_that_is_gone_has_no_name(plan, unit) -> None:
    other = a_plan()
    a_part(a_measure(other, number=1), unit)
    content = a_fill_in(other, unit)
    other.delete()

    assert refusals(brought(an_administrator(), plan, content)) == [
        "1.xlsx: 本文件属于另一份推进计划，该计划已不存在。"
    ]


# --- merged cells --------------------------------------------------------------------------------------


def merging(area: str) -> Change:
    return lambda book: sheet_of(book).merge_cells(area)


def why_merged(area: str) -> str:
    return f"在合并单元格{area}之内，不能确定内容属于哪一格，请取消合并、逐格填写。"


def test_a_merged_cell_empties_no_row_but_the_first(plan, unit) -> None:
    a_report(Assignment.objects.get(measure__number=2), date(2021, 12, 1), progress="第二项的。")
    content = filled_in(a_ledger(plan), merging("L5:L6"), typing("进展情况", "合起来说。"))

    upload = brought(an_administrator(), plan, content)
    confirmed(upload.author, upload, leaves_out_refused=True)

    assert refusals(upload) == [f"分单位!L6: {why_merged('L5:L6')}"]
    assert reports()[-1] == ("区商务局", "合起来说。")
    assert Assignment.objects.get(measure__number=2).reports.get().progress == "第二项的。"


def test_libreoffice_keeps_them_merged(plan, unit, tmp_path) -> None:
    content = saved_again(filled_in(a_fill_in(plan, unit), merging("I5:I6"), typing("进展情况", "合。")), tmp_path)

    upload = brought(an_administrator(), plan, content)

    assert refusals(upload) == [f"填报表!I6: {why_merged('I5:I6')}"]


@pytest.mark.parametrize(
    ("area", "cells"),
    [
        ("I5:J5", ["J5"]),
        ("H5:I5", ["I5"]),
        ("I5:J6", ["J5", "I6", "J6"]),
        ("A5:H6", []),
        ("A7:P7", []),
    ],
)
def test_only_cells_that_are_filled_in_are_refused_and_by_their_address(plan, unit, area, cells) -> None:
    found = refusals(brought(an_administrator(), plan, filled_in(a_fill_in(plan, unit), merging(area))))

    assert found == [f"填报表!{cell}: {why_merged(area)}" for cell in cells]


def test_more_merged_cells_than_anybody_makes_are_refused(plan, unit, monkeypatch) -> None:
    monkeypatch.setattr("tasks.excel.incoming.MOST_MERGED", 3)

    found = read(filled_in(a_fill_in(plan, unit), merging("A9:B9")))

    assert found.fault == "工作表“填报表”的合并单元格超过3处，请取消合并后再试。"


# --- another language ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", BOOKS)
def test_an_english_workbook_comes_home(plan, unit, kind, tmp_path) -> None:
    with translation.override("en"):
        content = book_of(kind, plan, unit)
        untouched = brought(an_administrator(), plan, content)
        again = brought(an_administrator(), plan, saved_again(content, tmp_path))
        heading = str(LABELS["progress"])
        where = next(cell for cell in read_header(content) if str(cell.value).startswith(f"{heading}\n"))

        def change(book: Workbook) -> None:
            book[where.parent.title][f"{where.column_letter}{FIRST}"].value = "Done."

        told = brought(a_reporter(unit), plan, filled_in(content, change))

    for upload in (untouched, again):
        assert (changes(upload), refusals(upload), unchanged(upload)) == ([], [], 2)
        assert list(upload.files.values_list("ignored", flat=True)) == [""]
    assert [new for _cell, _label, _old, new in changes(told)] == ["Done."]


@pytest.mark.parametrize(("taken_in", "brought_in"), [("zh-hans", "en"), ("en", "zh-hans")])
@pytest.mark.parametrize("kind", BOOKS)
def test_a_workbook_comes_home_to_whoever_reads_another_language(plan, unit, kind, taken_in, brought_in) -> None:
    with translation.override(taken_in):
        content = book_of(kind, plan, unit)
        heading = str(LABELS["progress"])
        where = next(cell for cell in read_header(content) if str(cell.value).startswith(f"{heading}\n"))

    def change(book: Workbook) -> None:
        book[where.parent.title][f"{where.column_letter}{FIRST}"].value = "Done."

    with translation.override(brought_in):
        untouched = brought(an_administrator(), plan, content)
        told = brought(a_reporter(unit), plan, filled_in(content, change))

    assert (changes(untouched), refusals(untouched), unchanged(untouched)) == ([], [], 2)
    assert list(untouched.files.values_list("ignored", flat=True)) == [""]
    assert [new for _cell, _label, _old, new in changes(told)] == ["Done."]


def read_header(content: bytes) -> list[Any]:
    """The cells of the header of the sheet that comes back, which ends with two hidden columns."""
    found: list[Any] = []
    filled_in(
        content,
        lambda book: found.extend(
            next(list(sheet[HEADER_ROW]) for sheet in reversed(book.worksheets) if sheet.protection.sheet)
        ),
    )
    return found
