"""The form of a report and of its draft."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import WORDS, Draft, Period, Report, Words
from .fields import PlainTextField

AREA = {"class": "form-control"}
NUMBER: dict[str, Any] = {"required": False, "min_value": 0, "max_value": 2**63 - 1, "widget": forms.HiddenInput}
# What a unit says with one click when there is nothing new; the first is chosen unless another is.
NO_NEWS = (
    _("按计划推进，本期无新情况。"),
    _("等待上级部署或文件。"),
    _("等待其他单位配合。"),
    _("本期尚未到开展时间。"),
)


class ReportForm(forms.ModelForm):
    """
    One report on one part, or its draft.

    ``token`` names this form, ``seen`` the last report its writer had before him, ``draft_version`` the draft, and
    ``window`` the page that is open. ``periods`` are those the report may be for.
    """

    token = forms.UUIDField(widget=forms.HiddenInput, error_messages={"invalid": _("表单标识无效，请刷新页面。")})
    seen = forms.IntegerField(**NUMBER)
    draft_version = forms.IntegerField(**NUMBER)
    window = forms.UUIDField(required=False, widget=forms.HiddenInput)
    period = forms.TypedChoiceField(
        label=_("填报周期"),
        required=False,
        empty_value=None,
        error_messages={
            "invalid_choice": _("所选填报周期已锁定或未到填报时间，请重新选择；确需补报的，请联系督办管理员重新开启。")
        },
    )

    class Meta:
        model = Report
        fields = WORDS
        field_classes = {
            "progress": PlainTextField,
            "problems": PlainTextField,
            "next_steps": PlainTextField,
            "shortfall_reason": PlainTextField,
            "summary": PlainTextField,
        }
        widgets = {
            "progress": forms.Textarea(attrs=AREA | {"rows": 5, "placeholder": _("本期做了什么，取得什么结果")}),
            "problems": forms.Textarea(attrs=AREA | {"rows": 3}),
            "next_steps": forms.Textarea(attrs=AREA | {"rows": 3}),
            "shortfall_reason": forms.Textarea(attrs=AREA | {"rows": 2}),
            "summary": forms.Textarea(attrs=AREA | {"rows": 6}),
            "percent": forms.NumberInput(attrs=AREA | {"min": 0, "max": 100, "inputmode": "numeric"}),
            "needs_coordination": forms.CheckboxInput(attrs={"class": "form-check-input"}),
            "is_unchanged": forms.CheckboxInput(attrs={"class": "form-check-input"}),
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

    def __init__(self, *args: Any, periods: Sequence[Period] = (), is_draft: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.periods = list(periods)
        self.fields["progress"].required = not is_draft
        field: Any = self.fields["period"]
        field.choices = [(str(period.pk), str(period)) for period in self.periods]
        known = {str(period.pk): period for period in self.periods}
        field.coerce = known.__getitem__

    @classmethod
    def fresh(cls, seen: int | None, words: Words | None = None, **kwargs: Any) -> ReportForm:
        """A form for somebody who has the report ``seen`` before him: empty, or beginning with ``words``."""
        return cls(initial=_said(words) | {"token": uuid.uuid4(), "seen": seen, "draft_version": 0}, **kwargs)

    @classmethod
    def of_draft(cls, draft: Draft, seen: int | None, **kwargs: Any) -> ReportForm:
        """The form as it was left."""
        marks = {"token": draft.token, "draft_version": draft.version, "period": draft.period_id}
        return cls(initial=_said(draft) | marks | {"seen": seen}, **kwargs)

    def again(self, *, newer: Report | None = None, draft: Draft | None = None) -> ReportForm:
        """
        The same words over a ``newer`` report or another's ``draft`` that came in meanwhile.

        Without either, over a draft that is gone. Sending it once more means it.
        """
        data = dict(self.data.items())
        marks: dict[str, Any] = {"draft_version": draft.version if draft else 0, "token": uuid.uuid4()}
        if draft is not None:
            marks["token"] = draft.token
        if newer is not None:
            marks["seen"] = newer.pk
        data.update({self.add_prefix(name): str(value) for name, value in marks.items()})
        return type(self)(data, prefix=self.prefix, periods=self.periods)

    @property
    def says_something(self) -> bool:
        """Whether anything has been typed or ticked; whatever else is in the form is the page's own."""
        return any(str(self.data.get(self.add_prefix(name), "")).strip() for name in WORDS)

    @property
    def long_answers(self) -> list[Any]:
        return [self["problems"], self["next_steps"]]

    @property
    def ticks(self) -> list[Any]:
        return [self["needs_coordination"], self["asks_to_close"]]

    @property
    def reason_name(self) -> str:
        """Of the field with the reason for having nothing new."""
        return self.add_prefix("reason")

    @property
    def is_complete(self) -> bool:
        """Whether it says what a report must say."""
        return bool(str(self.data.get(self.add_prefix("progress"), "")).strip())

    def with_no_news(self) -> ReportForm:
        """The same form saying that there is nothing new: for the reason typed, or for the one chosen beside."""
        data = dict(self.data.items())
        reason = str(data.get(self.add_prefix("progress"), "")).strip() or str(data.get(self.add_prefix("reason"), ""))
        data[self.add_prefix("progress")] = reason.strip() or str(NO_NEWS[0])
        data[self.add_prefix("is_unchanged")] = "on"
        data.pop(self.add_prefix("asks_to_close"), None)
        return type(self)(data, prefix=self.prefix, periods=self.periods)

    @property
    def words(self) -> dict[str, Any]:
        """What was written, of a valid form."""
        return {name: self.cleaned_data[name] for name in WORDS}


def _said(words: Words | None) -> dict[str, Any]:
    return {} if words is None else {name: getattr(words, name) for name in WORDS}
