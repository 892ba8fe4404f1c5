"""Periods, receipts and members in a browser, on a desk and on a phone."""

from __future__ import annotations

import re
from datetime import date

import pytest

from departments.models import Department
from tasks.actions import member
from tasks.actions import period as actions
from tasks.actions.receipt import sign
from tasks.models import Plan

from . import browser
from .browser import DESK, PHONE, SMALL_PHONE, OpenWindow, Window, part_of
from .builders import a_report, a_reporter, a_supervisor, at

pytestmark = pytest.mark.browser
browser_type_launch_args, open_window = browser.browser_type_launch_args, browser.open_window
today, plan = browser.today, browser.plan


def faults(window: Window) -> list[str]:
    """What is wrong with the page that is open, at every width."""
    found = []
    for width in (SMALL_PHONE, PHONE, DESK):
        window.at_width(width)
        found += [f"{width}: scrolls sideways"] if window.is_too_wide else []
        found += [f"{width}: {barrier}" for barrier in window.barriers()] if width != SMALL_PHONE else []
    return found


def test_the_office_locks_reopens_and_adds_periods(plan: Plan, open_window: OpenWindow, today: date) -> None:
    part = part_of(plan, 4, "公安东丽分局")
    a_report(part, date(2022, 1, 11), period=plan.periods.get(starts_on=date(2021, 10, 1)))
    window = open_window(a_supervisor(last_name="督办员"))
    page = window.goto(f"{plan.get_absolute_url()}periods/")
    found = {"list": faults(window)}

    page.get_by_label("选择2021年第四季度").check()
    page.get_by_role("button", name="锁定", exact=True).click()
    page.get_by_text("已锁定：2021年第四季度。").wait_for()
    page.get_by_role("link", name=re.compile("重新开启.*2021年第四季度")).click()
    with window.expecting(422):
        page.get_by_role("button", name="重新开启").click()
        page.get_by_text("重新开启须说明原因。").wait_for()
    found["reopen"] = faults(window)
    page.get_by_label("重新开启原因").fill("两家单位网络中断，准予补报。")
    page.get_by_role("button", name="重新开启").click()
    page.get_by_text("2022-01-12 10:30 · 督办员：两家单位网络中断，准予补报。").wait_for()
    found["reopened"] = faults(window)

    page.get_by_role("link", name="新增填报周期").click()
    for label, day in (("开始日期", "2024-01-01"), ("结束日期", "2023-12-01"), ("开启日期", "2024-01-01")):
        page.get_by_label(label).fill(day)
    page.get_by_label("填报截止").fill("2024-02-09")
    with window.expecting(422):
        page.get_by_role("button", name="保存").click()
        page.get_by_text("填报周期的结束日期不能早于开始日期。").wait_for()
    found["form"] = faults(window)
    page.get_by_label("结束日期").fill("2024-01-31")
    page.get_by_role("button", name="保存").click()
    page.get_by_text("已新增填报周期：2024年1月。").wait_for()
    page.get_by_role("link", name="2021年第四季度").first.click()
    found["detail"] = faults(window)

    assert found == {name: [] for name in found}


def test_parts_nobody_has_signed_for(plan: Plan, open_window: OpenWindow, today: date) -> None:
    part = part_of(plan, 4, "公安东丽分局")
    sign(by=a_reporter(part.department), assignments=[part], now=at(date(2022, 1, 11)))
    window = open_window(a_supervisor())
    page = window.goto(plan.get_absolute_url())

    page.get_by_role("link", name="99 未签收分工").click()
    found = faults(window)
    page.get_by_label("责任单位").select_option(label="区委宣传部")
    page.get_by_text("责任单位：区委宣传部").wait_for()
    found += faults(window)

    assert found == []


def test_members_come_and_go(plan: Plan, open_window: OpenWindow, today: date) -> None:
    streets = Department.objects.get(name="各街道办")
    for name in ("万新街道", "张贵庄街道"):
        unit = Department.objects.create(name=name, kind=Department.Kind.TOWNSHIP)
        member.join(by=a_supervisor(), collective=streets, member=unit, now=at(date(2022, 1, 10)))
    Department.objects.create(name="丰年村街道", kind=Department.Kind.TOWNSHIP)
    window = open_window(a_supervisor())
    page = window.goto(f"/units/{streets.pk}/members/")

    with window.expecting(422):
        page.get_by_role("button", name="加入").click()
        page.get_by_text("请选择单位。").last.wait_for()
    found = faults(window)
    page.get_by_label("单位", exact=False).select_option(label="丰年村街道")
    page.get_by_role("button", name="加入").click()
    page.get_by_text("丰年村街道已加入各街道办").wait_for()
    page.get_by_role("button", name=re.compile("退出.*万新街道")).click()
    page.get_by_text("万新街道已退出，").wait_for()
    found += faults(window)
    page = window.goto(f"/admin/departments/department/{streets.pk}/change/")
    found += faults(window)

    assert found == []


def test_a_period_that_was_reopened_shows_on_the_page_of_everybody(plan: Plan, open_window: OpenWindow) -> None:
    period, by = plan.periods.get(starts_on=date(2021, 10, 1)), a_supervisor()
    actions.lock(by=by, periods=[period], now=at(date(2022, 1, 11)))
    actions.reopen(by=by, period=period, reason="补报", now=at(date(2022, 1, 12)))
    window = open_window(a_reporter(part_of(plan, 4, "公安东丽分局").department), javascript=False)

    page = window.goto(f"{plan.get_absolute_url()}periods/")

    assert page.get_by_text("补报").count() > 0
    assert page.get_by_role("checkbox").count() == 0
