"""Steps and indicators in a real browser, on a desk and on a phone."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.actions import indicator as indicators
from tasks.actions import milestone as milestones
from tasks.models import IndicatorValue, Measure, MilestoneEntry, Plan

from . import browser
from .browser import DESK, PHONE, SMALL_PHONE, OpenWindow, Window, part_of
from .builders import a_reporter, a_supervisor, an_administrator, at

pytestmark = pytest.mark.browser
browser_type_launch_args, open_window = browser.browser_type_launch_args, browser.open_window
today, plan = browser.today, browser.plan

LEDGER = "/plans/dongli-ip-2020-2021/measures/"


def measure(plan: Plan, number: int) -> Measure:
    return plan.measures.get(number=number)


def faults(window: Window) -> list[str]:
    """What is wrong with the page that is open, with everything on it unfolded."""
    window.page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
    found = []
    for width in (SMALL_PHONE, PHONE, DESK):
        window.at_width(width)
        if window.is_too_wide:
            found.append(f"{width}: scrolls sideways")
        if width != SMALL_PHONE:
            found += [f"{width}: {barrier}" for barrier in window.barriers()]
    return found


def test_a_unit_records_a_step_on_a_phone_without_a_script(plan: Plan, open_window: OpenWindow) -> None:
    part = part_of(plan, 34, "区司法局")
    window = open_window(a_reporter(part.department), width=PHONE, javascript=False)
    page = window.goto(f"{LEDGER}34/")
    row = page.get_by_role("row").filter(has_text="“12.4”普法宣传日").filter(has_text="逾期39天")

    row.locator("summary").click()
    row.get_by_label("完成日期").fill("2021-12-04")
    row.get_by_label("完成情况").fill("集中宣传三场。")
    row.get_by_role("button", name="登记完成").click()
    page.get_by_text("节点已登记完成").wait_for()

    assert MilestoneEntry.objects.get().done_on == date(2021, 12, 4)
    assert page.locator(".light", has_text="已完成").count() == 1
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_a_unit_records_a_value_and_sees_where_it_stands(plan: Plan, open_window: OpenWindow) -> None:
    part = part_of(plan, 16, "区市场监管局")
    window = open_window(a_reporter(part.department))
    page = window.goto(f"{LEDGER}16/")

    page.get_by_text("填报累计值").first.click()
    page.get_by_label("统计日期").fill("2021-12-31")
    page.get_by_role("spinbutton").fill("468")
    page.get_by_role("button", name="填报累计值").click()
    page.get_by_text("还差132家").first.wait_for()

    assert IndicatorValue.objects.get().value == 468
    assert page.locator("svg.chart-field circle").count() == 1
    box = page.locator("svg.chart-field").bounding_box()
    assert box is not None
    assert box["width"] > 400


def test_measures_with_steps_and_indicators_have_no_barriers(plan: Plan, open_window: OpenWindow) -> None:
    office = part_of(plan, 16, "区市场监管局")
    (indicator,) = measure(plan, 16).indicators.all()
    reporter = a_reporter(office.department)
    for reached_on, value in ((date(2021, 9, 30), 1350), (date(2021, 9, 30), 135), (date(2021, 12, 31), 468)):
        indicators.record(
            by=reporter, indicator=indicator, reached_on=reached_on, value=value, now=at(date(2022, 1, 7))
        )
    spring, winter = measure(plan, 34).milestones.all()
    milestones.mark_done(by=a_supervisor(), milestone=winter, done_on=date(2021, 12, 4), now=at(date(2021, 12, 8)))
    window = open_window(an_administrator())
    found = []

    for path in (
        f"{LEDGER}16/",
        f"{LEDGER}34/",
        f"{LEDGER}16/?as_of=2021-10-31",
        f"{LEDGER}34/milestones/{spring.pk}/",
        f"{LEDGER}16/indicators/{indicator.pk}/",
        f"/admin/tasks/measure/{winter.measure_id}/change/",
    ):
        window.goto(path)
        found += [f"{path} {fault}" for fault in faults(window)]

    assert found == [], "\n".join(found)
