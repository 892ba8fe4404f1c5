"""The words of a Word document that it shows; what is struck through or hidden is left out, and handed on apart."""

from __future__ import annotations

from typing import Any

from .unread import HIDDEN, STRUCK

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NOT_READ = {f"{W}{name}" for name in ("del", "moveFrom", "instrText", "pPr", "rPr", "footnoteReference")}
WHY = {"vanish": HIDDEN, "strike": STRUCK, "dstrike": STRUCK}
OFF = {"0", "false", "off"}
DEEPEST = 20  # styles that are based on each other


def is_on(properties: Any, name: str) -> bool | None:
    """Whether a property is on; None where nothing is said of it."""
    element = None if properties is None else properties.find(f"{W}{name}")
    return None if element is None else element.get(f"{W}val", "on") not in OFF


def is_hidden(properties: Any) -> bool:
    """Whether the mark of a paragraph is hidden, so that it is none of its own."""
    return bool(is_on(None if properties is None else properties.find(f"{W}rPr"), "vanish"))


class Runs:
    """``left`` are reasons and words that were left out since the last ``taken``."""

    def __init__(self, styles: Any) -> None:
        self.styles: dict[str, Any] = {}
        self.told: dict[tuple[str, str], bool | None] = {}  # what a style says of a property
        self.plain_style = ""  # of paragraphs that name none
        self.defaults = None if styles is None else styles.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
        for style in styles.findall(f"{W}style") if styles is not None else ():
            name = style.get(f"{W}styleId", "")
            self.styles[name] = style
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default", "0") not in OFF:
                self.plain_style = name
        self.left: list[tuple[str, str]] = []
        self.goes_on = False  # whether nothing was shown since the last words that were left out

    def taken(self) -> list[tuple[str, str]]:
        left, self.left, self.goes_on = self.left, [], False
        return left

    def words(self, element: Any, style: str = "") -> str:
        """The words of an element; ``style`` is that of the paragraph it stands in."""
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
        if element.tag == f"{W}p":
            style, self.goes_on = _named(element.find(f"{W}pPr"), "pStyle") or self.plain_style, False
        words = "".join(self.words(child, style) for child in element)
        if element.tag == f"{W}r" and words:
            return self._shown(words, self._why(element.find(f"{W}rPr"), style))
        return words

    def _shown(self, words: str, why: str) -> str:
        if not why:
            self.goes_on = False
            return words
        if self.goes_on and self.left[-1][0] == why:
            self.left[-1] = (why, self.left[-1][1] + words)
        else:
            self.left.append((why, words))
        self.goes_on = True
        return ""

    def _why(self, properties: Any, style: str) -> str:
        """Why a run is not shown; empty where it is."""
        for name, why in WHY.items():
            told = (is_on(properties, name), self._of(_named(properties, "rStyle"), name), self._of(style, name))
            if next((each for each in (*told, is_on(self.defaults, name)) if each is not None), False):
                return why
        return ""

    def _of(self, style: str, name: str) -> bool | None:
        """What a style, or one that it is based on, says of a property."""
        if (style, name) not in self.told:
            told, based_on = None, style
            for _each in range(DEEPEST):
                element = self.styles.get(based_on)
                if element is None or (told := is_on(element.find(f"{W}rPr"), name)) is not None:
                    break
                based_on = _named(element, "basedOn")
            self.told[style, name] = told
        return self.told[style, name]


def _named(parent: Any, tag: str) -> str:
    element = None if parent is None else parent.find(f"{W}{tag}")
    return "" if element is None else str(element.get(f"{W}val", ""))
