"""``actions.amendment``: an issued plan changes by recorded changes alone, and no past day changes with it."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from departments.models import Department
from tasks.actions import amendment as actions
from tasks.actions import extension as extension_actions
from tasks.actions import measure as measure_actions
from tasks.actions import report as report_actions
from tasks.actions import review as review_actions
from tasks.choices import AmendmentKind, AssignmentRole, Timeliness
from tasks.models import Amendment, Assignment, Measure
from tasks.periods import periods

from .builders import (
    DUE_ON,
    ISSUED_ON,
    a_closing,
    a_collective,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_plan_being_entered,
    a_report,
    a_reporter,
    a_supervisor,
    an_administrator,
    an_amendment,
    an_extension,
    at,
    the_reviewer_of,
)

pytestmark = pytest.mark.django_db

SOLE, LEAD, CO, JOINT = AssignmentRole.SOLE, AssignmentRole.LEAD, AssignmentRole.CO, AssignmentRole.JOINT
WORDING, UNITS, ONGOING, TERMINATION = AmendmentKind
TODAY = date(2021, 12, 1)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def stood(measure: Measure, day: date) -> Any:
    return Measure.objects.as_of(day).with_parts(day).select_related("plan").get(pk=measure.pk)


def units_on(measure: Measure, day: date) -> list[tuple[str, str]]:
    parts = Assignment.objects.named(day).filter(measure=measure).order_by("position", "pk")
    return [(part.department.name, part.role) for part in parts.select_related("department")]


def counted(measure: Measure, day: date) -> tuple[int, int]:
    """How many measures and how many parts of the plan are counted on a day."""
    plan = measure.plan
    parts = Assignment.objects.counted(day).filter(measure__plan=plan)
    return plan.measures.unterminated(day).count(), parts.count()


# --- wording -------------------------------------------------------------------------------------------


def test_a_new_wording_counts_from_its_day_and_the_issued_one_stays() -> None:
    measure = a_part().measure
    issued = measure.wording

    amendment = an_amendment(measure, WORDING, TODAY, wording=" 建立市区两级会商制度。 ", in_force_on=TOMORROW)

    assert (amendment.wording_before, amendment.wording) == (issued, "建立市区两级会商制度。")
    assert [stood(measure, day).wording_in_force for day in (YESTERDAY, TODAY, TOMORROW)] == [
        issued,
        issued,
        "建立市区两级会商制度。",
    ]
    assert Measure.objects.get(pk=measure.pk).wording == issued


def test_a_second_wording_begins_from_the_first() -> None:
    measure = a_part().measure
    an_amendment(measure, WORDING, TODAY, wording="第一次调整。")

    second = an_amendment(measure, WORDING, TODAY, wording="第二次调整。")

    assert second.wording_before == "第一次调整。"
    assert stood(measure, TODAY).wording_in_force == measure.wording_on(TODAY) == "第二次调整。"


def test_the_document_may_set_an_earlier_day_and_no_past_day_changes() -> None:
    measure = a_part().measure

    amendment = an_amendment(measure, WORDING, TODAY, wording="新的任务。", in_force_on=YESTERDAY)

    assert (amendment.in_force_on, amendment.counts_from) == (YESTERDAY, TODAY)
    assert stood(measure, YESTERDAY).wording_in_force == measure.wording


@pytest.mark.parametrize(
    ("content", "field", "reason"),
    [
        ({"wording": "建立区重大案件联席会商制度。 "}, "wording", "与现行的任务内容相同，没有调整。"),
        ({"wording": "新。", "document": " "}, "document", "此字段不能为空。"),
        ({"wording": "新。", "reason": ""}, "reason", "此字段不能为空。"),
        ({"wording": "新\x00。"}, "wording", "文字中有无法显示的控制字符，请删除后重试。"),
        (
            {"wording": "新。", "in_force_on": ISSUED_ON - timedelta(days=1)},
            "in_force_on",
            "施行日期不能早于计划印发日期2021-08-26。",
        ),
        ({"wording": "新。", "in_force_on": date(2200, 1, 1)}, "in_force_on", "日期不能晚于2199-12-31。"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(content: dict[str, Any], field: str, reason: str) -> None:
    measure = a_part().measure

    with pytest.raises(ValidationError) as refusal:
        an_amendment(measure, WORDING, TODAY, **content)

    assert refusal.value.message_dict[field] == [reason]
    assert not Amendment.objects.exists()


def test_amendments_of_a_kind_come_one_after_the_other() -> None:
    measure = a_part().measure
    an_amendment(measure, WORDING, TODAY, wording="明天起。", in_force_on=TOMORROW)

    with pytest.raises(ValidationError, match="已登记的同类调整自2021-12-02起算，施行日期不能早于这一天"):
        an_amendment(measure, WORDING, TODAY, wording="今天起。")


# --- who is responsible --------------------------------------------------------------------------------


@pytest.fixture
def led() -> Measure:
    """甲 leads, 乙 supports; 甲 has reported."""
    measure = a_measure()
    lead = a_part(measure, a_department("甲"), LEAD)
    a_part(measure, a_department("乙"), CO)
    a_report(lead, date(2021, 11, 1))
    return measure


def roles(**units: str) -> dict[Department, str]:
    return {a_department(name): role for name, role in units.items()}


def test_units_come_go_and_change_their_role_from_the_day_on(led: Measure) -> None:
    amendment = an_amendment(led, UNITS, TODAY, roles=roles(丙=CO, 乙=LEAD))

    assert units_on(led, YESTERDAY) == [("甲", LEAD), ("乙", CO)]
    assert units_on(led, TODAY) == [("乙", LEAD), ("丙", CO)]
    assert amendment.units_before == [["甲", LEAD], ["乙", CO]]
    assert amendment.units == [["乙", LEAD], ["丙", CO]]
    assert (amendment.units_gone, amendment.units_new) == (["甲（牵头）", "乙（配合）"], ["乙（牵头）", "丙（配合）"])
    assert amendment.units_changed == [("甲", "牵头", ""), ("乙", "配合", "牵头"), ("丙", "", "配合")]


def test_who_leaves_keeps_what_it_has_reported_on_record(led: Measure) -> None:
    an_amendment(led, UNITS, TODAY, roles=roles(乙=LEAD))

    assert [stood(led, day).reported for day in (YESTERDAY, TODAY)] == [1, 0]
    assert led.assignments.gone_by(TODAY).get(department__name="甲").reports.count() == 1


def test_who_has_left_does_not_report_any_more(led: Measure) -> None:
    gone = led.assignments.get(department__name="甲")
    an_amendment(led, UNITS, TODAY, roles=roles(乙=LEAD))

    with pytest.raises(PermissionDenied):
        a_report(gone, TOMORROW)


def test_a_unit_that_comes_back_begins_anew(led: Measure) -> None:
    an_amendment(led, UNITS, TODAY, roles=roles(乙=LEAD))
    an_amendment(led, UNITS, TOMORROW, roles=roles(乙=LEAD, 甲=CO))

    assert units_on(led, TOMORROW) == [("乙", LEAD), ("甲", CO)]
    found = Assignment.objects.get_by_natural_key(led.plan.slug, led.number, "甲")
    assert (found.role, found.since) == (CO, TOMORROW)


def test_a_newcomer_owes_no_period_that_was_over() -> None:
    measure = a_measure(due_on=None)
    a_part(measure, a_department("甲"), JOINT)

    an_amendment(measure, UNITS, TODAY, roles=roles(甲=JOINT, 乙=JOINT))

    lights = Assignment.objects.named(TODAY).as_of(TODAY).order_by("position").values_list("timeliness", flat=True)
    assert list(lights) == [Timeliness.SILENT, Timeliness.ONGOING]
    assert [len(row.turnout.owed) for row in periods(measure.plan, date(2022, 1, 12)) if row.turnout] == [2, 2, 1]


def test_a_collective_brings_its_members(led: Measure) -> None:
    a_collective("各街道办", a_department("万新街道"))

    an_amendment(led, UNITS, TODAY, roles=roles(甲=LEAD, 各街道办=CO))

    own = Assignment.objects.get(department__name="万新街道")
    assert (own.since, own.role, own.collective_part.department.name) == (TODAY, CO, "各街道办")
    an_amendment(led, UNITS, TOMORROW, roles=roles(甲=LEAD))
    assert Assignment.objects.get(department__name="万新街道").until == TOMORROW


def test_a_measure_whose_unit_was_replaced_waits_for_the_new_one() -> None:
    old = a_part(department=a_department("甲"))
    an_amendment(old.measure, UNITS, TODAY, roles=roles(乙=SOLE))

    assert stood(old.measure, DUE_ON + timedelta(days=1)).timeliness == Timeliness.OVERDUE
    new = Assignment.objects.get(department__name="乙")
    a_closing(new, date(2021, 12, 20), date(2021, 12, 22))

    found = stood(old.measure, date(2021, 12, 22))
    assert (found.timeliness, found.requested_on) == (Timeliness.CLOSED, date(2021, 12, 20))
    assert stood(old.measure, date(2021, 12, 21)).timeliness == Timeliness.DUE_SOON


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ({}, "任务须至少有一个责任单位。"),
        ({"甲": LEAD, "乙": CO}, "责任分工与现行的相同，没有调整。"),
        ({"乙": CO}, "配合单位须与负责或牵头单位并列。"),
        ({"甲": SOLE, "乙": SOLE}, "一项任务只能有一个负责单位。"),
        ({"甲": "HELPER"}, "角色只能是负责、牵头、配合或按职责分工。"),
    ],
)
def test_units_that_make_no_sense_are_refused_and_nothing_changes(
    led: Measure, wanted: dict[str, str], reason: str
) -> None:
    with pytest.raises(ValidationError, match=reason):
        an_amendment(led, UNITS, TODAY, roles=roles(**wanted))

    assert units_on(led, TODAY) == [("甲", LEAD), ("乙", CO)]
    assert not Amendment.objects.exists()


def test_units_are_changed_on_the_day_and_not_ahead(led: Measure) -> None:
    with pytest.raises(ValidationError, match="责任分工的调整须在施行当日或之后登记"):
        an_amendment(led, UNITS, TODAY, roles=roles(乙=LEAD), in_force_on=TOMORROW)


def test_who_is_done_or_has_asked_to_be_stays(led: Measure) -> None:
    part = led.assignments.get(department__name="乙")
    request = a_report(part, TODAY, asks_to_close=True)

    with pytest.raises(ValidationError, match="乙的办结申请待审核，请先审核，再调整责任分工"):
        an_amendment(led, UNITS, TODAY, roles=roles(甲=LEAD))
    review_actions.accept(by=the_reviewer_of(part), report=request, now=at(TODAY))
    with pytest.raises(ValidationError, match="乙的办结申请已经同意，不能移出或改变角色"):
        an_amendment(led, UNITS, TODAY, roles=roles(甲=LEAD))


# --- going on, and ending ------------------------------------------------------------------------------


def test_a_measure_becomes_ongoing_from_the_day_on() -> None:
    part = a_part()
    measure = part.measure

    an_amendment(measure, ONGOING, date(2022, 1, 5))

    found = [stood(measure, date(2022, 1, day)) for day in (4, 5)]
    assert [row.timeliness for row in found] == [Timeliness.OVERDUE, Timeliness.ONGOING]
    assert [row.effective_due_on for row in found] == [DUE_ON, None]
    assert [row.light.sentence() for row in found] == [
        "应于2021年12月31日办结，逾期4天，未申请延期。",
        "持续推进，下次填报：2022年第一季度，截止2022年4月9日。",
    ]
    assert stood(measure, date(2022, 4, 10)).timeliness == Timeliness.SILENT


def test_an_ongoing_measure_is_reported_on_for_periods_again() -> None:
    part = a_part()
    an_amendment(part.measure, ONGOING, date(2022, 1, 5))

    reports = [a_report(part, day) for day in (date(2022, 1, 6), date(2022, 2, 1))]

    assert [str(report.period) for report in reports] == ["2022年第一季度", "2022年第一季度"]
    assert stood(part.measure, date(2022, 4, 10)).timeliness == Timeliness.ONGOING


def test_an_ongoing_measure_leaves_the_rates_and_takes_no_extension() -> None:
    measure = a_part().measure
    an_amendment(measure, ONGOING, date(2022, 1, 5))

    rows = [measure.plan.measures.lights(date(2022, 1, day)).count_by_clock(date(2022, 1, day)) for day in (4, 5)]

    assert [(row["original_measured"], row["effective_measured"]) for row in rows] == [(1, 1), (0, 0)]
    with pytest.raises(extension_actions.NotTaken, match="本任务持续推进，没有完成时限"):
        an_extension(measure, date(2022, 3, 1), date(2022, 1, 6))


def test_a_terminated_measure_leaves_the_counts_from_that_day_and_not_before() -> None:
    measure = a_part().measure
    a_part(a_measure(measure.plan))

    an_amendment(measure, TERMINATION, TODAY, in_force_on=date(2022, 1, 5))

    assert [counted(measure, day) for day in (TODAY, date(2022, 1, 4), date(2022, 1, 5))] == [(2, 2), (2, 2), (1, 1)]
    assert [stood(measure, date(2022, 1, day)).timeliness for day in (4, 5)] == [
        Timeliness.OVERDUE,
        Timeliness.TERMINATED,
    ]
    assert stood(measure, date(2022, 1, 6)).light.sentence() == "自2022年1月5日起终止，不再填报。"


def test_nobody_owes_anything_for_a_terminated_measure() -> None:
    part = a_part(a_measure(due_on=None))
    unit = part.department
    an_amendment(part.measure, TERMINATION, TODAY)

    assert not Assignment.objects.of(unit, TODAY).exists()
    assert not Assignment.objects.unsigned(TODAY).exists()
    assert [len(row.turnout.owed) for row in periods(part.measure.plan, date(2022, 1, 12)) if row.turnout] == [0, 0, 1]
    with pytest.raises(report_actions.NotAccepted, match="本任务已终止，不再接受填报"):
        a_report(part, TODAY)


def test_what_waits_on_a_terminated_measure_waits_for_nobody() -> None:
    part = a_part()
    request = a_report(part, date(2021, 11, 20), asks_to_close=True)
    asked = an_extension(part.measure, date(2022, 3, 1), date(2021, 11, 21))
    an_amendment(part.measure, TERMINATION, TODAY)

    with pytest.raises(review_actions.AlreadyDecided, match="本任务已终止，填报无需再审核"):
        review_actions.accept(by=the_reviewer_of(part), report=request, now=at(TODAY))
    with pytest.raises(extension_actions.NotTaken, match="本任务已转为常态或终止，延期申请无需再审核"):
        extension_actions.approve(by=a_supervisor(), extension=asked, now=at(TODAY))


# --- what all have in common ---------------------------------------------------------------------------

CONTENT: dict[str, dict[str, Any]] = {WORDING: {"wording": "新。"}, UNITS: {}, ONGOING: {}, TERMINATION: {}}


def content_of(kind: str) -> dict[str, Any]:
    return {"roles": roles(丁=SOLE)} if kind == UNITS else CONTENT[kind]


@pytest.mark.parametrize("kind", AmendmentKind)
def test_a_form_sent_twice_is_recorded_once(kind: str) -> None:
    measure, who, token = a_part().measure, a_supervisor(), uuid.uuid4()

    one, other = (an_amendment(measure, kind, TODAY, by=who, token=token, **content_of(kind)) for _ in range(2))

    assert one == other == Amendment.objects.get()


@pytest.mark.parametrize("kind", AmendmentKind)
def test_only_the_office_and_administrators_amend(kind: str) -> None:
    measure = a_part().measure

    for who in (a_leader(), a_reporter(a_department("甲"))):
        with pytest.raises(PermissionDenied):
            an_amendment(measure, kind, TODAY, by=who, **content_of(kind))

    assert an_amendment(measure, kind, TODAY, by=an_administrator(), **content_of(kind)).recorded_on == TODAY


@pytest.mark.parametrize("kind", AmendmentKind)
def test_what_is_closed_or_terminated_is_not_amended(kind: str) -> None:
    closed, ended = a_part(), a_part()
    a_closing(closed, date(2021, 11, 1))
    an_amendment(ended.measure, TERMINATION, TODAY, in_force_on=TOMORROW)

    with pytest.raises(actions.NotTaken, match="本任务已办结，不能再调整"):
        an_amendment(closed.measure, kind, TODAY, **content_of(kind))
    with pytest.raises(actions.NotTaken, match="本任务自2021年12月2日起终止，不能再调整"):
        an_amendment(ended.measure, kind, TODAY, **content_of(kind))


def test_what_is_ongoing_does_not_become_so() -> None:
    with pytest.raises(actions.NotTaken, match="本任务已是持续推进，无需转常态"):
        an_amendment(a_part(a_measure(due_on=None)).measure, ONGOING, TODAY)
    waiting = a_part().measure
    an_extension(waiting, date(2022, 3, 1), TODAY)
    with pytest.raises(actions.NotTaken, match="本任务有延期申请待审核，请先审核"):
        an_amendment(waiting, ONGOING, TODAY)


def test_a_plan_in_use_is_not_changed_past_this_door() -> None:
    in_use, in_entry = a_part().measure, a_measure(a_plan_being_entered())

    with pytest.raises(ValidationError, match="计划已启用，任务和责任分工只能登记“计划调整”来改变"):
        measure_actions.assign(by=a_supervisor(), measure=in_use, roles=roles(丁=SOLE))

    measure_actions.assign(by=a_supervisor(), measure=in_entry, roles=roles(丁=SOLE))
    assert units_on(in_entry, TODAY) == [("丁", SOLE)]
