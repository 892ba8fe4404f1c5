"""Workbooks to be filled in: taken away, brought back, looked at, confirmed and undone."""

from __future__ import annotations

import re
import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from departments.models import Department

from .. import permissions
from ..actions import upload as actions
from ..excel import fill_in as workbooks
from ..excel import returned
from ..models import Assignment, Plan, Upload, UploadedFile, units_involved
from ..returned import fingerprint, lines_of
from .access import allowed, person
from .export import XLSX
from .ledger import turned

LENGTH = 50  # uploads on a page
OURS, THEIRS = "ours", "theirs"

# --- taken away ------------------------------------------------------------------------------------


@require_safe
@allowed(permissions.may_fill_in)
def fill_in(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The workbook of one unit; for those who may not have it there is none."""
    plan, unit = get_object_or_404(Plan, slug=slug), get_object_or_404(Department, pk=pk)
    if not permissions.may_take_away(request.user, unit):
        raise Http404
    day = timezone.localdate()
    parts = Assignment.objects.to_fill_in(day, plan).filter(department=unit)
    content = workbooks.workbook(plan=plan, unit=unit, parts=parts, as_of=day, exported_by=person(request).name)
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, workbooks.filename(plan, unit, day))
    return response


@require_safe
@allowed(permissions.may_send_out)
def fill_ins(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The workbooks of all units that have something to fill in, in one archive."""
    plan, day = get_object_or_404(Plan, slug=slug), timezone.localdate()
    parts = Assignment.objects.to_fill_in(day, plan)
    file = workbooks.archive(plan=plan, parts=parts, as_of=day, exported_by=person(request).name)
    return FileResponse(
        file, as_attachment=True, filename=workbooks.archive_name(plan, day), content_type="application/zip"
    )


# --- brought back ----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(permissions.may_fill_in)
def uploads(request: HttpRequest, slug: str) -> HttpResponse:
    """What can be taken away, the form to bring it back, and what has been brought back."""
    plan = get_object_or_404(Plan, slug=slug)
    if request.method != "POST":
        return _list(request, plan)
    permissions.require(permissions.may_upload(request.user))
    files = request.FILES.getlist("files")
    if error := _too_much(request, len(files)):
        return _list(request, plan, error)
    until = time.monotonic() + settings.WORKBOOKS_MAX_SECONDS
    named = ((file.name or "", file) for file in files)
    try:
        read = returned.read_all(named, until=until, plan=plan.pk)  # type: ignore[arg-type]
        tried = until + settings.WORKBOOKS_MAX_SECONDS / 2
        made = actions.receive(by=person(request), plan=plan, files=read, now=timezone.now(), until=tried)
    except returned.TooMuch:
        return _list(request, plan, str(actions.too_much().args[0]))
    except actions.NotTaken as refusal:
        return _list(request, plan, str(refusal.args[0]))
    return redirect(made)


def _too_much(request: HttpRequest, files: int) -> str:
    """Why the files are not even looked at."""
    if getattr(request, "has_too_much", False):
        most = filesizeformat(settings.EVIDENCE_MAX_TOTAL_BYTES)
        return _("一次上传的文件合计超过%(most)s，均未上传，请分次上传。") % {"most": most}
    if not files:
        return _("没有收到文件，请选择文件后上传。")
    if files > settings.WORKBOOKS_MAX_FILES:
        return _("一次最多上传%(most)d个文件，请分次上传。") % {"most": settings.WORKBOOKS_MAX_FILES}
    return ""


def _list(request: HttpRequest, plan: Plan, error: str = "") -> HttpResponse:
    rows = Upload.objects.filter(plan=plan).with_people().counted().newest_first()
    if not permissions.may_send_out(request.user):
        rows = rows.filter(author=person(request))
    may_send_out = permissions.may_send_out(request.user)
    context = {
        "plan": plan,
        "error": error,
        "may_upload": permissions.may_upload(request.user),
        "may_send_out": may_send_out,
        "own": person(request).department,
        "units": units_involved(plan).order_by("position", "pk") if may_send_out else [],
        "most_files": settings.WORKBOOKS_MAX_FILES,
        "most_bytes": settings.IMPORT_MAX_BYTES,
        **turned(request, rows, LENGTH),
    }
    return render(request, "tasks/upload/list.html", context, status=422 if error else 200)


# --- looked at and confirmed -----------------------------------------------------------------------


def _found(request: HttpRequest, slug: str, pk: int) -> Upload:
    """The upload, for those who may see it; for others there is none."""
    found = get_object_or_404(Upload.objects.with_people(), plan__slug=slug, pk=pk)
    if not permissions.may_see_upload(request.user, found):
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(permissions.may_upload)
def upload(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What would be reported, row by row, and confirming it."""
    found = _found(request, slug, pk)
    if request.method != "POST":
        return _page(request, found)
    try:
        made = actions.confirm(
            by=person(request),
            upload=found,
            seen=request.POST.get("seen", ""),
            now=timezone.now(),
            chosen={name: value == OURS for name, value in request.POST.items() if value in (OURS, THEIRS)},
            left_out=_left_out(request),
            leaves_out_refused="leave_out" in request.POST,
        )
    except actions.NotTaken as refusal:
        is_late = isinstance(refusal, actions.AlreadyDone | actions.MovedOn)
        return _page(request, _found(request, slug, pk), refusal, status=409 if is_late else 422)
    messages.success(request, ngettext("已填报%(n)d项。", "已填报%(n)d项。", made) % {"n": made})
    return redirect(found)


@require_POST
@allowed(permissions.may_upload)
def discard(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Throws away what nobody has confirmed."""
    found = _found(request, slug, pk)
    try:
        actions.discard(by=person(request), upload=found)
    except actions.AlreadyDone as refusal:
        return _page(request, _found(request, slug, pk), refusal, status=409)
    messages.success(request, _("已放弃这次上传，没有填报任何内容。"))
    return redirect("uploads", slug)


def _left_out(request: HttpRequest) -> set[int]:
    """The keys of the rows that are not to be reported."""
    return {int(key) for key in request.POST.getlist("left_out") if re.fullmatch(r"[0-9]{1,18}", key)}


@require_POST
@allowed(permissions.may_upload)
def undo(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Takes back all that was reported."""
    found = _found(request, slug, pk)
    try:
        number = actions.undo(by=person(request), upload=found, now=timezone.now())
    except actions.NotTaken as refusal:
        return _page(request, _found(request, slug, pk), refusal, status=409)
    words = ngettext(
        "已撤回%(n)d项填报，内容已转为草稿；另有草稿的，保留原来的草稿。",
        "已撤回%(n)d项填报，内容已转为草稿；另有草稿的，保留原来的草稿。",
        number,
    )
    messages.success(request, words % {"n": number})
    return redirect(found)


def _page(
    request: HttpRequest, found: Upload, refusal: actions.NotTaken | None = None, *, status: int = 200
) -> HttpResponse:
    lines = lines_of(found, timezone.localdate())
    files = list(found.files.all())
    taken = [line for line in lines if line.row.is_taken]
    refused = [line for line in lines if line.row.fault or line.row.refused]
    undecided, left_out = getattr(refusal, "field", ""), _left_out(request)
    chosen = {name: value for name, value in request.POST.items() if value in (OURS, THEIRS)}
    asked = [line.name_of(name) for line in taken if line.row.pk not in left_out for name in line.conflicting]
    missing = [name for name in asked if name not in chosen]
    context: dict[str, Any] = {
        "plan": found.plan,
        "upload": found,
        "lines": lines,
        "files": files,
        "earlier": _earlier(found, files),
        "unchanged": sum(file.unchanged for file in files),
        "refused": len(refused) + sum(bool(file.fault) for file in files),
        "repeated": sum(bool(line.row.repeats) for line in lines),
        "conflicts": sum(len(line.conflicting) for line in taken),
        "changed": sum(bool(line.cells) for line in taken),
        "reported": sum(line.row.report_id is not None for line in lines),
        "seen": fingerprint(lines),
        "chosen": chosen,
        "left_out": left_out,
        "leaves_out": "leave_out" in request.POST,
        "error": str(refusal.args[0]) if refusal else "",
        "undecided": undecided,
        "missing": missing if undecided == "conflicts" else [],
        "faults": {row.pk: why for row, why in refusal.faults} if refusal else {},
    }
    return render(request, "tasks/upload/detail.html", context, status=status)


def _earlier(found: Upload, files: list[UploadedFile]) -> list[UploadedFile]:
    """The same files, byte for byte, uploaded before."""
    same = UploadedFile.objects.filter(sha256__in={file.sha256 for file in files}, upload__plan=found.plan)
    return list(same.filter(upload__lt=found.pk).select_related("upload__author").order_by("-upload", "position"))
