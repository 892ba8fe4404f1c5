"""Rows of invitations and of lists on their way in that the database takes, and that it refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from departments.models import Invitation, RosterImport

from .builders import DUE_ON, a_person, an_administrator, at
from .test_constraints_rows import Case

NOW = at(DUE_ON)
DAY = timedelta(days=1)


def invitation(**fields: Any) -> Invitation:
    whole = {"person": a_person(), "issued_by": an_administrator(), "issued_at": NOW, "expires_at": NOW + DAY}
    return Invitation(**whole | fields)


def roster(**fields: Any) -> RosterImport:
    whole = {
        "room": "user",
        "format": "csv",
        "name": "名单.csv",
        "content": b"x",
        "sha256": "0" * 64,
        "shown": "0" * 64,
        "uploaded_by": an_administrator(),
        "uploaded_at": NOW,
    }
    return RosterImport(**whole | fields)


CASES = {
    "invitation_lasts": Case(
        "邀请的有效期须在签发之后。",
        accepted=[invitation],
        refused=[lambda: invitation(expires_at=NOW), lambda: invitation(expires_at=NOW - DAY)],
    ),
    "invitation_accepted_in_time": Case(
        "邀请须在有效期内接受。",
        accepted=[lambda: invitation(accepted_at=NOW), lambda: invitation(accepted_at=NOW + DAY)],
        refused=[lambda: invitation(accepted_at=NOW - DAY), lambda: invitation(accepted_at=NOW + 2 * DAY)],
    ),
    "roster_import_is_known": Case(
        "只能导入单位或人员的 .xlsx、.csv 名单。",
        accepted=[roster, lambda: roster(room="department", format="xlsx")],
        refused=[lambda: roster(room="plan"), lambda: roster(format="xls")],
    ),
    "roster_import_has_fingerprints": Case(
        "名单导入须有文件和预览的校验值。",
        accepted=[roster],
        refused=[lambda: roster(sha256=""), lambda: roster(shown="")],
    ),
    "roster_import_confirmed_by_somebody": Case(
        "确认人和确认时间须同时登记。",
        accepted=[roster, lambda: roster(confirmed_by=an_administrator(), confirmed_at=NOW, content=b"")],
        refused=[lambda: roster(confirmed_by=an_administrator()), lambda: roster(confirmed_at=NOW)],
    ),
}
