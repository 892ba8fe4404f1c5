"""The ledger as a meeting had it before it."""

from __future__ import annotations

from datetime import date
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..timeliness import IN_RANGE
from ..validators import printable
from .plan import Plan

MAX_NAME = 60


class Frozen(Exception):
    """Somebody tried to change or delete a snapshot."""


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def taken_until(self, day: date) -> SnapshotQuerySet:
        """Those that had been taken by the end of ``day``, whatever day they show."""
        return self.filter(taken_on__lte=day)

    def newest_first(self) -> SnapshotQuerySet:
        return self.order_by("-day", "-taken_at", "-pk")

    def without_content(self) -> SnapshotQuerySet:
        """Enough for a list; the content of one snapshot of a city's plan is large."""
        return self.defer("content", "lights")

    def last_before(self, day: date) -> Snapshot | None:
        """The last snapshot of ``day`` or an earlier day, of those that had been taken by then."""
        return self.taken_until(day).filter(day__lte=day).defer("content").newest_first().first()

    def update(self, **kwargs: Any) -> NoReturn:
        raise Frozen

    def _update(self, values: Any) -> NoReturn:
        """What ``save`` of a row that exists comes down to."""
        raise Frozen

    def delete(self) -> NoReturn:
        raise Frozen


class Snapshot(models.Model):
    """
    The ledger of a plan frozen for a meeting (会议快照), as it stood at the end of ``day``.

    Made by ``actions.snapshot.take`` and never changed or deleted by anybody: there is no way to update one.
    ``content`` is canonical JSON, see ``tasks.snapshot``, and ``sha256`` that of its UTF-8 bytes; ``counts`` and
    ``lights`` repeat what lists and comparisons need of it. ``verify_snapshots`` checks all of them.
    """

    plan = models.ForeignKey(
        Plan,
        on_delete=models.PROTECT,
        related_name="snapshots",
        db_index=False,  # the unique name begins with it
        verbose_name=_("推进计划"),
    )
    name = models.CharField(_("名称"), max_length=MAX_NAME, validators=[printable])
    day = models.DateField(_("数据截至"), validators=IN_RANGE)
    taken_on = models.DateField(_("生成日期"))
    taken_at = models.DateTimeField(_("生成时间"))
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("生成人")
    )
    format_version = models.PositiveSmallIntegerField(_("格式版本"))
    counts = models.JSONField(_("计数"))
    lights = models.JSONField(_("时效"))
    content = models.TextField(_("内容"))
    sha256 = models.CharField(_("校验值"), max_length=64)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = _("会议快照")
        verbose_name_plural = _("会议快照")
        ordering = ("-day", "-taken_at", "-pk")
        base_manager_name = "objects"
        indexes = (models.Index(fields=("plan", "-day", "-taken_at"), name="snapshot_of_plan"),)
        constraints = (
            models.UniqueConstraint(
                fields=("plan", "name"),
                name="snapshot_name_once_in_plan",
                violation_error_message=_("本计划中已有同名的会议快照。"),
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="snapshot_has_name",
                violation_error_message=_("会议快照须有名称。"),
            ),
            models.CheckConstraint(
                condition=Q(day__lte=F("taken_on")),
                name="snapshot_of_a_day_that_has_come",
                violation_error_message=_("会议快照不能是将来的日期。"),
            ),
            models.CheckConstraint(
                condition=~Q(content="") & ~Q(sha256=""),
                name="snapshot_has_content",
                violation_error_message=_("会议快照须有内容和校验值。"),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("snapshot", args=[self.plan.slug, self.pk])

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Frozen
