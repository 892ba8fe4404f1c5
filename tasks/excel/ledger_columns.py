"""The columns of the two sheets that the ledger is: measures, and the units' parts in them."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..choices import DECIDING_ROLES, PRINCIPAL_ROLES, AssignmentRole, Decision, Timeliness
from .duties import Duty, Part, in_force, needs_coordination, original, percent
from .keys import KEY, LABELS, MEASURE_KEY, MEASURE_VERSION, VERSION
from .sheets import YES, Column, Known, locked_in, nothing
from .style import MOST_LINES, capacity, share


def _percent_of_duty(duty: Duty) -> float | None:
    """Of the one unit that decides; several have no common percentage, and none is made up."""
    deciding = [part for part in duty.parts if part.assignment.role in DECIDING_ROLES]
    return percent(deciding[0].report) if len(deciding) == 1 else None


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
    return "\n".join(share(texts, capacity(width), MOST_LINES, _("……（详见分单位表）")))


def _reported_of_owed(duty: Duty) -> str:
    return f"{duty.measure.reported}/{len(duty.parts)}"


def _spoken_of_duty(field: str, label: object, width: float) -> Column[Duty]:
    return Column(label, width, lambda duty: _words(duty, field, width), name=field)


# Of measures, the columns that need what was last said of their parts.
SPOKEN = {"percent", "progress", "problems", "next_steps"}
DUTY_COLUMNS: tuple[Column[Duty], ...] = (
    Column(gettext_lazy("序号"), 5, lambda duty: duty.measure.number, "ordinal", name="number"),
    Column(gettext_lazy("章节"), 12.5, lambda duty: str(duty.measure.section), name="section"),
    Column(gettext_lazy("工作任务"), 29, lambda duty: duty.measure.wording_in_force, name="wording"),
    Column(gettext_lazy("牵头/负责单位"), 14, lambda duty: duty.units(*PRINCIPAL_ROLES), name="principals"),
    Column(gettext_lazy("配合单位"), 14, lambda duty: duty.units(AssignmentRole.CO), name="partners"),
    Column(gettext_lazy("责任单位"), 14, lambda duty: duty.units(AssignmentRole.JOINT), name="units"),
    Column(gettext_lazy("原定时限"), 11, lambda duty: original(duty.measure), "center", name="original"),
    Column(gettext_lazy("现行时限"), 11, lambda duty: in_force(duty.measure), "center", name="in_force"),
    Column(gettext_lazy("时效"), 10, lambda duty: Timeliness(duty.measure.timeliness), name="light", is_light=True),
    Column(gettext_lazy("说明"), 22, lambda duty: duty.measure.light.sentence(), name="sentence"),
    Column(gettext_lazy("逾期天数"), 9, lambda duty: duty.measure.light.days_late, name="days_late"),
    Column(gettext_lazy("完成进度"), 9, _percent_of_duty, name="percent"),
    _spoken_of_duty("progress", gettext_lazy("进展情况"), 40),
    _spoken_of_duty("problems", gettext_lazy("存在问题"), 18),
    _spoken_of_duty("next_steps", gettext_lazy("下一步措施"), 18),
    Column(gettext_lazy("已报/应报"), 10, _reported_of_owed, "right", name="reported"),
    Column(gettext_lazy("最近填报"), 11, lambda duty: duty.measure.last_report_on, name="last_report"),
    Column(gettext_lazy("时效规则"), 20, lambda duty: duty.measure.light.rule(), name="rule"),
    Column(gettext_lazy("下一变化"), 20, lambda duty: duty.measure.light.next_change(), name="next_change"),
    Column(MEASURE_KEY, 10, lambda duty: duty.key, is_hidden=True, name="key"),
    Column(MEASURE_VERSION, 10, lambda duty: duty.version, is_hidden=True, name="version"),
)


def _has_reported(part: Part) -> str:
    """Whether the unit has said what it owed by the day: YES, or nothing."""
    return str(YES) if part.assignment.has_reported else ""


def _request(part: Part) -> str:
    """What has become of the unit's request to close; nothing where it made none."""
    if part.assignment.own_requested_on is not None:
        return _("同意办结")
    if part.assignment.is_waiting:
        return str(Decision.PENDING.label)
    return str(Decision.RETURNED.label) if part.assignment.has_been_returned else ""


def _input(
    name: str, width: float, value: Callable[[Part], object], align: str = "left", takes: str = ""
) -> Column[Part]:
    """A column that is filled in where the part is open."""
    return Column(LABELS[name], width, value, align, opens=lambda part: part.is_open, takes=takes, name=name)


def _version(part: Part, known: Known) -> str:
    return part.version(locked_in(PART_COLUMNS, part, known))


# What a report does beyond saying something: empty when it goes out.
ACTS: tuple[Column[Part], ...] = (
    _input("is_unchanged", 9, nothing, align="center", takes="yes"),
    _input("asks_to_close", 9, nothing, align="center", takes="yes"),
    _input("shortfall_reason", 18, nothing),
)
PART_COLUMNS: tuple[Column[Part], ...] = (
    Column(gettext_lazy("序号"), 5, lambda part: part.measure.number, "ordinal", name="number"),
    Column(gettext_lazy("章节"), 12.5, lambda part: str(part.measure.section), name="section"),
    Column(gettext_lazy("工作任务"), 28, lambda part: part.assignment.wording_in_force, name="wording"),
    Column(gettext_lazy("责任单位"), 13, lambda part: part.assignment.department.name, name="unit"),
    Column(gettext_lazy("角色"), 10.5, lambda part: str(part.assignment.get_role_display()), "center", name="role"),
    Column(gettext_lazy("原定时限"), 11, lambda part: original(part.measure), "center", name="original"),
    Column(gettext_lazy("现行时限"), 11, lambda part: in_force(part.assignment), "center", name="in_force"),
    Column(gettext_lazy("时效"), 10, lambda part: Timeliness(part.assignment.timeliness), name="light", is_light=True),
    Column(gettext_lazy("说明"), 25, lambda part: part.assignment.light.sentence(), name="sentence"),
    Column(gettext_lazy("逾期天数"), 9, lambda part: part.assignment.light.days_late, name="days_late"),
    _input("percent", 9, lambda part: percent(part.report), align="percent", takes="percent"),
    _input("progress", 34, lambda part: part.words("progress")),
    _input("problems", 18, lambda part: part.words("problems")),
    _input("next_steps", 18, lambda part: part.words("next_steps")),
    _input("needs_coordination", 9, needs_coordination, align="center", takes="yes"),
    Column(gettext_lazy("办结申请"), 9, _request, "center", name="request"),
    Column(gettext_lazy("最近填报"), 11, lambda part: part.assignment.last_reported_on, name="last_report"),
    Column(gettext_lazy("填报次数"), 9, lambda part: part.assignment.report_count, name="reports"),
    Column(gettext_lazy("时效规则"), 20, lambda part: part.assignment.light.rule(), name="rule"),
    Column(gettext_lazy("下一变化"), 20, lambda part: part.assignment.light.next_change(), name="next_change"),
    *ACTS,
    Column(gettext_lazy("已填报"), 10, _has_reported, is_hidden=True, name="has_reported"),  # counted in 统计
    Column(KEY, 10, lambda part: part.key, is_hidden=True, name="key"),
    Column(VERSION, 10, nothing, is_hidden=True, name="version", sign=_version),
)
