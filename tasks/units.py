"""One unit's part in a plan: what it owes, how it stands, and how reliable it has been."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import BooleanField, Case, Value, When

from departments.models import Department, Membership

from .choices import ExtensionState
from .models import Assignment, Extension, Plan, units_involved
from .periods import PeriodRow, Turnout, periods_of_unit
from .tally import Tally, tallied


@dataclass
class UnitRow:
    """A unit, the parts that the text gives it, and those it has as a member of collectives; one list for each."""

    unit: Department
    named: Tally = field(default_factory=Tally)
    as_member: Tally = field(default_factory=Tally)

    @property
    def tallies(self) -> list[tuple[str, Tally]]:
        """Those with anything in them, each with the condition of its list: ``unit`` or ``member``."""
        both = (("unit", self.named), ("member", self.as_member))
        return [(condition, tally) for condition, tally in both if tally.total]


def unit_rows(plan: Plan, parts: Any) -> list[UnitRow]:
    """The units that have any of ``parts``, which come from ``as_of``, those that stand worst first; two queries."""
    is_member = Case(When(collective_part__isnull=False, then=Value(True)), default=False, output_field=BooleanField())
    tallies = tallied(parts.annotate(is_member=is_member), "is_member")
    units = {unit.pk: UnitRow(unit) for unit in units_involved(plan)}
    for tally in tallies:
        if (row := units.get(tally["department"])) is not None:  # else given a part between the two questions
            (row.as_member if tally["is_member"] else row.named).count(tally)
    return sorted((row for row in units.values() if row.tallies), key=_worst_first)


def _worst_first(row: UnitRow) -> tuple[int, ...]:
    named, member = row.named, row.as_member
    return (
        -named.overdue - member.overdue,
        -named.silent - member.silent,
        -named.total - member.total,
        row.unit.position,
    )


# --- reliability ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """Of the dated parts on a list how many were closed in time, of those of which it can be said, on one clock."""

    condition: str  # of the list: unit or member
    clock: str
    kept: int
    measured: int

    @property
    def late(self) -> int:
        return self.measured - self.kept


@dataclass(frozen=True)
class Extensions:
    """What the unit asked for, and what had become of it; ``waiting`` are those that somebody has to decide on."""

    asked: int = 0
    granted: int = 0
    refused: int = 0
    withdrawn: int = 0
    waiting: int = 0
    late: int = 0

    @classmethod
    def of(cls, found: Iterable[Extension], day: date) -> Extensions:
        asked = list(found)
        states = Counter(each.state_on(day) for each in asked)
        return cls(
            asked=len(asked),
            granted=states[ExtensionState.APPROVED],
            refused=states[ExtensionState.REFUSED],
            withdrawn=states[ExtensionState.WITHDRAWN],
            waiting=states[ExtensionState.PENDING] - sum(each.is_moot_on(day) for each in asked),
            late=sum(each.days_late > 0 for each in asked),
        )


@dataclass(frozen=True)
class Reliability:
    """
    How the unit kept what it owed.

    By reporting period: reported by the last day to report, after it, or not at all, and the days of silence; of dated
    parts: closed in time on both clocks; and the extensions it asked for.
    """

    periods: list[PeriodRow]
    closings: list[Kept]
    extensions: Extensions

    @property
    def over(self) -> list[Turnout]:
        """The turnouts that are summed up: of the periods whose last day to report is over."""
        return [row.turnout for row in self.periods if row.turnout is not None and not row.is_before_due]

    @property
    def owed(self) -> int:
        return sum(len(turnout.owed) for turnout in self.over)

    @property
    def in_time(self) -> int:
        return sum(len(turnout.in_time) for turnout in self.over)

    @property
    def late(self) -> int:
        return sum(len(turnout.late) for turnout in self.over)

    @property
    def silent(self) -> int:
        return sum(len(turnout.silent) for turnout in self.over)

    @property
    def days_of_silence(self) -> int:
        return sum(turnout.days_of_silence for turnout in self.over)


def reliability(unit: Department, plan: Plan, day: date) -> Reliability:
    """As of ``day``, in a fixed number of queries: periods, parts, reports, closings of both lists, extensions."""
    asked = Extension.objects.of_plan(plan, day).asked_for_by(unit).select_related("measure")
    return Reliability(
        periods=periods_of_unit(unit, plan, day),
        closings=list(_closings(unit, plan, day)),
        extensions=Extensions.of(asked, day),
    )


def _closings(unit: Department, plan: Plan, day: date) -> Iterable[Kept]:
    parts = duties(unit, plan, day)
    for condition, listed in (("unit", parts.named(day)), ("member", parts.as_member())):
        numbers = listed.count_by_clock(day)
        for clock in ("original", "effective"):
            if numbers[f"{clock}_measured"]:
                yield Kept(condition, clock, numbers[f"{clock}_kept"], numbers[f"{clock}_measured"])


# --- the reports that were owed ------------------------------------------------------------------


class Given(StrEnum):
    """What became of a report that was owed; its figures stand in the unit's table of reliability."""

    OWED = "owed"
    IN_TIME = "in_time"
    LATE = "late"
    NO = "no"
    SILENCE = "silence"  # after the last day to report, until something was said or still


MISSING_FIRST = (Given.NO, Given.LATE, Given.IN_TIME)


@dataclass(frozen=True)
class OwedReport:
    """A report that the unit owed on one of its parts (by its key) for one period, and the days of silence after it."""

    row: PeriodRow
    part: int
    given: Given  # in_time, late or no
    days: int


def owed_reports(rows: Iterable[PeriodRow]) -> dict[Given, list[OwedReport]]:
    """
    The reports that ``rows`` of ``periods_of_unit`` count, by what became of them: the newest period first, and of each
    period what is missing first.
    """
    found: dict[Given, list[OwedReport]] = {each: [] for each in Given}
    for row in rows:
        turnout = row.turnout or Turnout()
        owed = [
            OwedReport(row, part, _given(turnout, part), turnout.days.get(part, 0)) for part in sorted(turnout.owed)
        ]
        for each in sorted(owed, key=lambda each: MISSING_FIRST.index(each.given)):
            found[Given.OWED].append(each)
            found[each.given].append(each)
            if each.days:
                found[Given.SILENCE].append(each)
    return found


def _given(turnout: Turnout, part: int) -> Given:
    return Given.LATE if part in turnout.late else Given.IN_TIME if part in turnout.reported else Given.NO


# --- the page ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class UnitPage:
    """All that is said of one unit; ``row`` is None where it has no part on the day."""

    unit: Department
    row: UnitRow | None
    parts: list[Any]
    members: list[Membership]
    collectives: list[Membership]
    unsigned: int
    to_sign: int
    reliability: Reliability


def duties(unit: Department, plan: Plan, day: date) -> Any:
    """What ``unit`` owes in ``plan`` on ``day``, as itself and as a member of collectives."""
    return Assignment.objects.as_of(day, plan).filter(measure__plan=plan).of(unit, day)


def unit_page(unit: Department, plan: Plan, day: date) -> UnitPage:
    """One unit's part in ``plan`` as of ``day``, in a fixed number of queries."""
    parts = duties(unit, plan, day)
    listed = parts.with_last_report(day).with_members(day).with_receipt(day).with_return(day)
    related = ("measure__plan", "measure__section", "department", "collective_part__department")
    shown = list(listed.select_related(*related).order_by("measure__number", "position", "pk"))
    memberships = Membership.objects.on(day).select_related("collective", "member").order_by("pk")
    members = memberships.filter(collective=unit).order_by("member__position", "member__name")
    rows = unit_rows(plan, parts)
    own = [part for part in shown if not part.has_members]
    return UnitPage(
        unit=unit,
        row=rows[0] if rows else None,
        parts=shown,
        members=list(members),
        collectives=list(memberships.filter(member=unit)),
        unsigned=Assignment.objects.filter(measure__plan=plan, department=unit).unsigned(day).count(),
        to_sign=len(own),
        reliability=reliability(unit, plan, day),
    )
