"""Rows of uploaded workbooks that the database takes, and that it refuses."""

from __future__ import annotations

from typing import Any

from tasks.models import Report, Upload, UploadedFile, UploadedRow

from .builders import DUE_ON, a_part, a_plan, a_report, a_supervisor, at
from .test_constraints_rows import Case


def upload(*, confirmed: bool = False, undone: bool = False, **fields: Any) -> Upload:
    person, moment = a_supervisor(), at(DUE_ON)
    whole: dict[str, Any] = {"plan": a_plan(), "author": person, "uploaded_at": moment}
    if confirmed:
        whole |= {"confirmed_by": person, "confirmed_at": moment}
    if undone:
        whole |= {"undone_by": person, "undone_at": moment}
    return Upload(**whole | fields)


def file(*, again: bool = False, **fields: Any) -> UploadedFile:
    there = upload()
    there.save()
    whole = {"upload": there, "position": 1, "name": "填报表.xlsx", "size": 1, "sha256": "0" * 64}
    if again:
        UploadedFile.objects.create(**whole)
    return UploadedFile(**whole | fields)


def row(*, again: bool = False, reported: bool = False, **fields: Any) -> UploadedRow:
    there, part = file(), a_part()
    there.save()
    report: Report | None = a_report(part, DUE_ON) if reported else None
    whole = {"upload": there.upload, "file": there, "sheet": "填报表", "line": 5, "assignment": part}
    if again:
        UploadedRow.objects.create(**whole)
    return UploadedRow(**whole | {"report": report} | fields)


CASES = {
    "upload_confirmed_by_somebody": Case(
        "确认须有确认人和时间。",
        accepted=[upload, lambda: upload(confirmed=True)],
        refused=[lambda: upload(confirmed_at=at(DUE_ON)), lambda: upload(confirmed_by=a_supervisor())],
    ),
    "upload_undone_after_it_was_confirmed": Case(
        "撤回须有撤回人和时间，并且已经确认。",
        accepted=[lambda: upload(confirmed=True, undone=True)],
        refused=[lambda: upload(undone=True), lambda: upload(confirmed=True, undone_at=at(DUE_ON))],
    ),
    "upload_file_once_at_its_place": Case(
        "同一次上传中文件的顺序不能重复。",
        accepted=[file, lambda: file(again=True, position=2)],
        refused=[lambda: file(again=True)],
    ),
    "upload_row_once_for_a_part": Case(
        "同一次上传中一项责任分工只能有一行。",
        accepted=[row, lambda: row(again=True, fault="重复。"), lambda: row(again=True, repeats="内容相同。")],
        refused=[lambda: row(again=True)],
    ),
    "upload_row_of_a_part_or_faulty": Case(
        "没有对应的责任分工的行须说明原因。",
        accepted=[lambda: row(assignment=None, fault="没有标识。")],
        refused=[lambda: row(assignment=None)],
    ),
    "upload_row_reported_was_taken": Case(
        "不接受的行不能生成填报。",
        accepted=[lambda: row(reported=True)],
        refused=[lambda: row(reported=True, fault="有误。"), lambda: row(reported=True, repeats="内容相同。")],
    ),
}
