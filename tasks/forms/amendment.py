"""The forms with which a change of an issued plan is recorded."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from departments.models import Department

from ..actions.measure import check_roles
from ..choices import AssignmentRole
from ..models import Amendment
from ..validators import MAX_TEXT
from .fields import PlainTextField, ShortSelect

AREA = {"class": "form-control", "rows": 3}
LOST = dict.fromkeys(("required", "invalid"), _("表单已失效，请重新打开。"))
NO_SUCH = {"invalid_choice": _("没有这一项，请从列表中选择。")}
NEW_UNITS = 3  # empty lines to add units in


class AmendmentForm(forms.ModelForm):
    """
    What every change rests on; ``token`` names the form, so that it is taken once, and ``seen`` the newest change of
    the measure that its writer had before him, 0 where there was none.
    """

    token = forms.UUIDField(widget=forms.HiddenInput, error_messages=LOST)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, error_messages=LOST)

    class Meta:
        model = Amendment
        fields: tuple[str, ...] = ("document", "reason", "in_force_on")
        field_classes = {"document": PlainTextField, "reason": PlainTextField}
        widgets = {
            "document": forms.TextInput(
                attrs={"class": "form-control", "placeholder": _("如：领导小组会议纪要〔2022〕1号")}
            ),
            "reason": forms.Textarea(attrs=AREA),
            "in_force_on": forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
        }
        error_messages = {
            "document": {"required": _("请填写依据文件。")},
            "reason": {"required": _("请填写调整原因。")},
            "in_force_on": {
                "required": _("请填写施行日期。"),
                "invalid": _("日期应写作2021-12-31的形式，并且确有这一天。"),
            },
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"token": uuid.uuid4()} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    def again(self, newer: Amendment) -> AmendmentForm:
        """The same words over the ``newer`` change that came in meanwhile, which their writer has now seen."""
        typed: Any = self.data  # a QueryDict
        data = typed.copy()
        data["seen"] = str(newer.pk)
        again = type(self)(data)
        again.full_clean()
        return again

    def _post_clean(self) -> None:
        """The action validates the change as a whole; this form only knows half of it."""


class WithdrawalForm(forms.Form):
    """Why a change that does not count yet is taken back."""

    lapse_reason = PlainTextField(
        label=_("撤销原因"),
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs=AREA),
        error_messages={"required": _("请填写撤销原因。")},
    )


class WordingForm(AmendmentForm):
    wording = PlainTextField(
        label=_("调整后的任务"),
        widget=forms.Textarea(attrs=AREA | {"rows": 6}),
        error_messages={"required": _("请填写调整后的任务内容。")},
    )

    class Meta(AmendmentForm.Meta):
        fields = ("wording", *AmendmentForm.Meta.fields)


class UnitForm(forms.Form):
    """One unit and its role. On the line of a unit that is there already an empty role takes it off the measure."""

    department = forms.ModelChoiceField(
        label=_("责任单位"),
        queryset=Department.objects.none(),
        required=False,
        empty_label=_("增加单位……"),
        widget=ShortSelect(attrs={"class": "form-select form-select-sm"}),
        error_messages=NO_SUCH,
    )
    role = forms.ChoiceField(
        label=_("角色"),
        choices=[("", _("移出")), *AssignmentRole.choices],
        required=False,
        widget=ShortSelect(attrs={"class": "form-select form-select-sm"}),
        error_messages=NO_SUCH,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.empty_permitted and cleaned.get("department") is None and not self.errors:
            self.add_error("department", _("请选择单位；要移出原有单位的，角色选“移出”。"))
        if self.empty_permitted and cleaned.get("role") and cleaned.get("department") is None and not self.errors:
            self.add_error("department", _("请选择单位。"))
        if self.empty_permitted and cleaned.get("department") and not cleaned.get("role") and not self.errors:
            self.add_error("role", _("请选择角色。"))
        return cleaned


class UnitsFormSet(forms.BaseFormSet):
    """All the units of a measure, as they are and as they are to be; the units that may be chosen are fetched once."""

    def __init__(self, *args: Any, named: Collection[int], **kwargs: Any) -> None:
        """``named`` are the keys of the measure's units, which are offered even where they are no longer in use."""
        super().__init__(*args, **kwargs | {"prefix": "units"})
        units = list(Department.objects.offered(*named).order_by("position", "name"))
        words = {unit.pk: unit.name if unit.is_active else _("%(unit)s（已停用）") % {"unit": unit} for unit in units}
        self._choices = [("", _("增加单位……")), *words.items()]

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["department"].queryset = Department.objects.all()
        form.fields["department"].widget.choices = self._choices
        if index is None or index >= self.initial_form_count():
            form.fields["role"].choices = [("", _("选择角色……")), *AssignmentRole.choices]
        for name, field in form.fields.items():
            field.widget.attrs["aria-label"] = f"{field.label} {(index or 0) + 1}" if name else ""

    @property
    def roles(self) -> dict[Department, str]:
        """Those that are to answer for the measure, in the order of the lines."""
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("department")]
        return {row["department"]: row["role"] for row in rows if row.get("role")}

    def clean(self) -> None:
        if any(self.errors):
            return
        units = [form.cleaned_data["department"] for form in self.forms if form.cleaned_data.get("department")]
        if len(set(units)) < len(units):
            raise ValidationError(_("同一任务中一个责任单位只能出现一次。"))
        check_roles(self.roles.values())


UnitsForms: Any = forms.formset_factory(UnitForm, formset=UnitsFormSet, extra=NEW_UNITS, max_num=200, absolute_max=220)


class AmendmentsForm(forms.Form):
    """Narrows the list of a plan's changes down to one kind."""

    kind = forms.ChoiceField(
        label=_("调整类型"),
        choices=[("", _("全部类型")), *Amendment.Kind.choices],
        required=False,
        widget=ShortSelect(attrs={"class": "form-select form-select-sm"}),
        error_messages=NO_SUCH,
    )
