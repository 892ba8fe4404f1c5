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
    Signs for each of ``assignments`` that has not been signed for and is not terminated; returns the new receipts.

    Raises ``PermissionDenied`` where one of them is not for this person to sign, and signs none.
    """
    keys = [part.pk for part in assignments]
    parts = Assignment.objects.select_for_update(of=("self",)).filter(pk__in=keys)
    made = []
    for part in parts.select_related("department", "measure").order_by("pk"):
        permissions.require(permissions.may_sign(by, part))
        if part.measure.is_terminated_on(local_day(now)):
            continue  # nobody owes it any more
        receipt, is_new = Receipt.objects.get_or_create(
            assignment=part, defaults={"signed_by": by, "signed_on": local_day(now), "signed_at": now}
        )
        if is_new:
            made.append(receipt)
    return made
