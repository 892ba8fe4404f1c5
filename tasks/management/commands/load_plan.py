"""Loads a plan: what is missing is made, what exists is left alone."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from tasks.actions import plan as actions
from tasks.actions.period import a_year_after

SHIPPED = "dongli-ip-2020-2021.json"


class Command(BaseCommand):
    help = "Load a plan from a fixture by natural keys; creates what is missing and changes nothing that exists."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", nargs="?", help="the fixture; the shipped plan when left out")

    def handle(self, *args: Any, path: str | None = None, **options: Any) -> None:
        file = Path(path) if path else Path(settings.FIXTURE_DIRS[0]) / SHIPPED
        try:
            document = json.loads(file.read_text(encoding="utf-8"))
        except OSError as error:
            raise CommandError(
                _("无法读取“%(file)s”：%(reason)s") % {"file": file.name, "reason": error.strerror}
            ) from error
        except (ValueError, RecursionError) as error:
            raise CommandError(
                _("“%(file)s”不是有效的JSON文件：%(reason)s") % {"file": file.name, "reason": error}
            ) from error
        try:
            today = timezone.localdate()
            loaded = actions.load(document=document, until=a_year_after(today), today=today)
        except actions.Malformed as error:
            raise CommandError(_("未载入任何内容。%(reason)s") % {"reason": error.args[0]}) from error
        self._report(file, loaded)

    def _report(self, file: Path, loaded: actions.Loaded) -> None:
        made = _counts(loaded.created) or _("无")
        self.stdout.write(_("%(file)s：新建 %(made)s。") % {"file": file.name, "made": made})
        if loaded.kept:
            self.stdout.write(_("已有而未改动：%(kept)s。") % {"kept": _counts(loaded.kept)})
        for part in loaded.left_out:
            self.stdout.write(_("与现有内容不同，以现有为准，未补建：%(part)s。") % {"part": part})


def _counts(counter: dict[str, int]) -> str:
    return _("，").join(f"{apps.get_model(label)._meta.verbose_name} {number}" for label, number in counter.items())
