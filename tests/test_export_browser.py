"""A workbook is chosen in a browser, and one of a large ledger makes itself while somebody looks on."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tasks.excel.workbook import Workbook
from tasks.models import Export, ExportChoice, Plan

from . import browser
from .browser import OpenWindow
from .builders import a_leader
from .test_period_browser import faults

pytestmark = pytest.mark.browser
browser_type_launch_args, open_window = browser.browser_type_launch_args, browser.open_window
today, plan = browser.today, browser.plan


def test_a_large_ledger_is_made_while_the_page_shows_how_far_it_is(
    plan: Plan, open_window: OpenWindow, today: date, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EXPORT_AT_ONCE, settings.EXPORT_SECONDS = 10, 0
    monkeypatch.setattr(Workbook, "chunk", 15)
    window = open_window(a_leader())
    page = window.goto(f"{plan.get_absolute_url()}measures/")
    page.get_by_role("link", name="选择工作表和列").click()
    page.get_by_role("heading", name="导出设置").wait_for()
    found = {"choice": faults(window)}
    page.get_by_label("延期", exact=True).uncheck()
    page.get_by_label("统计", exact=True).uncheck()
    page.get_by_role("button", name="保存并导出").click()
    page.get_by_text("已完成，共42项").wait_for()
    found["done"] = faults(window)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载").click()
    content = Path(download.value.path()).read_bytes()

    assert found == {name: [] for name in found}
    book = load_workbook(BytesIO(content))
    assert book.sheetnames == ["台账", "分单位", "进展明细", "说明", "选项"]
    assert book["台账"].max_row == 46
    assert ExportChoice.objects.get().left_out == ["extensions", "statistics"]


def test_one_that_is_given_up_elsewhere_says_so_where_the_bar_was(
    plan: Plan, open_window: OpenWindow, today: date, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EXPORT_AT_ONCE, settings.EXPORT_SECONDS = 10, 0
    monkeypatch.setattr(Workbook, "chunk", 1)
    window = open_window(a_leader())
    page = window.goto(f"{plan.get_absolute_url()}measures/export/")
    page.get_by_role("button", name="“进展明细”的列：全选").click()
    page.get_by_text("这一组已全部选中，尚未保存。").wait_for()
    found = {"all": faults(window)}
    page.get_by_role("button", name="保存并导出").click()
    page.get_by_text("共42项").first.wait_for()

    Export.objects.all().delete()

    page.get_by_text("这份导出已不存在").wait_for()
    found["gone"] = faults(window)
    with window.expecting(404):
        page.reload()
        page.get_by_role("heading", name="导出已不存在").wait_for()
    found["gone for good"] = faults(window)
    page.get_by_role("link", name="返回总览").click()
    page.wait_for_url(f"**{plan.get_absolute_url()}")
    assert found == {name: [] for name in found}


def test_without_scripts_it_is_made_click_by_click(
    plan: Plan, open_window: OpenWindow, today: date, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EXPORT_AT_ONCE, settings.EXPORT_SECONDS = 10, 0
    monkeypatch.setattr(Workbook, "chunk", 21)
    window = open_window(a_leader(), javascript=False)
    page = window.goto(f"{plan.get_absolute_url()}measures/export/")
    page.get_by_role("button", name="保存并导出").click()
    page.get_by_role("button", name="继续生成").click()
    page.get_by_text("已生成21项，共42项（50%）").wait_for()
    page.get_by_role("button", name="继续生成").click()
    page.get_by_text("已完成，共42项").wait_for()
    page.get_by_role("button", name="删除").click()

    page.get_by_text("导出已取消，已生成的内容已删除。").wait_for()
