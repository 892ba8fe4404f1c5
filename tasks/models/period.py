"""The quarters or months for which a plan wants to be reported on."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import DateField, F, OuterRef, Q, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from ..choices import PeriodState
from ..timeliness import EVER, IN_RANGE, Due, local_day, named
from ..validators import MAX_TEXT, printable
from .plan import Plan

Rows = TypeVar("Rows", bound="models.QuerySet[Any]")


class PeriodQuerySet(models.QuerySet["Period"]):
    def opened_by(self, day: date | Combinable) -> PeriodQuerySet:
        return self.filter(opens_on__lte=day)

    def fallen_due_by(self, day: date | Combinable) -> PeriodQuerySet:
        """Opened, and their last day to report is over; the latest first."""
        return self.opened_by(day).filter(due_on__lt=day).order_by("-starts_on")

    def coming_due(self, day: date) -> PeriodQuerySet:
        """Those whose last day to report is ``day`` or later; the nearest first."""
        return self.filter(due_on__gte=day).order_by("starts_on")

    def of_outer_plan(self, plan: object) -> PeriodQuerySet:
        """For a subquery: of the plan itself, or of the outer row's where ``plan`` is a path."""
        return self.filter(plan=OuterRef(plan) if isinstance(plan, str) else plan)

    def containing(self, day: date) -> PeriodQuerySet:
        return self.filter(starts_on__lte=day, ends_on__gte=day)

    def taking_reports(self, day: date) -> PeriodQuerySet:
        """Opened and not locked; the earliest first."""
        return self.opened_by(day).filter(locked_at__isnull=True).order_by("starts_on")

    def asked_for(self, day: date, part: Any) -> Period | None:
        """
        The period of one plan that a report on ``part`` made on ``day`` is for, where its writer does not say.

        The one that ``day`` falls in; the one before while that can still be reported in time and ``part``, a row
        with ``reported_for``, has not, unless its duty began after it.
        """
        return asked_among(self.latest_two(day), day, part)

    def latest_two(self, day: date) -> list[Period]:
        """The period of one plan that runs on ``day``, and the one before; the earlier first."""
        return list(self.opened_by(day).filter(starts_on__lte=day).order_by("-starts_on")[:2])[::-1]


def asked_among(latest: list[Period], day: date, part: Any) -> Period | None:
    """``asked_for``, of periods that are known already."""
    for period in latest:
        if day <= period.ends_on:
            return period
        if period.ends_on < part.begun_on(day):
            continue
        if day <= period.due_on and (part.reported_for is None or part.reported_for < period.starts_on):
            return period
    return None


def owed(day: date | Combinable, plan: object, field: str = "starts_on", *, since: tuple[str, ...] = ()) -> Combinable:
    """
    A date of the period for which reports were due by ``day``; NULL while none has been.

    ``day`` may be a column of the outer row. ``plan`` is the plan itself, or the path to its key from the outer row.
    ``since`` names days on which the outer row's duty began: a unit that joined, or a measure that became ongoing,
    after the period's end owes nothing for it.
    """
    due = Period.objects.fallen_due_by(day).of_outer_plan(plan)
    for begun_on in since:
        due = due.filter(ends_on__gte=Coalesce(OuterRef(begun_on), EVER))
    return Subquery(due.values(field)[:1], output_field=DateField())


def upcoming(day: date, plan: object, field: str, *, since: tuple[str, ...] = ()) -> Combinable:
    """
    A date of the period whose reports fall due next on or after ``day``; NULL where none has been set up.

    ``plan`` and ``since`` as in ``owed``.
    """
    due = Period.objects.coming_due(day).of_outer_plan(plan)
    for begun_on in since:
        due = due.filter(ends_on__gte=Coalesce(OuterRef(begun_on), EVER))
    return Subquery(due.values(field)[:1], output_field=DateField())


def with_periods(rows: Rows, day: date, plan: object, *, since: tuple[str, ...] = ()) -> Rows:
    """Adds what sentences say of the period that is owed on ``day`` and of the next one; see ``periods_of``."""
    return rows.annotate(
        owed_due_on=owed(day, plan, "due_on", since=since),
        next_since=upcoming(day, plan, "starts_on", since=since),
        next_until=upcoming(day, plan, "ends_on", since=since),
        next_due_on=upcoming(day, plan, "due_on", since=since),
    )


def periods_of(row: Any) -> dict[str, Any]:
    """``owed`` and ``following`` of a row of ``with_periods``; None where it says no sentences."""
    return {
        "owed": Due(row.owed_since, row.owed_until, row.owed_due_on) if getattr(row, "owed_due_on", None) else None,
        "following": Due(row.next_since, row.next_until, row.next_due_on) if getattr(row, "next_since", None) else None,
    }


class Period(models.Model):
    """
    A quarter or month in which ongoing work must be reported (填报周期); all its days are inclusive.

    Made ahead by ``actions.period.create_ahead`` or by hand with ``actions.period.create``; opened, locked and
    reopened only by the actions of that name. Its days are never changed once it has fallen due.
    """

    plan = models.ForeignKey(
        Plan,
        on_delete=models.CASCADE,
        related_name="periods",
        db_index=False,  # the unique start begins with it
        verbose_name=_("推进计划"),
    )
    starts_on = models.DateField(_("开始日期"), validators=IN_RANGE)
    ends_on = models.DateField(_("结束日期"), validators=IN_RANGE)
    opens_on = models.DateField(_("开启日期"), validators=IN_RANGE, help_text=_("从这一天起可以填报。"))
    due_on = models.DateField(_("填报截止"), validators=IN_RANGE, help_text=_("当日仍算按期，之后为补报。"))
    asks_dated = models.BooleanField(
        _("限期任务同报"), default=False, help_text=_("勾选后，限期完成的任务本期也须填报。")
    )
    locked_at = models.DateTimeField(_("锁定时间"), null=True, blank=True)  # NULL while it takes reports
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("锁定人"),
    )
    reopened_at = models.DateTimeField(_("重新开启时间"), null=True, blank=True)  # NULL unless it has been locked
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("重新开启人"),
    )
    reopened_because = models.TextField(
        _("重新开启原因"), blank=True, validators=[printable, MaxLengthValidator(MAX_TEXT)]
    )

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("填报周期")
        verbose_name_plural = _("填报周期")
        ordering = ("plan_id", "starts_on")
        indexes = (models.Index(fields=("plan", "due_on", "opens_on", "starts_on", "ends_on"), name="period_due"),)
        constraints = (
            models.UniqueConstraint(
                fields=("plan", "starts_on"),
                name="period_start_once_in_plan",
                violation_error_message=_("本计划中已有同一天开始的填报周期。"),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="period_ends_after_it_starts",
                violation_error_message=_("填报周期的结束日期不能早于开始日期。"),
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("starts_on")) & Q(due_on__gte=F("opens_on")),
                name="period_due_after_it_opens",
                violation_error_message=_("填报截止不能早于周期的开始和开启日期。"),
            ),
            models.CheckConstraint(
                condition=Q(locked_at__isnull=True, locked_by__isnull=True)
                | Q(locked_at__isnull=False, locked_by__isnull=False),
                name="period_locked_by_somebody",
                violation_error_message=_("锁定须有锁定人和时间。"),
            ),
            models.CheckConstraint(
                condition=Q(reopened_at__isnull=True, reopened_by__isnull=True)
                | (Q(reopened_at__isnull=False, reopened_by__isnull=False) & ~Q(reopened_because="")),
                name="period_reopened_for_a_reason",
                violation_error_message=_("重新开启须说明原因。"),
            ),
        )

    def __str__(self) -> str:
        return named(self.starts_on, self.ends_on)

    @property
    def is_locked(self) -> bool:
        return self.locked_at is not None

    def state(self, day: date) -> PeriodState:
        """Whether it took reports on ``day``; a lock that has been taken off since is not known any more."""
        if self.locked_at is not None and local_day(self.locked_at) <= day:
            return PeriodState.LOCKED
        if day < self.opens_on:
            return PeriodState.AHEAD
        return PeriodState.OPEN if day <= self.due_on else PeriodState.DUE
