"""Changes of the plan on the pages: recorded by the office, old beside new for everybody, on every day as it was."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from tasks.choices import AmendmentKind, AssignmentRole
from tasks.models import Amendment, Assignment, Measure

from .builders import (
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_plan,
    a_report,
    a_reporter,
    a_supervisor,
    an_amendment,
    own_part,
)
from .pages import Page, every, it_is, send, signed_in, visit, words
from .panel import filled
from .test_queries import queries

pytestmark = pytest.mark.django_db

LEAD, CO, JOINT = AssignmentRole.LEAD, AssignmentRole.CO, AssignmentRole.JOINT
WORDING, UNITS, ONGOING, TERMINATION = AmendmentKind
TODAY = date(2022, 1, 12)
BASIS = {"document": "领导小组会议纪要〔2022〕1号", "reason": "上级要求变化。", "in_force_on": "2022-01-12"}


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, TODAY)


@pytest.fixture
def measure() -> Measure:
    """甲 leads, 乙 supports."""
    found = a_measure(wording="建立区级会商制度。")
    a_part(found, a_department("甲局"), LEAD)
    a_part(found, a_department("乙局"), CO)
    return found


def form_of(measure: Measure, kind: str) -> str:
    return f"{measure.get_absolute_url()}amend/{kind.lower()}/"


def typed(page: Page) -> dict[str, Any]:
    """What the form of a page would send as it is."""
    return filled(page)


def test_the_office_rewords_a_measure_and_the_page_shows_both(measure: Measure) -> None:
    office = signed_in(a_supervisor())
    fields = typed(visit(office, form_of(measure, WORDING)))
    assert fields["wording"] == "建立区级会商制度。"

    send(office, form_of(measure, WORDING), status=302, **fields | BASIS | {"wording": "建立市区两级会商制度。"})

    page = visit(signed_in(a_leader()), measure.get_absolute_url())
    assert [words(head) for head in page.every("h1")] == ["建立市区两级会商制度。"]
    struck = [words(each) for each in page.every("del")]
    assert struck[0] == "建立区级会商制度。"
    assert [words(each) for each in page.every("ins")][:2] == ["市", "两"]
    assert "领导小组会议纪要〔2022〕1号" in page.words


def test_the_day_before_shows_nothing_of_it(measure: Measure) -> None:
    an_amendment(measure, WORDING, TODAY, wording="新的任务内容。")
    leader = signed_in(a_leader())
    places = ("", "measures/", "assignments/", "matrix/", f"measures/{measure.number}/")

    for place in places:
        path = measure.plan.get_absolute_url() + place
        assert "新的任务内容。" not in visit(leader, path, as_of="2022-01-11").words
    for place in places[1:]:
        assert "新的任务内容。" in visit(leader, measure.plan.get_absolute_url() + place).words
    assert "计划调整" not in words(visit(leader, measure.get_absolute_url(), as_of="2022-01-11").main)


def test_the_new_wording_is_searched_and_the_old_one_is_not(measure: Measure) -> None:
    an_amendment(measure, WORDING, TODAY, wording="新的任务内容。")
    leader, ledger = signed_in(a_leader()), f"{measure.plan.get_absolute_url()}measures/"

    found = {
        (term, day): visit(leader, ledger, q=term, as_of=day).count
        for term in ("新的任务", "区级会商")
        for day in ("2022-01-11", "2022-01-12")
    }

    assert found == {
        ("新的任务", "2022-01-11"): 0,
        ("新的任务", "2022-01-12"): 1,
        ("区级会商", "2022-01-11"): 1,
        ("区级会商", "2022-01-12"): 0,
    }


def test_the_office_changes_who_is_responsible(measure: Measure) -> None:
    office, new = signed_in(a_supervisor()), a_department("丙局")
    fields = typed(visit(office, form_of(measure, UNITS)))
    changes = {"units-0-role": "", "units-1-role": LEAD, "units-2-department": new.pk, "units-2-role": CO}

    send(office, form_of(measure, UNITS), status=302, **fields | BASIS | changes)

    page = visit(office, measure.get_absolute_url())
    units = [row[:2] for row in page.rows() if len(row) in (3, 5)]
    assert units[:4] == [
        ["乙局 自2022-01-12起", "牵头 未签收"],
        ["丙局 自2022-01-12起", "配合 未签收"],
        ["甲局", "牵头"],
        ["乙局", "配合"],
    ]
    before = visit(office, measure.get_absolute_url(), as_of="2022-01-11")
    assert [row[0] for row in before.rows() if len(row) == 5][:2] == ["甲局", "乙局"]


def test_what_was_typed_stays_typed_where_it_makes_no_sense(measure: Measure) -> None:
    office = signed_in(a_supervisor())
    fields = typed(visit(office, form_of(measure, UNITS))) | BASIS
    wrong = {"units-0-role": "", "reason": "机构调整。", "document": ""}

    page = send(office, form_of(measure, UNITS), status=422, **fields | wrong)

    assert "配合单位须与负责或牵头单位并列。" in page.words
    assert "请填写依据文件。" in page.words
    assert {name: typed(page)[name] for name in ("units-0-role", "reason")} == {
        "units-0-role": "",
        "reason": "机构调整。",
    }
    assert not Amendment.objects.exists()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"units-2-role": CO}, "请选择单位。"),
        ({"units-2-department": "甲局"}, "请选择角色。"),
        ({"units-2-department": "甲局", "units-2-role": CO}, "同一任务中一个责任单位只能出现一次。"),
        ({"units-1-role": "HELPER"}, "没有这一项，请从列表中选择。"),
        ({"units-2-department": "999999", "units-2-role": CO}, "没有这一项，请从列表中选择。"),
        ({"in_force_on": "2022-01-13"}, "责任分工的调整须在施行当日或之后登记。"),
        ({"in_force_on": "2022-02-30"}, "日期应写作2021-12-31的形式，并且确有这一天。"),
        ({"token": "x"}, "表单已失效，请重新打开。"),
    ],
)
def test_a_faulty_line_is_refused_beside_it(measure: Measure, changes: dict[str, Any], reason: str) -> None:
    office = signed_in(a_supervisor())
    fields = typed(visit(office, form_of(measure, UNITS))) | BASIS
    named = {key: a_department("甲局").pk if value == "甲局" else value for key, value in changes.items()}

    page = send(office, form_of(measure, UNITS), status=422, **fields | named)

    assert reason in page.words
    assert not Amendment.objects.exists()


def test_a_terminated_measure_leaves_every_list_and_stands_in_its_own(measure: Measure) -> None:
    office, plan = signed_in(a_supervisor()), measure.plan
    other = a_part(a_measure(plan))
    fields = typed(visit(office, form_of(measure, TERMINATION)))

    send(office, form_of(measure, TERMINATION), status=302, **fields | BASIS)

    counts = {
        (place, day): visit(office, f"{plan.get_absolute_url()}{place}", as_of=day).count
        for place in ("measures/", "assignments/", "measures/?timeliness=TERMINATED")
        for day in ("2022-01-11", "2022-01-12")
    }
    assert counts == {
        ("measures/", "2022-01-11"): 2,
        ("measures/", "2022-01-12"): 1,
        ("assignments/", "2022-01-11"): 3,
        ("assignments/", "2022-01-12"): 1,
        ("measures/?timeliness=TERMINATED", "2022-01-11"): 0,
        ("measures/?timeliness=TERMINATED", "2022-01-12"): 1,
    }
    page = visit(office, measure.get_absolute_url())
    assert "自2022年1月12日起终止，不再填报。" in page.words
    assert "登记计划调整" not in page.links()
    assert measure.get_absolute_url() not in visit(office, f"{plan.get_absolute_url()}matrix/").links().values()
    assert other.measure.get_absolute_url() in visit(office, f"{plan.get_absolute_url()}matrix/").links().values()


def test_an_ongoing_measure_shows_both_deadlines(measure: Measure) -> None:
    an_amendment(measure, ONGOING, TODAY)

    page = visit(signed_in(a_leader()), f"{measure.plan.get_absolute_url()}measures/")

    assert page.rows()[0][3] == "持续推进 原定2021-12-31"
    counts = [
        visit(signed_in(a_leader()), f"{measure.plan.get_absolute_url()}measures/", timeframe=kind).count
        for kind in ("BY_DATE", "ONGOING")
    ]
    assert counts == [0, 1]


def test_the_list_of_changes_opens_from_the_dashboard_and_is_narrowed(measure: Measure) -> None:
    an_amendment(measure, WORDING, date(2022, 1, 10), wording="新的任务内容。")
    an_amendment(measure, ONGOING, TODAY)
    leader = signed_in(a_leader())
    path = visit(leader, measure.plan.get_absolute_url()).links()["计划调整"]

    assert [row[0] for row in visit(leader, path).rows()] == ["调整任务内容", "转常态"]
    assert [row[0] for row in visit(leader, path, kind="ONGOING").rows()] == ["转常态"]
    assert visit(leader, path, as_of="2022-01-11").count == 1
    assert "没有这一项，请从列表中选择。" in visit(leader, path, kind="MERGER").words
    assert "没有符合条件的计划调整。" in visit(leader, path, kind="UNITS").words


def test_a_change_of_responsibilities_says_what_is_done_to_each_unit(measure: Measure) -> None:
    an_amendment(measure, UNITS, TODAY, roles={a_department("丙局"): CO, a_department("乙局"): LEAD})

    page = visit(signed_in(a_leader()), f"{measure.plan.get_absolute_url()}amendments/")

    assert page.rows()[0][1] == "移出 甲局（牵头） 乙局由 配合 改为 牵头 增列 丙局（配合）"


def test_a_change_to_come_is_announced_and_does_not_count_yet(measure: Measure) -> None:
    an_amendment(measure, TERMINATION, TODAY, in_force_on=date(2022, 3, 1))

    page = visit(signed_in(a_leader()), measure.get_absolute_url())

    assert "尚未施行" in page.words
    assert "自2022年3月1日起终止，不再填报。" not in page.words


def test_the_time_line_tells_of_it_once(measure: Measure) -> None:
    an_amendment(measure, WORDING, TODAY, wording="新的任务内容。")

    page = visit(signed_in(a_leader()), measure.get_absolute_url())

    told = [words(each) for each in every(page.every("ol", "timeline")[0], "li")]
    assert len([each for each in told if "调整任务内容" in each]) == 1
    assert not any("修改" in each for each in told)


def test_the_workbook_has_the_wording_of_its_day(measure: Measure) -> None:
    an_amendment(measure, WORDING, TODAY, wording="新的任务内容。")
    leader, path = signed_in(a_leader()), f"{measure.plan.get_absolute_url()}measures/"

    books = [
        load_workbook(BytesIO(leader.get(f"{path}export.xlsx", {"as_of": day}).content))
        for day in ("2022-01-11", "2022-01-12")
    ]

    shown = [book[name] for book in books for name in ("台账", "分单位")]
    found = [[cell.value for row in sheet.iter_rows() for cell in row] for sheet in shown]
    assert ["新的任务内容。" in cells for cells in found] == [False, False, True, True]


def test_who_writes_a_report_reads_the_wording_in_force(measure: Measure) -> None:
    an_amendment(measure, WORDING, TODAY, wording="新的任务内容。")
    client = signed_in(a_reporter(a_department("甲局")))

    assert "新的任务内容。" in visit(client, "/mine/").words
    assert "新的任务内容。" in visit(client, measure.assignments.get(department__name="甲局").get_report_url()).words


def test_a_measure_that_became_ongoing_asks_for_no_period_before_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, date(2022, 1, 6))  # the fourth quarter may still be reported on
    part = a_part(department=a_department("甲局"))
    an_amendment(part.measure, ONGOING, date(2022, 1, 6))

    page = visit(signed_in(a_reporter(part.department)), part.get_report_url())

    assert "2022年第一季度" in page.words
    assert "2021年第四季度" not in page.words


def test_a_deadline_that_was_given_up_does_not_fall_due(measure: Measure) -> None:
    an_amendment(measure, ONGOING, date(2021, 12, 1))

    assert "完成时限到期" not in visit(signed_in(a_leader()), measure.get_absolute_url()).words


def test_a_unit_that_left_owes_nothing_on_its_page(measure: Measure) -> None:
    client = signed_in(a_reporter(a_department("甲局")))
    an_amendment(measure, UNITS, TODAY, roles={a_department("乙局"): LEAD})

    assert measure.wording not in visit(client, "/mine/").words


@pytest.mark.parametrize("kind", ["merger", "WORDING", "units2"])
def test_an_unknown_kind_of_change_is_not_found(measure: Measure, kind: str) -> None:
    assert signed_in(a_supervisor()).get(f"{measure.get_absolute_url()}amend/{kind}/").status_code == 404


def test_changes_cost_the_same_number_of_queries_with_one_and_three() -> None:
    costs = {}
    for rows in (1, 3):
        plan = a_plan()
        for number in range(rows):
            measure = a_part(a_measure(plan)).measure
            an_amendment(measure, WORDING, TODAY, wording=f"第{number}次调整。")
            an_amendment(measure, UNITS, TODAY, roles={a_department(f"新{number}"): JOINT})
        costs[rows] = queries(signed_in(a_leader()), f"{plan.get_absolute_url()}amendments/")[0]

    # session, person, roles, plan, how many, changes with measures and who recorded them
    assert costs == {1: 6, 3: 6}


def test_a_member_keeps_what_it_said_when_its_collective_leaves() -> None:
    measure = a_measure()
    lead = a_part(measure, a_department("甲局"), LEAD)
    member = a_department("万新街道")
    from_text = a_part(measure, a_department("各街道办", kind="COLLECTIVE"), CO)
    Assignment.objects.create(measure=measure, department=member, role=CO, position=2, collective_part=from_text)
    a_report(own_part(from_text, member), date(2022, 1, 10), progress="街道已排查。")

    an_amendment(measure, UNITS, TODAY, roles={lead.department: LEAD})

    page = visit(signed_in(a_leader()), measure.get_absolute_url(), as_of="2022-01-11")
    assert "万新街道（2022-01-10已报）" in page.words
    assert "街道已排查。" in visit(signed_in(a_leader()), measure.get_absolute_url()).words
