"""A sitting at 我的填报 in a real browser: everything owed is reported in few clicks, and nothing typed is lost."""

from __future__ import annotations

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Dialog, Locator, Page, Route, expect

from departments.models import User
from tasks.models import Assignment, Draft, Plan, Report

from . import browser
from .browser import Window, part_of
from .builders import PASSWORD, a_reporter

pytestmark = pytest.mark.browser
browser_type_launch_args, open_window = browser.browser_type_launch_args, browser.open_window
today, plan = browser.today, browser.plan

UNIT = "公安东丽分局"
SAVED = re.compile(r"草稿 01-12 10:30 .+保存")


class Hand:
    """Does what a person does, and counts every click and key chord; typing is free."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def click(self, control: Locator) -> None:
        self.count += 1
        control.click()

    def press(self, chord: str) -> None:
        self.count += 1
        self.page.keyboard.press(chord)

    def type(self, words: str) -> None:
        self.page.keyboard.insert_text(words)


@pytest.fixture
def part(plan: Plan) -> Assignment:
    return part_of(plan, 4, UNIT)


@pytest.fixture
def reporter(part: Assignment) -> User:
    return a_reporter(part.department, last_name="王", first_name="强")


def card(page: Page, part: Assignment) -> Locator:
    return page.locator(f"#d{part.pk}")


def progress(page: Page, part: Assignment) -> Locator:
    return card(page, part).get_by_label("进展情况")


def saved(page: Page, part: Assignment) -> Locator:
    return card(page, part).locator(".saved")


def sign_in(page: Page, person: User) -> None:
    page.get_by_label("用户名").fill(person.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


def said(part: Assignment) -> list[str]:
    return list(part.reports.order_by("pk").values_list("progress", flat=True))


def kept(window: Window) -> list[str]:
    """What the browser itself holds for its user."""
    return window.page.evaluate("Object.keys(sessionStorage).filter(each => each.startsWith('drafts:'))")


# --- three minutes ---------------------------------------------------------------------------------------


def test_five_parts_are_reported_from_sign_in_to_submitted_in_ten_clicks(plan, reporter, open_window) -> None:
    page = open_window().goto("/")
    hand = Hand(page)

    hand.click(page.get_by_label("用户名"))
    hand.type(reporter.username)
    hand.press("Tab")
    hand.type(PASSWORD)
    hand.press("Enter")
    hand.click(page.get_by_role("navigation", name="主导航").get_by_role("link", name="我的填报"))
    for number, box in enumerate(page.get_by_label("进展情况").all()[:5], start=1):
        hand.click(box)
        hand.type(f"第{number}件事已经办好。")
    hand.click(page.locator(".desk-foot").get_by_role("button", name="提交全部已填"))
    expect(page.get_by_role("status").filter(has_text="已提交5项。")).to_be_visible()

    assert hand.count <= 15
    assert hand.count == 10
    assert sorted(Report.objects.values_list("progress", flat=True)) == [f"第{n}件事已经办好。" for n in range(1, 6)]
    assert set(Report.objects.values_list("author", flat=True)) == {reporter.pk}
    assert Draft.objects.count() == 0


def test_nothing_new_is_said_in_one_click_with_the_chosen_reason(part, reporter, open_window) -> None:
    page = open_window(reporter).goto("/mine/")
    card(page, part).get_by_label("无新进展的原因").select_option("等待其他单位配合。")

    card(page, part).get_by_role("button", name="本期无新进展").click()

    expect(page.get_by_role("status").filter(has_text="已提交1项。")).to_be_visible()
    assert list(part.reports.values_list("progress", "is_unchanged")) == [("等待其他单位配合。", True)]
    assert Draft.objects.count() == 0


def test_control_and_enter_send_the_part_in_which_one_types(part, reporter, plan, open_window) -> None:
    other = part_of(plan, 5, UNIT)
    page = open_window(reporter).goto("/mine/")
    progress(page, other).fill("还没有写完。")
    progress(page, part).fill("立案三起。")

    progress(page, part).press("Control+Enter")

    expect(page.get_by_role("status").filter(has_text="已提交1项。")).to_be_visible()
    expect(progress(page, other)).to_have_value("还没有写完。")
    assert (said(part), said(other)) == (["立案三起。"], [])
    assert Draft.objects.get().assignment == other


def test_a_double_click_sends_once(part, reporter, open_window) -> None:
    page = open_window(reporter).goto("/mine/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.is_navigation_request() else None)
    progress(page, part).fill("立案三起。")

    card(page, part).get_by_role("button", name="提交").dblclick()

    expect(page.get_by_role("status").filter(has_text="已提交1项。")).to_be_visible()
    assert len(sent) == 2  # the form, and the page it leads to
    assert said(part) == ["立案三起。"]


def test_the_tab_key_goes_through_a_card_from_top_to_bottom(part, reporter, open_window) -> None:
    page = open_window(reporter).goto("/mine/")
    progress(page, part).focus()
    order = []
    for _step in range(6):
        page.keyboard.press("Tab")
        order.append(page.evaluate("(document.activeElement.labels?.[0] ?? document.activeElement).innerText.trim()"))

    assert order[:4] == ["存在问题、下一步、完成进度、佐证材料", "需领导协调", "申请办结", "提交\n第4项"]
    assert order[4] == "本期无新进展\n第4项"
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "无新进展的原因"


# --- nothing is lost -------------------------------------------------------------------------------------


def test_a_draft_saves_itself_and_outlives_a_reload_and_another_sign_in(part, reporter, open_window) -> None:
    page = open_window(reporter).goto("/mine/")
    progress(page, part).press_sequentially("立案三起")
    expect(saved(page, part)).to_have_text(SAVED)
    expect(page.locator(".desk-foot [data-unsaved]")).to_be_hidden()

    page.reload()
    expect(progress(page, part)).to_have_value("立案三起")
    page.locator("summary.person").click()
    page.get_by_role("button", name="退出登录").click()
    again = open_window().goto("/mine/")
    sign_in(again, reporter)

    expect(progress(again, part)).to_have_value("立案三起")
    expect(saved(again, part)).to_have_text(SAVED)
    assert (Draft.objects.get().progress, Report.objects.count()) == ("立案三起", 0)


def test_what_is_typed_after_the_session_has_expired_comes_back_after_signing_in(part, reporter, open_window) -> None:
    window = open_window(reporter)
    page = window.goto("/mine/")
    progress(page, part).fill("立案")
    expect(saved(page, part)).to_have_text(SAVED)
    Session.objects.all().delete()

    with window.expecting(401):
        progress(page, part).fill("立案三起，办结两起。")
        expect(saved(page, part)).to_have_text("登录已过期，内容暂存在本浏览器，登录后自动恢复。重新登录")
    assert kept(window) == [f"drafts:{reporter.pk}:/mine/"]
    saved(page, part).get_by_role("link", name="重新登录").click()
    sign_in(page, reporter)

    expect(progress(page, part)).to_have_value("立案三起，办结两起。")
    expect(saved(page, part)).to_have_text(SAVED)
    assert Draft.objects.get().progress == "立案三起，办结两起。"
    assert kept(window) == []


def test_what_is_sent_after_the_session_has_expired_comes_back_too(part, reporter, open_window) -> None:
    window = open_window(reporter)
    page = window.goto("/mine/")
    Session.objects.all().delete()

    progress(page, part).fill("立案三起。")
    progress(page, part).press("Control+Enter")
    sign_in(page, reporter)

    expect(progress(page, part)).to_have_value("立案三起。")
    expect(saved(page, part)).to_have_text(SAVED)
    assert (Draft.objects.get().progress, Report.objects.count()) == ("立案三起。", 0)


def test_what_a_colleague_has_saved_meanwhile_is_not_written_over_by_what_comes_back(
    part, reporter, open_window
) -> None:
    window, other = open_window(reporter), open_window(a_reporter(part.department, first_name="乙"))
    page = window.goto("/mine/")
    Session.objects.all().delete()
    with window.expecting(401):
        progress(page, part).fill("我的话。")
        expect(saved(page, part)).to_contain_text("登录已过期")
    other.context.add_cookies([browser.session_of(User.objects.get(first_name="乙"), other.address)])
    progress(other.goto("/mine/"), part).fill("同事的话。")
    expect(saved(other.page, part)).to_have_text(SAVED)

    saved(page, part).get_by_role("link", name="重新登录").click()
    sign_in(page, reporter)

    expect(progress(page, part)).to_have_value("我的话。")
    expect(saved(page, part)).to_contain_text("同事的话。")
    assert Draft.objects.get().progress == "同事的话。"


def test_what_was_sent_does_not_come_back_as_a_draft(part, reporter, open_window) -> None:
    window = open_window(reporter)
    page = window.goto(f"/mine/{part.pk}/")
    page.get_by_label("进展情况").fill("立案三起。")
    page.get_by_role("button", name="提交").click()  # before it was kept
    expect(page.get_by_role("status").filter(has_text="第4项的进展已提交。")).to_be_visible()

    assert kept(window) == []
    window.goto(f"/mine/{part.pk}/")
    expect(page.get_by_label("进展情况")).to_have_value("")


def test_leaving_with_unsaved_words_warns_and_with_saved_ones_does_not(part, reporter, open_window) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page = open_window(reporter).goto("/mine/")
    page.on("dialog", stay)
    held: list[Route] = []  # else the words may be kept before anybody can leave
    released = False
    page.route("**/draft/", lambda route: route.continue_() if released else held.append(route))
    home = page.get_by_role("navigation", name="主导航").get_by_role("link", name="总览")
    progress(page, part).press_sequentially("立案")
    expect(page.locator(".desk-foot [data-unsaved]")).to_be_visible()
    with page.expect_event("dialog"):
        home.click(no_wait_after=True)
    released = True
    for route in held:
        route.continue_()
    expect(saved(page, part)).to_have_text(SAVED)
    assert (asked, page.url.endswith("/mine/")) == (["beforeunload"], True)

    home.click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("我的填报")

    assert asked == ["beforeunload"]


def test_what_was_unsaved_when_one_left_all_the_same_comes_back(part, reporter, open_window) -> None:
    page = open_window(reporter).goto("/mine/")
    page.on("dialog", lambda dialog: dialog.accept())
    progress(page, part).press_sequentially("立案")

    page.reload()

    expect(progress(page, part)).to_have_value("立案")
    expect(saved(page, part)).to_have_text(SAVED)
    assert Draft.objects.get().progress == "立案"


# --- two colleagues --------------------------------------------------------------------------------------


@pytest.fixture
def both(part, reporter, open_window) -> tuple[Window, Window]:
    """Two windows on one part: the first has saved, and the second, opened before, has typed something else."""
    first, second = open_window(reporter), open_window(a_reporter(part.department, last_name="李"))
    second.goto("/mine/")
    progress(first.goto("/mine/"), part).fill("王强的话。")
    expect(saved(first.page, part)).to_have_text(SAVED)
    progress(second.page, part).fill("老李的话。")
    expect(saved(second.page, part)).to_contain_text("同一份草稿已被他人保存")
    return first, second


def test_the_second_of_two_colleagues_sees_both_texts_and_keeps_his(part, both) -> None:
    page = both[1].page
    expect(saved(page, part)).to_contain_text("王强于2022-01-12 10:30保存的草稿： 王强的话。")
    expect(progress(page, part)).to_have_value("老李的话。")
    assert Draft.objects.get().progress == "王强的话。"

    saved(page, part).get_by_role("button", name="保留我的内容").click()

    expect(saved(page, part)).to_have_text(SAVED)
    assert Draft.objects.get().progress == "老李的话。"
    progress(page, part).fill("老李的话，补充。")
    expect(page.locator(".desk-foot [data-unsaved]")).to_be_hidden()
    assert Draft.objects.get().progress == "老李的话，补充。"


def test_the_second_of_two_colleagues_takes_the_words_of_the_first(part, both) -> None:
    page = both[1].page

    saved(page, part).get_by_role("link", name="采用对方的内容").click()

    expect(page).to_have_url(re.compile(rf"/mine/{part.pk}/$"))
    expect(page.get_by_label("进展情况")).to_have_value("王强的话。")
    page.goto("/mine/")
    expect(progress(page, part)).to_have_value("王强的话。")
    assert Draft.objects.get().progress == "王强的话。"


def test_words_written_over_a_draft_that_a_colleague_has_sent_are_kept_and_sent_after_reading(
    part, reporter, open_window
) -> None:
    first, second = open_window(reporter), open_window(a_reporter(part.department, last_name="李"))
    progress(first.goto("/mine/"), part).fill("王强的话。")
    expect(saved(first.page, part)).to_have_text(SAVED)
    second.goto("/mine/")
    progress(first.page, part).press("Control+Enter")
    expect(first.page.get_by_role("status").filter(has_text="已提交1项。")).to_be_visible()
    page = second.page

    progress(page, part).fill("老李的话。")
    expect(saved(page, part)).to_contain_text("本任务已有新的填报")
    saved(page, part).get_by_role("button", name="保留我的内容").click()
    expect(saved(page, part)).to_have_text(SAVED)
    with second.expecting(422):
        progress(page, part).press("Control+Enter")
        expect(card(page, part).get_by_role("alert").first).to_contain_text("王强的话。")
    progress(page, part).press("Control+Enter")
    expect(page.get_by_role("status").filter(has_text="已提交1项。")).to_be_visible()

    assert said(part) == ["王强的话。", "老李的话。"]
    assert Draft.objects.count() == 0
