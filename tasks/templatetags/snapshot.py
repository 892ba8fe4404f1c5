"""How a page shows what was frozen."""

from __future__ import annotations

from django import template

from ..snapshot import counted

register = template.Library()


@register.filter
def number_of(counts: dict[str, int], key: str) -> int:
    return counts[key]


register.filter("counted", counted)
