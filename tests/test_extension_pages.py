"""Asking for more time and deciding on it on the pages, and where both deadlines are shown."""

from __future__ import annotations

import uuid
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from tasks.models import Assignment, Extension, Measure

from .builders import (
    a_closing,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_plan,
    a_reporter,
    a_supervisor,
    an_extension,
)
from .pages import Page, address, attribute, every, it_is, send, signed_in, visit, words

TODAY = date(2022, 1, 9)
ASKED, GRANTED = date(2021, 12, 20), date(2022, 1, 5)
MARCH = date(2022, 3, 31)
FORM = {"due_on": "2022-03-31", "reason": "配套文件尚未印发。", "progress": "已完成初稿。"}


@pytest.fixture(autouse=True)
def _today(monkeypatch) -> None:
    it_is(monkeypatch, TODAY)


@pytest.fixture
def part(db) -> Assignment:
    return a_part(a_measure(a_plan(slug="plan"), number=3), a_department("公安东丽分局"))


@pytest.fixture
def unit(part) -> Client:
    return signed_in(a_reporter(part.department, last_name="李", first_name="强"))


def door(part: Assignment) -> str:
    return f"{part.measure.get_absolute_url()}extension/"


def form(**fields: Any) -> dict[str, Any]:
    return FORM | {"token": str(uuid.uuid4())} | fields


def facts(page: Page) -> dict[str, str]:
    found = every(page.every("dl", "facts")[0], "div")
    return {words(every(each, "dt")[0]): words(every(each, "dd")[0]) for each in found if every(each, "dt")}


# --- asking ----------------------------------------------------------------------------------------------------


def test_a_unit_asks_from_the_page_of_its_measure_and_sees_what_waits(unit, part) -> None:
    page = visit(unit, part.measure.get_absolute_url())
    assert page.links(page.main)["申请延期"] == door(part)
    assert visit(unit, door(part)).filled_in("token") != visit(unit, door(part)).filled_in("token")

    page = send(unit, door(part), status=200, follow=True, **form())

    assert page.notes == ["延期申请已提交，审核同意之前完成时限不变。"]
    assert facts(page)["完成时限"] == "2021-12-31"
    assert "应于2021年12月31日办结，逾期9天，延期申请待审核。" in page.words
    assert page.rows(page.every("section", "sheet")[1])[-1:] == [
        ["2022-01-09", "公安东丽分局", "2021-12-31 → 2022-03-31 逾期后申请，已逾期9天", "配套文件尚未印发。", "待审核"]
    ]
    assert "申请延期" not in page.links(page.main)


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"due_on": ""}, "due_on", "请填写申请延期至哪一天。"),
        ({"due_on": "2022-02-30"}, "due_on", "日期应写作2021-12-31的形式，并且确有这一天。"),
        ({"due_on": "2021-12-31"}, "due_on", "与现行完成时限相同，没有延期。"),
        ({"due_on": "2021-12-01"}, "due_on", "只能延后，不能提前；现行完成时限是2021-12-31。"),
        ({"due_on": "2022-01-09"}, "due_on", "新的完成时限须晚于今天。"),
        ({"due_on": "2023-06-30"}, "due_on", "本计划的任务最晚可延期至2022-12-31。"),
        ({"reason": " "}, "reason", "请填写延期理由。"),
        ({"progress": ""}, "progress", "请填写目前进展。"),
        ({"reason": "甲\u202e乙"}, "reason", "文字中有无法显示的控制字符，请删除后重试。"),
        ({"reason": "字" * 5001}, "reason", "文字过长，最多5000字，目前5001字，请精简后再提交。"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field_and_what_was_typed_stays(
    unit, part, fields, field, message
) -> None:
    page = send(unit, door(part), status=422, **form(**fields))

    around = next(one for one in page.every("div", "field") if every(one, "", "", name=field))
    assert [words(error) for error in every(around, "ul", "errorlist")] == [message]
    kept = {name: page.filled_in(name) for name in FORM if name != field}
    assert kept == {name: value for name, value in FORM.items() if name != field}
    assert Extension.objects.count() == 0


def test_what_has_happened_meanwhile_is_said_and_nothing_typed_is_lost(unit, part) -> None:
    an_extension(part.measure, MARCH, TODAY)

    page = send(unit, door(part), status=409, **form(reason="另一个理由。"))

    assert page.alerts == ["本任务已有延期申请待审核，不能重复申请。"]
    assert page.filled_in("reason") == "另一个理由。"
    assert Extension.objects.count() == 1


def test_a_form_without_its_name_is_refused(unit, part) -> None:
    page = send(unit, door(part), status=422, **FORM, token="x")

    assert page.alerts == ["表单已失效，请重新打开。"]


def test_others_have_no_form(part) -> None:
    for person in (a_reporter(a_department()), a_supervisor(), a_leader()):
        visit(signed_in(person), door(part), status=403)
        send(signed_in(person), door(part), status=403, **form())

    assert Extension.objects.count() == 0


def test_a_request_is_taken_back_from_its_page(unit, part) -> None:
    asked = an_extension(part.measure, MARCH, TODAY)
    page = visit(unit, asked.get_absolute_url())
    assert "撤回申请" in page.words

    page = send(unit, f"{asked.get_absolute_url()}withdraw/", status=200, follow=True)

    assert page.notes == ["延期申请已撤回。"]
    send(unit, f"{asked.get_absolute_url()}withdraw/", status=302)
    assert Extension.objects.get().state == "WITHDRAWN"


# --- deciding ---------------------------------------------------------------------------------------------------


def test_the_request_waits_in_the_queue_of_whoever_may_decide_and_of_nobody_else(part) -> None:
    asked = an_extension(part.measure, MARCH, TODAY)

    shown = {
        name: asked.get_absolute_url() in visit(signed_in(person), "/reviews/").addresses
        for name, person in {
            "supervisor": a_supervisor(),
            "his own": a_supervisor(part.department),
            "leader": a_leader(),
        }.items()
    }

    assert shown == {"supervisor": True, "his own": False, "leader": False}
    desk = signed_in(a_supervisor())
    assert "延期申请1件" in visit(desk, "/reviews/").words
    offered = visit(desk, part.measure.get_absolute_url())
    assert offered.links(offered.main)["审核公安东丽分局的延期申请"] == asked.get_absolute_url()


def test_a_supervisor_grants_with_the_number_of_the_document_and_both_deadlines_are_shown_everywhere(part) -> None:
    asked = an_extension(part.measure, MARCH, ASKED)
    office = signed_in(a_supervisor())

    data = {"decision": "APPROVED", "opinion": "同意。", "document_number": "津丽知略〔2022〕1号"}
    page = send(office, asked.get_absolute_url(), status=200, follow=True, **data)

    assert page.notes == ["已审核：同意延期。"]
    plan = part.measure.plan
    both = "2022-03-31 原定2021-12-31"
    assert facts(visit(office, part.measure.get_absolute_url()))["完成时限"] == both
    assert facts(visit(office, f"{plan.get_absolute_url()}assignments/{part.pk}/"))["完成时限"] == both
    assert visit(office, f"{plan.get_absolute_url()}measures/").rows()[0][3] == both
    assert visit(office, f"{plan.get_absolute_url()}assignments/").rows()[0][4] == both
    assert "2022-03-31 原定2021-12-31" in visit(signed_in(a_reporter(part.department)), "/mine/").words
    assert "津丽知略〔2022〕1号" in visit(office, part.measure.get_absolute_url()).words


def test_a_past_day_shows_what_stood_then(part) -> None:
    an_extension(part.measure, MARCH, ASKED, GRANTED)
    office = signed_in(a_leader())

    shown = {
        day: (facts(page)["完成时限"], "延期至2022年3月31日" in page.words, "待审核" in page.words)
        for day in (date(2021, 12, 19), date(2022, 1, 4), GRANTED)
        for page in [visit(office, part.measure.get_absolute_url(), as_of=day)]
    }

    assert shown == {
        date(2021, 12, 19): ("2021-12-31", False, False),
        date(2022, 1, 4): ("2021-12-31", False, True),
        GRANTED: ("2022-03-31 原定2021-12-31", True, False),
    }
    visit(office, Extension.objects.get().get_absolute_url(), status=404, as_of=date(2021, 12, 19))
    assert "同意延期" not in visit(office, Extension.objects.get().get_absolute_url(), as_of=date(2022, 1, 4)).words


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"decision": "REFUSED", "opinion": " "}, "不同意延期须说明理由。"),
        ({"opinion": "可以。"}, "请选择同意或不同意。"),
        ({"decision": "PENDING", "opinion": "可以。"}, "请选择同意或不同意。"),
        ({"decision": "APPROVED", "document_number": "字" * 61}, "文字过长，最多60字，目前61字，请精简后再提交。"),
    ],
)
def test_half_a_decision_is_refused_and_what_was_typed_stays(part, data, message) -> None:
    asked = an_extension(part.measure, MARCH, TODAY)

    page = send(signed_in(a_supervisor()), asked.get_absolute_url(), status=422, **data)

    assert message in [words(error) for error in page.every("ul", "errorlist")]
    assert page.filled_in("document_number") == data.get("document_number")
    assert Extension.objects.get().state == "PENDING"


def test_the_second_of_two_reviewers_is_told_and_keeps_his_words(part) -> None:
    asked = an_extension(part.measure, MARCH, TODAY, TODAY)

    page = send(signed_in(a_supervisor()), asked.get_absolute_url(), status=409, decision="REFUSED", opinion="不同意。")

    assert page.alerts == [f"这份延期申请已由{Extension.objects.get().reviewer.name}审核：同意延期。"]
    assert "您刚才填写而未提交的意见： 不同意。" in page.words


# --- lists, numbers, workbook ------------------------------------------------------------------------------------


def the_plan_of_all() -> Any:
    """Four measures: granted once, granted twice, waiting, and closed in time without."""
    plan = a_plan(slug="all")
    once, twice, waiting, closed = (a_part(a_measure(plan, number=number)) for number in (1, 2, 3, 4))
    an_extension(once.measure, MARCH, ASKED, GRANTED)
    an_extension(twice.measure, date(2022, 2, 1), ASKED, ASKED)
    an_extension(twice.measure, MARCH, GRANTED, GRANTED)
    an_extension(waiting.measure, MARCH, GRANTED)
    a_closing(closed, ASKED)
    return plan


@pytest.mark.django_db
def test_every_number_of_the_dashboard_opens_a_list_of_that_length() -> None:
    plan, leader = the_plan_of_all(), signed_in(a_leader())

    strip = visit(leader, plan.get_absolute_url(), as_of=GRANTED).every("section", "clocks")[0]

    said = words(strip)
    assert "按原定时限 25% （ 1 / 4 项）" in said
    assert "按现行时限 50% （ 1 / 2 项）" in said
    assert "已延期 2 项 多次延期 1 项 延期待审核 1 项" in said
    links = [(int(words(a)), attribute(a, "href") or "") for a in every(strip, "a") if words(a).isdecimal()]
    assert [number for number, _href in links] == [1, 4, 1, 2, 2, 1, 1]
    assert [visit(leader, href).count for _number, href in links] == [number for number, _href in links]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({}, [1, 2, 2, 3]),
        ({"state": "APPROVED"}, [1, 2, 2]),
        ({"state": "PENDING"}, [3]),
        ({"state": "REFUSED"}, []),
        ({"repeated": "yes"}, [2, 2]),
        ({"as_of": "2021-12-20"}, [1, 2]),
        ({"as_of": "2021-12-20", "state": "PENDING"}, [1]),
        ({"as_of": "2021-12-19"}, []),
    ],
)
def test_the_list_of_extensions_is_narrowed_down_and_knows_its_day(query, numbers) -> None:
    plan = the_plan_of_all()

    page = visit(signed_in(a_leader()), f"{plan.get_absolute_url()}extensions/", **query)

    shown = [row for row in page.rows() if len(row) == 5]
    assert (page.count, len(shown)) == (len(numbers), len(numbers))
    heads = [words(row)[:4].strip("　") for row in page.every("tr", "group")]
    assert heads == [f"第{number}项" for number in dict.fromkeys(numbers)]


@pytest.mark.django_db
def test_a_condition_that_makes_no_sense_is_said_and_shows_nothing() -> None:
    plan = the_plan_of_all()

    page = visit(signed_in(a_leader()), f"{plan.get_absolute_url()}extensions/", state="\0x", repeated="no")

    assert "没有这一项，请从列表中选择。" in page.words
    assert page.rows() == []


@pytest.mark.django_db
def test_the_workbook_has_both_deadlines_as_dates() -> None:
    plan = the_plan_of_all()

    answer = signed_in(a_leader()).get(address(f"{plan.get_absolute_url()}measures/export.xlsx", as_of=GRANTED))

    sheet = load_workbook(BytesIO(answer.content))["台账"]
    head = [cell.value for cell in sheet[4]]
    original, in_force = head.index("原定时限") + 1, head.index("现行时限") + 1
    found = [(sheet.cell(row, original).value.date(), sheet.cell(row, in_force).value.date()) for row in (5, 6, 7, 8)]
    issued = date(2021, 12, 31)
    assert found == [(issued, MARCH), (issued, MARCH), (issued, issued), (issued, issued)]


@pytest.mark.django_db
def test_the_list_and_one_request_cost_the_same_with_one_row_and_with_three() -> None:
    plan, leader = a_plan(slug="many"), signed_in(a_leader())
    found = {}
    for rows in (1, 2, 3):
        measure = a_part(a_measure(plan)).measure
        asked = an_extension(measure, MARCH, ASKED)
        costs = []
        for path in (f"{plan.get_absolute_url()}extensions/", asked.get_absolute_url()):
            with CaptureQueriesContext(connection) as captured:
                visit(leader, path)
            costs.append(len(captured))
        found[rows] = costs

    # session, person, roles; the list: plan, number of requests, units to choose from, requests, their measures'
    # units; one request: itself, its measure's units, the measure with its light, its parts, the chain and its units
    assert Measure.objects.count() == 3
    assert found == {rows: [8, 9] for rows in (1, 2, 3)}
