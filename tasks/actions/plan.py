"""Loading a plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from departments.models import Department

from ..models import Assignment, Indicator, Measure, Milestone, Plan
from ..validators import printable
from .measure import check_roles
from .member import expand_to_members
from .period import a_year_after, create_ahead

# What a plan is made of, in the order in which one refers to the other.
PARTS = (
    "departments.department",
    "departments.alias",
    "tasks.plan",
    "tasks.section",
    "tasks.measure",
    "tasks.assignment",
    "tasks.milestone",
    "tasks.indicator",
    "tasks.sourcenote",
)


class Malformed(Exception):
    """A document that cannot be loaded: ``args[0]`` names the entry and the reason. Nothing was written."""


@dataclass
class Loaded:
    """What a load did, in rows by the model's label."""

    created: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    left_out: list[str] = field(default_factory=list)


@transaction.atomic
def load(*, document: object, until: date | None = None, today: date | None = None) -> Loaded:
    """
    Creates what ``document`` (a fixture by natural keys) has and the database has not.

    What exists is left as it is, so that nothing people have changed is touched. The units of a measure are one
    thing: they come with the measure, and where people have since given some up, renamed or added some, theirs
    stand and the document's are named in ``left_out``. So are its steps, and so are its indicators; a measure that
    has none gets the document's, unless people have given it another wording. Every plan of the document gets its
    reporting periods up to ``until``, or to a year after its own end where that is later; ``today`` as in
    ``period.create_ahead``. Raises ``Malformed``.
    """
    if not isinstance(document, list) or not document:
        raise Malformed(_("文件应为一个非空的列表，每条含“model”和“fields”。"))
    loaded = Loaded()
    seen: set[tuple[str, tuple[object, ...]]] = set()
    made: set[int] = set()  # measures of this run, and those that stood without any unit
    given: set[tuple[str, int]] = set()  # labels and measures to which this run gives steps or indicators
    wordings: dict[tuple[str, int], str] = {}  # of the document's measures
    units: dict[str, Department] = {}  # of the document and not of the database, until something needs them
    for number, entry in enumerate(document, start=1):
        name = _name(number, entry)
        try:
            instance = _build(entry, units)
            key = (instance._meta.label_lower, instance.natural_key())  # type: ignore[attr-defined]
            if key in seen:
                raise ValidationError(_("与前面的条目重复。"))
            seen.add(key)
            if isinstance(instance, Measure):
                wordings[instance.natural_key()] = instance.wording
            if _exists(instance):
                loaded.kept[key[0]] += 1
                continue
            if isinstance(instance, Assignment) and not _comes_with_its_measure(instance, made):
                loaded.left_out.append(str(instance))
                continue
            if isinstance(instance, Milestone | Indicator) and not _belongs_to_its_measure(instance, given, wordings):
                loaded.left_out.append(f"{instance.measure} · {instance}")
                continue
            if isinstance(instance, Department):
                instance.full_clean()
                units[instance.name] = instance
                continue
            _save_units_of(instance, units, loaded)
            _save(instance)
        except ValidationError as error:
            raise Malformed(_("%(entry)s：%(reason)s") % {"entry": name, "reason": _reason(error)}) from error
        loaded.created[key[0]] += 1
        if isinstance(instance, Measure):
            made.add(instance.pk)
        if isinstance(instance, Assignment):
            expand_to_members(instance, since=None)
    for unit in units.values():
        if loaded.kept["tasks.plan"]:  # the plan is in use without it: renamed, or given up
            loaded.left_out.append(unit.name)
        else:
            _save_unit(unit, loaded)
    for measure in Measure.objects.filter(pk__in=made).prefetch_related("assignments"):
        _check_measure(measure)
    slugs = {key[0] for label, key in seen if label == "tasks.plan"}
    for plan in Plan.objects.filter(slug__in=slugs):
        year_after = a_year_after(plan.ends_on)
        create_ahead(plan=plan, until=max(until or year_after, year_after), today=today)
    return loaded


def _save(instance: models.Model) -> None:
    """
    Saves a new row. Raises ``ValidationError``.

    What the database itself checks is asked in words only of the row that it refuses: half the time it takes goes
    into these questions otherwise.
    """
    related = {column.name for column in instance._meta.concrete_fields if column.is_relation}  # found already
    instance.full_clean(exclude=related, validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            instance.save(force_insert=True)
    except IntegrityError:
        instance.pk = None
        instance.full_clean()
        raise


def _save_unit(unit: Department, loaded: Loaded) -> None:
    unit.save(force_insert=True)
    loaded.created[unit._meta.label_lower] += 1


def _save_units_of(instance: models.Model, units: dict[str, Department], loaded: Loaded) -> None:
    """Makes the units that ``instance`` refers to, now that something of the document needs them."""
    for name in ("department", "office"):
        unit = getattr(instance, name, None)
        if isinstance(unit, Department) and unit.pk is None:
            _save_unit(units.pop(unit.name), loaded)
            setattr(instance, name, unit)


def _name(number: int, entry: object) -> str:
    model = entry.get("model", "") if isinstance(entry, Mapping) else ""
    fields = entry.get("fields") if isinstance(entry, Mapping) else None
    known = fields if isinstance(fields, Mapping) else {}
    words = [str(known[key]) for key in ("name", "slug", "measure", "number", "department", "key") if key in known]
    return _("第%(number)d条（%(what)s）") % {
        "number": number,
        "what": " ".join([str(model), *words]).strip(),
    }


def _reason(error: ValidationError) -> str:
    if hasattr(error, "error_dict"):
        return _("；").join(
            " ".join(messages) if name == "__all__" else f"{name}：{' '.join(messages)}"
            for name, messages in error.message_dict.items()
        )
    return " ".join(error.messages)


def _build(entry: object, units: Mapping[str, Department]) -> models.Model:
    """An unsaved instance of what ``entry`` says, its relations looked up by natural key."""
    if not isinstance(entry, Mapping) or set(entry) != {"model", "fields"}:
        raise ValidationError(_("应有且仅有“model”和“fields”。"))
    if entry["model"] not in PARTS:
        raise ValidationError(_("计划文件中不能有“%(model)s”。") % {"model": entry["model"]})
    if not isinstance(entry["fields"], Mapping):
        raise ValidationError(_("“fields”应为字段与值的对照。"))
    model = apps.get_model(entry["model"])
    columns = {column.name: column for column in model._meta.concrete_fields if not column.primary_key}
    unknown = set(entry["fields"]) - set(columns)
    if unknown:
        raise ValidationError(_("没有字段：%(fields)s。") % {"fields": "、".join(sorted(map(str, unknown)))})
    missing = {name for name, column in columns.items() if not column.has_default() and not column.blank}
    missing -= set(entry["fields"])
    if missing:
        raise ValidationError(_("缺少字段：%(fields)s。") % {"fields": "、".join(sorted(missing))})
    return model(**{name: _value(columns[name], value, units) for name, value in entry["fields"].items()})


def _value(column: models.Field[Any, Any], value: object, units: Mapping[str, Department]) -> object:
    if value is None and not column.null:
        raise ValidationError({column.name: _("不能为空。")})
    if isinstance(column, models.CharField | models.TextField) and not isinstance(value, str | None):
        raise ValidationError({column.name: _("应为文字。")})
    if isinstance(column, models.ForeignKey) and value is not None:
        related: Any = column.related_model
        try:
            key = _scalars(value)
            if related is Department and key[0] in units:
                return units[str(key[0])]
            return related.objects.get_by_natural_key(*key)
        except (ObjectDoesNotExist, TypeError, ValueError, IndexError) as error:
            raise ValidationError({column.name: _("所指的“%(key)s”不存在。") % {"key": value}}) from error
    if isinstance(value, str):
        try:
            printable(value)
        except ValidationError as error:
            raise ValidationError({column.name: error}) from error
        if value and not value.strip():
            raise ValidationError({column.name: _("不能为空。")})
    if isinstance(column, models.IntegerField) and (isinstance(value, bool) or not isinstance(value, int | None)):
        raise ValidationError({column.name: _("应为整数。")})
    try:
        return column.to_python(value)
    except (ValidationError, TypeError, ValueError, OverflowError) as error:
        raise ValidationError({column.name: _("“%(value)s”不是有效的值。") % {"value": value}}) from error


def _scalars(value: object) -> list[str | int]:
    if not isinstance(value, list) or not all(isinstance(part, str | int) for part in value):
        raise TypeError(value)
    for part in value:
        if isinstance(part, str):
            printable(part)
    return value


def _exists(instance: models.Model) -> bool:
    manager: Any = type(instance)._default_manager
    try:
        manager.get_by_natural_key(*instance.natural_key())  # type: ignore[attr-defined]
    except ObjectDoesNotExist:
        return False
    return True


def _comes_with_its_measure(part: Assignment, made: set[int]) -> bool:
    if part.measure_id not in made and not part.measure.assignments.exists():
        made.add(part.measure_id)
    return part.measure_id in made


def _belongs_to_its_measure(
    instance: Milestone | Indicator, given: set[tuple[str, int]], wordings: Mapping[tuple[str, int], str]
) -> bool:
    """Whether the measure is still the document's, and has nothing of the kind but what this run gave it."""
    measure = instance.measure
    if wordings.get(measure.natural_key(), measure.wording) != measure.wording:
        return False
    place = (instance._meta.label_lower, measure.pk)
    if place not in given and not type(instance)._default_manager.filter(measure=measure).exists():
        given.add(place)
    return place in given


def _check_measure(measure: Measure) -> None:
    try:
        check_roles(part.role for part in measure.assignments.all())
    except ValidationError as error:
        raise Malformed(
            _("任务%(number)d的责任分工：%(reason)s") % {"number": measure.number, "reason": _reason(error)}
        ) from error
    if measure.section.plan_id != measure.plan_id:
        raise Malformed(_("任务%(number)d的章节属于另一个计划。") % {"number": measure.number})
