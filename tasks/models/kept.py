"""Questions that nearly every page asks in the same words: worked out once a day and plan, and kept with their SQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from threading import RLock
from typing import Any

from django.db import models
from django.db.models import Expression, F

from .plan import Plan

# How many days and plans are kept of each question: a few hundred kilobytes each.
MOST = 128

Ask = Callable[..., Any]

# Django counts on the query inside an expression while it writes that: two threads must not write the same one.
_writing = RLock()


class Kept(Expression):
    """
    An expression whose SQL is written once, then repeated; it means what ``expression`` means.

    Django writes the SQL of an annotation anew for every query, and resolves and writes it once more for each filter
    on it. That is nearly all that a page costs where annotations are as large as the lights. ``expression`` must not
    speak of an outer query: once resolved, it is not resolved again.
    """

    def __init__(self, expression: Any) -> None:
        super().__init__()
        self.expression = expression
        self._is_resolved = False
        self._written: dict[str, Any] = {}

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Kept:
        if self._is_resolved:
            return self
        resolved: Kept = super().resolve_expression(*args, **kwargs)
        resolved._is_resolved = True
        return resolved

    def get_source_expressions(self) -> list[Any]:
        return [self.expression]

    def set_source_expressions(self, exprs: Any) -> None:
        """Django calls this on a copy whose tables got other names: what was written does not hold for it."""
        (self.expression,) = exprs
        self._written = {}

    @property
    def empty_result_set_value(self) -> Any:
        return self.expression.empty_result_set_value

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if connection.vendor not in self._written:
            with _writing:
                if connection.vendor not in self._written:
                    self._written[connection.vendor] = compiler.compile(self.expression)
        sql, params = self._written[connection.vendor]
        return sql, list(params)

    def __eq__(self, other: object) -> bool:
        """Django compares what expressions were made of, which here is a name: the same for every day."""
        return self is other

    __hash__ = object.__hash__


def kept(ask: Ask) -> Callable[..., Any]:
    """
    The manager's method for a queryset's ``ask(rows, day[, plan])`` that only annotates: of all rows, and kept.

    To profit from it a caller asks first and filters afterwards. All that ``ask`` may put into the SQL of a plan are
    its key and ``due_soon_days``.
    """

    @lru_cache(maxsize=MOST)
    def asked(manager: models.Manager[Any], day: date, _key: object, *plan: Plan | None) -> Any:
        rows = ask(manager.get_queryset(), day, *plan)
        return rows.annotate(**{name: Kept(F(name)) for name in rows.query.annotations})

    def method(manager: models.Manager[Any], day: date, *plan: Plan | None) -> Any:
        if manager is not manager.model._default_manager:  # a related one's rows are its owner's alone
            return ask(manager.get_queryset(), day, *plan)
        return asked(manager, day, tuple(each and each.due_soon_days for each in plan), *plan).all()

    method.__doc__ = ask.__doc__
    return method
