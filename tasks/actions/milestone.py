"""Saying that a dated step has been done."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from departments.models import User

from .. import permissions
from ..models import Evidence, Milestone, MilestoneEntry
from ..timeliness import local_day
from . import evidence
from .measure import TERMINATED


class NotTaken(Exception):
    """What cannot be recorded or taken back now; ``args[0]`` says why, in Chinese. Nothing was written."""


@transaction.atomic
def mark_done(
    *, by: User, milestone: Milestone, done_on: date, now: datetime, note: str = "", files: Iterable[File] = ()
) -> tuple[MilestoneEntry, bool]:
    """
    Records that ``milestone`` was done on a day, with the files that show it; also says whether that is new: sent
    twice it is recorded once.

    Either all is kept or nothing. Raises ``PermissionDenied``; ``ValidationError`` for a day to come, one before the
    plan began, or a file that is not taken; ``NotTaken`` where something else stands recorded, or
    the measure has been terminated.
    """
    permissions.require(permissions.may_mark(by, milestone.measure))
    list(Milestone.objects.select_for_update().filter(pk=milestone.pk))  # two people follow one another
    standing = milestone.entries.filter(void_on__isnull=True).select_related("recorded_by").first()
    if standing is not None:
        own_words = (standing.recorded_by_id, standing.done_on, "\n".join(standing.note.splitlines()))
        if own_words == (by.pk, done_on, "\n".join(note.strip().splitlines())):
            return standing, False
        words = {"person": standing.recorded_by.name, "day": standing.done_on.isoformat()}
        raise NotTaken(_("该节点已由%(person)s登记为%(day)s完成；登记有误的，由督办管理员撤销后重新登记。") % words)
    if milestone.measure.is_terminated_on(local_day(now)):
        raise NotTaken(TERMINATED)
    check_day("done_on", done_on, milestone.measure.plan.starts_on, local_day(now))
    entry = MilestoneEntry(
        milestone=milestone,
        done_on=done_on,
        note=note.strip(),
        recorded_by=by,
        recorded_on=local_day(now),
        recorded_at=now,
    )
    entry.full_clean()
    entry.save()
    _attach(by, milestone, files, now)
    return entry, True


def _attach(by: User, milestone: Milestone, files: Iterable[File], now: datetime) -> None:
    """Where one file cannot be taken, those before it leave the storage again: it takes no part in the transaction."""
    known = set(milestone.evidence.values_list("pk", flat=True))
    kept: list[Evidence] = []
    try:
        for file in files:
            kept.append(evidence.attach(by=by, milestone=milestone, file=file, now=now))
    except BaseException:
        for each in kept:
            if each.pk not in known:
                each.file.storage.delete(str(each.file.name))
        raise


def check_day(field: str, day: date, first: date, today: date) -> None:
    """Refuses a day to come, and one before the plan began; raises ``ValidationError`` on ``field``."""
    if day > today:
        raise ValidationError({field: _("日期不能晚于今天。")})
    if day < first:
        raise ValidationError({field: _("日期不能早于计划开始日期%(first)s。") % {"first": first.isoformat()}})


@transaction.atomic
def undo(*, by: User, milestone: Milestone, now: datetime) -> MilestoneEntry:
    """
    Takes back what was recorded by mistake; the entry stays, and past days still show it.

    Raises ``PermissionDenied``, and ``NotTaken`` where nothing stands recorded, or the measure has been terminated.
    """
    permissions.require(permissions.may_take_back(by))
    list(Milestone.objects.select_for_update().filter(pk=milestone.pk))
    if milestone.measure.is_terminated_on(local_day(now)):
        raise NotTaken(TERMINATED)
    entry = milestone.entries.filter(void_on__isnull=True).first()
    if entry is None:
        raise NotTaken(_("该节点目前没有完成登记，无需撤销。"))
    entry.void_on, entry.void_at, entry.voided_by = local_day(now), now, by
    entry.full_clean()
    entry.save(update_fields=["void_on", "void_at", "voided_by"])
    return entry


def check_change(milestone: Milestone) -> None:
    """Refuses another title or day for a step that stands recorded as done; raises ``ValidationError``."""
    list(Milestone.objects.select_for_update().filter(pk=milestone.pk))
    if milestone.entries.filter(void_on__isnull=True).exists():
        raise ValidationError(
            _("%(milestone)s：该节点已登记完成，不能再改名称和日期；登记有误的，请先撤销登记。")
            % {"milestone": milestone},
            code="done",
        )
