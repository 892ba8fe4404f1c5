"""The form of a report."""

from __future__ import annotations

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Report
from .fields import PlainTextField

AREA = {"class": "form-control"}


class ReportForm(forms.ModelForm):
    """One report on one part. ``token`` names this form, ``seen`` the last report its writer had before him."""

    token = forms.UUIDField(widget=forms.HiddenInput, error_messages={"invalid": _("表单标识无效，请刷新页面。")})
    seen = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    class Meta:
        model = Report
        fields = ("progress", "problems", "next_steps", "percent", "needs_coordination", "asks_to_close")
        field_classes = {"progress": PlainTextField, "problems": PlainTextField, "next_steps": PlainTextField}
        widgets = {
            "progress": forms.Textarea(attrs=AREA | {"rows": 5, "placeholder": _("本期做了什么，取得什么结果")}),
            "problems": forms.Textarea(attrs=AREA | {"rows": 3}),
            "next_steps": forms.Textarea(attrs=AREA | {"rows": 3}),
            "percent": forms.NumberInput(attrs=AREA | {"min": 0, "max": 100, "inputmode": "numeric"}),
            "needs_coordination": forms.CheckboxInput(attrs={"class": "form-check-input"}),
            "asks_to_close": forms.CheckboxInput(attrs={"class": "form-check-input"}),
        }
        help_texts = {
            "percent": _("可不填；0到100之间的整数。"),
            "needs_coordination": _("存在问题需要领导小组出面时勾选。"),
            "asks_to_close": _("本单位部分已经完成时勾选，提交后由领导小组办公室审核。"),
        }
        error_messages = {
            "progress": {"required": _("请填写进展情况。")},
            "percent": {"invalid": _("完成进度应为0到100之间的整数。")},
        }

    @classmethod
    def fresh(cls, seen: Report | None) -> ReportForm:
        """An empty form for somebody who has ``seen`` before him."""
        return cls(initial={"token": uuid.uuid4(), "seen": seen.pk if seen else None})

    def again(self, newer: Report) -> ReportForm:
        """The same words over a report that came in meanwhile: sending it once more means it."""
        return type(self)({**dict(self.data.items()), "seen": newer.pk, "token": uuid.uuid4()})
