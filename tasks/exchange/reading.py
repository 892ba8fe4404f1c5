"""
A plan's file read with distrust: token by token against the schema, so that nothing is kept that has no place in it.

What is not as the schema says is refused where it stands, with its JSON path. Whether rows agree with each other is
looked at by ``agreement``, and whether the database takes them by ``restore``.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from json import JSONDecodeError, JSONDecoder
from typing import Any, Never

from django.conf import settings
from django.db.models import Field
from django.utils.translation import gettext as _

from .faults import Faults, Refused, fault
from .schema import FORMAT, HEAD, PLAN, VERSION, Column, Kind, Table
from .tables import BY_NAME
from .values import Unfit, checked

FILE = "plan.json"

# How a place is told inside: $.measures[1].due_on.
PATH = re.compile(r"\$\.(?P<table>[a-z_]+)(?:\[(?P<row>\d{1,9})\])?(?:\.(?P<column>[a-z_0-9]+))?", re.ASCII)
BLANK = re.compile(r"[ \t\n\r]*")
NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,19})(?![\d.eE+-])", re.ASCII)
SHORT = 4096  # characters; most values are shorter, and less is copied for them
WORDS = {"true": True, "false": False, "null": None}

Row = dict[str, Any]


class Deadline:
    """How long a file may be worked on, in ``seconds``; ``words`` are told when they are over."""

    def __init__(self, seconds: int, words: str = "") -> None:
        self.until = time.monotonic() + seconds
        self.words = words or _("处理时间超过%(seconds)d秒的上限。") % {"seconds": seconds}

    def check(self) -> None:
        """Raises ``Refused`` when they are over."""
        if time.monotonic() > self.until:
            raise Refused([self.words])


@dataclass
class Document:
    """The rows of every table as they came, days, moments and tokens as such; keys as ``values.as_key`` has them."""

    tables: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def plan(self) -> Row:
        return self.tables[PLAN][0]


def place(path: str) -> str:
    """
    Where in the file, to be shown: in words, rows counted from 1, then the JSON path; of a name that came with the file
    nothing but what can be seen of it.
    """
    told = f"{FILE} {''.join(each if each.isprintable() else '?' for each in path[:200])}"
    known = PATH.fullmatch(path)
    if known is None or known["table"] not in BY_NAME:
        return told
    table = BY_NAME[known["table"]]
    words = str(table.model._meta.verbose_name)
    if known["row"] is not None:
        words = _("%(table)s第%(row)d条") % {"table": words, "row": int(known["row"]) + 1}
    if label := _label(table, known["column"]):
        words = _("%(row)s的%(column)s") % {"row": words, "column": label}
    return _("%(words)s（%(path)s）") % {"words": words, "path": told}


def _label(table: Table, name: str | None) -> str:
    """What the column is called on the pages; nothing where it is no field of the model."""
    fields = {field.name: field for field in table.model._meta.get_fields() if isinstance(field, Field)}
    return str(fields[name].verbose_name) if name in fields and name != "id" else ""


def parse(text: str, deadline: Deadline) -> Document:
    """What the file says. Raises ``Refused``."""
    return _Reader(text, deadline).document()


class _Reader:
    def __init__(self, text: str, deadline: Deadline) -> None:
        self.text, self.deadline = text, deadline
        self.at = 0
        self.rows = 0
        self.faults = Faults()

    # --- the whole ---------------------------------------------------------------------------------

    def document(self) -> Document:
        document, head = Document(), set()
        for name in self._members("$"):
            if name in HEAD:
                head.add(name)
                self._head(name)
            elif name in BY_NAME:
                document.tables[name] = self._table(BY_NAME[name])
            else:
                self._stop(f"$.{name}", _("格式中没有这一项。"))
        if self._next():
            self._stop("$", _("正文结束之后还有多余的内容。"))
        for name in (*HEAD, *BY_NAME):
            if name not in document.tables and name not in head:
                self.faults.add(place(f"$.{name}"), _("缺少这一项。"))
        self.faults.refuse()
        return document

    def _head(self, name: str) -> None:
        value = self._scalar(f"$.{name}")
        if name == "format" and value != FORMAT:
            self._stop("$.format", _("不是推进计划的数据文件，应为“%(format)s”。") % {"format": FORMAT})
        if name == "version" and (isinstance(value, bool) or value != VERSION):
            self._stop("$.version", _("本系统只能读取版本%(version)d的文件。") % {"version": VERSION})

    def _table(self, table: Table) -> list[Row]:
        path = f"$.{table.name}"
        if table.name == PLAN:
            return [self._row(table, path)]
        rows: list[Row] = []
        for at in self._items(path):
            rows.append(self._row(table, f"{path}[{at}]"))
        return rows

    def _row(self, table: Table, path: str) -> Row:
        self.rows += 1
        if self.rows > settings.EXCHANGE_MAX_ROWS:
            raise Refused([_("记录超过%(most)d条的上限。") % {"most": settings.EXCHANGE_MAX_ROWS}])
        if self.rows % 500 == 0:
            self.deadline.check()
        columns = {column.name: column for column in table.columns}
        if (quick := self._quick_row(columns)) is not None:
            return quick
        row: Row = {}
        for name in self._members(path):
            if name not in columns:
                self._stop(f"{path}.{name}", _("格式中没有这一项。"))
            row[name] = self._value(columns[name], f"{path}.{name}")
        for name in columns:
            if name not in row:
                self.faults.add(place(f"{path}.{name}"), _("缺少这一项。"))
                row[name] = None
        return row

    def _quick_row(self, columns: dict[str, Column]) -> Row | None:
        """A short row with which all is well, as almost all are; None where it wants a closer look."""
        self._next()
        try:
            most = min(SHORT, settings.EXCHANGE_MAX_VALUE)
            row, end = DECODER.raw_decode(self.text[self.at : self.at + most])
            if not isinstance(row, dict) or row.keys() != columns.keys():
                return None
            found = {name: checked(column, row[name]) for name, column in columns.items()}
        except (ValueError, RecursionError):
            return None
        self.at += end
        return found

    # --- values ------------------------------------------------------------------------------------

    def _value(self, column: Column, path: str) -> Any:
        if self._next() not in ("[", "{"):
            value = self._scalar(path)
        elif column.kind == Kind.JSON:
            value = self._anything(path)
        elif column.kind in (Kind.REF, Kind.REFS):
            value = self._names(path, 2 if column.kind == Kind.REFS else 1)
        else:
            self._stop(path, _("此处不应是列表或对象。"))
        try:
            return checked(column, value)
        except Unfit as unfit:
            self.faults.add(place(path), str(unfit))
            return None

    def _scalar(self, path: str) -> Any:
        character = self._next()
        if character == '"':
            return self._string(path)
        if number := NUMBER.match(self.text, self.at):
            self.at = number.end()
            return int(number[0])
        for word, value in WORDS.items():
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return value
        if character and character in "-0123456789":
            self._stop(path, _("只能是整数，且不超过20位。"))
        self._broken(path)

    def _names(self, path: str, depth: int) -> list[Any]:
        """A list of names; of lists of names with a ``depth`` of two."""
        found = []
        for _at in self._items(path):
            is_list = self._next() == "[" and depth > 1
            found.append(self._names(path, depth - 1) if is_list else self._scalar(path))
        return found

    def _anything(self, path: str) -> Any:
        """A value of its own, no longer than one may be: what is longer is not even looked at."""
        return self._window(path, min(SHORT, settings.EXCHANGE_MAX_VALUE))

    def _window(self, path: str, most: int) -> Any:
        window = self.text[self.at : self.at + most]
        try:
            value, end = DECODER.raw_decode(window)
        except JSONDecodeError as error:
            if len(window) == most and most < settings.EXCHANGE_MAX_VALUE:
                return self._window(path, settings.EXCHANGE_MAX_VALUE)
            if len(window) == most:
                self._stop(path, _("内容超过%(most)d个字符的上限。") % {"most": most})
            self.at += error.pos
            self._broken(path)
        except RecursionError:
            self._stop(path, _("嵌套过深。"))
        except Unfit as unfit:
            self._stop(path, str(unfit))
        self.at += end
        return value

    def _string(self, path: str) -> str:
        try:
            value, self.at = STRINGS.raw_decode(self.text, self.at)
        except JSONDecodeError as error:
            is_cut = error.msg.startswith("Unterminated")
            self.at = len(self.text) if is_cut else error.pos
            self._broken(path)
        return str(value)

    # --- tokens ------------------------------------------------------------------------------------

    def _members(self, path: str) -> Iterator[str]:
        """The names in an object, one after the other; whoever asks takes the value in between."""
        seen: set[str] = set()
        self._take("{", path)
        if self._ends("}"):
            return
        while True:
            if self._next() != '"':
                self._broken(path)
            name = self._string(path)
            if name in seen:
                self._stop(f"{path}.{name}", _("重复出现。"))
            seen.add(name)
            self._take(":", f"{path}.{name}")
            yield name
            if self._ends("}"):
                return
            self._take(",", path)

    def _items(self, path: str) -> Iterator[int]:
        """The places in a list, one after the other, from 0; whoever asks takes the item in between."""
        at = 0
        self._take("[", path)
        if self._ends("]"):
            return
        while True:
            yield at
            at += 1
            if self._ends("]"):
                return
            self._take(",", path)

    def _next(self) -> str:
        """The next character that says something; empty at the end."""
        blank = BLANK.match(self.text, self.at)
        self.at = blank.end() if blank else self.at
        return self.text[self.at : self.at + 1]

    def _take(self, character: str, path: str) -> None:
        if self._next() != character:
            self._broken(path)
        self.at += 1

    def _ends(self, character: str) -> bool:
        if self._next() != character:
            return False
        self.at += 1
        return True

    def _broken(self, path: str) -> Never:
        if self.at >= len(self.text):
            self._stop(path, _("文件在此中断，不完整。"))
        if self.at == 0:
            self._stop(path, _("这不是本系统导出的计划数据或归档包。"))
        self._stop(path, _("第%(at)d个字符处不符合JSON语法。") % {"at": self.at + 1})

    def _stop(self, path: str, words: str) -> Never:
        """What comes after it cannot be made sense of."""
        raise Refused([*self.faults, fault(place(path), words)])


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Unfit(_("其中有重复的键。"))
    return found


def _whole(digits: str) -> int:
    if not NUMBER.fullmatch(digits):
        raise Unfit(_("只能是整数，且不超过20位。"))
    return int(digits)


# A number with a fraction, and NaN, are no whole ones either.
DECODER = JSONDecoder(object_pairs_hook=_pairs, parse_int=_whole, parse_float=_whole, parse_constant=_whole)
STRINGS = JSONDecoder()
