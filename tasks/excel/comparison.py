"""Two days of a plan side by side as a workbook: unit by unit, then every measure and every part that changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..choices import ChangeKind, Timeliness
from ..comparison import Comparison, Line, Side, UnitRow, lines
from ..timeliness import in_words
from . import about
from .book import Book
from .ledger import safe_title
from .sheets import Column, Heading


def said_of(side: Side) -> str:
    """A side in words: the day, and the snapshot where it is one."""
    if side.snapshot is None:
        return in_words(side.day)
    return _("%(day)s会议快照“%(name)s”") % {"day": in_words(side.day), "name": side.snapshot.name}


def workbook(
    *,
    comparison: Comparison,
    exported_by: str,
    today: date,
    of: str,
    kind: str = "",
    unit: int | None = None,
    exported_at: datetime | None = None,
) -> bytes:
    """
    The bytes of an .xlsx with the rows of the page: all units, and the changed measures and parts it is narrowed down
    to. ``of`` names the level the page lists; without a condition both levels are there.
    """
    title = _("%(plan)s对比") % {"plan": comparison.plan.title}
    book = Book(title, exported_by)
    conditions = [(_("变化"), str(ChangeKind(kind).label))] if kind else []
    if unit is not None:
        names = {row.key: row.name for row in comparison.units}
        conditions.append((_("责任单位"), names.get(unit, "")))
    note = [_note(comparison, today), _("导出人：%(person)s") % {"person": exported_by}]
    if conditions:
        words = "；".join(f"{label}：{value}" for label, value in conditions)
        note.append(_("导出条件：%(conditions)s") % {"conditions": words})
    note.append(str(comparison.legend))
    heading = partial(_heading, comparison, "　·　".join(note))
    units = [row for row in comparison.units if unit in (None, row.key)]
    book.page(_("责任单位"), heading(title, _("没有责任单位。")), UNIT_COLUMNS, units, frozen=1)
    for level, name, columns in (
        ("measures", _("任务变化"), MEASURE_COLUMNS),
        ("parts", _("分工变化"), PART_COLUMNS),
    ):
        if (kind or unit is not None) and level != of:
            continue
        rows = lines(comparison, comparison.narrowed(of=level, kind=kind, unit=unit), of=level)
        book.page(name, heading(title, _("没有变化。")), columns, rows, frozen=1)
    day = comparison.after.day
    told = [
        *about.taken(day, exported_by, exported_at, conditions),
        (_("对比"), _note(comparison, today)),
        (_("图例"), str(comparison.legend)),
        *about.rules(comparison.plan, day),
    ]
    about.explain(book, heading(title, ""), told)
    return book.content()


def _note(comparison: Comparison, today: date) -> str:
    words = _("%(after)s比%(before)s") % {"after": said_of(comparison.after), "before": said_of(comparison.before)}
    return words + (_("（预测，不是事实）") if comparison.after.day > today else "")


def _heading(comparison: Comparison, note: str, title: str, empty: str) -> Heading:
    plan = comparison.plan
    as_of = _("数据截至%(day)s") % {"day": in_words(comparison.after.day)}
    return Heading(title, f"{plan.number}　{plan.issuer}", note, plan.number, as_of, empty)


def filename(comparison: Comparison) -> str:
    """The workbook's name, safe on every system."""
    words = {
        "plan": safe_title(comparison.plan),
        "first": comparison.before.day.isoformat(),
        "last": comparison.after.day.isoformat(),
    }
    return _("%(plan)s_对比_%(first)s_%(last)s.xlsx") % words


def _number(kind: ChangeKind) -> Callable[[UnitRow], object]:
    return lambda row: row.numbers[kind]


def _light(light: str) -> Timeliness | str:
    return Timeliness(light) if light else _("尚无")


def _kinds(line: Line) -> str:
    return "、".join(str(kind.label) for kind in line.change.kinds)


UNIT_COLUMNS: tuple[Column[UnitRow], ...] = (
    Column(gettext_lazy("责任单位"), 26, lambda row: row.name),
    *(Column[UnitRow](kind.label, 13, _number(kind)) for kind in ChangeKind),
)
NUMBER: Column[Line] = Column(gettext_lazy("序号"), 5, lambda line: line.number, "ordinal")
WORDING: Column[Line] = Column(gettext_lazy("工作任务"), 40, lambda line: line.wording)
CHANGED: tuple[Column[Line], ...] = (
    Column(gettext_lazy("变化"), 16, _kinds),
    Column(gettext_lazy("此前时效"), 10, lambda line: _light(line.change.before), "center", is_light=True),
    Column(gettext_lazy("此后时效"), 10, lambda line: _light(line.change.after), "center", is_light=True),
    Column(gettext_lazy("说明"), 40, lambda line: line.sentence),
    Column(gettext_lazy("逾期天数"), 9, lambda line: line.days_late),
    Column(gettext_lazy("时效规则"), 30, lambda line: line.row.light.rule() if line.row else ""),
    Column(gettext_lazy("下一变化"), 30, lambda line: line.row.light.next_change() if line.row else ""),
)
MEASURE_COLUMNS: tuple[Column[Line], ...] = (NUMBER, WORDING, *CHANGED)
PART_COLUMNS: tuple[Column[Line], ...] = (
    NUMBER,
    Column(gettext_lazy("责任单位"), 16, lambda line: line.unit),
    Column(gettext_lazy("角色"), 10.5, lambda line: line.role, "center"),
    WORDING,
    *CHANGED,
)
