"""A workbook is taken away, brought back, looked at and confirmed in a browser, on a desk and on a phone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from departments.models import Department
from tasks.models import Plan, Report

from . import browser
from .browser import OpenWindow, part_of
from .builders import a_report, a_reporter, an_administrator
from .test_period_browser import faults
from .workbooks import filled_in, sheet_of, typing

pytestmark = pytest.mark.browser
browser_type_launch_args, open_window = browser.browser_type_launch_args, browser.open_window
today, plan = browser.today, browser.plan


def test_a_unit_fills_in_its_workbook(plan: Plan, open_window: OpenWindow, today: date, tmp_path: Path) -> None:
    unit = Department.objects.get(name="区商务局")
    window = open_window(a_reporter(unit))
    page = window.goto("/mine/")
    page.get_by_role("main").get_by_role("link", name="Excel 填报").click()
    found = {"list": faults(window)}
    with page.expect_download() as download:
        page.get_by_role("link", name="区商务局的填报表").click()
    taken = Path(download.value.path()).read_bytes()
    number = int(_first_number(taken))
    a_report(part_of(plan, number, "区商务局"), today, progress="页面上填的。")
    content = filled_in(
        taken,
        typing("进展情况", "表格里填的。"),
        typing("进展情况", "第二行完成。\n分两步走。", line=6),
        typing("完成进度", "三成", line=7),
    )
    reply = tmp_path / "回复.xlsx"
    reply.write_bytes(content)
    page.get_by_label("选择一个或几个文件").set_input_files(reply)
    page.get_by_role("button", name="上传并预览").click()
    page.get_by_role("heading", name="上传预览").wait_for()
    found["preview"] = faults(window)
    with window.expecting(422):
        page.get_by_role("button", name="确认填报").click()
        page.get_by_role("alert").wait_for()
    found["refused"] = faults(window)
    page.get_by_role("link", name="有误的内容尚未处理").click()
    assert page.get_by_text("有不能接受的文件、行或单元格。").is_visible()
    page.get_by_label("不采用有误的内容，只确认其余各行").check()
    page.get_by_label("采用上传").check()
    page.get_by_role("button", name="确认填报").click()
    page.get_by_text("已填报2项。").wait_for()
    found["confirmed"] = faults(window)
    page.get_by_role("button", name="撤回这次填报").click()
    page.get_by_text("已撤回2项填报，内容已转为草稿；另有草稿的，保留原来的草稿。").wait_for()
    found["undone"] = faults(window)

    assert found == {name: [] for name in found}
    assert Report.objects.filter(void_on=today).count() == 2


def test_the_office_sees_all_units(plan: Plan, open_window: OpenWindow) -> None:
    window = open_window(an_administrator())
    page = window.goto(f"{plan.get_absolute_url()}workbooks/")
    page.get_by_text("逐个单位下载").click()

    found = faults(window)

    assert found == []
    assert page.get_by_role("link", name="区商务局", exact=True).is_visible()


def _first_number(content: bytes) -> object:
    numbers: list[object] = []
    filled_in(content, lambda book: numbers.append(sheet_of(book)["A5"].value))
    return numbers[0]
