"""When a part was finished: asked for on a day, accepted on a day."""

from __future__ import annotations

from datetime import date

from django.db.models import Case, F, Q, When

# The two days of a part's closing: on which it was asked for, and on which that was accepted.
ASKED, ACCEPTED = "closing_asked_on", "closing_accepted_on"


def own_closing(day: date, field: str, part: str = "") -> Case:
    """A day of the closing of the part at the path ``part``, NULL while it had not been accepted by ``day``."""
    return Case(When(**{f"{part}{ACCEPTED}__lte": day}, then=F(f"{part}{field}")))


def is_settled(day: date) -> Q:
    """Whether a part's own request had been accepted by ``day``."""
    return Q(**{f"{ACCEPTED}__lte": day})
