"""Rows of plan changes and rules of time that the database takes, and that it refuses."""

from __future__ import annotations

from datetime import date
from typing import Any

from tasks.choices import AmendmentKind, Timeframe
from tasks.models import Amendment, Rule

from .builders import DUE_ON, a_measure, a_plan, a_supervisor, at
from .test_constraints_rows import Case, measure

BEFORE, AFTER = date(2021, 12, 30), date(2022, 1, 1)


def amendment(**fields: Any) -> Amendment:
    whole = {
        "kind": AmendmentKind.TERMINATION,
        "document": "会议纪要",
        "reason": "上级要求变化。",
        "in_force_on": DUE_ON,
        "counts_from": DUE_ON,
        "recorded_on": DUE_ON,
        "recorded_at": at(DUE_ON),
    }
    if "measure" not in fields:
        whole["measure"] = a_measure()
    return Amendment(recorded_by=a_supervisor(), **whole | fields)


def wording(**fields: Any) -> Amendment:
    return amendment(**{"kind": AmendmentKind.WORDING, "wording_before": "原文。", "wording": "新文。"} | fields)


def lapsed(**fields: Any) -> dict[str, Any]:
    """What an amendment that was taken back on the day it was recorded has."""
    return {
        "lapsed_on": DUE_ON,
        "lapsed_at": at(DUE_ON),
        "lapsed_by": a_supervisor(),
        "lapse_reason": "登记有误。",
    } | fields


def once_more(kind: str, **fields: Any) -> Amendment:
    first = amendment(kind=kind, **fields)
    first.save()
    return amendment(kind=kind, measure=first.measure)


def rule(**fields: Any) -> Rule:
    whole = {
        "in_force_on": DUE_ON,
        "due_soon_days": 7,
        "grace_days": 10,
        "reason": "加密提醒。",
        "recorded_on": DUE_ON,
        "recorded_at": at(DUE_ON),
    }
    if "plan" not in fields:
        whole["plan"] = a_plan()
    return Rule(recorded_by=a_supervisor(), **whole | fields)


def another_rule(**fields: Any) -> Rule:
    first = rule()
    first.save()
    return rule(plan=first.plan, **fields)


CASES = {
    "amendment_kind_is_known": Case(
        "调整类型只能是调整任务内容、调整责任分工、转常态或终止。",
        accepted=[amendment, wording, lambda: amendment(kind=AmendmentKind.UNITS)],
        refused=[lambda: amendment(kind="MERGER"), lambda: amendment(kind="")],
    ),
    "amendment_changes_no_past_day": Case(
        "计划调整自施行之日起算，且不早于登记之日。",
        accepted=[amendment, lambda: amendment(in_force_on=BEFORE), lambda: amendment(counts_from=AFTER)],
        refused=[lambda: amendment(counts_from=BEFORE, in_force_on=BEFORE), lambda: amendment(in_force_on=AFTER)],
    ),
    "amendment_wording_is_new": Case(
        "调整任务内容须有新的任务文本，并与原来不同。",
        accepted=[wording, amendment],
        refused=[
            lambda: wording(wording=""),
            lambda: wording(wording="原文。"),
            lambda: amendment(wording="新文。"),
            lambda: amendment(wording_before="原文。"),
        ],
    ),
    "amendment_rests_on_a_document": Case(
        "计划调整须有依据文件和调整原因。",
        accepted=[amendment],
        refused=[lambda: amendment(document=""), lambda: amendment(reason="")],
    ),
    "amendment_ends_once": Case(
        "一项任务只能转常态一次、终止一次。",
        accepted=[
            amendment,
            lambda: once_more(AmendmentKind.UNITS),
            lambda: once_more(AmendmentKind.TERMINATION, **lapsed(), counts_from=AFTER),
        ],
        refused=[lambda: once_more(AmendmentKind.TERMINATION), lambda: once_more(AmendmentKind.ONGOING)],
    ),
    "amendment_lapses_before_it_counts": Case(
        "只能撤销尚未施行的计划调整，并须有撤销人和撤销原因。",
        accepted=[amendment, lambda: amendment(counts_from=AFTER, **lapsed())],
        refused=[
            lambda: amendment(**lapsed()),
            lambda: amendment(counts_from=AFTER, **lapsed(lapsed_on=BEFORE)),
            *(
                lambda name=name, none=none: amendment(counts_from=AFTER, **lapsed(**{name: none}))
                for name, none in [("lapsed_on", None), ("lapsed_at", None), ("lapsed_by", None), ("lapse_reason", "")]
            ),
        ],
    ),
    "measure_becomes_ongoing_once": Case(
        "持续推进的任务无需转常态。",
        accepted=[lambda: measure(ongoing_from=AFTER), lambda: measure(due_on=None, timeframe=Timeframe.ONGOING)],
        refused=[lambda: measure(due_on=None, timeframe=Timeframe.ONGOING, ongoing_from=AFTER)],
    ),
    "rule_once_a_day_in_plan": Case(
        "同一天只能有一套时效规则施行。",
        accepted=[rule, lambda: another_rule(in_force_on=AFTER)],
        refused=[another_rule],
    ),
    "rule_changes_no_past_day": Case(
        "时效规则只能自今天或以后的日期起施行。",
        accepted=[rule, lambda: rule(in_force_on=AFTER)],
        refused=[lambda: rule(in_force_on=BEFORE)],
    ),
    "rule_grace_days_in_range": Case(
        "填报宽限天数超出范围。",
        accepted=[lambda: rule(grace_days=1), lambda: rule(grace_days=60)],
        refused=[lambda: rule(grace_days=0), lambda: rule(grace_days=61)],
    ),
    "rule_due_soon_days_in_range": Case(
        "临期天数超出范围。",
        accepted=[lambda: rule(due_soon_days=0), lambda: rule(due_soon_days=180)],
        refused=[lambda: rule(due_soon_days=181)],
    ),
    "rule_has_a_reason": Case("调整时效规则须说明原因。", accepted=[rule], refused=[lambda: rule(reason="")]),
}
