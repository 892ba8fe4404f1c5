"""The ledger of assignments, one row for each unit's part, so that every number of parts has its list; and one part."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from .. import permissions
from ..choices import WorkbookKind
from ..filters import AssignmentFilter
from ..links import day_of
from ..models import Assignment, Plan, Report
from ..timeline import events
from .access import allowed
from .export import Asked, asked_for, refused, views_of
from .ledger import answer, chips, page_of, tidied


@require_safe
@allowed(permissions.may_read)
def assignment(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One unit's part in one measure: where it stands or stood when it ended, its reports, and what happened to it."""
    day = day_of(request).day
    ended = get_object_or_404(Assignment, pk=pk, measure__plan__slug=slug).until
    is_over = ended is not None and ended <= day
    shown = ended - timedelta(days=1) if ended is not None and is_over else day  # where it stood last
    parts: Any = Assignment.objects.as_of(shown).with_receipt(shown).with_return(shown).with_members(shown)
    related = ("measure__plan", "measure__section", "department", "collective_part__department", "receipt__signed_by")
    part = get_object_or_404(parts.select_related(*related), pk=pk, measure__plan__slug=slug)
    said = Report.objects.of_part(part).told_by(day)
    context = {
        "plan": part.measure.plan,
        "measure": part.measure,
        "part": part,
        "is_over": is_over,
        "now": part.measure.assignments.named(day).filter(department=part.department).first() if is_over else None,
        "unit": part.collective_part.department if part.collective_part else part.department,
        "reports": [(report, report.state(day)) for report in said],
        "events": events(part.measure, day, part),
    }
    return render(request, "tasks/assignment/detail.html", context)


@require_safe
@allowed(permissions.may_read)
def assignments(request: HttpRequest, slug: str) -> HttpResponse:
    if (short := tidied(request)) is not None:
        return short
    plan = get_object_or_404(Plan, slug=slug)
    filterset = _filtered(request, plan)
    context = {
        "plan": plan,
        "filter": filterset,
        **page_of(request, filterset),
        "chips": chips(request, filterset),
        "may_export": permissions.may_export(request.user),
    }
    return answer(request, "tasks/assignment/list.html", "tasks/assignment/results.html", context)


def _asked(request: HttpRequest, slug: str) -> Asked | HttpResponse:
    """The workbook of the rows of the screen."""
    plan = get_object_or_404(Plan, slug=slug)
    filterset = _filtered(request, plan)
    if not filterset.form.is_valid():
        return refused(request, plan, filterset, reverse("assignments", args=[slug]))
    conditions = [(label, value) for _name, label, value in filterset.conditions]
    keys = filterset.qs.prefetch_related(None).values_list("pk", flat=True)
    export = asked_for(request, WorkbookKind.ASSIGNMENTS, plan, list(keys), conditions=conditions)
    return Asked(export, "assignments", _("责任分工"))


export, export_choice = views_of(_asked)


def _filtered(request: HttpRequest, plan: Plan) -> AssignmentFilter:
    day = day_of(request).day
    # What a member owes is counted with its collective; its own parts are another list.
    rows = Assignment.objects.as_of(day, plan)
    parts = (
        (rows.in_force(day) if request.GET.get("member") else rows.named(day))
        .filter(measure__plan=plan)
        .with_last_report(day)
        .with_return(day)
        .with_members(day)
        .select_related("measure__plan", "measure__section", "department")
        .in_text_order()
    )
    return AssignmentFilter(request.GET, plan=plan, day=day, queryset=parts)
