"""Letting people in who have no password: a link for each, renewed at will, and good for one password of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from departments.models import Invitation, User

from .. import permissions
from ..invitations import invited_by
from .history import Entries


class Void(Exception):
    """The code is nobody's, was used, is too old, or was replaced by another. Nothing was written."""


@transaction.atomic
def invite(*, by: User, people: Sequence[User], now: datetime) -> list[Invitation]:
    """The first invitations of people who have no password. Raises ``PermissionDenied``."""
    permissions.require(permissions.may_invite(by))
    until, entries = _until(now), Entries()
    made = Invitation.objects.bulk_create(
        Invitation(person=person, issued_by=by, issued_at=now, expires_at=until) for person in people
    )
    for invitation in made:
        entries.added(invitation)
    entries.write()
    return made


def _until(now: datetime) -> datetime:
    return now + timedelta(days=settings.INVITATION_DAYS)


@transaction.atomic
def issue(*, by: User, person: User, now: datetime) -> Invitation:
    """
    Invites a person who has no password anew, for ``INVITATION_DAYS`` days; a link that he had before is void.

    Raises ``PermissionDenied``, and ``ValidationError`` where he has a password or is not to come in.
    """
    permissions.require(permissions.may_invite(by))
    held = User.objects.select_for_update().get(pk=person.pk)
    permissions.require(permissions.may_invite(User.objects.get(pk=by.pk)))  # as he is after the wait
    if not held.is_active:
        raise ValidationError(_("%(name)s的账号已停用，请先启用。") % {"name": held.name})
    if held.has_usable_password():
        raise ValidationError(
            _("%(name)s已有密码，无需邀请；忘记密码的，请在后台“用户”中重新设置。") % {"name": held.name}
        )
    held.set_unusable_password()  # another one than before: what was signed with that holds no more
    held.save(update_fields=["password"])
    person.password = held.password
    invitation = Invitation.objects.filter(person=held).first() or Invitation(person=held)
    invitation.issued_by, invitation.issued_at, invitation.accepted_at = by, now, None
    invitation.expires_at = _until(now)
    invitation.full_clean()
    invitation.save()
    return invitation


@sensitive_variables("code", "password")
@transaction.atomic
def accept(*, code: str, password: str, now: datetime) -> User:
    """
    Sets the password of the person whose code it is; it is good for nothing afterwards. Raises ``Void``.

    ``password`` has been found good enough by the form.
    """
    invitation = invited_by(code, now)
    if invitation is None:
        raise Void
    User.objects.select_for_update().get(pk=invitation.person_id)
    invitation = invited_by(code, now)  # again: it may have been used while this one waited
    if invitation is None:
        raise Void
    person = invitation.person
    person.set_password(password)
    invitation.accepted_at = max(now, invitation.issued_at)  # another server's clock may be behind
    invitation.full_clean()
    person.save(update_fields=["password"])
    invitation.save(update_fields=["accepted_at"])
    return person
