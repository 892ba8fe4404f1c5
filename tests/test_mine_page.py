"""What my department owes, the most pressing first, and what can be done about it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.test.html import Element

from departments.models import Department, Role
from tasks.choices import AssignmentRole
from tasks.models import Assignment, Plan

from .builders import (
    a_closing,
    a_collective,
    a_department,
    a_measure,
    a_part,
    a_person,
    a_plan,
    a_report,
    a_reporter,
    a_return,
    own_part,
)
from .pages import Page, attribute, every, it_is, signed_in, visit, words

TODAY = date(2022, 1, 12)
MINE = "/mine/"


@pytest.fixture(autouse=True)
def _today(monkeypatch) -> None:
    it_is(monkeypatch, TODAY)


@pytest.fixture
def unit(db) -> Department:
    return a_department("公安东丽分局")


@pytest.fixture
def reporter(unit: Department) -> Client:
    return signed_in(a_reporter(unit))


def cards(page: Page) -> dict[str, Element]:
    """Each duty by its measure's number, in the order of the page."""
    return {words(every(card, "span", "duty-no")[0]): card for card in page.every("article", "duty")}


def steps(page: Page) -> list[str]:
    return [words(step) for bar in page.every("nav", "steps") for step in every(bar, "a")]


def ways_to_report(page: Page) -> list[int]:
    """The keys of the parts that can be submitted, in the order of the page."""
    sent = [attribute(button, "value") or "" for button in page.every("button", name="do")]
    return [int(value.removeprefix("submit-")) for value in sent if value.startswith("submit-")]


def one_of_each(plan: Plan, unit: Department) -> None:
    """The numbers are those of the order in which they should be done, backwards."""
    soon = TODAY + timedelta(days=10)
    later = TODAY + timedelta(days=200)
    measures = {
        10: None,  # closed
        9: later,  # the rest: in time
        8: None,  # the rest: reported in this quarter
        7: None,  # silent
        6: later,  # returned
        5: soon,
        4: TODAY + timedelta(days=3),
        3: date(2021, 12, 31),
        2: date(2021, 10, 31),
        1: date(2021, 10, 31),
    }
    parts = {n: a_part(a_measure(plan, number=n, due_on=due_on), unit) for n, due_on in measures.items()}
    a_closing(parts[10], date(2021, 12, 1))
    a_report(parts[8], date(2021, 12, 1))
    a_return(parts[6], date(2022, 1, 4), date(2022, 1, 5), reason="请附文号。")
    a_return(parts[3], date(2022, 1, 4), date(2022, 1, 5), reason="请附清单。")


def test_the_most_pressing_comes_first(unit, reporter) -> None:
    one_of_each(a_plan(), unit)

    page = visit(reporter, MINE)

    assert list(cards(page)) == ["1", "2", "3", "4", "5", "6", "7", "9", "8", "10"]
    assert steps(page) == ["3 逾期", "2 临期", "1 被退回", "1 超期未报", "2 其他", "1 已办结"]
    assert (
        "公安东丽分局 · 2021年第四季度 · 2022年第一季度 · 应报2项，已报0项，草稿0项；共10项分工，最急的在前"
        in page.words
    )


def test_of_several_plans_each_is_counted_by_itself(unit, reporter) -> None:
    old, new = (a_plan(title=f"{year}年推进计划", issued_on=date(year, 3, 1)) for year in (2020, 2021))
    a_report(a_part(a_measure(old, number=1, due_on=None), unit), date(2022, 1, 11))
    a_part(a_measure(old, number=2, due_on=None), unit)
    a_part(a_measure(new, number=1, due_on=TODAY), unit)

    page = visit(reporter, MINE)

    head = [words(line) for line in page.every("div", "sub")][:3]
    assert head[0] == "公安东丽分局 · 2个计划，共3项分工，最急的在前"
    assert head[1].replace(" ", "") == "2021年推进计划·应报0项，已报0项，草稿0项；1项分工"
    assert head[2].replace(" ", "") == (
        "2020年推进计划·2021年第四季度·2022年第一季度·应报2项，已报1项，草稿0项；2项分工"
    )
    assert page.links()["2020年推进计划"] == old.get_absolute_url()


def test_a_step_jumps_to_the_first_duty_that_presses_so_much(unit, reporter) -> None:
    one_of_each(a_plan(), unit)

    page = visit(reporter, MINE)

    places = {attribute(card, "id"): number for number, card in cards(page).items()}
    targets = [(attribute(a, "href") or "").removeprefix("#") for a in every(page.every("nav", "steps")[0], "a")]
    assert [places[target] for target in targets] == ["1", "4", "6", "7", "9", "10"]


def test_the_shipped_plan_gives_each_unit_what_the_text_gives_it(shipped_plan) -> None:
    found = {}
    for department in Department.objects.exclude(kind=Department.Kind.COLLECTIVE):
        page = visit(signed_in(a_reporter(department)), MINE)
        found[department.name] = sorted(int(number) for number in cards(page))

    owed = {
        name: sorted(
            Assignment.objects.filter(department__name=name).values_list("measure__number", flat=True),
        )
        for name in found
    }
    assert len(found) == 21
    assert found == owed
    assert len(found["区市场监管局"]) == 31


def test_a_duty_says_what_it_is_by_when_and_with_how_many_others(unit, reporter) -> None:
    measure = a_measure(wording="建立区重大案件联席会商制度。")
    own = a_part(measure, unit, AssignmentRole.LEAD)
    helper = a_part(measure, a_department("区委宣传部"), AssignmentRole.CO)
    a_part(measure, a_department("区法院"), AssignmentRole.CO)
    a_report(own, date(2021, 12, 1), progress="征求意见稿已印发。")
    a_report(helper, date(2021, 12, 2), progress="别的单位的话。")

    page = visit(reporter, MINE)

    (card,) = cards(page).values()
    assert [words(piece) for piece in every(card, "p")][:3] == [
        "牵头 · 2021-12-31 · 全部3家单位，已报2家 · 未签收",
        "应于2021年12月31日办结，逾期12天，未申请延期。",
        "征求意见稿已印发。",
    ]
    assert words(every(card, "aside", "last")[0]).startswith("上次填报 2021-12-01")
    assert "别的单位的话" not in page.words


def test_a_unit_alone_in_charge_is_told_so(unit, reporter) -> None:
    a_part(a_measure(due_on=None), unit)

    (card,) = cards(visit(reporter, MINE)).values()

    assert words(every(card, "p")[0]) == "负责 · 持续推进 · 本单位一家负责 · 未签收"


def test_what_came_back_shows_the_reason_until_it_is_reported_again(unit, reporter) -> None:
    part = a_part(a_measure(due_on=date(2022, 12, 31)), unit)
    a_return(part, date(2021, 12, 1), date(2021, 12, 3), reason="请附会商制度印发文号。")
    before = visit(reporter, MINE)

    a_report(part, date(2022, 1, 10))
    after = visit(reporter, MINE)

    assert "办结申请被退回：请附会商制度印发文号。" in before.words
    assert (steps(before), steps(after)) == (["1 被退回"], ["1 其他"])
    assert "请附会商制度印发文号" not in after.words


def test_a_request_under_review_is_marked(unit, reporter) -> None:
    part = a_part(a_measure(), unit)
    a_report(part, date(2021, 12, 30), asks_to_close=True)

    page = visit(reporter, MINE)

    assert "办结申请待审核。" in words(cards(page)["1"])
    assert ways_to_report(page) == [part.pk]


def test_what_is_closed_stands_last_and_takes_no_report(unit, reporter) -> None:
    plan = a_plan()
    closed = a_part(a_measure(plan, number=1), unit)
    open_ = a_part(a_measure(plan, number=2), unit)
    a_closing(closed, date(2021, 12, 1))

    page = visit(reporter, MINE)

    assert list(cards(page)) == ["2", "1"]
    assert ways_to_report(page) == [open_.pk]


def test_a_member_of_a_collective_sees_its_duties_as_its_own(db) -> None:
    member = a_department("万新街道")
    other = a_department("张贵庄街道")
    part = a_part(a_measure(), a_collective("各街道办", member, other), AssignmentRole.JOINT)
    a_report(own_part(part, other), date(2021, 12, 1), progress="张贵庄已开展。")
    client = signed_in(a_reporter(member))

    page = visit(client, MINE)

    (card,) = cards(page).values()
    assert words(every(card, "p")[0]).startswith("按职责分工（作为各街道办成员） · 2021-12-31 ·")
    assert "本单位一家负责" not in words(card)
    assert words(every(card, "aside", "last")[0]) == "上次填报 本单位尚未填报过。"
    assert "张贵庄已开展" not in page.words
    assert ways_to_report(page) == [own_part(part, member).pk]


def test_only_members_see_the_duties_of_a_collective(db) -> None:
    a_part(a_measure(wording="各街道的任务。"), a_collective("各街道办", a_department("万新街道")))

    page = visit(signed_in(a_reporter(a_department("区法院"))), MINE)

    assert cards(page) == {}
    assert "各街道的任务" not in page.words


def test_a_unit_owed_under_two_names_sees_both(db) -> None:
    unit = a_department("区法院")
    measure = a_measure()
    own = a_part(measure, unit, AssignmentRole.JOINT)
    shared = a_part(measure, a_collective("各成员单位", unit), AssignmentRole.JOINT)

    page = visit(signed_in(a_reporter(unit)), MINE)

    assert ways_to_report(page) == [own.pk, own_part(shared, unit).pk]


def test_duties_of_all_plans_stand_together(unit, reporter) -> None:
    a_part(a_measure(a_plan(), due_on=date(2021, 12, 31), wording="今年的任务。"), unit)
    a_part(a_measure(a_plan(), due_on=date(2021, 10, 31), wording="去年的任务。"), unit)

    page = visit(reporter, MINE)

    assert [words(title) for title in page.every("h2", "duty-title")] == ["去年的任务。", "今年的任务。"]


def test_another_day_shows_that_day_and_takes_no_reports(unit, reporter) -> None:
    one_of_each(a_plan(), unit)

    page = visit(reporter, MINE, as_of="2021-11-30")

    assert steps(page) == ["2 逾期", "3 超期未报", "5 其他"]
    assert ways_to_report(page) == []
    assert "正在查看 2021年11月30日" in page.words


def test_what_is_recorded_after_a_day_leaves_that_days_page_as_it_was(unit, reporter) -> None:
    part = a_part(a_measure(), unit)
    a_report(part, date(2021, 12, 1))
    before = visit(reporter, MINE, as_of="2021-12-31")

    a_report(part, date(2022, 1, 5), progress="补报。")
    after = visit(reporter, MINE, as_of="2021-12-31")

    assert after.without_token == before.without_token


def test_a_reporter_without_a_unit_is_told_whom_to_ask(db) -> None:
    page = visit(signed_in(a_person(Role.REPORTER)), MINE)

    assert words(page.every("section", "empty")[0]) == "您的账号尚未关联责任单位，请联系系统管理员。"


def test_a_unit_without_duties_is_told_so(unit, reporter) -> None:
    page = visit(reporter, MINE)

    assert words(page.every("section", "empty")[0]) == "公安东丽分局目前没有责任分工。"
    assert steps(page) == []
