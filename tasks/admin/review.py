"""Decisions on requests to close: to be read here, made on the pages."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from ..models import Measure, Review
from .base import Room, day

ASKED = day("report__recorded_on", _("申请日期"))
DECIDED = day("decided_on", _("审核日期"))


class ReviewAdmin(Room):
    list_display = ("measure", "unit", ASKED, "decision", "reviewer", DECIDED, "reason")
    list_select_related = ("report__assignment__measure", "report__department", "reviewer")
    list_filter = ("decision", "decided_on", "report__assignment__measure__plan")
    search_fields = ("report__department__name", "report__assignment__measure__wording", "reason")
    ordering = ("-pk",)
    fields = ("report", "measure", "unit", ASKED, "decision", "reviewer", DECIDED, "reason")

    @admin.display(description=_("任务"))
    def measure(self, review: Review) -> Measure:
        return review.report.assignment.measure

    @admin.display(description=_("填报单位"))
    def unit(self, review: Review) -> str:
        return review.report.department.name
