"""What people narrow the ledgers down to: one definition for page, export and the dashboard's links."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from departments.models import Department

from .choices import Age, AssignmentRole, Timeframe, Timeliness
from .course import HORIZONS
from .forms.fields import PlainTextField, ShortSelect
from .models import Assignment, Measure, Plan, Report, Section, units_involved, units_of

SELECT = ShortSelect(attrs={"class": "form-select form-select-sm"})
NO_SUCH = {"invalid_choice": _("没有这一项，请从列表中选择。")}
LENGTHS = (20, 50, 100)
ROLES = [
    ("principal", _("负责或牵头")),
    ("partner", _("配合或按职责分工")),
    *AssignmentRole.choices,
]
MOST_TERMS = 8


def _choice(field: str | None = None, **options: Any) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(field_name=field, widget=SELECT, error_messages=NO_SUCH, **options)


class SearchFilter(django_filters.CharFilter):
    field_class = PlainTextField


class LedgerFilter(django_filters.FilterSet):
    """What the ledger of measures and the ledger of assignments have in common."""

    q = SearchFilter(
        label=_("搜索"),
        method="search",
        max_length=100,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "class": "form-control form-control-sm",
                "placeholder": _("序号、任务、单位、进展"),
            }
        ),
    )
    section = django_filters.ModelChoiceFilter(
        label=_("章节"),
        empty_label=_("全部章节"),
        queryset=Section.objects.none(),
        to_field_name="number",
        widget=SELECT,
        error_messages=NO_SUCH,
        method="in_section",
    )
    unit = django_filters.ModelChoiceFilter(
        label=_("责任单位"),
        empty_label=_("全部责任单位"),
        queryset=Department.objects.none(),
        widget=SELECT,
        error_messages=NO_SUCH,
        method="of_unit",
    )
    role = _choice(label=_("角色"), empty_label=_("任何角色"), choices=ROLES, method="in_role")
    timeframe = _choice(
        label=_("时限类型"), empty_label=_("任何时限"), choices=Timeframe.choices, method="in_timeframe"
    )
    timeliness = _choice("timeliness", label=_("时效"), empty_label=_("任何时效"), choices=Timeliness.choices)
    clock = _choice(
        label=_("按期情况"),
        empty_label=_("全部"),
        choices=[
            ("original", _("按原定时限已到期或办结")),
            ("original_kept", _("按原定时限按期办结")),
            ("original_late", _("按原定时限逾期")),
            ("effective", _("按现行时限已到期或办结")),
            ("effective_kept", _("按现行时限按期办结")),
            ("effective_late", _("按现行时限逾期")),
        ],
        method="on_clock",
    )
    coordination = _choice(
        label=_("协调"), empty_label=_("全部"), choices=[("yes", _("需领导协调"))], method="needing_coordination"
    )
    per = _choice(
        label=_("每页"),
        empty_label=_("每页20条"),
        choices=[(str(n), _("每页%(n)d条") % {"n": n}) for n in LENGTHS[1:]],
        method="unchanged",
    )

    # The conditions that are shown as chips; how the list is laid out is not one of them.
    LAYOUT = frozenset({"sort", "per"})
    # What most people narrow a list down by; the other conditions wait behind 更多条件.
    FIRST: tuple[str, ...] = ("q", "section", "unit", "timeliness", "sort")

    def __init__(self, data: Any, *, plan: Plan, day: date, queryset: QuerySet[Any]) -> None:
        super().__init__(data, queryset=queryset)
        self.plan, self.day = plan, day
        self.filters["section"].queryset = plan.sections.all()
        self.filters["unit"].queryset = units_of(plan, day)

    @property
    def qs(self) -> QuerySet[Any]:
        """Nothing at all where a condition makes no sense: the rest of them would answer another question."""
        found: QuerySet[Any] = super().qs if self.form.is_valid() else self.queryset.none()
        return found

    def filter_queryset(self, queryset: Any) -> QuerySet[Any]:
        """What has been terminated is shown to who asks for it, and counted nowhere."""
        found: Any = super().filter_queryset(queryset)
        if self.form.cleaned_data.get("timeliness") == Timeliness.TERMINATED:
            return found
        return found.unterminated(self.day)

    @property
    def first_fields(self) -> list[forms.BoundField]:
        return [self.form[name] for name in self.FIRST if name in self.form.fields]

    @property
    def more_fields(self) -> list[forms.BoundField]:
        return [field for field in self.form if field.name not in self.FIRST]

    @property
    def has_more_in_force(self) -> bool:
        return any(field.data for field in self.more_fields)

    @property
    def is_in_plan_order(self) -> bool:
        """Whether rows stand in the order of the text, so that sections can head them."""
        return not self.form.is_valid() or not self.form.cleaned_data.get("sort")

    @property
    def length(self) -> int:
        """Rows on a page."""
        return int(self.form.cleaned_data.get("per") or LENGTHS[0]) if self.form.is_valid() else LENGTHS[0]

    @property
    def conditions(self) -> list[tuple[str, str, str]]:
        """``(parameter, label, value)`` of every condition in force, in words."""
        if not self.form.is_valid():
            return []
        words = []
        for name, value in self.form.cleaned_data.items():
            if value in (None, "") or name in self.LAYOUT:
                continue
            choices = dict(getattr(self.form.fields[name], "choices", ())) if isinstance(value, str) else {}
            words.append((name, str(self.form.fields[name].label), str(choices.get(value, value))))
        return words

    def unchanged(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset

    def needing_coordination(self, queryset: Any, name: str, value: str) -> QuerySet[Any]:
        return queryset.needing_coordination(self.day)

    def on_clock(self, queryset: Any, name: str, value: str) -> QuerySet[Any]:
        clock, _underscore, which = value.partition("_")
        narrowed = {"": queryset.measured, "kept": queryset.kept, "late": queryset.missed}[which]
        found: QuerySet[Any] = narrowed(self.day, clock)
        return found

    def words_of_reports(self, term: str) -> QuerySet[Report]:
        """Reports by the end of the day that contain ``term``."""
        return Report.objects.recorded_by(self.day).filter(
            Q(progress__icontains=term) | Q(problems__icontains=term) | Q(next_steps__icontains=term)
        )

    @staticmethod
    def terms(value: str) -> Sequence[str]:
        return value.split()[:MOST_TERMS]


def _unit_named(term: str, path: str) -> Q:
    return Q(**{f"{path}name__icontains": term}) | Q(**{f"{path}aliases__name__icontains": term})


class MeasureFilter(LedgerFilter):
    sort = _choice(
        label=_("排序"),
        empty_label=_("按原文顺序"),
        choices=[
            ("deadline", _("按完成时限")),
            ("late", _("按逾期天数")),
            ("report", _("按最近填报")),
            ("silent", _("按最久未填报")),
        ],
        method="unchanged",
    )

    extension = _choice(
        label=_("延期"),
        empty_label=_("全部"),
        choices=[("waiting", _("延期待审核")), ("yes", _("已延期")), ("repeated", _("多次延期"))],
        method="having_extension",
    )

    course = _choice(
        label=_("办结情况"),
        empty_label=_("全部"),
        choices=[("open", _("未办结")), ("closed", _("已办结（含逾期办结）"))],
        method="on_course",
    )
    turns = _choice(
        label=_("逾期预测"),
        empty_label=_("全部"),
        choices=[(str(days), format_lazy(_("{days}天内将逾期"), days=days)) for days in HORIZONS],
        method="turning",
    )

    class Meta:
        model = Measure
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: QuerySet[Measure]) -> QuerySet[Measure]:
        queryset = super().filter_queryset(queryset)
        cleaned = self.form.cleaned_data
        if cleaned.get("unit") or cleaned.get("role"):
            # One and the same responsibility must be of the unit and in the role.
            parts = Assignment.objects.in_force(self.day).filter(measure=OuterRef("pk"))
            if cleaned.get("unit"):
                parts = parts.filter(department=cleaned["unit"])
            if cleaned.get("role"):
                parts = parts.in_role(cleaned["role"])
            queryset = queryset.filter(Exists(parts))
        return self._ordered(queryset, cleaned.get("sort") or "")

    def _ordered(self, queryset: Any, sort: str) -> QuerySet[Measure]:
        if sort == "deadline":
            return queryset.by_deadline()
        if sort == "late":
            return queryset.by_days_late()
        if sort in {"report", "silent"}:
            return queryset.by_last_report(self.day, oldest_first=sort == "silent")
        return queryset.in_plan_order()

    def having_extension(self, queryset: Any, name: str, value: str) -> QuerySet[Measure]:
        if value == "waiting":
            return queryset.with_extension_waiting(self.day)
        return queryset.extended(self.day) if value == "yes" else queryset.extended_repeatedly(self.day)

    def on_course(self, queryset: Any, name: str, value: str) -> QuerySet[Measure]:
        return queryset.open() if value == "open" else queryset.closed()

    def turning(self, queryset: Any, name: str, value: str) -> QuerySet[Measure]:
        return queryset.turning_overdue(self.day, int(value))

    def in_section(self, queryset: QuerySet[Measure], name: str, value: Section) -> QuerySet[Measure]:
        return queryset.filter(section=value)

    def of_unit(self, queryset: QuerySet[Measure], name: str, value: Department) -> QuerySet[Measure]:
        return queryset  # together with the role, in filter_queryset

    def in_role(self, queryset: QuerySet[Measure], name: str, value: str) -> QuerySet[Measure]:
        return queryset  # together with the unit, in filter_queryset

    def in_timeframe(self, queryset: Any, name: str, value: str) -> QuerySet[Measure]:
        return queryset.with_timeframe().filter(is_ongoing=value == Timeframe.ONGOING)

    def search(self, queryset: QuerySet[Measure], name: str, value: str) -> QuerySet[Measure]:
        for term in self.terms(value):
            named = Assignment.objects.in_force(self.day).filter(_unit_named(term, "department__"))
            units = named.filter(measure=OuterRef("pk"))
            reports = self.words_of_reports(term).filter(assignment__measure=OuterRef("pk"))
            queryset = queryset.filter(
                _number(term, "number") | Q(wording_in_force__icontains=term) | Exists(units) | Exists(reports)
            )
        return queryset


class AssignmentFilter(LedgerFilter):
    waiting = _choice(
        label=_("审核"),
        empty_label=_("全部"),
        choices=[("yes", _("办结申请待审核")), ("report", _("进展填报待审核"))],
        method="unchanged",  # together with the age, in filter_queryset
    )
    age = _choice(label=_("待审核天数"), empty_label=_("任何天数"), choices=Age.choices, method="unchanged")
    turns = _choice(
        label=_("超期未报预测"),
        empty_label=_("全部"),
        choices=[(str(days), format_lazy(_("{days}天内将超期未报"), days=days)) for days in HORIZONS],
        method="turning",
    )
    reported = _choice(
        label=_("填报"),
        empty_label=_("全部"),
        choices=[("yes", _("已填报")), ("no", _("未填报"))],
        method="having_reported",
    )
    member = django_filters.ModelChoiceFilter(
        label=_("成员单位"),
        empty_label=_("不按成员"),
        queryset=Department.objects.none(),
        widget=SELECT,
        error_messages=NO_SUCH,
        method="of_member",
    )

    class Meta:
        model = Assignment
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any, *, plan: Plan, day: date, queryset: QuerySet[Any]) -> None:
        super().__init__(data, plan=plan, day=day, queryset=queryset)
        own = Assignment.objects.as_member().filter(measure__plan=plan, department=OuterRef("pk"))
        self.filters["member"].queryset = Department.objects.filter(Exists(own))

    def in_section(self, queryset: QuerySet[Assignment], name: str, value: Section) -> QuerySet[Assignment]:
        return queryset.filter(measure__section=value)

    def of_unit(self, queryset: QuerySet[Assignment], name: str, value: Department) -> QuerySet[Assignment]:
        return queryset.filter(department=value)

    def of_member(self, queryset: Any, name: str, value: Department) -> QuerySet[Assignment]:
        """The unit's own parts in what its collectives owe, where the rows hold them."""
        return queryset.as_member().filter(department=value)

    def in_role(self, queryset: Any, name: str, value: str) -> QuerySet[Assignment]:
        return queryset.in_role(value)

    def in_timeframe(self, queryset: Any, name: str, value: str) -> QuerySet[Assignment]:
        return queryset.with_timeframe().filter(is_ongoing=value == Timeframe.ONGOING)

    def filter_queryset(self, queryset: Any) -> Any:
        found: Any = super().filter_queryset(queryset)
        waiting, age = (self.form.cleaned_data.get(name) for name in ("waiting", "age"))
        if not waiting and not age:
            return found
        return found.waiting_for_decision(self.day, closing=waiting != "report", age=Age(age) if age else None)

    def turning(self, queryset: Any, name: str, value: str) -> QuerySet[Assignment]:
        return queryset.turning_silent(self.day, int(value), self.plan)

    def having_reported(self, queryset: Any, name: str, value: str) -> QuerySet[Assignment]:
        return queryset.reported() if value == "yes" else queryset.unreported()

    def search(self, queryset: QuerySet[Assignment], name: str, value: str) -> QuerySet[Assignment]:
        for term in self.terms(value):
            aliased = Department.objects.filter(_unit_named(term, ""), pk=OuterRef("department"))
            reports = self.words_of_reports(term).filter(assignment=OuterRef("pk"))
            queryset = queryset.filter(
                _number(term, "measure__number")
                | Q(wording_in_force__icontains=term)
                | Exists(aliased)
                | Exists(reports)
            )
        return queryset


class NarrowFilter(AssignmentFilter):
    """A page that is narrowed down by some of the conditions only: those in ``FIRST``, and how long it is."""

    def __init__(self, data: Any, *, plan: Plan, day: date, queryset: QuerySet[Any]) -> None:
        super().__init__(data, plan=plan, day=day, queryset=queryset)
        for name in set(self.filters) - {*self.FIRST, "per"}:
            del self.filters[name]


class MatrixFilter(NarrowFilter):
    """The matrix, which has all its cells on one page."""

    FIRST = ("section", "timeliness", "role")

    def __init__(self, data: Any, *, plan: Plan, day: date, queryset: QuerySet[Any]) -> None:
        super().__init__(data, plan=plan, day=day, queryset=queryset)
        del self.filters["per"]


class ReceiptFilter(NarrowFilter):
    """Parts nobody has signed for: their lights are another list's."""

    FIRST = ("q", "section", "unit", "role")

    def __init__(self, data: Any, *, plan: Plan, day: date, queryset: QuerySet[Any]) -> None:
        super().__init__(data, plan=plan, day=day, queryset=queryset)
        self.filters["unit"].queryset = units_involved(plan)


def _number(term: str, path: str) -> Q:
    """A measure's number, exactly; a long row of digits is no number of a measure."""
    return Q(**{path: int(term)}) if term.isdecimal() and len(term) < 6 else Q()
