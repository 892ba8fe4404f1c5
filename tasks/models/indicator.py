"""Numbers that a measure is to reach."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from departments.models import Department

from ..timeliness import IN_RANGE
from ..validators import printable
from .measure import Measure


class IndicatorManager(models.Manager["Indicator"]):
    def get_by_natural_key(self, plan: str, number: int, name: str) -> Indicator:
        return self.get(measure__plan__slug=plan, measure__number=number, name=name)


class Indicator(models.Model):
    """A number that a measure is to reach by its deadline (量化指标): name, unit, target, as the document says."""

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="indicators", verbose_name=_("任务"))
    name = models.CharField(_("指标"), max_length=60, validators=[printable])
    unit = models.CharField(_("计量单位"), max_length=20, validators=[printable])
    target = models.PositiveIntegerField(_("目标值"), validators=[MinValueValidator(1)])

    objects = IndicatorManager()

    class Meta:
        verbose_name = _("量化指标")
        verbose_name_plural = _("量化指标")
        ordering = ("measure_id", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("measure", "name"),
                name="indicator_name_once_on_measure",
                violation_error_message=_("本任务中已有同名指标。"),
            ),
            models.CheckConstraint(
                condition=Q(target__gte=1),
                name="indicator_target_is_positive",
                violation_error_message=_("目标值须大于0。"),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str, int, str]:
        return (*self.measure.natural_key(), self.name)

    natural_key.dependencies = ["tasks.measure"]  # type: ignore[attr-defined]

    def value_on(self, day: date) -> int:
        """What had been reached by the last entry recorded by the end of ``day``; 0 without any."""
        last = self.values.recorded_by(day).in_order().last()
        return last.value if last else 0


class IndicatorValueQuerySet(models.QuerySet["IndicatorValue"]):
    def recorded_by(self, day: date) -> IndicatorValueQuerySet:
        return self.filter(recorded_on__lte=day)

    def in_order(self) -> IndicatorValueQuerySet:
        """By the day they speak of; of two that speak of the same day the later entry counts."""
        return self.order_by("reached_on", "pk")


class IndicatorValue(models.Model):
    """
    What an indicator had reached by a day, counted from the beginning (累计值).

    Recorded only by ``actions.indicator.record`` and never changed; a later entry for the same day supersedes it.
    """

    indicator = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, related_name="values", verbose_name=_("量化指标")
    )
    reached_on = models.DateField(_("统计日期"), validators=IN_RANGE)
    value = models.PositiveIntegerField(_("累计值"))
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+", verbose_name=_("填报单位"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("填报人")
    )
    recorded_on = models.DateField(_("填报日期"))
    recorded_at = models.DateTimeField(_("填报时间"))

    objects = IndicatorValueQuerySet.as_manager()

    class Meta:
        verbose_name = _("指标完成值")
        verbose_name_plural = _("指标完成值")
        ordering = ("indicator_id", "reached_on", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(value__gte=0),
                name="indicator_value_not_negative",
                violation_error_message=_("累计值不能小于0。"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.indicator} · {self.reached_on}"
