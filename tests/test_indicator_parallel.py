"""Two people at the same step or the same number at the same moment: one after the other, and nothing twice."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.actions.indicator import record
from tasks.actions.milestone import NotTaken, mark_done
from tasks.models import Indicator, IndicatorValue, Milestone, MilestoneEntry

from . import test_concurrency
from .builders import a_department, a_measure, a_milestone, a_part, a_reporter, a_supervisor, an_indicator, at
from .test_concurrency import Crossing, at_once

pytestmark = pytest.mark.django_db(transaction=True)
_a_database_of_several = test_concurrency._a_database_of_several

TODAY = date(2021, 11, 1)


def test_two_people_mark_one_step_and_the_second_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    milestone, people = a_milestone(), [a_supervisor(), a_supervisor()]
    crossing = Crossing(monkeypatch, MilestoneEntry, patience=0.5)

    answers = at_once(
        *(
            lambda by=by: mark_done(
                by=by, milestone=Milestone.objects.get(pk=milestone.pk), done_on=TODAY, now=at(TODAY)
            )
            for by in people
        )
    )

    assert sorted(type(answer).__name__ for answer in answers) == [NotTaken.__name__, "tuple"]
    assert (MilestoneEntry.objects.count(), crossing.met) == (1, 0)


def test_one_person_who_clicks_twice_records_one_value(monkeypatch: pytest.MonkeyPatch) -> None:
    part = a_part(a_measure(), a_department("甲"))
    indicator, reporter = an_indicator(part.measure), a_reporter(part.department)
    crossing = Crossing(monkeypatch, IndicatorValue, patience=0.5)

    def click() -> tuple[IndicatorValue, bool]:
        found = Indicator.objects.get(pk=indicator.pk)
        return record(by=reporter, indicator=found, reached_on=TODAY, value=9, now=at(TODAY), seen=0)

    answers = at_once(click, click)

    assert sorted(is_new for _entry, is_new in answers) == [False, True]
    assert (IndicatorValue.objects.count(), crossing.met) == (1, 0)


def test_two_values_that_contradict_each_other_are_not_both_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    part = a_part(a_measure(), a_department("甲"))
    indicator, reporter = an_indicator(part.measure), a_reporter(part.department)
    Crossing(monkeypatch, IndicatorValue, patience=0.5)

    def said(day: date, value: int) -> tuple[IndicatorValue, bool]:
        found = Indicator.objects.get(pk=indicator.pk)
        return record(by=reporter, indicator=found, reached_on=day, value=value, now=at(TODAY))

    answers = at_once(lambda: said(date(2021, 9, 30), 300), lambda: said(date(2021, 10, 31), 200))

    assert sorted(type(answer).__name__ for answer in answers) == ["ValidationError", "tuple"]
    assert IndicatorValue.objects.count() == 1
