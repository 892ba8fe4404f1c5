"""Measures, and who is responsible for them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.models import Department

from .. import permissions
from ..actions import measure as actions
from ..changes import EMPTY
from ..excel.resources import MeasureResource
from ..models import Assignment, Measure, Section
from ..templatetags.plan import light
from ..templatetags.shortened import truncatechars
from .base import Lines, Room, Table, TimelinessFilter, day, person
from .exchange import Exports
from .forms import CarefulForm
from .marks import IndicatorInline, MilestoneInline

OFFICIAL_TEXT = ("number", "wording", "responsibility_text", "timeframe_text")
ISSUED = (*OFFICIAL_TEXT, "section", "timeframe", "due_on")


class RoleForm(forms.ModelForm):
    """One unit's row. What rows may not be beside each other is for the whole of them to say."""

    class Meta:
        model = Assignment
        fields = ("department", "role", "position")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "position" in self.fields:
            self.fields["position"].required = False
        if not self.instance.pk:
            self.initial["position"] = None  # at the end, unless somebody says where

    def clean(self) -> dict[str, Any]:
        """Leaves out what each row alone would ask of the database: two units may be exchanging their roles."""
        return self.cleaned_data


def _place(row: dict[str, Any]) -> tuple[bool, int]:
    return row["position"] is None, row["position"] or 0


class RolesFormSet(Lines):
    """All the units of a measure: refuses what ``actions.measure.assign`` refuses, in its words."""

    by: Any  # whoever edits; set by the inline

    @property
    def roles(self) -> dict[Department, str]:
        """The units by the order typed, rows of the same number as they stand, those without one at the end."""
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("department")]
        kept = [row for row in rows if not row.get("DELETE")]
        return {row["department"]: row["role"] for row in sorted(kept, key=_place)}

    def clean(self) -> None:
        if any(self.errors):
            return
        kept = [form.cleaned_data for form in self.forms if form.cleaned_data.get("department")]
        units = [row["department"] for row in kept if not row.get("DELETE")]
        if len(set(units)) < len(units):
            raise ValidationError(_("同一任务中一个责任单位只能出现一次。"))
        actions.check_roles(self.roles.values())
        if self.instance.pk and self.has_changed():
            self._try()

    def _try(self) -> None:
        """Knocks at the door and goes away again: what it says is an error of the form."""
        with transaction.atomic():
            actions.assign(by=self.by, measure=self.instance, roles=self.roles)
            transaction.set_rollback(True)


class AssignmentInline(Table):
    model = Assignment
    form = RoleForm
    formset = RolesFormSet
    fields = ("department", "role", "position")
    ordering = ("position", "pk")
    verbose_name_plural = gettext_lazy("责任分工（按原文顺序）")

    def has_add_permission(self, request: HttpRequest, obj: Measure | None = None) -> bool:
        return super().has_add_permission(request, obj) and (obj is None or obj.plan.is_being_entered)

    def has_change_permission(self, request: HttpRequest, obj: Measure | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.plan.is_being_entered)

    def has_delete_permission(self, request: HttpRequest, obj: Measure | None = None) -> bool:
        """Taking a unit off a measure is a change of the measure's responsibilities."""
        if obj is None:
            return self.has_add_permission(request)
        return permissions.may_assign(request.user, obj.plan) and obj.plan.is_being_entered

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Assignment]:
        return super().get_queryset(request).select_related("measure", "department")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The units are fetched once, not again for every row."""
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "department":
            field.choices = [("", field.empty_label), *((unit.pk, str(unit)) for unit in field.queryset)]
        return field

    def get_formset(self, request: HttpRequest, obj: Measure | None = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.by = request.user
        return formset


class MeasureForm(CarefulForm):
    settled = ("plan",)

    class Meta:
        model = Measure
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sections: Any = self.fields.get("section")
        if sections is not None and self.instance.pk:
            sections.queryset = Section.objects.filter(plan=self.instance.plan_id)
        elif sections is not None:
            sections.queryset = Section.objects.select_related("plan")
            sections.label_from_instance = in_its_plan

    def more_to_remember(self) -> list[str]:
        parts = self.instance.assignments.ever_named().select_related("department").order_by("position", "pk")
        named = _("、").join(
            _("%(unit)s（%(role)s）") % {"unit": part.department, "role": part.get_role_display()} for part in parts
        )
        lines = [_("责任分工现为：%(units)s") % {"units": named or EMPTY}]
        steps = [f"{each.title} {each.due_on:%Y-%m-%d}" for each in self.instance.milestones.all()]
        if steps:
            lines.append(_("节点现为：%(steps)s") % {"steps": _("、").join(steps)})
        numbers = [f"{each.name} {each.target}{each.unit}" for each in self.instance.indicators.all()]
        if numbers:
            lines.append(_("量化指标现为：%(numbers)s") % {"numbers": _("、").join(numbers)})
        return lines

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        plan, section = cleaned.get("plan"), cleaned.get("section")
        if plan is not None and not self.instance.pk and not plan.is_being_entered:
            self.add_error("plan", _("该计划已启用，不能再新增任务。"))
        if plan is not None and section is not None and section.plan_id != plan.pk:
            self.add_error("section", _("该章节不属于所选的推进计划。"))
        if self.instance.pk and {"timeframe", "due_on"} <= set(cleaned):
            try:
                actions.check_deadline(
                    Measure.objects.get(pk=self.instance.pk), cleaned["timeframe"], cleaned["due_on"]
                )
            except ValidationError as error:
                self.add_error("due_on", error)
        return cleaned


def in_its_plan(section: Section) -> str:
    """A heading beside those of other plans."""
    return _("%(section)s（%(plan)s）") % {"section": section, "plan": section.plan.number}


class SectionFilter(admin.RelatedFieldListFilter):
    """The headings of the plan that is chosen, so that two plans' are not mixed."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        sections = list(Section.objects.select_related("plan").order_by("plan_id", "number"))
        chosen = request.GET.get("plan__id__exact")
        shown = [section for section in sections if chosen in (None, str(section.plan_id))]
        named = in_its_plan if len({section.plan_id for section in shown}) > 1 else str
        return [(section.pk, named(section)) for section in shown]


class MeasureAdmin(Exports, Room):
    form = MeasureForm
    inlines = (AssignmentInline, MilestoneInline, IndicatorInline)
    resource_classes = (MeasureResource,)
    list_display = (
        "number",
        "wording_in_short",
        day("due_on", gettext_lazy("原定时限")),
        day("effective_due_on", gettext_lazy("现行时限")),
        "light",
        "sentence",
        "reported",
    )
    list_display_links = ("number", "wording_in_short")
    list_select_related = ("plan", "section")
    list_filter = (TimelinessFilter, "timeframe", "plan", ("section", SectionFilter))
    search_fields = (
        "number__exact",
        "wording",
        "responsibility_text",
        "assignments__department__name",
        "assignments__department__aliases__name",
    )
    ordering = ("plan_id", "number")
    fieldsets = (
        (None, {"fields": ("plan", "section", "number", "wording", "responsibility_text", "timeframe_text")}),
        (gettext_lazy("时限"), {"fields": (("timeframe", "due_on"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Measure]:
        today = timezone.localdate()
        measures: Any = super().get_queryset(request)
        return measures.as_of(today).with_parts(today)

    def get_readonly_fields(self, request: HttpRequest, obj: Measure | None = None) -> tuple[str, ...]:
        """
        A plan in use is changed by recorded changes alone; while it is being entered, the text that has been typed is
        corrected by those who may correct it.
        """
        if obj is not None and not obj.plan.is_being_entered:
            return (*ISSUED, "how_to_change")
        return () if obj is None or permissions.may_correct_official_text(request.user) else OFFICIAL_TEXT

    def get_fieldsets(self, request: HttpRequest, obj: Measure | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or obj.plan.is_being_entered or not permissions.may_amend(request.user):
            return fieldsets
        return (*fieldsets, (gettext_lazy("计划调整"), {"fields": ("how_to_change",)}))

    @admin.display(description=gettext_lazy("修改方式"))
    def how_to_change(self, measure: Measure) -> str:
        return format_html(
            '{} <a href="{}">{}</a>',
            _("计划已启用，任务和责任分工只能登记“计划调整”来改变。"),
            reverse("amendment_new", args=[measure.plan.slug, measure.number, "wording"]),
            _("登记计划调整"),
        )

    def has_delete_permission(self, request: HttpRequest, obj: Measure | None = None) -> bool:
        """What a plan in use has is on record."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.plan.is_being_entered)

    def view_on_site(self, obj: Measure) -> str:
        return obj.get_absolute_url()

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """The only door to the responsibilities is ``assign``."""
        if formset.model is not Assignment:
            super().save_formset(request, form, formset, change)
            return
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        if not formset.has_changed():
            return
        was = {part.department: part for part in form.instance.assignments.ever_named().select_related("department")}
        parts = actions.assign(by=person(request), measure=form.instance, roles=formset.roles)
        now = {part.department: part for part in parts}
        formset.new_objects = [part for unit, part in now.items() if unit not in was]
        formset.deleted_objects = [part for unit, part in was.items() if unit not in now]
        formset.changed_objects = [
            (part, ["role", "position"])
            for unit, part in now.items()
            if unit in was and (part.role, part.position) != (was[unit].role, was[unit].position)
        ]

    @admin.display(description=gettext_lazy("任务"))
    def wording_in_short(self, measure: Measure) -> str:
        return truncatechars(measure.wording, 60)

    @admin.display(description=gettext_lazy("时效"))
    def light(self, measure: Any) -> str:
        return light(measure.timeliness)

    @admin.display(description=gettext_lazy("说明"))
    def sentence(self, measure: Measure) -> str:
        return measure.light.sentence()

    @admin.display(description=gettext_lazy("已报/应报"))
    def reported(self, measure: Measure) -> str:
        return f"{measure.reported}/{len(measure.parts)}"
