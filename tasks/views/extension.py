"""Asking for more time, deciding on it, and the plan's extensions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import permissions
from ..actions import extension as actions
from ..choices import Age, ExtensionState
from ..forms.extension import DecisionForm, ExtensionForm, ExtensionsForm
from ..links import day_of
from ..models import Extension, Measure, Plan, with_wording
from .access import allowed, person
from .ledger import tidied, turned

LENGTH = 50  # rows on a page


@require_safe
@allowed(permissions.may_read)
def extensions(request: HttpRequest, slug: str) -> HttpResponse:
    """All that was asked for in one plan, measure by measure."""
    if (short := tidied(request)) is not None:
        return short
    plan = get_object_or_404(Plan, slug=slug)
    day = day_of(request).day
    form = ExtensionsForm(request.GET, plan=plan)
    rows = Extension.objects.none()
    if form.is_valid():
        typed = form.cleaned_data
        age = Age(typed["age"]) if typed["age"] else None
        rows = with_wording(Extension.objects.of_plan(plan, day).with_request().in_order(), day)
        rows = rows.narrowed(day, state=typed["state"], repeated=bool(typed["repeated"]), age=age)
        if typed["unit"]:
            rows = rows.asked_for_by(typed["unit"])
        if typed["late"]:
            rows = rows.asked_late()
    context = {"plan": plan, "filter": {"form": form}, **turned(request, rows, LENGTH)}
    context["rows"] = stood(context["page"].object_list, day_of(request).day)
    return render(request, "tasks/extension/list.html", context)


def stood(found: Any, day: Any) -> list[tuple[Extension, ExtensionState]]:
    """Each request with what had become of it by the end of ``day``, and whether it waited for nobody (``is_moot``)."""
    rows = []
    for extension in found:
        extension.is_moot = extension.is_moot_on(day)
        rows.append((extension, extension.state_on(day)))
    return rows


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(permissions.may_read)
def ask(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The form with which a unit that answers for a measure asks for more time."""
    day = day_of(request).today
    measures = Measure.objects.as_of(day).with_parts(day).select_related("plan", "section")
    measure = get_object_or_404(measures, plan__slug=slug, number=number)
    permissions.require(permissions.answering_department(request.user, measure) is not None)
    if request.method != "POST":
        return _form(request, measure, ExtensionForm())
    form = ExtensionForm(request.POST)
    if not form.is_valid():
        return _form(request, measure, form, status=422)
    try:
        actions.ask(by=person(request), measure=measure, now=timezone.now(), **form.cleaned_data)
    except actions.NotTaken as refusal:
        form.add_error(None, refusal.args[0])
        return _form(request, measure, form, status=409)
    except ValidationError as error:
        form.add_error(None, error)
        return _form(request, measure, form, status=422)
    messages.success(request, _("延期申请已提交，审核同意之前完成时限不变。"))
    return redirect(measure)


def _form(request: HttpRequest, measure: Measure, form: ExtensionForm, *, status: int = 200) -> HttpResponse:
    context = {"plan": measure.plan, "measure": measure, "form": form}
    return render(request, "tasks/extension/form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(permissions.may_read)
def extension(request: HttpRequest, pk: int) -> HttpResponse:
    """One request and the decision on it."""
    found = get_object_or_404(Extension.objects.asked_by(day_of(request).day).with_request(), pk=pk)
    if request.method != "POST":
        return _page(request, found, DecisionForm())
    permissions.require(permissions.may_decide_extension(request.user, found))
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        decided = _decide(request, found, form.cleaned_data)
    except actions.NotTaken as refusal:
        form.add_error(None, refusal.args[0])
        return _page(request, Extension.objects.with_request().get(pk=pk), form, status=409)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, found, form, status=422)
    messages.success(request, _("已审核：%(state)s。") % {"state": decided.get_state_display()})
    return redirect("reviews")


def _decide(request: HttpRequest, found: Extension, typed: dict[str, Any]) -> Extension:
    said = {"by": person(request), "extension": found, "now": timezone.now(), "opinion": typed["opinion"]}
    if typed["decision"] == ExtensionState.REFUSED:
        return actions.refuse(**said)
    return actions.approve(**said, document_number=typed["document_number"])


@require_POST
@allowed(permissions.may_read)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Extension.objects.with_request(), pk=pk)
    permissions.require(permissions.may_withdraw_extension(request.user, found))
    try:
        actions.withdraw(by=person(request), extension=found, now=timezone.now())
    except actions.NotTaken as refusal:
        messages.warning(request, refusal.args[0])
    else:
        messages.success(request, _("延期申请已撤回。"))
    return redirect(found.measure)


def _page(request: HttpRequest, found: Extension, form: DecisionForm, *, status: int = 200) -> HttpResponse:
    as_of = day_of(request)
    measure = Measure.objects.as_of(as_of.day).with_parts(as_of.day).select_related("plan").get(pk=found.measure_id)
    state = found.state_on(as_of.day)
    found.is_moot = found.is_moot_on(as_of.day)
    may_act = as_of.is_today and found.state == ExtensionState.PENDING and not found.is_moot
    context = {
        "plan": measure.plan,
        "measure": measure,
        "extension": found,
        "state": state,
        "is_decided": state != ExtensionState.PENDING,
        "chain": stood(measure.extensions.asked_by(as_of.day).with_request().in_order(), as_of.day),
        "form": form,
        "may_decide": may_act and permissions.may_decide_extension(request.user, found),
        "may_withdraw": may_act and permissions.may_withdraw_extension(request.user, found),
        "why_not": permissions.why_not_decide_extension(request.user, found),
    }
    return render(request, "tasks/extension/detail.html", context, status=status)
