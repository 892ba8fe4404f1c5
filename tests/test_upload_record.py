"""What is confirmed of an upload and what is left out of it, and what its record says afterwards."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tasks.actions import report as report_actions
from tasks.actions import upload as actions
from tasks.choices import AmendmentKind, AssignmentRole
from tasks.models import Assignment, Draft, Report, Upload
from tasks.returned import lines_of

from .builders import (
    a_department,
    a_measure,
    a_part,
    a_report,
    a_reporter,
    an_administrator,
    an_amendment,
    an_indicator,
    at,
)
from .pages import it_is, send, signed_in, visit
from .workbooks import (
    TODAY,
    a_fill_in,
    a_ledger,
    brought,
    changes,
    confirmed,
    filled_in,
    read,
    refusals,
    reports,
    send_files,
    typing,
)

pytestmark = pytest.mark.django_db
YESTERDAY = date(2022, 1, 11)


@pytest.fixture
def part() -> Assignment:
    return a_part(a_measure(number=1), a_department("区商务局"))


@pytest.fixture
def author(part):
    return a_reporter(part.department, last_name="孟凡")


def two_rows(part: Assignment, by: Any) -> Upload:
    """Words on both parts of a unit."""
    plan = part.measure.plan
    a_part(a_measure(plan, number=2), part.department)
    content = filled_in(
        a_fill_in(plan, part.department), typing("进展情况", "一。"), typing("进展情况", "二。", line=6)
    )
    return brought(by, plan, content)


def told(upload: Upload) -> list[tuple[Any, Any, bool]]:
    """``(old, new, left out)`` of every cell of the record."""
    upload.refresh_from_db()
    return [(cell["old"], cell["new"], cell["is_left_out"]) for line in lines_of(upload, TODAY) for cell in line.cells]


# --- rows that are left out --------------------------------------------------------------------------


def test_a_row_that_can_no_longer_be_reported_is_left_out_by_choice_and_the_rest_confirmed(part, author) -> None:
    upload = two_rows(part, author)
    second = Assignment.objects.get(measure__number=2)
    an_amendment(second.measure, AmendmentKind.TERMINATION, TODAY)
    row = upload.rows.get(assignment=second)

    with pytest.raises(actions.NotTaken) as refusal:
        confirmed(author, upload)
    made = confirmed(author, upload, left_out={row.pk})

    assert [(fault.pk, why) for fault, why in refusal.value.faults] == [(row.pk, "本任务已终止，不再接受填报和登记。")]
    assert (made, part.reports.get().progress) == (1, "一。")
    assert refusals(upload) == ["填报表第6行: 确认时选择不采用本行。"]
    assert told(upload)[0] == ("", "一。", False)
    assert all(is_left_out for _old, _new, is_left_out in told(upload)[1:])


def test_a_row_that_is_left_out_needs_no_choice_in_its_conflicts(part, author) -> None:
    upload = two_rows(part, author)
    a_report(part, TODAY, by=author, progress="页面的。")
    row = upload.rows.get(assignment=part)

    made = confirmed(author, upload, left_out={row.pk})

    assert (made, reports()) == (1, [("区商务局", "页面的。"), ("区商务局", "二。")])
    assert told(upload) == [("页面的。", "一。", True), ("", "二。", False)]


def test_where_all_rows_are_left_out_nothing_is_confirmed(part, author) -> None:
    upload = two_rows(part, author)

    with pytest.raises(actions.NotTaken, match="没有需要写入的内容"):
        confirmed(author, upload, left_out=set(upload.rows.values_list("pk", flat=True)))

    assert refusals(upload) == []


def test_the_page_keeps_what_was_chosen_and_its_record_says_what_was_left_out(part, author, monkeypatch) -> None:
    it_is(monkeypatch, TODAY)
    plan, client = part.measure.plan, signed_in(author)
    a_part(a_measure(plan, number=2), part.department)
    words = [typing("进展情况", "一。"), typing("进展情况", "二。", line=6)]
    page = send_files(client, plan, filled_in(a_fill_in(plan, part.department), *words))
    upload = Upload.objects.get()
    first, second = upload.rows.order_by("line")
    an_amendment(second.assignment.measure, AmendmentKind.TERMINATION, TODAY)
    path = upload.get_absolute_url()

    page = visit(client, path)
    refused = send(client, path, status=422, seen=page.filled_in("seen"))
    again = send(
        client, path, status=422, seen=page.filled_in("seen"), left_out=[str(first.pk), str(second.pk), "x", "9" * 40]
    )
    send(client, path, status=302, seen=page.filled_in("seen"), left_out=[str(second.pk)])
    record = visit(client, path)

    assert refused.alerts == [
        "以下各行不能填报，全部内容均未写入。 1.xlsx 填报表第6行 ：本任务已终止，不再接受填报和登记。"
    ]
    assert "不能填报 ：本任务已终止，不再接受填报和登记。" in refused.rows()[2][2]
    ticked = [dict(box.attributes) for box in again.every("input", type="checkbox", name="left_out")]
    assert ["checked" in box for box in ticked] == [True, True]
    assert "生成填报1项，不采用1处" in record.words
    assert "不采用 ：确认时选择不采用本行。" in record.words
    assert record.every("input", type="checkbox") == []


def test_rows_that_there_was_no_time_to_try_are_tried_when_it_is_confirmed(part, author) -> None:
    plan = part.measure.plan
    an_indicator(a_part(a_measure(plan, number=2), part.department).measure, name="托管企业")
    words = (typing("存在问题", "只有问题。"), typing("进展情况", "完成。", line=6), typing("申请办结", "是", line=6))
    file = read(filled_in(a_fill_in(plan, part.department), *words))

    upload = actions.receive(by=author, plan=plan, files=[file], now=at(TODAY, 11), until=0)
    with pytest.raises(actions.NotTaken) as refusal:
        confirmed(author, upload)

    assert refusals(upload) == []
    assert [why for _row, why in refusal.value.faults] == [
        "请填写进展情况。",
        "未达目标的原因：托管企业未达目标值，申请办结须说明原因。",
    ]
    assert not Report.objects.exists()


# --- said already ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["fill-in", "ledger"])
@pytest.mark.parametrize("act", [{"本期无新进展": "是"}, {"申请办结": "是"}, {}])
def test_the_same_file_again_says_nothing_new(part, author, kind, act) -> None:
    plan = part.measure.plan
    content = a_fill_in(plan, part.department) if kind == "fill-in" else a_ledger(plan)
    content = filled_in(content, typing("进展情况", "同前。"), *(typing(*each) for each in act.items()))
    confirmed(author, brought(author, plan, content), day=YESTERDAY)

    again = brought(author, plan, content)
    with pytest.raises(actions.NotTaken, match="没有需要写入的内容"):
        confirmed(author, again)

    assert (changes(again), Report.objects.count()) == ([], 1)


def test_a_new_workbook_may_say_once_more_that_nothing_is_new(part, author) -> None:
    plan = part.measure.plan
    for day in (YESTERDAY, TODAY):
        words = (typing("进展情况", "同前。"), typing("本期无新进展", "是"))
        upload = brought(author, plan, filled_in(a_fill_in(plan, part.department, day), *words), day=day)
        confirmed(author, upload, day=day)

    assert list(Report.objects.values_list("is_unchanged", flat=True)) == [True, True]


def test_what_a_row_does_beside_new_words_is_done_again(part, author) -> None:
    plan = part.measure.plan
    content = filled_in(a_ledger(plan), typing("进展情况", "表里的。"), typing("本期无新进展", "是"))
    a_report(part, YESTERDAY, by=author, progress="页面的。", is_unchanged=True)

    upload = brought(author, plan, content)
    confirmed(author, upload, chosen={f"{upload.rows.get().pk}-progress": True})

    newest = part.reports.newest_first().first()
    assert (newest.progress, newest.is_unchanged) == ("表里的。", True)


def test_what_another_did_meanwhile_is_not_done_by_this_row(part, author) -> None:
    plan = part.measure.plan
    content = filled_in(a_ledger(plan), typing("存在问题", "难。"))
    a_report(part, YESTERDAY, by=author, progress="页面的。", is_unchanged=True)

    confirmed(author, brought(author, plan, content))

    newest = part.reports.newest_first().first()
    assert (newest.progress, newest.problems, newest.is_unchanged) == ("页面的。", "难。", False)


# --- what the ledger has no column for ---------------------------------------------------------------


def test_a_changed_cell_leaves_the_summary_and_its_sources_as_they_were(author) -> None:
    measure = a_measure(number=2)
    plan, part = measure.plan, a_part(measure, author.department, AssignmentRole.LEAD)
    source = a_report(a_part(measure, a_department("区司法局"), AssignmentRole.CO), YESTERDAY)
    last = a_report(part, YESTERDAY, by=author, progress="第一版。", summary="各单位汇总。")
    last.sources.set([source])

    confirmed(author, brought(author, plan, filled_in(a_ledger(plan), typing("下一步措施", "增派人手。"))))

    newest = part.reports.newest_first().first()
    assert (newest.next_steps, newest.summary, list(newest.sources.all())) == ("增派人手。", "各单位汇总。", [source])


# --- what the record says ----------------------------------------------------------------------------


def test_the_record_shows_what_stood_there_when_it_was_confirmed(part, author) -> None:
    plan = part.measure.plan
    a_report(part, date(2021, 12, 1), by=author, progress="最早的。")
    content = filled_in(a_ledger(plan), typing("进展情况", "表里的。"))
    middle = a_report(part, YESTERDAY, by=author, progress="中间的。")
    upload = brought(author, plan, content)
    confirmed(author, upload, chosen={f"{upload.rows.get().pk}-progress": True})

    before = told(upload)
    report_actions.withdraw(by=author, report=part.reports.newest_first().first(), now=at(TODAY, 13))
    report_actions.withdraw(by=author, report=middle, now=at(TODAY, 14), keeps_draft=True)
    a_report(part, TODAY, by=author, progress="更新的。", now=at(TODAY, 15))

    assert before == told(upload) == [("中间的。", "表里的。", False)]


def test_a_report_withdrawn_before_it_was_confirmed_is_not_what_stood_there(part, author) -> None:
    plan = part.measure.plan
    a_report(part, date(2021, 12, 1), by=author, progress="最早的。")
    content = filled_in(a_ledger(plan), typing("进展情况", "表里的。"))
    gone = a_report(part, YESTERDAY, by=author, progress="已撤回的。")
    report_actions.withdraw(by=author, report=gone, now=at(TODAY, 9))

    upload = brought(author, plan, content)
    confirmed(author, upload)

    assert told(upload) == [("最早的。", "表里的。", False)]


# --- why a version is out of date --------------------------------------------------------------------


def why(upload: Upload) -> str:
    (line,) = lines_of(upload, TODAY)
    return line.why_stale


def test_a_version_that_is_out_of_date_says_by_what(part, author) -> None:
    plan = part.measure.plan
    first = a_report(part, date(2021, 12, 1), by=author, progress="第一份。")
    second = a_report(part, YESTERDAY, by=author, progress="第二份。")
    upload = brought(author, plan, filled_in(a_ledger(plan), typing("进展情况", "表里的。")))

    fresh = why(upload)
    report_actions.withdraw(by=author, report=second, now=at(TODAY, 12))
    older = why(upload)
    report_actions.withdraw(by=author, report=first, now=at(TODAY, 13), keeps_draft=True)
    none = why(upload)
    a_report(part, TODAY, by=author, progress="第三份。", now=at(TODAY, 14))
    newer = why(upload)

    assert fresh == ""
    assert older == "版本已过时：表中所载的填报已于2022-01-12撤回；现以孟凡于2021-12-01的填报为准。"
    assert none == "版本已过时：表中所载的填报已于2022-01-12撤回。"
    assert newer == ("版本已过时：表中所载的填报已于2022-01-12撤回；在表中所载的情况之后，孟凡于2022-01-12另有填报。")


def test_words_of_a_report_that_was_withdrawn_are_not_reported_again_by_themselves(part, author, monkeypatch) -> None:
    it_is(monkeypatch, TODAY)
    plan = part.measure.plan
    first = a_report(part, YESTERDAY, by=author, progress="第一份。")
    content = filled_in(a_ledger(plan), typing("下一步措施", "增派人手。"))
    report_actions.withdraw(by=author, report=first, now=at(TODAY, 9))

    page = send_files(signed_in(author), plan, content)

    assert refusals(Upload.objects.get()) == [
        "分单位!L5: 表中这段进展情况所属的填报已撤回或退回；仍要填报的，请重新填写。"
    ]
    assert "版本已过时：表中所载的填报已于2022-01-12撤回。" in page.rows()[1][2]


# --- undone ------------------------------------------------------------------------------------------


def test_a_draft_of_the_unit_stays_and_holds_up_no_undoing(part, author) -> None:
    upload = two_rows(part, author)
    confirmed(author, upload)
    Draft.objects.create(assignment=part, saved_by=author, saved_at=at(TODAY, 12), progress="正在写的。")

    number = actions.undo(by=an_administrator(), upload=upload, now=at(TODAY, 13))

    assert number == 2
    assert set(Report.objects.values_list("void_on", flat=True)) == {TODAY}
    drafts = Draft.objects.order_by("assignment__measure__number").values_list("progress", flat=True)
    assert list(drafts) == ["正在写的。", "二。"]
