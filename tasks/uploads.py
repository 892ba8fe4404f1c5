"""
What a workbook that comes back may say, and how it is put together with what has been said since it went out.

Imports nothing of this project.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

TEXTS = ("progress", "problems", "next_steps", "shortfall_reason")
TICKS = ("needs_coordination", "is_unchanged", "asks_to_close")
# The words of a report that a workbook has a column for, in the order of a form.
INPUT = ("progress", "problems", "next_steps", "percent", *TICKS, "shortfall_reason")
# What a row of the ledger shows of the last report; the rest are acts of a new one and go out empty.
SHOWN = ("progress", "problems", "next_steps", "percent", "needs_coordination")
ACTS = tuple(name for name in INPUT if name not in SHOWN)

LEDGER, FILL_IN = "L", "F"  # kinds of sheets: rows with what was said last, and rows to be filled in


def plain(name: str, value: Any) -> Any:
    """A value by which two can be compared, however lines end and whatever stands around the text."""
    if name in TICKS:
        return bool(value)
    if name == "percent":
        return None if value in (None, "") else int(value)
    return "\n".join(str(value or "").strip().splitlines())


def empty() -> dict[str, Any]:
    return {name: plain(name, None) for name in INPUT}


def acts_of(report: Any) -> dict[str, Any]:
    """What ``report`` did beyond saying something (None: there was none)."""
    return {name: plain(name, None if report is None else getattr(report, name)) for name in ACTS}


def shown(report: Any, kind: str = LEDGER) -> dict[str, Any]:
    """What the input cells of a row held whose last report was ``report`` (None: there was none)."""
    if report is None or kind != LEDGER:
        return empty()
    return empty() | {name: plain(name, getattr(report, name)) for name in SHOWN}


DAY = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?")


def as_told(value: object) -> str:
    """
    A value that is not filled in, by which two can be compared: a day however it is written (2021.12.31,
    2021年12月31日), a number and text whichever way they are typed and wrapped.
    """
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = "".join(unicodedata.normalize("NFKC", "" if value is None else str(value)).split())
    day = DAY.fullmatch(text)
    return f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}" if day else text


@dataclass
class Merged:
    """
    One row: ``words`` is what would be reported; ``changes`` are ``(field, old, new)``; ``conflicts`` are
    ``(field, theirs, ours)``: said otherwise by somebody else since the workbook went out.
    """

    words: dict[str, Any]
    changes: list[tuple[str, Any, Any]] = field(default_factory=list)
    conflicts: list[tuple[str, Any, Any]] = field(default_factory=list)


def merged(
    base: Mapping[str, Any], now: Mapping[str, Any], typed: Mapping[str, Any], ours: set[str], done: Mapping[str, Any]
) -> Merged:
    """
    Three sides put together, field by field: as the row went out, as it would go out now, as it came back.

    What only one side has changed is taken; what both have, differently, is a conflict, in which ``now`` stands unless
    the field is in ``ours``. ``done`` are the ``acts_of`` what has been reported since it went out: where a row only
    does that again, it has come home already.
    """
    row = Merged(dict(now))
    acts = [name for name in ACTS if name in typed and typed[name] != base[name]]
    for name in SHOWN:
        if name not in typed or typed[name] in (base[name], now[name]):
            continue
        if now[name] != base[name]:
            row.conflicts.append((name, now[name], typed[name]))
            if name not in ours:
                continue
        row.words[name] = typed[name]
        row.changes.append((name, now[name], typed[name]))
    if row.changes or any(typed[name] != done[name] for name in acts):
        row.words |= {name: typed[name] for name in acts}
        row.changes += [(name, base[name], typed[name]) for name in acts]
    return row


# --- what was read ---------------------------------------------------------------------------------


@dataclass
class Row:
    """
    A row as it was read. ``typed`` holds the values of the cells that were understood, ``refused`` why others were not,
    ``places`` where they stand (G17); ``fault`` is why the row as a whole is not taken.

    ``plan``, ``part`` and ``base`` (the last report shown, 0: none) are keys; ``number`` and ``unit`` are what the
    row says of itself where that is not what it went out with, else empty.
    """

    sheet: str
    line: int
    typed: dict[str, Any] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    fault: str = ""
    plan: int = 0
    part: int = 0
    kind: str = ""
    base: int = 0
    number: str = ""
    unit: str = ""


@dataclass
class File:
    """
    A file as it was read. ``size`` in bytes; ``rows`` say something or are not understood, and ``unchanged`` others do
    neither; ``plans`` are the keys of the plans of all of them; ``not_read`` are sheets that have nothing to bring
    back, ``ignored`` the first of the cells, ``ignored_cells`` in all, that nobody was to change and somebody has.
    """

    name: str
    size: int
    sha256: str
    rows: list[Row] = field(default_factory=list)
    unchanged: int = 0
    plans: set[int] = field(default_factory=set)
    not_read: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    ignored_cells: int = 0
    has_keys: bool = False
    fault: str = ""

    def refuse(self, why: str) -> None:
        """Takes nothing of it."""
        self.fault, self.rows, self.not_read, self.ignored = why, [], [], []
        self.unchanged = self.ignored_cells = 0
