"""Progress recorded in the panel goes through the same door as the pages, and stays as it was written."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest

from departments.models import User
from tasks.actions import draft as drafts
from tasks.actions import evidence
from tasks.choices import Decision
from tasks.models import Assignment, Draft, Report, Review

from .builders import (
    a_closing,
    a_department,
    a_measure,
    a_part,
    a_report,
    a_reporter,
    a_supervisor,
    an_administrator,
    at,
)
from .files import a_pdf, sent
from .pages import Page, every, it_is, signed_in, words
from .panel import faults, filled, said, save

TODAY = date(2021, 11, 15)
REPORTS = "/admin/tasks/report/"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, TODAY)


@pytest.fixture
def part(db: None) -> Assignment:
    return a_part(department=a_department("区科技局"))


@pytest.fixture
def clerk(db: None) -> User:
    return an_administrator(last_name="王", first_name="敏")


def form_for(part: Assignment) -> str:
    return f"{REPORTS}add/?assignment={part.pk}"


def progress() -> list[str]:
    return list(Report.objects.order_by("pk").values_list("progress", flat=True))


def test_an_administrator_reports_on_behalf_of_a_unit(part: Assignment, clerk: User) -> None:
    fields = {
        "progress": "已建立制度。",
        "problems": "人手不足。",
        "next_steps": "继续推进。",
        "percent": "60",
        "needs_coordination": "on",
    }

    page = save(signed_in(clerk), form_for(part), **fields)

    report = Report.objects.get()
    assert (page.status, page.response.headers["Location"]) == (302, REPORTS)
    assert (report.assignment, report.department.name, report.author) == (part, "区科技局", clerk)
    assert (report.recorded_on, report.percent, report.needs_coordination) == (TODAY, 60, True)
    assert (report.progress, report.problems, report.next_steps) == ("已建立制度。", "人手不足。", "继续推进。")
    assert report.is_recorded_for_another


def test_the_form_says_for_whom_and_what_was_said_last(part: Assignment, clerk: User) -> None:
    a_report(part, date(2021, 10, 1), progress="十月的进展。")

    page = Page(signed_in(clerk).get(form_for(part)))

    assert "以区科技局的名义填报，填报人记为您本人。" in page.words
    assert "应于2021年12月31日办结，还有46天。" in page.words
    assert "十月的进展。" in page.words


def test_a_request_to_close_waits_for_its_review(part: Assignment, clerk: User) -> None:
    save(signed_in(clerk), form_for(part), progress="完成。", asks_to_close="on")

    assert Review.objects.get().decision == Decision.PENDING


def test_the_same_form_sent_twice_is_recorded_once(part: Assignment, clerk: User) -> None:
    client = signed_in(clerk)
    data = filled(Page(client.get(form_for(part)))) | {"progress": "已建立制度。"}

    first = client.post(form_for(part), data)
    second = Page(client.post(form_for(part), data, follow=True))

    assert first.status_code == 302
    assert "这份填报已经提交过，没有重复记录。" in said(second)
    assert progress() == ["已建立制度。"]


def test_a_report_that_came_in_meanwhile_is_shown_and_neither_is_lost(part: Assignment, clerk: User) -> None:
    client = signed_in(clerk)
    data = filled(Page(client.get(form_for(part)))) | {"progress": "代录的内容。"}
    a_report(part, TODAY, by=a_reporter(part.department), progress="单位自己的内容。")

    told = Page(client.post(form_for(part), data))
    before = progress()
    client.post(form_for(part), filled(told))

    assert told.status == 200
    assert "在您填写期间，本任务已有新的填报，您的内容尚未提交。" in told.words
    assert "单位自己的内容。" in told.words
    assert filled(told)["progress"] == "代录的内容。"
    assert before == ["单位自己的内容。"]
    assert progress() == ["单位自己的内容。", "代录的内容。"]


def test_a_part_that_is_closed_takes_no_more(part: Assignment, clerk: User) -> None:
    client = signed_in(clerk)
    data = filled(Page(client.get(form_for(part)))) | {"progress": "迟到的内容。"}
    a_closing(part, TODAY)

    page = Page(client.post(form_for(part), data))

    assert faults(page) == ["本任务（本单位部分）已办结，不再接受填报。"]
    assert filled(page)["progress"] == "迟到的内容。"
    assert len(progress()) == 1


def test_a_second_request_to_close_is_refused_while_one_waits(part: Assignment, clerk: User) -> None:
    a_report(part, date(2021, 11, 1), asks_to_close=True)

    page = save(signed_in(clerk), form_for(part), progress="再申请。", asks_to_close="on")

    assert faults(page) == ["这项分工已有办结申请待审核，不能重复申请；可以取消“申请办结”后提交进展。"]
    assert Review.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"progress": ""}, "请填写进展情况。"),
        ({"progress": "长" * 5001}, "文字过长，最多5000字，目前5001字，请精简后再提交。"),
        ({"progress": "一\x00二"}, "文字中有无法显示的控制字符，请删除后重试。"),
        ({"progress": "一\u202e二"}, "文字中有无法显示的控制字符，请删除后重试。"),
        ({"progress": "做了。", "percent": "101"}, "确保该值小于或等于100。"),
        ({"progress": "做了。", "percent": "9" * 30}, "确保该值小于或等于100。"),
        ({"progress": "做了。", "percent": "abc"}, "完成进度应为0到100之间的整数。"),
        ({"progress": "做了。", "token": "abc"}, "表单已失效，请重新打开本页；您填写的内容仍在下面。"),
        ({"progress": "做了。", "token": None}, "表单已失效，请重新打开本页；您填写的内容仍在下面。"),
        ({"progress": "做了。", "seen": "9" * 30}, "表单已失效，请重新打开本页；您填写的内容仍在下面。"),
    ],
)
def test_what_cannot_be_recorded_is_an_error_of_the_form(
    fields: dict[str, Any], reason: str, part: Assignment, clerk: User
) -> None:
    page = save(signed_in(clerk), form_for(part), **fields)

    assert page.status == 200
    assert reason in faults(page)
    assert not Report.objects.exists()


def test_with_the_token_of_somebody_elses_form_one_is_shown_what_he_sent(part: Assignment, clerk: User) -> None:
    taken = a_report(part, date(2021, 10, 1))

    page = save(signed_in(clerk), form_for(part), progress="抢注。", token=str(taken.token))

    assert page.status == 200
    assert taken.progress in page.words
    assert progress() == [taken.progress]


@pytest.mark.parametrize("choice", ["", "?assignment=", "?assignment=abc", "?assignment=0", f"?assignment={'9' * 30}"])
def test_without_a_part_the_list_of_parts_is_shown(choice: str, part: Assignment, clerk: User) -> None:
    page = Page(signed_in(clerk).get(f"{REPORTS}add/{choice}", follow=True))

    assert page.response.redirect_chain == [("/admin/tasks/assignment/", 302)]
    assert said(page) == ["请先找到责任分工，再点“代录进展”。"]
    assert page.links()["代录进展"] == form_for(part)


def test_the_office_sees_reports_and_records_none(part: Assignment) -> None:
    client = signed_in(a_supervisor())

    answer = client.post(form_for(part), {"progress": "越权。", "token": str(uuid.uuid4())})

    assert answer.status_code == 403
    assert "代录进展" not in Page(client.get("/admin/tasks/assignment/")).links()
    assert not Report.objects.exists()


def test_an_accepted_report_stays_as_it_was_written(part: Assignment, clerk: User) -> None:
    report = a_closing(part, date(2021, 11, 1))
    before = Report.objects.values().get(), Review.objects.values().get()
    client = signed_in(clerk)
    forged = {"progress": "改写", "decision": "RETURNED", "reason": "改写", "recorded_on": "2020-01-01", "_save": "1"}

    answers = [
        client.post(f"/admin/tasks/{model}/{obj.pk}/{tail}/", forged | {"post": "yes"})
        for model, obj in (("report", report), ("review", report.review))
        for tail in ("change", "delete")
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert (Report.objects.values().get(), Review.objects.values().get()) == before


def test_a_report_is_shown_whole(part: Assignment, clerk: User) -> None:
    report = a_report(part, date(2021, 11, 1), progress="进展。", problems="问题。", next_steps="下一步。", percent=30)

    page = Page(signed_in(clerk).get(f"{REPORTS}{report.pk}/change/"))

    assert all(word in page.words for word in ("进展。", "问题。", "下一步。", "30", "2021-11-01 10:00", "区科技局"))
    assert page.every("input", type="submit") == []


def test_words_entered_for_a_unit_leave_its_own_draft_and_files_alone(db) -> None:
    part = a_part()
    author = a_reporter(part.department)
    evidence.add(by=author, assignment=part, file=sent("证明.pdf", a_pdf()), now=at(date(2021, 12, 1)))
    own = {"progress": "单位自己写到一半。"}
    drafts.save(by=author, assignment=part, version=0, token=uuid.uuid4(), words=own, now=at(date(2021, 12, 1)))

    form = {"token": uuid.uuid4(), "seen": "", "draft_version": "0", "progress": "代录的进展。", "window": ""}
    answer = signed_in(an_administrator()).post(f"/admin/tasks/report/add/?assignment={part.pk}", form)

    assert answer.status_code == 302
    assert (Report.objects.get().progress, Report.objects.get().evidence.count()) == ("代录的进展。", 0)
    assert (Draft.objects.get().progress, Draft.objects.get().evidence.count()) == ("单位自己写到一半。", 1)


def test_a_report_may_be_made_up_on_behalf_of_a_unit(db, monkeypatch) -> None:
    it_is(monkeypatch, date(2021, 11, 1))
    part = a_part(a_measure(due_on=None))
    third = part.measure.plan.periods.get(starts_on=date(2021, 7, 1))
    client = signed_in(an_administrator())
    offered = Page(client.get(f"/admin/tasks/report/add/?assignment={part.pk}"))

    form = {"token": uuid.uuid4(), "seen": "", "draft_version": "0", "progress": "补报三季度。", "period": third.pk}
    client.post(f"/admin/tasks/report/add/?assignment={part.pk}", form)

    assert [words(option) for option in every(offered.every("select", name="period")[0], "option")] == [
        "按填报日期确定",
        "2021年第四季度",
        "2021年第三季度",
    ]
    report = Report.objects.get()
    assert (report.period, report.is_late, report.is_recorded_for_another) == (third, True, True)
