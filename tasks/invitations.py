"""
The code by which a person who was invited is known: what follows the # of his link, and is sent on in a form only.

It is Django's token for resetting a password: signed with SECRET_KEY, stored nowhere, and another one as soon as the
password or the invitation that it was made for has changed. Until when it is good stands with the invitation.
"""

from __future__ import annotations

import re
from datetime import datetime

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from departments.models import Invitation, User

CODE = re.compile(r"\A([0-9]{1,18})-([0-9a-z]{1,13}-[0-9a-f]{32})\Z", re.ASCII)


class Tokens(PasswordResetTokenGenerator):
    """Django's, at a moment that it is told instead of asking the clock."""

    key_salt = "tasks.invitations.Tokens"

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self.now = now

    def _now(self) -> datetime:
        return timezone.make_naive(self.now)

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        """
        Good for the invitation that the person has now, and no earlier one.

        Without the address of e-mail: nothing is sent there, and correcting it voids no link.
        """
        return f"{user.pk}-{user.password}-{user.invitation.issued_at.timestamp()}-{timestamp}"


def code_of(invitation: Invitation) -> str:
    """The same one whenever it is asked for, until the invitation is renewed or a password is set."""
    return f"{invitation.person_id}-{Tokens(invitation.issued_at).make_token(invitation.person)}"


def invited_by(code: str, now: datetime) -> Invitation | None:
    """The invitation whose code it is and whose time is not over; None for whatever else is typed in."""
    found = CODE.match(code.strip())
    if found is None:
        return None
    waiting = Invitation.objects.waiting().select_related("person").filter(person=int(found[1])).first()
    if waiting is None or waiting.is_over(now):
        return None
    return waiting if constant_time_compare(code.strip(), code_of(waiting)) else None
