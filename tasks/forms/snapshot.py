"""What a snapshot is called, and which day it freezes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..choices import Timeliness
from ..models import Snapshot
from .comparison import LEVELS, NO_SUCH
from .fields import PlainTextField

DAY_INVALID = _("日期应写作2021-12-31的形式，并且确有这一天。")


class SnapshotForm(forms.ModelForm):
    """The name and the day; whether they can be had, the action knows."""

    class Meta:
        model = Snapshot
        fields = ("name", "day")
        field_classes = {"name": PlainTextField}
        widgets = {
            "name": forms.TextInput(attrs={"class": "form-control", "placeholder": _("如：领导小组第三次会议")}),
            "day": forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
        }
        help_texts = {"name": _("本计划内不能重名，生成后不能修改。"), "day": _("冻结这一天结束时的台账，最晚为今天。")}
        error_messages = {
            "name": {"required": _("请填写会议快照的名称。")},
            "day": {"required": _("请填写数据截至哪一天。"), "invalid": DAY_INVALID},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].input_formats = ["%Y-%m-%d"]  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        """The action validates the snapshot as a whole; this form only knows a part of it."""


class FrozenForm(forms.Form):
    """What the frozen ledger is narrowed down to: whether measures or parts are listed, and one light."""

    of = forms.ChoiceField(label=_("列出"), choices=LEVELS, required=False, error_messages=NO_SUCH)
    light = forms.ChoiceField(
        label=_("时效"), choices=[("", _("任何时效")), *Timeliness.choices], required=False, error_messages=NO_SUCH
    )
