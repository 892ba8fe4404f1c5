"""Writes a plan with its whole history into a file."""

from __future__ import annotations

import os
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from tasks.exchange.archive import write_json, write_zip
from tasks.exchange.faults import Unwritable
from tasks.models import Plan


class Command(BaseCommand):
    help = "Export a plan with its whole history: FILE.json, or FILE.zip with its attachments and checksums."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the plan")
        parser.add_argument("path", metavar="FILE", help="where to; .json or .zip says what is written")

    def handle(self, *args: Any, slug: str, path: str, **options: Any) -> None:
        plan = Plan.objects.filter(slug=slug).first()
        if plan is None:
            raise CommandError(_("没有标识为“%(slug)s”的推进计划。") % {"slug": slug})
        file = Path(path)
        if file.suffix not in (".json", ".zip"):
            raise CommandError(_("文件名应以 .json 或 .zip 结尾。"))
        write: Callable[[Plan, IO[bytes]], object] = write_zip if file.suffix == ".zip" else write_json
        try:
            # Beside the file, and in its place only when it is whole.
            with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as target:
                try:
                    write(plan, target)
                except BaseException:
                    os.unlink(target.name)
                    raise
            os.chmod(target.name, 0o640)  # a plan's history is not everybody's
            os.replace(target.name, file)
        except OSError as error:
            words = {"file": path, "reason": str(error.strerror)}
            raise CommandError(_("无法写入“%(file)s”：%(reason)s") % words) from error
        except Unwritable as refusal:
            raise CommandError(str(refusal)) from refusal
        words = {"plan": plan.title, "file": path, "size": str(file.stat().st_size)}
        self.stdout.write(_("已导出“%(plan)s”：%(file)s，%(size)s字节。") % words)
