"""``actions.measure``: who is responsible for a measure, and which combinations no text can mean."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from departments.models import Department, Role
from tasks.actions.measure import assign, check_roles
from tasks.choices import AmendmentKind, AssignmentRole
from tasks.models import Assignment, Measure, Report

from .builders import (
    a_closing,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_person,
    a_plan_being_entered,
    a_report,
    a_reporter,
    a_supervisor,
    an_administrator,
    an_amendment,
)

pytestmark = pytest.mark.django_db

SOLE, LEAD, CO, JOINT = AssignmentRole.SOLE, AssignmentRole.LEAD, AssignmentRole.CO, AssignmentRole.JOINT
REPORTED_ON = date(2021, 11, 1)


def roles_of(measure: Measure) -> list[tuple[Department, str, int]]:
    parts = measure.assignments.select_related("department").order_by("position")
    return [(part.department, part.role, part.position) for part in parts]


# --- what a text can mean ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "roles",
    [
        [SOLE],
        [SOLE, CO],
        [SOLE, CO, CO],
        [LEAD],
        [LEAD, CO, CO],
        [LEAD, LEAD],
        [LEAD, LEAD, CO],
        [JOINT],
        [JOINT, JOINT, JOINT],
        [CO, LEAD],  # the order of the text is not ours to judge
    ],
    ids="-".join,
)
def test_roles_that_a_text_can_mean_are_accepted(roles: list[str]) -> None:
    measure, units = a_measure(a_plan_being_entered()), [a_department() for _ in roles]

    check_roles(roles)
    assign(by=a_supervisor(), measure=measure, roles=dict(zip(units, roles, strict=True)))

    assert roles_of(measure) == list(zip(units, roles, range(1, 10), strict=False))


TWO_SOLES = "一项任务只能有一个负责单位。"
SOLE_BESIDE_LEAD = "负责单位与牵头单位不能并列于一项任务。"
JOINT_BESIDE_OTHER = "按职责分工的任务中，各单位并列，不能再有负责、牵头或配合单位。"
CO_ALONE = "配合单位须与负责或牵头单位并列。"


@pytest.mark.parametrize(
    ("roles", "message"),
    [
        ([SOLE, SOLE], TWO_SOLES),
        ([SOLE, CO, SOLE], TWO_SOLES),
        ([SOLE, LEAD], SOLE_BESIDE_LEAD),
        ([LEAD, SOLE, CO], SOLE_BESIDE_LEAD),
        ([JOINT, SOLE], JOINT_BESIDE_OTHER),
        ([LEAD, JOINT], JOINT_BESIDE_OTHER),
        ([JOINT, CO], JOINT_BESIDE_OTHER),
        ([JOINT, JOINT, LEAD, CO], JOINT_BESIDE_OTHER),
        ([CO], CO_ALONE),
        ([CO, CO], CO_ALONE),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_roles_that_no_text_can_mean_are_refused_and_nothing_is_changed(roles: list[str], message: str) -> None:
    measure = a_part(a_measure(a_plan_being_entered())).measure
    before = roles_of(measure)

    with pytest.raises(ValidationError) as alone:
        check_roles(roles)
    with pytest.raises(ValidationError) as refusal:
        assign(by=a_supervisor(), measure=measure, roles={a_department(): role for role in roles})

    assert alone.value.messages == refusal.value.messages == [message]
    assert roles_of(measure) == before


def test_a_role_that_does_not_exist_is_refused() -> None:
    measure = a_measure(a_plan_being_entered())

    with pytest.raises(ValidationError):
        assign(by=a_supervisor(), measure=measure, roles={a_department(): "HELPER"})

    assert roles_of(measure) == []


# --- changing them ---------------------------------------------------------------------------------------


def test_units_that_stay_keep_their_reports_in_a_new_role_and_place() -> None:
    measure = a_measure(a_plan_being_entered())
    first, second = a_part(measure, role=LEAD), a_part(measure, role=CO)
    reports = [a_report(first, REPORTED_ON), a_report(second, REPORTED_ON)]
    newcomer = a_department()

    parts = assign(
        by=a_supervisor(), measure=measure, roles={newcomer: LEAD, second.department: LEAD, first.department: CO}
    )

    assert roles_of(measure) == [(newcomer, LEAD, 1), (second.department, LEAD, 2), (first.department, CO, 3)]
    assert [parts[1], parts[2]] == [second, first]
    assert list(Report.objects.order_by("pk").values_list("pk", "assignment")) == [
        (reports[0].pk, first.pk),
        (reports[1].pk, second.pk),
    ]


def test_the_sole_unit_and_a_supporting_one_may_change_places() -> None:
    measure = a_measure(a_plan_being_entered())
    sole, supporting = a_part(measure, role=SOLE), a_part(measure, role=CO)

    assign(by=a_supervisor(), measure=measure, roles={supporting.department: SOLE, sole.department: CO})

    assert roles_of(measure) == [(supporting.department, SOLE, 1), (sole.department, CO, 2)]
    assert set(measure.assignments.all()) == {sole, supporting}


def test_a_newcomer_may_take_the_place_of_the_sole_unit() -> None:
    measure = a_measure(a_plan_being_entered())
    sole = a_part(measure, role=SOLE)
    newcomer = a_department()

    assign(by=a_supervisor(), measure=measure, roles={newcomer: SOLE, sole.department: CO})
    assign(by=a_supervisor(), measure=measure, roles={sole.department: SOLE})

    assert roles_of(measure) == [(sole.department, SOLE, 1)]


def test_a_measure_of_a_sole_unit_may_become_everybodys() -> None:
    measure = a_measure(a_plan_being_entered())
    sole, supporting = a_part(measure, role=SOLE), a_part(measure, role=CO)

    assign(by=a_supervisor(), measure=measure, roles={sole.department: JOINT, supporting.department: JOINT})

    assert roles_of(measure) == [(sole.department, JOINT, 1), (supporting.department, JOINT, 2)]


def test_saying_the_same_again_changes_nothing() -> None:
    measure = a_measure(a_plan_being_entered())
    sole, supporting = a_part(measure, role=SOLE), a_part(measure, role=CO)
    before = list(Assignment.objects.order_by("pk").values())

    assign(by=a_supervisor(), measure=measure, roles={sole.department: SOLE, supporting.department: CO})

    assert list(Assignment.objects.order_by("pk").values()) == before


def test_other_measures_keep_their_units() -> None:
    measure, other = a_part(a_measure(a_plan_being_entered())).measure, a_part(role=LEAD)

    assign(by=a_supervisor(), measure=measure, roles={a_department(): SOLE})

    assert roles_of(other.measure) == [(other.department, LEAD, 1)]


def test_a_unit_that_has_said_nothing_may_be_removed() -> None:
    measure = a_measure(a_plan_being_entered())
    sole, _ = a_part(measure, role=SOLE), a_part(measure, role=CO)

    assign(by=a_supervisor(), measure=measure, roles={sole.department: SOLE})

    assert roles_of(measure) == [(sole.department, SOLE, 1)]


def test_a_unit_that_has_reported_is_not_removed_and_nothing_else_is_changed() -> None:
    measure = a_measure(a_plan_being_entered())
    first, second = (a_part(measure, a_department(name), JOINT) for name in ("区科技局", "区教育局"))
    quiet = a_part(measure, role=JOINT)
    for part in (first, second, first):
        a_report(part, REPORTED_ON)
    before = roles_of(measure)

    with pytest.raises(ValidationError) as refusal:
        assign(by=a_supervisor(), measure=measure, roles={quiet.department: SOLE})

    assert refusal.value.messages == ["区科技局、区教育局已有填报、签收或草稿，不能移出本任务。"]
    assert roles_of(measure) == before


def two_that_answer(second: str = JOINT, first: str = JOINT) -> tuple[Measure, Department, Department]:
    """The first of them is done, the second has said nothing."""
    measure = a_measure(a_plan_being_entered())
    done, quiet = a_part(measure, role=first), a_part(measure, role=second)
    a_closing(done, REPORTED_ON)
    return measure, done.department, quiet.department


def is_closed(measure: Measure) -> bool:
    return Measure.objects.lights(date(2021, 12, 31)).get(pk=measure.pk).requested_on is not None


@pytest.mark.parametrize(
    "roles",
    [lambda done, quiet: {done: JOINT}, lambda done, quiet: {done: LEAD, quiet: CO}],
    ids=["taken off", "demoted"],
)
def test_a_measure_is_not_finished_by_taking_its_last_open_unit_off(roles) -> None:
    first = LEAD if len(roles(1, 2)) == 2 else JOINT
    measure, done, quiet = two_that_answer(first, first)
    before = roles_of(measure)

    with pytest.raises(ValidationError) as refusal:
        assign(by=a_supervisor(), measure=measure, roles=roles(done, quiet))

    assert [error.code for error in refusal.value.error_list] == ["nobody_left"]
    assert refusal.value.messages == [
        "调整后负责本任务的单位均已办结，任务将不经审核即告办结。"
        "请先由移出的单位申请办结，或另行指定负责单位；任务不再实施的，登记终止。"
    ]
    assert (roles_of(measure), is_closed(measure)) == (before, False)
    newcomer = a_department()
    assign(by=a_supervisor(), measure=measure, roles={done: first, newcomer: first})
    assert ([unit for unit, _role, _place in roles_of(measure)], is_closed(measure)) == ([done, newcomer], False)


@pytest.mark.parametrize("ends_on", [date(2021, 11, 20), date(2022, 6, 30)], ids=["ended", "still to come"])
def test_a_measure_that_ends_keeps_its_units(ends_on: date) -> None:
    measure, done, quiet = two_that_answer()
    an_amendment(measure, AmendmentKind.TERMINATION, date(2021, 11, 20), in_force_on=ends_on)
    measure.refresh_from_db()
    before = roles_of(measure)

    with pytest.raises(
        ValidationError, match=f"本任务自{ends_on.year}年{ends_on.month}月{ends_on.day}日起终止，不能再调整"
    ):
        assign(by=a_supervisor(), measure=measure, roles={done: JOINT})
    assign(by=a_supervisor(), measure=measure, roles={done: JOINT, quiet: JOINT})

    assert roles_of(measure) == before


# --- who may -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [a_supervisor, an_administrator], ids=["supervisor", "administrator"])
def test_the_office_and_administrators_may_change_responsibilities(who) -> None:
    measure, unit = a_measure(a_plan_being_entered()), a_department()

    assign(by=who(), measure=measure, roles={unit: SOLE})

    assert roles_of(measure) == [(unit, SOLE, 1)]


@pytest.mark.parametrize(
    "who",
    [
        lambda part: a_reporter(part.department),
        lambda part: a_leader(),
        lambda part: a_person(),
        lambda part: a_person(Role.SUPERVISOR, is_active=False),
    ],
    ids=["reporter of the unit", "leader", "without a role", "supervisor who has left"],
)
def test_nobody_else_may(who) -> None:
    part = a_part()

    with pytest.raises(PermissionDenied):
        assign(by=who(part), measure=part.measure, roles={part.department: SOLE, a_department(): CO})

    assert roles_of(part.measure) == [(part.department, SOLE, 1)]
