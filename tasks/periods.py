"""What the office sees of a plan's reporting periods: who owed a report in each, who gave it, who opened it again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from auditlog.models import LogEntry

from departments.models import User

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
    """Keys of the parts that owe a report in a period, of those that gave one, and of those that gave it late."""

    owed: frozenset[int] = frozenset()
    reported: frozenset[int] = frozenset()
    late: frozenset[int] = frozenset()

    @property
    def silent(self) -> frozenset[int]:
        return self.owed - self.reported


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


class Turnouts:
    """
    Counts the turnout of any period of ``plan`` as of ``day``; two queries, however many periods.

    Those owe who answer for themselves: members of a collective instead of the collective. Who joined after the
    period, or had left or been closed by its last day, owes nothing; what has been reported in it counts all the same.
    """

    def __init__(self, plan: Plan, day: date) -> None:
        self.day = day
        rows = Assignment.objects.filter(measure__plan=plan).as_of(day, plan)
        columns: tuple[str, ...] = ("pk", "collective_part_id", "since", "until", "requested_on")
        columns += ("measure__due_on", "measure__ongoing_from", "measure__terminated_from")
        self.parts = list(rows.order_by().values_list(*columns))
        self.reports: dict[int, list[tuple[date, bool]]] = defaultdict(list)
        said = Report.objects.standing(day).filter(assignment__measure__plan=plan).order_by()
        for part, reported_for, is_late in said.values_list("assignment_id", "reported_for", "is_late"):
            self.reports[part].append((reported_for, is_late))

    def of(self, period: Period) -> Turnout:
        last = min(self.day, period.due_on)
        in_force = [
            (key, collective, since, min(filter(None, (requested_on, terminated)), default=None), due_on, ongoing)
            for key, collective, since, until, requested_on, due_on, ongoing, terminated in self.parts
            if (since is None or since <= last) and (until is None or until > last)
        ]
        expanded = {collective for _key, collective, *_rest in in_force if collective is not None}
        owed, reported, late = set(), set(), set()
        for key, _collective, since, done_on, due_on, ongoing_from in in_force:
            is_ongoing = due_on is None or (ongoing_from is not None and ongoing_from <= min(last, period.ends_on))
            is_asked = is_ongoing or period.asks_dated
            if key in expanded or not is_asked or (since is not None and since > period.ends_on):
                continue
            said = [is_late for day, is_late in self.reports[key] if period.starts_on <= day <= period.ends_on]
            if said or done_on is None or done_on > last:
                owed.add(key)
            if said:
                reported.add(key)
            if any(said):
                late.add(key)
        return Turnout(frozenset(owed), frozenset(reported), frozenset(late))


def periods(plan: Plan, day: date) -> list[PeriodRow]:
    """Every period of ``plan`` as of ``day``, the newest first, in a fixed number of queries."""
    found = list(plan.periods.select_related("locked_by", "reopened_by").order_by("-starts_on"))
    turnouts, reopened = Turnouts(plan, day), reopenings(found)
    return [_row(period, day, turnouts, reopened[period.pk]) for period in found]


def period(found: Period, day: date) -> PeriodRow:
    """One period as of ``day``."""
    return _row(found, day, Turnouts(found.plan, day), reopenings([found])[found.pk])


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
