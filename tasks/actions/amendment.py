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
from ..choices import DECIDING_ROLES, AmendmentKind, Timeliness
from ..models import Amendment, Assignment, Draft, Measure, Review
from ..timeliness import in_words, local_day
from .measure import NOBODY_LEFT, check_roles
from .member import expand_to_members


class NotTaken(Exception):
    """What cannot be recorded now; ``args[0]`` says why, in Chinese. Nothing was written."""


class Superseded(NotTaken):
    """Somebody has changed the same measure since the form was opened; ``newer`` is what he recorded."""

    def __init__(self, newer: Amendment) -> None:
        words = {"person": newer.recorded_by.name, "kind": newer.get_kind_display()}
        super().__init__(_("在您填写期间，%(person)s已登记本任务的%(kind)s，请核对后再次登记。") % words)
        self.newer = newer


@transaction.atomic
def reword(
    *, by: User, measure: Measure, wording: str, now: datetime, token: UUID, seen: int | None = None, **basis: Any
) -> Amendment:
    """
    Records another wording of ``measure`` (调整任务内容). The issued one stays, and is shown beside it.

    ``basis`` is what every amendment rests on: ``document``, ``reason`` and ``in_force_on``, the day the document sets.
    It counts from that day, never from before ``now``. ``token`` names the form: sent twice it is recorded once.
    ``seen`` is the measure's newest amendment that its writer had before him (0: there was none; None: not asked).

    Raises ``PermissionDenied``; ``NotTaken`` where the measure is closed or terminated, ``Superseded`` where it has an
    amendment the writer has not seen; ``ValidationError`` for a wording that is no other, or a day before the plan was
    issued or before an amendment that is there already.
    """
    held, taken = _held(by, measure, now, token, seen)
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
    *,
    by: User,
    measure: Measure,
    roles: Mapping[Department, str],
    now: datetime,
    token: UUID,
    seen: int | None = None,
    **basis: Any,
) -> Amendment:
    """
    Makes ``roles`` the whole of the measure's responsibilities from today on (调整责任分工).

    Who leaves, or gets another role, keeps what it has reported on record; a unit in a new role begins anew, with
    what it was writing. Units that stay keep their place, new ones come after them. ``basis``, ``token`` and ``seen``
    as in ``reword``.

    Raises as ``reword`` does; ``ValidationError`` also for a day to come, for roles that no text can mean, for a new
    unit that is no longer in use, for a unit that is done, or whose request to close or for more time waits, if it
    were to leave or to change its role, and where only units would be left to answer that are done: what is finished
    is asked for and accepted, and does not come about by taking units away.
    """
    held, taken = _held(by, measure, now, token, seen)
    if taken is not None:
        return taken
    today = local_day(now)
    amendment = _amendment(held, AmendmentKind.UNITS, by, now, token, basis)
    if amendment.in_force_on > today:
        raise ValidationError({"in_force_on": _("责任分工的调整须在施行当日或之后登记。")})
    if not roles:
        raise ValidationError(_("任务须至少有一个责任单位。"))
    check_roles(roles.values())
    list(Assignment.objects.select_for_update().filter(measure=held, until__isnull=True).order_by("pk"))
    parts = {part.department: part for part in _parts(held, today)}
    before = {unit: part.role for unit, part in parts.items()}
    if before == dict(roles):
        raise ValidationError(_("责任分工与现行的相同，没有调整。"))
    going = [part for unit, part in parts.items() if roles.get(unit) != part.role]
    _check_coming([unit for unit in roles if unit not in parts])
    _check_going(going)
    _check_who_is_left(roles, parts)
    _check_more_time(held, going, today)
    for part in going:
        for own in (part, *part.member_parts.filter(until__isnull=True)):
            own.until = today
            own.save(update_fields=["until"])
    last = max((part.position for part in parts.values()), default=0)
    for unit, role in roles.items():
        if before.get(unit) != role:
            last += unit not in parts
            before_it = parts.get(unit)
            _begin(held, unit, role, before_it.position if before_it else last, today)
            if before_it is not None:
                _take_on_drafts(held, before_it)
    amendment.units_before = [[unit.name, role] for unit, role in before.items()]
    amendment.units = [[part.department.name, part.role] for part in _parts(held, today)]
    return _recorded(amendment)


@transaction.atomic
def make_ongoing(
    *, by: User, measure: Measure, now: datetime, token: UUID, seen: int | None = None, **basis: Any
) -> Amendment:
    """
    Records that a dated measure goes on instead of ending (转常态): it has no deadline from that day, and is reported
    on in every period that ends on it or later. ``basis``, ``token``, ``seen`` and errors as in ``reword``.
    """
    held, taken = _held(by, measure, now, token, seen)
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
def terminate(
    *, by: User, measure: Measure, now: datetime, token: UUID, seen: int | None = None, **basis: Any
) -> Amendment:
    """
    Records that a measure ends without being done (终止): from that day it is owed by nobody and counted nowhere, on
    the days before it stays what it was. What waits for a decision then waits for nobody. ``basis``, ``token``,
    ``seen`` and errors as in ``reword``.
    """
    held, taken = _held(by, measure, now, token, seen)
    if taken is not None:
        return taken
    amendment = _amendment(held, AmendmentKind.TERMINATION, by, now, token, basis)
    held.terminated_from = amendment.counts_from
    held.save(update_fields=["terminated_from"])
    return _recorded(amendment)


@transaction.atomic
def withdraw(*, by: User, amendment: Amendment, reason: str, now: datetime) -> Amendment:
    """
    Takes back a change that does not count yet (撤销): it stays on record, and never counts.

    Raises ``PermissionDenied``; ``NotTaken`` where it counts already or has lapsed, or where a later one of its kind
    began from it; ``ValidationError`` without a reason.
    """
    permissions.require(permissions.may_amend(by))
    list(Measure.objects.select_for_update().filter(pk=amendment.measure_id))
    held = Amendment.objects.with_recorder().select_related("measure__plan").get(pk=amendment.pk)
    today = local_day(now)
    if why_not := why_not_withdraw(held, today):
        raise NotTaken(why_not)
    if not reason.strip():
        raise ValidationError({"lapse_reason": _("请填写撤销原因。")})
    _lapse([held], by, reason.strip(), now)
    return held


def why_not_withdraw(amendment: Amendment, today: date) -> str:
    """Why a change cannot be taken back, in Chinese; empty where it can. At most one query."""
    if amendment.lapsed_on is not None and amendment.lapsed_by is not None:
        words = {"person": amendment.lapsed_by.name, "day": amendment.lapsed_on.isoformat()}
        return _("这项调整已于%(day)s撤销（%(person)s）。") % words
    if amendment.counts_from <= today:
        return _("这项调整已经施行，不能撤销；内容有误的，另行登记一次调整。")
    later = amendment.measure.amendments.standing().of_kind(amendment.kind).in_order().last()
    if later is not None and later.pk != amendment.pk:
        words = {"day": later.counts_from.isoformat()}
        return _("其后还登记了自%(day)s起算的同类调整，请先撤销那一项。") % words
    return ""


def lapse_if_closed(*, by: User, measure: Measure, now: datetime) -> None:
    """
    Where ``measure`` is closed by now, what was to end it or to make it go on later has nothing left to change.

    For whoever closes it, behind the lock of the measure. Two queries.
    """
    today = local_day(now)
    coming = Amendment.objects.to_come(today).filter(measure=measure).select_related("measure")
    found = list(coming.of_kind(AmendmentKind.TERMINATION) | coming.of_kind(AmendmentKind.ONGOING))
    if found and Measure.objects.with_course(today).get(pk=measure.pk).requested_on is not None:
        _lapse(found, by, str(_("任务在施行前已办结。")), now)


# Where a measure keeps the day from which a change counts.
COUNTS_FROM = {AmendmentKind.TERMINATION: "terminated_from", AmendmentKind.ONGOING: "ongoing_from"}


def _lapse(amendments: list[Amendment], by: User, reason: str, now: datetime) -> None:
    for each in amendments:
        each.lapsed_on, each.lapsed_at, each.lapsed_by, each.lapse_reason = local_day(now), now, by, reason
        each.full_clean()
        each.save(update_fields=["lapsed_on", "lapsed_at", "lapsed_by", "lapse_reason"])
        if (field := COUNTS_FROM.get(AmendmentKind(each.kind))) is not None:
            setattr(each.measure, field, None)
            each.measure.save(update_fields=[field])


def _held(by: User, measure: Measure, now: datetime, token: UUID, seen: int | None) -> tuple[Any, Amendment | None]:
    """The measure behind its lock, and what this very form has recorded already."""
    permissions.require(permissions.may_amend(by))
    list(Measure.objects.select_for_update().filter(pk=measure.pk))
    held: Any = Measure.objects.lights(local_day(now)).select_related("plan").get(pk=measure.pk)
    taken = Amendment.objects.filter(token=token).first()
    if taken is not None:
        permissions.require((taken.measure_id, taken.recorded_by_id) == (measure.pk, by.pk))
        return held, taken
    newest = held.amendments.with_recorder().order_by("pk").last()
    if seen is not None and newest is not None and newest.pk > seen:
        raise Superseded(newest)
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
    last = held.amendments.standing().of_kind(kind).in_order().last()
    if last is not None and counts_from < last.counts_from:
        words = {"day": last.counts_from.isoformat()}
        found = _("已登记的同类调整自%(day)s起算，施行日期不能早于这一天；需要提前的，请先撤销那项尚未施行的调整。")
        raise ValidationError({"in_force_on": found % words})


def _recorded(amendment: Amendment) -> Amendment:
    amendment.full_clean()
    amendment.save(force_insert=True)
    return amendment


def _parts(held: Measure, day: date) -> list[Any]:
    named = Assignment.objects.named(day).filter(measure=held).with_requests(day).select_related("department")
    return list(named.order_by("position", "pk"))


def _check_coming(units: list[Department]) -> None:
    gone = [unit.name for unit in units if not unit.is_active]
    if gone:
        raise ValidationError(_("%(units)s已停用，不能列为责任单位。") % {"units": _("、").join(gone)}, code="inactive")


def _check_who_is_left(roles: Mapping[Department, str], parts: Mapping[Department, Any]) -> None:
    """Somebody who answers for the measure has to have something left to do: open, that is, or new to its role."""
    for unit, role in roles.items():
        part = parts.get(unit)
        is_done = part is not None and part.role == role and part.own_requested_on is not None
        if role in DECIDING_ROLES and not is_done:
            return
    raise ValidationError(NOBODY_LEFT, code="nobody_left")


def _check_more_time(held: Measure, going: list[Any], today: date) -> None:
    """Who asks for more time answers for the measure until that is decided on, or taken back."""
    members = Assignment.objects.filter(collective_part__in=going, until__isnull=True).values("department")
    asking_units = Q(department__in=[part.department for part in going]) | Q(department__in=members)
    waiting = held.extensions.waiting_on(today).filter(asking_units)
    asking = waiting.select_related("department").first()
    if asking is not None:
        raise ValidationError(
            _("%(unit)s的延期申请待审核，请先审核，再调整责任分工。") % {"unit": asking.department}, code="waiting"
        )


def _check_going(parts: list[Any]) -> None:
    """What was accepted was accepted of a unit in its role, and a request that waits is decided on first."""
    for part in parts:
        members = Q(report__assignment__collective_part=part, report__assignment__until__isnull=True)
        own = Q(report__assignment=part) | members
        requests = Review.objects.requests().filter(own)
        if requests.accepted().exists():
            raise ValidationError(
                _("%(unit)s的办结申请已经同意，不能移出或改变角色。") % {"unit": part.department}, code="settled"
            )
        if requests.pending().exists():
            raise ValidationError(
                _("%(unit)s的办结申请待审核，请先审核，再调整责任分工。") % {"unit": part.department}, code="waiting"
            )


def _take_on_drafts(held: Measure, ended: Any) -> None:
    """What was being written on a part goes on with the part that the same unit has in its new role."""
    own = Q(assignment=ended) | Q(assignment__collective_part=ended)
    now_its = {
        (part.department_id, part.collective_part_id is None): part
        for part in held.assignments.filter(until__isnull=True)
    }
    for draft in Draft.objects.filter(own).select_related("assignment"):
        before = draft.assignment
        if (part := now_its.get((before.department_id, before.collective_part_id is None))) is not None:
            draft.assignment = part
            draft.save(update_fields=["assignment"])


def _begin(held: Measure, unit: Department, role: str, position: int, today: date) -> None:
    part = Assignment(measure=held, department=unit, role=role, position=position, since=today)
    part.full_clean()
    part.save(force_insert=True)
    expand_to_members(part, since=today)
