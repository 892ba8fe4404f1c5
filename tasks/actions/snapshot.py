"""Freezing the ledger for a meeting."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from departments.models import User

from .. import permissions
from ..models import Plan, Snapshot
from ..snapshot import FORMAT, canonical, digest, ledger, lights_of, stamped
from ..timeliness import local_day


@transaction.atomic
def take(*, by: User, plan: Plan, name: str, day: date, now: datetime) -> Snapshot:
    """
    Freezes the ledger of ``plan`` as it stood at the end of ``day`` under a name that no other snapshot of it has.

    Raises ``PermissionDenied``, and ``ValidationError`` for a name that is empty, too long or taken, and for a day
    that has not come or on which the plan had not been issued.
    """
    permissions.require(permissions.may_take_snapshot(by))
    list(Plan.objects.select_for_update().filter(pk=plan.pk))  # two of one name follow one another
    name, today = " ".join(name.split()), local_day(now)
    _check_day(plan, day, today)
    if Snapshot.objects.filter(plan=plan, name=name).exists():
        raise ValidationError({"name": _("本计划中已有同名的会议快照。")})
    content = stamped(ledger(plan, day), name=name, taken_at=now, taken_by=by.name)
    text = canonical(content)
    snapshot = Snapshot(
        plan=plan,
        name=name,
        day=day,
        taken_on=today,
        taken_at=now,
        taken_by=by,
        format_version=FORMAT,
        counts=content["counts"],
        lights=lights_of(content["measures"]),
        content=text,
        sha256=digest(text),
    )
    snapshot.full_clean(exclude={"content", "lights"})  # large, and not typed by anybody: the insert checks them
    snapshot.save(force_insert=True)
    return snapshot


def _check_day(plan: Plan, day: date, today: date) -> None:
    if day > today:
        raise ValidationError({"day": _("不能为将来的日期生成会议快照，最晚为今天。")})
    if day < plan.issued_on:
        words = {"day": plan.issued_on.isoformat()}
        raise ValidationError({"day": _("该日计划尚未印发，印发日期为%(day)s。") % words})
