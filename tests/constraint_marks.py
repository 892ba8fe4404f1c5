"""Rows of steps, their records, indicators and their values that the database takes, and that it refuses."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tasks.models import Demonstration, Indicator, IndicatorValue, Milestone, MilestoneEntry

from .builders import DUE_ON, a_department, a_measure, a_milestone, a_supervisor, an_indicator, at
from .test_constraints_rows import Case

pytestmark = pytest.mark.django_db


# --- rows that are not saved yet: whole, but for what a case says ------------------------------------


def milestone(**fields: Any) -> Milestone:
    existing = a_milestone(position=1)
    return Milestone(**{"measure": existing.measure, "position": 2, "title": "节点", "due_on": DUE_ON} | fields)


def entry(*, again: bool = False, first_is_void: bool = False, void: bool = False, **fields: Any) -> MilestoneEntry:
    person = a_supervisor()
    voided = {"void_on": DUE_ON, "void_at": at(DUE_ON), "voided_by": person}
    whole = {
        "milestone": a_milestone(),
        "done_on": DUE_ON,
        "recorded_by": person,
        "recorded_on": DUE_ON,
        "recorded_at": at(DUE_ON),
    }
    if again:
        MilestoneEntry.objects.create(**whole | (voided if first_is_void else {}))
    return MilestoneEntry(**whole | (voided if void else {}) | fields)


def indicator(**fields: Any) -> Indicator:
    existing = an_indicator(name="托管企业")
    return Indicator(**{"measure": existing.measure, "name": "专利", "unit": "件", "target": 1} | fields)


def value(**fields: Any) -> IndicatorValue:
    whole = {
        "indicator": an_indicator(),
        "reached_on": DUE_ON,
        "value": 1,
        "department": a_department(),
        "recorded_by": a_supervisor(),
        "recorded_on": DUE_ON,
        "recorded_at": at(DUE_ON),
    }
    return IndicatorValue(**whole | fields)


# --- the table -----------------------------------------------------------------------------------------


CASES = {
    "demonstration_at_most_one": Case(
        "演示标记最多一个。",
        accepted=[lambda: Demonstration(last_day=DUE_ON)],
        refused=[lambda: Demonstration(id=2, last_day=DUE_ON)],
    ),
    "milestone_position_once_on_measure": Case(
        "本任务中已有该顺序的节点。",
        accepted=[milestone, lambda: milestone(position=1, measure=a_measure())],
        refused=[lambda: milestone(position=1)],
    ),
    "milestone_entry_stands_once": Case(
        "该节点已登记完成。",
        accepted=[entry, lambda: entry(again=True, void=True), lambda: entry(again=True, first_is_void=True)],
        refused=[lambda: entry(again=True)],
    ),
    "milestone_entry_void_by_somebody": Case(
        "撤销登记须有撤销人和时间。",
        accepted=[entry, lambda: entry(void=True)],
        refused=[
            lambda: entry(void=True, voided_by=None),
            lambda: entry(void=True, void_at=None),
            lambda: entry(voided_by=a_supervisor()),
            lambda: entry(void_at=at(DUE_ON)),
            lambda: entry(void_on=DUE_ON),
        ],
    ),
    "milestone_entry_void_after_recorded": Case(
        "撤销日期不能早于登记日期。",
        accepted=[lambda: entry(void=True), lambda: entry(void=True, void_on=date(2022, 1, 1))],
        refused=[lambda: entry(void=True, void_on=date(2021, 12, 30))],
    ),
    "indicator_name_once_on_measure": Case(
        "本任务中已有同名指标。",
        accepted=[indicator, lambda: indicator(name="托管企业", measure=a_measure())],
        refused=[lambda: indicator(name="托管企业")],
    ),
    "indicator_target_is_positive": Case(
        "目标值须大于0。", accepted=[indicator], refused=[lambda: indicator(target=0)]
    ),
    "indicator_value_not_negative": Case(
        "累计值不能小于0。",
        accepted=[lambda: value(value=0), lambda: value(value=999_999_999)],
        refused=[lambda: value(value=-1)],
    ),
}
