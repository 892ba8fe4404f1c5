"""Takes away what nobody comes back for: old exports, lists never confirmed, and files of imports that broke off."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from tasks.actions import export, roster, storing


class Command(BaseCommand):
    help = "Delete exports and lists past their time, and files that killed imports have left; may be run at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        words = {"exports": export.clear(now=now), "files": storing.clear(now=now), "lists": roster.clear(now=now)}
        told = _("已删除：导出任务%(exports)d个，中断的导入留下的文件%(files)d个，逾期未确认的名单%(lists)d份。")
        self.stdout.write(told % words)
