"""Workbooks that come back: what is not taken of them, and where it stands."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.actions import review as review_actions
from tasks.actions import upload as actions
from tasks.models import Assignment, Report

from .builders import (
    a_department,
    a_measure,
    a_part,
    a_plan,
    a_report,
    a_reporter,
    an_administrator,
    an_indicator,
    at,
    the_reviewer_of,
)
from .workbooks import (
    TODAY,
    a_fill_in,
    a_ledger,
    brought,
    confirmed,
    filled_in,
    place,
    refusals,
    reports,
    sheet_of,
    typing,
    unchanged,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def part() -> Assignment:
    return a_part(a_measure(number=1), a_department("区商务局"))


@pytest.fixture
def author(part):
    return a_reporter(part.department, last_name="孟凡")


# --- what is not taken, and where it stands --------------------------------------------------------


def test_what_a_report_would_be_refused_for_is_refused_under_its_cell(part, author) -> None:
    an_indicator(part.measure, name="托管企业")
    plan = part.measure.plan
    form = a_fill_in(plan, part.department)

    silent = brought(author, plan, filled_in(form, typing("存在问题", "人手不足。")))
    short = brought(author, plan, filled_in(form, typing("进展情况", "完成。"), typing("申请办结", "是")))
    both = brought(
        author,
        plan,
        filled_in(form, typing("进展情况", "无。"), typing("申请办结", "是"), typing("本期无新进展", "是")),
    )

    assert refusals(silent) == ["填报表!I5: 请填写进展情况。"]
    assert refusals(short) == ["填报表!P5: 托管企业未达目标值，申请办结须说明原因。"]
    assert len(refusals(both)) == 1
    assert not Report.objects.exists()
    with pytest.raises(actions.NotTaken, match="有不能接受的文件、行或单元格"):
        confirmed(author, silent)


def test_another_units_row_is_refused_and_its_untouched_ones_are_not(part, author) -> None:
    plan = part.measure.plan
    a_part(a_measure(plan, number=2), a_department("区司法局"))
    content = filled_in(a_ledger(plan), typing("进展情况", "代为填写。", line=6))

    upload = brought(author, plan, content)

    assert refusals(upload) == ["分单位第6行: 不是您所在单位的分工，不能由您填报。"]
    assert unchanged(upload) == 1


def test_rows_of_another_plan_are_refused(part, author) -> None:
    other = a_part(a_measure(a_plan(), number=1), part.department)
    content = filled_in(a_fill_in(other.measure.plan, part.department), typing("进展情况", "已完成。"))

    upload = brought(author, part.measure.plan, content)

    title = other.measure.plan.title
    assert refusals(upload) == [f"1.xlsx: 本文件属于《{title}》，不是本计划的，请在那份计划的页面上传。"]


def test_a_row_that_nobody_exported_is_refused(part, author) -> None:
    def new_row(book) -> None:
        sheet = sheet_of(book)
        sheet[place(sheet, "序号", 6)].value = 99
        sheet[place(sheet, "进展情况", 6)].value = "新增的任务。"

    upload = brought(author, part.measure.plan, filled_in(a_fill_in(part.measure.plan, part.department), new_row))

    assert refusals(upload) == ["填报表第6行: 本行没有标识，不是导出的行；上传不能新增任务或责任分工。"]


def test_a_changed_key_or_version_is_refused(part, author) -> None:
    plan = part.measure.plan
    form = a_fill_in(plan, part.department)
    foreign = f"{plan.pk}-{part.pk + 1}"
    words = "填报表第5行: 本行的标识或版本不是本系统为这一行导出的，可能已被改动。请重新导出后填写。"

    faults = [
        refusals(brought(author, plan, filled_in(form, typing(label, value), typing("进展情况", "完成。"))))
        for label, value in (("标识", foreign), ("版本", f"F0-{'0' * 16}-{'0' * 48}-{'0' * 16}"), ("标识", "9" * 400))
    ]

    assert faults == [[words]] * 3


def test_a_key_sorted_under_another_row_is_told_by_number_and_unit(part, author) -> None:
    content = filled_in(
        a_fill_in(part.measure.plan, part.department), typing("序号", 7), typing("进展情况", "张冠李戴。")
    )

    (fault,) = refusals(brought(author, part.measure.plan, content))

    assert fault.startswith("填报表第5行: 本行的序号或责任单位与导出时不同（按标识，本行为第1项、区商务局）")


def test_what_went_out_closed_takes_nothing(part, author) -> None:
    closing = a_report(part, date(2021, 12, 1), by=author, asks_to_close=True)
    review_actions.accept(by=the_reviewer_of(part), report=closing, now=at(date(2021, 12, 2)))
    content = filled_in(a_ledger(part.measure.plan), typing("进展情况", "又写一点。"))

    upload = brought(author, part.measure.plan, content)

    assert refusals(upload) == [
        "分单位第5行: 本行导出时不接受填报（已办结、已终止，或由成员单位各自填报），改动不采用。"
    ]


def test_what_was_closed_meanwhile_takes_nothing(part, author) -> None:
    content = filled_in(a_fill_in(part.measure.plan, part.department), typing("进展情况", "又写一点。"))
    closing = a_report(part, TODAY, by=author, asks_to_close=True)
    review_actions.accept(by=the_reviewer_of(part), report=closing, now=at(TODAY))

    upload = brought(author, part.measure.plan, content)

    assert refusals(upload) == ["填报表第5行: 本任务（本单位部分）已办结，不再接受填报。"]


def test_the_rest_is_confirmed_where_faults_are_left_out_knowingly(part) -> None:
    plan = part.measure.plan
    a_part(a_measure(plan, number=2), part.department)
    content = filled_in(
        a_fill_in(plan, part.department), typing("进展情况", "完成。"), typing("存在问题", "只有问题。", line=6)
    )
    upload = brought(an_administrator(), plan, content)

    with pytest.raises(actions.NotTaken):
        confirmed(upload.author, upload)
    made = confirmed(upload.author, upload, leaves_out_refused=True)

    assert (made, reports()) == (1, [("区商务局", "完成。")])


# --- several files ---------------------------------------------------------------------------------


def test_the_same_row_in_two_files_is_named(part, author) -> None:
    plan = part.measure.plan
    form = a_fill_in(plan, part.department)
    one = filled_in(form, typing("进展情况", "一。"))
    same = filled_in(form, typing("进展情况", "一。"), typing("上次填报", "改了锁定的列"))
    other = filled_in(form, typing("进展情况", "二。"))

    repeated = brought(author, plan, one, same)
    torn = brought(author, plan, one, other)

    assert list(repeated.rows.values_list("repeats", flat=True)) == ["", "与“1.xlsx”填报表第5行内容相同，只计一次。"]
    assert refusals(repeated) == []
    assert refusals(torn) == [
        "填报表第5行: 与“2.xlsx”填报表第5行是同一项分工，内容或版本不同。请只保留一份，重新上传。",
        "填报表第5行: 与“1.xlsx”填报表第5行是同一项分工，内容或版本不同。请只保留一份，重新上传。",
    ]


def test_of_a_ledger_sent_round_every_unit_changes_its_own_rows(part) -> None:
    plan = part.measure.plan
    a_part(a_measure(plan, number=2), a_department("区司法局"))
    sent = a_ledger(plan)
    contents = [filled_in(sent, typing("进展情况", f"第{line}行。", line=line)) for line in (5, 6)]

    upload = brought(an_administrator(), plan, *contents)
    made = confirmed(upload.author, upload)

    assert (made, unchanged(upload), refusals(upload)) == (2, 2, [])


def test_one_file_twice_is_read_once(part, author) -> None:
    content = filled_in(a_fill_in(part.measure.plan, part.department), typing("进展情况", "一。"))

    upload = brought(author, part.measure.plan, content, content)

    assert refusals(upload) == ["2.xlsx: 与同时上传的“1.xlsx”内容完全相同，不重复读取。"]
    assert upload.rows.count() == 1
