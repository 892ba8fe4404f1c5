"""Dated steps on the way of a measure."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ..step import Step
from ..timeliness import IN_RANGE
from ..validators import MAX_TEXT, printable
from .measure import Measure


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    def with_entries(self) -> MilestoneQuerySet:
        """Loads what was ever recorded of them, with who said so, and their evidence."""
        entries = MilestoneEntry.objects.select_related("recorded_by")
        return self.prefetch_related(models.Prefetch("entries", queryset=entries), "evidence")


class MilestoneManager(models.Manager.from_queryset(MilestoneQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, plan: str, number: int, position: int) -> Milestone:
        return self.get(measure__plan__slug=plan, measure__number=number, position=position)


class Milestone(models.Model):
    """
    A dated step of a measure (节点), from the document or set by the office.

    What was recorded of it are its ``entries``. A step whose day lies before the plan was issued is never late.
    """

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="milestones", verbose_name=_("任务"))
    position = models.PositiveSmallIntegerField(_("顺序"), default=1, validators=[MinValueValidator(1)])
    title = models.CharField(_("节点"), max_length=100, validators=[printable])
    due_on = models.DateField(_("节点日期"), validators=IN_RANGE)

    objects = MilestoneManager()

    class Meta:
        verbose_name = _("节点")
        verbose_name_plural = _("节点")
        ordering = ("measure_id", "due_on", "position")
        constraints = (
            models.UniqueConstraint(
                fields=("measure", "position"),
                name="milestone_position_once_on_measure",
                violation_error_message=_("本任务中已有该顺序的节点。"),
            ),
        )

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str, int, int]:
        return (*self.measure.natural_key(), self.position)

    natural_key.dependencies = ["tasks.measure"]  # type: ignore[attr-defined]

    def entry_on(self, day: date) -> MilestoneEntry | None:
        """What stood recorded of it at the end of ``day``; reads ``entries``, which a page loads for all at once."""
        return next((entry for entry in self.entries.all() if entry.stands_on(day)), None)

    def is_done_by(self, day: date) -> bool:
        """Whether it had been recorded as done by the end of ``day``."""
        return self.entry_on(day) is not None

    def light_on(self, day: date) -> Step:
        """Where it stood at the end of ``day``; wants its measure and plan."""
        entry, plan = self.entry_on(day), self.measure.plan
        return Step(
            day=day,
            due_on=self.due_on,
            issued_on=plan.issued_on,
            due_soon_days=plan.due_soon_days_on(day),
            done_on=entry.done_on if entry else None,
            terminated_from=self.measure.terminated_from if self.measure.is_terminated_on(day) else None,
        )


class MilestoneEntry(models.Model):
    """
    That a step has been done (节点完成登记): on which day, who said so and when; its evidence is the milestone's.

    Made by ``actions.milestone.mark_done`` and never changed. A mistaken one is made void by
    ``actions.milestone.undo``: past days still show what stood recorded then.
    """

    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="entries", verbose_name=_("节点"))
    done_on = models.DateField(_("完成日期"), validators=IN_RANGE)
    note = models.TextField(_("完成情况"), blank=True, validators=[printable, MaxLengthValidator(MAX_TEXT)])
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("登记人")
    )
    recorded_on = models.DateField(_("登记日期"))
    recorded_at = models.DateTimeField(_("登记时间"))
    void_on = models.DateField(_("撤销日期"), null=True, blank=True)  # NULL while it stands
    void_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("撤销人"),
    )

    class Meta:
        verbose_name = _("节点完成登记")
        verbose_name_plural = _("节点完成登记")
        ordering = ("milestone_id", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("milestone",),
                condition=Q(void_on__isnull=True),
                name="milestone_entry_stands_once",
                violation_error_message=_("该节点已登记完成。"),
            ),
            models.CheckConstraint(
                condition=Q(void_on__isnull=True, void_at__isnull=True, voided_by__isnull=True)
                | Q(void_on__isnull=False, void_at__isnull=False, voided_by__isnull=False),
                name="milestone_entry_void_by_somebody",
                violation_error_message=_("撤销登记须有撤销人和时间。"),
            ),
            models.CheckConstraint(
                condition=Q(void_on__isnull=True) | Q(void_on__gte=F("recorded_on")),
                name="milestone_entry_void_after_recorded",
                violation_error_message=_("撤销日期不能早于登记日期。"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.milestone} · {self.done_on}"

    def stands_on(self, day: date) -> bool:
        return self.recorded_on <= day and (self.void_on is None or self.void_on > day)
