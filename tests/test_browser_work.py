"""A day's work of each role, done with mouse and keyboard on the pages as they are."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from departments.models import Department
from tasks.choices import Timeliness
from tasks.models import Measure, Plan, Review

from . import browser
from .browser import OpenWindow, part_of
from .builders import PASSWORD, a_closing, a_leader, a_report, a_reporter, a_supervisor, an_administrator

pytestmark = pytest.mark.browser
browser_type_launch_args, open_window = browser.browser_type_launch_args, browser.open_window
today, plan = browser.today, browser.plan


def go_to(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="主导航").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def duty(page: Page, number: int) -> Locator:
    """The card of a measure on 我的填报."""
    return page.get_by_role("article").filter(has=page.locator(".duty-no", has_text=str(number)))


def report(page: Page, number: int, words: str, *, closing: bool = False) -> None:
    card = duty(page, number)
    card.get_by_label("进展情况").fill(words)
    if closing:
        card.get_by_role("checkbox", name="申请办结").check()
    card.get_by_role("button", name=f"提交 第{number}项").click()
    expect(page.get_by_role("status").filter(has_text="已提交1项。")).to_be_visible()


def test_reporter_and_supervisor_see_a_duty_through(plan: Plan, open_window: OpenWindow) -> None:
    part = part_of(plan, 31, "区文化旅游体育局")
    person = a_reporter(part.department)
    reporter = open_window()
    page = reporter.goto("/mine/")
    page.get_by_label("用户名").fill(person.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("我的填报")
    expect(page.locator(".duty-no").first).to_have_text("3")
    expect(duty(page, 31)).to_contain_text("逾期12天")

    report(page, 31, "采购执法记仪12台。")
    report(page, 31, "采购执法记录仪12台，全部配发。", closing=True)
    expect(duty(page, 31)).to_contain_text("办结申请待审核")

    supervisor = open_window(a_supervisor(plan.office))
    desk = supervisor.goto("/")
    go_to(desk, "审核")
    desk.get_by_role("link", name=re.compile("区文化旅游体育局第31项")).click()
    with supervisor.expecting(422):
        desk.get_by_role("button", name="退回").click()
        expect(desk.get_by_text("退回须说明理由。")).to_be_visible()
    desk.get_by_label("审核意见").fill("请附配发清单。")
    desk.get_by_role("button", name="退回").click()
    expect(desk.get_by_role("status").filter(has_text="已退回区文化旅游体育局")).to_be_visible()
    expect(desk.get_by_text("没有待您审核的填报。")).to_be_visible()

    page.reload()
    expect(duty(page, 31)).to_contain_text("办结申请被退回：请附配发清单。")
    report(page, 31, "采购执法记录仪12台，全部配发，清单见附件。", closing=True)
    expect(duty(page, 31)).to_contain_text("办结申请待审核")
    go_to(desk, "审核")
    desk.get_by_role("link", name=re.compile("区文化旅游体育局第31项")).click()
    expect(desk.get_by_text("请附配发清单。")).to_be_visible()
    desk.get_by_role("button", name="同意办结").click()
    expect(desk.get_by_role("status").filter(has_text="已同意区文化旅游体育局办结第31项。")).to_be_visible()

    page.reload()
    expect(duty(page, 31)).to_contain_text("逾期办结")
    expect(duty(page, 31).get_by_role("button")).to_have_count(0)
    assert part.reports.count() == 3


def test_two_people_of_one_unit_lose_nothing(plan: Plan, open_window: OpenWindow) -> None:
    part = part_of(plan, 4, "公安东丽分局")
    window = open_window(a_reporter(part.department))
    page = window.goto(f"/mine/{part.pk}/")
    page.get_by_label("进展情况").fill("我写的进展。")
    a_report(part, browser.TODAY, by=a_reporter(part.department), progress="同事写的进展。")

    with window.expecting(409):
        page.get_by_role("button", name="提交").click()
        expect(page.get_by_role("alert")).to_contain_text("同事写的进展。")
    expect(page.get_by_label("进展情况")).to_have_value("我写的进展。")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("我的填报")

    assert list(part.reports.order_by("pk").values_list("progress", flat=True)) == ["同事写的进展。", "我写的进展。"]


def test_the_leading_group_reviews_what_the_office_asks_for(plan: Plan, open_window: OpenWindow) -> None:
    office_part = part_of(plan, 12, "区市场监管局")
    a_report(office_part, date(2022, 1, 11), asks_to_close=True, progress="7家代理机构完成自查。")

    desk = open_window(a_supervisor(plan.office)).goto("/reviews/")
    expect(desk.get_by_text("没有待您审核的填报。")).to_be_visible()
    page = open_window(a_leader()).goto("/")
    go_to(page, "审核")
    page.get_by_role("link", name=re.compile("区市场监管局第12项")).click()
    page.get_by_label("审核意见").fill("同意。")
    page.get_by_role("button", name="同意办结").click()
    expect(page.get_by_role("status").filter(has_text="已同意区市场监管局办结第12项。")).to_be_visible()

    assert Review.objects.get().decision == "ACCEPTED"


def test_a_leader_opens_the_list_behind_a_number_on_another_day(plan: Plan, open_window: OpenWindow) -> None:
    a_closing(part_of(plan, 35, "区科技局"), date(2022, 1, 4))
    a_closing(part_of(plan, 7, "区市场监管局"), date(2021, 12, 10))
    page = open_window(a_leader()).goto("/")

    def figure(label: str) -> Locator:
        figures = page.get_by_role("region", name="关键数字")
        return figures.get_by_role("link").filter(has=page.get_by_text(label, exact=True))

    expect(figure("逾期").locator("b")).to_have_text("14")
    figure("逾期").click()
    expect(page.get_by_text("共14项")).to_be_visible()
    expect(page.locator(".light--overdue")).to_have_count(14)

    page.get_by_text("数据截至 2022-01-12").click()
    page.get_by_label("查看哪一天结束时的情况").fill("2021-12-15")
    page.get_by_role("button", name="查看", exact=True).click()
    expect(page.get_by_text("正在查看2021年12月15日结束时的情况")).to_be_visible()
    expect(page.get_by_text("没有符合条件的任务。")).to_be_visible()

    go_to(page, "总览")
    expect(figure("逾期").locator("b")).to_have_text("0")
    number = figure("临期").locator("b").inner_text()
    assert int(number) == Measure.objects.as_of(date(2021, 12, 15)).filter(timeliness=Timeliness.DUE_SOON).count() == 15
    figure("临期").click()
    expect(page.get_by_text(f"共{number}项")).to_be_visible()
    page.get_by_role("link", name="回到今天").first.click()
    expect(page.get_by_text("正在查看")).to_have_count(0)
    expect(page.get_by_text("共0项")).to_be_visible()


def test_an_administrator_takes_the_ledger_to_excel(plan: Plan, open_window: OpenWindow, tmp_path: Path) -> None:
    a_report(part_of(plan, 16, "区市场监管局"), date(2022, 1, 7), progress="已托管企业468家。")
    page = open_window(an_administrator()).goto("/")
    go_to(page, "任务台账")
    page.get_by_label("章节").select_option(label="三、健全知识产权保护体系")
    page.get_by_label("时效").select_option(label="逾期")
    with page.expect_download() as download:
        page.get_by_role("link", name="导出当前结果（4项）").click()

    book = load_workbook(BytesIO(Path(download.value.path()).read_bytes()))
    cells = [value for row in book.worksheets[0].iter_rows(values_only=True) for value in row]
    assert download.value.suggested_filename.endswith("2022-01-12.xlsx")
    assert [value for value in cells if isinstance(value, int) and value in range(12, 18)][:1] == [12]
    assert any("已托管企业468家。" in str(value) for value in cells)


def test_an_administrator_registers_the_members_of_a_collective(plan: Plan, open_window: OpenWindow) -> None:
    street = Department.objects.create(name="张贵庄街道办", kind=Department.Kind.GOVERNMENT)
    page = open_window(an_administrator()).goto("/")
    page.get_by_role("link", name="各街道办").first.click()
    page.locator("select[name=member]").select_option(label=street.name)
    page.get_by_role("button", name="加入").click()
    expect(page.get_by_role("status").filter(has_text="张贵庄街道办已加入各街道办")).to_be_visible()
    go_to(page, "总览")
    expect(page.get_by_text("尚未登记成员单位")).to_contain_text("各成员单位")
    expect(page.get_by_text("尚未登记成员单位")).not_to_contain_text("各街道办")

    mine = open_window(a_reporter(street)).goto("/mine/")
    expect(duty(mine, 37)).to_contain_text("作为各街道办成员")
