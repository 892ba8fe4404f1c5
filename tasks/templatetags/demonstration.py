"""The banner over every page of a database that holds nothing real."""

from __future__ import annotations

from typing import Any

from django import template
from django.db import DatabaseError

from ..models import demonstration_mark

register = template.Library()


@register.inclusion_tag("components/demonstration.html")
def demonstration_banner() -> dict[str, Any]:
    """Needs no request, and no database either: the pages that say that it is gone carry it too."""
    try:
        return {"demonstration": demonstration_mark()}
    except DatabaseError:
        return {"demonstration": None}
