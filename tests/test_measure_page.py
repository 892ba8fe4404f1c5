"""One measure: its text, its light, every unit's part, what has happened, and what the reader may do next."""

from __future__ import annotations

from datetime import date

import pytest
from django.test.html import Element

from tasks.actions import review as review_actions
from tasks.choices import AssignmentRole
from tasks.models import Measure

from .builders import (
    a_closing,
    a_collective,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_plan,
    a_plan_being_entered,
    a_report,
    a_reporter,
    a_return,
    a_supervisor,
    an_administrator,
    at,
    own_part,
    the_reviewer_of,
)
from .pages import Page, every, it_is, signed_in, visit, words

TODAY = date(2022, 1, 12)
FACTS = ("完成时限", "逾期", "已报", "办结日期")


@pytest.fixture(autouse=True)
def _today(monkeypatch) -> None:
    it_is(monkeypatch, TODAY)


def sheet(page: Page, title: str) -> Element:
    return next(one for one in page.every("section", "sheet") if words(every(one, "h2")[0]) == title)


def happened(page: Page) -> list[str]:
    """Each entry of the time line, newest first."""
    return [words(entry) for entry in every(sheet(page, "经过"), "li")]


def offered(page: Page) -> dict[str, str]:
    return page.links(sheet(page, "可以做的事"))


def facts(page: Page) -> dict[str, str]:
    rows = every(page.every("dl", "facts")[0], "div")
    return {words(every(row, "dt")[0]): words(every(row, "dd")[0]) for row in rows}


def test_the_official_text_stands_there_in_full(shipped_plan) -> None:
    client = signed_in(a_leader())

    for measure in shipped_plan.measures.filter(number__in=[1, 2, 11, 13, 16, 34, 37]):
        page = visit(client, measure.get_absolute_url())

        assert words(page.every("h1")[0]) == measure.wording
        original = f"原文： {measure.responsibility_text} ； {measure.timeframe_text}".replace(" ", "")
        assert original in page.words.replace(" ", "")


def test_oddities_of_the_text_are_shown_with_the_reading_adopted(shipped_plan) -> None:
    client = signed_in(a_leader())

    odd = visit(client, f"{shipped_plan.get_absolute_url()}measures/13/")
    plain = visit(client, f"{shipped_plan.get_absolute_url()}measures/12/")

    (note,) = odd.every("div", "source-note")
    assert words(note).startswith("原文疑点 第13项责任分工写作“区市场监管局负责、区农业农村委”")
    assert words(note).endswith("采用读法：区市场监管局负责，区农业农村委配合。")
    assert plain.every("div", "source-note") == []


def test_every_unit_is_listed_with_role_light_and_last_word(db) -> None:
    measure = a_measure()
    lead = a_part(measure, a_department("公安东丽分局"), AssignmentRole.LEAD)
    helper = a_part(measure, a_department("区委宣传部"), AssignmentRole.CO)
    a_part(measure, a_department("区法院"), AssignmentRole.CO)
    a_report(lead, date(2021, 11, 1), progress="征求意见。")
    a_report(lead, date(2021, 12, 1), progress="已经印发。", percent=80, needs_coordination=True)
    a_closing(helper, date(2021, 12, 20), date(2021, 12, 21))

    page = visit(signed_in(a_leader()), measure.get_absolute_url())

    late = "应于2021年12月31日办结，逾期12天，未申请延期。"
    assert page.rows(page.every("table")[0]) == [
        ["公安东丽分局", "牵头 未签收", "逾期", "2021-12-01", f"已经印发。 完成进度80% 需领导协调 {late}"],
        [
            "区委宣传部",
            "配合 未签收",
            "已办结",
            "2021-12-20",
            "已完成阶段性工作。 应于2021年12月31日办结，2021年12月20日申请办结，按期；2021年12月21日审核同意。",
        ],
        ["区法院", "配合 未签收", "逾期", "—", f"未填报 {late}"],
    ]
    assert [facts(page).get(name) for name in FACTS] == ["2021-12-31", "12天", "2/3家", None]
    assert words(page.every("p", "why")[0]) == late


@pytest.mark.parametrize(
    ("asks", "said"), [(True, "办结申请被退回：请补充附件。"), (False, "填报被退回：请补充附件。")]
)
def test_what_came_back_is_said_in_the_row_of_its_unit_until_it_answers(db, asks: bool, said: str) -> None:
    part = a_part(a_measure(), a_department("公安东丽分局"))
    report = a_report(part, date(2021, 12, 20), asks_to_close=asks)
    review_actions.send_back(by=the_reviewer_of(part), report=report, now=at(date(2021, 12, 27)), reason="请补充附件。")
    plan, leader = part.measure.plan, signed_in(a_leader())
    pages = (
        part.measure.get_absolute_url(),
        f"{plan.get_absolute_url()}assignments/",
        f"{plan.get_absolute_url()}assignments/{part.pk}/",
        f"{plan.get_absolute_url()}units/{part.department_id}/",
    )

    days = {
        day: [said in visit(leader, path, as_of=day).words for path in pages] for day in ("2021-12-26", "2021-12-27")
    }
    a_report(part, date(2022, 1, 5))
    answered = [said in words(visit(leader, path).every("table")[0]) for path in (pages[0], pages[1])]

    assert days == {"2021-12-26": [False] * 4, "2021-12-27": [True] * 4}
    assert answered == [False] * 2


def test_the_first_of_joint_units_compiles_and_is_not_called_a_lead(db) -> None:
    measure = a_measure(due_on=None)
    a_part(measure, a_department("区法院"), AssignmentRole.JOINT)
    a_part(measure, a_department("区检察院"), AssignmentRole.JOINT)

    page = visit(signed_in(a_leader()), measure.get_absolute_url())

    rows = page.rows(page.every("table")[0])
    assert [row[:2] for row in rows] == [["区法院 列第一位", "按职责分工 未签收"], ["区检察院", "按职责分工 未签收"]]
    assert "第一家负责汇总" in words(page.main)
    assert "牵头" not in words(page.main)


def test_a_collective_names_its_members_or_says_that_it_has_none(db) -> None:
    measure = a_measure()
    second = a_department("万新街道", position=2)
    collective = a_collective("各街道办", second, a_department("张贵庄街道", position=1))
    a_report(own_part(a_part(measure, collective, AssignmentRole.JOINT), second), date(2021, 12, 1))
    a_part(measure, a_collective("各成员单位"), AssignmentRole.JOINT)

    page = visit(signed_in(a_leader()), measure.get_absolute_url())

    first, second = (row[0] for row in page.rows(page.every("table")[0]))
    assert first == "各街道办 列第一位 已报1/2：张贵庄街道 （未填报） 、万新街道（2021-12-01已报）"
    assert second == "各成员单位 集合，尚未登记成员单位"


def test_the_time_line_tells_everything_newest_first_up_to_the_day(db) -> None:
    plan = a_plan(issuer="区知识产权领导小组", number="津丽知略〔2021〕1号")
    part = a_part(a_measure(plan), a_department("公安东丽分局"))
    reviewer = a_supervisor(last_name="孟", first_name="凡")
    author = a_reporter(part.department, last_name="王", first_name="强").name
    a_report(part, date(2021, 10, 8), progress="征求意见。", problems="经费不足。", next_steps="年底印发。", percent=30)
    a_return(part, date(2021, 12, 1), date(2021, 12, 3), reason="请附文号。")
    a_closing(part, date(2022, 1, 5), date(2022, 1, 10))
    client = signed_in(a_leader())

    today = visit(client, part.measure.get_absolute_url())
    earlier = visit(client, part.measure.get_absolute_url(), as_of="2021-12-02")

    issued = "2021-08-26 区知识产权领导小组 印发计划 津丽知略〔2021〕1号"
    said = "征求意见。 存在问题： 经费不足。 下一步措施： 年底印发。 完成进度30%"
    first, asked = (
        f"2021-10-08 10:00 公安东丽分局 {author} 填报进展",
        f"2021-12-01 10:00 公安东丽分局 {author} 申请办结",
    )
    assert happened(today) == [
        f"2022-01-10 10:00 {reviewer.name} 同意公安东丽分局办结",
        f"2022-01-05 10:00 公安东丽分局 {author} 申请办结 审核通过 已完成阶段性工作。",
        "2021-12-31 系统 完成时限到期",
        f"2021-12-03 10:00 {reviewer.name} 退回公安东丽分局的办结申请 请附文号。",
        f"{asked} 退回后已更正 取代2021-10-08的填报 已完成阶段性工作。",
        f"{first} 已有新的填报 {said}",
        issued,
    ]
    assert happened(earlier) == [
        f"{asked} 待审核 取代2021-10-08的填报 已完成阶段性工作。",
        f"{first} 已有新的填报 {said}",
        issued,
    ]


def test_the_time_line_says_who_speaks_for_whom(db) -> None:
    member = a_department("万新街道")
    part = a_part(a_measure(), a_collective("各街道办", member))
    own = a_part(part.measure, a_department("区法院"), AssignmentRole.CO)
    author = a_reporter(member, last_name="王", first_name="强")
    a_report(own_part(part, member), date(2021, 12, 1), by=author)
    a_report(own, date(2021, 12, 2), by=an_administrator(last_name="沈", first_name="宁"))

    page = visit(signed_in(a_leader()), part.measure.get_absolute_url())

    entries = [entry for entry in happened(page) if "填报进展" in entry]
    assert entries == [
        "2021-12-02 10:00 区法院（沈宁代录） 填报进展 已生效 已完成阶段性工作。",
        "2021-12-01 10:00 万新街道（各街道办成员） 王强 填报进展 已生效 已完成阶段性工作。",
    ]


def test_what_is_recorded_after_a_day_leaves_that_days_page_as_it_was(db) -> None:
    part = a_part()
    helper = a_part(part.measure, role=AssignmentRole.CO)
    a_return(part, date(2021, 12, 1), date(2021, 12, 3))
    client = signed_in(a_leader())
    before = visit(client, part.measure.get_absolute_url(), as_of="2021-12-15")

    a_report(helper, date(2022, 1, 8), progress="补报去年十二月的进展。", needs_coordination=True)
    a_closing(part, date(2022, 1, 9), date(2022, 1, 10))
    after = visit(client, part.measure.get_absolute_url(), as_of="2021-12-15")

    assert after.without_token == before.without_token


def test_a_closed_measure_says_when_it_was_closed(db) -> None:
    part = a_part()
    a_closing(part, date(2022, 1, 4), date(2022, 1, 10))

    page = visit(signed_in(a_leader()), part.measure.get_absolute_url())

    assert [facts(page).get(name) for name in FACTS] == ["2021-12-31", "4天", "1/1家", "2022-01-10"]
    assert words(page.every("p", "why")[0]) == (
        "应于2021年12月31日办结，2022年1月4日申请办结，逾期4天；2022年1月10日审核同意。"
    )


# --- what the reader may do ----------------------------------------------------------------------


def two_parts() -> Measure:
    measure = a_measure()
    a_part(measure, a_department("公安东丽分局"), AssignmentRole.LEAD)
    a_part(measure, a_department("区法院"), AssignmentRole.CO)
    return measure


def test_a_reporter_is_offered_his_own_units_part_only(db) -> None:
    measure = two_parts()
    own = measure.assignments.get(department__name="区法院")

    page = visit(signed_in(a_reporter(own.department)), measure.get_absolute_url())
    stranger = visit(signed_in(a_reporter(a_department("区商务局"))), measure.get_absolute_url())

    assert offered(page) == {"填报区法院的进展": f"/mine/{own.pk}/"}
    assert offered(stranger) == {}
    assert words(sheet(stranger, "可以做的事")).endswith("本任务目前没有需要您办理的事项。")


def test_a_member_is_offered_the_part_of_its_collective(db) -> None:
    member = a_department("万新街道")
    part = a_part(department=a_collective("各街道办", member))

    page = visit(signed_in(a_reporter(member)), part.measure.get_absolute_url())

    time = f"{part.measure.get_absolute_url()}extension/"
    assert offered(page) == {"填报万新街道的进展": f"/mine/{own_part(part, member).pk}/", "申请延期": time}


def test_nothing_is_offered_on_a_part_that_is_closed(db) -> None:
    part = a_part(department=a_department("区法院"))
    reporter = a_reporter(part.department)
    a_closing(part, date(2021, 12, 1))

    page = visit(signed_in(reporter), part.measure.get_absolute_url())

    assert offered(page) == {}
    assert "区法院部分已办结，不再填报。" in words(sheet(page, "可以做的事"))


def test_a_request_is_offered_to_whoever_may_decide_on_it(db) -> None:
    plan = a_plan()
    measure = a_measure(plan)
    units = a_part(measure, a_department("区法院"), AssignmentRole.JOINT)
    office = a_part(measure, plan.office, AssignmentRole.JOINT)
    reviews = [a_report(part, date(2022, 1, 11), asks_to_close=True).review for part in (units, office)]
    people = {
        "supervisor": a_supervisor(plan.office),
        "leader": a_leader(),
        "administrator": an_administrator(),
        "reporter": a_reporter(units.department),
    }

    found = {
        name: {
            href for href in offered(visit(signed_in(person), measure.get_absolute_url())).values() if "review" in href
        }
        for name, person in people.items()
    }

    first, second = (f"/reviews/{review.report_id}/" for review in reviews)
    assert found == {"supervisor": {first}, "leader": {second}, "administrator": {first, second}, "reporter": set()}


def test_the_panel_is_offered_to_those_who_may_use_it(db) -> None:
    measure = a_part(a_measure(a_plan_being_entered())).measure
    people = [a_leader(), a_supervisor(), an_administrator(), a_reporter(a_department())]

    found = [
        offered(visit(signed_in(person), measure.get_absolute_url())).get("在后台修改任务和分工") for person in people
    ]

    panel = f"/admin/tasks/measure/{measure.pk}/change/"
    assert found == [None, panel, panel, None]


@pytest.mark.parametrize("day", ["2021-12-31", "2022-01-11", "2022-01-13"])
def test_on_another_day_nothing_can_be_reported_or_decided(db, day) -> None:
    part = a_part()
    reporter = a_reporter(part.department)
    a_report(part, date(2021, 12, 1), by=reporter, asks_to_close=True)

    pages = [
        visit(signed_in(person), part.measure.get_absolute_url(), as_of=day) for person in (reporter, a_supervisor())
    ]

    assert [[href for href in offered(page).values() if not href.startswith("/admin/")] for page in pages] == [[], []]
    assert all("填报和审核请先回到今天" in words(sheet(page, "可以做的事")) for page in pages)


# --- which measure -------------------------------------------------------------------------------


def test_a_number_belongs_to_its_plan(db) -> None:
    ours, theirs = a_plan(), a_plan()
    a_part(a_measure(ours, number=3, wording="本计划的任务。"))
    a_part(a_measure(theirs, number=3, wording="另一个计划的任务。"))
    a_part(a_measure(theirs, number=4, wording="另一个计划的任务。"))
    client = signed_in(a_leader())

    page = visit(client, f"{ours.get_absolute_url()}measures/3/")
    missing = visit(client, f"{ours.get_absolute_url()}measures/4/", status=404)

    assert words(page.every("h1")[0]) == "本计划的任务。"
    assert "另一个计划" not in missing.words


def test_a_measure_without_units_says_so(db) -> None:
    page = visit(signed_in(a_leader()), a_measure().get_absolute_url())

    assert page.rows(page.every("table")[0]) == [["尚未登记责任单位。"]]


def test_the_way_back_leads_to_the_ledger_and_its_section_on_the_same_day(shipped_plan) -> None:
    client = signed_in(a_leader())
    page = visit(client, f"{shipped_plan.get_absolute_url()}measures/13/", as_of="2021-12-31")

    links = page.links(page.main)

    assert visit(client, links["任务台账"]).count == 42
    section = visit(client, links["三、健全知识产权保护体系"])
    assert (len(section.rows(section.every("table")[0])), "正在查看 2021年12月31日" in section.words) == (6, True)


def test_a_late_evening_report_belongs_to_the_day_it_was_written_on_in_the_district(db) -> None:
    part = a_part()
    a_report(part, date(2021, 12, 1), now=at(date(2021, 12, 1), 0, 5), progress="凌晨填报。")
    a_report(part, date(2021, 12, 1), now=at(date(2021, 12, 1), 23, 55), progress="深夜填报。")
    client = signed_in(a_leader())

    same_day = visit(client, part.measure.get_absolute_url(), as_of="2021-12-01")
    day_before = visit(client, part.measure.get_absolute_url(), as_of="2021-11-30")

    assert [entry.split()[0] for entry in happened(same_day)] == ["2021-12-01", "2021-12-01", "2021-08-26"]
    assert [entry.split()[0] for entry in happened(day_before)] == ["2021-08-26"]
