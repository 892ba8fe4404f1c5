"""A document that is on its way to becoming a plan."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ..documents.parsed import Parsed
from .incoming import Incoming, IncomingQuerySet
from .plan import Plan


class PlanDocumentQuerySet(IncomingQuerySet):
    def without_content(self) -> Self:
        """Enough for a list."""
        return self.defer("text", "content")


class PlanDocument(Incoming):
    """
    The text of an issued plan as it was uploaded or pasted (计划文件), and what has been made of it so far.

    Written only by ``actions.plan_document``. ``text`` never changes, one line each; ``content`` is what people go
    through: ``parsed`` (see ``documents.parsed``), the fields of the ``plan`` and what the ``units`` are. ``version``
    grows by one with every change, so that whoever saves second is told. Once confirmed nothing changes any more.
    """

    name = models.CharField(_("文件名"), max_length=150)
    size = models.PositiveIntegerField(_("大小"))
    sha256 = models.CharField(_("校验值"), max_length=64, db_index=True)
    text = models.TextField(_("文本"))
    merged = models.JSONField(_("合并单元格"), default=list, blank=True)  # cells that carry on the one above
    content = models.JSONField(_("内容"))
    version = models.PositiveIntegerField(_("版本"), default=1)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("保存人")
    )
    saved_at = models.DateTimeField(_("保存时间"))
    plan = models.ForeignKey(
        Plan,
        on_delete=models.SET_NULL,
        null=True,  # until it is confirmed
        blank=True,
        related_name="documents",
        verbose_name=_("推进计划"),
    )

    objects = PlanDocumentQuerySet.as_manager()

    class Meta(Incoming.Meta):
        verbose_name = _("计划文件")
        verbose_name_plural = _("计划文件")
        constraints = (
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(sha256=""),
                name="plan_document_has_text",
                violation_error_message=_("计划文件须有文本和校验值。"),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True, plan__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="plan_document_becomes_a_plan_when_confirmed",
                violation_error_message=_("计划文件经确认才成为计划，并记下确认人和时间。"),
            ),
        )

    def get_absolute_url(self) -> str:
        return reverse("plan_document", args=[self.pk])

    @property
    def rows(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def parsed(self) -> Parsed:
        """What is in ``content``; whoever changes it puts it back."""
        return Parsed.from_json(self.content["parsed"])

    @property
    def fields(self) -> dict[str, Any]:
        """Of the plan, as far as they have been filled in."""
        return dict(self.content["plan"])

    @property
    def decisions(self) -> dict[str, dict[str, Any]]:
        """What each unit that is not known is: a ``unit`` that exists, or a new one of a ``kind``."""
        return dict(self.content["units"])
