"""When a part was finished: asked for on a day, accepted on a day."""

from __future__ import annotations

from datetime import date

from django.db.models import Case, F, Q, When
from django.db.models.functions import Coalesce

from ..timeliness import EVER, NEVER

# The two days of a part's closing: on which it was asked for, and on which that was accepted.
ASKED, ACCEPTED = "closing_asked_on", "closing_accepted_on"


def own_closing(day: date, field: str, part: str = "") -> Case:
    """A day of the closing of the part at the path ``part``, NULL while it had not been accepted by ``day``."""
    return Case(When(**{f"{part}{ACCEPTED}__lte": day}, then=F(f"{part}{field}")))


def own_closing_or_leaving(day: date, field: str) -> Case:
    """
    For a member's part: a day of its closing, NEVER while it is open; of one that left while it was open the day it
    left, so that nothing counts as closed before then, and EVER of one that left closed.
    """
    left = Q(until__lte=day)
    was_open = Q(**{f"{ACCEPTED}__isnull": True}) | Q(**{f"{ACCEPTED}__gt": F("until")})
    return Case(
        When(left & was_open, then=F("until")),
        When(left, then=EVER),
        default=Coalesce(own_closing(day, field), NEVER),
    )


def is_settled(day: date) -> Q:
    """Whether a part's own request had been accepted by ``day``."""
    return Q(**{f"{ACCEPTED}__lte": day})
