"""``actions.report.submit``: the only door by which a report comes in."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from departments.models import Role, User
from tasks.actions.report import NotAccepted, Submission, Superseded, submit
from tasks.choices import AssignmentRole, Decision
from tasks.models import Assignment, Report, Review
from tasks.validators import MAX_TEXT

from .builders import (
    a_closing,
    a_collective,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_person,
    a_reporter,
    a_return,
    a_supervisor,
    an_administrator,
    at,
    own_part,
)

pytestmark = pytest.mark.django_db

TODAY = date(2021, 11, 1)


def say(by: User, part: Assignment, **fields: Any) -> Submission:
    latest = part.reports.newest_first().first()
    whole = {
        "progress": "已印发实施方案。",
        "now": at(TODAY),
        "token": uuid.uuid4(),
        "seen": latest.pk if latest else None,
    }
    return submit(by=by, assignment=part, **whole | fields)


def written() -> tuple[int, int]:
    return Report.objects.count(), Review.objects.count()


# --- what is recorded ----------------------------------------------------------------------------------


def test_a_report_keeps_every_word_as_it_was_given() -> None:
    part, token = a_part(), uuid.uuid4()
    author = a_reporter(part.department)

    submission = say(
        author,
        part,
        progress="已印发实施方案。\n\t共三章。",
        problems="经费未落实",
        next_steps="报区财政局",
        percent=60,
        needs_coordination=True,
        token=token,
    )

    kept = Report.objects.values().get()
    assert submission.is_new is True
    assert kept == {
        "id": submission.report.pk,
        "assignment_id": part.pk,
        "department_id": part.department_id,
        "author_id": author.pk,
        "is_recorded_for_another": False,
        "recorded_on": TODAY,
        "recorded_at": at(TODAY),
        "progress": "已印发实施方案。\n\t共三章。",
        "problems": "经费未落实",
        "next_steps": "报区财政局",
        "percent": 60,
        "needs_coordination": True,
        "asks_to_close": False,
        "token": token,
        "period_id": None,
        "reported_for": TODAY,
        "speaks_of": TODAY,
        **{"is_late": False, "is_unchanged": False, "is_after_deadline": False, "void_on": None},
        **{"shortfall_reason": "", "summary": ""},
    }


def test_only_a_request_to_close_opens_a_review() -> None:
    first, second = a_part(), a_part()

    say(a_reporter(first.department), first)
    asked = say(a_reporter(second.department), second, asks_to_close=True).report

    assert list(Review.objects.values_list("report", "decision", "reviewer", "decided_on", "decided_at", "reason")) == [
        (asked.pk, Decision.PENDING, None, None, None, "")
    ]


def test_a_later_report_leaves_the_earlier_one_as_it_was() -> None:
    part = a_part()
    author = a_reporter(part.department)
    say(author, part, progress="第一次")
    before = Report.objects.values().get()

    say(author, part, progress="第二次")
    say(author, part, progress="第三次")

    assert Report.objects.values().get(pk=before["id"]) == before
    assert [report.progress for report in part.reports.newest_first()] == ["第三次", "第二次", "第一次"]


# --- who may, and in whose name --------------------------------------------------------------------------


def test_a_member_of_a_collective_speaks_in_its_own_name() -> None:
    member = a_department("张贵庄街道")
    part = own_part(a_part(department=a_collective("各街道办", member)), member)

    report = say(a_reporter(member), part).report

    assert (report.assignment, report.department, report.is_recorded_for_another) == (part, member, False)


def test_an_administrator_reports_on_behalf_of_the_unit() -> None:
    part = a_part()
    administrator = an_administrator()

    report = say(administrator, part).report

    assert (report.department, report.author, report.is_recorded_for_another) == (part.department, administrator, True)


def test_a_superuser_reports_on_behalf_of_the_unit_too() -> None:
    part = a_part()

    report = say(a_person(is_superuser=True), part).report

    assert report.department == part.department


STRANGERS: dict[str, Callable[[Assignment], User]] = {
    "a reporter of another unit": lambda part: a_reporter(a_department()),
    "a reporter of no unit": lambda part: a_person(Role.REPORTER),
    "a reporter who has left": lambda part: a_reporter(part.department, is_active=False),
    "a colleague without a role": lambda part: a_person(department=part.department),
    "a supervisor of the same unit": lambda part: a_supervisor(part.department),
    "a leader of the same unit": lambda part: a_leader(department=part.department),
    "an administrator who has left": lambda part: an_administrator(is_active=False),
    "a superuser who has left": lambda part: a_person(is_superuser=True, is_active=False),
}


@pytest.mark.parametrize("who", STRANGERS)
def test_nobody_else_may_report_and_nothing_is_written(who: str) -> None:
    part = a_part()
    stranger = STRANGERS[who](part)

    with pytest.raises(PermissionDenied):
        say(stranger, part, asks_to_close=True)

    assert written() == (0, 0)


def test_a_unit_that_is_no_longer_in_use_reports_nothing() -> None:
    unit = a_department(is_active=False)
    part = a_part(department=unit)

    with pytest.raises(PermissionDenied):
        say(a_reporter(unit), part)

    assert written() == (0, 0)


def test_members_of_a_collective_do_not_speak_for_each_other_nor_others_for_it() -> None:
    member, other, stranger = a_department(), a_department(), a_department()
    collective = a_collective("各街道办", member, other)
    of_collective = a_part(department=collective)
    of_member = own_part(of_collective, member)

    with pytest.raises(PermissionDenied):
        say(a_reporter(other), of_member)
    with pytest.raises(PermissionDenied):
        say(a_reporter(member), of_collective)
    with pytest.raises(PermissionDenied):
        say(a_reporter(stranger), of_collective)
    with pytest.raises(PermissionDenied):
        say(a_reporter(collective), of_member)

    assert written() == (0, 0)


# --- the same form twice ---------------------------------------------------------------------------------


def test_the_same_form_sent_twice_is_recorded_once() -> None:
    part, token = a_part(), uuid.uuid4()
    author = a_reporter(part.department)

    first = say(author, part, token=token, seen=None, asks_to_close=True)
    second = say(author, part, token=token, seen=None, asks_to_close=True)

    assert (first.is_new, second.is_new) == (True, False)
    assert second.report == first.report
    assert second.report.progress == "已印发实施方案。"
    assert written() == (1, 1)


def test_the_same_form_sent_again_after_its_request_was_accepted_is_still_that_report() -> None:
    part = a_part()
    report = a_closing(part, TODAY)

    again = say(report.author, part, token=report.token, seen=None, asks_to_close=True, progress=report.progress)

    assert (again.report, again.is_new) == (report, False)
    assert written() == (1, 1)


def test_the_form_of_another_part_is_refused() -> None:
    part = a_part()
    other = a_part(department=part.department)
    author = a_reporter(part.department)
    token = say(author, part).report.token

    with pytest.raises(PermissionDenied):
        say(author, other, token=token)

    assert written() == (1, 0)


# --- two people at one part --------------------------------------------------------------------------------


@pytest.mark.parametrize("seen", ["nothing", "an older report"])
def test_a_report_that_was_not_seen_is_shown_before_it_is_superseded(seen: str) -> None:
    part = a_part()
    author = a_reporter(part.department)
    older, newer = (say(author, part, progress=words).report for words in ("旧", "新"))

    with pytest.raises(Superseded) as refusal:
        say(a_reporter(part.department), part, seen=None if seen == "nothing" else older.pk, asks_to_close=True)
    again = say(a_reporter(part.department), part, seen=newer.pk)

    assert again.is_new is True
    assert refusal.value.newer == newer
    assert refusal.value.args[0] == "在您填写期间，本任务已有新的填报，请核对后再提交。"
    assert written() == (3, 0)


def test_a_report_on_another_part_supersedes_nothing_here() -> None:
    measure = a_measure()
    ours, theirs = (a_part(measure, a_department(), AssignmentRole.JOINT) for _ in range(2))
    say(a_reporter(theirs.department), theirs)

    submission = say(a_reporter(ours.department), ours, seen=None)

    assert submission.is_new is True


# --- while a request waits, after it came back, after it was accepted ----------------------------------------


def test_a_second_request_is_refused_while_the_first_waits() -> None:
    part = a_part()
    author = a_reporter(part.department)
    say(author, part, asks_to_close=True)

    with pytest.raises(NotAccepted) as refusal:
        say(author, part, asks_to_close=True, now=at(TODAY + timedelta(days=30)))

    assert refusal.value.args[0] == "这项分工已有办结申请待审核，不能重复申请；可以取消“申请办结”后提交进展。"
    assert written() == (1, 1)


def test_progress_may_be_reported_while_a_request_waits() -> None:
    part = a_part()
    author = a_reporter(part.department)
    asked = say(author, part, asks_to_close=True).report

    say(author, part, progress="补充说明")

    assert written() == (2, 1)
    assert Review.objects.get().report == asked


def test_after_a_return_a_unit_may_report_and_ask_again() -> None:
    part = a_part()
    author = a_reporter(part.department)
    a_return(part, TODAY)

    say(author, part)
    again = say(author, part, asks_to_close=True).report

    assert Review.objects.pending().get().report == again
    assert written() == (3, 2)


@pytest.mark.parametrize("asks_to_close", [False, True])
def test_a_closed_part_takes_no_more_reports(asks_to_close: bool) -> None:
    part = a_part()
    a_closing(part, TODAY)

    with pytest.raises(NotAccepted) as refusal:
        say(a_reporter(part.department), part, asks_to_close=asks_to_close)

    assert refusal.value.args[0] == "本任务（本单位部分）已办结，不再接受填报。"
    assert written() == (1, 1)


def test_a_closed_measure_takes_no_more_reports_from_its_supporting_units() -> None:
    measure = a_measure()
    lead = a_part(measure, role=AssignmentRole.LEAD)
    supporting = a_part(measure, role=AssignmentRole.CO)
    a_closing(lead, TODAY)

    with pytest.raises(NotAccepted):
        say(a_reporter(supporting.department), supporting)

    assert written() == (1, 1)


def test_a_unit_closed_on_its_own_part_does_not_silence_the_others() -> None:
    measure = a_measure()
    done, working = (a_part(measure, a_department(), AssignmentRole.JOINT) for _ in range(2))
    a_closing(done, TODAY)

    assert say(a_reporter(working.department), working).is_new is True


# --- what no report may say ------------------------------------------------------------------------------------

UNPRINTABLE = "文字中有无法显示的控制字符，请删除后重试。"


@pytest.mark.parametrize("field", ["progress", "problems", "next_steps"])
@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\u202e", "\u2066", "\ud800"])
def test_control_characters_are_refused_in_every_text(field: str, character: str) -> None:
    part = a_part()

    with pytest.raises(ValidationError) as refusal:
        say(a_reporter(part.department), part, **{field: f"已{character}完成"})

    assert refusal.value.message_dict == {field: [UNPRINTABLE]}
    assert written() == (0, 0)


@pytest.mark.parametrize("field", ["progress", "problems", "next_steps"])
def test_a_text_may_be_as_long_as_the_limit_and_no_longer(field: str) -> None:
    part = a_part()
    author = a_reporter(part.department)

    with pytest.raises(ValidationError) as refusal:
        say(author, part, **{field: "完" * (MAX_TEXT + 1)})
    report = say(author, part, **{field: "完" * MAX_TEXT}).report

    assert list(refusal.value.message_dict) == [field]
    assert getattr(report, field) == "完" * 5000
    assert written() == (1, 0)


@pytest.mark.parametrize("percent", [-1, 101, 2**40, 10**30])
def test_a_percentage_outside_0_to_100_is_refused(percent: int) -> None:
    part = a_part()

    with pytest.raises(ValidationError) as refusal:
        say(a_reporter(part.department), part, percent=percent)

    assert "percent" in refusal.value.message_dict
    assert written() == (0, 0)


@pytest.mark.parametrize("percent", [None, 0, 100])
def test_a_percentage_may_be_left_out_and_reach_both_ends(percent: int | None) -> None:
    part = a_part()

    assert say(a_reporter(part.department), part, percent=percent).report.percent == percent


def test_a_report_that_says_nothing_is_refused() -> None:
    part = a_part()

    with pytest.raises(ValidationError) as refusal:
        say(a_reporter(part.department), part, progress="", asks_to_close=True)

    assert "progress" in refusal.value.message_dict
    assert written() == (0, 0)
