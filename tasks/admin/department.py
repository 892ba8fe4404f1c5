"""Units, what else they are called, and who belongs to which collective."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from departments.models import Alias, Department, Membership

from ..actions import department as units
from ..excel.imports import DepartmentResource
from .base import Room, Table, day, person
from .exchange import Exchanges
from .forms import CarefulForm
from .refusals import Refusable, said_on


class DepartmentForm(CarefulForm):
    class Meta:
        model = Department
        fields = "__all__"

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        unit = self.instance
        if unit.pk and "kind" in self.cleaned_data:
            try:
                units.check(
                    unit,
                    has_members=unit.memberships.current().exists(),
                    is_member=unit.collectives.current().exists(),
                )
            except ValidationError as error:
                self.add_error(None, error)


class AliasInline(Table):
    model = Alias
    fields = ("name",)


class MembershipInline(Table):
    """Who belongs to a collective and who did; joining and leaving have a page of their own, and their own actions."""

    model = Membership
    fk_name = "collective"
    fields = ("member", day("joined_on", _("加入日期")), day("left_on", _("退出日期")))
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Membership]:
        return super().get_queryset(request).select_related("collective", "member")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DepartmentAdmin(Refusable, Exchanges, Room):
    form = DepartmentForm
    resource_classes = (DepartmentResource,)
    list_display = ("name", "kind", "other_names", "members", "position", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "aliases__name")
    ordering = ("position", "name")
    fields = ("name", "kind", "position", "is_active")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Department]:
        return super().get_queryset(request).prefetch_related("aliases", "memberships__member")

    def save_model(self, request: HttpRequest, obj: Department, form: Any, change: bool) -> None:
        with said_on(form):
            units.save(by=person(request), department=obj)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Other names; who belongs to a collective is not changed here."""
        changed = formset.save(commit=False)
        for alias in formset.deleted_objects:  # first, so that a name can be used again
            units.forget(by=person(request), alias=alias)
        lines = {id(line.instance): line for line in formset.forms}
        for alias in changed:
            with said_on(lines[id(alias)]):
                units.call(by=person(request), alias=alias)

    def get_inlines(self, request: HttpRequest, obj: Department | None = None) -> list[Any]:
        """Only a collective has members."""
        return [AliasInline, MembershipInline] if obj is not None and obj.is_collective else [AliasInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Department | None = None) -> tuple[str, ...]:
        """By what is saved: a form that is shown again may have another kind typed in."""
        if obj is None or not Department.objects.collectives().filter(pk=obj.pk).exists():
            return ()
        return ("joining",)

    def get_fields(self, request: HttpRequest, obj: Department | None = None) -> tuple[str, ...]:
        return (*self.fields, *self.get_readonly_fields(request, obj))

    @admin.display(description=_("成员单位"))
    def joining(self, department: Department) -> str:
        return format_html(
            '<a href="{}">{}</a>', reverse("members", args=[department.pk]), _("登记成员单位的加入和退出")
        )

    @admin.display(description=_("别名"))
    def other_names(self, department: Department) -> str:
        return "、".join(alias.name for alias in department.aliases.all())

    @admin.display(description=_("成员单位"))
    def members(self, department: Department) -> str:
        members = [each.member.name for each in department.memberships.all() if each.left_on is None]
        if department.is_collective and not members:
            return str(_("尚无成员，无人可代其填报"))
        return "、".join(members)
