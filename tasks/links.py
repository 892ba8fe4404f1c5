"""Links that keep the date: the one way from a page that shows state to another."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from .forms.as_of import AsOf


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
