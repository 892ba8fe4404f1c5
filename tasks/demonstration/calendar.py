"""When things happen in the demonstration: on working days, in office hours, in the time of the plan."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone

ISSUED = date(2021, 8, 26)
LAST_DAY = date(2022, 1, 12)
AUTUMN, MIDDLE, WINTER = date(2021, 9, 13), date(2021, 10, 25), date(2021, 12, 1)  # from when on units speak
HOLIDAYS = {date(2021, 9, 20), date(2021, 9, 21), date(2022, 1, 3)}
SATURDAY = 5


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), timezone.get_default_timezone())


def workday(day: date, later: int = 0) -> date:
    """The day ``later`` days after ``day``, or the next one on which offices work."""
    day += timedelta(days=later)
    while day.weekday() >= SATURDAY or day in HOLIDAYS:
        day += timedelta(days=1)
    return day


def autumn_day(number: int, place: int) -> date:
    """On which day of September the unit at ``place`` in measure ``number`` reports."""
    return workday(AUTUMN, (number * 3 + place) % 17)


def middle_day(number: int) -> date:
    return workday(MIDDLE, number % 15)


def winter_day(number: int, place: int) -> date:
    """The same of December."""
    return workday(WINTER, (number * 5 + place) % 24)


def hour_of(number: int, place: int) -> tuple[int, int]:
    """The time of the day, hour and minute, at which a unit speaks of a measure."""
    return 9 + (number + place) % 8, (number * 7 + place * 11) % 60
