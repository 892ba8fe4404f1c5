"""What other apps keep: who changed what, who signed in and who could not. To be read, by administrators."""

from __future__ import annotations

from typing import Any

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.apps import apps
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .. import permissions
from ..changes import ACTIONS, EMPTY, changes_of, kind_of, who_did
from .base import Room, moment

# Those apps bring no Chinese. Their migrations look at what their classes said, not at these names.
SIGN_IN = {
    "username": _("用户名"),
    "ip_address": _("地址"),
    "user_agent": _("浏览器"),
    "path_info": _("网址"),
    "http_accept": _("接受的格式"),
    "attempt_time": _("时间"),
}
NAMES: dict[type[Model], tuple[Any, dict[str, Any]]] = {
    LogEntry: (
        _("修改记录"),
        {
            "timestamp": _("时间"),
            "actor": _("操作人"),
            "action": _("操作"),
            "content_type": _("类别"),
            "object_repr": _("对象"),
            "remote_addr": _("地址"),
        },
    ),
    AccessAttempt: (_("登录失败计数"), SIGN_IN | {"failures_since_start": _("失败次数")}),
    AccessLog: (_("登录记录"), SIGN_IN | {"logout_time": _("退出时间")}),
    AccessFailureLog: (_("登录失败记录"), SIGN_IN | {"locked_out": _("已锁定")}),
}
for model, (name, fields) in NAMES.items():
    model._meta.verbose_name = model._meta.verbose_name_plural = name
    for field_name, label in fields.items():
        model._meta.get_field(field_name).verbose_name = label  # type: ignore[union-attr]
apps.get_app_config("auditlog").verbose_name = _("审计")
apps.get_app_config("axes").verbose_name = _("登录安全")


TIMESTAMP = moment("timestamp", _("时间"))
ATTEMPT = moment("attempt_time", _("时间"))
LOGOUT = moment("logout_time", _("退出时间"))


class RecordRoom(Room):
    """Rows that a program wrote: ``named`` says in words which one is looked at."""

    change_form_template = "admin/record_form.html"

    def named(self, obj: Any) -> str:
        raise NotImplementedError

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        permissions.require(self.has_view_permission(request))
        raise Http404  # a record has no history, it is one

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        context["subtitle"] = self.named(context["original"])
        return super().render_change_form(request, context, *args, **kwargs)


class ActionFilter(admin.SimpleListFilter):
    title = _("操作")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(code), word) for code, word in ACTIONS.items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = [code for code in ACTIONS if str(code) == self.value()]
        return queryset.filter(action__in=chosen) if chosen else queryset


class KindFilter(admin.SimpleListFilter):
    """By what was changed; the keys of content types are kept in memory."""

    title = _("类别")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(model._meta.label_lower, str(model._meta.verbose_name)) for model in auditlog.get_models()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = [model for model in auditlog.get_models() if model._meta.label_lower == self.value()]
        if not chosen:
            return queryset
        return queryset.filter(content_type=ContentType.objects.get_for_model(chosen[0]))


class HistoryAdmin(RecordRoom):
    list_display = (TIMESTAMP, "who", "what", "kind", "object_repr", "columns")
    list_select_related = ("actor", "content_type")
    list_filter = (ActionFilter, KindFilter)
    search_fields = ("object_repr", "actor__username", "actor__last_name", "actor__first_name")
    ordering = ("-timestamp", "-pk")
    fields = (TIMESTAMP, "who", "remote_addr", "what", "kind", "object_repr", "changed")

    def named(self, obj: LogEntry) -> str:
        words = {"what": self.what(obj), "kind": self.kind(obj), "name": obj.object_repr}
        return gettext("%(what)s%(kind)s：%(name)s") % words

    @admin.display(description=_("操作人"))
    def who(self, entry: LogEntry) -> str:
        return who_did(entry)

    @admin.display(description=_("操作"))
    def what(self, entry: LogEntry) -> str:
        return str(ACTIONS.get(entry.action, entry.action))

    @admin.display(description=_("类别"))
    def kind(self, entry: LogEntry) -> str:
        return kind_of(entry)

    @admin.display(description=_("修改内容"))
    def columns(self, entry: LogEntry) -> str:
        """Of a row that was made or deleted every column changed; that is not worth saying."""
        if entry.action != LogEntry.Action.UPDATE:
            return EMPTY
        return "、".join(change.label for change in changes_of(entry))

    @admin.display(description=_("修改内容"))
    def changed(self, entry: LogEntry) -> str:
        return format_html_join("", "<p><b>{}</b>：<del>{}</del> → <ins>{}</ins></p>", changes_of(entry))


class SignInRoom(RecordRoom):
    search_fields = ("username", "ip_address", "user_agent")
    ordering = ("-attempt_time", "-pk")

    def named(self, obj: Any) -> str:
        return gettext("%(name)s（%(address)s）") % {"name": obj.username, "address": obj.ip_address}


class AttemptAdmin(SignInRoom):
    """Without what was sent: it may hold a mistyped password."""

    list_display = (ATTEMPT, "username", "ip_address", "failures_since_start", "user_agent")
    fields = (ATTEMPT, "username", "ip_address", "failures_since_start", "path_info", "user_agent")


class SignInAdmin(SignInRoom):
    list_display = (ATTEMPT, LOGOUT, "username", "ip_address", "user_agent")
    fields = (ATTEMPT, LOGOUT, "username", "ip_address", "path_info", "user_agent")


class FailureAdmin(SignInRoom):
    list_display = (ATTEMPT, "username", "ip_address", "locked_out", "user_agent")
    list_filter = ("locked_out",)
    fields = (ATTEMPT, "username", "ip_address", "locked_out", "path_info", "user_agent")
