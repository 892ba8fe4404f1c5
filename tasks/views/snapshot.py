"""The snapshots of a plan, taking one, and one as it was frozen."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from .. import permissions
from ..actions import snapshot as actions
from ..choices import Timeliness, WorkbookKind
from ..excel.snapshot import keys_of
from ..forms.snapshot import FrozenForm, SnapshotForm
from ..links import day_of
from ..models import Plan, Snapshot
from ..snapshot import is_listed, read
from .access import allowed, person
from .export import Asked, asked_for, refused, views_of
from .ledger import tidied, turned

LENGTH = 100  # rows on a page


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(permissions.may_read)
def snapshots(request: HttpRequest, slug: str) -> HttpResponse:
    """All of them, and the form to take one."""
    plan = get_object_or_404(Plan, slug=slug)
    if request.method != "POST":
        return _list(request, plan, SnapshotForm(initial={"day": min(day_of(request).day, day_of(request).today)}))
    permissions.require(permissions.may_take_snapshot(request.user))
    form = SnapshotForm(request.POST)
    if not form.is_valid():
        return _list(request, plan, form, status=422)
    try:
        taken = actions.take(by=person(request), plan=plan, now=timezone.now(), **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return _list(request, plan, form, status=422)
    messages.success(request, _("已生成会议快照“%(name)s”，内容不会再变。") % {"name": taken.name})
    return redirect(taken)


def _list(request: HttpRequest, plan: Plan, form: SnapshotForm, *, status: int = 200) -> HttpResponse:
    taken = Snapshot.objects.filter(plan=plan).taken_until(day_of(request).day)
    rows = taken.without_content().select_related("taken_by").newest_first()
    may_take = permissions.may_take_snapshot(request.user) and day_of(request).is_today
    context = {"plan": plan, "form": form, "may_take": may_take, **turned(request, rows, LENGTH)}
    return render(request, "tasks/snapshot/list.html", context, status=status)


def _found(request: HttpRequest, slug: str, pk: int) -> Snapshot:
    rows = Snapshot.objects.taken_until(day_of(request).day).defer("lights").select_related("plan")
    return get_object_or_404(rows, plan__slug=slug, pk=pk)


@require_safe
@allowed(permissions.may_read)
def snapshot(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The frozen ledger, from what was frozen alone."""
    if (short := tidied(request)) is not None:
        return short
    found = _found(request, slug, pk)
    form = FrozenForm(request.GET)
    content = read(found)
    rows = _rows(content, **form.cleaned_data) if form.is_valid() else []
    taken = Snapshot.objects.filter(plan=found.plan).taken_until(day_of(request).day)
    earlier = taken.without_content().filter(day__lt=found.day)
    context = {
        "plan": found.plan,
        "snapshot": found,
        "content": content,
        "filter": {"form": form},
        "of": form.cleaned_data.get("of") or "measures",
        "light": form.cleaned_data.get("light", ""),
        "lights": [(light, content["counts"]) for light in Timeliness.values],
        "earlier": earlier.newest_first().first(),
        "may_export": permissions.may_export(request.user),
        **turned(request, rows, LENGTH),
    }
    return render(request, "tasks/snapshot/detail.html", context)


def _rows(content: dict[str, Any], *, of: str, light: str) -> list[Any]:
    """The measures, or the parts with their measures, of one light; without it all that are counted."""
    rows = content["measures"]
    if of != "parts":
        return [row for row in rows if is_listed(row, light)]
    return [(row, part) for row in rows for part in row["parts"] if is_listed(part, light)]


def _asked(request: HttpRequest, slug: str, pk: int) -> Asked | HttpResponse:
    """The workbook of the rows of the page: the same cells whenever and by whomever they are asked for."""
    found, form = _found(request, slug, pk), FrozenForm(request.GET)
    if not form.is_valid():
        return refused(request, found.plan, {"form": form}, found.get_absolute_url())
    narrowed = {"level": form.cleaned_data["of"], "light": form.cleaned_data["light"]}
    subject, conditions = {"snapshot": found.pk} | narrowed, []
    if light := narrowed["light"]:
        conditions.append((_("时效"), str(Timeliness(light).label)))
    keys = keys_of(read(found), **narrowed)
    export = asked_for(
        request, WorkbookKind.SNAPSHOT, found.plan, keys, conditions=conditions, subject=subject, as_of=found.day
    )
    return Asked(export, "snapshot", found.name, (found.pk,))


export, export_choice = views_of(_asked)
