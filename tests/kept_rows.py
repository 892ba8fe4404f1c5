"""Rows that take long to make, made once in a process and put back as they were: for tests that begin with the same."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import connection, models, transaction

Model = type[models.Model]
Rows = dict[Model, list[models.Model]]


class Kept:
    """What ``make`` writes, put back where there is what there was when it was last called."""

    def __init__(self, make: Callable[..., None]) -> None:
        update_wrapper(self, make)
        self.make = make
        self.counts: dict[Model, int] = {}  # how many rows there were before, by table
        self.kinds: list[Any] = []
        self.before: Rows = {}  # those of the tables that are changed
        self.rows: Rows = {}  # and what becomes of them

    def __call__(self, *args: Any) -> None:
        counts = {model: model._base_manager.count() for model in _tables()}
        kinds = list(ContentType.objects.order_by("pk").values_list())  # others after a database was emptied
        if (counts, kinds) == (self.counts, self.kinds) and self._is_as_before():
            self._put_back()
            return
        before = _contents(_tables())
        self.make(*args)
        after = _contents(_tables())
        self.rows = {model: rows for model, rows in after.items() if _values(rows) != _values(before[model])}
        self.counts, self.kinds, self.before = counts, kinds, {model: before[model] for model in self.rows}

    def _is_as_before(self) -> bool:
        now = _contents(self.rows)
        return all(_values(now[model]) == _values(rows) for model, rows in self.before.items())

    @transaction.atomic
    def _put_back(self) -> None:
        for model in self.rows:
            model._base_manager.all()._raw_delete(connection.alias)
        for model, rows in self.rows.items():
            model._base_manager.bulk_create(copy.deepcopy(rows))
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), list(self.rows)):
                cursor.execute(statement)


def _tables() -> list[Model]:
    """Of the project and of the audit; what others keep is nobody's story."""
    labels = ("tasks", "departments", "auditlog")
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in labels]


def _contents(tables: Iterable[Model]) -> Rows:
    return {model: list(model._base_manager.order_by("pk")) for model in tables}


def _values(rows: list[models.Model]) -> list[list[Any]]:
    return [[getattr(row, field.attname) for field in row._meta.concrete_fields] for row in rows]
