"""Units, what else they are called, and who belongs to which collective."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from departments.models import Alias, Department, Membership

from ..excel.imports import DepartmentResource, check_department
from .base import Room, Table
from .exchange import Exchanges
from .forms import CarefulForm


class DepartmentForm(CarefulForm):
    class Meta:
        model = Department
        fields = "__all__"

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        unit = self.instance
        if unit.pk and "kind" in self.cleaned_data:
            try:
                check_department(unit, has_members=unit.memberships.exists(), is_member=unit.collectives.exists())
            except ValidationError as error:
                self.add_error(None, error)


class AliasInline(Table):
    model = Alias
    fields = ("name",)


class MembershipInline(Table):
    model = Membership
    fk_name = "collective"
    fields = ("member",)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "member":
            kwargs["queryset"] = Department.objects.exclude(kind=Department.Kind.COLLECTIVE)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class DepartmentAdmin(Exchanges, Room):
    form = DepartmentForm
    resource_classes = (DepartmentResource,)
    list_display = ("name", "kind", "other_names", "members", "position", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "aliases__name")
    ordering = ("position", "name")
    fields = ("name", "kind", "position", "is_active")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Department]:
        return super().get_queryset(request).prefetch_related("aliases", "memberships__member")

    def get_inlines(self, request: HttpRequest, obj: Department | None = None) -> list[Any]:
        """Only a collective has members."""
        return [AliasInline, MembershipInline] if obj is not None and obj.is_collective else [AliasInline]

    @admin.display(description=_("别名"))
    def other_names(self, department: Department) -> str:
        return "、".join(alias.name for alias in department.aliases.all())

    @admin.display(description=_("成员单位"))
    def members(self, department: Department) -> str:
        members = [membership.member.name for membership in department.memberships.all()]
        if department.is_collective and not members:
            return str(_("尚无成员，无人可代其填报"))
        return "、".join(members)
