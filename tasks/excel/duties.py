"""What the sheets of the ledger are made of: measures with all their parts, and what was last said of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from departments.models import Department

from ..choices import Decision, Timeliness
from ..models import Assignment, Measure, Plan, Report, Review
from .keys import LEDGER, LOCKED, MEASURE, key_of, measure_key_of, version_of
from .sheets import YES


@dataclass(frozen=True)
class Part:
    """One unit's part in a measure, and what was last said of it by the day: nothing while it is silent."""

    measure: Measure
    assignment: Any  # with the annotations of _assignments
    said: tuple[Report, ...]  # the unit's own last report, or those of a collective's members

    @property
    def report(self) -> Report | None:
        """What the unit itself said, where it is one voice."""
        return self.said[0] if len(self.said) == 1 else None

    @property
    def has_spoken_itself(self) -> bool:
        return self.report is not None and self.report.department_id == self.assignment.department_id

    def speaker(self, report: Report) -> str:
        """The unit; with its member that speaks, where it is a collective."""
        name: str = self.assignment.department.name
        own = report.department_id == self.assignment.department_id
        return name if own else f"{name}·{report.department.name}"

    @property
    def is_open(self) -> bool:
        """Whether the row can be filled in: the part is open, and what it shows is the unit's own word, or nothing."""
        part = self.assignment
        is_over = part.requested_on is not None or part.timeliness == Timeliness.TERMINATED
        return not is_over and not part.member_rows and (not self.said or self.has_spoken_itself)

    @property
    def key(self) -> str:
        return key_of(self.measure.plan_id, self.assignment.pk)

    def version(self, locked: Iterable[tuple[object, object]]) -> str:
        """Of what the row shows; ``locked`` are the cells that are nobody's to fill in, see ``keys.version_of``."""
        last = self.report.pk if self.is_open and self.report is not None else 0
        kind = LEDGER if self.is_open else LOCKED
        return version_of(self.key, kind, last, self._input(), locked)

    def _input(self) -> dict[str, Any]:
        texts = {name: self.words(name) for name in ("progress", "problems", "next_steps")}
        percent = None if self.report is None else self.report.percent
        return texts | {"percent": percent, "needs_coordination": bool(needs_coordination(self))}

    def is_own(self, unit: Department) -> bool:
        """Whether ``unit`` owes it on the day."""
        return self.assignment.department_id == unit.pk and self.assignment.timeliness != Timeliness.TERMINATED

    @property
    def silent_names(self) -> list[str]:
        """The unit while it has said nothing; of a collective the members that have not."""
        name = self.assignment.department.name
        members = [member for member in self.assignment.member_rows if member.last_report is None]
        if self.assignment.member_rows:
            return [f"{name}·{member.department.name}" for member in members]
        return [] if self.said else [name]

    def words(self, field: str) -> str:
        """What was said under ``field``; of a collective each member's under its name."""
        if self.has_spoken_itself:
            return str(getattr(self.said[0], field))
        texts = [(report.department.name, getattr(report, field).strip()) for report in self.said]
        lines = [f"【{name}】{text}" for name, text in texts if text]
        if field == "progress" and self.assignment.member_rows:
            lines += [_("【%(unit)s】未填报") % {"unit": name.partition("·")[2]} for name in self.silent_names]
        return "\n".join(lines)


@dataclass(frozen=True)
class Duty:
    """A measure and all its parts, in the order of the text; ``listed`` are those with a row of their own."""

    measure: Any  # with the annotations of Measure.objects.as_of
    parts: list[Part]
    listed: list[Part]

    @property
    def key(self) -> str:
        return measure_key_of(self.measure.plan_id, self.measure.pk)

    @property
    def version(self) -> str:
        """Of what the row shows of the plan itself; nothing in it is filled in."""
        row = self.measure
        shown = enumerate((row.wording_in_force, row.number, in_force(row)))
        return version_of(self.key, MEASURE, 0, {}, shown)

    def units(self, *roles: str) -> str:
        return "、".join(part.assignment.department.name for part in self.parts if part.assignment.role in roles)


# --- what is read ----------------------------------------------------------------------------------


def duties(
    plan: Plan,
    rows: Sequence[Any],
    day: date,
    unit: Department | None = None,
    *,
    has_lights: bool = True,
    has_words: bool = True,
) -> list[Duty]:
    """
    ``rows`` of ``Measure.objects.as_of(day, plan)`` with their parts, in their order, in five queries.

    With ``unit`` only its own parts are listed, those that it has as a member of a collective among them. Without
    lights (which ``unit`` needs) no more is known of how parts stand than whether they have been reported on, without
    words nothing of what was said: that is most of what it costs to ask.
    """
    # By name and not by the conditions again: those may hold of others by the time of the second query.
    keys = [row.pk for row in rows]
    assignments = defaultdict(list)
    named = Q(collective_part__isnull=True)
    listed = named if unit is None else named | Q(department=unit)
    asked = _assignments(plan, day) if has_lights else _reporting(plan, day)
    asked = asked.filter(listed, measure__in=keys).order_by("measure_id", "position", "pk")
    rows_of_parts = list(asked.with_members(day) if has_words else asked)
    reports = _reports(day, assignment__measure__in=keys) if has_words else {}
    _give_units([*rows_of_parts, *reports.values()])
    for assignment in rows_of_parts:
        assignments[assignment.measure_id].append(assignment)
    found = []
    for row in rows:
        of_row = assignments[row.pk]
        row.plan, row.parts = plan, [one for one in of_row if one.collective_part_id is None]
        for assignment in of_row:
            assignment.measure = row
        parts = {one.pk: Part(row, one, _said(one, reports)) for one in of_row}
        of_text = [parts[one.pk] for one in row.parts]
        own = [part for part in parts.values() if unit is not None and part.is_own(unit)]
        found.append(Duty(row, of_text, of_text if unit is None else own))
    return found


def parts_of(plan: Plan, keys: Sequence[int], day: date) -> list[Part]:
    """The parts in force of ``keys``, in their order, in five queries."""
    asked = _assignments(plan, day).filter(pk__in=keys).with_members(day).order_by().select_related("measure__section")
    rows, reports = list(asked), _reports(day, assignment__in=keys)
    _give_units([*rows, *reports.values()])
    found = {}
    for row in rows:
        row.measure.plan = plan
        found[row.pk] = Part(row.measure, row, _said(row, reports))
    return [found[key] for key in keys if key in found]


def _reports(day: date, **those: Any) -> dict[int, Report]:
    """The last of each of ``those``, by part."""
    rows = Report.objects.last_of_each_assignment(day).filter(**those)
    return {report.assignment_id: report for report in rows}


def _give_units(rows: Sequence[Any]) -> None:
    """Few units have many parts: each is made once and not for every row of them."""
    units = Department.objects.in_bulk({row.department_id for row in rows})
    for row in rows:
        row.department = units[row.department_id]


def _said(part: Any, reports: dict[int, Report]) -> tuple[Report, ...]:
    if not reports and not hasattr(part, "member_rows"):
        part.member_rows = []
    own = reports.get(part.pk)
    theirs = (member.last_report for member in part.member_rows)
    return (
        *([own] if own is not None and not part.member_rows else []),
        *(each for each in theirs if each is not None),
    )


def _number(day: date, part: str) -> Coalesce:
    """How many reports of the outer part count at the end of ``day``, found by the path ``part``."""
    counted = Report.objects.standing(day).filter(**{part: OuterRef("pk")}).order_by()
    return Coalesce(
        Subquery(counted.annotate(one=Value(1)).values("one").annotate(number=Count("pk")).values("number")), 0
    )


def _reporting(plan: Plan, day: date) -> Any:
    return Assignment.objects.with_reporting(day, plan).in_force(day)


def _assignments(plan: Plan, day: date) -> Any:
    """Every part as of ``day``, with ``report_count`` and ``has_been_returned``: a request to close that came back."""
    return (
        Assignment.objects.as_of(day, plan)
        .in_force(day)
        .annotate(
            # Two questions: of one with an "or" no index is used, and every part walks through all reports there are.
            report_count=_number(day, "assignment") + _number(day, "assignment__collective_part"),
            has_been_returned=Exists(Review.objects.decided_by(day, Decision.RETURNED).of_outer_assignment()),
        )
    )


# --- what is said of both --------------------------------------------------------------------------


def original(measure: Measure) -> date | str:
    return measure.due_on or _("持续推进")


def in_force(row: Any) -> date | str:
    """The deadline in force, of a measure or part with its light."""
    return row.effective_due_on or _("持续推进")


def percent(report: Report | None) -> float | None:
    return None if report is None or report.percent is None else report.percent / 100


def needs_coordination(part: Part) -> str:
    asks = any(report.needs_coordination for report in part.said) and part.assignment.requested_on is None
    return str(YES) if asks else ""
