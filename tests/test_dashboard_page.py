"""What else the dashboard shows: the overdue list, who has no members yet, and the past as it was."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test.html import Element

from departments.models import Department
from tasks.choices import AssignmentRole

from .builders import (
    a_busy_autumn,
    a_closing,
    a_collective,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_plan,
    a_plan_being_entered,
    a_report,
    a_reporter,
    a_return,
    a_supervisor,
    an_administrator,
    the_part,
)
from .pages import Page, attribute, every, signed_in, visit, words

DAY = date(2022, 1, 12)


def the_sheet(page: Page, title: str) -> Element:
    return next(
        sheet
        for sheet in page.every("section", "sheet")
        if any(words(head).startswith(title) for head in every(sheet, "h2"))
    )


def overdue_rows(page: Page) -> list[list[str]]:
    return page.rows(the_sheet(page, "逾期任务"))


def test_the_overdue_list_puts_the_longest_overdue_first_and_then_the_plan_order(db) -> None:
    plan = a_plan()
    for number, due_on in [(1, date(2021, 12, 31)), (2, date(2021, 10, 31)), (3, date(2021, 12, 31)), (4, DAY)]:
        a_part(a_measure(plan, number=number, due_on=due_on))
    a_closing(a_part(a_measure(plan, number=5, due_on=date(2021, 9, 1))), date(2021, 11, 1))
    a_part(a_measure(plan, number=6, due_on=None))

    page = visit(signed_in(a_leader()), plan.get_absolute_url(), as_of=DAY)

    assert [(row[0], row[3]) for row in overdue_rows(page)] == [("2", "73"), ("1", "12"), ("3", "12")]


def test_an_overdue_measure_is_shown_with_its_units_its_light_and_the_sentence(db) -> None:
    plan = a_plan()
    measure = a_measure(plan, wording="建立区重大案件联席会商制度。")
    lead = a_part(measure, a_department("公安东丽分局"), AssignmentRole.LEAD)
    a_part(measure, a_department("区委宣传部"), AssignmentRole.CO)
    a_report(lead, date(2021, 12, 1))

    page = visit(signed_in(a_leader()), plan.get_absolute_url(), as_of=DAY)

    assert overdue_rows(page) == [
        [
            "1",
            "建立区重大案件联席会商制度。 应于2021年12月31日办结，逾期12天，未申请延期。已报1/2家。",
            "公安东丽分局 （牵头） 、 区委宣传部",
            "12",
            "逾期",
        ]
    ]


def test_a_long_overdue_list_shows_its_beginning_and_says_how_many_there_are(db) -> None:
    plan = a_plan()
    for number in range(1, 33):
        a_part(a_measure(plan, number=number, due_on=date(2021, 12, 31) - timedelta(days=number)), plan.office)

    page = visit(signed_in(a_leader()), plan.get_absolute_url(), as_of=DAY)

    sheet = the_sheet(page, "逾期任务")
    href = page.links(sheet)["在台账中打开"]
    whole = visit(signed_in(a_leader()), href, per=100)
    assert words(every(sheet, "h2")[0]) == "逾期任务 32项，按天数排列，显示前30项"
    assert [row[0] for row in overdue_rows(page)] == [str(number) for number in range(32, 2, -1)]
    assert whole.column(0) == [str(number) for number in range(32, 0, -1)]


def test_with_nothing_overdue_the_list_says_so(shipped_plan) -> None:
    page = visit(signed_in(a_leader()), shipped_plan.get_absolute_url(), as_of="2021-12-31")

    assert overdue_rows(page) == []
    assert words(the_sheet(page, "逾期任务")).endswith("没有逾期任务。")


def test_what_is_recorded_after_a_day_leaves_that_days_dashboard_as_it_was(shipped_plan) -> None:
    a_busy_autumn(shipped_plan)
    leader = signed_in(a_leader())
    before = visit(leader, shipped_plan.get_absolute_url(), as_of=DAY)

    a_report(the_part(shipped_plan, 26, "区委网信办"), date(2022, 2, 8), progress="补报去年第四季度。")
    a_report(the_part(shipped_plan, 41, "区委组织部"), date(2022, 2, 8), needs_coordination=True)
    a_closing(the_part(shipped_plan, 18, "区市场监管局"), date(2022, 2, 8), date(2022, 2, 9))
    a_return(the_part(shipped_plan, 3, "公安东丽分局"), date(2022, 2, 8), date(2022, 2, 9))
    after = visit(leader, shipped_plan.get_absolute_url(), as_of=DAY)

    assert after.without_token == before.without_token
    assert visit(leader, shipped_plan.get_absolute_url(), as_of="2022-02-09").words != before.words


def test_collectives_without_members_are_named_until_somebody_enters_their_members(shipped_plan) -> None:
    leader = signed_in(a_leader())
    before = visit(leader, shipped_plan.get_absolute_url())

    Department.objects.get(name="各街道办").memberships.create(member=a_department("万新街道"))
    after = visit(leader, shipped_plan.get_absolute_url())

    warnings = [words(page.every("div", "note--warning")[0]) for page in (before, after)]
    named = [warning.split(" ")[0].split("尚未")[0] for warning in warnings]
    assert named == ["各街道办、各成员单位", "各成员单位"]


def test_another_plans_collective_is_no_concern_of_this_one(db) -> None:
    a_part(a_measure(), a_collective("各社区"))
    plan = a_plan()
    a_part(a_measure(plan))

    page = visit(signed_in(a_leader()), plan.get_absolute_url())

    assert page.every("div", "note--warning") == []


@pytest.mark.parametrize(
    ("person", "offered"),
    [(a_leader, True), (a_supervisor, True), (an_administrator, True), (lambda: a_reporter(a_department()), False)],
)
def test_the_workbook_is_offered_to_whoever_may_have_it_for_the_same_day(db, person, offered) -> None:
    plan = a_plan()
    client = signed_in(person())

    links = visit(client, plan.get_absolute_url(), as_of=DAY).links()

    assert links.get("导出 Excel") == (f"/plans/{plan.slug}/measures/export.xlsx?as_of=2022-01-12" if offered else None)


def test_a_plan_without_measures_has_a_dashboard_of_noughts(db) -> None:
    plan = a_plan()

    page = visit(signed_in(a_leader()), plan.get_absolute_url())

    assert [words(figure) for figure in every(page.every("div", "figures")[0], "b")] == ["0"] * 12
    assert page.every("table", "ledger--units") == []
    assert {number for row in page.rows(page.every("table", "ledger--trend")[0]) for number in row[1:]} == {"0"}


def test_every_light_of_a_bar_is_named_for_those_who_cannot_see_it(db) -> None:
    plan = a_plan()
    for number, due_on in [(1, date(2021, 10, 31)), (2, DAY), (3, DAY)]:
        a_part(a_measure(plan, number=number, due_on=due_on))

    page = visit(signed_in(a_leader()), plan.get_absolute_url(), as_of=DAY)

    (bar,) = page.every("svg", "bar")
    assert attribute(bar, "role") == "img"
    assert attribute(bar, "aria-label") == "一、完善知识产权保护制度：临期2，逾期1"


@pytest.mark.parametrize(
    ("day", "slug"), [("2021-12-31", "old"), ("2022-01-01", "new"), ("2022-02-01", "new"), ("2019-12-31", "new")]
)
def test_the_way_in_leads_to_the_newest_plan_in_use_by_the_day_and_keeps_the_day(db, day: str, slug: str) -> None:
    a_plan(slug="old", issued_on=date(2020, 1, 1))
    a_plan(slug="new", issued_on=date(2022, 1, 1))
    a_plan_being_entered(slug="entered", issued_on=date(2022, 1, 15))
    leader = signed_in(a_leader())

    response = leader.get("/", {"as_of": day})

    assert (response.status_code, response.headers["Location"]) == (302, f"/plans/{slug}/?as_of={day}")
    assert visit(leader, "/plans/", as_of=day).links()["任务台账"] == f"/plans/{slug}/measures/?as_of={day}"


def test_a_plan_that_is_being_entered_is_the_way_in_where_there_is_no_other(db) -> None:
    a_plan_being_entered(slug="entered")

    assert signed_in(a_leader()).get("/").headers["Location"] == "/plans/entered/"


def test_without_any_plan_the_way_in_says_what_to_do(db) -> None:
    page = visit(signed_in(a_leader()), "/")

    assert words(page.every("h1")[0]) == "尚未载入推进计划"


def test_the_list_of_plans_counts_their_sections_and_measures(shipped_plan) -> None:
    a_measure(a_plan(title="次年推进计划", number="津丽知略〔2022〕2号", issued_on=date(2022, 3, 1)))

    page = visit(signed_in(a_leader()), "/plans/")

    assert page.rows() == [
        ["次年推进计划", "津丽知略〔2022〕2号", "2022-03-01", "1", "1"],
        [shipped_plan.title, "津丽知略〔2021〕1号", "2021-08-26", "8", "42"],
    ]
