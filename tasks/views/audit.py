"""Who has changed what: to be read by administrators, and by nobody changed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from .. import permissions
from ..changes import ACTIONS, changes_of, entries, kind_of, names_in, who_did
from ..excel import audit as workbooks
from ..forms.audit import AuditForm
from ..links import day_of
from .access import allowed, person
from .export import XLSX
from .ledger import tidied, turned

LENGTH = 50  # rows on a page
MOST_ROWS = 10_000  # in one workbook; more are asked for in pieces


def _found(request: HttpRequest, form: AuditForm) -> Any:
    found = entries(day_of(request).day, **(form.cleaned_data if form.is_valid() else {}))
    return found if form.is_valid() else found.none()


@require_safe
@allowed(permissions.may_audit)
def audit(request: HttpRequest) -> HttpResponse:
    if (short := tidied(request)) is not None:
        return short
    form = AuditForm(request.GET)
    turn = turned(request, _found(request, form), LENGTH)
    shown = list(turn["page"].object_list)
    names = names_in(shown)
    rows = [
        {
            "entry": entry,
            "who": who_did(entry),
            "what": ACTIONS[entry.action],
            "kind": kind_of(entry),
            "changes": list(changes_of(entry, names)),
        }
        for entry in shown
    ]
    context = {"filter": {"form": form}, **turn, "rows": rows, "most": MOST_ROWS}
    return render(request, "tasks/audit/list.html", context)


@require_safe
@allowed(permissions.may_audit)
def export(request: HttpRequest) -> HttpResponse:
    form = AuditForm(request.GET)
    found = _found(request, form)
    number = found.count()
    if not form.is_valid() or number > MOST_ROWS:
        # A workbook cannot explain why it is not there: the page can.
        context = {"filter": {"form": form}, "number": number, "most": MOST_ROWS}
        return render(request, "tasks/audit/export_refused.html", context, status=400)
    day = day_of(request).day
    content = workbooks.workbook(
        found,
        as_of=day,
        exported_by=person(request).name,
        conditions=[(label, value) for _name, label, value in form.conditions],
    )
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, workbooks.filename(day))
    return response
