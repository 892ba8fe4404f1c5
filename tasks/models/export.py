"""What of a workbook a person leaves out, and large workbooks while they are being made."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from departments.models import Department

from ..choices import WorkbookKind
from .plan import Plan

# Who does not say for this long that a stretch is done has been stopped in the middle of it: another may do it again.
LEASE = timedelta(minutes=2)


class ExportChoice(models.Model):
    """
    What a person leaves out of workbooks (导出设置): of the ledger's sheets, and columns as ``sheet.column``; of others
    the same behind the name of their design, ``matrix/sheet.column``; of the panel's lists ``app.model/column``.

    Remembered until he chooses otherwise; written by ``actions.export.choose`` alone. What is new in a workbook is
    there for everybody.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="export_choice", verbose_name=_("人员")
    )
    left_out = models.JSONField(_("不导出的工作表和列"), default=list, blank=True)

    class Meta:
        verbose_name = _("导出设置")
        verbose_name_plural = _("导出设置")

    def __str__(self) -> str:
        return f"{self.person} · {len(self.left_out)}"


class ExportQuerySet(models.QuerySet["Export"]):
    def begun_before(self, moment: datetime) -> ExportQuerySet:
        return self.filter(begun_at__lt=moment)

    def free(self, now: datetime) -> ExportQuerySet:
        """Those of which a stretch is left that nobody is at."""
        rows = self.filter(done__lt=F("total"))
        return rows.filter(Q(worked_at__isnull=True) | Q(worked_at__lt=now - LEASE))

    def without_content(self) -> ExportQuerySet:
        """For pages that only say how far it is: the keys and numbers of a large one are long."""
        return self.defer("keys", "subject", "state")


class Export(models.Model):
    """
    A large workbook that is being made (导出任务), stretch by stretch.

    Begun by ``actions.export.begin``, gone on with by whoever looks at its page (``take`` and ``keep``), given up by
    ``cancel``. Everything that has been made stands here, so that any server process can go on with it, after any
    other. ``keys`` are of the rows in the order of the screen, ``subject`` what has to be known besides, ``done`` how
    many of the ``total`` are in it; ``state`` is what ``excel.workbook.Workbook`` knows of the rows that were written.
    One that is made at once is never saved.
    """

    kind = models.CharField(_("内容"), max_length=20, choices=WorkbookKind.choices, default=WorkbookKind.MEASURES)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="exports", verbose_name=_("推进计划"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exports", verbose_name=_("导出人")
    )
    unit = models.ForeignKey(
        Department,
        on_delete=models.CASCADE,
        null=True,  # the parts of all units
        blank=True,
        related_name="+",
        verbose_name=_("责任单位"),
    )
    as_of = models.DateField(_("数据截至"))
    begun_at = models.DateTimeField(_("开始时间"))
    language = models.CharField(_("语言"), max_length=10)
    conditions = models.JSONField(_("导出条件"), default=list, blank=True)
    left_out = models.JSONField(_("不导出的工作表和列"), default=list, blank=True)
    keys = models.JSONField(_("行"), default=list)
    subject = models.JSONField(_("所选内容"), default=dict, blank=True)
    state = models.JSONField(_("进度数据"), default=dict, blank=True)
    done = models.PositiveIntegerField(_("已导出"), default=0)
    total = models.PositiveIntegerField(_("合计"))
    worked_at = models.DateTimeField(_("处理时间"), null=True, blank=True)  # NULL while nobody is at it

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("导出任务")
        verbose_name_plural = _("导出任务")
        ordering = ("-begun_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(done__lte=F("total")),
                name="export_done_of_total",
                violation_error_message=_("已导出的行数不能多于合计。"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.plan} · {self.done}/{self.total}"

    def get_absolute_url(self) -> str:
        return reverse("export_job", args=[self.plan.slug, self.pk])

    @property
    def is_done(self) -> bool:
        return self.done == self.total

    @property
    def percent(self) -> int:
        """0–100, rounded down, so that 100 means all."""
        return self.done * 100 // self.total if self.total else 100


class ExportPiece(models.Model):
    """Rows of one sheet of a workbook that is being made, packed; ``done`` is how far the workbook was with them."""

    export = models.ForeignKey(
        Export,
        on_delete=models.CASCADE,
        related_name="pieces",
        db_index=False,  # the constraint below begins with it
        verbose_name=_("导出任务"),
    )
    sheet = models.PositiveSmallIntegerField(_("工作表"))
    done = models.PositiveIntegerField(_("已导出"))
    content = models.BinaryField(_("内容"))

    class Meta:
        verbose_name = _("导出片段")
        verbose_name_plural = _("导出片段")
        ordering = ("export_id", "sheet", "done")
        constraints = (
            models.UniqueConstraint(
                fields=("export", "sheet", "done"),
                name="export_piece_once",
                violation_error_message=_("同一片段只能记录一次。"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.export_id} · {self.sheet} · {self.done}"


def left_out_by(person: Any, *, of: str = "") -> list[str]:
    """
    What ``person`` leaves out of the ledger's workbook, or ``of`` another or a list of the panel, by its name; nothing
    where he never chose. One query.
    """
    choice = ExportChoice.objects.filter(person=person).first()
    names = [] if choice is None else (name.rpartition("/") for name in choice.left_out)
    return [name for owner, _slash, name in names if owner == of]
