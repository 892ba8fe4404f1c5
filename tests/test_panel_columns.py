"""Which columns of the panel's lists are in a file, chosen and remembered."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from departments.models import User
from tasks.actions import export as actions
from tasks.models import ExportChoice, Plan

from .builders import a_measure, a_plan, a_supervisor
from .pages import Page, attribute, it_is, signed_in, visit, words
from .panel import opened

MEASURES = "/admin/tasks/measure/export/"
BOOK = {"format": "0", "resource": "0", "has_columns": "True"}


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, date(2022, 1, 12))


@pytest.fixture
def plan(db: None) -> Plan:
    return a_measure(a_plan()).plan


@pytest.fixture
def office(plan: Plan) -> User:
    return a_supervisor()


@pytest.fixture
def client(office: User) -> Client:
    return signed_in(office)


def ticked(client: Client) -> list[str]:
    boxes = visit(client, MEASURES).every("input", type="checkbox", name="columns")
    return [attribute(box, "value") or "" for box in boxes if "checked" in dict(box.attributes)]


def heads(client: Client, **data: Any) -> list[str]:
    head, *_rows = opened(client.post(MEASURES, BOOK | data))
    return [str(value) for value in head]


def test_everything_is_ticked_until_somebody_chooses(client: Client) -> None:
    everything = ticked(client)

    assert everything[:3] == ["plan", "number", "section"]
    assert heads(client, columns=everything)[:3] == ["推进计划", "序号", "章节"]
    assert ExportChoice.objects.get().left_out == []


def test_only_the_chosen_columns_are_in_the_file_in_their_order(client: Client) -> None:
    assert heads(client, columns=["timeliness", "number"]) == ["序号", "时效"]


def test_a_choice_is_remembered_for_its_person_and_list(client: Client, office: User) -> None:
    actions.choose(by=office, left_out=["parts", "measures.number"])

    heads(client, columns=["number", "wording"])

    client.logout()
    again = signed_in(office)
    assert ticked(again) == ["number", "wording"]
    units = visit(again, "/admin/departments/department/export/").every("input", type="checkbox", name="columns")
    assert {"checked" in dict(box.attributes) for box in units} == {True}
    assert {"parts", "measures.number"} <= set(ExportChoice.objects.get().left_out)
    actions.choose(by=office, left_out=["reports"])
    assert ticked(again) == ["number", "wording"]
    assert len(ticked(signed_in(a_supervisor()))) > 2


@pytest.mark.parametrize(
    ("columns", "said"), [([], "请至少选择一列。"), (["number", "'; --"], "“'; --”不在可选之列。")]
)
def test_a_choice_that_makes_no_sense_is_refused_beside_the_boxes(
    client: Client, columns: list[str], said: str
) -> None:
    page = Page(client.post(MEASURES, BOOK | {"columns": columns}))

    (error,) = [each for each in page.every("ul", "errorlist") if attribute(each, "id") == "columns-error"]
    assert words(error) == said
    assert not ExportChoice.objects.exists()
