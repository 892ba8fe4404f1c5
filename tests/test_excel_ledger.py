"""The ledger as a workbook, opened again: whose rows, in which columns, as of which day."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from tasks.choices import AssignmentRole
from tasks.models import Measure, Plan

from .builders import (
    a_busy_autumn,
    a_closing,
    a_department,
    a_measure,
    a_part,
    a_plan,
    a_report,
    a_section,
)
from .workbooks import whole_ledger

pytestmark = pytest.mark.django_db

SOLE, LEAD, CO, JOINT = AssignmentRole.SOLE, AssignmentRole.LEAD, AssignmentRole.CO, AssignmentRole.JOINT
HEADER_ROW = 4
HIDDEN = ("标识", "版本", "任务标识", "任务版本", "已填报")
SHEETS = ("台账", "分单位")
TODAY = date(2022, 1, 12)


def day(year: int, month: int, number: int) -> datetime:
    """A date as workbooks hold it."""
    return datetime(year, month, number)  # noqa: DTZ001


DEADLINE = day(2021, 12, 31)


def opened(plan: Plan, *, as_of: date = TODAY, measures: Any = None, **more: Any) -> Workbook:
    """The plan's workbook, written and read back."""
    rows = Measure.objects.filter(plan=plan).as_of(as_of).in_plan_order() if measures is None else measures
    content = whole_ledger(plan=plan, measures=rows, as_of=as_of, **{"exported_by": "孟凡"} | more)
    return load_workbook(BytesIO(content))


def rows(book: Workbook, sheet: str = "台账") -> list[dict[str, Any]]:
    """The rows of a sheet, by its header; empty cells and hidden columns left out."""
    header, *found = book[sheet].iter_rows(min_row=HEADER_ROW, values_only=True)
    return [
        {
            label.removesuffix("\n（填写）"): value
            for label, value in zip(header, row, strict=True)
            if value is not None and label not in HIDDEN
        }
        for row in found
    ]


def visible(book: Workbook) -> list[str]:
    return [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]


def row(plan: Plan, sheet: str = "台账", **options: Any) -> dict[str, Any]:
    (found,) = rows(opened(plan, **options), sheet)
    return found


def column(plan: Plan, label: str, sheet: str = "分单位", **options: Any) -> list[Any]:
    return [found.get(label) for found in rows(opened(plan, **options), sheet)]


# --- the whole -------------------------------------------------------------------------------------


WHEN_OVERDUE = {
    "时效规则": "完成时限当日仍算按期；次日起尚未申请办结的，为逾期。",
    "下一变化": "同意延期的，按新的时限计算；办结的，转为逾期办结。",
}


def test_the_ledger_says_how_a_measure_stands():
    part = a_part(a_measure(number=16), a_department("区市场监管局"))
    a_report(
        part,
        date(2022, 1, 7),
        progress="已托管企业468家。",
        problems="企业名单更新慢。",
        next_steps="更新企业名单。",
        percent=78,
    )

    assert row(part.measure.plan) == {
        "序号": 16,
        "章节": "一、完善知识产权保护制度",
        "工作任务": "建立区重大案件联席会商制度。",
        "牵头/负责单位": "区市场监管局",
        "原定时限": DEADLINE,
        "现行时限": DEADLINE,
        "时效": "逾期",
        "说明": "应于2021年12月31日办结，逾期12天，未申请延期。",
        "逾期天数": 12,
        "完成进度": 0.78,
        "进展情况": "已托管企业468家。",
        "存在问题": "企业名单更新慢。",
        "下一步措施": "更新企业名单。",
        "已报/应报": "1/1",
        "最近填报": day(2022, 1, 7),
        **WHEN_OVERDUE,
    }


def test_the_second_sheet_says_how_every_part_of_it_stands():
    measure = a_measure(number=3)
    a_part(measure, a_department("公安东丽分局"), LEAD)
    silent = a_part(measure, a_department("区委宣传部"), CO)
    a_report(measure.assignments.first(), date(2021, 11, 1))
    a_report(
        measure.assignments.first(),
        date(2022, 1, 7),
        progress="正在会签。",
        problems="会签单位较多。",
        next_steps="月底前印发。",
        percent=80,
        needs_coordination=True,
        asks_to_close=True,
    )

    first, second = rows(opened(silent.measure.plan), "分单位")

    same = {
        "序号": 3,
        "章节": "一、完善知识产权保护制度",
        "工作任务": "建立区重大案件联席会商制度。",
        "原定时限": DEADLINE,
        "现行时限": DEADLINE,
        "时效": "逾期",
        "说明": "应于2021年12月31日办结，逾期12天，未申请延期。",
        "逾期天数": 12,
        **WHEN_OVERDUE,
    }
    assert first == same | {
        "责任单位": "公安东丽分局",
        "角色": "牵头",
        "完成进度": 0.8,
        "进展情况": "正在会签。",
        "存在问题": "会签单位较多。",
        "下一步措施": "月底前印发。",
        "需领导协调": "是",
        "办结申请": "待审核",
        "最近填报": day(2022, 1, 7),
        "填报次数": 2,
    }
    assert second == same | {"责任单位": "区委宣传部", "角色": "配合", "填报次数": 0}


def test_the_columns_are_those_of_the_ledger():
    book = opened(a_part().measure.plan)

    assert {name: " ".join(cell.value for cell in book[name][HEADER_ROW]) for name in SHEETS} == {
        "台账": "序号 章节 工作任务 牵头/负责单位 配合单位 责任单位 原定时限 现行时限 时效 说明 逾期天数 完成进度 "
        "进展情况 存在问题 下一步措施 已报/应报 最近填报 时效规则 下一变化 任务标识 任务版本",
        "分单位": "序号 章节 工作任务 责任单位 角色 原定时限 现行时限 时效 说明 逾期天数 "
        "完成进度\n（填写） 进展情况\n（填写） 存在问题\n（填写） 下一步措施\n（填写） 需领导协调\n（填写） "
        "办结申请 最近填报 填报次数 时效规则 下一变化 本期无新进展\n（填写） "
        "申请办结\n（填写） 未达目标的原因\n（填写） 已填报 标识 版本",
    }


def test_the_heading_names_the_plan_the_document_and_the_day():
    measure = a_measure()
    a_part(measure, role=JOINT)
    a_part(measure, role=JOINT)

    book = opened(measure.plan)

    assert {name: [book[name].cell(line, 1).value for line in (1, 2, 3)] for name in SHEETS} == {
        "台账": [
            "强化知识产权保护推进计划台账",
            "津丽知略〔2021〕1号　区市场监管局",
            "数据截至2022年1月12日　·　导出人：孟凡　·　任务1项，责任分工2项",
        ],
        "分单位": [
            "强化知识产权保护推进计划责任分工",
            "津丽知略〔2021〕1号　区市场监管局",
            "数据截至2022年1月12日　·　导出人：孟凡　·　任务1项，责任分工2项",
        ],
    }


def test_the_heading_says_what_the_rows_were_narrowed_down_to():
    plan = a_part().measure.plan

    book = opened(plan, conditions=[("章节", "一、完善知识产权保护制度"), ("时效", "逾期")])

    assert book["台账"]["A3"].value == (
        "数据截至2022年1月12日　·　导出人：孟凡　·　任务1项，责任分工1项　·　"
        "导出条件：章节：一、完善知识产权保护制度；时效：逾期"
    )


def test_the_file_names_the_plan_and_who_made_it():
    properties = opened(a_part().measure.plan).properties

    assert (properties.title, properties.creator) == ("强化知识产权保护推进计划台账", "孟凡")


def test_the_columns_that_tell_rows_apart_stay_in_place():
    book = opened(a_part().measure.plan)

    assert (book["台账"].freeze_panes, book["分单位"].freeze_panes) == ("D5", "E5")


def test_the_light_has_the_colour_of_its_word_on_both_sheets():
    book = opened(a_part().measure.plan)

    assert (book["台账"]["I5"].value, book["台账"]["I5"].fill.fgColor.rgb) == ("逾期", "00FBE9E7")
    assert (book["分单位"]["H5"].value, book["分单位"]["H5"].fill.fgColor.rgb) == ("逾期", "00FBE9E7")


# --- whose rows ------------------------------------------------------------------------------------


def four_measures() -> Plan:
    plan = a_plan()
    for number, due_on in ((1, date(2021, 12, 31)), (2, None), (3, date(2022, 6, 30)), (4, date(2021, 10, 31))):
        measure = a_measure(plan, number=number, due_on=due_on)
        a_part(measure, role=JOINT)
        a_part(measure, role=JOINT)
    return plan


def test_both_sheets_keep_the_rows_and_the_order_of_the_screen():
    plan = four_measures()
    chosen = Measure.objects.filter(plan=plan).as_of(TODAY).standing("OVERDUE").by_days_late()

    book = opened(plan, measures=chosen)

    assert [found["序号"] for found in rows(book)] == [4, 1]
    assert [found["序号"] for found in rows(book, "分单位")] == [4, 4, 1, 1]


def test_another_plans_reports_and_units_stay_out():
    own = a_part(a_measure(number=1), a_department("区金融局"))
    a_report(own, date(2021, 12, 1), progress="本计划的进展。")
    a_report(a_part(a_measure(number=1), a_department("区司法局")), date(2021, 12, 2), progress="别的计划。")

    book = opened(own.measure.plan)

    assert [(found["牵头/负责单位"], found["进展情况"]) for found in rows(book)] == [("区金融局", "本计划的进展。")]
    assert [(found["责任单位"], found["进展情况"]) for found in rows(book, "分单位")] == [
        ("区金融局", "本计划的进展。")
    ]


def test_the_real_plan_has_every_measure_and_every_responsibility(shipped_plan):
    book = opened(shipped_plan)

    assert [found["序号"] for found in rows(book)] == list(range(1, 43))
    assert len(rows(book, "分单位")) == 100
    assert {found["填报次数"] for found in rows(book, "分单位")} == {0}


def test_without_rows_both_sheets_say_so():
    book = opened(a_plan())

    assert [book[name]["A5"].value for name in ("台账", "分单位", "进展明细", "延期")] == [
        "没有符合条件的任务。",
        "没有符合条件的任务。",
        "没有进展填报。",
        "没有延期申请。",
    ]


def test_the_workbook_takes_nine_queries_however_many_rows(shipped_plan, django_assert_num_queries):
    a_busy_autumn(shipped_plan)
    measures = Measure.objects.filter(plan=shipped_plan).as_of(TODAY).in_plan_order()

    for number in (1, 3, 37):  # measure 37 has the members of a collective
        chosen = measures.filter(number__in=range(38 - number, 38))
        # Measures; parts; members of collectives, their reports; last reports; units; more time; reports; rules.
        plan = Plan.objects.get(pk=shipped_plan.pk)
        with django_assert_num_queries(9):
            whole_ledger(plan=plan, measures=chosen, as_of=TODAY, exported_by="孟凡")


# --- in which columns ------------------------------------------------------------------------------


def units(plan: Plan) -> dict[str, str]:
    columns = ("牵头/负责单位", "配合单位", "责任单位")
    return {label: value for label, value in row(plan).items() if label in columns}


def test_who_leads_and_who_helps_stand_apart():
    measure = a_measure()
    for name, role in (("区金融局", LEAD), ("区发改委", CO), ("区科技局", CO)):
        a_part(measure, a_department(name), role)

    assert units(measure.plan) == {"牵头/负责单位": "区金融局", "配合单位": "区发改委、区科技局"}


def test_several_leads_stand_together():
    measure = a_measure()
    for name, role in (("区金融局", LEAD), ("区发改委", LEAD), ("区科技局", CO)):
        a_part(measure, a_department(name), role)

    assert units(measure.plan) == {"牵头/负责单位": "区金融局、区发改委", "配合单位": "区科技局"}


def test_joint_units_have_no_lead_and_keep_the_order_of_the_text():
    measure = a_measure()
    a_part(measure, a_department("区司法局", position=1), JOINT, position=2)
    a_part(measure, a_department("区市场监管局", position=9), JOINT, position=1)

    assert units(measure.plan) == {"责任单位": "区市场监管局、区司法局"}
    assert column(measure.plan, "责任单位") == ["区市场监管局", "区司法局"]
    assert column(measure.plan, "角色") == ["按职责分工", "按职责分工"]


def test_an_ongoing_measure_has_words_for_a_deadline_and_is_never_late():
    plan = a_part(a_measure(due_on=None)).measure.plan

    found = row(plan)

    deadlines = (found["原定时限"], found["现行时限"])
    assert (*deadlines, found["时效"], "逾期天数" in found) == ("持续推进", "持续推进", "超期未报", False)
    assert column(plan, "说明") == ["2021年第四季度未填报，填报截止2022年1月9日，已超期3天。"]


@pytest.mark.parametrize(
    ("asked_on", "light", "days_late"),
    [(date(2021, 12, 31), "已办结", None), (date(2022, 1, 6), "逾期办结", 6)],
)
def test_what_was_closed_late_says_by_how_many_days(asked_on, light, days_late):
    part = a_part()
    a_closing(part, asked_on, date(2022, 1, 8))

    found = row(part.measure.plan)

    assert (found["时效"], found.get("逾期天数")) == (light, days_late)
    assert column(part.measure.plan, "逾期天数") == [days_late]


@pytest.mark.parametrize(
    ("roles", "percents", "shown"),
    [
        ((SOLE, CO), (40, 90), 0.4),
        ((LEAD, CO), (0, 90), 0.0),
        ((LEAD, CO), (None, 90), None),
        ((LEAD, LEAD), (40, 40), None),
        ((JOINT, JOINT), (40, 40), None),
        ((JOINT,), (40,), 0.4),
    ],
)
def test_the_progress_of_a_measure_is_that_of_the_one_unit_that_decides(roles, percents, shown):
    measure = a_measure()
    for role, percent in zip(roles, percents, strict=True):
        a_report(a_part(measure, role=role), date(2021, 12, 1), percent=percent)

    assert row(measure.plan).get("完成进度") == shown


def test_a_later_report_without_a_percentage_leaves_none():
    part = a_part()
    a_report(part, date(2021, 12, 1), percent=40)
    a_report(part, date(2021, 12, 8))

    assert "完成进度" not in row(part.measure.plan)


def test_how_many_units_have_reported_is_text_and_no_date():
    measure = a_measure()
    for _ in range(4):
        a_report(a_part(measure, role=JOINT), date(2021, 12, 1))
    a_part(measure, role=JOINT)

    cell = opened(measure.plan)["台账"]["P5"]

    assert (cell.value, cell.data_type, cell.number_format, cell.alignment.horizontal) == ("4/5", "s", "@", "right")


def test_a_section_is_named_as_its_heading():
    plan = a_plan()
    a_part(a_measure(plan, section=a_section(plan, 8, "做好知识产权保护组织保障")))

    assert row(plan)["章节"] == "八、做好知识产权保护组织保障"
