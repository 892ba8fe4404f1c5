"""Two days of a plan side by side, and their workbook."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from .. import permissions
from ..choices import WorkbookKind
from ..comparison import Comparison, Side, frozen, lines, on_day
from ..excel import comparison as workbooks
from ..forms.comparison import FIRST, LAST, ComparisonForm
from ..links import day_of
from ..models import Plan, Snapshot
from .access import allowed
from .export import Asked, asked_for, views_of
from .ledger import tidied, turned

LENGTH = 50  # rows on a page
SIDES = (FIRST, "from_snapshot", LAST, "to_snapshot")


@require_safe
@allowed(permissions.may_read)
def page(request: HttpRequest, slug: str) -> HttpResponse:
    if (short := tidied(request)) is not None:
        return short
    plan = get_object_or_404(Plan, slug=slug)
    form = _form(request, plan)
    context: dict[str, Any] = {"plan": plan, "form": form, "may_export": permissions.may_export(request.user)}
    if not form.is_valid():
        return render(request, "tasks/comparison/page.html", context, status=400)
    comparison = _comparison(plan, form)
    chosen = _chosen(form)
    found = turned(request, comparison.narrowed(**chosen), LENGTH)
    context |= found | {
        "comparison": comparison,
        "lines": lines(comparison, list(found["page"].object_list), of=chosen["of"]),
        "sides": {name: form.data[name] for name in SIDES if form.data.get(name)},
        "is_forecast": comparison.after.day > day_of(request).today,
        "unit_name": {unit.key: unit.name for unit in comparison.units}.get(chosen["unit"], ""),
        **chosen,
    }
    return render(request, "tasks/comparison/page.html", context)


def _asked(request: HttpRequest, slug: str) -> Asked | HttpResponse:
    """The workbook of the page; where that cannot be, what is wrong with what is compared."""
    plan = get_object_or_404(Plan, slug=slug)
    form = _form(request, plan)
    if not form.is_valid():
        return render(request, "tasks/comparison/page.html", {"plan": plan, "form": form}, status=400)
    comparison, narrowed = _comparison(plan, form), _chosen(form)
    narrowed["level"] = narrowed.pop("of")
    sides = [workbooks.side_of(comparison.before), workbooks.side_of(comparison.after)]
    keys, day = workbooks.keys_of(comparison, **narrowed), comparison.after.day
    conditions = [
        (_("对比"), workbooks.compared(comparison)),
        *workbooks.conditions_of(comparison, narrowed["kind"], narrowed["unit"]),
    ]
    subject = {"sides": sides} | narrowed
    export = asked_for(request, WorkbookKind.COMPARISON, plan, keys, conditions=conditions, subject=subject, as_of=day)
    return Asked(export, "comparison", _("对比"))


export, export_choice = views_of(_asked)


def _form(request: HttpRequest, plan: Plan) -> ComparisonForm:
    day = day_of(request).day
    snapshots = list(Snapshot.objects.filter(plan=plan).taken_until(day).defer("content").newest_first())
    return ComparisonForm(_completed(request.GET, plan, day, snapshots), plan=plan, snapshots=snapshots)


def _completed(asked: QueryDict, plan: Plan, day: date, snapshots: list[Snapshot]) -> dict[str, Any]:
    """What is asked for; where a side is not, the page's day, and before it the last snapshot or a month earlier."""
    data = asked.dict()
    if not (data.get(LAST) or data.get("to_snapshot")):
        data[LAST] = day.isoformat()
    if not (data.get(FIRST) or data.get("from_snapshot")):
        last = _day_of_side(data, day, snapshots)
        earlier = next((snapshot for snapshot in snapshots if snapshot.day < last), None)
        if earlier is not None:
            data["from_snapshot"] = str(earlier.pk)
        else:
            data[FIRST] = max(_a_month_before(last), min(plan.issued_on, last)).isoformat()
    return data


def _day_of_side(data: dict[str, Any], day: date, snapshots: list[Snapshot]) -> date:
    """The later day, as far as it can be read: what is wrong with it the form says."""
    for snapshot in snapshots:
        if str(snapshot.pk) == data.get("to_snapshot"):
            return snapshot.day
    try:
        return date.fromisoformat(data.get(LAST, ""))
    except ValueError:
        return day


def _a_month_before(day: date) -> date:
    year, month = (day.year, day.month - 1) if day.month > 1 else (max(day.year - 1, 1), 12)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _comparison(plan: Plan, form: ComparisonForm) -> Comparison:
    return Comparison(plan, _side(plan, form, FIRST), _side(plan, form, LAST))


def _side(plan: Plan, form: ComparisonForm, name: str) -> Side:
    snapshot = form.snapshot(name)
    return frozen(snapshot) if snapshot is not None else on_day(plan, form.cleaned_data[name])


def _chosen(form: ComparisonForm) -> dict[str, Any]:
    """What the list is narrowed down to; a unit has parts, and measures are the plan's."""
    unit = form.cleaned_data["unit"]
    of = "parts" if unit is not None else form.cleaned_data["of"] or "measures"
    return {"of": of, "kind": form.cleaned_data["kind"], "unit": unit}
