"""Requests for more time: to be read here, made and decided on the pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from .base import Room, day, moment

ASKED = day("asked_on", _("申请日期"))
FROM = day("from_due_on", _("申请时的完成时限"))
UNTIL = day("due_on", _("申请延期至"))
DECIDED = day("decided_on", _("审核日期"))


class ExtensionAdmin(Room):
    list_display = ("measure", "department", ASKED, FROM, UNTIL, "state", "reviewer", DECIDED, "document_number")
    list_select_related = ("measure", "department", "reviewer")
    list_filter = ("state", "measure__plan")
    search_fields = ("department__name", "measure__wording", "reason", "document_number")
    ordering = ("-pk",)
    fields = (
        *("measure", "department", "author", "is_recorded_for_another", moment("asked_at", _("申请时间"))),
        *(FROM, UNTIL, "reason", "progress", "state", "reviewer", moment("decided_at", _("审核时间"))),
        *("opinion", "document_number"),
    )
