"""Two people freezing the ledger under one name at the same moment."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.actions import snapshot as actions
from tasks.models import Snapshot

from . import test_concurrency
from .builders import a_leader, a_plan, a_supervisor, at
from .test_concurrency import Crossing, at_once, kinds

pytestmark = pytest.mark.django_db(transaction=True)
_a_database_of_several = test_concurrency._a_database_of_several

TODAY = date(2022, 1, 12)


def test_of_two_snapshots_of_one_name_the_second_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = a_plan()
    people = [a_supervisor(), a_leader()]
    crossing = Crossing(monkeypatch, Snapshot, patience=0.5)

    results = at_once(
        *(lambda by=by: actions.take(by=by, plan=plan, name="第一次会议", day=TODAY, now=at(TODAY)) for by in people)
    )

    assert crossing.met == 0
    assert kinds(results) == ["Snapshot", "ValidationError"]
    assert Snapshot.objects.count() == 1
