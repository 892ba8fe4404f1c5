"""Rows of plans' documents that the database takes, and that it refuses."""

from __future__ import annotations

from typing import Any

from tasks.models import PlanDocument

from .builders import DUE_ON, a_plan, an_administrator, at
from .test_constraints_rows import Case


def document(**fields: Any) -> PlanDocument:
    by = an_administrator()
    whole = {
        "name": "计划.txt",
        "size": 1,
        "sha256": "0" * 64,
        "text": "一、保护",
        "content": {"parsed": {}, "plan": {}, "units": {}},
        "uploaded_by": by,
        "uploaded_at": at(DUE_ON),
        "saved_by": by,
        "saved_at": at(DUE_ON),
    }
    return PlanDocument(**whole | fields)


def confirmed(**fields: Any) -> PlanDocument:
    return document(**{"confirmed_by": an_administrator(), "confirmed_at": at(DUE_ON), "plan": a_plan()} | fields)


CASES = {
    "plan_document_has_text": Case(
        "计划文件须有文本和校验值。",
        accepted=[document],
        refused=[lambda: document(text=""), lambda: document(sha256="")],
    ),
    "plan_document_becomes_a_plan_when_confirmed": Case(
        "计划文件经确认才成为计划，并记下确认人和时间。",
        accepted=[document, confirmed, lambda: confirmed(plan=None)],
        refused=[
            lambda: document(plan=a_plan()),
            lambda: confirmed(confirmed_by=None),
            lambda: confirmed(confirmed_at=None),
        ],
    ),
}
