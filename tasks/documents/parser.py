"""Lines of a document, taken apart into sections and measures. What is not understood is asked, and never guessed."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import islice

from django.utils.translation import gettext as _

from . import about, brackets, duty, finish, furniture, joining, lines, table, unread
from .brackets import ends_in_duty, inline_label
from .building import Building
from .names import Known
from .parsed import Doubt, Kind, Mark, Parsed, Section, Use
from .rows import Rows
from .text import plain, trimmed
from .timeframe import Span

LONGEST_TITLE = 100  # of a section

Cells = Collection[tuple[int, int]]  # lines, and places of cells in them


class Parser(Rows):
    """Goes through the lines once; ``first`` is the first line of the body, what stands before is not the plan."""

    def __init__(self, rows: Sequence[str], known: Known, merged: Cells) -> None:
        super().__init__(known, merged)
        self.rows = rows
        self.plain = [brackets.in_round(plain(row)) for row in rows]
        self.attached = furniture.attachments(self.plain)  # places of lines
        self.last = max(
            (at for at, words in enumerate(self.plain) if self._is_measure(words) and at not in self.attached),
            default=-1,
        )
        self.first = next((at for at, words in enumerate(self.plain) if self._begins(at, words)), len(rows))

    def _begins(self, at: int, words: str) -> bool:
        if at in self.attached:
            return False
        if "\t" in words:
            filled = [cell for cell in table.cells(words) if cell.text.strip()]
            return len(filled) > 1 or any(lines.section_start(cell.text) for cell in filled)
        if (start := lines.section_start(words)) and not ends_in_duty(words):
            return lines.is_heading(words[start.after :]) and self.last > at
        return self._is_measure(words)

    @staticmethod
    def _is_measure(words: str) -> bool:
        return "\t" in words or bool(lines.number_start(words) or lines.heading_start(words)) or ends_in_duty(words)

    def go(self) -> None:
        for line, text in enumerate(self.rows, start=1):
            self._read(line, text, self.plain[line - 1])
        self.close()

    def _read(self, line: int, text: str, words: str) -> None:
        mark = self.mark
        if not words.strip():
            mark(line, Use.BLANK)
        elif match := lines.SHEET.fullmatch(words.strip()):
            self._read_sheet(line, text, match)
        elif "\t" in words and line > self.first:
            self.read_row(line, text)
        elif why := furniture.why(words, begins_something):
            mark(line, Use.LEFT_OUT, why)
            self.unread = self.unread or not furniture.is_page_number(words)
        elif line - 1 in self.attached:
            mark(line, Use.LEFT_OUT, _("附件的名称"))
            self.unread = True
        elif line <= self.first:
            self._read_before(line, text, words)
        elif start := lines.section_start(words):
            self._read_section(line, text, words, start)
        elif start := lines.heading_start(words):
            self._read_heading(line, text, words, start)
        elif start := lines.number_start(words):
            self.take_in(self.open(line, start.label, start.number), line, text, start.after)
        else:
            self._read_paragraph(line, text, words)

    def _read_sheet(self, line: int, text: str, match: re.Match[str]) -> None:
        self.close()
        self.table = None
        self.mark(line, Use.LEFT_OUT, _("工作表的名称"))
        if match[2]:
            name, why = (text.strip()[slice(*match.span(group))] for group in (1, 3))
            asked = _("工作表“%(name)s”是隐藏的，或没有认识的表头，没有读入，请核对。")
            asked = _("工作表“%(name)s”没有读入，请核对：%(why)s") if match[3] else asked
            self.parsed.doubts.append(Doubt(Kind.SHEET, asked % {"name": name, "why": why}, line, 0, len(text)))

    def _read_before(self, line: int, text: str, words: str) -> None:
        """What stands before the plan says what the document is; who is responsible for what is asked about."""
        told = lines.INFORMATION.match(words) or lines.DAY.fullmatch(words) or about.TITLED.search(words)
        if not told and duty.begins_with_label(words):
            self.leave(line, text, _("第%(line)d行写有责任分工或时限，但在第一项任务之前，没有录入，请核对。"))
            return
        self.mark(line, Use.ABOUT if told else Use.LEFT_OUT, "" if told else _("正文之前的文字"))

    def _read_section(self, line: int, text: str, words: str, start: lines.Start) -> None:
        """一、 is a chapter; and a measure, which is asked, where it says who is responsible with nothing below."""
        following = self._following(line)
        is_over_others = bool(lines.number_start(following) or lines.heading_start(following))
        if ends_in_duty(words) and not is_over_others:
            now = self.open(line, start.label, start.number)
            now.ask(
                Kind.SECTION_TITLE, _("本条编号如同章节，但写有责任分工而下面没有任务，作为一项任务，请核对。"), line
            )
            self.take_in(now, line, text, start.after)
        elif lines.is_heading(words[start.after :]):
            self.open_section(line, text[start.after :].strip(), start.number)
        else:
            self.close()
            self.leave(line, text)

    def _read_heading(self, line: int, text: str, words: str, start: lines.Start) -> None:
        """（一） is a heading where numbered measures follow it, and a measure where none do."""
        following = self._following(line)
        if not lines.number_start(following) or lines.heading_start(following):
            self.take_in(self.open(line, start.label, start.number), line, text, start.after)
            return
        self.close()
        self.heading = text.strip()
        self.heading_duty = brackets.has_duty(words)
        if self.heading_duty:
            self.leave(line, text, _("第%(line)d行小标题中写有责任分工，没有分到下面的任务，请核对。"))
        else:
            self.mark(line, Use.HEADING, _("系统的章节只有一级，小标题不单独录入"))

    def _following(self, line: int) -> str:
        """The next line that begins something, past the lines that say who is responsible."""
        for words in islice(self.plain, line, None):
            is_duty = duty.begins_with_label(words) or brackets.all_duty(words)
            if words.strip() and not is_duty and not furniture.why(words, begins_something):
                return words
        return ""

    def _read_paragraph(self, line: int, text: str, words: str) -> None:
        now = self.now
        if lines.FOOTNOTE.match(words):
            self._read_note(line, text, words)
        elif lines.states_convention(words) and not ends_in_duty(words) and not duty.begins_with_label(words):
            self.mark(line, Use.ABOUT, _("牵头单位的约定"))
        elif now and (duty.begins_with_label(words) or brackets.all_duty(words)):
            self._add_duty(now, line, text, words)
        elif furniture.closes(words) and self._is_over(line):
            self.mark(line, Use.LEFT_OUT, _("正文之后的文字"))
            self.unread = True
        elif lines.PERSON.match(words.lstrip()):
            self.mark(line, Use.LEFT_OUT, _("责任人"))
        elif now and now.clues.is_empty and not lines.NOTE.match(words):
            if now.pieces and not now.breaks_off:
                # A line as short as this was not broken by the width of a page.
                before, *place = now.pieces[-1]
                now.pieces[-1] = (before + "\n", place[0], place[1], place[2])
                asked = _("第%(line)d行接在上一段之后，作为同一项任务，请核对。") % {"line": line}
                now.ask(Kind.CONTINUED, asked, line, 0, len(text))
            self.take_in(now, line, text, 0)
        elif ends_in_duty(words):
            now = self.open(line, "", None)
            now.ask(Kind.NO_NUMBER, _("本段没有编号，但写有责任分工，作为一项任务，请核对。"), line, 0, len(text))
            self.take_in(now, line, text, 0)
        else:
            self.leave(line, text)

    def _read_note(self, line: int, text: str, words: str) -> None:
        if lines.states_convention(words):
            self.mark(line, Use.ABOUT, _("牵头单位的约定"))
        else:
            self.leave(line, text, _("第%(line)d行是脚注或尾注，没有录入，请核对。"))

    def _add_duty(self, now: Building, line: int, text: str, words: str) -> None:
        """A line of its own that says who or when; what may be another measure's, or the page's, is asked about."""
        start, end = brackets.all_duty(words) or (-1, len(text))
        clues = duty.collect(text, line, self.known, start + 1, end, words=words)
        kinds = {group.kind for group in clues.groups}
        if self.unread:
            asked = _("第%(line)d行的责任分工或时限与任务之间隔有没有录入的文字，归入上一项任务，请核对。")
            now.ask(Kind.CONTINUED, asked % {"line": line}, line, 0, len(text))
        elif clues.groups and (now.has_brackets or kinds & now.labelled):
            asked = _("第%(line)d行又写有责任分工，归入上一项任务，请核对。") % {"line": line}
            now.ask(Kind.SEVERAL, asked, line, 0, len(text))
        now.labelled |= kinds
        now.add(clues, line)
        self.mark(line, Use.DUTY, measure=now.key)

    def leave(self, line: int, text: str, asked: str = "") -> None:
        """A line that is not taken in, and asked about."""
        self.mark(line, Use.ASKED, _("不认识的段落"))
        asked = asked or _("第%(line)d行既不是标题也不是任务，没有录入，请核对。")
        self.parsed.doubts.append(Doubt(Kind.LINE, asked % {"line": line}, line, 0, len(text)))
        self.unread = True

    def _is_over(self, line: int) -> bool:
        """Whether no measure comes any more, and the line does not directly carry on one of a measure."""
        above = self.parsed.marks[line - 2].use if line > 1 else ""
        goes_on = above == Use.DUTY or (above == Use.MEASURE and self.now is not None and self.now.clues.is_empty)
        return self.last < line and not goes_on

    def open_section(self, line: int, title: str, number: int | None) -> None:
        self.close()
        self.heading, self.heading_duty = "", False
        last = self.parsed.sections[-1].number if self.parsed.sections else 0
        if number != last + 1:
            took = number if number and number > last else last + 1
            asked = _("章节编号不连续，本章按第%(number)d章录入，请核对。") % {"number": took}
            self.parsed.doubts.append(Doubt(Kind.SECTION_NUMBER, asked, line))
            number = took
        if brackets.has_duty(brackets.in_round(plain(title))):
            asked = _("章节标题中写有责任分工，没有分到各项任务，请核对。")
            self.parsed.doubts.append(Doubt(Kind.SECTION_TITLE, asked, line))
        if len(title) > LONGEST_TITLE:
            asked = _("章节标题超过%(most)d字，请改短。") % {"most": LONGEST_TITLE}
            self.parsed.doubts.append(Doubt(Kind.SECTION_TITLE, asked, line))
        self.parsed.sections.append(Section(number, title, line))
        self.mark(line, Use.SECTION)

    def take_in(self, now: Building, line: int, text: str, at: int) -> None:
        """A line of the measure that is open, from ``at`` on: its wording, and its brackets of responsibilities."""
        words = brackets.in_round(plain(text))
        end = inline_label(words, at)
        spans = brackets.spans(words, at, end)
        for start, last in spans:
            before = trimmed(words, at, start, "。;,")
            if before[0] < before[1]:
                now = self._with_more(now, line, at)
                at = at if now.pieces else before[0]
                now.pieces.append((text[at:start], line, at, start))
            now.add(duty.collect(text, line, self.known, start + 1, last, words=words), line)
            now.has_brackets = True
            at = last + 1
        rest = trimmed(words, at, end, "。;," if spans else "")
        if rest[0] < rest[1]:
            now = self._with_more(now, line, at)
            at = at if now.pieces else rest[0]
            now.pieces.append((text[at:end], line, at, end))
        if end < len(text):
            now.add(duty.collect(text, line, self.known, end, words=words), line)
        now.last_line = line
        self.mark(line, Use.MEASURE, measure=now.key)

    def _with_more(self, now: Building, line: int, at: int) -> Building:
        """Words after a bracket of responsibilities are another measure; both are asked about."""
        if now.clues.is_empty or not now.pieces:
            return now
        asked = _("原文一条之中有几处责任分工，拆为几项任务，请核对。")
        if not any(doubt.kind == Kind.SEVERAL for doubt in now.doubts):
            now.ask(Kind.SEVERAL, asked, now.line)
        another = self.open(line, "", None)
        another.ask(Kind.SEVERAL, asked, line, at)
        return another


def begins_something(words: str) -> bool:
    """Whether a line has a measure's number, a heading, responsibilities or cells: the text of the document itself."""
    if "\t" in words or lines.heading_start(words) or lines.number_start(words) or lines.section_start(words):
        return True
    is_foot = furniture.REGISTERED.search(words)
    return ends_in_duty(words) or (duty.begins_with_label(words) and not is_foot)


def begins_another(words: str) -> bool:
    """Whether a line cannot carry on the one above it."""
    told = lines.INFORMATION.match(words) or lines.SHEET.match(words.strip()) or lines.FOOTNOTE.match(words)
    return bool(told or begins_something(words) or furniture.why(words, begins_something))


def whole_lines(rows: Sequence[str]) -> joining.Joined:
    """The lines of a document as their writer meant them, each where its first words stand."""
    return joining.join(table.without_tabs(unread.blanked(rows)), begins_another)


def parse(
    rows: Sequence[str],
    *,
    known: Mapping[str, str] | None = None,
    period: Span | None = None,
    merged: Cells = (),
) -> Parsed:
    """
    What ``rows`` say. ``known`` are names and aliases as ``names.same`` has them, with the unit's own name; ``period``
    is the plan's, taken from the title where it is left out; ``merged`` are cells that carry on the one above.
    """
    known = known or {}
    joined = whole_lines(rows)
    parser = Parser(joined.rows, known, frozenset(merged))
    parsed = parser.parsed
    parsed.marks = [Mark() for _row in rows]
    parsed.about, doubts = about.read(joined.rows, parser.first)
    parser.go()
    period = period or about.period_of(parsed.about.title)
    parsed.doubts += doubts + about.citations(joined.rows)
    finish.finish(parsed, parser.built, known, period, joined.rows)
    joined.put_back(parsed, rows)
    unread.ask(parsed, rows)
    return parsed
