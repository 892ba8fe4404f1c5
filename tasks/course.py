"""What the dashboard asks of time beside the lights: courses, ends of months, ages, and how far a forecast looks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Case, CharField, Q, Value, When

from .choices import Age, Cadence, Course
from .timeliness import EARLIEST, Span, is_overdue

# How many days ahead a forecast looks.
HORIZONS = (7, 30)


def course(day: date, *, due_on: str, requested_on: str) -> Case:
    """
    Whether a row is closed, overdue or else open on ``day``, as a value of ``Course``.

    What ``timeliness`` says of a measure that has not been terminated, without what costs more to ask: what is near,
    and who is silent.
    """
    return Case(
        When(Q(**{f"{requested_on}__isnull": False}), then=Value(Course.CLOSED)),
        When(is_overdue(day, due_on), then=Value(Course.OVERDUE)),
        default=Value(Course.OPEN),
        output_field=CharField(),
    )


def month_ends(first: date, last: date) -> Iterator[date]:
    """The last day of every month from the one with ``first`` that is over by ``last``."""
    for month in Span.through(first, last, Cadence.MONTH):
        if month.ends_on <= last:
            yield month.ends_on


def asked_between(day: date, age: Age) -> tuple[date, date]:
    """The first and the last day of asking of what has waited for ``age`` on ``day``."""
    first = EARLIEST if age.most is None else day - timedelta(days=age.most)
    return first, day - timedelta(days=age.least)
