"""LibreOffice opens every workbook there is, and saves it again with nothing lost."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from departments.models import Alias, Role
from tasks.models import Plan

from .builders import a_busy_autumn, a_department, a_person, a_reporter, a_snapshot, an_administrator, an_invitation
from .office import saved_again
from .pages import Page, it_is, signed_in
from .panel import an_upload

PLACES = {
    "matrix": "{plan}matrix/export.xlsx",
    "parts": "{plan}assignments/export.xlsx?timeframe=ONGOING",
    "comparison": "{plan}compare/export.xlsx?from=2021-12-15&to=2022-01-12",
    "snapshot": "{snapshot}export.xlsx",
    "audit": "/audit/export.xlsx",
    "a unit's page": "{plan}units/{unit}/export.xlsx",
    "fill-in": "{plan}fill-in/{unit}.xlsx",
    "invitations": "/invitations/export.xlsx",
}


def cells(content: bytes) -> dict[str, list[Any]]:
    """What stands in every sheet, as shown; whole rows of nothing at the end are nothing."""
    found = {}
    for sheet in load_workbook(BytesIO(content), data_only=True).worksheets:
        rows = [["" if value is None else value for value in row] for row in sheet.iter_rows(values_only=True)]
        found[sheet.title] = [row for row in rows if any(value != "" for value in row)]
    return found


@pytest.mark.parametrize("name", PLACES)
def test_it_is_opened_and_saved_with_nothing_lost(
    shipped_plan: Plan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    it_is(monkeypatch, date(2022, 1, 12))
    a_busy_autumn(shipped_plan)
    an_invitation(a_person(Role.REPORTER, department=shipped_plan.office, password=None), date(2022, 1, 12))
    an_invitation(day=date(2022, 1, 12))
    taken = a_snapshot(shipped_plan, date(2021, 12, 31), name="年底会议")
    words = {
        "plan": shipped_plan.get_absolute_url(),
        "snapshot": taken.get_absolute_url(),
        "unit": shipped_plan.office_id,
    }

    content = signed_in(an_administrator()).get(PLACES[name].format(**words)).content

    assert cells(saved_again(content, tmp_path)) == cells(content)


@pytest.mark.parametrize("path", ["/admin/departments/department/", "/admin/departments/user/"])
def test_a_list_that_it_has_saved_comes_back_without_a_change(path: str, db: None, tmp_path: Path) -> None:
    unit = a_department("=甲局", position=3)
    Alias.objects.create(department=unit, name="007")
    a_reporter(unit, username="007", last_name="-李", phone="02284370000", email="li@example.org")
    client = signed_in(an_administrator())

    out = client.post(f"{path}export/", {"format": "0", "resource": "0"}).content
    page = Page(client.post(f"{path}import/", an_upload(saved_again(out, tmp_path))))

    assert "文件与现有数据完全一致，没有需要导入的内容。" in page.words
