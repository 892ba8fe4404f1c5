"""What lines and rows of a table have in common while they are read; and the rows."""

from __future__ import annotations

import re
from collections.abc import Collection

from django.utils.translation import gettext as _

from . import duty, lines, table
from .building import Building
from .names import Known
from .parsed import Doubt, Kind, Mark, Parsed, Section, Use
from .table import Cell, Table
from .text import NUMERAL, plain

LABEL = re.compile(rf"[\d.()、\-—① -⑳]+|(?:第|任务)?(?:{NUMERAL}|\d)+[项条、]?|\({NUMERAL}+\)")


class Rows:
    """Keeps the measure that is open (``now``), the heading above it, and what has been built."""

    def __init__(self, known: Known, merged: Collection[tuple[int, int]]) -> None:
        self.known, self.merged = known, merged
        self.parsed = Parsed()
        self.built: list[Building] = []
        self.now: Building | None = None
        self.heading = ""
        self.heading_duty = False  # whether the heading says who is responsible
        self.unread = False  # whether something stands between the open measure and this line that was not taken in
        self.table: Table | None = None
        self.head_line = 0  # where the head of the table stands
        self.above: dict[int, tuple[int, str, Cell]] = {}  # of each column: line, its text, and the cell

    def mark(self, line: int, use: str, why: str = "", *, measure: int | None = None) -> None:
        self.parsed.marks[line - 1] = Mark(use, why, measure)

    def close(self) -> None:
        if self.now is not None:
            self.built.append(self.now)
        self.now = None

    def open(self, line: int, label: str, number: int | None) -> Building:
        self.close()
        if not self.parsed.sections:
            asked = _("第一项任务之前没有章节标题，请填写章节名称。")
            self.parsed.doubts.append(Doubt(Kind.NO_SECTION, asked, line))
            self.parsed.sections.append(Section(1, "", line))
        section = self.parsed.sections[-1].number
        self.now = Building(len(self.built) + 1, section, self.heading, label, number, line, line)
        self.now.heading_duty = self.heading_duty
        self.unread = False
        return self.now

    def open_section(self, line: int, title: str, number: int | None) -> None:
        raise NotImplementedError

    # --- the rows of a table ---------------------------------------------------------------------------

    def read_row(self, line: int, text: str) -> None:
        row = table.cells(text)
        second = table.below(self.table, row) if self.table and self.head_line == line - 1 else None
        if head := second or table.head(row):
            self.close()
            self.table, self.above, self.head_line = head, {}, line
            self.mark(line, Use.ABOUT, _("表头"))
            if not second:
                self._ask_about_columns(line, head, row)
            return
        filled = [(place, cell) for place, cell in enumerate(row) if cell.text.strip()]
        if not filled:
            self.mark(line, Use.BLANK)
        elif len(filled) == 1 and lines.states_convention(plain(filled[0][1].text)):
            self.mark(line, Use.ABOUT, _("牵头单位的约定"))
        elif self.table is None or self._is_note([cell for _place, cell in filled]):
            self._leave_row(line, text)
        elif len(filled) == 1 and self._may_be_title(line, *filled[0], row):
            self._read_title(line, text, filled[0][1])
        else:
            self._read_cells(line, text, row, self.table)

    def _ask_about_columns(self, line: int, head: Table, row: list[Cell]) -> None:
        for place, words in head.unknown.items():
            asked = _("不认识表格的列“%(column)s”，该列内容没有录入，请核对。") % {"column": words}
            self.parsed.doubts.append(Doubt(Kind.COLUMN, asked, line, row[place].start, row[place].end))

    @staticmethod
    def _is_note(filled: list[Cell]) -> bool:
        words = [plain(cell.text) for cell in filled]
        return any(map(lines.SIGNING.match, words)) or (len(words) == 1 and bool(lines.NOTE.match(words[0])))

    def _leave_row(self, line: int, text: str) -> None:
        self.unread = True
        if self.table is None:
            why = _("表格没有认识的表头")
            asked = _("第%(line)d行是表格，但上面没有认识的表头（如序号、工作任务、牵头单位、完成时限），没有录入。")
        else:
            why = _("不认识的行")
            asked = _("第%(line)d行既不是任务也不是章节，没有录入，请核对。")
        self.mark(line, Use.ASKED, why)
        self.parsed.doubts.append(Doubt(Kind.LINE, asked % {"line": line}, line, 0, len(text)))

    def _may_be_title(self, line: int, place: int, cell: Cell, row: list[Cell]) -> bool:
        """One cell alone is a title in the first column, where a row merged across has it, or where it is numbered."""
        carries_on = any((line, each) in self.merged for each in range(len(row)))
        kind = self.table.columns.get(place) if self.table else None
        is_first = place == 0 or bool(lines.section_start(plain(cell.text)))
        return is_first and not carries_on and kind not in {duty.LEADING, duty.ANSWERING, duty.SUPPORTING}

    def _read_title(self, line: int, text: str, cell: Cell) -> None:
        """A row of one cell is a heading between the rows, where it looks like one."""
        words = plain(cell.text)
        start = lines.section_start(words)
        if start or (lines.is_heading(words) and not re.fullmatch(r"[\d\W]+", words)):
            title = cell.text[start.after if start else 0 :].strip()
            last = self.parsed.sections[-1].number if self.parsed.sections else 0
            self.open_section(line, title, start.number if start else last + 1)
            return
        self._leave_row(line, text)

    def _read_cells(self, line: int, text: str, row: list[Cell], layout: Table) -> None:
        own: dict[str, tuple[int, str, Cell]] = {}  # by kind of column
        carried: set[str] = set()
        for place, kind in layout.columns.items():
            if (line, place) in self.merged and place in self.above:
                own[kind] = self.above[place]
                carried.add(kind)
            elif place < len(row) and row[place].text.strip():
                own[kind] = (line, text, row[place])
                self.above[place] = own[kind]
            else:
                self.above.pop(place, None)  # what is merged with an empty cell is empty
        wording = own.get(table.WORDING)
        goes_on = wording is None or table.WORDING in carried
        if table.SECTION in own and table.SECTION not in carried:
            if wording is None and self._is_chapter(own):
                self._open_by_cell(line, own[table.SECTION][2].text)
                return
            if not goes_on:
                self._open_by_cell(line, own[table.SECTION][2].text)
            else:
                self._leave_row(line, text)
                return
        now = self.now if goes_on else None
        if wording is not None and not goes_on:
            now = self._open_by_cells(line, own, wording[2])
        if now is None:
            self._leave_row(line, text)
            return
        if goes_on and wording is None:
            asked = _("第%(line)d行没有任务内容，责任分工归入上一项任务，请核对。") % {"line": line}
            now.ask(Kind.CONTINUED, asked, line, 0, len(text))
        for kind in (duty.LEADING, duty.ANSWERING, duty.SUPPORTING, duty.TIME):
            if kind in own and not (goes_on and kind in carried):
                at, source, cell = own[kind]
                now.add(duty.collect(source, at, self.known, cell.start, cell.end, kind), line)
        now.last_line = line
        self.mark(line, Use.MEASURE, measure=now.key)
        self._ask_about_the_rest(line, row, layout)

    @staticmethod
    def _is_chapter(own: dict[str, tuple[int, str, Cell]]) -> bool:
        """Whether a row has no more than a chapter's numeral and its title: 一, 保护."""
        label = plain(own[table.NUMBER][2].text).strip() if table.NUMBER in own else ""
        return own.keys() <= {table.NUMBER, table.SECTION} and bool(re.fullmatch(rf"{NUMERAL}+、?", label))

    def _open_by_cells(self, line: int, own: dict[str, tuple[int, str, Cell]], wording: Cell) -> Building:
        label = own[table.NUMBER][2].text.strip() if table.NUMBER in own else ""
        start = lines.number_start(plain(wording.text))
        if label or start is None:
            now, after = self.open(line, label, _whole(label)), 0
            if label and not LABEL.fullmatch(plain(label)):
                asked = _("第%(line)d行的序号“%(label)s”不是编号，可能是上一行的文字断成了两行，请核对。")
                now.ask(Kind.COLUMN, asked % {"line": line, "label": label[:40]}, line)
        else:
            now, after = self.open(line, start.label, start.number), start.after
        now.pieces.append((wording.text[after:], line, wording.start + after, wording.end))
        return now

    def _open_by_cell(self, line: int, words: str) -> None:
        start = lines.section_start(plain(words))
        title = words[start.after if start else 0 :].strip()
        if not self.parsed.sections or self.parsed.sections[-1].title != title:
            last = self.parsed.sections[-1].number if self.parsed.sections else 0
            self.open_section(line, title, start.number if start else last + 1)

    def _ask_about_the_rest(self, line: int, row: list[Cell], layout: Table) -> None:
        named = set(layout.columns) | set(layout.unknown)
        for place, cell in enumerate(row):
            if place not in named and cell.text.strip():
                asked = _("第%(line)d行的“%(words)s”没有表头，没有录入，请核对。")
                words = {"line": line, "words": cell.text.strip()[:40]}
                self.parsed.doubts.append(Doubt(Kind.COLUMN, asked % words, line, cell.start, cell.end))


def _whole(label: str) -> int | None:
    digits = plain(label).strip().strip("().、 ").removesuffix(".0")
    return int(digits) if digits.isdecimal() and len(digits) <= 4 else None
