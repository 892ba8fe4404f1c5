"""Parts that nobody has signed for, and signing for them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from .. import permissions
from ..actions import receipt as actions
from ..filters import ReceiptFilter
from ..forms.receipt import SignForm
from ..links import day_of
from ..models import Assignment, Plan
from .access import allowed, person
from .ledger import answer, chips, page_of, tidied


@require_safe
@allowed(permissions.may_read)
def receipts(request: HttpRequest, slug: str) -> HttpResponse:
    if (short := tidied(request)) is not None:
        return short
    plan = get_object_or_404(Plan, slug=slug)
    day = day_of(request).day
    parts = Assignment.objects.filter(measure__plan=plan).unsigned(day).longest_unsigned_first()
    rows = parts.select_related("measure", "department", "collective_part__department")
    filterset = ReceiptFilter(request.GET, plan=plan, day=day, queryset=rows)
    context = {"plan": plan, "filter": filterset, **page_of(request, filterset), "chips": chips(request, filterset)}
    for part in context["page"].object_list:
        part.days_waiting = (day - part.given_on).days
    return answer(request, "tasks/receipt/list.html", "tasks/receipt/results.html", context)


@require_POST
@allowed(permissions.has_own_duties)
def sign(request: HttpRequest) -> HttpResponse:
    user, today = person(request), timezone.localdate()
    form = SignForm(request.POST)
    if not form.is_valid():
        for fault in list(form.non_field_errors()) or [_("所选的责任分工不存在，请刷新页面后重试。")]:
            messages.error(request, str(fault))
        return redirect("mine")
    parts = form.cleaned_data["part"]
    if form.cleaned_data["all"]:
        own = Assignment.objects.none() if user.department is None else Assignment.objects.of(user.department, today)
        parts = own.unsigned(today)
    made = actions.sign(by=user, assignments=parts, now=timezone.now())
    if made:
        words = ngettext("已签收%(n)d项责任分工。", "已签收%(n)d项责任分工。", len(made))
        messages.success(request, words % {"n": len(made)})
    else:
        messages.info(request, _("这些责任分工此前均已签收。"))
    return redirect("mine")
