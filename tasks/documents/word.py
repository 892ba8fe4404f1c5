"""
A Word document (ECMA-376) as lines: paragraphs and tables in the order of the text, automatic numbers written out.

Read with defusedxml rather than with a library that hands its parts to a parser of its own: there is no entity, no
external part and no link that could be followed, and text inserted under tracking is not lost.
"""

from __future__ import annotations

import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from . import unread
from .raw import Rows, Unreadable, in_one_line, opened
from .runs import NOT_READ, Runs, W, is_hidden, is_on
from .text import numeral

CHINESE = {"chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting"}
CIRCLED = {"decimalEnclosedCircle", "decimalEnclosedCircleChinese"}
DEEPEST = 200  # elements within each other; no document has fifty


def rows(data: bytes) -> Rows:
    """Raises ``Unreadable``."""
    try:
        with opened(data) as archive:
            body = _part(archive, "word/document.xml")
            styles = _part(archive, "word/styles.xml")
            reader = Reader(Runs(styles), Numbering(_part(archive, "word/numbering.xml"), styles))
            notes = [
                (name, _part(archive, f"word/{part}.xml"))
                for part, name in (("footnotes", "脚注"), ("endnotes", "尾注"))
            ]
    except (ParseError, DefusedXmlException, RecursionError) as error:
        raise Unreadable(_("Word 文件的内容无法读取，请用 Word 或 WPS 重新保存后再试。")) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(_("Word 文件不完整或已损坏，请用 Word 或 WPS 重新保存后再试。")) from error
    content = None if body is None else body.find(f"{W}body")
    if content is None:
        raise Unreadable(_("Word 文件的内容无法读取，请用 Word 或 WPS 重新保存后再试。"))
    for block in _blocks(content):
        if block.tag == f"{W}tbl":
            reader.table(block)
        else:
            reader.paragraph(block)
    for name, part in notes:
        reader.notes(name, part)
    return reader.whole()


def _part(archive: zipfile.ZipFile, name: str) -> Any:
    try:
        content = archive.read(name)
    except KeyError:
        return None
    root = fromstring(content, forbid_dtd=True)
    waiting, depth = [root], 0
    while waiting:
        waiting = [child for element in waiting for child in element]
        depth += 1
        if depth > DEEPEST:
            raise Unreadable(_("Word 文件的内容嵌套过深，不能读取。"))
    return root


def _blocks(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables, those in content controls and in what was inserted as well."""
    for child in parent:
        if child.tag in {f"{W}p", f"{W}tbl"}:
            yield child
        elif child.tag not in NOT_READ and child.tag != f"{W}sectPr":
            yield from _blocks(child)


def _own(element: Any, tag: str) -> Iterator[Any]:
    """Rows or cells, those in content controls as well; not those of a table within a cell."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag not in {f"{W}tbl", f"{W}tc", f"{W}tr"} | NOT_READ:
            yield from _own(child, tag)


class Reader:
    """Takes blocks one after the other, and keeps what of them is not shown for the end."""

    def __init__(self, runs: Runs, numbering: Numbering) -> None:
        self.runs, self.numbering = runs, numbering
        self.found = Rows()
        self.left: list[str] = []  # lines about what was left out

    def whole(self) -> Rows:
        for words in self.left:
            self.found.add(words)
        return self.found

    def _leave(self, line: int) -> None:
        self.left += [unread.words_of(line, why, words) for why, words in self.runs.taken() if words.strip()]

    def paragraph(self, paragraph: Any) -> None:
        first = len(self.found.rows) + 1
        for line in self._paragraph(paragraph).split("\n"):
            self.found.add(line.replace("\t", " "))
        self._leave(first)

    def _paragraph(self, paragraph: Any) -> str:
        words = self.runs.words(paragraph)
        if not words.strip() and is_hidden(paragraph.find(f"{W}pPr")):
            return ""  # and Word counts none
        label = self.numbering.label(paragraph)
        if not words.strip() and self.runs.goes_on:
            return ""  # a number of what is left out
        return f"{label} {words}" if label and words[:1].isdigit() else label + words  # 1. and 2026年 are two numbers

    def notes(self, name: str, part: Any) -> None:
        """Notes stand after the text, each in a line that says it is one; what only parts them from it is none."""
        for note in part if part is not None else ():
            if note.get(f"{W}type", "normal") == "normal":
                if words := in_one_line(self.runs.words(note)):
                    self.found.add(f"{name}：{words}")
                self._leave(len(self.found.rows) or 1)

    def table(self, table: Any) -> None:
        torn: set[int] = set()  # columns whose cell is merged with one of a row that is hidden
        for row in _own(table, f"{W}tr"):
            cells, begun, merged = self._cells(row)
            if is_on(row.find(f"{W}trPr"), "hidden"):
                torn |= set(begun)
                self.runs.taken()
                line = self.found.add("")
                if words := " ".join(cells).strip():
                    self.left.append(unread.words_of(line, unread.HIDDEN, words))
                continue
            torn -= set(begun)
            # A table of one column is a frame around paragraphs.
            line = self.found.add("\t".join(cells) if len(cells) > 1 else "".join(cells))
            self.found.merged |= {(line, place) for place in set(merged) - torn}
            self._leave(line)

    def _cells(self, row: Any) -> tuple[list[str], list[int], list[int]]:
        """The words of a row, the places where a cell begins, and where one carries on that above."""
        cells: list[str] = []
        begun: list[int] = []
        merged: list[int] = []
        for cell in _own(row, f"{W}tc"):
            merge = cell.find(f"{W}tcPr/{W}vMerge")
            if merge is not None and merge.get(f"{W}val", "continue") == "continue":
                merged.append(len(cells))
                cells.append("")
            else:
                begun.append(len(cells))
                cells.append(in_one_line("\n".join(self._paragraph(each) for each in cell.iter(f"{W}p"))))
            span = cell.find(f"{W}tcPr/{W}gridSpan")
            width = _whole(span.get(f"{W}val", "1") if span is not None else "1", 1)
            cells += [""] * (min(width, 50) - 1)
        return cells, begun, merged


def _value(parent: Any, tag: str, default: str) -> str:
    element = parent.find(f"{W}{tag}")
    return default if element is None else str(element.get(f"{W}val", default))


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 8 else otherwise


@dataclass(frozen=True)
class Level:
    """One depth of a list: it begins anew after any depth below ``restart``, never where that is 0."""

    form: str = "decimal"
    text: str = ""
    first: int = 1
    restart: int = 0


class Numbering:
    """
    The numbers that Word counts itself and does not write into the text. Lists of one abstract definition are counted
    on in each other, but where a list begins anew by a ``startOverride`` of its own.
    """

    def __init__(self, numbering: Any, styles: Any) -> None:
        self.levels: dict[tuple[str, int], Level] = {}
        self.of_style: dict[str, tuple[str, int]] = {}
        self.counted_in: dict[str, str] = {}  # of each list, its abstract definition
        self.counted: dict[str, dict[int, int]] = defaultdict(dict)  # of each abstract definition
        self.anew: dict[tuple[str, int], int] = {}  # what lists that have not begun yet begin with
        abstract: dict[str, Any] = {}
        for each in numbering if numbering is not None else ():
            if each.tag == f"{W}abstractNum":
                abstract[each.get(f"{W}abstractNumId", "")] = each
            elif each.tag == f"{W}num":
                self._list(each, abstract)
        for style in styles.findall(f"{W}style") if styles is not None else ():
            if place := self._place(style.find(f"{W}pPr/{W}numPr")):
                self.of_style[style.get(f"{W}styleId", "")] = place

    def _list(self, element: Any, abstract: dict[str, Any]) -> None:
        name, source = element.get(f"{W}numId", ""), _value(element, "abstractNumId", "")
        self.counted_in[name] = source
        for level in abstract[source].findall(f"{W}lvl") if source in abstract else ():
            self._level(name, level)
        for override in element.findall(f"{W}lvlOverride"):
            for level in override.findall(f"{W}lvl"):
                self._level(name, level)
            depth, first = override.get(f"{W}ilvl", ""), _value(override, "startOverride", "")
            place = (name, _whole(depth, -1))
            if first and place in self.levels:
                self.anew[place] = _whole(first, 1)
                self.levels[place] = replace(self.levels[place], first=self.anew[place])

    def _level(self, name: str, level: Any) -> None:
        depth = _whole(level.get(f"{W}ilvl", "0"), 0)
        start, restart = _whole(_value(level, "start", "1"), 1), _whole(_value(level, "lvlRestart", ""), depth)
        form, text = _value(level, "numFmt", "decimal"), _value(level, "lvlText", "")
        self.levels[name, depth] = Level(form, text, start, restart)

    @staticmethod
    def _place(element: Any) -> tuple[str, int] | None:
        if element is None:
            return None
        name, depth = element.find(f"{W}numId"), element.find(f"{W}ilvl")
        level = "0" if depth is None else depth.get(f"{W}val", "0")
        return (name.get(f"{W}val", ""), _whole(level, 0)) if name is not None else None

    def label(self, paragraph: Any) -> str:
        """The number of a paragraph as it is shown, empty where it has none."""
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        place = self._place(paragraph.find(f"{W}pPr/{W}numPr"))
        place = place or self.of_style.get(style.get(f"{W}val", "") if style is not None else "")
        if place is None or place not in self.levels:
            return ""
        name, depth = place
        counted = self.counted[self.counted_in[name]]
        following = counted.get(depth, self.levels[place].first - 1) + 1
        counted[depth] = self.anew.pop(place, following)
        for deeper in [each for each in counted if each > depth]:
            if (name, deeper) not in self.levels or depth < self.levels[name, deeper].restart:
                del counted[deeper]
        text = self.levels[place].text
        for level in range(9):
            if f"%{level + 1}" in text:
                shown = self.levels.get((name, level), Level())
                text = text.replace(f"%{level + 1}", _numeral(counted.get(level, shown.first), shown.form))
        # A bullet is no number, and says nothing.
        return "" if self.levels[place].form in {"bullet", "none"} else text


def _numeral(number: int, form: str) -> str:
    if form in CHINESE:
        return numeral(number)
    if form in CIRCLED and 1 <= number <= 20:
        return chr(0x2460 + number - 1)
    return str(number)
