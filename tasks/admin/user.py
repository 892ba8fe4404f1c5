"""People: who they are, which unit they belong to, what they may do."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import SetPasswordMixin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from departments.models import Invitation, Role, User

from ..actions import person as people
from ..excel.imports import UserResource
from .base import EMPTY, Room, moment, person
from .exchange import Exchanges
from .forms import CarefulForm
from .refusals import Refusable, said_on

LAST_SIGN_IN = moment("last_login", _("上次登录"))
JOINED = moment("date_joined", _("账号建立"))


INVITED = "_invited"  # on the request: the name of whoever got an invitation by it
PASSWORDS = _("不修改密码时留空。没有密码的人员得到邀请链接，由本人设定密码。")


def role_of(group: Group) -> str:
    return str(Role(group.name).label)


class RoleField(forms.ModelMultipleChoiceField):
    """Roles are groups; people know them by their titles."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: models.Model) -> str:
        return role_of(obj)  # type: ignore[arg-type]


class UserForm(SetPasswordMixin, CarefulForm):
    by: User  # whoever edits; set by the room

    groups = RoleField(
        label=_("角色"), queryset=Group.objects.filter(name__in=Role.values).order_by("pk"), required=False
    )
    password1, password2 = SetPasswordMixin.create_password_fields(_("新密码"), _("再次输入新密码"))

    class Meta:
        model = User
        fields = ("username", "last_name", "first_name", "department", "phone", "email", "groups", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "password1" in self.fields:
            self.fields["password1"].required = self.fields["password2"].required = False
            self.fields["password2"].help_text = ""
        if not self.instance.pk:
            self.instance.set_unusable_password()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, again = cleaned.get("password1"), cleaned.get("password2")
        if first != again:
            self.add_error("password2", self.error_messages["password_mismatch"])
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if "password2" in self.fields:
            self.validate_password_for_user(self.instance)
        if {"groups", "department", "is_active"} <= set(self.cleaned_data):
            try:
                people.check(self.instance, self.roles, by=self.by)
            except ValidationError as error:
                self.add_error(None, error)

    @property
    def roles(self) -> set[str]:
        return {group.name for group in self.cleaned_data["groups"]}

    def save(self, commit: bool = True) -> Any:
        if self.cleaned_data.get("password1"):
            self.instance.set_password(self.cleaned_data["password1"])
        return super().save(commit)


class RoleFilter(admin.RelatedFieldListFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("角色")

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        return [(group.pk, role_of(group)) for group in Group.objects.filter(name__in=Role.values).order_by("pk")]


class InvitationFilter(admin.SimpleListFilter):
    title = _("邀请")
    parameter_name = "invitation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("未接受")), ("none", _("没有密码，也未邀请"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "waiting":
            return queryset.filter(invitation__in=Invitation.objects.waiting())
        return queryset.uninvited() if self.value() == "none" else queryset


@method_decorator(sensitive_post_parameters("password1", "password2"), name="changeform_view")
class UserAdmin(Refusable, Exchanges, Room):
    form = UserForm
    resource_classes = (UserResource,)
    import_export_change_list_template = "admin/departments/user/change_list.html"
    list_display = ("username", "name", "department", "roles", "phone", "is_active", "invited", LAST_SIGN_IN)
    list_select_related = ("department", "invitation")
    list_filter = (("groups", RoleFilter), "is_active", InvitationFilter, "department")
    search_fields = ("username", "last_name", "first_name", "department__name", "phone", "email")
    ordering = ("username",)
    readonly_fields = (LAST_SIGN_IN, JOINED, "invited")
    fieldsets = (
        (None, {"fields": ("username", ("last_name", "first_name"), "department", "phone", "email")}),
        (_("角色"), {"fields": ("groups", "is_active")}),
        (_("设置密码"), {"fields": ("password1", "password2"), "description": PASSWORDS}),
        (_("记录"), {"fields": ((LAST_SIGN_IN, JOINED), "invited")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Nobody has signed in yet with an account that is being made."""
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj is not None else fieldsets[:-1]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().changeform_view(request, *args, **kwargs)

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.by = request.user
        return form

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """Whoever changes people waits before he holds a row, as a list does that comes in."""
        if request.method == "POST" and transaction.get_connection().in_atomic_block:
            people.one_by_one()
        return super().get_object(request, object_id, from_field)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        by = people.admitted(person(request))
        with said_on(form):
            invitation = people.save(by=by, person=obj, roles=form.roles, now=timezone.now())
        if obj.pk == request.user.pk:
            update_session_auth_hash(request, obj)
        if invitation is not None:
            setattr(request, INVITED, obj.name)

    def message_user(
        self,
        request: HttpRequest,
        message: Any,
        level: Any = messages.INFO,
        extra_tags: str = "",
        fail_silently: bool = False,
    ) -> None:
        """That somebody was saved is said once, along with the invitation where he got one."""
        name = getattr(request, INVITED, None)
        if name is not None and level == messages.SUCCESS:
            words = gettext("已保存%(name)s。没有密码，已生成邀请链接。") % {"name": name}
            message = format_html('{} <a href="{}">{}</a>', words, reverse("invitations"), gettext("查看邀请链接"))
            level = messages.WARNING
        super().message_user(request, message, level, extra_tags, fail_silently)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing is left to do: the roles were given with the rest, and no table is on the page."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Whoever has signed in has left traces that name him: he is switched off, not deleted."""
        tree, counts, denied, protected = super().get_deleted_objects(objs, request)
        for each in objs:
            if each.pk == request.user.pk:
                protected = [*protected, str(_("不能删除自己的账号。"))]
            elif each.last_login is not None:
                protected = [*protected, _("%(name)s曾经登录，请停用而不要删除。") % {"name": each}]
        return tree, counts, denied, protected

    @admin.display(description=_("姓名"), ordering="last_name")
    def name(self, user: User) -> str:
        return user.name

    @admin.display(description=_("角色"))
    def roles(self, user: User) -> str:
        return user.roles_in_words

    @admin.display(description=_("邀请"))
    def invited(self, user: User) -> str:
        """Whether a person who has no password yet can set one."""
        invitation: Invitation | None = getattr(user, "invitation", None)
        if not user.is_active or user.has_usable_password():
            return EMPTY
        if invitation is None:
            return gettext("没有密码，也未邀请")
        if invitation.is_over(timezone.now()):
            return gettext("未接受，邀请已过期")
        return gettext("未接受，有效期至%(day)s") % {"day": f"{timezone.localtime(invitation.expires_at):%Y-%m-%d}"}
