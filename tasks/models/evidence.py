"""Files that show that what a report says is so."""

from __future__ import annotations

import uuid
from functools import partial

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..choices import EvidenceKind
from ..validators import printable
from .draft import Draft
from .milestone import Milestone
from .report import Report


def place(evidence: Evidence, filename: str) -> str:
    """Where a file is kept: under a name of our own. ``filename`` is for display and never used as a path."""
    return f"evidence/{evidence.uploaded_at:%Y/%m}/{uuid.uuid4().hex}"


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def total_bytes(self) -> int:
        total: int | None = self.aggregate(total=Sum("size"))["total"]
        return total or 0

    def delete_with_files(self) -> None:
        """
        Deletes the rows and, once that is certain, their files. Of a draft's only; see ``actions.evidence``.

        A file that a withdrawn report has as well stays with it.
        """
        files = [evidence.file for evidence in self]
        self.delete()
        kept = set(Evidence.objects.filter(file__in=[file.name for file in files]).values_list("file", flat=True))
        for file in files:
            if file.name not in kept:
                transaction.on_commit(partial(file.storage.delete, str(file.name)))

    def copy_to(self, draft: Draft) -> None:
        """The same files once more, in a draft; none is stored twice."""
        for evidence in self:
            evidence.pk, evidence.report, evidence.draft = None, None, draft
            evidence.save(force_insert=True)


class Evidence(models.Model):
    """
    A file that came with a report, is being added to a draft, or shows that a milestone was reached (佐证材料).

    Added by ``actions.evidence.attach``; goes with its draft, and is never removed from a submitted report.
    """

    report = models.ForeignKey(
        Report,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="evidence",
        verbose_name=_("进展填报"),
    )
    draft = models.ForeignKey(
        Draft, on_delete=models.CASCADE, null=True, blank=True, related_name="evidence", verbose_name=_("草稿")
    )
    milestone = models.ForeignKey(
        Milestone, on_delete=models.PROTECT, null=True, blank=True, related_name="evidence", verbose_name=_("节点")
    )
    file = models.FileField(_("文件"), upload_to=place, max_length=200)
    name = models.CharField(_("文件名"), max_length=150, validators=[printable], help_text=_("只用于显示和下载。"))
    kind = models.CharField(_("文件类型"), max_length=8, choices=EvidenceKind)
    size = models.PositiveIntegerField(_("大小"), help_text=_("字节"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="evidence", verbose_name=_("上传人")
    )
    uploaded_at = models.DateTimeField(_("上传时间"))

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("佐证材料")
        verbose_name_plural = _("佐证材料")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(report__isnull=False, draft__isnull=True, milestone__isnull=True)
                | Q(report__isnull=True, draft__isnull=False, milestone__isnull=True)
                | Q(report__isnull=True, draft__isnull=True, milestone__isnull=False),
                name="evidence_of_one_thing",
                violation_error_message=_("佐证材料须属于一份填报、一份草稿或一个节点。"),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=EvidenceKind.values),
                name="evidence_kind_is_known",
                violation_error_message=_("佐证材料的文件类型不在规定范围内。"),
            ),
            models.CheckConstraint(
                condition=Q(size__gte=1),
                name="evidence_is_not_empty",
                violation_error_message=_("佐证材料不能是空文件。"),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("evidence", args=[self.pk])
