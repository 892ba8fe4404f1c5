"""The ledger of assignments: one row for each unit's part, so that every number of parts has its list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from .. import permissions
from ..filters import AssignmentFilter
from ..links import day_of
from ..models import Assignment, Plan
from .access import allowed
from .ledger import answer, chips, page_of, tidied


@require_safe
@allowed(permissions.may_read)
def assignments(request: HttpRequest, slug: str) -> HttpResponse:
    if (short := tidied(request)) is not None:
        return short
    plan = get_object_or_404(Plan, slug=slug)
    day = day_of(request).day
    parts = (
        Assignment.objects.filter(measure__plan=plan)
        .as_of(day, plan)
        .with_last_report(day)
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
