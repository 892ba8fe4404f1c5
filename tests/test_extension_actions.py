"""``actions.extension``: more time is asked for by who answers for a measure, and given by another department."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from departments.models import Role, User
from tasks.actions import extension as actions
from tasks.actions.measure import check_deadline
from tasks.choices import AssignmentRole, ExtensionState
from tasks.models import Extension, Measure

from .builders import (
    DUE_ON,
    a_closing,
    a_collective,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_person,
    a_plan,
    a_report,
    a_reporter,
    a_supervisor,
    an_administrator,
    an_extension,
    at,
    own_part,
)

pytestmark = pytest.mark.django_db

BEFORE = date(2021, 12, 1)
AFTER = date(2022, 1, 9)
MARCH = date(2022, 3, 31)
WORDS = {"reason": "配套文件尚未印发。", "progress": "已完成初稿。"}


def in_force(measure: Measure, day: date) -> date | None:
    return Measure.objects.lights(day).get(pk=measure.pk).effective_due_on


def ask(by: User, measure: Measure, due_on: date = MARCH, on: date = BEFORE, **fields: Any) -> Extension:
    return actions.ask(by=by, measure=measure, due_on=due_on, now=at(on), **WORDS | {"token": uuid.uuid4()} | fields)


# --- asking ------------------------------------------------------------------------------------------------


def test_a_request_keeps_what_was_said_and_moves_nothing() -> None:
    part = a_part()
    author = a_reporter(part.department)

    asked = ask(author, part.measure)

    kept = Extension.objects.values(
        *("department", "author", "asked_on", "from_due_on", "due_on", "reason", "progress", "state", "decided_on")
    ).get(pk=asked.pk)
    assert kept == {
        "department": part.department_id,
        "author": author.pk,
        "asked_on": BEFORE,
        "from_due_on": DUE_ON,
        "due_on": MARCH,
        "reason": "配套文件尚未印发。",
        "progress": "已完成初稿。",
        "state": "PENDING",
        "decided_on": None,
    }
    assert in_force(part.measure, MARCH) == DUE_ON


@pytest.mark.parametrize(("on", "late"), [(DUE_ON, 0), (date(2022, 1, 1), 1), (AFTER, 9)])
def test_a_request_after_the_deadline_says_for_ever_how_late_it_came(on: date, late: int) -> None:
    part = a_part()

    asked = ask(a_reporter(part.department), part.measure, on=on)
    actions.approve(by=a_supervisor(), extension=asked, now=at(on + timedelta(days=1)))

    assert Extension.objects.get().days_late == late


@pytest.mark.parametrize("role", AssignmentRole)
def test_only_a_unit_that_answers_for_the_measure_asks(role: str) -> None:
    measure = a_measure()
    if role == AssignmentRole.CO:
        a_part(measure, role=AssignmentRole.LEAD)
    part = a_part(measure, role=role)
    person = a_reporter(part.department)

    if role == AssignmentRole.CO:
        with pytest.raises(PermissionDenied):
            ask(person, measure)
    else:
        assert ask(person, measure).department == part.department


def test_a_member_asks_for_its_collective_and_strangers_do_not() -> None:
    member = a_department("万新街道")
    part = a_part(department=a_collective("各街道办", member))

    for person in (a_reporter(a_department()), a_supervisor(), a_leader()):
        with pytest.raises(PermissionDenied):
            ask(person, part.measure)

    assert ask(a_reporter(member), part.measure).department == member
    assert own_part(part, member).measure == part.measure


def test_an_administrator_asks_on_behalf_and_both_are_kept() -> None:
    part = a_part()
    person = an_administrator()

    asked = ask(person, part.measure)

    assert (asked.department, asked.author, asked.is_recorded_for_another) == (part.department, person, True)


REFUSED_DAYS = {
    "the same": (DUE_ON, BEFORE, "与现行完成时限相同，没有延期。"),
    "earlier": (date(2021, 12, 30), BEFORE, "只能延后，不能提前；现行完成时限是2021-12-31。"),
    "today": (AFTER, AFTER, "新的完成时限须晚于今天。"),
    "past": (date(2022, 1, 5), AFTER, "新的完成时限须晚于今天。"),
    "beyond the plan": (date(2023, 1, 1), BEFORE, "本计划的任务最晚可延期至2022-12-31。"),
}


@pytest.mark.parametrize("why", REFUSED_DAYS)
def test_a_day_that_is_no_extension_is_refused_beside_its_field(why: str) -> None:
    due_on, on, message = REFUSED_DAYS[why]
    part = a_part()

    with pytest.raises(ValidationError) as refusal:
        ask(a_reporter(part.department), part.measure, due_on, on)

    assert refusal.value.message_dict == {"due_on": [message]}
    assert Extension.objects.count() == 0


@pytest.mark.parametrize(("until", "last"), [(None, date(2022, 12, 31)), (date(2022, 6, 30), date(2022, 6, 30))])
def test_the_plan_says_how_far_a_deadline_may_be_moved(until: date | None, last: date) -> None:
    part = a_part(a_measure(a_plan(extensions_until=until)))
    person = a_reporter(part.department)

    with pytest.raises(ValidationError):
        ask(person, part.measure, last + timedelta(days=1))

    assert ask(person, part.measure, last).due_on == last


def test_ongoing_and_closed_measures_have_no_deadline_to_move() -> None:
    ongoing, closed = a_part(a_measure(due_on=None)), a_part()
    a_closing(closed, date(2021, 11, 1))

    for part, message in (
        (ongoing, "本任务持续推进，没有完成时限，无需延期。"),
        (closed, "本任务已办结，不能申请延期。"),
    ):
        with pytest.raises(actions.NotTaken) as refusal:
            ask(a_reporter(part.department), part.measure)
        assert refusal.value.args[0] == message

    assert Extension.objects.count() == 0


def test_one_request_waits_at_a_time_and_the_same_form_is_taken_once() -> None:
    measure = a_measure()
    first, second = (a_part(measure, role=AssignmentRole.JOINT) for _ in range(2))
    person, token = a_reporter(first.department), uuid.uuid4()

    asked = ask(person, measure, token=token)
    again = ask(person, measure, token=token)
    with pytest.raises(actions.NotTaken) as refusal:
        ask(a_reporter(second.department), measure)

    assert again == asked
    assert refusal.value.args[0] == "本任务已有延期申请待审核，不能重复申请。"
    assert Extension.objects.count() == 1


# --- deciding ----------------------------------------------------------------------------------------------


def test_time_that_is_given_moves_the_deadline_from_the_day_it_is_given() -> None:
    part = a_part()

    an_extension(part.measure, MARCH, BEFORE, date(2021, 12, 10))

    days = [date(2021, 12, 9), date(2021, 12, 10), date(2022, 4, 1)]
    assert [in_force(part.measure, day) for day in days] == [DUE_ON, MARCH, MARCH]
    assert Measure.objects.get().due_on == DUE_ON


def test_a_chain_counts_from_the_deadline_in_force_and_each_link_has_its_document() -> None:
    part = a_part()
    first = an_extension(part.measure, MARCH, BEFORE)
    actions.approve(by=a_supervisor(), extension=first, now=at(BEFORE, 15), document_number="津丽知略〔2021〕9号")
    second = an_extension(part.measure, date(2022, 6, 30), date(2022, 4, 2), date(2022, 4, 5))

    assert [(each.from_due_on, each.due_on, each.document_number) for each in Extension.objects.in_order()] == [
        (DUE_ON, MARCH, "津丽知略〔2021〕9号"),
        (MARCH, date(2022, 6, 30), ""),
    ]
    assert (second.days_late, in_force(part.measure, date(2022, 4, 5))) == (2, date(2022, 6, 30))


def test_time_that_is_refused_moves_nothing_and_may_be_asked_for_again() -> None:
    part = a_part()
    asked = an_extension(part.measure, MARCH)

    actions.refuse(by=a_supervisor(), extension=asked, now=at(BEFORE, 15), opinion="理由不足。")
    again = an_extension(part.measure, date(2022, 1, 31))

    assert in_force(part.measure, MARCH) == DUE_ON
    assert [each.state for each in (Extension.objects.get(pk=asked.pk), again)] == ["REFUSED", "PENDING"]


def test_a_refusal_needs_a_reason() -> None:
    asked = an_extension(a_part().measure, MARCH)

    with pytest.raises(ValidationError) as refusal:
        actions.refuse(by=a_supervisor(), extension=asked, now=at(BEFORE, 15), opinion=" \n")

    assert refusal.value.message_dict == {"opinion": ["不同意延期须说明理由。"]}
    assert Extension.objects.get().state == ExtensionState.PENDING


Decide = Callable[[User, Extension], Extension]
DECISIONS: dict[str, Decide] = {
    "approve": lambda by, asked: actions.approve(by=by, extension=asked, now=at(BEFORE, 15)),
    "refuse": lambda by, asked: actions.refuse(by=by, extension=asked, now=at(BEFORE, 15), opinion="不同意。"),
}


@pytest.mark.parametrize("decide", DECISIONS)
def test_four_eyes_nobody_gives_time_to_a_measure_his_department_answers_for(decide: str) -> None:
    measure = a_measure()
    first, second = (a_part(measure, role=AssignmentRole.JOINT) for _ in range(2))
    helper = a_part(a_measure(), role=AssignmentRole.SOLE)
    asked = an_extension(measure, MARCH)

    for person in (
        asked.author,
        a_supervisor(first.department),
        a_supervisor(second.department),
        a_reporter(a_department()),
        a_leader(),
    ):
        with pytest.raises(PermissionDenied):
            DECISIONS[decide](person, asked)

    assert Extension.objects.get().state == ExtensionState.PENDING
    assert DECISIONS[decide](a_supervisor(helper.department), asked).state != ExtensionState.PENDING


@pytest.mark.parametrize("role", [AssignmentRole.SOLE, AssignmentRole.JOINT])
def test_what_the_office_answers_for_goes_to_the_leading_group(role: str) -> None:
    measure = a_measure()
    a_part(measure, measure.plan.office, role)
    asked = an_extension(measure, MARCH)

    for person in (a_supervisor(measure.plan.office), a_supervisor(a_department())):
        with pytest.raises(PermissionDenied):
            DECISIONS["approve"](person, asked)

    assert DECISIONS["approve"](a_leader(), asked).state == ExtensionState.APPROVED


def test_who_asked_on_behalf_does_not_decide() -> None:
    part = a_part()
    person = a_person(Role.ADMINISTRATOR, Role.SUPERVISOR)
    asked = ask(person, part.measure)

    with pytest.raises(PermissionDenied):
        DECISIONS["approve"](person, asked)


def test_what_has_been_decided_is_not_decided_again() -> None:
    asked = an_extension(a_part().measure, MARCH, BEFORE, BEFORE)
    reviewer = Extension.objects.get().reviewer

    for decide in DECISIONS.values():
        with pytest.raises(actions.NotTaken) as refusal:
            decide(a_supervisor(), asked)
        assert refusal.value.args[0] == f"这份延期申请已由{reviewer.name}审核：同意延期。"


def test_a_request_is_taken_back_by_its_unit_until_it_is_decided() -> None:
    part = a_part()
    asked = an_extension(part.measure, MARCH)

    with pytest.raises(PermissionDenied):
        actions.withdraw(by=a_reporter(a_department()), extension=asked, now=at(BEFORE, 11))
    actions.withdraw(by=a_reporter(part.department), extension=asked, now=at(BEFORE, 11))

    assert Extension.objects.get().state == ExtensionState.WITHDRAWN
    for act in (
        lambda: DECISIONS["approve"](a_supervisor(), asked),
        lambda: actions.withdraw(by=asked.author, extension=asked, now=at(BEFORE, 12)),
    ):
        with pytest.raises(actions.NotTaken) as refusal:
            act()
        assert refusal.value.args[0] == "这份延期申请已由申请单位撤回。"


def test_time_is_not_given_when_it_is_over_or_the_work_is_done() -> None:
    over, done = a_part(), a_part()
    late = an_extension(over.measure, date(2022, 1, 10))
    idle = an_extension(done.measure, MARCH)
    a_closing(done, date(2021, 12, 20))

    for asked, message in (
        (late, "所申请的完成时限已到，不能再同意；请选“不同意”，由申请单位另行申请。"),
        (idle, "本任务已办结，延期申请无需再审核。"),
    ):
        with pytest.raises(actions.NotTaken) as refusal:
            actions.approve(by=a_supervisor(), extension=asked, now=at(date(2022, 1, 10)))
        assert refusal.value.args[0] == message

    assert set(Extension.objects.values_list("state", flat=True)) == {"PENDING"}


# --- what else knows of it -------------------------------------------------------------------------------------


def test_the_issued_deadline_is_not_corrected_any_more_once_more_time_was_asked_for() -> None:
    part = a_part()
    an_extension(part.measure, MARCH)

    with pytest.raises(ValidationError) as refusal:
        check_deadline(part.measure, "BY_DATE", MARCH)

    assert refusal.value.messages == ["本任务已有延期申请，完成时限只能经延期改变。"]


@pytest.mark.parametrize(("granted_on", "late"), [(None, True), (date(2022, 1, 3), False)])
def test_a_request_to_close_is_late_on_the_clock_in_force_when_it_is_made(granted_on: date | None, late: bool) -> None:
    part = a_part()
    an_extension(part.measure, MARCH, BEFORE, granted_on)

    report = a_report(part, AFTER, asks_to_close=True)

    assert report.is_after_deadline is late


def test_time_given_between_a_request_to_close_and_its_acceptance_counts() -> None:
    part = a_part()
    asked = an_extension(part.measure, MARCH, BEFORE)
    a_report(part, date(2022, 1, 5), asks_to_close=True)
    actions.approve(by=a_supervisor(), extension=asked, now=at(date(2022, 1, 6)))
    lights = [
        Measure.objects.lights(day).get(pk=part.measure_id).timeliness for day in (date(2022, 1, 5), date(2022, 1, 6))
    ]

    assert lights == ["OVERDUE", "ON_TRACK"]
