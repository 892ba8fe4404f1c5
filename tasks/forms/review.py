"""The form of a decision, and what the lists of reviewers are narrowed down to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from departments.models import Department

from ..choices import Age, Decision, QueueKind
from ..models import Assignment, Report, Review
from .fields import PlainTextField, ShortSelect

SELECT = {"class": "form-select form-select-sm"}
NO_SUCH = {"invalid_choice": _("没有这一项，请从列表中选择。")}
LARGEST_KEY = 2**63 - 1


class ReviewForm(forms.ModelForm):
    """Accept or return, with the words that go to the unit. ``seen`` is the newest report that the reviewer saw."""

    decision = forms.ChoiceField(
        choices=[
            (Decision.ACCEPTED.value, Decision.ACCEPTED.label),
            (Decision.RETURNED.value, Decision.RETURNED.label),
        ],
        error_messages={"required": _("请选择同意或退回。"), "invalid_choice": _("请选择同意或退回。")},
    )
    seen = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=LARGEST_KEY,
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), _("表单已失效，请核对页面内容后再次提交。")
        ),
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


class Chosen:
    """What was ticked in the queue: ``rows`` are keys of reports, each with the newest report seen of its part."""

    key = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)

    def __init__(self, data: Any) -> None:
        keys = dict.fromkeys(self._number(word) for word in data.getlist("report"))
        self.rows = {key: self._number(data.get(f"seen-{key}")) for key in keys if key is not None}

    def _number(self, word: str | None) -> int | None:
        """None for what is no key of a row."""
        try:
            number: int | None = self.key.clean(word)
        except forms.ValidationError:
            return None
        return number


def _units() -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        label=_("单位"),
        queryset=Department.objects.none(),
        required=False,
        empty_label=_("全部单位"),
        widget=ShortSelect(attrs=SELECT),
        error_messages=NO_SUCH,
    )


def _choice(label: Any, choices: list[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, required=False, widget=ShortSelect(attrs=SELECT), error_messages=NO_SUCH
    )


class UnitForm(forms.Form):
    """Narrows a list down to one of the units that have reported, or to a collective that has members."""

    unit = _units()

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        reports = Report.objects.filter(department=OuterRef("pk"))
        members = Assignment.objects.filter(collective_part__department=OuterRef("pk"))
        self.fields["unit"].queryset = Department.objects.filter(  # type: ignore[attr-defined]
            Exists(reports) | Exists(members)
        )


class QueueForm(UnitForm):
    kind = _choice(_("类别"), [("", _("全部类别")), *QueueKind.choices])
    unit = _units()
    age = _choice(_("已等天数"), [("", _("不限天数")), *Age.choices])
    sort = _choice(_("排序"), [("", _("先到的在前")), ("unit", _("按单位"))])

    field_order = ("kind", "unit", "age", "sort")


class DecidedForm(UnitForm):
    decision = _choice(
        _("结果"), [("", _("全部结果"))] + [(each.value, each.label) for each in (Decision.ACCEPTED, Decision.RETURNED)]
    )
    unit = _units()

    field_order = ("decision", "unit")
