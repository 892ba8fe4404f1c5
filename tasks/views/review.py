"""Requests to close that wait for me, and deciding on them."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from .. import permissions
from ..actions import review as actions
from ..choices import Decision
from ..forms.review import ReviewForm
from ..links import day_of
from ..members import attach_members
from ..models import Assignment, Review
from .access import allowed, person


@require_safe
@allowed(permissions.has_review_queue)
def reviews(request: HttpRequest) -> HttpResponse:
    waiting = list(Review.objects.waiting_on(day_of(request).day).with_request().oldest_first())
    mine = [review for review in waiting if permissions.may_review(request.user, review.report)]
    return render(
        request,
        "tasks/review/list.html",
        {"reviews": mine, "for_others": len(waiting) - len(mine)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(permissions.has_review_queue)
def review(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Review.objects.with_request(), pk=pk)
    if request.method != "POST":
        return _page(request, found, ReviewForm())
    permissions.require(permissions.may_review(request.user, found.report))
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    accepted = form.cleaned_data["decision"] == Decision.ACCEPTED
    decide = actions.accept if accepted else actions.send_back
    try:
        decide(by=person(request), review=found, now=timezone.now(), reason=form.cleaned_data["reason"])
    except actions.AlreadyDecided as already:
        form.add_error(None, already.args[0])
        return _page(request, already.review, form, status=409)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, found, form, status=422)
    words = _("已同意%(unit)s办结%(measure)s。") if accepted else _("已退回%(unit)s关于%(measure)s的办结申请。")
    assignment = found.report.assignment
    messages.success(request, words % {"unit": found.report.department, "measure": assignment.measure})
    return redirect("reviews")


def _page(request: HttpRequest, review: Review, form: ReviewForm, *, status: int = 200) -> HttpResponse:
    as_of = day_of(request)
    day = as_of.day
    report = review.report
    if report.recorded_on > day:
        return render(request, "tasks/review/not_yet.html", {"plan": report.assignment.measure.plan})
    assignment = report.assignment
    parts = list(
        Assignment.objects.filter(measure=assignment.measure)
        .as_of(day)
        .with_last_report(day)
        .select_related("department", "measure__plan")
        .prefetch_related("department__memberships__member")
        .order_by("position", "pk")
    )
    part = next(part for part in parts if part.pk == assignment.pk)
    attach_members(parts, day)
    said = assignment.reports.recorded_by(day).exclude(pk=report.pk).select_related("department", "review")
    context = {
        "plan": assignment.measure.plan,
        "measure": assignment.measure,
        "review": review,
        "part": part,
        "others": [other for other in parts if other.pk != assignment.pk],
        "earlier": [each for each in said if each.recorded_at < report.recorded_at],
        "later": [each for each in said if each.recorded_at >= report.recorded_at],
        "form": form,
        "is_waiting": review.decided_on is None or review.decided_on > day,
        "may_decide": as_of.is_today and permissions.may_review(request.user, report),
        "why_not": permissions.why_not_review(request.user, report),
    }
    return render(request, "tasks/review/detail.html", context, status=status)
