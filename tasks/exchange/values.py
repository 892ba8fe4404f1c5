"""What a value of each kind looks like in a plan's file, and what it becomes: a table of checks."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from ..timeliness import EARLIEST, LATEST, local_day
from .schema import LONG, Column, Kind

DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00", re.ASCII)
TOKEN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HASH = re.compile(r"[0-9a-f]{64}")
UNFIT = re.compile("[\x00\ud800-\udfff]")


class Unfit(ValueError):
    """What is wrong with a value, in Chinese."""


def checked(column: Column, value: Any) -> Any:
    """The value as it goes on from here: days, moments and tokens as such, the rest as it came. Raises ``Unfit``."""
    if value is None:
        if not column.null:
            raise Unfit(_("不能为空。"))
        return None
    return CHECKS[column.kind](column, value)


def is_clean(value: Any) -> bool:
    """Whether no text in it has what no database keeps: NUL, and half of a character."""
    if isinstance(value, str):
        return UNFIT.search(value) is None
    if isinstance(value, list):
        return all(map(is_clean, value))
    if isinstance(value, dict):
        return all(is_clean(name) and is_clean(each) for name, each in value.items())
    return True


def _text(column: Column, value: Any) -> str:
    if not isinstance(value, str):
        raise Unfit(_("应为文字。"))
    if not is_clean(value):
        raise Unfit(_("文字中有空字符或不成对的代理字符。"))
    if len(value) > column.most:
        raise Unfit(_("文字长%(length)d个字，超过%(most)d个字的上限。") % {"length": len(value), "most": column.most})
    return value


def _word(column: Column, value: Any) -> str:
    if not isinstance(value, str) or value not in column.words:
        raise Unfit(_("应为%(words)s之一。") % {"words": "、".join(column.words)})
    return value


def _number(column: Column, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= column.most:
        raise Unfit(_("应为0到%(most)d的整数。") % {"most": column.most})
    return value


def _flag(_column: Column, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unfit(_("应为true或false。"))
    return value


def _day(_column: Column, value: Any) -> date:
    if not isinstance(value, str) or not DAY.fullmatch(value):
        raise Unfit(_("应为YYYY-MM-DD形式的日期。"))
    try:
        found = date.fromisoformat(value)
    except ValueError as error:
        raise Unfit(_("没有这一天：%(value)s。") % {"value": value}) from error
    return _in_range(found)


def _moment(_column: Column, value: Any) -> datetime:
    if not isinstance(value, str) or not MOMENT.fullmatch(value):
        raise Unfit(_("应为YYYY-MM-DDTHH:MM:SS+00:00形式的时间。"))
    try:
        found = datetime.fromisoformat(value)
        day = local_day(found)
    except (ValueError, OverflowError) as error:
        raise Unfit(_("没有这个时间：%(value)s。") % {"value": value}) from error
    _in_range(day)
    return found


def _in_range(found: date) -> date:
    if not EARLIEST <= found <= LATEST:
        words = {"first": EARLIEST.isoformat(), "last": LATEST.isoformat()}
        raise Unfit(_("日期须在%(first)s至%(last)s之间。") % words)
    return found


def _token(_column: Column, value: Any) -> UUID:
    if not isinstance(value, str) or not TOKEN.fullmatch(value):
        raise Unfit(_("应为小写的UUID。"))
    return UUID(value)


def _hash(_column: Column, value: Any) -> str:
    if not isinstance(value, str) or not HASH.fullmatch(value):
        raise Unfit(_("应为64位小写十六进制的SHA-256。"))
    return value


def _json(_column: Column, value: Any) -> Any:
    if not isinstance(value, list | dict):
        raise Unfit(_("应为列表或对象。"))
    if not is_clean(value):
        raise Unfit(_("文字中有空字符或不成对的代理字符。"))
    return value


def _ref(_column: Column, value: Any) -> Any:
    return as_key(value)


def _refs(_column: Column, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Unfit(_("应为列表。"))
    found = [as_key(each) for each in value]
    if len(set(found)) < len(found):
        raise Unfit(_("列表中有重复的项。"))
    return found


def as_key(value: Any) -> Any:
    """A key as rows are found by: of several columns a tuple. Raises ``Unfit``."""
    several = value if isinstance(value, list) else [value]
    if not several or any(isinstance(each, bool) or not isinstance(each, str | int) for each in several):
        raise Unfit(_("应为所指记录的标识。"))
    return tuple(several) if isinstance(value, list) else value


CHECKS: dict[Kind, Callable[[Column, Any], Any]] = {
    Kind.TEXT: _text,
    Kind.WORD: _word,
    Kind.NUMBER: _number,
    Kind.FLAG: _flag,
    Kind.DAY: _day,
    Kind.MOMENT: _moment,
    Kind.UUID: _token,
    Kind.HASH: _hash,
    Kind.JSON: _json,
    Kind.REF: _ref,
    Kind.REFS: _refs,
}


def described(column: Column) -> str:
    """What a column may hold, in a few words, as docs/exchange.md lists it."""
    words = str(column.kind)
    if column.words:
        words = " · ".join(column.words)
    elif column.to:
        words = f"{column.kind} → {column.to}"
    elif column.most and column.most < LONG:
        words = f"{column.kind} ≤ {column.most}"
    return f"{words}, or null" if column.null else words
