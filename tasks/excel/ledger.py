"""The ledger as a workbook (台账): the rows of the screen on one sheet, every unit's part in them on another."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook

from ..choices import DECIDING_ROLES, PRINCIPAL_ROLES, AssignmentRole, Decision, Timeliness
from ..models import Assignment, Measure, Plan, Report, Review
from ..timeliness import in_words
from .sheets import Column, Heading, draw
from .style import MOST_LINES, Pen, capacity, printable, share

MOST_NAMED = 10_000  # ids in one statement; SQLite takes 32,766


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
    """A measure and all its parts, in the order of the text."""

    measure: Any  # with the annotations of Measure.objects.as_of
    parts: list[Part]

    def units(self, *roles: str) -> str:
        return "、".join(part.assignment.department.name for part in self.parts if part.assignment.role in roles)


def workbook(
    *,
    plan: Plan,
    measures: QuerySet[Measure],
    as_of: date,
    exported_by: str,
    conditions: Sequence[tuple[str, str]] = (),
) -> bytes:
    """
    The bytes of an .xlsx with exactly ``measures``, rows of ``plan`` from ``as_of``, in their order.

    A fixed number of queries, however many rows. ``conditions`` are ``(label, value)`` in words, for the line that
    says what the rows were narrowed down to.
    """
    duties = _duties(plan, measures, as_of)
    parts = [part for duty in duties for part in duty.parts]
    book = Workbook()
    book.properties.title = printable(_("%(plan)s台账") % {"plan": plan.title})
    book.properties.creator = book.properties.lastModifiedBy = printable(exported_by)
    pen = Pen(book)
    sheet: Any = book.active
    sheet.title = _("台账")
    heading = _heading(plan, as_of, exported_by, conditions, len(duties), len(parts))
    draw(pen, sheet, heading, DUTY_COLUMNS, duties, frozen=3)
    heading = replace(heading, title=_("%(plan)s分工台账") % {"plan": plan.title})
    draw(pen, book.create_sheet(_("分工")), heading, PART_COLUMNS, parts, frozen=4)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


# What a file system or a mail program stumbles over: separators, wildcards, control characters, marks of direction.
UNSAFE = re.compile(r"""[\\/:*?"<>|\s\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+""")
MOST_IN_A_NAME = 50  # characters of the title: 255 bytes is what file systems take


def safe_title(plan: Plan) -> str:
    """The plan's title as it can begin the name of a file."""
    return UNSAFE.sub("_", plan.title)[:MOST_IN_A_NAME].strip("._") or plan.slug


def filename(plan: Plan, as_of: date) -> str:
    """The workbook's name, safe on every system: 强化知识产权保护推进计划_台账_2022-01-12.xlsx."""
    return _("%(plan)s_台账_%(day)s.xlsx") % {"plan": safe_title(plan), "day": as_of.isoformat()}


# --- what is read ----------------------------------------------------------------------------------


def _duties(plan: Plan, measures: QuerySet[Measure], day: date) -> list[Duty]:
    rows = list(measures.select_related("section"))
    # By name and not by the conditions again: those may hold of others by the time of the second query.
    named = {"measure__in": [row.pk for row in rows]} if len(rows) <= MOST_NAMED else {"measure__plan": plan}
    assignments = defaultdict(list)
    for assignment in _assignments(plan, day).filter(**named):
        assignments[assignment.measure_id].append(assignment)
    reports = {
        report.assignment_id: report
        for report in Report.objects.last_of_each_assignment(day)
        .filter(**{f"assignment__{path}": value for path, value in named.items()})
        .select_related("department")
    }
    duties = []
    for row in rows:
        row.plan, row.parts = plan, assignments[row.pk]
        for assignment in row.parts:
            assignment.measure = row
        duties.append(Duty(row, [Part(row, one, _said(one, reports)) for one in row.parts]))
    return duties


def _said(part: Any, reports: dict[int, Report]) -> tuple[Report, ...]:
    own = reports.get(part.pk)
    theirs = (member.last_report for member in part.member_rows)
    return (
        *([own] if own is not None and not part.member_rows else []),
        *(each for each in theirs if each is not None),
    )


def _assignments(plan: Plan, day: date) -> QuerySet[Assignment]:
    """Every part as of ``day``, with ``report_count`` and ``has_been_returned``: a request to close that came back."""
    own = Q(assignment=OuterRef("pk")) | Q(assignment__collective_part=OuterRef("pk"))
    counted = Report.objects.standing(day).filter(own).order_by()
    return (
        Assignment.objects.named(day)
        .as_of(day, plan)
        .annotate(
            report_count=Coalesce(
                Subquery(counted.annotate(one=Value(1)).values("one").annotate(number=Count("pk")).values("number")), 0
            ),
            has_been_returned=Exists(Review.objects.decided_by(day, Decision.RETURNED).of_outer_assignment()),
        )
        .select_related("department")
        .with_members(day)
        .order_by("measure_id", "position", "pk")
    )


# --- what is written -------------------------------------------------------------------------------


def _heading(
    plan: Plan, day: date, exported_by: str, conditions: Sequence[tuple[str, str]], measures: int, parts: int
) -> Heading:
    as_of = _("数据截至%(day)s") % {"day": in_words(day)}
    note = [
        as_of,
        _("导出人：%(person)s") % {"person": exported_by},
        _("任务%(measures)d项，责任分工%(parts)d项") % {"measures": measures, "parts": parts},
    ]
    if conditions:
        words = "；".join(f"{label}：{value}" for label, value in conditions)
        note.append(_("导出条件：%(conditions)s") % {"conditions": words})
    return Heading(
        title=_("%(plan)s台账") % {"plan": plan.title},
        document=f"{plan.number}　{plan.issuer}",
        note="　·　".join(note),
        foot=plan.number,
        as_of=as_of,
    )


def _original(measure: Measure) -> date | str:
    return measure.due_on or _("持续推进")


def _in_force(row: Any) -> date | str:
    """The deadline in force, of a measure or part with its light."""
    return row.effective_due_on or _("持续推进")


def _percent(report: Report | None) -> float | None:
    return None if report is None or report.percent is None else report.percent / 100


def _percent_of_duty(duty: Duty) -> float | None:
    """Of the one unit that decides; several have no common percentage, and none is made up."""
    deciding = [part for part in duty.parts if part.assignment.role in DECIDING_ROLES]
    return _percent(deciding[0].report) if len(deciding) == 1 else None


def _words(duty: Duty, field: str, width: float) -> str:
    """
    What the units last said, as much as a row can show; the whole of it is on the other sheet.

    Several units stand each on a line of its own, in the order of the text. Who is silent is said once, beside
    the progress of the others.
    """
    texts = []
    for part in duty.parts:
        if len(duty.parts) == 1 and part.has_spoken_itself:
            texts.append(("", getattr(part.said[0], field).strip()))
            continue
        for report in part.said:
            said = getattr(report, field).strip()
            day = f"{report.recorded_on:%Y-%m-%d}：" if field == "progress" else ""
            if said:
                texts.append((f"【{part.speaker(report)}】{day}", said))
        if field == "progress":
            texts += [(_("【%(unit)s】未填报") % {"unit": name}, "") for name in part.silent_names]
    return "\n".join(share(texts, capacity(width), MOST_LINES, _("…（详见分工表）")))


def _spoken_of_duty(field: str, label: object, width: float) -> Column[Duty]:
    return Column(label, width, lambda duty: _words(duty, field, width))


DUTY_COLUMNS: tuple[Column[Duty], ...] = (
    Column(gettext_lazy("序号"), 5, lambda duty: duty.measure.number, "ordinal"),
    Column(gettext_lazy("章节"), 12.5, lambda duty: str(duty.measure.section)),
    Column(gettext_lazy("工作任务"), 29, lambda duty: duty.measure.wording_in_force),
    Column(gettext_lazy("牵头/负责单位"), 14, lambda duty: duty.units(*PRINCIPAL_ROLES)),
    Column(gettext_lazy("配合单位"), 14, lambda duty: duty.units(AssignmentRole.CO)),
    Column(gettext_lazy("责任单位"), 14, lambda duty: duty.units(AssignmentRole.JOINT)),
    Column(gettext_lazy("原定时限"), 11, lambda duty: _original(duty.measure), "center"),
    Column(gettext_lazy("现行时限"), 11, lambda duty: _in_force(duty.measure), "center"),
    Column(gettext_lazy("时效"), 10, lambda duty: Timeliness(duty.measure.timeliness)),
    Column(gettext_lazy("说明"), 22, lambda duty: duty.measure.light.sentence()),
    Column(gettext_lazy("逾期天数"), 9, lambda duty: duty.measure.light.days_late),
    Column(gettext_lazy("完成进度"), 9, _percent_of_duty),
    _spoken_of_duty("progress", gettext_lazy("进展情况"), 40),
    _spoken_of_duty("problems", gettext_lazy("存在问题"), 18),
    _spoken_of_duty("next_steps", gettext_lazy("下一步措施"), 18),
    Column(gettext_lazy("已报/应报"), 10, lambda duty: f"{duty.measure.reported}/{len(duty.parts)}", "right"),
    Column(gettext_lazy("最近填报"), 11, lambda duty: duty.measure.last_report_on),
    Column(gettext_lazy("时效规则"), 20, lambda duty: duty.measure.light.rule()),
    Column(gettext_lazy("下一变化"), 20, lambda duty: duty.measure.light.next_change()),
)


def _request(part: Part) -> str:
    """What has become of the unit's request to close; nothing where it made none."""
    if part.assignment.own_requested_on is not None:
        return _("同意办结")
    if part.assignment.is_waiting:
        return str(Decision.PENDING.label)
    return str(Decision.RETURNED.label) if part.assignment.has_been_returned else ""


def _needs_coordination(part: Part) -> str:
    asks = any(report.needs_coordination for report in part.said) and part.assignment.requested_on is None
    return _("是") if asks else ""


PART_COLUMNS: tuple[Column[Part], ...] = (
    Column(gettext_lazy("序号"), 5, lambda part: part.measure.number, "ordinal"),
    Column(gettext_lazy("章节"), 12.5, lambda part: str(part.measure.section)),
    Column(gettext_lazy("工作任务"), 28, lambda part: part.assignment.wording_in_force),
    Column(gettext_lazy("责任单位"), 13, lambda part: part.assignment.department.name),
    Column(gettext_lazy("角色"), 10.5, lambda part: str(part.assignment.get_role_display()), "center"),
    Column(gettext_lazy("原定时限"), 11, lambda part: _original(part.measure), "center"),
    Column(gettext_lazy("现行时限"), 11, lambda part: _in_force(part.assignment), "center"),
    Column(gettext_lazy("时效"), 10, lambda part: Timeliness(part.assignment.timeliness)),
    Column(gettext_lazy("说明"), 25, lambda part: part.assignment.light.sentence()),
    Column(gettext_lazy("逾期天数"), 9, lambda part: part.assignment.light.days_late),
    Column(gettext_lazy("完成进度"), 9, lambda part: _percent(part.report)),
    Column(gettext_lazy("进展情况"), 34, lambda part: part.words("progress")),
    Column(gettext_lazy("存在问题"), 18, lambda part: part.words("problems")),
    Column(gettext_lazy("下一步措施"), 18, lambda part: part.words("next_steps")),
    Column(gettext_lazy("需领导协调"), 7.5, _needs_coordination, "center"),
    Column(gettext_lazy("办结申请"), 9, _request, "center"),
    Column(gettext_lazy("最近填报"), 11, lambda part: part.assignment.last_reported_on),
    Column(gettext_lazy("填报次数"), 9, lambda part: part.assignment.report_count),
    Column(gettext_lazy("时效规则"), 20, lambda part: part.assignment.light.rule()),
    Column(gettext_lazy("下一变化"), 20, lambda part: part.assignment.light.next_change()),
)
