"""The plan and its rules of time are changed in a browser, on a desk and on a phone."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.models import Plan

from . import browser
from .browser import OpenWindow
from .builders import a_leader, a_supervisor
from .test_period_browser import faults

pytestmark = pytest.mark.browser
browser_type_launch_args, open_window = browser.browser_type_launch_args, browser.open_window
today, plan = browser.today, browser.plan


def test_the_office_changes_a_measure_and_the_leader_reads_both(
    plan: Plan, open_window: OpenWindow, today: date
) -> None:
    measure = plan.measures.get(number=3)
    office = open_window(a_supervisor(last_name="督办员"))
    page = office.goto(measure.get_absolute_url())
    page.get_by_role("link", name="登记计划调整").click()
    found = {"wording": faults(office)}
    page.get_by_label("调整后的任务").fill("建立市区两级重大案件联席会商制度。")
    page.get_by_label("调整原因").fill("市级制度已经印发。")
    with office.expecting(422):
        page.get_by_role("button", name="登记调整任务内容").click()
        page.get_by_text("请填写依据文件。").wait_for()
    found["refused"] = faults(office)
    page.get_by_label("依据文件").fill("领导小组会议纪要〔2022〕1号")
    page.get_by_role("button", name="登记调整任务内容").click()
    page.get_by_text("第3项已登记调整任务内容").wait_for()

    page.get_by_role("link", name="登记计划调整").click()
    page.get_by_role("link", name="调整责任分工").click()
    found["units"] = faults(office)
    page.get_by_label("角色 2", exact=True).select_option(label="移出")
    page.get_by_label("责任单位 6", exact=True).select_option(label="区科技局")
    page.get_by_label("角色 6", exact=True).select_option(label="配合")
    page.get_by_label("依据文件").fill("领导小组会议纪要〔2022〕1号")
    page.get_by_label("调整原因").fill("职责划转。")
    page.get_by_role("button", name="登记调整责任分工").click()
    page.get_by_text("第3项已登记调整责任分工").wait_for()
    found["measure"] = faults(office)

    leader = open_window(a_leader())
    leader.goto(measure.get_absolute_url()).get_by_role("heading", name="建立市区两级").wait_for()
    found["read"] = faults(leader)
    leader.goto(f"{plan.get_absolute_url()}amendments/")
    found["list"] = faults(leader)

    assert found == {name: [] for name in found}


def test_the_office_lays_down_a_rule(plan: Plan, open_window: OpenWindow, today: date) -> None:
    office = open_window(a_supervisor(last_name="督办员"))
    page = office.goto(f"{plan.get_absolute_url()}rules/")
    found = {"rules": faults(office)}
    page.get_by_label("临期天数").fill("7")
    page.get_by_label("调整原因").fill("年底前加密提醒。")
    page.get_by_role("button", name="施行新的规则").click()
    page.get_by_text("新的时效规则自2022-01-12起施行。").wait_for()
    found["laid down"] = faults(office)

    assert found == {name: [] for name in found}
