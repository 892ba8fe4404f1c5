"""The banner of a demonstration in a real browser: on screens of both widths, and on paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tasks.demonstration.calendar import LAST_DAY
from tasks.models import Demonstration, Plan
from tasks.models.demonstration import forget

from . import browser
from .browser import DESK, PHONE, OpenWindow
from .builders import a_leader, an_administrator

pytestmark = pytest.mark.browser
browser_type_launch_args, open_window = browser.browser_type_launch_args, browser.open_window
today, plan = browser.today, browser.plan


@pytest.fixture(autouse=True)
def _marked(plan: Plan) -> None:
    Demonstration.objects.create(last_day=LAST_DAY)
    forget()


@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("path", ["/", "/admin/tasks/plan/", "/accounts/password/"])
def test_the_banner_fits_and_is_heard(open_window: OpenWindow, path: str, width: int) -> None:
    window = open_window(an_administrator(), width=width)
    page = window.goto(path)

    banner = page.get_by_role("complementary", name="演示数据")
    expect(banner).to_contain_text("均非真实")
    assert not window.is_too_wide or "/admin/" in path  # the panel's own tables are Django's
    assert window.barriers() == []


def test_it_is_on_paper_without_its_link(open_window: OpenWindow) -> None:
    page = open_window(a_leader()).goto("/")
    page.emulate_media(media="print")

    banner = page.get_by_role("complementary", name="演示数据")
    expect(banner).to_be_visible()
    expect(banner.get_by_role("link")).to_be_hidden()


def test_its_link_leads_to_the_last_day(open_window: OpenWindow) -> None:
    page = open_window(a_leader()).goto("/plans/")

    page.get_by_role("link", name="查看2022-01-12").click()

    expect(page.get_by_role("heading", name="总览")).to_be_visible()
