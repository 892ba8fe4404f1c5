"""What of the sheet of parts can be filled in, and by what its rows are known when they come back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tasks.excel.keys import parsed_version
from tasks.models import Plan

from .builders import a_closing, a_collective, a_department, a_measure, a_part, a_report
from .test_excel_ledger import HEADER_ROW, TODAY, opened

pytestmark = pytest.mark.django_db

INPUT = ["完成进度", "进展情况", "存在问题", "下一步措施", "需领导协调", "本期无新进展", "申请办结", "未达目标的原因"]


def parts_sheet(plan: Plan, **options: Any) -> Any:
    return opened(plan, **options)["分单位"]


def open_labels(sheet: Any, line: int = HEADER_ROW + 1) -> list[str]:
    """The headings over the cells of a row that can be typed over."""
    heads = [cell.value.removesuffix("\n（填写）") for cell in sheet[HEADER_ROW]]
    return [head for head, cell in zip(heads, sheet[line], strict=True) if not cell.protection.locked]


def hidden(sheet: Any, line: int = HEADER_ROW + 1) -> tuple[str, str]:
    key, version = sheet[line][-2:]
    return key.value, version.value


def test_only_the_input_columns_of_an_open_part_can_be_typed_over() -> None:
    sheet = parts_sheet(a_part().measure.plan)

    assert (sheet.protection.sheet, sheet.protection.password) == (True, None)
    assert (sheet.protection.autoFilter, sheet.protection.sort) == (False, False)  # false: not forbidden
    assert open_labels(sheet) == INPUT
    assert {sheet[HEADER_ROW][place].fill.fgColor.rgb for place in (10, 11, 22)} == {"00FFF1B8"}
    assert sheet[HEADER_ROW][2].fill.fgColor.rgb == "00E8EFF8"


def test_what_is_closed_takes_no_input() -> None:
    part = a_part()
    a_closing(part, date(2021, 12, 1), date(2021, 12, 3))

    sheet = parts_sheet(part.measure.plan)

    assert open_labels(sheet) == []
    assert hidden(sheet)[1].startswith("X0-")


def test_a_collective_with_members_takes_no_input() -> None:
    collective = a_collective("各街道办", a_department("万新街道"))

    assert open_labels(parts_sheet(a_part(a_measure(), collective).measure.plan)) == []


def test_key_and_version_stand_in_hidden_columns_within_the_filter() -> None:
    part = a_part()
    report = a_report(part, date(2021, 12, 1))

    sheet = parts_sheet(part.measure.plan)

    key, version = hidden(sheet)
    assert key == f"{part.measure.plan_id}-{part.pk}"
    assert version.startswith(f"L{report.pk}-")
    assert [sheet.column_dimensions[letter].hidden for letter in ("W", "Y", "Z")] == [False, True, True]
    assert sheet.auto_filter.ref == "A4:Z5"  # sorted within the filter, a row keeps its key


def test_the_version_changes_with_what_the_row_shows() -> None:
    part = a_part()
    plan = part.measure.plan
    silent = hidden(parts_sheet(plan))[1]
    a_report(part, date(2021, 12, 1), progress="一。")
    first = hidden(parts_sheet(plan))[1]
    again = hidden(parts_sheet(plan))[1]
    a_report(part, date(2021, 12, 2), progress="二。")

    assert again == first
    assert len({silent, first, hidden(parts_sheet(plan))[1]}) == 3


def test_a_version_is_of_its_own_row_and_instance(settings) -> None:
    part = a_part()
    key, version = hidden(parts_sheet(part.measure.plan))

    mine = parsed_version(key, version)
    other_row = parsed_version(f"{key}1", version)
    settings.SECRET_KEY = "another instance"

    assert mine is not None
    assert (mine.kind, mine.report) == ("L", 0)
    assert other_row is None
    assert parsed_version(key, version) is None
    assert parsed_version(key, "L0-nonsense") is None


def test_yes_and_no_are_chosen_from_a_hidden_sheet() -> None:
    book = opened(a_part().measure.plan)

    checks = {check.type: check for check in book["分单位"].data_validations.dataValidation}
    assert book["选项"].sheet_state == "hidden"
    assert [book["选项"].cell(line, 1).value for line in (1, 2)] == ["是", "否"]
    assert (checks["list"].formula1, str(checks["list"].sqref)) == ("'选项'!$A$1:$A$2", "O5 U5 V5")
    assert (checks["decimal"].formula2, str(checks["decimal"].sqref)) == ("1", "K5")


def test_an_empty_percentage_is_typed_as_one() -> None:
    assert parts_sheet(a_part().measure.plan)["K5"].number_format == "0%"


def test_a_day_in_the_past_has_versions_of_that_day() -> None:
    part = a_part()
    first = a_report(part, date(2021, 12, 1))
    a_report(part, date(2021, 12, 20), progress="又有进展。")

    version = hidden(parts_sheet(part.measure.plan, as_of=date(2021, 12, 10)))[1]

    assert version.startswith(f"L{first.pk}-")
    assert hidden(parts_sheet(part.measure.plan, as_of=TODAY))[1] != version
