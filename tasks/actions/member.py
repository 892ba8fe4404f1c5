"""Units joining and leaving collectives, and the duties that come and go with it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from departments.models import Department, Membership, User

from .. import permissions
from ..models import Assignment
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
    parts = Assignment.objects.counted(today).filter(department=collective).as_of(today)
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
    held.left_on = local_day(now)
    held.full_clean()
    held.save(update_fields=["left_on"])
    parts = Assignment.objects.filter(
        department=held.member, collective_part__department=held.collective, until__isnull=True
    )
    for part in parts.select_for_update():
        part.until = held.left_on
        part.save(update_fields=["until"])
    return held


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
