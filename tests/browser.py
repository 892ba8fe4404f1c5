"""A person at a real browser: how the browser tests open a window, and what no window lets pass."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.core.handlers.base import BaseHandler
from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, expect

from departments.models import User
from tasks.models import Assignment, Plan

from .builders import SHANGHAI

# Playwright's own loop runs in the thread of the tests, and Django takes that for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
)
DESK, PHONE, SMALL_PHONE = 1440, 390, 360
PATIENCE = 30_000  # milliseconds: a page may be slow where much else runs
expect.set_options(timeout=PATIENCE)
TODAY = date(2022, 1, 12)

# Without preload: axe would fetch the panel's style sheets anew and put them into the page against its policy.
AXE = {"resultTypes": ["violations"], "preload": False}
OPTIONS = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


class Window:
    """One person's browser window. What its console and its network complain of is kept in ``complaints``."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address = context, address
        self.complaints: list[str] = []
        self.expected: set[int] = set()
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        context.on("request", self._asked)
        context.on("response", self._answered)
        context.on("requestfailed", self._failed)
        self.page: Page = context.new_page()

    def _heard(self, message: ConsoleMessage) -> None:
        # What could not be loaded is known from the answer itself; the second is how htmx says it.
        known = ("Failed to load resource", "Response Status Error Code")
        if message.type in {"error", "warning"} and not message.text.startswith(known):
            self.complaints.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.complaints.append(f"another host: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.complaints.append(f"{response.status}: {response.url}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # a download, or the reader went on
            self.complaints.append(f"{request.failure}: {request.url}")

    @contextmanager
    def expecting(self, status: int) -> Iterator[None]:
        """An answer that would be a complaint otherwise; wait for it inside."""
        self.expected.add(status)
        yield
        self.expected.discard(status)

    def goto(self, path: str, *, status: int = 200) -> Page:
        with self.expecting(status):
            answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == status, f"{path}: {answer.status}"
        return self.page

    def at_width(self, width: int) -> Page:
        self.page.set_viewport_size({"width": width, "height": 900 if width > 1000 else 800})
        return self.page

    @property
    def is_too_wide(self) -> bool:
        """Whether the page as a whole must be scrolled sideways."""
        self.page.wait_for_load_state()  # a click does not wait for the page that it leads to
        return self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")

    def barriers(self) -> list[str]:
        """What axe finds wrong with the page as it is now: each rule once, with the first of the elements."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        return [
            f"{fault['id']} ×{len(fault['nodes'])}: {fault['nodes'][0]['target']} {fault['nodes'][0]['html'][:120]}"
            for fault in self.page.evaluate("async options => (await axe.run(options)).violations", AXE)
        ]


def session_of(user: User, address: str) -> dict[str, str]:
    """The cookie of somebody who has signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}


OpenWindow = Callable[..., Window]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    if CHROMIUM is None and os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail("REQUIRE_BROWSER is set and there is no chromium on PATH.")
    if CHROMIUM is None:
        pytest.skip("There is no chromium on PATH: install it to run the browser tests.")
    return {"executable_path": CHROMIUM, "args": list(FLAGS)}


@pytest.fixture
def today(monkeypatch) -> date:
    """The day on which a browser test takes place, for the server as well."""
    now = datetime.combine(TODAY, time(10, 30), SHANGHAI)
    for clock in ("django.utils.timezone.now", "axes.attempts.now", "axes.handlers.proxy.now"):
        monkeypatch.setattr(clock, lambda: now)
    return TODAY


def _one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The in-memory database of the tests refuses a second request meanwhile, which a running instance makes wait."""
    turn, answer = threading.Lock(), BaseHandler.get_response

    def answered(handler: BaseHandler, request: HttpRequest) -> HttpResponseBase:
        with turn:
            return answer(handler, request)

    if connection.vendor == "sqlite":
        monkeypatch.setattr(BaseHandler, "get_response", answered)


@pytest.fixture
def open_window(live_server, today, browser: Browser, monkeypatch) -> Iterator[OpenWindow]:
    """Opens a window for somebody who has signed in, or for nobody; none of them may end with a complaint."""
    windows: list[Window] = []
    _one_by_one(monkeypatch)

    def opened(user: User | None = None, *, width: int = DESK, javascript: bool = True) -> Window:
        size = {"width": width, "height": 900}
        context = browser.new_context(
            base_url=live_server.url, viewport=size, java_script_enabled=javascript, **OPTIONS
        )
        context.set_default_timeout(PATIENCE)
        if user is not None:
            context.add_cookies([session_of(user, live_server.url)])
        windows.append(Window(context, live_server.url))
        return windows[-1]

    yield opened
    for window in windows:
        window.context.close()
    heard = [complaint for window in windows for complaint in window.complaints]
    assert heard == [], "\n".join(heard)


@pytest.fixture
def plan(live_server, shipped_plan: Plan) -> Plan:
    return shipped_plan


def part_of(plan: Plan, number: int, unit: str) -> Assignment:
    """A unit's part in a measure of the shipped plan."""
    parts = Assignment.objects.select_related("department", "measure__plan")
    return parts.get(measure__plan=plan, measure__number=number, department__name=unit)
