"""What has happened: every entry with its time, its person, and what stood there before and after."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from departments.models import Membership, User
from tasks.actions import extension as extension_actions
from tasks.actions import indicator as indicator_actions
from tasks.actions import member as member_actions
from tasks.actions import milestone as milestone_actions
from tasks.actions import receipt as receipt_actions
from tasks.actions import report as report_actions
from tasks.actions import review as review_actions
from tasks.choices import AssignmentRole
from tasks.models import Assignment, Indicator, Measure, Milestone
from tasks.timeline import events

from .builders import (
    a_collective,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_plan,
    a_report,
    a_reporter,
    a_supervisor,
    an_administrator,
    an_extension,
    at,
    own_part,
)
from .pages import every, it_is, signed_in, visit, words

TODAY = date(2022, 1, 12)


@pytest.fixture(autouse=True)
def _today(monkeypatch) -> None:
    it_is(monkeypatch, TODAY, 15)


@pytest.fixture
def part(db) -> Assignment:
    return a_part(a_measure(a_plan(), number=3), a_department("公安东丽分局"))


@pytest.fixture
def author(part: Assignment) -> User:
    return a_reporter(part.department, last_name="王", first_name="强")


@pytest.fixture
def office(db) -> User:
    return a_supervisor(last_name="孟", first_name="凡")


def told(measure: Measure, day: date = TODAY, part: Assignment | None = None) -> list[tuple[str, ...]]:
    """``(time, who, person, what, marks)`` of what was done by somebody, newest first."""
    return [
        (f"{event.at.astimezone(at(TODAY).tzinfo):%m-%d %H:%M}", event.who, event.person, event.what, *event.marks)
        for event in events(measure, day, part)
        if event.is_timed
    ]


def logged(by: User | None, when: datetime) -> None:
    """Moves the newest entries of the log, which know the real time only, to a time of the test and to a person."""
    LogEntry.objects.filter(timestamp__gt=at(date(2025, 1, 1))).update(timestamp=when, actor=by)


@pytest.fixture(autouse=True)
def _log_begins_empty(part: Assignment, author: User, office: User) -> None:
    LogEntry.objects.all().delete()


# --- reports ---------------------------------------------------------------------------------------------


def test_a_report_its_return_and_its_correction(part, author, office) -> None:
    first = a_report(part, date(2022, 1, 3), by=author, progress="一。")
    review_actions.send_back(by=office, report=first, now=at(date(2022, 1, 4), 9, 30), reason="请附文号。")
    second = a_report(part, date(2022, 1, 5), by=author, progress="二。")
    review_actions.accept(by=office, report=second, now=at(date(2022, 1, 6), 8))
    a_report(part, date(2022, 1, 7), by=author, progress="三。")

    assert told(part.measure) == [
        ("01-07 10:00", "公安东丽分局", "王强", "填报进展", "已生效", "取代2022-01-05的填报"),
        ("01-06 08:00", "孟凡", "", "审核通过公安东丽分局2022-01-05的进展填报"),
        ("01-05 10:00", "公安东丽分局", "王强", "填报进展", "已有新的填报"),
        ("01-04 09:30", "孟凡", "", "退回公安东丽分局2022-01-03的进展填报"),
        ("01-03 10:00", "公安东丽分局", "王强", "填报进展", "退回后已更正"),
    ]
    assert [event.text for event in events(part.measure, TODAY) if event.who == "孟凡"] == ["", "请附文号。"]


def test_a_report_that_was_taken_back_says_by_whom(part, author) -> None:
    report = a_report(part, date(2022, 1, 3), by=author)
    colleague = a_reporter(part.department, last_name="刘", first_name="敏")

    report_actions.withdraw(by=colleague, report=report, now=at(date(2022, 1, 4), 8, 15))

    assert told(part.measure) == [
        ("01-04 08:15", "公安东丽分局", "刘敏", "撤回2022-01-03的进展填报"),
        ("01-03 10:00", "公安东丽分局", "王强", "填报进展", "已撤回"),
    ]
    assert told(part.measure, date(2022, 1, 3)) == [("01-03 10:00", "公安东丽分局", "王强", "填报进展", "已生效")]


def test_a_late_report_says_for_which_period_and_that_it_is_late(author, part) -> None:
    ongoing = a_part(a_measure(part.measure.plan, due_on=None), part.department)
    quarter = part.measure.plan.periods.get(starts_on=date(2021, 10, 1))

    a_report(ongoing, TODAY, by=author, period=quarter, is_unchanged=True, progress="等待上级文件。")

    assert told(ongoing.measure) == [
        ("01-12 10:00", "公安东丽分局", "王强", "填报进展", str(quarter), "补报", "本期无新进展", "已生效")
    ]


# --- receipts, steps, numbers ------------------------------------------------------------------------------


def test_receipts_steps_and_numbers(part, author, office) -> None:
    step = Milestone.objects.create(measure=part.measure, title="宣传周", due_on=date(2021, 12, 4))
    number = Indicator.objects.create(measure=part.measure, name="贯标企业", unit="家", target=600)
    receipt_actions.sign(by=author, assignments=[part], now=at(date(2022, 1, 3), 9))
    milestone_actions.mark_done(
        by=author, milestone=step, done_on=date(2021, 12, 4), note="已举办。", now=at(date(2022, 1, 4), 9)
    )
    milestone_actions.undo(by=an_administrator(last_name="沈", first_name="宁"), milestone=step, now=at(TODAY, 9))
    for day, value in ((5, 120), (6, 300)):
        indicator_actions.record(
            by=author,
            indicator=number,
            reached_on=date(2022, 1, day),
            value=value,
            seen=number.values.order_by("pk").values_list("pk", flat=True).last(),
            now=at(date(2022, 1, day), 9),
        )
    LogEntry.objects.all().delete()

    found = told(part.measure)

    assert found == [
        ("01-12 09:00", "沈宁", "", "撤销节点的完成登记：宣传周"),
        ("01-06 09:00", "公安东丽分局", "王强", "填报指标"),
        ("01-05 09:00", "公安东丽分局", "王强", "填报指标"),
        ("01-04 09:00", "王强", "", "登记节点完成：宣传周"),
        ("01-03 09:00", "公安东丽分局", "王强", "签收"),
    ]
    assert [event.changes for event in events(part.measure, TODAY) if event.what == "填报指标"] == [
        (("贯标企业", "120", "300家"),),
        (("贯标企业", "0", "120家"),),
    ]
    assert told(part.measure, date(2022, 1, 4)) == found[3:]


# --- the log and members -----------------------------------------------------------------------------------


def test_a_change_of_the_measure_or_its_units_says_before_and_after(part, office) -> None:
    measure = part.measure
    measure.due_on = date(2022, 3, 31)
    measure.save()
    logged(office, at(date(2022, 1, 3), 9))
    helper = a_part(measure, a_department("区法院"), AssignmentRole.CO)
    logged(office, at(date(2022, 1, 4), 9))
    helper.department = a_department("区检察院")
    helper.save()
    logged(office, at(date(2022, 1, 5), 9))
    helper.delete()
    logged(office, at(date(2022, 1, 6), 9))

    assert told(measure) == [
        ("01-06 09:00", "孟凡", "", "删除责任分工：第3项 · 区检察院"),
        ("01-05 09:00", "孟凡", "", "修改责任分工：第3项 · 区检察院"),
        ("01-04 09:00", "孟凡", "", "新增责任分工：第3项 · 区法院"),
        ("01-03 09:00", "孟凡", "", "修改任务：第3项"),
    ]
    changed = {event.what[:2]: event.changes for event in events(measure, TODAY) if event.who == "孟凡"}
    assert changed["修改"] == (("完成时限", "2021-12-31", "2022-03-31"),)
    assert ("责任单位", "区检察院", "—") in changed["删除"]


def test_what_came_with_the_plan_is_no_entry_of_its_own(part) -> None:
    a_part(part.measure, role=AssignmentRole.CO)
    logged(None, at(date(2022, 1, 3)))

    assert told(part.measure) == []


def test_members_come_and_go_with_day_and_person(part, office) -> None:
    street = a_department("万新街道")
    collective = a_collective("各街道办")
    named = a_part(part.measure, collective, AssignmentRole.CO)
    LogEntry.objects.all().delete()
    membership = member_actions.join(by=office, collective=collective, member=street, now=at(date(2022, 1, 3), 9))
    logged(office, at(date(2022, 1, 3), 9))
    member_actions.leave(by=office, membership=membership, now=at(date(2022, 1, 10), 9))
    LogEntry.objects.filter(timestamp__gt=at(date(2025, 1, 1))).delete()

    everything = events(part.measure, TODAY)

    coming_and_going = [
        (event.on, event.who, event.what, event.is_timed) for event in everything if "街道办" in event.what
    ]
    assert coming_and_going == [
        (date(2022, 1, 10), "系统", "万新街道退出各街道办", False),
        (date(2022, 1, 3), "孟凡", "万新街道加入各街道办", True),
    ]
    own = Assignment.objects.select_related("measure__plan", "department", "collective_part").get(collective_part=named)
    assert "万新街道加入各街道办" in [event.what for event in events(part.measure, TODAY, own)]
    assert "万新街道加入各街道办" not in [event.what for event in events(part.measure, TODAY, part)]
    assert Membership.objects.count() == 1


# --- one part, on its page -----------------------------------------------------------------------------------


def test_the_time_line_of_a_part_is_that_of_this_unit_alone(part, author) -> None:
    other = a_part(part.measure, a_department("区法院"), AssignmentRole.CO)
    a_report(part, date(2022, 1, 3), by=author)
    a_report(other, date(2022, 1, 4))

    assert told(part.measure, part=part) == [("01-03 10:00", "公安东丽分局", "王强", "填报进展", "已生效")]
    assert [entry[1] for entry in told(part.measure)] == ["区法院", "公安东丽分局"]


def test_the_page_of_a_part_says_where_it_stands_and_what_was_said(part, author, office) -> None:
    receipt_actions.sign(by=author, assignments=[part], now=at(date(2022, 1, 3), 9))
    first = a_report(part, date(2022, 1, 4), by=author, progress="一。")
    review_actions.accept(by=office, report=first, now=at(date(2022, 1, 5)))
    a_report(part, date(2022, 1, 6), by=author, asks_to_close=True, progress="二。")
    place = f"/plans/{part.measure.plan.slug}/assignments/{part.pk}/"

    page = visit(signed_in(office), place)
    earlier = visit(signed_in(office), place, as_of="2022-01-03")

    facts = {words(dt): words(dd) for dt, dd in zip(page.every("dt"), page.every("dd"), strict=True)}
    assert facts == {"完成时限": "2021-12-31", "签收": "2022-01-03 王强", "最近填报": "2022-01-06"}
    assert page.rows() == [
        ["2022-01-06 10:00", "王强", "—", "待审核", "申请办结 二。 逾期后申请"],
        ["2022-01-04 10:00", "王强", "—", "已有新的填报", "一。"],
    ]
    assert [words(time) for time in page.every("time")][:4] == [
        "2022-01-06 10:00",
        "2022-01-05 10:00",
        "2022-01-04 10:00",
        "2022-01-03 09:00",
    ]
    assert (earlier.rows(), [words(time) for time in earlier.every("time")][:1]) == ([], ["2022-01-03 09:00"])
    assert place in visit(signed_in(office), f"/plans/{part.measure.plan.slug}/assignments/").addresses
    assert place in visit(signed_in(office), part.measure.get_absolute_url()).addresses


def test_the_page_of_a_collectives_part_leads_to_its_members_and_back(part) -> None:
    streets = [a_department("万新街道"), a_department("张贵庄街道")]
    named = a_part(part.measure, a_collective("各街道办", *streets), AssignmentRole.CO)
    own = own_part(named, streets[0])
    a_report(own, date(2022, 1, 4), progress="街道的话。")
    leader = signed_in(a_leader())
    address = f"/plans/{part.measure.plan.slug}/assignments/"

    collective = visit(leader, f"{address}{named.pk}/")
    member = visit(leader, f"{address}{own.pk}/")

    assert {f"{address}{own.pk}/", f"{address}{own_part(named, streets[1]).pk}/"} <= set(collective.addresses)
    assert f"{address}{named.pk}/" in member.addresses
    assert [row[4] for row in collective.rows()] == [row[4] for row in member.rows()] == ["街道的话。"]


@pytest.mark.parametrize("pk", [10**6, 10**40])
def test_there_is_no_page_of_a_part_that_is_not_there(part, pk) -> None:
    visit(signed_in(a_leader()), f"/plans/{part.measure.plan.slug}/assignments/{pk}/", status=404)


def test_a_part_has_its_page_in_its_own_plan_only(part) -> None:
    visit(signed_in(a_leader()), f"/plans/{a_plan().slug}/assignments/{part.pk}/", status=404)


def test_the_words_of_a_report_stand_in_the_time_line_as_text(part, author) -> None:
    a_report(part, date(2022, 1, 4), by=author, progress="<script>alert(1)</script>")

    page = visit(signed_in(a_leader()), f"/plans/{part.measure.plan.slug}/assignments/{part.pk}/")

    said = [words(one) for one in every(page.every("ol", "timeline")[0], "div", "said")]
    assert said[0] == "<script>alert(1)</script>"


# --- what it costs -------------------------------------------------------------------------------------------


def test_a_time_line_costs_the_same_with_one_of_everything_and_with_three(part, author, office) -> None:
    number = Indicator.objects.create(measure=part.measure, name="贯标企业", unit="家", target=600)
    collective = a_collective("各街道办")
    a_part(part.measure, collective, AssignmentRole.CO)
    found = {}
    for rows in (1, 2, 3):
        report = a_report(part, date(2022, 1, rows), by=author, progress=f"第{rows}次。")
        review_actions.accept(by=office, report=report, now=at(date(2022, 1, rows), 12))
        other = a_part(part.measure, role=AssignmentRole.CO)
        receipt_actions.sign(by=a_reporter(other.department), assignments=[other], now=at(date(2022, 1, rows)))
        indicator_actions.record(
            by=author,
            indicator=number,
            reached_on=date(2022, 1, rows),
            value=rows,
            seen=number.values.order_by("pk").values_list("pk", flat=True).last(),
            now=at(date(2022, 1, rows)),
        )
        now = at(date(2022, 1, rows))
        member_actions.join(by=office, collective=collective, member=a_department(f"第{rows}街道"), now=now)
        other.department = a_department(f"第{rows}院")
        other.save()
        asked = an_extension(part.measure, date(2022, 3, rows), date(2022, 1, rows))
        extension_actions.refuse(by=office, extension=asked, now=at(date(2022, 1, rows), 12), opinion="理由不足。")
        logged(office, at(date(2022, 1, rows)))
        with CaptureQueriesContext(connection) as captured:
            found[rows] = (len(events(part.measure, TODAY)) > rows * 7, len(captured))

    # amendments, reports, their files, extensions, receipts, steps, numbers, members, log, and the names of what is
    # in it
    assert found == dict.fromkeys((1, 2, 3), (True, 11))
