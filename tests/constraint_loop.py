"""Rows of the reporting loop that the database takes, and that it refuses."""

from __future__ import annotations

from datetime import date
from typing import Any

from departments.models import Membership
from tasks.models import Assignment, Draft, Evidence, Extension, Period

from .builders import DUE_ON, a_collective, a_department, a_part, a_plan, a_supervisor, at, own_part
from .test_constraints_rows import Case, plan, report

BEFORE = date(2021, 12, 30)
ON_THAT_DAY = {"decided_on": BEFORE, "decided_at": at(BEFORE)}


def member(**fields: Any) -> Membership:
    return Membership(**{"collective": a_collective("各街道办"), "member": a_department()} | fields)


def member_part(*, again: bool = False, **fields: Any) -> Assignment:
    unit = a_department()
    part = a_part(department=a_collective("各街道办", unit))
    taken = own_part(part, unit)
    whole = {"measure": part.measure, "department": taken.department if again else a_department(), "role": part.role}
    return Assignment(**whole | {"collective_part": part} | fields)


def named_part(**fields: Any) -> Assignment:
    part = a_part(role="JOINT")
    return Assignment(**{"measure": part.measure, "department": a_department(), "role": "JOINT"} | fields)


def period(**fields: Any) -> Period:
    whole = {
        "plan": a_plan(),
        "starts_on": date(2030, 1, 1),
        "ends_on": date(2030, 3, 31),
        "opens_on": date(2030, 1, 1),
        "due_on": date(2030, 4, 9),
    }
    return Period(**whole | fields)


def late_report(**fields: Any) -> Any:
    found = report(**fields)
    found.period = found.assignment.measure.plan.periods.first()
    return found


def evidence(of: str = "draft", **fields: Any) -> Evidence:
    person, owner = a_supervisor(), {}
    if "draft" in of:
        owner["draft"] = Draft.objects.create(assignment=a_part(), saved_by=person, saved_at=at(DUE_ON))
    if "report" in of:
        owner["report"] = report()
        owner["report"].save()
    whole = {
        "file": "evidence/a",
        "name": "方案.pdf",
        "kind": "PDF",
        "size": 9,
        "sha256": "0" * 64,
        "uploaded_by": person,
        "uploaded_at": at(DUE_ON),
    }
    return Evidence(**owner | whole | fields)


def extension(**fields: Any) -> Extension:
    part = a_part()
    whole = {
        "measure": part.measure,
        "department": part.department,
        "author": a_supervisor(),
        "asked_on": BEFORE,
        "asked_at": at(BEFORE),
        "from_due_on": DUE_ON,
        "due_on": date(2022, 3, 31),
        "reason": "理由。",
        "progress": "进展。",
    }
    return Extension(**whole | fields)


def decided(**fields: Any) -> Extension:
    by = {"state": "APPROVED", "reviewer": a_supervisor(), "decided_on": BEFORE, "decided_at": at(BEFORE)}
    return extension(**by | fields)


def another(**fields: Any) -> Extension:
    """A second request for the same measure, while the first waits."""
    first = extension()
    first.save()
    return extension(measure=first.measure, **fields)


CASES = {
    "plan_extensions_until_after_end": Case(
        "延期最晚日期不能早于计划结束日期。",
        accepted=[plan, lambda: plan(extensions_until=DUE_ON)],
        refused=[lambda: plan(extensions_until=BEFORE)],
    ),
    "extension_one_waits_for_measure": Case(
        "本任务已有延期申请待审核。",
        accepted=[extension, lambda: another(**{"state": "WITHDRAWN", "reviewer": a_supervisor(), **ON_THAT_DAY})],
        refused=[another],
    ),
    "extension_moves_forward": Case(
        "新的完成时限须晚于现行完成时限。",
        accepted=[lambda: extension(due_on=date(2022, 1, 1))],
        refused=[lambda: extension(due_on=DUE_ON), lambda: extension(due_on=date(2021, 12, 31), asked_on=BEFORE)],
    ),
    "extension_to_a_day_to_come": Case(
        "新的完成时限须晚于申请当日。",
        accepted=[lambda: extension(asked_on=date(2022, 3, 30))],
        refused=[lambda: extension(asked_on=date(2022, 3, 31))],
    ),
    "extension_state_is_known": Case(
        "延期申请只能是待审核、同意、不同意或已撤回。",
        accepted=[extension, decided],
        refused=[lambda: decided(state="LOST")],
    ),
    "extension_decided_by_somebody": Case(
        "审核结果须有审核人和时间，待审核的不能有。",
        accepted=[extension, decided],
        refused=[
            lambda: decided(reviewer=None),
            lambda: decided(decided_on=None),
            lambda: decided(decided_at=None),
            lambda: decided(decided_on=date(2021, 12, 29)),
            lambda: decided(state="PENDING"),
        ],
    ),
    "extension_refused_has_reason": Case(
        "不同意延期须说明理由。",
        accepted=[lambda: decided(state="REFUSED", opinion="理由不足。"), decided],
        refused=[lambda: decided(state="REFUSED")],
    ),
    "membership_left_after_joined": Case(
        "退出日期不能早于加入日期。",
        accepted=[
            member,
            lambda: member(joined_on=DUE_ON, left_on=DUE_ON),
            lambda: member(joined_on=None, left_on=DUE_ON),
        ],
        refused=[lambda: member(joined_on=DUE_ON, left_on=BEFORE)],
    ),
    "assignment_member_once_on_part": Case(
        "该成员单位在本分工中已有一份。",
        accepted=[member_part, lambda: member_part(again=True, since=BEFORE, until=DUE_ON)],
        refused=[lambda: member_part(again=True)],
    ),
    "assignment_closing_is_asked_then_accepted": Case(
        "办结须先申请、后审核。",
        accepted=[named_part, lambda: named_part(closing_asked_on=DUE_ON, closing_accepted_on=DUE_ON)],
        refused=[
            lambda: named_part(closing_asked_on=DUE_ON, closing_accepted_on=BEFORE),
            lambda: named_part(closing_asked_on=DUE_ON),
            lambda: named_part(closing_accepted_on=DUE_ON),
        ],
    ),
    "report_void_after_recorded": Case(
        "失效日期不能早于填报日期。",
        accepted=[lambda: report(void_on=DUE_ON), lambda: report(void_on=date(2022, 1, 1))],
        refused=[lambda: report(void_on=BEFORE)],
    ),
    "report_late_for_a_period": Case(
        "补报须注明填报周期。",
        accepted=[lambda: report(is_late=False), lambda: late_report(is_late=True)],
        refused=[lambda: report(is_late=True)],
    ),
    "report_unchanged_asks_nothing": Case(
        "申请办结时不能选择“本期无新进展”。",
        accepted=[lambda: report(is_unchanged=True), lambda: report(asks_to_close=True)],
        refused=[lambda: report(is_unchanged=True, asks_to_close=True)],
    ),
    "period_start_once_in_plan": Case(
        "本计划中已有同一天开始的填报周期。",
        accepted=[period],
        refused=[lambda: period(starts_on=date(2021, 7, 1), opens_on=date(2021, 7, 1))],
    ),
    "period_ends_after_it_starts": Case(
        "填报周期的结束日期不能早于开始日期。",
        accepted=[lambda: period(ends_on=date(2030, 1, 1))],
        refused=[lambda: period(ends_on=date(2029, 12, 31))],
    ),
    "period_due_after_it_opens": Case(
        "填报截止不能早于周期的开始和开启日期。",
        accepted=[lambda: period(due_on=date(2030, 1, 1)), lambda: period(opens_on=date(2030, 4, 9))],
        refused=[lambda: period(due_on=date(2029, 12, 31)), lambda: period(opens_on=date(2030, 4, 10))],
    ),
    "period_locked_by_somebody": Case(
        "锁定须有锁定人和时间。",
        accepted=[period, lambda: period(locked_at=at(DUE_ON), locked_by=a_supervisor())],
        refused=[lambda: period(locked_at=at(DUE_ON)), lambda: period(locked_by=a_supervisor())],
    ),
    "period_reopened_for_a_reason": Case(
        "重新开启须说明原因。",
        accepted=[
            period,
            lambda: period(reopened_at=at(DUE_ON), reopened_by=a_supervisor(), reopened_because="补报。"),
        ],
        refused=[
            lambda: period(reopened_at=at(DUE_ON), reopened_by=a_supervisor()),
            lambda: period(reopened_at=at(DUE_ON), reopened_because="补报。"),
            lambda: period(reopened_by=a_supervisor(), reopened_because="补报。"),
        ],
    ),
    "evidence_of_one_thing": Case(
        "佐证材料须属于一份填报、一份草稿或一个节点。",
        accepted=[evidence, lambda: evidence("report")],
        refused=[lambda: evidence(""), lambda: evidence("draft and report")],
    ),
    "evidence_kind_is_known": Case(
        "佐证材料的文件类型不在规定范围内。",
        accepted=[evidence, lambda: evidence(kind="OFD")],
        refused=[lambda: evidence(kind="ZIP"), lambda: evidence(kind="")],
    ),
    "evidence_is_not_empty": Case(
        "佐证材料不能是空文件。",
        accepted=[lambda: evidence(size=1)],
        refused=[lambda: evidence(size=0)],
    ),
}
