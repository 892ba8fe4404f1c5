"""That a unit has taken on its part."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .assignment import Assignment


class Receipt(models.Model):
    """
    A unit's confirmation that it has taken on one part (签收): given once, by ``actions.receipt.sign``, never changed.
    """

    assignment = models.OneToOneField(
        Assignment, on_delete=models.PROTECT, related_name="receipt", verbose_name=_("责任分工")
    )
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="receipts", verbose_name=_("签收人")
    )
    signed_on = models.DateField(_("签收日期"))
    signed_at = models.DateTimeField(_("签收时间"))

    class Meta:
        verbose_name = _("签收")
        verbose_name_plural = _("签收")
        ordering = ("-signed_at", "-pk")

    def __str__(self) -> str:
        return f"{self.assignment} · {self.signed_on}"
