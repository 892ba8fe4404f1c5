"""Characters and brackets of official documents. What is changed keeps its length, so that places agree."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

HALF_TO_FULL = str.maketrans(",;:?!()", "，；：？！（）")
CHINESE = re.compile("[\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’—…《》]")
# Radicals and compatibility forms that look like ordinary characters: what is copied out of a PDF is full of them.
LOOKALIKE = re.compile("[\u2e80-\u2fdf\uf900-\ufaff]")
NUMERAL = "[一二三四五六七八九十百〇零]"
NUMERALS = "零一二三四五六七八九"
DIGITS = {numeral: value for value, numeral in enumerate(NUMERALS)} | {"〇": 0}


class Compatible(dict[int, str]):
    """The compatible form of every character, by its number, as long as it is one character too."""

    def __missing__(self, number: int) -> str:
        form = unicodedata.normalize("NFKC", chr(number))
        self[number] = form if len(form) == 1 else chr(number)
        return self[number]


COMPATIBLE = Compatible()


def plain(text: str) -> str:
    """``text`` with every character in its compatible form, one for one: （，；：１ become (,;:1."""
    return text.translate(COMPATIBLE)


def ordinary(text: str) -> str:
    """``text`` with lookalikes replaced by the characters that people type."""
    return LOOKALIKE.sub(lambda match: plain(match[0]), text)


def same(name: str) -> str:
    """What two spellings of one name have in common: compatible forms, and no blanks."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name))


def standard(text: str) -> str:
    """``text`` with the punctuation beside Chinese characters in full width, and every other character as it is."""
    letters = list(text)
    for at, letter in enumerate(text):
        if letter in ",;:?!" and any(CHINESE.match(text[each]) for each in (at - 1, at + 1) if 0 <= each < len(text)):
            letters[at] = letter.translate(HALF_TO_FULL)
    for start, end in pairs(text):
        around = text[max(start - 1, 0) : start] + text[start + 1 : end] + text[end + 1 : end + 2]
        if CHINESE.search(around):
            letters[start], letters[end] = (text[each].translate(HALF_TO_FULL) for each in (start, end))
    return "".join(letters)


def pairs(text: str) -> Iterator[tuple[int, int]]:
    """Places of round brackets, half or full width, that belong together; inner ones first."""
    waiting: list[int] = []
    for at, letter in enumerate(plain(text)):
        if letter == "(":
            waiting.append(at)
        elif letter == ")" and waiting:
            yield waiting.pop(), at


def outermost(text: str) -> list[tuple[int, int]]:
    """Those of ``pairs`` that stand in no other, in the order of the text."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(pairs(text)):
        if not found or start > found[-1][1]:
            found.append((start, end))
    return found


def cut(text: str, separators: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """The spans between ``separators`` outside of brackets, from ``start`` to ``end``, blanks around them left off."""
    end = len(text) if end is None else end
    depth, begun, spans = 0, start, []
    for at in range(start, end):
        letter = text[at]
        depth += (letter in "([〔《“") - (letter in ")]〕》”")
        if letter in separators and depth <= 0:
            spans.append((begun, at))
            begun = at + 1
    spans.append((begun, end))
    return [span for span in (trimmed(text, *each) for each in spans) if span[0] < span[1]]


def trimmed(text: str, start: int, end: int, more: str = "") -> tuple[int, int]:
    """The span without blanks, and without any of ``more``, at its ends."""
    while start < end and (text[start].isspace() or text[start] in more):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in more):
        end -= 1
    return start, end


def numeral(number: int) -> str:
    """1–99 as headings are numbered: 一, 十, 二十一; any other number in digits."""
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    words = "" if tens == 0 else "十" if tens == 1 else f"{NUMERALS[tens]}十"
    return words + (NUMERALS[ones] if ones else "")


def number_of(numeral: str) -> int | None:
    """1–999 as headings are numbered: 一, 十, 二十一, 一百零二, or in digits; None for anything else."""
    numeral = plain(numeral)
    if re.fullmatch(r"\d{1,4}", numeral):
        return int(numeral)
    match = re.fullmatch(
        r"(?:([一二三四五六七八九])百[零〇]?)?(?:([一二三四五六七八九]?)(十))?([一二三四五六七八九]?)", numeral
    )
    if not match or not numeral:
        return None
    hundreds, tens, ten, ones = match.groups()
    return (
        100 * DIGITS.get(hundreds or "零", 0) + (10 * DIGITS.get(tens or "一", 1) if ten else 0) + DIGITS[ones or "零"]
    )
