"""Confirming that a unit has taken on its parts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from departments.models import User

from .. import permissions
from ..models import Assignment, Receipt
from ..timeliness import local_day


@transaction.atomic
def sign(*, by: User, assignments: Iterable[Assignment], now: datetime) -> list[Receipt]:
    """
    Signs for each of ``assignments`` that has not been signed for; returns the new receipts.

    Raises ``PermissionDenied`` where one of them is not for this person to sign, and signs none.
    """
    keys = [part.pk for part in assignments]
    parts = Assignment.objects.select_for_update(of=("self",)).filter(pk__in=keys).select_related("department")
    made = []
    for part in parts.order_by("pk"):
        permissions.require(permissions.may_sign(by, part))
        receipt, is_new = Receipt.objects.get_or_create(
            assignment=part, defaults={"signed_by": by, "signed_on": local_day(now), "signed_at": now}
        )
        if is_new:
            made.append(receipt)
    return made
