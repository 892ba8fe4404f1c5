"""Workbooks that came back filled in, as they were read, and what became of them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..uploads import FILL_IN, LEDGER
from ..validators import printable
from .assignment import Assignment
from .plan import Plan
from .report import Report


class UploadQuerySet(models.QuerySet["Upload"]):
    def newest_first(self) -> UploadQuerySet:
        return self.order_by("-uploaded_at", "-pk")

    def with_people(self) -> UploadQuerySet:
        return self.select_related("author", "confirmed_by", "undone_by", "plan")

    def counted(self) -> UploadQuerySet:
        """Adds ``reported``: how many reports came of it, none where they were taken back."""
        return self.annotate(reported=Count("rows", filter=Q(rows__report__isnull=False, undone_at__isnull=True)))


class Upload(models.Model):
    """
    One or several workbooks that were uploaded together (上传填报表) and wait to be confirmed, or have been.

    Made by ``actions.upload.receive``; ``actions.upload.confirm`` makes reports of its rows, all or none, and
    ``actions.upload.undo`` takes these back. What was read of the files is kept and never changed.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="uploads", verbose_name=_("推进计划"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="uploads", verbose_name=_("上传人")
    )
    uploaded_at = models.DateTimeField(_("上传时间"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,  # nobody yet
        blank=True,
        related_name="+",
        verbose_name=_("确认人"),
    )
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,  # it stands
        blank=True,
        related_name="+",
        verbose_name=_("撤回人"),
    )
    undone_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("填报表上传")
        verbose_name_plural = _("填报表上传")
        ordering = ("-uploaded_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="upload_confirmed_by_somebody",
                violation_error_message=_("确认须有确认人和时间。"),
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False, confirmed_at__isnull=False),
                name="upload_undone_after_it_was_confirmed",
                violation_error_message=_("撤回须有撤回人和时间，并且已经确认。"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.plan} · {self.uploaded_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("upload", args=[self.plan.slug, self.pk])

    @property
    def is_open(self) -> bool:
        return self.confirmed_at is None


class UploadedFile(models.Model):
    """One workbook of an upload (上传的文件): by what it can be known again, and how many of its rows said nothing."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="files", verbose_name=_("上传"))
    position = models.PositiveSmallIntegerField(_("顺序"))
    name = models.CharField(_("文件名"), max_length=150, validators=[printable])
    size = models.PositiveBigIntegerField(_("字节"))
    sha256 = models.CharField(_("校验值"), max_length=64, db_index=True)
    unchanged = models.PositiveIntegerField(_("未改动的行"), default=0)
    not_read = models.TextField(_("未读取的工作表"), blank=True)
    ignored = models.TextField(_("不采用的改动"), blank=True, help_text=_("锁定的单元格里的改动，不采用。"))
    fault = models.TextField(_("不接受的原因"), blank=True)

    class Meta:
        verbose_name = _("上传的文件")
        verbose_name_plural = _("上传的文件")
        ordering = ("upload_id", "position")
        constraints = (
            models.UniqueConstraint(
                fields=("upload", "position"),
                name="upload_file_once_at_its_place",
                violation_error_message=_("同一次上传中文件的顺序不能重复。"),
            ),
        )

    def __str__(self) -> str:
        return self.name


class UploadedRowQuerySet(models.QuerySet["UploadedRow"]):
    def with_everything(self) -> UploadedRowQuerySet:
        """With all that is shown of a row, in the order of files, their sheets and lines."""
        rows = self.select_related("file", "base__review", "report")
        return rows.order_by("file__position", "sheet", "line", "pk")

    def with_last_before(self) -> UploadedRowQuerySet:
        """
        Adds ``last_before``: the key of the part's last report that counted when the upload was confirmed, without
        what came of the row itself.
        """
        there = Report.objects.standing_at(OuterRef("upload__confirmed_at")).exclude(uploaded_row=OuterRef("pk"))
        last = there.filter(assignment=OuterRef("assignment")).last_word_first()
        return self.annotate(last_before=Subquery(last.values("pk")[:1]))


class UploadedRow(models.Model):
    """
    A row that says something, as it was read (上传的行): ``typed`` holds the values by the names of the fields,
    ``places`` their cells, ``refused`` why a cell is not taken, ``fault`` why the row as a whole is not: for what was
    read, or since it was left out when the rest was confirmed.

    ``base`` is the report whose words the row showed when it went out. A row that repeats another is kept as well,
    with what it repeats in ``repeats``.
    """

    KINDS = ((LEDGER, _("分单位")), (FILL_IN, _("填报表")))

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="rows", verbose_name=_("上传"))
    file = models.ForeignKey(UploadedFile, on_delete=models.CASCADE, related_name="rows", verbose_name=_("文件"))
    sheet = models.CharField(_("工作表"), max_length=100)
    line = models.PositiveIntegerField(_("行号"))
    assignment = models.ForeignKey(
        Assignment,
        on_delete=models.CASCADE,
        null=True,  # the row is of no part that is known
        related_name="uploaded_rows",
        verbose_name=_("责任分工"),
    )
    kind = models.CharField(_("种类"), max_length=1, choices=KINDS, default=FILL_IN)
    base = models.ForeignKey(
        Report,
        on_delete=models.PROTECT,
        null=True,  # nothing had been said
        related_name="+",
        verbose_name=_("导出时的填报"),
    )
    typed = models.JSONField(_("填写的内容"), default=dict)
    places = models.JSONField(_("单元格"), default=dict)
    refused = models.JSONField(_("不接受的单元格"), default=dict)
    fault = models.TextField(_("不接受的原因"), blank=True)
    repeats = models.TextField(_("重复"), blank=True)
    report = models.OneToOneField(
        Report,
        on_delete=models.PROTECT,
        null=True,  # not confirmed, or it says nothing new
        related_name="uploaded_row",
        verbose_name=_("生成的填报"),
    )

    objects = UploadedRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("上传的行")
        verbose_name_plural = _("上传的行")
        ordering = ("upload_id", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("upload", "assignment"),
                condition=Q(fault="", repeats=""),
                name="upload_row_once_for_a_part",
                violation_error_message=_("同一次上传中一项责任分工只能有一行。"),
            ),
            models.CheckConstraint(
                condition=Q(assignment__isnull=False) | ~Q(fault=""),
                name="upload_row_of_a_part_or_faulty",
                violation_error_message=_("没有对应的责任分工的行须说明原因。"),
            ),
            models.CheckConstraint(
                condition=Q(report__isnull=True) | Q(fault="", repeats=""),
                name="upload_row_reported_was_taken",
                violation_error_message=_("不接受的行不能生成填报。"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.file} · {self.place}"

    @property
    def place(self) -> str:
        """Where it stands in its file: 分单位!第17行."""
        return str(_("%(sheet)s第%(line)d行") % {"sheet": self.sheet, "line": self.line})

    def cell(self, name: str) -> str:
        """The address of the cell of a field: 分单位!G17; of the row where the field has none."""
        found: Any = self.places.get(name)
        return f"{self.sheet}!{found}" if found else self.place

    @property
    def is_taken(self) -> bool:
        return not self.fault and not self.refused and not self.repeats
