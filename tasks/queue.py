"""What lies before those who decide on reports (审核)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from departments.models import Department, User

from . import permissions
from .choices import Age, QueueKind, ReportState
from .models import Assignment, Report, with_wording


@dataclass(frozen=True)
class Entry:
    """
    A report to decide on: why it lies there, for how many days, and the newest report of its part.

    ``newest`` goes with the decision, so that a report that came in meanwhile is noticed.
    """

    report: Report
    kind: QueueKind
    age: int
    newest: int

    @property
    def units(self) -> set[int]:
        """The keys of the unit, and of the collective as whose member it speaks."""
        collective = self.report.assignment.collective_part
        return {self.report.department_id} | ({collective.department_id} if collective else set())


@dataclass(frozen=True)
class Queue:
    """What one person may decide on, and how many reports wait for other people's decision."""

    entries: list[Entry]
    for_others: int

    def number(self, kind: QueueKind) -> int:
        return sum(entry.kind == kind for entry in self.entries)

    @property
    def numbers(self) -> list[tuple[QueueKind, int]]:
        return [(kind, self.number(kind)) for kind in QueueKind]

    def narrowed(
        self, *, kind: str = "", unit: Department | None = None, age: str = "", by_unit: bool = False
    ) -> list[Entry]:
        """Requests to close first, then what waits, then what is in effect; in each the oldest first, or by unit."""
        found = [
            entry
            for entry in self.entries
            if (not kind or entry.kind == kind)
            and (unit is None or unit.pk in entry.units)
            and (not age or Age.of(entry.age) == age)
        ]
        order = list(QueueKind)

        def place(entry: Entry) -> tuple[Any, ...]:
            department = entry.report.department
            unit = (department.position, department.name) if by_unit else ()
            return (order.index(entry.kind), *unit, entry.report.recorded_at, entry.report.pk)

        return sorted(found, key=place)


def queue_of(user: User, day: date) -> Queue:
    """The queue of one person at the end of ``day``; one query."""
    waiting = with_wording(Report.objects.undecided(day).with_newest().with_request(), day, "assignment__measure__")
    entries = [Entry(row, _kind(row, day), (day - row.recorded_on).days, row.newest) for row in _rows(waiting)]
    own = [entry for entry in entries if permissions.may_review(user, entry.report)]
    return Queue(own, len(entries) - len(own))


def _rows(reports: Any) -> Iterable[Any]:
    """Reports with their annotations."""
    return reports


def _kind(report: Report, day: date) -> QueueKind:
    if report.asks_to_close:
        return QueueKind.CLOSING
    return QueueKind.REPORT if report.state(day) == ReportState.WAITING else QueueKind.IN_EFFECT


@dataclass(frozen=True)
class Silence:
    """A unit that has said nothing; of a collective, how many of its members have, and who has not."""

    unit: Department
    members: int
    silent: list[Department]

    @property
    def reported(self) -> int:
        return self.members - len(self.silent)


@dataclass(frozen=True)
class Company:
    """The other units of a measure on the day one of them asked to close: who had said nothing by then."""

    on: date
    units: int
    silent: list[Silence]

    @property
    def reported(self) -> int:
        return self.units - len(self.silent)


def company_of(report: Report) -> Company:
    """Whom the unit that asks to close had beside it, as of the day it asked."""
    day = report.recorded_on
    others = Assignment.objects.with_reporting(day).beside(report.assignment, day)
    parts = list(others.select_related("department").with_members(day))
    silent = [
        Silence(part.department, len(part.member_rows), [row.department for row in part.member_rows if _is_silent(row)])
        for part in parts
        if _is_silent(part)
    ]
    return Company(day, len(parts), silent)


def _is_silent(row: Any) -> bool:
    """Of a part with the annotations of ``with_reporting``."""
    return not row.has_reported
