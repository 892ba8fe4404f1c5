"""Checks that no snapshot has been changed since it was taken."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from tasks.models import Plan, Snapshot
from tasks.snapshot import faults


class Command(BaseCommand):
    help = "Recompute the SHA-256 and the counts of every meeting snapshot; exits with 1 where one does not agree."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--plan", metavar="SLUG", help="only the snapshots of this plan")

    def handle(self, *args: Any, plan: str | None = None, **options: Any) -> None:
        rows = Snapshot.objects.select_related("plan").order_by("plan__slug", "day", "pk")
        if plan is not None:
            if not Plan.objects.filter(slug=plan).exists():
                raise CommandError(_("没有标识为“%(slug)s”的推进计划。") % {"slug": plan})
            rows = rows.filter(plan__slug=plan)
        checked = broken = 0
        for snapshot in rows.iterator(chunk_size=1):  # each may be large
            found = faults(snapshot)
            checked, broken = checked + 1, broken + bool(found)
            words = {
                "plan": snapshot.plan.slug,
                "day": snapshot.day.isoformat(),
                "name": snapshot.name,
                "verdict": "；".join(found) or _("无误"),
                "hash": snapshot.sha256,
            }
            self.stdout.write(_("%(plan)s　%(day)s　%(name)s：%(verdict)s（%(hash)s）") % words)
        self.stdout.write(_("共核对%(checked)d份，不符%(broken)d份。") % {"checked": checked, "broken": broken})
        if broken:
            sys.exit(1)
