"""Saying what an indicator has reached."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from .. import permissions
from ..actions import indicator as actions
from ..charts import State, states
from ..forms.indicator import IndicatorForm
from ..links import day_of
from ..models import Indicator
from .access import allowed, person


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(permissions.may_read)
def indicator(request: HttpRequest, slug: str, number: int, pk: int) -> HttpResponse:
    indicators = Indicator.objects.select_related("measure__plan", "measure__section")
    found = get_object_or_404(indicators, pk=pk, measure__number=number, measure__plan__slug=slug)
    permissions.require(permissions.answering_department(request.user, found.measure) is not None)
    state = next(each for each in states(found.measure, day_of(request).today) if each.indicator == found)
    if request.method != "POST":
        return _page(request, state, fresh(state))
    form = IndicatorForm(request.POST)
    if not form.is_valid():
        return _page(request, state, form, status=422)
    try:
        entry, is_new = actions.record(by=person(request), indicator=found, now=timezone.now(), **form.cleaned_data)
    except actions.Superseded as superseded:
        again = form.again(superseded.newer)
        again.add_error(None, superseded.args[0])
        return _page(request, state, again, status=409)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, state, form, status=422)
    words = {"indicator": found, "day": entry.reached_on.isoformat(), "value": entry.value, "unit": found.unit}
    if is_new:
        messages.success(request, _("已填报%(indicator)s：截至%(day)s累计%(value)d%(unit)s。") % words)
    else:
        messages.info(request, _("这个累计值已经填报过，没有重复记录。"))
    return redirect(found.measure)


def fresh(state: State) -> IndicatorForm:
    """An empty form for somebody who has the state before him."""
    return IndicatorForm(initial={"seen": state.newest}, auto_id=f"indicator{state.indicator.pk}_%s")


def _page(request: HttpRequest, state: State, form: IndicatorForm, *, status: int = 200) -> HttpResponse:
    measure = state.measure
    wording = measure.wording_on(day_of(request).today)
    context = {"plan": measure.plan, "measure": measure, "wording": wording, "state": state, "form": form}
    return render(request, "tasks/indicator/form.html", context, status=status)
