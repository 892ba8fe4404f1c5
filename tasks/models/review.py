"""Acceptance or return of a report or of a request to close."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import OuterRef, Q
from django.utils.translation import gettext_lazy as _

from ..choices import Decision
from ..validators import MAX_TEXT, printable
from .report import Report


class ReviewQuerySet(models.QuerySet["Review"]):
    def pending(self) -> ReviewQuerySet:
        return self.filter(decision=Decision.PENDING)

    def accepted(self) -> ReviewQuerySet:
        return self.filter(decision=Decision.ACCEPTED)

    def waiting_on(self, day: date) -> ReviewQuerySet:
        """Put up for review by the end of ``day`` and not decided by then."""
        return self.filter(report__recorded_on__lte=day, is_afterwards=False).exclude(decided_on__lte=day)

    def decided_by(self, day: date, decision: str) -> ReviewQuerySet:
        """Decided as ``decision`` by the end of ``day``."""
        return self.filter(decision=decision, decided_on__lte=day)

    def accepted_by(self, day: date) -> ReviewQuerySet:
        return self.decided_by(day, Decision.ACCEPTED)

    def decisions(self, day: date) -> ReviewQuerySet:
        """What reviewers had accepted or returned by the end of ``day``, the newest first."""
        made = self.filter(decision__in=(Decision.ACCEPTED, Decision.RETURNED), decided_on__lte=day)
        return made.order_by("-decided_at", "-pk")

    def narrowed(self, *, decision: str = "", unit: object = None) -> ReviewQuerySet:
        """Of one decision, of one unit: itself, or as a member of the collective ``unit``."""
        rows = self.filter(decision=decision) if decision else self
        if unit is None:
            return rows
        own = Q(report__department=unit)
        return rows.filter(own | Q(report__assignment__collective_part__department=unit))

    def requests(self) -> ReviewQuerySet:
        """Of requests to close, not of ordinary reports."""
        return self.filter(report__asks_to_close=True)

    def of_outer_assignment(self, assignment: str = "pk") -> ReviewQuerySet:
        """For a subquery: the requests of the outer row's assignment, by way of the closing index."""
        return self.filter(report__assignment=OuterRef(assignment), report__asks_to_close=True).order_by()

    def of_measure(self, measure: object) -> ReviewQuerySet:
        return self.filter(report__assignment__measure=measure)

    def with_request(self) -> ReviewQuerySet:
        """With all that is shown of a request, and asked of it before a decision."""
        return self.select_related(
            "reviewer",
            "report__author",
            "report__department",
            "report__period",
            "report__assignment__department",
            "report__assignment__collective_part__department",
            "report__assignment__measure__plan",
            "report__assignment__measure__section",
        )

    def oldest_first(self) -> ReviewQuerySet:
        return self.order_by("report__recorded_at", "pk")


class Review(models.Model):
    """
    What becomes of a report or a request to close (审核).

    Opened by ``actions.report.submit`` with what needs acceptance, or by the decision itself on a report that took
    effect at once. Decided once, by ``actions.review.accept`` or ``send_back`` or by the unit's own
    ``actions.report.withdraw``; a decision is never changed.
    """

    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="review", verbose_name=_("填报"))
    decision = models.CharField(_("审核结果"), max_length=9, choices=Decision, default=Decision.PENDING)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,  # nobody yet
        blank=True,
        related_name="reviews",
        verbose_name=_("审核人"),
    )
    decided_on = models.DateField(_("审核日期"), null=True, blank=True)  # NULL while it waits
    decided_at = models.DateTimeField(_("审核时间"), null=True, blank=True)
    reason = models.TextField(_("审核意见"), blank=True, validators=[printable, MaxLengthValidator(MAX_TEXT)])
    is_afterwards = models.BooleanField(
        _("事后审核"), default=False, help_text=_("填报提交时已生效，作出决定之前不是待审核。")
    )

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("审核")
        verbose_name_plural = _("审核")
        ordering = ("-pk",)
        # Found by its report, which is unique, and never by the decision: SQLite would take an index that begins with
        # the decision for every single part, and walk through all accepted requests there are each time.
        constraints = (
            models.CheckConstraint(
                condition=Q(decision__in=Decision.values),
                name="review_decision_is_known",
                violation_error_message=_("审核结果只能是待审核、同意、退回或已撤回。"),
            ),
            models.CheckConstraint(
                condition=Q(decision__in=(Decision.PENDING, Decision.WITHDRAWN)) | Q(reviewer__isnull=False),
                name="review_decided_has_reviewer",
                violation_error_message=_("审核须有审核人。"),
            ),
            models.CheckConstraint(
                condition=Q(decision=Decision.PENDING) | Q(decided_on__isnull=False, decided_at__isnull=False),
                name="review_decided_has_date",
                violation_error_message=_("审核须有日期。"),
            ),
            models.CheckConstraint(
                condition=~Q(decision=Decision.RETURNED) | ~Q(reason=""),
                name="review_returned_has_reason",
                violation_error_message=_("退回须说明理由。"),
            ),
            models.CheckConstraint(
                condition=~Q(decision=Decision.PENDING)
                | Q(reviewer__isnull=True, decided_on__isnull=True, decided_at__isnull=True),
                name="review_pending_is_undecided",
                violation_error_message=_("待审核的申请不能已有审核人或日期。"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.report} · {self.get_decision_display()}"

    def decision_on(self, day: date) -> str | None:
        """The decision as it stood at the end of ``day``; None where the report then was in effect without one."""
        if self.decided_on is not None and self.decided_on <= day:
            return self.decision
        return None if self.is_afterwards else Decision.PENDING.value

    @property
    def outcome(self) -> str:
        """The decision in words; of a request to close, whether the part is finished."""
        if self.decision == Decision.ACCEPTED and self.report.asks_to_close:
            return str(_("同意办结"))
        return self.get_decision_display()
