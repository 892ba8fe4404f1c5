"""The date for which a page is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from ..timeliness import EARLIEST, LATEST


@dataclass(frozen=True)
class AsOf:
    """``day`` is the end of which day a page shows; ``today`` is the day it is asked on."""

    day: date
    today: date

    @property
    def is_today(self) -> bool:
        return self.day == self.today

    @property
    def query(self) -> str:
        """What an address needs to stay on this day; nothing for today."""
        return "" if self.is_today else f"?as_of={self.day.isoformat()}"

    @property
    def is_future(self) -> bool:
        return self.day > self.today


class AsOfForm(forms.Form):
    as_of = forms.DateField(
        label=_("数据截至"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control form-control-sm"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("日期应写作2021-12-31的形式，并且确有这一天。")},
    )

    def clean_as_of(self) -> date | None:
        day: date | None = self.cleaned_data["as_of"]
        if day is not None and not EARLIEST <= day <= LATEST:
            raise forms.ValidationError(
                _("日期须在%(earliest)s至%(latest)s之间。"),
                params={"earliest": EARLIEST.isoformat(), "latest": LATEST.isoformat()},
            )
        return day
