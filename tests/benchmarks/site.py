"""The project's addresses, and some to compare with: an empty view and plain lists, behind the same middleware."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template import engines
from django.urls import path
from django.utils import timezone

from plan_tracker import urls
from plan_tracker.urls import handler400, handler403, handler404, handler500
from tasks.actions import snapshot
from tasks.models import Measure, Plan

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

LIST = """<!doctype html>
<html lang="zh-Hans">
  <head><meta charset="utf-8"><title>{{ plan.title }}</title></head>
  <body>
    <p>{{ page.paginator.count }}</p>
    <table>
      {% for measure in page %}
        <tr>
          <td>{{ measure.number }}</td>
          <td><a href="{% url 'measure' plan.slug measure.number %}">{{ measure.wording }}</a></td>
          <td>{{ measure.section }}</td>
          <td>{{ measure.due_on|date:"Y-m-d" }}</td>
          UNITS
        </tr>
      {% endfor %}
    </table>
  </body>
</html>
"""
UNITS = """<td>
  {% for part in measure.assignments.all %}{{ part.department.name }} {{ part.get_role_display }} {% endfor %}
</td>"""
PLAIN = engines["django"].from_string(LIST.replace("UNITS", ""))
WITH_UNITS = engines["django"].from_string(LIST.replace("UNITS", UNITS))


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def plain_list(request: HttpRequest, slug: str, length: int, units: bool = False) -> HttpResponse:
    """The first ``length`` measures as Django's tutorial would show them: count, slice, a bare template."""
    plan = get_object_or_404(Plan, slug=slug)
    measures = Measure.objects.filter(plan=plan).select_related("section").order_by("number")
    if units:
        measures = measures.prefetch_related("assignments__department")
    page = Paginator(measures, length).get_page(request.GET.get("page"))
    template = WITH_UNITS if units else PLAIN
    return HttpResponse(template.render({"plan": plan, "page": page}, request))


def take_snapshot(request: HttpRequest, slug: str) -> HttpResponse:
    """What freezing the ledger costs; nothing of it is kept, so that every round freezes the same."""
    plan = get_object_or_404(Plan, slug=slug)
    with transaction.atomic():
        taken = snapshot.take(by=request.user, plan=plan, name="会议", day=timezone.localdate(), now=timezone.now())
        transaction.set_rollback(True)
    return HttpResponse(taken.sha256)


urlpatterns = [
    *urls.urlpatterns,
    path("bench/empty/", empty),
    path("bench/<slug:slug>/<int:length>/", plain_list),
    path("bench/<slug:slug>/snapshot/", take_snapshot),
    path("bench/<slug:slug>/<int:length>/units/", plain_list, {"units": True}),
]
