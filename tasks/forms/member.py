"""The form with which a unit is made a member of a collective."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from departments.models import Department


class MemberForm(forms.Form):
    member = forms.ModelChoiceField(
        label=_("单位"),
        queryset=Department.objects.none(),
        empty_label=_("请选择单位"),
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": _("请选择单位。"), "invalid_choice": _("没有这一项，请从列表中选择。")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Department.objects.active().exclude(kind=Department.Kind.COLLECTIVE)
        self.fields["member"].queryset = units.order_by("position", "name")  # type: ignore[attr-defined]
