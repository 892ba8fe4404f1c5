"""The slides in a meeting room, and the dashboard on paper."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tasks.models import Plan

from . import browser
from .browser import OpenWindow
from .builders import a_busy_autumn, a_leader
from .test_period_browser import faults

pytestmark = pytest.mark.browser
browser_type_launch_args, open_window = browser.browser_type_launch_args, browser.open_window
today, plan = browser.today, browser.plan

ROOM = {"width": 1920, "height": 1080}
# What of a slide is not on the screen: by how many pixels it is taller or wider than that.
BEYOND = """[...document.querySelectorAll(".slide")].map(slide => {
  location.hash = slide.id;
  document.querySelectorAll(".slide").forEach(other => other.classList.toggle("is-shown", other === slide));
  const page = document.documentElement;
  return [slide.id, page.scrollHeight - innerHeight, page.scrollWidth - innerWidth];
}).filter(([id, down, across]) => down > 0 || across > 0)"""


def test_the_keys_turn_the_slides_and_escape_leaves(plan: Plan, open_window: OpenWindow, today: date) -> None:
    a_busy_autumn(plan)
    page = open_window(a_leader()).goto(f"{plan.get_absolute_url()}present/?as_of=2022-01-10")
    page.set_viewport_size(ROOM)

    turned = []
    for key in ("ArrowRight", "PageDown", "Space", "ArrowLeft", "PageUp", "Shift+Space", "ArrowLeft", "End", "Home"):
        page.keyboard.press(key)
        turned.append(page.locator(".slide.is-shown footer b").inner_text().split(" / ")[0])
    last = page.locator(".slide").count()
    page.get_by_role("link", name="下一页").locator("visible=true").click()
    expect(page.locator(".slide.is-shown h1")).to_have_text("趋势、待审核和预测")
    assert page.locator(".slide").locator("visible=true").count() == 1
    page.keyboard.press("Escape")
    page.wait_for_url(f"**{plan.get_absolute_url()}?as_of=2022-01-10")

    assert turned == ["2", "3", "4", "3", "2", "1", "1", str(last), "1"]


def test_nothing_on_a_slide_is_outside_the_screen(plan: Plan, open_window: OpenWindow, today: date) -> None:
    a_busy_autumn(plan)
    page = open_window(a_leader()).goto(f"{plan.get_absolute_url()}present/")
    page.set_viewport_size(ROOM)

    assert page.locator(".slide").count() >= 26
    assert page.evaluate(BEYOND) == []


def test_without_a_script_the_slides_are_one_page(plan: Plan, open_window: OpenWindow, today: date) -> None:
    a_busy_autumn(plan)
    page = open_window(a_leader(), javascript=False).goto(f"{plan.get_absolute_url()}present/")

    slides = page.locator(".slide")
    assert slides.locator("visible=true").count() == slides.count()
    page.get_by_role("link", name="下一页").first.click()
    assert page.url.endswith("#slide-2")
    expect(page.locator("#slide-2 h1")).to_be_in_viewport()


def test_dashboard_and_slides_fit_a_desk_and_a_phone(plan: Plan, open_window: OpenWindow, today: date) -> None:
    a_busy_autumn(plan)
    window = open_window(a_leader())

    found = {}
    for view in ("", "present/"):
        window.goto(f"{plan.get_absolute_url()}{view}")
        for width in (browser.DESK, browser.PHONE):
            window.at_width(width)
            found[view, width] = faults(window)

    assert found == {key: [] for key in found}


@pytest.mark.parametrize("day", [date(2022, 1, 3), date(2022, 1, 12)])
def test_the_dashboard_prints_on_two_sheets(
    plan: Plan, open_window: OpenWindow, today: date, tmp_path: Path, day: date
) -> None:
    if shutil.which("pdftotext") is None and os.environ.get("REQUIRE_BROWSER") != "1":
        pytest.skip("There is no pdftotext on PATH (Debian: poppler-utils).")
    a_busy_autumn(plan)
    page = open_window(a_leader()).goto(f"{plan.get_absolute_url()}?as_of={day}")
    path = tmp_path / "dashboard.pdf"

    page.pdf(path=path, prefer_css_page_size=True)

    facts = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    sheets = text.removesuffix("\f").split("\f")
    assert re.findall(r"(?m)^Pages: +(\d+)", facts) == ["2"]
    assert re.findall(r"(?m)^Page size: .*\((A4)\)", facts) == ["A4"]
    feet = [re.sub(r"\s", "", sheet.rstrip().rsplit("\n", 1)[-1]) for sheet in sheets]
    assert feet == ["1/2", "2/2"]
    assert [f"数据截至 {day.isoformat()}" in sheet for sheet in sheets] == [True, True]
    assert ["逐月趋势" in sheet for sheet in sheets] == [True, False]
    assert ["责任单位排名" in sheet for sheet in sheets] == [False, True]
    assert "会议放映" not in text
