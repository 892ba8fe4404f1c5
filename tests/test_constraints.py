"""The database itself refuses bad states: every named constraint accepts what it should and refuses the rest."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models

from . import (
    constraint_amendments,
    constraint_archives,
    constraint_documents,
    constraint_exports,
    constraint_loop,
    constraint_marks,
    constraint_rosters,
    constraint_snapshots,
    constraint_uploads,
    test_constraints_rows,
)
from .test_constraints_rows import Row, insert

pytestmark = pytest.mark.django_db

CASES = test_constraints_rows.CASES | constraint_loop.CASES | constraint_marks.CASES | constraint_snapshots.CASES
CASES |= constraint_amendments.CASES | constraint_documents.CASES | constraint_uploads.CASES
CASES |= constraint_exports.CASES | constraint_archives.CASES | constraint_rosters.CASES


def numbered(which: str) -> list[Any]:
    """Every row of the table that is ``accepted`` or ``refused``, under its constraint's name."""
    return [
        pytest.param(name, row, id=f"{name}-{number}")
        for name, case in CASES.items()
        for number, row in enumerate(getattr(case, which), start=1)
    ]


def own_models() -> list[type[models.Model]]:
    return [model for label in ("departments", "tasks") for model in apps.get_app_config(label).get_models()]


def constraints() -> dict[str, models.BaseConstraint]:
    return {constraint.name: constraint for model in own_models() for constraint in model._meta.constraints}


def test_the_table_has_a_row_for_every_constraint() -> None:
    assert set(CASES) == set(constraints())


def test_every_constraint_accepts_and_refuses_something() -> None:
    assert [name for name, case in CASES.items() if not (case.accepted and case.refused)] == []


@pytest.mark.parametrize(("name", "row"), numbered("accepted"))
def test_a_good_row_is_accepted_by_the_database_and_before_it(name: str, row: Row) -> None:
    good = row()

    good.validate_constraints()
    insert(good)

    assert type(good)._default_manager.filter(pk=good.pk).count() == 1


@pytest.mark.parametrize(("name", "row"), numbered("refused"))
def test_a_bad_row_is_refused_by_the_database(name: str, row: Row) -> None:
    bad = row()
    before = type(bad)._default_manager.count()

    with pytest.raises(IntegrityError) as refusal:
        insert(bad)

    # SQLite names the columns of a unique constraint instead of the constraint; a positive column refuses by itself.
    words = str(refusal.value).lower()
    is_unique = isinstance(constraints()[name], models.UniqueConstraint)
    assert ("unique constraint" if is_unique else name) in words or "check constraint" in words
    assert type(bad)._default_manager.count() == before


@pytest.mark.parametrize(("name", "row"), numbered("refused"))
def test_a_bad_row_is_refused_in_chinese_before_it_gets_there(name: str, row: Row) -> None:
    bad = row()

    with pytest.raises(ValidationError) as refusal:
        bad.validate_constraints()

    assert refusal.value.messages == [CASES[name].message]


def test_what_is_on_record_of_steps_and_numbers_cannot_be_deleted() -> None:
    done, counted = constraint_marks.entry(), constraint_marks.value()
    done.save()
    counted.save()

    for kept in (done.milestone, done.milestone.measure, counted.indicator, counted.indicator.measure):
        with pytest.raises(models.ProtectedError):
            kept.delete()
