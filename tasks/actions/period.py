"""Setting up reporting periods, opening, locking and reopening them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from departments.models import User

from .. import permissions
from ..models import Period, Plan
from ..timeliness import LATEST, Span, local_day

A_YEAR = timedelta(days=365)


def a_year_after(day: date) -> date:
    """How far ahead periods are made where nobody says otherwise."""
    return min(day, LATEST - A_YEAR) + A_YEAR


@transaction.atomic
def create_ahead(*, plan: Plan, until: date, today: date | None = None) -> list[Period]:
    """
    The calendar's periods of ``plan`` up to the one with ``until``, by its cadence and days of grace.

    The first is the one in which the plan was issued. What is there already, or overlaps what was set up by hand, is
    left as it is, so that this may be run again and again. A gap that ``today`` finds in the past of a plan in use
    stays one: nobody was asked then, and units would be silent on days that have passed.
    """
    Plan.objects.select_for_update().get(pk=plan.pk)
    taken = [(period.starts_on, period.ends_on) for period in plan.periods.all()]
    asked_from = today if today is not None and taken else date.min
    made = [
        Period(
            plan=plan,
            starts_on=span.starts_on,
            ends_on=span.ends_on,
            opens_on=span.starts_on,
            due_on=span.last_day_to_report(plan.grace_days_on(span.starts_on)),
        )
        for span in Span.through(plan.issued_on, until, plan.cadence)
        if span.last_day_to_report(plan.grace_days_on(span.starts_on)) >= asked_from
        and not any(starts <= span.ends_on and span.starts_on <= ends for starts, ends in taken)
    ]
    for period in made:  # one by one, so that the log says who had them made
        period.save(force_insert=True)
    return made


def extend(*, by: User, plan: Plan, now: datetime) -> list[Period]:
    """Makes the calendar's periods of the year to come, as ``create_ahead`` does. Raises ``PermissionDenied``."""
    permissions.require(permissions.may_manage_periods(by))
    today = local_day(now)
    return create_ahead(plan=plan, until=a_year_after(today), today=today)


@transaction.atomic
def create(*, by: User, period: Period, now: datetime) -> Period:
    """
    Adds a period by hand. Raises ``PermissionDenied``; ``ValidationError`` where it overlaps another, or where its
    last day to report is over already: units would have been late for it on days that have passed.
    """
    permissions.require(permissions.may_manage_periods(by))
    Plan.objects.select_for_update().get(pk=period.plan_id)
    _check(period, local_day(now))
    period.save(force_insert=True)
    return period


@transaction.atomic
def change(*, by: User, period: Period, now: datetime) -> Period:
    """Changes a period that has not fallen due yet. Raises as ``create`` does."""
    permissions.require(permissions.may_manage_periods(by))
    Plan.objects.select_for_update().get(pk=period.plan_id)
    held = Period.objects.select_for_update().get(pk=period.pk)
    today = local_day(now)
    if held.due_on < today:
        raise ValidationError(_("填报截止已过，本周期不能再改；过去的情况不能改写。"), code="past")
    begun = {"starts_on": held.starts_on, "ends_on": held.ends_on}
    if held.reports.exists() and any(getattr(period, name) != day for name, day in begun.items()):
        raise ValidationError({"starts_on": _("本周期已有填报，起止日期不能再改。")})
    _check(period, today)
    period.save(update_fields=["starts_on", "ends_on", "opens_on", "due_on", "asks_dated"])
    return period


def _check(period: Period, today: date) -> None:
    """Raises ``ValidationError`` with everything that is wrong, each fault under the field that is to be changed."""
    period.clean_fields()
    faults: dict[str, ValidationError] = {}
    if period.ends_on < period.starts_on:
        faults["ends_on"] = ValidationError(_("填报周期的结束日期不能早于开始日期。"), code="backward")
    else:
        beside = period.plan.periods.exclude(pk=period.pk)
        other = beside.filter(starts_on__lte=period.ends_on, ends_on__gte=period.starts_on).first()
        if other is not None:
            words = _("与已有的填报周期重叠：%(other)s。") % {"other": other}
            faults["starts_on"] = ValidationError(words, code="overlap")
    if period.due_on < max(period.starts_on, period.opens_on):
        faults["due_on"] = ValidationError(_("填报截止不能早于周期的开始和开启日期。"), code="backward")
    elif period.due_on < today:
        faults["due_on"] = ValidationError(_("填报截止不能早于今天。"), code="past")
    if faults:
        raise ValidationError(faults)
    period.full_clean()


@transaction.atomic
def open_now(*, by: User, periods: Iterable[Period], now: datetime) -> list[Period]:
    """Opens those that lie ahead, from today on; returns them. Those that are open already stay as they are."""
    permissions.require(permissions.may_manage_periods(by))
    today = local_day(now)
    held = list(_hold(periods).filter(opens_on__gt=today))
    for period in held:
        period.opens_on = today
        period.save(update_fields=["opens_on"])
    return held


@transaction.atomic
def lock(*, by: User, periods: Iterable[Period], now: datetime) -> list[Period]:
    """
    Locks those that have fallen due: no more reports for them; returns what was locked.

    Raises ``ValidationError`` where one of them has not fallen due yet, and locks none.
    """
    permissions.require(permissions.may_manage_periods(by))
    held = list(_hold(periods).filter(locked_at__isnull=True))
    early = [period for period in held if period.due_on >= local_day(now)]
    if early:
        names = _("、").join(str(period) for period in early)
        raise ValidationError(_("%(periods)s的填报截止未到，不能锁定。") % {"periods": names}, code="early")
    for period in held:
        period.locked_at, period.locked_by = now, by
        period.save(update_fields=["locked_at", "locked_by"])
    return held


@transaction.atomic
def reopen(*, by: User, period: Period, reason: str, now: datetime) -> Period:
    """Lets a locked period take reports again; who did it and why is kept. ``ValidationError`` without a reason."""
    permissions.require(permissions.may_manage_periods(by))
    if not reason.strip():
        raise ValidationError({"reason": _("重新开启须说明原因。")})
    held = Period.objects.select_for_update().get(pk=period.pk)
    if not held.is_locked:
        raise ValidationError(_("%(period)s没有锁定。") % {"period": held}, code="not_locked")
    held.locked_at = held.locked_by = None
    held.reopened_at, held.reopened_by, held.reopened_because = now, by, reason.strip()
    held.full_clean()
    held.save(update_fields=["locked_at", "locked_by", "reopened_at", "reopened_by", "reopened_because"])
    return held


def _hold(periods: Iterable[Period]):
    keys = [period.pk for period in periods]
    return Period.objects.select_for_update().filter(pk__in=keys).order_by("starts_on")
