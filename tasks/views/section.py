"""One section of a plan."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from .. import permissions
from ..links import day_of
from ..models import Plan, Section
from ..sections import section_page
from .access import allowed

WORST = "worst"


@require_safe
@allowed(permissions.may_read)
def section(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Its measures, in the order of the text or what wants attention first, and how the units involved stand."""
    plan = get_object_or_404(Plan, slug=slug)
    found = get_object_or_404(Section, plan=plan, number=number)
    is_worst_first = request.GET.get("sort") == WORST
    context = {
        "plan": plan,
        "told": section_page(found, plan, day_of(request).day, worst_first=is_worst_first),
        "sort": WORST if is_worst_first else "",
    }
    return render(request, "tasks/section/detail.html", context)
