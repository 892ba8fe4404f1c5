"""What a page says about files before any is sent."""

from __future__ import annotations

from django import template
from django.conf import settings

from ..files import ACCEPT

register = template.Library()


@register.simple_tag
def evidence_limits() -> dict[str, object]:
    """``accept`` for the file input, ``most`` files to a report, ``most_bytes`` of each."""
    return {"accept": ACCEPT, "most": settings.EVIDENCE_MAX_FILES, "most_bytes": settings.EVIDENCE_MAX_BYTES}
