"""Two people asking for more time, or deciding on it, at the same moment."""

from __future__ import annotations

import uuid
from datetime import date

import pytest

from tasks.actions import extension as actions
from tasks.choices import AssignmentRole
from tasks.models import Extension

from . import test_concurrency
from .builders import a_measure, a_part, a_reporter, a_supervisor, an_extension, at
from .test_concurrency import Crossing, at_once, kinds

pytestmark = pytest.mark.django_db(transaction=True)
_a_database_of_several = test_concurrency._a_database_of_several

TODAY, MARCH = date(2021, 12, 1), date(2022, 3, 31)
WORDS = {"due_on": MARCH, "reason": "配套文件尚未印发。", "progress": "已完成初稿。"}


def test_of_two_units_asking_at_once_one_request_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    measure = a_measure()
    people = [a_reporter(a_part(measure, role=AssignmentRole.JOINT).department) for _ in range(2)]
    crossing = Crossing(monkeypatch, Extension, patience=0.5)

    results = at_once(
        *(
            lambda by=by: actions.ask(
                by=by,
                measure=measure,
                due_on=MARCH,
                reason="理由。",
                progress="进展。",
                now=at(TODAY),
                token=uuid.uuid4(),
            )
            for by in people
        )
    )

    assert crossing.met == 0
    assert kinds(results) == ["Extension", "NotTaken"]
    assert Extension.objects.count() == 1


def test_of_two_reviewers_deciding_at_once_the_second_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = an_extension(a_part().measure, MARCH, TODAY)
    first, second = a_supervisor(), a_supervisor()
    crossing = Crossing(monkeypatch, Extension, patience=0.5)

    results = at_once(
        lambda: actions.approve(by=first, extension=asked, now=at(TODAY)),
        lambda: actions.refuse(by=second, extension=asked, now=at(TODAY), opinion="不同意。"),
    )

    assert crossing.met == 0
    assert kinds(results) == ["Extension", "NotTaken"]
    decided = next(result for result in results if isinstance(result, Extension))
    kept = Extension.objects.get()
    assert (kept.state, kept.reviewer) == (decided.state, decided.reviewer)
