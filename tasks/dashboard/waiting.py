"""What waits for a decision, by age, and what asks for help, in the words of the unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from ..choices import Age, ExtensionState
from ..models import Extension, Plan, Report
from .figures import Figure

MOST_CALLS_SHOWN = 6


@dataclass(frozen=True)
class WaitingRow:
    """Requests of one kind: how many have waited for how long, the oldest first."""

    label: object
    page: str
    query: dict[str, object]
    numbers: Counter[Age]

    @property
    def cells(self) -> list[Figure]:
        return [Figure(self.numbers[age], age.label, self.page, self.query | {"age": age.value}) for age in Age]

    @property
    def total(self) -> Figure:
        return Figure(self.numbers.total(), self.label, self.page, self.query)


@dataclass(frozen=True)
class Call:
    """A part on which the leading group is asked to step in, and the report that says so."""

    part: Any
    report: Report

    @property
    def words(self) -> str:
        return self.report.problems.strip() or self.report.progress


@dataclass(frozen=True)
class Calls:
    """The latest of those that ask for help, on how many parts and measures that is done."""

    shown: list[Call]
    parts: int
    measures: int


def waiting(plan: Plan, day: date, parts: Any) -> list[WaitingRow]:
    """Requests to close, reports that need acceptance, and requests for more time; one query each."""
    by_part = {
        closing: parts.waiting_for_decision(day, closing=closing)
        .order_by()
        .values("waiting_since")
        .annotate(number=Count("pk"))
        for closing in (True, False)
    }
    more_time = Extension.objects.of_plan(plan, day).to_decide(day).order_by().values("asked_on")
    return [
        WaitingRow(_("办结申请"), "assignments", {"waiting": "yes"}, _ages(by_part[True], day, "waiting_since")),
        WaitingRow(_("进展填报"), "assignments", {"waiting": "report"}, _ages(by_part[False], day, "waiting_since")),
        WaitingRow(
            _("延期申请"),
            "extensions",
            {"state": ExtensionState.PENDING.value},
            _ages(more_time.annotate(number=Count("pk")), day, "asked_on"),
        ),
    ]


def _ages(tallies: Any, day: date, since: str) -> Counter[Age]:
    numbers: Counter[Age] = Counter()
    for tally in tallies:
        numbers[Age.of((day - tally[since]).days)] += tally["number"]
    return numbers


def calls(day: date, parts: Any) -> Calls:
    """The parts that need coordination, the latest word first."""
    # Their keys first: to sort whole rows of a large plan costs more than to ask twice.
    asking = parts.needing_coordination(day).latest_word_first()
    keys = list(asking.values_list("pk", "measure"))
    rows = parts.filter(pk__in=[key for key, _measure in keys[:MOST_CALLS_SHOWN]]).latest_word_first()
    rows = rows.select_related("department", "measure__plan").with_last_report(day).with_members(day)
    shown = [call for part in rows for call in _said(part)]
    return Calls(shown, len(keys), len({measure for _key, measure in keys}))


def _said(part: Any) -> Iterator[Call]:
    """The unit's own last word where that asks for help; of a collective the first of its members' that does."""
    for row in (part, *part.member_rows):
        if row.last_report is not None and row.last_report.needs_coordination:
            yield Call(part, row.last_report)
            return
