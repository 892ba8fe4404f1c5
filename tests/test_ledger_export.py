"""The workbook holds exactly the rows of the ledger as it is on the screen, in the same order."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from urllib.parse import quote

import pytest
from django.test import Client
from openpyxl import load_workbook

from tasks.models import Plan

from .builders import a_busy_autumn, a_department, a_leader, a_reporter, a_supervisor, an_administrator
from .pages import Page, attribute, signed_in, visit

DAY = date(2022, 1, 12)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def leader(shipped_plan: Plan) -> Client:
    a_busy_autumn(shipped_plan)
    return signed_in(a_leader())


def ledger(plan: Plan) -> str:
    return f"{plan.get_absolute_url()}measures/"


def numbers_in(content: bytes) -> list[int]:
    """The measures' numbers in the first sheet, in its order."""
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    head = next(index for index, row in enumerate(rows) if "工作任务" in row)
    column = rows[head].index("序号")
    return [row[column] for row in rows[head + 1 :] if isinstance(row[column], int)]


def numbers_on_all_pages(client: Client, path: str) -> list[int]:
    pages = -(-visit(client, path).count // 20)
    rows = [number for page in range(1, pages + 1) for number in visit(client, path, page=page).column(0)]
    return [int(number) for number in rows]


def test_the_workbook_has_the_rows_of_all_pages_in_the_order_of_the_screen(leader, shipped_plan) -> None:
    queries = [
        "",
        "as_of=2021-12-31",
        "sort=late&as_of=2022-01-12",
        "sort=deadline",
        "sort=report&as_of=2022-01-12",
        "sort=silent&as_of=2022-01-12",
        "timeliness=OVERDUE&sort=late&as_of=2022-01-12",
        "q=知识产权&role=principal&timeframe=BY_DATE&section=3",
        "q=检察机关的意见&as_of=2021-10-12",
        "q=检察机关的意见&as_of=2021-10-11",
        "coordination=yes&as_of=2022-01-12",
    ]
    on_screen = {query: numbers_on_all_pages(leader, f"{ledger(shipped_plan)}?{query}") for query in queries}

    exported = {query: leader.get(f"{ledger(shipped_plan)}export.xlsx?{query}") for query in queries}

    assert {(response.status_code, response.headers["Content-Type"]) for response in exported.values()} == {(200, XLSX)}
    assert {query: numbers_in(response.content) for query, response in exported.items()} == on_screen
    assert [len(on_screen[query]) for query in queries] == [42, 42, 42, 42, 42, 42, 12, 3, 1, 0, 1]


def test_the_link_on_the_page_leads_to_the_workbook_of_that_page(leader, shipped_plan) -> None:
    page = visit(leader, ledger(shipped_plan), section=2, sort="late", per=50, page=1, as_of=DAY)

    (link,) = [a for a in page.every("a") if "export.xlsx" in (attribute(a, "href") or "")]
    response = leader.get(attribute(link, "href"))

    assert numbers_in(response.content) == [int(number) for number in page.column(0)]
    assert page.count == 8


def test_page_and_length_of_page_do_not_shorten_the_workbook(leader, shipped_plan) -> None:
    response = leader.get(f"{ledger(shipped_plan)}export.xlsx", {"page": "3", "per": "50"})

    assert numbers_in(response.content) == list(range(1, 43))


def test_an_empty_result_is_an_empty_ledger_and_no_error(leader, shipped_plan) -> None:
    response = leader.get(f"{ledger(shipped_plan)}export.xlsx", {"q": "没有这样的任务"})

    assert (response.status_code, numbers_in(response.content)) == (200, [])


def test_the_file_is_named_by_plan_and_day(leader, shipped_plan) -> None:
    response = leader.get(f"{ledger(shipped_plan)}export.xlsx", {"as_of": "2022-01-12"})

    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename*=utf-8''")
    assert quote(shipped_plan.title) in disposition
    assert "2022-01-12" in disposition
    assert disposition.endswith(".xlsx")


def test_a_wrong_condition_is_explained_and_gives_no_workbook(leader, shipped_plan) -> None:
    page = Page(leader.get(f"{ledger(shipped_plan)}export.xlsx", {"section": "99", "as_of": "2022-01-12"}))

    assert (page.status, page.response.headers["Content-Type"]) == (400, "text/html; charset=utf-8")
    assert page.alerts[0].startswith("筛选条件有误")
    assert "章节" in page.alerts[0]


def test_the_way_on_from_a_refused_workbook_leads_back_to_the_ledger(leader, shipped_plan) -> None:
    page = Page(leader.get(f"{ledger(shipped_plan)}export.xlsx", {"section": "99", "as_of": "2022-01-12"}))

    assert page.links(page.main) == {"清除条件": f"{ledger(shipped_plan)}?as_of=2022-01-12"}


@pytest.mark.parametrize("day", ["2021-13-45", "abc", "9999-12-31"])
def test_a_wrong_day_gives_no_workbook(leader, shipped_plan, day) -> None:
    response = leader.get(f"{ledger(shipped_plan)}export.xlsx", {"as_of": day})

    assert (response.status_code, response.headers["Content-Type"]) == (400, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("person", "status"),
    [(a_leader, 200), (a_supervisor, 200), (an_administrator, 200), (lambda: a_reporter(a_department()), 403)],
)
def test_the_workbook_is_for_those_who_may_have_it(shipped_plan, person, status) -> None:
    response = signed_in(person()).get(f"{ledger(shipped_plan)}export.xlsx")

    assert response.status_code == status
    assert response.content.startswith(b"PK") == (status == 200)


def test_no_copy_of_the_workbook_is_kept_on_the_way(leader, shipped_plan) -> None:
    response = leader.get(f"{ledger(shipped_plan)}export.xlsx")

    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
