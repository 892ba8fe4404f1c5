"""Recorded changes of an issued plan: of a measure's wording, units or timeframe, or its end (计划调整)."""

from __future__ import annotations

import difflib
import uuid
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from ..choices import AmendmentKind, AssignmentRole
from ..timeliness import IN_RANGE
from ..validators import MAX_TEXT, printable
from .plan import Plan

Rows = TypeVar("Rows", bound="models.QuerySet[Any]")


class AmendmentQuerySet(models.QuerySet["Amendment"]):
    def recorded_by(self, day: date) -> AmendmentQuerySet:
        """Recorded by the end of ``day``, in force or still to come."""
        return self.filter(recorded_on__lte=day)

    def counting_on(self, day: date) -> AmendmentQuerySet:
        return self.standing().filter(counts_from__lte=day)

    def standing(self) -> AmendmentQuerySet:
        """Without those that lapsed before they counted."""
        return self.filter(lapsed_on__isnull=True)

    def to_come(self, day: date) -> AmendmentQuerySet:
        """Recorded by the end of ``day``, not lapsed by then, and counting from a later day."""
        still = Q(lapsed_on__isnull=True) | Q(lapsed_on__gt=day)
        return self.recorded_by(day).filter(still, counts_from__gt=day)

    def of_kind(self, kind: str) -> AmendmentQuerySet:
        return self.filter(kind=kind)

    def of_plan(self, plan: Plan, day: date) -> AmendmentQuerySet:
        """All that had been recorded in ``plan`` by the end of ``day``."""
        return self.recorded_by(day).filter(measure__plan=plan)

    def with_recorder(self) -> AmendmentQuerySet:
        return self.select_related("recorded_by", "lapsed_by")

    def newest_of(self, slug: str, number: int) -> int:
        """The key of the last recorded change of a plan's measure; 0 where it has none."""
        own = self.filter(measure__plan__slug=slug, measure__number=number)
        newest: int | None = own.aggregate(newest=models.Max("pk"))["newest"]
        return newest or 0

    def in_order(self) -> AmendmentQuerySet:
        """Measure by measure, as they came into force."""
        return self.order_by("measure__plan_id", "measure__number", "counts_from", "pk")


class Amendment(models.Model):
    """
    A change of one measure of an issued plan (计划调整), with the document it rests on.

    Recorded by ``actions.amendment`` and never changed. The document says from when it is in force; it counts from
    that day, or from the day it was recorded where that is later, so that no past day changes. Until then it may lapse
    (撤销), taken back by a person or because the measure was closed first: it stays on record and never counts. What
    the text was issued as stays on the measure; ``wording`` is the new text, ``units_before`` and ``units`` are the
    whole of the responsibilities before and after, as ``[name, role]`` in the order of the text.
    """

    Kind = AmendmentKind

    measure = models.ForeignKey(
        "tasks.Measure",
        on_delete=models.PROTECT,
        related_name="amendments",
        db_index=False,  # the index below begins with it
        verbose_name=_("任务"),
    )
    kind = models.CharField(_("调整类型"), max_length=11, choices=AmendmentKind)
    document = models.CharField(
        _("依据文件"), max_length=200, validators=[printable], help_text=_("文件名称和文号，如会议纪要、通知。")
    )
    reason = models.TextField(_("调整原因"), validators=[printable, MaxLengthValidator(MAX_TEXT)])
    in_force_on = models.DateField(_("施行日期"), validators=IN_RANGE, help_text=_("依据文件规定的施行日期。"))
    counts_from = models.DateField(_("起算日期"), editable=False)
    wording_before = models.TextField(_("调整前的任务"), blank=True)
    wording = models.TextField(_("调整后的任务"), blank=True, validators=[printable, MaxLengthValidator(MAX_TEXT)])
    units_before = models.JSONField(_("调整前的责任分工"), default=list, blank=True)
    units = models.JSONField(_("调整后的责任分工"), default=list, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("登记人")
    )
    recorded_on = models.DateField(_("登记日期"))
    recorded_at = models.DateTimeField(_("登记时间"))
    lapsed_on = models.DateField(_("撤销日期"), null=True, blank=True, editable=False)  # NULL: it stands
    lapsed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,  # it stands
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("撤销人"),
    )
    lapsed_at = models.DateTimeField(_("撤销时间"), null=True, blank=True, editable=False)
    lapse_reason = models.TextField(_("撤销原因"), blank=True, validators=[printable, MaxLengthValidator(MAX_TEXT)])
    token = models.UUIDField(
        _("提交标识"), default=uuid.uuid4, unique=True, editable=False, help_text=_("同一份表单只能记录一次。")
    )

    objects = AmendmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("计划调整")
        verbose_name_plural = _("计划调整")
        ordering = ("-recorded_at", "-pk")
        indexes = (models.Index(fields=("measure", "kind", "counts_from"), name="amendment_of_measure"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=AmendmentKind.values),
                name="amendment_kind_is_known",
                violation_error_message=_("调整类型只能是调整任务内容、调整责任分工、转常态或终止。"),
            ),
            models.CheckConstraint(
                condition=Q(counts_from__gte=F("in_force_on")) & Q(counts_from__gte=F("recorded_on")),
                name="amendment_changes_no_past_day",
                violation_error_message=_("计划调整自施行之日起算，且不早于登记之日。"),
            ),
            models.CheckConstraint(
                condition=Q(kind=AmendmentKind.WORDING) & ~Q(wording="") & ~Q(wording=F("wording_before"))
                | ~Q(kind=AmendmentKind.WORDING) & Q(wording="", wording_before=""),
                name="amendment_wording_is_new",
                violation_error_message=_("调整任务内容须有新的任务文本，并与原来不同。"),
            ),
            models.CheckConstraint(
                condition=~Q(document="") & ~Q(reason=""),
                name="amendment_rests_on_a_document",
                violation_error_message=_("计划调整须有依据文件和调整原因。"),
            ),
            models.UniqueConstraint(
                fields=("measure", "kind"),
                condition=Q(kind__in=(AmendmentKind.ONGOING, AmendmentKind.TERMINATION), lapsed_on__isnull=True),
                name="amendment_ends_once",
                violation_error_message=_("一项任务只能转常态一次、终止一次。"),
            ),
            models.CheckConstraint(
                condition=Q(lapsed_on__isnull=True, lapsed_by__isnull=True, lapsed_at__isnull=True, lapse_reason="")
                | Q(lapsed_on__isnull=False, lapsed_by__isnull=False, lapsed_at__isnull=False)
                & Q(lapsed_on__gte=F("recorded_on"), lapsed_on__lt=F("counts_from"))
                & ~Q(lapse_reason=""),
                name="amendment_lapses_before_it_counts",
                violation_error_message=_("只能撤销尚未施行的计划调整，并须有撤销人和撤销原因。"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.measure} · {self.get_kind_display()} · {self.in_force_on}"

    def has_lapsed_on(self, day: date) -> bool:
        return self.lapsed_on is not None and self.lapsed_on <= day

    def is_to_come_on(self, day: date) -> bool:
        """Whether it stands on ``day``, recorded or not by then, and counts from a later one."""
        return self.counts_from > day and not self.has_lapsed_on(day)

    @property
    def wording_pieces(self) -> list[tuple[str, str]]:
        """``(what, text)``: ``same``, ``gone`` or ``new``, from the wording before to the one after."""
        old, new = self.wording_before, self.wording
        pieces = []
        for what, first, last, start, end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if what == "equal":
                pieces.append(("same", old[first:last]))
                continue
            pieces += [(kind, text) for kind, text in (("gone", old[first:last]), ("new", new[start:end])) if text]
        return pieces

    @property
    def units_changed(self) -> list[tuple[str, str, str]]:
        """``(unit, its role before, its role after)`` of each unit that is not what it was, an empty role for none."""
        before, after = dict(self.units_before), dict(self.units)
        units = [*before, *(name for name in after if name not in before)]
        steps = [(name, before.get(name, ""), after.get(name, "")) for name in units]
        return [(name, _role(was), _role(now)) for name, was, now in steps if was != now]

    @property
    def units_gone(self) -> list[str]:
        """The units, each with its role, that are not what they were."""
        return _in_words(self.units_before, self.units)

    @property
    def units_new(self) -> list[str]:
        return _in_words(self.units, self.units_before)


def _role(role: str) -> str:
    return str(AssignmentRole(role).label) if role else ""


def _in_words(units: list[list[str]], beside: list[list[str]]) -> list[str]:
    return [f"{name}（{AssignmentRole(role).label}）" for name, role in units if [name, role] not in beside]


@lru_cache(maxsize=128)  # an expression without a database behind it
def wording_in_force(day: date, measure: str, path: str = "") -> Coalesce:
    """The wording of the outer row's ``measure``, whose fields are at ``path``, on ``day``: the last, or the issued."""
    amended = Amendment.objects.counting_on(day).of_kind(AmendmentKind.WORDING).filter(measure=OuterRef(measure))
    return Coalesce(Subquery(amended.order_by("-counts_from", "-pk").values("wording")[:1]), F(f"{path}wording"))


def with_wording(rows: Rows, day: date, path: str = "measure__") -> Rows:
    """Adds ``wording_in_force`` on ``day``, of the measure at ``path`` from each row."""
    return rows.annotate(wording_in_force=wording_in_force(day, f"{path.removesuffix('__')}_id", path))
