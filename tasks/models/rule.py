"""What a plan lays down about time, from which day on: when a deadline is near, and how long reports may take."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from ..timeliness import IN_RANGE, MAX_DUE_SOON_DAYS, MAX_GRACE_DAYS, MIN_GRACE_DAYS
from ..validators import MAX_TEXT, printable
from .plan import Plan


class RuleQuerySet(models.QuerySet["Rule"]):
    def in_force_by(self, day: date) -> RuleQuerySet:
        """Those that had come into force by ``day``, the last one last."""
        return self.filter(in_force_on__lte=day).order_by("in_force_on")

    def coming(self, day: date) -> RuleQuerySet:
        """Those that had been laid down by ``day`` and come into force after it."""
        return self.filter(recorded_on__lte=day, in_force_on__gt=day)


class Rule(models.Model):
    """
    A change of a plan's rules of time (时效规则), from a day on; what was issued stays with the plan.

    Laid down by ``actions.rule.lay_down`` for today or a day to come and never changed: a past day keeps the rule that
    was in force on it. ``due_soon_days`` holds for every day from ``in_force_on``; ``grace_days`` for the reporting
    periods that begin on it or later.
    """

    plan = models.ForeignKey(
        Plan,
        on_delete=models.PROTECT,
        related_name="rules",
        db_index=False,  # the unique day begins with it
        verbose_name=_("推进计划"),
    )
    in_force_on = models.DateField(_("施行日期"), validators=IN_RANGE, help_text=_("今天或以后的日期。"))
    due_soon_days = models.PositiveSmallIntegerField(
        _("临期天数"),
        validators=[MaxValueValidator(MAX_DUE_SOON_DAYS)],
        help_text=_("距完成时限不超过这些天的，为临期；常用30、15、7、3天。"),
    )
    grace_days = models.PositiveSmallIntegerField(
        _("填报宽限天数"),
        validators=[MinValueValidator(MIN_GRACE_DAYS), MaxValueValidator(MAX_GRACE_DAYS)],
        help_text=_("周期结束后满这些天仍未填报的，为超期未报；适用于施行日期起开始的填报周期。"),
    )
    reason = models.TextField(_("调整原因"), validators=[printable, MaxLengthValidator(MAX_TEXT)])
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("登记人")
    )
    recorded_on = models.DateField(_("登记日期"))
    recorded_at = models.DateTimeField(_("登记时间"))

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("时效规则")
        verbose_name_plural = _("时效规则")
        ordering = ("plan_id", "in_force_on")
        constraints = (
            models.UniqueConstraint(
                fields=("plan", "in_force_on"),
                name="rule_once_a_day_in_plan",
                violation_error_message=_("同一天只能有一套时效规则施行。"),
            ),
            models.CheckConstraint(
                condition=Q(in_force_on__gte=F("recorded_on")),
                name="rule_changes_no_past_day",
                violation_error_message=_("时效规则只能自今天或以后的日期起施行。"),
            ),
            models.CheckConstraint(
                condition=Q(grace_days__range=(MIN_GRACE_DAYS, MAX_GRACE_DAYS)),
                name="rule_grace_days_in_range",
                violation_error_message=_("填报宽限天数超出范围。"),
            ),
            models.CheckConstraint(
                condition=Q(due_soon_days__lte=MAX_DUE_SOON_DAYS),
                name="rule_due_soon_days_in_range",
                violation_error_message=_("临期天数超出范围。"),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="rule_has_a_reason",
                violation_error_message=_("调整时效规则须说明原因。"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.plan} · {self.in_force_on}"


def due_soon_days(day: date, plan: Plan | str) -> Combinable:
    """
    How many days before a deadline it is near, by the rule in force on ``day``.

    ``plan`` is the plan itself, or the path to its fields from the outer row.
    """
    if isinstance(plan, str):
        rules = Rule.objects.filter(plan=OuterRef(plan.removesuffix("__")))
        issued: Combinable = F(f"{plan}due_soon_days")
    else:
        rules, issued = Rule.objects.filter(plan=plan), Value(plan.due_soon_days)
    last = rules.in_force_by(day).order_by("-in_force_on")
    return Coalesce(Subquery(last.values("due_soon_days")[:1]), issued, output_field=models.PositiveSmallIntegerField())
