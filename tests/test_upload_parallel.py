"""Two people confirming one upload at the same moment, and a server killed in the middle of it."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

import pytest
from django.db import connection

from tasks.actions import report as report_actions
from tasks.actions import upload as actions
from tasks.models import Report, Upload, UploadedRow
from tasks.returned import fingerprint, lines_of

from . import test_concurrency
from .builders import a_department, a_measure, a_part, a_plan, a_report, a_reporter, an_administrator, at
from .killed import was_killed
from .test_concurrency import Crossing, at_once, kinds, without_locks
from .workbooks import TODAY, a_fill_in, brought, filled_in, typing

pytestmark = pytest.mark.django_db(transaction=True)
_a_database_of_several = test_concurrency._a_database_of_several

ROWS = 3


def an_upload() -> tuple[Upload, list[Any]]:
    """One of three rows, and two people who may confirm it."""
    plan, unit = a_plan(), a_department("区商务局")
    for number in range(1, ROWS + 1):
        a_part(a_measure(plan, number=number), unit)
    people = [a_reporter(unit), an_administrator()]
    filling = [typing("进展情况", f"第{line}项完成。", line=4 + line) for line in range(1, ROWS + 1)]
    return brought(people[0], plan, filled_in(a_fill_in(plan, unit), *filling)), people


def confirming(upload: Upload, by: Any, seen: str) -> Any:
    return lambda: actions.confirm(by=by, upload=upload, seen=seen, now=at(TODAY, 12))


def test_of_two_who_confirm_at_once_the_second_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    upload, people = an_upload()
    seen = fingerprint(lines_of(upload, TODAY))
    crossing = Crossing(monkeypatch, Report, patience=0.5)

    results = at_once(*(confirming(upload, by, seen) for by in people))

    assert crossing.met == 0
    assert kinds(results) == ["AlreadyDone", "int"]
    assert Report.objects.count() == ROWS


def test_without_the_lock_they_would_run_into_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    upload, people = an_upload()
    seen = fingerprint(lines_of(upload, TODAY))
    without_locks(monkeypatch)
    crossing = Crossing(monkeypatch, Report, patience=5)

    at_once(*(confirming(upload, by, seen) for by in people))

    assert crossing.met > 0


def a_withdrawal_meanwhile(upload: Upload, people: list[Any], monkeypatch: pytest.MonkeyPatch) -> tuple[Any, bool]:
    """
    Somebody withdraws what a row rests on, once the rows have been looked at and before anything is written; whether
    he got through by then.
    """
    report = a_report(upload.rows.order_by("pk").first().assignment, TODAY, by=people[0], progress="页面的。")
    seen = fingerprint(lines_of(upload, TODAY))
    is_looked_at, is_withdrawn = threading.Event(), threading.Event()
    was_in_time = []

    def looking(*given: Any) -> Any:
        found = lines_of(*given)
        is_looked_at.set()
        was_in_time.append(is_withdrawn.wait(1))
        return found

    def withdraw() -> None:
        is_looked_at.wait(10)
        report_actions.withdraw(by=people[0], report=report, now=at(TODAY, 12))
        is_withdrawn.set()

    monkeypatch.setattr(actions, "lines_of", looking)
    chosen = {line.name_of(name): True for line in lines_of(upload, TODAY) for name in line.conflicting}
    confirm = partial(actions.confirm, by=people[1], upload=upload, seen=seen, now=at(TODAY, 12), chosen=chosen)
    results = at_once(confirm, withdraw)
    return results, was_in_time[0]


def test_what_a_row_rests_on_is_not_withdrawn_while_it_is_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    results, was_in_time = a_withdrawal_meanwhile(*an_upload(), monkeypatch)

    assert not was_in_time
    assert results[0] == ROWS
    assert str(results[1]) == "这份填报已经审核、撤回或被新的填报取代，不能撤回。"


@pytest.mark.skipif(connection.vendor == "sqlite", reason="there nobody writes meanwhile")
def test_without_the_locks_it_would_be_withdrawn_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    upload, people = an_upload()
    without_locks(monkeypatch)

    _results, was_in_time = a_withdrawal_meanwhile(upload, people, monkeypatch)

    assert was_in_time


# What a server does that is killed after some of the reports have been written.
KILLED = """
    from departments.models import User
    from tasks.actions import report, upload as actions
    from tasks.models import Upload
    from tasks.returned import fingerprint, lines_of
    from tests.builders import at
    from tests.workbooks import TODAY

    submit, written = report.submit, []

    def dying(**given):
        if len(written) == int(sys.argv[1]):
            die()
        written.append(submit(**given))
        return written[-1]

    report.submit = dying
    upload = Upload.objects.get()
    seen = fingerprint(lines_of(upload, TODAY))
    actions.confirm(by=User.objects.get(pk=upload.author_id), upload=upload, seen=seen, now=at(TODAY, 12))
"""


@pytest.mark.parametrize("after", [1, ROWS])
def test_a_server_killed_in_the_middle_leaves_nothing_or_all(after: int) -> None:
    upload, people = an_upload()

    killed = was_killed([KILLED], after)

    upload.refresh_from_db()
    left = Report.objects.count(), UploadedRow.objects.filter(report__isnull=False).count(), upload.is_open
    assert killed == (after < ROWS)
    assert left == ((0, 0, True) if killed else (ROWS, ROWS, False))
    if killed:  # and it can be confirmed by the next
        seen = fingerprint(lines_of(upload, TODAY))
        assert confirming(upload, people[1], seen)() == ROWS
