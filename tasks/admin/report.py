"""Reports: kept as they were written; an administrator may add one on behalf of a unit."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import AdminErrorList, AdminForm
from django.core.exceptions import ValidationError
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import permissions
from ..actions import report as actions
from ..excel.resources import ReportResource
from ..forms.report import ReportForm
from ..models import Assignment, Measure, Period, Report
from ..templatetags.shortened import truncatechars
from .base import Room, moment, person
from .exchange import Exports


class ReportAdmin(Exports, Room):
    resource_classes = (ReportResource,)
    add_form_template = "admin/tasks/report/add_form.html"
    list_display = (
        moment("recorded_at", gettext_lazy("填报时间")),
        "measure",
        "department",
        "progress_in_short",
        "percent",
        "asks_to_close",
        "author",
    )
    list_select_related = (
        "assignment__measure__plan",
        "assignment__department",
        "department",
        "author__department",
        "review",
    )
    list_filter = (
        "recorded_on",
        "asks_to_close",
        "needs_coordination",
        "assignment__measure__plan",
        "department",
    )
    search_fields = ("department__name", "assignment__measure__wording", "progress", "problems", "next_steps")
    ordering = ("-recorded_on", "-pk")
    fields = (
        "measure",
        "assignment",
        "department",
        ("author", moment("recorded_at", gettext_lazy("填报时间"))),
        "progress",
        "problems",
        "next_steps",
        "percent",
        ("asks_for_coordination", "asks_for_closing"),
    )

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Form, action, message, redirect: the panel's own way of saving never comes near a report."""
        permissions.require(self.has_add_permission(request))
        part = self._part(request)
        if part is None:
            self.message_user(request, _("请先找到责任分工，再点“代录进展”。"), messages.WARNING)
            return redirect("admin:tasks_assignment_changelist")
        permissions.require(permissions.may_report(request.user, part))
        periods = self._periods(part)
        if request.method != "POST":
            return self._page(request, part, ReportForm.fresh(part.newest_report, periods=periods))
        form = ReportForm(request.POST, periods=periods)
        if not form.is_valid():
            return self._page(request, part, form)
        # These words come from no draft: the unit's own stays with the unit, and its files with it.
        said = form.cleaned_data | {"draft_version": None, "window": None}
        try:
            submission = actions.submit(by=person(request), assignment=part, now=timezone.now(), **said)
        except actions.Superseded as superseded:
            return self._page(request, part, form.again(newer=superseded.newer), newer=superseded.newer)
        except (actions.NotAccepted, ValidationError) as refusal:
            form.add_error(None, getattr(refusal, "messages", refusal.args[0]))
            return self._page(request, part, form)
        if not submission.is_new:
            self.message_user(request, _("这份填报已经提交过，没有重复记录。"), messages.INFO)
            return redirect("admin:tasks_report_changelist")
        self.log_addition(request, submission.report, [{"added": {}}])
        return self.response_add(request, submission.report)

    def save_model(self, request: HttpRequest, obj: Report, form: Any, change: bool) -> None:
        """Never: reports are written by ``actions.report.submit``."""
        permissions.require(False)

    def _part(self, request: HttpRequest) -> Assignment | None:
        today = timezone.localdate()
        parts = Assignment.objects.as_of(today).with_last_report(today).with_newest_report()
        known = parts.select_related("measure__plan", "measure__section", "department")
        try:
            part: Assignment | None = ModelChoiceField(known, required=False).clean(request.GET.get("assignment"))
        except ValidationError:
            return None
        return part

    def _periods(self, part: Assignment) -> list[Period]:
        """Those a report may be entered for, the latest first; without a choice it is for the one asked for next."""
        opened = Period.objects.filter(plan=part.measure.plan_id).taking_reports(timezone.localdate())
        return list(opened)[::-1] if part.measure.is_ongoing_on(timezone.localdate()) else []

    def title_of(self, request: HttpRequest, obj: Any) -> str:
        return super().title_of(request, obj) if obj is not None else _("代录进展")

    def _page(
        self, request: HttpRequest, part: Assignment, form: ReportForm, newer: Report | None = None
    ) -> HttpResponse:
        if set(form.errors) & {"token", "seen"}:
            form.add_error(None, _("表单已失效，请重新打开本页；您填写的内容仍在下面。"))
        for name in ("progress", "problems", "next_steps"):
            form.fields[name].widget.attrs["class"] = "vLargeTextField"
        hidden = {name for name, field in form.fields.items() if field.widget.is_hidden}
        if form.periods:
            field: Any = form.fields["period"]
            field.choices = [("", _("按填报日期确定")), *field.choices]
        else:
            hidden.add("period")
        fieldset: Any = (None, {"fields": [name for name in form.fields if name not in hidden]})
        context = {
            **self.admin_site.each_context(request),
            "subtitle": None,
            "adminform": AdminForm(form, [fieldset], {}),
            "part": part,
            "speaks_for": permissions.reporting_department(request.user, part),
            "newer": newer,
            "object_id": None,
            "original": None,
            "is_popup": False,
            "to_field": None,
            "media": self.media + form.media,
            "inline_admin_formsets": [],
            "errors": AdminErrorList(form, []),
            "preserved_filters": self.get_preserved_filters(request),
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
        }
        return self.render_change_form(request, context, add=True)

    @admin.display(description=gettext_lazy("任务"))
    def measure(self, report: Report) -> Measure:
        return report.assignment.measure

    @admin.display(description=gettext_lazy("需领导协调"))
    def asks_for_coordination(self, report: Report) -> str:
        return _("是") if report.needs_coordination else _("否")

    @admin.display(description=gettext_lazy("申请办结"))
    def asks_for_closing(self, report: Report) -> str:
        return _("是") if report.asks_to_close else _("否")

    @admin.display(description=gettext_lazy("进展情况"))
    def progress_in_short(self, report: Report) -> str:
        return truncatechars(report.progress, 60)
