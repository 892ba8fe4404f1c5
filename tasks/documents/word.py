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
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from .raw import Rows, Unreadable, in_one_line, opened
from .text import numeral

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
CHINESE = {"chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting"}
CIRCLED = {"decimalEnclosedCircle", "decimalEnclosedCircleChinese"}
DEEPEST = 200  # elements within each other; no document has fifty
NOT_READ = {f"{W}{name}" for name in ("del", "moveFrom", "instrText", "pPr", "rPr", "footnoteReference")}


def rows(data: bytes) -> Rows:
    """Raises ``Unreadable``."""
    try:
        with opened(data) as archive:
            body = _part(archive, "word/document.xml")
            numbering = Numbering(_part(archive, "word/numbering.xml"), _part(archive, "word/styles.xml"))
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
    found = Rows()
    content = None if body is None else body.find(f"{W}body")
    if content is None:
        raise Unreadable(_("Word 文件的内容无法读取，请用 Word 或 WPS 重新保存后再试。"))
    for block in _blocks(content):
        if block.tag == f"{W}tbl":
            _table(block, numbering, found)
        else:
            for line in _paragraph(block, numbering).split("\n"):
                found.add(line.replace("\t", " "))
    for name, part in notes:
        _notes(name, part, found)
    return found


def _notes(name: str, part: Any, found: Rows) -> None:
    """Notes stand after the text, each in a line that says it is one; what only parts them from it is none."""
    for note in part if part is not None else ():
        if note.get(f"{W}type", "normal") == "normal" and (words := in_one_line(_words(note))):
            found.add(f"{name}：{words}")


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


def _words(element: Any) -> str:
    if element.tag in NOT_READ or element.tag.endswith("}Fallback"):  # the same again, for programs of before
        return ""
    if element.tag == f"{W}t":
        return element.text or ""
    if element.tag in {f"{W}br", f"{W}cr"}:
        return "\n"
    if element.tag == f"{W}tab":
        return "\t"
    if element.tag == f"{W}noBreakHyphen":
        return "-"
    return "".join(_words(child) for child in element)


def _paragraph(paragraph: Any, numbering: Numbering) -> str:
    label, words = numbering.label(paragraph), _words(paragraph)
    return f"{label} {words}" if label and words[:1].isdigit() else label + words  # 1. and 2026年 are two numbers


def _own(element: Any, tag: str) -> Iterator[Any]:
    """Rows or cells, those in content controls as well; not those of a table within a cell."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag not in {f"{W}tbl", f"{W}tc", f"{W}tr"} | NOT_READ:
            yield from _own(child, tag)


def _table(table: Any, numbering: Numbering, found: Rows) -> None:
    for row in _own(table, f"{W}tr"):
        cells: list[str] = []
        merged: list[int] = []
        for cell in _own(row, f"{W}tc"):
            merge = cell.find(f"{W}tcPr/{W}vMerge")
            if merge is not None and merge.get(f"{W}val", "continue") == "continue":
                merged.append(len(cells))
                cells.append("")
            else:
                words = "\n".join(_paragraph(each, numbering) for each in cell.iter(f"{W}p"))
                cells.append(in_one_line(words))
            span = cell.find(f"{W}tcPr/{W}gridSpan")
            width = span.get(f"{W}val", "1") if span is not None else "1"
            cells += [""] * (min(int(width), 50) - 1 if width.isdecimal() else 0)
        # A table of one column is a frame around paragraphs.
        line = found.add("\t".join(cells) if len(cells) > 1 else "".join(cells))
        found.merged |= {(line, place) for place in merged}


class Numbering:
    """The numbers that Word counts itself and does not write into the text."""

    def __init__(self, numbering: Any, styles: Any) -> None:
        self.levels: dict[tuple[str, int], tuple[str, str, int]] = {}  # format, text, first number
        self.of_style: dict[str, tuple[str, int]] = {}
        self.counted: dict[str, dict[int, int]] = defaultdict(dict)
        abstract: dict[str, Any] = {}
        for each in numbering if numbering is not None else ():
            if each.tag == f"{W}abstractNum":
                abstract[each.get(f"{W}abstractNumId", "")] = each
            elif each.tag == f"{W}num":
                named = each.find(f"{W}abstractNumId")
                source = abstract.get(named.get(f"{W}val", "")) if named is not None else None
                for level in source.findall(f"{W}lvl") if source is not None else ():
                    self._level(each.get(f"{W}numId", ""), level)
        for style in styles.findall(f"{W}style") if styles is not None else ():
            if place := self._place(style.find(f"{W}pPr/{W}numPr")):
                self.of_style[style.get(f"{W}styleId", "")] = place

    def _level(self, name: str, level: Any) -> None:
        def value(tag: str, default: str) -> str:
            element = level.find(f"{W}{tag}")
            return default if element is None else str(element.get(f"{W}val", default))

        depth, first = level.get(f"{W}ilvl", "0"), value("start", "1")
        if depth.isdecimal():
            start = int(first) if first.isdecimal() else 1
            self.levels[name, int(depth)] = (value("numFmt", "decimal"), value("lvlText", ""), start)

    @staticmethod
    def _place(element: Any) -> tuple[str, int] | None:
        if element is None:
            return None
        name, depth = element.find(f"{W}numId"), element.find(f"{W}ilvl")
        level = "0" if depth is None else depth.get(f"{W}val", "0")
        return (name.get(f"{W}val", ""), int(level) if level.isdecimal() else 0) if name is not None else None

    def label(self, paragraph: Any) -> str:
        """The number of a paragraph as it is shown, empty where it has none."""
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        place = self._place(paragraph.find(f"{W}pPr/{W}numPr"))
        place = place or self.of_style.get(style.get(f"{W}val", "") if style is not None else "")
        if place is None or place not in self.levels:
            return ""
        name, depth = place
        counted = self.counted[name]
        counted[depth] = counted.get(depth, self.levels[place][2] - 1) + 1
        for deeper in [each for each in counted if each > depth]:
            del counted[deeper]
        text = self.levels[place][1]
        for level in range(9):
            if f"%{level + 1}" in text:
                form, _text, first = self.levels.get((name, level), ("decimal", "", 1))
                text = text.replace(f"%{level + 1}", _numeral(counted.get(level, first), form))
        # A bullet is no number, and says nothing.
        return "" if self.levels[place][0] in {"bullet", "none"} else text


def _numeral(number: int, form: str) -> str:
    if form in CHINESE:
        return numeral(number)
    if form in CIRCLED and number <= 20:
        return chr(0x2460 + number - 1)
    return str(number)
