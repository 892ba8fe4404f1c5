"""The matrix of measures and units, and its workbook."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from .. import permissions
from ..choices import AssignmentRole, Timeliness, WorkbookKind
from ..excel.matrix import subject_of
from ..filters import MatrixFilter
from ..links import day_of
from ..matrix import ROLE_SIGNS, matrix, measures_of
from ..models import Assignment, Plan
from .access import allowed
from .export import Asked, asked_for, refused, views_of
from .ledger import answer, chips, tidied, turned

LENGTH = 100  # measures on a page


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


def _asked(request: HttpRequest, slug: str) -> Asked | HttpResponse:
    """The workbook with all cells of the screen, of whichever page."""
    plan = get_object_or_404(Plan, slug=slug)
    filterset = _filtered(request, plan)
    if not filterset.form.is_valid():
        return refused(request, plan, filterset, reverse("matrix", args=[slug]))
    conditions = [(label, value) for _name, label, value in filterset.conditions]
    measures, subject = subject_of(filterset.qs)
    export = asked_for(request, WorkbookKind.MATRIX, plan, measures, conditions=conditions, subject=subject)
    return Asked(export, "matrix", _("责任矩阵"))


export, export_choice = views_of(_asked)
