"""Sets up the reporting periods to come, for every plan."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from tasks.actions.period import a_year_after, create_ahead
from tasks.models import Plan
from tasks.timeliness import EARLIEST, LATEST


def a_day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(_("“%(text)s”不是形如2021-12-31的日期。") % {"text": text}) from error
    if not EARLIEST <= day <= LATEST:
        words = {"earliest": EARLIEST.isoformat(), "latest": LATEST.isoformat()}
        raise ArgumentTypeError(_("日期须在%(earliest)s至%(latest)s之间。") % words)
    return day


class Command(BaseCommand):
    help = "Create the reporting periods of all plans ahead; what exists is left alone, so it may be run every day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--until", type=a_day, metavar="YYYY-MM-DD", help="the last day to have a period; a year from today"
        )

    def handle(self, *args: Any, until: date | None = None, **options: Any) -> None:
        today = timezone.localdate()
        for plan in Plan.objects.newest_first():
            made = create_ahead(plan=plan, until=until or a_year_after(today), today=today)
            names = _("、").join(str(period) for period in made) or _("无")
            self.stdout.write(_("%(plan)s：新建填报周期 %(names)s。") % {"plan": plan.slug, "names": names})
