"""A report on its own page, what has been decided, and what is entered on behalf of a unit."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from departments.models import Department
from tasks.actions import report as report_actions
from tasks.actions import review as actions
from tasks.choices import AssignmentRole, Decision, ReportState
from tasks.models import Plan, Report, Review

from .builders import (
    a_closing,
    a_collective,
    a_department,
    a_measure,
    a_part,
    a_plan,
    a_report,
    a_supervisor,
    an_administrator,
    at,
    own_part,
)
from .pages import every, it_is, send, signed_in, visit, words

TODAY = date(2022, 1, 12)
YESTERDAY = date(2022, 1, 11)
QUEUE, ACCEPT, DECIDED = "/reviews/", "/reviews/accept/", "/reviews/decided/"


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


def state(report: Report, day: date = TODAY) -> str:
    return Report.objects.with_followers(day).select_related("review").get(pk=report.pk).state(day)


# --- one ordinary report ---------------------------------------------------------------------------------


def test_an_ordinary_report_is_decided_on_its_own_page_beside_the_last_accepted_one(plan, unit, supervisor) -> None:
    part = a_part(a_measure(plan, number=3), unit)
    first = a_report(part, date(2022, 1, 3), progress="第一次。")
    actions.accept(by=an_administrator(last_name="沈", first_name="宁"), report=first, now=at(date(2022, 1, 4)))
    report = a_report(part, YESTERDAY, progress="第二次。")

    page = visit(supervisor, f"{QUEUE}{report.pk}/")

    said, accepted = (words(sheet) for sheet in every(page.main, "section", "sheet")[:2])
    assert ("已生效" in said, "第二次。" in said) == (True, True)
    assert ("第一次。" in accepted, "沈宁于2022-01-04同意" in accepted) == (True, True)

    done = send(
        supervisor,
        f"{QUEUE}{report.pk}/",
        status=200,
        follow=True,
        decision="RETURNED",
        reason="请核实。",
        seen=report.pk,
    )

    assert done.notes == ["已退回公安东丽分局关于第3项的进展填报。"]
    assert state(report) == ReportState.RETURNED


@pytest.mark.parametrize(
    ("happened", "explanation"),
    [
        ("withdrawn", "这份填报已由填报单位撤回。"),
        ("followed", "该单位已有新的填报，请审核新的填报。"),
        ("decided", "这份填报已由他人审核。"),
    ],
)
def test_a_report_that_changed_a_second_ago_is_told_and_the_reason_kept(
    plan, unit, supervisor, happened, explanation
) -> None:
    report = a_report(a_part(a_measure(plan), unit), YESTERDAY)
    if happened == "withdrawn":
        report_actions.withdraw(by=report.author, report=report, now=at(TODAY))
    elif happened == "followed":
        a_report(report.assignment, TODAY, progress="新的情况。")
    else:
        actions.accept(by=an_administrator(), report=report, now=at(TODAY))

    page = send(
        supervisor, f"{QUEUE}{report.pk}/", status=409, decision="RETURNED", reason="请核实数字。", seen=report.pk
    )

    assert page.alerts == [explanation]
    assert "您刚才填写而未提交的意见： 请核实数字。" in page.words
    assert page.every("textarea") == []


def test_a_request_with_newer_words_beside_it_is_shown_again_with_the_reason_still_in_the_form(
    plan, unit, supervisor
) -> None:
    part = a_part(a_measure(plan), unit)
    request = a_report(part, YESTERDAY, asks_to_close=True)
    newer = a_report(part, TODAY, now=at(TODAY, 9), progress="还有一处尾项。")
    place = f"{QUEUE}{request.pk}/"

    page = send(supervisor, place, status=409, decision="RETURNED", reason="请办完再报。", seen=request.pk)

    assert page.alerts == ["您查看之后，该单位又有新的填报，请重新查看后再审核。"]
    assert (page.filled_in("reason"), page.filled_in("seen")) == ("请办完再报。", str(newer.pk))
    assert "还有一处尾项。" in page.words
    send(supervisor, place, status=302, decision="RETURNED", reason="请办完再报。", seen=newer.pk)
    assert Review.objects.get().decision == Decision.RETURNED


def test_a_request_names_the_units_that_were_silent_on_its_day(plan, unit, supervisor) -> None:
    measure = a_measure(plan)
    streets = [a_department(f"{name}街道") for name in ("万新", "张贵庄", "丰年村")]
    lead = a_part(measure, unit, AssignmentRole.LEAD)
    court = a_part(measure, a_department("区法院"), AssignmentRole.CO)
    late = a_part(measure, a_department("区检察院"), AssignmentRole.CO)
    collective = a_part(measure, a_collective("各街道办", *streets), AssignmentRole.CO)
    a_part(measure, a_collective("各成员单位"), AssignmentRole.CO)
    a_report(court, date(2022, 1, 3))
    a_report(own_part(collective, streets[0]), date(2022, 1, 3))
    request = a_report(lead, date(2022, 1, 5), asks_to_close=True, summary="四家单位均已落实。")
    a_report(late, YESTERDAY)

    page = visit(supervisor, f"{QUEUE}{request.pk}/")

    (company,) = every(page.main, "p", "company")
    silent = "区检察院、各街道办（已报1/3，未报：丰年村街道、张贵庄街道）、各成员单位（尚未登记成员单位）"
    said = words(company).replace(" ", "")
    assert said.startswith("截至申请当日（2022-01-05），其他单位已报1/4。未报：区检察院、各街道办（已报1/3，未报：")
    assert sorted(said) == sorted(f"截至申请当日（2022-01-05），其他单位已报1/4。未报：{silent}。")
    assert "四家单位均已落实。" in page.words


# --- what was decided ------------------------------------------------------------------------------------


def test_decisions_are_listed_with_who_what_when_and_why(plan, unit, supervisor) -> None:
    part = a_part(a_measure(plan, number=3, wording="建立会商制度。"), unit)
    report = a_report(part, date(2022, 1, 3), progress="已起草。")
    reviewer = an_administrator(last_name="沈", first_name="宁")
    actions.send_back(by=reviewer, report=report, now=at(date(2022, 1, 4), 9), reason="请附文号。")
    a_closing(a_part(a_measure(plan, number=4), a_department("区法院")), date(2022, 1, 5), date(2022, 1, 6))
    member = a_department("万新街道")
    streets = a_part(a_measure(plan, number=5), a_collective("各街道办", member))
    actions.accept(by=reviewer, report=a_report(own_part(streets, member), YESTERDAY), now=at(TODAY, 8))

    page = visit(supervisor, DECIDED)

    assert [(row[0], row[2], row[3], row[4], row[6]) for row in page.rows()] == [
        ("2022-01-12 08:00", "同意", "万新街道 （各街道办成员）", "5", "—"),
        ("2022-01-06 10:00", "同意办结", "区法院", "4", "—"),
        ("2022-01-04 09:00", "退回", "公安东丽分局", "3", "请附文号。"),
    ]
    assert page.rows()[2][1] == "沈宁"
    assert visit(supervisor, DECIDED, as_of="2022-01-05").column(3) == ["公安东丽分局"]
    assert visit(supervisor, DECIDED, decision="RETURNED").column(3) == ["公安东丽分局"]
    assert visit(supervisor, DECIDED, unit=streets.department_id).column(4) == ["5"]


# --- on behalf of a unit ---------------------------------------------------------------------------------


def test_an_administrator_enters_a_report_on_behalf_of_a_member(plan) -> None:
    member = a_department("万新街道")
    part = own_part(a_part(a_measure(plan), a_collective("各街道办", member)), member)
    somebody = an_administrator(last_name="沈", first_name="宁")
    admin = signed_in(somebody)
    place = f"/admin/tasks/report/add/?assignment={part.pk}"
    form = visit(admin, place)
    data = {"progress": "电话报来。", "token": form.filled_in("token"), "seen": "", "problems": "", "next_steps": ""}

    send(admin, place, status=302, **data)

    report = Report.objects.get()
    assert "万新街道" in words(form.main)
    assert (report.department, report.author, report.is_recorded_for_another) == (member, somebody, True)
    page = visit(admin, f"/plans/{plan.slug}/assignments/{part.pk}/")
    assert "万新街道（各街道办成员）（沈宁代录）" in page.words
    assert "沈宁（代万新街道填报）" in page.words
