"""When a part was finished: asked for on a day, accepted on a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Case, Count, F, Q, When
from django.db.models.functions import Coalesce

from ..timeliness import EVER, NEVER

# The two clocks: the deadline as issued, and the one in force.
CLOCKS = ("original", "effective")

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


def _deadline(clock: str, measure: str) -> str:
    return "effective_due_on" if clock == "effective" else f"{measure}due_on"


def is_measured(day: date, clock: str, measure: str = "") -> Q:
    """
    Whether it can be said on ``day`` that a dated row was in time or not: it is closed, or its deadline is over.

    ``clock`` names the deadline, see ``CLOCKS``; ``measure`` is the path to the measure's fields.
    """
    over = Q(requested_on__isnull=False) | Q(**{f"{_deadline(clock, measure)}__lt": day})
    return over & Q(effective_due_on__isnull=False)


def is_kept(clock: str, measure: str = "") -> Q:
    """Whether a row of ``is_measured`` was asked to be closed on or before the deadline."""
    return Q(requested_on__lte=F(_deadline(clock, measure)), effective_due_on__isnull=False)


def is_missed(clock: str, measure: str = "") -> Q:
    """Whether a row of ``is_measured`` was asked to be closed after the deadline, or is open."""
    return Q(requested_on__isnull=True) | Q(requested_on__gt=F(_deadline(clock, measure)))


def count_by_clock(rows: Any, day: date, measure: str = "") -> dict[str, int]:
    """How many of ``rows`` are measured and kept on each clock, as ``original_kept``; one query."""
    counts = {}
    for clock in CLOCKS:
        counts[f"{clock}_measured"] = Count("pk", filter=is_measured(day, clock, measure))
        counts[f"{clock}_kept"] = Count("pk", filter=is_kept(clock, measure))
    numbers: dict[str, int] = rows.order_by().aggregate(**counts)
    return numbers
