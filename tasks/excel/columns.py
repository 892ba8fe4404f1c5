"""
The columns of a table that goes out or comes in.

Values go out as what they are, a date as a date: how a file says it is for its format. Coming in, a value that
cannot be meant raises ``ValueError`` with a sentence in Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.encoding import force_str
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field
from import_export.widgets import Widget

YES, NO = gettext_lazy("是"), gettext_lazy("否")


class Native(Widget):
    """Goes out as it is; relations and translated words as text."""

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        if value is None:
            return ""
        return force_str(value) if isinstance(value, Promise) or hasattr(value, "_meta") else value


class Text(Native):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return "" if value is None else str(value).strip()


class Digits(Text):
    """A number that one calls by: no sum, which is what spreadsheet programs take it for."""

    SHORTENED = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+")

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        word = super().clean(value)
        if self.SHORTENED.fullmatch(word):
            words = _("“%(value)s”是被表格软件改写的号码，请把该列设为文本，重新填写号码。")
            raise ValueError(words % {"value": word})
        return word


class Whole(Native):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int | None:
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        word = str(value).strip()
        if not word.isdecimal() or len(word) > 9:
            raise ValueError(_("“%(value)s”应为整数。") % {"value": word})
        return int(word)


class YesNo(Native):
    WORDS = {"是": True, "否": False, "true": True, "false": False, "1": True, "0": False}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        words = self.WORDS | {str(YES).lower(): True, str(NO).lower(): False}
        try:
            return words[str(value).strip().lower()]
        except KeyError:
            raise ValueError(_("应填“是”或“否”。")) from None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else str(YES if value else NO)


class OneOf(Native):
    """One of a model's choices, by its label or its code; goes out as the label."""

    def __init__(self, choices: Any) -> None:
        super().__init__()
        self.choices = choices

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        word = "" if value is None else str(value).strip()
        return code_of(word, self.choices) if word else ""

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(self.choices(value).label) if value else ""


def code_of(word: str, choices: Any) -> str:
    """The code of a label, or of the code itself. Raises ``ValueError``."""
    codes = {said: value for value, label in choices.choices for said in (str(label), value)}
    if word not in codes:
        labels = _("、").join(str(label) for label in choices.labels)
        raise ValueError(_("“%(value)s”应为其中之一：%(labels)s。") % {"value": word, "labels": labels})
    return codes[word]


class ByName(Native):
    """Another row by one of its names; the resource fills in ``known`` when an import begins."""

    def __init__(self) -> None:
        super().__init__()
        self.known: Mapping[str, Any] = {}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        word = "" if value is None else str(value).strip()
        if word and word not in self.known:
            raise ValueError(_("没有名为“%(value)s”的责任单位。") % {"value": word})
        return self.known.get(word)


class Several(Field):
    """
    Many names in one cell, joined with 、; a tuple in order of the names.

    ``current`` gives what a saved row has. What an import says is kept beside the instance until
    ``wanted`` asks for it, after the row was saved. ``translate`` turns what was typed into what is kept, and
    ``say`` turns it back.
    """

    SEPARATORS = str.maketrans("，,;；\n", "、、、、、")

    def __init__(
        self,
        attribute: str,
        column_name: Any,
        current: Callable[[Any], Iterable[str]],
        translate: Callable[[str], str] = str,
        say: Callable[[str], str] = str,
    ) -> None:
        super().__init__(attribute=attribute, column_name=column_name, widget=Native())
        self.current, self.translate, self.say = current, translate, say

    def _kept(self, instance: Any) -> dict[str, tuple[str, ...]]:
        kept: dict[str, tuple[str, ...]] = instance.__dict__.setdefault("_several", {})
        return kept

    def remember(self, instance: Any) -> None:
        """Notes what the row has before it is changed, and copied to be compared with."""
        names = tuple(sorted(self.current(instance))) if instance.pk else ()
        self._kept(instance)[str(self.attribute)] = self._kept(instance)[f"{self.attribute} before"] = names

    def get_value(self, instance: Any) -> tuple[str, ...]:
        kept = self._kept(instance).get(str(self.attribute))
        return tuple(sorted(self.current(instance))) if kept is None else kept

    def save(self, instance: Any, row: Any, is_m2m: bool = False, **kwargs: Any) -> None:
        self._kept(instance)[str(self.attribute)] = self.read(row.get(self.column_name))

    def read(self, value: Any) -> tuple[str, ...]:
        words = [] if value is None else str(value).translate(self.SEPARATORS).split("、")
        names = [self.translate(word.strip()) for word in words if word.strip()]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(_("“%(value)s”重复。") % {"value": self.say(name)})
        return tuple(sorted(names))

    def wanted(self, instance: Any) -> set[str]:
        return set(self._kept(instance)[str(self.attribute)])

    def has_changed(self, instance: Any) -> bool:
        kept = self._kept(instance)
        return kept[str(self.attribute)] != kept[f"{self.attribute} before"]

    def export(self, instance: Any, **kwargs: Any) -> str:
        return "、".join(self.say(name) for name in self.get_value(instance))
