"""Workbooks of whatever page: what is in them, at once or, of large ones, stretch by stretch."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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

from .. import permissions
from ..actions import export as actions
from ..choices import WorkbookKind
from ..excel import stretches
from ..excel.design import Design
from ..forms.export import ExportForm
from ..links import day_of
from ..models import Export, Plan, left_out_by
from .access import View, allowed, person

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_IN_MEMORY = 4 * 1024 * 1024  # bytes of a workbook; what is larger goes to a file of its own


@dataclass(frozen=True)
class Asked:
    """
    A workbook that is asked for, and the page whose rows are to be in it: its name, by which its address is found, and
    that of its workbook, what there is besides the plan's in that address, and what people call it.
    """

    export: Export
    page: str
    label: str
    keys: tuple[int, ...] = ()

    @property
    def design(self) -> Design:
        return stretches.design_of(self.export)

    @property
    def is_large(self) -> bool:
        return self.export.total > settings.EXPORT_AT_ONCE

    def address(self, request: HttpRequest, ending: str = "") -> str:
        """Of the page, its workbook (``_export``) or what can be chosen of that (``_export_choice``), for its rows."""
        place = reverse(f"{self.page}{ending}", args=[self.export.plan.slug, *self.keys])
        query = request.GET.urlencode()
        return f"{place}?{query}" if query else place


def asked_for(
    request: HttpRequest,
    kind: WorkbookKind,
    plan: Plan,
    keys: Sequence[Any],
    *,
    conditions: Sequence[tuple[str, str]] = (),
    subject: dict[str, Any] | None = None,
    **more: Any,
) -> Export:
    """A workbook of the rows ``keys``, for who asks: of the day of the page, with what he wants to have in it."""
    export = Export(
        kind=kind,
        plan=plan,
        author=person(request),
        begun_at=timezone.now(),
        language=get_language() or settings.LANGUAGE_CODE,
        keys=list(keys),
        total=len(keys),
        conditions=[list(condition) for condition in conditions],
        subject=subject or {},
        **({"as_of": day_of(request).day} | more),
    )
    export.left_out = left_out_by(request.user, of=stretches.design_of(export).name)
    return export


def refused(request: HttpRequest, plan: Plan, filterset: Any, back: str) -> HttpResponse:
    """What is wrong with the conditions, and the way ``back``: a workbook cannot explain why it is empty."""
    context = {"plan": plan, "filter": filterset, "back": back}
    return render(request, "tasks/measure/export_refused.html", context, status=400)


def _sent(request: HttpRequest, asked: Asked | HttpResponse) -> HttpResponse:
    """The file; a large one has to be asked for first."""
    if isinstance(asked, HttpResponse):
        return asked
    if asked.is_large:
        return redirect(asked.address(request, "_export_choice"))
    name, content = stretches.at_once(asked.export)
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def _chosen(request: HttpRequest, asked: Asked | HttpResponse) -> HttpResponse:
    """What this person wants to have in a workbook, remembered; and the way to it, of a large one the beginning."""
    if isinstance(asked, HttpResponse):
        return asked
    if not request.POST:
        actions.clear(now=timezone.now())
    export, design, by = asked.export, asked.design, person(request)
    if request.POST.get("all") in ("sheets", *design.columns):
        form = ExportForm(design, left_out=ExportForm.left_out_after(design, request.POST))
    else:
        form = ExportForm(design, request.POST if request.method == "POST" else None, left_out=export.left_out)
    if form.is_bound and form.is_valid():
        actions.choose(by=by, left_out=form.left_out, of=design.name)
        if "only" in request.POST:
            messages.success(request, _("导出设置已保存。"))
            return redirect(request.get_full_path())
        if not asked.is_large:
            return redirect(asked.address(request, "_export"))
        export.left_out = form.left_out
        return redirect(actions.begin(by=by, export=export, now=timezone.now()))
    context = {
        "plan": export.plan,
        "form": form,
        "asked": asked,
        "back": asked.address(request),
        "begun": Export.objects.without_content().filter(author=by, plan=export.plan).first(),
        "is_unsaved": request.method == "POST" and not form.errors,
    }
    return render(request, "tasks/export/choice.html", context, status=422 if form.errors else 200)


def views_of(asked: Callable[..., Asked | HttpResponse]) -> tuple[View, View]:
    """
    The two views of a page's workbook, the file and what can be chosen of it; ``asked`` is given what they are, and
    may answer itself where there can be no workbook.
    """

    @require_safe
    @allowed(permissions.may_export)
    def export(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _sent(request, asked(request, *args, **kwargs))

    @require_http_methods(["GET", "HEAD", "POST"])
    @allowed(permissions.may_export)
    def choice(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _chosen(request, asked(request, *args, **kwargs))

    return export, choice


# --- stretch by stretch ----------------------------------------------------------------------------


def _export(request: HttpRequest, slug: str, pk: int) -> Export | None:
    rows = Export.objects.select_related("plan", "author", "unit").without_content()
    found = rows.filter(pk=pk, plan__slug=slug).first()
    return found if found is not None and permissions.may_see_export(request.user, found) else None


def _place_of(export: Export) -> str:
    """The page whose rows are in it."""
    slug = export.plan.slug
    if export.unit_id is not None:
        return reverse("unit", args=[slug, export.unit_id])
    if export.kind == WorkbookKind.SNAPSHOT:
        return reverse("snapshot", args=[slug, export.subject["snapshot"]])
    return reverse(export.kind.lower(), args=[slug])


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
    context = {"plan": export.plan, "export": export, "back": _place_of(export)}
    return render(request, "tasks/export/job.html", context)


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
    if (name := stretches.put_together(export, file)) is None:
        file.close()
        return _gone(request, slug)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


@require_POST
@allowed(permissions.may_export)
def cancel(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    if (export := _export(request, slug, pk)) is None:
        return _gone(request, slug)
    place = _place_of(export)
    actions.cancel(by=person(request), export=export)
    messages.success(request, _("导出已取消，已生成的内容已删除。"))
    return redirect(place)
