"""The form with which a unit confirms that it has taken on its parts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from ..models import Assignment
from .fields import SeveralRows


class SignForm(forms.Form):
    """Some parts by their keys, or ``all``. Whose they are, the action asks."""

    part = SeveralRows(queryset=Assignment.objects.all(), required=False)
    all = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("all") and not cleaned.get("part"):
            raise forms.ValidationError(_("请选择要签收的责任分工。"))
        return cleaned
