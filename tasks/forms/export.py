"""Which sheets a workbook has, and which columns they have."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..excel.ledger import COLUMNS, SHEETS, TITLES

NO_SUCH = {"invalid_choice": _("“%(value)s”不在可选之列。")}


def _choices(sheet: str) -> list[tuple[str, Any]]:
    return [(column.name, column.label) for column in COLUMNS[sheet] if not column.is_hidden]


class ExportForm(forms.Form):
    """Everything is ticked that is not left out."""

    PARTS = ("sheets", *COLUMNS)

    sheets = forms.MultipleChoiceField(
        label=_("工作表"),
        choices=[(name, TITLES[name]) for name in SHEETS],
        widget=forms.CheckboxSelectMultiple,
        error_messages=NO_SUCH | {"required": _("请至少选择一张工作表。")},
    )

    def __init__(self, data: Any = None, *, left_out: Collection[str] = ()) -> None:
        kept: dict[str, list[str]] = {"sheets": [name for name in SHEETS if name not in left_out]}
        for sheet in COLUMNS:
            kept[sheet] = [name for name, _label in _choices(sheet) if f"{sheet}.{name}" not in left_out]
        super().__init__(data, initial=kept)
        for sheet in COLUMNS:
            self.fields[sheet] = forms.MultipleChoiceField(
                label=_("“%(sheet)s”的列") % {"sheet": TITLES[sheet]},
                choices=_choices(sheet),
                widget=forms.CheckboxSelectMultiple,
                required=False,
                error_messages=NO_SUCH,
            )

    @classmethod
    def left_out_after(cls, data: Any) -> list[str]:
        """What is not ticked once all of the part is that ``data`` names in ``all``; none of it has to make sense."""
        ticked = {part: data.getlist(part) for part in cls.PARTS}
        return [
            name if part == "sheets" else f"{part}.{name}"
            for part in cls.PARTS
            if part != data["all"]
            for name in (SHEETS if part == "sheets" else (name for name, _label in _choices(part)))
            if name not in ticked[part]
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for sheet in COLUMNS:
            if sheet in cleaned.get("sheets", ()) and sheet not in self.errors and not cleaned.get(sheet):
                self.add_error(sheet, _("选中的工作表至少要有一列。"))
        return cleaned

    @property
    def columns(self) -> list[forms.BoundField]:
        return [self[sheet] for sheet in COLUMNS]

    @property
    def left_out(self) -> list[str]:
        """What is not ticked, as it is remembered."""
        found = [name for name in SHEETS if name not in self.cleaned_data["sheets"]]
        for sheet in COLUMNS:
            found += [f"{sheet}.{name}" for name, _label in _choices(sheet) if name not in self.cleaned_data[sheet]]
        return found
