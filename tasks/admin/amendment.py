"""Changes of issued plans and of their rules of time: to be read here, recorded on the pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from .base import Room, day, moment

IN_FORCE = day("in_force_on", _("施行日期"))
COUNTS = day("counts_from", _("起算日期"))
RECORDED = moment("recorded_at", _("登记时间"))
LAPSED = moment("lapsed_at", _("撤销时间"))


class AmendmentAdmin(Room):
    list_display = ("measure", "kind", "document", IN_FORCE, COUNTS, "recorded_by", RECORDED, LAPSED)
    list_select_related = ("measure__plan", "recorded_by")
    list_filter = ("kind", "measure__plan")
    search_fields = ("measure__wording", "document", "reason", "wording")
    ordering = ("-pk",)
    fields = (
        *("measure", "kind", "document", "reason", IN_FORCE, COUNTS, "wording_before", "wording"),
        *("units_before", "units", "recorded_by", RECORDED, LAPSED, "lapsed_by", "lapse_reason"),
    )


class RuleAdmin(Room):
    list_display = ("plan", IN_FORCE, "due_soon_days", "grace_days", "recorded_by", RECORDED)
    list_select_related = ("plan", "recorded_by")
    list_filter = ("plan",)
    search_fields = ("plan__title", "reason")
    ordering = ("-pk",)
    fields = ("plan", IN_FORCE, "due_soon_days", "grace_days", "reason", "recorded_by", RECORDED)
