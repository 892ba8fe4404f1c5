"""Which brackets of a line, and which labels in it, speak of who is responsible and by when."""

from __future__ import annotations

import re
from collections import Counter

from . import duty, lines
from .text import cut, outermost, trimmed

ENDS = "。;!?"
QUOTED = {"《": "》", "“": "”", "「": "」"}
PEOPLE = re.compile(r"[\u4e00-\u9fff]{2,3}|(?:联系)?电话\s*:?\s*[\d\-—]+")
LONGEST_PEOPLE = 200  # characters
BRACKETS = {"(": ")", "[": "]", "【": "】", "〔": "〕"}


def in_round(words: str) -> str:
    """
    A line in plain form with 【】, [] and 〔〕 that speak of who or when as round brackets, each in its place; those of
    labels (【责任单位】), of numbers (〔2021〕1号) and of anything else stay.
    """
    waiting: list[int] = []
    opened: Counter[str] = Counter()  # by the letters that close them
    letters = list(words)
    for at, letter in enumerate(words):
        if letter in BRACKETS:
            waiting.append(at)
            opened[BRACKETS[letter]] += 1
        elif opened[letter]:
            closed = ""
            while closed != letter:  # what was opened in between is never closed
                start = waiting.pop()
                closed = BRACKETS[words[start]]
                opened[closed] -= 1
            if not waiting and closed != ")" and duty.is_duty(words[start + 1 : at]):
                letters[start], letters[at] = "(", ")"
    return "".join(letters)


def spans(words: str, start: int, end: int) -> list[tuple[int, int]]:
    """
    The brackets of responsibilities in a line in plain form, those of titles and quotations aside. A bracket that says
    no more than when is one only at the end of a sentence: （2025年） in the middle of one belongs to the wording.
    """
    quoted = _quoted(words)
    outer = [span for span in outermost(words[:end]) if span[0] >= start and not quoted[span[0]]]
    says = [duty.is_duty(words[first + 1 : last]) for first, last in outer]
    found: list[tuple[int, int]] = []
    for at, (first, last) in enumerate(outer):
        after, _end = trimmed(words, last + 1, end)
        before = trimmed(words, start, first)[1]
        ends = after == end or words[after] in ENDS or (before > start and words[before - 1] in ENDS)
        beside = bool(found) and found[-1][1] == before - 1 and (after == end or words[after] != ",")
        another = at + 1 < len(outer) and outer[at + 1][0] == after and says[at + 1]
        if says[at] and (ends or beside or another or not duty.is_time(words[first + 1 : last])):
            found.append((first, last))
    return found


def _quoted(words: str) -> list[bool]:
    """Of each character whether it stands in 《》 or “”."""
    waiting: list[str] = []
    found = []
    for letter in words:
        if waiting and letter == waiting[-1]:
            waiting.pop()
        found.append(bool(waiting))
        if letter in QUOTED:
            waiting.append(QUOTED[letter])
    # A mark that is never closed opens nothing.
    return found if not waiting else [False] * len(words)


def inline_label(words: str, at: int) -> int:
    """Where 牵头单位：, 责任人： and the like begin in a line, outside of brackets and after the end of a sentence."""
    inside = iter(outermost(words))
    span = next(inside, None)
    labels = [*duty.COLON.finditer(words, at), *lines.PERSON.finditer(words, at)]
    for match in sorted(labels, key=lambda match: match.start()):
        while span and span[1] < match.start():
            span = next(inside, None)
        if span and span[0] < match.start():
            continue
        if match.re is lines.PERSON and not _only_people(words, match.start()):
            continue
        before = trimmed(words, at, match.start())[1]
        if before > at and words[before - 1] in "。;).,!—[【〔(":
            return match.start()
        if match[0][0] in BRACKETS or (before > at and before < match.start()):  # 【责任单位】, or a label after blanks
            return match.start()
    return len(words)


def _only_people(words: str, start: int) -> bool:
    """Whether nothing but people and their telephones stands between a place and the next label of units or of time."""
    end = min(len(words), start + LONGEST_PEOPLE)
    label = duty.COLON.search(words, start, end)
    if label is None and end < len(words):
        return False
    pieces = cut(words, ";。,", start, label.start() if label else None)
    return all(lines.PERSON.match(words, *piece) or PEOPLE.fullmatch(words, *piece) for piece in pieces)


def ends_in_duty(words: str) -> bool:
    """Whether a line ends in a bracket of responsibilities."""
    start, end = trimmed(words, 0, len(words), "。;")
    if not words.endswith(")", start, end):
        return False
    found = spans(words, start, end)
    return bool(found) and found[-1][1] == end - 1


def all_duty(words: str) -> tuple[int, int] | None:
    """The bracket of responsibilities that a line consists of; None where there is more, or less."""
    start, end = trimmed(words, 0, len(words), "。;")
    is_one = words.startswith("(", start) and spans(words, start, end) == [(start, end - 1)]
    return (start, end - 1) if is_one else None


def has_duty(words: str) -> bool:
    """Whether a heading says anywhere who is responsible."""
    return bool(spans(words, 0, len(words))) or inline_label(words, 0) < len(words) or bool(duty.COLON.search(words))
