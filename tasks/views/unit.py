"""The units of a plan, and one unit's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from .. import permissions
from ..links import day_of
from ..models import Assignment, Plan, units_involved
from ..timeline import events_of_unit
from ..units import unit_page, unit_rows
from .access import allowed
from .ledger import turned

LENGTH = 20  # events on a page


@require_safe
@allowed(permissions.may_read)
def units(request: HttpRequest, slug: str) -> HttpResponse:
    plan = get_object_or_404(Plan, slug=slug)
    day = day_of(request).day
    rows = unit_rows(
        plan, Assignment.objects.filter(measure__plan=plan).in_force(day).unterminated(day).as_of(day, plan)
    )
    context = {
        "plan": plan,
        "named": [row for row in rows if row.named.total],
        "members": [row for row in rows if row.as_member.total],
    }
    return render(request, "tasks/unit/list.html", context)


@require_safe
@allowed(permissions.may_read)
def unit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One unit's part in the plan, how reliable it has been, and what it did."""
    plan = get_object_or_404(Plan, slug=slug)
    found = get_object_or_404(units_involved(plan), pk=pk)
    day = day_of(request).day
    context = {
        "plan": plan,
        "unit": found,
        "told": unit_page(found, plan, day),
        "may_export": permissions.may_export(request.user),
        "may_manage_members": permissions.may_manage_members(request.user),
        **turned(request, events_of_unit(found, plan, day), LENGTH),
    }
    return render(request, "tasks/unit/detail.html", context)
