"""A plan with its history that came as a file and waits to be confirmed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..validators import printable
from .incoming import Incoming, IncomingQuerySet
from .plan import Plan


class PlanArchive(Incoming):
    """
    A plan's file or archive as it was uploaded (计划归档), and what was found in it.

    Made by ``actions.plan_archive.receive``, which keeps the file itself in the storage of evidence, where every node
    finds it; ``confirm`` makes a plan of that very file, known by its SHA-256, and ``discard`` throws it away. What
    has been confirmed stays as the record of how the plan came here; its file goes.
    """

    name = models.CharField(_("文件名"), max_length=150, validators=[printable])
    size = models.PositiveBigIntegerField(_("大小"))
    sha256 = models.CharField(_("校验值"), max_length=64)
    file = models.FileField(_("文件"), max_length=200, blank=True)  # blank: confirmed, and not kept any longer
    found = models.JSONField(_("内容"))  # see exchange.findings
    plan = models.ForeignKey(
        Plan,
        on_delete=models.SET_NULL,
        null=True,  # until it is confirmed
        blank=True,
        related_name="archives",
        verbose_name=_("推进计划"),
    )

    objects = IncomingQuerySet.as_manager()

    class Meta(Incoming.Meta):
        verbose_name = _("计划归档")
        verbose_name_plural = _("计划归档")
        constraints = (
            models.CheckConstraint(
                condition=~Q(sha256=""),
                name="plan_archive_has_fingerprint",
                violation_error_message=_("计划归档须有校验值。"),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True, plan__isnull=True) & ~Q(file="")
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False, file=""),
                name="plan_archive_waits_with_its_file",
                violation_error_message=_("待确认的计划归档须有文件；确认后记下确认人和时间，不再保存文件。"),
            ),
        )

    def get_absolute_url(self) -> str:
        return reverse("plan_archive", args=[self.pk])
