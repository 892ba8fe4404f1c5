"""What holds of the rule of time whatever happens, tried on made-up histories and against a second reckoning."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tasks.comparison import Comparison, on_day
from tasks.dashboard import dashboard
from tasks.models import Assignment, Measure, Plan
from tasks.periods import periods
from tasks.units import reliability

from .test_timeliness_periods import naive_due, naive_span
from .world import (
    CO,
    FIRST_DAY,
    Said,
    World,
    a_world,
    dated_worlds,
    eventful_histories,
    happening,
    histories,
    long_histories,
    some_days,
    undone,
    worlds,
)

pytestmark = pytest.mark.django_db


def tried(times: int) -> settings:
    """Every example writes to a real database and asks it: few, short enough as they come, and not timed."""
    phases = [Phase.explicit, Phase.reuse, Phase.generate]
    return settings(max_examples=times, deadline=None, phases=phases, suppress_health_check=[HealthCheck.too_slow])


def answers(day: date, plan: Plan | None = None) -> dict[str, Any]:
    """All that the project says of every measure and part as of ``day``, asked in general or for one plan."""
    measures = Measure.objects.as_of(day, plan).with_parts(day).with_last_report(day).select_related("plan")
    parts = Assignment.objects.named(day).as_of(day, plan).select_related("measure__plan").most_pressing_first(day)
    return {
        f"measure {row.pk}": {
            "light": row.timeliness,
            "closing": (row.requested_on, row.closed_on),
            "reported": (row.reported, len(row.parts)),
            "last report": (row.last_report_on, row.last_reported_on),
            "days late": row.light.days_late,
            "sentence": row.light.sentence(),
            "rule": row.light.rule(),
            "wording": row.wording_in_force,
            "deadline": row.effective_due_on,
        }
        for row in measures
    } | {
        f"part {row.pk}": {
            "light": row.timeliness,
            "closing": (row.requested_on, row.closed_on),
            "reported": row.has_reported,
            "last report": row.last_reported_on,
            "waits": row.is_waiting,
            "came back": row.is_returned,
            "urgency": row.urgency,
            "days late": row.light.days_late,
            "sentence": row.light.sentence(),
            "rule": row.light.rule(),
            "wording": row.wording_in_force,
            "role": row.role,
        }
        for row in parts
    }


def counts(day: date, plan: Plan) -> dict[str, Any]:
    """All that the pages count in ``plan`` as of ``day``."""
    board, found = dashboard(plan, day), periods(plan, day)
    changes = Comparison(plan, on_day(plan, plan.issued_on), on_day(plan, day))
    kept = [reliability(row.department, plan, day) for row in board.units[:2]]
    return {
        "figures": [(str(figure.label), figure.number) for figure in (*board.figures, *board.extensions)],
        "rates": [(rate.clock, rate.kept, rate.measured) for rate in board.rates],
        "units": [(row.department.pk, row.principal, row.partner) for row in board.units],
        "trend": board.trend.points,
        "waiting": [row.cells for row in board.waiting],
        "outlooks": [(outlook.overdue.number, outlook.silent.number) for outlook in board.outlooks],
        "changes": (changes.measure_numbers, changes.part_numbers),
        "kept": [(each.owed, each.in_time, each.days_of_silence, each.closings, each.extensions) for each in kept],
        "turnouts": [(row.state, row.turnout) for row in found if row.turnout],
        "measures": plan.measures.unterminated(day).count(),
        "parts": Assignment.objects.counted(day).filter(measure__plan=plan).count(),
    }


# --- the second reckoning, from the notes alone ------------------------------------------------------------


def in_chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


class Reckoning:
    def __init__(self, world: World, day: date) -> None:
        self.world, self.day = world, day
        self.plan, self.due_on = world.measure.plan, world.due_by(day)
        starts_on, ends_on = naive_due(day, self.plan.cadence, self.plan.grace_days)
        self.owed = (starts_on, ends_on) if self.plan.issued_on <= ends_on else None
        deciding = [self.accepted(unit) for unit, part in enumerate(world.parts) if part.role != CO]
        self.closing = (None, None)
        if all(deciding):
            self.closing = (max(entry.on for entry in deciding), max(entry.decided_on for entry in deciding))

    @property
    def deadline(self) -> str:
        original, in_force = self.world.measure.due_on, self.due_on
        if in_force == original:
            return f"应于{in_chinese(in_force)}办结"
        return f"原定{in_chinese(original)}办结，延期至{in_chinese(in_force)}"

    def of_more_time(self, is_late: bool) -> str:
        asked = [entry for entry in self.world.asked if entry.on <= self.day]
        if asked and asked[-1].decided_on > self.day:
            return "，延期申请待审核"
        if asked and is_late and asked[-1].decision == "refuse":
            return "，延期申请未获同意"
        return "，未申请延期" if is_late and self.due_on == self.world.measure.due_on else ""

    def heard(self, unit: int) -> list[Said]:
        return [entry for entry in self.world.said[unit] if entry.on <= self.day]

    def accepted(self, unit: int) -> Said | None:
        for entry in self.heard(unit):
            if entry.decision == "accept" and entry.decided_on <= self.day:
                return entry
        return None

    def has_reported(self, unit: int) -> bool:
        since = self.owed[0] if self.owed and not self.due_on else date.min
        return bool(self.accepted(unit)) or (bool(self.heard(unit)) and self.reported_for(unit) >= since)

    def reported_for(self, unit: int) -> date:
        """The first day of the latest period the unit has reported for: the one before while that is in time."""
        latest = date.min
        for entry in self.heard(unit):
            own = naive_span(entry.on, self.plan.cadence)
            before = naive_span(own[0] - timedelta(days=1), self.plan.cadence)
            in_time = self.plan.issued_on <= before[1] and entry.on <= self.last_day_for(before[1])
            latest = max(latest, before[0] if in_time and latest < before[0] else own[0])
        return latest

    def light(self, asked_on: date | None, silent: bool) -> str:
        if asked_on:
            return "CLOSED_LATE" if self.due_on and asked_on > self.due_on else "CLOSED"
        if not self.due_on:
            return "SILENT" if silent and self.owed else "ONGOING"
        left = (self.due_on - self.day).days
        return "OVERDUE" if left < 0 else "DUE_SOON" if left <= self.plan.due_soon_days else "ON_TRACK"

    def sentence(
        self, light: str, asked_on: date | None, closed_on: date | None, silent: str, reported_for: date = date.min
    ) -> str:
        if asked_on and closed_on:
            asked, closed = f"{in_chinese(asked_on)}申请办结", f"{in_chinese(closed_on)}审核同意。"
            if not self.due_on:
                return f"{asked}，{closed}"
            late = f"逾期{(asked_on - self.due_on).days}天" if light == "CLOSED_LATE" else "按期"
            return f"{self.deadline}，{asked}，{late}；{closed}"
        if self.due_on:
            left = (self.due_on - self.day).days
            state = f"逾期{-left}天" if left < 0 else f"还有{left}天" if left else "当日到期"
            return f"{self.deadline}，{state}{self.of_more_time(left < 0)}。"
        if light == "SILENT" and self.owed:
            last = self.last_day_for(self.owed[1])
            days = (self.day - last).days
            return f"{self.named(self.owed[1])}{silent}未填报，填报截止{in_chinese(last)}，已超期{days}天。"
        following = self.owed[1] + timedelta(days=1) if self.owed else self.plan.issued_on
        while (following + timedelta(days=1)).day != 1 or (self.by_quarter and following.month % 3):
            following += timedelta(days=1)
        name, last = self.named(following), in_chinese(self.last_day_for(following))
        if reported_for >= naive_span(following, self.plan.cadence)[0]:
            return f"持续推进，{name}已填报，该期截止{last}。"
        return f"持续推进，下次填报：{name}，截止{last}。"

    @property
    def by_quarter(self) -> bool:
        return self.plan.cadence == "QUARTER"

    def last_day_for(self, ends_on: date) -> date:
        return ends_on + timedelta(days=self.plan.grace_days - 1)

    def named(self, day: date) -> str:
        quarter = f"第{'一二三四'[(day.month - 1) // 3]}季度"
        return f"{day.year}年{quarter if self.by_quarter else f'{day.month}月'}"

    def of_part(self, unit: int) -> dict[str, Any]:
        own, heard = self.accepted(unit), self.heard(unit)
        asked_on, closed_on = (own.on, own.decided_on) if own else self.closing
        light = self.light(asked_on, not self.has_reported(unit))
        return {
            "light": light,
            "closing": (asked_on, closed_on),
            "reported": self.has_reported(unit),
            "last report": heard[-1].on if heard else None,
            "waits": any(entry.asks and entry.decided_on > self.day for entry in heard),
            "came back": asked_on is None
            and any(
                entry.decision == "send back"
                and entry.decided_on <= self.day
                and not any(later.on > entry.decided_on for later in heard)
                for entry in heard
            ),
            "days late": self.days_late(light, asked_on),
            "sentence": self.sentence(light, asked_on, closed_on, "", self.reported_for(unit))
            if own or not asked_on
            else f"任务已于{in_chinese(closed_on)}办结，本单位未单独申请办结。",
        }

    def of_measure(self) -> dict[str, Any]:
        units = range(len(self.world.parts))
        reported = sum(self.has_reported(unit) for unit in units)
        light = self.light(self.closing[0], reported < len(units))
        last = max((entry.on for unit in units for entry in self.heard(unit)), default=None)
        silent = f"有{len(units) - reported}家单位" if len(units) > 1 else ""
        return {
            "light": light,
            "closing": self.closing,
            "reported": (reported, len(units)),
            "last report": (last, last),
            "days late": self.days_late(light, self.closing[0]),
            "sentence": self.sentence(light, *self.closing, silent),
        }

    def days_late(self, light: str, asked_on: date | None) -> int | None:
        late = {"OVERDUE": self.day, "CLOSED_LATE": asked_on}.get(light)
        return (late - self.due_on).days if late and self.due_on else None


# --- what holds ----------------------------------------------------------------------------------------------


def pressing_days(world: World, days: list[int]) -> list[date]:
    """The days asked about: those given, those about the deadline, and that of the last decision."""
    asked = {FIRST_DAY + timedelta(days=day) for day in days}
    if world.measure.due_on:
        asked |= {world.measure.due_on + timedelta(days=day) for day in (0, 1)}
    asked |= set(sorted(entry.decided_on for said in world.said for entry in said if entry.decision)[-1:])
    for entry in [entry for entry in world.asked if entry.decision][-2:]:
        asked |= {
            entry.decided_on,
            entry.decided_on - timedelta(days=1),
            entry.due_on,
            entry.due_on + timedelta(days=1),
        }
    return sorted(asked)


@tried(20)
@given(worlds, long_histories, some_days)
def test_the_database_agrees_with_a_second_reckoning(fields, history, days) -> None:
    with undone():
        world = a_world(**fields)
        for _ in happening(world, history):
            pass

        for day in pressing_days(world, days):
            found, reckoning = answers(day), Reckoning(world, day)
            expected = {f"part {part.pk}": reckoning.of_part(unit) for unit, part in enumerate(world.parts)}
            expected[f"measure {world.measure.pk}"] = reckoning.of_measure()
            assert {name: {key: found[name][key] for key in row} for name, row in expected.items()} == expected
            assert answers(day, world.measure.plan) == found


@tried(6)
@given(worlds, eventful_histories)
def test_the_answer_for_a_day_is_the_same_whenever_it_is_asked(fields, history) -> None:
    with undone():
        world = a_world(**fields)
        plan = world.measure.plan

        at_the_time = {day: (answers(day), counts(day, plan)) for day in happening(world, history)}

        assert {day: (answers(day), counts(day, plan)) for day in at_the_time} == at_the_time


# What a dated duty may be on a later day, by what it was on an earlier one.
NEXT = {
    "ON_TRACK": {"ON_TRACK", "DUE_SOON", "OVERDUE", "CLOSED", "CLOSED_LATE"},
    "DUE_SOON": {"DUE_SOON", "OVERDUE", "CLOSED", "CLOSED_LATE"},
    "OVERDUE": {"OVERDUE", "CLOSED", "CLOSED_LATE"},
    "CLOSED": {"CLOSED"},
    "CLOSED_LATE": {"CLOSED_LATE"},
}


@tried(15)
@given(dated_worlds, histories, some_days)
def test_a_dated_duty_once_overdue_stays_so_until_it_is_closed(fields, history, days) -> None:
    with undone():
        world = a_world(**fields)
        for _ in happening(world, history):
            pass

        lights = [
            (day, {row.pk: row.timeliness for row in rows.as_of(day)})
            for rows in (
                Assignment.objects.filter(measure=world.measure),
                Measure.objects.filter(plan=world.measure.plan),
            )
            for day in pressing_days(world, days)
        ]
        steps = [
            (before, after, earlier[pk], later[pk])
            for (before, earlier), (after, later) in pairwise(lights)
            for pk in earlier
            if before < after
        ]

        assert [step for step in steps if step[3] not in NEXT[step[2]]] == []
