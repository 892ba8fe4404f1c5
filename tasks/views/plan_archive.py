"""A plan with its whole history: taken away as a file, brought in from one, looked at and confirmed."""

from __future__ import annotations

from collections.abc import Callable
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO, cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import permissions
from ..actions import plan_archive as actions
from ..exchange.archive import write_json, write_zip
from ..exchange.faults import Refused, Unwritable
from ..exchange.tables import TABLES
from ..forms.plan_archive import UploadForm
from ..models import Plan, PlanArchive
from .access import allowed, person
from .ledger import turned

LENGTH = 50  # rows of a list

# --- taken away ------------------------------------------------------------------------------------


@require_safe
@allowed(permissions.may_move_plans)
def data(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The plan's file, without attachments."""
    plan = get_object_or_404(Plan, slug=slug)
    return _sent(request, plan, write_json, f"{plan.slug}.json", "application/json")


@require_safe
@allowed(permissions.may_move_plans)
def archive(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The archive: the plan's file, its attachments and the sums of all."""
    plan = get_object_or_404(Plan, slug=slug)
    return _sent(request, plan, write_zip, f"{plan.slug}.zip", "application/zip")


def _sent(
    request: HttpRequest, plan: Plan, write: Callable[[Plan, IO[bytes]], object], name: str, kind: str
) -> HttpResponseBase:
    """Written whole before anything of it is sent: a file that breaks off in the middle would look like one."""
    file = TemporaryFile()  # noqa: SIM115 - it is sent after this returns
    try:
        write(plan, file)
    except Unwritable as refusal:
        file.close()
        messages.error(request, str(refusal))
        return redirect(plan)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=kind)


# --- brought in ------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(permissions.may_move_plans)
def plan_archives(request: HttpRequest) -> HttpResponse:
    """All that were uploaded, and the form to bring in another."""
    if request.method != "POST":
        return _list(request, UploadForm())
    form = UploadForm(request.POST, request.FILES, has_too_much=getattr(request, "has_too_much", False))
    if not form.is_valid():
        return _list(request, form, status=422)
    file = form.cleaned_data["file"]
    try:
        made = actions.receive(
            by=person(request), name=file.name or "", stream=cast(BinaryIO, file), now=timezone.now()
        )
    except Refused as refusal:
        return _list(request, form, faults=refusal.faults, status=422)
    return redirect(made)


def _list(
    request: HttpRequest, form: UploadForm, *, faults: list[str] | None = None, status: int = 200
) -> HttpResponse:
    rows = PlanArchive.objects.newest_first().with_people()
    context = {"form": form, "faults": faults or [], **turned(request, rows, LENGTH)}
    return render(request, "tasks/plan_archive/list.html", context, status=status)


@require_safe
@allowed(permissions.may_move_plans)
def plan_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """What is in it, and whether it can be brought in as things stand."""
    return _page(request, get_object_or_404(PlanArchive.objects.with_people(), pk=pk))


@require_POST
@allowed(permissions.may_move_plans)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Makes the plan of the very file whose fingerprint the page showed."""
    held = get_object_or_404(PlanArchive.objects.with_people(), pk=pk)
    try:
        plan, findings = actions.confirm(
            by=person(request), archive=held, seen=request.POST.get("sha256", ""), now=timezone.now()
        )
    except actions.AlreadyConfirmed:
        return _too_late(request, pk)
    except actions.Exchanged:
        return _page(request, held, faults=[_("文件与您核对时的不是同一个，没有导入，请重新上传。")], status=409)
    except Refused as refusal:
        return _page(request, held, faults=refusal.faults, status=422)
    words = {"plan": plan, "units": len(findings.units_new), "people": len(findings.people_new)}
    done = _(
        "已导入计划“%(plan)s”。新建单位%(units)d个、人员%(people)d人；新建的人员不能登录，需要时由系统管理员启用。"
    )
    messages.success(request, done % words)
    return redirect(plan)


@require_POST
@allowed(permissions.may_move_plans)
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throws away what has not been confirmed."""
    held = get_object_or_404(PlanArchive, pk=pk)
    try:
        actions.discard(by=person(request), archive=held)
    except actions.AlreadyConfirmed:
        return _too_late(request, pk)
    messages.success(request, _("已删除“%(name)s”，没有导入。") % {"name": held.name})
    return redirect("plan_archives")


def _too_late(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody else came first."""
    found = PlanArchive.objects.filter(pk=pk).first()
    if found is None:
        messages.warning(request, _("这份归档已被他人删除。"))
        return redirect("plan_archives")
    messages.warning(request, _("这份归档已经确认，计划已导入。"))
    return redirect(found)


def _page(
    request: HttpRequest, held: PlanArchive, *, faults: list[str] | None = None, status: int = 200
) -> HttpResponse:
    found = held.found
    context: dict[str, Any] = {
        "archive": held,
        "found": found,
        "faults": faults or [],
        "counts": [(table.model._meta.verbose_name, found["counts"][table.name]) for table in TABLES],
        "is_taken": not held.is_confirmed and Plan.objects.filter(slug=found["slug"]).exists(),
    }
    return render(request, "tasks/plan_archive/detail.html", context, status=status)
