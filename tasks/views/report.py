"""What my department owes, and reporting on it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from .. import permissions
from ..actions import report as actions
from ..choices import Urgency
from ..forms.report import ReportForm
from ..links import day_of
from ..models import Assignment, Plan
from .access import allowed, person


@require_safe
@allowed(permissions.has_own_duties)
def mine(request: HttpRequest) -> HttpResponse:
    user, day = person(request), day_of(request).day
    parts: list[Assignment] = []
    if user.department is not None:
        parts = list(
            Assignment.objects.of(user.department)
            .as_of(day)
            .most_pressing_first(day)
            .with_last_report(day)
            .with_siblings(day)
            .select_related("measure__plan", "measure__section", "department")
            .prefetch_related("department__memberships")
        )
    for part in parts:
        part.may_report = permissions.may_report(user, part)
    context = {"department": user.department, "parts": parts, "steps": _steps(parts)}
    return render(request, "tasks/report/mine.html", context)


def _steps(parts: list[Assignment]) -> list[dict[str, object]]:
    """How many parts press how much, each with the first of them to jump to."""
    steps = []
    for urgency in Urgency:
        found = [part for part in parts if part.urgency == urgency]
        if found:
            steps.append({"label": urgency.label, "number": len(found), "first": found[0].pk, "urgency": urgency.name})
    return steps


def _part(request: HttpRequest, pk: int) -> Assignment:
    """The part, for somebody who may report on it; for everybody else there is no such page."""
    day = day_of(request).day
    parts = (
        Assignment.objects.as_of(day)
        .with_return(day)
        .with_last_report(day)
        .with_siblings(day)
        .select_related("measure__plan", "measure__section", "department")
    )
    part = parts.filter(pk=pk).first()
    if part is None or not permissions.may_report(request.user, part):
        raise Http404
    return part


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(permissions.has_own_duties)
def report(request: HttpRequest, pk: int) -> HttpResponse:
    part = _part(request, pk)
    if request.method != "POST":
        return _page(request, part, ReportForm.fresh(part.last_report))
    form = ReportForm(request.POST)
    if not form.is_valid():
        return _page(request, part, form, status=422)
    try:
        submission = actions.submit(by=person(request), assignment=part, now=timezone.now(), **form.cleaned_data)
    except actions.Superseded as superseded:
        return _page(request, part, form.again(superseded.newer), newer=superseded.newer, status=409)
    except actions.NotAccepted as refusal:
        form.add_error(None, refusal.args[0])
        return _page(request, part, form, status=409)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, part, form, status=422)
    if not submission.is_new:
        messages.info(request, _("这份填报已经提交过，没有重复记录。"))
    elif submission.report.asks_to_close:
        messages.success(request, _("%(measure)s的办结申请已提交，等待审核。") % {"measure": part.measure})
    else:
        messages.success(request, _("%(measure)s的进展已提交。") % {"measure": part.measure})
    return redirect("mine")


def _page(
    request: HttpRequest, part: Assignment, form: ReportForm, *, newer: object = None, status: int = 200
) -> HttpResponse:
    plan: Plan = part.measure.plan
    context = {"plan": plan, "part": part, "measure": part.measure, "form": form, "newer": newer}
    return render(request, "tasks/report/form.html", context, status=status)
