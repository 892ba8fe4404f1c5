"""A link opened in a real browser: what it shows, what it leaves in the address, and that it fits on every screen."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from departments.models import Invitation, Role, User
from tasks.invitations import code_of
from tasks.models import Plan

from . import browser
from .browser import DESK, PHONE, OpenWindow, Window
from .builders import a_department, a_person, an_administrator, an_invitation
from .panel import a_workbook
from .test_panel_import import PEOPLE

pytestmark = pytest.mark.browser
browser_type_launch_args, open_window = browser.browser_type_launch_args, browser.open_window
today, plan = browser.today, browser.plan

NEW = "mmrt-9921-kwqz"
ASKED = re.compile(r"/invitation/$")


def an_invited_person() -> Invitation:
    court = a_department("区法院")
    return an_invitation(a_person(Role.REPORTER, department=court, password=None, username="li", last_name="李"))


def fits(window: Window) -> None:
    for width in (DESK, PHONE):
        window.at_width(width)
        assert not window.is_too_wide
    assert window.barriers() == []


def test_a_link_is_opened_a_password_set_and_used(open_window: OpenWindow, plan: Plan) -> None:
    code = code_of(an_invited_person())
    window = open_window(width=PHONE)
    asked: list[str] = []
    window.context.on("request", lambda request: asked.append(request.url))

    page = window.goto(f"/invitation/#{code}")
    expect(page.get_by_role("heading", name="设定密码")).to_be_visible()
    expect(page).to_have_url(ASKED)
    fits(window)
    page.get_by_label("新密码", exact=False).first.fill(NEW)
    page.get_by_label("新密码确认").fill(NEW)
    page.get_by_role("button", name="设定密码").click()
    expect(page.get_by_text("密码已设定，请用用户名和新密码登录。")).to_be_visible()
    page.get_by_label("用户名").fill("li")
    page.get_by_label("密码").fill(NEW)
    page.get_by_role("button", name="登录").click()

    expect(page.get_by_text("李 · 区法院")).to_be_visible()
    assert [url for url in asked if code.rpartition("-")[2] in url] == []


def test_without_a_script_the_code_is_pasted(open_window: OpenWindow, plan: Plan) -> None:
    code = code_of(an_invited_person())
    window = open_window(javascript=False)

    page = window.goto(f"/invitation/#{code}")
    page.get_by_label("邀请码").fill(code)
    page.get_by_role("button", name="继续").click()

    expect(page.get_by_role("heading", name="设定密码")).to_be_visible()


def test_a_used_link_says_what_to_do(open_window: OpenWindow, plan: Plan) -> None:
    invitation = an_invited_person()
    code = code_of(invitation)
    User.objects.update(is_active=False)
    window = open_window()

    with window.expecting(422):
        page = window.goto(f"/invitation/#{code}")
        expect(page.get_by_text("请向系统管理员索取新的链接。")).to_be_visible()

    expect(page).to_have_url(ASKED)
    fits(window)


def test_another_anchor_of_the_page_is_no_code(open_window: OpenWindow, plan: Plan) -> None:
    window = open_window()

    page = window.goto("/invitation/#main")

    expect(page.get_by_label("邀请码")).to_have_value("")
    fits(window)


def test_an_administrator_brings_people_in_and_hands_their_links_out(
    open_window: OpenWindow,
    plan: Plan,
) -> None:
    court, window = a_department("区法院"), open_window(an_administrator())
    rows = [[f"person{n}", "李", str(n), court.name, "", "", "填报员", "是"] for n in range(3)]
    data = {"name": "名单.xlsx", "mimeType": "application/octet-stream", "buffer": a_workbook(PEOPLE, *rows)}

    page = window.goto("/admin/departments/user/import/")
    fits(window)
    page.get_by_label("文件").set_input_files(data)  # type: ignore[arg-type]
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_text("其中3人没有密码")).to_be_visible()
    fits(window)
    page.get_by_role("button", name="确认导入").click()
    expect(page.get_by_role("heading", name="邀请链接", exact=True)).to_be_visible()
    fits(window)
    page.get_by_role("button", name="重新生成 李0").click()
    expect(page.get_by_text("已为李0生成新的邀请链接，原来的链接作废。")).to_be_visible()
    first = page.locator("code").first.inner_text()
    window.goto(f"/admin/departments/user/{User.objects.get(username='person0').pk}/change/")
    fits(window)
    window.goto("/admin/departments/user/")
    fits(window)

    assert first.endswith(f"/invitation/#{code_of(Invitation.objects.get(person__username='person0'))}")


@pytest.mark.parametrize("has_clipboard", [True, False])
def test_a_link_is_copied_from_the_keyboard_and_it_is_said(
    open_window: OpenWindow, plan: Plan, has_clipboard: bool
) -> None:
    code, window = code_of(an_invited_person()), open_window(an_administrator())
    if has_clipboard:
        window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    else:  # as browsers have it without TLS
        window.context.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page = window.goto("/invitations/")

    page.get_by_role("button", name="复制链接 李").press("Enter")

    expect(page.get_by_role("cell").get_by_role("status")).to_have_text("已复制")
    fits(window)
    page = window.goto("/invitation/")
    page.get_by_label("邀请码").press("Control+V")
    expect(page.get_by_label("邀请码")).to_have_value(f"{window.address}/invitation/#{code}")


def test_a_browser_that_copies_nothing_has_the_link_selected(open_window: OpenWindow, plan: Plan) -> None:
    code, window = code_of(an_invited_person()), open_window(an_administrator())
    window.context.add_init_script(
        "Object.defineProperty(navigator, 'clipboard', {value: undefined}); document.execCommand = () => false;"
    )
    page = window.goto("/invitations/")

    page.get_by_role("button", name="复制链接 李").click()

    expect(page.get_by_text("浏览器不允许复制，链接已选中，请按 Ctrl+C")).to_be_visible()
    assert page.evaluate("getSelection().toString()") == f"{window.address}/invitation/#{code}"


def test_without_a_script_no_button_copies(open_window: OpenWindow, plan: Plan) -> None:
    an_invited_person()
    window = open_window(an_administrator(), javascript=False)

    page = window.goto("/invitations/")

    expect(page.get_by_role("button", name="重新生成 李")).to_be_visible()
    expect(page.get_by_role("button", name="复制链接 李")).to_be_hidden()
