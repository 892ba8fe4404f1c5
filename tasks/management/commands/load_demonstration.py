"""Fills an empty database with made-up data to look around in."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils.translation import gettext as _

from tasks.demonstration.load import InUse, load
from tasks.demonstration.people import PASSWORD, accounts
from tasks.models import Demonstration

from .load_plan import SHIPPED


class Command(BaseCommand):
    help = (
        "Fill an empty database with a made-up history of the shipped plan; refuses a database in use, and leaves one "
        "alone that has been filled before."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", default="", help="where it will be served, for the address that is printed")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        document = json.loads((Path(settings.FIXTURE_DIRS[0]) / SHIPPED).read_text(encoding="utf-8"))
        try:
            is_new = load(document=document)
        except InUse as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_("演示数据已载入，全部内容均非真实。") if is_new else _("演示数据此前已载入，未作改动。"))
        self._who_may_sign_in()
        day = Demonstration.objects.get().last_day.isoformat()
        place = f"{address.rstrip('/')}{reverse('home')}?as_of={day}"
        self.stdout.write(_("查看%(day)s的情况：%(address)s") % {"day": day, "address": place})

    def _who_may_sign_in(self) -> None:
        self.stdout.write(_("演示账号（角色、用户名、姓名、单位），密码均为 %(password)s：") % {"password": PASSWORD})
        for line in accounts():
            self.stdout.write("\t".join(line).rstrip())
