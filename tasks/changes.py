"""Who has changed what: entries of the log, and what one of them says, in the words of the forms."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from auditlog.models import LogEntry
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.models import Role, User

EMPTY = "—"
# What is done to a row, in words.
ACTIONS = {
    LogEntry.Action.CREATE: gettext_lazy("新增"),
    LogEntry.Action.UPDATE: gettext_lazy("修改"),
    LogEntry.Action.DELETE: gettext_lazy("删除"),
    LogEntry.Action.ACCESS: gettext_lazy("查看"),
}
MOST_TERMS = 8
# By which files know a row; people never see it, and are told of it only where somebody changes it.
KEYS_OF_FILES = {"tasks.SourceNote.key"}
Names = Mapping[tuple[type[models.Model], str], str]


class Change(NamedTuple):
    label: str
    was: str
    now: str


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.max))


def entries(
    day: date,
    *,
    q: str = "",
    person: User | None = None,
    kind: str = "",
    action: int | None = None,
    first: date | None = None,
    last: date | None = None,
) -> QuerySet[LogEntry]:
    """
    What the log had recorded by the end of ``day``, the newest first, under all of the conditions.

    ``kind`` is a model's label in lower case; ``first`` and ``last`` are local days, both included.
    """
    found = LogEntry.objects.filter(timestamp__lte=end_of(min(day, last) if last else day))
    if first is not None:
        found = found.filter(timestamp__gte=start_of(first))
    if person is not None:
        found = found.filter(actor=person)
    if kind:
        found = found.filter(content_type=ContentType.objects.get_for_model(apps.get_model(kind)))
    if action is not None:
        found = found.filter(action=action)
    for term in q.split()[:MOST_TERMS]:
        # PostgreSQL keeps the letters themselves, SQLite what JSON makes of them.
        found = found.alias(said=Cast("changes", models.TextField())).filter(
            Q(object_repr__icontains=term) | Q(said__icontains=term) | Q(said__icontains=json.dumps(term)[1:-1])
        )
    return found.select_related("actor", "content_type").order_by("-timestamp", "-pk")


def kind_of(entry: LogEntry) -> str:
    """What kind of thing was changed."""
    model = entry.content_type.model_class()
    return str(model._meta.verbose_name) if model else str(entry.content_type.model)


def who_did(entry: LogEntry) -> str:
    return entry.actor.name if entry.actor else _("系统")


def names_in(entries: Iterable[LogEntry]) -> Names:
    """What the rows are called now that the changes point at: one query for each kind of row."""
    wanted: dict[type[models.Model], set[str]] = defaultdict(set)
    for entry in entries:
        for column, change in _columns(entry):
            if isinstance(column, models.ForeignKey) and isinstance(change, list):
                wanted[column.related_model].update(str(key) for key in change if str(key).isdecimal())
    return {
        (model, str(row.pk)): str(row)
        for model, keys in wanted.items()
        for row in model._base_manager.select_related().filter(pk__in=keys)
    }


def changes_of(entry: LogEntry, names: Names | None = None) -> Iterator[Change]:
    """
    The columns of a row that changed; keys, and what other rows say of it, are not among them; nor, of a new row, the
    key by which files know it.

    ``names`` are those of ``names_in`` where several entries are read; alone an entry asks for its own.
    """
    known = names_in([entry]) if names is None else names
    for column, change in _columns(entry):
        label = _("角色") if column.name == "groups" else str(column.verbose_name)
        was, now = _before_and_after(column, change, known)
        is_key_of_new = str(column) in KEYS_OF_FILES and was == EMPTY
        if (was, now) != (EMPTY, EMPTY) and not is_key_of_new:
            yield Change(label, was, now)


def _columns(entry: LogEntry) -> Iterator[tuple[Any, Any]]:
    model = entry.content_type.model_class()
    columns = {column.name: column for column in (*model._meta.fields, *model._meta.many_to_many)} if model else {}
    for name, change in sorted((entry.changes or {}).items()):
        column = columns.get(name)
        if column is not None and not column.primary_key:
            yield column, change


def _before_and_after(column: Any, change: Any, names: Names) -> tuple[str, str]:
    if column.name == "password":
        return "***", "***"
    if isinstance(change, dict):  # of a relation to many rows only those that came or went are kept
        named = "、".join(_member(str(item)) for item in change.get("objects", ())) or EMPTY
        return (EMPTY, named) if change.get("operation") == "add" else (named, EMPTY)
    was, now = change
    return _in_words(column, was, names), _in_words(column, now, names)


def _member(word: str) -> str:
    return str(Role(word).label) if word in Role.values else word


def _in_words(column: Any, value: Any, names: Names) -> str:
    """A value as the log keeps it, a text, as people read it."""
    if value in (None, "", "None"):
        return EMPTY
    if column.flatchoices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(column, models.BooleanField):
        return _("是") if value == "True" else _("否")
    if isinstance(column, models.ForeignKey) and str(value).isdecimal():
        return names.get((column.related_model, str(value))) or _("（已删除）")
    if isinstance(column, models.DateTimeField):
        return _moment(str(value))
    return str(value)


def _moment(value: str) -> str:
    """The log keeps instants in universal time and does not say so."""
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return value
    return f"{timezone.localtime(instant if instant.tzinfo else instant.replace(tzinfo=UTC)):%Y-%m-%d %H:%M}"
