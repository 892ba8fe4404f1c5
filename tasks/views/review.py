"""What waits for my decision, deciding on it, and what has been decided."""

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
from ..actions import review as actions
from ..charts import states
from ..choices import Decision, ReportAct
from ..forms.review import Chosen, DecidedForm, QueueForm, ReviewForm
from ..links import day_of
from ..models import Assignment, Extension, Report, Review, with_wording
from ..queue import company_of, queue_of
from ..states import allows
from .access import allowed, person
from .ledger import tidied, turned

LENGTH = 50  # rows on a page


@require_safe
@allowed(permissions.has_review_queue)
def reviews(request: HttpRequest) -> HttpResponse:
    if (short := tidied(request)) is not None:
        return short
    queue = queue_of(person(request), day_of(request).day)
    form = QueueForm(request.GET)
    rows = []
    if form.is_valid():
        typed = form.cleaned_data
        rows = queue.narrowed(kind=typed["kind"], unit=typed["unit"], age=typed["age"], by_unit=typed["sort"] == "unit")
    day = day_of(request).day
    waiting = list(with_wording(Extension.objects.to_decide(day).with_request().in_order(), day))
    context = {
        "queue": queue,
        "extensions": [each for each in waiting if permissions.may_decide_extension(request.user, each)],
        "filter": {"form": form},
        **turned(request, rows, LENGTH),
    }
    return render(request, "tasks/review/list.html", context)


@require_POST
@allowed(permissions.has_review_queue)
def accept(request: HttpRequest) -> HttpResponse:
    """Accepts all that was ticked, one by one, and says of each what became of it."""
    chosen = Chosen(request.POST).rows
    if not chosen:
        messages.warning(request, _("没有勾选任何填报，未作审核。"))
        return redirect("reviews")
    found = Report.objects.with_request().in_bulk(chosen)
    outcomes = actions.accept_each(
        by=person(request),
        chosen=[(found[key], seen) for key, seen in chosen.items() if key in found],
        now=timezone.now(),
    )
    context = {
        "outcomes": outcomes,
        "accepted": sum(outcome.is_accepted for outcome in outcomes),
        "missing": len(chosen) - len(outcomes),
    }
    return render(request, "tasks/review/outcomes.html", context)


@require_safe
@allowed(permissions.has_review_queue)
def decided(request: HttpRequest) -> HttpResponse:
    if (short := tidied(request)) is not None:
        return short
    form = DecidedForm(request.GET)
    rows = Review.objects.none()
    if form.is_valid():
        typed = form.cleaned_data
        rows = Review.objects.decisions(day_of(request).day).with_request()
        rows = rows.narrowed(decision=typed["decision"], unit=typed["unit"])
        rows = with_wording(rows, day_of(request).day, "report__assignment__measure__")
    context = {"filter": {"form": form}, **turned(request, rows, LENGTH)}
    return render(request, "tasks/review/decided.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(permissions.has_review_queue)
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """One report and the decision on it; ``pk`` is the report's."""
    if request.method != "POST":
        return _page(request, pk, ReviewForm())
    report = get_object_or_404(Report.objects.with_request(), pk=pk)
    permissions.require(permissions.may_review(request.user, report))
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, form, status=422)
    typed = form.cleaned_data
    accepted = typed["decision"] == Decision.ACCEPTED
    decide = actions.accept if accepted else actions.send_back
    try:
        decide(by=person(request), report=report, now=timezone.now(), reason=typed["reason"], seen=typed["seen"])
    except actions.AlreadyDecided as already:
        form.add_error(None, already.args[0])
        return _page(request, pk, form, status=409)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, pk, form, status=422)
    messages.success(request, _said(report, accepted))
    return redirect("reviews")


def _said(report: Report, accepted: bool) -> str:
    if report.asks_to_close:
        words = _("已同意%(unit)s办结%(measure)s。") if accepted else _("已退回%(unit)s关于%(measure)s的办结申请。")
    else:
        words = (
            _("%(unit)s关于%(measure)s的进展填报已审核通过。")
            if accepted
            else _("已退回%(unit)s关于%(measure)s的进展填报。")
        )
    return words % {"unit": report.department, "measure": report.assignment.measure}


def _page(request: HttpRequest, pk: int, form: ReviewForm, *, status: int = 200) -> HttpResponse:
    as_of = day_of(request)
    day = as_of.day
    reports = Report.objects.with_request().with_followers(day).with_newest()
    report: Any = get_object_or_404(reports.prefetch_related("sources__department", "evidence"), pk=pk)
    if report.recorded_on > day:
        return render(request, "tasks/review/not_yet.html", {"plan": report.assignment.measure.plan})
    measure, state = report.assignment.measure, report.state(day)
    part = Assignment.objects.as_of(day).with_members(day).select_related("department", "measure__plan")
    others = Assignment.objects.as_of(day).beside(report.assignment, day).with_members(day).with_last_report(day)
    said = [(each, each.state(day)) for each in report.assignment.reports.told_by(day) if each.pk != report.pk]
    is_terminated = measure.is_terminated_on(day)
    open_still = allows(state, ReportAct.ACCEPT) and not is_terminated
    context = {
        "plan": measure.plan,
        "measure": measure,
        "report": report,
        "state": state,
        "part": part.get(pk=report.assignment_id),
        "others": others.select_related("department", "measure__plan"),
        "indicators": states(measure, day),
        "company": company_of(report) if report.asks_to_close else None,
        "accepted": next((each for each, stood in said if each.was_accepted(day)), None),
        "earlier": [pair for pair in said if pair[0].recorded_at < report.recorded_at],
        "later": [pair for pair in said if pair[0].recorded_at >= report.recorded_at],
        "form": form,
        "review": getattr(report, "review", None) if report.is_decided(day) else None,
        "is_open": open_still,
        "is_terminated": is_terminated,
        "may_decide": open_still and as_of.is_today and permissions.may_review(request.user, report),
        "why_not": permissions.why_not_review(request.user, report),
    }
    return render(request, "tasks/review/detail.html", context, status=status)
