"""What a recorded change of the plan stops, and what stops it: other people's changes, waiting requests, the work."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from departments.models import Department
from tasks.actions import draft as draft_actions
from tasks.actions import evidence as evidence_actions
from tasks.actions import extension as extension_actions
from tasks.actions import indicator as indicator_actions
from tasks.actions import member as member_actions
from tasks.actions import milestone as milestone_actions
from tasks.actions import receipt as receipt_actions
from tasks.actions import report as report_actions
from tasks.choices import AmendmentKind, AssignmentRole, Timeliness
from tasks.dashboard.waiting import waiting
from tasks.models import Amendment, Assignment, Extension, Indicator, Measure, Milestone, Receipt
from tasks.units import reliability

from .builders import (
    DUE_ON,
    a_closing,
    a_collective,
    a_department,
    a_measure,
    a_part,
    a_report,
    a_reporter,
    a_supervisor,
    an_amendment,
    an_extension,
    at,
)
from .pages import Page, every, it_is, send, signed_in, visit, words
from .panel import filled

pytestmark = pytest.mark.django_db

SOLE, LEAD, CO, JOINT = AssignmentRole.SOLE, AssignmentRole.LEAD, AssignmentRole.CO, AssignmentRole.JOINT
WORDING, UNITS, ONGOING, TERMINATION = AmendmentKind
TODAY = date(2021, 12, 1)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
BASIS = {"document": "领导小组会议纪要〔2022〕1号", "reason": "上级要求变化。", "in_force_on": TODAY.isoformat()}


def roles(**units: str) -> dict[Department, str]:
    return {a_department(name): role for name, role in units.items()}


def form_of(measure: Measure, kind: str) -> str:
    return f"{measure.get_absolute_url()}amend/{kind.lower()}/"


@pytest.fixture
def joint() -> Measure:
    """甲 and 乙 answer together; 甲 is done."""
    measure = a_measure()
    a_part(measure, a_department("乙"), JOINT, position=2)
    a_closing(a_part(measure, a_department("甲"), JOINT, position=1), date(2021, 11, 1))
    return measure


# --- who is left, and who may go -----------------------------------------------------------------------


def test_a_measure_is_not_finished_by_taking_its_last_open_unit_away(joint: Measure) -> None:
    with pytest.raises(ValidationError, match="调整后负责本任务的单位均已办结，任务将不经审核即告办结"):
        an_amendment(joint, UNITS, TODAY, roles=roles(甲=JOINT))

    assert not Amendment.objects.exists()
    an_amendment(joint, UNITS, TODAY, roles=roles(甲=JOINT, 丙=JOINT))
    found = Measure.objects.lights(TODAY).get(pk=joint.pk)
    assert (found.requested_on, found.timeliness) == (None, Timeliness.DUE_SOON)


def test_a_leading_unit_that_is_done_does_not_stay_alone_beside_supporting_ones() -> None:
    measure = a_measure()
    a_closing(a_part(measure, a_department("甲"), LEAD), date(2021, 11, 1))
    a_part(measure, a_department("乙"), LEAD)

    with pytest.raises(ValidationError, match="均已办结"):
        an_amendment(measure, UNITS, TODAY, roles=roles(甲=LEAD, 乙=CO))


def test_a_unit_no_longer_in_use_stays_and_does_not_come(joint: Measure) -> None:
    for name in ("乙", "丁"):
        unit = a_department(name)
        unit.is_active = False
        unit.save()

    with pytest.raises(ValidationError, match="丁已停用，不能列为责任单位"):
        an_amendment(joint, UNITS, TODAY, roles=roles(甲=JOINT, 乙=JOINT, 丁=JOINT))

    an_amendment(joint, UNITS, TODAY, roles=roles(甲=JOINT, 乙=JOINT, 丙=JOINT))
    assert Assignment.objects.named(TODAY).filter(measure=joint, department__name="乙").exists()


def test_who_asks_for_more_time_answers_until_that_is_decided() -> None:
    part = a_part(department=a_department("甲"))
    asked = an_extension(part.measure, date(2022, 3, 1), TODAY)

    with pytest.raises(ValidationError, match="甲的延期申请待审核，请先审核，再调整责任分工"):
        an_amendment(part.measure, UNITS, TODAY, roles=roles(乙=SOLE))

    extension_actions.refuse(by=a_supervisor(), extension=asked, now=at(TODAY), opinion="理由不足。")
    an_amendment(part.measure, UNITS, TODAY, roles=roles(乙=SOLE))
    new = a_reporter(a_department("乙"))
    words_of: dict[str, Any] = {"reason": "刚刚接手。", "progress": "已交接。", "token": uuid.uuid4()}
    again = extension_actions.ask(by=new, measure=part.measure, due_on=date(2022, 3, 1), now=at(TOMORROW), **words_of)
    assert again.department.name == "乙"


def test_what_a_member_that_left_had_asked_for_holds_nobody_up() -> None:
    one, other = a_department("万新街道"), a_department("张贵庄街道")
    collective = a_collective("各街道办", one, other)
    measure = a_measure()
    part = a_part(measure, collective, JOINT)
    a_part(measure, a_department("甲"), JOINT)
    a_report(part.member_parts.get(department=one), YESTERDAY, asks_to_close=True)

    with pytest.raises(ValidationError, match="各街道办的办结申请待审核"):
        an_amendment(measure, UNITS, TODAY, roles=roles(甲=JOINT))
    membership = collective.memberships.get(member=one)
    member_actions.leave(by=a_supervisor(), membership=membership, now=at(TODAY))
    an_amendment(measure, UNITS, TODAY, roles=roles(甲=JOINT))

    assert [each.department.name for each in Assignment.objects.named(TODAY).filter(measure=measure)] == ["甲"]


# --- two at once ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [WORDING, UNITS])
def test_who_did_not_see_anothers_change_is_told_and_loses_nothing(
    kind: str, joint: Measure, monkeypatch: pytest.MonkeyPatch
) -> None:
    it_is(monkeypatch, TODAY)
    office = signed_in(a_supervisor())
    mine: dict[str, Any] = {"wording": "我的措辞。"}
    if kind == UNITS:
        mine = {"units-2-role": JOINT, "units-2-department": a_department("丙").pk}
    typed = filled(visit(office, form_of(joint, kind))) | BASIS | mine
    other = an_amendment(joint, WORDING, TODAY, by=a_supervisor(last_name="王"), wording="他人的措辞。")

    page = send(office, form_of(joint, kind), status=409, **typed)

    assert "已登记本任务的调整任务内容，请核对后再次登记。" in page.words
    assert "他人" in "".join(words(each) for each in page.every("ins"))
    again = filled(page)
    assert {name: str(again[name]) for name in mine} == {name: str(value) for name, value in mine.items()}
    assert again["seen"] == str(other.pk)
    assert Amendment.objects.count() == 1

    send(office, form_of(joint, kind), status=302, **again)
    assert Amendment.objects.count() == 2


def test_a_form_without_what_it_saw_is_refused(joint: Measure, monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, TODAY)
    office = signed_in(a_supervisor())
    typed = filled(visit(office, form_of(joint, WORDING))) | BASIS | {"wording": "新的措辞。", "seen": ""}

    page = send(office, form_of(joint, WORDING), status=422, **typed)

    assert "表单已失效，请重新打开。" in page.words
    assert not Amendment.objects.exists()


def test_the_line_of_a_unit_says_who_it_is_even_out_of_use(joint: Measure, monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, TODAY)
    unit = a_department("乙")
    unit.is_active = False
    unit.save()
    office = signed_in(a_supervisor())
    typed = filled(visit(office, form_of(joint, UNITS)))
    assert typed["units-1-department"] == str(unit.pk)

    page = send(office, form_of(joint, UNITS), status=422, **typed | BASIS | {"units-1-department": ""})

    assert "请选择单位；要移出原有单位的，角色选“移出”。" in page.words
    assert not Amendment.objects.exists()


# --- what is terminated takes nothing ------------------------------------------------------------------


@pytest.fixture
def ended() -> Assignment:
    """甲's part with a step, a number, a report of yesterday and a draft, terminated today."""
    part = a_part(department=a_department("甲"))
    Milestone.objects.create(measure=part.measure, title="宣传周", due_on=date(2021, 10, 1))
    Indicator.objects.create(measure=part.measure, name="企业", unit="家", target=600)
    a_report(part, YESTERDAY)
    an_amendment(part.measure, TERMINATION, TODAY)
    return Assignment.objects.get(pk=part.pk)


def test_nothing_is_taken_for_a_terminated_measure(ended: Assignment) -> None:
    unit = a_reporter(ended.department)
    measure = Measure.objects.get(pk=ended.measure_id)
    step, number = Milestone.objects.get(), Indicator.objects.get()
    file = SimpleUploadedFile("说明.txt", b"words")
    refused = "本任务已终止，不再接受填报和登记"

    with pytest.raises(draft_actions.Closed, match="终止"):
        draft_actions.save(
            by=unit,
            assignment=ended,
            version=0,
            token=Amendment.objects.get().token,
            words={"progress": "草稿。"},
            now=at(TODAY),
        )
    with pytest.raises(ValidationError, match=refused):
        evidence_actions.add(by=unit, assignment=ended, file=file, now=at(TODAY))
    with pytest.raises(report_actions.NotAccepted, match="本任务已终止，填报不能撤回"):
        report_actions.withdraw(by=ended.reports.get().author, report=ended.reports.get(), now=at(TODAY))
    with pytest.raises(milestone_actions.NotTaken, match=refused):
        milestone_actions.mark_done(by=unit, milestone=step, done_on=YESTERDAY, now=at(TODAY))
    with pytest.raises(milestone_actions.NotTaken, match=refused):
        milestone_actions.undo(by=a_supervisor(), milestone=step, now=at(TODAY))
    with pytest.raises(ValidationError, match=refused):
        indicator_actions.record(by=unit, indicator=number, reached_on=YESTERDAY, value=10, now=at(TODAY))
    with pytest.raises(extension_actions.NotTaken, match="本任务已终止，不能申请延期"):
        an_extension(measure, date(2022, 3, 1), TODAY)
    assert receipt_actions.sign(by=unit, assignments=[ended], now=at(TODAY)) == []
    assert not Receipt.objects.exists()
    assert not ended.reports.get().is_decided(TODAY)


def test_its_page_offers_nothing_and_its_steps_are_not_late(ended: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, TODAY)
    measure = Measure.objects.get(pk=ended.measure_id)

    page = visit(signed_in(a_reporter(ended.department)), measure.get_absolute_url())

    assert "填报甲的进展" not in page.words
    assert "申请延期" not in page.words
    lights = [step.light_on(day) for step in measure.milestones.all() for day in (YESTERDAY, TODAY)]
    assert [light.timeliness for light in lights] == [Timeliness.OVERDUE, Timeliness.TERMINATED]
    assert lights[1].sentence() == "节点日期2021年10月1日，任务自2021年12月1日起终止。"


def test_a_request_on_a_terminated_measure_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, TODAY)
    part = a_part()
    plan = part.measure.plan
    asked = an_extension(part.measure, date(2022, 3, 1), YESTERDAY)
    an_amendment(part.measure, TERMINATION, TODAY)
    parts = Assignment.objects.counted(TODAY).filter(measure__plan=plan)

    assert [waiting(plan, day, parts)[2].total.number for day in (YESTERDAY, TODAY)] == [1, 0]
    assert [Extension.objects.decided_as(day, "PENDING").count() for day in (YESTERDAY, TODAY)] == [1, 0]
    page = visit(signed_in(a_supervisor()), asked.get_absolute_url())
    assert "本任务已终止或转为持续推进，这份延期申请无需再审核。" in page.words
    assert "同意延期" not in page.words
    asked_for = [reliability(asked.department, plan, day).extensions for day in (YESTERDAY, TODAY)]
    assert [(each.asked, each.waiting) for each in asked_for] == [(1, 1), (1, 0)]
    listed = visit(signed_in(a_supervisor()), f"/plans/{plan.slug}/extensions/")
    assert "不再审核" in listed.words


def test_a_report_on_a_terminated_measure_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, TODAY)
    request = a_report(a_part(), YESTERDAY, asks_to_close=True)
    an_amendment(request.assignment.measure, TERMINATION, TODAY)

    page = visit(signed_in(a_supervisor()), f"/reviews/{request.pk}/")

    assert "本任务已终止，填报无需再审核。" in page.words
    assert "同意办结" not in page.words


# --- what has ended says so ----------------------------------------------------------------------------


def test_the_page_of_a_part_that_ended_shows_where_it_stood_last(monkeypatch: pytest.MonkeyPatch) -> None:
    after = DUE_ON + timedelta(days=40)
    it_is(monkeypatch, after)
    part = a_part(department=a_department("甲"))
    an_amendment(part.measure, UNITS, DUE_ON + timedelta(days=2), roles=roles(乙=SOLE))
    leader = signed_in(a_supervisor())

    page = visit(leader, f"/plans/{part.measure.plan.slug}/assignments/{part.pk}/")

    assert "自2022-01-02起不再承担，此前的填报保留。" in page.words
    assert "此前一日：应于2021年12月31日办结，逾期1天" in page.words
    assert [words(each) for each in page.every("span", "tag")][:1] == ["不再承担"]
    before = visit(leader, f"/plans/{part.measure.plan.slug}/assignments/{part.pk}/?as_of=2022-01-01")
    assert "不再承担" not in before.words


def test_the_documents_words_are_struck_where_they_no_longer_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, TOMORROW)
    measure = a_measure(responsibility_text="甲负责", timeframe_text="2021年12月底前完成")
    a_part(measure, a_department("甲"))
    an_amendment(measure, UNITS, TODAY, roles=roles(乙=SOLE))
    an_amendment(measure, ONGOING, TODAY, in_force_on=TOMORROW)
    leader = signed_in(a_supervisor())

    def struck(day: date) -> list[str]:
        page: Page = visit(leader, f"{measure.get_absolute_url()}?as_of={day}")
        return [words(each) for each in every(page.every("div", "measure-head")[0], "del")]

    assert [struck(day) for day in (YESTERDAY, TODAY, TOMORROW)] == [[], ["甲负责"], ["甲负责", "2021年12月底前完成"]]
