"""Every page, on a desk and on a phone: nothing for axe to find, nothing to scroll sideways, a silent console."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import OperationalError
from django.http import Http404
from django.test import Client

from departments.models import Department, Role
from tasks.models import Measure, Plan

from . import browser
from .browser import DESK, PHONE, SMALL_PHONE, OpenWindow, Window, part_of
from .builders import (
    PASSWORD,
    a_closing,
    a_leader,
    a_person,
    a_report,
    a_reporter,
    a_return,
    a_supervisor,
    an_administrator,
)

pytestmark = pytest.mark.browser
browser_type_launch_args, open_window = browser.browser_type_launch_args, browser.open_window
today, plan = browser.today, browser.plan

LEDGER = "/plans/dongli-ip-2020-2021/measures/"
PARTS = "/plans/dongli-ip-2020-2021/assignments/"


def faults(window: Window, *, barriers: bool = True) -> list[str]:
    """What is wrong with the page that is open, at every width."""
    found = []
    for width in (SMALL_PHONE, PHONE, DESK):
        window.at_width(width)
        if window.is_too_wide:
            found.append(f"{width}: scrolls sideways")
        if barriers and width != SMALL_PHONE:
            found += [f"{width}: {barrier}" for barrier in window.barriers()]
    return found


def faults_of(window: Window, *paths: str, barriers: bool = True) -> list[str]:
    found = []
    for path in paths:
        window.goto(path)
        found += [f"{path} {fault}" for fault in faults(window, barriers=barriers)]
    return found


def test_pages_of_a_reporter(plan: Plan, open_window: OpenWindow) -> None:
    returned, closed = part_of(plan, 34, "公安东丽分局"), part_of(plan, 3, "公安东丽分局")
    reporter = a_reporter(returned.department)
    a_report(returned, date(2021, 12, 4), problems="受众人数难以统计。", next_steps="年底前汇总。", percent=60)
    a_return(returned, date(2021, 12, 28), date(2021, 12, 30))
    a_closing(closed, date(2022, 1, 5), date(2022, 1, 7))
    window = open_window(reporter)

    found = faults_of(
        window,
        "/mine/",
        "/mine/?as_of=2021-12-15",
        f"/mine/{returned.pk}/",
        f"/mine/{closed.pk}/",
        f"{LEDGER}34/",
        "/plans/",
        "/accounts/password/",
    )

    assert found == [], "\n".join(found)


def test_the_form_of_a_report_that_is_wrong(plan: Plan, open_window: OpenWindow) -> None:
    part = part_of(plan, 4, "公安东丽分局")
    window = open_window(a_reporter(part.department))
    page = window.goto(f"/mine/{part.pk}/")

    with window.expecting(422):
        page.get_by_label("完成进度").fill("101")
        page.get_by_role("button", name="提交").click()
        page.get_by_text("请填写进展情况。").wait_for()

    found = faults(window)

    assert found == [], "\n".join(found)


def test_pages_of_a_supervisor(plan: Plan, open_window: OpenWindow) -> None:
    waiting = a_report(part_of(plan, 34, "区检察院"), date(2022, 1, 11), asks_to_close=True)
    a_report(part_of(plan, 16, "区市场监管局"), date(2022, 1, 7), needs_coordination=True)
    a_closing(part_of(plan, 2, "区金融局"), date(2021, 12, 20))
    a_closing(part_of(plan, 14, "区市场监管局"), date(2022, 1, 6))
    window = open_window(a_supervisor(part_of(plan, 16, "区市场监管局").department, is_staff=True))

    found = faults_of(
        window,
        LEDGER,
        f"{LEDGER}?q=没有这样的词",
        f"{LEDGER}?section=99&timeliness=X",
        f"{LEDGER}?section=2&as_of=2021-12-15",
        f"{LEDGER}16/",
        f"{LEDGER}38/",
        PARTS,
        f"{PARTS}?role=principal&reported=no&q=没有",
        "/reviews/",
        f"/reviews/{waiting.pk}/",
    )

    assert found == [], "\n".join(found)


def test_pages_of_a_leader(plan: Plan, open_window: OpenWindow) -> None:
    waiting = a_report(part_of(plan, 38, "区市场监管局"), date(2022, 1, 10), asks_to_close=True)
    a_closing(part_of(plan, 35, "区科技局"), date(2021, 12, 13))
    window = open_window(a_leader())

    found = faults_of(
        window,
        "/",
        "/?as_of=2021-12-15",
        f"/reviews/{waiting.pk}/",
    )

    assert found == [], "\n".join(found)


def test_the_lists_of_the_panel(plan: Plan, open_window: OpenWindow) -> None:
    window = open_window(an_administrator())

    found = faults_of(
        window,
        "/admin/",
        "/admin/tasks/measure/",
        "/admin/tasks/assignment/",
        "/admin/departments/department/",
        "/admin/departments/user/",
    )
    window.page.emulate_media(color_scheme="dark")
    found += faults_of(window, "/admin/")

    assert found == [], "\n".join(found)


def test_the_forms_of_the_panel(plan: Plan, open_window: OpenWindow) -> None:
    part = part_of(plan, 3, "公安东丽分局")
    report = a_report(part, date(2022, 1, 7))
    window = open_window(an_administrator())

    found = faults_of(
        window,
        f"/admin/tasks/measure/{part.measure_id}/change/",
        f"/admin/tasks/report/{report.pk}/change/",
        f"/admin/tasks/report/add/?assignment={part.pk}",
        "/admin/departments/department/add/",
        "/admin/departments/department/import/",
    )

    assert found == [], "\n".join(found)


def test_pages_before_there_is_a_plan(open_window: OpenWindow) -> None:
    window = open_window(a_leader())

    found = faults_of(window, "/", "/plans/", "/reviews/")

    assert found == [], "\n".join(found)


def test_pages_of_signing_in(open_window: OpenWindow) -> None:
    somebody = a_leader()
    window = open_window()
    page = window.goto("/accounts/login/")
    found = faults(window)

    page.get_by_label("用户名").fill(somebody.username)
    page.get_by_label("密码").fill("wrong")
    page.get_by_role("button", name="登录").click()
    page.get_by_role("alert").wait_for()
    found += faults(window)

    page.get_by_label("用户名").fill(somebody.username)
    page.get_by_label("密码").fill(PASSWORD)
    window.context.clear_cookies()
    with window.expecting(403):
        page.get_by_role("button", name="登录").click()
        page.get_by_role("heading", name="表单已失效").wait_for()
    found += faults(window)

    for _ in range(5):
        Client().post("/accounts/login/", {"username": somebody.username, "password": "wrong"})
    window.goto("/accounts/login/")
    page.get_by_label("用户名").fill(somebody.username)
    page.get_by_label("密码").fill(PASSWORD)
    with window.expecting(429):
        page.get_by_role("button", name="登录").click()
        page.get_by_role("heading", name="暂时不能登录").wait_for()
    found += faults(window)

    assert found == [], "\n".join(found)


def test_pages_that_say_what_went_wrong(plan: Plan, open_window: OpenWindow, monkeypatch) -> None:
    window = open_window(a_leader())
    found = []
    for error, status in (
        (BadRequest, 400),
        (PermissionDenied, 403),
        (Http404, 404),
        (RuntimeError, 500),
        (OperationalError, 503),
    ):

        def broken(*_args: object, error: type[Exception] = error) -> None:
            raise error

        monkeypatch.setattr("tasks.views.plan.dashboard", broken)
        window.goto(plan.get_absolute_url(), status=status)
        found += [f"{status} {fault}" for fault in faults(window)]
    window.goto("/?as_of=2021-02-30", status=400)
    found += faults(window)

    assert found == [], "\n".join(found)


def test_pages_with_the_longest_of_words(plan: Plan, open_window: OpenWindow) -> None:
    part = part_of(plan, 3, "公安东丽分局")
    Department.objects.filter(pk=part.department_id).update(name="W" * 60)
    Department.objects.filter(name="区文化旅游体育局").update(name="天津市东丽区文化和旅游局" * 5)
    Measure.objects.filter(pk=part.measure_id).update(wording="x" * 700, responsibility_text="建立联席会商制度" * 40)
    reporter = a_reporter(part.department, last_name="M" * 80)
    a_return(part, date(2022, 1, 5), reason="r" * 900)
    a_report(part, date(2022, 1, 7), progress="https://example.gov.cn/" + "a" * 900, problems="b" * 900)
    window = open_window(reporter)

    paths = ("/", f"{LEDGER}?per=100&sort=late", PARTS, f"{LEDGER}3/", "/mine/", f"/mine/{part.pk}/")
    found = faults_of(window, *paths, barriers=False)

    assert found == [], "\n".join(found)


@pytest.mark.parametrize("width", [SMALL_PHONE, PHONE])
def test_on_a_phone_every_door_of_the_frame_can_be_seen(plan: Plan, open_window: OpenWindow, width: int) -> None:
    """In one line for whoever has the doors of one role; a person of every role has them on two."""
    unit = part_of(plan, 3, "公安东丽分局").department
    people = {
        "reporter": a_reporter(unit),
        "administrator": an_administrator(),
        "everybody": a_person(*Role, department=unit, is_staff=True),
    }

    hidden, lines = {}, {}
    for name, person in people.items():
        page = open_window(person, width=width).goto("/plans/")
        boxes = [
            link.bounding_box() for link in page.get_by_role("navigation", name="主导航").get_by_role("link").all()
        ]
        hidden[name] = [box for box in boxes if box is None or box["x"] < 0 or box["x"] + box["width"] > width]
        lines[name] = len({box["y"] for box in boxes if box is not None})

    assert hidden == {name: [] for name in people}
    assert lines == {"reporter": 1, "administrator": 1, "everybody": 2}
