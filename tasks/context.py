"""What every page of the project is given."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from . import permissions
from .forms.as_of import AsOfForm
from .links import way_in
from .models import Plan


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """The day, the plan to fall back on where a page is about none, and what the frame offers this person."""
    user = getattr(request, "user", None)
    as_of = getattr(request, "as_of", None)
    if user is None or as_of is None or not user.is_authenticated:
        return {"current_plan": None}
    return {
        "as_of": as_of,
        "as_of_form": AsOfForm(initial={"as_of": as_of.day}),
        "current_plan": SimpleLazyObject(lambda: Plan.objects.current_first(way_in(request).day).first()),
        "may_read": permissions.may_read(user),
        "has_own_duties": permissions.has_own_duties(user),
        "has_review_queue": permissions.has_review_queue(user),
        "may_fill_in": permissions.may_fill_in(user),
        "may_audit": permissions.may_audit(user),
        "may_use_panel": permissions.may_use_panel(user),
    }
