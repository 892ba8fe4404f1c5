"""Every index of our own, without it and with it: how the database goes about the query that it is there for."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TextIO

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef, Subquery

from tasks.models import Assignment, Measure, Period, Plan, Report, Snapshot
from tasks.models.amendment import wording_in_force
from tasks.models.extension import open_due_on

from .data import SLUG, TODAY

ROUNDS = 3
Query = models.QuerySet[Any]


def _parts(plan: Plan) -> Any:
    return Assignment.objects.filter(measure__plan=plan).order_by()


def _last_reports(plan: Plan) -> Query:
    last = Report.objects.latest_of_outer_assignment(TODAY)
    return _parts(plan).annotate(said=Subquery(last.values("recorded_on")[:1])).values_list("pk", "said")


def _latest_periods(plan: Plan) -> Query:
    rows: Query = _parts(plan).with_reported_for(TODAY).values_list("pk", "reported_for")
    return rows


def _requests(plan: Plan) -> Query:
    asked = Report.objects.filter(assignment=OuterRef("pk"), asks_to_close=True).order_by()
    rows: Query = _parts(plan).filter(Exists(asked)).values_list("pk")
    return rows


def _falling_due(plan: Plan) -> Query:
    """The horizon of a forecast: whether a period falls due in between."""
    due = Period.objects.coming_due(TODAY).fallen_due_by(TODAY + timedelta(days=30)).of_outer_plan("plan").order_by()
    return Measure.objects.filter(Exists(due), plan=plan).order_by().values_list("pk")


def _deadlines(plan: Plan) -> Query:
    measures = Measure.objects.filter(plan=plan).order_by()
    return measures.annotate(due=open_due_on(TODAY, "pk")).values_list("pk", "due")


def _wordings(plan: Plan) -> Query:
    measures = Measure.objects.filter(plan=plan).order_by()
    return measures.annotate(words=wording_in_force(TODAY, "pk")).values_list("pk", "words")


def _last_snapshot(plan: Plan) -> Query:
    return Snapshot.objects.filter(plan=plan, day__lt=TODAY).order_by("-day", "-taken_at").values_list("pk")[:1]


# The query that each index is there for.
QUERIES: dict[str, Callable[[Plan], Query]] = {
    "report_last_word": _last_reports,
    "report_for_period": _latest_periods,
    "report_closing": _requests,
    "period_due": _falling_due,
    "extension_of_measure": _deadlines,
    "amendment_of_measure": _wordings,
    "snapshot_of_plan": _last_snapshot,
}


def indexes() -> dict[str, type[models.Model]]:
    """All of the project's own, by name, each with what it is an index of."""
    return {index.name: model for model in apps.get_app_config("tasks").get_models() for index in model._meta.indexes}


def everything(out: TextIO) -> None:
    """One table over the database that is in use; nothing of it is kept."""
    plan = Plan.objects.get(slug=SLUG)
    print("\n| index | without | ms | with | ms |", file=out)
    print("|---|---|--:|---|--:|", file=out)
    for name, model in sorted(indexes().items()):
        query = QUERIES[name](plan)
        using = _asked(query, model)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
            lacking = _asked(query, model)
            transaction.set_rollback(True)
        print(f"| `{name}` | {lacking[0]} | {lacking[1]:,.1f} | {using[0]} | {using[1]:,.1f} |", file=out, flush=True)


def _asked(query: Query, model: type[models.Model]) -> tuple[str, float]:
    """How the table of ``model`` is gone through, in the database's words, and the quickest of some rounds, in ms."""
    seconds = []
    for _round in range(ROUNDS):
        begun = time.perf_counter()
        list(query.all())
        seconds.append(time.perf_counter() - begun)
    return f"`{_way(query, model)}`", min(seconds) * 1000


def _way(query: Query, model: type[models.Model]) -> str:
    """The steps of the database's plan that touch the table; SQLite names it by its alias."""
    sql, params = query.query.sql_with_params()
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        # SQLite keeps what it was asked to explain, whatever has become of the indexes: no two ask in the same words.
        cursor.execute(f"{explain} {sql} -- {time.monotonic_ns()}", params)
        lines = [str(row[-1]).strip(" ->") for row in cursor.fetchall()]
    table = model._meta.db_table
    names = {table, *re.findall(rf'"{table}" (\w+)', sql)}
    steps = [line for line in lines if re.match(r"SCAN|SEARCH|.*Scan", line) and names & set(re.findall(r"\w+", line))]
    return "; ".join(dict.fromkeys(re.sub(r" *\(cost=.*", "", step) for step in steps)) or "not touched"
