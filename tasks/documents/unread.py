"""
What a reader of files saw and left out, for it is not shown: lines of its own below the text, each of which is asked.

They are no lines of the document: nothing else reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from .parsed import Doubt, Kind, Mark, Parsed, Use
from .raw import in_one_line

STRUCK, HIDDEN = "有删除线", "隐藏"
LONGEST = 60  # of words that are shown
WORDS = re.compile(rf"没有读入第(\d{{1,6}})行({STRUCK}|{HIDDEN})的文字：(.+)")
PLACES = re.compile(r"没有读入工作表“(.+)”隐藏的(.+)")


def words_of(line: int, why: str, words: str) -> str:
    """The line that says which words of line ``line`` were left out, and why: ``STRUCK`` or ``HIDDEN``."""
    words = in_one_line(words)
    return f"没有读入第{line}行{why}的文字：{words if len(words) <= LONGEST else words[:LONGEST] + '…'}"


def places_of(sheet: str, places: str) -> str:
    """The line that says which rows and columns of a sheet were left out."""
    return f"没有读入工作表“{sheet}”隐藏的{places}"


def blanked(rows: Sequence[str]) -> list[str]:
    """``rows`` with nothing where the reader speaks of what it left out."""
    return ["" if WORDS.fullmatch(row) or PLACES.fullmatch(row) else row for row in rows]


def ask(parsed: Parsed, rows: Sequence[str]) -> None:
    """Marks those lines, and asks about each where the words stood."""
    for line, row in enumerate(rows, start=1):
        for doubt in _asked(line, row, len(rows)):
            parsed.marks[line - 1] = Mark(Use.LEFT_OUT, _("隐藏或划去的内容"))
            doubt.measure = parsed.marks[doubt.line - 1].measure
            parsed.doubts.append(doubt)
    parsed.doubts.sort(key=lambda doubt: (doubt.line, doubt.start))


def _asked(line: int, row: str, last: int) -> Iterator[Doubt]:
    if match := WORDS.fullmatch(row):
        asked = {
            STRUCK: _("第%(line)d行有删除线的文字“%(words)s”没有读入，请核对。"),
            HIDDEN: _("第%(line)d行隐藏的文字“%(words)s”没有读入，请核对。"),
        }
        of = min(max(int(match[1]), 1), last)
        yield Doubt(Kind.HIDDEN, asked[match[2]] % {"line": of, "words": match[3]}, of)
    elif match := PLACES.fullmatch(row):
        asked_places = _("工作表“%(sheet)s”的%(places)s是隐藏的，没有读入，请核对。")
        yield Doubt(Kind.HIDDEN, asked_places % {"sheet": match[1], "places": match[2]}, line, 0, len(row))
