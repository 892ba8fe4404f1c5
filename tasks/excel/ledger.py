"""The ledger as a workbook (台账): the rows of the screen on one sheet, and all that stands behind them on others."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import IO, Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.models import Department

from ..models import Measure, Plan
from ..timeliness import in_words
from . import about, statistics
from .book import Before, Book, nothing
from .details import EXTENSION_COLUMNS, REPORT_COLUMNS, asked_of, said_of
from .duties import duties, parts_of
from .ledger_columns import DUTY_COLUMNS, PART_COLUMNS, SPOKEN
from .sheets import HEADER_ROW, Column, Heading, Page

CHUNK = 2000  # measures read at a time

# The sheets by the name under which they are chosen, in their order.
MEASURES, PARTS, REPORTS, EXTENSIONS, STATISTICS, ABOUT = SHEETS = (
    *("measures", "parts", "reports"),
    *("extensions", "statistics", "about"),
)
TITLES: dict[str, Any] = {
    MEASURES: gettext_lazy("台账"),
    PARTS: gettext_lazy("分单位"),
    REPORTS: gettext_lazy("进展明细"),
    EXTENSIONS: gettext_lazy("延期"),
    STATISTICS: gettext_lazy("统计"),
    ABOUT: gettext_lazy("说明"),
}
WHAT_THEY_ARE: dict[str, Any] = {
    MEASURES: gettext_lazy("每项任务一行，顺序与页面相同。"),
    PARTS: gettext_lazy("每个责任单位的每项责任分工一行；标有“（填写）”的各列可以填写后在“Excel 填报”页面上传。"),
    REPORTS: gettext_lazy("截至当日计入的每次填报一行，含待审核的和被退回的办结申请；其余撤回、退回的不计入。"),
    EXTENSIONS: gettext_lazy("每次延期申请一行，含未获同意的；原定时限不变，同意后以新的时限为现行时限。"),
    STATISTICS: gettext_lazy("以公式统计其他各表，改动或删减行后随之变化；已终止的任务不计入。"),
}
COLUMNS: dict[str, tuple[Column[Any], ...]] = {
    MEASURES: DUTY_COLUMNS,
    PARTS: PART_COLUMNS,
    REPORTS: REPORT_COLUMNS,
    EXTENSIONS: EXTENSION_COLUMNS,
}
FROZEN = {MEASURES: 3, PARTS: 4, REPORTS: 3, EXTENSIONS: 3}
EMPTY: dict[str, Any] = {
    REPORTS: gettext_lazy("没有进展填报。"),
    EXTENSIONS: gettext_lazy("没有延期申请。"),
}


class Ledger:
    """
    A ledger's workbook while its measures come in, some at a time.

    ``left_out`` names sheets, and columns as ``sheet.column``. What is left out and yet needed is hidden: what the
    sheet that counts is about, and the columns to be filled in, without which a workbook could not come back.
    ``conditions`` are ``(label, value)`` in words; ``unit`` is the one whose parts alone are listed.
    """

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
        self.left_out = frozenset(left_out)
        self.numbers = statistics.Numbers()
        self.book = Book(_("%(plan)s台账") % {"plan": plan.title}, exported_by)
        self.pages: dict[str, Page[Any]] = {}
        for name in COLUMNS:
            if self._has(name) or (self._has(STATISTICS) and name in statistics.NEEDED):
                columns = self._columns(name)
                frozen = sum(column.name in _leading(name) for column in columns)
                self.pages[name] = self.book.page(
                    TITLES[name], self._heading(name), columns, frozen=frozen, is_hidden=not self._has(name)
                )

    def _has(self, name: str) -> bool:
        return name not in self.left_out

    def _columns(self, name: str) -> list[Column[Any]]:
        needed = statistics.NEEDED.get(name, set()) if self._has(STATISTICS) else set()
        kept = []
        for column in COLUMNS[name]:
            is_chosen = f"{name}.{column.name}" not in self.left_out
            if is_chosen:
                kept.append(column)
            elif column.opens is not None or column.name in needed:
                kept.append(replace(column, is_hidden=True))
        if all(column.is_hidden for column in kept):  # a sheet has something to show
            return [replace(COLUMNS[name][0], is_hidden=False), *(each for each in kept if each.name != "number")]
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

    def add(self, rows: Sequence[Any]) -> None:
        """
        ``rows`` of ``Measure.objects.as_of(day, plan)`` with their sections, below those that are there; six queries,
        fewer where sheets are left out.
        """
        found = duties(self.plan, rows, self.day, self.unit, has_lights=self._lists_parts, has_words=self._has_words)
        asked = list(asked_of(found, self.day)) if EXTENSIONS in self.pages else []
        if self._has(STATISTICS):
            self.numbers.add(found, asked)
        else:
            self.numbers.add_rows(found)
        contents: dict[str, Any] = {
            MEASURES: lambda: found,
            PARTS: lambda: (part for duty in found for part in duty.listed),
            REPORTS: lambda: said_of(found, self.day, self.unit),
            EXTENSIONS: lambda: asked,
        }
        for name, page in self.pages.items():
            page.add(contents[name]())

    def add_parts(self, keys: Sequence[int]) -> None:
        """Parts alone, in that order, where nothing is said of whole measures; five queries."""
        found = parts_of(self.plan, keys, self.day)
        self.numbers.listed["parts"] += len(found)
        self.numbers.listed["measures"] += len({part.measure.pk for part in found})
        self.pages[PARTS].add(found)

    def state(self) -> dict[str, Any]:
        """What ``resume`` needs to go on where this stops, as JSON can hold it; the rows themselves are taken."""
        pages = {name: [page.line, page.is_cut] for name, page in self.pages.items()}
        return {"pages": pages, "numbers": self.numbers.state()}

    def resume(self, state: dict[str, Any]) -> None:
        for name, (line, is_cut) in state["pages"].items():
            self.pages[name].line, self.pages[name].is_cut = line, is_cut
        self.numbers = statistics.Numbers.of(state["numbers"])

    def save(self, out: IO[bytes], before: Before = nothing) -> None:
        self._finish()
        self.book.save(out, before)

    def content(self) -> bytes:
        self._finish()
        return self.book.content()

    def _finish(self) -> None:
        """Adds the sheets that speak of the others, and says in the headings how many rows there are."""
        for name, page in self.pages.items():
            page.heading = self._heading(name)
        if self._has(STATISTICS):
            pages = (self.pages[MEASURES], self.pages[PARTS], self.pages[EXTENSIONS])
            rows = statistics.lines(self.numbers, *pages, first=HEADER_ROW + 1)
            self.book.page(TITLES[STATISTICS], self._heading(STATISTICS), statistics.COLUMNS, rows, frozen=1)
        if self._has(ABOUT) or all(page.is_hidden for page in self.book.pages):
            sheets = [(TITLES[name], WHAT_THEY_ARE[name]) for name in SHEETS if self._has(name) and name != ABOUT]
            taken = about.taken(self.day, self.exported_by, self.exported_at, self.conditions)
            lines = [*taken, *sheets, *about.rules(self.plan, self.day)]
            about.explain(self.book, self._heading(ABOUT), lines)

    def _heading(self, name: str) -> Heading:
        titles = {
            PARTS: _("%(plan)s分工台账"),
            REPORTS: _("%(plan)s进展明细"),
            EXTENSIONS: _("%(plan)s延期台账"),
            STATISTICS: _("%(plan)s统计"),
        }
        as_of = _("数据截至%(day)s") % {"day": in_words(self.day)}
        listed = self.numbers.listed
        counts = _("任务%(measures)d项，责任分工%(parts)d项")
        note = [
            as_of,
            _("导出人：%(person)s") % {"person": self.exported_by},
            counts % {"measures": listed["measures"], "parts": listed["parts"]},
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


def _leading(name: str) -> set[str]:
    """The columns that tell rows apart, which stay in place when a sheet is scrolled sideways."""
    return {column.name for column in COLUMNS[name][: FROZEN[name]]}


def workbook(*, measures: QuerySet[Measure], **options: Any) -> bytes:
    """
    The bytes of an .xlsx with exactly ``measures``, rows from ``as_of``, in their order; ``options`` are ``Ledger``'s.

    A fixed number of queries for each ``CHUNK`` of them.
    """
    ledger = Ledger(**options)
    rows = list(measures.select_related("section"))
    for first in range(0, len(rows), CHUNK):
        ledger.add(rows[first : first + CHUNK])
    return ledger.content()


def parts_workbook(*, keys: Sequence[int], left_out: Collection[str] = (), **options: Any) -> bytes:
    """The bytes of an .xlsx with exactly the parts of ``keys``, in their order; the columns chosen for that sheet."""
    others = {MEASURES, REPORTS, EXTENSIONS, STATISTICS}
    ledger = Ledger(left_out=(set(left_out) - {PARTS}) | others, **options)
    ledger.add_parts(keys)
    return ledger.content()


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


def parts_filename(plan: Plan, as_of: date) -> str:
    return _("%(plan)s_分工台账_%(day)s.xlsx") % {"plan": safe_title(plan), "day": as_of.isoformat()}
