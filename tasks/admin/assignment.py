"""Who owes what: the list by unit. Responsibilities are changed on the page of their measure, all together."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from .. import permissions
from ..excel.resources import AssignmentResource
from ..models import Assignment
from ..templatetags.plan import light
from ..templatetags.shortened import truncatechars
from .base import Room, TimelinessFilter, day
from .exchange import Exports

DUE_ON = day("measure__due_on", _("原定时限"))
IN_FORCE = day("effective_due_on", _("现行时限"))
LAST = day("last_reported_on", _("最近填报"))


class AssignmentAdmin(Exports, Room):
    resource_classes = (AssignmentResource,)
    list_display = ("department", "number", "role", "light", DUE_ON, IN_FORCE, LAST, "sentence", "wording")
    list_select_related = ("department", "measure__plan", "measure__section")
    list_filter = (TimelinessFilter, "role", "measure__plan", "department")
    search_fields = ("department__name", "department__aliases__name", "measure__number__exact", "measure__wording")
    ordering = ("measure__plan_id", "measure__number", "position")
    fields = ("of_measure", "department", "role", "position", "light", "sentence", LAST)
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Assignment]:
        parts: Any = super().get_queryset(request)
        return parts.as_of(timezone.localdate())

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return super().change_view(request, object_id, form_url, {"show_delete": False})

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """A unit leaves a measure where it is seen who stays."""
        permissions.require(self.has_delete_permission(request))
        part = self.get_object(request, object_id)
        if part is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        self.message_user(request, _("请在任务页面上调整责任分工。"), messages.WARNING)
        return redirect("admin:tasks_measure_change", part.measure_id)

    def get_list_display(self, request: HttpRequest) -> Any:
        if permissions.may_add_in_panel(request.user, "report"):
            return (*self.list_display, "record")
        return self.list_display

    @admin.display(description=_("任务"))
    def of_measure(self, part: Assignment) -> str:
        address = reverse("admin:tasks_measure_change", args=[part.measure_id])
        return format_html('<a href="{}">{}</a> {}', address, part.measure, part.measure.wording)

    @admin.display(description=_("序号"), ordering="measure__number")
    def number(self, part: Assignment) -> int:
        return part.measure.number

    @admin.display(description=_("任务"))
    def wording(self, part: Assignment) -> str:
        return truncatechars(part.measure.wording, 40)

    @admin.display(description=_("时效"))
    def light(self, part: Any) -> str:
        return light(part.timeliness)

    @admin.display(description=_("说明"))
    def sentence(self, part: Assignment) -> str:
        return part.light.sentence()

    @admin.display(description=_("代录"))
    def record(self, part: Assignment) -> str:
        address = f"{reverse('admin:tasks_report_add')}?assignment={part.pk}"
        return format_html('<a href="{}">{}</a>', address, _("代录进展"))
