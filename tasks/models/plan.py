"""An issued document, its headings, and the oddities of its text."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from departments.models import Department

from ..choices import Cadence
from ..timeliness import IN_RANGE, LATEST, MAX_DUE_SOON_DAYS, MAX_GRACE_DAYS, MIN_GRACE_DAYS
from ..validators import printable


class PlanQuerySet(models.QuerySet["Plan"]):
    def newest_first(self) -> PlanQuerySet:
        return self.order_by("-issued_on", "-pk")

    def current_first(self, day: date) -> PlanQuerySet:
        """What people come for on ``day`` first: plans in use and issued by then, the newest first; then all others."""
        is_other = Q(is_being_entered=True) | Q(issued_on__gt=day)
        last = models.Case(models.When(is_other, then=1), default=0)
        return self.order_by(last, "is_being_entered", "-issued_on", "-pk")

    def with_numbers(self) -> PlanQuerySet:
        """Adds ``measure_count`` and ``section_count``."""
        return self.annotate(
            measure_count=models.Count("measures", distinct=True),
            section_count=models.Count("sections", distinct=True),
        )


class PlanManager(models.Manager.from_queryset(PlanQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, slug: str) -> Plan:
        return self.get(slug=slug)


class Plan(models.Model):
    """
    An issued work plan (推进计划): a document with a number, and the rules its reporting follows.

    Loaded by ``actions.plan.load``; its settings are changed in the panel.
    """

    slug = models.SlugField(_("网址标识"), max_length=60, unique=True, help_text=_("用于网址，发布后请勿更改。"))
    number = models.CharField(_("发文字号"), max_length=60, validators=[printable])
    title = models.CharField(_("标题"), max_length=200, validators=[printable])
    issuer = models.CharField(_("发布机构"), max_length=100, validators=[printable])
    issued_on = models.DateField(_("印发日期"), validators=IN_RANGE)
    starts_on = models.DateField(_("计划开始"), validators=IN_RANGE)
    ends_on = models.DateField(_("计划结束"), validators=IN_RANGE)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,  # most plans carry out a document that is not kept here
        blank=True,
        related_name="children",
        verbose_name=_("上级计划"),
    )
    office = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        related_name="supervised_plans",
        verbose_name=_("督办单位"),
        help_text=_("领导小组办公室所在单位；该单位自己的办结申请由领导小组审核。"),
    )
    cadence = models.CharField(_("填报周期"), max_length=8, choices=Cadence, default=Cadence.QUARTER)
    grace_days = models.PositiveSmallIntegerField(
        _("填报宽限天数"),
        default=10,
        validators=[MinValueValidator(MIN_GRACE_DAYS), MaxValueValidator(MAX_GRACE_DAYS)],
        help_text=_("周期结束后满这些天仍未填报的，为超期未报。"),
    )
    due_soon_days = models.PositiveSmallIntegerField(
        _("临期天数"),
        default=30,
        validators=[MaxValueValidator(MAX_DUE_SOON_DAYS)],
        help_text=_("距完成时限不超过这些天的，为临期。"),
    )

    reports_need_acceptance = models.BooleanField(
        _("进展填报须经审核"),
        default=False,
        help_text=_("不勾选时，一般进展填报提交即生效，审核人可以退回；办结申请一律须经审核。"),
    )

    is_being_entered = models.BooleanField(
        _("录入中"),
        default=False,
        help_text=_("勾选期间，任务和责任分工可以在后台直接修改；取消勾选即启用计划，此后只能登记“计划调整”。"),
    )

    extensions_until = models.DateField(
        _("延期最晚至"),
        null=True,  # a year after the plan's end
        blank=True,
        validators=IN_RANGE,
        help_text=_("延期后的完成时限不得晚于这一天；不填的，为计划结束后一年。"),
    )

    objects = PlanManager()

    class Meta:
        verbose_name = _("推进计划")
        verbose_name_plural = _("推进计划")
        ordering = ("-issued_on", "slug")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="plan_ends_after_it_starts",
                violation_error_message=_("计划结束日期不能早于开始日期。"),
            ),
            models.CheckConstraint(
                condition=Q(grace_days__range=(MIN_GRACE_DAYS, MAX_GRACE_DAYS)),
                name="plan_grace_days_in_range",
                violation_error_message=_("填报宽限天数超出范围。"),
            ),
            models.CheckConstraint(
                condition=Q(due_soon_days__lte=MAX_DUE_SOON_DAYS),
                name="plan_due_soon_days_in_range",
                violation_error_message=_("临期天数超出范围。"),
            ),
            models.CheckConstraint(
                condition=Q(extensions_until__isnull=True) | Q(extensions_until__gte=F("ends_on")),
                name="plan_extensions_until_after_end",
                violation_error_message=_("延期最晚日期不能早于计划结束日期。"),
            ),
            models.CheckConstraint(
                condition=Q(cadence__in=Cadence.values),
                name="plan_cadence_is_known",
                violation_error_message=_("填报周期只能是按季度或按月。"),
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("plan", args=[self.slug])

    @property
    def last_extension_day(self) -> date:
        """The last day to which a deadline may be moved."""
        return self.extensions_until or min(self.ends_on + timedelta(days=365), LATEST)

    @cached_property
    def _rules(self) -> list[Any]:
        return list(self.rules.order_by("in_force_on"))

    def _rule_on(self, day: date) -> Any:
        """The rule of time in force on ``day``: the last that was laid down, or the plan itself. One query in all."""
        return next((rule for rule in reversed(self._rules) if rule.in_force_on <= day), self)

    def due_soon_days_on(self, day: date) -> int:
        """How many days before a deadline it was near, by the rule in force on ``day``."""
        return int(self._rule_on(day).due_soon_days)

    def grace_days_on(self, day: date) -> int:
        """After how many days a period that began on ``day`` is overdue for reports."""
        return int(self._rule_on(day).grace_days)

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    natural_key.dependencies = ["departments.department"]  # type: ignore[attr-defined]


class SectionManager(models.Manager["Section"]):
    def get_by_natural_key(self, plan: str, number: int) -> Section:
        return self.get(plan__slug=plan, number=number)


NUMERALS = "〇一二三四五六七八九"


def chinese_number(number: int) -> str:
    """1–99 as headings are numbered: 一, 十, 二十一; any other number in digits."""
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    words = "" if tens == 0 else "十" if tens == 1 else f"{NUMERALS[tens]}十"
    return words + (NUMERALS[ones] if ones else "")


class Section(models.Model):
    """A numbered heading of a plan (章节)."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="sections", verbose_name=_("推进计划"))
    number = models.PositiveSmallIntegerField(_("序号"), validators=[MinValueValidator(1)])
    title = models.CharField(_("标题"), max_length=100, validators=[printable])

    objects = SectionManager()

    class Meta:
        verbose_name = _("章节")
        verbose_name_plural = _("章节")
        ordering = ("plan_id", "number")
        constraints = (
            models.UniqueConstraint(
                fields=("plan", "number"),
                name="section_number_once_in_plan",
                violation_error_message=_("本计划中已有该序号的章节。"),
            ),
        )

    def __str__(self) -> str:
        return _("%(number)s、%(title)s") % {"number": chinese_number(self.number), "title": self.title}

    def natural_key(self) -> tuple[str, int]:
        return (*self.plan.natural_key(), self.number)

    natural_key.dependencies = ["tasks.plan"]  # type: ignore[attr-defined]


class SourceNoteManager(models.Manager["SourceNote"]):
    def get_by_natural_key(self, plan: str, key: str) -> SourceNote:
        return self.get(plan__slug=plan, key=key)


class SourceNote(models.Model):
    """An oddity of the official text, and the reading adopted (原文疑点)."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="source_notes", verbose_name=_("推进计划"))
    measure = models.ForeignKey(
        "tasks.Measure",
        on_delete=models.CASCADE,
        null=True,  # an oddity of the document as a whole
        blank=True,
        related_name="source_notes",
        verbose_name=_("任务"),
    )
    key = models.SlugField(_("标识"), max_length=60, validators=[RegexValidator(r"^[a-z0-9-]+$")])
    oddity = models.TextField(_("原文情况"), validators=[printable])
    reading = models.TextField(_("采用读法"), validators=[printable])

    objects = SourceNoteManager()

    class Meta:
        verbose_name = _("原文疑点")
        verbose_name_plural = _("原文疑点")
        ordering = ("plan_id", "measure__number", "key")
        constraints = (
            models.UniqueConstraint(
                fields=("plan", "key"),
                name="source_note_key_once_in_plan",
                violation_error_message=_("本计划中已有该标识的原文疑点。"),
            ),
        )

    def __str__(self) -> str:
        return self.oddity[:40]

    def natural_key(self) -> tuple[str, str]:
        return (*self.plan.natural_key(), self.key)

    natural_key.dependencies = ["tasks.measure"]  # type: ignore[attr-defined]
