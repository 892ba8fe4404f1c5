"""A snapshot is taken, read and compared in a browser: on a desk, on a phone and on paper."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.models import Plan

from . import browser
from .browser import OpenWindow
from .builders import a_busy_autumn, a_leader, a_snapshot
from .test_period_browser import faults

pytestmark = pytest.mark.browser
browser_type_launch_args, open_window = browser.browser_type_launch_args, browser.open_window
today, plan = browser.today, browser.plan


def test_a_meeting_is_frozen_and_compared(plan: Plan, open_window: OpenWindow, today: date) -> None:
    a_busy_autumn(plan)
    a_snapshot(plan, date(2021, 12, 15), name="第一次会议")
    window = open_window(a_leader())
    page = window.goto(plan.get_absolute_url())
    page.get_by_role("link", name="会议快照", exact=True).click()
    page.get_by_label("名称").fill("第一次会议")
    with window.expecting(422):
        page.get_by_role("button", name="生成").click()
        page.get_by_text("本计划中已有同名的会议快照。").wait_for()
    found = {"refused": faults(window)}
    page.get_by_label("名称").fill("第二次会议")
    page.get_by_role("button", name="生成").click()
    page.get_by_text("已生成会议快照“第二次会议”，内容不会再变。").wait_for()
    found["frozen"] = faults(window)
    printed = page.pdf(prefer_css_page_size=True)
    page.get_by_role("link", name="100").first.click()
    found["parts"] = faults(window)
    page.get_by_role("link", name="与上一份快照对比").click()
    found["compared"] = faults(window)
    page.locator(".ledger--compared .total a").first.click()
    page.get_by_text("有变化的分工").wait_for()
    found["narrowed"] = faults(window)
    page.locator("input[name=from]").fill("2022-01-12")
    page.get_by_label("起（会议快照）").select_option("")
    page.get_by_label("止（会议快照）").select_option("")
    page.locator("input[name=to]").fill("2022-01-11")
    with window.expecting(400):
        page.get_by_role("button", name="对比").click()
        page.get_by_text("截止日期不能早于起始日期，请对调。").wait_for()
    found["wrong"] = faults(window)
    page.goto(plan.get_absolute_url())
    found["dashboard"] = faults(window)

    assert printed.startswith(b"%PDF")
    assert found == {name: [] for name in found}
