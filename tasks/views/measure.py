"""The ledger of measures, and one measure."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from .. import permissions
from ..charts import states
from ..choices import ExtensionState, WorkbookKind
from ..filters import MeasureFilter
from ..links import day_of
from ..models import Assignment, Measure, Plan, Review
from ..timeline import events
from .access import allowed
from .export import Asked, asked_for, refused, views_of
from .extension import stood
from .indicator import fresh
from .ledger import answer, chips, page_of, tidied
from .milestone import steps


def _filtered(request: HttpRequest, plan: Plan, measures: Any) -> MeasureFilter:
    return MeasureFilter(request.GET, plan=plan, day=day_of(request).day, queryset=measures.select_related("section"))


@require_safe
@allowed(permissions.may_read)
def measures(request: HttpRequest, slug: str) -> HttpResponse:
    if (short := tidied(request)) is not None:
        return short
    plan = get_object_or_404(Plan, slug=slug)
    day = day_of(request).day
    filterset = _filtered(request, plan, Measure.objects.as_of(day, plan).filter(plan=plan).with_parts(day, plan))
    context = {
        "plan": plan,
        "filter": filterset,
        **page_of(request, filterset),
        "chips": chips(request, filterset),
        "may_export": permissions.may_export(request.user),
    }
    return answer(request, "tasks/measure/list.html", "tasks/measure/results.html", context)


def _asked(request: HttpRequest, slug: str) -> Asked | HttpResponse:
    """The workbook of the rows of the screen."""
    plan, day = get_object_or_404(Plan, slug=slug), day_of(request).day
    filterset = _filtered(request, plan, Measure.objects.as_of(day, plan).filter(plan=plan))
    if not filterset.form.is_valid():
        return refused(request, plan, filterset, reverse("measures", args=[slug]))
    conditions = [(label, value) for _name, label, value in filterset.conditions]
    keys = filterset.qs.values_list("pk", flat=True)
    export = asked_for(request, WorkbookKind.MEASURES, plan, list(keys), conditions=conditions)
    return Asked(export, "measures", _("任务台账"))


export, export_choice = views_of(_asked)


@require_safe
@allowed(permissions.may_read)
def measure(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    as_of = day_of(request)
    measures = Measure.objects.as_of(as_of.day).with_parts(as_of.day).select_related("plan", "section")
    found = get_object_or_404(measures, plan__slug=slug, number=number)
    parts = list(
        Assignment.objects.as_of(as_of.day)
        .named(as_of.day)
        .filter(measure=found)
        .with_last_report(as_of.day)
        .with_receipt(as_of.day)
        .with_return(as_of.day)
        .select_related("measure__plan", "department")
        .with_members(as_of.day)
        .order_by("position", "pk")
    )
    milestones, indicators = steps(found, as_of.day), states(found, as_of.day)
    is_taken = as_of.is_today and not found.is_terminated_on(as_of.day)
    is_marked = is_taken and bool(milestones or indicators)
    answers = is_marked and permissions.answering_department(request.user, found) is not None
    extensions = stood(found.extensions.asked_by(as_of.day).with_request().in_order(), as_of.day)
    pending = [each for each, state in extensions if state == ExtensionState.PENDING and not each.is_moot]
    waiting = Review.objects.pending().of_measure(found).with_request()
    now_its = {part.department_id: part.get_role_display() for part in parts}
    return render(
        request,
        "tasks/measure/detail.html",
        {
            "plan": found.plan,
            "measure": found,
            "parts": parts,
            "extensions": extensions,
            "amendments": found.amendments.recorded_by(as_of.day).with_recorder().select_related("measure").in_order(),
            "gone": [
                (each, now_its.get(each.department_id, ""))
                for each in found.assignments.gone_by(as_of.day).select_related("department")
            ],
            "may_withdraw": permissions.may_amend(request.user),
            "may_amend": is_taken and found.requested_on is None and permissions.may_amend(request.user),
            "to_decide": [
                each for each in pending if is_taken and permissions.may_decide_extension(request.user, each)
            ],
            "may_ask_for_time": is_taken and permissions.may_ask_for_time(request.user, found),
            "milestones": milestones,
            "may_mark": is_marked and (answers or permissions.may_take_back(request.user)),
            "may_take_back": is_marked and permissions.may_take_back(request.user),
            "indicators": [(state, fresh(state)) for state in indicators],
            "may_record": answers,
            "source_notes": found.source_notes.all(),
            "events": events(found, as_of.day),
            "to_report": [
                part
                for named in parts
                for part in (named, *named.member_rows)
                if is_taken and permissions.may_report(request.user, part)
            ],
            "to_review": [
                review for review in waiting if is_taken and permissions.may_review(request.user, review.report)
            ],
            "may_use_panel": permissions.may_use_panel(request.user),
        },
    )
