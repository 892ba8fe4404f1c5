"""Two days on one page: every number opens its list, bad input is told, and the workbook has the same rows."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from tasks.choices import ChangeKind
from tasks.models import Plan, Snapshot

from .builders import (
    a_busy_autumn,
    a_closing,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_plan,
    a_reporter,
    a_snapshot,
    an_extension,
    the_part,
)
from .pages import Page, address, attribute, cells, every, it_is, signed_in, visit, words

TODAY = date(2022, 1, 20)
DECEMBER, NEW_YEAR = date(2021, 12, 15), date(2022, 1, 5)
LABELS = [str(kind.label) for kind in ChangeKind]


@pytest.fixture(autouse=True)
def _today(monkeypatch) -> None:
    it_is(monkeypatch, TODAY)


@pytest.fixture
def plan(shipped_plan: Plan) -> Plan:
    a_busy_autumn(shipped_plan)
    measure = the_part(shipped_plan, 3, "公安东丽分局").measure
    an_extension(measure, date(2022, 2, 28), date(2022, 1, 6), date(2022, 1, 7))
    return shipped_plan


@pytest.fixture
def leader(plan) -> Client:
    return signed_in(a_leader())


def compare(plan: Plan) -> str:
    return f"{plan.get_absolute_url()}compare/"


def span(first: date, last: date, **more: Any) -> dict[str, Any]:
    return {"from": first, "to": last} | more


def numbers(page: Page) -> list[tuple[int, str]]:
    """``(number, address)`` of every figure and of every number in the table of units."""
    figures = [
        (int(words(every(a, "b")[0])), attribute(a, "href") or "") for a in every(page.every("div", "figures")[0], "a")
    ]
    table = page.every("table", "ledger--compared")[0]
    return figures + [(int(words(a)), attribute(a, "href") or "") for a in every(table, "a") if words(a).isdecimal()]


def changes(page: Page) -> list[list[str]]:
    """The rows of the list of changes."""
    tables = every(page.every("section", id="changes")[0], "table")
    return [cells(row) for table in tables for row in every(every(table, "tbody")[0], "tr")]


def test_every_number_opens_its_list(leader, plan) -> None:
    page = visit(leader, compare(plan), **span(DECEMBER, TODAY))

    found = numbers(page)
    lists = {href: visit(leader, href.partition("#")[0]) for _number, href in found}
    assert [lists[href].count for _number, href in found] == [number for number, _href in found]
    assert all(len(changes(page)) == min(page.count, 50) for page in lists.values())
    assert sum(number for number, _href in found) > 50


def test_all_23_units_are_there_and_their_numbers_sum_up(leader, plan) -> None:
    page = visit(leader, compare(plan), **span(DECEMBER, TODAY))

    rows = [cells(row) for row in every(every(page.every("table", "ledger--compared")[0], "tbody")[0], "tr")]
    assert len(rows) == 24
    assert rows[-1][0] == "合计"
    assert [str(sum(int(row[place]) for row in rows[:-1])) for place in range(1, 6)] == rows[-1][1:]
    assert [row for row in rows if row[1:] == ["0"] * 5]


def test_a_change_is_shown_with_both_lights_the_sentence_and_the_days(leader, plan) -> None:
    page = visit(leader, compare(plan), **span(NEW_YEAR, TODAY), of="measures")

    by_number = {row[0]: row[1:] for row in changes(page)}
    assert "原定2021年12月31日办结，延期至2022年2月28日" in by_number["3"][0]
    assert by_number["3"][1] == "新延期 由红转绿"
    assert by_number["3"][2].startswith("逾期 → 变为 ")
    assert by_number["35"][1:] == ["新办结 由红转绿", "逾期 → 变为 逾期办结", "5"]
    assert set(by_number) == {"3", "7", "35"} | {row[0] for row in changes(page) if "新增超期未报" in row[2]}


@pytest.mark.parametrize("of", ["measures", "parts"])
def test_the_later_light_explains_itself(leader, plan, of: str) -> None:
    page = visit(leader, compare(plan), **span(DECEMBER, TODAY), of=of)

    said = [attribute(light, "aria-label") or "" for light in page.every("span", "explained")]
    assert len(said) == len(changes(page)) > 5
    assert [each for each in said if "规则：" not in each or "下一变化：" not in each] == []


def test_a_unit_lists_its_own_parts(leader, plan) -> None:
    unit = a_department("区科技局")
    page = visit(leader, compare(plan), **span(NEW_YEAR, TODAY), unit=unit.pk)

    assert {row[1].split()[0] for row in changes(page)} == {"区科技局"}
    assert "责任单位：区科技局" in page.words


def test_without_days_the_last_snapshot_is_compared_with_the_day_of_the_page(leader, plan) -> None:
    a_month_ago = visit(leader, compare(plan))
    snapshot = a_snapshot(plan, NEW_YEAR, name="第一次会议")
    since = visit(leader, compare(plan))
    then = visit(leader, compare(plan), as_of=date(2022, 1, 4))

    assert (a_month_ago.filled_in("from"), a_month_ago.filled_in("to")) == ("2021-12-20", "2022-01-20")
    assert (since.filled_in("from_snapshot"), since.filled_in("to")) == (str(snapshot.pk), "2022-01-20")
    assert "2022-01-20 比 2022-01-05会议快照“第一次会议”" in since.words
    assert (then.filled_in("from"), then.filled_in("to")) == ("2021-12-04", "2022-01-04")
    assert "第一次会议" not in then.words


def test_a_day_to_come_is_marked_as_a_forecast(leader, plan) -> None:
    page = visit(leader, compare(plan), **span(TODAY, date(2022, 4, 1)))

    assert "2022-04-01尚未到来：按今天已有的记录推算，是预测，不是事实。" in page.words
    sheet = load_workbook(
        BytesIO(leader.get(f"{compare(plan)}export.xlsx?from=2022-01-20&to=2022-04-01").content)
    ).active
    assert "（预测，不是事实）" in sheet["A3"].value


WRONG = {
    "itself": ("2022-01-05", "2022-01-05", "起止相同，没有可以比较的内容，请另选一天或另一份会议快照。"),
    "reversed": ("2022-01-06", "2022-01-05", "截止日期不能早于起始日期，请对调。"),
    "malformed": ("2022-02-30", "2022-03-01", "日期应写作2021-12-31的形式，并且确有这一天。"),
    "nonsense": ("昨天", "2022-03-01", "日期应写作2021-12-31的形式，并且确有这一天。"),
    "out of range": ("2022-01-05", "2999-01-01", "日期不能晚于2199-12-31。"),
    "long ago": ("0001-01-01", "2022-01-01", "日期不能早于1949-10-01。"),
    "before the issue": ("2021-08-25", "2022-01-01", "该日计划尚未印发，印发日期为2021-08-26。"),
    "control characters": ("\0", "2022-01-01", "日期应写作2021-12-31的形式，并且确有这一天。"),
}


@pytest.mark.parametrize("case", WRONG)
def test_days_that_make_no_sense_are_told_beside_the_field_and_stay_typed(leader, plan, case) -> None:
    first, last, message = WRONG[case]

    page = visit(leader, compare(plan), status=400, **{"from": first, "to": last})
    export = visit(leader, f"{compare(plan)}export.xlsx", status=400, **{"from": first, "to": last})

    assert message in [words(error) for errors in page.every("ul", "errorlist") for error in every(errors, "li")]
    assert (page.filled_in("from"), page.filled_in("to")) == (first, last)
    assert page.every("table") == []
    assert message in export.words


@pytest.mark.parametrize(
    "query", [{"kind": "late"}, {"of": "units"}, {"unit": "x"}, {"from_snapshot": "99"}, {"to_snapshot": "\0"}]
)
def test_conditions_that_make_no_sense_are_refused(leader, plan, query) -> None:
    page = visit(leader, compare(plan), status=400, **span(DECEMBER, TODAY) | query)

    assert "没有这一项，请从列表中选择。" in page.words


def test_a_unit_there_is_not_has_no_changes(leader, plan) -> None:
    page = visit(leader, compare(plan), **span(DECEMBER, TODAY), unit=10**30)

    assert page.count == 0


def test_a_snapshot_is_not_compared_with_itself_but_with_its_own_day(leader, plan) -> None:
    snapshot = a_snapshot(plan, NEW_YEAR)
    both = {"from_snapshot": snapshot.pk, "to_snapshot": snapshot.pk}

    refused = visit(leader, compare(plan), status=400, **both)
    allowed = visit(leader, compare(plan), from_snapshot=snapshot.pk, to=NEW_YEAR)

    assert "起止相同" in refused.words
    assert allowed.count == 0


def test_frozen_lights_are_compared_and_not_computed_anew(leader, plan) -> None:
    snapshot = a_snapshot(plan, NEW_YEAR)
    part = the_part(plan, 3, "公安东丽分局")
    type(part.measure).objects.filter(pk=part.measure_id).update(due_on=date(2023, 1, 1))  # corrected past every door

    live = visit(leader, compare(plan), **span(NEW_YEAR, TODAY))
    sealed = visit(leader, compare(plan), from_snapshot=snapshot.pk, to=TODAY)

    recovered = [{row[0] for row in changes(page) if "由红转绿" in row[2]} for page in (live, sealed)]
    assert ("3" in recovered[0], "3" in recovered[1]) == (False, True)


def test_the_workbook_has_the_rows_of_the_page(leader, plan) -> None:
    query = span(DECEMBER, TODAY)
    page, parts = visit(leader, compare(plan), **query), visit(leader, compare(plan), **query, of="parts")

    book = load_workbook(BytesIO(leader.get(address(f"{compare(plan)}export.xlsx", **query)).content))

    told = {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)] for sheet in book}
    units = [cells(row) for row in every(every(page.every("table", "ledger--compared")[0], "tbody")[0], "tr")][:-1]
    assert list(told) == ["责任单位", "任务变化", "分工变化", "说明"]
    assert [[row[0], *map(str, row[1:])] for row in told["责任单位"]] == units
    assert len(told["任务变化"]) == page.count
    assert len(told["分工变化"]) == parts.count
    assert [cell.value for cell in book["责任单位"][4]] == ["责任单位", *LABELS]
    late = next(row for row in book["任务变化"].iter_rows(min_row=5) if row[4].value == "逾期")
    assert late[4].fill.fgColor.rgb == "00FBE9E7"
    assert [cell.value for cell in book["任务变化"][4]][-2:] == ["时效规则", "下一变化"]
    assert [cell.value for cell in late[-2:]] == [
        "完成时限当日仍算按期；次日起尚未申请办结的，为逾期。",
        "同意延期的，按新的时限计算；办结的，转为逾期办结。",
    ]
    assert [row for row in (*told["任务变化"], *told["分工变化"]) if not all(row[-2:])] == []
    assert "2022年1月20日比2021年12月15日" in book["任务变化"]["A3"].value
    assert {row[0]: row[1] for row in told["说明"]} | {
        "对比": "2022年1月20日比2021年12月15日",
        "导出条件": "两者之间的全部变化，没有筛选。",
    } == {row[0]: row[1] for row in told["说明"]}


def test_the_workbook_of_a_list_has_its_rows_only(leader, plan) -> None:
    query = span(DECEMBER, TODAY, of="parts", kind="overdue")
    page = visit(leader, compare(plan), **query)

    book = load_workbook(BytesIO(leader.get(address(f"{compare(plan)}export.xlsx", **query)).content))

    assert book.sheetnames == ["责任单位", "分工变化", "说明"]
    assert book["分工变化"].max_row - 4 == page.count


def test_the_workbook_of_one_unit_says_so_and_has_no_other(leader, plan) -> None:
    unit = a_department("公安东丽分局")
    query = span(DECEMBER, TODAY, of="parts", unit=unit.pk)

    book = load_workbook(BytesIO(leader.get(address(f"{compare(plan)}export.xlsx", **query)).content))

    told = {row[0]: row[1] for row in book["说明"].iter_rows(values_only=True)}
    assert told["导出条件"] == "责任单位：公安东丽分局"
    assert "导出条件：责任单位：公安东丽分局" in book["责任单位"]["A3"].value
    assert [row[0] for row in book["责任单位"].iter_rows(min_row=5, values_only=True)] == ["公安东丽分局"]


def test_the_dashboard_says_in_one_line_what_changed_since_the_last_snapshot(leader, plan) -> None:
    a_snapshot(plan, DECEMBER, name="年底会议")
    page = visit(leader, plan.get_absolute_url())

    line = page.every("p", "since")[0]
    said = words(line)
    assert said.startswith("比 2021-12-15会议快照“年底会议” ： 新增逾期 ")
    assert re.findall(r"(\S+) (\d+) 项", said)[2] == ("新延期", "1")
    assert [label for label, _number in re.findall(r"(\S+) (\d+) 项", said)] == LABELS
    links = [(int(words(a)), attribute(a, "href") or "") for a in every(line, "a") if words(a).isdecimal()]
    assert [visit(leader, href).count for _number, href in links] == [number for number, _href in links]
    assert visit(leader, plan.get_absolute_url(), as_of=date(2021, 12, 14)).every("p", "since") == []


def test_page_and_workbook_say_what_came_back_into_time(leader, plan) -> None:
    page = visit(leader, compare(plan), **span(DECEMBER, TODAY))
    content = leader.get(address(f"{compare(plan)}export.xlsx", **span(DECEMBER, TODAY))).content

    said = "由红转绿，指起始时逾期、截止时已办结（含逾期办结）或经延期不再逾期；转为持续推进和终止的不计"
    assert f"{said}。" in page.words
    assert [said in sheet["A3"].value for sheet in load_workbook(BytesIO(content))] == [True] * 4


def test_a_reporter_reads_and_does_not_export(plan) -> None:
    page = visit(signed_in(a_reporter(a_department("区法院"))), compare(plan), **span(DECEMBER, TODAY))

    assert "导出 Excel" not in page.words


def test_it_costs_the_same_with_one_change_and_with_three(db) -> None:
    plan, leader = a_plan(slug="small"), signed_in(a_leader())
    found = {}
    for rows in (1, 2, 3):
        a_part(a_measure(plan))
        a_closing(a_part(a_measure(plan)), NEW_YEAR)
        costs = []
        for query in (span(DECEMBER, TODAY), span(DECEMBER, TODAY, of="parts")):
            for path in (compare(plan), f"{compare(plan)}export.xlsx"):
                with CaptureQueriesContext(connection) as captured:
                    assert leader.get(address(path, **query)).status_code == 200
                costs.append(len(captured))
        found[rows] = costs

    # session, person, roles, plan, snapshots; on each day: extensions granted, measures, parts, units; then the rows of
    # the list: measures and their parts, or parts (their collectives' members where there are any); the workbook: what
    # the person leaves out, both days once more, both lists, the rules of time
    assert Snapshot.objects.count() == 0
    assert found == dict.fromkeys((1, 2, 3), found[1])
    assert found[1] == [15, 27, 15, 27]
