"""How a file is refused: what is wrong, and where, in Chinese."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

MOST_TOLD = 20


class Refused(ValueError):
    """
    A file that is not taken, of which nothing was written.

    ``faults`` are sentences that begin with the place: the file in the archive, and the JSON path in it, whose rows
    are counted from 0. Not more than ``MOST_TOLD``; one more then says that there are others.
    """

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = list(faults)
        if len(self.faults) > MOST_TOLD:
            self.faults = [*self.faults[:MOST_TOLD], _("……其余从略，请先改正以上各处。")]
        super().__init__(self.faults[0])


def fault(place: str, words: str) -> str:
    return _("%(place)s：%(words)s") % {"place": place, "words": words}


class Faults(list[str]):
    """What has been found so far; with too many of them the rest is not looked at."""

    def add(self, place: str, words: str) -> None:
        self.append(fault(place, words))
        if len(self) > MOST_TOLD:
            raise Refused(self)

    def refuse(self) -> None:
        """Raises ``Refused`` where there are any."""
        if self:
            raise Refused(self)


class Unwritable(Exception):
    """A plan that is not exported, in words: what came of it could not be imported."""


def too_large(what: str, setting: str) -> Unwritable:
    words = _("%(what)s，这样的文件不能再导入，因此没有导出。请由系统管理员调高设置%(setting)s后重试。")
    return Unwritable(words % {"what": what, "setting": setting})
