"""Two people at the same thing at the same moment, on real connections: one is served, the other is told."""

from __future__ import annotations

import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, models

from departments.models import User
from tasks.actions.measure import assign
from tasks.actions.report import NotAccepted, Submission, submit
from tasks.actions.review import accept, send_back
from tasks.choices import AssignmentRole, Decision
from tasks.models import Assignment, Report, Review

from .builders import a_department, a_measure, a_part, a_plan_being_entered, a_report, a_reporter, a_supervisor, at

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2021, 11, 1)


@pytest.fixture(autouse=True)
def _a_database_of_several(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """
    A database that several connections can be in, with nothing in it but the roles.

    PostgreSQL is one. The SQLite of the tests is in memory, where a second connection is refused instead of made to
    wait: it is copied into a file, as a running instance has it, and every connection of the test is to that.
    """
    in_memory = connections["default"]
    if connection.vendor == "sqlite":
        file = tmp_path / "several.sqlite3"
        in_memory.ensure_connection()
        with closing(sqlite3.connect(file)) as copy:
            in_memory.connection.backup(copy)
        monkeypatch.setitem(connections.settings, "default", {**in_memory.settings_dict, "NAME": str(file)})
        connections["default"] = connections.create_connection("default")
    yield
    if connections["default"] is not in_memory:
        connections["default"].close()
        connections["default"] = in_memory


class Crossing:
    """
    Holds each who comes until the other is there too, or ``patience`` seconds have passed.

    It stands where an action has checked its row and not yet written it: there two run into each other whenever
    nothing keeps them apart; where a lock does, the second never comes, and the first goes on alone.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, model: type[models.Model], patience: float) -> None:
        self.barrier = threading.Barrier(2)
        self.met = 0
        full_clean = model.full_clean

        def crossing(row: models.Model, *args: Any, **kwargs: Any) -> None:
            full_clean(row, *args, **kwargs)
            with suppress(threading.BrokenBarrierError):
                self.barrier.wait(patience)
                self.met += 1

        monkeypatch.setattr(model, "full_clean", crossing)


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """What each deed returned or raised, done at the same time on connections of their own."""

    def done(deed: Callable[[], Any]) -> Any:
        try:
            return deed()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(done, deeds))


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if nobody had thought of it: no row is locked, and SQLite takes its lock only when it writes."""
    monkeypatch.setattr(models.QuerySet, "select_for_update", lambda rows, *args, **kwargs: rows.all())
    if connection.vendor == "sqlite":
        monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "transaction_mode", "DEFERRED")


# What the second runs into then: a token that exists by now, or a database that has moved on since it was read.
REFUSED_BY = {"postgresql": "IntegrityError", "sqlite": "OperationalError"}


def kinds(results: list[Any]) -> list[str]:
    return sorted(type(result).__name__ for result in results)


def a_form(part: Assignment, by: User, **fields: Any) -> Callable[[], Submission]:
    """Sends a form that was opened when nothing had been reported yet."""
    whole = {"progress": "已完成。", "now": at(TODAY), "seen": None, "token": uuid.uuid4()}
    return lambda: submit(by=by, assignment=part, **whole | fields)


# --- the same form twice at once ---------------------------------------------------------------------------


@pytest.mark.parametrize("asks_to_close", [False, True])
def test_one_form_sent_twice_at_once_is_recorded_once(monkeypatch: pytest.MonkeyPatch, asks_to_close: bool) -> None:
    part = a_part()
    form = a_form(part, a_reporter(part.department), asks_to_close=asks_to_close)
    crossing = Crossing(monkeypatch, Report, patience=0.5)

    results = at_once(form, form)

    assert crossing.met == 0
    assert kinds(results) == ["Submission", "Submission"]
    assert sorted(result.is_new for result in results) == [False, True]
    assert results[0].report == results[1].report
    assert (Report.objects.count(), Review.objects.count()) == (1, int(asks_to_close))


def test_without_the_lock_one_form_sent_twice_at_once_would_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    part = a_part()
    form = a_form(part, a_reporter(part.department))
    without_locks(monkeypatch)
    crossing = Crossing(monkeypatch, Report, patience=30)

    results = at_once(form, form)

    assert crossing.met == 2
    assert kinds(results) == sorted(["Submission", REFUSED_BY[connection.vendor]])
    assert Report.objects.count() == 1


# --- two forms at once ---------------------------------------------------------------------------------------


def test_of_two_people_reporting_at_once_the_second_is_shown_what_the_first_wrote(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    part = a_part()
    people = [a_reporter(part.department) for _ in range(2)]
    crossing = Crossing(monkeypatch, Report, patience=0.5)

    results = at_once(*(a_form(part, by) for by in people))

    assert crossing.met == 0
    assert kinds(results) == ["Submission", "Superseded"]
    recorded, told = sorted(results, key=lambda result: type(result).__name__)
    assert told.newer == recorded.report == Report.objects.get()


def test_of_two_requests_to_close_made_at_once_one_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    part = a_part()
    people = [a_reporter(part.department) for _ in range(2)]
    crossing = Crossing(monkeypatch, Report, patience=0.5)

    results = at_once(*(a_form(part, by, asks_to_close=True) for by in people))

    assert crossing.met == 0
    assert sorted(isinstance(result, NotAccepted) for result in results) == [False, True]
    assert Review.objects.get().report == Report.objects.get()


def test_without_the_lock_two_people_would_not_see_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    part = a_part()
    people = [a_reporter(part.department) for _ in range(2)]
    without_locks(monkeypatch)
    crossing = Crossing(monkeypatch, Report, patience=30)

    results = at_once(*(a_form(part, by, asks_to_close=True) for by in people))

    second = {"postgresql": "Submission", "sqlite": "OperationalError"}[connection.vendor]
    assert crossing.met == 2
    assert kinds(results) == sorted(["Submission", second])


def test_people_reporting_on_different_parts_at_once_are_both_recorded() -> None:
    parts = [a_part(), a_part(), a_part()]

    results = at_once(*(a_form(part, a_reporter(part.department), asks_to_close=True) for part in parts))

    assert kinds(results) == ["Submission"] * 3
    assert {result.report.assignment for result in results} == set(parts)
    assert Review.objects.pending().count() == 3


# --- two decisions at once -----------------------------------------------------------------------------------


def test_of_two_reviewers_deciding_at_once_the_second_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    review = a_report(a_part(), TODAY, asks_to_close=True).review
    first, second = a_supervisor(), a_supervisor()
    crossing = Crossing(monkeypatch, Review, patience=0.5)

    results = at_once(
        lambda: accept(by=first, report=review.report, now=at(TODAY), reason="同意"),
        lambda: send_back(by=second, report=review.report, now=at(TODAY), reason="请补充"),
    )

    assert crossing.met == 0
    assert kinds(results) == ["AlreadyDecided", "Review"]
    told, decided = sorted(results, key=lambda result: type(result).__name__)
    kept = Review.objects.get()
    assert (told.report.review.decision, told.report.review.reviewer) == (kept.decision, kept.reviewer)
    assert (decided.decision, decided.reviewer, decided.reason) == (kept.decision, kept.reviewer, kept.reason)
    assert (kept.decision, kept.reviewer) in {(Decision.ACCEPTED, first), (Decision.RETURNED, second)}


def test_without_the_lock_the_second_decision_would_replace_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    review = a_report(a_part(), TODAY, asks_to_close=True).review
    people = [a_supervisor(), a_supervisor()]
    without_locks(monkeypatch)
    crossing = Crossing(monkeypatch, Review, patience=30)

    results = at_once(*(lambda by=by: accept(by=by, report=review.report, now=at(TODAY)) for by in people))

    second = {"postgresql": "Review", "sqlite": "OperationalError"}[connection.vendor]
    assert crossing.met == 2
    assert kinds(results) == sorted(["Review", second])


# --- units changed at once -----------------------------------------------------------------------------------


def test_two_people_giving_a_measure_its_units_at_once_leave_those_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    measure = a_measure(a_plan_being_entered())
    by, units = a_supervisor(), [a_department() for _ in range(2)]
    crossing = Crossing(monkeypatch, Assignment, patience=0.5)

    results = at_once(
        *(lambda unit=unit: assign(by=by, measure=measure, roles={unit: AssignmentRole.SOLE}) for unit in units)
    )

    assert crossing.met == 0
    assert kinds(results) == ["list", "list"]
    assert measure.assignments.count() == 1
