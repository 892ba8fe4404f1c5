"""Saying that a step of a measure is done, and taking that back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from .. import permissions
from ..actions import milestone as actions
from ..forms.milestone import MilestoneForm
from ..links import day_of
from ..models import Evidence, Measure, Milestone, MilestoneEntry
from ..step import Step
from ..timeliness import local_day
from .access import allowed, person


def _milestone(slug: str, number: int, pk: int) -> Milestone:
    found = Milestone.objects.select_related("measure__plan", "measure__section")
    return get_object_or_404(found, pk=pk, measure__number=number, measure__plan__slug=slug)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(permissions.may_read)
def milestone(request: HttpRequest, slug: str, number: int, pk: int) -> HttpResponse:
    found = _milestone(slug, number, pk)
    permissions.require(permissions.may_mark(request.user, found.measure))
    if request.method != "POST":
        return _page(request, found, MilestoneForm())
    form = MilestoneForm(request.POST)
    if getattr(request, "has_too_much", False):
        most = filesizeformat(settings.EVIDENCE_MAX_TOTAL_BYTES)
        form.add_error(None, _("上传的文件合计超过%(most)s，请压缩后再试。") % {"most": most})
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        _entry, is_new = actions.mark_done(
            by=person(request),
            milestone=found,
            now=timezone.now(),
            files=request.FILES.getlist("files"),
            **form.cleaned_data,
        )
    except actions.NotTaken as refusal:
        form.add_error(None, refusal.args[0])
        return _page(request, found, form, status=409)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, found, form, status=422)
    if is_new:
        messages.success(request, _("节点已登记完成：%(milestone)s。") % {"milestone": found})
    else:
        messages.info(request, _("这个节点已经登记过，没有重复记录。"))
    return redirect(found.measure)


@require_POST
@allowed(permissions.may_take_back)
def undo(request: HttpRequest, slug: str, number: int, pk: int) -> HttpResponse:
    found = _milestone(slug, number, pk)
    try:
        actions.undo(by=person(request), milestone=found, now=timezone.now())
    except actions.NotTaken as refusal:
        messages.warning(request, refusal.args[0])
    else:
        messages.success(request, _("节点的完成登记已撤销：%(milestone)s。") % {"milestone": found})
    return redirect(found.measure)


@dataclass(frozen=True)
class Row:
    """A step as a page shows it: where it stands, what was recorded, and the form for whoever may."""

    milestone: Milestone
    step: Step
    entry: MilestoneEntry | None
    files: list[Evidence]
    form: MilestoneForm


def steps(measure: Measure, day: date) -> list[Row]:
    """The steps of ``measure``, which comes with its plan, at the end of ``day``; three queries."""
    milestones: Any = measure.milestones
    return [
        Row(
            milestone=each,
            step=each.light_on(day),
            entry=each.entry_on(day),
            files=[file for file in each.evidence.all() if local_day(file.uploaded_at) <= day],
            form=MilestoneForm(auto_id=f"milestone{each.pk}_%s"),
        )
        for each in milestones.with_entries().order_by("due_on", "position")
    ]


def _page(request: HttpRequest, found: Milestone, form: MilestoneForm, *, status: int = 200) -> HttpResponse:
    step = found.light_on(day_of(request).today)
    context = {
        "plan": found.measure.plan,
        "measure": found.measure,
        "wording": found.measure.wording_on(day_of(request).today),
        "milestone": found,
        "step": step,
        "form": form,
    }
    return render(request, "tasks/milestone/form.html", context, status=status)
