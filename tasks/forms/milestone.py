"""The form with which a step is said to be done."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import MilestoneEntry
from .fields import PlainTextField


class MilestoneForm(forms.ModelForm):
    """On which day, and what there is to say about it; its files are not fields of it, for there may be several."""

    class Meta:
        model = MilestoneEntry
        fields = ("done_on", "note")
        field_classes = {"note": PlainTextField}
        widgets = {
            "done_on": forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
            "note": forms.Textarea(attrs={"class": "form-control", "rows": 2}),
        }
        help_texts = {"note": _("可不填，如活动名称、场次。")}
        error_messages = {
            "done_on": {
                "required": _("请填写完成日期。"),
                "invalid": _("日期应写作2021-12-31的形式，并且确有这一天。"),
            }
        }

    def _post_clean(self) -> None:
        """The action validates the entry as a whole; this form only knows half of it."""
