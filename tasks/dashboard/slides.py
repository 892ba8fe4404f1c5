"""The dashboard for the screen of a meeting room: one slide after another, nothing longer than a slide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..choices import Timeliness
from ..models import Assignment, Plan
from . import Dashboard, dashboard
from .units import UnitRow

OVERDUE_ON_SLIDE = 5
PARTS_ON_SLIDE = 6
MOST_PARTS = 12  # of one unit
WORST = (Timeliness.OVERDUE, Timeliness.SILENT, Timeliness.DUE_SOON)


@dataclass(frozen=True)
class Slide:
    """
    One slide: ``kind`` names its template; ``page`` of ``pages`` where a list takes several. ``total`` rows there are
    behind the list, ``shown`` of them on its slides.
    """

    kind: str
    rows: Sequence[Any] = ()
    total: int = 0
    shown: int = 0
    unit: UnitRow | None = None
    page: int = 1
    pages: int = 1


@dataclass(frozen=True)
class Worst:
    """A unit's parts that stand worst, the first of ``total``."""

    shown: list[Any]
    total: int


@dataclass(frozen=True)
class Deck:
    """All slides, and what they speak of."""

    dashboard: Dashboard
    slides: list[Slide]


def deck(plan: Plan, day: date) -> Deck:
    """The dashboard, the overdue measures, then unit by unit, the worst first; a fixed number of queries."""
    board = dashboard(plan, day)
    worst = _worst_parts(plan, day)
    slides = [Slide("numbers"), Slide("outlook")]
    slides.extend(_split("overdue", board.overdue, OVERDUE_ON_SLIDE, board.overdue_total))
    for unit in board.units:
        parts = worst.get(unit.department.pk, Worst([], 0))
        slides.extend(_split("unit", parts.shown, PARTS_ON_SLIDE, parts.total, unit))
    return Deck(board, slides)


def _split(kind: str, rows: Sequence[Any], length: int, total: int, unit: UnitRow | None = None) -> Iterator[Slide]:
    """A list on as many slides as it takes; on one that says so where it is empty."""
    pages = [rows[start : start + length] for start in range(0, len(rows), length)] or [()]
    for number, page in enumerate(pages, start=1):
        yield Slide(kind, page, total, len(rows), unit, number, len(pages))


def _worst_parts(plan: Plan, day: date) -> dict[int, Worst]:
    """The parts of every unit that are overdue, silent or due soon, the worst first; four queries."""
    parts = Assignment.objects.as_of(day, plan).counted(day).filter(measure__plan=plan)
    # Their keys first: to sort whole rows of a large plan costs more than to ask twice.
    keys: dict[int, list[int]] = defaultdict(list)
    for key, unit in parts.worst_first(WORST).values_list("pk", "department"):
        keys[unit].append(key)
    shown = [key for of_unit in keys.values() for key in of_unit[:MOST_PARTS]]
    rows = parts.filter(pk__in=shown).select_related("measure__plan", "department").with_members(day).in_bulk()
    return {unit: Worst([rows[key] for key in of_unit[:MOST_PARTS]], len(of_unit)) for unit, of_unit in keys.items()}
