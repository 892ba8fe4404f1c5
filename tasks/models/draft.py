"""What is being written and has not been said yet."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .assignment import Assignment
from .period import Period
from .words import TEXT, Words


class Draft(Words):
    """
    A report that is being written (草稿): one on each part, shared by the colleagues of its unit.

    Written only by ``actions.draft.save`` and gone when it is submitted or discarded. It counts nowhere.
    ``version`` grows by one with every save, so that whoever saves second is told.
    """

    progress = models.TextField(_("进展情况"), blank=True, validators=TEXT)  # it may say nothing yet
    assignment = models.OneToOneField(
        Assignment, on_delete=models.CASCADE, related_name="draft", verbose_name=_("责任分工")
    )
    period = models.ForeignKey(
        Period,
        on_delete=models.SET_NULL,
        null=True,  # a dated part is not reported by periods
        blank=True,
        related_name="drafts",
        verbose_name=_("填报周期"),
    )
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="drafts", verbose_name=_("保存人")
    )
    saved_at = models.DateTimeField(_("保存时间"))
    token = models.UUIDField(_("提交标识"), default=uuid.uuid4, unique=True, editable=False)  # the report's to be
    window = models.UUIDField(_("页面标识"), null=True, editable=False)  # the open page that saved it last
    version = models.PositiveIntegerField(_("版本"), default=1)

    class Meta:
        verbose_name = _("草稿")
        verbose_name_plural = _("草稿")
        ordering = ("-saved_at",)

    def __str__(self) -> str:
        return str(self.assignment)

    @property
    def is_complete(self) -> bool:
        """Whether it says enough to be submitted."""
        return bool(self.progress.strip())
