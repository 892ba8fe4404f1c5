"""The workbooks of every page: chosen and remembered apart, and made in stretches where they are large."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from departments.models import Department
from tasks.choices import AssignmentRole, WorkbookKind
from tasks.excel import stretches
from tasks.excel.design import ABOUT, Design
from tasks.excel.matrix import MatrixWorkbook
from tasks.models import Assignment, Export, ExportChoice, Plan

from .builders import (
    a_closing,
    a_department,
    a_measure,
    a_part,
    a_plan,
    a_report,
    a_snapshot,
    a_supervisor,
    the_part,
)
from .pages import Page, attribute, it_is, signed_in, visit

TODAY, DECEMBER = date(2022, 1, 12), date(2021, 12, 1)
DESIGNS = {kind: workbook.design for kind, workbook in stretches.KINDS.items()}
SPAN = {"from": str(DECEMBER), "to": str(TODAY)}
# The pages: kind of their workbook, address in the plan's, conditions, and how many rows.
PAGES = {
    "ledger": (WorkbookKind.MEASURES, "measures/", {"sort": "late"}, 8),
    "unit": (WorkbookKind.MEASURES, "units/{unit}/", {}, 6),
    "assignments": (WorkbookKind.ASSIGNMENTS, "assignments/", {"role": "principal"}, 8),
    "matrix": (WorkbookKind.MATRIX, "matrix/", {}, 8),
    "matrix, narrowed": (WorkbookKind.MATRIX, "matrix/", {"timeliness": "OVERDUE"}, 6),
    "comparison": (WorkbookKind.COMPARISON, "compare/", SPAN, 16),
    "comparison, narrowed": (WorkbookKind.COMPARISON, "compare/", SPAN | {"kind": "overdue", "of": "parts"}, 10),
    "from a snapshot": (WorkbookKind.COMPARISON, "compare/", {"from_snapshot": "{snapshot}", "to": str(TODAY)}, 16),
    "up to a snapshot": (WorkbookKind.COMPARISON, "compare/", {"from": "2021-11-10", "to_snapshot": "{snapshot}"}, 3),
    "snapshot": (WorkbookKind.SNAPSHOT, "snapshots/{snapshot}/", {}, 8),
}
# Session, user, roles; plan; which rows; what the person leaves out; then what the workbook asks for.
QUERIES = {"matrix": 10, "unit": 15}
Place = tuple[WorkbookKind, str, dict[str, str], int]


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, TODAY)


@pytest.fixture
def plan(db: None) -> Plan:
    """Eight measures, most of them late, of three units: six of the first and of a partner, two of the other."""
    plan = a_plan()
    first, partner, other = (a_department(name) for name in ("甲局", "乙局", "丙局"))
    for number in range(8):
        measure = a_measure(plan, due_on=None if number == 3 else date(2021, 12, 31))
        part = a_part(
            measure, first if number < 6 else other, AssignmentRole.LEAD if number < 6 else AssignmentRole.SOLE
        )
        if number < 6:
            a_part(measure, partner, AssignmentRole.CO)
        a_report(part, date(2021, 11, 1 + number), progress=f"第{number}项已办。")
    a_closing(the_part(plan, 1, "甲局"), date(2021, 11, 20), date(2021, 11, 22))
    return plan


@pytest.fixture
def client(plan: Plan) -> Client:
    return signed_in(a_supervisor())


@pytest.fixture(params=PAGES)
def place(request: pytest.FixtureRequest, plan: Plan) -> Place:
    kind, path, query, number = PAGES[request.param]
    keys = {"unit": str(Department.objects.get(name="甲局").pk)}
    if "{snapshot}" in f"{path}{query}":
        keys["snapshot"] = str(a_snapshot(plan, DECEMBER).pk)
    filled = {name: value.format(**keys) for name, value in query.items()}
    return kind, f"{plan.get_absolute_url()}{path.format(**keys)}", filled, number


def everything(design: Design) -> dict[str, list[str]]:
    columns = {sheet: [name for name, _label in design.offered(sheet)] for sheet in design.columns}
    return {"sheets": list(design.sheets)} | columns


def ticked(page: Page) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for box in page.every("input"):
        if attribute(box, "type") == "checkbox" and "checked" in dict(box.attributes):
            found.setdefault(attribute(box, "name") or "", []).append(attribute(box, "value") or "")
    return found


def with_query(path: str, query: dict[str, str]) -> str:
    return f"{path}?{'&'.join(f'{name}={value}' for name, value in query.items())}" if query else path


def cells(chunks: Iterable[bytes]) -> dict[str, list[Any]]:
    """Every cell of every sheet."""
    return {sheet.title: list(sheet.values) for sheet in load_workbook(BytesIO(b"".join(chunks))).worksheets}


def test_every_page_leads_to_all_that_its_workbook_can_have(client: Client, place: Place) -> None:
    kind, path, query, number = place
    design = DESIGNS[kind]

    href = visit(client, path, **query).links()["选择工作表和列"]
    page = visit(client, href)

    assert href.startswith(f"{path}export/")
    assert f"将导出{kind.label}的{number}项" in page.words
    assert ticked(page) == everything(design)
    backs = [link for link in page.links().values() if link.split("?")[0] == path]
    assert any(all(f"{name}={value}" in back for name, value in query.items()) for back in backs)
    book = cells([client.get(f"{path}export.xlsx", query).content])
    heads = [str(design.titles[sheet]) for sheet in design.sheets]
    is_narrowed = "kind" in query  # to one of two levels
    assert [name for name in book if name != "选项"] == [
        head for head in heads if not is_narrowed or head != "任务变化"
    ]


def test_a_choice_is_remembered_for_its_kind_of_workbook_alone(client: Client, place: Place) -> None:
    kind, path, query, _number = place
    design = DESIGNS[kind]
    sheet = list(design.columns)[-1] if kind == WorkbookKind.COMPARISON else next(iter(design.columns))
    first, *_others, last = everything(design)[sheet]
    few = everything(design) | {"sheets": [sheet, ABOUT], sheet: [first, last]}

    answer = client.post(with_query(f"{path}export/", query), few)

    assert answer.headers["Location"] == with_query(f"{path}export.xlsx", query)
    assert ticked(visit(client, f"{path}export/", **query)) == few
    book = load_workbook(BytesIO(client.get(f"{path}export.xlsx", query).content))
    shown = [each for each in book.worksheets if each.sheet_state == "visible"]
    assert [each.title for each in shown] == [str(design.titles[sheet]), "说明"]
    columns = [cell for cell in shown[0][4] if not shown[0].column_dimensions[cell.column_letter].hidden]
    heads = [str(cell.value).split("\n")[0] for cell in columns]
    labels = [str(label) for name, label in design.offered(sheet) if name in (first, last)]
    assert heads == labels + (["甲局", "乙局", "丙局"][: len(heads) - 2] if sheet == "matrix" else [])
    assert {name.rpartition("/")[0] for name in ExportChoice.objects.get().left_out} == {design.name}


def test_of_a_large_page_the_workbook_is_made_in_stretches_and_is_the_same(
    monkeypatch: pytest.MonkeyPatch, settings: Any, client: Client, place: Place
) -> None:
    kind, path, query, number = place
    whole = cells([client.get(f"{path}export.xlsx", query).content])
    settings.EXPORT_AT_ONCE, settings.EXPORT_SECONDS = 0, 0
    monkeypatch.setattr(stretches.KINDS[kind], "chunk", 3)

    assert client.get(f"{path}export.xlsx", query).headers["Location"] == with_query(f"{path}export/", query)
    begun = client.post(with_query(f"{path}export/", query), everything(DESIGNS[kind]))
    export = Export.objects.get()
    assert begun.headers["Location"] == export.get_absolute_url()
    assert f"导出{kind.label}" in visit(client, export.get_absolute_url()).words
    steps = []
    for _step in range(3, number + 3, 3):
        client.post(f"{export.get_absolute_url()}work/")
        steps.append(Export.objects.get().done)
    answer: Any = client.get(f"{export.get_absolute_url()}download/")

    assert steps == [min(step, number) for step in range(3, number + 3, 3)]
    assert cells(answer) == whole


def test_a_unit_that_joins_while_the_matrix_is_made_comes_next_time(
    monkeypatch: pytest.MonkeyPatch, settings: Any, client: Client, plan: Plan
) -> None:
    settings.EXPORT_AT_ONCE, settings.EXPORT_SECONDS = 0, 0
    monkeypatch.setattr(MatrixWorkbook, "chunk", 4)
    client.post(f"{plan.get_absolute_url()}matrix/export/", everything(MatrixWorkbook.design))
    export = Export.objects.get()
    client.post(f"{export.get_absolute_url()}work/")
    a_part(plan.measures.get(number=8), a_department("后来的局"), AssignmentRole.CO)

    client.post(f"{export.get_absolute_url()}work/")
    answer: Any = client.get(f"{export.get_absolute_url()}download/")

    sheet = cells(answer)["责任矩阵"]
    assert (sheet[3][3:], "责任分工14项" in sheet[2][0]) == (("甲局", "乙局", "丙局"), True)


def test_units_that_change_places_while_the_matrix_is_made_keep_their_columns(
    monkeypatch: pytest.MonkeyPatch, settings: Any, client: Client, plan: Plan
) -> None:
    whole = cells([client.get(f"{plan.get_absolute_url()}matrix/export.xlsx").content])
    settings.EXPORT_AT_ONCE, settings.EXPORT_SECONDS = 0, 0
    monkeypatch.setattr(MatrixWorkbook, "chunk", 4)
    client.post(f"{plan.get_absolute_url()}matrix/export/", everything(MatrixWorkbook.design))
    export = Export.objects.get()
    client.post(f"{export.get_absolute_url()}work/")
    Department.objects.filter(name="甲局").update(position=500)

    client.post(f"{export.get_absolute_url()}work/")
    answer: Any = client.get(f"{export.get_absolute_url()}download/")

    assert cells(answer)["责任矩阵"] == whole["责任矩阵"]


def test_a_unit_that_is_gone_before_the_matrix_is_made_leaves_its_column_empty(
    monkeypatch: pytest.MonkeyPatch, settings: Any, client: Client, plan: Plan
) -> None:
    settings.EXPORT_AT_ONCE, settings.EXPORT_SECONDS = 0, 0
    monkeypatch.setattr(MatrixWorkbook, "chunk", 4)
    client.post(f"{plan.get_absolute_url()}matrix/export/", everything(MatrixWorkbook.design))
    export = Export.objects.get()
    Assignment.objects.filter(department__name="乙局").delete()
    Department.objects.filter(name="乙局").delete()

    for _step in range(2):
        client.post(f"{export.get_absolute_url()}work/")
    answer: Any = client.get(f"{export.get_absolute_url()}download/")

    sheet = cells(answer)["责任矩阵"]
    assert sheet[3][3:] == ("甲局", "乙局", "丙局")
    assert [row[4] for row in sheet[4:]] == [None] * 8
    assert [bool(row[3]) for row in sheet[4:]] == [True] * 6 + [False] * 2


def test_a_workbook_can_be_its_explanation_alone(client: Client, place: Place) -> None:
    kind, path, query, _number = place
    client.post(with_query(f"{path}export/", query), everything(DESIGNS[kind]) | {"sheets": [ABOUT]})

    book = load_workbook(BytesIO(client.get(f"{path}export.xlsx", query).content))

    shown = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    assert shown == (["分工变化", "说明"] if "kind" in query else ["说明"])  # a list is what was asked for


def test_giving_up_leads_back_to_the_page(settings: Any, client: Client, place: Place) -> None:
    kind, path, query, _number = place
    settings.EXPORT_AT_ONCE = 0
    client.post(with_query(f"{path}export/", query), everything(DESIGNS[kind]))
    export = Export.objects.get()

    assert path in visit(client, export.get_absolute_url()).links().values()
    answer = client.post(f"{export.get_absolute_url()}cancel/")

    assert answer.headers["Location"] == path


@pytest.mark.parametrize("name", ["matrix", "unit"])
def test_a_workbook_costs_the_same_with_one_measure_and_with_three(
    name: str, client: Client, django_assert_num_queries: Any
) -> None:
    kind, path, query, _number = PAGES[name]
    small = a_plan(slug="small")
    units = [a_department(), a_department()]
    for queries in (QUERIES[name], QUERIES[name]):
        for _more in range(1 if not small.measures.exists() else 2):
            measure = a_measure(small, due_on=date(2021, 12, 31))
            a_report(a_part(measure, units[0], AssignmentRole.LEAD), date(2021, 11, 1))
            a_part(measure, units[1], AssignmentRole.CO)
        there = f"{small.get_absolute_url()}{path.format(unit=units[0].pk)}export.xlsx"
        with django_assert_num_queries(queries):
            client.get(there, query)
    assert kind in stretches.KINDS
