"""Requests to close: who has which in front of him, what he sees, and what becomes of his decision."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.test.html import Element

from departments.models import Department, Role
from tasks.actions import review as actions
from tasks.choices import AssignmentRole, Decision
from tasks.models import Assignment, Plan, Review

from .builders import (
    a_closing,
    a_collective,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_person,
    a_plan,
    a_report,
    a_reporter,
    a_return,
    a_supervisor,
    an_administrator,
    at,
    own_part,
)
from .pages import Page, every, it_is, send, signed_in, visit, words

TODAY = date(2022, 1, 12)
QUEUE = "/reviews/"


@pytest.fixture(autouse=True)
def _today(monkeypatch) -> None:
    it_is(monkeypatch, TODAY, 15)


@pytest.fixture
def plan(db) -> Plan:
    return a_plan()


@pytest.fixture
def unit(db) -> Department:
    return a_department("公安东丽分局")


@pytest.fixture
def supervisor(plan: Plan) -> Client:
    return signed_in(a_supervisor(plan.office, last_name="孟", first_name="凡"))


def a_request(part: Assignment, on: date = date(2022, 1, 10), **fields: object) -> Review:
    return a_report(part, on, asks_to_close=True, **fields).review


def address(review: Review) -> str:
    return f"{QUEUE}{review.report_id}/"


def queue(page: Page) -> list[str]:
    """The units whose requests wait, in the order of the page."""
    return [words(cell) for cell in every(page.main, "td", "unit-cell")]


def sheet(page: Page, title: str) -> Element:
    return next(one for one in page.every("section", "sheet") if words(every(one, "h2")[0]).startswith(title))


# --- the queue -----------------------------------------------------------------------------------


def test_requests_wait_for_those_who_may_decide_on_them_the_oldest_first(plan) -> None:
    measure = a_measure(plan)
    court = a_part(measure, a_department("区法院"), AssignmentRole.JOINT)
    office = a_part(measure, plan.office, AssignmentRole.JOINT)
    police = a_part(measure, a_department("公安东丽分局"), AssignmentRole.JOINT)
    for part, day in ((office, 8), (police, 9), (court, 7)):
        a_request(part, date(2022, 1, day))
    people = {
        "supervisor": a_supervisor(plan.office),
        "another office's supervisor": a_supervisor(a_department("区法院")),
        "leader": a_leader(),
        "administrator": an_administrator(),
        "administrator of the court": a_person(Role.ADMINISTRATOR, department=a_department("区法院")),
    }

    pages = {name: visit(signed_in(person), QUEUE) for name, person in people.items()}

    assert {name: queue(page) for name, page in pages.items()} == {
        "supervisor": ["区法院", "公安东丽分局"],
        "another office's supervisor": ["公安东丽分局"],
        "leader": [plan.office.name],
        "administrator": ["区法院", plan.office.name, "公安东丽分局"],
        "administrator of the court": [plan.office.name, "公安东丽分局"],
    }
    said = words(pages["supervisor"].main).replace(" ", "")
    assert (
        "待您审核：办结申请2件，待审核的进展填报0件，已生效、尚未审核的进展填报0件；另有1件由其他审核人办理。" in said
    )


def test_a_row_of_the_queue_says_who_asks_for_what(plan, unit, supervisor) -> None:
    part = a_part(a_measure(plan, number=3, wording="建立会商制度。"), unit)
    a_request(part, date(2022, 1, 10), progress="制度已印发。")

    page = visit(supervisor, QUEUE)

    assert [row[1:6] for row in page.rows()] == [
        ["公安东丽分局", "3", "建立会商制度。 制度已印发。 逾期后申请", "2022-01-10", "2天"]
    ]


def test_what_was_decided_waits_no_longer(plan, unit, supervisor) -> None:
    a_closing(a_part(a_measure(plan), unit), date(2022, 1, 4), date(2022, 1, 6))
    a_return(a_part(a_measure(plan), unit), date(2022, 1, 5), date(2022, 1, 8))

    assert queue(visit(supervisor, QUEUE)) == []
    assert "没有待您审核的填报。" in visit(supervisor, QUEUE).words
    assert len(queue(visit(supervisor, QUEUE, as_of="2022-01-05"))) == 2
    assert len(queue(visit(supervisor, QUEUE, as_of="2022-01-06"))) == 1


def test_one_who_wrote_the_request_himself_does_not_find_it(plan, unit) -> None:
    both = a_person(Role.SUPERVISOR, Role.ADMINISTRATOR)
    a_request(a_part(a_measure(plan), unit), by=both)

    page = visit(signed_in(both), QUEUE)

    assert queue(page) == []


# --- one request ---------------------------------------------------------------------------------


def test_a_request_is_shown_with_what_its_unit_said_before(plan, unit, supervisor) -> None:
    part = a_part(a_measure(plan), unit)
    author = a_reporter(unit, last_name="王", first_name="强")
    a_report(part, date(2021, 11, 1), by=author, progress="征求意见。")
    a_return(part, date(2021, 12, 20), date(2021, 12, 22), reason="请附文号。")
    review = a_request(part, by=author, now=at(date(2022, 1, 10), 16, 20), progress="已印发，文号附后。", percent=100)

    page = visit(supervisor, address(review))

    asked = words(sheet(page, "公安东丽分局（负责）的办结申请"))
    assert "2022-01-10 16:20 · 王强 逾期后申请" in asked
    assert "已印发，文号附后。 完成进度100%" in asked
    assert [words(entry) for entry in page.every("li") if words(entry).startswith("2021")] == [
        "2021-12-20 10:00 公安东丽分局 申请办结 退回后已更正 已完成阶段性工作。 退回理由：请附文号。",
        "2021-11-01 10:00 公安东丽分局 填报进展 已有新的填报 征求意见。",
    ]


def test_what_was_said_after_the_request_is_not_called_earlier(plan, unit, supervisor) -> None:
    part = a_part(a_measure(plan), unit)
    review = a_request(part)
    a_report(part, TODAY, now=at(TODAY, 9), progress="申请之后补充的情况。")

    page = visit(supervisor, address(review))

    earlier = [words(section) for section in page.every("section", "sheet") if "以前的填报" in words(section)]
    assert "申请之后补充的情况。" in page.words
    assert [text for text in earlier if "申请之后补充的情况。" in text] == []


def test_units_that_said_nothing_are_listed_on_the_request(plan, unit, supervisor) -> None:
    measure = a_measure(plan)
    lead = a_part(measure, unit, AssignmentRole.LEAD)
    court = a_part(measure, a_department("区法院"), AssignmentRole.CO)
    a_part(measure, a_department("区检察院"), AssignmentRole.CO)
    a_report(court, date(2021, 12, 1), progress="已配合。")
    review = a_request(lead)

    page = visit(supervisor, address(review))

    assert page.rows(sheet(page, "本任务其他单位")) == [
        ["区法院", "配合", "逾期", "2021-12-01 已配合。"],
        ["区检察院", "配合", "逾期", "未填报"],
    ]


def test_only_those_who_may_decide_get_the_form_and_the_others_the_reason(plan, unit) -> None:
    units = a_request(a_part(a_measure(plan), unit))
    offices = a_request(a_part(a_measure(plan), plan.office))
    people = {
        "supervisor": a_supervisor(plan.office),
        "leader": a_leader(),
        "administrator": an_administrator(),
        "the unit's own supervisor": a_supervisor(unit),
    }

    forms = {
        name: [bool(visit(signed_in(person), address(review)).every("textarea")) for review in (units, offices)]
        for name, person in people.items()
    }

    assert forms == {
        "supervisor": [True, False],
        "leader": [False, True],
        "administrator": [True, True],
        "the unit's own supervisor": [False, False],
    }
    own = visit(signed_in(people["the unit's own supervisor"]), address(units))
    office = visit(signed_in(a_supervisor()), address(offices))
    assert "按回避要求，本单位的填报须由其他单位的人员审核。" in own.words
    assert "督办单位自己的填报，由领导小组审核。" in office.words


def test_a_leader_is_not_told_that_another_units_request_is_his_own(plan, unit) -> None:
    review = a_request(a_part(a_measure(plan), unit))

    page = visit(signed_in(a_leader()), address(review))

    assert "本单位的填报" not in page.words


# --- deciding ------------------------------------------------------------------------------------


def test_accepting_closes_the_part_today(plan, unit, supervisor) -> None:
    part = a_part(a_measure(plan, number=3), unit)
    review = a_request(part)

    page = send(supervisor, address(review), status=200, follow=True, decision="ACCEPTED", reason=" 同意。 ")

    review.refresh_from_db()
    assert (review.decision, review.decided_on, review.decided_at) == (Decision.ACCEPTED, TODAY, at(TODAY, 15))
    assert (review.reviewer.name, review.reason) == ("孟凡", "同意。")
    assert (words(page.every("h1")[0]), page.notes) == ("审核", ["已同意公安东丽分局办结第3项。"])
    assert Assignment.objects.as_of(TODAY).get(pk=part.pk).timeliness == "CLOSED_LATE"


def test_returning_needs_a_reason_and_the_unit_reads_it(plan, unit, supervisor) -> None:
    part = a_part(a_measure(plan, number=3), unit)
    review = a_request(part)

    refused = send(supervisor, address(review), status=422, decision="RETURNED", reason="  ")
    page = send(supervisor, address(review), status=200, follow=True, decision="RETURNED", reason="请附清单。")

    assert [words(error) for error in refused.every("ul", "errorlist")] == ["退回须说明理由。"]
    assert page.notes == ["已退回公安东丽分局关于第3项的办结申请。"]
    assert "办结申请被退回：请附清单。" in visit(signed_in(a_reporter(unit)), "/mine/").words


@pytest.mark.parametrize(
    ("typed", "explanation"),
    [
        ({"reason": "请附清单。"}, "请选择同意或退回。"),
        ({"decision": "", "reason": "请附清单。"}, "请选择同意或退回。"),
        ({"decision": "PENDING", "reason": "请附清单。"}, "请选择同意或退回。"),
        ({"decision": "accept", "reason": "请附清单。"}, "请选择同意或退回。"),
        ({"decision": "RETURNED", "reason": "坏\0字"}, "文字中有无法显示的控制字符，请删除后重试。"),
        ({"decision": "ACCEPTED", "reason": "字" * 5001}, "文字过长，最多5000字，目前5001字，请精简后再提交。"),
    ],
)
def test_what_cannot_be_taken_is_explained_and_the_reason_is_still_there(
    plan, unit, supervisor, typed, explanation
) -> None:
    review = a_request(a_part(a_measure(plan), unit))

    page = send(supervisor, address(review), status=422, **typed)

    errors = [words(error) for error in page.every("ul", "errorlist")]
    review.refresh_from_db()
    assert review.decision == Decision.PENDING
    assert (len(errors), explanation in errors[0]) == (1, True)
    assert (page.filled_in("reason") or "").replace("\0", "") == typed["reason"].replace("\0", "")


def test_the_second_decision_is_told_of_the_first_and_keeps_its_words(plan, unit, supervisor) -> None:
    review = a_request(a_part(a_measure(plan), unit))
    actions.accept(
        by=an_administrator(last_name="沈", first_name="宁"), report=review.report, now=at(TODAY, 14), reason="可。"
    )

    page = send(supervisor, address(review), status=409, decision="RETURNED", reason="请附清单。")

    review.refresh_from_db()
    assert (review.decision, review.reason) == (Decision.ACCEPTED, "可。")
    assert page.alerts == ["这份填报已由他人审核。"]
    opinion = words(sheet(page, "审核"))
    assert opinion.startswith("审核 同意办结 · 沈宁 · 2022-01-12 14:00 可。")
    assert "请附清单。" in opinion
    assert page.every("textarea") == []


def test_accepting_twice_is_one_decision(plan, unit, supervisor) -> None:
    review = a_request(a_part(a_measure(plan), unit))

    send(supervisor, address(review), status=302, decision="ACCEPTED", reason="")
    send(supervisor, address(review), status=409, decision="ACCEPTED", reason="")

    assert Review.objects.accepted_by(TODAY).count() == 1


def test_nobody_decides_on_his_own_units_request_not_even_with_every_role(plan, unit) -> None:
    collective = a_collective("各成员单位", unit)
    own = a_request(a_part(a_measure(plan), unit), by=a_reporter(unit))
    as_member = a_request(own_part(a_part(a_measure(plan), collective), unit), by=a_reporter(unit))
    everything = signed_in(a_person(*Role, department=unit, is_staff=True))

    pages = [
        send(everything, address(review), status=403, decision="ACCEPTED", reason="") for review in (own, as_member)
    ]

    assert all(words(page.every("h1")[0]) == "没有权限" for page in pages)
    assert Review.objects.pending().count() == 2


def test_the_office_cannot_decide_on_its_own_request(plan, supervisor) -> None:
    review = a_request(a_part(a_measure(plan), plan.office))

    send(supervisor, address(review), status=403, decision="ACCEPTED", reason="")
    send(signed_in(a_leader()), address(review), status=302, decision="ACCEPTED", reason="")

    review.refresh_from_db()
    assert review.decision == Decision.ACCEPTED


def test_a_decision_is_always_of_today_whatever_day_is_being_looked_at(plan, unit, supervisor) -> None:
    review = a_request(a_part(a_measure(plan), unit), date(2021, 12, 20))

    send(supervisor, f"{address(review)}?as_of=2021-12-31", status=302, decision="ACCEPTED", reason="")

    review.refresh_from_db()
    assert review.decided_on == TODAY
