"""我的填报 where others come in: colleagues at the same part, taking back, summing up, closing below target."""

from __future__ import annotations

from datetime import date

import pytest

from departments.models import Department
from tasks.actions import draft as drafts
from tasks.actions import period as periods
from tasks.choices import AssignmentRole
from tasks.models import Assignment, Period, Plan, Report

from . import test_desk_page
from .builders import a_department, a_measure, a_part, a_report, a_reporter, a_supervisor, an_indicator, at, the_part
from .pages import attribute, send, signed_in, visit, words
from .test_desk_page import MINE, TODAY, card, drafted, keep, of_part, on_page, p, said

_today, unit, author, reporter = (
    test_desk_page._today,
    test_desk_page.unit,
    test_desk_page.author,
    test_desk_page.reporter,
)
plan, parts = test_desk_page.plan, test_desk_page.parts


# --- two people --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["save", "submit"])
def test_over_a_draft_that_a_colleague_has_saved_both_texts_are_shown(parts, unit, reporter, act) -> None:
    part = parts[0]
    page = visit(reporter, MINE)
    keep(a_reporter(unit, first_name="老李"), part, "同事的话。")

    shown = send(reporter, MINE, status=422, **on_page(page, **{p(part): {"progress": "我的话。"}}), do=act)

    assert "老李于2022-01-12 10:00保存的草稿： 同事的话。" in card(shown, part)
    assert shown.filled_in(f"{p(part)}-progress") == "我的话。"
    assert (said(), drafted()) == ([], [(1, "同事的话。")])
    send(reporter, MINE, status=302, **on_page(shown), do=act)
    assert (said(), drafted()) == (([], [(1, "我的话。")]) if act == "save" else ([(1, "我的话。")], []))


def test_on_the_page_of_a_part_a_stale_draft_is_answered_with_both_texts(parts, unit, reporter) -> None:
    part = parts[0]
    form = of_part(reporter, part, progress="我的话。")
    keep(a_reporter(unit), part, "同事的话。")

    shown = send(reporter, part.get_report_url(), status=409, **form, do="submit")

    assert "同事的话。" in shown.words
    assert shown.filled_in("progress") == "我的话。"
    assert (said(), drafted()) == ([], [(1, "同事的话。")])


def test_while_typing_a_stale_draft_is_answered_with_the_other_text_and_a_way_to_keep_ones_own(
    parts, unit, reporter
) -> None:
    part = parts[0]
    form = of_part(reporter, part, progress="我的话。")
    theirs = keep(a_reporter(unit), part, "同事的话。")

    shown = send(reporter, f"/mine/{part.pk}/draft/", status=200, **form)

    (button,) = [each for each in shown.every("button") if words(each) == "保留我的内容"]
    assert "同事的话。" in shown.words
    assert attribute(button, "hx-vals") == f'{{"draft_version": "1", "token": "{theirs.token}"}}'
    assert drafted() == [(1, "同事的话。")]


def test_over_a_draft_that_a_colleague_has_thrown_away_one_can_go_on(parts, unit, author, reporter) -> None:
    part = parts[0]
    keep(author, part, "共同的草稿。")
    form = of_part(reporter, part, progress="我的话。")
    drafts.discard(by=a_reporter(unit), assignment=part, version=1)

    shown = send(reporter, f"/mine/{part.pk}/draft/", status=200, **form)

    (button,) = [each for each in shown.every("button") if words(each) == "保留我的内容"]
    assert "这份草稿已由他人提交或删除。" in shown.words
    assert (attribute(button, "hx-vals") or "").startswith('{"draft_version": "0", "token": "')
    assert drafted() == []


def test_over_a_shared_draft_that_a_colleague_has_sent_both_texts_are_shown(parts, unit, author, reporter) -> None:
    part = parts[0]
    keep(author, part, "共同的草稿。")
    colleague = signed_in(a_reporter(unit))
    form = of_part(reporter, part, progress="我的话。")
    send(colleague, part.get_report_url(), status=302, **of_part(colleague, part, progress="同事的话。"), do="submit")

    shown = send(reporter, part.get_report_url(), status=409, **form, do="submit")

    assert "同事的话。" in shown.words
    assert shown.filled_in("progress") == "我的话。"
    assert said() == [(1, "同事的话。")]


def test_choosing_a_reason_alone_begins_no_draft_and_gives_no_right_over_a_colleagues(parts, unit, reporter) -> None:
    part = parts[0]
    form = of_part(reporter, part, progress="", reason="等待其他单位配合。")

    first = send(reporter, f"/mine/{part.pk}/draft/", status=200, **form)
    assert (first.words, drafted()) == ("", [])
    keep(a_reporter(unit), part, "同事的话。")
    second = send(reporter, f"/mine/{part.pk}/draft/", status=200, **form)

    assert second.every("input") == []  # no marks of the colleague's draft
    assert drafted() == [(1, "同事的话。")]


# --- back and away -----------------------------------------------------------------------------------------


def test_a_report_taken_back_is_a_draft_again(parts, author, reporter) -> None:
    report = a_report(parts[0], TODAY, by=author, progress="说早了。")
    offered = [
        attribute(button, "formaction")
        for button in visit(reporter, MINE).every("button", formaction=f"/mine/reports/{report.pk}/withdraw/")
    ]

    page = send(reporter, f"/mine/reports/{report.pk}/withdraw/", status=200, follow=True)

    assert offered == [f"/mine/reports/{report.pk}/withdraw/"]
    assert page.notes == ["填报已撤回，内容已转为草稿，可修改后再提交。"]
    assert page.filled_in("progress") == "说早了。"
    assert (drafted(), Report.objects.get().void_on) == ([(1, "说早了。")], TODAY)


def test_a_draft_is_thrown_away_only_as_it_was_seen(parts, author, reporter) -> None:
    keep(author, parts[0], "草稿。")

    stale = send(reporter, f"/mine/{parts[0].pk}/discard/", status=200, follow=True, version="7")
    assert (stale.notes, drafted()) == (["同一份草稿已被他人保存，请核对后选择。"], [(1, "草稿。")])
    page = send(reporter, f"/mine/{parts[0].pk}/discard/", status=200, follow=True, version="1")

    assert (page.notes, drafted()) == (["第1项的草稿已删除。"], [])


def test_a_locked_period_takes_nothing_and_the_text_stays(parts, plan, reporter) -> None:
    part = parts[0]
    running = Period.objects.get(plan=plan, starts_on=date(2021, 10, 1))
    page = visit(reporter, MINE)
    assert page.filled_in(f"{p(part)}-period") == str(running.pk)
    periods.lock(by=a_supervisor(), periods=[running], now=at(TODAY))

    shown = send(reporter, MINE, status=422, **on_page(page, **{p(part): {"progress": "晚了。"}}), do="submit")

    assert "所选填报周期已锁定或未到填报时间，请重新选择；确需补报的，请联系督办管理员重新开启。" in card(shown, part)
    assert shown.filled_in(f"{p(part)}-progress") == "晚了。"
    assert (said(), drafted()) == ([], [])


# --- summing up --------------------------------------------------------------------------------------------


@pytest.fixture
def joint(plan: Plan, unit: Department) -> Assignment:
    """A measure of three, which the unit leads."""
    measure = a_measure(plan, due_on=None, number=9)
    lead = a_part(measure, unit, AssignmentRole.LEAD)
    for name in ("区法院", "区检察院"):
        a_part(measure, a_department(name), AssignmentRole.CO)
    return lead


def test_who_sums_up_sees_the_words_of_the_others_and_who_is_silent(joint, reporter) -> None:
    court = joint.measure.assignments.get(department__name="区法院")
    a_report(court, date(2022, 1, 10), progress="法院已开庭两次。")

    page = visit(reporter, joint.get_report_url())
    begun = visit(reporter, joint.get_report_url(), compile="1")

    assert "各单位情况 已报1/3 尚未填报： 公安东丽分局、区检察院" in page.words
    assert "区法院 2022-01-10 法院已开庭两次。" in page.words
    assert (page.filled_in("summary"), begun.filled_in("summary")) == (None, "【区法院】法院已开庭两次。")


def test_a_summary_records_what_it_was_made_from(joint, reporter) -> None:
    court = joint.measure.assignments.get(department__name="区法院")
    source = a_report(court, date(2022, 1, 10), progress="法院已开庭两次。")
    form = of_part(reporter, joint, progress="牵头完成。", summary="法院开庭两次。")

    send(reporter, joint.get_report_url(), status=302, **form, do="submit")

    report = Report.objects.get(assignment=joint)
    assert (report.summary, list(report.sources.all())) == ("法院开庭两次。", [source])


def test_a_unit_that_does_not_sum_up_cannot_send_a_summary(joint) -> None:
    court = joint.measure.assignments.get(department__name="区法院")
    client = signed_in(a_reporter(court.department))
    form = of_part(client, court, progress="已开庭。", summary="我来汇总。")

    page = send(client, court.get_report_url(), status=422, **form, do="submit")

    assert "本单位在这项任务中不负责汇总。" in page.words
    assert (page.filled_in("summary"), said()) == ("我来汇总。", [])
    assert "各单位情况" not in visit(client, court.get_report_url()).words


# --- closing below target ------------------------------------------------------------------------------------


def test_closing_below_target_asks_for_a_reason(shipped_plan) -> None:
    part = the_part(shipped_plan, 16, shipped_plan.measures.get(number=16).assignments.first().department.name)
    client = signed_in(a_reporter(part.department))
    name = part.measure.indicators.get().name
    form = of_part(client, part, progress="已完成。", asks_to_close="on")

    page = visit(client, part.get_report_url())
    refused = send(client, part.get_report_url(), status=422, **form, do="submit")
    both = form | {"shortfall_reason": "有三家注销。"}
    send(client, part.get_report_url(), status=302, **both, do="submit")

    assert f"量化指标： {name} 0/600家 尚未填报，目标600家。" in page.words
    assert f"{name}未达目标值，申请办结须说明原因。" in refused.words
    assert (refused.filled_in("progress"), refused.filled_in("asks_to_close")) == ("已完成。", "on")
    assert Report.objects.get().shortfall_reason == "有三家注销。"


def test_closing_below_target_asks_for_a_reason_on_the_page_of_all_too(plan, unit, reporter) -> None:
    part = a_part(a_measure(plan), unit)
    an_indicator(part.measure, name="托管企业")
    typed = {"progress": "已完成。", "asks_to_close": "on"}

    shown = send(reporter, MINE, status=422, **on_page(visit(reporter, MINE), **{p(part): typed}), do="submit")
    again = on_page(shown, **{p(part): {"shortfall_reason": "有三家注销。"}})
    send(reporter, MINE, status=302, **again, do="submit")

    assert "托管企业未达目标值，申请办结须说明原因。" in card(shown, part)
    assert Report.objects.values_list("asks_to_close", "shortfall_reason").get() == (True, "有三家注销。")
