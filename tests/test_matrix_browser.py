"""The matrix in a browser: with the keyboard, on a desk, on a phone and on paper."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tasks.models import Plan

from . import browser
from .browser import OpenWindow
from .builders import a_busy_autumn, a_leader
from .test_period_browser import faults
from .test_unit_browser import printed

pytestmark = pytest.mark.browser
browser_type_launch_args, open_window = browser.browser_type_launch_args, browser.open_window
today, plan = browser.today, browser.plan

A3 = (1191, 842)  # points
FOCUSED = "document.activeElement.title.split('：')[0]"


def test_arrow_keys_move_between_parts_and_enter_opens_one(plan: Plan, open_window: OpenWindow, today: date) -> None:
    window = open_window(a_leader())
    page = window.goto(f"{plan.get_absolute_url()}matrix/?section=1")
    page.locator(".matrix td.lit a").first.focus()

    visited = []
    for key in ("ArrowRight", "ArrowDown", "ArrowUp", "End", "Home", "Control+End"):
        page.keyboard.press(key)
        visited.append(page.evaluate(FOCUSED))
    stops = page.locator(".matrix td.lit a[tabindex='0']").count()
    page.keyboard.press("Enter")
    page.wait_for_url("**/assignments/*/")

    assert visited[:2] == ["公安东丽分局", "公安东丽分局"]
    assert visited[2:5] == ["公安东丽分局", "区融媒体中心", "区市场监管局"]
    assert stops == 1


def test_heads_stay_in_place_and_nothing_is_in_the_way(plan: Plan, open_window: OpenWindow, today: date) -> None:
    a_busy_autumn(plan)
    window = open_window(a_leader())
    page = window.goto(f"{plan.get_absolute_url()}matrix/")
    found = {"all": faults(window)}
    window.at_width(browser.DESK)
    page.locator(".matrix-scroll").evaluate("region => region.scrollTo(0, region.scrollHeight)")
    top = page.locator(".matrix thead th").nth(1).bounding_box()
    region = page.locator(".matrix-scroll").bounding_box()
    assert top is not None
    assert region is not None
    page.get_by_label("时效").select_option("OVERDUE")
    page.get_by_role("button", name="清除").or_(page.get_by_text("时效：逾期")).first.wait_for()
    found["overdue"] = faults(window)
    window.at_width(browser.PHONE)
    page.locator(".matrix-units summary").first.click()
    found["unit"] = faults(window)

    assert abs(top["y"] - region["y"]) <= 2
    assert found == {name: [] for name in found}


def test_nothing_but_the_page_itself_can_be_scrolled_to(plan: Plan, open_window: OpenWindow, today: date) -> None:
    page = open_window(a_leader()).goto(f"{plan.get_absolute_url()}matrix/")

    end = page.evaluate("document.querySelector('main').getBoundingClientRect().bottom + scrollY")
    assert page.evaluate("document.documentElement.scrollHeight") <= max(end, 900) + 1


def test_on_paper_the_matrix_is_on_a3_and_complete(
    plan: Plan, open_window: OpenWindow, today: date, tmp_path: Path
) -> None:
    a_busy_autumn(plan)
    window = open_window(a_leader())

    sheet, text = printed(window.goto(f"{plan.get_absolute_url()}matrix/?as_of=2022-01-10"), tmp_path / "matrix.pdf")

    assert sheet["size"] == A3
    assert sheet["pages"] <= 3
    assert "数据截至2022-01-10" in text
    assert [n for n, words in plan.measures.values_list("number", "wording") if words[:6] not in text] == []
    assert [light for light in ("逾期", "超期未报", "按职责分工") if light not in text] == []
