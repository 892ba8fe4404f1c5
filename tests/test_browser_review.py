"""The office at a real browser: queue, one report, decisions, one part, the audit; on a desk and on a phone."""

from __future__ import annotations

from datetime import date

import pytest
from auditlog.models import LogEntry
from playwright.sync_api import expect

from tasks.actions import receipt as receipt_actions
from tasks.actions import review as review_actions
from tasks.choices import ReportState
from tasks.models import Assignment, Plan, Report

from . import browser
from .browser import DESK, PHONE, TODAY, OpenWindow, part_of
from .builders import a_department, a_member, a_report, a_reporter, a_supervisor, an_administrator, at, own_part
from .test_browser_pages import faults_of

pytestmark = pytest.mark.browser
browser_type_launch_args, open_window = browser.browser_type_launch_args, browser.open_window
today, plan = browser.today, browser.plan


@pytest.fixture
def scene(plan: Plan) -> dict[str, Report]:
    """A request on a measure with silent units, a member's report, and one that follows an accepted one."""
    for name in ("万新街道", "张贵庄街道"):
        a_member(part_of(plan, 37, "各街道办").department, a_department(name))
    member = own_part(part_of(plan, 37, "各街道办"), a_department("万新街道"))
    lead = part_of(plan, 3, "公安东丽分局")
    old = a_report(lead, date(2021, 12, 1), progress="会商制度起草完成。", next_steps="年底前会签印发。", percent=30)
    review_actions.accept(by=an_administrator(last_name="沈", first_name="宁"), report=old, now=at(date(2021, 12, 3)))
    receipt_actions.sign(by=old.author, assignments=[lead], now=at(date(2021, 12, 4)))
    return {
        "request": a_report(
            lead,
            date(2022, 1, 8),
            asks_to_close=True,
            progress="会商制度已印发，四家单位签字。" * 6,
            problems="检察机关的意见返回较晚。",
            summary="各单位均已按制度开展会商，累计三次。",
            percent=100,
        ),
        "member": a_report(member, date(2022, 1, 10), needs_coordination=True),
        "plain": a_report(part_of(plan, 4, "公安东丽分局"), date(2022, 1, 11), progress="立案侦办侵权假冒案件三起。"),
    }


def office(plan: Plan) -> object:
    return a_supervisor(plan.office, last_name="孟", first_name="凡")


def test_the_pages_of_those_who_decide(plan: Plan, scene: dict[str, Report], open_window: OpenWindow) -> None:
    window = open_window(office(plan))

    found = faults_of(
        window,
        "/reviews/",
        "/reviews/?sort=unit&kind=IN_EFFECT",
        "/reviews/?as_of=2022-01-09",
        "/reviews/decided/",
        *(f"/reviews/{report.pk}/" for report in scene.values()),
        *(f"{plan.get_absolute_url()}assignments/{report.assignment_id}/" for report in scene.values()),
        scene["request"].assignment.measure.get_absolute_url(),
    )

    assert found == [], "\n".join(found)


def test_the_page_of_the_audit(plan: Plan, scene: dict[str, Report], open_window: OpenWindow) -> None:
    unit = a_department("区法院")
    unit.name = "天津市东丽区人民法院"
    unit.save()
    LogEntry.objects.update(timestamp=at(TODAY, 9), actor=an_administrator(last_name="沈", first_name="宁"))
    window = open_window(an_administrator())

    found = faults_of(window, "/audit/", "/audit/?kind=departments.department&q=法院", "/audit/?kind=x")

    assert found == [], "\n".join(found)


def test_now_and_the_last_accepted_stand_side_by_side_on_a_desk_and_one_below_the_other_on_a_phone(
    plan: Plan, scene: dict[str, Report], open_window: OpenWindow
) -> None:
    window = open_window(office(plan))
    page = window.goto(f"/reviews/{scene['request'].pk}/")

    def places() -> list[dict[str, float]]:
        titles = ("公安东丽分局（牵头）的办结申请", "上次审核通过的填报")
        boxes = [
            page.locator("section.sheet", has=page.get_by_role("heading", name=name)).bounding_box() for name in titles
        ]
        return [box for box in boxes if box]

    window.at_width(DESK)
    left, right = places()
    window.at_width(PHONE)
    above, below = places()

    assert (left["y"] == right["y"], left["x"] + left["width"] <= right["x"]) == (True, True)
    assert (above["x"] == below["x"], above["y"] + above["height"] <= below["y"]) == (True, True)


@pytest.mark.parametrize(("width", "javascript"), [(DESK, True), (DESK, False), (PHONE, False)])
def test_two_are_ticked_and_accepted_and_the_page_says_so(
    plan: Plan, scene: dict[str, Report], open_window: OpenWindow, width, javascript
) -> None:
    window = open_window(office(plan), width=width, javascript=javascript)
    page = window.goto("/reviews/")

    page.get_by_label("勾选公安东丽分局第3项").check()
    page.get_by_label("勾选万新街道第37项").check()
    page.get_by_role("button", name="同意所选").click()

    expect(page.get_by_role("status").filter(has_text="所选2件，同意2件。")).to_be_visible()
    states = {
        name: Report.objects.with_followers(TODAY).select_related("review").get(pk=report.pk).state(TODAY)
        for name, report in scene.items()
    }
    assert states == {
        "request": ReportState.ACCEPTED,
        "member": ReportState.ACCEPTED,
        "plain": ReportState.IN_EFFECT,
    }
    assert Assignment.objects.as_of(TODAY).get(pk=scene["request"].assignment_id).timeliness == "CLOSED_LATE"


def test_a_report_is_returned_and_its_unit_is_told(
    plan: Plan, scene: dict[str, Report], open_window: OpenWindow
) -> None:
    page = open_window(office(plan)).goto("/reviews/")

    page.get_by_role("row").filter(has_text="立案侦办").get_by_role("link", name="审核").click()
    page.get_by_label("审核意见").fill("请补充案件编号。")
    page.get_by_role("button", name="退回").click()

    expect(page.get_by_role("status").filter(has_text="已退回公安东丽分局关于第4项的进展填报。")).to_be_visible()
    unit = a_reporter(scene["plain"].department)
    mine = open_window(unit).goto(f"/mine/{scene['plain'].assignment_id}/")
    expect(mine.get_by_text("请补充案件编号。").first).to_be_visible()
