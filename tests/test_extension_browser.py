"""More time is asked for and given in a browser, on a desk and on a phone."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tasks.models import Plan

from . import browser
from .browser import OpenWindow, part_of
from .builders import a_leader, a_reporter, a_supervisor
from .test_period_browser import faults

pytestmark = pytest.mark.browser
browser_type_launch_args, open_window = browser.browser_type_launch_args, browser.open_window
today, plan = browser.today, browser.plan


def test_a_unit_asks_for_time_and_the_office_gives_it(plan: Plan, open_window: OpenWindow, today: date) -> None:
    part = part_of(plan, 3, "公安东丽分局")
    window = open_window(a_reporter(part.department, last_name="填报员"))
    page = window.goto(part.measure.get_absolute_url())
    page.get_by_role("link", name="申请延期").click()
    found = {"form": faults(window)}
    page.get_by_label("申请延期至").fill("2021-12-31")
    page.get_by_label("延期理由").fill("会签单位较多，1家单位意见未返回。")
    page.get_by_label("目前进展").fill("联席会商制度已通过合法性审查。")
    with window.expecting(422):
        page.get_by_role("button", name="提交延期申请").click()
        page.get_by_text("与现行完成时限相同，没有延期。").wait_for()
    found["refused"] = faults(window)
    page.get_by_label("申请延期至").fill("2022-02-28")
    page.get_by_role("button", name="提交延期申请").click()
    page.get_by_text("延期申请已提交，审核同意之前完成时限不变。").wait_for()
    found["measure"] = faults(window)

    office = open_window(a_supervisor(last_name="督办员"))
    desk = office.goto("/reviews/")
    found["queue"] = faults(office)
    desk.get_by_role("link", name=re.compile("审核.*公安东丽分局")).click()
    found["request"] = faults(office)
    desk.get_by_label("批准文号").fill("津丽知略〔2022〕1号")
    desk.get_by_role("button", name="同意延期").click()
    desk.get_by_text("已审核：同意延期。").wait_for()

    leader = open_window(a_leader())
    leader.goto(part.measure.get_absolute_url())
    leader.page.get_by_text("原定2021年12月31日办结，延期至2022年2月28日，还有47天。").first.wait_for()
    found["moved"] = faults(leader)
    leader.goto(f"{plan.get_absolute_url()}extensions/")
    found["list"] = faults(leader)
    leader.goto(plan.get_absolute_url())
    found["dashboard"] = faults(leader)

    assert found == {name: [] for name in found}
