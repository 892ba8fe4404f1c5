"""What stands behind the ledger: every report, every request for more time, and the page that explains it all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook

from tasks.actions.report import withdraw
from tasks.choices import AmendmentKind, AssignmentRole, Timeliness
from tasks.excel import about
from tasks.excel.keys import MEASURE, parsed_version
from tasks.excel.style import LIGHTS
from tasks.models import Measure, Plan, Report, Review

from .builders import (
    a_closing,
    a_collective,
    a_department,
    a_measure,
    a_part,
    a_report,
    a_return,
    a_rule,
    an_amendment,
    an_extension,
    at,
    own_part,
)
from .test_excel_ledger import HEADER_ROW, TODAY, day, opened, row, rows

pytestmark = pytest.mark.django_db

JOINT = AssignmentRole.JOINT
REPORTS, EXTENSIONS = "进展明细", "延期"


# --- reports ---------------------------------------------------------------------------------------


def test_a_report_is_told_with_its_period_its_state_and_who_made_it() -> None:
    part = a_part(a_measure(number=3, due_on=None), a_department("区司法局"))
    words = {"progress": "=已开展。", "problems": "人手不足。", "next_steps": "增派人员。", "percent": 40}
    a_report(part, date(2021, 12, 20), **words, needs_coordination=True)
    author = part.reports.get().author.name

    assert row(part.measure.plan, REPORTS) == {
        "序号": 3,
        "工作任务": "建立区重大案件联席会商制度。",
        "责任单位": "区司法局",
        "填报单位": "区司法局",
        "填报周期": "2021年第四季度",
        "填报日期": day(2021, 12, 20),
        "状态": "已生效",
        "完成进度": 0.4,
        "进展情况": "=已开展。",
        "存在问题": "人手不足。",
        "下一步措施": "增派人员。",
        "需领导协调": "是",
        "填报人": author,
    }


def test_a_decision_is_told_once_it_was_made() -> None:
    part = a_part()
    report = a_closing(part, date(2021, 12, 1), date(2021, 12, 10))
    reviewer = Review.objects.get(report=report).reviewer.name

    def told(as_of: date) -> dict[str, Any]:
        found = row(part.measure.plan, REPORTS, as_of=as_of)
        labels = ("状态", "申请办结", "审核结果", "审核人", "审核日期")
        return {label: value for label, value in found.items() if label in labels}

    assert told(date(2021, 12, 9)) == {"状态": "待审核", "申请办结": "是"}
    assert told(TODAY) == {
        "状态": "审核通过",
        "申请办结": "是",
        "审核结果": "同意",
        "审核人": reviewer,
        "审核日期": day(2021, 12, 10),
    }


def test_only_what_counts_on_the_day_is_listed_in_the_order_of_the_text() -> None:
    measure = a_measure()
    later, earlier = a_part(measure, role=JOINT, position=2), a_part(measure, role=JOINT, position=1)
    a_report(later, date(2021, 11, 1), progress="一。")
    a_report(earlier, date(2021, 11, 2), progress="二。")
    a_report(earlier, date(2021, 11, 20), progress="三。")
    earlier_one = a_report(earlier, date(2021, 12, 3), progress="撤回的。")
    a_return(later, date(2021, 12, 1))
    Report.objects.filter(asks_to_close=True).update(progress="请求办结。")
    withdraw(by=earlier_one.author, report=earlier_one, now=at(date(2021, 12, 5)))
    a_report(later, date(2022, 1, 20), progress="以后的。")

    found = rows(opened(measure.plan), REPORTS)

    assert [(each["进展情况"], each["状态"]) for each in found] == [
        ("二。", "已有新的填报"),
        ("三。", "已生效"),
        ("一。", "已有新的填报"),
        ("请求办结。", "被退回"),
    ]


def test_a_members_report_names_its_collective() -> None:
    member = a_department("万新街道办")
    part = a_part(a_measure(), a_collective("各街道办", member))
    a_report(own_part(part, member), date(2021, 12, 17))

    found = row(part.measure.plan, REPORTS)

    assert (found["责任单位"], found["填报单位"]) == ("各街道办·万新街道办", "万新街道办")


# --- more time -------------------------------------------------------------------------------------


def test_the_chain_of_a_deadline_is_told_request_by_request() -> None:
    part = a_part(a_measure(number=5), a_department("区司法局"))
    first = an_extension(part.measure, date(2022, 3, 31), granted_on=date(2021, 12, 8))
    second = an_extension(part.measure, date(2022, 6, 30), asked_on=date(2022, 1, 5))

    told, waiting = rows(opened(part.measure.plan), EXTENSIONS)

    same = {"序号": 5, "工作任务": part.measure.wording, "申请单位": "区司法局", "原定时限": day(2021, 12, 31)}
    assert told == same | {
        "第几次": 1,
        "申请日期": day(2021, 12, 1),
        "申请时的时限": day(2021, 12, 31),
        "申请延期至": day(2022, 3, 31),
        "延期理由": first.reason,
        "审核结果": "同意延期",
        "同意延期至": day(2022, 3, 31),
        "审核日期": day(2021, 12, 8),
        "审核人": first.reviewer.name,
    }
    assert waiting == same | {
        "第几次": 2,
        "申请日期": day(2022, 1, 5),
        "申请时的时限": day(2022, 3, 31),
        "申请延期至": day(2022, 6, 30),
        "延期理由": second.reason,
        "审核结果": "待审核",
    }


def test_a_day_before_the_decision_knows_nothing_of_it() -> None:
    part = a_part()
    an_extension(part.measure, date(2022, 3, 31), granted_on=date(2021, 12, 8))

    found = row(part.measure.plan, EXTENSIONS, as_of=date(2021, 12, 7))

    assert (found["审核结果"], "同意延期至" in found, "审核人" in found) == ("待审核", False, False)
    assert rows(opened(part.measure.plan, as_of=date(2021, 11, 30)), EXTENSIONS)[0] == {"序号": "没有延期申请。"}


def test_a_request_that_waits_for_nobody_any_more_is_said_to() -> None:
    part = a_part()
    an_extension(part.measure, date(2022, 3, 31), asked_on=date(2022, 1, 5))
    an_amendment(part.measure, AmendmentKind.TERMINATION, date(2022, 1, 10))

    days = (date(2022, 1, 9), TODAY)
    found = [row(part.measure.plan, EXTENSIONS, as_of=each)["审核结果"] for each in days]

    assert found == ["待审核", "不再审核"]


@pytest.mark.parametrize(
    ("day_asked", "words"),
    [
        (date(2022, 1, 11), "2022年1月11日当日结束时。此后登记的内容不在其中。"),
        (TODAY, "2022年1月12日09:30。此后登记的内容不在其中，当日的也不在。"),
        (date(2022, 1, 13), "2022年1月13日尚未到来：按已有的记录推算，是预测，不是事实。"),
    ],
)
def test_it_says_up_to_when_it_knows(day_asked: date, words: str) -> None:
    assert about.of_day(day_asked, at(TODAY, 9, 30)) == words


# --- by what measures are known --------------------------------------------------------------------


def of_measure(plan: Plan) -> tuple[str, str]:
    sheet = opened(plan)["台账"]
    key, version = (cell.value for cell in sheet[HEADER_ROW + 1][-2:])
    assert [sheet.column_dimensions[letter].hidden for letter in ("S", "T", "U")] == [False, True, True]
    return key, version


def test_a_measures_row_has_a_key_and_a_version_of_what_it_shows() -> None:
    measure = a_part().measure

    key, version = of_measure(measure.plan)
    Measure.objects.filter(pk=measure.pk).update(wording="另一项工作。")
    changed = of_measure(measure.plan)

    known = parsed_version(key, version)
    assert key == f"M{measure.plan_id}-{measure.pk}"
    assert known is not None
    assert known.kind == MEASURE
    assert (changed[0], changed[1] == version) == (key, False)
    assert parsed_version(f"{measure.plan_id}-{measure.pk}", version) is None


# --- what explains it ------------------------------------------------------------------------------


def explained(book: Workbook) -> dict[str, str]:
    return dict(list(book["说明"].iter_rows(min_row=HEADER_ROW + 1, max_col=2, values_only=True)))


def test_the_last_sheet_says_of_which_day_it_is_who_took_it_and_by_which_rules() -> None:
    plan = a_part().measure.plan
    a_rule(plan, date(2022, 1, 1), due_soon_days=15, grace_days=7)
    plan = Plan.objects.get(pk=plan.pk)

    told = explained(opened(plan, exported_at=at(TODAY, 9, 30), conditions=[("时效", "逾期"), ("章节", "一、完善")]))

    assert {label: told[label] for label in ("数据截至", "导出人", "导出时间", "导出条件", "时效规则", "临期")} == {
        "数据截至": "2022年1月12日09:30。此后登记的内容不在其中，当日的也不在。",
        "导出人": "孟凡",
        "导出时间": "2022-01-12 09:30",
        "导出条件": "时效：逾期；章节：一、完善",
        "时效规则": "距完成时限不超过15天的为临期；填报周期按季度，周期结束后满7天仍未填报的为超期未报。",
        "临期": "距完成时限不超过15天的，为临期。",
    }
    assert {str(light.label) for light in Timeliness} <= set(told)


def test_a_past_day_is_explained_by_the_rules_that_were_in_force_on_it() -> None:
    plan = a_part().measure.plan
    a_rule(plan, date(2022, 1, 1), due_soon_days=15, grace_days=7)

    assert "不超过30天" in explained(opened(plan, as_of=date(2021, 12, 1)))["时效规则"]


def test_the_ground_of_a_light_follows_its_word() -> None:
    book = opened(a_part().measure.plan)

    for name, area in (("台账", "I5:I5"), ("分单位", "H5:H5")):
        ((found, rules),) = [(str(each.sqref), each.rules) for each in book[name].conditional_formatting]
        assert found in (area, area.partition(":")[0])
        assert [(rule.type, rule.dxf.fill.bgColor.rgb[2:], rule.dxf.font.color.rgb[2:]) for rule in rules] == [
            ("expression", ground, ink) for ink, ground in LIGHTS.values()
        ]
        assert [rule.formula[0].split('"')[1] for rule in rules] == [str(light.label) for light in LIGHTS]
