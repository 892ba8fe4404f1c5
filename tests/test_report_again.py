"""The same report sent again: recorded once, and no word of another one lost."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest

from departments.models import User
from tasks.actions.report import Submission, Superseded, submit
from tasks.models import Assignment, Report, Review

from .builders import a_part, a_reporter, at

pytestmark = pytest.mark.django_db

TODAY = date(2021, 11, 1)


def say(by: User, part: Assignment, **fields: Any) -> Submission:
    latest = part.reports.newest_first().first()
    whole = {"progress": "已印发实施方案。", "now": at(TODAY), "token": uuid.uuid4()}
    return submit(by=by, assignment=part, **{"seen": latest.pk if latest else None} | whole | fields)


def written() -> tuple[int, int]:
    return Report.objects.count(), Review.objects.count()


def test_the_same_form_with_other_words_is_held_up_and_both_are_shown() -> None:
    part, token = a_part(), uuid.uuid4()
    author = a_reporter(part.department)
    first = say(author, part, token=token, seen=None)

    with pytest.raises(Superseded) as held:
        say(author, part, token=token, seen=None, progress="改了一个字")

    assert held.value.newer == first.report
    assert written() == (1, 0)


def test_the_same_words_sent_twice_on_a_day_are_recorded_once() -> None:
    part = a_part()
    author = a_reporter(part.department)
    first = say(author, part)

    second = say(author, part, token=uuid.uuid4())

    assert (second.report, second.is_new) == (first.report, False)
    assert written() == (1, 0)


def test_over_a_shared_draft_that_a_colleague_has_sent_one_is_shown_what_he_sent() -> None:
    part = a_part()
    sent = say(a_reporter(part.department), part).report

    with pytest.raises(Superseded) as refusal:
        say(a_reporter(part.department), part, token=sent.token)

    assert refusal.value.newer == sent
    assert written() == (1, 0)
