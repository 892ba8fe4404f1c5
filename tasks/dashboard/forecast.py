"""What turns red or silent if nothing is reported: a forecast, never a fact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from ..course import HORIZONS
from ..models import Plan
from .figures import Figure


@dataclass(frozen=True)
class Outlook:
    """What is to be expected by the end of ``until`` from what had been recorded by the day of the question."""

    days: int
    until: date
    overdue: Figure
    silent: Figure


def forecast(plan: Plan, day: date, measures: Any, parts: Any) -> list[Outlook]:
    """For each horizon; two queries. ``measures`` and ``parts`` are those of ``plan`` as of ``day``."""
    overdue, silent = measures.count_turning_overdue(day), parts.count_turning_silent(day, plan)
    return [
        Outlook(
            days,
            day + timedelta(days=days),
            Figure(overdue[days], _("项任务将逾期"), "measures", {"turns": days}),
            Figure(silent[days], _("项分工将超期未报"), "assignments", {"turns": days}),
        )
        for days in HORIZONS
    ]
