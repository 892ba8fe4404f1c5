"""The form of a decision."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from ..choices import Decision
from ..models import Review
from .fields import PlainTextField


class ReviewForm(forms.ModelForm):
    """Accept or return, with the words that go to the unit."""

    decision = forms.ChoiceField(
        choices=[
            (Decision.ACCEPTED.value, Decision.ACCEPTED.label),
            (Decision.RETURNED.value, Decision.RETURNED.label),
        ],
        error_messages={"required": _("请选择同意办结或退回。"), "invalid_choice": _("请选择同意办结或退回。")},
    )

    class Meta:
        model = Review
        fields = ("reason",)
        field_classes = {"reason": PlainTextField}
        widgets = {"reason": forms.Textarea(attrs={"class": "form-control", "rows": 3})}
        help_texts = {"reason": _("退回时必填，填报单位会看到。")}

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if cleaned.get("decision") == Decision.RETURNED and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("退回须说明理由。"))
        return cleaned

    def _post_clean(self) -> None:
        """The action validates the decision as a whole; this form only knows half of it."""
