"""The office's queue: what lies in it, in whose, and what becomes of many decisions at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from departments.models import Department
from tasks.actions import report as report_actions
from tasks.actions import review as actions
from tasks.choices import AssignmentRole, Decision, ReportState
from tasks.models import Measure, Plan, Report, Review

from .builders import (
    a_closing,
    a_collective,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_plan,
    a_report,
    a_supervisor,
    an_administrator,
    at,
    own_part,
)
from .pages import Page, every, it_is, signed_in, visit, words

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


def groups(page: Page) -> dict[str, list[str]]:
    """The units in the queue under the heading of each group, without what the heading explains."""
    found = {}
    for body in every(page.main, "tbody"):
        if every(body, "tr", "group"):
            heading = words(every(body, "tr", "group")[0]).split()[0]
            found[heading] = [words(cell) for cell in every(body, "td", "unit-cell")]
    return found


def state(report: Report, day: date = TODAY) -> str:
    return Report.objects.with_followers(day).select_related("review").get(pk=report.pk).state(day)


# --- what lies in it -----------------------------------------------------------------------------------


def test_requests_and_waiting_reports_and_what_took_effect_lie_apart(unit, supervisor, plan) -> None:
    strict = a_plan(reports_need_acceptance=True, office=plan.office)
    a_report(a_part(a_measure(plan), unit), date(2022, 1, 3))
    a_report(a_part(a_measure(plan), a_department("区法院")), date(2022, 1, 4), asks_to_close=True)
    a_report(a_part(a_measure(strict), a_department("区司法局")), date(2022, 1, 5))

    page = visit(supervisor, QUEUE)

    assert groups(page) == {
        "办结申请": ["区法院"],
        "待审核的进展填报": ["区司法局"],
        "已生效、尚未审核的进展填报": ["公安东丽分局"],
    }


def test_what_took_effect_is_shown_once_for_each_part_and_no_longer_than_two_periods(plan, supervisor) -> None:
    def told(name: str, *days: date) -> None:
        part = a_part(a_measure(plan), a_department(name))
        for day in days:
            a_report(part, day, progress=f"{day}。")

    told("上一周期第一天", date(2021, 10, 1))
    told("再上一周期最后一天", date(2021, 9, 30))
    told("两次", date(2021, 11, 1), date(2022, 1, 3))

    page = visit(supervisor, QUEUE)

    assert groups(page) == {"已生效、尚未审核的进展填报": ["上一周期第一天", "两次"]}
    assert "2021-11-01。" not in page.words


def test_a_report_that_was_decided_on_withdrawn_or_closed_over_lies_there_no_more(plan, unit, supervisor) -> None:
    accepted, returned, withdrawn = (a_report(a_part(a_measure(plan), unit), YESTERDAY) for _ in range(3))
    reviewer = an_administrator()
    actions.accept(by=reviewer, report=accepted, now=at(TODAY))
    actions.send_back(by=reviewer, report=returned, now=at(TODAY), reason="请补充。")
    report_actions.withdraw(by=withdrawn.author, report=withdrawn, now=at(TODAY))

    assert groups(visit(supervisor, QUEUE)) == {}
    assert groups(visit(supervisor, QUEUE, as_of="2022-01-11")) == {
        "已生效、尚未审核的进展填报": ["公安东丽分局"] * 3,
    }


def test_a_decision_made_afterwards_does_not_say_that_the_report_was_waiting_before(plan, unit) -> None:
    report = a_report(a_part(a_measure(plan), unit), date(2022, 1, 3))

    actions.accept(by=an_administrator(), report=report, now=at(TODAY))

    assert [state(report, day) for day in (date(2022, 1, 3), YESTERDAY, TODAY)] == [
        ReportState.IN_EFFECT,
        ReportState.IN_EFFECT,
        ReportState.ACCEPTED,
    ]
    assert Review.objects.waiting_on(YESTERDAY).count() == 0


def test_the_offices_own_reports_lie_before_the_leading_group_and_nobodys_before_himself(plan, unit) -> None:
    measure = a_measure(plan)
    a_report(a_part(measure, plan.office, AssignmentRole.JOINT), YESTERDAY)
    a_report(a_part(measure, unit, AssignmentRole.JOINT), YESTERDAY)
    people = {
        "office": a_supervisor(plan.office),
        "unit": a_supervisor(unit),
        "leader": a_leader(),
        "administrator": an_administrator(),
    }

    found = {name: groups(visit(signed_in(person), QUEUE)) for name, person in people.items()}

    key = "已生效、尚未审核的进展填报"
    assert found == {
        "office": {key: ["公安东丽分局"]},
        "unit": {},
        "leader": {key: ["区市场监管局"]},
        "administrator": {key: ["区市场监管局", "公安东丽分局"]},
    }


def test_a_members_row_names_its_collective_and_who_entered_it(plan, supervisor) -> None:
    member = a_department("万新街道")
    part = a_part(a_measure(plan), a_collective("各街道办", member))
    a_report(own_part(part, member), YESTERDAY, by=an_administrator(last_name="沈", first_name="宁"))

    page = visit(supervisor, QUEUE)

    assert groups(page) == {"已生效、尚未审核的进展填报": ["万新街道 （各街道办成员） （沈宁代录）"]}


def test_a_late_report_is_marked_as_such(plan, unit, supervisor) -> None:
    part = a_part(a_measure(plan, due_on=None), unit)
    quarter = plan.periods.get(starts_on=date(2021, 10, 1))
    a_report(part, TODAY, period=quarter)

    (row,) = visit(supervisor, QUEUE).rows()

    assert (row[3].endswith("补报"), row[5]) == (True, "0天")


# --- narrowed down and in order --------------------------------------------------------------------------


@pytest.fixture
def three(plan) -> list[Report]:
    """A request of the court, and reports of two members and the court, in this order of age."""
    court, members = a_department("区法院", position=3), [a_department(f"{n}街道", position=2) for n in "乙甲"]
    collective = a_part(a_measure(plan), a_collective("各街道办", *members))
    return [
        a_report(a_part(a_measure(plan), court), date(2022, 1, 8), asks_to_close=True),
        *(a_report(own_part(collective, unit), date(2022, 1, 5 + n)) for n, unit in enumerate(members)),
        a_report(a_part(a_measure(plan), court), date(2022, 1, 4)),
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["区法院", "区法院", "乙街道 （各街道办成员）", "甲街道 （各街道办成员）"]),
        ({"sort": "unit"}, ["区法院", "乙街道 （各街道办成员）", "甲街道 （各街道办成员）", "区法院"]),
        ({"kind": "CLOSING"}, ["区法院"]),
        ({"kind": "REPORT"}, []),
        ({"unit": "区法院", "kind": "IN_EFFECT"}, ["区法院"]),
        ({"unit": "各街道办"}, ["乙街道 （各街道办成员）", "甲街道 （各街道办成员）"]),
        ({"unit": "甲街道"}, ["甲街道 （各街道办成员）"]),
    ],
)
def test_the_queue_is_narrowed_down_and_put_in_order(three, supervisor, query, expected) -> None:
    if "unit" in query:
        query = query | {"unit": Department.objects.get(name=query["unit"]).pk}

    page = visit(supervisor, QUEUE, **query)

    assert [words(cell) for cell in every(page.main, "td", "unit-cell")] == expected


@pytest.mark.parametrize(
    ("query", "label"), [({"kind": "X"}, "类别"), ({"unit": "0"}, "单位"), ({"sort": "y"}, "排序")]
)
def test_a_condition_that_makes_no_sense_is_said_and_shows_nothing(three, supervisor, query, label) -> None:
    page = visit(supervisor, QUEUE, **query)

    assert page.alerts[0].startswith("筛选条件有误，未显示结果：")
    assert f"{label}：没有这一项，请从列表中选择。" in page.alerts[0]
    assert page.rows() == []


def test_a_long_queue_has_pages(plan, supervisor) -> None:
    measure = a_measure(plan)
    for number in range(51):
        a_report(a_part(measure, a_department(f"第{number}局"), AssignmentRole.JOINT), YESTERDAY)

    pages = [visit(supervisor, QUEUE, page=number) for number in (1, 2)]

    assert [len(every(page.main, "td", "unit-cell")) for page in pages] == [50, 1]


def test_on_another_day_nothing_can_be_ticked(three, supervisor) -> None:
    page = visit(supervisor, QUEUE, as_of="2022-01-10")

    assert len(every(page.main, "td", "unit-cell")) == 4
    assert every(page.main, "input", type="checkbox") == []
    assert every(page.main, "button") == [button for button in every(page.main, "button") if words(button) == "筛选"]


# --- what it costs -----------------------------------------------------------------------------------------


def costs(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        visit(client, path)
    return len(captured)


def test_queue_decisions_and_one_report_cost_the_same_with_one_row_and_with_three(plan, supervisor) -> None:
    def grow(rows: int) -> Report:
        report = None
        while Measure.objects.count() < 3 * rows:
            unit = a_department(f"第{Measure.objects.count()}局")
            a_report(a_part(a_measure(plan), unit), YESTERDAY, asks_to_close=True)
            a_closing(a_part(a_measure(plan), unit), YESTERDAY - timedelta(days=1))
            part = a_part(a_measure(plan), unit)
            a_report(part, YESTERDAY - timedelta(days=2))
            report = a_report(part, YESTERDAY)
        assert report is not None
        return report

    found = {}
    for rows in (1, 3):
        report = grow(rows)
        found[rows] = [costs(supervisor, place) for place in (QUEUE, DECIDED, f"{QUEUE}{report.pk}/")]

    # session, person, roles, the person's department, and on each page the newest plan for the frame or the report;
    # the queue: what is undecided, extensions, units to choose from; decisions: their number, units to choose from,
    # they themselves; one report: its sources, its files, what the unit said before and files of that, its part, the
    # other units, the numbers of the measure
    assert found[1] == found[3]
    assert found[1][:2] == [8, 8]
    assert Review.objects.filter(decision=Decision.PENDING).count() == 3
