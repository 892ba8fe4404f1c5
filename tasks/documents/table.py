"""Rows of a table: cells in one line, apart by tabs. Which column is which is told by its head, in any order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from . import duty
from .text import NUMERAL, plain

NUMBER, SECTION, WORDING, NOTE = "number", "section", "wording", "note"
HEADS = (
    (NUMBER, re.compile("序号|编号|任务编号|no|№", re.IGNORECASE)),
    (duty.TIME, re.compile(duty.LABELS[duty.TIME] + "|完成日期|完成期限|截止时间|办理时限|时限")),
    (duty.LEADING, re.compile(f"(?:{duty.LABELS[duty.LEADING]}|牵头)")),
    (duty.SUPPORTING, re.compile(f"(?:{duty.LABELS[duty.SUPPORTING]}|配合|参与)")),
    (duty.ANSWERING, re.compile(f"(?:{duty.LABELS[duty.ANSWERING]}|责任|部门|单位)")),
    (SECTION, re.compile("章节|任务类别|类别|工作类别|分类|项目|任务分类|领域|重点领域|一级任务|工作领域|板块")),
    (
        WORDING,
        re.compile(
            "(?:主要|重点|具体|年度|工作)*(?:任务|措施|举措|内容|事项|工作)(?:内容|名称|及要求|要求|措施|分解)?"
        ),
    ),
)
LEAST = 2  # heads by which a row is known to be one of heads


@dataclass(frozen=True)
class Cell:
    text: str
    start: int
    end: int


@dataclass
class Table:
    """The columns of the table that is being read, by their places; ``unknown`` are heads that say nothing."""

    columns: dict[int, str] = field(default_factory=dict)
    unknown: dict[int, str] = field(default_factory=dict)


def cells(row: str) -> list[Cell]:
    found, at = [], 0
    for text in row.split("\t"):
        found.append(Cell(text, at, at + len(text)))
        at += len(text) + 1
    return found


def kind_of(cell: Cell) -> str:
    """What a column is that is headed so; empty where it says nothing."""
    words = re.sub(r"[\s*]|\([^()]*\)", "", plain(cell.text))
    return next((kind for kind, pattern in HEADS if pattern.fullmatch(words)), "")


def head(row: Sequence[Cell]) -> Table | None:
    """The table that a row is the head of; None where it is no head. A kind of column that comes twice is unknown."""
    table = Table()
    for place, cell in enumerate(row):
        if not cell.text.strip():
            continue
        kind = kind_of(cell)
        if kind and kind not in table.columns.values():
            table.columns[place] = kind
        else:
            table.unknown[place] = cell.text.strip()
    kinds = set(table.columns.values())
    return table if len(kinds) >= LEAST and kinds & {WORDING, duty.LEADING, duty.ANSWERING} else None


def below(first: Table, row: Sequence[Cell]) -> Table | None:
    """The table whose head has a second row, as below 责任单位 stand 牵头单位 and 配合单位; None where it is none."""
    second = {place: kind_of(cell) for place, cell in enumerate(row) if cell.text.strip()}
    if not second or not all(second.values()) or WORDING in second.values():
        return None
    kept = {place: kind for place, kind in first.columns.items() if place not in second}
    together = kept | second
    twice = len(set(together.values())) < len(together)
    return None if twice else Table(together, {at: words for at, words in first.unknown.items() if at not in second})


LABELLED = rf"(?:{NUMERAL}+、|\({NUMERAL}+\)|\d{{1,4}}[.、]|\(?\d{{1,3}}\)|第{NUMERAL}+[章部条项])"
LISTED = re.compile(rf"[ \u3000]*\t*[ \u3000]*(?:{LABELLED}[ \u3000]*\t+)?[^\t]*")


def without_tabs(rows: Sequence[str]) -> list[str]:
    """
    ``rows`` with blanks instead of the tabs around the number of a paragraph, as they are pasted from Word. Below the
    head of a table a tab parts two cells.
    """
    found, in_table = [], False
    for row in rows:
        words = plain(row)
        if "\t" in row and not in_table:
            in_table = head(cells(row)) is not None
            if not in_table and LISTED.fullmatch(words):
                row = row.replace("\t", " ")
        found.append(row)
    return found
