"""Changing an issued plan: the wording, units or timeframe of a measure, or its end (计划调整)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from departments.models import Department, User

from .. import permissions
from ..choices import AmendmentKind, Timeliness
from ..models import Amendment, Assignment, Measure, Review
from ..timeliness import in_words, local_day
from .measure import check_roles
from .member import expand_to_members


class NotTaken(Exception):
    """What cannot be recorded now; ``args[0]`` says why, in Chinese. Nothing was written."""


@transaction.atomic
def reword(*, by: User, measure: Measure, wording: str, now: datetime, token: UUID, **basis: Any) -> Amendment:
    """
    Records another wording of ``measure`` (调整任务内容). The issued one stays, and is shown beside it.

    ``basis`` is what every amendment rests on: ``document``, ``reason`` and ``in_force_on``, the day the document sets.
    It counts from that day, never from before ``now``. ``token`` names the form: sent twice it is recorded once.

    Raises ``PermissionDenied``; ``NotTaken`` where the measure is closed or terminated; ``ValidationError`` for a
    wording that is no other, or a day before the plan was issued or before an amendment that is there already.
    """
    held, taken = _held(by, measure, now, token)
    if taken is not None:
        return taken
    amendment = _amendment(held, AmendmentKind.WORDING, by, now, token, basis)
    before = held.wording_on(amendment.counts_from)
    if wording.strip() == before.strip():
        raise ValidationError({"wording": _("与现行的任务内容相同，没有调整。")})
    amendment.wording_before, amendment.wording = before, wording.strip()
    return _recorded(amendment)


@transaction.atomic
def reassign(
    *, by: User, measure: Measure, roles: Mapping[Department, str], now: datetime, token: UUID, **basis: Any
) -> Amendment:
    """
    Makes ``roles`` the whole of the measure's responsibilities from today on (调整责任分工).

    Who leaves, or gets another role, keeps what it has reported on record; a unit in a new role begins anew. Units
    that stay keep their place, new ones come after them. ``basis`` and ``token`` as in ``reword``.

    Raises as ``reword`` does; ``ValidationError`` also for a day to come, for roles that no text can mean, and for a
    unit that is done, or whose request to close waits, if it were to leave or to change its role.
    """
    held, taken = _held(by, measure, now, token)
    if taken is not None:
        return taken
    today = local_day(now)
    amendment = _amendment(held, AmendmentKind.UNITS, by, now, token, basis)
    if amendment.in_force_on > today:
        raise ValidationError({"in_force_on": _("责任分工的调整须在施行当日或之后登记。")})
    if not roles:
        raise ValidationError(_("任务须至少有一个责任单位。"))
    check_roles(roles.values())
    parts = {part.department: part for part in _parts(held, today)}
    before = {unit: part.role for unit, part in parts.items()}
    if before == dict(roles):
        raise ValidationError(_("责任分工与现行的相同，没有调整。"))
    going = [part for unit, part in parts.items() if roles.get(unit) != part.role]
    _check_going(going)
    for part in going:
        for own in (part, *part.member_parts.filter(until__isnull=True)):
            own.until = today
            own.save(update_fields=["until"])
    last = max((part.position for part in parts.values()), default=0)
    for unit, role in roles.items():
        if before.get(unit) != role:
            last += unit not in parts
            _begin(held, unit, role, parts[unit].position if unit in parts else last, today)
    amendment.units_before = [[unit.name, role] for unit, role in before.items()]
    amendment.units = [[part.department.name, part.role] for part in _parts(held, today)]
    return _recorded(amendment)


@transaction.atomic
def make_ongoing(*, by: User, measure: Measure, now: datetime, token: UUID, **basis: Any) -> Amendment:
    """
    Records that a dated measure goes on instead of ending (转常态): it has no deadline from that day, and is reported
    on in every period that ends on it or later. ``basis``, ``token`` and errors as in ``reword``.
    """
    held, taken = _held(by, measure, now, token)
    if taken is not None:
        return taken
    if held.due_on is None or held.ongoing_from is not None:
        raise NotTaken(_("本任务已是持续推进，无需转常态。"))
    if held.extensions.waiting_on(local_day(now)).exists():
        raise NotTaken(_("本任务有延期申请待审核，请先审核。"))
    amendment = _amendment(held, AmendmentKind.ONGOING, by, now, token, basis)
    held.ongoing_from = amendment.counts_from
    held.save(update_fields=["ongoing_from"])
    return _recorded(amendment)


@transaction.atomic
def terminate(*, by: User, measure: Measure, now: datetime, token: UUID, **basis: Any) -> Amendment:
    """
    Records that a measure ends without being done (终止): from that day it is owed by nobody and counted nowhere, on
    the days before it stays what it was. ``basis``, ``token`` and errors as in ``reword``.
    """
    held, taken = _held(by, measure, now, token)
    if taken is not None:
        return taken
    amendment = _amendment(held, AmendmentKind.TERMINATION, by, now, token, basis)
    held.terminated_from = amendment.counts_from
    held.save(update_fields=["terminated_from"])
    return _recorded(amendment)


def _held(by: User, measure: Measure, now: datetime, token: UUID) -> tuple[Any, Amendment | None]:
    """The measure behind its lock, and what this very form has recorded already."""
    permissions.require(permissions.may_amend(by))
    list(Measure.objects.select_for_update().filter(pk=measure.pk))
    held: Any = Measure.objects.lights(local_day(now)).select_related("plan").get(pk=measure.pk)
    taken = Amendment.objects.filter(token=token).first()
    if taken is not None:
        permissions.require((taken.measure_id, taken.recorded_by_id) == (measure.pk, by.pk))
        return held, taken
    if held.terminated_from is not None:
        words = {"day": in_words(held.terminated_from)}
        raise NotTaken(_("本任务自%(day)s起终止，不能再调整。") % words)
    if held.requested_on is not None and held.timeliness != Timeliness.TERMINATED:
        raise NotTaken(_("本任务已办结，不能再调整。"))
    return held, None


def _amendment(held: Any, kind: str, by: User, now: datetime, token: UUID, basis: Mapping[str, Any]) -> Amendment:
    today, in_force_on = local_day(now), basis["in_force_on"]
    if in_force_on < held.plan.issued_on:
        words = {"day": held.plan.issued_on.isoformat()}
        raise ValidationError({"in_force_on": _("施行日期不能早于计划印发日期%(day)s。") % words})
    counts_from = max(in_force_on, today)
    _check_order(held, kind, counts_from)
    return Amendment(
        measure=held,
        kind=kind,
        document=basis["document"].strip(),
        reason=basis["reason"].strip(),
        in_force_on=in_force_on,
        counts_from=counts_from,
        recorded_by=by,
        recorded_on=today,
        recorded_at=now,
        token=token,
    )


def _check_order(held: Any, kind: str, counts_from: date) -> None:
    """Amendments of a kind come one after the other, so that each begins from what the one before it made."""
    last = held.amendments.of_kind(kind).in_order().last()
    if last is not None and counts_from < last.counts_from:
        words = {"day": last.counts_from.isoformat()}
        raise ValidationError({"in_force_on": _("已登记的同类调整自%(day)s起算，施行日期不能早于这一天。") % words})


def _recorded(amendment: Amendment) -> Amendment:
    amendment.full_clean()
    amendment.save(force_insert=True)
    return amendment


def _parts(held: Measure, day: date) -> list[Assignment]:
    named = Assignment.objects.named(day).filter(measure=held).select_related("department")
    return list(named.order_by("position", "pk"))


def _check_going(parts: list[Assignment]) -> None:
    """What was accepted was accepted of a unit in its role, and a request that waits is decided on first."""
    for part in parts:
        own = Q(report__assignment=part) | Q(report__assignment__collective_part=part)
        requests = Review.objects.requests().filter(own)
        if requests.accepted().exists():
            raise ValidationError(
                _("%(unit)s的办结申请已经同意，不能移出或改变角色。") % {"unit": part.department}, code="settled"
            )
        if requests.pending().exists():
            raise ValidationError(
                _("%(unit)s的办结申请待审核，请先审核，再调整责任分工。") % {"unit": part.department}, code="waiting"
            )


def _begin(held: Measure, unit: Department, role: str, position: int, today: date) -> None:
    part = Assignment(measure=held, department=unit, role=role, position=position, since=today)
    part.full_clean()
    part.save(force_insert=True)
    expand_to_members(part, since=today)
