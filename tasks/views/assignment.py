"""The ledger of assignments, one row for each unit's part, so that every number of parts has its list; and one part."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from .. import permissions
from ..excel import ledger as workbooks
from ..filters import AssignmentFilter
from ..links import day_of
from ..models import Assignment, Plan, Report, left_out_by
from ..timeline import events
from .access import allowed, person
from .export import XLSX
from .ledger import answer, chips, page_of, tidied

MOST_EXPORTED = 5000  # parts in a workbook that is made at once: some seconds; more are in that of the measures


@require_safe
@allowed(permissions.may_read)
def assignment(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One unit's part in one measure: where it stands or stood when it ended, its reports, and what happened to it."""
    day = day_of(request).day
    ended = get_object_or_404(Assignment, pk=pk, measure__plan__slug=slug).until
    is_over = ended is not None and ended <= day
    shown = ended - timedelta(days=1) if ended is not None and is_over else day  # where it stood last
    parts: Any = Assignment.objects.as_of(shown).with_receipt(shown).with_return(shown).with_members(shown)
    related = ("measure__plan", "measure__section", "department", "collective_part__department", "receipt__signed_by")
    part = get_object_or_404(parts.select_related(*related), pk=pk, measure__plan__slug=slug)
    said = Report.objects.of_part(part).told_by(day)
    context = {
        "plan": part.measure.plan,
        "measure": part.measure,
        "part": part,
        "is_over": is_over,
        "now": part.measure.assignments.named(day).filter(department=part.department).first() if is_over else None,
        "unit": part.collective_part.department if part.collective_part else part.department,
        "reports": [(report, report.state(day)) for report in said],
        "events": events(part.measure, day, part),
    }
    return render(request, "tasks/assignment/detail.html", context)


@require_safe
@allowed(permissions.may_read)
def assignments(request: HttpRequest, slug: str) -> HttpResponse:
    if (short := tidied(request)) is not None:
        return short
    plan = get_object_or_404(Plan, slug=slug)
    filterset = _filtered(request, plan)
    context = {
        "plan": plan,
        "filter": filterset,
        **page_of(request, filterset),
        "chips": chips(request, filterset),
        "may_export": permissions.may_export(request.user),
    }
    return answer(request, "tasks/assignment/list.html", "tasks/assignment/results.html", context)


@require_safe
@allowed(permissions.may_export)
def export(request: HttpRequest, slug: str) -> HttpResponse:
    """The rows of the screen, with the columns that this person wants to have of parts."""
    plan, day = get_object_or_404(Plan, slug=slug), day_of(request).day
    filterset = _filtered(request, plan)
    context = {"plan": plan, "filter": filterset, "page": "assignments"}
    if not filterset.form.is_valid():
        return render(request, "tasks/measure/export_refused.html", context, status=400)
    keys = list(filterset.qs.prefetch_related(None).values_list("pk", flat=True)[: MOST_EXPORTED + 1])
    if len(keys) > MOST_EXPORTED:
        return render(request, "tasks/measure/export_refused.html", context | {"most": MOST_EXPORTED}, status=400)
    content = workbooks.parts_workbook(
        plan=plan,
        keys=keys,
        as_of=day,
        exported_by=person(request).name,
        exported_at=timezone.now(),
        conditions=[(label, value) for _name, label, value in filterset.conditions],
        left_out=left_out_by(request.user),
    )
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, workbooks.parts_filename(plan, day))
    return response


def _filtered(request: HttpRequest, plan: Plan) -> AssignmentFilter:
    day = day_of(request).day
    # What a member owes is counted with its collective; its own parts are another list.
    rows = Assignment.objects.as_of(day, plan)
    parts = (
        (rows.in_force(day) if request.GET.get("member") else rows.named(day))
        .filter(measure__plan=plan)
        .with_last_report(day)
        .with_return(day)
        .with_members(day)
        .select_related("measure__plan", "measure__section", "department")
        .in_text_order()
    )
    return AssignmentFilter(request.GET, plan=plan, day=day, queryset=parts)
