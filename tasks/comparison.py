"""
What changed between two days (对比): which duties became late, were closed, got more time, came back, fell silent.

Either day is a day of the ledger, asked for through ``as_of`` as any page does, or a snapshot, whose frozen lights are
taken as they are. Measures and parts are counted apart; one row may have changed in several ways.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from django.utils.translation import gettext_lazy as _

from .choices import SETTLED, ChangeKind, Timeliness
from .models import Assignment, Measure, Plan, Snapshot, units_of
from .snapshot import granted_extensions, keys_of, read

TERMINATED = Timeliness.TERMINATED  # counted nowhere: a row that ends has not come back into time
MOST_NAMED = 10_000  # keys in one statement; SQLite takes 32,766


# What an overdue row turns into by work or by more time; one that becomes ongoing has done neither.
RECOVERED = (*SETTLED, Timeliness.DUE_SOON, Timeliness.ON_TRACK)
LEGEND = _("由红转绿，指起始时逾期、截止时已办结（含逾期办结）或经延期不再逾期；转为持续推进和终止的不计")


class State(NamedTuple):
    """
    Where a row stood: its light, empty of one not there, and how often its measure's deadline had been moved; of a
    part also the keys of its measure and unit.
    """

    light: str
    granted: int
    measure: int = 0
    unit: int = 0


NOWHERE = State("", 0)


def kinds_of(before: State, after: State) -> list[ChangeKind]:
    """In which ways a row changed, in the order in which they are shown."""
    was_late, is_late = before.light == Timeliness.OVERDUE, after.light == Timeliness.OVERDUE
    holds = {
        ChangeKind.OVERDUE: is_late and not was_late,
        ChangeKind.CLOSED: after.light in SETTLED and before.light not in SETTLED,
        ChangeKind.EXTENDED: after.granted > before.granted,
        ChangeKind.RECOVERED: was_late and after.light in RECOVERED,
        ChangeKind.SILENT: Timeliness.SILENT == after.light != before.light,
    }
    return [kind for kind in ChangeKind if holds[kind]]


@dataclass(frozen=True)
class Side:
    """A plan on one of the two days: the state of every measure and part by its key, in the order of the text."""

    day: date
    measures: dict[int, State]
    parts: dict[int, State] = field(default_factory=dict)
    units: dict[int, str] = field(default_factory=dict)
    snapshot: Snapshot | None = None


def on_day(plan: Plan, day: date, *, parts: bool = True) -> Side:
    """The ledger of ``day``; four queries, or two where only measures are wanted."""
    granted = granted_extensions(plan, day)
    counted = Measure.objects.as_of(day, plan).filter(plan=plan).unterminated(day)
    rows = counted.in_plan_order().values_list("pk", "timeliness")
    measures = {key: State(light, granted.get(key, 0)) for key, light in rows.iterator()}
    if not parts:
        return Side(day, measures)
    named = Assignment.objects.as_of(day, plan).counted(day).filter(measure__plan=plan).in_text_order()
    found = named.values_list("pk", "measure", "department", "timeliness")
    return Side(
        day,
        measures,
        {key: State(light, granted.get(measure, 0), measure, unit) for key, measure, unit, light in found.iterator()},
        dict(units_of(plan, day).order_by("position", "pk").values_list("pk", "name")),
    )


def frozen(snapshot: Snapshot) -> Side:
    """A snapshot; no query where it was loaded with its lights."""
    lights = snapshot.lights
    granted = {key: number for key, _light, number in lights["measures"]}
    return Side(
        snapshot.day,
        {key: State(light, number) for key, light, number in lights["measures"] if light != TERMINATED},
        {
            key: State(light, granted[measure], measure, unit)
            for key, measure, unit, light in lights["parts"]
            if light != TERMINATED
        },
        dict(lights["units"]),
        snapshot,
    )


@dataclass(frozen=True)
class Change:
    """One measure or part that changed, by its key."""

    key: int
    kinds: list[ChangeKind]
    before: str  # its light; empty where it was not there
    after: str
    unit: int


@dataclass(frozen=True)
class UnitRow:
    """How many parts of a unit changed in which way; most units' none."""

    key: int
    name: str
    numbers: Counter[str]

    @property
    def cells(self) -> list[tuple[ChangeKind, int]]:
        return [(kind, self.numbers[kind]) for kind in ChangeKind]


@dataclass(frozen=True)
class Comparison:
    """One side held against the other; ``legend`` says what its least obvious number counts."""

    plan: Plan
    before: Side
    after: Side
    legend: ClassVar[object] = LEGEND

    @cached_property
    def measures(self) -> list[Change]:
        there = self.before.measures
        return _changes((key, there.get(key, NOWHERE), state) for key, state in self.after.measures.items())

    @cached_property
    def parts(self) -> list[Change]:
        """A part that only got another role stood before as its unit's part in the measure did."""
        there = {(state.measure, state.unit): state for state in self.before.parts.values()}
        return _changes(
            (key, there.get((state.measure, state.unit)) or self._without_part(state), state)
            for key, state in self.after.parts.items()
        )

    def _without_part(self, after: State) -> State:
        """Before a unit joined: no light, and the measure's deadline moved as often as it had been by then."""
        return State("", self.before.measures.get(after.measure, NOWHERE).granted)

    @cached_property
    def measure_numbers(self) -> list[tuple[ChangeKind, int]]:
        return _numbers(self.measures)

    @cached_property
    def part_numbers(self) -> list[tuple[ChangeKind, int]]:
        return _numbers(self.parts)

    @cached_property
    def units(self) -> list[UnitRow]:
        """Every unit of either day, also those of which nothing changed."""
        names = self.after.units | {key: name for key, name in self.before.units.items() if key not in self.after.units}
        tallies: dict[int, Counter[str]] = {key: Counter() for key in names}
        for change in self.parts:
            tallies.setdefault(change.unit, Counter()).update(change.kinds)
        return [UnitRow(key, names.get(key, ""), numbers) for key, numbers in tallies.items()]

    def narrowed(self, *, of: str, kind: str = "", unit: int | None = None) -> list[Change]:
        """The changed measures or parts (``of``) of one kind and of one unit."""
        rows = self.measures if of == "measures" else self.parts
        return [row for row in rows if (not kind or kind in row.kinds) and unit in (None, row.unit)]


def _changes(rows: Iterable[tuple[int, State, State]]) -> list[Change]:
    """Of ``(key, before, after)`` those that changed."""
    return [
        Change(key, kinds, before.light, after.light, after.unit)
        for key, before, after in rows
        if (kinds := kinds_of(before, after))
    ]


def _numbers(changes: Iterable[Change]) -> list[tuple[ChangeKind, int]]:
    numbers = Counter(kind for change in changes for kind in change.kinds)
    return [(kind, numbers[kind]) for kind in ChangeKind]


# --- what is said of the rows -----------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """
    A change with what a list says of it on the later day; ``number``, and ``part`` where it has a page; ``row``, the
    measure or part as of that day, which knows its rule and its next change, unless that is frozen.
    """

    change: Change
    number: int
    wording: str
    sentence: str
    days_late: int | None
    unit: str = ""
    role: str = ""
    part: int | None = None
    row: Any = None


def lines(comparison: Comparison, changes: list[Change], *, of: str) -> list[Line]:
    """``changes`` in words, as of the later day; a fixed number of queries."""
    if not changes:
        return []
    if comparison.after.snapshot is not None:
        said = _frozen_words(comparison.after.snapshot, of)
    else:
        asked = _measure_words if of == "measures" else _part_words
        said = asked(comparison.plan, comparison.after.day, {change.key for change in changes})
    return [Line(change, **said[change.key]) for change in changes if change.key in said]


def _frozen_words(snapshot: Snapshot, of: str) -> dict[int, dict[str, Any]]:
    rows, keys = read(snapshot)["measures"], keys_of(snapshot.lights)[of]
    if of == "measures":
        return {key: _words_of(row, row) for key, row in zip(keys, rows, strict=True)}
    parts = [(row, part) for row in rows for part in row["parts"]]
    return {
        key: _words_of(row, part) | {"unit": part["unit"], "role": part["role_word"], "part": key if key > 0 else None}
        for key, (row, part) in zip(keys, parts, strict=True)
    }


def _words_of(measure: dict[str, Any], standing: dict[str, Any]) -> dict[str, Any]:
    own = {"number": measure["number"], "wording": measure["wording"]}
    return own | {"sentence": standing["sentence"], "days_late": standing["days_late"]}


def _named(rows: Any, keys: Collection[int]) -> Any:
    return rows.filter(pk__in=keys) if len(keys) <= MOST_NAMED else rows


def _measure_words(plan: Plan, day: date, keys: Collection[int]) -> dict[int, dict[str, Any]]:
    rows = _named(Measure.objects.as_of(day, plan).filter(plan=plan), keys).with_parts(day, plan)
    return {row.pk: _live_words(row, row) for row in rows}


def _part_words(plan: Plan, day: date, keys: Collection[int]) -> dict[int, dict[str, Any]]:
    named = Assignment.objects.as_of(day, plan).named(day).filter(measure__plan=plan)
    rows = _named(named, keys).with_members(day)
    return {
        row.pk: _live_words(row.measure, row)
        | {"unit": row.department.name, "role": str(row.get_role_display()), "part": row.pk}
        for row in rows.select_related("department", "measure__plan")
    }


def _live_words(measure: Measure, row: Any) -> dict[str, Any]:
    light = row.light
    own = {"number": measure.number, "wording": row.wording_in_force}
    return own | {"sentence": light.sentence(), "days_late": light.days_late, "row": row}


# --- the dashboard's line ----------------------------------------------------------------------------


def since_last(plan: Plan, day: date) -> Comparison | None:
    """
    ``day`` against the last snapshot there was then, measures only; None while there was none.

    One query without a snapshot, three with one, however many measures there are.
    """
    last = Snapshot.objects.filter(plan=plan).last_before(day)
    return None if last is None else Comparison(plan, frozen(last), on_day(plan, day, parts=False))
