"""Invitations: an administrator hands out the links, an invited person sets a password."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from departments.models import Invitation, InvitationQuerySet, User

from .. import permissions
from ..actions import invitation as actions
from ..excel import invitation as workbooks
from ..excel.invitation import Line
from ..forms.invitation import WITHOUT, CodeForm, FirstPasswordForm, UnitForm
from ..invitations import code_of, invited_by
from .access import allowed, person
from .export import XLSX
from .ledger import tidied, turned

LENGTH = 50  # people on a page

# --- handed out ------------------------------------------------------------------------------------


def _found(form: UnitForm) -> InvitationQuerySet:
    found = Invitation.objects.waiting().unit_by_unit().prefetch_related("person__groups")
    if not form.is_valid():
        return found.none()
    if form.chosen == WITHOUT:
        return found.filter(person__department=None)
    return found.filter(person__department=int(form.chosen)) if form.chosen else found


def _lines(request: HttpRequest, found: Iterable[Invitation], now: datetime) -> list[Line]:
    address = request.build_absolute_uri(reverse("invitation"))
    return [
        Line(
            invitation=each,
            unit=each.person.department.name if each.person.department else "",
            roles=each.person.roles_in_words,
            link="" if each.is_over(now) else f"{address}#{code_of(each)}",
        )
        for each in found
    ]


class Unit(NamedTuple):
    """The people of one unit on a page, and how many there are of it on all pages."""

    name: str
    people: list[Line]
    number: int


@require_safe
@allowed(permissions.may_invite)
def invitations(request: HttpRequest) -> HttpResponse:
    """Who has not set a password yet, unit by unit, each with the link."""
    if (short := tidied(request)) is not None:
        return short
    form, now = UnitForm(request.GET), timezone.now()
    found = _found(form)
    turn, numbers = turned(request, found, LENGTH), found.by_unit()
    by_unit = groupby(_lines(request, turn["page"], now), key=lambda line: line.invitation.person.department_id)
    units = [(key, list(people)) for key, people in by_unit]
    context = {
        "filter": {"form": form},
        "units": [Unit(people[0].unit, people, numbers[key]) for key, people in units],
        "over": found.over(now).count(),
        **turn,
    }
    return render(request, "tasks/invitation/list.html", context)


@require_safe
@allowed(permissions.may_invite)
def export(request: HttpRequest) -> HttpResponse:
    """The same as a workbook, a sheet for each unit."""
    form, now = UnitForm(request.GET), timezone.now()
    lines = _lines(request, _found(form), now)
    if not lines:
        messages.warning(request, _("没有等待接受的邀请，没有导出。"))
        return redirect("invitations")
    day = timezone.localdate()
    content = workbooks.workbook(lines, as_of=day, exported_by=person(request).name)
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, workbooks.filename(day, form.name))
    return response


@require_POST
@allowed(permissions.may_invite)
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Another link for one person; the one before is void."""
    invited = get_object_or_404(User, pk=pk)
    try:
        actions.issue(by=person(request), person=invited, now=timezone.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("invitations")
    words = _("已为%(name)s生成新的邀请链接，原来的链接作废。")
    messages.success(request, words % {"name": invited.name})
    return redirect(_place_of(invited))


def _place_of(invited: User) -> str:
    """The page of the list of his unit on which somebody stands."""
    unit = Invitation.objects.waiting().filter(person__department=invited.department_id)
    page = unit.filter(person__username__lt=invited.username).count() // LENGTH + 1
    turn = f"&page={page}" if page > 1 else ""
    return f"{reverse('invitations')}?unit={invited.department_id or WITHOUT}{turn}"


# --- accepted --------------------------------------------------------------------------------------


@login_not_required
@sensitive_variables("code")
@sensitive_post_parameters("code", "new_password1", "new_password2")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest) -> HttpResponse:
    """
    Where a link leads. Its code stands behind the #, which browsers keep to themselves: no server logs it.

    The code is asked for first, then the password, with the code in the form. Nothing is in the session, nothing
    in an address.
    """
    if request.method != "POST":
        return _ask(request, CodeForm())
    form, now = CodeForm(request.POST), timezone.now()
    if not form.is_valid():
        return _ask(request, form, status=422)
    code = form.cleaned_data["code"]
    found = invited_by(code, now)
    if found is None:
        return _void(request, form)
    is_typed = "new_password1" in request.POST
    password = FirstPasswordForm(found.person, code, request.POST if is_typed else None)
    if not is_typed or not password.is_valid():
        context = {"form": password, "invited": found.person, "expires_at": found.expires_at}
        return render(request, "tasks/invitation/password.html", context, status=422 if is_typed else 200)
    try:
        actions.accept(code=code, password=password.cleaned_data["new_password1"], now=now)
    except actions.Void:
        return _void(request, form)
    logout(request)  # of somebody else, who uses the same computer
    messages.success(request, _("密码已设定，请用用户名和新密码登录。"))
    return redirect("login")


def _void(request: HttpRequest, form: CodeForm) -> HttpResponse:
    form.add_error(
        "code", _("邀请码无效：可能填写有误、已经用过、已过有效期，或者已换成新的链接。请向系统管理员索取新的链接。")
    )
    return _ask(request, form, status=422)


def _ask(request: HttpRequest, form: CodeForm, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"form": form}
    return render(request, "tasks/invitation/code.html", context, status=status)
