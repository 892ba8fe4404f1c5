"""The snapshots of a plan on their pages: taken, listed, shown as frozen, narrowed down and exported."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from tasks.choices import Timeliness
from tasks.models import Assignment, Measure, Plan, Snapshot

from .builders import (
    a_busy_autumn,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_plan,
    a_report,
    a_reporter,
    a_snapshot,
    a_supervisor,
    an_extension,
    the_part,
)
from .pages import Page, address, attribute, every, it_is, send, signed_in, visit, words

TODAY, DECEMBER = date(2022, 1, 12), date(2021, 12, 31)


@pytest.fixture(autouse=True)
def _today(monkeypatch) -> None:
    it_is(monkeypatch, TODAY)


@pytest.fixture
def plan(shipped_plan: Plan) -> Plan:
    a_busy_autumn(shipped_plan)
    return shipped_plan


@pytest.fixture
def leader(db) -> Client:
    return signed_in(a_leader())


def snapshots(plan: Plan) -> str:
    return f"{plan.get_absolute_url()}snapshots/"


def errors(page: Page) -> list[str]:
    return [words(error) for found in page.every("ul", "errorlist") for error in every(found, "li")]


def workbook(client: Client, snapshot: Snapshot) -> dict[str, list[list[Any]]]:
    answer = client.get(f"{snapshot.get_absolute_url()}export.xlsx")
    book = load_workbook(BytesIO(answer.content))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def test_a_leader_freezes_the_ledger_and_is_shown_it(leader, plan) -> None:
    page = send(leader, snapshots(plan), status=200, follow=True, name="第一次会议", day="2022-01-12")

    taken = Snapshot.objects.get()
    assert page.notes == ["已生成会议快照“第一次会议”，内容不会再变。"]
    assert words(page.every("h1")[0]) == "第一次会议"
    assert taken.sha256 in page.words
    assert page.count == 42
    assert [row[:2] for row in visit(leader, snapshots(plan)).rows()] == [["第一次会议", "2022-01-12"]]


WRONG = {
    "no name": ({"name": " "}, "请填写会议快照的名称。"),
    "used name": ({"name": "用过的"}, "本计划中已有同名的会议快照。"),
    "long name": ({"name": "会" * 61}, "文字过长，最多60字，目前61字，请精简后再提交。"),
    "control character": ({"name": "会\u202e议"}, "文字中有无法显示的控制字符，请删除后重试。"),
    "no day": ({"day": ""}, "请填写数据截至哪一天。"),
    "malformed day": ({"day": "2022-02-30"}, "日期应写作2021-12-31的形式，并且确有这一天。"),
    "day to come": ({"day": "2022-01-13"}, "不能为将来的日期生成会议快照，最晚为今天。"),
    "before the issue": ({"day": "2021-08-25"}, "该日计划尚未印发，印发日期为2021-08-26。"),
    "out of range": ({"day": "9999-12-31"}, "不能为将来的日期生成会议快照，最晚为今天。"),
}


@pytest.mark.parametrize("case", WRONG)
def test_bad_input_is_told_beside_its_field_and_stays_typed(leader, case) -> None:
    plan = a_plan()
    a_snapshot(plan, TODAY, name="用过的")
    wrong, message = WRONG[case]
    typed = {"name": "第二次会议", "day": "2022-01-12"} | wrong

    page = send(leader, snapshots(plan), status=422, **typed)

    assert errors(page) == [message]
    assert (page.filled_in("name") or "", page.filled_in("day") or "") == (typed["name"], typed["day"])
    assert Snapshot.objects.count() == 1


def test_the_whole_of_what_was_said_is_in_the_workbook(plan, leader) -> None:
    words = {"progress": "起" + "字" * 1500 + "终点", "problems": "题" * 800 + "末尾"}
    a_report(the_part(plan, 3, "公安东丽分局"), TODAY, **words)
    taken = a_snapshot(plan, TODAY)

    book = load_workbook(BytesIO(leader.get(f"{taken.get_absolute_url()}export.xlsx").content))

    cells = [str(cell) for row in book["分工"].values for cell in row if cell]
    assert any(cell.endswith(words["progress"]) for cell in cells)
    assert any(cell.endswith(words["problems"]) for cell in cells)
    assert any("……（详见分工表）" in cell for row in book["台账"].values for cell in map(str, row))


@pytest.mark.parametrize("of", ["measures", "parts"])
@pytest.mark.parametrize("light", ["", "ONGOING", "CLOSED"])
def test_the_workbook_has_the_rows_of_the_page_that_is_narrowed_down(plan, leader, of: str, light: str) -> None:
    taken = a_snapshot(plan, TODAY)
    page = visit(leader, taken.get_absolute_url(), of=of, **({"light": light} if light else {}))

    href = page.links()["导出 Excel"]
    book = load_workbook(BytesIO(leader.get(href).content))

    name, other = ("台账", "分工") if of == "measures" else ("分工", "台账")
    sheet = book[name]
    rows = [row for row in sheet.iter_rows(min_row=5, values_only=True) if isinstance(row[0], int)]
    assert (len(rows), other in book.sheetnames) == (page.count, False)
    assert f"{page.count}项" in sheet["A3"].value


def test_a_light_that_makes_no_sense_gets_no_workbook(plan, leader) -> None:
    taken = a_snapshot(plan, TODAY)

    page = visit(leader, f"{taken.get_absolute_url()}export.xlsx", status=400, light="PINK")

    assert "筛选条件有误，没有导出" in page.words


def test_a_reporter_reads_and_neither_freezes_nor_exports(plan) -> None:
    taken = a_snapshot(plan, TODAY)
    reporter = signed_in(a_reporter(a_department("区法院")))

    page = visit(reporter, snapshots(plan))
    shown = visit(reporter, taken.get_absolute_url())

    assert page.every("input", name="name") == []
    assert "导出 Excel" not in shown.words
    send(reporter, snapshots(plan), status=403, name="会议", day="2022-01-12")
    visit(reporter, f"{taken.get_absolute_url()}export.xlsx", status=403)


def test_every_number_opens_its_list(leader, plan) -> None:
    taken = a_snapshot(plan, DECEMBER)

    pages = visit(leader, snapshots(plan)), visit(leader, taken.get_absolute_url())

    links = [
        (int(words(a)), attribute(a, "href") or "")
        for page in pages
        for a in every(page.every("table")[0], "a")
        if words(a).isdecimal()
    ]
    lists = [visit(leader, href) for _number, href in links]
    assert [page.count for page in lists] == [number for number, _href in links]
    assert [len(page.rows(page.every("table")[-1])) if page.count else 0 for page in lists] == [
        min(number, 100) for number, _href in links
    ]
    assert len(links) == 3 + 2 * (len(Timeliness) + 1)


def test_the_frozen_ledger_shows_lights_sentences_and_words_of_its_day(leader, plan) -> None:
    taken = a_snapshot(plan, DECEMBER, taken_on=TODAY)

    parts = visit(leader, taken.get_absolute_url(), of="parts")
    live = visit(leader, f"{plan.get_absolute_url()}assignments/", as_of=DECEMBER, per=100)

    frozen_rows = [(row[0], row[1].split()[0], row[4]) for row in parts.rows(parts.every("table")[-1])]
    assert sorted(frozen_rows) == sorted((row[0], row[1], row[5]) for row in live.rows())
    assert "会商制度起草完成。" in parts.words


def test_what_happens_later_changes_neither_page_nor_workbook(leader, plan) -> None:
    taken = a_snapshot(plan, TODAY)
    place = taken.get_absolute_url()
    looks = [place, f"{place}?of=parts", f"{place}?light=OVERDUE", f"{place}?of=parts&light=SILENT"]
    pages = [words(visit(leader, look).main) for look in looks]
    book = workbook(leader, taken)
    part = the_part(plan, 3, "公安东丽分局")

    a_report(part, TODAY, progress="另有进展。")
    an_extension(part.measure, date(2022, 3, 31), TODAY, TODAY)
    part.department.name = "改名后的单位"
    part.department.save(update_fields=["name"])
    Measure.objects.update(wording="另一份正式文本。")
    Plan.objects.update(title="另一份计划", number="另一文号")
    Assignment.objects.filter(measure__number=5).update(role="CO")

    assert [words(visit(leader, look).main) for look in looks] == pages
    assert workbook(signed_in(a_supervisor()), taken) == book


def test_the_workbook_has_the_frozen_rows(leader, plan) -> None:
    taken = a_snapshot(plan, DECEMBER)
    parts = visit(leader, taken.get_absolute_url(), of="parts")

    book = workbook(leader, taken)

    assert list(book) == ["台账", "分工", "说明"]
    assert len(book["台账"]) - 4 == 42
    assert [row[0] for row in book["台账"][4:]] == list(range(1, 43))
    head = book["分工"][3]
    assert [[str(row[0]), row[head.index("时效")]] for row in book["分工"][4:]] == [
        [row[0], row[4].split()[0]] for row in parts.rows(parts.every("table")[-1])
    ]
    assert f"SHA-256 {taken.sha256}" in book["台账"][2][0]
    assert "数据截至2021年12月31日" in book["台账"][2][0]
    told = {str(row[0]): row[1] for row in book["说明"][4:]}
    assert told["临期"] == f"距完成时限不超过{plan.due_soon_days}天的，为临期。"
    assert f"满{plan.grace_days}天仍未填报的为超期未报" in told["时效规则"]


def test_a_day_before_it_was_taken_does_not_know_it(leader, plan) -> None:
    taken = a_snapshot(plan, DECEMBER, taken_on=TODAY)
    earlier = {"as_of": date(2022, 1, 11)}

    assert taken.name not in visit(leader, snapshots(plan), **earlier).words
    visit(leader, taken.get_absolute_url(), status=404, **earlier)
    visit(leader, f"{taken.get_absolute_url()}export.xlsx", status=404, **earlier)


def test_it_offers_the_comparison_with_today_and_with_the_one_before(leader, plan) -> None:
    first, second = a_snapshot(plan, date(2021, 12, 1)), a_snapshot(plan, DECEMBER)

    links = visit(leader, second.get_absolute_url()).links()

    compare = f"{plan.get_absolute_url()}compare/"
    assert links["与今天对比"] == address(compare, from_snapshot=second.pk)
    assert links["与上一份快照对比"] == address(compare, from_snapshot=first.pk, to_snapshot=second.pk)
    for href in (links["与今天对比"], links["与上一份快照对比"]):
        visit(leader, href)


@pytest.mark.parametrize("query", [{"light": "RED"}, {"of": "units"}, {"light": "\0"}])
def test_conditions_that_make_no_sense_are_told(leader, plan, query) -> None:
    page = visit(leader, a_snapshot(plan, DECEMBER).get_absolute_url(), **query)

    assert "没有这一项，请从列表中选择。" in page.words


def test_a_snapshot_of_another_plan_is_not_found_under_this_one(leader, plan) -> None:
    other = a_snapshot(a_plan(), TODAY)

    visit(leader, f"{snapshots(plan)}{other.pk}/", status=404)


def test_pages_cost_the_same_with_one_row_and_with_three(leader) -> None:
    plan = a_plan(slug="small")
    found = {}
    for rows in (1, 2, 3):
        a_part(a_measure(plan))
        taken = a_snapshot(plan, TODAY)
        costs = []
        for place in (snapshots(plan), taken.get_absolute_url(), f"{taken.get_absolute_url()}export.xlsx"):
            with CaptureQueriesContext(connection) as captured:
                assert leader.get(place).status_code == 200
            costs.append(len(captured))
        found[rows] = costs

    # session, person, roles; plan, number of snapshots, snapshots with who took them; the snapshot with its plan and
    # the one before it; the snapshot with its plan, what the person leaves out, and the snapshot that is written
    assert list(found.values()) == [[6, 5, 6]] * 3
    assert visit(leader, snapshots(plan)).rows()[0][2] == "3"
