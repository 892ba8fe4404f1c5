"""Recording that an issued plan has been changed, and the plan's changes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from .. import permissions
from ..actions import amendment as actions
from ..choices import AmendmentKind
from ..forms.amendment import AmendmentForm, AmendmentsForm, UnitsForms, WithdrawalForm, WordingForm
from ..links import day_of
from ..models import Amendment, Assignment, Measure, Plan
from .access import allowed, person
from .ledger import tidied, turned

LENGTH = 50  # rows on a page
ACTIONS: dict[str, Any] = {
    AmendmentKind.WORDING: actions.reword,
    AmendmentKind.UNITS: actions.reassign,
    AmendmentKind.ONGOING: actions.make_ongoing,
    AmendmentKind.TERMINATION: actions.terminate,
}


@require_safe
@allowed(permissions.may_read)
def amendments(request: HttpRequest, slug: str) -> HttpResponse:
    """All that had been recorded of one plan, measure by measure."""
    if (short := tidied(request)) is not None:
        return short
    plan = get_object_or_404(Plan, slug=slug)
    form = AmendmentsForm(request.GET)
    rows = Amendment.objects.none()
    if form.is_valid():
        rows = Amendment.objects.of_plan(plan, day_of(request).day).with_recorder().select_related("measure")
        kind = form.cleaned_data["kind"]
        rows = (rows.of_kind(kind) if kind else rows).in_order()
    return render(
        request,
        "tasks/amendment/list.html",
        {
            "plan": plan,
            "filter": {"form": form},
            "may_withdraw": permissions.may_amend(request.user),
            **turned(request, rows, LENGTH),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(permissions.may_amend)
def amend(request: HttpRequest, slug: str, number: int, kind: str) -> HttpResponse:
    """The form with which a change of one measure is recorded; ``kind`` is of ``AmendmentKind``, in small letters."""
    if kind.upper() not in ACTIONS or kind != kind.lower():
        raise Http404
    today = day_of(request).today
    seen = Amendment.objects.newest_of(slug, number)  # before what it shows: what comes between has not been seen
    measures = Measure.objects.as_of(today).with_parts(today).select_related("plan", "section")
    measure: Any = get_object_or_404(measures, plan__slug=slug, number=number)
    form_class = WordingForm if kind.upper() == AmendmentKind.WORDING else AmendmentForm
    units = _units(request, measure, today) if kind.upper() == AmendmentKind.UNITS else None
    if request.method != "POST":
        form = form_class(initial={"in_force_on": today, "wording": measure.wording_in_force, "seen": seen})
        return _page(request, measure, kind, form, units)
    form = form_class(request.POST)
    if not all([form.is_valid(), units is None or units.is_valid()]):
        return _page(request, measure, kind, form, units, status=422)
    more = {} if units is None else {"roles": units.roles}
    try:
        amendment = ACTIONS[kind.upper()](
            by=person(request), measure=measure, now=timezone.now(), **form.cleaned_data, **more
        )
    except actions.Superseded as superseded:
        form = form.again(superseded.newer)
        form.add_error(None, superseded.args[0])
        return _page(request, measure, kind, form, units, status=409, newer=superseded.newer)
    except actions.NotTaken as refusal:
        form.add_error(None, refusal.args[0])
        return _page(request, measure, kind, form, units, status=409)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, measure, kind, form, units, status=422)
    words = {"measure": measure, "kind": amendment.get_kind_display(), "day": amendment.counts_from.isoformat()}
    messages.success(request, _("%(measure)s已登记%(kind)s，自%(day)s起算。") % words)
    return redirect(measure)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(permissions.may_amend)
def withdraw(request: HttpRequest, slug: str, number: int, key: int) -> HttpResponse:
    """The form with which a change that does not count yet is taken back."""
    rows = Amendment.objects.with_recorder().select_related("measure__plan")
    amendment = get_object_or_404(rows, pk=key, measure__plan__slug=slug, measure__number=number)
    form = WithdrawalForm(request.POST if request.method == "POST" else None)
    why_not = actions.why_not_withdraw(amendment, day_of(request).today)
    status = 409 if why_not and form.is_bound else 422 if form.is_bound else 200
    if not why_not and form.is_valid():
        try:
            actions.withdraw(
                by=person(request), amendment=amendment, reason=form.cleaned_data["lapse_reason"], now=timezone.now()
            )
        except actions.NotTaken as refusal:
            why_not, status = refusal.args[0], 409
        else:
            words = {"measure": amendment.measure, "kind": amendment.get_kind_display()}
            messages.success(request, _("%(measure)s的%(kind)s已撤销，不再施行。") % words)
            return redirect(amendment.measure)
    context = {
        "plan": amendment.measure.plan,
        "amendment": amendment,
        "listed": [amendment],
        "form": form,
        "why_not": why_not,
    }
    return render(request, "tasks/amendment/withdraw.html", context, status=status)


def _units(request: HttpRequest, measure: Measure, today: Any) -> Any:
    named = Assignment.objects.named(today).filter(measure=measure).order_by("position", "pk")
    keys = [part.department_id for part in named]
    if request.method == "POST":
        return UnitsForms(request.POST, named=keys)
    return UnitsForms(initial=[{"department": part.department_id, "role": part.role} for part in named], named=keys)


def _page(
    request: HttpRequest,
    measure: Any,
    kind: str,
    form: AmendmentForm,
    units: Any,
    *,
    status: int = 200,
    newer: Amendment | None = None,
) -> HttpResponse:
    context = {
        "plan": measure.plan,
        "measure": measure,
        "kind": kind,
        "label": AmendmentKind(kind.upper()).label,
        "kinds": [(each.value.lower(), each.label) for each in AmendmentKind],
        "form": form,
        "units": units,
        "newer": newer,
    }
    return render(request, "tasks/amendment/form.html", context, status=status)
