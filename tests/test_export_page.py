"""What a workbook has in it, chosen and remembered; and one of a large ledger, made stretch by stretch."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from openpyxl import Workbook, load_workbook

from departments.models import User
from tasks.actions import export as actions
from tasks.excel import ledger
from tasks.models import ExportChoice, Measure, Plan

from .builders import (
    a_busy_autumn,
    a_collective,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_report,
    a_supervisor,
    an_administrator,
    at,
    own_part,
)
from .pages import Page, attribute, it_is, signed_in, visit
from .test_excel_ledger import rows
from .workbooks import brought, unchanged, whole_ledger

TODAY = date(2022, 1, 12)
NOW = at(TODAY)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, TODAY)


@pytest.fixture
def office(db: None) -> User:
    return a_supervisor()


@pytest.fixture
def client(office: User) -> Client:
    return signed_in(office)


def choice(plan: Plan) -> str:
    return f"{plan.get_absolute_url()}measures/export/"


def ticked(client: Client, path: str) -> dict[str, list[str]]:
    """What is ticked on the page, by field."""
    found: dict[str, list[str]] = {}
    for box in visit(client, path).every("input"):
        if attribute(box, "type") == "checkbox" and "checked" in dict(box.attributes):
            found.setdefault(attribute(box, "name") or "", []).append(attribute(box, "value") or "")
    return found


def exported(client: Client, plan: Plan, page: str = "measures", **query: Any) -> Workbook:
    answer = client.get(f"{plan.get_absolute_url()}{page}/export.xlsx", query)
    assert answer.status_code == 200
    return load_workbook(BytesIO(answer.content))


def everything() -> dict[str, list[str]]:
    columns = {
        sheet: [column.name for column in columns if not column.is_hidden]
        for sheet, columns in ledger.DESIGN.columns.items()
    }
    return {"sheets": list(ledger.SHEETS)} | columns


# --- what is in it ---------------------------------------------------------------------------------


def test_everything_is_ticked_until_somebody_chooses(client: Client) -> None:
    plan = a_part().measure.plan

    assert ticked(client, choice(plan)) == everything()


def test_a_choice_is_remembered_for_its_person_beyond_his_session(client: Client, office: User) -> None:
    plan = a_part().measure.plan
    wanted = everything() | {"sheets": ["measures", "about"], "measures": ["number", "wording", "light"]}

    answer = client.post(f"{choice(plan)}?timeliness=OVERDUE", wanted)

    assert answer.headers["Location"] == f"{plan.get_absolute_url()}measures/export.xlsx?timeliness=OVERDUE"
    client.logout()
    again = signed_in(office)
    assert ticked(again, choice(plan)) == wanted
    book = exported(again, plan)
    assert book.sheetnames == ["台账", "说明"]
    heads = [cell.value for cell in book["台账"][4] if not book["台账"].column_dimensions[cell.column_letter].hidden]
    assert heads == ["序号", "工作任务", "时效"]
    assert ticked(signed_in(a_leader()), choice(plan)) == everything()


def test_only_saving_leads_back_to_the_page(client: Client) -> None:
    plan = a_part().measure.plan

    answer = client.post(choice(plan), everything() | {"only": "1"})

    assert answer.headers["Location"] == choice(plan)
    assert ExportChoice.objects.get().left_out == []


def test_all_of_a_sheets_columns_are_ticked_at_once_and_the_rest_stays_as_it_is_on_the_page(
    client: Client, office: User
) -> None:
    plan = a_part().measure.plan
    few = {"sheets": ["parts"], "measures": ["number"], "parts": ["unit"], "reports": [], "extensions": ["state"]}

    page = Page(client.post(choice(plan), few | {"all": "parts"}))

    boxes = [box for box in page.every("input") if "checked" in dict(box.attributes)]
    found: dict[str, list[str]] = {}
    for box in boxes:
        found.setdefault(attribute(box, "name") or "", []).append(attribute(box, "value") or "")
    assert (page.status, found) == (
        200,
        {"sheets": ["parts"], "measures": ["number"], "parts": everything()["parts"], "extensions": ["state"]},
    )
    assert "这一组已全部选中，尚未保存。" in page.words
    assert not ExportChoice.objects.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sheets": []}, "请至少选择一张工作表。"),
        ({"sheets": ["nothing"]}, "“nothing”不在可选之列。"),
        ({"measures": []}, "选中的工作表至少要有一列。"),
        ({"parts": ["'; --"]}, "“'; --”不在可选之列。"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused_and_nothing_remembered(client: Client, change: Any, said: str) -> None:
    plan = a_part().measure.plan

    page = Page(client.post(choice(plan), everything() | change))

    assert (page.status, page.alerts) == (422, [said])
    assert not ExportChoice.objects.exists()


def test_columns_to_be_filled_in_are_hidden_and_not_left_out_so_that_the_workbook_can_come_back(
    db: None,
) -> None:
    part, office = a_part(a_measure(), a_department("区司法局")), an_administrator()
    a_report(part, date(2021, 12, 1))
    plan = part.measure.plan
    actions.choose(by=office, left_out=["measures", "parts.progress", "parts.wording", "statistics"])

    answer = signed_in(office).get(f"{plan.get_absolute_url()}measures/export.xlsx")

    sheet = load_workbook(BytesIO(answer.content))["分单位"]
    heads = {str(cell.value).split("\n")[0]: cell.column_letter for cell in sheet[4]}
    assert sheet.column_dimensions[heads["进展情况"]].hidden
    assert "工作任务" not in heads
    assert unchanged(brought(office, plan, answer.content)) == 1


def test_what_the_numbers_are_about_is_hidden_and_not_left_out(client: Client, office: User) -> None:
    plan = a_part().measure.plan
    actions.choose(by=office, left_out=["measures", "parts.role", "extensions", "measures.light"])

    book = exported(client, plan)

    assert [sheet.title for sheet in book.worksheets if sheet.sheet_state == "hidden"] == ["台账", "延期", "选项"]
    assert book.active.title == "分单位"
    heads = {cell.value: cell.column_letter for cell in book["分单位"][4]}
    assert book["分单位"].column_dimensions[heads["角色"]].hidden


SPOKEN = ["percent", "progress", "problems", "next_steps"]
STANDING = ["light", "sentence", "days_late", "reported", "last_report", "rule", "next_change"]
LESS = {
    "one sheet": [],
    "without words": [f"measures.{name}" for name in SPOKEN],
    "without lights": [f"measures.{name}" for name in STANDING],
    "names alone": [f"measures.{name}" for name in (*SPOKEN, *STANDING)],
}


@pytest.mark.parametrize("left_out", LESS.values(), ids=LESS)
def test_what_is_left_out_is_not_asked_and_changes_nothing_of_the_rest(
    shipped_plan: Plan, left_out: list[str], django_assert_num_queries: Any
) -> None:
    a_busy_autumn(shipped_plan)
    measures = Measure.objects.as_of(TODAY, shipped_plan).filter(plan=shipped_plan).in_plan_order()
    how: dict[str, Any] = {"plan": shipped_plan, "measures": measures, "as_of": TODAY, "exported_by": "孟凡"}
    whole = rows(load_workbook(BytesIO(whole_ledger(**how))))
    others = [sheet for sheet in ledger.SHEETS if sheet != "measures"]
    has_words = not set(left_out) & {f"measures.{name}" for name in SPOKEN}

    # Measures; parts; units; with words the members of collectives with their reports, and last reports.
    with django_assert_num_queries(6 if has_words else 3):
        content = whole_ledger(**how, left_out=[*others, *left_out])

    found = rows(load_workbook(BytesIO(content)))
    labels = {str(each.label) for each in ledger.DESIGN.columns["measures"] if f"measures.{each.name}" not in left_out}
    assert found == [{label: value for label, value in row.items() if label in labels} for row in whole]
    assert len(found) == 42


def test_the_page_is_reached_from_the_ledger_with_its_conditions(client: Client) -> None:
    plan = a_part().measure.plan

    page = visit(client, f"{plan.get_absolute_url()}measures/", timeliness="OVERDUE")

    links = [attribute(a, "href") or "" for a in page.every("a")]
    assert f"{choice(plan)}?timeliness=OVERDUE" in links


# --- a unit's page ---------------------------------------------------------------------------------


def test_a_units_workbook_has_its_own_parts_as_its_page_does(client: Client) -> None:
    unit, other = a_department("区司法局"), a_department("区金融局")
    shared = a_measure(number=1)
    a_part(shared, unit)
    a_part(shared, other, "CO")
    a_part(a_measure(shared.plan, number=2), other)
    member = own_part(a_part(a_measure(shared.plan, number=3), a_collective("各街道办", unit)), unit)
    a_report(member, date(2021, 12, 1))

    book = exported(client, shared.plan, f"units/{unit.pk}")

    assert [found["序号"] for found in rows(book)] == [1, 3]
    assert [(found["序号"], found["责任单位"]) for found in rows(book, "分单位")] == [(1, "区司法局"), (3, "区司法局")]
    assert [found["责任单位"] for found in rows(book, "进展明细")] == ["各街道办·区司法局"]
    assert "责任单位：区司法局" in book["台账"]["A3"].value
