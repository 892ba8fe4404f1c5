"""Imports a plan from the document it was issued as, where nothing in it has to be asked."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from departments.models import Department
from tasks.actions import plan as plans
from tasks.actions import plan_document as actions
from tasks.documents import checks
from tasks.documents.parsed import Kind, Parsed
from tasks.documents.raw import Unreadable
from tasks.documents.reading import read_file
from tasks.forms.plan_document import PlanForm, initial_of

FIELDS = ("slug", "title", "number", "issuer", "issued_on", "starts_on", "ends_on", "cadence")


class Command(BaseCommand):
    help = "Import a plan from its document (.docx, .xlsx or .txt); refuses while anything in it has to be asked."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", help="the document")
        for name in FIELDS:
            parser.add_argument(f"--{name.replace('_', '-')}", help="what the document does not say, or says otherwise")
        parser.add_argument("--office", help="the unit that supervises the plan")
        parser.add_argument("--grace-days", type=int, default=10)
        parser.add_argument("--due-soon-days", type=int, default=30)
        parser.add_argument("--new-unit", action="append", default=[], metavar="NAME=KIND", help="a unit to be made")
        parser.add_argument(
            "--same-unit", action="append", default=[], metavar="NAME=UNIT", help="another name of a unit that exists"
        )
        parser.add_argument(
            "--accept", action="append", default=[], choices=Kind.values, help="take all of a kind as it was read"
        )
        parser.add_argument("--dry-run", action="store_true", help="show what would be made, and make nothing")

    def handle(self, *args: Any, path: str, **options: Any) -> None:
        file = Path(path)
        try:
            read = read_file(file.name, file.read_bytes())
        except OSError as error:
            words = {"file": file.name, "reason": str(error.strerror)}
            raise CommandError(_("无法读取“%(file)s”：%(reason)s") % words) from error
        except Unreadable as refusal:
            words = {"file": file.name, "reason": str(refusal)}
            raise CommandError(_("无法读取“%(file)s”：%(reason)s") % words) from refusal
        known = actions.known_units()
        parsed = actions.take_apart(read.rows, read.merged)
        fields = self._fields(parsed, known, options)
        if fields is not None:  # the period may give years to what has none
            period = date.fromisoformat(fields["starts_on"]), date.fromisoformat(fields["ends_on"])
            parsed = actions.take_apart(read.rows, read.merged, period=period)
        for doubt in parsed.doubts:
            doubt.settled = doubt.kind in options["accept"] and checks.has_reading(parsed, doubt)
        decisions = self._decisions(options)
        self._show(parsed)
        for at in checks.open_doubts(parsed):
            doubt = parsed.doubts[at]
            said = {"line": str(doubt.line), "kind": doubt.kind, "label": doubt.label, "words": doubt.words}
            self.stderr.write(_("第%(line)s行 %(kind)s（%(label)s）：%(words)s") % said)
        missing = checks.missing(parsed, fields or {}, known, decisions)
        for name in [name for name in parsed.units if name not in checks.units_of(parsed, known, decisions)]:
            self.stderr.write(_("单位“%(name)s”：尚未确定，用 --new-unit 或 --same-unit 说明。") % {"name": name})
        if missing:
            reasons = "\n".join(each.words for each in missing)
            raise CommandError(_("没有导入任何内容。\n%(reasons)s") % {"reasons": reasons})
        if options["dry_run"]:
            self.stdout.write(_("可以导入；按 --dry-run 的要求，没有写入。"))
            return
        try:
            plan = actions.make(parsed=parsed, fields=fields or {}, decisions=decisions, today=timezone.localdate())
        except plans.Malformed as error:
            raise CommandError(_("没有导入任何内容。\n%(reasons)s") % {"reasons": error.args[0]}) from error
        self.stdout.write(_("已导入“%(plan)s”。") % {"plan": plan})

    def _fields(self, parsed: Parsed, known: dict[str, str], options: dict[str, Any]) -> dict[str, Any] | None:
        given = {name: options[name] for name in (*FIELDS, "grace_days", "due_soon_days") if options[name] is not None}
        data = {"cadence": "QUARTER"} | initial_of(parsed, {}, known) | given
        if options["office"]:
            data["office_name"] = options["office"]
        form = PlanForm(data, known=known, named=parsed.units)
        if form.is_valid() and options["slug"]:
            return form.as_fields()
        if not options["slug"]:
            self.stderr.write(_("缺少 --slug：计划的网址标识。"))
        for name, faults in form.errors.items():
            label = form.fields[name].label if name in form.fields else ""
            self.stderr.write(
                _("%(label)s（--%(name)s）：%(faults)s")
                % {
                    "label": label,
                    "name": {"office_name": "office"}.get(name, name).replace("_", "-"),
                    "faults": " ".join(map(str, faults)),
                }
            )
        return None

    @staticmethod
    def _decisions(options: dict[str, Any]) -> dict[str, dict[str, str]]:
        decided = {name: {"kind": kind} for name, kind in _split(options["new_unit"])}
        if wrong := [each["kind"] for each in decided.values() if each["kind"] not in Department.Kind.values]:
            words = {"kind": wrong[0], "kinds": "、".join(Department.Kind.values)}
            raise CommandError(_("没有“%(kind)s”这一类别，可用的类别：%(kinds)s。") % words)
        return decided | {name: {"unit": unit} for name, unit in _split(options["same_unit"])}

    def _show(self, parsed: Parsed) -> None:
        for measure in parsed.kept:
            units = "、".join(f"{part.unit}（{part.role or '?'}）" for part in measure.parts)
            when = measure.due_on or measure.timeframe or "?"
            self.stdout.write(f"{measure.section}·{measure.number}  {measure.wording[:40]}  {units}  {when}")
        words = {"sections": len({measure.section for measure in parsed.kept}), "measures": len(parsed.kept)}
        self.stdout.write(_("%(sections)d个章节，%(measures)d项任务。") % words)


def _split(pairs: Iterable[str]) -> list[tuple[str, str]]:
    found = []
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name and equals and value):
            raise CommandError(_("“%(pair)s”应写作“名称=…”。") % {"pair": pair})
        found.append((name, value))
    return found
