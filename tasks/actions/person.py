"""Making and changing people: the one door, for the panel's form and for a list that comes in as a file."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from departments.models import Invitation, Role, User

from .. import permissions
from . import invitation as invitations


def check(person: User, roles: set[str], *, by: User | None) -> None:
    """
    A reporter speaks for a unit; and nobody locks himself out, so that there is always an administrator.

    ``roles`` are the names of the groups the person is to have. Raises ``ValidationError``.
    """
    if Role.REPORTER in roles and person.department_id is None:
        raise ValidationError({"department": _("填报员须有所属单位。")})
    if by is None or person.pk != by.pk:
        return
    if not person.is_active:
        raise ValidationError({"is_active": _("不能停用自己的账号。")})
    if Role.ADMINISTRATOR not in roles and not person.is_superuser:
        raise ValidationError({"groups": _("不能取消自己的系统管理员角色。")})


def one_by_one() -> None:
    """Whoever changes people waits for whoever does: two may be taking each other's role away."""
    list(Group.objects.select_for_update().filter(name=Role.ADMINISTRATOR))


def admitted(by: User) -> User:
    """
    Whoever changes people as he is now that it is his turn, in this transaction: asked once for a whole list.

    Raises ``PermissionDenied``.
    """
    one_by_one()
    found = User.objects.get(pk=by.pk)
    permissions.require(permissions.may_change_in_panel(found, "user"))
    return found


@transaction.atomic
def save(
    *, by: User, person: User, roles: set[str], now: datetime, fields: Collection[str] | None = None
) -> Invitation | None:
    """
    Saves a person with the fields it was given, and gives it exactly ``roles``; groups that are no roles stay.

    ``fields`` are what may have changed of a person that was not locked when it was read; None: all of it.
    ``by`` is who was ``admitted``. Who may come in, has no password and was never invited is invited: the invitation
    is returned. Who is switched off is invited no more. Raises ``PermissionDenied``, and ``ValidationError`` as
    ``check`` does; the fields have been looked at before.
    """
    permissions.require(permissions.may_change_in_panel(by, "user"))
    check(person, roles, by=by)
    is_new = person.pk is None
    person.save(update_fields=None if is_new else fields)
    if is_new:
        person.groups.add(*Group.objects.filter(name__in=roles))
    else:
        _regroup(person, roles)
    if not person.is_active:
        Invitation.objects.filter(person=person).delete()  # nor is it good again when he is switched on again
        return None
    if person.has_usable_password():
        return None
    if not is_new and Invitation.objects.filter(person=person).exists():
        return None
    return invitations.invite(by=by, person=person, now=now)


def _regroup(person: User, roles: set[str]) -> None:
    groups = {group.name: group for group in person.groups.all()}
    if groups.keys() & set(Role.values) != roles:
        others = [group for name, group in groups.items() if name not in Role.values]
        person.groups.set([*others, *Group.objects.filter(name__in=roles)])
