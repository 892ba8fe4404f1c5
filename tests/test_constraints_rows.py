"""The database itself refuses bad states: every named constraint accepts what it should and refuses the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from departments.models import Alias, Department, Membership
from tasks.choices import AssignmentRole, Decision, Timeframe
from tasks.models import Assignment, Measure, Plan, Report, Review, Section, SourceNote

from .builders import DUE_ON, ISSUED_ON, a_department, a_measure, a_part, a_plan, a_report, a_section, a_supervisor, at

pytestmark = pytest.mark.django_db

SOLE, LEAD, CO, JOINT = AssignmentRole.SOLE, AssignmentRole.LEAD, AssignmentRole.CO, AssignmentRole.JOINT


# --- rows that are not saved yet: whole, but for what a case says ------------------------------------


def department(**fields: Any) -> Department:
    return Department(**{"name": "区科技局", "kind": Department.Kind.GOVERNMENT} | fields)


def membership(*, again: bool = False, of_itself: bool = False) -> Membership:
    collective, member = a_department("各街道办", kind=Department.Kind.COLLECTIVE), a_department()
    if again:
        Membership.objects.create(collective=collective, member=member)
    return Membership(collective=collective, member=collective if of_itself else member)


def plan(**fields: Any) -> Plan:
    whole = {
        "slug": "a-plan",
        "number": "津丽知略〔2021〕1号",
        "title": "推进计划",
        "issuer": "区市场监管局",
        "issued_on": ISSUED_ON,
        "starts_on": date(2020, 1, 1),
        "ends_on": DUE_ON,
        "office": a_department("区市场监管局"),
    }
    return Plan(**whole | fields)


def section(**fields: Any) -> Section:
    existing = a_section(a_plan(), 1)
    return Section(**{"plan": existing.plan, "title": "完善制度"} | fields)


def source_note(**fields: Any) -> SourceNote:
    existing = SourceNote.objects.create(plan=a_plan(), key="taken", oddity="缺少顿号。", reading="按两家单位。")
    return SourceNote(**{"plan": existing.plan, "oddity": "缺少顿号。", "reading": "按两家单位。"} | fields)


def measure(**fields: Any) -> Measure:
    existing = a_measure(number=1)
    whole = {
        "plan": existing.plan,
        "section": existing.section,
        "number": 2,
        "wording": "建立制度。",
        "timeframe": Timeframe.BY_DATE,
        "due_on": DUE_ON,
    }
    return Measure(**whole | fields)


def assignment(beside: str = LEAD, same_unit: bool = False, **fields: Any) -> Assignment:
    existing = a_part(role=beside)
    unit = existing.department if same_unit else a_department()
    return Assignment(**{"measure": existing.measure, "department": unit, "role": CO} | fields)


def report(**fields: Any) -> Report:
    existing = a_report(a_part(), DUE_ON)
    whole = {
        "assignment": existing.assignment,
        "department": existing.department,
        "author": existing.author,
        "recorded_on": DUE_ON,
        "recorded_at": at(DUE_ON),
        "progress": "已完成。",
        "reported_for": DUE_ON,
        "speaks_of": DUE_ON,
    }
    return Report(**whole | fields)


def review(decision: str = Decision.PENDING, *, decided: bool, **fields: Any) -> Review:
    asked = report(asks_to_close=True)
    asked.save()
    by = {"reviewer": a_supervisor(), "decided_on": DUE_ON, "decided_at": at(DUE_ON)} if decided else {}
    return Review(**{"report": asked, "decision": decision} | by | fields)


# --- the table -----------------------------------------------------------------------------------------

Row = Callable[[], models.Model]


@dataclass(frozen=True)
class Case:
    message: str
    accepted: list[Row]
    refused: list[Row]


CASES = {
    "department_kind_is_known": Case(
        "单位类别不在规定范围内。",
        accepted=[lambda kind=kind: department(kind=kind) for kind in Department.Kind.values],
        refused=[lambda: department(kind="OTHER"), lambda: department(kind=""), lambda: department(kind="party")],
    ),
    "membership_once": Case(
        "该单位已是成员。",
        accepted=[lambda: membership()],
        refused=[lambda: membership(again=True)],
    ),
    "membership_not_of_itself": Case(
        "集合不能是自己的成员。",
        accepted=[lambda: membership()],
        refused=[lambda: membership(of_itself=True)],
    ),
    "plan_ends_after_it_starts": Case(
        "计划结束日期不能早于开始日期。",
        accepted=[lambda: plan(starts_on=DUE_ON, ends_on=DUE_ON), lambda: plan()],
        refused=[lambda: plan(starts_on=DUE_ON, ends_on=date(2021, 12, 30))],
    ),
    "plan_grace_days_in_range": Case(
        "填报宽限天数超出范围。",
        accepted=[lambda: plan(grace_days=1), lambda: plan(grace_days=60)],
        refused=[lambda: plan(grace_days=0), lambda: plan(grace_days=61)],
    ),
    "plan_due_soon_days_in_range": Case(
        "临期天数超出范围。",
        accepted=[lambda: plan(due_soon_days=0), lambda: plan(due_soon_days=180)],
        refused=[lambda: plan(due_soon_days=181)],
    ),
    "plan_cadence_is_known": Case(
        "填报周期只能是按季度或按月。",
        accepted=[lambda: plan(cadence="QUARTER"), lambda: plan(cadence="MONTH")],
        refused=[lambda: plan(cadence="WEEK"), lambda: plan(cadence="")],
    ),
    "section_number_once_in_plan": Case(
        "本计划中已有该序号的章节。",
        accepted=[lambda: section(number=2), lambda: section(number=1, plan=a_plan())],
        refused=[lambda: section(number=1)],
    ),
    "source_note_key_once_in_plan": Case(
        "本计划中已有该标识的原文疑点。",
        accepted=[lambda: source_note(key="free"), lambda: source_note(key="taken", plan=a_plan())],
        refused=[lambda: source_note(key="taken")],
    ),
    "measure_number_once_in_plan": Case(
        "本计划中已有该序号的任务。",
        accepted=[lambda: measure(number=2), lambda: measure(number=1, plan=a_plan())],
        refused=[lambda: measure(number=1)],
    ),
    "measure_timeframe_agrees_with_deadline": Case(
        "限期完成的任务须有完成时限，持续推进的任务不能有完成时限。",
        accepted=[lambda: measure(), lambda: measure(timeframe=Timeframe.ONGOING, due_on=None)],
        refused=[
            lambda: measure(due_on=None),
            lambda: measure(timeframe=Timeframe.ONGOING),
            lambda: measure(timeframe="SOON"),
            lambda: measure(timeframe="", due_on=None),
        ],
    ),
    "measure_has_wording": Case(
        "任务须有正式文本。",
        accepted=[lambda: measure()],
        refused=[lambda: measure(wording="")],
    ),
    "assignment_department_once_on_measure": Case(
        "同一任务中一个责任单位只能出现一次。",
        accepted=[lambda: assignment(), lambda: assignment(same_unit=True, measure=a_measure())],
        refused=[lambda: assignment(same_unit=True)],
    ),
    "assignment_one_sole_on_measure": Case(
        "一项任务只能有一个负责单位。",
        accepted=[
            lambda: assignment(beside=SOLE, role=CO),
            lambda: assignment(beside=LEAD, role=LEAD),
            lambda: assignment(beside=SOLE, role=SOLE, measure=a_measure()),
        ],
        refused=[lambda: assignment(beside=SOLE, role=SOLE)],
    ),
    "assignment_role_is_known": Case(
        "角色只能是负责、牵头、配合或按职责分工。",
        accepted=[lambda role=role: assignment(role=role) for role in AssignmentRole.values],
        refused=[lambda: assignment(role="HELPER"), lambda: assignment(role="")],
    ),
    "report_percent_0_to_100": Case(
        "完成进度须在0到100之间。",
        accepted=[lambda percent=percent: report(percent=percent) for percent in (None, 0, 100)],
        refused=[lambda: report(percent=101)],
    ),
    "report_says_something": Case(
        "请填写进展情况。",
        accepted=[lambda: report()],
        refused=[lambda: report(progress="")],
    ),
    "review_decision_is_known": Case(
        "审核结果只能是待审核、同意、退回或已撤回。",
        accepted=[
            lambda: review(decided=False),
            lambda: review(Decision.ACCEPTED, decided=True),
            lambda: review(Decision.RETURNED, decided=True, reason="请补充。"),
        ],
        refused=[lambda: review("MAYBE", decided=True, reason="请补充。")],
    ),
    "review_decided_has_reviewer": Case(
        "审核须有审核人。",
        accepted=[lambda: review(Decision.ACCEPTED, decided=True)],
        refused=[
            lambda: review(Decision.ACCEPTED, decided=True, reviewer=None),
            lambda: review(Decision.RETURNED, decided=True, reviewer=None, reason="请补充。"),
        ],
    ),
    "review_decided_has_date": Case(
        "审核须有日期。",
        accepted=[lambda: review(Decision.ACCEPTED, decided=True)],
        refused=[
            lambda: review(Decision.ACCEPTED, decided=True, decided_on=None),
            lambda: review(Decision.ACCEPTED, decided=True, decided_at=None),
            lambda: review(Decision.RETURNED, decided=True, decided_on=None, reason="请补充。"),
        ],
    ),
    "review_returned_has_reason": Case(
        "退回须说明理由。",
        accepted=[
            lambda: review(Decision.RETURNED, decided=True, reason="请补充。"),
            lambda: review(Decision.ACCEPTED, decided=True, reason=""),
        ],
        refused=[lambda: review(Decision.RETURNED, decided=True, reason="")],
    ),
    "review_pending_is_undecided": Case(
        "待审核的申请不能已有审核人或日期。",
        accepted=[lambda: review(decided=False)],
        refused=[
            lambda: review(decided=True),
            lambda: review(decided=False, decided_on=DUE_ON),
            lambda: review(decided=False, decided_at=at(DUE_ON)),
            lambda: review(decided=False, reviewer=a_supervisor()),
        ],
    ),
}


def insert(row: models.Model) -> None:
    """Past every check of Python's: what the database alone makes of it."""
    with transaction.atomic():
        type(row)._default_manager.bulk_create([row])


# --- names that may be given once, and ties that may not be cut ----------------------------------------


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (lambda: department(name=a_department().name), "已有同名的责任单位。"),
        (lambda: Alias(department=a_department(), name="taken"), "该别名已被使用。"),
        (lambda: plan(slug=a_plan().slug), "具有 网址标识 的 推进计划 已存在。"),
        (lambda: report(token=a_report(a_part(), DUE_ON).token), "具有 提交标识 的 进展填报 已存在。"),
        (lambda: review_of_a_reviewed_report(), "具有 填报 的 审核 已存在。"),
    ],
    ids=["department's name", "alias", "plan's slug", "form's token", "review of a report"],
)
def test_what_is_unique_is_refused_twice_by_the_database_and_before_it(row: Row, message: str) -> None:
    Alias.objects.create(department=a_department(), name="taken")
    bad = row()

    with pytest.raises(ValidationError) as early:
        bad.validate_unique()
    with pytest.raises(IntegrityError) as late:
        insert(bad)

    assert early.value.messages == [message]
    assert "unique constraint" in str(late.value).lower()


def review_of_a_reviewed_report() -> Review:
    existing = review(decided=False)
    existing.save()
    return Review(report=existing.report)


@pytest.mark.parametrize(
    "row",
    [
        lambda: a_report(a_part(), DUE_ON).assignment,
        lambda: a_report(a_part(), DUE_ON).assignment.measure,
        lambda: a_report(a_part(), DUE_ON).assignment.measure.plan,
        lambda: a_report(a_part(), DUE_ON).department,
        lambda: a_report(a_part(), DUE_ON).author,
        lambda: a_report(a_part(), DUE_ON, asks_to_close=True),
        lambda: a_part().department,
        lambda: a_plan().office,
        lambda: a_measure().section,
    ],
    ids=["part", "measure", "plan", "unit", "author", "reviewed report", "named unit", "office", "section in use"],
)
def test_what_has_history_cannot_be_deleted(row: Row) -> None:
    kept = row()

    with pytest.raises(models.RestrictedError if isinstance(kept, Section) else models.ProtectedError):
        kept.delete()

    assert type(kept)._default_manager.filter(pk=kept.pk).count() == 1
