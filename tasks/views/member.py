"""Who belongs to a collective, and units joining and leaving it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from departments.models import Department, Membership

from .. import permissions
from ..actions import member as actions
from ..forms.member import MemberForm
from ..links import day_of
from .access import allowed, person


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(permissions.may_read)
def members(request: HttpRequest, pk: int) -> HttpResponse:
    collective = get_object_or_404(Department.objects.collectives(), pk=pk)
    if request.method != "POST":
        return _page(request, collective, MemberForm())
    permissions.require(permissions.may_manage_members(request.user))
    form = MemberForm(request.POST)
    if not form.is_valid():
        return _page(request, collective, form, status=422)
    try:
        membership = actions.join(by=person(request), collective=collective, now=timezone.now(), **form.cleaned_data)
    except ValidationError as error:
        form.add_error("member", error.messages)
        return _page(request, collective, form, status=422)
    words = {"unit": membership.member, "collective": collective}
    messages.success(request, _("%(unit)s已加入%(collective)s，自今天起有自己的责任分工。") % words)
    return redirect("members", collective.pk)


@require_POST
@allowed(permissions.may_manage_members)
def leave(request: HttpRequest, pk: int, membership: int) -> HttpResponse:
    found = get_object_or_404(Membership.objects.select_related("member"), collective=pk, pk=membership)
    try:
        actions.leave(by=person(request), membership=found, now=timezone.now())
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    else:
        words = _("%(unit)s已退出，其责任分工自今天起终止，此前的填报保留。")
        messages.success(request, words % {"unit": found.member})
    return redirect("members", pk)


def _page(request: HttpRequest, collective: Department, form: MemberForm, *, status: int = 200) -> HttpResponse:
    as_of = day_of(request)
    known = collective.memberships.known_on(as_of.day).select_related("member")
    context = {
        "collective": collective,
        "current": known.on(as_of.day).order_by("member__position", "member__name"),
        "former": known.left_by(as_of.day).order_by("-left_on", "member__position", "member__name"),
        "form": form,
        "may_manage": as_of.is_today and permissions.may_manage_members(request.user),
    }
    return render(request, "tasks/member/list.html", context, status=status)
