"""Recording what an indicator has reached."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from departments.models import User

from .. import permissions
from ..models import Indicator, IndicatorValue
from ..timeliness import local_day
from .measure import TERMINATED
from .milestone import check_day


class Superseded(Exception):
    """Somebody has recorded a value of the same day since the form was opened; ``newer`` is what he recorded."""

    def __init__(self, newer: IndicatorValue) -> None:
        words = {"person": newer.recorded_by.name, "day": newer.reached_on.isoformat(), "value": newer.value}
        super().__init__(
            _("在您填写期间，%(person)s已填报%(day)s累计%(value)d。核对后再次提交，将以您填写的为准。") % words
        )
        self.newer = newer


@transaction.atomic
def record(
    *, by: User, indicator: Indicator, reached_on: date, value: int, now: datetime, seen: int | None = None
) -> tuple[IndicatorValue, bool]:
    """
    Records what ``indicator`` had reached by the end of ``reached_on``, counted from the beginning; also says whether
    that is new: sent twice it is recorded once.

    A later entry for the same day corrects the earlier one. ``seen`` is the newest entry the writer had before him
    (0: there was none; None: not asked). Raises ``PermissionDenied``; ``ValidationError`` for a day to come, one
    before the plan began, a value that would make the count fall, or a terminated measure; ``Superseded``.
    """
    department = permissions.answering_department(by, indicator.measure)
    if department is None:
        raise PermissionDenied
    list(Indicator.objects.select_for_update().filter(pk=indicator.pk))  # two people follow one another
    today = local_day(now)
    if indicator.measure.is_terminated_on(today):
        raise ValidationError(TERMINATED)
    check_day("reached_on", reached_on, indicator.measure.plan.starts_on, today)
    standing = {each.reached_on: each for each in indicator.values.in_order().select_related("recorded_by")}
    same_day = standing.pop(reached_on, None)
    if same_day is not None:
        if (same_day.recorded_by_id, same_day.recorded_on, same_day.value) == (by.pk, today, value):
            return same_day, False
        if seen is not None and same_day.pk > seen:
            raise Superseded(same_day)
    _check_that_it_rises(reached_on, value, list(standing.values()))
    entry = IndicatorValue(
        indicator=indicator,
        reached_on=reached_on,
        value=value,
        department=department,
        recorded_by=by,
        recorded_on=today,
        recorded_at=now,
    )
    entry.full_clean()
    entry.save()
    return entry, True


def _check_that_it_rises(reached_on: date, value: int, others: list[IndicatorValue]) -> None:
    """``others`` are the entries that stand for other days, the earliest first."""
    earlier = [each for each in others if each.reached_on < reached_on]
    later = [each for each in others if each.reached_on > reached_on]
    if earlier and value < earlier[-1].value:
        words = {"day": earlier[-1].reached_on.isoformat(), "value": earlier[-1].value}
        raise ValidationError(
            {"value": _("累计值不能下降：%(day)s已填报%(value)d。如该值有误，请先更正当日的累计值。") % words}
        )
    if later and value > later[0].value:
        words = {"day": later[0].reached_on.isoformat(), "value": later[0].value}
        raise ValidationError(
            {
                "value": _("累计值不能高于其后的累计值：%(day)s已填报%(value)d。如该值有误，请先更正当日的累计值。")
                % words
            }
        )


def check_change(indicator: Indicator) -> None:
    """Refuses another target or unit once there are values; raises ``ValidationError``."""
    list(Indicator.objects.select_for_update().filter(pk=indicator.pk))
    if indicator.values.exists():
        words = {"indicator": indicator}
        raise ValidationError(_("%(indicator)s：该指标已有累计值，不能再改计量单位和目标值。") % words, code="recorded")
