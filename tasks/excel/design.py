"""What a kind of workbook can have in it, and so what can be chosen of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy

from .sheets import Column

ABOUT = "about"  # the sheet that explains a workbook, in every one of them
ABOUT_TITLE = gettext_lazy("说明")


@dataclass(frozen=True)
class Design:
    """
    Sheets by the name under which they are chosen, in their order, with their titles; and the columns that can be
    chosen of them. ``frozen`` is how many of a sheet's columns, the first, tell its rows apart: they stay in place when
    it is scrolled sideways. ``name`` is that under which a choice is remembered, empty of the ledger.
    """

    name: str
    titles: Mapping[str, Any]
    columns: Mapping[str, tuple[Column[Any], ...]]
    frozen: Mapping[str, int] = field(default_factory=dict)

    @property
    def sheets(self) -> tuple[str, ...]:
        return tuple(self.titles)

    def offered(self, sheet: str) -> list[tuple[str, Any]]:
        """Name and label of every column of ``sheet`` that can be chosen."""
        return [(column.name, column.label) for column in self.columns[sheet] if not column.is_hidden]

    def left_out(self, ticked: Mapping[str, Collection[str]]) -> list[str]:
        """What of it is not ``ticked``, sheets (under ``sheets``) and columns by their sheet, as it is remembered."""
        found = [name for name in self.sheets if name not in ticked["sheets"]]
        for sheet in self.columns:
            found += [f"{sheet}.{name}" for name, _label in self.offered(sheet) if name not in ticked[sheet]]
        return found
