"""What cells look like, what text may stand in one, and how much of it a row can show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from unicodedata import east_asian_width

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils.indexed_list import IndexedList
from openpyxl.worksheet.worksheet import Worksheet

from ..choices import Timeliness

# --- looks -----------------------------------------------------------------------------------------

# The tokens of the site's style sheet.
INK, INK_2, LINE, ACCENT, ACCENT_SOFT = "1C2733", "52606D", "C3CCD6", "1D4F91", "E8EFF8"
QUIET = ("52606D", "EEF1F4")
GOOD = ("1F6F43", "E6F3EC")
LIGHTS = {
    Timeliness.OVERDUE: ("B3261E", "FBE9E7"),
    Timeliness.DUE_SOON: ("8A5A00", "FDF3DC"),
    Timeliness.SILENT: ("6B4BA3", "F0EAFA"),
    Timeliness.ON_TRACK: QUIET,
    Timeliness.ONGOING: QUIET,
    Timeliness.CLOSED: GOOD,
    Timeliness.CLOSED_LATE: GOOD,
    Timeliness.TERMINATED: QUIET,
}

# On every Windows and in WPS; the character set tells other systems what to put in their place.
SONG, HEI, GB2312 = "宋体", "黑体", 134

BODY_SIZE = 10
LINE_HEIGHT = 13.5  # points, of a line of BODY_SIZE, with some room for other fonts that stand in
ROW_PADDING = 6
MAX_ROW_HEIGHT = 409.5  # Excel's limit
MOST_LINES = int((MAX_ROW_HEIGHT - ROW_PADDING) / LINE_HEIGHT)

GRID = Border(Side("thin", LINE), Side("thin", LINE), Side("thin", LINE), Side("thin", LINE))
BODY = Font(SONG, charset=GB2312, sz=BODY_SIZE, color=INK)


@dataclass(frozen=True)
class Look:
    """How a kind of cell is drawn."""

    font: Font = BODY
    alignment: Alignment = Alignment("left", "center", wrap_text=True)  # noqa: RUF009 - never changed
    number_format: str = "General"
    fill: PatternFill | None = None
    border: Border | None = GRID


def _alignment(horizontal: str) -> Alignment:
    return Alignment(horizontal, "center", wrap_text=True)


# A number or a date is never broken into lines.
NUMBER = Alignment("right", "center")
DATE = Alignment("center", "center")


def _fill(colour: str) -> PatternFill:
    return PatternFill("solid", fgColor=colour)


def _light(ink: str, ground: str) -> Look:
    font = Font(SONG, charset=GB2312, sz=BODY_SIZE, b=True, color=ink)
    return Look(font, _alignment("center"), fill=_fill(ground))


LOOKS = {
    "title": Look(Font(HEI, charset=GB2312, sz=18, color=INK), _alignment("center"), border=None),
    "document": Look(Font(SONG, charset=GB2312, sz=11, color=INK_2), _alignment("center"), border=None),
    "note": Look(Font(SONG, charset=GB2312, sz=BODY_SIZE, color=INK_2), border=None),
    "header": Look(
        Font(HEI, charset=GB2312, sz=BODY_SIZE, color=ACCENT), _alignment("center"), fill=_fill(ACCENT_SOFT)
    ),
    # The format @ keeps 4/5 from becoming the fourth of May when somebody edits the cell.
    "left": Look(number_format="@"),
    "center": Look(alignment=_alignment("center"), number_format="@"),
    "right": Look(alignment=NUMBER, number_format="@"),
    "cut": Look(alignment=Alignment("left", "top", wrap_text=True), number_format="@"),
    "number": Look(alignment=NUMBER, number_format="0"),
    "ordinal": Look(alignment=DATE, number_format="0"),
    "percent": Look(alignment=NUMBER, number_format="0%"),
    "date": Look(alignment=DATE, number_format="yyyy-mm-dd"),
    **{light.value: _light(*colours) for light, colours in LIGHTS.items()},
}


@dataclass(frozen=True)
class Lit:
    """Text on the ground of a light, itself more than the light's word."""

    text: str
    light: str


class Pen:
    """Writes cells of one workbook. Each look is made into a style once: a style for each cell takes minutes."""

    def __init__(self, book: Workbook) -> None:
        # Excel measures columns in digits of the workbook's own font: the body's, which every office has.
        fonts: Any = book
        fonts._fonts = IndexedList([BODY])
        fonts._named_styles["Normal"].font = BODY
        self._styles: dict[tuple[str, bool], Any] = {}

    def write(self, sheet: Worksheet, row: int, column: int, value: object, look: str = "left") -> None:
        """
        Puts a value into a cell as what it is: a date, a number, a share of 1 (``float``), a light or text.

        ``look`` is for text, for empty cells and for a whole number that only tells rows apart (``ordinal``); all
        else has a look of its own.
        """
        cell: Any = sheet.cell(row, column)
        if isinstance(value, Timeliness):
            look, value = value.value, str(value.label)
        elif isinstance(value, Lit):
            look, value = value.light, value.text
        elif isinstance(value, float):
            look = "percent"
        elif isinstance(value, int):
            look = "ordinal" if look == "ordinal" else "number"
        elif isinstance(value, date):
            look = "date"
        text = printable(value) if isinstance(value, str) else None
        cell._style = self._style(sheet, look, is_quoted=text is not None and text.startswith(FORMULA_SIGNS))
        if text is not None:
            cell.value = text or None
            if text:
                cell.data_type = "s"  # openpyxl takes =… for a formula and #N/A for an error
        else:
            cell.value = value

    def _style(self, sheet: Worksheet, look: str, *, is_quoted: bool) -> Any:
        style = self._styles.get((look, is_quoted))
        if style is None:
            drawn = LOOKS[look]
            cell: Any = Cell(sheet, row=1, column=1)
            cell.font, cell.alignment, cell.number_format = drawn.font, drawn.alignment, drawn.number_format
            if drawn.fill:
                cell.fill = drawn.fill
            if drawn.border:
                cell.border = drawn.border
            if is_quoted:
                cell.quotePrefix = True
            style = self._styles[look, is_quoted] = cell._style
        return copy(style)


# --- text ------------------------------------------------------------------------------------------

MOST_IN_A_CELL = 32_767  # UTF-16 units, Excel's limit
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\n")
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """``text`` as a cell can hold it: no characters that XML forbids, one kind of line end, within Excel's limit."""
    text = NOT_XML.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    units = text.encode("utf-16-le")
    if len(units) <= 2 * MOST_IN_A_CELL:
        return text
    mark = _("…（超出单元格字数上限，余下从略）")
    return units[: 2 * (MOST_IN_A_CELL - len(mark))].decode("utf-16-le", errors="ignore") + mark


# --- room ------------------------------------------------------------------------------------------


def _wide(character: str) -> int:
    return 2 if east_asian_width(character) in "WFA" else 1


def capacity(width: float) -> int:
    """How many narrow characters of the body a line of a column ``width`` wide holds; a Chinese one takes two."""
    return max(2, int(width - 1) // 2 * 2)


@lru_cache(maxsize=1024)
def lines(text: str, room: int) -> int:
    """On how many lines ``text`` stands where a line holds ``room`` narrow characters."""
    widths = (sum(map(_wide, line)) for line in text.split("\n"))
    return sum(max(1, -(-width // room)) for width in widths)


def row_height(most: int, size: float = BODY_SIZE) -> float:
    """The height, in points, of a row whose longest cell has ``most`` lines of ``size`` points."""
    return min(MAX_ROW_HEIGHT, most * LINE_HEIGHT * size / BODY_SIZE + ROW_PADDING)


def shorten(text: str, room: int, most: int, mark: str) -> str:
    """``text`` on at most ``most`` lines, ``mark`` at its end where it was cut."""
    if lines(text, room) <= most:
        return text
    kept, line, used = 0, 1, 0
    room_for_last = room - sum(map(_wide, mark))
    for place, character in enumerate(text):
        size = 0 if character == "\n" else _wide(character)
        if character == "\n" or used + size > room:
            line, used = line + 1, 0
        if line > most:
            break
        used += size
        if line < most or used <= room_for_last:
            kept = place + 1
    return text[:kept].rstrip() + mark


def share(texts: list[tuple[str, str]], room: int, most: int, mark: str) -> Iterator[str]:
    """
    Every ``(name, words)`` on lines of its own, ``most`` in all; where they do not fit, the longest are shortened.

    No name is ever left out: with very many of them there may be more lines than ``most``.
    """
    needed = [lines(name + words, room) for name, words in texts]
    allotted, left = dict(enumerate(needed)), most
    if sum(needed) > most:
        for rank, place in enumerate(sorted(allotted, key=lambda place: needed[place])):
            allotted[place] = min(needed[place], max(1, left // (len(texts) - rank)))
            left -= allotted[place]
    for place, (name, words) in enumerate(texts):
        text = shorten(name + words, room, allotted[place], mark)
        yield text if text.startswith(name) else name + mark


def lines_of(value: object, width: float) -> int:
    """How many lines a value takes in a column ``width`` wide; numbers, dates and lights take one."""
    if isinstance(value, Lit):
        return lines(value.text, capacity(width))
    if isinstance(value, str) and not isinstance(value, Timeliness):
        return lines(value, capacity(width))
    return 1
