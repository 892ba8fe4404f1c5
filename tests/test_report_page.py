"""Reporting on one's own part: what is recorded, what is refused, and that nothing typed is ever lost."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest
from django.test import Client

from departments.models import Department
from tasks.actions import report as actions
from tasks.choices import Decision
from tasks.models import Assignment, Report, Review

from .builders import (
    a_closing,
    a_collective,
    a_department,
    a_measure,
    a_part,
    a_report,
    a_reporter,
    a_return,
    at,
    own_part,
)
from .pages import Page, every, it_is, send, signed_in, visit, words

TODAY = date(2022, 1, 12)
TYPED = {
    "progress": "已立案三起，其中两起办结。",
    "problems": "检测经费没有落实。",
    "next_steps": "二月底前完成检测。",
    "percent": "60",
    "needs_coordination": "on",
}


@pytest.fixture(autouse=True)
def _today(monkeypatch) -> None:
    it_is(monkeypatch, TODAY, 9, 30)


@pytest.fixture
def unit(db) -> Department:
    return a_department("公安东丽分局")


@pytest.fixture
def part(unit: Department) -> Assignment:
    return a_part(a_measure(number=4, wording="打击刑事犯罪。"), unit)


@pytest.fixture
def reporter(unit: Department) -> Client:
    return signed_in(a_reporter(unit, last_name="王", first_name="强"))


def fresh(client: Client, part: Assignment) -> dict[str, str]:
    """The hidden fields of a form opened now, as a browser would send them back."""
    page = visit(client, part.get_report_url())
    return {name: page.filled_in(name) or "" for name in ("token", "seen")}


def still_typed(page: Page) -> dict[str, Any]:
    return {name: page.filled_in(name) for name in TYPED}


def recorded() -> list[tuple[str, str, str, int | None, bool, bool]]:
    fields = ("progress", "problems", "next_steps", "percent", "needs_coordination", "asks_to_close")
    return list(Report.objects.order_by("pk").values_list(*fields))


def test_what_is_typed_is_recorded_today_in_the_name_of_the_unit(part, reporter) -> None:
    page = send(reporter, part.get_report_url(), status=200, follow=True, **fresh(reporter, part), **TYPED)

    report = Report.objects.get()
    assert recorded() == [("已立案三起，其中两起办结。", "检测经费没有落实。", "二月底前完成检测。", 60, True, False)]
    assert (report.assignment, report.department, report.author.name) == (part, part.department, "王强")
    assert (report.recorded_on, report.recorded_at) == (TODAY, at(TODAY, 9, 30))
    assert (words(page.every("h1")[0]), page.notes) == ("我的填报", ["第4项的进展已提交。"])


def test_progress_alone_is_enough(part, reporter) -> None:
    send(reporter, part.get_report_url(), status=302, **fresh(reporter, part), progress="已部署。")

    assert recorded() == [("已部署。", "", "", None, False, False)]


def test_line_breaks_are_kept_and_shown(part, reporter) -> None:
    send(reporter, part.get_report_url(), status=302, **fresh(reporter, part), progress="第一件。\r\n第二件。")

    page = visit(reporter, part.get_report_url())

    (said, *_) = every(page.every("aside")[0], "p")
    assert Report.objects.get().progress.splitlines() == ["第一件。", "第二件。"]
    assert [child for child in said.children if isinstance(child, str)] == ["第一件。", "第二件。"]
    assert len(every(said, "br")) == 1


def test_asking_to_close_opens_a_review(part, reporter) -> None:
    typed = fresh(reporter, part) | {"progress": "已全部完成。", "asks_to_close": "on"}

    page = send(reporter, part.get_report_url(), status=200, follow=True, **typed)

    review = Review.objects.get()
    assert (review.report.progress, review.decision) == ("已全部完成。", Decision.PENDING)
    assert page.notes == ["第4项的办结申请已提交，等待审核。"]
    assert "办结申请待审核。" in page.words


def test_the_last_report_stands_beside_the_form_and_the_form_is_empty(part, reporter) -> None:
    first = visit(reporter, part.get_report_url())
    a_report(part, date(2021, 12, 1), progress="征求意见。")
    a_report(part, date(2021, 12, 20), problems="经费不足。", progress="已经印发。", percent=40)

    page = visit(reporter, part.get_report_url())

    assert words(first.every("aside")[0]) == "上次填报 本单位尚未填报过。"
    assert (
        words(page.every("aside")[0])
        == "上次填报 2021-12-20 已经印发。 存在问题： 经费不足。 完成进度40% 以此为底稿 第4项 撤回 第4项"
    )
    assert still_typed(page) == dict.fromkeys(TYPED)


def test_the_reason_of_a_return_is_on_the_page_of_the_form(part, reporter) -> None:
    a_return(part, date(2022, 1, 4), date(2022, 1, 5), reason="请附会商制度印发文号。")

    page = visit(reporter, part.get_report_url())

    assert "请附会商制度印发文号。" in page.words


@pytest.mark.parametrize(
    ("wrong", "field", "explanation"),
    [
        ({"progress": ""}, "progress", "请填写进展情况。"),
        ({"progress": "   \r\n "}, "progress", "请填写进展情况。"),
        ({"percent": "101"}, "percent", "100"),
        ({"percent": "-1"}, "percent", "0"),
        ({"percent": "abc"}, "percent", "完成进度应为0到100之间的整数。"),
        ({"percent": "12.5"}, "percent", "完成进度应为0到100之间的整数。"),
        ({"percent": str(10**30)}, "percent", "100"),
        ({"percent": "-" + "9" * 30}, "percent", "0"),
        ({"progress": "字" * 5001}, "progress", "5000"),
        ({"problems": "坏\0字"}, "problems", "无法显示的控制字符"),
        ({"next_steps": "\u202e倒写"}, "next_steps", "无法显示的控制字符"),
        ({"token": "abc"}, None, "请刷新页面"),
        ({"token": ""}, None, ""),
        ({"seen": "abc"}, None, ""),
        ({"seen": str(10**30)}, None, ""),
        ({"seen": "-1"}, None, ""),
    ],
)
def test_what_cannot_be_taken_is_explained_and_everything_typed_is_still_there(
    part, reporter, wrong, field, explanation
) -> None:
    typed = fresh(reporter, part) | TYPED | wrong

    page = send(reporter, part.get_report_url(), status=422, **typed)

    errors = [words(error) for error in page.every("ul", "errorlist")]
    assert recorded() == []
    assert len(errors) == 1
    assert explanation in errors[0]
    expected = {name: typed[name].strip() or None for name in TYPED if name != field}
    assert {name: page.filled_in(name) for name in expected} == expected


def test_a_form_sent_twice_is_recorded_once_and_says_so(part, reporter) -> None:
    typed = fresh(reporter, part) | TYPED

    send(reporter, part.get_report_url(), status=302, **typed)
    page = send(reporter, part.get_report_url(), status=200, follow=True, **typed)

    assert len(recorded()) == 1
    assert page.notes == ["第4项的进展已提交。", "这份填报已经提交过，没有重复记录。"]


def test_a_form_sent_again_with_other_words_does_not_lose_them(part, reporter) -> None:
    """Back to the page after sending it, corrected, sent again: the words are new though the form is not."""
    typed = fresh(reporter, part) | TYPED
    send(reporter, part.get_report_url(), status=302, **typed)

    page = Page(reporter.post(part.get_report_url(), typed | {"progress": "更正：已立案四起。"}, follow=True))

    assert "更正：已立案四起。" in page.words or Report.objects.filter(progress="更正：已立案四起。").exists()
    assert recorded()[0][0] == "已立案三起，其中两起办结。"


def test_over_a_report_that_came_in_meanwhile_both_texts_are_shown_and_nothing_is_recorded(part, reporter) -> None:
    typed = fresh(reporter, part) | TYPED
    colleague = a_reporter(part.department, last_name="李", first_name="伟")
    a_report(part, TODAY, by=colleague, now=at(TODAY, 9, 15), progress="已立案两起。", problems="人手不足。")

    page = send(reporter, part.get_report_url(), status=409, **typed)

    assert len(recorded()) == 1
    assert still_typed(page) == TYPED
    (alert,) = page.alerts
    assert "公安东丽分局李伟于2022-01-12 09:15填报：" in alert
    assert "已立案两起。" in alert
    assert "人手不足。" in alert


def test_after_reading_the_other_text_the_same_form_can_be_sent(part, reporter) -> None:
    typed = fresh(reporter, part) | TYPED
    a_report(part, TODAY, by=a_reporter(part.department), now=at(TODAY, 9, 15), progress="已立案两起。")
    shown = send(reporter, part.get_report_url(), status=409, **typed)
    again = still_typed(shown) | {name: shown.filled_in(name) or "" for name in ("token", "seen")}

    send(reporter, part.get_report_url(), status=302, **again)

    assert [report[0] for report in recorded()] == ["已立案两起。", "已立案三起，其中两起办结。"]


def test_a_third_report_meanwhile_is_shown_too(part, reporter) -> None:
    colleague = a_reporter(part.department)
    typed = fresh(reporter, part) | TYPED
    a_report(part, TODAY, by=colleague, now=at(TODAY, 9, 10), progress="第一次插入。")
    shown = send(reporter, part.get_report_url(), status=409, **typed)
    again = still_typed(shown) | {name: shown.filled_in(name) or "" for name in ("token", "seen")}
    a_report(part, TODAY, by=colleague, now=at(TODAY, 9, 20), progress="第二次插入。")

    page = send(reporter, part.get_report_url(), status=409, **again)

    assert "第二次插入。" in page.alerts[0]
    assert still_typed(page) == TYPED


def test_a_second_request_to_close_waits_for_the_first_and_the_text_stays(part, reporter) -> None:
    a_report(part, date(2022, 1, 10), asks_to_close=True)
    typed = fresh(reporter, part) | TYPED | {"asks_to_close": "on"}

    page = send(reporter, part.get_report_url(), status=409, **typed)
    without = still_typed(page) | {name: page.filled_in(name) or "" for name in ("token", "seen")}
    send(reporter, part.get_report_url(), status=302, **without)

    assert page.alerts == ["这项分工已有办结申请待审核，不能重复申请；可以取消“申请办结”后提交进展。"]
    assert (still_typed(page), page.filled_in("asks_to_close")) == (TYPED, "on")
    assert [report[-1] for report in recorded()] == [True, False]


def test_a_part_closed_meanwhile_takes_nothing_and_shows_all_that_was_typed(part, reporter) -> None:
    typed = fresh(reporter, part) | TYPED
    a_closing(part, date(2022, 1, 10), TODAY)

    page = send(reporter, part.get_report_url(), status=409, **typed)

    assert len(recorded()) == 1
    assert "本任务（本单位部分）已办结，不再接受填报。" in page.alerts[0]
    kept = {name: TYPED[name] in page.words for name in ("progress", "problems", "next_steps")}
    assert kept == {"progress": True, "problems": True, "next_steps": True}


def test_a_closed_part_offers_no_form(part, reporter) -> None:
    a_closing(part, date(2022, 1, 10), TODAY)

    page = visit(reporter, part.get_report_url())

    assert page.every("textarea") == []
    assert "本单位部分已办结，不再接受填报。" in page.words


def test_after_a_return_one_can_report_and_ask_again(part, reporter) -> None:
    a_return(part, date(2022, 1, 4), date(2022, 1, 5))

    typed = fresh(reporter, part) | {"progress": "已补充。", "asks_to_close": "on"}
    send(reporter, part.get_report_url(), status=302, **typed)

    assert list(Review.objects.order_by("pk").values_list("decision", flat=True)) == ["RETURNED", "PENDING"]


def test_a_member_reports_for_its_collective_in_its_own_name(db) -> None:
    member = a_department("万新街道")
    part = own_part(a_part(a_measure(), a_collective("各街道办", member, a_department("张贵庄街道"))), member)
    client = signed_in(a_reporter(member))

    send(client, part.get_report_url(), status=302, **fresh(client, part), progress="万新街道已开展。")

    report = Report.objects.get()
    assert (report.assignment, report.department) == (part, member)


def test_members_of_a_collective_report_side_by_side(db) -> None:
    first, second = a_department("万新街道"), a_department("张贵庄街道")
    part = a_part(a_measure(), a_collective("各街道办", first, second))
    own = own_part(part, second)
    client = signed_in(a_reporter(second))
    typed = fresh(client, own) | {"progress": "张贵庄已开展。"}
    a_report(own_part(part, first), TODAY, now=at(TODAY, 9, 15), progress="万新已开展。")

    send(client, own.get_report_url(), status=302, **typed)

    assert list(Report.objects.order_by("pk").values_list("department", flat=True)) == [first.pk, second.pk]


def test_a_report_is_always_of_today_whatever_day_is_being_looked_at(part, reporter) -> None:
    address = f"{part.get_report_url()}?as_of=2021-12-31"

    send(reporter, address, status=302, **fresh(reporter, part), progress="补报。")

    assert Report.objects.get().recorded_on == TODAY


@pytest.mark.parametrize(
    ("moment", "day"),
    [((2021, 12, 31, 23, 59), date(2021, 12, 31)), ((2022, 1, 1, 0, 1), date(2022, 1, 1))],
)
def test_midnight_is_that_of_the_district(part, reporter, monkeypatch, moment, day) -> None:
    year, month, number, hour, minute = moment
    it_is(monkeypatch, date(year, month, number), hour, minute)

    send(reporter, part.get_report_url(), status=302, **fresh(reporter, part), progress="已部署。")

    assert Report.objects.get().recorded_on == day


def test_a_form_of_another_part_is_no_way_into_this_one(part, reporter) -> None:
    """The same token under another part's address: what was recorded there is not given away or changed."""
    other = a_part(a_measure(), part.department)
    typed = fresh(reporter, other) | TYPED
    send(reporter, other.get_report_url(), status=302, **typed)

    response = reporter.post(part.get_report_url(), typed)

    assert response.status_code < 500
    assert list(Report.objects.values_list("assignment", flat=True)) == [other.pk]


def test_the_page_writes_through_the_one_door(part, reporter, monkeypatch) -> None:
    asked: list[str] = []

    def refuse(**given: Any) -> None:
        asked.append(given["progress"])
        raise actions.NotAccepted("门已关闭。")

    monkeypatch.setattr(actions, "submit", refuse)

    page = send(reporter, part.get_report_url(), status=409, **fresh(reporter, part), **TYPED)

    assert (asked, page.alerts, still_typed(page)) == ([TYPED["progress"]], ["门已关闭。"], TYPED)
    assert recorded() == []
    assert uuid.UUID(page.filled_in("token") or "")
