"""
The rule of time, and its only home: where a duty stands on a day, for querysets and for people.

A day is a local date (Asia/Shanghai); nothing here compares instants. ``day`` is always the date the question is
asked for, and only what had been recorded by the end of that day may be put in. 2021年12月底前 is 2021-12-31,
inclusive: overdue begins on 2022-01-01.

Ongoing work is owed once in each reporting period of the plan. A unit is silent (超期未报) when a period ended at
least ``grace_days`` days ago and it has reported nothing since that period began; the first period is the one in
which the plan was issued.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Case, CharField, DateField, F, Func, Q, Value, When
from django.db.models.expressions import Combinable
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .choices import SETTLED, Cadence, Timeframe, Timeliness

# The days a page may be asked for: early and late enough for any plan, and far from where dates overflow.
EARLIEST = date(1949, 10, 1)
LATEST = date(2199, 12, 31)

# What a date of a plan must satisfy: every day that is counted from it can then be counted.
IN_RANGE = (
    MinValueValidator(EARLIEST, gettext_lazy("日期不能早于%(limit_value)s。")),
    MaxValueValidator(LATEST, gettext_lazy("日期不能晚于%(limit_value)s。")),
)

MIN_GRACE_DAYS, MAX_GRACE_DAYS = 1, 60
MAX_DUE_SOON_DAYS = 180


def local_day(moment: datetime) -> date:
    """The day in the plan's own time zone to which an instant belongs."""
    return timezone.localdate(moment)


def in_words(day: date) -> str:
    """A date as sentences write it: 2021年12月31日."""
    return _("%(year)d年%(month)d月%(day)d日") % {"year": day.year, "month": day.month, "day": day.day}


# --- reporting periods ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Period:
    """A quarter or month in which ongoing work must be reported (填报周期); both days belong to it."""

    starts_on: date
    ends_on: date

    @classmethod
    def containing(cls, day: date, cadence: str) -> Period:
        """The quarter (or month) of ``cadence`` that ``day`` falls in."""
        months = 3 if cadence == Cadence.QUARTER else 1
        first = (day.month - 1) // months * months + 1
        starts_on = date(day.year, first, 1)
        following = (starts_on + timedelta(days=31 * months)).replace(day=1)
        return cls(starts_on, following - timedelta(days=1))

    @classmethod
    def due(cls, day: date, cadence: str, grace_days: int) -> Period:
        """The latest period that had ended at least ``grace_days`` days before ``day``."""
        current = cls.containing(day - timedelta(days=grace_days - 1), cadence)
        return cls.containing(current.starts_on - timedelta(days=1), cadence)

    def last_day_to_report(self, grace_days: int) -> date:
        """The last day on which a report for this period is still in time."""
        return self.ends_on + timedelta(days=grace_days - 1)

    def __str__(self) -> str:
        if self.starts_on.month == self.ends_on.month:
            return _("%(year)d年%(month)d月") % {"year": self.starts_on.year, "month": self.starts_on.month}
        names = [_("第一季度"), _("第二季度"), _("第三季度"), _("第四季度")]
        return _("%(year)d年%(quarter)s") % {
            "year": self.starts_on.year,
            "quarter": names[self.starts_on.month // 3],
        }


# --- expressions for querysets -------------------------------------------------------------------


class DaysAfter(Func):
    """The date ``days`` days after ``day``, computed by the database so that ``days`` may be a column."""

    output_field = DateField()

    def __init__(self, day: date, days: Combinable) -> None:
        super().__init__(Value(day, output_field=DateField()), days)

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(
            compiler, connection, template="date(%(expressions)s || ' days')", arg_joiner=", ", **context
        )

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="(%(expressions)s)", arg_joiner="::date + ", **context)


def _due_periods(day: date) -> Iterator[tuple[str, int, int, Period]]:
    """``(cadence, shortest, longest grace, period due on day)``, one for each different answer."""
    for cadence in Cadence.values:
        shortest = MIN_GRACE_DAYS
        for grace in range(MIN_GRACE_DAYS, MAX_GRACE_DAYS + 1):
            period = Period.due(day, cadence, grace)
            if grace == MAX_GRACE_DAYS or Period.due(day, cadence, grace + 1) != period:
                yield cadence, shortest, grace, period
                shortest = grace + 1


class Rules(Protocol):
    """What a plan lays down about time."""

    cadence: str
    grace_days: int
    due_soon_days: int
    issued_on: date


def owed_since(day: date, plan: str | Rules) -> Combinable:
    """
    The first day of the period for which reports were due by ``day``; NULL while none has been.

    ``plan`` is the path to the plan's fields (``"plan__"`` from a measure), or the plan itself where all rows are
    of one: then the answer is a constant.
    """
    if not isinstance(plan, str):
        period = Period.due(day, plan.cadence, plan.grace_days)
        return Value(period.starts_on if plan.issued_on <= period.ends_on else None, output_field=DateField())
    return Case(
        *(
            When(
                **{
                    f"{plan}cadence": cadence,
                    f"{plan}grace_days__range": (shortest, longest),
                    f"{plan}issued_on__lte": period.ends_on,
                },
                then=Value(period.starts_on),
            )
            for cadence, shortest, longest, period in _due_periods(day)
        ),
        output_field=DateField(),
    )


def _due_soon_until(day: date, plan: str | Rules) -> Combinable:
    """The last deadline that is near on ``day``; a constant where the plan is known."""
    if not isinstance(plan, str):
        return Value(day + timedelta(days=plan.due_soon_days), output_field=DateField())
    return DaysAfter(day, F(f"{plan}due_soon_days"))


def timeliness(day: date, *, measure: str, plan: str | Rules, requested_on: str, silent: Q | Combinable) -> Case:
    """
    Where a row stands on ``day``, as a value of ``Timeliness``.

    ``measure`` and ``plan`` are paths to those models' fields, or ``plan`` is the plan itself. ``requested_on``
    names the date of the accepted request to close (NULL while open); ``silent`` says that a unit owes a report.
    An ongoing measure has no ``due_on``, by a constraint, so that the comparisons of dates cannot touch it.
    """
    due_on = f"{measure}due_on"
    return Case(
        When(Q(**{f"{requested_on}__gt": F(due_on)}), then=Value(Timeliness.CLOSED_LATE)),
        When(Q(**{f"{requested_on}__isnull": False}), then=Value(Timeliness.CLOSED)),
        When(Q(**{f"{due_on}__lt": day}), then=Value(Timeliness.OVERDUE)),
        When(
            Q(**{f"{due_on}__lte": _due_soon_until(day, plan)}),
            then=Value(Timeliness.DUE_SOON),
        ),
        When(Q(**{f"{measure}timeframe": Timeframe.BY_DATE}), then=Value(Timeliness.ON_TRACK)),
        When(silent, then=Value(Timeliness.SILENT)),
        default=Value(Timeliness.ONGOING),
        output_field=CharField(),
    )


# --- sentences for people ------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """What is known of a duty on ``day``: enough to say in one sentence why its light is what it is."""

    timeliness: str
    day: date
    due_on: date | None
    requested_on: date | None
    closed_on: date | None
    owed_since: date | None
    cadence: str
    grace_days: int
    issued_on: date
    units: int = 1  # how many units answer for it, and how many of those have reported
    reported: int = 0
    is_own: bool = True  # closed by a request of its own, not along with its measure

    @property
    def days_late(self) -> int | None:
        """Whole days past the deadline, of an overdue or late-closed duty; None of any other."""
        if self.due_on is None:
            return None
        if self.timeliness == Timeliness.OVERDUE:
            return (self.day - self.due_on).days
        if self.timeliness == Timeliness.CLOSED_LATE and self.requested_on is not None:
            return (self.requested_on - self.due_on).days
        return None

    @property
    def owed_period(self) -> Period | None:
        """The period whose reports were due by the day; None while none has been."""
        return None if self.owed_since is None else Period.containing(self.owed_since, self.cadence)

    @property
    def next_period(self) -> Period:
        """The period whose reports fall due next."""
        owed = self.owed_period
        return Period.containing(self.issued_on if owed is None else owed.ends_on + timedelta(days=1), self.cadence)

    def sentence(self) -> str:
        """The light in one sentence, dates in words."""
        if self.timeliness in SETTLED:
            return self._closed()
        if self.due_on is not None:
            return self._dated(self.due_on)
        return self._ongoing()

    def _closed(self) -> str:
        # A row that is settled has both dates; the database computed the light from them.
        words = {
            "due": in_words(self.due_on) if self.due_on else "",
            "requested": in_words(self.requested_on) if self.requested_on else "",
            "closed": in_words(self.closed_on) if self.closed_on else "",
            "days": self.days_late,
        }
        if not self.is_own:
            return _("任务已于%(closed)s办结，本单位未单独申请办结。") % words
        if self.timeliness == Timeliness.CLOSED_LATE:
            return _("应于%(due)s办结，%(requested)s申请办结，逾期%(days)d天；%(closed)s审核同意。") % words
        if self.due_on is None:
            return _("%(requested)s申请办结，%(closed)s审核同意。") % words
        return _("应于%(due)s办结，%(requested)s申请办结，按期；%(closed)s审核同意。") % words

    def _dated(self, due_on: date) -> str:
        left = (due_on - self.day).days
        words = {"due": in_words(due_on), "days": abs(left)}
        if left < 0:
            return _("应于%(due)s办结，逾期%(days)d天。") % words
        if left == 0:
            return _("应于%(due)s办结，当日到期。") % words
        return ngettext("应于%(due)s办结，还有%(days)d天。", "应于%(due)s办结，还有%(days)d天。", left) % words

    def _ongoing(self) -> str:
        owed, following = self.owed_period, self.next_period
        if self.timeliness == Timeliness.SILENT and owed is not None:
            last = owed.last_day_to_report(self.grace_days)
            words = {
                "period": owed,
                "last": in_words(last),
                "days": (self.day - last).days,
                "silent": self.units - self.reported,
            }
            if self.units > 1:
                return _("%(period)s有%(silent)d家单位未填报，填报截止%(last)s，已超期%(days)d天。") % words
            return _("%(period)s未填报，填报截止%(last)s，已超期%(days)d天。") % words
        return _("持续推进，下次填报：%(period)s，截止%(last)s。") % {
            "period": following,
            "last": in_words(following.last_day_to_report(self.grace_days)),
        }
