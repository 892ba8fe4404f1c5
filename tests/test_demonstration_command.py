"""``manage.py load_demonstration``: a made-up history, always the same, and never over anything that is in use."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models
from django.test import Client

from departments.models import Role
from tasks.demonstration.load import load
from tasks.demonstration.people import PASSWORD
from tasks.files import examine
from tasks.models import Demonstration, Evidence

from .builders import a_department, a_person, a_plan
from .conftest import the_document

Rows = dict[str, list[dict[str, Any]]]
# Where a file is kept is drawn anew each time, on purpose: nobody is to guess it. Kinds of rows are numbered by Django.
DRAWN = {"tasks.evidence": {"file"}, "auditlog.logentry": {"content_type"}}
MODELS = [model for label in ("departments", "tasks", "auditlog") for model in apps.get_app_config(label).get_models()]


def run(**options: Any) -> str:
    printed = StringIO()
    call_command("load_demonstration", stdout=printed, no_color=True, **options)
    return printed.getvalue()


def everything() -> Rows:
    """All rows that the project knows, their keys included."""
    return {
        model._meta.label_lower: list(model._default_manager.order_by("pk").values(*_columns(model)))
        for model in MODELS
    }


def _columns(model: type[models.Model]) -> list[str]:
    drawn = DRAWN.get(model._meta.label_lower, set())
    return [field.attname for field in model._meta.concrete_fields if field.name not in drawn]


# --- what it refuses -----------------------------------------------------------------------------------------

USES: dict[str, Callable[[], object]] = {
    "a person": lambda: a_person(Role.LEADER),
    "a unit": lambda: a_department("区法院"),
    "a plan": a_plan,
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.django_db
def test_a_database_in_use_is_refused_and_left_as_it_is(use: str) -> None:
    USES[use]()
    before = everything()

    with pytest.raises(CommandError) as refusal:
        run()

    assert str(refusal.value) == (
        "数据库已在使用（已有用户、责任单位或推进计划），不能载入演示数据。没有改动任何内容。"
    )
    assert refusal.value.returncode == 1
    assert everything() == before
    assert not Demonstration.objects.exists()


@pytest.mark.django_db
def test_what_fails_half_way_leaves_nothing_behind(monkeypatch) -> None:
    def fail(*_any: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("tasks.demonstration.load.steps", fail)

    with pytest.raises(RuntimeError):
        load(document=the_document())

    assert {label: rows for label, rows in everything().items() if rows} == {}


# --- the same every time -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_loads_make_the_same_rows() -> None:
    found = []
    for _time in range(2):
        call_command("flush", interactive=False, verbosity=0)
        load(document=the_document())
        found.append(everything())

    first, second = found
    assert sum(map(len, first.values())) > 800
    for label, rows in first.items():
        assert rows == second[label], label


@pytest.mark.django_db
def test_a_second_run_changes_nothing_and_names_accounts_that_open_and_the_day() -> None:
    printed = run()
    before = everything()

    again = run(address="http://127.0.0.1:8001")

    assert printed.splitlines()[0] == "演示数据已载入，全部内容均非真实。"
    assert again.splitlines()[0] == "演示数据此前已载入，未作改动。"
    assert again.splitlines()[-1] == "查看2022-01-12的情况：http://127.0.0.1:8001/?as_of=2022-01-12"
    assert "\n填报员\ttianbao02\t李强（演示）\t公安东丽分局\n" in again
    assert everything() == before
    signed_in = Client().post("/accounts/login/", {"username": "tianbao02", "password": PASSWORD})
    assert signed_in.headers["Location"] == "/"


@pytest.mark.django_db
def test_its_files_are_whole_documents() -> None:
    load(document=the_document())
    file = Evidence.objects.exclude(draft=None).get()

    with file.file.open() as content:
        assert examine(file.name, content, most_bytes=10_000).sha256 == file.sha256
