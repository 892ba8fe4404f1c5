"""What an entry of the log says was changed, in the words of the forms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from auditlog.models import LogEntry
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from departments.models import Role

from .forms import EMPTY


class Change(NamedTuple):
    label: str
    was: str
    now: str


def changes_of(entry: LogEntry) -> Iterator[Change]:
    """The columns of a row that changed; keys, and what other rows say of it, are not among them."""
    model = entry.content_type.model_class()
    columns = {column.name: column for column in (*model._meta.fields, *model._meta.many_to_many)} if model else {}
    for name, change in sorted((entry.changes or {}).items()):
        column = columns.get(name)
        if column is not None and not column.primary_key:
            label = _("角色") if column.name == "groups" else str(column.verbose_name)
            yield Change(label, *_before_and_after(column, change))


def _before_and_after(column: Any, change: Any) -> tuple[str, str]:
    if column.name == "password":
        return "***", "***"
    if isinstance(change, dict):  # of a relation to many rows only those that came or went are kept
        named = "、".join(_member(str(item)) for item in change.get("objects", ())) or EMPTY
        return (EMPTY, named) if change.get("operation") == "add" else (named, EMPTY)
    was, now = change
    return _in_words(column, was), _in_words(column, now)


def _member(word: str) -> str:
    return str(Role(word).label) if word in Role.values else word


def _in_words(column: Any, value: Any) -> str:
    """A value as the log keeps it, a text, as people read it."""
    if value in (None, "", "None"):
        return EMPTY
    if column.flatchoices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(column, models.BooleanField):
        return _("是") if value == "True" else _("否")
    if isinstance(column, models.ForeignKey) and str(value).isdecimal():
        row = column.related_model._base_manager.filter(pk=value).first()
        return str(row) if row else _("（已删除）")
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
