"""The form with which a plan's rules of time are laid down from a day on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Plan
from .fields import PlainTextField


class RuleForm(forms.Form):
    """When a deadline is near, how long reports may take, and from which day on."""

    in_force_on = forms.DateField(
        label=_("施行日期"),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
        help_text=_("今天或以后的日期；此前各日仍按当时的规则显示。"),
        error_messages={
            "required": _("请填写施行日期。"),
            "invalid": _("日期应写作2021-12-31的形式，并且确有这一天。"),
        },
    )
    due_soon_days = forms.IntegerField(
        label=_("临期天数"),
        widget=forms.NumberInput(attrs={"class": "form-control", "list": "usual-days"}),
        help_text=_("距完成时限不超过这些天的，为临期；常用30、15、7、3天。"),
        error_messages=dict.fromkeys(("required", "invalid"), _("请填写整数天数。")),
    )
    grace_days = forms.IntegerField(
        label=_("填报宽限天数"),
        widget=forms.NumberInput(attrs={"class": "form-control"}),
        help_text=_("周期结束后满这些天仍未填报的，为超期未报；适用于施行日期起开始的填报周期。"),
        error_messages=dict.fromkeys(("required", "invalid"), _("请填写整数天数。")),
    )
    reason = PlainTextField(
        label=_("调整原因"),
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
        error_messages={"required": _("请填写调整原因。")},
    )

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("due_soon_days", "grace_days"):
            column: Any = plan._meta.get_field(name)
            self.fields[name].validators = list(column.validators)
