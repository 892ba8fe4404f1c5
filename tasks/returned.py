"""What of an upload would be reported on a day: its rows beside what has been said since they went out."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from .choices import Decision
from .models import Assignment, Period, Plan, Report, Upload, UploadedRow
from .models.period import asked_among
from .uploads import FILL_IN, INPUT, LEDGER, Merged, acts_of, empty, merged, plain, shown


def parts_of(keys: Collection[int], plan: Plan, day: date) -> dict[int, Any]:
    """The parts of ``plan`` among ``keys``, by key, with all that is asked of them here. Two queries."""
    members = Assignment.objects.filter(collective_part=OuterRef("pk"), until__isnull=True)
    rows = (
        Assignment.objects.filter(pk__in=keys, measure__plan=plan)
        .annotate(has_members=Exists(members))
        .with_newest_report()
        .with_reported_for(day)
        .with_last_report(day)
        .select_related("department", "measure__plan", "collective_part__department")
    )
    return {part.pk: part for part in rows}


@dataclass(frozen=True)
class Line:
    """
    One row, with its part (None: unknown) and the part's last report: as they are on the day; where the upload has been
    confirmed (``is_done``) the report that was there at that moment.
    """

    row: UploadedRow
    part: Any
    last: Report | None
    is_done: bool = False
    period: Period | None = None  # that a report made of it now is for; None: it is for none, or has been made
    KINDS = (LEDGER, FILL_IN)

    @staticmethod
    def base_of(kind: str, base: Report | None) -> dict[str, Any]:
        """What the input cells of a row held when it went out."""
        return shown(base, kind)

    @property
    def base(self) -> dict[str, Any]:
        return self.base_of(self.row.kind, self.row.base)

    @property
    def since(self) -> Report | None:
        """What has been said last, where that was after what the row showed when it went out."""
        return self.last if self.last is not None and self.last.pk > (self.row.base_id or 0) else None

    @property
    def why_stale(self) -> str:
        """What has become of the report that the row showed when it went out; empty where that is still the last."""
        base, last = self.row.base, self.last
        if (base and base.pk) == (last and last.pk):
            return ""
        words = []
        if base is not None and base.void_on is not None:
            review = getattr(base, "review", None)
            is_back = review is not None and review.decision == Decision.RETURNED
            day = {"day": base.void_on}
            words.append(
                _("表中所载的填报已于%(day)s退回") % day if is_back else _("表中所载的填报已于%(day)s撤回") % day
            )
        if last is not None:
            told = {"person": last.author.name, "day": last.recorded_on}
            later = _("在表中所载的情况之后，%(person)s于%(day)s另有填报")
            words.append((later if self.since else _("现以%(person)s于%(day)s的填报为准")) % told)
        return _("版本已过时：%(reasons)s。") % {"reasons": _("；").join(words)} if words else ""

    @cached_property
    def now(self) -> dict[str, Any]:
        """What the cells would hold if the row went out now; of a row to be filled in, what was said meanwhile."""
        if self.row.kind == LEDGER:
            return shown(self.last)
        return empty() if self.since is None else shown(self.since)

    def merged_with(self, ours: Collection[str]) -> Merged:
        return merged(self.base, self.now, self.row.typed, set(ours), acts_of(self.since))

    def carried_over(self, day: date) -> dict[str, Any]:
        """
        What the last report said that the ledger has no column for: a change of one of its cells leaves the rest as it
        was. One query where that is a summary.
        """
        last = self.last
        if self.row.kind != LEDGER or last is None or not last.summary.strip() or not self.part.compiles(day):
            return {}
        return {"summary": last.summary, "sources": last.sources.all()}

    @cached_property
    def conflicting(self) -> list[str]:
        """The fields that were filled in and have been said otherwise by somebody else since."""
        return [name for name, _theirs, _ours in self.merged_with(()).conflicts]

    def name_of(self, name: str) -> str:
        """Of a field of this row, in a form."""
        return f"{self.row.pk}-{name}"

    @cached_property
    def cells(self) -> list[dict[str, Any]]:
        """What is shown of the row, field by field, in the order of a form."""
        told = self.merged_with(self.conflicting)
        changes = {name: (old, new) for name, old, new in told.changes}
        found = []
        for name in INPUT:
            if name in self.row.refused:
                found.append({"name": name, "refused": self.row.refused[name]})
            elif name in self.conflicting and not self.is_done:
                old, new = changes[name]
                choice = {"conflict": self.name_of(name), "base": self.base[name]}
                found.append({"name": name, "old": old, "new": new, **choice})
            elif name in changes:
                old, new = changes[name]
                found.append({"name": name, "old": old, "new": new})
        for each in found:
            each["is_left_out"] = self._is_left_out(each)
            each["cell"] = self.row.cell(each["name"])
            each["label"] = LABELS[each["name"]]
        return found

    def _is_left_out(self, cell: dict[str, Any]) -> bool:
        """Whether what was typed did not become part of a report, once the upload has been confirmed."""
        report = self.row.report
        if not self.is_done or "new" not in cell:
            return False
        return report is None or plain(cell["name"], getattr(report, cell["name"])) != cell["new"]


LABELS = {name: Report._meta.get_field(name).verbose_name for name in INPUT}  # type: ignore[union-attr]


def lines_of(upload: Upload, day: date) -> list[Line]:
    """Every row that was kept, in the order of files and sheets. Four queries."""
    rows: list[Any] = list(upload.rows.with_last_before().with_everything())
    keys = {row.assignment_id for row in rows if row.assignment_id is not None}
    parts = parts_of(keys, upload.plan, day)
    found = []
    before = (
        {} if upload.is_open else Report.objects.select_related("author").in_bulk({row.last_before for row in rows})
    )
    latest = upload.plan.periods.latest_two(day) if upload.is_open else []
    for row in rows:
        part = parts.get(row.assignment_id or 0)
        last = getattr(part, "last_report", None) if upload.is_open else before.get(row.last_before)
        is_ongoing = part is not None and part.measure.is_ongoing_on(day)
        period = asked_among(latest, day, part) if is_ongoing else None
        found.append(Line(row, part, last, not upload.is_open, period))
    return found


def fingerprint(lines: Collection[Line]) -> str:
    """By which two looks at an upload can be compared: the last report of every part it is about, and its words."""
    known = sorted(
        (line.row.pk, line.part.newest_report or 0, line.last.pk if line.last else 0) for line in lines if line.part
    )
    return hashlib.sha256(repr(known).encode()).hexdigest()
