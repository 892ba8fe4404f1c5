"""
The rule of time, and its only home: where a duty stands on a day, for querysets and for people.

A day is a local date (Asia/Shanghai); nothing here compares instants. ``day`` is always the date the question is
asked for, and only what had been recorded by the end of that day may be put in. 2021年12月底前 is 2021-12-31,
inclusive: overdue begins on 2022-01-01.

Ongoing work is owed once in each reporting period of the plan (``models.Period``). A unit is silent (超期未报) when
the last day to report for a period is over and it has reported neither for that period nor for a later one; the
first period is the one in which the plan was issued.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from operator import itemgetter

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Case, CharField, DateField, F, Func, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.lookups import IsNull, LessThan, LessThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .choices import SETTLED, Cadence, ExtensionState, Timeliness

# The days a page may be asked for: early and late enough for any plan, and far from where dates overflow.
EARLIEST = date(1949, 10, 1)
LATEST = date(2199, 12, 31)

# Before and after any day there is.
EVER = Value(date.min, output_field=DateField())
NEVER = Value(date.max, output_field=DateField())

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


def named(starts_on: date, ends_on: date) -> str:
    """A reporting period in words: 2021年第四季度, 2021年12月, or its two days where it is neither."""
    for cadence in (Cadence.MONTH, Cadence.QUARTER):
        if Span.containing(starts_on, cadence) == Span(starts_on, ends_on):
            break
    else:
        return _("%(first)s至%(last)s") % {"first": in_words(starts_on), "last": in_words(ends_on)}
    if cadence == Cadence.MONTH:
        return _("%(year)d年%(month)d月") % {"year": starts_on.year, "month": starts_on.month}
    names = [_("第一季度"), _("第二季度"), _("第三季度"), _("第四季度")]
    return _("%(year)d年%(quarter)s") % {"year": starts_on.year, "quarter": names[starts_on.month // 3]}


@dataclass(frozen=True)
class Span:
    """A quarter or month of the calendar; both days belong to it."""

    starts_on: date
    ends_on: date

    @classmethod
    def containing(cls, day: date, cadence: str) -> Span:
        """The quarter (or month) of ``cadence`` that ``day`` falls in."""
        months = 3 if cadence == Cadence.QUARTER else 1
        first = (day.month - 1) // months * months + 1
        starts_on = date(day.year, first, 1)
        following = (starts_on + timedelta(days=31 * months)).replace(day=1)
        return cls(starts_on, following - timedelta(days=1))

    @classmethod
    def through(cls, first: date, last: date, cadence: str) -> Iterator[Span]:
        """Every quarter (or month) from the one with ``first`` to the one with ``last``."""
        span = cls.containing(first, cadence)
        while span.starts_on <= last:
            yield span
            span = cls.containing(span.ends_on + timedelta(days=1), cadence)

    def last_day_to_report(self, grace_days: int) -> date:
        """
        The last day on which a report for this span is still in time.

        A unit is silent once the span ended at least ``grace_days`` days ago: so the day before that.
        """
        return self.ends_on + timedelta(days=grace_days - 1)


@dataclass(frozen=True)
class Due:
    """A reporting period as sentences speak of it: its days, and the last day to report for it."""

    starts_on: date
    ends_on: date
    due_on: date

    def __str__(self) -> str:
        return named(self.starts_on, self.ends_on)


# --- expressions for querysets -------------------------------------------------------------------


class DaysAfter(Func):
    """The date ``days`` days after ``day``, computed by the database so that both may be columns."""

    output_field = DateField()

    def __init__(self, day: date | Combinable, days: Combinable) -> None:
        super().__init__(Value(day, output_field=DateField()) if isinstance(day, date) else day, days)

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(
            compiler, connection, template="date(%(expressions)s || ' days')", arg_joiner=", ", **context
        )

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="(%(expressions)s)", arg_joiner="::date + ", **context)


def not_terminated(day: date, measure: str = "") -> Q:
    """Whether the measure at the path ``measure`` had not been terminated by ``day``: what is counted and owed."""
    field = f"{measure}terminated_from"
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gt": day})


def is_overdue(day: date, due_on: str | Combinable) -> LessThan:
    """Of what is open: its deadline, a column's name or an expression, was over on ``day``."""
    return LessThan(F(due_on) if isinstance(due_on, str) else due_on, Value(day, output_field=DateField()))


def keeps_deadline(due_on: str) -> Q:
    """
    Of what is open: whether its deadline stands until it is over, by the changes of the plan to come that the row knows
    of (``terminates_on`` and ``becomes_ongoing_on``). One that counts from the very day after it comes in time.
    """
    overdue_on = DaysAfter(F(due_on), Value(1))
    ends = Q(terminates_on__isnull=True) | Q(terminates_on__gt=overdue_on)
    return ends & (Q(becomes_ongoing_on__isnull=True) | Q(becomes_ongoing_on__gt=overdue_on))


def timeliness(
    day: date, *, measure: str, due_on: str, open_due_on: Combinable, requested_on: str, silent: Q | Combinable
) -> Case:
    """
    Where a row stands on ``day``, as a value of ``Timeliness``.

    ``measure`` is the path to the measure's fields. The row has ``due_soon_days``, by the rule in force on ``day``;
    ``due_on`` names the deadline in force (the original one, or the last that was granted), ``open_due_on`` is the
    same for what is open, which costs less to ask; ``requested_on`` names the date of the accepted request to close
    (NULL while open); ``silent`` says that a unit owes a report.
    An ongoing measure has no deadline in force, so that the comparisons of dates cannot touch it.
    """
    return Case(
        When(~not_terminated(day, measure), then=Value(Timeliness.TERMINATED)),
        When(Q(**{f"{requested_on}__gt": F(due_on)}), then=Value(Timeliness.CLOSED_LATE)),
        When(Q(**{f"{requested_on}__isnull": False}), then=Value(Timeliness.CLOSED)),
        When(is_overdue(day, open_due_on), then=Value(Timeliness.OVERDUE)),
        When(LessThanOrEqual(open_due_on, DaysAfter(day, F("due_soon_days"))), then=Value(Timeliness.DUE_SOON)),
        When(IsNull(open_due_on, False), then=Value(Timeliness.ON_TRACK)),
        When(silent, then=Value(Timeliness.SILENT)),
        default=Value(Timeliness.ONGOING),
        output_field=CharField(),
    )


# --- sentences for people ------------------------------------------------------------------------


def rule_of(light: str, due_soon_days: int) -> str:
    """Which rule ``light`` follows, where a deadline is near for ``due_soon_days`` days."""
    rules = {
        Timeliness.OVERDUE: _("完成时限当日仍算按期；次日起尚未申请办结的，为逾期。"),
        Timeliness.DUE_SOON: _("距完成时限不超过%(days)d天的，为临期。"),
        Timeliness.ON_TRACK: _("距完成时限超过%(days)d天的，为正常。"),
        Timeliness.ONGOING: _("没有完成时限，按填报周期填报；填报截止前不算超期。"),
        Timeliness.SILENT: _("填报截止已过，该期及以后各期均未填报的，为超期未报。"),
        Timeliness.CLOSED: _("办结申请经审核同意，且不晚于完成时限提出的，为已办结。"),
        Timeliness.CLOSED_LATE: _("办结申请在完成时限之后提出的，为逾期办结。"),
        Timeliness.TERMINATED: _("经计划调整终止的任务，自终止之日起不再计入。"),
    }
    return rules[Timeliness(light)] % {"days": due_soon_days}


@dataclass(frozen=True)
class Standing:
    """
    What is known of a duty on ``day``: enough to say in one sentence why its light is what it is.

    ``due_on`` is the deadline in force on the day, ``original_due_on`` the one that was issued; ``extension`` is what
    had become of the last request for more time (None: none has been made).
    """

    timeliness: str
    day: date
    due_on: date | None
    original_due_on: date | None
    requested_on: date | None
    closed_on: date | None
    owed: Due | None  # the period whose reports were due by the day; None while none has been
    following: Due | None  # the period whose reports fall due next; None where none has been set up
    reported_for: date | None = None  # the first day of the latest period reported for
    units: int = 1  # how many units answer for it, and how many of those have reported
    reported: int = 0
    is_own: bool = True  # closed by a request of its own, not along with its measure
    extension: str | None = None
    due_soon_days: int = 0  # by the rule in force on the day
    terminated_from: date | None = None
    # What had been recorded by the day and comes after it: the measure's end, its going on (转常态), and the rules of
    # time, each with the day it comes into force and how many days before a deadline is near by it.
    terminates_on: date | None = None
    becomes_ongoing_on: date | None = None
    coming_rules: tuple[tuple[date, int], ...] = ()

    @property
    def is_extended(self) -> bool:
        return self.due_on != self.original_due_on

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

    def sentence(self) -> str:
        """The light in one sentence, dates in words."""
        if self.timeliness == Timeliness.TERMINATED and self.terminated_from is not None:
            return _("自%(day)s起终止，不再填报。") % {"day": in_words(self.terminated_from)}
        if self.timeliness in SETTLED:
            return self._closed()
        if self.due_on is not None:
            return self._dated(self.due_on)
        return self._ongoing()

    def rule(self) -> str:
        """Which rule the light follows, as it was in force on the day."""
        return rule_of(self.timeliness, self.due_soon_days)

    def next_change(self) -> str:
        """
        What the light turns into next if nothing is recorded, and when; what would change it where time does not.

        A change of the plan to come is said where it comes first.
        """
        turns_on, words = self._next_turn()
        for planned_on, planned in self._planned():
            if turns_on is None or planned_on <= turns_on:
                return planned
        return words

    def _planned(self) -> list[tuple[date, str]]:
        """The changes of the plan to come that the light follows, the first one first: its day and its words."""
        found = []
        if self.terminates_on is not None:
            found.append((self.terminates_on, _("自%(day)s起终止。") % {"day": in_words(self.terminates_on)}))
        if self.becomes_ongoing_on is not None and self.timeliness not in SETTLED:
            words = {"day": in_words(self.becomes_ongoing_on)}
            found.append((self.becomes_ongoing_on, _("自%(day)s起转为持续推进。") % words))
        return sorted(found, key=itemgetter(0))  # on one day the end comes first

    def _next_turn(self) -> tuple[date | None, str]:
        """What else it turns into: when, None where time does not change it, and in words."""
        light = Timeliness(self.timeliness)
        if light in (Timeliness.CLOSED, Timeliness.CLOSED_LATE, Timeliness.TERMINATED):
            return None, _("不再变化。")
        if light == Timeliness.OVERDUE:
            return None, _("同意延期的，按新的时限计算；办结的，转为逾期办结。")
        if light == Timeliness.SILENT:
            return None, _("填报后转为持续推进。")
        if light == Timeliness.ONGOING:
            return self._next_silence()
        due_on = self.due_on or self.day  # what is on track or due soon has a deadline
        if light == Timeliness.ON_TRACK:
            return self._turns(_("再过%(days)d天（%(on)s）转为临期。"), self._near_on(due_on))
        for since, days in self.coming_rules:
            if (due_on - since).days > days:
                return self._turns(_("再过%(days)d天（%(on)s）转为正常。"), since)
        return self._turns(_("再过%(days)d天（%(on)s）转为逾期。"), due_on + timedelta(days=1))

    def _near_on(self, due_on: date) -> date:
        """The first day on which ``due_on`` is near by the rule that will be in force on it."""
        rules = ((self.day, self.due_soon_days), *self.coming_rules)
        for (since, days), (until, _days) in pairwise((*rules, (date.max, 0))):
            near_on = max(since, due_on - timedelta(days=days))
            if near_on < until:
                return near_on
        return due_on

    def _next_silence(self) -> tuple[date | None, str]:
        following = self.following
        if following is None:
            return None, _("设置下一个填报周期后确定。")
        silent_on = following.due_on + timedelta(days=1)
        if self.reported_for is not None and self.reported_for >= following.starts_on:
            return silent_on, _("%(last)s及以前不会转为超期未报。") % {"last": in_words(following.due_on)}
        words = _("再过%(days)d天（%(on)s）仍未填报的，转为超期未报。")
        if self.units > 1:
            words = _("再过%(days)d天（%(on)s）仍有单位未填报的，转为超期未报。")
        return self._turns(words, silent_on)

    def _turns(self, words: str, on: date) -> tuple[date, str]:
        return on, words % {"days": (on - self.day).days, "on": in_words(on)}

    def _closed(self) -> str:
        # A row that is settled has both dates; the database computed the light from them.
        words = {
            "due": self._deadline,
            "requested": in_words(self.requested_on) if self.requested_on else "",
            "closed": in_words(self.closed_on) if self.closed_on else "",
            "days": self.days_late,
        }
        if not self.is_own:
            return _("任务已于%(closed)s办结，本单位未单独申请办结。") % words
        if self.timeliness == Timeliness.CLOSED_LATE:
            return _("%(due)s，%(requested)s申请办结，逾期%(days)d天；%(closed)s审核同意。") % words
        if self.due_on is None:
            return _("%(requested)s申请办结，%(closed)s审核同意。") % words
        return _("%(due)s，%(requested)s申请办结，按期；%(closed)s审核同意。") % words

    @property
    def _deadline(self) -> str:
        """The deadline in words; both where it has been moved."""
        if self.due_on is None or self.original_due_on is None:
            return ""
        words = {"due": in_words(self.due_on), "original": in_words(self.original_due_on)}
        if self.is_extended:
            return _("原定%(original)s办结，延期至%(due)s") % words
        return _("应于%(due)s办结") % words

    @property
    def _asked(self) -> str:
        """What is to be said of more time asked for and not given; of a late duty also that none was asked for."""
        if self.extension == ExtensionState.PENDING:
            return _("，延期申请待审核")
        if self.timeliness != Timeliness.OVERDUE:
            return ""
        if self.extension == ExtensionState.REFUSED:
            return _("，延期申请未获同意")
        return "" if self.is_extended else _("，未申请延期")

    def _dated(self, due_on: date) -> str:
        left = (due_on - self.day).days
        words = {"due": self._deadline, "days": abs(left), "asked": self._asked}
        if left < 0:
            return _("%(due)s，逾期%(days)d天%(asked)s。") % words
        if left == 0:
            return _("%(due)s，当日到期%(asked)s。") % words
        return ngettext("%(due)s，还有%(days)d天%(asked)s。", "%(due)s，还有%(days)d天%(asked)s。", left) % words

    def _ongoing(self) -> str:
        owed, following = self.owed, self.following
        if self.timeliness == Timeliness.SILENT and owed is not None:
            words = {
                "period": owed,
                "last": in_words(owed.due_on),
                "days": (self.day - owed.due_on).days,
                "silent": self.units - self.reported,
            }
            if self.units > 1:
                return _("%(period)s有%(silent)d家单位未填报，填报截止%(last)s，已超期%(days)d天。") % words
            return _("%(period)s未填报，填报截止%(last)s，已超期%(days)d天。") % words
        if following is None:
            return _("持续推进，下一个填报周期尚未设置。")
        words = {"period": following, "last": in_words(following.due_on)}
        if self.reported_for is not None and self.reported_for >= following.starts_on:
            return _("持续推进，%(period)s已填报，该期截止%(last)s。") % words
        return _("持续推进，下次填报：%(period)s，截止%(last)s。") % words
