"""Who of a collective has spoken: silence is data for members, too."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Max

from .models import Assignment, Report


def attach_members(parts: Iterable[Assignment], day: date) -> None:
    """
    Gives every collective's part ``members``: ``(unit, day of its last report or None)`` as of ``day``.

    Wants ``department__memberships__member`` loaded; one query, and none where no part is a collective's.
    """
    collectives = [part for part in parts if part.department.is_collective]
    if not collectives:
        return
    spoken = (
        Report.objects.filter(assignment__in=collectives)
        .recorded_by(day)
        .order_by()
        .values_list("assignment", "department")
        .annotate(last=Max("recorded_on"))
    )
    last = {(assignment, department): on for assignment, department, on in spoken}
    for part in collectives:
        part.members = [
            (each.member, last.get((part.pk, each.member_id))) for each in part.department.memberships.all()
        ]
