"""Rows of plans' archives that the database takes, and that it refuses."""

from __future__ import annotations

from typing import Any

from tasks.models import PlanArchive

from .builders import DUE_ON, a_plan, an_administrator, at
from .test_constraints_rows import Case


def archive(**fields: Any) -> PlanArchive:
    whole = {
        "name": "计划.zip",
        "size": 1,
        "sha256": "0" * 64,
        "file": "archives/0",
        "found": {"slug": "plan"},
        "uploaded_by": an_administrator(),
        "uploaded_at": at(DUE_ON),
    }
    return PlanArchive(**whole | fields)


def confirmed(**fields: Any) -> PlanArchive:
    done = {"confirmed_by": an_administrator(), "confirmed_at": at(DUE_ON), "plan": a_plan(), "file": ""}
    return archive(**done | fields)


CASES = {
    "plan_archive_has_fingerprint": Case(
        "计划归档须有校验值。",
        accepted=[archive],
        refused=[lambda: archive(sha256="")],
    ),
    "plan_archive_waits_with_its_file": Case(
        "待确认的计划归档须有文件；确认后记下确认人和时间，不再保存文件。",
        accepted=[archive, confirmed, lambda: confirmed(plan=None)],
        refused=[
            lambda: archive(file=""),
            lambda: archive(plan=a_plan()),
            lambda: confirmed(confirmed_by=None),
            lambda: confirmed(confirmed_at=None),
            lambda: confirmed(file="archives/0"),
        ],
    ),
}
