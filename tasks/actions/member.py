"""Units joining and leaving collectives, and the duties that come and go with it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from departments.models import Department, Membership, User

from .. import permissions
from ..models import Assignment, Measure
from ..models.closing import is_settled
from ..timeliness import local_day


@transaction.atomic
def join(*, by: User, collective: Department, member: Department, now: datetime) -> Membership:
    """
    Makes ``member`` a member from today on, with a part of its own in everything the collective still owes.

    Raises ``PermissionDenied`` and ``ValidationError``.
    """
    permissions.require(permissions.may_manage_members(by))
    Department.objects.select_for_update().get(pk=collective.pk)
    today = local_day(now)
    if not collective.is_collective:
        raise ValidationError({"member": _("只有集合可以有成员单位。")})
    if member.is_collective:
        raise ValidationError({"member": _("集合不能是另一个集合的成员。")})
    membership = Membership(collective=collective, member=member, joined_on=today)
    membership.full_clean()
    membership.save()
    parts = Assignment.objects.as_of(today).counted(today).filter(department=collective)
    expand(parts.filter(requested_on__isnull=True), members=[member], since=today)
    return membership


@transaction.atomic
def leave(*, by: User, membership: Membership, now: datetime) -> Membership:
    """Ends a membership today: its parts end with it and stay on record. Raises as ``join`` does."""
    permissions.require(permissions.may_manage_members(by))
    Department.objects.select_for_update().get(pk=membership.collective_id)
    held = Membership.objects.select_for_update().get(pk=membership.pk)
    if held.left_on is not None:
        raise ValidationError(_("%(unit)s已退出。") % {"unit": held.member}, code="left")
    today = local_day(now)
    parts = Assignment.objects.filter(
        department=held.member, collective_part__department=held.collective, until__isnull=True
    )
    list(parts.select_for_update().order_by("pk"))
    _check_who_is_left(parts, today)
    held.left_on = today
    held.full_clean()
    held.save(update_fields=["left_on"])
    for part in parts:
        part.until = held.left_on
        part.save(update_fields=["until"])
    return held


def _check_who_is_left(parts: QuerySet[Assignment], today: date) -> None:
    """
    What is finished is asked for and accepted: a part of a collective is not closed by its last open member's leaving.

    Of a collective whose members have all left the part is its own again, and open.
    """
    members = Assignment.objects.in_force(today).filter(collective_part=OuterRef("collective_part"))
    others = members.exclude(pk=OuterRef("pk"))
    open_parts = parts.filter(~is_settled(today), measure__in=Measure.objects.unterminated(today))
    last = open_parts.filter(Exists(others), ~Exists(others.filter(~is_settled(today))))
    first = last.select_related("measure__plan").order_by("measure__plan_id", "measure__number").first()
    if first is not None:
        words = {"unit": first.department, "plan": first.measure.plan.title, "measure": first.measure}
        raise ValidationError(
            _(
                "“%(plan)s”%(measure)s只剩%(unit)s尚未办结，退出后将不经审核即告办结。"
                "请先由该单位申请办结，或由督办单位调整这项任务的责任分工。"
            )
            % words,
            code="nobody_left",
        )


def expand(parts: Iterable[Assignment], *, members: Iterable[Department], since: date | None) -> list[Assignment]:
    """Gives each of ``members`` a part of its own in every collective's part of ``parts``, in the same role."""
    units = list(members)
    return [
        Assignment.objects.create(  # one by one, so that the log has them
            measure_id=part.measure_id,
            department=unit,
            role=part.role,
            position=part.position,
            collective_part=part,
            since=since,
        )
        for part in parts
        for unit in units
    ]


def expand_to_members(part: Assignment, *, since: date | None) -> list[Assignment]:
    """Gives every member that the unit of ``part`` has now a part of its own; nothing where it is no collective."""
    members = Department.objects.filter(collectives__in=part.department.memberships.current())
    return expand([part], members=members, since=since)
