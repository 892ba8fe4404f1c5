"""A plan's document: uploaded, gone through beside its text, and made a plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import permissions
from ..actions import plan as plans
from ..actions import plan_document as actions
from ..documents import checks, page
from ..forms import plan_document as forms
from ..models import PlanDocument
from .access import allowed, person
from .ledger import turned

LENGTH = 50  # rows of a list


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(permissions.may_import_plan)
def plan_documents(request: HttpRequest) -> HttpResponse:
    """All of them, and the form to bring in another."""
    if request.method != "POST":
        return _list(request, forms.UploadForm())
    too_much = getattr(request, "has_too_much", False)
    form = forms.UploadForm(request.POST, request.FILES, has_too_much=too_much)
    if not form.is_valid():
        return _list(request, form, status=422)
    before = PlanDocument.objects.filter(sha256=form.read.sha256).newest_first().without_content().first()
    received = actions.Received(**vars(form.read))
    try:
        document = actions.receive(by=person(request), received=received, now=timezone.now())
    except ValidationError as error:
        form.add_error("file" if form.cleaned_data.get("file") else "text", error)
        return _list(request, form, status=422)
    if before is not None:
        words = {"name": before.name, "at": timezone.localtime(before.uploaded_at).strftime("%Y-%m-%d %H:%M")}
        messages.warning(request, _("同样的内容已于%(at)s上传过（%(name)s），请确认不是重复导入。") % words)
    return redirect(document)


def _list(request: HttpRequest, form: forms.UploadForm, *, status: int = 200) -> HttpResponse:
    rows = PlanDocument.objects.newest_first().without_content().with_people()
    return render(
        request, "tasks/plan_document/list.html", {"form": form, **turned(request, rows, LENGTH)}, status=status
    )


@require_safe
@allowed(permissions.may_import_plan)
def plan_document(request: HttpRequest, pk: int) -> HttpResponse:
    """The text on one side, the plan on the other; ``?measure=`` opens one measure to be put right in its place."""
    document = get_object_or_404(PlanDocument.objects.with_people(), pk=pk)
    asked = request.GET.get("measure", "")
    key = int(asked) if asked.isdecimal() and len(asked) <= 6 else None
    return _page(request, document, key=key)


@require_POST
@allowed(permissions.may_import_plan)
def measure(request: HttpRequest, pk: int, key: int) -> HttpResponse:
    """One measure put right, left out or taken in again."""
    document = get_object_or_404(PlanDocument, pk=pk)
    found = document.parsed.measure(key)
    if found is None:
        raise Http404
    how = _how(request, document) | {"key": key}
    sets_aside = "leave_out" in request.POST or "take_in" in request.POST
    form = forms.MeasureForm(request.POST, parsed=document.parsed, measure=found, auto_id="measure_%s")
    lines = forms.lines_of(found, request.POST)
    bound = {"measure": form, "lines": lines}
    is_untouched = sets_aside and forms.is_untouched(found, request.POST)
    if not is_untouched and not all([form.is_valid(), lines.is_valid()]):
        error = _("填写的内容有误，没有保存，请改正后再点；不要这些改动的，先点“取消”。") if sets_aside else ""
        return _page(request, document, key=key, bound=bound, error=error, status=422)
    try:
        if sets_aside:
            edited = None if is_untouched else form.edited(lines)
            actions.leave_out(**how, is_left_out="leave_out" in request.POST, edited=edited)
            return redirect(f"{reverse('plan_document', args=[pk])}#m{key}")
        changed = actions.edit_measure(**how, edited=form.edited(lines))
    except (actions.Stale, actions.Confirmed) as refusal:
        return _refused(request, document, refusal, key=key, bound=bound)
    units = checks.units_of(changed.parsed, actions.known_units(), changed.decisions)
    following = page.next_open(changed.parsed, key, units)
    if "next" in request.POST and following != key:
        return redirect(f"{reverse('plan_document', args=[pk])}?measure={following}#m{following}")
    return redirect(f"{reverse('plan_document', args=[pk])}#m{key}")


@require_POST
@allowed(permissions.may_import_plan)
def change(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """What concerns the document as a whole, see ``CHANGES``."""
    if what not in CHANGES:
        raise Http404
    document = get_object_or_404(PlanDocument, pk=pk)
    return CHANGES[what](request, document, _how(request, document))


def _how(request: HttpRequest, document: PlanDocument) -> dict[str, Any]:
    """By whom and when, and which version of the document was seen."""
    seen = request.POST.get("version", "")
    version = int(seen) if seen.isdecimal() and len(seen) <= 9 else 0
    return {"by": person(request), "document": document, "version": version, "now": timezone.now()}


def _describe(request: HttpRequest, document: PlanDocument, how: dict[str, Any]) -> HttpResponse:
    form = forms.PlanForm(request.POST, known=actions.known_units(), named=document.parsed.units)
    return _filled_in(request, document, "about", form, lambda: actions.describe(**how, fields=form.as_fields()))


def _decide(request: HttpRequest, document: PlanDocument, how: dict[str, Any]) -> HttpResponse:
    form = forms.UnitsForm(request.POST, **_units_of(document, actions.known_units()))
    return _filled_in(request, document, "units", form, lambda: actions.decide_units(**how, decisions=form.decisions))


def _sections(request: HttpRequest, document: PlanDocument, how: dict[str, Any]) -> HttpResponse:
    form = forms.SectionsForm(request.POST, parsed=document.parsed)
    return _filled_in(request, document, "sections", form, lambda: actions.name_sections(**how, titles=form.titles))


def _times(request: HttpRequest, document: PlanDocument, how: dict[str, Any]) -> HttpResponse:
    form = forms.TimesForm(request.POST, auto_id="times_%s")

    def act() -> object:
        return actions.set_times(**how, due_on=form.cleaned_data["due_on"])

    return _filled_in(request, document, "times", form, act)


def _settle(request: HttpRequest, document: PlanDocument, how: dict[str, Any]) -> HttpResponse:
    most = len(document.parsed.doubts)
    asked = request.POST.get("doubts", "").split(",")
    numbers = [int(each) for each in asked if each.isdecimal() and len(each) <= 6 and int(each) < most]
    try:
        return _done(request, document, lambda: actions.settle(**how, doubts=numbers), "doubts")
    except ValidationError as error:
        return _page(request, document, error=error.messages[0], status=422)


def _take_line(request: HttpRequest, document: PlanDocument, how: dict[str, Any]) -> HttpResponse:
    asked = request.POST.get("line", "")
    line = int(asked) if asked.isdecimal() and len(asked) <= 6 else 0
    try:
        changed = actions.take_line(**how, line=line)
    except (actions.Stale, actions.Confirmed) as refusal:
        return _refused(request, document, refusal)
    except ValidationError as error:
        return _page(request, document, error=error.messages[0], status=422)
    key = changed.parsed.measures[-1].key
    return redirect(f"{reverse('plan_document', args=[document.pk])}?measure={key}#m{key}")


def _confirm(request: HttpRequest, document: PlanDocument, how: dict[str, Any]) -> HttpResponse:
    try:
        plan = actions.confirm(**how)
    except (actions.Stale, actions.Confirmed) as refusal:
        return _refused(request, document, refusal)
    except actions.Unfinished:
        return _page(request, document, error=_("还有需要补充或核对的内容，计划没有建立。"), status=422)
    except plans.Malformed as error:
        return _page(request, document, error=_("计划没有建立。%(reason)s") % {"reason": error.args[0]}, status=422)
    messages.success(request, _("已建立计划“%(plan)s”。") % {"plan": plan})
    return redirect(plan)


def _discard(request: HttpRequest, document: PlanDocument, how: dict[str, Any]) -> HttpResponse:
    try:
        actions.discard(by=how["by"], document=document, version=how["version"])
    except (actions.Stale, actions.Confirmed) as refusal:
        return _refused(request, document, refusal)
    messages.success(request, _("已删除“%(name)s”，没有建立计划。") % {"name": document.name})
    return redirect("plan_documents")


CHANGES: dict[str, Callable[[HttpRequest, PlanDocument, dict[str, Any]], HttpResponse]] = {
    "about": _describe,
    "units": _decide,
    "sections": _sections,
    "times": _times,
    "settle": _settle,
    "line": _take_line,
    "confirm": _confirm,
    "discard": _discard,
}


def _filled_in(
    request: HttpRequest, document: PlanDocument, name: str, form: django_forms.BaseForm, act: Callable[[], object]
) -> HttpResponse:
    if not form.is_valid():
        return _page(request, document, bound={name: form}, status=422)
    return _done(request, document, act, name, bound={name: form})


def _done(
    request: HttpRequest,
    document: PlanDocument,
    act: Callable[[], object],
    place: str,
    bound: dict[str, Any] | None = None,
) -> HttpResponse:
    try:
        act()
    except (actions.Stale, actions.Confirmed) as refusal:
        return _refused(request, document, refusal, bound=bound)
    return redirect(f"{reverse('plan_document', args=[document.pk])}#{place}")


def _refused(request: HttpRequest, document: PlanDocument, refusal: Exception, **more: Any) -> HttpResponse:
    """Somebody else came first: what stands now is shown, with what was typed still in its form."""
    now = PlanDocument.objects.with_people().filter(pk=document.pk).first()
    if now is None:
        messages.warning(request, _("这份计划文件已被他人删除。"))
        return redirect("plan_documents")
    if isinstance(refusal, actions.Confirmed):
        messages.warning(request, _("这份计划文件已经确认，计划已建立，内容不再改动。"))
        return redirect(now)
    words = {"who": now.saved_by.name, "at": timezone.localtime(now.saved_at).strftime("%H:%M")}
    error = _(
        "%(who)s已在%(at)s改动过这份文件，您的改动没有保存。页面上是现在的内容，您填写的仍在原处，请核对后再保存。"
    )
    return _page(request, now, error=error % words, status=409, **more)


def _units_of(document: PlanDocument, known: dict[str, str]) -> dict[str, Any]:
    return {
        "undecided": page.unknown(document.parsed, known),
        "units": sorted(set(known.values())),
        "inactive": actions.inactive_units(),
        "decisions": document.decisions,
    }


def _page(
    request: HttpRequest,
    document: PlanDocument,
    *,
    key: int | None = None,
    bound: dict[str, Any] | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    bound = bound or {}
    parsed, known = document.parsed, actions.known_units()
    units = checks.units_of(parsed, known, document.decisions)
    context: dict[str, Any] = {
        "document": document,
        "sheet": page.sheet(document.rows, parsed, units),
        "error": error,
        "unit_names": sorted({*known.values(), *parsed.units}),
    }
    if not document.is_confirmed:
        editing = parsed.measure(key) if key is not None else None
        initial = forms.initial_of(parsed, document.fields, known)
        unit_form = bound.get("units") or forms.UnitsForm(**_units_of(document, known))
        context |= {
            "missing": checks.missing(parsed, document.fields, known, document.decisions),
            "about": bound.get("about") or forms.PlanForm(initial=initial, known=known, named=parsed.units),
            "units": unit_form if unit_form.names else None,
            "units_decided": all(name in units for name in parsed.units),
            "sections": bound.get("sections") or forms.SectionsForm(parsed=parsed),
            "times": bound.get("times") or forms.TimesForm(auto_id="times_%s"),
            "opened": next(iter(bound), ""),
            "editing": editing,
        }
        if editing is not None:
            context["form"] = bound.get("measure") or forms.MeasureForm(
                parsed=parsed,
                measure=editing,
                initial=forms.MeasureForm.initial_of(editing),
                auto_id="measure_%s",
            )
            context["lines"] = bound.get("lines") or forms.lines_of(editing)
    return render(request, "tasks/plan_document/detail.html", context, status=status)
