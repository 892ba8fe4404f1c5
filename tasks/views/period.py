"""A plan's reporting periods: how each stands, and setting them up, opening, locking and reopening them."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from departments.models import Department

from .. import permissions
from ..actions import period as actions
from ..forms.period import BulkForm, PeriodForm, ReopeningForm
from ..links import day_of
from ..models import Assignment, Period, Plan, units_involved, with_wording
from ..periods import period as period_row
from ..periods import periods as period_rows
from .access import allowed, person


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(permissions.may_read)
def periods(request: HttpRequest, slug: str) -> HttpResponse:
    plan = get_object_or_404(Plan, slug=slug)
    if request.method != "POST":
        return _list(request, plan)
    permissions.require(permissions.may_manage_periods(request.user))
    form = BulkForm(request.POST, periods=plan.periods.all())
    if not form.is_valid():
        return _list(
            request,
            plan,
            faults=[str(fault) for fault in form.errors.get("period", ())] or [_("请求有误，请重试。")],
            status=422,
        )
    is_lock = form.cleaned_data["act"] == BulkForm.LOCK
    act = actions.lock if is_lock else actions.open_now
    chosen = list(form.cleaned_data["period"])
    try:
        done = act(by=person(request), periods=chosen, now=timezone.now())
    except ValidationError as error:
        return _list(request, plan, faults=error.messages, status=422)
    if done:
        words = _("已锁定：%(periods)s。") if is_lock else _("已开启：%(periods)s。")
        messages.success(request, words % {"periods": _names(done)})
    if left := [each for each in chosen if each not in done]:
        words = _("此前已锁定，没有变化：%(periods)s。") if is_lock else _("此前已开启，没有变化：%(periods)s。")
        messages.warning(request, words % {"periods": _names(left)})
    return redirect("periods", plan.slug)


def _names(found: list[Period]) -> str:
    return _("、").join(str(each) for each in found)


def _list(request: HttpRequest, plan: Plan, *, faults: list[str] | None = None, status: int = 200) -> HttpResponse:
    as_of = day_of(request)
    context = {
        "plan": plan,
        "rows": period_rows(plan, as_of.day),
        "may_manage": as_of.is_today and permissions.may_manage_periods(request.user),
        "faults": faults,
        "chosen": set(request.POST.getlist("period")),
    }
    return render(request, "tasks/period/list.html", context, status=status)


@require_safe
@allowed(permissions.may_read)
def period(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Who owes a report in one period: all of them, or those who have reported, reported late, or said nothing."""
    found = get_object_or_404(Period.objects.select_related("plan"), plan__slug=slug, pk=pk)
    unit = _unit(request, found.plan)
    row = period_row(found, day_of(request).day, unit)
    turnout = row.turnout
    steps = []
    if turnout is not None:
        steps = [
            ("", _("应报"), turnout.owed),
            ("yes", _("已报"), turnout.reported),
            ("late", _("补报"), turnout.late),
            ("no", _("未报"), turnout.silent),
        ]
        if unit is not None:
            steps.insert(1, ("in_time", _("按期"), turnout.in_time))
    shown = next((step for step in steps if step[0] == request.GET.get("reported")), steps[0] if steps else None)
    parts = Assignment.objects.filter(pk__in=shown[2] if shown else ()).select_related("measure", "department")
    parts = with_wording(parts, day_of(request).day)
    context = {
        "plan": found.plan,
        "row": row,
        "steps": [(value, label, len(keys)) for value, label, keys in steps],
        "shown": shown[0] if shown else "",
        "unit": unit,
        "parts": parts.order_by("measure__number", "position", "department__position", "pk"),
    }
    return render(request, "tasks/period/detail.html", context)


def _unit(request: HttpRequest, plan: Plan) -> Department | None:
    """The unit that the page is narrowed down to; 404 where the plan has no such unit."""
    key = request.GET.get("unit", "")
    if not key:
        return None
    if not (key.isascii() and key.isdecimal() and len(key) < 10):
        raise Http404
    return get_object_or_404(units_involved(plan), pk=int(key))


def _sent(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(permissions.may_manage_periods)
def create(request: HttpRequest, slug: str) -> HttpResponse:
    plan = get_object_or_404(Plan, slug=slug)
    form = PeriodForm(_sent(request), instance=Period(plan=plan))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create(by=person(request), period=form.period(), now=timezone.now())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("已新增填报周期：%(period)s。") % {"period": made})
            return redirect("periods", plan.slug)
    return _form(request, form, plan, _("新增填报周期"))


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(permissions.may_manage_periods)
def change(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    found = get_object_or_404(Period.objects.select_related("plan"), plan__slug=slug, pk=pk)
    title = _("修改填报周期：%(period)s") % {"period": found}
    form = PeriodForm(_sent(request), instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            changed = actions.change(by=person(request), period=form.period(), now=timezone.now())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("已修改填报周期：%(period)s。") % {"period": changed})
            return redirect("periods", slug)
    return _form(request, form, found.plan, title)


def _form(request: HttpRequest, form: PeriodForm, plan: Plan, title: str) -> HttpResponse:
    context = {"plan": plan, "form": form, "title": title}
    return render(request, "tasks/period/form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(permissions.may_manage_periods)
def reopen(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    found = get_object_or_404(Period.objects.select_related("plan", "reopened_by"), plan__slug=slug, pk=pk)
    form = ReopeningForm(_sent(request))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.reopen(by=person(request), period=found, now=timezone.now(), **form.cleaned_data)
            except ValidationError as error:
                form.add_error(None, error)
                found.refresh_from_db()
                status = 409
            else:
                messages.success(request, _("%(period)s已重新开启。") % {"period": found})
                return redirect("periods", slug)
    context = {"plan": found.plan, "period": found, "form": form}
    return render(request, "tasks/period/reopen.html", context, status=status)


@require_POST
@allowed(permissions.may_manage_periods)
def extend(request: HttpRequest, slug: str) -> HttpResponse:
    plan = get_object_or_404(Plan, slug=slug)
    made = actions.extend(by=person(request), plan=plan, now=timezone.now())
    if made:
        words = ngettext("已生成%(n)d个填报周期：%(periods)s。", "已生成%(n)d个填报周期：%(periods)s。", len(made))
        messages.success(request, words % {"n": len(made), "periods": _names(made)})
    else:
        messages.info(request, _("今后一年的填报周期已经齐备，没有需要生成的。"))
    return redirect("periods", plan.slug)
