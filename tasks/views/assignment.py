"""The ledger of assignments, one row for each unit's part, so that every number of parts has its list; and one part."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from .. import permissions
from ..filters import AssignmentFilter
from ..links import day_of
from ..models import Assignment, Plan, Report
from ..timeline import events
from .access import allowed
from .ledger import answer, chips, page_of, tidied


@require_safe
@allowed(permissions.may_read)
def assignment(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One unit's part in one measure: where it stands, all its reports, and all that has happened to it."""
    day = day_of(request).day
    parts: Any = Assignment.objects.as_of(day).with_receipt(day).with_members(day)
    related = ("measure__plan", "measure__section", "department", "collective_part__department", "receipt__signed_by")
    part = get_object_or_404(parts.select_related(*related), pk=pk, measure__plan__slug=slug)
    said = Report.objects.of_part(part).told_by(day)
    context = {
        "plan": part.measure.plan,
        "measure": part.measure,
        "part": part,
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
    day = day_of(request).day
    # What a member owes is counted with its collective; its own parts are another list.
    rows = Assignment.objects.in_force(day) if request.GET.get("member") else Assignment.objects.named(day)
    parts = (
        rows.filter(measure__plan=plan)
        .as_of(day, plan)
        .with_last_report(day)
        .with_members(day)
        .select_related("measure__plan", "measure__section", "department")
        .in_text_order()
    )
    filterset = AssignmentFilter(request.GET, plan=plan, day=day, queryset=parts)
    context = {
        "plan": plan,
        "filter": filterset,
        **page_of(request, filterset),
        "chips": chips(request, filterset),
    }
    return answer(request, "tasks/assignment/list.html", "tasks/assignment/results.html", context)
