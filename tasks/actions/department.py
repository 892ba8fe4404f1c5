"""Making and changing units: the one door, for the panel's form and for a list that comes in as a file."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from departments.models import Alias, Department, User

from .. import permissions
from . import member as membership


def check(department: Department, *, has_members: bool, is_member: bool) -> None:
    """Only a collective has members, and it is nobody's member itself. Raises ``ValidationError``."""
    if has_members and not department.is_collective:
        raise ValidationError({"kind": _("只有集合可以有成员单位，请先移除成员单位。")})
    if is_member and department.is_collective:
        raise ValidationError({"kind": _("该单位是其他集合的成员，不能改为集合。")})


@transaction.atomic
def save(*, by: User, department: Department, to_have_members: bool | None = None) -> None:
    """
    Saves a unit with the fields it was given; ``to_have_members``: what is about to be said of its members, if it is.

    Raises ``PermissionDenied``, and ``ValidationError`` as ``check`` does; the fields have been looked at before.
    """
    permissions.require(permissions.may_change_in_panel(by, "department"))
    if to_have_members is None:
        to_have_members = department.pk is not None and department.memberships.current().exists()
    is_member = department.pk is not None and department.collectives.current().exists()
    check(department, has_members=to_have_members, is_member=is_member)
    department.save()


@transaction.atomic
def call(*, by: User, alias: Alias) -> None:
    """Gives a unit another name, or corrects one. Raises ``PermissionDenied`` and ``ValidationError``."""
    permissions.require(permissions.may_change_in_panel(by, "alias"))
    alias.full_clean()
    alias.save()


@transaction.atomic
def forget(*, by: User, alias: Alias) -> None:
    """Takes another name away. Raises ``PermissionDenied``."""
    permissions.require(permissions.may_change_in_panel(by, "alias"))
    alias.delete()


@transaction.atomic
def give_up(*, by: User, department: Department, names: set[str]) -> None:
    """
    Takes away what a unit was called besides ``names``, so that another may be called so.

    With several units this comes first for all of them, and ``take`` after it: a name can move from one to the other,
    whichever is told first. Raises ``PermissionDenied``.
    """
    for alias in Alias.objects.filter(department=department).exclude(name__in=names):
        forget(by=by, alias=alias)


@transaction.atomic
def take(*, by: User, department: Department, names: set[str]) -> None:
    """Gives a unit what it lacks of ``names``. Raises as ``call`` does, of which name it is with it."""
    has = set(Alias.objects.filter(department=department).values_list("name", flat=True))
    for name in sorted(names - has):
        try:
            call(by=by, alias=Alias(department=department, name=name))
        except ValidationError as error:
            faults = [_("“%(name)s”：%(fault)s") % {"name": name, "fault": fault} for fault in error.messages]
            raise ValidationError({"aliases": faults}) from error


@transaction.atomic
def regroup(*, by: User, collective: Department, names: set[str], now: datetime) -> None:
    """
    Leaves a collective with exactly the members of these names: those who come and go do so today, with their parts.

    Raises ``PermissionDenied`` and ``ValidationError``, for a name that is no unit's and as ``member`` does.
    """
    wanted = set(names)
    for each in collective.memberships.current().select_related("member"):
        if each.member.name in wanted:
            wanted.remove(each.member.name)
        else:
            membership.leave(by=by, membership=each, now=now)
    units = Department.objects.in_bulk(wanted, field_name="name")
    for name in sorted(wanted):
        unit = units.get(name)
        if unit is None:
            words = _("没有名为“%(name)s”的单位（须已有，或在本行之前）。") % {"name": name}
            raise ValidationError({"memberships": words})
        if unit.is_collective:
            raise ValidationError({"memberships": _("“%(name)s”是集合，不能作为成员。") % {"name": name}})
        try:
            membership.join(by=by, collective=collective, member=unit, now=now)
        except ValidationError as error:
            raise ValidationError({"memberships": error.messages}) from error
