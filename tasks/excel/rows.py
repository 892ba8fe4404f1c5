"""
Rows as a sheet's file holds them: written straight away, one after the other, so that none has to be kept.

openpyxl makes a cell's file from an object for each cell; of a large ledger there are millions. What frames the rows
(columns, panes, filters, how it is printed) it draws all the same, see ``book``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

from openpyxl.utils import get_column_letter

from ..choices import Timeliness
from .style import FORMULA_SIGNS, Lit, Pen, as_written

FIRST_DAY = date(1899, 12, 30).toordinal()  # Excel's day 0, as far as days after February 1900 are concerned
SECONDS_IN_A_DAY = 24 * 60 * 60

Cell = tuple[object, str, bool]  # what stands in it, its look, whether it is to be filled in

letter = lru_cache(maxsize=None)(get_column_letter)


@dataclass(frozen=True)
class Formula:
    """
    What a cell works out, without the equals sign, and what comes of it now: shown where nothing is worked out.

    The one thing in a cell that is a formula; text never becomes one, whatever it begins with.
    """

    text: str
    value: int


def row(pen: Pen, number: int, height: float, cells: Iterable[Cell]) -> str:
    """One row of a sheet, ``height`` points high, its cells from the first column on."""
    styles = pen.styles
    written = [f'<row r="{number}" ht="{height:g}" customHeight="1">']
    for column, (value, look, is_open) in enumerate(cells, start=1):
        written.append(_cell(styles, f"{letter(column)}{number}", value, look, is_open))
    written.append("</row>")
    return "".join(written)


def _cell(styles: dict[tuple[str, bool, bool], int], place: str, value: Any, look: str, is_open: bool) -> str:
    """
    A cell with a value as what it is: a date, a number, a share of 1 (``float``), a light or text.

    ``look`` is for text, for empty cells and for a whole number that only tells rows apart (``ordinal``); all else has
    a look of its own. ``is_open`` marks a cell to be filled in, on a sheet that is protected.
    """
    if isinstance(value, Timeliness):
        look = value.value
    elif isinstance(value, Lit):
        look = value.light
    value = as_written(value)
    if isinstance(value, str):
        style = styles[look, value.startswith(FORMULA_SIGNS), is_open]
        if not value:
            return f'<c r="{place}" s="{style}"/>'
        return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    if value is None:
        return f'<c r="{place}" s="{styles[look, False, is_open]}"/>'
    if isinstance(value, Formula):
        style = styles["number", False, is_open]
        return f'<c r="{place}" s="{style}"><f>{escape(value.text)}</f><v>{value.value}</v></c>'
    look, number = _number(value, look)
    return f'<c r="{place}" s="{styles[look, False, is_open]}"><v>{number!r}</v></c>'


def _number(value: Any, look: str) -> tuple[str, int | float]:
    """How Excel holds what is no text, and how it is shown."""
    if isinstance(value, float):
        return "percent", value
    if isinstance(value, int):
        return ("ordinal" if look == "ordinal" else "number"), int(value)
    if isinstance(value, datetime):
        seconds = (value - value.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()
        return "moment", value.toordinal() - FIRST_DAY + seconds / SECONDS_IN_A_DAY
    return "date", value.toordinal() - FIRST_DAY
