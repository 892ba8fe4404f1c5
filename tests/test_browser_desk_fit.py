"""我的填报 at both widths, without barriers, and without scripts."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from tasks.models import Draft, Report

from . import browser, test_browser_desk
from .browser import DESK, PHONE, TODAY, part_of
from .builders import a_report, a_reporter, a_return
from .test_browser_desk import SAVED, UNIT, card, progress, said, saved

pytestmark = pytest.mark.browser
browser_type_launch_args, open_window = browser.browser_type_launch_args, browser.open_window
today, plan = browser.today, browser.plan
part, reporter = test_browser_desk.part, test_browser_desk.reporter

SMALL = """
() => [...document.querySelectorAll("main a, main button, main input:not([type=hidden]), main select, main summary")]
  .filter(each => each.checkVisibility({visibilityProperty: true}) && !each.closest(".visually-hidden")
                  && !each.matches(".visually-hidden"))
  .map(each => [each, (each.matches("[type=checkbox]") ? each.closest("label") : each).getBoundingClientRect()])
  .filter(([each, box]) => box.width && !(each.matches("a") && getComputedStyle(each).display === "inline"))
  .filter(([each, box]) => box.height < 24 || box.width < 24)
  .map(([each, box]) => `${each.outerHTML.slice(0, 90)} ${box.width}×${box.height}`)
"""


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_a_full_page_fits_can_be_touched_and_has_no_barriers(plan, part, reporter, open_window, width) -> None:
    """With a draft, an error, a conflict and a returned report on it."""
    wrong, returned, again = (part_of(plan, number, UNIT) for number in (5, 3, 1))
    a_return(returned, date(2022, 1, 4), date(2022, 1, 5), reason="请附会商制度印发文号。")
    a_report(again, date(2022, 1, 11), by=reporter)
    other = open_window(a_reporter(part.department, last_name="李")).goto("/mine/")
    window = open_window(reporter, width=width)
    page = window.goto("/mine/")
    progress(other, part).fill("老李的话。")
    expect(saved(other, part)).to_have_text(SAVED)

    progress(page, returned).fill("文号已附。")
    expect(saved(page, returned)).to_have_text(SAVED)
    progress(page, wrong).fill("完成进度不对。")
    card(page, wrong).locator("summary", has_text="存在问题").click()
    card(page, wrong).get_by_label("完成进度").fill("120")
    expect(saved(page, wrong).get_by_role("alert")).to_contain_text("完成进度")
    progress(page, part).fill("我的话。")
    expect(saved(page, part)).to_contain_text("老李的话。")

    assert window.barriers() == []
    assert page.evaluate(SMALL) == [], "\n".join(page.evaluate(SMALL))
    assert not window.is_too_wide
    with window.expecting(422):
        page.locator(".desk-foot").get_by_role("button", name="提交全部已填").click()
        expect(page.get_by_text("有2项未能提交或保存，请查看。")).to_be_visible()
    expect(progress(page, part)).to_have_value("我的话。")
    assert window.barriers() == []
    assert page.evaluate(SMALL) == []
    assert not window.is_too_wide
    assert (said(returned)[-1], said(wrong), said(part)) == ("文号已附。", [], [])
    assert Draft.objects.get(assignment=part).progress == "老李的话。"

    card(page, wrong).get_by_label("完成进度").fill("20")
    page.locator(".desk-foot").get_by_role("button", name="提交全部已填").click()
    expect(page.get_by_text("已提交2项。")).to_be_visible()
    assert (said(wrong), said(part)) == (["完成进度不对。"], ["我的话。"])


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_boxes_keep_their_distance_and_lights_their_place(plan, part, reporter, open_window, width) -> None:
    page = open_window(reporter, width=width).goto(part.get_report_url())

    gaps = page.evaluate(
        """() => [...document.querySelectorAll(".fields .form-check")].map(label => {
          const words = document.createRange();
          words.selectNodeContents(label);
          words.setStartAfter(label.querySelector("input"));
          return words.getBoundingClientRect().left - label.querySelector("input").getBoundingClientRect().right;
        })"""
    )
    light, card = (page.locator(each).first.bounding_box() for each in ("article.duty header .light", "article.duty"))
    assert light is not None
    assert card is not None
    assert card["x"] + card["width"] - light["x"] - light["width"] < 30  # at the right edge, as everywhere
    assert len(gaps) >= 2
    assert [gap for gap in gaps if not 5 <= gap <= 16] == []


def test_without_scripts_all_is_saved_one_part_sent_and_then_the_rest(plan, part, reporter, open_window) -> None:
    other = part_of(plan, 5, UNIT)
    page = open_window(reporter, javascript=False).goto("/mine/")
    foot = page.locator(".desk-foot")

    progress(page, part).fill("立案三起。")
    progress(page, other).fill("剑网行动。")
    foot.get_by_role("button", name="全部存为草稿").click()
    expect(page.get_by_role("status").filter(has_text="已保存草稿2项。")).to_be_visible()
    assert Draft.objects.count() == 2

    card(page, part).get_by_role("button", name="提交").click()
    expect(page.get_by_role("status").filter(has_text="已提交1项。")).to_be_visible()
    assert (said(part), said(other)) == (["立案三起。"], [])

    page.locator(".desk-foot").get_by_role("button", name="提交全部已填").click()
    expect(page.get_by_role("status").filter(has_text="已提交1项。")).to_be_visible()
    assert (said(part), said(other)) == (["立案三起。"], ["剑网行动。"])
    assert (Draft.objects.count(), TODAY) == (0, Report.objects.first().recorded_on)
