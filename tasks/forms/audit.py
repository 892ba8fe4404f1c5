"""What the audit is narrowed down to."""

from __future__ import annotations

from typing import Any

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from departments.models import User

from ..changes import ACTIONS
from ..timeliness import IN_RANGE
from .fields import PlainTextField, ShortSelect

SELECT = {"class": "form-select form-select-sm"}
INPUT = {"class": "form-control form-control-sm"}
NO_SUCH = {"invalid_choice": _("没有这一项，请从列表中选择。")}


def _kinds() -> list[tuple[str, Any]]:
    """Whatever leaves a trace in the log."""
    kinds = [(model._meta.label_lower, model._meta.verbose_name) for model in auditlog.get_models()]
    return [("", _("全部类别")), *kinds]


class Person(forms.ModelChoiceField):
    def label_from_instance(self, obj: User) -> str:
        return _("%(name)s（%(username)s）") % {"name": obj.name, "username": obj.username}


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        input_formats=["%Y-%m-%d"],
        validators=IN_RANGE,
        widget=forms.DateInput(attrs=INPUT | {"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("日期应写作2021-12-31的形式，并且确有这一天。")},
    )


class AuditForm(forms.Form):
    q = PlainTextField(
        label=_("搜索"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs=INPUT | {"type": "search", "placeholder": _("对象、修改前后的内容")}),
    )
    person = Person(
        label=_("操作人"),
        required=False,
        queryset=User.objects.none(),
        empty_label=_("全部操作人"),
        widget=ShortSelect(attrs=SELECT),
        error_messages=NO_SUCH,
    )
    kind = forms.ChoiceField(
        label=_("类别"), required=False, choices=_kinds, widget=ShortSelect(attrs=SELECT), error_messages=NO_SUCH
    )
    action = forms.TypedChoiceField(
        label=_("操作"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("全部操作"))] + [(str(code), word) for code, word in ACTIONS.items()],
        widget=ShortSelect(attrs=SELECT),
        error_messages=NO_SUCH,
    )
    first = _day(_("从"))
    last = _day(_("至"))

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        people = User.objects.filter(Exists(LogEntry.objects.filter(actor=OuterRef("pk"))))
        self.fields["person"].queryset = people.order_by("last_name", "first_name", "pk")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("截止日期不能早于开始日期。"))
        return cleaned

    @property
    def conditions(self) -> list[tuple[str, str, str]]:
        """``(parameter, label, value)`` of every condition in force, in words."""
        if not self.is_valid():
            return []
        found = []
        for name, value in self.cleaned_data.items():
            if value in (None, ""):
                continue
            field = self.fields[name]
            said = dict(getattr(field, "choices", ())).get(str(value)) if isinstance(field, forms.ChoiceField) else None
            shown = field.label_from_instance(value) if isinstance(field, Person) else said or value
            found.append((name, str(field.label), str(shown)))
        return found
