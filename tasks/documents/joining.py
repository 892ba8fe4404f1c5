"""
Lines that the width of a page broke off, put together again: inside of a bracket, and after 、 or ，.

The whole stands where its first line stood and leaves its other lines empty, so that every line keeps its number;
``Joined`` leads from a place in it back to the line and the place in the text as it was read.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from . import lines
from .brackets import BRACKETS, in_round
from .furniture import is_page_number
from .parsed import Doubt, Mark, Parsed
from .text import plain

MOST = 30  # lines of one paragraph
OPEN_ENDED = ("、", ",")


@dataclass
class Joined:
    """``pieces`` are of each joined line: where another begins in it, that one's number, and its blanks left off."""

    rows: list[str]
    pieces: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)

    @property
    def carried_on(self) -> dict[int, int]:
        """Of each line that carries on another, the number of that one."""
        return {line: first for first, pieces in self.pieces.items() for _at, line, _blank in pieces[1:]}

    def lines_of(self, line: int) -> list[int]:
        """The numbers of the lines that the one at ``line`` is made of; none where it carries on another."""
        if line in self.carried_on:
            return []
        return [each for _at, each, _blank in self.pieces.get(line, [(0, line, 0)])]

    def put_back(self, parsed: Parsed, rows: Sequence[str]) -> None:
        """Lets the places of everything that was read be those of ``rows``."""
        for doubt in parsed.doubts:
            if doubt.line in self.pieces and doubt.start < doubt.end:
                self._put_back(doubt, rows)
        for line, first in self.carried_on.items():
            mark = parsed.marks[first - 1]
            parsed.marks[line - 1] = Mark(mark.use, mark.why, mark.measure)
        for measure in parsed.measures:
            if measure.last_line in self.pieces:
                measure.last_line = self.pieces[measure.last_line][-1][1]

    def _put_back(self, doubt: Doubt, rows: Sequence[str]) -> None:
        pieces = self.pieces[doubt.line]
        at, line, blank = pieces[bisect_right(pieces, doubt.start, key=lambda piece: piece[0]) - 1]
        start = doubt.start - at + blank
        doubt.end = min(start + doubt.end - doubt.start, len(rows[line - 1]))
        doubt.line, doubt.start = line, start


def join(rows: Sequence[str], begins: Callable[[str], object]) -> Joined:
    """``begins`` tells of a line, in plain form, whether it is the beginning of something."""
    words = [in_round(plain(row)) for row in rows]
    joined = Joined(list(rows))
    at = 0
    while at < len(rows):
        taken = [] if "\t" in words[at] else _carried_on(words, at, begins)
        if taken:
            text, pieces = rows[at], [(0, at + 1, 0)]
            for each in taken:
                more = rows[each].lstrip()
                pieces.append((len(text), each + 1, len(rows[each]) - len(more)))
                text += more
                joined.rows[each] = ""
            joined.rows[at], joined.pieces[at + 1] = text, pieces
        at = taken[-1] + 1 if taken else at + 1
    return joined


def _carried_on(words: Sequence[str], at: int, begins: Callable[[str], object]) -> list[int]:
    """The lines that carry on line ``at``. A bracket that is never closed carries nothing on."""
    taken: list[int] = []
    sure = 0  # as many of them as end outside of a bracket
    depth = _open("", words[at])
    last = words[at]
    while len(taken) < MOST and last.strip() and (depth or last.rstrip().endswith(OPEN_ENDED)):
        following = _next(words, taken[-1] if taken else at)
        if following is None or "\t" in words[following] or (begins(words[following]) and not depth):
            break
        if depth and _is_start(words[following]):
            break
        taken.append(following)
        last = words[following]
        depth = _open(depth, last)
        sure = sure if depth else len(taken)
    return taken[:sure]


def _is_start(words: str) -> bool:
    """Inside of a bracket labels may begin a line; numbers, headings and notes end the bracket."""
    is_numbered = lines.section_start(words) or lines.heading_start(words) or lines.number_start(words)
    return bool(is_numbered or lines.SHEET.fullmatch(words.strip()) or lines.FOOTNOTE.match(words))


def _next(words: Sequence[str], at: int) -> int | None:
    """The line below; over a page's number, and the blanks around it, the one below that."""
    below, over_page = at + 1, False
    while below < len(words) and (not words[below].strip() or is_page_number(words[below])):
        over_page = over_page or bool(words[below].strip())
        below += 1
    return below if below < len(words) and (over_page or below == at + 1) else None


def _open(before: str, words: str) -> str:
    """What closes the brackets that are open at the end of a line, ``before`` being open at its beginning."""
    opened = Counter(before)
    if words.strip() in BRACKETS:  # a bracket alone is furniture
        return before
    for letter in words:
        if letter in BRACKETS:
            opened[BRACKETS[letter]] += 1
        elif opened[letter]:
            opened[letter] -= 1
    return "".join(opened.elements())
