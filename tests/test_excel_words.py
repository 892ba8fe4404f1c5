"""The ledger as a workbook, opened again: what the units said, as of which day, and what the file is called."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.choices import AssignmentRole
from tasks.excel import ledger
from tasks.models import Plan, Report

from .builders import (
    a_closing,
    a_collective,
    a_department,
    a_measure,
    a_part,
    a_report,
    a_return,
    own_part,
)
from .test_excel_ledger import TODAY, column, day, opened, row, rows

pytestmark = pytest.mark.django_db

JOINT = AssignmentRole.JOINT


# --- what the units said ---------------------------------------------------------------------------


def test_each_unit_speaks_on_its_own_line_and_silence_is_said():
    measure = a_measure()
    said = {"progress": "征求意见2次。", "problems": "意见未返回。"}
    a_report(a_part(measure, a_department("区委宣传部"), JOINT), date(2021, 12, 17), **said)
    a_part(measure, a_department("区农业农村委"), JOINT)
    a_report(a_part(measure, a_department("区司法局"), JOINT), date(2021, 12, 20), next_steps="月底前印发。")

    found = row(measure.plan)

    assert found["进展情况"] == (
        "【区委宣传部】2021-12-17：征求意见2次。\n【区农业农村委】未填报\n【区司法局】2021-12-20：已完成阶段性工作。"
    )
    assert found["存在问题"] == "【区委宣传部】意见未返回。"
    assert found["下一步措施"] == "【区司法局】月底前印发。"
    assert (found["已报/应报"], found["最近填报"]) == ("2/3", day(2021, 12, 20))


def test_a_collectives_member_speaks_in_its_own_name():
    member = a_department("张贵庄街道办")
    part = a_part(a_measure(), a_collective("各街道办", member, a_department("万新街道办")))
    a_report(own_part(part, member), date(2021, 12, 17), progress="入户宣传300户。")

    assert row(part.measure.plan)["进展情况"] == (
        "【各街道办·张贵庄街道办】2021-12-17：入户宣传300户。\n【各街道办·万新街道办】未填报"
    )
    assert column(part.measure.plan, "进展情况") == ["【张贵庄街道办】入户宣传300户。\n【万新街道办】未填报"]
    assert column(part.measure.plan, "填报次数") == [1]
    assert column(part.measure.plan, "责任单位") == ["各街道办"]


def test_many_long_reports_leave_room_for_every_unit_and_are_whole_on_the_second_sheet():
    measure = a_measure()
    names = [f"第{number}街道办" for number in range(1, 10)]
    long = "检查经营主体" * 300
    for name in names:
        a_report(a_part(measure, a_department(name), JOINT), date(2021, 12, 17), progress=long)

    book = opened(measure.plan)

    found = rows(book)[0]["进展情况"].split("\n")
    assert [line[: len(name) + 13] for line, name in zip(found, names, strict=True)] == [
        f"【{name}】2021-12-17：" for name in names
    ]
    assert {line[-10:] for line in found} == {"……（详见分单位表）"}
    assert [part["进展情况"] for part in rows(book, "分单位")] == [long] * 9


def test_a_text_longer_than_a_cell_holds_is_cut_with_a_mark():
    part = a_part()
    Report.objects.filter(pk=a_report(part, date(2021, 12, 17)).pk).update(progress="长" * 40_000)

    (found,) = column(part.measure.plan, "进展情况")

    assert (len(found), found[-18:]) == (32_767, "……（超出单元格字数上限，余下从略）")


@pytest.mark.parametrize("text", ['=HYPERLINK("http://example.org")', "+1", "-1", "@x", "#N/A"])
def test_what_people_type_is_never_a_formula(text):
    part = a_part(a_measure(wording=text), a_department(text))
    Report.objects.filter(pk=a_report(part, date(2021, 12, 17)).pk).update(
        progress=text, problems=text, next_steps=text
    )

    book = opened(part.measure.plan, exported_by=text)

    cells = [book["台账"][place] for place in ("C5", "D5", "M5", "N5", "O5")]
    cells += [book["分单位"][place] for place in ("C5", "D5", "L5", "M5", "N5")]
    assert [(cell.value, cell.data_type) for cell in cells] == [(text, "s")] * 10


# --- as of which day -------------------------------------------------------------------------------


def test_a_report_recorded_later_is_not_in_the_workbook_of_an_earlier_day():
    part = a_part()
    a_report(part, date(2021, 12, 1), progress="早先的进展。", percent=40)
    a_report(part, date(2022, 1, 7), progress="后来的进展。", percent=90)

    plan, earlier = part.measure.plan, date(2022, 1, 6)

    found = row(plan, as_of=earlier)
    assert (found["进展情况"], found["完成进度"], found["逾期天数"]) == ("早先的进展。", 0.4, 6)
    assert found["最近填报"] == day(2021, 12, 1)
    assert column(plan, "进展情况", as_of=earlier) == ["早先的进展。"]
    assert column(plan, "填报次数", as_of=earlier) == [1]
    assert column(plan, "进展情况", as_of=date(2022, 1, 7)) == ["后来的进展。"]


@pytest.mark.parametrize(
    ("as_of", "request_"),
    [
        (date(2021, 12, 9), None),
        (date(2021, 12, 10), "待审核"),
        (date(2021, 12, 14), "退回"),
        (date(2021, 12, 20), "待审核"),
        (date(2021, 12, 22), "同意办结"),
    ],
)
def test_a_request_to_close_is_shown_as_it_stood_that_day(as_of, request_):
    part = a_part()
    a_return(part, date(2021, 12, 10), date(2021, 12, 14))
    a_report(part, date(2021, 12, 16))
    a_closing(part, date(2021, 12, 20), date(2021, 12, 22))

    assert column(part.measure.plan, "办结申请", as_of=as_of) == [request_]


def test_a_closed_part_needs_no_coordination_any_more():
    part = a_part()
    a_report(part, date(2021, 12, 1), needs_coordination=True)
    closing = a_closing(part, date(2021, 12, 20), date(2021, 12, 22))
    Report.objects.filter(pk=closing.pk).update(needs_coordination=True)

    assert [column(part.measure.plan, "需领导协调", as_of=date(2021, 12, day)) for day in (1, 21, 22)] == [
        ["是"],
        ["是"],
        [None],
    ]


# --- its name --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("强化知识产权保护推进计划", "强化知识产权保护推进计划_台账_2022-01-12.xlsx"),
        ("../etc/passwd", "etc_passwd_台账_2022-01-12.xlsx"),
        ("C:\\计划?*", "C_计划_台账_2022-01-12.xlsx"),
        ('甲"乙\r\n\x00\u202e丙', "甲_乙_丙_台账_2022-01-12.xlsx"),
        ("计" * 200, "计" * 50 + "_台账_2022-01-12.xlsx"),
        ("///", "dongli_台账_2022-01-12.xlsx"),
    ],
)
def test_the_file_is_named_by_plan_and_day_and_safe_everywhere(title, name):
    assert ledger.filename(Plan(title=title, slug="dongli"), TODAY) == name
