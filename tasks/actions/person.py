"""Making and changing people: the one door, for the panel's form and for a list that comes in as a file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from auditlog.context import disable_auditlog
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from departments.models import Invitation, Role, User

from .. import permissions
from . import invitation as invitations
from .history import Entries


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


class Change(NamedTuple):
    """A person with the fields it was given, and the names of exactly those roles that it is to have."""

    person: User
    roles: set[str]


@transaction.atomic
def save(
    *, by: User, person: User, roles: set[str], now: datetime, fields: Collection[str] | None = None
) -> Invitation | None:
    """Saves one person as ``save_all`` does, and returns the invitation that it got."""
    return next(iter(save_all(by=by, changes=[Change(person, roles)], now=now, fields=fields)), None)


@transaction.atomic
def save_all(
    *, by: User, changes: Sequence[Change], now: datetime, fields: Collection[str] | None = None
) -> list[Invitation]:
    """
    Saves people with the fields they were given, and gives them exactly their roles; groups that are no roles stay.

    ``fields`` are what may have changed of a person that was not locked when it was read; None: all of it.
    ``by`` is who was ``admitted``. Who may come in, has no password and was never invited is invited: the invitations
    are returned. Who is switched off is invited no more. Raises ``PermissionDenied``, and ``ValidationError`` as
    ``check`` does; the fields have been looked at before. As few queries for a long list as for a short one, save
    for those who are there already: one for each.
    """
    permissions.require(permissions.may_change_in_panel(by, "user"))
    for person, roles in changes:
        check(person, roles, by=by)
    persons = [person for person, _roles in changes]
    were = _as_they_were(changes)
    entries = Entries()
    with disable_auditlog():  # the entries say it, for all of them at once
        _store(persons, fields)
        given = _regroup(changes, were)
        voided = _void([person for person in persons if person.pk in were and not person.is_active])
    for person in persons:
        if person.pk in were:
            entries.changed(person, were[person.pk], fields)
        else:
            entries.added(person)
        entries.linked(person, "groups", "delete", given[person.pk].taken)
        entries.linked(person, "groups", "add", given[person.pk].added)
    for invitation in voided:
        entries.removed(invitation)
    entries.write()
    return _invite(persons, by=by, now=now)


def _as_they_were(changes: Sequence[Change]) -> dict[int, User]:
    """Those who are there already, by their keys, with their groups."""
    keys = [person.pk for person, _roles in changes if person.pk is not None]
    return User.objects.prefetch_related("groups").in_bulk(keys)


def _store(persons: Sequence[User], fields: Collection[str] | None) -> None:
    made = [person for person in persons if person.pk is None]
    for person in persons:
        if person.pk is not None:
            person.save(update_fields=fields)
    for person in made:
        if person.has_usable_password():
            person.save()  # and tells the rules for passwords that there is another one
    User.objects.bulk_create([person for person in made if person.pk is None])


class _Given(NamedTuple):
    added: list[Group]
    taken: list[Group]


def _regroup(changes: Sequence[Change], were: dict[int, User]) -> dict[int, _Given]:
    """Gives and takes roles, and says of each person which."""
    known = list(Group.objects.filter(name__in=Role.values).order_by("pk"))
    given = {}
    for person, roles in changes:
        had = {group.pk for group in were[person.pk].groups.all()} if person.pk in were else set()
        given[person.pk] = _Given(
            added=[group for group in known if group.name in roles and group.pk not in had],
            taken=[group for group in known if group.name not in roles and group.pk in had],
        )
    links = User.groups.through._default_manager
    for group in known:
        if losers := [key for key, each in given.items() if group in each.taken]:
            links.filter(group=group, user__in=losers).delete()
    added = [links.model(user_id=key, group=group) for key, each in given.items() for group in each.added]
    links.bulk_create(added, ignore_conflicts=True)
    return given


def _void(persons: Sequence[User]) -> list[Invitation]:
    """Takes away the invitations of those who are switched off: nor is one good again when they are switched on."""
    named = {person.pk: person for person in persons}
    found = list(Invitation.objects.filter(person__in=named))
    if not found:
        return []
    for invitation in found:
        invitation.person = named[invitation.person_id]
    Invitation.objects.filter(pk__in=[invitation.pk for invitation in found]).delete()
    return found


def _invite(persons: Sequence[User], *, by: User, now: datetime) -> list[Invitation]:
    """Invites those who may come in, have no password and were never invited."""
    wanting = [person for person in persons if person.is_active and not person.has_usable_password()]
    if not wanting:
        return []
    invited = set(Invitation.objects.filter(person__in=wanting).values_list("person", flat=True))
    wanting = [person for person in wanting if person.pk not in invited]
    return invitations.invite(by=by, people=wanting, now=now) if wanting else []
