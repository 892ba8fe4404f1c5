"""The benchmarks can be run: their ledger is one that the project itself could have written."""

from __future__ import annotations

import io

import pytest
from django.db import connection

from tasks.models import Assignment, Measure, Report

from .benchmarks import data, exports, indexes


@pytest.mark.django_db
def test_the_ledger_that_is_measured_has_every_light() -> None:
    filled = data.fill(42)

    day = data.TODAY
    assert (Measure.objects.count(), Assignment.objects.count()) == (42, 100)
    assert Report.objects.filter(assignment__measure__plan=filled.plan).exists()
    lights = set(Measure.objects.as_of(day, filled.plan).values_list("timeliness", flat=True))
    assert {"OVERDUE", "CLOSED", "ONGOING", "SILENT"} <= lights


@pytest.mark.django_db
def test_the_workbook_that_is_measured_can_be_read_again() -> None:
    content, rows = exports.to_be_previewed(data.fill(42, 2).plan)

    assert rows == 100
    exports.read_ours(content)
    exports.read_bare(content)
    with pytest.raises(RuntimeError):
        exports.read_ours(content[:1000])


@pytest.mark.django_db
def test_every_index_is_asked_for_with_and_without_and_stays() -> None:
    data.fill(42, 2)
    out = io.StringIO()

    indexes.everything(out)

    rows = [line.split(" | ") for line in out.getvalue().splitlines()[3:]]
    assert [row[0].strip("|` ") for row in rows] == sorted(indexes.QUERIES) == sorted(indexes.indexes())
    with connection.cursor() as cursor:
        kept = {
            name
            for model in indexes.indexes().values()
            for name in connection.introspection.get_constraints(cursor, model._meta.db_table)
        }
    assert kept >= set(indexes.QUERIES)
    if connection.vendor == "sqlite":
        assert [row[0] for row in rows if row[0].strip("|` ") in row[1] or row[0].strip("|` ") not in row[3]] == []
