"""The panel as a whole: who gets in, and which rooms it has."""

from __future__ import annotations

from functools import update_wrapper
from typing import Any

from auditlog.models import LogEntry
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from departments.models import Department, User

from .. import permissions
from ..models import Amendment, Assignment, Extension, Measure, Plan, Report, Review, Rule, Section, SourceNote
from .amendment import AmendmentAdmin, RuleAdmin
from .assignment import AssignmentAdmin
from .base import EMPTY, Permitted
from .department import DepartmentAdmin
from .extension import ExtensionAdmin
from .history import AttemptAdmin, FailureAdmin, HistoryAdmin, SignInAdmin
from .measure import MeasureAdmin
from .plan import PlanAdmin, SectionAdmin, SourceNoteAdmin
from .report import ReportAdmin
from .review import ReviewAdmin
from .user import UserAdmin

# In the order in which the panel shows them.
ROOMS: dict[type[Model], type[admin.ModelAdmin]] = {
    Plan: PlanAdmin,
    Section: SectionAdmin,
    Measure: MeasureAdmin,
    Assignment: AssignmentAdmin,
    Report: ReportAdmin,
    Review: ReviewAdmin,
    Extension: ExtensionAdmin,
    Amendment: AmendmentAdmin,
    Rule: RuleAdmin,
    SourceNote: SourceNoteAdmin,
    Department: DepartmentAdmin,
    User: UserAdmin,
    LogEntry: HistoryAdmin,
    AccessAttempt: AttemptAdmin,
    AccessLog: SignInAdmin,
    AccessFailureLog: FailureAdmin,
}


class Panel(admin.AdminSite):
    """Django's admin behind this project's sign-in, with rooms that ask ``tasks.permissions`` and no others."""

    site_header = _("督查台账 · 管理后台")
    site_title = _("督查台账管理后台")
    index_title = _("管理后台")
    empty_value_display = EMPTY

    # Doors to any object by its content type, and to selection lists that no room has.
    UNUSED = frozenset({"view_on_site", "autocomplete"})

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        for model, room in ROOMS.items():
            self.register(model, room)

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Takes in rooms of this project only: what other apps bring along would decide by its own permissions."""
        if admin_class is not None and issubclass(admin_class, Permitted):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return permissions.may_use_panel(request.user)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Whoever is signed in and has no business here is told so, and not asked to sign in again."""
        checked = super().admin_view(view, cacheable)

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated:
                permissions.require(self.has_permission(request))
            return checked(request, *args, **kwargs)

        return update_wrapper(inner, checked)

    def get_urls(self) -> list[Any]:
        return [url for url in super().get_urls() if getattr(url, "name", None) not in self.UNUSED]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """In the order of the rooms, not of the alphabet."""
        order = list(self._registry)
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda room: order.index(room["model"]))
        return sorted(apps, key=lambda app: order.index(app["models"][0]["model"]))

    @method_decorator(never_cache)
    @login_not_required
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one sign-in, the project's own."""
        index = reverse("admin:index", current_app=self.name)
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME) or index, reverse("login"))
        permissions.require(self.has_permission(request))
        return redirect(index)

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("logout", preserve_request=True)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("password_change")

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("password_change_done")
