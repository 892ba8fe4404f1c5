"""The ledger as a workbook (台账): the rows of the screen on one sheet, and all that stands behind them on others."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.models import Department

from ..models import Export, Measure, Plan
from ..timeliness import in_words
from . import about, statistics
from .design import ABOUT, ABOUT_TITLE, Design
from .details import EXTENSION_COLUMNS, REPORT_COLUMNS, asked_of, said_of
from .duties import duties, parts_of
from .ledger_columns import DUTY_COLUMNS, PART_COLUMNS, SPOKEN
from .sheets import HEADER_ROW, Column, Heading
from .workbook import Workbook

# The sheets by the name under which they are chosen, in their order.
MEASURES, PARTS, REPORTS, EXTENSIONS, STATISTICS = "measures", "parts", "reports", "extensions", "statistics"
TITLES: dict[str, Any] = {
    MEASURES: gettext_lazy("台账"),
    PARTS: gettext_lazy("分单位"),
    REPORTS: gettext_lazy("进展明细"),
    EXTENSIONS: gettext_lazy("延期"),
    STATISTICS: gettext_lazy("统计"),
    ABOUT: ABOUT_TITLE,
}
SHEETS = tuple(TITLES)
WHAT_THEY_ARE: dict[str, Any] = {
    MEASURES: gettext_lazy("每项任务一行，顺序与页面相同。"),
    PARTS: gettext_lazy("每个责任单位的每项责任分工一行；标有“（填写）”的各列可以填写后在“Excel 填报”页面上传。"),
    REPORTS: gettext_lazy("截至当日计入的每次填报一行，含待审核的和被退回的办结申请；其余撤回、退回的不计入。"),
    EXTENSIONS: gettext_lazy("每次延期申请一行，含未获同意的；原定时限不变，同意后以新的时限为现行时限。"),
    STATISTICS: gettext_lazy("以公式统计其他各表，改动或删减行后随之变化；已终止的任务不计入。"),
}
DESIGN = Design(
    "",
    TITLES,
    {MEASURES: DUTY_COLUMNS, PARTS: PART_COLUMNS, REPORTS: REPORT_COLUMNS, EXTENSIONS: EXTENSION_COLUMNS},
    {MEASURES: 3, PARTS: 4, REPORTS: 3, EXTENSIONS: 3},
)
PARTS_DESIGN = Design(
    "assignments", {PARTS: TITLES[PARTS], ABOUT: TITLES[ABOUT]}, {PARTS: PART_COLUMNS}, {PARTS: DESIGN.frozen[PARTS]}
)
EMPTY: dict[str, Any] = {
    REPORTS: gettext_lazy("没有进展填报。"),
    EXTENSIONS: gettext_lazy("没有延期申请。"),
}


class Ledger(Workbook):
    """
    The ledger's workbook. What is left out and yet needed is hidden: what the sheet that counts is about, and the
    columns to be filled in, without which a workbook could not come back.

    ``conditions`` are ``(label, value)`` in words; ``unit`` is the one whose parts alone are listed.
    """

    design = DESIGN

    def __init__(
        self,
        *,
        plan: Plan,
        as_of: date,
        exported_by: str,
        exported_at: datetime | None = None,
        conditions: Sequence[tuple[str, str]] = (),
        left_out: Collection[str] = (),
        unit: Department | None = None,
    ) -> None:
        self.plan, self.day, self.unit = plan, as_of, unit
        self.exported_by, self.exported_at, self.conditions = exported_by, exported_at, conditions
        self.numbers = statistics.Numbers()
        title = _("%(plan)s台账") % {"plan": plan.title}
        super().__init__(title=title, exported_by=exported_by, left_out=left_out)

    @classmethod
    def of(cls, export: Export) -> Self:
        return cls(
            plan=export.plan,
            as_of=export.as_of,
            exported_by=export.author.name,
            exported_at=export.begun_at,
            conditions=[(label, value) for label, value in export.conditions],
            left_out=export.left_out,
            unit=export.unit,
        )

    def filename(self) -> str:
        return filename(self.plan, self.day, self.unit)

    def _is_needed(self, name: str) -> bool:
        return self._has(name) or (self._has(STATISTICS) and name in statistics.NEEDED)

    def _columns(self, name: str) -> list[Column[Any]]:
        needed = statistics.NEEDED.get(name, set()) if self._has(STATISTICS) else set()
        columns = self.design.columns[name]
        kept = []
        for column in columns:
            is_chosen = f"{name}.{column.name}" not in self.left_out
            if is_chosen:
                kept.append(column)
            elif column.opens is not None or column.name in needed:
                kept.append(replace(column, is_hidden=True))
        if all(column.is_hidden for column in kept):  # a sheet has something to show
            return [replace(columns[0], is_hidden=False), *(each for each in kept if each.name != "number")]
        return kept

    @property
    def _lists_parts(self) -> bool:
        """Whether it matters how parts stand: on the sheet of measures they are only named."""
        return PARTS in self.pages or self.unit is not None

    @property
    def _has_words(self) -> bool:
        """Whether it matters what was said of parts."""
        shown = self.pages[MEASURES].columns if MEASURES in self.pages else ()
        return self._lists_parts or any(column.name in SPOKEN for column in shown)

    def add(self, keys: Sequence[int]) -> None:
        """The measures of ``keys`` and all that is theirs; seven queries, fewer where sheets are left out."""
        rows = Measure.objects.as_of(self.day, self.plan).filter(plan=self.plan, pk__in=keys)
        found = {row.pk: row for row in rows.select_related("section")}
        self.add_rows([found[key] for key in keys if key in found])

    def add_rows(self, rows: Sequence[Any]) -> None:
        """The same of ``rows`` of ``Measure.objects.as_of(day, plan)`` with their sections."""
        found = duties(self.plan, rows, self.day, self.unit, has_lights=self._lists_parts, has_words=self._has_words)
        asked = list(asked_of(found, self.day)) if EXTENSIONS in self.pages else []
        self.listed["measures"] += len(found)
        self.listed["parts"] += sum(len(duty.listed) for duty in found)
        if self._has(STATISTICS):
            self.numbers.add(found, asked)
        contents: dict[str, Any] = {
            MEASURES: lambda: found,
            PARTS: lambda: (part for duty in found for part in duty.listed),
            REPORTS: lambda: said_of(found, self.day, self.unit),
            EXTENSIONS: lambda: asked,
        }
        for name, page in self.pages.items():
            page.add(contents[name]())

    def state(self) -> dict[str, Any]:
        return super().state() | {"numbers": self.numbers.state()}

    def resume(self, state: dict[str, Any]) -> None:
        super().resume(state)
        self.numbers = statistics.Numbers.of(state["numbers"])

    def _conclude(self) -> None:
        if self._has(STATISTICS):
            pages = (self.pages[MEASURES], self.pages[PARTS], self.pages[EXTENSIONS])
            rows = statistics.lines(self.numbers, *pages, first=HEADER_ROW + 1)
            self.book.page(TITLES[STATISTICS], self._heading(STATISTICS), statistics.COLUMNS, rows, frozen=1)

    def _told(self) -> list[about.Line]:
        sheets = [(TITLES[name], WHAT_THEY_ARE[name]) for name in SHEETS if self._has(name) and name != ABOUT]
        taken = about.taken(self.day, self.exported_by, self.exported_at, self.conditions)
        return [*taken, *sheets, *about.rules(self.plan, self.day)]

    def _heading(self, name: str) -> Heading:
        titles = {
            PARTS: _("%(plan)s责任分工"),
            REPORTS: _("%(plan)s进展明细"),
            EXTENSIONS: _("%(plan)s延期台账"),
            STATISTICS: _("%(plan)s统计"),
        }
        as_of = _("数据截至%(day)s") % {"day": in_words(self.day)}
        counts = _("任务%(measures)d项，责任分工%(parts)d项")
        note = [
            as_of,
            _("导出人：%(person)s") % {"person": self.exported_by},
            counts % {"measures": self.listed["measures"], "parts": self.listed["parts"]},
        ]
        if self.conditions:
            words = "；".join(f"{label}：{value}" for label, value in self.conditions)
            note.append(_("导出条件：%(conditions)s") % {"conditions": words})
        return Heading(
            title=titles.get(name, _("%(plan)s台账")) % {"plan": self.plan.title},
            document=f"{self.plan.number}　{self.plan.issuer}",
            note="　·　".join(note),
            foot=self.plan.number,
            as_of=as_of,
            empty=str(EMPTY.get(name, "")),
        )


class Parts(Ledger):
    """Parts alone, where nothing is said of whole measures."""

    design = PARTS_DESIGN

    def add(self, keys: Sequence[int]) -> None:
        """The parts of ``keys``; five queries, none where they are left out."""
        if PARTS not in self.pages:
            return
        found = parts_of(self.plan, keys, self.day)
        self.listed["parts"] += len(found)
        self.listed["measures"] += len({part.measure.pk for part in found})
        self.pages[PARTS].add(found)

    def filename(self) -> str:
        return _("%(plan)s_责任分工_%(day)s.xlsx") % {"plan": safe_title(self.plan), "day": self.day.isoformat()}


# What a file system or a mail program stumbles over: separators, wildcards, control characters, marks of direction.
UNSAFE = re.compile(r"""[\\/:*?"<>|\s\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+""")
MOST_IN_A_NAME = 50  # characters of the title: 255 bytes is what file systems take


def safe_title(plan: Plan) -> str:
    """The plan's title as it can begin the name of a file."""
    return UNSAFE.sub("_", plan.title)[:MOST_IN_A_NAME].strip("._") or plan.slug


def safe_name(unit: Department) -> str:
    """The unit's name as it can stand in the name of a file."""
    return UNSAFE.sub("_", unit.name).strip("._") or str(unit.pk)


def filename(plan: Plan, as_of: date, unit: Department | None = None) -> str:
    """The workbook's name, safe on every system: 强化知识产权保护推进计划_台账_2022-01-12.xlsx."""
    if unit is not None:
        words = {"plan": safe_title(plan), "unit": safe_name(unit), "day": as_of.isoformat()}
        return _("%(plan)s_台账_%(unit)s_%(day)s.xlsx") % words
    return _("%(plan)s_台账_%(day)s.xlsx") % {"plan": safe_title(plan), "day": as_of.isoformat()}
