"""Two people bring in the same plan at the same moment: one of them does, and the other is told."""

from __future__ import annotations

import threading
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.db import connection, transaction

from departments.models import Role
from tasks.actions import plan_archive as actions
from tasks.exchange import collect
from tasks.models import Plan, PlanArchive, Report

from . import exchange, test_concurrency
from .builders import a_person, a_report, an_administrator, at
from .exchange import Moved, as_json, bring, empty
from .test_concurrency import at_once, kinds

pytestmark = pytest.mark.django_db(transaction=True)
_a_database_of_several = test_concurrency._a_database_of_several

TODAY = date(2022, 1, 12)


@pytest.fixture
def moved() -> Moved:
    """Written and taken away again."""
    plan = exchange.a_whole_plan()
    found = Moved(as_json(plan), exchange.as_zip(plan))
    empty()
    return found


def test_of_two_imports_of_one_plan_one_is_refused(moved: Moved) -> None:
    results = at_once(*(lambda: bring(moved.file) for _ in range(2)))

    assert kinds(results) == ["Refused", "tuple"]
    assert (Plan.objects.count(), Report.objects.count()) == (1, 5)


def test_of_two_confirmations_one_is_told_that_it_was_done(moved: Moved) -> None:
    people = [an_administrator(), an_administrator()]
    archive = actions.receive(by=people[0], name="a.zip", stream=BytesIO(moved.archive), now=at(TODAY))

    how: dict[str, Any] = {"archive": archive, "seen": archive.sha256, "now": at(TODAY)}
    results = at_once(*(lambda by=by: actions.confirm(by=by, **how) for by in people))

    assert kinds(results) == ["AlreadyConfirmed", "tuple"]
    assert (Plan.objects.count(), PlanArchive.objects.get().plan) == (1, Plan.objects.get())


def an_export_and_a_report(plan: Plan) -> list[Any]:
    """Somebody who is named nowhere yet reports when half of the file has been written."""
    part = plan.measures.get(number=3).assignments.get()
    reporter = a_person(Role.REPORTER, department=part.department)
    is_begun, is_reported = threading.Event(), threading.Event()

    def export() -> bytes:
        written = []
        with collect.at_one_moment():
            for number, piece in enumerate(collect.pieces(plan)):
                written.append(piece)
                if number == 10:
                    is_begun.set()
                    is_reported.wait(1)  # on SQLite it has to wait for this
        return "".join(written).encode()

    def report() -> Report:
        is_begun.wait(10)
        made = a_report(part, TODAY, by=reporter)
        is_reported.set()
        return made

    return at_once(export, report)


def test_an_export_is_of_one_moment(moved: Moved) -> None:
    plan, _findings = bring(moved.file)

    results = an_export_and_a_report(plan)

    assert kinds(results) == ["Report", "bytes"]
    assert moved.file in results


@pytest.mark.skipif(connection.vendor == "sqlite", reason="there nobody writes meanwhile")
def test_without_one_moment_it_would_name_somebody_who_is_not_in_it(moved: Moved, monkeypatch) -> None:
    plan, _findings = bring(moved.file)
    monkeypatch.setattr(collect, "at_one_moment", transaction.atomic)

    results = an_export_and_a_report(plan)

    assert kinds(results) == ["KeyError", "Report"]
