"""The way in, the list of plans, and one plan's dashboard."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from .. import permissions
from ..comparison import since_last
from ..dashboard import dashboard
from ..dashboard.slides import deck
from ..links import day_of, link, way_in
from ..models import Plan, demonstration_mark, units_of
from .access import allowed

# How long before the last reporting period ends its office is told so.
RUNS_OUT = timedelta(days=60)


@require_safe
@allowed(permissions.may_read)
def home(request: HttpRequest) -> HttpResponse:
    as_of = way_in(request)
    plan = Plan.objects.current_first(as_of.day).first()
    if plan is None:
        return render(request, "tasks/plan/none.html", _doors(request))
    return redirect(link(as_of, "plan", plan.slug))


@require_safe
@allowed(permissions.may_read)
def plans(request: HttpRequest) -> HttpResponse:
    context = {"plans": Plan.objects.newest_first().with_numbers(), **_doors(request)}
    return render(request, "tasks/plan/list.html", context)


def _doors(request: HttpRequest) -> dict[str, bool]:
    """By which ways this person may bring in a plan."""
    user = request.user
    return {
        "may_import_plan": permissions.may_import_plan(user),
        "may_move_plans": permissions.may_move_plans(user),
    }


@require_safe
@allowed(permissions.may_read)
def plan(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Plan, slug=slug)
    as_of = day_of(request)
    return render(
        request,
        "tasks/plan/dashboard.html",
        {
            "plan": found,
            "dashboard": dashboard(found, as_of.day),
            "empty_collectives": units_of(found, as_of.day).without_members(as_of.day),
            "since_last": since_last(found, as_of.day),
            "may_export": permissions.may_export(request.user),
            "may_move_plans": permissions.may_move_plans(request.user),
            "may_register_members": permissions.may_manage_members(request.user),
            # Nobody goes on reporting after the last day of made-up data.
            "periods_run_out": permissions.may_manage_periods(request.user)
            and demonstration_mark() is None
            and not found.periods.containing(as_of.today + RUNS_OUT).exists(),
        },
    )


@require_safe
@allowed(permissions.may_read)
def present(request: HttpRequest, slug: str) -> HttpResponse:
    """The dashboard, the overdue measures and every unit on slides for the screen of a meeting room."""
    found = get_object_or_404(Plan, slug=slug)
    return render(request, "tasks/present/page.html", {"plan": found, "deck": deck(found, day_of(request).day)})
