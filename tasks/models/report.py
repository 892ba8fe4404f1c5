"""What units say about their parts."""

from __future__ import annotations

import uuid
from datetime import date

from django.conf import settings
from django.core.validators import MaxLengthValidator, MaxValueValidator
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from departments.models import Department

from ..validators import MAX_TEXT, printable

TEXT = (printable, MaxLengthValidator(MAX_TEXT))


class ReportQuerySet(models.QuerySet["Report"]):
    def recorded_by(self, day: date) -> ReportQuerySet:
        """Recorded by the end of ``day``, whatever period they speak of."""
        return self.filter(recorded_on__lte=day)

    def newest_first(self) -> ReportQuerySet:
        return self.order_by("-recorded_on", "-pk")

    def last_of_each_assignment(self, day: date) -> ReportQuerySet:
        """The last report on every assignment by the end of ``day``."""
        last = Report.objects.latest_of_outer_assignment(day, "assignment")
        return self.filter(pk=Subquery(last.values("pk")[:1]))

    def latest_of_outer_assignment(self, day: date, assignment: str = "pk") -> ReportQuerySet:
        """For a subquery: the last report of the outer row's assignment, by the end of ``day``."""
        return self.filter(assignment=OuterRef(assignment)).recorded_by(day).newest_first()


class Report(models.Model):
    """
    What one department says about its own part of a measure (进展填报): progress, problems, next steps.

    Written only by ``actions.report.submit`` and never changed afterwards: a later report supersedes it.
    """

    assignment = models.ForeignKey(
        "tasks.Assignment",
        on_delete=models.PROTECT,
        related_name="reports",
        db_index=False,  # the indexes below begin with it
        verbose_name=_("责任分工"),
    )
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        related_name="reports",
        verbose_name=_("填报单位"),
        help_text=_("以谁的名义填报；集合的成员填报时为成员自己。"),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reports", verbose_name=_("填报人")
    )
    is_recorded_for_another = models.BooleanField(_("代录"), default=False, help_text=_("填报人当时不属于填报单位。"))
    recorded_on = models.DateField(_("填报日期"))
    recorded_at = models.DateTimeField(_("填报时间"))
    progress = models.TextField(_("进展情况"), validators=TEXT)
    problems = models.TextField(_("存在问题"), blank=True, validators=TEXT)
    next_steps = models.TextField(_("下一步措施"), blank=True, validators=TEXT)
    percent = models.PositiveSmallIntegerField(
        _("完成进度"),
        null=True,  # most progress has no honest percentage
        blank=True,
        validators=[MaxValueValidator(100)],
    )
    needs_coordination = models.BooleanField(_("需领导协调"), default=False)
    asks_to_close = models.BooleanField(_("申请办结"), default=False)
    token = models.UUIDField(
        _("提交标识"),
        default=uuid.uuid4,
        unique=True,
        editable=False,
        help_text=_("同一份表单只能记录一次。"),
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("进展填报")
        verbose_name_plural = _("进展填报")
        ordering = ("-recorded_on", "-pk")
        indexes = (
            models.Index(fields=("assignment", "recorded_on", "id"), name="report_latest"),
            models.Index(fields=("assignment",), condition=Q(asks_to_close=True), name="report_closing"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(percent__isnull=True) | Q(percent__gte=0, percent__lte=100),
                name="report_percent_0_to_100",
                violation_error_message=_("完成进度须在0到100之间。"),
            ),
            models.CheckConstraint(
                condition=~Q(progress=""),
                name="report_says_something",
                violation_error_message=_("请填写进展情况。"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.department} · {self.recorded_on}"

    def says_the_same_as(self, other: Report) -> bool:
        """Whether both have the same words and figures, however their lines end."""
        return self._content() == other._content()

    def _content(self) -> tuple[object, ...]:
        words = (self.progress, self.problems, self.next_steps)
        return (
            *("\n".join(text.strip().splitlines()) for text in words),
            self.percent,
            self.needs_coordination,
            self.asks_to_close,
        )
