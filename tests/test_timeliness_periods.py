"""Days and reporting periods: the local day of an instant, and which quarter or month is owed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.actions import review as review_actions
from tasks.choices import Cadence
from tasks.models import Assignment, Report, Review
from tasks.timeliness import EARLIEST, LATEST, MAX_GRACE_DAYS, MIN_GRACE_DAYS, Span, in_words, local_day, named

from .builders import a_measure, a_part, a_report, at, the_reviewer_of

ONE_DAY = timedelta(days=1)

days = st.dates(EARLIEST, LATEST)
cadences = st.sampled_from(Cadence.values)
graces = st.integers(MIN_GRACE_DAYS, MAX_GRACE_DAYS)


# --- the day of an instant -----------------------------------------------------------------------------

LAST_SECOND = datetime(2021, 12, 31, 15, 59, 59, tzinfo=UTC)
MIDNIGHT = datetime(2021, 12, 31, 16, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2021, 12, 30, 16, 0, 0, tzinfo=UTC), date(2021, 12, 31)),
        (LAST_SECOND, date(2021, 12, 31)),
        (LAST_SECOND.replace(microsecond=999_999), date(2021, 12, 31)),
        (MIDNIGHT, date(2022, 1, 1)),
        (datetime(2021, 12, 31, 23, 59, 59, tzinfo=UTC), date(2022, 1, 1)),
        (datetime(2024, 2, 28, 16, 0, 0, tzinfo=UTC), date(2024, 2, 29)),
    ],
)
def test_a_day_begins_at_midnight_in_shanghai(moment: datetime, day: date) -> None:
    assert local_day(moment) == day


@pytest.mark.django_db
@pytest.mark.parametrize(("moment", "light"), [(LAST_SECOND, "CLOSED"), (MIDNIGHT, "CLOSED_LATE")])
def test_a_request_in_the_last_second_is_on_time_and_at_midnight_it_is_late(moment: datetime, light: str) -> None:
    part = a_part()

    report = a_report(part, local_day(moment), now=moment, asks_to_close=True)
    review_actions.accept(by=the_reviewer_of(part), report=report, now=at(date(2022, 1, 8)))

    assert Report.objects.get().recorded_on == local_day(moment)
    assert Assignment.objects.as_of(date(2022, 1, 8)).get().timeliness == light


@pytest.mark.django_db
@pytest.mark.parametrize("moment", [LAST_SECOND, MIDNIGHT])
def test_a_decision_is_recorded_on_the_local_day(moment: datetime) -> None:
    part = a_part()
    report = a_report(part, date(2021, 12, 1), asks_to_close=True)

    review_actions.accept(by=the_reviewer_of(part), report=report, now=moment)

    review = Review.objects.get()
    assert (review.decided_on, review.decided_at) == (local_day(moment), moment)


@pytest.mark.django_db
def test_a_report_at_midnight_is_unknown_to_the_day_that_ended() -> None:
    part = a_part(a_measure(due_on=None))
    a_report(part, date(2022, 1, 1), now=MIDNIGHT)

    rows = [Assignment.objects.as_of(day).get() for day in (date(2021, 12, 31), date(2022, 1, 1))]

    assert [row.last_reported_on for row in rows] == [None, date(2022, 1, 1)]


def test_a_date_in_words_has_no_leading_noughts() -> None:
    assert [in_words(date(2021, 12, 31)), in_words(date(2022, 1, 9))] == ["2021年12月31日", "2022年1月9日"]


# --- periods ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "cadence", "starts_on", "ends_on", "name"),
    [
        (date(2021, 8, 26), Cadence.QUARTER, date(2021, 7, 1), date(2021, 9, 30), "2021年第三季度"),
        (date(2021, 1, 1), Cadence.QUARTER, date(2021, 1, 1), date(2021, 3, 31), "2021年第一季度"),
        (date(2021, 3, 31), Cadence.QUARTER, date(2021, 1, 1), date(2021, 3, 31), "2021年第一季度"),
        (date(2021, 4, 1), Cadence.QUARTER, date(2021, 4, 1), date(2021, 6, 30), "2021年第二季度"),
        (date(2021, 12, 31), Cadence.QUARTER, date(2021, 10, 1), date(2021, 12, 31), "2021年第四季度"),
        (date(2024, 2, 29), Cadence.MONTH, date(2024, 2, 1), date(2024, 2, 29), "2024年2月"),
        (date(2023, 2, 28), Cadence.MONTH, date(2023, 2, 1), date(2023, 2, 28), "2023年2月"),
        (date(2021, 12, 31), Cadence.MONTH, date(2021, 12, 1), date(2021, 12, 31), "2021年12月"),
    ],
)
def test_a_period_is_the_calendar_quarter_or_month(day, cadence, starts_on, ends_on, name) -> None:
    period = Span.containing(day, cadence)

    assert (period.starts_on, period.ends_on, named(starts_on, ends_on)) == (starts_on, ends_on, name)


def is_last_of_period(day: date, cadence: str) -> bool:
    following = day + ONE_DAY
    return following.day == 1 and (cadence == Cadence.MONTH or following.month in (1, 4, 7, 10))


def naive_span(day: date, cadence: str) -> tuple[date, date]:
    """First and last day of the period that ``day`` falls in, found by counting days."""
    starts_on = ends_on = day
    while not is_last_of_period(ends_on, cadence):
        ends_on += ONE_DAY
    while not is_last_of_period(starts_on - ONE_DAY, cadence):
        starts_on -= ONE_DAY
    return starts_on, ends_on


def naive_due(day: date, cadence: str, grace_days: int) -> tuple[date, date]:
    """First and last day of the latest period that ended at least ``grace_days`` before, found by counting days."""
    ends_on = day - grace_days * ONE_DAY
    while not is_last_of_period(ends_on, cadence):
        ends_on -= ONE_DAY
    starts_on = ends_on
    while not is_last_of_period(starts_on - ONE_DAY, cadence):
        starts_on -= ONE_DAY
    return starts_on, ends_on


@given(days, cadences, graces)
def test_the_period_due_is_the_latest_that_ended_long_enough_ago(day: date, cadence: str, grace_days: int) -> None:
    spans = Span.through(day - timedelta(days=400), day, cadence)
    *_, latest = [span for span in spans if span.last_day_to_report(grace_days) < day]

    assert (latest.starts_on, latest.ends_on) == naive_due(day, cadence, grace_days)


@given(days, cadences, graces)
def test_a_period_falls_due_on_the_day_after_the_last_on_which_a_report_is_in_time(day, cadence, grace_days) -> None:
    period = Span.containing(day, cadence)
    last_day = period.last_day_to_report(grace_days)

    assert last_day + ONE_DAY == period.ends_on + grace_days * ONE_DAY
    assert naive_due(last_day, cadence, grace_days) != (period.starts_on, period.ends_on)
    assert naive_due(last_day + ONE_DAY, cadence, grace_days) == (period.starts_on, period.ends_on)


def test_a_period_that_is_no_quarter_and_no_month_is_named_by_its_days() -> None:
    assert named(date(2021, 12, 1), date(2021, 12, 15)) == "2021年12月1日至2021年12月15日"


@given(days, cadences)
def test_periods_follow_each_other_without_a_gap(day: date, cadence: str) -> None:
    period = Span.containing(day, cadence)

    assert period.starts_on <= day <= period.ends_on
    assert Span.containing(period.starts_on, cadence) == period == Span.containing(period.ends_on, cadence)
    assert Span.containing(period.ends_on + ONE_DAY, cadence).starts_on == period.ends_on + ONE_DAY


@pytest.mark.parametrize("day", [EARLIEST, LATEST])
@pytest.mark.django_db
def test_the_first_and_the_last_day_that_may_be_asked_for_have_an_answer(day: date) -> None:
    dated, ongoing = a_part(), a_part(a_measure(due_on=None))

    rows = Assignment.objects.as_of(day).select_related("measure__plan").in_bulk([dated.pk, ongoing.pk])

    expected = {EARLIEST: ("ON_TRACK", "ONGOING"), LATEST: ("OVERDUE", "SILENT")}
    assert (rows[dated.pk].timeliness, rows[ongoing.pk].timeliness) == expected[day]
    assert all(row.light.sentence().endswith("。") for row in rows.values())
