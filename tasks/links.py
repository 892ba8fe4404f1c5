"""Links that keep the date: the one way from a page that shows state to another."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from .forms.as_of import AsOf
from .models import demonstration_mark


def link(as_of: AsOf, name: str, *args: object, **query: object) -> str:
    """The address of a named page under ``query``, for the same day; today is left unsaid."""
    words = {key: value for key, value in query.items() if value not in (None, "")}
    if not as_of.is_today:
        words["as_of"] = as_of.day.isoformat()
    return reverse(name, args=args) + (f"?{urlencode(words)}" if words else "")


def day_of(request: HttpRequest) -> AsOf:
    """The day a page is asked for, as ``plan_tracker.middleware.AsOfDate`` read it."""
    as_of: AsOf = request.as_of  # type: ignore[attr-defined]
    return as_of


def way_in(request: HttpRequest) -> AsOf:
    """The day on which people come in: the one that is asked for, or today; of a demonstration the last it tells of."""
    as_of, mark = day_of(request), demonstration_mark()
    if mark is not None and "as_of" not in request.GET:
        return replace(as_of, day=mark.last_day)  # made-up data say nothing of today
    return as_of
