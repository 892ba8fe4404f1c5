"""How the values of uploaded cells are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _

from ..uploads import TICKS

register = template.Library()


@register.filter
def in_cell(value: Any, name: str) -> str:
    """A value of the field ``name`` in words; what is empty says so."""
    if name in TICKS:
        return _("是") if value else _("（空）")
    if value in (None, ""):
        return _("（空）")
    return f"{value}%" if name == "percent" else str(value)


@register.filter
def of_row(faults: Mapping[int, str], row: int) -> str:
    """Why the row with that key could not be confirmed; empty where it could."""
    return faults.get(row, "")


@register.filter
def chosen_in(name: str, chosen: Mapping[str, str]) -> str:
    """Which side was chosen in the conflict ``name``."""
    return chosen.get(name, "")
