"""The ledger of parts as a workbook: the rows of the screen, in its order, and one that comes back."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.test import Client
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from departments.models import Department, User
from tasks.actions import export as actions
from tasks.models import Plan

from .builders import (
    a_busy_autumn,
    a_collective,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_plan,
    a_report,
    a_reporter,
    an_administrator,
    own_part,
)
from .pages import address, it_is, signed_in, visit
from .test_assignment_ledger import ledger, parts
from .workbooks import TODAY, brought, changes, filled_in, refusals, typing, unchanged


@pytest.fixture
def leader(db, monkeypatch: pytest.MonkeyPatch) -> Client:
    it_is(monkeypatch, TODAY)
    return signed_in(a_leader())


def exported(client: Client, plan: Plan, **query: object) -> bytes:
    answer = client.get(address(f"{ledger(plan)}export.xlsx", **query))
    assert answer.status_code == 200
    return bytes(answer.content)


def sheet(content: bytes) -> Worksheet:
    return load_workbook(BytesIO(content))["分单位"]


def rows(content: bytes) -> list[tuple[int, str]]:
    return [(line[0], line[3]) for line in sheet(content).iter_rows(min_row=5, values_only=True)]


QUERIES = [
    {},
    {"timeframe": "ONGOING"},
    {"reported": "no"},
    {"timeliness": "SILENT"},
    {"section": "3", "as_of": "2021-12-20"},
]


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_it_has_the_rows_of_the_screen_in_their_order(leader, shipped_plan, query: dict[str, str]) -> None:
    a_busy_autumn(shipped_plan)
    shown = visit(leader, ledger(shipped_plan), per=100, **query)
    assert 0 < shown.count <= 100

    content = exported(leader, shipped_plan, **query)

    assert rows(content) == parts(shown)
    assert f"责任分工{shown.count}项" in sheet(content)["A3"].value


def test_the_page_leads_there_with_its_conditions(leader, shipped_plan) -> None:
    page = visit(leader, ledger(shipped_plan), per=50, timeframe="ONGOING")
    name = f"导出当前结果（{page.count}项）"

    answer = leader.get(page.links()[name])

    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert len(rows(answer.content)) == page.count
    assert "时限类型：持续推进" in sheet(answer.content)["A3"].value


def test_members_parts_are_those_of_the_screen(leader) -> None:
    street = a_department("万新街道")
    plan = a_plan()
    shared = a_part(a_measure(plan), a_collective("各街道办", street))
    a_report(own_part(shared, street), TODAY, progress="街道已办。")

    content = exported(leader, plan, member=street.pk)

    assert rows(content) == [(1, "万新街道")]
    assert "街道已办。" in [cell.value for cell in sheet(content)[5]]


def test_what_a_person_leaves_out_of_it_is_left_out_whatever_is_left_out_of_the_ledger(leader, shipped_plan) -> None:
    actions.choose(by=User.objects.get(), left_out=["parts.number", "parts"])
    actions.choose(by=User.objects.get(), left_out=["parts.section", "about"], of="assignments")

    heads = [cell.value for cell in sheet(exported(leader, shipped_plan))[4]]

    assert heads[:3] == ["序号", "工作任务", "责任单位"]


def test_it_comes_back_with_what_was_typed_into_it_and_nothing_else(leader, shipped_plan) -> None:
    a_busy_autumn(shipped_plan)
    content = exported(leader, shipped_plan, timeframe="ONGOING", reported="no")
    by = an_administrator()

    untouched = brought(by, shipped_plan, content)
    upload = brought(by, shipped_plan, filled_in(content, typing("进展情况", "已开展宣传。")))

    assert (changes(untouched), refusals(untouched), unchanged(untouched)) == ([], [], len(rows(content)))
    assert [(label, old, new) for _cell, label, old, new in changes(upload)] == [("进展情况", "", "已开展宣传。")]


def test_conditions_that_make_no_sense_are_refused_in_words(leader, shipped_plan) -> None:
    for page in ("export.xlsx", "export/"):
        wrong = visit(leader, f"{ledger(shipped_plan)}{page}", status=400, section="99")
        assert "筛选条件有误，没有导出" in wrong.words


def test_a_reporter_reads_and_does_not_export(shipped_plan) -> None:
    reporter = signed_in(a_reporter(Department.objects.get(name="区法院")))

    assert "导出当前结果" not in visit(reporter, ledger(shipped_plan)).words
    visit(reporter, f"{ledger(shipped_plan)}export.xlsx", status=403)


def test_it_costs_the_same_with_one_part_and_with_three(leader, django_assert_num_queries) -> None:
    plan = a_plan(slug="small")
    a_part(a_measure(plan), a_department("甲局"))

    # session, user, roles; plan; which parts; what the person leaves out; the parts, what their members owe;
    # their reports; units; the rules in force
    for _size in (1, 3):
        with django_assert_num_queries(11):
            exported(leader, plan)
        for name in ("乙局", "丙局"):
            a_part(a_measure(plan), Department.objects.filter(name=name).first() or a_department(name))


def test_a_day_before_shows_what_was_known_then(leader, shipped_plan) -> None:
    a_busy_autumn(shipped_plan)

    then, now = (exported(leader, shipped_plan, as_of=day) for day in (date(2021, 9, 1), TODAY))

    assert rows(then) == rows(now)
    assert "数据截至2021年9月1日" in sheet(then)["A3"].value
    before, after = (list(sheet(each).iter_rows(min_row=5, values_only=True)) for each in (then, now))
    assert before != after
