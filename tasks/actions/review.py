"""Deciding on requests to close."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from departments.models import User

from .. import permissions
from ..choices import Decision
from ..models import Assignment, Review
from ..timeliness import local_day


class AlreadyDecided(Exception):
    """Somebody else was quicker; ``review`` is the decision as it stands."""

    def __init__(self, review: Review) -> None:
        super().__init__(_("该申请已由他人审核。"))
        self.review = review


def accept(*, by: User, review: Review, now: datetime, reason: str = "") -> Review:
    """The part is finished (同意办结). Raises ``PermissionDenied`` and ``AlreadyDecided``."""
    return _decide(by=by, review=review, decision=Decision.ACCEPTED, reason=reason, now=now)


def send_back(*, by: User, review: Review, now: datetime, reason: str) -> Review:
    """The part is not finished (退回); ``reason`` says why. Raises also ``ValidationError`` without one."""
    if not reason.strip():
        raise ValidationError({"reason": _("退回须说明理由。")})
    return _decide(by=by, review=review, decision=Decision.RETURNED, reason=reason, now=now)


@transaction.atomic
def _decide(*, by: User, review: Review, decision: str, reason: str, now: datetime) -> Review:
    # The part first, as whoever reports on it does; then what is read is what stands behind the locks.
    Assignment.objects.select_for_update().get(pk=review.report.assignment_id)
    Review.objects.select_for_update().get(pk=review.pk)
    held = Review.objects.with_request().get(pk=review.pk)
    permissions.require(permissions.may_review(by, held.report))
    if held.decision != Decision.PENDING:
        raise AlreadyDecided(held)
    held.decision = decision
    held.reviewer = by
    held.decided_at = now
    held.decided_on = local_day(now)
    held.reason = reason.strip()
    held.full_clean()
    held.save(update_fields=["decision", "reviewer", "decided_at", "decided_on", "reason"])
    return held
