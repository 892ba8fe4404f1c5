"""The browser tests' own guards: each is seen to fail before it is trusted."""

from __future__ import annotations

import pytest

from . import browser
from .browser import OpenWindow, Window
from .builders import a_leader

pytestmark = pytest.mark.browser
browser_type_launch_args, open_window = browser.browser_type_launch_args, browser.open_window
today = browser.today


@pytest.fixture
def window(open_window: OpenWindow) -> Window:
    window = open_window(a_leader())
    window.goto("/plans/")
    return window


def heard(window: Window) -> str:
    """What the window has complained of, and forgets now."""
    window.page.wait_for_timeout(100)
    words = "\n".join(window.complaints)
    window.complaints.clear()
    return words


def test_a_style_against_the_security_policy_is_noticed(window: Window) -> None:
    window.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")

    assert "Content Security Policy" in heard(window)


def test_a_script_against_the_security_policy_is_noticed(window: Window) -> None:
    window.page.evaluate("document.body.appendChild(Object.assign(document.createElement('script'), {text: 'x()'}))")

    assert "Content Security Policy" in heard(window)


def test_an_asset_of_another_host_is_noticed(window: Window) -> None:
    window.page.evaluate("document.body.appendChild(Object.assign(new Image(), {src: 'http://127.0.0.2:9/x.png'}))")

    assert "another host" in heard(window)


def test_a_page_that_is_missing_is_noticed(window: Window) -> None:
    window.page.goto("/nowhere/")

    assert heard(window).startswith("404: ")


def test_an_error_in_a_script_is_noticed(window: Window) -> None:
    window.page.evaluate("setTimeout(() => { throw new Error('broken') })")

    assert "broken" in heard(window)


def test_a_page_wider_than_the_window_is_noticed(window: Window) -> None:
    assert not window.is_too_wide

    window.page.evaluate("document.querySelector('h1').className = 'text-nowrap'")
    window.page.evaluate("document.querySelector('h1').textContent = 'x'.repeat(500)")

    assert window.is_too_wide


def test_a_barrier_is_noticed(window: Window) -> None:
    assert window.barriers() == []

    window.page.evaluate("document.querySelector('h1').append(document.createElement('input'))")

    assert window.barriers()[0].startswith("label ×1: ")
