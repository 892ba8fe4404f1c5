"""What stands behind the ledger: every report that counts (进展明细), and every request for more time (延期)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.models import Department

from ..choices import Decision, ExtensionState
from ..models import Extension, Report
from .duties import Duty
from .sheets import YES, Column

MOOT = gettext_lazy("不再审核")  # of a request that waits for nobody any more


@dataclass(frozen=True)
class Said:
    """One report as it stood on ``day``; ``duty`` is the measure that it speaks of."""

    report: Any  # with with_followers() and with_request()
    duty: Duty
    day: date

    @property
    def review(self) -> Any:
        """Its review, once there was a decision."""
        review = getattr(self.report, "review", None)
        decided = review is not None and review.decision_on(self.day) in (Decision.ACCEPTED, Decision.RETURNED)
        return review if decided else None

    @property
    def unit(self) -> str:
        """Whose part it is; of a collective's member with the collective."""
        part = self.report.assignment
        if part.collective_part_id is None:
            return str(part.department.name)
        return f"{part.collective_part.department.name}·{part.department.name}"


@dataclass(frozen=True)
class Asked:
    """One request for more time as it stood on ``day``, the ``number``-th of its measure."""

    extension: Extension
    duty: Duty
    day: date
    number: int

    @property
    def state(self) -> ExtensionState:
        return self.extension.state_on(self.day)

    @property
    def is_moot(self) -> bool:
        """Whether it waits for nobody any more: its measure has ended or goes on without a deadline."""
        self.extension.measure = self.duty.measure  # known already
        return self.extension.is_moot_on(self.day)

    @property
    def outcome(self) -> str:
        """What had become of it, in a word."""
        return str(MOOT) if self.is_moot else str(self.state.label)

    @property
    def decided(self) -> Extension | None:
        """The request, once there was a decision."""
        return None if self.state == ExtensionState.PENDING else self.extension


def said_of(duties: Collection[Duty], day: date, unit: Department | None = None) -> Iterable[Said]:
    """
    The reports that count at the end of ``day``, those that wait for a decision among them, in the order of
    ``duties``, of the parts and as they were recorded; only those on ``unit``'s parts where one is named. One query.
    """
    reports: Any = Report.objects.standing(day).filter(assignment__measure__in=[duty.measure.pk for duty in duties])
    if unit is not None:
        reports = reports.filter(assignment__department=unit)
    places = {duty.measure.pk: place for place, duty in enumerate(duties)}
    listed = list(duties)
    found = reports.with_followers(day).with_request().order_by("assignment__position", "assignment_id", "pk")
    for report in sorted(found, key=lambda report: places[report.assignment.measure_id]):
        yield Said(report, listed[places[report.assignment.measure_id]], day)


def asked_of(duties: Collection[Duty], day: date) -> Iterable[Asked]:
    """The requests made by the end of ``day``, in the order of ``duties`` and as they came about. One query."""
    by_measure = {duty.measure.pk: duty for duty in duties}
    places = {key: place for place, key in enumerate(by_measure)}
    asked = Extension.objects.asked_by(day).filter(measure__in=by_measure)
    found = asked.select_related("department", "author", "reviewer").in_order()
    ordered = sorted(found, key=lambda each: places[each.measure_id])
    for key, chain in groupby(ordered, key=attrgetter("measure_id")):
        for number, extension in enumerate(chain, start=1):
            yield Asked(extension, by_measure[key], day, number)


# --- the columns -----------------------------------------------------------------------------------


def _period(said: Said) -> str:
    """The period it was made for; nothing where it was asked for in none."""
    return "" if said.report.period is None else str(said.report.period)


def _author(said: Said) -> str:
    report = said.report
    words = _("%(person)s（代录）") if report.is_recorded_for_another else "%(person)s"
    return words % {"person": report.author.name}


def _yes(is_so: bool) -> str:
    return str(YES) if is_so else ""


def _decision(said: Said) -> str:
    return "" if said.review is None else str(Decision(said.review.decision).label)


def _opinion(asked: Asked) -> str:
    return asked.decided.opinion if asked.decided else ""


def _document(asked: Asked) -> str:
    return asked.decided.document_number if asked.decided else ""


def _decided_on(decided: Any) -> date | None:
    """The day of the decision; None before there is one."""
    return None if decided is None else decided.decided_on


def _granted(asked: Asked) -> date | None:
    return asked.extension.due_on if asked.state == ExtensionState.APPROVED else None


REPORT_COLUMNS: tuple[Column[Said], ...] = (
    Column(gettext_lazy("序号"), 5, lambda said: said.duty.measure.number, "ordinal", name="number"),
    Column(gettext_lazy("工作任务"), 26, lambda said: said.duty.measure.wording_in_force, name="wording"),
    Column(gettext_lazy("责任单位"), 14, lambda said: said.unit, name="unit"),
    Column(gettext_lazy("填报单位"), 14, lambda said: said.report.department.name, name="department"),
    Column(gettext_lazy("填报周期"), 13, _period, "center", name="period"),
    Column(gettext_lazy("填报日期"), 11, lambda said: said.report.recorded_on, name="recorded_on"),
    Column(gettext_lazy("补报"), 6, lambda said: _yes(said.report.is_late), "center", name="is_late"),
    Column(gettext_lazy("状态"), 11, lambda said: str(said.report.state(said.day).label), "center", name="state"),
    Column(gettext_lazy("完成进度"), 9, lambda said: _share(said.report.percent), name="percent"),
    Column(gettext_lazy("进展情况"), 40, lambda said: said.report.progress, name="progress"),
    Column(gettext_lazy("存在问题"), 20, lambda said: said.report.problems, name="problems"),
    Column(gettext_lazy("下一步措施"), 20, lambda said: said.report.next_steps, name="next_steps"),
    Column(
        gettext_lazy("需领导协调"), 8, lambda said: _yes(said.report.needs_coordination), "center", name="coordination"
    ),
    Column(gettext_lazy("申请办结"), 8, lambda said: _yes(said.report.asks_to_close), "center", name="asks_to_close"),
    Column(gettext_lazy("填报人"), 10, _author, "center", name="author"),
    Column(gettext_lazy("审核结果"), 9, _decision, "center", name="decision"),
    Column(gettext_lazy("审核人"), 10, lambda said: _name(said.review), "center", name="reviewer"),
    Column(gettext_lazy("审核日期"), 11, lambda said: _decided_on(said.review), name="decided"),
    Column(gettext_lazy("审核意见"), 20, lambda said: "" if said.review is None else said.review.reason, name="reason"),
)

EXTENSION_COLUMNS: tuple[Column[Asked], ...] = (
    Column(gettext_lazy("序号"), 5, lambda asked: asked.duty.measure.number, "ordinal", name="number"),
    Column(gettext_lazy("工作任务"), 30, lambda asked: asked.duty.measure.wording_in_force, name="wording"),
    Column(gettext_lazy("第几次"), 7, lambda asked: asked.number, "ordinal", name="turn"),
    Column(gettext_lazy("申请单位"), 14, lambda asked: asked.extension.department.name, name="department"),
    Column(gettext_lazy("申请日期"), 11, lambda asked: asked.extension.asked_on, name="asked_on"),
    Column(gettext_lazy("原定时限"), 11, lambda asked: asked.duty.measure.due_on, name="original"),
    Column(gettext_lazy("申请时的时限"), 11, lambda asked: asked.extension.from_due_on, name="from"),
    Column(gettext_lazy("申请延期至"), 11, lambda asked: asked.extension.due_on, name="to"),
    Column(gettext_lazy("逾期后申请"), 8, lambda asked: _yes(asked.extension.days_late > 0), "center", name="is_late"),
    Column(gettext_lazy("延期理由"), 28, lambda asked: asked.extension.reason, name="reason"),
    Column(gettext_lazy("审核结果"), 11, lambda asked: asked.outcome, "center", name="state"),
    Column(gettext_lazy("同意延期至"), 11, _granted, name="granted"),
    Column(gettext_lazy("审核日期"), 11, lambda asked: _decided_on(asked.decided), name="decided"),
    Column(gettext_lazy("审核人"), 10, lambda asked: _name(asked.decided), "center", name="reviewer"),
    Column(gettext_lazy("审核意见"), 22, _opinion, name="opinion"),
    Column(gettext_lazy("批准文号"), 16, _document, name="document"),
)


def _share(percent: int | None) -> float | None:
    return None if percent is None else percent / 100


def _name(decided: Any) -> str:
    """Who decided; nothing before there is a decision."""
    return "" if decided is None or decided.reviewer is None else str(decided.reviewer.name)
