"""Laying down a plan's rules of time from a day on."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from departments.models import User

from .. import permissions
from ..models import Plan, Rule
from ..timeliness import Span, local_day


@transaction.atomic
def lay_down(
    *, by: User, plan: Plan, in_force_on: date, due_soon_days: int, grace_days: int, reason: str, now: datetime
) -> Rule:
    """
    Makes ``due_soon_days`` and ``grace_days`` the plan's rules from ``in_force_on`` on.

    The last day to report moves with the days of grace for those periods that begin on that day or later and had it by
    the rule before; what was set by hand stays. Raises ``PermissionDenied``; ``ValidationError`` for a day that has
    passed, one not later than the last rule's, days out of range, and rules that are no others.
    """
    permissions.require(permissions.may_set_rules(by))
    held = Plan.objects.select_for_update().get(pk=plan.pk)
    today = local_day(now)
    last = held.rules.order_by("in_force_on").last()
    if in_force_on < today:
        raise ValidationError({"in_force_on": _("时效规则只能自今天或以后的日期起施行，过去的情况不能改写。")})
    if last is not None and in_force_on <= last.in_force_on:
        words = {"day": last.in_force_on.isoformat()}
        raise ValidationError({"in_force_on": _("已有自%(day)s起施行的规则，新的规则须晚于这一天。") % words})
    before = held.grace_days_on(in_force_on)
    if (held.due_soon_days_on(in_force_on), before) == (due_soon_days, grace_days):
        raise ValidationError(_("与现行的时效规则相同，没有调整。"))
    rule = Rule(
        plan=held,
        in_force_on=in_force_on,
        due_soon_days=due_soon_days,
        grace_days=grace_days,
        reason=reason.strip(),
        recorded_by=by,
        recorded_on=today,
        recorded_at=now,
    )
    rule.full_clean()
    rule.save(force_insert=True)
    for period in held.periods.filter(starts_on__gte=in_force_on, locked_at__isnull=True).order_by("starts_on"):
        span = Span(period.starts_on, period.ends_on)
        if period.due_on == span.last_day_to_report(before):
            period.due_on = max(span.last_day_to_report(grace_days), period.opens_on)
            period.save(update_fields=["due_on"])
    return rule
