"""The ledger's workbook: what it has in it, at once or, of a large ledger, stretch by stretch."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from tempfile import SpooledTemporaryFile
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from departments.models import Department

from .. import permissions
from ..actions import export as actions
from ..excel import ledger as workbooks
from ..excel import stretches
from ..filters import MeasureFilter
from ..forms.export import ExportForm
from ..links import day_of
from ..models import Export, Measure, Plan, left_out_by, units_involved
from ..units import duties
from .access import allowed, person

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_IN_MEMORY = 4 * 1024 * 1024  # bytes of a workbook; what is larger goes to a file of its own


@dataclass(frozen=True)
class Asked:
    """The measures that are to be in a workbook, and what they were narrowed down to, in words."""

    plan: Plan
    unit: Department | None
    day: date
    measures: Any
    conditions: list[tuple[str, str]]
    total: int

    @property
    def is_large(self) -> bool:
        return self.total > settings.EXPORT_AT_ONCE

    def address(self, page: str, query: str) -> str:
        """Of ``export`` or ``export_choice``, for the same rows."""
        if self.unit is None:
            place = reverse(page, args=[self.plan.slug])
        else:
            place = reverse(f"unit_{page}", args=[self.plan.slug, self.unit.pk])
        return f"{place}?{query}" if query else place


def _asked(request: HttpRequest, slug: str, pk: int | None) -> Asked | HttpResponse:
    """What is asked for; or the page that says what is wrong with the conditions: a workbook cannot."""
    plan, day = get_object_or_404(Plan, slug=slug), day_of(request).day
    if pk is not None:
        unit = get_object_or_404(units_involved(plan), pk=pk)
        owed = duties(unit, plan, day).order_by().values("measure")
        rows = Measure.objects.as_of(day, plan).filter(pk__in=owed).in_plan_order()
        return Asked(plan, unit, day, rows, [(_("责任单位"), unit.name)], rows.count())
    measures = Measure.objects.as_of(day, plan).filter(plan=plan)
    filterset = MeasureFilter(request.GET, plan=plan, day=day, queryset=measures)
    if not filterset.form.is_valid():
        return render(request, "tasks/measure/export_refused.html", {"plan": plan, "filter": filterset}, status=400)
    conditions = [(label, value) for _name, label, value in filterset.conditions]
    return Asked(plan, None, day, filterset.qs, conditions, filterset.qs.count())


@require_safe
@allowed(permissions.may_export)
def export(request: HttpRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """
    The rows of the screen with what this person wants to have in a workbook: of the ledger, or of one unit's page.

    A large one has to be asked for first.
    """
    asked = _asked(request, slug, pk)
    if isinstance(asked, HttpResponse):
        return asked
    if asked.is_large:
        return redirect(asked.address("export_choice", request.GET.urlencode()))
    content = workbooks.workbook(
        plan=asked.plan,
        measures=asked.measures,
        as_of=asked.day,
        exported_by=person(request).name,
        exported_at=timezone.now(),
        conditions=asked.conditions,
        left_out=left_out_by(request.user),
        unit=asked.unit,
    )
    response = HttpResponse(content, content_type=XLSX)
    name = workbooks.filename(asked.plan, asked.day, asked.unit)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(permissions.may_export)
def choice(request: HttpRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """What this person wants to have in a workbook, remembered; and the way to it, of a large ledger the beginning."""
    asked = _asked(request, slug, pk)
    if isinstance(asked, HttpResponse):
        return asked
    if not request.POST:
        actions.clear(now=timezone.now())
    if request.POST.get("all") in ExportForm.PARTS:
        form = ExportForm(left_out=ExportForm.left_out_after(request.POST))
    else:
        form = ExportForm(request.POST if request.method == "POST" else None, left_out=left_out_by(request.user))
    if form.is_bound and form.is_valid():
        actions.choose(by=person(request), left_out=form.left_out)
        if "only" in request.POST:
            messages.success(request, _("导出设置已保存。"))
            return redirect(request.get_full_path())
        if not asked.is_large:
            return redirect(asked.address("export", request.GET.urlencode()))
        return redirect(_begun(request, asked, form.left_out))
    begun = Export.objects.without_content().filter(author=person(request), plan=asked.plan).first()
    is_unsaved = request.method == "POST" and not form.errors
    shown = {"form": form, "asked": asked, "begun": begun, "is_unsaved": is_unsaved}
    context = {"plan": asked.plan, "unit": asked.unit, **shown}
    return render(request, "tasks/export/choice.html", context, status=422 if form.errors else 200)


def _begun(request: HttpRequest, asked: Asked, left_out: list[str]) -> Export:
    return actions.begin(
        by=person(request),
        plan=asked.plan,
        unit=asked.unit,
        keys=list(asked.measures.values_list("pk", flat=True)),
        as_of=asked.day,
        language=get_language() or settings.LANGUAGE_CODE,
        conditions=asked.conditions,
        left_out=left_out,
        now=timezone.now(),
    )


# --- stretch by stretch ----------------------------------------------------------------------------


def _export(request: HttpRequest, slug: str, pk: int) -> Export | None:
    rows = Export.objects.select_related("plan", "author", "unit").without_content()
    found = rows.filter(pk=pk, plan__slug=slug).first()
    return found if found is not None and permissions.may_see_export(request.user, found) else None


def _gone(request: HttpRequest, slug: str) -> HttpResponse:
    """Said of another's as well: nobody learns that there is one."""
    plan = get_object_or_404(Plan, slug=slug)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "tasks/export/gone_words.html", {"plan": plan})  # htmx shows no answer that is an error
    return render(request, "tasks/export/gone.html", {"plan": plan}, status=404)


@require_safe
@allowed(permissions.may_export)
def job(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """How far a large workbook is; the page goes on with it."""
    if (export := _export(request, slug, pk)) is None:
        return _gone(request, slug)
    return render(request, "tasks/export/job.html", {"plan": export.plan, "export": export})


@require_POST
@allowed(permissions.may_export)
def work(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Goes on with it for a short time; says how far it is then."""
    if (export := _export(request, slug, pk)) is None:
        return _gone(request, slug)
    taken = actions.take(by=person(request), export=export, now=timezone.now())
    if taken is not None:
        done, pieces, state = stretches.work(taken, until=time.monotonic() + settings.EXPORT_SECONDS)
        try:
            actions.keep(export=taken, done=done, pieces=pieces, state=state)
        except actions.Gone:
            return _gone(request, slug)
        export.refresh_from_db(fields=["done", "worked_at"])
    if request.htmx:  # type: ignore[attr-defined]
        context = {"plan": export.plan, "export": export, "is_waiting": taken is None}
        return render(request, "tasks/export/progress.html", context)
    return redirect(export)


@require_safe
@allowed(permissions.may_export)
def download(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """The file, once all of it is there; before, the page that says how far it is."""
    if (export := _export(request, slug, pk)) is None:
        return _gone(request, slug)
    if not export.is_done:
        return redirect(export)
    file = SpooledTemporaryFile(max_size=MOST_IN_MEMORY)  # noqa: SIM115 - it is sent after this returns
    if not stretches.put_together(export, file):
        file.close()
        return _gone(request, slug)
    file.seek(0)
    name = workbooks.filename(export.plan, export.as_of, export.unit)
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


@require_POST
@allowed(permissions.may_export)
def cancel(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    if (export := _export(request, slug, pk)) is None:
        return _gone(request, slug)
    actions.cancel(by=person(request), export=export)
    messages.success(request, _("导出已取消，已生成的内容已删除。"))
    return redirect("measures", slug)
