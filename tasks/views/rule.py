"""A plan's rules of time, from which day on each was in force, and laying down new ones."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from .. import permissions
from ..actions import rule as actions
from ..forms.rule import RuleForm
from ..links import day_of
from ..models import Plan
from .access import allowed, person


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(permissions.may_read)
def rules(request: HttpRequest, slug: str) -> HttpResponse:
    plan = get_object_or_404(Plan, slug=slug)
    if request.method != "POST":
        today = day_of(request).today
        days = {"due_soon_days": plan.due_soon_days_on(today), "grace_days": plan.grace_days_on(today)}
        return _page(request, plan, RuleForm(plan=plan, initial={"in_force_on": today, **days}))
    permissions.require(permissions.may_set_rules(request.user))
    form = RuleForm(request.POST, plan=plan)
    if not form.is_valid():
        return _page(request, plan, form, status=422)
    try:
        rule = actions.lay_down(by=person(request), plan=plan, now=timezone.now(), **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, plan, form, status=422)
    messages.success(request, _("新的时效规则自%(day)s起施行。") % {"day": rule.in_force_on.isoformat()})
    return redirect("rules", slug=plan.slug)


def _page(request: HttpRequest, plan: Plan, form: RuleForm, *, status: int = 200) -> HttpResponse:
    as_of = day_of(request)
    laid_down = plan.rules.filter(recorded_on__lte=as_of.day).select_related("recorded_by").order_by("-in_force_on")
    context = {
        "plan": plan,
        "rules": laid_down,
        "due_soon_days": plan.due_soon_days_on(as_of.day),
        "grace_days": plan.grace_days_on(as_of.day),
        "form": form,
        "usual_days": (30, 15, 7, 3),
        "may_set": as_of.is_today and permissions.may_set_rules(request.user),
    }
    return render(request, "tasks/rule/list.html", context, status=status)
