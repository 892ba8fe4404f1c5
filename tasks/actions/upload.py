"""Making reports of workbooks that came back: taken in, looked at, confirmed as a whole, and undone as a whole."""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.models import User

from .. import permissions
from ..choices import Decision
from ..models import Assignment, Period, Plan, Report, Upload, UploadedFile, UploadedRow
from ..returned import LABELS, Line, fingerprint, lines_of, parts_of
from ..timeliness import local_day
from ..uploads import File, Row, as_told
from . import report as reports


class NotTaken(Exception):
    """Nothing was written; ``args[0]`` says why, in Chinese, and ``faults`` what is wrong with each row, if any is."""

    def __init__(self, why: str, faults: Sequence[tuple[UploadedRow, str]] = ()) -> None:
        super().__init__(why)
        self.faults = list(faults)


class Undecided(NotTaken):
    """Somebody has to tick or choose something first: ``field`` is the box, or ``conflicts``."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


class AlreadyDone(NotTaken):
    """Somebody else has confirmed or undone it meanwhile."""


class MovedOn(NotTaken):
    """Something has been reported since the preview was drawn."""

    def __init__(self) -> None:
        super().__init__(_("在您核对期间，有的分工已有新的填报，以下是最新的情况，请重新核对后再确认。"))


# --- taken in --------------------------------------------------------------------------------------


def receive(*, by: User, plan: Plan, files: Sequence[File], now: datetime, until: float = math.inf) -> Upload:
    """
    Keeps what was read of ``files``, every row with what is wrong with it; reports nothing.

    Rows that say nothing new are counted, not kept. Of the others each is tried: what ``report.submit`` would refuse
    today is refused here already, under its cell, as far as that is found out ``until`` patience ends, on the clock of
    ``time.monotonic``. Raises ``PermissionDenied``, and ``NotTaken`` where there is too much.
    """
    permissions.require(permissions.may_upload(by))
    upload = _kept(by, plan, files, now)
    # One by one and not in that transaction: nobody has to wait for all of them, and ``confirm`` asks again anyway.
    for line in lines_of(upload, local_day(now)):
        if time.monotonic() > until:
            break
        if line.row.is_taken and _is_refused(by, line, now):
            line.row.save(update_fields=["refused", "fault"])
    return upload


@transaction.atomic
def _kept(by: User, plan: Plan, files: Sequence[File], now: datetime) -> Upload:
    upload = Upload.objects.create(plan=plan, author=by, uploaded_at=now)
    parts = parts_of({row.part for file in files for row in file.rows if row.plan == plan.pk}, plan, local_day(now))
    bases = Report.objects.in_bulk({row.base for file in files for row in file.rows if row.base})
    others = {key for file in files for key in file.plans} - {plan.pk}
    names = {other.pk: other.title for other in Plan.objects.filter(pk__in=others)}
    kept: list[UploadedRow] = []
    seen: dict[str, str] = {}
    for position, file in enumerate(files, start=1):
        if not file.fault and file.sha256 in seen:
            file.refuse(_("与同时上传的“%(name)s”内容完全相同，不重复读取。") % {"name": seen[file.sha256]})
        seen.setdefault(file.sha256, file.name)
        record = UploadedFile(upload=upload, position=position, name=file.name, size=file.size, sha256=file.sha256)
        if not file.fault and file.plans and plan.pk not in file.plans:
            file.refuse(_why_other_plan(names, file.plans))
        record.fault, record.not_read, record.ignored = file.fault, "、".join(file.not_read), _listed(file)
        record.unchanged = file.unchanged
        record.save()
        for row in file.rows:
            found = _examined(by, plan, row, parts, bases, names)
            if found is None:
                record.unchanged += 1
                continue
            found.upload, found.file = upload, record
            kept.append(found)
        record.save(update_fields=["unchanged"])
    if len(kept) > settings.WORKBOOKS_MAX_CHANGES:
        raise too_much()
    _mark_repeated(kept)
    # In the order of parts, in which everybody takes them: nobody waits in a circle.
    UploadedRow.objects.bulk_create(sorted(kept, key=lambda row: row.assignment_id or 0))
    return upload


def too_much() -> NotTaken:
    """They say more than can be confirmed at once."""
    words = _("有内容的行超过一次%(limit)d行的上限，请分次上传。")
    return NotTaken(words % {"limit": settings.WORKBOOKS_MAX_CHANGES})


def _listed(file: File) -> str:
    """The first of the cells that are not taken, and how many there are."""
    words, n = "、".join(file.ignored), file.ignored_cells
    return words if n == len(file.ignored) else _("%(cells)s等%(n)d处") % {"cells": words, "n": n}


def _examined(
    by: User,
    plan: Plan,
    row: Row,
    parts: Mapping[int, Any],
    bases: Mapping[int, Report],
    names: Mapping[int, str],
) -> UploadedRow | None:
    """The row as it is kept; None where it says nothing new."""
    part = parts.get(row.part) if row.plan == plan.pk else None
    fault = row.fault or _why_foreign(plan, row, part, names)
    if not fault and _says_nothing(row, bases.get(row.base)):
        return None
    if not fault and part is not None:
        fault = _why_not(by, row, part)
    found = UploadedRow(sheet=row.sheet, line=row.line, assignment=part, fault=fault)
    found.typed, found.places, found.refused = row.typed, row.places, row.refused
    found.kind = row.kind or UploadedRow.KINDS[0][0]
    found.base = bases.get(row.base)
    return found


def _why_other_plan(names: Mapping[int, str], keys: Iterable[int]) -> str:
    """Of a file all of which is another plan's; ``names`` are those of the plans that there are."""
    titles = "".join(f"《{names[key]}》" for key in sorted(keys) if key in names)
    if not titles:
        return _("本文件属于另一份推进计划，该计划已不存在。")
    return _("本文件属于%(plan)s，不是本计划的，请在那份计划的页面上传。") % {"plan": titles}


def _why_foreign(plan: Plan, row: Row, part: Any, names: Mapping[int, str]) -> str:
    """Why the row is none of this plan's, or not the one it says it is."""
    if row.plan != plan.pk:
        if row.plan not in names:
            return _("本行属于另一份推进计划，该计划已不存在。")
        return _("本行属于《%(plan)s》，不是本计划的，请在那份计划的页面上传。") % {"plan": names[row.plan]}
    if part is None:
        return _("本行的责任分工已不存在，请重新导出后填写。")
    own = {row.number: str(part.measure.number), row.unit: part.department.name}
    if any(told and told != as_told(true) for told, true in own.items()):
        words = _(
            "本行的序号或责任单位与导出时不同（按标识，本行为第%(number)d项、%(unit)s），可能排序时没有选中全部列。"
        )
        return words % {"number": part.measure.number, "unit": part.department}
    return ""


def _says_nothing(row: Row, base: Report | None) -> bool:
    return not row.refused and row.kind in Line.KINDS and Line.base_of(row.kind, base) == row.typed


def _why_not(by: User, row: Row, part: Any) -> str:
    if row.kind not in Line.KINDS:
        return _("本行导出时不接受填报（已办结、已终止，或由成员单位各自填报），改动不采用。")
    if permissions.reporting_department(by, part) is not None:
        return ""
    if part.until is not None:
        return _("该单位已不在这项任务的责任分工中，不再接受填报。")
    if part.has_members:
        return _("该单位是集合，由成员单位各自填报。")
    return _("不是您所在单位的分工，不能由您填报。")


def _mark_repeated(rows: Iterable[UploadedRow]) -> None:
    """Of rows of one part that say the same the first is taken; of those that do not, none."""
    first: dict[int, UploadedRow] = {}
    for row in rows:
        if row.fault or row.assignment_id is None:
            continue
        before = first.setdefault(row.assignment_id, row)
        if before is row:
            continue
        name = {"place": f"“{before.file.name}”{before.place}"}
        if (before.typed, before.refused, before.base_id) == (row.typed, row.refused, row.base_id):
            row.repeats = _("与%(place)s内容相同，只计一次。") % name
            continue
        words = _("与%(place)s是同一项分工，内容或版本不同。请只保留一份，重新上传。")
        row.fault = words % name
        before.fault = before.fault or words % {"place": f"“{row.file.name}”{row.place}"}


def _is_refused(by: User, line: Line, now: datetime) -> bool:
    """Sends a row and takes it back at once, to know what stands in the way; puts that on the row."""
    words = line.merged_with(line.conflicting).words
    if why := _why_silent(line, words):
        line.row.refused["progress"] = why
        return True
    try:
        with transaction.atomic():
            _send(by, line, words, now)
            raise _Tried
    except _Tried:
        return False
    except (ValidationError, reports.NotAccepted) as error:
        _refuse(line.row, error)
        return True


def _why_silent(line: Line, words: Mapping[str, Any]) -> str:
    """Why there is no progress to be reported; empty where there is."""
    if words["progress"]:
        return ""
    if line.row.typed.get("progress"):
        return _("表中这段进展情况所属的填报已撤回或退回；仍要填报的，请重新填写。")
    return _("请填写进展情况。")


class _Tried(Exception):
    """It would go through."""


def _refuse(row: UploadedRow, error: Exception) -> None:
    """Puts what is wrong under its cell, or under the row."""
    if not isinstance(error, ValidationError):
        row.fault = str(error.args[0])
        return
    told = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for name, messages in told.items():
        if name in row.places:
            row.refused[name] = " ".join(messages)
        else:
            row.fault = " ".join([row.fault, *messages]).strip()


def _reasons(error: Exception) -> str:
    """What is wrong, each with the name of its field."""
    if not hasattr(error, "error_dict"):
        return " ".join(getattr(error, "messages", [str(error.args[0])]))
    told: dict[str, list[str]] = error.message_dict  # type: ignore[attr-defined]
    named = {name: "".join(messages) for name, messages in told.items()}
    return " ".join(f"{LABELS[name]}{_('：')}{why}" if name in LABELS else why for name, why in named.items())


def _send(by: User, line: Line, words: Mapping[str, Any], now: datetime) -> reports.Submission:
    part: Any = line.part
    told = {**words, **line.carried_over(local_day(now))}
    return reports.submit(by=by, assignment=part, now=now, token=uuid.uuid4(), seen=part.newest_report, **told)


LEFT_OUT = gettext_lazy("确认时选择不采用本行。")
# Rights that have gone since the preview, or since the rows became reports.
NO_LONGER = gettext_lazy("责任单位、成员或您的所属单位已有变动，您不能再填报或撤回这一行，请重新导出后办理。")


# --- confirmed -------------------------------------------------------------------------------------


@transaction.atomic
def confirm(
    *,
    by: User,
    upload: Upload,
    seen: str,
    now: datetime,
    chosen: Mapping[str, bool] | None = None,
    left_out: Collection[int] = (),
    leaves_out_refused: bool = False,
) -> int:
    """
    Makes a report of every row that says something new, of all of them or of none; returns how many.

    ``seen`` is the ``fingerprint`` of the preview that was looked at. ``chosen`` says of each conflict, by
    ``Line.name_of``, whether what was uploaded is to stand. ``left_out`` are the keys of rows that are not to be
    reported, and are kept as such. ``leaves_out_refused`` says that rows which cannot be taken are known of. Raises
    ``PermissionDenied``, ``AlreadyDone``, ``MovedOn`` and ``NotTaken``.
    """
    held = _held(by, upload)
    if held.confirmed_at is not None:
        words = _("这次上传已由%(person)s确认，没有重复填报。")
        raise AlreadyDone(words % {"person": held.confirmed_by.name if held.confirmed_by else ""})
    # All parts before any period, and these one after the other: whoever reports on a page takes one part and then its
    # period, and nobody waits in a circle. And before the rows are looked at: what is withdrawn later finds them taken.
    parts = Assignment.objects.select_for_update().filter(pk__in=held.rows.values("assignment"))
    list(parts.order_by("pk"))
    list(Period.objects.select_for_update().filter(plan=held.plan_id).opened_by(local_day(now)).order_by("starts_on"))
    found = lines_of(held, local_day(now))
    if fingerprint(found) != seen:
        raise MovedOn
    refused = any(line.row.fault or line.row.refused for line in found) or held.files.exclude(fault="").exists()
    if refused and not leaves_out_refused:
        words = _("有不能接受的文件、行或单元格。请改正后重新上传；或者勾选“不采用有误的内容”，只确认其余各行。")
        raise Undecided("leave_out", words)
    taken = [line for line in found if line.row.is_taken and line.row.pk not in left_out]
    chosen = chosen or {}
    if any(line.name_of(name) not in chosen for line in taken for name in line.conflicting):
        raise Undecided("conflicts", _("有冲突的单元格尚未选择，请逐处选择采用哪一方的内容。"))
    made, faults = 0, []
    for line in sorted(taken, key=lambda line: line.row.assignment_id or 0):
        merged = line.merged_with({name for name in line.conflicting if chosen[line.name_of(name)]})
        if not merged.changes:
            continue
        if why := _why_silent(line, merged.words):
            faults.append((line.row, why))
            continue
        try:
            sent = _send(by, line, merged.words, now)
        except reports.Superseded as error:
            raise MovedOn from error
        except (ValidationError, reports.NotAccepted) as error:
            faults.append((line.row, _reasons(error)))
            continue
        except PermissionDenied:
            faults.append((line.row, str(NO_LONGER)))
            continue
        if sent.is_new:
            line.row.report = sent.report
            line.row.save(update_fields=["report"])
            made += 1
    if faults:
        raise NotTaken(_("以下各行不能填报，全部内容均未写入。"), faults)
    if not made:
        raise NotTaken(_("没有需要写入的内容。"))
    for line in found:
        if line.row.is_taken and line.row.pk in left_out:
            line.row.fault = str(LEFT_OUT)
            line.row.save(update_fields=["fault"])
    held.confirmed_by, held.confirmed_at = by, now
    held.full_clean()
    held.save(update_fields=["confirmed_by", "confirmed_at"])
    return made


def _held(by: User, upload: Upload) -> Upload:
    """The upload, locked: of two who come at once the second sees what the first has done."""
    list(Upload.objects.select_for_update().filter(pk=upload.pk))
    held = Upload.objects.with_people().get(pk=upload.pk)
    permissions.require(permissions.may_see_upload(by, held))
    return held


@transaction.atomic
def discard(*, by: User, upload: Upload) -> None:
    """Throws away what nobody has confirmed. Raises ``PermissionDenied`` and ``AlreadyDone``."""
    held = _held(by, upload)
    if held.confirmed_at is not None:
        raise AlreadyDone(_("这次上传已经确认，不能放弃；需要时可以撤回。"))
    held.delete()


# --- undone ----------------------------------------------------------------------------------------


@transaction.atomic
def undo(*, by: User, upload: Upload, now: datetime) -> int:
    """
    Withdraws every report that came of the upload, all of them or none; returns how many. Their words become drafts,
    except where a draft is being written: that is its unit's own, and stays.

    Raises ``PermissionDenied``, ``AlreadyDone``, and ``NotTaken`` where one of them has been decided on, followed by
    another, or cannot be withdrawn otherwise.
    """
    held = _held(by, upload)
    if held.undone_at is not None:
        raise AlreadyDone(_("这次上传已由%(person)s撤回。") % {"person": held.undone_by.name if held.undone_by else ""})
    if held.confirmed_at is None:
        raise NotTaken(_("这次上传尚未确认，没有可以撤回的填报。"))
    made = held.rows.filter(report__isnull=False).select_related(
        "file", "report__assignment__department", "report__department"
    )
    # Without what a unit has withdrawn itself: nothing is left to take back.
    rows = list(made.exclude(report__review__decision=Decision.WITHDRAWN).order_by("assignment_id"))
    faults = []
    for row in rows:
        report: Any = row.report
        try:
            reports.withdraw(by=by, report=report, now=now, keeps_draft=True)
        except reports.NotAccepted as error:
            faults.append((row, str(error.args[0])))
        except PermissionDenied:
            faults.append((row, str(NO_LONGER)))
    if faults:
        raise NotTaken(_("以下填报不能撤回，全部填报均未撤回。"), faults)
    held.undone_by, held.undone_at = by, now
    held.full_clean()
    held.save(update_fields=["undone_by", "undone_at"])
    return len(rows)
