"""Questions kept with their SQL: they mean what they meant, wherever they are put, and are written once."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.sql.compiler import SQLCompiler

from departments.models import Department
from tasks.models import Assignment, Measure, Plan
from tasks.models.assignment import AssignmentQuerySet
from tasks.models.measure import MeasureQuerySet

from .builders import a_measure, a_part, a_plan

pytestmark = pytest.mark.django_db
DAY = date(2022, 1, 12)
QUESTIONS = [
    (Measure, MeasureQuerySet, "as_of"),
    (Measure, MeasureQuerySet, "lights"),
    (Assignment, AssignmentQuerySet, "as_of"),
    (Assignment, AssignmentQuerySet, "with_reporting"),
]
NARROWED = {
    "all": lambda rows: rows,
    "where": lambda rows: rows.filter(owed_since__lte=DAY).exclude(owed_since=None),
    "one of its columns": lambda rows: rows.values_list("pk", "owed_since"),
    "in order": lambda rows: rows.order_by("owed_since", "pk")[:7],
    "counted": lambda rows: rows.order_by().values("owed_since").annotate(number=Count("pk")),
    "inside another": lambda rows: rows.model.objects.filter(pk__in=rows.filter(owed_since__lte=DAY).values("pk")),
    "asked of another": lambda rows: rows.model.objects.filter(Exists(rows.filter(pk=OuterRef("pk"), owed_since=DAY))),
    "with itself": lambda rows: rows.order_by().union(rows.order_by().filter(owed_since=None)),
}


def both(model: Any, queryset: Any, name: str, *asked: Any) -> tuple[Any, Any]:
    """The same question: kept, and asked anew."""
    return getattr(model.objects, name)(*asked), getattr(queryset(model), name)(*asked)


@pytest.mark.parametrize("narrowed", NARROWED.values(), ids=NARROWED)
@pytest.mark.parametrize("with_plan", [True, False])
@pytest.mark.parametrize(("model", "queryset", "name"), QUESTIONS)
def test_what_is_kept_is_the_same_question(demonstration, model, queryset, name, with_plan, narrowed) -> None:
    kept, anew = both(model, queryset, name, DAY, *([demonstration] if with_plan else []))

    for _time in range(2):
        assert narrowed(kept).query.sql_with_params() == narrowed(anew).query.sql_with_params()
    assert list(narrowed(kept)) == list(narrowed(anew))
    assert narrowed(kept).count() == narrowed(anew).count()


@pytest.mark.parametrize(
    ("model", "queryset", "name"),
    [(Assignment, AssignmentQuerySet, "with_requests"), (Measure, MeasureQuerySet, "with_course")],
)
def test_what_is_asked_without_a_plan_is_the_same_question(demonstration, model, queryset, name) -> None:
    kept, anew = both(model, queryset, name, DAY)

    assert kept.query.sql_with_params() == anew.query.sql_with_params()
    assert list(kept.values_list()) == list(anew.values_list())


@pytest.mark.parametrize(("model", "queryset", "name"), QUESTIONS)
def test_sql_is_written_once(demonstration, monkeypatch, model, queryset, name) -> None:
    kept, anew = both(model, queryset, name, date(2022, 1, 13), demonstration)
    written: list[SQLCompiler] = []
    as_sql = SQLCompiler.as_sql

    def counted(self: SQLCompiler, *args: Any, **kwargs: Any) -> Any:
        written.append(self)
        return as_sql(self, *args, **kwargs)

    monkeypatch.setattr(SQLCompiler, "as_sql", counted)

    def number(rows: Any) -> int:
        del written[:]
        rows.filter(owed_since=None).query.get_compiler(connection=connection).as_sql()
        return len(written)

    numbers = number(kept), number(kept), number(getattr(model.objects, name)(date(2022, 1, 13), demonstration))

    assert numbers == (numbers[0], 1, 1)
    assert numbers[0] > 1
    assert number(anew) == number(anew) > 1


def test_nothing_of_a_plan_is_kept_but_its_key_and_when_a_deadline_is_near(
    demonstration, django_assert_num_queries
) -> None:
    bare = Plan.objects.only("due_soon_days").get(pk=demonstration.pk)

    with django_assert_num_queries(0):
        for model, queryset, name in QUESTIONS:
            getattr(queryset(model), name)(DAY, bare)


def test_a_plan_that_was_changed_is_asked_by_what_it_says_now() -> None:
    plan = a_plan(due_soon_days=10)
    a_part(a_measure(plan, number=1, due_on=date(2022, 1, 31)))

    def lights() -> tuple[str, str]:
        day = date(2022, 1, 12)
        measure = Measure.objects.as_of(day, plan).get(plan=plan)
        return measure.timeliness, Assignment.objects.as_of(day, plan).get(measure=measure).timeliness

    assert lights() == ("ON_TRACK", "ON_TRACK")

    plan.due_soon_days = 30
    plan.save()

    assert lights() == ("DUE_SOON", "DUE_SOON")


def test_the_rows_of_one_plan_or_measure_are_its_own() -> None:
    plan, other = a_plan(slug="one"), a_plan(slug="another")
    parts = [a_part(a_measure(each, number=1), Department.objects.first()) for each in (plan, other)]

    assert set(Measure.objects.as_of(DAY)) >= {part.measure for part in parts}
    assert list(plan.measures.as_of(DAY, plan)) == [parts[0].measure]
    assert list(parts[1].measure.assignments.as_of(DAY)) == [parts[1]]


def test_rows_are_read_from_the_database_every_time() -> None:
    measure = a_measure(a_plan(), number=1, wording="旧文。")
    rows = Measure.objects.as_of(DAY)
    assert rows.get(pk=measure.pk).wording == "旧文。"
    assert "新文。" not in [row.wording for row in rows]

    Measure.objects.filter(pk=measure.pk).update(wording="新文。")

    assert "新文。" in [row.wording for row in Measure.objects.as_of(DAY)]


def test_two_threads_write_the_same_question_one_after_the_other(monkeypatch) -> None:
    """Django counts on the query that it writes, and sets the counts back: together they would leave out tables."""
    expected = AssignmentQuerySet(Assignment).as_of(date(2022, 2, 2)).query.sql_with_params()
    rows = Assignment.objects.as_of(date(2022, 2, 2))
    at_once, most = [], []
    as_sql = Subquery.as_sql

    def watched(self: Subquery, *args: Any, **kwargs: Any) -> Any:
        at_once.append(threading.get_ident())
        most.append(len(set(at_once)))
        time.sleep(0.0001)
        try:
            return as_sql(self, *args, **kwargs)
        finally:
            at_once.remove(threading.get_ident())

    monkeypatch.setattr(Subquery, "as_sql", watched)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _each: rows.all().query.sql_with_params(), range(8)))

    assert found == [expected] * 8
    assert max(most) == 1
