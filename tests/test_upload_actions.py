"""Workbooks that come back: what would be reported of them, confirmed as a whole, undone as a whole."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from tasks.actions import report as report_actions
from tasks.actions import upload as actions
from tasks.models import Assignment, Draft, Report, Upload, UploadedRow

from .builders import (
    a_collective,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_report,
    a_reporter,
    a_supervisor,
    an_administrator,
    at,
    own_part,
)
from .workbooks import (
    TODAY,
    a_fill_in,
    a_ledger,
    brought,
    changes,
    confirmed,
    filled_in,
    refusals,
    reports,
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


# --- nothing done, nothing changed -----------------------------------------------------------------


def test_what_comes_back_untouched_changes_nothing(part, author) -> None:
    plan = part.measure.plan
    a_part(a_measure(plan, number=2), a_department("区司法局"))
    a_report(
        part,
        date(2021, 12, 1),
        by=author,
        progress="=1+1\r\n第二行 ",
        problems="+多",
        percent=29,
        needs_coordination=True,
    )

    for content, rows in ((a_fill_in(plan, part.department), 1), (a_ledger(plan), 2)):
        upload = brought(author, plan, filled_in(content))

        assert (changes(upload), refusals(upload), unchanged(upload)) == ([], [], rows)
        assert not upload.rows.exists()
        with pytest.raises(actions.NotTaken, match="没有需要写入的内容"):
            confirmed(author, upload)


def test_the_shipped_plan_comes_back_untouched(shipped_plan) -> None:
    upload = brought(an_administrator(), shipped_plan, a_ledger(shipped_plan))

    assert (changes(upload), refusals(upload), unchanged(upload)) == ([], [], 100)


# --- what would be reported, and reporting it ------------------------------------------------------


def test_a_filled_in_row_becomes_a_report(part, author) -> None:
    plan = part.measure.plan
    content = filled_in(
        a_fill_in(plan, part.department),
        typing("进展情况", "举办对接会三场。"),
        typing("完成进度", 0.6),
        typing("需领导协调", "是"),
    )

    upload = brought(author, plan, content)
    seen = changes(upload)
    made = confirmed(author, upload)

    assert seen == [
        ("填报表!I5", "进展情况", "", "举办对接会三场。"),
        ("填报表!L5", "完成进度", None, 60),
        ("填报表!M5", "需领导协调", False, True),
    ]
    report = Report.objects.get()
    assert (made, report.author, report.department) == (1, author, part.department)
    assert (report.progress, report.percent, report.needs_coordination) == ("举办对接会三场。", 60, True)
    assert (report.recorded_on, report.is_recorded_for_another) == (TODAY, False)
    row = UploadedRow.objects.get()
    assert (row.report, row.upload.confirmed_by, row.file.name) == (report, author, "1.xlsx")
    assert len(row.file.sha256) == 64


def test_a_changed_cell_of_the_ledger_leaves_the_other_words_as_they_were(part, author) -> None:
    a_report(part, date(2021, 12, 1), by=author, progress="第一版。", problems="人手不足。", percent=30)

    upload = brought(
        author, part.measure.plan, filled_in(a_ledger(part.measure.plan), typing("下一步措施", "增派人手。"))
    )
    seen = changes(upload)
    confirmed(author, upload)

    assert seen == [("分单位!N5", "下一步措施", "", "增派人手。")]
    newest = part.reports.newest_first().first()
    assert (newest.progress, newest.problems, newest.next_steps, newest.percent) == (
        "第一版。",
        "人手不足。",
        "增派人手。",
        30,
    )


def test_an_emptied_cell_is_a_change(part, author) -> None:
    a_report(part, date(2021, 12, 1), by=author, progress="第一版。", problems="人手不足。")

    upload = brought(author, part.measure.plan, filled_in(a_ledger(part.measure.plan), typing("存在问题", None)))
    confirmed(author, upload)

    assert part.reports.newest_first().first().problems == ""


def test_an_administrator_reports_for_every_unit(part) -> None:
    plan = part.measure.plan
    other = a_part(a_measure(plan, number=2), a_department("区司法局"))
    contents = [
        filled_in(a_fill_in(plan, each.department), typing("进展情况", f"{each.department}已完成。"))
        for each in (part, other)
    ]

    upload = brought(an_administrator(), plan, *contents)
    made = confirmed(upload.author, upload)

    assert made == 2
    assert reports() == [("区商务局", "区商务局已完成。"), ("区司法局", "区司法局已完成。")]
    assert set(Report.objects.values_list("is_recorded_for_another", flat=True)) == {True}


def test_a_member_of_a_collective_fills_in_its_own_part(part) -> None:
    plan, member = part.measure.plan, a_department("万新街道")
    shared = a_part(a_measure(plan, number=2), a_collective("各街道办", member))

    content = filled_in(a_fill_in(plan, member), typing("进展情况", "走访企业二十家。"))
    upload = brought(a_reporter(member), plan, content)
    confirmed(upload.author, upload)

    assert Report.objects.get().assignment == own_part(shared, member)


def test_a_request_to_close_waits_for_its_review(part, author) -> None:
    content = filled_in(
        a_fill_in(part.measure.plan, part.department), typing("进展情况", "已完成。"), typing("申请办结", "是")
    )

    confirmed(author, brought(author, part.measure.plan, content))

    assert Report.objects.get().review.decision == "PENDING"


# --- what was said since it went out ---------------------------------------------------------------


def test_what_both_changed_is_a_conflict_and_somebody_chooses(part, author) -> None:
    plan = part.measure.plan
    a_report(part, date(2021, 12, 1), by=author, progress="旧。", problems="旧问题。")
    content = filled_in(a_ledger(plan), typing("进展情况", "表里的。"), typing("下一步措施", "表里的措施。"))
    a_report(part, TODAY, by=author, progress="页面的。", problems="新问题。")
    upload = brought(author, plan, content)
    name = f"{upload.rows.get().pk}-progress"

    seen = changes(upload)
    with pytest.raises(actions.NotTaken, match="有冲突的单元格尚未选择"):
        confirmed(author, upload)
    confirmed(author, upload, chosen={name: False})

    assert seen == [("分单位!L5", "进展情况", "页面的。", "表里的。"), ("分单位!N5", "下一步措施", "", "表里的措施。")]
    newest = part.reports.newest_first().first()
    assert (newest.progress, newest.problems, newest.next_steps) == ("页面的。", "新问题。", "表里的措施。")


def test_the_uploaded_side_of_a_conflict_can_be_chosen(part, author) -> None:
    plan = part.measure.plan
    content = filled_in(a_fill_in(plan, part.department), typing("进展情况", "表里的。"))
    a_report(part, TODAY, by=author, progress="页面的。", problems="新问题。")
    upload = brought(author, plan, content)

    confirmed(author, upload, chosen={f"{upload.rows.get().pk}-progress": True})

    newest = part.reports.newest_first().first()
    assert (newest.progress, newest.problems) == ("表里的。", "新问题。")


def test_where_both_say_the_same_there_is_nothing_to_do(part, author) -> None:
    content = filled_in(a_fill_in(part.measure.plan, part.department), typing("进展情况", "一样的。"))
    a_report(part, TODAY, by=author, progress="一样的。")

    upload = brought(author, part.measure.plan, content)

    assert changes(upload) == []


def test_what_is_said_after_the_preview_is_looked_at_first(part, author) -> None:
    content = filled_in(a_fill_in(part.measure.plan, part.department), typing("进展情况", "表里的。"))
    upload = brought(author, part.measure.plan, content)
    seen = actions.fingerprint(actions.lines_of(upload, TODAY))
    a_report(part, TODAY, by=author, progress="页面的。")

    with pytest.raises(actions.MovedOn):
        actions.confirm(by=author, upload=upload, seen=seen, now=at(TODAY, 12))

    assert reports() == [("区商务局", "页面的。")]


# --- all or nothing, once --------------------------------------------------------------------------


def test_one_row_that_fails_lets_none_through(part, monkeypatch) -> None:
    plan, by = part.measure.plan, an_administrator()
    a_part(a_measure(plan, number=2), part.department)
    content = filled_in(
        a_fill_in(plan, part.department), typing("进展情况", "一。"), typing("进展情况", "二。", line=6)
    )
    upload = brought(by, plan, content)
    submit = report_actions.submit

    def failing(**given):
        if given["progress"] == "二。":
            raise report_actions.NotAccepted("不行。")
        return submit(**given)

    monkeypatch.setattr(report_actions, "submit", failing)

    with pytest.raises(actions.NotTaken) as refusal:
        confirmed(by, upload)

    assert [(row.line, why) for row, why in refusal.value.faults] == [(6, "不行。")]
    assert (Report.objects.count(), Upload.objects.get().confirmed_at) == (0, None)


def test_the_second_to_confirm_is_told_who_did(part, author) -> None:
    content = filled_in(a_fill_in(part.measure.plan, part.department), typing("进展情况", "一。"))
    upload = brought(author, part.measure.plan, content)
    confirmed(author, upload)

    with pytest.raises(actions.AlreadyDone, match="已由孟凡确认"):
        confirmed(an_administrator(), upload)

    assert Report.objects.count() == 1


@pytest.mark.parametrize("person", [a_supervisor, a_leader, lambda: a_reporter(a_department("区法院"))])
def test_others_neither_confirm_nor_undo(part, author, person) -> None:
    upload = brought(
        author,
        part.measure.plan,
        filled_in(a_fill_in(part.measure.plan, part.department), typing("进展情况", "一。")),
    )
    by = person()

    with pytest.raises(PermissionDenied):
        confirmed(by, upload)
    with pytest.raises(PermissionDenied):
        actions.undo(by=by, upload=upload, now=at(TODAY, 13))


# --- undone ----------------------------------------------------------------------------------------


def an_upload_of_two(part, by) -> Upload:
    plan = part.measure.plan
    a_part(a_measure(plan, number=2), part.department)
    content = filled_in(
        a_fill_in(plan, part.department), typing("进展情况", "一。"), typing("进展情况", "二。", line=6)
    )
    upload = brought(by, plan, content)
    confirmed(by, upload)
    return upload


def test_an_upload_is_undone_as_a_whole(part, author) -> None:
    upload = an_upload_of_two(part, author)

    number = actions.undo(by=author, upload=upload, now=at(TODAY, 13))

    assert number == 2
    assert set(Report.objects.values_list("void_on", flat=True)) == {TODAY}
    assert sorted(Draft.objects.values_list("progress", flat=True)) == ["一。", "二。"]
    upload.refresh_from_db()
    assert upload.undone_by == author
    with pytest.raises(actions.AlreadyDone):
        actions.undo(by=author, upload=upload, now=at(TODAY, 14))


def test_nothing_is_undone_once_something_was_built_on_it(part, author) -> None:
    upload = an_upload_of_two(part, author)
    a_report(part, TODAY, by=author, progress="后来的。")

    with pytest.raises(actions.NotTaken) as refusal:
        actions.undo(by=author, upload=upload, now=at(TODAY, 13))

    assert [row.line for row, _why in refusal.value.faults] == [5]
    assert set(Report.objects.values_list("void_on", flat=True)) == {None}
    assert not Draft.objects.exists()
