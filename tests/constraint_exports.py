"""Workbooks that are being made, as the database takes them, and as it refuses them."""

from __future__ import annotations

from typing import Any

from tasks.models import Export, ExportPiece

from .builders import DUE_ON, a_plan, a_supervisor, at
from .test_constraints_rows import Case


def export(**fields: Any) -> Export:
    whole = {"plan": a_plan(), "author": a_supervisor(), "as_of": DUE_ON, "begun_at": at(DUE_ON), "total": 2}
    return Export(**whole | {"language": "zh-hans"} | fields)


def piece(*, again: bool = False, **fields: Any) -> ExportPiece:
    there = export()
    there.save()
    whole = {"export": there, "sheet": 0, "done": 1, "content": b"1"}
    if again:
        ExportPiece.objects.create(**whole)
    return ExportPiece(**whole | fields)


CASES = {
    "export_done_of_total": Case(
        "已导出的行数不能多于合计。",
        accepted=[export, lambda: export(done=2)],
        refused=[lambda: export(done=3)],
    ),
    "export_piece_once": Case(
        "同一片段只能记录一次。",
        accepted=[piece, lambda: piece(again=True, sheet=1), lambda: piece(again=True, done=2)],
        refused=[lambda: piece(again=True)],
    ),
}
