"""Two days of a plan side by side as a workbook: unit by unit, then every measure and every part that changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import Any, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..choices import ChangeKind, Timeliness
from ..comparison import Comparison, Line, Side, UnitRow, frozen, lines, on_day
from ..models import Export, Plan, Snapshot
from ..timeliness import in_words, local_day
from . import about
from .design import ABOUT, ABOUT_TITLE, Design
from .ledger import safe_title
from .sheets import Column, Heading
from .workbook import Workbook


def said_of(side: Side) -> str:
    """A side in words: the day, and the snapshot where it is one."""
    if side.snapshot is None:
        return in_words(side.day)
    return _("%(day)s会议快照“%(name)s”") % {"day": in_words(side.day), "name": side.snapshot.name}


def compared(comparison: Comparison) -> str:
    sides = {"after": said_of(comparison.after), "before": said_of(comparison.before)}
    return _("%(after)s比%(before)s") % sides


def _number(kind: ChangeKind) -> Callable[[UnitRow], object]:
    return lambda row: row.numbers[kind]


def _light(light: str) -> Timeliness | str:
    return Timeliness(light) if light else _("尚无")


def _kinds(line: Line) -> str:
    return "、".join(str(kind.label) for kind in line.change.kinds)


UNIT_COLUMNS: tuple[Column[UnitRow], ...] = (
    Column(gettext_lazy("责任单位"), 26, lambda row: row.name, name="unit"),
    *(Column[UnitRow](kind.label, 13, _number(kind), name=kind.value.lower()) for kind in ChangeKind),
)
NUMBER: Column[Line] = Column(gettext_lazy("序号"), 5, lambda line: line.number, "ordinal", name="number")
WORDING: Column[Line] = Column(gettext_lazy("工作任务"), 40, lambda line: line.wording, name="wording")
CHANGED: tuple[Column[Line], ...] = (
    Column(gettext_lazy("变化"), 16, _kinds, name="kinds"),
    Column(
        gettext_lazy("此前时效"), 10, lambda line: _light(line.change.before), "center", is_light=True, name="before"
    ),
    Column(gettext_lazy("此后时效"), 10, lambda line: _light(line.change.after), "center", is_light=True, name="after"),
    Column(gettext_lazy("说明"), 40, lambda line: line.sentence, name="sentence"),
    Column(gettext_lazy("逾期天数"), 9, lambda line: line.days_late, name="days_late"),
    Column(gettext_lazy("时效规则"), 30, lambda line: line.row.light.rule() if line.row else "", name="rule"),
    Column(
        gettext_lazy("下一变化"), 30, lambda line: line.row.light.next_change() if line.row else "", name="next_change"
    ),
)
MEASURE_COLUMNS: tuple[Column[Line], ...] = (NUMBER, WORDING, *CHANGED)
PART_COLUMNS: tuple[Column[Line], ...] = (
    NUMBER,
    Column(gettext_lazy("责任单位"), 16, lambda line: line.unit, name="unit"),
    Column(gettext_lazy("角色"), 10.5, lambda line: line.role, "center", name="role"),
    WORDING,
    *CHANGED,
)

# The sheets by the name under which they are chosen; the last two are also the levels that a page lists.
UNITS, MEASURES, PARTS = "units", "measures", "parts"
DESIGN = Design(
    "comparison",
    {
        UNITS: gettext_lazy("责任单位"),
        MEASURES: gettext_lazy("任务变化"),
        PARTS: gettext_lazy("分工变化"),
        ABOUT: ABOUT_TITLE,
    },
    {UNITS: UNIT_COLUMNS, MEASURES: MEASURE_COLUMNS, PARTS: PART_COLUMNS},
)


def keys_of(comparison: Comparison, *, level: str, kind: str = "", unit: int | None = None) -> list[list[Any]]:
    """
    The changes of the page's list, each as ``[level, key]``: of ``level`` alone where it is narrowed down, and
    otherwise of both.
    """
    levels = (level,) if kind or unit is not None else (MEASURES, PARTS)
    return [[each, change.key] for each in levels for change in comparison.narrowed(of=each, kind=kind, unit=unit)]


def conditions_of(comparison: Comparison, kind: str, unit: int | None) -> list[tuple[str, str]]:
    """What a list is narrowed down to, in words."""
    conditions = [(_("变化"), str(ChangeKind(kind).label))] if kind else []
    if unit is not None:
        names = {row.key: row.name for row in comparison.units}
        conditions.append((_("责任单位"), names.get(unit, "")))
    return conditions


class ComparisonWorkbook(Workbook):
    """
    All units, and the changed measures and parts that the page is narrowed down to: to those of one ``kind`` or one
    ``unit`` on that ``level``.
    """

    design = DESIGN
    chunk = 10_000  # both sides are asked for again with every stretch

    def __init__(
        self,
        *,
        comparison: Comparison,
        exported_by: str,
        level: str,
        kind: str = "",
        unit: int | None = None,
        exported_at: datetime | None = None,
        left_out: Collection[str] = (),
    ) -> None:
        self.comparison, self.level, self.kind, self.unit = comparison, level, kind, unit
        self.exported_by, self.exported_at = exported_by, exported_at
        self.title = _("%(plan)s对比") % {"plan": comparison.plan.title}
        super().__init__(title=self.title, exported_by=exported_by, left_out=left_out)

    @classmethod
    def of(cls, export: Export) -> Self:
        asked = export.subject
        sides = [_side(export.plan, side) for side in asked["sides"]]
        return cls(
            comparison=Comparison(export.plan, *sides),
            exported_by=export.author.name,
            exported_at=export.begun_at,
            level=asked["level"],
            kind=asked["kind"],
            unit=asked["unit"],
            left_out=export.left_out,
        )

    def filename(self) -> str:
        words = {
            "plan": safe_title(self.comparison.plan),
            "first": self.comparison.before.day.isoformat(),
            "last": self.comparison.after.day.isoformat(),
        }
        return _("%(plan)s_对比_%(first)s_%(last)s.xlsx") % words

    def add(self, keys: Sequence[list[Any]]) -> None:
        """Changes by ``[level, key]``; a fixed number of queries."""
        if UNITS in self.pages and not self.listed[UNITS]:
            units = [row for row in self.comparison.units if self.unit in (None, row.key)]
            self.listed[UNITS] = len(units)
            self.pages[UNITS].add(units)
        for level in (MEASURES, PARTS):
            wanted = {key for each, key in keys if each == level}
            if level in self.pages and wanted:
                changes = [row for row in self.comparison.narrowed(of=level) if row.key in wanted]
                self.pages[level].add(lines(self.comparison, changes, of=level))

    def _has(self, name: str) -> bool:
        if (self.kind or self.unit is not None) and name in (MEASURES, PARTS):
            return name == self.level  # it is the list that was asked for, chosen otherwise or not
        return super()._has(name)

    @property
    def _conditions(self) -> list[tuple[str, str]]:
        return conditions_of(self.comparison, self.kind, self.unit)

    def _heading(self, name: str) -> Heading:
        plan = self.comparison.plan
        note = [self._compared, _("导出人：%(person)s") % {"person": self.exported_by}]
        if self._conditions:
            words = "；".join(f"{label}：{value}" for label, value in self._conditions)
            note.append(_("导出条件：%(conditions)s") % {"conditions": words})
        note.append(str(self.comparison.legend))
        return Heading(
            title=self.title,
            document=f"{plan.number}　{plan.issuer}",
            note="　·　".join(note),
            foot=plan.number,
            as_of=_("数据截至%(day)s") % {"day": in_words(self.comparison.after.day)},
            empty={UNITS: _("没有责任单位。"), ABOUT: ""}.get(name, _("没有变化。")),
        )

    def _told(self) -> list[about.Line]:
        day = self.comparison.after.day
        return [
            (_("对比"), self._compared),
            *about.taken(
                day, self.exported_by, self.exported_at, self._conditions, _("两者之间的全部变化，没有筛选。")
            ),
            (_("图例"), str(self.comparison.legend)),
            *about.rules(self.comparison.plan, day),
        ]

    @property
    def _compared(self) -> str:
        day = None if self.exported_at is None else local_day(self.exported_at)
        is_forecast = day is not None and self.comparison.after.day > day
        return compared(self.comparison) + (_("（预测，不是事实）") if is_forecast else "")


def side_of(side: Side) -> dict[str, Any]:
    """A side as ``Export`` holds it: the day, or the key of the snapshot."""
    return {"day": side.day.isoformat()} if side.snapshot is None else {"snapshot": side.snapshot.pk}


def _side(plan: Plan, side: dict[str, Any]) -> Side:
    if "snapshot" in side:
        return frozen(Snapshot.objects.defer("content").get(plan=plan, pk=side["snapshot"]))
    return on_day(plan, date.fromisoformat(side["day"]))
