"""Which two days, or snapshots, are compared, and what the list of changes is narrowed down to."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..choices import ChangeKind
from ..models import Plan, Snapshot
from ..timeliness import IN_RANGE
from .fields import ShortSelect

NO_SUCH = {"invalid_choice": _("没有这一项，请从列表中选择。")}
SELECT = {"class": "form-select form-select-sm"}
LEVELS = [("measures", _("任务")), ("parts", _("责任分工"))]
FIRST, LAST = "from", "to"


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        input_formats=["%Y-%m-%d"],
        validators=IN_RANGE,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control form-control-sm"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("日期应写作2021-12-31的形式，并且确有这一天。")},
    )


def _choice(label: Any, empty: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        required=False,
        choices=[("", empty), *choices],
        widget=ShortSelect(attrs=SELECT),
        error_messages=NO_SUCH,
    )


class ComparisonForm(forms.Form):
    """
    Two days; where a snapshot is chosen it stands for its own day.

    ``kind``, ``of`` and ``unit``, a unit's key, narrow down the list of changes.
    """

    def __init__(self, data: Any, *, plan: Plan, snapshots: list[Snapshot]) -> None:
        super().__init__(data)
        self.plan = plan
        self.known = {str(snapshot.pk): snapshot for snapshot in snapshots}
        said = _("%(name)s（%(day)s）")
        rows = [(key, said % {"name": row.name, "day": row.day.isoformat()}) for key, row in self.known.items()]
        self.fields[FIRST] = _day(_("起"))
        self.fields["from_snapshot"] = _choice(_("起（会议快照）"), _("按日期"), rows)
        self.fields[LAST] = _day(_("止"))
        self.fields["to_snapshot"] = _choice(_("止（会议快照）"), _("按日期"), rows)
        self.fields["kind"] = _choice(_("变化"), _("全部变化"), ChangeKind.choices)
        self.fields["of"] = _choice(_("列出"), _("任务"), LEVELS)
        self.fields["unit"] = forms.IntegerField(
            label=_("责任单位"), required=False, error_messages={"invalid": NO_SUCH["invalid_choice"]}
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = (self._side(name) for name in (FIRST, LAST))
        if first is not None and last is not None:
            self._check_order(first, last)
        return cleaned

    def snapshot(self, name: str) -> Snapshot | None:
        """The snapshot chosen for the side ``name``."""
        return self.known.get(self.cleaned_data.get(f"{name}_snapshot") or "")

    def _side(self, name: str) -> date | None:
        """The day of a side; None where it is not known, which has been said then."""
        snapshot = self.snapshot(name)
        if snapshot is not None:
            self.cleaned_data[name] = snapshot.day
            self.errors.pop(name, None)  # the day that stands beside it is not asked for
            return snapshot.day
        day: date | None = self.cleaned_data.get(name)
        if day is None and name not in self.errors:
            self.add_error(name, _("请填写日期，或选择会议快照。"))
        elif day is not None and day < self.plan.issued_on:
            words = {"day": self.plan.issued_on.isoformat()}
            self.add_error(name, _("该日计划尚未印发，印发日期为%(day)s。") % words)
            return None
        return day

    def _check_order(self, first: date, last: date) -> None:
        chosen = self.snapshot(FIRST), self.snapshot(LAST)
        field = "to_snapshot" if chosen[1] else LAST
        if first > last:
            self.add_error(field, _("截止日期不能早于起始日期，请对调。"))
        elif chosen[0] == chosen[1] and first == last:
            self.add_error(field, _("起止相同，没有可以比较的内容，请另选一天或另一份会议快照。"))
