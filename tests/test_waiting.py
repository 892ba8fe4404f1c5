"""What waits for a decision, by age, and what asks for help, in the words of the units."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tasks.choices import AssignmentRole

from .builders import (
    a_closing,
    a_collective,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_plan,
    a_report,
    a_reporter,
    a_return,
    a_supervisor,
    an_extension,
    own_part,
)
from .pages import every, signed_in, visit, words

DAY = date(2021, 12, 20)


def ages(page) -> dict[str, list[str]]:
    return {row[0]: row[1:] for row in page.rows(page.every("section", "waiting")[0])}


def test_requests_are_counted_by_the_days_they_have_waited(db) -> None:
    plan = a_plan()
    for days in (0, 3, 4, 7, 8, 14, 15, 60):
        a_report(a_part(a_measure(plan)), DAY - timedelta(days=days), asks_to_close=True)
    a_closing(a_part(a_measure(plan)), DAY - timedelta(days=10), DAY - timedelta(days=1))
    a_return(a_part(a_measure(plan)), DAY - timedelta(days=10), DAY)
    a_report(a_part(a_measure(plan)), DAY + timedelta(days=1), asks_to_close=True)
    an_extension(a_measure(plan), date(2022, 3, 1), DAY - timedelta(days=5))

    page = visit(signed_in(a_leader()), plan.get_absolute_url(), as_of=DAY)

    head = [words(cell) for cell in every(page.every("table", "ledger--waiting")[0], "th")[:6]]
    assert head == ["类别", "15天及以上", "8至14天", "4至7天", "3天以内", "合计"]
    assert ages(page) == {
        "办结申请": ["2", "2", "2", "2", "8"],
        "进展填报": ["–", "–", "–", "–", "0"],
        "延期申请": ["–", "–", "1", "–", "1"],
    }


def test_reports_that_need_acceptance_wait_as_well(db) -> None:
    plan = a_plan(reports_need_acceptance=True)
    part = a_part(a_measure(plan))
    a_report(part, DAY - timedelta(days=9))
    a_report(part, DAY - timedelta(days=2))
    leader = signed_in(a_leader())

    page = visit(leader, plan.get_absolute_url(), as_of=DAY)

    # One part, since the older of the two.
    assert ages(page)["进展填报"] == ["–", "1", "–", "–", "1"]
    assert visit(leader, f"{plan.get_absolute_url()}assignments/?waiting=report&age=0-3", as_of=DAY).count == 0


def test_a_collective_waits_with_its_member_that_has_waited_longest(db) -> None:
    one, other = a_department("万新街道"), a_department("新立街道")
    whole = a_part(a_measure(), a_collective("各街道办", one, other), AssignmentRole.JOINT)
    a_report(own_part(whole, one), DAY - timedelta(days=2), asks_to_close=True)
    a_report(own_part(whole, other), DAY - timedelta(days=20), asks_to_close=True)

    page = visit(signed_in(a_leader()), whole.measure.plan.get_absolute_url(), as_of=DAY)

    assert ages(page)["办结申请"] == ["1", "–", "–", "–", "1"]


def test_the_queue_and_the_extensions_are_narrowed_down_by_age(db) -> None:
    plan = a_plan()
    for days in (1, 5, 20):
        a_report(a_part(a_measure(plan)), DAY - timedelta(days=days), asks_to_close=True)
        an_extension(a_measure(plan), date(2022, 3, 1), DAY - timedelta(days=days))
    supervisor = signed_in(a_supervisor())

    queue = {age: len(visit(supervisor, "/reviews/", as_of=DAY, age=age).every("td", "tick")) for age in ("0-3", "15-")}
    rows = {
        age: visit(supervisor, f"{plan.get_absolute_url()}extensions/", as_of=DAY, age=age).count
        for age in ("0-3", "4-7", "8-14", "15-")
    }

    assert rows == {"0-3": 1, "4-7": 1, "8-14": 0, "15-": 1}
    assert set(queue) == {"0-3", "15-"}


@pytest.mark.parametrize("address", ["reviews", "extensions", "assignments"])
def test_another_age_is_refused_with_a_reason(db, address) -> None:
    plan = a_plan()
    path = "/reviews/" if address == "reviews" else f"{plan.get_absolute_url()}{address}/"

    page = visit(signed_in(a_supervisor()), path, age="16-20")

    assert "没有这一项，请从列表中选择。" in page.words


def test_who_may_not_review_is_not_sent_to_the_queue(db) -> None:
    plan = a_plan()
    a_report(a_part(a_measure(plan)), DAY, asks_to_close=True)

    links = {
        person: visit(signed_in(user), plan.get_absolute_url(), as_of=DAY).links()
        for person, user in (("reporter", a_reporter(a_department())), ("supervisor", a_supervisor()))
    }

    assert {person: "去审核" in found for person, found in links.items()} == {"reporter": False, "supervisor": True}


def test_calls_for_help_are_shown_in_the_words_of_the_unit_latest_first(db) -> None:
    plan = a_plan()
    first, second, quiet = (a_part(a_measure(plan), a_department(name)) for name in ("区法院", "区检察院", "区司法局"))
    a_report(first, date(2021, 12, 1), problems="会签单位较多。", needs_coordination=True)
    a_report(second, date(2021, 12, 5), progress="经费没有落实。", needs_coordination=True)
    a_report(quiet, date(2021, 12, 6))

    page = visit(signed_in(a_leader()), plan.get_absolute_url(), as_of=DAY)

    (sheet,) = page.every("section", "calls")
    assert [words(item) for item in every(sheet, "li")] == [
        "第2项 · 区检察院 2021-12-05 经费没有落实。",
        "第1项 · 区法院 2021-12-01 会签单位较多。",
    ]
    assert page.links(sheet)["第1项 · 区法院"] == f"/plans/{plan.slug}/assignments/{first.pk}/?as_of=2021-12-20"
    assert words(every(sheet, "h2")[0]) == "需领导协调 2项分工"


def test_more_calls_than_are_shown_are_counted_and_opened(db) -> None:
    plan = a_plan()
    for _ in range(8):
        a_report(a_part(a_measure(plan)), date(2021, 12, 1), needs_coordination=True)
    leader = signed_in(a_leader())

    page = visit(leader, plan.get_absolute_url(), as_of=DAY)

    (sheet,) = page.every("section", "calls")
    assert words(every(sheet, "h2")[0]) == "需领导协调 8项分工，显示最近6项"
    assert len(every(sheet, "li")) == 6
    assert visit(leader, page.links(sheet)["全部打开"]).count == 8


def test_a_collective_calls_in_the_words_of_its_member(db) -> None:
    member = a_department("万新街道")
    whole = a_part(a_measure(), a_collective("各街道办", member), AssignmentRole.JOINT)
    a_report(own_part(whole, member), date(2021, 12, 1), problems="名单没有更新。", needs_coordination=True)

    page = visit(signed_in(a_leader()), whole.measure.plan.get_absolute_url(), as_of=DAY)

    (item,) = every(page.every("section", "calls")[0], "li")
    assert words(item) == "第1项 · 万新街道 2021-12-01 名单没有更新。"
