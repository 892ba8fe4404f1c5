"""What a plan's file holds: every model is in it or left out for a reason, and the document says the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tasks.exchange.agreement import SHAPES
from tasks.exchange.schema import FORMAT, VERSION, Kind
from tasks.exchange.tables import LEFT_OUT, TABLES
from tasks.exchange.values import described
from tasks.models import Plan

from .builders import a_measure, a_part, a_report
from .exchange import a_whole_plan, as_json, as_zip, bring, empty

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "exchange.md"


def test_every_model_is_in_the_file_or_left_out_for_a_reason() -> None:
    models = {model._meta.label for app in ("departments", "tasks") for model in apps.get_app_config(app).get_models()}

    assert sorted([*(table.label for table in TABLES), *LEFT_OUT]) == sorted(models)
    assert all(LEFT_OUT.values())


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_field_is_in_the_file_or_left_out_for_a_reason(table) -> None:
    fields = {field.name for field in table.model._meta.get_fields() if field.concrete}
    columns = [column.name for column in table.columns]

    assert sorted({*columns} - {*table.made} | {name for name, _reason in table.unkept}) == sorted(
        fields - {*table.made} if "id" in table.made else fields
    )
    assert len(columns) == len(set(columns))
    assert all(reason for _name, reason in table.unkept)
    assert set(table.key) | set(table.sort) <= set(columns)


def test_every_value_of_its_own_shape_is_looked_at() -> None:
    columns = [(table.name, column) for table in TABLES for column in table.columns]

    assert set(SHAPES) == {(name, column.name) for name, column in columns if column.kind == Kind.JSON}


def test_the_document_describes_every_column() -> None:
    said = DOCUMENT.read_text("utf-8")

    told = [
        f"| `{column.name}` | {described(column)} |"
        for table in TABLES
        for column in table.columns
        if f"| `{column.name}` | {described(column)} |" not in _section(said, table.name)
    ]
    assert told == []
    assert [table.name for table in TABLES if said.count(f"\n### `{table.name}`") != 1] == []
    assert f'"format":"{FORMAT}"' in said
    assert f'"version":{VERSION}' in said


def test_the_document_says_what_is_left_out_and_why() -> None:
    said = DOCUMENT.read_text("utf-8")

    assert [label for label, reason in LEFT_OUT.items() if f"| `{label}` | {reason} |" not in said] == []
    assert [
        (table.name, name)
        for table in TABLES
        for name, reason in table.unkept
        if f"- `{name}`: {reason}" not in _section(said, table.name)
    ] == []


def _section(said: str, name: str) -> str:
    return said.partition(f"\n### `{name}`")[2].partition("\n### ")[0]


@pytest.mark.django_db
def test_a_plan_with_something_of_every_kind_comes_in_as_it_went_out() -> None:
    plan = a_whole_plan()
    file, archive = as_json(plan), as_zip(plan)
    kept = json.loads(file)
    empty()

    again, _findings = bring(archive)

    assert [name for name, rows in kept.items() if rows == []] == []
    assert as_json(again) == file
    assert as_zip(again) == archive


@pytest.mark.django_db
def test_a_file_costs_as_many_queries_for_one_row_as_for_three() -> None:
    costs = []
    for rows in (1, 3):
        plan: Plan = a_measure().plan
        for _ in range(rows):
            part = a_part(a_measure(plan))
            a_report(part, plan.issued_on)
        with CaptureQueriesContext(connection) as queries:
            as_json(plan)
        costs.append(len([query for query in queries if "SAVEPOINT" not in query["sql"]]))

    # people by the columns that name them 21, units likewise 6, members, what others refer to 11, tables 26, what
    # summaries rest on
    assert costs == [66, 66]
