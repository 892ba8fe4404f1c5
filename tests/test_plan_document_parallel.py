"""Two people at one plan's document at the same moment, and a step that fails in the middle."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from departments.models import Department
from tasks.actions import plan_document as actions
from tasks.models import Measure, Period, Plan, PlanDocument

from . import test_concurrency
from .builders import a_plan_document, an_administrator, at
from .killed import was_killed
from .test_concurrency import Crossing, at_once, kinds

pytestmark = pytest.mark.django_db(transaction=True)
_a_database_of_several = test_concurrency._a_database_of_several

TODAY = date(2022, 1, 12)
FIELDS: dict[str, Any] = {
    "slug": "plan-2022",
    "number": "甲〔2022〕1号",
    "title": "2022年推进计划",
    "issuer": "甲局",
    "issued_on": "2022-01-05",
    "starts_on": "2022-01-01",
    "ends_on": "2022-12-31",
    "parent": None,
    "office": ["甲局"],
}


def a_finished_document() -> PlanDocument:
    document = a_plan_document("2022年推进计划\n一、保护\n1.甲项。（甲局负责；长期）", TODAY)
    how: dict[str, Any] = {"by": an_administrator(), "document": document, "now": at(TODAY)}
    actions.describe(**how, version=1, fields=FIELDS)
    return actions.decide_units(**how, version=2, decisions={"甲局": {"kind": "GOVERNMENT"}})


def rows() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Plan, Measure, Department, Period))


def test_of_two_confirmations_one_makes_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    document = a_finished_document()
    people = [an_administrator(), an_administrator()]
    crossing = Crossing(monkeypatch, Plan, patience=0.5)

    results = at_once(
        *(lambda by=by: actions.confirm(by=by, document=document, version=3, now=at(TODAY)) for by in people)
    )

    assert crossing.met == 0
    assert kinds(results) == ["Confirmed", "Plan"]
    assert rows()[:3] == (1, 1, 1)


def test_of_two_edits_of_one_version_the_second_is_refused() -> None:
    document = a_finished_document()
    people = [an_administrator(), an_administrator()]

    results = at_once(
        *(
            lambda by=by: actions.set_times(by=by, document=document, version=3, due_on=None, now=at(TODAY))
            for by in people
        )
    )

    assert kinds(results) == ["PlanDocument", "Stale"]
    assert PlanDocument.objects.get().version == 4


def test_a_confirmation_that_breaks_off_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    document = a_finished_document()

    def breaks(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tasks.actions.plan.create_ahead", breaks)
    with pytest.raises(KeyboardInterrupt):
        actions.confirm(by=an_administrator(), document=document, version=3, now=at(TODAY))

    assert rows() == (0, 0, 0, 0)
    assert not PlanDocument.objects.get().is_confirmed


# Where a server dies that makes a plan of a document.
KILLED = """
    from departments.models import User
    from tasks.actions import plan, plan_document as actions
    from tasks.models import PlanDocument
    from tests.builders import at
    from tests.test_plan_document_parallel import TODAY

    if sys.argv[1] == "half-way":
        from tasks.models import Measure
        Measure.full_clean = die
    elif sys.argv[1] == "before it is committed":
        PlanDocument.save = die
    document = PlanDocument.objects.select_related("uploaded_by").get()
    actions.confirm(by=document.uploaded_by, document=document, version=document.version, now=at(TODAY))
    die()
"""


@pytest.mark.parametrize("moment", ["half-way", "before it is committed", "after"])
def test_of_a_confirmation_that_is_killed_all_is_there_or_nothing(moment: str) -> None:
    document = a_finished_document()

    assert was_killed([KILLED], moment)

    document.refresh_from_db()
    is_in = moment == "after"
    assert (rows()[:3], document.is_confirmed) == ((1, 1, 1) if is_in else (0, 0, 0), is_in)
    if not is_in:
        actions.confirm(by=an_administrator(), document=document, version=document.version, now=at(TODAY))
        assert rows()[:3] == (1, 1, 1)
