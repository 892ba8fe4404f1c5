"""The ledger of parts: one row for each unit's part in each measure."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from departments.models import Alias, Department
from tasks.choices import AssignmentRole
from tasks.models import Plan

from .builders import (
    a_busy_autumn,
    a_closing,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_plan,
    a_report,
    a_return,
    the_part,
)
from .pages import Page, attribute, signed_in, visit, words

DAY = date(2022, 1, 10)


@pytest.fixture
def leader(db) -> Client:
    return signed_in(a_leader())


def ledger(plan: Plan) -> str:
    return f"{plan.get_absolute_url()}assignments/"


def parts(page: Page) -> list[tuple[int, str]]:
    return [(int(row[0]), row[1]) for row in page.rows()]


def unit(name: str) -> int:
    return Department.objects.get(name=name).pk


def test_every_part_has_its_row_in_the_order_of_the_text(leader, shipped_plan) -> None:
    page = visit(leader, ledger(shipped_plan), per=100)

    assert (page.count, len(page.rows())) == (100, 100)
    assert parts(page)[:8] == [
        (1, "区市场监管局"),
        (1, "公安东丽分局"),
        (1, "区委宣传部"),
        (1, "区农业农村委"),
        (1, "区文化旅游体育局"),
        (1, "区融媒体中心"),
        (2, "区金融局"),
        (2, "区发改委"),
    ]


def test_a_row_says_who_in_which_role_what_by_when_and_what_was_said_last(leader) -> None:
    plan = a_plan()
    measure = a_measure(plan, number=3, wording="建立会商制度。")
    lead = a_part(measure, a_department("公安东丽分局"), AssignmentRole.LEAD)
    a_part(measure, a_department("区委宣传部"), AssignmentRole.CO)
    a_report(lead, date(2021, 12, 1), progress="征求意见。")
    a_report(lead, date(2021, 12, 31), progress="已经印发。", needs_coordination=True, asks_to_close=True)

    page = visit(leader, ledger(plan), as_of=DAY)

    assert page.rows() == [
        [
            "3",
            "公安东丽分局",
            "牵头",
            "建立会商制度。 应于2021年12月31日办结，逾期10天，未申请延期。办结申请待审核。",
            "2021-12-31",
            "逾期",
            "2021-12-31 已经印发。 需领导协调",
        ],
        [
            "3",
            "区委宣传部",
            "配合",
            "建立会商制度。 应于2021年12月31日办结，逾期10天，未申请延期。",
            "2021-12-31",
            "逾期",
            "未填报",
        ],
    ]


def test_a_condition_leaves_the_parts_that_fulfil_it(leader, shipped_plan) -> None:
    expected = {
        "section=1": 16,
        "role=principal": 24,
        "role=partner": 76,
        "role=LEAD": 3,
        "role=CO": 10,
        "timeframe=BY_DATE": 36,
        "timeframe=ONGOING": 64,
        "timeframe=BY_DATE&role=SOLE": 9,
        "q=昆仑": 1,
        "q=剑网": 4,
        "q=38": 2,
        "q=区检察院": 1,
        "q=成员单位 战略": 1,
    }

    pages = {query: visit(leader, f"{ledger(shipped_plan)}?{query}", per=100) for query in expected}

    assert {query: page.count for query, page in pages.items()} == expected
    assert {query: len(page.rows()) for query, page in pages.items()} == expected


def test_conditions_of_state_hold_for_the_day_that_is_shown(leader, shipped_plan) -> None:
    a_busy_autumn(shipped_plan)
    expected = {
        "waiting=yes": [(31, "区文化旅游体育局")],
        "coordination=yes": [(3, "公安东丽分局")],
        "timeliness=CLOSED_LATE": [(35, "区科技局")],
        "timeliness=CLOSED&role=principal": [
            (2, "区金融局"),
            (7, "区市场监管局"),
            (8, "区农业农村委"),
            (22, "区市场监管局"),
        ],
        "timeliness=CLOSED&role=CO": [(2, "区发改委"), (2, "区合作交流办"), (2, "区科技局"), (2, "区市场监管局")],
        "timeliness=CLOSED&role=JOINT": [(17, "华明高新区服务中心")],
        "timeliness=OVERDUE&section=3": [
            (12, "区市场监管局"),
            (14, "区市场监管局"),
            (16, "区市场监管局"),
            (17, "区市场监管局"),
        ],
        "reported=yes&section=1": [(2, "区金融局"), (3, "公安东丽分局"), (3, "区委宣传部")],
        "timeliness=SILENT&q=展会": [(19, "区市场监管局")],
        "timeliness=ONGOING&q=展会": [(19, "区商务局")],
    }

    pages = {query: visit(leader, f"{ledger(shipped_plan)}?{query}", as_of=DAY, per=100) for query in expected}

    assert {query: parts(page) for query, page in pages.items()} == expected


def test_reported_and_not_reported_are_all_there_is(leader, shipped_plan) -> None:
    a_busy_autumn(shipped_plan)

    for day in ("2021-09-15", "2021-12-31", "2022-01-10"):
        counts = [visit(leader, ledger(shipped_plan), reported=answer, as_of=day).count for answer in ("yes", "no")]

        assert sum(counts) == 100
        assert counts[0] < counts[1]


def test_a_request_waits_until_the_day_it_was_decided_on(leader) -> None:
    plan = a_plan()
    accepted, returned = a_part(a_measure(plan)), a_part(a_measure(plan))
    a_closing(accepted, date(2021, 12, 1), date(2021, 12, 10))
    a_return(returned, date(2021, 12, 5), date(2021, 12, 8))

    days = ["2021-11-30", "2021-12-01", "2021-12-07", "2021-12-08", "2021-12-09", "2021-12-10"]
    found = [[number for number, _unit in parts(visit(leader, ledger(plan), waiting="yes", as_of=d))] for d in days]

    assert found == [[], [1], [1, 2], [1], [1], []]


def test_one_units_parts_are_what_it_owes_under_its_own_name(leader, shipped_plan) -> None:
    page = visit(leader, ledger(shipped_plan), unit=unit("区财政局"))

    assert parts(page) == [(39, "区财政局")]
    assert [words(chip) for chip in page.every("a", "chip")] == ["责任单位：区财政局 ✕"]


def test_a_search_finds_a_part_by_its_own_units_names_and_reports_only(leader) -> None:
    plan = a_plan()
    measure = a_measure(plan, wording="建立会商制度。")
    lead = a_part(measure, a_department("公安东丽分局"), AssignmentRole.LEAD)
    a_part(measure, a_department("区委宣传部"), AssignmentRole.CO)
    Alias.objects.create(department=lead.department, name="市公安局东丽分局")
    a_report(lead, date(2021, 12, 8), progress="已经印发。")

    def found(text: str, day: str = "2022-01-10") -> list[str]:
        return [name for _number, name in parts(visit(leader, ledger(plan), q=text, as_of=day))]

    assert (found("公安"), found("市公安局"), found("印发")) == ([lead.department.name],) * 3
    assert found("印发", "2021-12-07") == []
    assert found("会商") == [lead.department.name, "区委宣传部"]
    assert found("宣传 印发") == []


def test_pages_and_their_length_keep_the_conditions_and_the_day(leader, shipped_plan) -> None:
    page = visit(leader, ledger(shipped_plan), role="partner", per=50, as_of=DAY)

    second = visit(leader, ledger(shipped_plan) + page.links()["下一页"])

    assert (page.count, len(page.rows()), len(second.rows())) == (76, 50, 26)
    assert (second.filled_in("role"), second.filled_in("per")) == ("partner", "50")
    assert "正在查看 2022年1月10日" in second.words


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ("waiting=no", "审核"),
        ("reported=perhaps", "填报"),
        ("unit=x", "责任单位"),
        ("section=0", "章节"),
        ("timeliness=x", "时效"),
        ("per=1", "每页"),
        ("q=%00", "搜索"),
    ],
)
def test_a_condition_that_makes_no_sense_is_named_and_nothing_is_listed_under_it(leader, query, label) -> None:
    page = visit(leader, f"{ledger(a_part().measure.plan)}?{query}")

    (alert,) = page.alerts
    assert alert.startswith(f"筛选条件有误，未显示结果： {label}：")
    assert page.rows() == []


def test_nothing_found_is_said_with_a_way_back_to_everything(leader, shipped_plan) -> None:
    page = visit(leader, ledger(shipped_plan), waiting="yes", as_of=DAY)

    (empty,) = page.every("div", "empty")
    assert words(empty) == "没有符合条件的责任分工。 清除条件，查看全部"
    assert visit(leader, page.links(empty)["清除条件，查看全部"]).count == 100


def test_a_row_leads_to_its_measure_on_the_same_day(leader, shipped_plan) -> None:
    page = visit(leader, ledger(shipped_plan), q="昆仑", as_of=DAY)

    (link,) = [a for a in page.every("td", "text")[0].children if not isinstance(a, str) and a.name == "a"]
    assert attribute(link, "href") == f"{shipped_plan.get_absolute_url()}measures/4/?as_of=2022-01-10"
    assert the_part(shipped_plan, 4, "公安东丽分局").measure.wording.startswith(words(link)[:40])
