"""What stands in a cell that was filled in: understood, or refused with the reason. Nothing is guessed."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..uploads import TICKS, as_told
from ..validators import MAX_TEXT, printable
from .sheets import NO, YES
from .style import printable as without_unprintable

WHOLE = 100  # per cent
NEAR = 1e-9  # what a share of 1 may be off for being a binary number
MOST_SHOWN = 40  # characters of a value that is quoted in a refusal
# How Excel writes a carriage return inside a cell; the line feed follows.
CARRIAGE_RETURN = "_x000D_"


class Wrong(ValueError):
    """A cell that is not taken; ``args[0]`` says why, in Chinese."""


def said(value: object) -> str:
    """A value as it can be quoted: printable and short."""
    text = " ".join(without_unprintable(str(value)).split())
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}……"


def official(cell: Any) -> str:
    """What a cell says that is not filled in; empty for a formula."""
    if cell is None or cell.value is None or cell.data_type in {"f", "e"}:
        return ""
    return as_told(cell.value)


def read_cell(name: str, cell: Any, *, most: int | None = MAX_TEXT) -> Any:
    """The value of the field ``name``, as ``uploads.plain`` has it; text of ``most`` characters. Raises ``Wrong``."""
    value = None if cell is None else cell.value
    if value is not None and cell.data_type in {"f", "e"}:
        raise Wrong(_("是公式或错误值“%(value)s”，请粘贴为数值。") % {"value": said(value)})
    if isinstance(value, str):
        value = value.replace(CARRIAGE_RETURN, "")
        try:
            printable(value)
        except ValidationError as error:
            raise Wrong(error.messages[0]) from error
        if not value.strip():
            value = None
    if name in TICKS:
        return _tick(value)
    if name == "percent":
        return _percent(value, "" if cell is None else str(cell.number_format or ""))
    return _text(value, most)


def _text(value: Any, most: int | None) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date | time | timedelta):
        raise Wrong(_("应为文字，单元格里却是日期“%(value)s”，请改为文字。") % {"value": said(value)})
    if not isinstance(value, str):
        raise Wrong(_("应为文字，单元格里却是数字“%(value)s”，请改为文字。") % {"value": said(value)})
    text = "\n".join(value.strip().splitlines())
    if most is not None and len(text) > most:
        words = _("文字过长，最多%(most)d字，目前%(length)d字，请精简。")
        raise Wrong(words % {"most": most, "length": len(text)})
    return text


# What a format only shows, and what it takes for widths and colours.
LITERAL = re.compile(r'"[^"]*"|\\.|[_*].|\[[^\]]*\]')


def _tick(value: Any) -> bool:
    if value is None:
        return False
    text = unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else None
    if text not in (str(YES), str(NO)):
        raise Wrong(_("只能填“是”或“否”，不能是“%(value)s”。") % {"value": said(value)})
    return text == str(YES)


def _percent(value: Any, number_format: str) -> int | None:
    """
    A share of 1 where the cell shows per cent, else a number of per cent; 1 alone could be either, and is refused.
    """
    if value is None:
        return None
    if isinstance(value, str):
        found = re.fullmatch(r"(\d{1,3})\s*(%?)", unicodedata.normalize("NFKC", value).strip())
        number = float(found[1]) if found else None
        is_clear = found is not None and (found[2] == "%" or number != 1)
    elif isinstance(value, bool) or not isinstance(value, int | float):
        number, is_clear = None, False
    elif "%" in LITERAL.sub("", number_format):
        number, is_clear = value * WHOLE, True
    elif "%" in number_format:  # a sign that is only shown, behind a number of per cent
        number, is_clear = float(value), True
    else:
        number, is_clear = float(value), value == 0 or value > 1
    if number is None or not is_clear:
        raise Wrong(_("“%(value)s”不能确定是百分之几，请写成如30%%的百分数。") % {"value": said(value)})
    if abs(number - round(number)) > NEAR * WHOLE or not 0 <= number <= WHOLE:
        raise Wrong(_("完成进度须为0%%到100%%之间的整数，不能是“%(value)s”。") % {"value": said(value)})
    return round(number)
