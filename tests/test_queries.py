"""A page costs the same number of queries with 1 row and with 3, each of them named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tasks.choices import AssignmentRole
from tasks.models import Measure, Plan

from .builders import (
    a_collective,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_plan,
    a_report,
    a_reporter,
    a_section,
    a_supervisor,
    an_administrator,
    own_part,
)
from .pages import Page, it_is, signed_in

ROWS = (1, 3)
TODAY = date(2022, 1, 12)


@pytest.fixture(autouse=True)
def _today(monkeypatch) -> None:
    it_is(monkeypatch, TODAY)


def queries(client: Client, path: str) -> tuple[int, str]:
    """How many queries a page costs, and what they are, for whoever has to find the one too many."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(path)
    assert response.status_code == 200
    asked = "\n".join(query["sql"][:300] for query in captured.captured_queries)
    return len(captured), asked


def a_filled_plan(rows: int) -> Plan:
    """``rows`` measures, dated and ongoing in turn, five to a section, each with a lead, a co unit and a report."""
    plan = a_plan()
    for number in range(1, rows + 1):
        due_on = TODAY + timedelta(days=number * 7 - 100) if number % 2 else None
        section = a_section(plan, (number - 1) // 5 + 1, f"第{number}节")
        measure = a_measure(plan, number=number, section=section, due_on=due_on)
        lead = a_part(measure, a_department(f"牵头{number}局"), AssignmentRole.LEAD)
        a_part(measure, a_department(f"配合{number}局"), AssignmentRole.CO)
        a_report(lead, date(2021, 12, 1), needs_coordination=True)
    return plan


def a_measure_of_many(rows: int) -> Measure:
    """One measure with ``rows`` collectives, each with members and a request to close."""
    measure = a_measure(number=1)
    member = a_department("万新街道")
    reporter = a_reporter(member)
    for number in range(rows):
        collective = a_collective(f"集合{measure.pk}-{number}", member, a_department("张贵庄街道"))
        part = own_part(a_part(measure, collective, AssignmentRole.JOINT), member)
        a_report(part, date(2021, 12, 1), by=reporter)
        a_report(part, date(2021, 12, 2), by=reporter, asks_to_close=True)
    return measure


def costs(build: Callable[[int], tuple[Client, str]]) -> dict[int, int]:
    found = {}
    for rows in ROWS:
        client, path = build(rows)
        found[rows], asked = queries(client, path)
    print(asked)
    return found


def test_the_dashboard(db) -> None:
    costs_of = costs(lambda rows: (signed_in(a_leader()), a_filled_plan(rows).get_absolute_url()))

    # session, person, roles, plan, sections, measures by section and light, units, parts by unit and state, requests to
    # close, reports and requests for more time that wait, which parts ask for help, the latest of them, their last
    # reports and members, how many parts are not signed for, rates on both clocks, how many measures are extended,
    # repeatedly, or ask for it, the trend, its deadlines, what turns overdue, what falls silent, which measures are
    # overdue, these, their parts, collectives without members, the last snapshot
    assert costs_of == dict.fromkeys(ROWS, 29)


def test_the_slides(db) -> None:
    costs_of = costs(lambda rows: (signed_in(a_leader()), f"{a_filled_plan(rows).get_absolute_url()}present/"))

    # as the dashboard, less what the frame and the notes ask for; which are the worst parts of all units, these, and
    # their members
    assert costs_of == dict.fromkeys(ROWS, 30)


def test_the_ledger(db) -> None:
    costs_of = costs(lambda rows: (signed_in(a_leader()), f"{a_filled_plan(rows).get_absolute_url()}measures/?per=100"))

    # session, person, roles, plan, number of measures, sections and units to choose from, measures, their parts
    assert costs_of == dict.fromkeys(ROWS, 9)


def test_the_ledger_under_every_condition(db) -> None:
    query = "q=会商 牵头&role=principal&coordination=yes&sort=report&per=100&section=1"
    costs_of = costs(lambda rows: (signed_in(a_leader()), f"{a_filled_plan(rows).get_absolute_url()}measures/?{query}"))

    # as without conditions, and the section asked for
    assert costs_of == dict.fromkeys(ROWS, 10)


def test_the_ledger_of_parts(db) -> None:
    costs_of = costs(
        lambda rows: (signed_in(a_leader()), f"{a_filled_plan(rows).get_absolute_url()}assignments/?per=100")
    )

    # session, person, roles, plan, number of parts, sections, units and members to choose from, parts, their last
    # reports, the members' parts of collectives
    assert costs_of == dict.fromkeys(ROWS, 11)


def test_a_measure(db) -> None:
    for person, more in ((a_leader, 0), (a_supervisor, 0), (an_administrator, 1)):
        costs_of = costs(lambda rows, person=person: (signed_in(person()), a_measure_of_many(rows).get_absolute_url()))

        # session, person, roles, measure, how many of its parts were reported on, parts, their last reports with
        # their files, members' parts, their last reports, amendments, gone parts, extensions, milestones, indicators,
        # source notes, requests that wait; and for the time line: reports and their files, amendments, extensions,
        # receipts, milestones' records, changes, whom they concern; for an administrator also in whose name he may
        # ask for more time
        assert costs_of == dict.fromkeys(ROWS, 25 + more)


def test_a_measure_for_a_reporter(db) -> None:
    def build(rows: int) -> tuple[Client, str]:
        return signed_in(a_reporter(a_department("万新街道"))), a_measure_of_many(rows).get_absolute_url()

    # as for everybody, the person's department, and whether it answers for the measure
    assert costs(build) == dict.fromkeys(ROWS, 27)


def test_what_my_department_owes(db) -> None:
    def build(rows: int) -> tuple[Client, str]:
        plan, unit = a_filled_plan(rows), a_department(f"本单位{rows}")
        for measure in plan.measures.all():
            part = a_part(measure, unit, AssignmentRole.CO)
            a_report(part, date(2021, 12, 1), asks_to_close=True)
        return signed_in(a_reporter(unit)), "/mine/"

    # session, person, roles, the person's department, parts, their last reports with their files, all parts of their
    # measures, periods that take reports, drafts on parts it has lost, newest plan for the frame
    assert costs(build) == dict.fromkeys(ROWS, 11)


def test_the_queue_of_requests(db) -> None:
    def build(rows: int) -> tuple[Client, str]:
        plan = a_filled_plan(rows - Measure.objects.count())
        for measure in plan.measures.all():
            a_report(measure.assignments.first(), date(2021, 12, 5), asks_to_close=True)
        return signed_in(a_supervisor()), "/reviews/"

    # session, person, roles, reports to decide on, extensions, units to choose from, newest plan for the frame
    assert costs(build) == dict.fromkeys(ROWS, 7)


def test_a_request(db) -> None:
    def build(rows: int) -> tuple[Client, str]:
        measure = a_measure_of_many(rows)
        part = measure.assignments.get(reports__asks_to_close=True, collective_part__position=1)
        for number in range(rows):
            a_report(part, date(2021, 12, 5), progress=f"第{number}次。")
        return signed_in(a_supervisor()), f"/reviews/{part.reports.get(asks_to_close=True).pk}/"

    # session, person, roles, report with its files and sources, parts of the measure, their last reports with files,
    # members' parts and their reports, the last accepted report, what the unit said before, how the measure stood on
    # the day of the request, its indicators
    assert costs(build) == dict.fromkeys(ROWS, 18)


def test_the_form_of_a_report(db) -> None:
    def build(rows: int) -> tuple[Client, str]:
        measure = a_measure_of_many(rows)
        client = signed_in(a_reporter(a_department("万新街道")))
        part = measure.assignments.get(department__name="万新街道", collective_part__position=1)
        return client, part.get_report_url()

    # session, person, roles, the person's department, part, its last report with its files, all parts of its measure,
    # periods that take reports, whether it sums up, the measure's indicators
    assert costs(build) == dict.fromkeys(ROWS, 11)


def test_the_list_of_plans(db) -> None:
    def build(rows: int) -> tuple[Client, str]:
        for _ in range(rows):
            a_measure(a_plan())
        return signed_in(a_leader()), "/plans/"

    # session, person, roles, plans with their numbers, newest plan for the frame
    assert costs(build) == dict.fromkeys(ROWS, 5)


def test_rows_are_really_there(db) -> None:
    """Or the numbers above would prove nothing."""
    plan = a_filled_plan(42)
    leader = signed_in(a_leader())

    shown = [
        len(Page(leader.get(f"{plan.get_absolute_url()}{page}/?per=100")).rows())
        for page in ("measures", "assignments")
    ]

    assert shown == [42, 84]
