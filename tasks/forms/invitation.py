"""What an invited person types in, and which unit's links an administrator wants."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.utils.translation import gettext_lazy as _

from departments.models import Department, Invitation, User

from .fields import ShortSelect

WITHOUT = "none"  # those who belong to no unit


class UnitForm(forms.Form):
    """Narrows the waiting invitations down to those of one unit."""

    unit = forms.ChoiceField(
        label=_("所属单位"),
        required=False,
        widget=ShortSelect(attrs={"class": "form-select form-select-sm"}),
        error_messages={"invalid_choice": _("没有这一项，请从列表中选择。")},
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        units = Department.objects.filter(people__invitation__in=Invitation.objects.waiting()).distinct()
        field: Any = self.fields["unit"]
        named = [(str(unit.pk), unit.name) for unit in units]
        field.choices = [("", _("全部单位")), *named, (WITHOUT, _("无所属单位"))]

    @property
    def chosen(self) -> str:
        return str(self.cleaned_data["unit"]) if self.is_valid() else ""

    @property
    def name(self) -> str:
        """The unit that was chosen, in words; empty for all."""
        field: Any = self.fields["unit"]
        return str(dict(field.choices)[self.chosen]) if self.chosen else ""


class CodeForm(forms.Form):
    """The code at the end of the link; where scripts run it is filled in."""

    code = forms.CharField(
        label=_("邀请码"),
        max_length=80,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("邀请链接中“#”后面的部分。"),
        error_messages={"required": _("请填写邀请码。")},
    )


class FirstPasswordForm(SetPasswordForm):
    """A password of one's own; the code goes with it, so that it is kept nowhere meanwhile."""

    code = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, user: User, code: str, data: Any = None) -> None:
        super().__init__(user, data, initial={"code": code})
        for name in ("new_password1", "new_password2"):
            self.fields[name].widget.attrs["class"] = "form-control"

    def validate_password_for_user(self, user: User, *_field: str) -> None:
        """What is wrong with a password is said where it was typed first."""
        super().validate_password_for_user(user, "new_password1")
