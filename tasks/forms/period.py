"""The forms of a reporting period."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import Period
from ..validators import MAX_TEXT
from .fields import PlainTextField, SeveralRows

MEMORY = "as_opened"
DAYS = ("starts_on", "ends_on", "opens_on", "due_on")
DAY = {"type": "date", "class": "form-control narrow"}
INVALID = gettext_lazy("日期应写作2021-12-31的形式，并且确有这一天。")


class PeriodForm(forms.ModelForm):
    """Sets up a period, or changes one; what the days must satisfy, the action knows."""

    as_opened = forms.CharField(required=False, widget=forms.HiddenInput)  # what stood there when it was opened

    class Meta:
        model = Period
        fields = (*DAYS, "asks_dated")
        widgets = {
            **dict.fromkeys(DAYS, forms.DateInput(attrs=DAY, format="%Y-%m-%d")),
            "asks_dated": forms.CheckboxInput(attrs={"class": "form-check-input"}),
        }
        error_messages = {name: {"invalid": INVALID} for name in DAYS}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in DAYS:
            self.fields[name].input_formats = ["%Y-%m-%d"]  # type: ignore[attr-defined]
        self.initial[MEMORY] = self._memory() if self.instance.pk else ""

    def _memory(self) -> str:
        return " ".join(str(getattr(self.instance, name)) for name in self.Meta.fields)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk and cleaned.get(MEMORY) != self.initial[MEMORY]:
            data: Any = self.data.copy()  # type: ignore[attr-defined]
            data[MEMORY] = self.initial[MEMORY]
            self.data = data
            lines = [
                _("“%(field)s”现为：%(value)s") % {"field": self.fields[name].label, "value": self._saved(name)}
                for name in self.changed_data
                if name != MEMORY
            ]
            raise ValidationError([_("您打开本页之后，他人已作修改。您填写的内容仍在下面，核对后请再次保存。"), *lines])
        return cleaned

    def _saved(self, name: str) -> str:
        value = getattr(self.instance, name)
        return (_("是") if value else _("否")) if isinstance(value, bool) else str(value)

    def _post_clean(self) -> None:
        """The action validates the period as a whole; this form only knows half of it."""

    def period(self) -> Period:
        """The period as it was typed in; wants a valid form."""
        for name in self.Meta.fields:
            setattr(self.instance, name, self.cleaned_data[name])
        return self.instance


class ReopeningForm(forms.Form):
    reason = PlainTextField(
        label=gettext_lazy("重新开启原因"),
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
        error_messages={"required": gettext_lazy("重新开启须说明原因。")},
        help_text=gettext_lazy("长期保留，在填报周期页面显示。"),
    )


class BulkForm(forms.Form):
    """Which periods of a plan, and what is to be done with them."""

    OPEN, LOCK = "open", "lock"

    act = forms.ChoiceField(choices=[(OPEN, OPEN), (LOCK, LOCK)])
    period = SeveralRows(
        queryset=Period.objects.none(),
        error_messages={"required": gettext_lazy("请先勾选填报周期。")},
    )

    def __init__(self, data: Any, *, periods: Any) -> None:
        super().__init__(data)
        self.fields["period"].queryset = periods  # type: ignore[attr-defined]
