"""Rows of meeting snapshots that the database takes, and that it refuses."""

from __future__ import annotations

from datetime import date
from typing import Any

from tasks.models import Snapshot

from .builders import DUE_ON, a_plan, a_snapshot, a_supervisor, at
from .test_constraints_rows import Case


def snapshot(*, again: bool = False, **fields: Any) -> Snapshot:
    plan = a_plan()
    if again:
        a_snapshot(plan, DUE_ON, name="第一次会议")
    whole = {
        "plan": plan,
        "name": "第一次会议",
        "day": DUE_ON,
        "taken_on": DUE_ON,
        "taken_at": at(DUE_ON),
        "taken_by": a_supervisor(),
        "format_version": 1,
        "counts": {"measures": {}, "parts": {}},
        "lights": {"measures": [], "parts": [], "units": []},
        "content": "{}",
        "sha256": "0" * 64,
    }
    return Snapshot(**whole | fields)


CASES = {
    "snapshot_name_once_in_plan": Case(
        "本计划中已有同名的会议快照。",
        accepted=[snapshot, lambda: snapshot(again=True, name="第二次会议")],
        refused=[lambda: snapshot(again=True)],
    ),
    "snapshot_has_name": Case(
        "会议快照须有名称。",
        accepted=[lambda: snapshot(name="会")],
        refused=[lambda: snapshot(name="")],
    ),
    "snapshot_of_a_day_that_has_come": Case(
        "会议快照不能是将来的日期。",
        accepted=[lambda: snapshot(day=date(2021, 12, 30)), snapshot],
        refused=[lambda: snapshot(day=date(2022, 1, 1))],
    ),
    "snapshot_has_content": Case(
        "会议快照须有内容和校验值。",
        accepted=[snapshot],
        refused=[lambda: snapshot(content=""), lambda: snapshot(sha256="")],
    ),
}
