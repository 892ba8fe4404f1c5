"""The way in, the list of plans, and one plan's dashboard."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from .. import permissions
from ..dashboard import dashboard
from ..links import day_of, link
from ..models import Plan, units_of
from .access import allowed


@require_safe
@allowed(permissions.may_read)
def home(request: HttpRequest) -> HttpResponse:
    plan = Plan.objects.newest_first().first()
    if plan is None:
        return render(request, "tasks/plan/none.html")
    return redirect(link(day_of(request), "plan", plan.slug))


@require_safe
@allowed(permissions.may_read)
def plans(request: HttpRequest) -> HttpResponse:
    return render(request, "tasks/plan/list.html", {"plans": Plan.objects.newest_first().with_numbers()})


@require_safe
@allowed(permissions.may_read)
def plan(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Plan, slug=slug)
    return render(
        request,
        "tasks/plan/dashboard.html",
        {
            "plan": found,
            "dashboard": dashboard(found, day_of(request).day),
            "empty_collectives": units_of(found).without_members(),
            "may_export": permissions.may_export(request.user),
            "may_register_members": permissions.may_change_in_panel(request.user, "department"),
        },
    )
