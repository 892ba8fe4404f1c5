"""The names of units in a list. A name is one that is known only where it is equal to it, never where it holds it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from . import timeframe
from .text import cut, plain, same, trimmed

LONGEST = 60  # of a unit's name
LONGEST_PAIR = 3 * LONGEST  # of several names with words between them
MOST_PARTS = 8  # of a known name, apart by blanks
SEPARATORS = "、,/"
AND = re.compile("以及|和|及|与")
# How the names of offices end; a word between two of them may join them instead of belonging to one.
OFFICE = re.compile(
    r"(?:局|委|办|部|院|厅|中心|署|公司|银行|分局|单位|部门|街道|镇|乡|区|县|市|政府|委员会|联|会|处|所|站|队|校|学|行|社|团)\)?$"
)
PAIRED = re.compile(
    r"(?:局|委|办|部|院|厅|中心|署|公司|银行|分局|单位|部门|街道|镇|乡|区|县|市|政府|委员会)(?:\([^()]*\)|\))?$"
)
# What is no part of a name: words of roles, of time and of lists that stayed beside it, and marks.
NO_NAME = re.compile(
    r"[。;:“”《》\[\]?!*★▲●△☆]|负责|牵头|配合|主办|承办|协办|职责|会同|^由|^请|^并|^同|予以|给予|做好|督促|联合(?!会|社|体|办|国)|按照|按要求|完成|落实|协调推进|组织实施|具体实施"
    r"|统筹(?!办|中心|局|处)|推进(?!办|中心|组|委|局|处)|等(?:有关|相关)?(?:部门|单位|$)|第一|首位|^列|下同|同上|以下|上述|不再|其他|其它|^各自|^分别|^共同"
)
NOTHING = {"", "-", "--", "—", "——", "/", "无"}
# 省市场监管局等 names others without naming them.
OTHERS = re.compile(
    r"等(?:\d+个|[一二三四五六七八九十]+个)?(?:市级?|区级?|省级?|县级?)?(?:各)?(?:有关|相关)?(?:责任|成员)?(?:部门和单位|单位和部门|部门单位|部门|单位|委办局)?$"
    r"|(?:以?及|和|与)?其[他它]各?(?:有关|相关)?(?:责任|成员)?(?:部门和单位|部门|单位)$"
)

# Some kinds of places that are one name: 各市、州人民政府.
PLACE = "(?:乡镇|镇街|县区|区县|县市|市县|街道|园区|开发区|功能区|部门|单位|[市州盟区县旗镇乡])"
PLACES = re.compile(
    rf"各(?:{PLACE}、){{1,3}}{PLACE}(?:级)?(?:人民政府|政府|办事处|党工委|党委|管委会|办)?(?=$|[、,/\s()和及与等])"
)

Known = Mapping[str, str]  # of what ``same`` makes of a name or an alias, to the unit's own name


@dataclass(frozen=True)
class Name:
    """``is_torn`` where blanks stand in it, or may stand in it, that may part two names or none."""

    text: str
    start: int
    end: int
    is_torn: bool = False


def known_as(names: Collection[str]) -> dict[str, str]:
    return {same(name): name for name in names}


def split(text: str, start: int, end: int, known: Known) -> Iterator[Name]:
    """The names in a span of ``text``, which is in plain form; what separates them is left off."""
    for first, last in _between(text, start, end):
        for name in _at_blanks(text, first, last, known):
            if name.is_torn:
                yield name
            else:
                yield from _at_words(text, name.start, name.end, known)


def _between(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The spans between separators, those of ``PLACES`` whole."""
    upto = start
    for first, last in cut(text, SEPARATORS, start, end):
        if first < upto:
            continue
        places = PLACES.match(text, first, end)
        upto = max(last, places.end()) if places else last
        yield first, upto


def _at_blanks(text: str, start: int, end: int, known: Known) -> Iterator[Name]:
    """区 市场监管局 is one where it is known as one; blanks part names that all look like an office's, and else ask."""
    parts = cut(text, " \t\u3000", start, end)
    at = 0
    while at < len(parts):
        most = min(at + MOST_PARTS, len(parts))
        upto = next(
            (last for last in range(most, at + 1, -1) if same(text[parts[at][0] : parts[last - 1][1]]) in known), at + 1
        )
        first, last = parts[at][0], parts[upto - 1][1]
        words = text[first:last]
        whole = upto > at + 1 or same(words) in known
        looks = whole or (len(words) > 1 and bool(OFFICE.search(words))) or words in NOTHING
        yield Name(words, first, last, is_torn=len(parts) > 1 and not looks)
        at = upto


def _at_words(text: str, start: int, end: int, known: Known) -> Iterator[Name]:
    """区科技局和区工信局 are two, 区发展和改革委 is one."""
    if end - start <= LONGEST_PAIR and same(text[start:end]) not in known:
        for match in AND.finditer(text, start, end):
            left, right = text[start : match.start()], text[match.end() : end]
            if left.count("(") != left.count(")"):
                continue
            both_known = same(left) in known and same(right) in known
            if both_known or (PAIRED.search(left) and PAIRED.search(right)):
                yield from _at_words(text, start, match.start(), known)
                yield from _at_words(text, match.end(), end, known)
                return
    start, end = trimmed(text, start, end)
    if start < end:
        yield Name(text[start:end], start, end)


def is_name(text: str) -> bool:
    """Whether a text may be a unit's name: of some length, whole brackets, and no word of roles or of time."""
    words = plain(text)
    return (
        2 <= len(text) <= LONGEST
        and not NO_NAME.search(words)
        and not timeframe.HINT.search(words)
        and text.count("(") == text.count(")")
        and text.count("（") == text.count("）")
    )


def pieces(text: str, pool: Collection[str]) -> list[list[str]]:
    """Every way, at most two, in which a text is several names of ``pool`` without anything between them."""
    ways: list[list[list[str]]] = [[] for _each in range(len(text))] + [[[]]]  # of what is left from each place on
    for at in range(len(text) - 2, -1, -1):
        for end in range(at + 2, min(len(text), at + LONGEST) + 1):
            name = text[at:end]
            if ways[end] and name != text and name in pool:
                ways[at] = (ways[at] + [[name, *way] for way in ways[end]])[:2]
    return ways[0] if text else []


def may_be_two(text: str, pool: Collection[str]) -> bool:
    """Whether a name begins or ends with another, so that a separator may be missing. A reason to ask, and no more."""
    for at in range(2, len(text) - 1):
        first, last = text[:at], text[at:]
        if first in pool and not last.startswith(("(", "（")):
            return True
        if len(first) > 2 and last in pool and PAIRED.search(first):
            return True
    return False
