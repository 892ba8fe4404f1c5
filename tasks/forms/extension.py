"""The forms with which more time is asked for and decided on, and what the list is narrowed down to."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from departments.models import Department

from ..choices import Age, ExtensionState
from ..models import Extension, Plan, units_involved
from .fields import PlainTextField, ShortSelect

AREA = {"class": "form-control", "rows": 3}


class ExtensionForm(forms.ModelForm):
    """To which day, why, and how far the work has come; ``token`` names the form, so that it is taken once."""

    token = forms.UUIDField(
        widget=forms.HiddenInput, error_messages=dict.fromkeys(("required", "invalid"), _("表单已失效，请重新打开。"))
    )

    class Meta:
        model = Extension
        fields = ("due_on", "reason", "progress")
        field_classes = {"reason": PlainTextField, "progress": PlainTextField}
        widgets = {
            "due_on": forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
            "reason": forms.Textarea(attrs=AREA),
            "progress": forms.Textarea(attrs=AREA),
        }
        error_messages = {
            "due_on": {
                "required": _("请填写申请延期至哪一天。"),
                "invalid": _("日期应写作2021-12-31的形式，并且确有这一天。"),
            },
            "reason": {"required": _("请填写延期理由。")},
            "progress": {"required": _("请填写目前进展。")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"token": uuid.uuid4()} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    def _post_clean(self) -> None:
        """The action validates the request as a whole; this form only knows half of it."""


class DecisionForm(forms.ModelForm):
    """Grant or refuse, with the words that go to the unit and the number of the document, if there is one."""

    decision = forms.ChoiceField(
        choices=[(each.value, each.label) for each in (ExtensionState.APPROVED, ExtensionState.REFUSED)],
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("请选择同意或不同意。")),
    )

    class Meta:
        model = Extension
        fields = ("opinion", "document_number")
        field_classes = {"opinion": PlainTextField, "document_number": PlainTextField}
        widgets = {
            "opinion": forms.Textarea(attrs=AREA),
            "document_number": forms.TextInput(
                attrs={"class": "form-control", "placeholder": _("如：津丽知略〔2022〕1号")}
            ),
        }
        help_texts = {"opinion": _("不同意时必填，申请单位会看到。")}

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if cleaned.get("decision") == ExtensionState.REFUSED and not cleaned.get("opinion", "").strip():
            self.add_error("opinion", _("不同意延期须说明理由。"))
        return cleaned

    def _post_clean(self) -> None:
        """The action validates the decision as a whole; this form only knows half of it."""


class ExtensionsForm(forms.Form):
    """Narrows the list of a plan's extensions down to what became of them, or to measures extended repeatedly."""

    state = forms.ChoiceField(
        label=_("结果"),
        choices=[("", _("全部结果")), *ExtensionState.choices],
        required=False,
        widget=ShortSelect(attrs={"class": "form-select form-select-sm"}),
        error_messages={"invalid_choice": _("没有这一项，请从列表中选择。")},
    )
    repeated = forms.ChoiceField(
        label=_("次数"),
        choices=[("", _("不限次数")), ("yes", _("两次及以上"))],
        required=False,
        widget=ShortSelect(attrs={"class": "form-select form-select-sm"}),
        error_messages={"invalid_choice": _("没有这一项，请从列表中选择。")},
    )
    age = forms.ChoiceField(
        label=_("申请以来"),
        choices=[("", _("不限天数")), *Age.choices],
        required=False,
        widget=ShortSelect(attrs={"class": "form-select form-select-sm"}),
        error_messages={"invalid_choice": _("没有这一项，请从列表中选择。")},
    )
    late = forms.ChoiceField(
        label=_("申请时间"),
        choices=[("", _("不限时间")), ("yes", _("逾期后申请"))],
        required=False,
        widget=ShortSelect(attrs={"class": "form-select form-select-sm"}),
        error_messages={"invalid_choice": _("没有这一项，请从列表中选择。")},
    )
    unit = forms.ModelChoiceField(
        label=_("申请单位"),
        empty_label=_("全部责任单位"),
        queryset=Department.objects.none(),
        required=False,
        widget=ShortSelect(attrs={"class": "form-select form-select-sm"}),
        error_messages={"invalid_choice": _("没有这一项，请从列表中选择。")},
    )

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units_involved(plan)  # type: ignore[attr-defined]
