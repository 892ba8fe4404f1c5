"""The trend: the same rule asked for the end of every month."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tasks.actions import review as review_actions
from tasks.choices import SETTLED, AmendmentKind, Timeliness
from tasks.dashboard.trend import MOST_POINTS, trend
from tasks.models import Measure

from .builders import (
    a_busy_autumn,
    a_closing,
    a_leader,
    a_measure,
    a_part,
    a_plan,
    a_report,
    an_amendment,
    an_extension,
    at,
    the_reviewer_of,
)
from .pages import every, signed_in, visit, words

DAY = date(2022, 1, 12)
DUE, MARCH = date(2021, 12, 31), date(2022, 3, 31)


def numbers(plan, day: date) -> list[tuple[str, int, int, int]]:
    return [(point.day.isoformat(), point.open, point.closed, point.overdue) for point in trend(plan, day).points]


def test_each_point_says_what_the_lights_of_its_day_say(shipped_plan) -> None:
    a_busy_autumn(shipped_plan)
    an_extension(shipped_plan.measures.get(number=23), date(2022, 3, 1), date(2021, 12, 9), date(2021, 12, 15))

    points = trend(shipped_plan, DAY).points

    assert [point.day.isoformat() for point in points] == [
        *("2021-08-31", "2021-09-30", "2021-10-31", "2021-11-30", "2021-12-31"),
        "2022-01-12",
    ]
    for point in points:
        rows = Measure.objects.filter(plan=shipped_plan).lights(point.day)
        assert (point.open, point.closed, point.overdue) == (
            rows.exclude(timeliness__in=SETTLED).count(),
            rows.filter(timeliness__in=SETTLED).count(),
            rows.standing(Timeliness.OVERDUE).count(),
        )
    assert [(point.open, point.closed, point.overdue) for point in points][-2:] == [(39, 3, 0), (37, 5, 11)]


def test_what_is_recorded_later_changes_no_point(db) -> None:
    plan = a_plan()
    parts = [a_part(a_measure(plan)) for _ in range(3)]
    a_closing(parts[0], date(2021, 10, 5))
    before = numbers(plan, DAY)

    a_closing(parts[1], date(2022, 1, 20))

    assert numbers(plan, DAY) == before
    assert before[-3:] == [("2021-11-30", 2, 1, 0), ("2021-12-31", 2, 1, 0), ("2022-01-12", 2, 1, 2)]


@pytest.mark.parametrize(
    ("day", "points", "left_out"),
    [
        (date(2021, 8, 25), [], 0),
        (date(2021, 8, 26), ["2021-08-26"], 0),
        (date(2021, 8, 31), ["2021-08-31"], 0),
        (date(2021, 9, 1), ["2021-08-31", "2021-09-01"], 0),
    ],
)
def test_the_first_points(db, day, points, left_out) -> None:
    plan = a_plan()
    a_part(a_measure(plan))

    found = trend(plan, day)

    assert ([point.day.isoformat() for point in found.points], found.left_out) == (points, left_out)


def test_a_long_history_shows_its_last_twelve_points_and_says_so(db) -> None:
    plan = a_plan()
    a_part(a_measure(plan))

    page = visit(signed_in(a_leader()), plan.get_absolute_url(), as_of="2022-12-15")

    (sheet,) = page.every("section", "trend")
    days = [words(every(row, "th")[0]) for row in every(every(sheet, "tbody")[0], "tr")]
    assert len(days) == MOST_POINTS
    assert (days[0], days[-1]) == ("2022-01-31", "2022-12-15")
    assert "此前5个月未显示" in words(sheet)


def test_the_picture_marks_the_deadlines_and_says_the_same_as_its_table(db) -> None:
    plan = a_plan()
    for due_on in (date(2021, 12, 31), date(2021, 12, 31), date(2022, 3, 31), None):
        a_part(a_measure(plan, due_on=due_on))

    page = visit(signed_in(a_leader()), plan.get_absolute_url(), as_of=DAY)

    (sheet,) = page.every("section", "trend")
    drawn = [words(text) for text in every(sheet, "text")]
    assert [text for text in drawn if text.startswith("时限")] == ["时限 2021-12-31", "时限 2022-03-31"]
    titles = [words(title).split() for title in every(sheet, "title")]
    rows = page.rows(sheet)
    days = [words(every(row, "th")[0]) for row in every(every(sheet, "tbody")[0], "tr")]
    assert titles == [[day, row[column]] for column in (1, 2, 3) for day, row in zip(days, rows, strict=True)]


@pytest.mark.parametrize("kind", [AmendmentKind.ONGOING, AmendmentKind.TERMINATION])
def test_the_deadline_of_what_has_become_ongoing_or_was_terminated_is_marked_no_more(db, kind) -> None:
    plan = a_plan()
    measures = [a_part(a_measure(plan, due_on=due_on)).measure for due_on in (DUE, MARCH, MARCH)]
    a_measure(plan, due_on=None)
    for measure in measures[1:]:
        an_amendment(measure, kind, date(2021, 12, 1), in_force_on=date(2021, 12, 20))

    marked = [trend(plan, day).deadlines for day in (date(2021, 12, 19), date(2021, 12, 20))]

    assert marked == [[DUE, MARCH], [DUE]]


def test_the_deadline_of_what_was_asked_to_be_closed_before_it_went_on_is_marked_once_it_is_closed(db) -> None:
    part = a_part(a_measure(a_plan(), due_on=DUE))
    request = a_report(part, date(2021, 12, 10), asks_to_close=True)
    an_amendment(part.measure, AmendmentKind.ONGOING, date(2021, 12, 15))
    review_actions.accept(by=the_reviewer_of(part), report=request, now=at(date(2021, 12, 20)))

    marked = [trend(part.measure.plan, date(2021, 12, day)).deadlines for day in (14, 15, 19, 20)]

    assert marked == [[DUE], [], [], [DUE]]


def test_it_costs_two_queries_however_many_months(db) -> None:
    plan = a_plan()
    a_part(a_measure(plan))

    costs = {}
    for day in (date(2021, 8, 31), date(2022, 12, 31)):
        with CaptureQueriesContext(connection) as captured:
            trend(plan, day)
        costs[day] = len(captured)

    assert set(costs.values()) == {2}
