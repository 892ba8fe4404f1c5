"""Steps and indicators of a measure, as lines on its page. What is on record of them protects them from removal."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..actions import indicator as indicators
from ..actions import milestone as milestones
from ..models import Indicator, Milestone
from .base import Lines, Table


class MilestonesFormSet(Lines):
    """Refuses what ``actions.milestone`` refuses, in its words."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        for form in self.initial_forms:
            if {"title", "due_on"} & set(form.changed_data):
                milestones.check_change(Milestone.objects.get(pk=form.instance.pk))

    def get_unique_error_message(self, unique_check: Sequence[str]) -> str:
        return _("本任务中已有该顺序的节点。")


class MilestoneInline(Table):
    model = Milestone
    formset = MilestonesFormSet
    fields = ("title", "due_on", "position")
    ordering = ("due_on", "position")
    verbose_name_plural = gettext_lazy("节点（完成情况在任务页面登记）")


class IndicatorsFormSet(Lines):
    """Refuses what ``actions.indicator`` refuses, in its words."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        for form in self.initial_forms:
            if {"unit", "target"} & set(form.changed_data):
                indicators.check_change(Indicator.objects.get(pk=form.instance.pk))

    def get_unique_error_message(self, unique_check: Sequence[str]) -> str:
        return _("本任务中已有同名指标。")


class IndicatorInline(Table):
    model = Indicator
    formset = IndicatorsFormSet
    fields = ("name", "unit", "target")
    ordering = ("pk",)
    verbose_name_plural = gettext_lazy("量化指标（累计值在任务页面填报）")
