"""Plans, their headings, and the oddities of their texts."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import permissions
from ..actions.period import a_year_after, create_ahead
from ..models import Plan, Section, SourceNote
from .base import Room, day
from .forms import CarefulForm

# Changed from a day on where a plan is in use: by ``actions.rule``.
RULES = ("grace_days", "due_soon_days")


class PlanForm(CarefulForm):
    settled = ("slug",)

    class Meta:
        model = Plan
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.initial.setdefault("is_being_entered", True)

    def clean_is_being_entered(self) -> bool:
        wanted: bool = self.cleaned_data["is_being_entered"]
        if wanted and self.instance.pk and not Plan.objects.get(pk=self.instance.pk).is_being_entered:
            raise ValidationError(_("计划已启用，不能再改为录入中。"))
        return wanted

    def clean_parent(self) -> Plan | None:
        parent: Plan | None = self.cleaned_data["parent"]
        above = parent
        while above is not None:
            if above.pk == self.instance.pk:
                raise ValidationError(_("上级计划不能是本计划或本计划的下级。"))
            above = above.parent
        return parent


class PlanAdmin(Room):
    form = PlanForm
    list_display = ("title", "number", "issuer", day("issued_on", _("印发日期")), "office", "cadence")
    list_select_related = ("office",)
    list_filter = ("cadence", ("office", admin.RelatedOnlyFieldListFilter))
    search_fields = ("title", "number", "issuer", "slug")
    ordering = ("-issued_on", "slug")
    fieldsets = (
        (None, {"fields": ("title", "number", "issuer", "issued_on", ("starts_on", "ends_on"), "parent", "slug")}),
        (
            _("填报与审核"),
            {
                "fields": (
                    "office",
                    "cadence",
                    "grace_days",
                    "due_soon_days",
                    "reports_need_acceptance",
                    "is_being_entered",
                )
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Plan | None = None) -> tuple[str, ...]:
        """Whose office it is decides who reviews whom: for administrators alone."""
        own = () if permissions.may_correct_official_text(request.user) else ("office",)
        return own if obj is None or obj.is_being_entered else (*own, *RULES)

    def view_on_site(self, obj: Plan) -> str:
        return obj.get_absolute_url()

    def save_model(self, request: HttpRequest, obj: Plan, form: Any, change: bool) -> None:
        """A new plan comes with its reporting periods, up to a year from today or from its end."""
        super().save_model(request, obj, form, change)
        if not change:
            today = timezone.localdate()
            create_ahead(plan=obj, until=a_year_after(max(today, obj.ends_on)), today=today)


class SectionForm(CarefulForm):
    settled = ("plan",)

    class Meta:
        model = Section
        fields = "__all__"


class SectionAdmin(Room):
    form = SectionForm
    list_display = ("__str__", "plan", "number")
    list_select_related = ("plan",)
    list_filter = ("plan",)
    search_fields = ("title", "plan__title")
    ordering = ("plan_id", "number")
    fields = ("plan", "number", "title")


class SourceNoteForm(CarefulForm):
    settled = ("plan", "key")

    class Meta:
        model = SourceNote
        fields = "__all__"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        plan, measure = cleaned.get("plan"), cleaned.get("measure")
        if plan is not None and measure is not None and measure.plan_id != plan.pk:
            self.add_error("measure", _("该任务不属于所选的推进计划。"))
        return cleaned


class SourceNoteAdmin(Room):
    form = SourceNoteForm
    list_display = ("__str__", "plan", "measure", "reading")
    list_select_related = ("plan", "measure")
    list_filter = ("plan",)
    search_fields = ("oddity", "reading", "key")
    ordering = ("plan_id", "measure__number", "key")
    fields = ("plan", "measure", "key", "oddity", "reading")
    # A plan of thousands of measures makes a list nobody can choose from.
    raw_id_fields = ("measure",)

    @admin.display(description=_("采用读法"))
    def reading(self, note: SourceNote) -> str:
        return note.reading
