"""An administrator brings in the official text of the shipped plan in a browser, with script and without."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from tasks.models import Assignment, Plan

from . import browser
from .browser import PHONE, OpenWindow
from .builders import a_plan_document, an_administrator
from .test_period_browser import faults

pytestmark = pytest.mark.browser
browser_type_launch_args, open_window = browser.browser_type_launch_args, browser.open_window
today = browser.today

OFFICIAL = settings.FIXTURE_DIRS[0] / "dongli-ip-2020-2021.txt"


def put_right(page: Page) -> None:
    """What the official text leaves open: a unit without a role, and two units in one."""
    thirteen = page.locator("#m13")
    thirteen.get_by_role("link", name="修改").click()
    thirteen.get_by_label("角色").nth(1).select_option("CO")
    thirteen.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("#m13")).to_contain_text("区农业农村委（配合）")
    last = page.locator("#m37")
    last.get_by_role("link", name="修改").click()
    last.get_by_label("责任单位").nth(5).fill("区教育局")
    last.get_by_label("责任单位").nth(6).fill("各街道办")
    last.get_by_label("角色").nth(6).select_option("JOINT")
    last.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("#m37")).to_contain_text("各街道办（按职责分工）")


def test_the_official_text_becomes_the_plan(live_server, open_window: OpenWindow, today: date) -> None:
    window = open_window(an_administrator())
    page = window.goto("/plans/")
    page.get_by_role("link", name="导入计划").click()
    found = {"list": faults(window)}
    with window.expecting(422):
        page.get_by_role("button", name="读取").click()
        page.get_by_text("请选择文件，或粘贴正文。").wait_for()
    found["refused"] = faults(window)
    page.get_by_label("文件").set_input_files(OFFICIAL)
    page.get_by_role("button", name="读取").click()
    expect(page.locator(".reading-counts")).to_contain_text("42项任务、99项责任分工")
    found["read"] = faults(window)
    page.locator("#m13").get_by_role("link", name="修改").click()
    expect(page.locator("#l54")).to_have_class("text-row text-row--measure is-meant")
    found["editing"] = faults(window)
    page.reload()
    put_right(page)
    page.get_by_role("button", name="确定这些单位").click()
    page.get_by_label("督办单位").fill("区市场监管局")
    page.get_by_role("button", name="保存计划信息").click()
    for kind in ("印发日期", "文号前后不一", "半角标点", "责任表述", "任务中的数量", "任务中的日期", "任务末尾"):
        button = page.get_by_role("button", name=re.compile(f"都已核对.*{kind}"))
        button.click()
        expect(button).to_have_count(0)
    found["finished"] = faults(window)
    page.get_by_role("button", name="确认，建立计划").click()
    page.get_by_text("已建立计划“2020-2021年天津市东丽区强化知识产权保护推进计划”。").wait_for()

    assert (Plan.objects.count(), Assignment.objects.count()) == (1, 100)
    assert found == {name: [] for name in found}


def test_it_is_done_without_script_on_a_phone(live_server, open_window: OpenWindow, today: date) -> None:
    document = a_plan_document(OFFICIAL.read_text("utf-8"), today)
    window = open_window(an_administrator(), width=PHONE, javascript=False)
    page = window.goto(document.get_absolute_url())

    put_right(page)
    page.get_by_role("link", name="原文第54行").click()

    expect(page.locator("#l54")).to_be_in_viewport()
    assert not page.locator("#doubts").get_by_text("角色", exact=True).count()
