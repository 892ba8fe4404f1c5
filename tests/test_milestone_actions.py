"""A step is recorded as done once, by those who answer for it; a mistake is taken back and not wiped out."""

from __future__ import annotations

from datetime import date

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import PermissionDenied, ValidationError

from departments.models import Role, User
from tasks.actions import milestone as actions
from tasks.choices import AssignmentRole, Timeliness
from tasks.models import Measure, Milestone, MilestoneEntry

from .builders import (
    a_collective,
    a_department,
    a_leader,
    a_measure,
    a_milestone,
    a_part,
    a_person,
    a_reporter,
    a_supervisor,
    an_administrator,
    at,
)

pytestmark = pytest.mark.django_db

DAY = date(2021, 12, 6)
NOW = at(DAY)


@pytest.fixture
def measure() -> Measure:
    """甲 leads, 乙 supports."""
    found = a_measure()
    a_part(found, a_department("甲"), AssignmentRole.LEAD)
    a_part(found, a_department("乙"), AssignmentRole.CO)
    return found


@pytest.fixture
def milestone(measure: Measure) -> Milestone:
    return a_milestone(measure)


def those_who_may(milestone: Milestone, people: dict[str, User]) -> set[str]:
    found = set()
    for name, person in people.items():
        try:
            actions.mark_done(by=person, milestone=milestone, done_on=DAY, now=NOW)
        except PermissionDenied:
            continue
        found.add(name)
        MilestoneEntry.objects.all().delete()
    return found


def test_a_step_is_recorded_with_who_and_when(milestone: Milestone) -> None:
    reporter = a_reporter(a_department("甲"))

    entry, is_new = actions.mark_done(
        by=reporter, milestone=milestone, done_on=date(2021, 12, 4), note=" 集中宣传三场。\n", now=NOW
    )

    assert is_new
    assert (entry.done_on, entry.note) == (date(2021, 12, 4), "集中宣传三场。")
    assert (entry.recorded_by, entry.recorded_on, entry.recorded_at) == (reporter, DAY, NOW)


def test_those_who_answer_for_the_measure_and_the_office_may(milestone: Milestone) -> None:
    people = {
        "lead": a_reporter(a_department("甲")),
        "co": a_reporter(a_department("乙")),
        "stranger": a_reporter(a_department("丙")),
        "unattached": a_person(Role.REPORTER),
        "roleless": a_person(department=a_department("甲")),
        "inactive": a_reporter(a_department("甲"), is_active=False),
        "supervisor": a_supervisor(),
        "leader": a_leader(),
        "administrator": an_administrator(),
    }

    assert those_who_may(milestone, people) == {"lead", "supervisor", "administrator"}


def test_a_member_of_a_joint_collective_may_and_one_that_left_may_not() -> None:
    member, gone = a_department("万新街道"), a_department("旧街道")
    part = a_part(department=a_collective("各街道办", member, gone), role=AssignmentRole.JOINT)
    part.member_parts.filter(department=gone).update(until=date(2021, 9, 1))
    people = {"member": a_reporter(member), "gone": a_reporter(gone)}

    assert those_who_may(a_milestone(part.measure), people) == {"member"}


@pytest.mark.parametrize(
    ("done_on", "message"),
    [
        (date(2021, 12, 7), "日期不能晚于今天。"),
        (date(2019, 12, 31), "日期不能早于计划开始日期2020-01-01。"),
    ],
)
def test_a_day_that_cannot_be_is_refused(milestone: Milestone, done_on: date, message: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        actions.mark_done(by=a_supervisor(), milestone=milestone, done_on=done_on, now=NOW)

    assert refusal.value.message_dict == {"done_on": [message]}
    assert milestone.entries.count() == 0


@pytest.mark.parametrize("done_on", [date(2020, 1, 1), DAY])
def test_the_first_day_of_the_plan_and_today_are_taken(milestone: Milestone, done_on: date) -> None:
    actions.mark_done(by=a_supervisor(), milestone=milestone, done_on=done_on, now=NOW)

    assert milestone.entries.get().done_on == done_on


def test_words_nobody_can_read_are_refused(milestone: Milestone) -> None:
    for note in ("宣传\0三场", "长" * 5001):
        with pytest.raises(ValidationError):
            actions.mark_done(by=a_supervisor(), milestone=milestone, done_on=DAY, note=note, now=NOW)

    assert milestone.entries.count() == 0


def test_a_double_click_records_once(milestone: Milestone) -> None:
    supervisor = a_supervisor()
    first, _new = actions.mark_done(by=supervisor, milestone=milestone, done_on=DAY, note="两\n行", now=NOW)

    again, is_new = actions.mark_done(by=supervisor, milestone=milestone, done_on=DAY, note="两\r\n行", now=NOW)

    assert (again, is_new) == (first, False)
    assert milestone.entries.count() == 1


def test_another_record_over_the_first_is_refused_and_says_whose_it_is(milestone: Milestone) -> None:
    actions.mark_done(by=a_supervisor(last_name="孟", first_name="凡"), milestone=milestone, done_on=DAY, now=NOW)

    with pytest.raises(actions.NotTaken) as refusal:
        actions.mark_done(by=an_administrator(), milestone=milestone, done_on=DAY, now=NOW)

    assert str(refusal.value.args[0]) == (
        "该节点已由孟凡登记为2021-12-06完成；登记有误的，由督办管理员撤销后重新登记。"
    )
    assert milestone.entries.count() == 1


def test_a_mistake_is_taken_back_and_recorded_anew(milestone: Milestone) -> None:
    supervisor = a_supervisor()
    wrong, _new = actions.mark_done(by=supervisor, milestone=milestone, done_on=DAY, now=NOW)
    later = at(date(2021, 12, 10))

    actions.undo(by=supervisor, milestone=milestone, now=later)
    right, is_new = actions.mark_done(by=supervisor, milestone=milestone, done_on=date(2021, 12, 4), now=later)

    wrong.refresh_from_db()
    assert is_new
    assert (wrong.void_on, wrong.void_at, wrong.voided_by) == (date(2021, 12, 10), later, supervisor)
    assert list(milestone.entries.filter(void_on__isnull=True)) == [right]


def test_a_past_day_shows_what_stood_recorded_then(milestone: Milestone) -> None:
    supervisor = a_supervisor()
    actions.mark_done(by=supervisor, milestone=milestone, done_on=date(2021, 12, 3), now=at(date(2021, 12, 6)))
    actions.undo(by=supervisor, milestone=milestone, now=at(date(2021, 12, 10)))
    actions.mark_done(by=supervisor, milestone=milestone, done_on=date(2021, 12, 8), now=at(date(2021, 12, 12)))

    lights = {day: milestone.light_on(date(2021, 12, day)).timeliness for day in (4, 5, 6, 9, 10, 11, 12)}

    assert lights == {
        4: Timeliness.DUE_SOON,
        5: Timeliness.OVERDUE,
        6: Timeliness.CLOSED,
        9: Timeliness.CLOSED,
        10: Timeliness.OVERDUE,
        11: Timeliness.OVERDUE,
        12: Timeliness.CLOSED_LATE,
    }


def test_only_the_office_takes_back(milestone: Milestone) -> None:
    reporter = a_reporter(a_department("甲"))
    actions.mark_done(by=reporter, milestone=milestone, done_on=DAY, now=NOW)

    for person in (reporter, a_leader(), a_person()):
        with pytest.raises(PermissionDenied):
            actions.undo(by=person, milestone=milestone, now=NOW)

    assert milestone.is_done_by(DAY)


def test_nothing_recorded_is_nothing_to_take_back(milestone: Milestone) -> None:
    with pytest.raises(actions.NotTaken) as refusal:
        actions.undo(by=a_supervisor(), milestone=milestone, now=NOW)

    assert str(refusal.value.args[0]) == "该节点目前没有完成登记，无需撤销。"


def test_recording_and_taking_back_are_in_the_audit(milestone: Milestone) -> None:
    supervisor = a_supervisor()
    actions.mark_done(by=supervisor, milestone=milestone, done_on=DAY, now=NOW)
    actions.undo(by=supervisor, milestone=milestone, now=NOW)

    log = LogEntry.objects.filter(content_type__model="milestoneentry").order_by("pk")

    assert [entry.action for entry in log] == [LogEntry.Action.CREATE, LogEntry.Action.UPDATE]
    assert set(log[1].changes) == {"void_on", "void_at", "voided_by"}
