"""The panel's lists on a phone: they scroll in their own box, and the row that one reads stays named."""

from __future__ import annotations

import pytest

from tasks.models import Plan

from . import browser
from .browser import PHONE, OpenWindow
from .builders import an_administrator

pytestmark = pytest.mark.browser
browser_type_launch_args, open_window = browser.browser_type_launch_args, browser.open_window
today, plan = browser.today, browser.plan


@pytest.mark.parametrize("room", ["departments/department", "departments/user", "tasks/assignment", "tasks/measure"])
def test_a_wide_list_scrolls_in_its_box(room: str, open_window: OpenWindow, plan: Plan) -> None:
    window = open_window(an_administrator(), width=PHONE)
    page = window.goto(f"/admin/{room}/")
    box, first = page.locator(".results"), page.locator("#result_list tbody th").first
    before = first.bounding_box()

    box.evaluate("box => { box.scrollLeft = 120; }")

    assert box.evaluate("box => box.scrollLeft") == 120
    assert first.bounding_box() == before
    assert not window.is_too_wide
    narrow = "cells => cells.filter(cell => !cell.querySelector('img') && cell.offsetWidth < 75).length"
    assert page.locator("#result_list tbody td").evaluate_all(narrow) == 0
    assert window.barriers() == []
