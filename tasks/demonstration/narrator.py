"""Writes down what happens, through the actions that people's own doings go through, in their names."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from departments.models import Department, User

from ..actions import (
    amendment,
    evidence,
    extension,
    indicator,
    member,
    milestone,
    period,
    receipt,
    report,
    review,
    rule,
    snapshot,
)
from ..actions import draft as drafts
from ..choices import DECIDING_ROLES, AssignmentRole
from ..models import Assignment, Extension, Indicator, Measure, Milestone, Plan, Report
from ..timeliness import local_day
from .events import FORGOTTEN, GRACE_DAYS, REOPENED_BECAUSE, Change, MoreTime, Request, Saying
from .paper import paper
from .people import Cast, Casting
from .words import LABEL

NAMES = uuid.UUID("d0c0ffee-2021-5826-8112-202201120000")  # what the names of forms are derived from


class Narrator:
    """Every method does one thing at the moment ``now`` and returns who did it."""

    def __init__(self, plan: Plan, casting: Casting) -> None:
        self.plan = plan
        self.casting = casting
        self.extensions: dict[MoreTime, Extension] = {}

    @property
    def cast(self) -> Cast:
        return self.casting.cast

    def part(self, number: int, unit: str) -> Assignment:
        parts = Assignment.objects.select_related("measure__plan", "department", "collective_part")
        return parts.get(measure__plan=self.plan, measure__number=number, department__name=unit)

    # --- units and what they take on -------------------------------------------------------------

    def street_joins(self, now: datetime, name: str) -> User:
        collective = Department.objects.get(name="各街道办")
        member.join(by=self.cast.administrator, collective=collective, member=self.casting.street(name, now), now=now)
        return self.cast.administrator

    def sign(self, now: datetime, unit: str) -> User:
        by = self.cast.reporters[unit]
        parts = Assignment.objects.filter(department__name=unit, measure__plan=self.plan).select_related("measure")
        receipt.sign(
            by=by, assignments=[each for each in parts if (each.measure.number, unit) not in FORGOTTEN], now=now
        )
        return by

    # --- reports ---------------------------------------------------------------------------------

    def say(self, now: datetime, number: int, unit: str, progress: str, **more: Any) -> User:
        by, part = self.cast.reporters[unit], self.part(number, unit)
        newest = part.reports.newest_first().first()
        report.submit(
            by=by,
            assignment=part,
            progress=f"{LABEL}{progress}",
            now=now,
            token=_token("report", number, unit, now),
            seen=newest.pk if newest else None,
            **more,
        )
        return by

    def say_beside(self, now: datetime, saying: Saying) -> User:
        more = dict(saying.more)
        if saying.for_autumn:
            more["period"] = self.plan.periods.get(starts_on=date(2021, 7, 1))
        return self.say(now, saying.number, saying.unit, saying.progress, **more)

    def ask_to_close(self, now: datetime, request: Request, progress: str) -> User:
        by, part = self.cast.reporters[request.unit], self.part(request.number, request.unit)
        more: dict[str, Any] = {"percent": 100, "asks_to_close": True}
        if request.paper:
            file = paper(f"演示-{request.paper}", f"{part.measure.number}. {part.department.name}", progress)
            evidence.add(by=by, assignment=part, file=file, now=now)
            more["draft_version"] = 0
        if request.summary:
            said = Report.objects.last_of_each_assignment(request.asked_on).filter(assignment__measure=part.measure)
            more |= {"summary": f"{LABEL}{request.summary}", "sources": said.exclude(assignment=part)}
        return self.say(now, request.number, request.unit, progress, **more)

    def accept(self, now: datetime, number: int, unit: str) -> User:
        found = self._last_words(number, unit)
        by = self._reviewer(found)
        review.accept(by=by, report=found, now=now)
        return by

    def send_back(self, now: datetime, number: int, unit: str, reason: str) -> User:
        found = self._last_words(number, unit)
        by = self._reviewer(found)
        review.send_back(by=by, report=found, now=now, reason=f"{LABEL}{reason}")
        return by

    def take_back(self, now: datetime, number: int, unit: str) -> User:
        by = self.cast.reporters[unit]
        report.withdraw(by=by, report=self._last_words(number, unit), now=now)
        return by

    def say_again(self, now: datetime, number: int, unit: str, progress: str) -> User:
        """Instead of what was taken back, whose draft goes with it."""
        return self.say(now, number, unit, progress, draft_version=self.part(number, unit).draft.version)

    def begin(self, now: datetime, number: int, unit: str, words: dict[str, Any], document: str) -> User:
        """Leaves a draft, with a document where there is one."""
        by, part = self.cast.reporters[unit], self.part(number, unit)
        said = words | {"progress": f"{LABEL}{words['progress']}"}
        token = _token("draft", number, unit, now)
        drafts.save(by=by, assignment=part, version=None, token=token, words=said, now=now)
        if document:
            evidence.add(by=by, assignment=part, file=paper(f"演示-{document}", words["progress"]), now=now)
        return by

    def _last_words(self, number: int, unit: str) -> Report:
        return self.part(number, unit).reports.newest_first().with_request()[0]

    def _reviewer(self, found: Report) -> User:
        """Four eyes: what the office itself says goes to the leading group. Two people take turns."""
        part = found.assignment
        people = self.cast.leaders if part.department_id == self.plan.office_id else self.cast.supervisors
        return people[part.measure.number % len(people)]

    # --- more time -------------------------------------------------------------------------------

    def ask_for_time(self, now: datetime, asked: MoreTime) -> User:
        by = self.cast.reporters[asked.unit]
        self.extensions[asked] = extension.ask(
            by=by,
            measure=self.part(asked.number, asked.unit).measure,
            due_on=asked.until,
            reason=f"{LABEL}{asked.reason}",
            progress=f"{LABEL}{asked.progress}",
            now=now,
            token=_token("extension", asked.number, asked.unit, now),
        )
        return by

    def decide_on_time(self, now: datetime, asked: MoreTime) -> User:
        found = self.extensions[asked]
        if asked.decision == "withdrawn":
            by = self.cast.reporters[asked.unit]
            extension.withdraw(by=by, extension=found, now=now)
            return by
        answering = Assignment.objects.filter(measure=found.measure, role__in=DECIDING_ROLES)
        is_for_leaders = answering.filter(department=self.plan.office_id).exists()
        by = self.cast.leader if is_for_leaders else self.cast.supervisor
        opinion = f"{LABEL}{asked.opinion}"
        if asked.decision == "granted":
            extension.approve(extension=found, by=by, now=now, opinion=opinion, document_number=asked.document)
        else:
            extension.refuse(extension=found, by=by, now=now, opinion=opinion)
        return by

    # --- the plan itself -------------------------------------------------------------------------

    def change(self, now: datetime, change: Change) -> User:
        by = self.cast.supervisor
        measure = Measure.objects.get(plan=self.plan, number=change.number)
        more: dict[str, Any] = {}
        if change.wording:
            more["wording"] = change.wording
        if change.joining:
            parts = Assignment.objects.named(local_day(now)).filter(measure=measure).select_related("department")
            roles = {part.department: part.role for part in parts.order_by("position")}
            more["roles"] = roles | {Department.objects.get(name=change.joining): AssignmentRole.JOINT}
        getattr(amendment, change.act)(
            by=by,
            measure=measure,
            document=f"{LABEL}{change.document}",
            reason=f"{LABEL}{change.reason}",
            in_force_on=change.in_force_on,
            now=now,
            token=_token("amendment", change.number, change.act, now),
            **more,
        )
        return by

    def lay_down(self, now: datetime, in_force_on: date, due_soon_days: int, reason: str) -> User:
        rule.lay_down(
            by=self.cast.administrator,
            plan=self.plan,
            in_force_on=in_force_on,
            due_soon_days=due_soon_days,
            grace_days=GRACE_DAYS,
            reason=reason,
            now=now,
        )
        return self.cast.administrator

    def freeze(self, now: datetime, day: date, name: str) -> User:
        snapshot.take(by=self.cast.supervisor, plan=self.plan, name=f"{LABEL}{name}", day=day, now=now)
        return self.cast.supervisor

    # --- steps, numbers, periods -----------------------------------------------------------------

    def mark(self, now: datetime, due_on: date, done_on: date, unit: str, note: str, document: str) -> User:
        by = self.cast.reporters[unit]
        step = Milestone.objects.get(measure__plan=self.plan, measure__number=34, due_on=due_on)
        milestone.mark_done(
            by=by,
            milestone=step,
            done_on=done_on,
            note=f"{LABEL}{note}",
            files=[paper(f"演示-{document}", note)],
            now=now,
        )
        return by

    def reach(self, now: datetime, unit: str, reached_on: date, value: int) -> User:
        by = self.cast.reporters[unit]
        number = Indicator.objects.get(measure__plan=self.plan, measure__number=16)
        indicator.record(by=by, indicator=number, reached_on=reached_on, value=value, now=now)
        return by

    def lock(self, now: datetime, starts_on: date) -> User:
        period.lock(by=self.cast.supervisor, periods=self.plan.periods.filter(starts_on=starts_on), now=now)
        return self.cast.supervisor

    def reopen(self, now: datetime, starts_on: date) -> User:
        held = self.plan.periods.get(starts_on=starts_on)
        period.reopen(by=self.cast.supervisor, period=held, reason=REOPENED_BECAUSE, now=now)
        return self.cast.supervisor


def _token(kind: str, number: int, unit: str, now: datetime) -> uuid.UUID:
    """The name of a form, as a browser would make one up, but the same every time."""
    return uuid.uuid5(NAMES, f"{kind} {number} {unit} {now.isoformat()}")
