"""A file that came in and waits to become a plan."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class IncomingQuerySet(models.QuerySet[Any]):
    def newest_first(self) -> Self:
        return self.order_by("-uploaded_at", "-pk")

    def with_people(self) -> Self:
        return self.select_related("uploaded_by", "confirmed_by", "plan")


class Incoming(models.Model):
    """
    Who brought it and when, and who made a plan of it; those that inherit from it have its ``name``, ``size``,
    ``sha256``, what was found in it, and the ``plan`` it became.
    """

    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("上传人")
    )
    uploaded_at = models.DateTimeField(_("上传时间"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,  # until it is confirmed
        blank=True,
        related_name="+",
        verbose_name=_("确认人"),
    )
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ("-uploaded_at", "-pk")

    def __str__(self) -> str:
        return str(self.name)  # type: ignore[attr-defined]

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None
