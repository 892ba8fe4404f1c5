"""The matrix of measures and units, and its workbook."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from .. import permissions
from ..choices import AssignmentRole, Timeliness
from ..excel import matrix as workbooks
from ..filters import MatrixFilter
from ..links import day_of
from ..matrix import ROLE_SIGNS, matrix, measures_of
from ..models import Assignment, Plan
from .access import allowed, person
from .export import XLSX
from .ledger import answer, chips, tidied, turned

LENGTH = 100  # measures on a page
MOST_EXPORTED = 2000  # measures in a workbook: a sheet of as many rows and hundreds of columns is what Excel bears


def _filtered(request: HttpRequest, plan: Plan) -> MatrixFilter:
    day = day_of(request).day
    parts = Assignment.objects.as_of(day, plan).named(day).filter(measure__plan=plan).with_members(day)
    rows = parts.select_related("measure__section", "department").in_text_order()
    return MatrixFilter(request.GET, plan=plan, day=day, queryset=rows)


@require_safe
@allowed(permissions.may_read)
def page(request: HttpRequest, slug: str) -> HttpResponse:
    if (short := tidied(request)) is not None:
        return short
    plan = get_object_or_404(Plan, slug=slug)
    filterset = _filtered(request, plan)
    pages = turned(request, measures_of(plan, filterset.qs), LENGTH)
    context = {
        "plan": plan,
        "filter": filterset,
        **pages,
        "matrix": matrix(filterset.qs, pages["page"].object_list),
        "chips": chips(request, filterset),
        "roles": [(sign, AssignmentRole(role).label) for role, sign in ROLE_SIGNS.items()],
        "lights": Timeliness.values,
        "may_export": permissions.may_export(request.user),
    }
    return answer(request, "tasks/matrix/page.html", "tasks/matrix/results.html", context)


@require_safe
@allowed(permissions.may_export)
def export(request: HttpRequest, slug: str) -> HttpResponse:
    plan = get_object_or_404(Plan, slug=slug)
    filterset = _filtered(request, plan)
    if not filterset.form.is_valid():
        # A workbook cannot explain why it is empty: the page can.
        context = {"plan": plan, "filter": filterset, "page": "matrix"}
        return render(request, "tasks/measure/export_refused.html", context, status=400)
    day, measures = day_of(request).day, measures_of(plan, filterset.qs)
    if measures.count() > MOST_EXPORTED:
        context = {"plan": plan, "filter": filterset, "page": "matrix", "most": MOST_EXPORTED}
        return render(request, "tasks/measure/export_refused.html", context, status=400)
    content = workbooks.workbook(
        plan=plan,
        matrix=matrix(filterset.qs, measures),
        as_of=day,
        exported_by=person(request).name,
        exported_at=timezone.now(),
        conditions=[(label, value) for _name, label, value in filterset.conditions],
    )
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, workbooks.filename(plan, day))
    return response
