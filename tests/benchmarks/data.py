"""A large plan, the same in every run: the real plan repeated, with reports, closings, extensions and changes."""

from __future__ import annotations

import json
import random
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Group

from departments.models import Department, Role, User
from tasks.actions.period import create_ahead
from tasks.choices import DECIDING_ROLES, AmendmentKind, Cadence, Decision, ExtensionState, Timeframe
from tasks.models import Amendment, Assignment, Extension, Measure, Period, Plan, Report, Review, Section
from tasks.timeliness import Span

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "dongli-ip-2020-2021.json"
SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = date(2023, 1, 12)  # a fourth quarter's reports are owed since two days
A_YEAR_AGO = date(2022, 1, 12)  # dated measures are newly overdue
REAL = 42  # measures in the real plan
OFFICE = "区市场监管局"
SLUG = "large"
BATCH = 5_000
REPORTS = 24  # of each part

# Every fourth deadline is later than the plan's, so that no light is missing.
LATER = (timedelta(0), timedelta(0), timedelta(385), timedelta(450))
WORDS = "已印发工作方案，组织开展执法检查和宣传培训，协调成员单位落实任务分工，形成阶段性工作小结。"


@dataclass(frozen=True)
class Filled:
    plan: Plan
    supervisor: User
    reporter: User


class _Source:
    """The fixture's measures in order, and the units of each with role and place."""

    def __init__(self) -> None:
        entries: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for entry in json.loads(FIXTURE.read_text(encoding="utf-8")):
            entries[entry["model"]].append(entry["fields"])
        self.plan = entries["tasks.plan"][0]
        self.departments = entries["departments.department"]
        self.sections = entries["tasks.section"]
        self.measures = sorted(entries["tasks.measure"], key=lambda measure: measure["number"])
        self.parts: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for part in entries["tasks.assignment"]:
            self.parts[part["measure"][1]].append(part)


def fill(size: int, reports: int = REPORTS) -> Filled:
    """``size`` measures in one plan: 8 sections in the real plan's proportions, 23 units, ``reports`` of each part."""
    source, chance = _Source(), random.Random(size)
    # The office answers for 31 measures at every size, so that its page of duties is the real one; in the plan's
    # other copies a unit beside it takes its place.
    beside = {"name": f"{OFFICE}（分设）", "kind": "GOVERNMENT", "position": 2}
    Department.objects.bulk_create(Department(**fields) for fields in [*source.departments, beside])
    units = {unit.name: unit for unit in Department.objects.all()}
    people = {name: _a_reporter(unit, number) for number, (name, unit) in enumerate(units.items())}
    supervisor = _a_person("supervisor", Role.SUPERVISOR)
    plan = Plan.objects.create(**source.plan | {"slug": SLUG, "office": units[OFFICE]})
    plan.refresh_from_db()  # its days as days
    create_ahead(plan=plan, until=TODAY)
    Section.objects.bulk_create(Section(**fields | {"plan": plan}) for fields in source.sections)

    parts: list[tuple[Assignment, list[Assignment]]] = []
    measures = list(_measures(source, plan, size))
    Measure.objects.bulk_create((measure for measure, _number, _copy in measures), batch_size=BATCH)
    for measure, number, copy in measures:
        own = []
        for fields in source.parts[number]:
            name = fields["department"][0]
            unit = units[beside["name"] if name == OFFICE and copy else name]
            own.append(Assignment(measure=measure, department=unit, role=fields["role"], position=fields["position"]))
        parts.extend((part, own) for part in own)
    Assignment.objects.bulk_create((part for part, _all in parts), batch_size=BATCH)

    requests = _reports(parts, people, chance, reports)
    reviews = list(_reviews(requests, supervisor))
    Review.objects.bulk_create(reviews, batch_size=BATCH)
    Assignment.objects.bulk_update(_closed(reviews), ["closing_asked_on", "closing_accepted_on"], batch_size=BATCH)
    _amend([measure for measure, _number, _copy in measures], people[OFFICE], supervisor)
    return Filled(plan, supervisor, people[OFFICE])


def _a_person(username: str, role: Role, department: Department | None = None) -> User:
    user = User(username=username, department=department)
    user.set_unusable_password()
    user.save()
    user.groups.set(Group.objects.filter(name=role))
    return user


def _a_reporter(unit: Department, number: int) -> User:
    return _a_person(f"reporter-{number}", Role.REPORTER, unit)


def _measures(source: _Source, plan: Plan, size: int) -> Iterator[tuple[Measure, int, int]]:
    """
    ``(measure, its number in the real plan, which copy)`` in order.

    The plan's 42 measures follow one another again and again, so that a page shows the same ones at every size; the
    eight sections divide the whole in the real plan's proportions.
    """
    sections = {section.number: section for section in plan.sections.all()}
    for position in range(size):
        copy, place = divmod(position, REAL)
        original = source.measures[place]
        section = source.measures[position * REAL // size]["section"][1]
        number = position + 1
        due_on = original["due_on"] and date.fromisoformat(original["due_on"]) + LATER[number % 4]
        fields = {"plan": plan, "section": sections[section], "number": number, "due_on": due_on or None}
        yield Measure(**original | fields), original["number"], copy


def _reports(
    parts: list[tuple[Assignment, list[Assignment]]], people: dict[str, User], chance: random.Random, each: int
) -> list[tuple[Report, str]]:
    """``each`` reports a part, some parts silent; returns the requests to close with what becomes of them."""
    fates: dict[int, str] = {}
    reports: list[Report] = []
    requests: list[tuple[Report, str]] = []
    periods = {period.starts_on: period for period in Period.objects.all()}
    days = (TODAY - date(2021, 8, 27)).days
    for part, own in parts:
        # A measure is closed as a whole (one in five), asked about, or open: by chance, but the same in every run.
        fate = fates.setdefault(
            own[0].measure_id, chance.choices(("ACCEPTED", "PENDING", "RETURNED", ""), (4, 1, 1, 14))[0]
        )
        number = chance.choice((0, each // 2, each, each, each, 2 * each - each // 2))
        recorded = sorted(TODAY - timedelta(chance.randrange(days)) for _ in range(number))
        mine = [_a_report(part, people[part.department.name], day, chance) for day in recorded]
        if fate and part.role in DECIDING_ROLES:
            day = TODAY - timedelta(chance.randrange(500))
            mine = [report for report in mine if report.recorded_on <= day]
            mine.append(_a_report(part, people[part.department.name], day, chance))
            mine[-1].asks_to_close = True
            requests.append((mine[-1], fate))
        if part.measure.timeframe == Timeframe.ONGOING:
            for report in mine:
                report.reported_for = Span.containing(report.recorded_on, Cadence.QUARTER).starts_on
                report.period = periods[report.reported_for]
        reports.extend(mine)
        if len(reports) >= BATCH:  # millions of them are not held at once
            Report.objects.bulk_create(reports)
            reports = []
    Report.objects.bulk_create(reports)
    return requests


def _amend(measures: list[Measure], author: User, supervisor: User) -> None:
    """Every tenth dated measure had more time asked for, half of them granted; every twentieth was reworded."""
    asked, reworded = [], []
    for measure in measures:
        moment = datetime.combine(date(2021, 12, 1), time(9), SHANGHAI)
        if measure.due_on and measure.number % 10 == 0:
            granted = measure.number % 20 == 0
            asked.append(
                Extension(
                    measure=measure,
                    department_id=author.department_id,
                    author=author,
                    asked_on=moment.date(),
                    asked_at=moment,
                    from_due_on=measure.due_on,
                    due_on=measure.due_on + timedelta(days=90),
                    reason="配套文件尚未印发。",
                    progress="已完成初稿。",
                    **_granted(supervisor, moment) if granted else {},
                )
            )
        if measure.number % 20 == 1:
            reworded.append(
                Amendment(
                    measure=measure,
                    kind=AmendmentKind.WORDING,
                    document="会议纪要",
                    reason="上级要求变化。",
                    in_force_on=date(2022, 6, 1),
                    counts_from=date(2022, 6, 1),
                    wording_before=measure.wording,
                    wording=f"{measure.wording}（调整）",
                    recorded_by=supervisor,
                    recorded_on=date(2022, 6, 1),
                    recorded_at=moment,
                )
            )
    Extension.objects.bulk_create(asked, batch_size=BATCH)
    Amendment.objects.bulk_create(reworded, batch_size=BATCH)


def _granted(supervisor: User, moment: datetime) -> dict[str, Any]:
    decided = moment + timedelta(days=2)
    return {
        "state": ExtensionState.APPROVED,
        "reviewer": supervisor,
        "decided_on": decided.date(),
        "decided_at": decided,
    }


def _a_report(part: Assignment, author: User, day: date, chance: random.Random) -> Report:
    return Report(
        assignment=part,
        department=part.department,
        author=author,
        recorded_on=day,
        reported_for=day,
        speaks_of=day,
        recorded_at=datetime.combine(day, time(9, chance.randrange(60)), SHANGHAI),
        progress=WORDS[: chance.randrange(20, len(WORDS))],
        needs_coordination=chance.random() < 0.04,
        token=uuid.UUID(int=chance.getrandbits(128), version=4),
    )


def _reviews(requests: list[tuple[Report, str]], supervisor: User) -> Iterator[Review]:
    for report, fate in requests:
        if fate == Decision.PENDING:
            yield Review(report=report)
            continue
        yield Review(
            report=report,
            decision=fate,
            reviewer=supervisor,
            decided_on=min(report.recorded_on + timedelta(2), TODAY),
            decided_at=report.recorded_at + timedelta(2),
            reason="请补充佐证材料。" if fate == Decision.RETURNED else "",
        )


def _closed(reviews: list[Review]) -> Iterator[Assignment]:
    for review in reviews:
        if review.decision == Decision.ACCEPTED:
            part = review.report.assignment
            part.closing_asked_on, part.closing_accepted_on = review.report.recorded_on, review.decided_on
            yield part
