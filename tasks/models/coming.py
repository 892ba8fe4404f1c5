"""What had been recorded by a day and comes into force after it: a measure's end, its going on, other rules of time."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from django.db.models import Aggregate, OuterRef, Subquery, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat

from ..choices import AmendmentKind
from .amendment import Amendment
from .plan import Plan
from .rule import Rule

Rows = TypeVar("Rows", bound="Any")


class Listed(Aggregate):
    """All texts in one, separated by spaces and in no order."""

    function = "GROUP_CONCAT"
    output_field = TextField()

    def __init__(self, text: Combinable) -> None:
        super().__init__(text, Value(" "))

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, function="STRING_AGG", **context)


@lru_cache(maxsize=128)  # an expression without a database behind it
def coming(day: date, kind: AmendmentKind, measure: str) -> Subquery:
    """
    From which day after ``day`` the outer row's ``measure`` ends or goes on, by what was known at the end of ``day``.

    NULL where no such change, which ``kind`` names, had been recorded by then and is still to come.
    """
    found = Amendment.objects.to_come(day).of_kind(kind).filter(measure=OuterRef(measure))
    return Subquery(found.order_by("pk").values("counts_from")[:1])


def with_coming(rows: Rows, day: date, measure: str) -> Rows:
    """Adds ``terminates_on`` and ``becomes_ongoing_on`` of the measure, see ``coming``."""
    found: Rows = rows.annotate(
        terminates_on=coming(day, AmendmentKind.TERMINATION, measure),
        becomes_ongoing_on=coming(day, AmendmentKind.ONGOING, measure),
    )
    return found


def coming_rules(day: date, plan: Plan | str) -> Subquery:
    """
    The rules of time to come that had been laid down by ``day``, as ``coming_of`` reads them; NULL without any.

    ``plan`` is the plan itself, or the path to its key from the outer row.
    """
    rules = Rule.objects.coming(day).filter(plan=OuterRef(plan) if isinstance(plan, str) else plan)
    text = TextField()
    rule = Concat(Cast("in_force_on", text), Value("/"), Cast("due_soon_days", text), output_field=text)
    return Subquery(rules.order_by().values("plan").annotate(listed=Listed(rule)).values("listed"))


def coming_of(row: Any) -> dict[str, Any]:
    """What a light says of the changes to come; nothing of a row that has not been asked for them."""
    rules = (rule.split("/") for rule in (getattr(row, "coming_rules", None) or "").split())
    return {
        "terminates_on": getattr(row, "terminates_on", None),
        "becomes_ongoing_on": getattr(row, "becomes_ongoing_on", None),
        "coming_rules": tuple(sorted((date.fromisoformat(day), int(days)) for day, days in rules)),
    }
