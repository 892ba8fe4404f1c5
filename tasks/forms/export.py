"""Which sheets a workbook has, and which columns they have."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..excel.design import Design

NO_SUCH = {"invalid_choice": _("“%(value)s”不在可选之列。")}


class ExportForm(forms.Form):
    """Everything of ``design`` is ticked that is not left out."""

    sheets = forms.MultipleChoiceField(
        label=_("工作表"),
        widget=forms.CheckboxSelectMultiple,
        error_messages=NO_SUCH | {"required": _("请至少选择一张工作表。")},
    )

    def __init__(self, design: Design, data: Any = None, *, left_out: Collection[str] = ()) -> None:
        self.design = design
        kept: dict[str, list[str]] = {"sheets": [name for name in design.sheets if name not in left_out]}
        for sheet in design.columns:
            kept[sheet] = [name for name, _label in design.offered(sheet) if f"{sheet}.{name}" not in left_out]
        super().__init__(data, initial=kept)
        sheets: Any = self.fields["sheets"]
        sheets.choices = list(design.titles.items())
        for sheet in design.columns:
            self.fields[sheet] = forms.MultipleChoiceField(
                label=_("“%(sheet)s”的列") % {"sheet": design.titles[sheet]},
                choices=design.offered(sheet),
                widget=forms.CheckboxSelectMultiple,
                required=False,
                error_messages=NO_SUCH,
            )

    @staticmethod
    def left_out_after(design: Design, data: Any) -> list[str]:
        """What is not ticked once all of the part is that ``data`` names in ``all``; none of it has to make sense."""
        ticked = {part: data.getlist(part) for part in ("sheets", *design.columns)}
        everything = {"sheets": design.sheets} | {
            sheet: [name for name, _label in design.offered(sheet)] for sheet in design.columns
        }
        return design.left_out(ticked | {data["all"]: everything[data["all"]]})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for sheet in self.design.columns:
            if sheet in cleaned.get("sheets", ()) and sheet not in self.errors and not cleaned.get(sheet):
                self.add_error(sheet, _("选中的工作表至少要有一列。"))
        return cleaned

    @property
    def columns(self) -> list[forms.BoundField]:
        return [self[sheet] for sheet in self.design.columns]

    @property
    def left_out(self) -> list[str]:
        """What is not ticked, as it is remembered."""
        return self.design.left_out(self.cleaned_data)
