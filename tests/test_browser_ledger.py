"""The ledger under the hand: filtered in place, without JavaScript, without a mouse, and on paper."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tasks.models import Plan

from . import browser
from .browser import OpenWindow, part_of
from .builders import a_leader, a_report, a_reporter, a_supervisor

pytestmark = pytest.mark.browser
browser_type_launch_args, open_window = browser.browser_type_launch_args, browser.open_window
today, plan = browser.today, browser.plan

LEDGER = "/plans/dongli-ip-2020-2021/measures/"
FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"


def is_the_same_page(page: Page) -> bool:
    """Whether the page is still the one that was marked, changed in place."""
    return page.evaluate("window.marked === true")


def test_filters_work_in_place(plan: Plan, open_window: OpenWindow) -> None:
    page = open_window(a_supervisor()).goto(LEDGER)
    page.evaluate("window.marked = true")

    page.get_by_label("时效", exact=True).select_option(label="逾期")
    expect(page.get_by_text("共16项")).to_be_visible()
    expect(page.get_by_role("link", name="去掉条件时效：逾期")).to_be_visible()
    expect(page).to_have_url(re.compile(r"measures/\?timeliness=OVERDUE$"))

    page.get_by_label("搜索", exact=True).press_sequentially("老字号")
    expect(page.get_by_text("共1项")).to_be_visible()
    expect(page.get_by_role("link", name="导出当前结果（1项）")).to_have_attribute("href", re.compile("q=%E8%80%81"))
    assert is_the_same_page(page)

    page.go_back()
    expect(page.get_by_text("共16项")).to_be_visible()
    expect(page.get_by_label("时效", exact=True)).to_have_value("OVERDUE")
    page.go_back()
    expect(page.get_by_text("共42项")).to_be_visible()
    expect(page.get_by_label("时效", exact=True)).to_have_value("")
    page.go_forward()
    expect(page.get_by_text("共16项")).to_be_visible()

    page.get_by_role("link", name="去掉条件时效：逾期").click()
    expect(page.get_by_text("共42项")).to_be_visible()
    page.get_by_role("link", name="下一页").click()
    expect(page.get_by_text("显示第21–40项")).to_be_visible()


def test_a_filter_outlives_a_change_of_the_day(plan: Plan, open_window: OpenWindow) -> None:
    page = open_window(a_supervisor()).goto(LEDGER)
    page.get_by_label("章节", exact=True).select_option(label="三、健全知识产权保护体系")
    expect(page.get_by_text("共6项")).to_be_visible()

    page.get_by_text("数据截至 2022-01-12").click()
    page.get_by_label("查看哪一天结束时的情况").fill("2021-12-15")
    page.get_by_role("button", name="查看", exact=True).click()
    expect(page.get_by_text("正在查看2021年12月15日结束时的情况")).to_be_visible()
    expect(page.get_by_text("共6项")).to_be_visible()

    page.get_by_label("时效", exact=True).select_option(label="临期")
    expect(page.get_by_text("共4项")).to_be_visible()
    expect(page).to_have_url(re.compile("as_of=2021-12-15"))


def test_filters_are_an_ordinary_form_without_javascript(plan: Plan, open_window: OpenWindow) -> None:
    page = open_window(a_supervisor(), javascript=False).goto(LEDGER)

    page.get_by_label("时效", exact=True).select_option(label="逾期")
    page.get_by_label("搜索", exact=True).fill("老字号")
    page.get_by_role("button", name="筛选").click()
    expect(page.get_by_text("共1项")).to_be_visible()
    page.get_by_role("link", name="去掉条件搜索：老字号").click()
    expect(page.get_by_text("共16项")).to_be_visible()
    expect(page.get_by_label("时效", exact=True)).to_have_value("OVERDUE")
    page.get_by_text("数据截至 2022-01-12").click()
    page.get_by_role("button", name="查看", exact=True).click()
    expect(page.get_by_text("共16项")).to_be_visible()


def test_the_keyboard_reaches_everything(plan: Plan, open_window: OpenWindow) -> None:
    page = open_window(a_supervisor()).goto(f"{LEDGER}?timeliness=OVERDUE")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    expect(page.get_by_role("link", name="跳到正文")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("搜索", exact=True)).to_be_focused()

    page.reload()
    wanted = page.locator(FOCUSABLE).locator("visible=true").count()
    reached = 0
    for _ in range(wanted + 20):
        page.keyboard.press("Tab")
        reached += page.evaluate(
            "(() => { const now = document.activeElement; if (now === document.body || now.dataset.reached) return 0;"
            " now.dataset.reached = 'yes'; return 1; })()"
        )
    assert reached == wanted

    page.locator("summary.asof").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("查看哪一天结束时的情况")).to_be_focused()
    page.locator("summary.person").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="退出登录")).to_be_visible()


def test_a_report_is_written_without_a_mouse(plan: Plan, open_window: OpenWindow) -> None:
    part = part_of(plan, 4, "公安东丽分局")
    page = open_window(a_reporter(part.department)).goto(f"/mine/{part.pk}/")

    def tab_to(wanted: Locator) -> None:
        for _ in range(12):
            if wanted.evaluate("element => element === document.activeElement"):
                return
            page.keyboard.press("Tab")
        expect(wanted).to_be_focused()

    page.get_by_label("进展情况").focus()
    for label, typed in (
        ("进展情况", "立案3起。"),
        ("存在问题", "线索少。"),
        ("下一步措施", "扩大排查。"),
        ("完成进度", "60"),
    ):
        tab_to(page.get_by_label(label, exact=label != "进展情况"))
        page.keyboard.type(typed)
    tab_to(page.get_by_label("需领导协调"))
    page.keyboard.press("Space")
    tab_to(page.get_by_role("button", name="提交"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("我的填报")

    said = part.reports.get()
    assert (said.progress, said.problems, said.next_steps) == ("立案3起。", "线索少。", "扩大排查。")
    assert (said.percent, said.needs_coordination, said.asks_to_close) == (60, True, False)


@pytest.fixture
def paper(plan: Plan, open_window: OpenWindow, tmp_path: Path) -> Path:
    """Everything ongoing in the ledger as the browser prints it, on the paper the style sheet asks for."""
    a_report(part_of(plan, 16, "区市场监管局"), date(2022, 1, 7))
    page = open_window(a_leader()).goto(f"{LEDGER}?per=50&timeframe=ONGOING")
    path = tmp_path / "ledger.pdf"
    page.pdf(path=path, prefer_css_page_size=True)
    return path


def test_the_ledger_prints_on_landscape_paper(paper: Path) -> None:
    sheets = re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", paper.read_bytes())

    assert len(sheets) >= 2
    assert {(round(float(width)), round(float(height))) for width, height in sheets} == {(842, 595)}


def test_every_printed_sheet_says_what_it_is_part_of(paper: Path) -> None:
    if shutil.which("pdftotext") is None and os.environ.get("REQUIRE_BROWSER") != "1":
        pytest.skip("There is no pdftotext on PATH (Debian: poppler-utils).")

    text = subprocess.run(["pdftotext", "-layout", paper, "-"], capture_output=True, text=True, check=True).stdout
    sheets = text.removesuffix("\f").split("\f")

    assert [len(re.findall("完成时限 +时效", sheet)) for sheet in sheets] == [1] * len(sheets)
    feet = [re.sub(r"\s", "", sheet.rstrip().rsplit("\n", 1)[-1]) for sheet in sheets]
    assert feet == [f"{number}/{len(sheets)}" for number in range(1, len(sheets) + 1)]
    assert "数据截至 2022-01-12" in sheets[0]
    assert "时限类型：持续推进" in sheets[0]
    assert "完善通报约谈机制" in sheets[-1]
    assert not re.search("筛选|每页|下一页|清除条件", text)
