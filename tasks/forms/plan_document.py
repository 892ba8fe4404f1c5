"""The forms with which a plan's document is uploaded and gone through."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from departments.models import Department

from ..actions.plan_document import Edited
from ..choices import AssignmentRole, Timeframe
from ..documents.names import LONGEST, same
from ..documents.parsed import Measure, Parsed, Part
from ..documents.parser import LONGEST_TITLE
from ..documents.raw import Unreadable
from ..documents.reading import ACCEPT, Read, read_file, read_text
from ..models import Plan
from ..timeliness import IN_RANGE
from .fields import PlainTextField, ShortSelect

TEXT = {"class": "form-control"}
DAY = {"type": "date", "class": "form-control"}
MOST_TEXT = 1_000_000  # characters of what is pasted; the real limit is the settings', and has a sentence
NEW_LINES = 2  # empty lines to add units in
NEW, KNOWN = "new:", "is:"
NOT_CHOSEN = {"required": _("请选择。"), "invalid_choice": _("没有这一项，请从列表中选择。")}
# What units are mostly called; proposed, and decided by a person.
ENDINGS = (
    (("各", "有关", "相关"), Department.Kind.COLLECTIVE),
    (("法院", "检察院"), Department.Kind.JUDICIAL),
    (("宣传部", "组织部", "统战部", "网信办", "政法委", "编办", "纪委"), Department.Kind.PARTY),
    (("分局",), Department.Kind.BRANCH),
    (("中心", "研究院", "图书馆", "大学", "学院"), Department.Kind.INSTITUTION),
    (("管委会", "园区", "开发区"), Department.Kind.ZONE),
    (("街道", "街道办", "街道办事处", "镇", "乡"), Department.Kind.TOWNSHIP),
)


def day_field(**options: Any) -> forms.DateField:
    return forms.DateField(
        widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
        error_messages={"invalid": _("请按“2021-12-31”的格式填写日期。"), "required": _("请填写日期。")},
        validators=list(IN_RANGE),
        **options,
    )


class UploadForm(forms.Form):
    """A file or a text; what was read of it is in ``read``."""

    file = forms.FileField(
        label=_("文件"),
        required=False,
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ACCEPT}),
        help_text=_("Word（.docx）、Excel 任务分解表（.xlsx）、PDF（不含扫描件）或文本文件（.txt）。"),
        error_messages={"empty": _("文件是空的。")},
    )
    text = forms.CharField(
        label=_("正文"),
        required=False,
        strip=False,
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 8}),
        help_text=_("也可以把正文复制粘贴到这里；从 Excel 复制的表格也可以。"),
    )
    read: Read

    def __init__(self, *args: Any, has_too_much: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_too_much = has_too_much  # see ``plan_tracker.uploads``: the file was cut off
        # Django refuses NUL in words of its own; ours name the line.
        self.fields["text"].validators = []

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        file, text = data.get("file"), data.get("text") or ""
        if self.errors:
            return data
        if self.has_too_much:
            self.add_error("file", gettext("文件过大，请只保留计划正文后再试。"))
            return data
        if bool(file) == bool(text.strip()):
            both = gettext("文件和正文只能选一种。") if file else gettext("请选择文件，或粘贴正文。")
            raise ValidationError(both, code="one")
        try:
            # One byte more than is taken is enough to be refused.
            self.read = read_file(file.name, file.read(settings.IMPORT_MAX_BYTES + 1)) if file else read_text(text)
        except Unreadable as refusal:
            self.add_error("file" if file else "text", str(refusal))
        return data


class PlanForm(forms.ModelForm):
    """What the plan is, as far as its document does not say it for all."""

    office_name = PlainTextField(
        label=_("督办单位"),
        max_length=LONGEST,
        widget=forms.TextInput(attrs=TEXT | {"list": "units-known"}),
        help_text=_("领导小组办公室所在单位，填已有的单位或本文件中的单位。"),
    )

    class Meta:
        model = Plan
        fields = (
            *("title", "number", "issuer", "issued_on", "starts_on", "ends_on", "slug"),
            *("cadence", "grace_days", "due_soon_days", "reports_need_acceptance", "is_being_entered"),
        )
        field_classes = dict.fromkeys(("title", "number", "issuer"), PlainTextField)
        widgets = {name: forms.TextInput(attrs=TEXT) for name in ("title", "number", "issuer", "slug")} | {
            "cadence": ShortSelect(attrs={"class": "form-select"}),
            "grace_days": forms.NumberInput(attrs=TEXT),
            "due_soon_days": forms.NumberInput(attrs=TEXT),
            "reports_need_acceptance": forms.CheckboxInput(attrs={"class": "form-check-input"}),
            "is_being_entered": forms.CheckboxInput(attrs={"class": "form-check-input"}),
        } | {
            name: forms.DateInput(attrs=DAY, format="%Y-%m-%d") for name in ("issued_on", "starts_on", "ends_on")
        }  # fmt: skip

    def __init__(self, *args: Any, known: Mapping[str, str], named: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = dict(known)
        self.named = {same(name): name for name in named}
        self.fields["slug"].error_messages["unique"] = gettext("该网址标识已有计划使用，请换一个。")

    def clean_office_name(self) -> str:
        name = self.cleaned_data["office_name"]
        found = self.known.get(same(name)) or self.named.get(same(name))
        if found is None:
            raise ValidationError(gettext("“%(name)s”不是已有的单位，也不在本文件中。") % {"name": name}, code="unit")
        return found

    def as_fields(self) -> dict[str, Any]:
        """The fields as a plan's document has them."""
        data = {name: self.cleaned_data[name] for name in self.Meta.fields}
        days = {name: day.isoformat() for name, day in data.items() if isinstance(day, date)}
        return data | days | {"parent": None, "office": [self.cleaned_data["office_name"]]}


def initial_of(parsed: Parsed, fields: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, Any]:
    """What the plan's form begins with: what was filled in, or what the document says of itself."""
    if fields:
        return dict(fields) | {"office_name": fields["office"][0]}
    about = parsed.about
    years = dict.fromkeys(day[:4] for day in (about.starts_on, about.ends_on) if day)
    return {
        **{"title": about.title, "number": about.number, "issuer": about.issuer, "issued_on": about.issued_on},
        **{"starts_on": about.starts_on, "ends_on": about.ends_on},
        "slug": "-".join(["plan", *years]) if years else "",
        "office_name": known.get(same(about.issuer), ""),
    }


class LineForm(forms.Form):
    """One unit of a measure; an empty name is no unit."""

    unit = PlainTextField(
        label=_("责任单位"),
        required=False,
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"class": "form-control form-control-sm", "list": "units-known"}),
    )
    role = forms.ChoiceField(
        label=_("角色"),
        required=False,
        choices=[("", _("请选择角色")), *AssignmentRole.choices],
        widget=ShortSelect(attrs={"class": "form-select form-select-sm"}),
        error_messages=NOT_CHOSEN,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = str(field.label)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("unit") and not data.get("role") and "role" not in self.errors:
            self.add_error("role", gettext("请选择角色。"))
        return data


class Lines(forms.BaseFormSet):
    def clean(self) -> None:
        names = [same(form.cleaned_data.get("unit", "")) for form in self.forms if form.is_valid()]
        twice = [name for name in dict.fromkeys(names) if name and names.count(name) > 1]
        if twice:
            raise ValidationError(gettext("“%(unit)s”重复。") % {"unit": twice[0]}, code="repeated")
        if any(form.errors for form in self.forms):
            return
        if not any(names):
            raise ValidationError(gettext("请填写至少一个责任单位。"), code="none")


LinesForms = forms.formset_factory(LineForm, formset=Lines, extra=NEW_LINES, max_num=200, absolute_max=200)


class MeasureForm(forms.Form):
    number = forms.IntegerField(label=_("序号"), min_value=1, max_value=9999, widget=forms.NumberInput(attrs=TEXT))
    section = forms.TypedChoiceField(
        label=_("章节"), coerce=int, widget=ShortSelect(attrs={"class": "form-select"}), error_messages=NOT_CHOSEN
    )
    wording = PlainTextField(label=_("任务"), widget=forms.Textarea(attrs={"class": "form-control", "rows": 4}))
    timeframe = forms.ChoiceField(
        label=_("时限类型"),
        choices=[("", _("请选择")), *Timeframe.choices],
        widget=ShortSelect(attrs={"class": "form-select"}),
        error_messages=NOT_CHOSEN,
    )
    due_on = day_field(label=_("完成时限"), required=False)

    def __init__(self, *args: Any, parsed: Parsed, measure: Measure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parsed, self.measure = parsed, measure
        sections: Any = self.fields["section"]
        sections.choices = [(each.number, f"{each.number}　{each.title}") for each in parsed.sections]

    @classmethod
    def initial_of(cls, measure: Measure) -> dict[str, Any]:
        return {name: getattr(measure, name) for name in ("number", "section", "wording", "timeframe", "due_on")}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        frame, day = data.get("timeframe"), data.get("due_on")
        if frame == Timeframe.BY_DATE and not day and "due_on" not in self.errors:
            self.add_error("due_on", gettext("限期完成的任务须填写完成时限。"))
        if frame == Timeframe.ONGOING and day:
            self.add_error("due_on", gettext("持续推进的任务不填完成时限。"))
        taken = [each for each in self.parsed.kept if each.number == data.get("number")]
        if any(each.key != self.measure.key for each in taken):
            self.add_error("number", gettext("本计划中已有该序号的任务。"))
        return data

    def edited(self, lines: Any) -> Edited:
        data = [form.cleaned_data for form in lines.forms if form.cleaned_data.get("unit")]
        return Edited(**self.cleaned_data, parts=[Part(" ".join(each["unit"].split()), each["role"]) for each in data])


def lines_of(measure: Measure, data: Any = None) -> Any:
    if data is not None:  # what was sent is the whole: nothing of it is an unchanged line that could be passed over
        return LinesForms(data, prefix="units")
    return LinesForms(initial=[{"unit": part.unit, "role": part.role} for part in measure.parts], prefix="units")


def is_untouched(measure: Measure, data: Mapping[str, Any]) -> bool:
    """Whether what was sent is what the form of ``measure`` was opened with; what was not sent is."""
    shown = {name: "" if value is None else str(value) for name, value in MeasureForm.initial_of(measure).items()}
    sent = {name: str(data.get(name, value)).replace("\r\n", "\n") for name, value in shown.items()}
    lines = [(data.get(f"units-{at}-unit", "").strip(), data.get(f"units-{at}-role", "")) for at in range(200)]
    parts = [(part.unit, str(part.role)) for part in measure.parts]
    is_sent = "units-TOTAL_FORMS" in data
    return sent == shown and (not is_sent or [line for line in lines if line != ("", "")] == parts)


class TimesForm(forms.Form):
    """One timeframe for all measures without any."""

    due_on = day_field(label=_("限期完成的，完成时限为"), required=False)
    is_ongoing = forms.BooleanField(
        label=_("持续推进"), required=False, widget=forms.CheckboxInput(attrs={"class": "form-check-input"})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and bool(data.get("due_on")) == bool(data.get("is_ongoing")):
            raise ValidationError(gettext("请填写完成时限，或勾选“持续推进”，两者选一。"), code="one")
        return data


class SectionsForm(forms.Form):
    def __init__(self, *args: Any, parsed: Parsed, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for section in parsed.sections:
            self.fields[f"title-{section.number}"] = PlainTextField(
                label=gettext("第%(number)d章") % {"number": section.number},
                max_length=LONGEST_TITLE,
                initial=section.title,
                widget=forms.TextInput(attrs=TEXT),
            )

    @property
    def titles(self) -> dict[int, str]:
        return {int(name.removeprefix("title-")): title for name, title in self.cleaned_data.items()}


class UnitsForm(forms.Form):
    """What each unit is that is not known by its name: a new one of a kind, or one that exists under another name."""

    def __init__(
        self,
        *args: Any,
        undecided: Iterable[str],
        units: Iterable[str],
        inactive: Collection[str],
        decisions: Mapping[str, Any],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        in_use, out_of_use = gettext("就是“%(unit)s”"), gettext("就是“%(unit)s”（已停用）")
        choices = [("", gettext("请选择"))]
        choices += [
            (f"{NEW}{kind.value}", gettext("新单位：%(kind)s") % {"kind": kind.label}) for kind in Department.Kind
        ]
        choices += [
            (f"{KNOWN}{name}", (in_use if name not in inactive else out_of_use) % {"unit": name}) for name in units
        ]
        self.names: dict[str, str] = {}
        for number, name in enumerate(undecided):
            decided = decisions.get(name, {})
            unit, kind = decided.get("unit"), decided.get("kind") or kind_of(name)
            initial = f"{KNOWN}{unit}" if unit else f"{NEW}{kind}"
            self.names[f"unit-{number}"] = name
            self.fields[f"unit-{number}"] = forms.ChoiceField(
                label=name,
                choices=choices,
                initial=initial,
                widget=ShortSelect(attrs={"class": "form-select form-select-sm"}),
                error_messages=NOT_CHOSEN,
            )
        # The names themselves come back, so that a table that has changed meanwhile is not filled in wrongly.
        self.fields["named"] = forms.CharField(widget=forms.HiddenInput, initial="\n".join(self.names.values()))

    def clean_named(self) -> str:
        named = self.cleaned_data["named"].replace("\r\n", "\n")
        if named != "\n".join(self.names.values()):
            raise ValidationError(gettext("单位已有变化，请重新打开页面。"), code="changed")
        return str(named)

    @property
    def decisions(self) -> dict[str, dict[str, str]]:
        chosen = {self.names[key]: value for key, value in self.cleaned_data.items() if key in self.names}
        return {
            name: {"unit": value.removeprefix(KNOWN)} if value.startswith(KNOWN) else {"kind": value.removeprefix(NEW)}
            for name, value in chosen.items()
        }


def kind_of(name: str) -> str:
    """A proposal by how a name begins or ends."""
    for words, kind in ENDINGS:
        if name.endswith(words) or (kind == Department.Kind.COLLECTIVE and name.startswith(words)):
            return str(kind)
    return str(Department.Kind.GOVERNMENT)
