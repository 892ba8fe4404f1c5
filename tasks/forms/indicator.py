"""The form with which a number is said to be reached."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import IndicatorValue

HIGHEST = 999_999_999  # fits every database's column


class IndicatorForm(forms.ModelForm):
    """How many by which day. ``seen`` is the newest entry its writer had before him."""

    value = forms.IntegerField(
        label=_("累计值"),
        min_value=0,
        max_value=HIGHEST,
        widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"}),
        help_text=_("从计划开始累计到统计日期的总数，不是本期新增数；同一统计日期再次填报即为更正。"),
        error_messages={"required": _("请填写累计值。"), "invalid": _("累计值应为整数。")},
    )
    seen = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput)

    class Meta:
        model = IndicatorValue
        fields = ("reached_on", "value")
        widgets = {
            "reached_on": forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
        }
        error_messages = {
            "reached_on": {
                "required": _("请填写统计日期。"),
                "invalid": _("日期应写作2021-12-31的形式，并且确有这一天。"),
            }
        }

    def again(self, newer: IndicatorValue) -> IndicatorForm:
        """The same words over a value that came in meanwhile: sending it once more means it."""
        return type(self)({**dict(self.data.items()), "seen": newer.pk})

    def _post_clean(self) -> None:
        """The action validates the entry as a whole; this form only knows half of it."""
