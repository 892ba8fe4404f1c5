"""What cells look like, what text may stand in one, and how much of it a row can show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from unicodedata import east_asian_width

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils.indexed_list import IndexedList
from openpyxl.worksheet.worksheet import Worksheet

from ..choices import Timeliness

# --- looks -----------------------------------------------------------------------------------------

# The tokens of the site's style sheet.
INK, INK_2, LINE, ACCENT, ACCENT_SOFT = "1C2733", "52606D", "C3CCD6", "1D4F91", "E8EFF8"
TO_FILL_IN, FILL_IN_HEAD, BAND = "FFFCEB", "FFF1B8", "F4F6F8"
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
    "input header": Look(
        Font(HEI, charset=GB2312, sz=BODY_SIZE, color=INK), _alignment("center"), fill=_fill(FILL_IN_HEAD)
    ),
    "band": Look(Font(HEI, charset=GB2312, sz=BODY_SIZE, color=INK), fill=_fill(BAND)),
    # The format @ keeps 4/5 from becoming the fourth of May when somebody edits the cell.
    "left": Look(number_format="@"),
    "plain": Look(),
    "center": Look(alignment=_alignment("center"), number_format="@"),
    "right": Look(alignment=NUMBER, number_format="@"),
    "cut": Look(alignment=Alignment("left", "top", wrap_text=True), number_format="@"),
    "number": Look(alignment=NUMBER, number_format="0"),
    "ordinal": Look(alignment=DATE, number_format="0"),
    "percent": Look(alignment=NUMBER, number_format="0%"),
    "date": Look(alignment=DATE, number_format="yyyy-mm-dd"),
    "moment": Look(alignment=DATE, number_format="yyyy-mm-dd hh:mm"),
    **{light.value: _light(*colours) for light, colours in LIGHTS.items()},
}


# What can be typed over, and what text stands in: other cells hold what cannot look like a formula.
FILLED_IN = ("left", "center", "right", "cut", "number", "percent", "date")
HEADS = ("title", "document", "note", "header", "input header", "band")
TEXTS = (*HEADS, "left", "plain", "center", "right", "cut", *Timeliness.values)
KINDS = (
    *((look, False, False) for look in LOOKS),
    *((look, True, False) for look in TEXTS),
    *((look, is_quoted, True) for look in FILLED_IN for is_quoted in (False, True)),
)


@dataclass(frozen=True)
class Lit:
    """Text on the ground of a light, itself more than the light's word."""

    text: str
    light: str


class Pen:
    """
    The styles of one workbook: ``styles`` has a style's number in the file by look, whether text in it looks like a
    formula, and whether it is filled in. They are the same in every workbook, and made once.
    """

    def __init__(self, book: Workbook) -> None:
        target: Any = book
        # Excel measures columns in digits of the workbook's own font: the body's, which every office has.
        target._named_styles["Normal"].font = BODY
        drawn, self.styles = _drawn()
        for name in ("_fonts", "_fills", "_borders", "_alignments", "_protections", "_number_formats", "_cell_styles"):
            setattr(target, name, getattr(drawn, name))


@lru_cache(maxsize=1)
def _drawn() -> tuple[Workbook, dict[tuple[str, bool, bool], int]]:
    """A workbook with all styles there are, and their numbers; nothing is ever added to it."""
    book: Any = Workbook()
    book._fonts = IndexedList([BODY])
    book._named_styles["Normal"].font = BODY
    return book, {key: _style(book.worksheets[0], *key) for key in KINDS}


def _style(sheet: Worksheet, look: str, is_quoted: bool, is_open: bool) -> int:
    drawn = LOOKS[look]
    cell: Any = Cell(sheet, row=1, column=1)
    cell.font, cell.alignment, cell.number_format = drawn.font, drawn.alignment, drawn.number_format
    if drawn.fill:
        cell.fill = drawn.fill
    if drawn.border:
        cell.border = drawn.border
    if is_quoted:
        cell.quotePrefix = True
    if is_open:
        cell.protection = Protection(locked=False)
        cell.fill = _fill(TO_FILL_IN)
    return int(cell.style_id)


# --- text ------------------------------------------------------------------------------------------

MOST_IN_A_CELL = 32_767  # UTF-16 units, Excel's limit
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\n")
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def as_written(value: object) -> object:
    """What stands in the cell: of a light its words, of text what a cell can hold."""
    if isinstance(value, Timeliness):
        return str(value.label)
    if isinstance(value, Lit):
        return value.text
    return printable(value) if isinstance(value, str) else value


def printable(text: str) -> str:
    """``text`` as a cell can hold it: no characters that XML forbids, one kind of line end, within Excel's limit."""
    text = NOT_XML.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) <= MOST_IN_A_CELL // 2:  # none of its characters counts for more than two
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * MOST_IN_A_CELL:
        return text
    mark = _("……（超出单元格字数上限，余下从略）")
    return units[: 2 * (MOST_IN_A_CELL - len(mark))].decode("utf-16-le", errors="ignore") + mark


# --- room ------------------------------------------------------------------------------------------


class _Widths(dict[str, int]):
    """Characters with the room they take; each is asked for once."""

    def __missing__(self, character: str) -> int:
        width = self[character] = 2 if east_asian_width(character) in "WFA" else 1
        return width


WIDTHS = _Widths()
_wide = WIDTHS.__getitem__


def capacity(width: float) -> int:
    """How many narrow characters of the body a line of a column ``width`` wide holds; a Chinese one takes two."""
    return max(2, int(width - 1) // 2 * 2)


@lru_cache(maxsize=1024)
def lines(text: str, room: int) -> int:
    """On how many lines ``text`` stands where a line holds ``room`` narrow characters."""
    if 2 * len(text) <= room and "\n" not in text:
        return 1
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
