"""What the office sees of a plan's reporting periods: who owed a report in each, who gave it, who opened it again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from auditlog.models import LogEntry

from departments.models import Department, User

from .choices import PeriodState
from .models import Assignment, Period, Plan, Report
from .timeliness import local_day


@dataclass(frozen=True)
class Reopening:
    """A locked period that was let take reports again."""

    at: datetime
    locked_at: datetime | None
    by: str
    because: str


@dataclass(frozen=True)
class Turnout:
    """
    Keys of the parts that owe a report in a period, of those that gave one, and of those that gave it late.

    ``days`` are each part's days of silence, where there are any: from the last day to report to its word for the
    period or a later one, or until it was finished or ended; to the day of the question where it has said nothing yet.
    """

    owed: frozenset[int] = frozenset()
    reported: frozenset[int] = frozenset()
    late: frozenset[int] = frozenset()
    days: Mapping[int, int] = field(default_factory=dict)

    @property
    def silent(self) -> frozenset[int]:
        return self.owed - self.reported

    @property
    def in_time(self) -> frozenset[int]:
        return self.reported - self.late

    @property
    def days_of_silence(self) -> int:
        """Of all its parts together."""
        return sum(self.days.values())


@dataclass
class PeriodRow:
    """One period as it stood on a day; ``turnout`` is None before it opens."""

    period: Period
    state: PeriodState
    turnout: Turnout | None
    reopenings: list[Reopening] = field(default_factory=list)

    @property
    def is_locked(self) -> bool:
        return self.state == PeriodState.LOCKED

    @property
    def is_before_due(self) -> bool:
        return self.state in {PeriodState.AHEAD, PeriodState.OPEN}


class Said(NamedTuple):
    """A report that counts, as a period asks of it."""

    reported_for: date
    recorded_on: date
    is_late: bool


class Duty(NamedTuple):
    """A part, as a period asks of it."""

    key: int
    collective: int | None
    since: date | None
    until: date | None
    requested_on: date | None
    due_on: date | None
    ongoing_from: date | None
    terminated_from: date | None

    @property
    def done_on(self) -> date | None:
        """The day from which nothing is owed any more: finished, or its measure terminated."""
        return min(filter(None, (self.requested_on, self.terminated_from)), default=None)

    def is_ongoing(self, day: date) -> bool:
        return self.due_on is None or (self.ongoing_from is not None and self.ongoing_from <= day)


class Turnouts:
    """
    Counts the turnout of any period of ``plan`` as of ``day``; two queries, however many periods.

    Those owe who answer for themselves: members of a collective instead of the collective. Who joined after the
    period's end owes nothing for it, nor who had left by its last day to report: of one that left, nothing is counted.
    Who was done by that day owes nothing either, but what it has reported in the period counts all the same.
    With ``unit`` of its parts alone, of a collective's members'.
    """

    def __init__(self, plan: Plan, day: date, unit: Department | None = None) -> None:
        self.day = day
        parts = Assignment.objects.as_of(day, plan).filter(measure__plan=plan)
        said = Report.objects.standing(day).filter(assignment__measure__plan=plan).order_by()
        if unit is not None:
            parts = parts.answered_by(unit)
            said = said.filter(assignment__in=parts.order_by().values("pk"))
        columns: tuple[str, ...] = ("pk", "collective_part_id", "since", "until", "requested_on")
        columns += ("measure__due_on", "measure__ongoing_from", "measure__terminated_from")
        rows = parts.order_by().values_list(*columns)
        self.parts = [Duty(*row) for row in rows]
        self.reports: dict[int, list[Said]] = defaultdict(list)
        said_columns = ("assignment_id", "reported_for", "recorded_on", "is_late")
        for part, reported_for, recorded_on, is_late in said.values_list(*said_columns):
            self.reports[part].append(Said(reported_for, recorded_on, is_late))

    def of(self, period: Period) -> Turnout:
        last = min(self.day, period.due_on)
        in_force = [
            duty
            for duty in self.parts
            if (duty.since is None or duty.since <= last) and (duty.until is None or duty.until > last)
        ]
        expanded = {duty.collective for duty in in_force if duty.collective is not None}
        owed, reported, late, days = set(), set(), set(), {}
        for duty in in_force:
            is_asked = duty.is_ongoing(min(last, period.ends_on)) or period.asks_dated
            if duty.key in expanded or not is_asked or (duty.since is not None and duty.since > period.ends_on):
                continue
            said = [each for each in self.reports[duty.key] if period.starts_on <= each.reported_for <= period.ends_on]
            if said or duty.done_on is None or duty.done_on > last:
                owed.add(duty.key)
                if silence := self._silence(period, duty):
                    days[duty.key] = silence
            if said:
                reported.add(duty.key)
            if any(each.is_late for each in said):
                late.add(duty.key)
        return Turnout(frozenset(owed), frozenset(reported), frozenset(late), days)

    def _silence(self, period: Period, duty: Duty) -> int:
        """Days of silence of a part that owes a report in ``period``, see ``Turnout.days``."""
        ends = [each.recorded_on for each in self.reports[duty.key] if each.reported_for >= period.starts_on]
        ends += [end for end in (duty.done_on, duty.until) if end is not None]
        return max((min([self.day, *ends]) - period.due_on).days, 0)


def periods(plan: Plan, day: date) -> list[PeriodRow]:
    """Every period of ``plan`` as of ``day``, the newest first, in a fixed number of queries."""
    found = list(plan.periods.select_related("locked_by", "reopened_by").order_by("-starts_on"))
    turnouts, reopened = Turnouts(plan, day), reopenings(found)
    return [_row(period, day, turnouts, reopened[period.pk]) for period in found]


def period(found: Period, day: date, unit: Department | None = None) -> PeriodRow:
    """One period as of ``day``; with ``unit`` what it alone owed and gave."""
    return _row(found, day, Turnouts(found.plan, day, unit), reopenings([found])[found.pk])


def periods_of_unit(unit: Department, plan: Plan, day: date) -> list[PeriodRow]:
    """The periods in which ``unit`` owed reports by ``day``, the newest first, and its turnout; three queries."""
    turnouts = Turnouts(plan, day, unit)
    opened = plan.periods.opened_by(day).order_by("-starts_on")
    rows = [PeriodRow(each, each.state(day), turnouts.of(each)) for each in opened]
    return [row for row in rows if row.turnout is not None and row.turnout.owed]


def _row(found: Period, day: date, turnouts: Turnouts, reopened: list[Reopening]) -> PeriodRow:
    state = found.state(day)
    if any(local_day(each.locked_at) <= day < local_day(each.at) for each in reopened if each.locked_at):
        state = PeriodState.LOCKED
    return PeriodRow(
        period=found,
        state=state,
        turnout=None if state == PeriodState.AHEAD else turnouts.of(found),
        reopenings=[each for each in reopened if local_day(each.at) <= day],
    )


def reopenings(found: Iterable[Period]) -> dict[int, list[Reopening]]:
    """Every reopening of each period, the first one first, from the audit log: a period itself keeps the last only."""
    kept: dict[int, list[Reopening]] = {each.pk: [] for each in found}
    entries = LogEntry.objects.get_for_model(Period).filter(object_id__in=kept).order_by("timestamp", "pk")
    noted = [(entry, entry.changes) for entry in entries if _takes_a_lock_off(entry.changes or {})]
    keys = {changes["reopened_by"][1] for _entry, changes in noted if "reopened_by" in changes}
    people = {str(person.pk): person.name for person in User.objects.filter(pk__in=keys)} if keys else {}
    for entry, changes in noted:
        before = kept[entry.object_id][-1:]  # what was the same the last time is no change
        kept[entry.object_id].append(
            Reopening(
                at=_moment(changes["reopened_at"][1]) or entry.timestamp if "reopened_at" in changes else before[0].at,
                locked_at=_moment(changes["locked_at"][0]),
                by=people.get(str(changes["reopened_by"][1]), "") if "reopened_by" in changes else before[0].by,
                because=changes["reopened_because"][1] if "reopened_because" in changes else before[0].because,
            )
        )
    return kept


def _takes_a_lock_off(changes: dict[str, Any]) -> bool:
    was, now = changes.get("locked_at", (None, None))
    return _moment(was) is not None and _moment(now) is None


def _moment(value: object) -> datetime | None:
    """The log keeps instants in universal time and does not say so."""
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
