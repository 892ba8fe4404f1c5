"""A made-up history of one measure, as the database has it and as it is noted down beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from hypothesis import strategies as st

from tasks.actions import amendment as amendment_actions
from tasks.actions import extension as extension_actions
from tasks.actions import report as report_actions
from tasks.actions import review as review_actions
from tasks.choices import AmendmentKind, AssignmentRole, Cadence
from tasks.models import Assignment, Extension, Measure, Plan, Report

from .builders import (
    ISSUED_ON,
    a_department,
    a_measure,
    a_part,
    a_plan,
    a_report,
    a_rule,
    a_supervisor,
    an_amendment,
    an_extension,
    at,
    the_reviewer_of,
    who_may_give_time,
)

SOLE, LEAD, CO, JOINT = AssignmentRole.SOLE, AssignmentRole.LEAD, AssignmentRole.CO, AssignmentRole.JOINT
SHAPES = ([SOLE], [SOLE, CO], [LEAD, CO], [LEAD, LEAD, CO], [JOINT, JOINT], [JOINT, JOINT, JOINT])
FIRST_DAY = ISSUED_ON - timedelta(days=20)


@dataclass
class Said:
    """One report, and what became of it where it asked to close."""

    on: date
    asks: bool
    report: Report
    decision: str = ""
    decided_on: date = date.max


@dataclass
class Asked:
    """More time asked for, and what became of it."""

    on: date
    due_on: date
    extension: Extension
    decision: str = ""
    decided_on: date = date.max


@dataclass
class World:
    """One measure with its units, and all that was said and asked, as noted down beside the database."""

    measure: Measure
    parts: list[Assignment]
    said: list[list[Said]] = field(init=False)
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.said = [[] for _ in self.parts]

    def happens(self, day: date, unit: int, what: str) -> None:
        """One event; passed over where it cannot happen."""
        part, said = self.parts[unit], self.said[unit]
        if what in ("more time", "grant", "refuse"):
            self.time_is_asked_for_or_given(day, what)
            return
        if what in AMENDING:
            self.is_amended(day, unit, what)
            return
        waiting = [entry for entry in said if entry.asks and not entry.decision]
        if what in ("accept", "send back"):
            for entry in waiting:
                decide = review_actions.accept if what == "accept" else review_actions.send_back
                try:
                    decide(by=the_reviewer_of(part), report=entry.report, now=at(day, 12), reason="已核对。")
                except review_actions.AlreadyDecided:  # the measure has ended
                    continue
                entry.decision, entry.decided_on = what, day
            return
        try:
            report = a_report(part, day, asks_to_close=what == "ask")
        except (report_actions.NotAccepted, PermissionDenied):  # closed, ended, or not this unit's any more
            return
        if report not in [entry.report for entry in said]:  # said again in the same words on the same day
            said.append(Said(day, what == "ask", report))

    def is_amended(self, day: date, unit: int, what: str) -> None:
        """The plan is changed; a unit's number says which of several changes of a kind it is."""
        try:
            if what == "withdraw":
                for amendment in self.measure.amendments.to_come(day):
                    amendment_actions.withdraw(by=a_supervisor(), amendment=amendment, reason="有误。", now=at(day, 17))
                return
            if what == "new rule":
                plan = Plan.objects.get(pk=self.measure.plan_id)
                days = {"due_soon_days": 10 * unit, "grace_days": 5 + 10 * unit}
                a_rule(plan, day + timedelta(days=7 * unit), recorded_on=day, **days)
                return
            content: dict[str, Any] = {"in_force_on": day + timedelta(days=7 * unit)}
            if what == AmendmentKind.WORDING:
                content["wording"] = f"{day}调整的任务。"
            if what == AmendmentKind.UNITS:
                parts = Assignment.objects.named(day).filter(measure=self.measure).select_related("department")
                roles = {part.department: part.role for part in parts.order_by("position", "pk")}
                if unit == 0:
                    roles[a_department()] = JOINT if JOINT in roles.values() else CO
                else:
                    roles.pop(list(roles)[-1])
                content = {"roles": roles, "in_force_on": day}
            an_amendment(self.measure, what, day, **content)
        except (amendment_actions.NotTaken, ValidationError):
            return

    def due_by(self, day: date) -> date | None:
        """The deadline in force at the end of ``day``."""
        granted = [entry.due_on for entry in self.asked if entry.decision == "grant" and entry.decided_on <= day]
        return max([self.measure.due_on, *granted]) if self.measure.due_on else None

    def time_is_asked_for_or_given(self, day: date, what: str) -> None:
        try:
            if what == "more time":
                due_on = max(self.due_by(day) or day, day) + timedelta(days=30)
                self.asked.append(Asked(day, due_on, an_extension(self.measure, due_on, day)))
                return
            for entry in [entry for entry in self.asked if not entry.decision]:
                by = {"by": who_may_give_time(entry.extension), "extension": entry.extension, "now": at(day, 16)}
                if what == "grant":
                    extension_actions.approve(**by)
                else:
                    extension_actions.refuse(**by, opinion="理由不足。")
                entry.decision, entry.decided_on = what, day
        except (extension_actions.NotTaken, ValidationError):
            return


worlds = st.fixed_dictionaries(
    {
        "roles": st.sampled_from(SHAPES),
        "due_in": st.none() | st.integers(0, 200),
        "cadence": st.sampled_from(Cadence.values),
        "grace_days": st.sampled_from([1, 10, 33, 60]),
        "due_soon_days": st.sampled_from([0, 1, 30, 180]),
    }
)
dated_worlds = worlds.map(lambda world: world | {"due_in": world["due_in"] or 60})
# Mostly what moves a history on: after a request, a decision.
happenings = st.sampled_from(["say", "ask", "ask", "accept", "accept", "send back"])
histories = st.lists(st.tuples(st.integers(0, 45), st.integers(0, 2), happenings), min_size=1, max_size=8)
with_more_time = st.sampled_from(["say", "ask", "accept", "send back", "more time", "more time", "grant", "refuse"])
# Every kind of event there is, so that a plan is changed while it is reported on.
AMENDING = (*AmendmentKind.values, "new rule", "withdraw")
anything = st.sampled_from(
    [
        *("say", "say", "ask", "accept", "send back", "more time", "grant", "new rule", "withdraw"),
        *AmendmentKind.values,
        "UNITS",
    ]
)
eventful_histories = st.lists(st.tuples(st.integers(0, 45), st.integers(0, 2), anything), min_size=2, max_size=8)
# What a forecast can know of; days of grace are no such thing, since a period has one last day to report.
amending = st.sampled_from(["say", "ask", "accept", "more time", "grant", *("ONGOING", "TERMINATION") * 2])
amended_histories = st.lists(st.tuples(st.integers(0, 45), st.integers(0, 2), amending), min_size=2, max_size=5)
long_histories = st.lists(st.tuples(st.integers(0, 45), st.integers(0, 2), with_more_time), min_size=1, max_size=9)
some_days = st.lists(st.integers(0, 320), min_size=1, max_size=3)


@contextmanager
def undone() -> Iterator[None]:
    """Each example leaves the database as it was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def a_world(roles: list[str], due_in: int | None, **plan: Any) -> World:
    due_on = None if due_in is None else FIRST_DAY + timedelta(days=due_in)
    measure = a_measure(a_plan(**plan), due_on=due_on)
    return World(measure, [a_part(measure, a_department(), role) for role in roles])


def happening(world: World, history: list[tuple[int, int, str]]) -> Iterator[date]:
    """Lets the history happen, and stops at the end of each day on which something did."""
    day = FIRST_DAY
    for index, (gap, unit, what) in enumerate(history):
        day += timedelta(days=gap)
        world.happens(day, unit % len(world.parts), what)
        if index + 1 == len(history) or history[index + 1][0]:
            yield day
