"""Files that came with reports: sent to those who may see them, added to drafts and taken away again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from .. import permissions
from ..actions import evidence as actions
from ..choices import EvidenceKind
from ..files import MEDIA_TYPES
from ..models import Assignment, Draft, Evidence
from .access import allowed, person

logger = logging.getLogger(__name__)


@require_safe
def evidence(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, to be saved and never shown in the browser; for whom it is not meant there is no such page."""
    found = get_object_or_404(Evidence.objects.select_related("draft__assignment__department"), pk=pk)
    if not permissions.may_see_evidence(request.user, found):
        raise Http404
    response: HttpResponseBase
    try:
        if settings.X_ACCEL_REDIRECT:
            if not found.file.storage.exists(str(found.file.name)):
                raise FileNotFoundError(found.file.name)
            response = HttpResponse()
            response["X-Accel-Redirect"] = settings.X_ACCEL_REDIRECT + quote(str(found.file.name))
        else:
            response = FileResponse(found.file.open("rb"))
    except FileNotFoundError:
        logger.error("Evidence %s has lost its file %s", found.pk, found.file.name)
        return render(request, "tasks/evidence/missing.html", {"evidence": found}, status=404)
    response["Content-Type"] = MEDIA_TYPES[EvidenceKind(found.kind)]
    response["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@allowed(permissions.has_own_duties)
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Adds the files sent as ``files-<pk>`` to the draft of the part; those that cannot be taken are named."""
    part = Assignment.objects.select_related("department").filter(pk=pk).first()
    if part is None or not permissions.may_report(request.user, part):
        raise Http404
    files, errors = request.FILES.getlist(f"files-{pk}"), []
    if getattr(request, "has_too_much", False):
        most = filesizeformat(settings.EVIDENCE_MAX_TOTAL_BYTES)
        files, errors = [], [_("一次上传的文件合计超过%(most)s，均未上传，请分次上传或压缩后再试。") % {"most": most}]
    elif not files:
        errors = [_("没有收到文件，请选择文件后上传。")]
    for file in files:
        try:
            added = actions.add(by=person(request), assignment=part, file=file, now=timezone.now())
        except ValidationError as error:
            errors += error.messages
        else:
            if not request.htmx:  # type: ignore[attr-defined]
                messages.success(request, _("“%(name)s”已上传。") % {"name": added.name})
    return _answer(request, part, errors)


@require_POST
@allowed(permissions.has_own_duties)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(
        Evidence.objects.select_related("draft__assignment__department", "report__assignment__department"), pk=pk
    )
    holder = found.draft or found.report
    part = holder.assignment if holder is not None else None
    if part is None or not permissions.may_report(request.user, part):
        raise Http404
    try:
        actions.remove(by=person(request), evidence=found)
    except ValidationError as error:
        return _answer(request, part, error.messages)
    if not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, _("“%(name)s”已删除。") % {"name": found.name})
    return _answer(request, part, [])


def _answer(request: HttpRequest, part: Assignment, errors: Sequence[str]) -> HttpResponse:
    """The part's list of files for htmx, else back to the page, which says the same."""
    if request.htmx:  # type: ignore[attr-defined]
        draft = Draft.objects.filter(assignment=part).first()
        return render(request, "tasks/evidence/list.html", {"part": part, "draft": draft, "errors": errors})
    for error in errors:
        messages.error(request, error)
    return redirect(f"{reverse('mine')}#d{part.pk}")
