"""Brings in a plan with its whole history from a file that export_plan has written."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from tasks.actions.plan_archive import bring_in
from tasks.exchange.faults import Refused
from tasks.exchange.findings import Findings


class Command(BaseCommand):
    help = "Import a plan with its history from a file of export_plan (.json or .zip): all of it, or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", metavar="FILE", help="what export_plan has written")
        parser.add_argument("--dry-run", action="store_true", help="try all of it, and keep nothing")

    def handle(self, *args: Any, path: str, dry_run: bool, **options: Any) -> None:
        file = Path(path)
        try:
            with file.open("rb") as stream:
                _plan, findings = bring_in(name=file.name, stream=stream, now=timezone.now(), is_trial=dry_run)
        except OSError as error:
            words = {"file": path, "reason": str(error.strerror)}
            raise CommandError(_("无法读取“%(file)s”：%(reason)s") % words) from error
        except Refused as refusal:
            reasons = "\n".join(refusal.faults)
            raise CommandError(_("没有导入任何内容。\n%(reasons)s") % {"reasons": reasons}) from refusal
        self._show(findings)
        if dry_run:
            self.stdout.write(_("可以导入；按 --dry-run 的要求，没有写入。"))
        else:
            self.stdout.write(_("已导入“%(plan)s”。") % {"plan": findings.title})

    def _show(self, findings: Findings) -> None:
        counts = {name: str(number) for name, number in findings.counts.items()}
        self.stdout.write(f"{findings.title}（{findings.number}，{findings.slug}）")
        self.stdout.write(
            _(
                "%(sections)s个章节，%(measures)s项任务，%(assignments)s项分工，%(reports)s份填报，%(snapshots)s份会议快照。"
            )
            % counts
        )
        new, here = len(findings.units_new), len(findings.units_here)
        self.stdout.write(_("单位：新建%(new)d个，已有%(here)d个。") % {"new": new, "here": here})
        new, here = len(findings.people_new), len(findings.people_here)
        words = _("人员：新建%(new)d人（停用，不能登录），已有%(here)d人。")
        self.stdout.write(words % {"new": new, "here": here})
        for username, name in findings.people_new:
            self.stdout.write(f"  + {username} {name}")
        for username, here_name, told in findings.differing:
            words = _("注意：用户名“%(username)s”在本系统是%(here)s，在文件中是%(told)s，记录将归于本系统的用户。")
            self.stderr.write(words % {"username": username, "here": here_name, "told": told})
        for what, unit, name in findings.left_out:
            words = _("单位“%(unit)s”已在本系统，没有采用别名“%(name)s”。")
            if what == "member":
                words = _("集合“%(unit)s”已在本系统，没有采用成员“%(name)s”。")
            self.stderr.write(words % {"unit": unit, "name": name})
        if not findings.has_attachments:
            words = _("文件不含附件：%(n)d个佐证材料只有登记信息，不能打开。")
            self.stderr.write(words % {"n": findings.attachments})
