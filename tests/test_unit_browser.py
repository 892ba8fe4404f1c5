"""Unit and section pages in a browser: on a desk, on a phone, and as sheets of paper to hand over."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page

from departments.models import Department
from tasks.models import Plan

from . import browser
from .browser import OpenWindow
from .builders import a_busy_autumn, a_leader, an_extension
from .test_period_browser import faults

pytestmark = pytest.mark.browser
browser_type_launch_args, open_window = browser.browser_type_launch_args, browser.open_window
today, plan = browser.today, browser.plan

PORTRAIT = (595, 842)  # points of A4


def test_from_the_list_to_a_unit_to_a_section(plan: Plan, open_window: OpenWindow, today: date) -> None:
    a_busy_autumn(plan)
    an_extension(plan.measures.get(number=3), date(2022, 3, 31), date(2021, 12, 20), date(2021, 12, 22))
    window = open_window(a_leader())
    page = window.goto(f"{plan.get_absolute_url()}units/")
    found = {"list": faults(window)}
    page.get_by_role("link", name="公安东丽分局", exact=True).click()
    page.get_by_role("heading", name="可靠性").wait_for()
    found["unit"] = faults(window)
    page.get_by_role("link", name="一、", exact=False).first.click()
    page.get_by_role("link", name=re.compile("下一章节")).wait_for()
    found["section"] = faults(window)
    page.get_by_role("link", name="逾期和超期未报在前").click()
    page.get_by_role("link", name=re.compile("下一章节")).click()
    page.get_by_role("heading", level=1, name=re.compile("^二、")).wait_for()
    found["next"] = faults(window)
    window.goto(f"{plan.get_absolute_url()}units/{Department.objects.get(name='各街道办').pk}/")
    found["collective"] = faults(window)

    assert found == {name: [] for name in found}


def test_the_sheet_of_the_busiest_unit_has_at_most_four_pages(
    plan: Plan, open_window: OpenWindow, today: date, tmp_path: Path
) -> None:
    a_busy_autumn(plan)
    unit = Department.objects.get(name="区市场监管局")
    window = open_window(a_leader())

    sheet, text = printed(window.goto(f"{plan.get_absolute_url()}units/{unit.pk}/"), tmp_path / "unit.pdf")
    section, section_text = printed(window.goto(f"{plan.get_absolute_url()}sections/2/"), tmp_path / "section.pdf")

    assert sheet["size"] == section["size"] == PORTRAIT
    assert sheet["pages"] <= 4
    assert section["pages"] <= 2
    for words in ("责任分工清单", "数据截至2022-01-12", "签收人", "日期", f"1/{sheet['pages']}"):
        assert words in text
    assert "时间线" not in text
    assert "数据截至2022-01-12" in section_text


def printed(page: Page, path: Path) -> tuple[dict[str, object], str]:
    """The number of pages and their size in points, and the words on them without any blanks."""
    if shutil.which("pdfinfo") is None:
        pytest.skip("There is no pdfinfo on PATH: install poppler-utils to count printed pages.")
    page.pdf(path=path, prefer_css_page_size=True)
    told = subprocess.run(["pdfinfo", path], check=True, capture_output=True, text=True).stdout
    text = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True).stdout
    width, height = (round(float(number)) for number in re.findall(r"Page size:\s+([\d.]+) x ([\d.]+)", told)[0])
    text = "".join(text.split())
    return {"pages": int(re.findall(r"Pages:\s+(\d+)", told)[0]), "size": (width, height)}, text
