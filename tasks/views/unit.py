"""The units of a plan, and one unit's page."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from .. import permissions
from ..choices import WorkbookKind
from ..links import day_of
from ..models import Assignment, Measure, Plan, units_involved, with_wording
from ..periods import periods_of_unit
from ..timeline import events_of_unit
from ..units import Given, duties, owed_reports, unit_page, unit_rows
from .access import allowed
from .export import Asked, asked_for, views_of
from .ledger import turned

LENGTH = 20  # events on a page
REPORTS = 100  # owed reports on a page
STEPS = {
    Given.OWED: _("应报"),
    Given.NO: _("未报"),
    Given.LATE: _("迟报"),
    Given.IN_TIME: _("按期"),
    Given.SILENCE: _("有沉默天数"),
}


@require_safe
@allowed(permissions.may_read)
def units(request: HttpRequest, slug: str) -> HttpResponse:
    plan = get_object_or_404(Plan, slug=slug)
    day = day_of(request).day
    parts = Assignment.objects.as_of(day, plan).filter(measure__plan=plan)
    rows = unit_rows(plan, parts.in_force(day).unterminated(day))
    context = {
        "plan": plan,
        "named": [row for row in rows if row.named.total],
        "members": [row for row in rows if row.as_member.total],
    }
    return render(request, "tasks/unit/list.html", context)


@require_safe
@allowed(permissions.may_read)
def unit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One unit's part in the plan, how reliable it has been, and what it did."""
    plan = get_object_or_404(Plan, slug=slug)
    found = get_object_or_404(units_involved(plan), pk=pk)
    day = day_of(request).day
    context = {
        "plan": plan,
        "unit": found,
        "told": unit_page(found, plan, day),
        "may_export": permissions.may_export(request.user),
        "may_manage_members": permissions.may_manage_members(request.user),
        **turned(request, events_of_unit(found, plan, day), LENGTH),
    }
    return render(request, "tasks/unit/detail.html", context)


def _asked(request: HttpRequest, slug: str, pk: int) -> Asked:
    """The workbook of all that a unit owes."""
    plan, day = get_object_or_404(Plan, slug=slug), day_of(request).day
    found = get_object_or_404(units_involved(plan), pk=pk)
    owed = duties(found, plan, day).order_by().values("measure")
    keys = Measure.objects.filter(plan=plan, pk__in=owed).in_plan_order().values_list("pk", flat=True)
    conditions = [(gettext("责任单位"), found.name)]
    export = asked_for(request, WorkbookKind.MEASURES, plan, list(keys), conditions=conditions, unit=found)
    return Asked(export, "unit", found.name, (found.pk,))


export, export_choice = views_of(_asked)


@require_safe
@allowed(permissions.may_read)
def reporting(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """
    The reports that one unit owed, which its table of reliability counts: of the periods that are over, or of one
    ``period``; ``reported`` is of ``Given``.
    """
    plan = get_object_or_404(Plan, slug=slug)
    found = get_object_or_404(units_involved(plan), pk=pk)
    day = day_of(request).day
    rows = periods_of_unit(found, plan, day)
    period = None
    if key := request.GET.get("period", ""):
        period = next((row.period for row in rows if str(row.period.pk) == key), None)
        if period is None:
            raise Http404
    chosen = [row for row in rows if (not row.is_before_due if period is None else row.period == period)]
    lists = owed_reports(chosen)
    asked = request.GET.get("reported", "")
    shown = Given(asked) if asked in set(Given) else Given.OWED
    context = turned(request, lists[shown], REPORTS)
    keys = {owed.part for owed in context["page"].object_list}
    parts = Assignment.objects.filter(pk__in=keys).select_related("measure", "department")
    by_key = {part.pk: part for part in with_wording(parts, day)}
    context |= {
        "plan": plan,
        "unit": found,
        "period": period,
        "steps": [(given.value, label, len(lists[given])) for given, label in STEPS.items()],
        "shown": shown.value,
        "rows": [(owed, by_key[owed.part], STEPS[owed.given]) for owed in context["page"].object_list],
        "days": sum(owed.days for owed in lists[shown]),
    }
    return render(request, "tasks/unit/reporting.html", context)
