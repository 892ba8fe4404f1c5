"""Which report is a part's last word: what is made up for an earlier period stands behind what was said later."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tasks.actions import report as actions
from tasks.actions import review as reviews
from tasks.choices import ReportState
from tasks.models import Assignment, Period, Report

from .builders import a_measure, a_part, a_plan, a_report, a_reporter, a_supervisor, at
from .pages import it_is, signed_in, visit

pytestmark = pytest.mark.django_db

NOVEMBER = date(2021, 11, 1)


def state(report: Report, day: date = NOVEMBER + timedelta(days=30)) -> ReportState:
    return Report.objects.with_request().with_followers(day).get(pk=report.pk).state(day)


def quarter(part: Assignment, month: int) -> Period:
    return part.measure.plan.periods.get(starts_on=date(2021, month, 1))


def test_what_is_made_up_for_an_earlier_period_takes_the_place_of_nothing_newer() -> None:
    part = a_part(a_measure(due_on=None))
    fourth = a_report(part, NOVEMBER, progress="第四季度。", needs_coordination=True)
    third = a_report(part, NOVEMBER + timedelta(days=1), progress="补三季度。", period=quarter(part, 7))
    day = NOVEMBER + timedelta(days=5)

    row = Assignment.objects.as_of(day).with_last_report(day).get()

    assert (third.is_late, state(fourth), state(third)) == (True, ReportState.IN_EFFECT, ReportState.SUPERSEDED)
    assert row.last_report == fourth
    assert list(Assignment.objects.as_of(day).needing_coordination(day)) == [part]


def test_what_is_made_up_later_for_the_same_period_is_the_last_word() -> None:
    part = a_part(a_measure(due_on=None))
    in_time = a_report(part, NOVEMBER)
    late = a_report(part, date(2022, 2, 1), progress="补充。", period=quarter(part, 10))
    day = date(2022, 2, 2)

    assert (state(in_time, day), state(late, day)) == (ReportState.SUPERSEDED, ReportState.IN_EFFECT)
    assert Assignment.objects.as_of(day).with_last_report(day).get().last_report == late


def test_ongoing_work_is_reported_for_a_period_or_not_at_all() -> None:
    part = a_part(a_measure(due_on=None))
    part.measure.plan.periods.filter(starts_on__gte=date(2021, 10, 1)).delete()
    refused = []

    for periods in ("earlier ones", "none"):
        if periods == "none":
            part.measure.plan.periods.all().delete()
        with pytest.raises(actions.NotAccepted) as refusal:
            a_report(part, NOVEMBER)
        refused.append(refusal.value.args[0])

    assert refused == [
        "本期没有填报周期；以前各期的补报，请在“我的填报”页面选择填报周期后提交。",
        "目前没有可以填报的填报周期，请联系督办管理员设置。",
    ]
    assert Report.objects.count() == 0


@pytest.mark.parametrize("has_reported", [True, False])
def test_a_dated_part_is_asked_to_make_up_only_what_it_has_missed(monkeypatch, has_reported: bool) -> None:
    part = a_part(a_measure(due_on=date(2022, 6, 30)))
    asked = quarter(part, 10)
    asked.asks_dated = True
    asked.save()
    if has_reported:
        a_report(part, date(2021, 12, 1), period=asked)
    it_is(monkeypatch, date(2022, 2, 10))

    page = visit(signed_in(a_reporter(part.department)), part.get_report_url())

    assert (f'value="{asked.pk}"' in page.response.content.decode()) is not has_reported


def test_a_return_whose_correction_was_taken_back_is_shown_again() -> None:
    part = a_part(a_measure(due_on=None))
    first = a_report(part, NOVEMBER)
    reviews.send_back(by=a_supervisor(), report=first, now=at(NOVEMBER, 12), reason="请写明数量。")
    second = a_report(part, NOVEMBER + timedelta(days=1), progress="检查48家。")
    actions.withdraw(by=second.author, report=second, now=at(NOVEMBER + timedelta(days=2)))
    days = [NOVEMBER, NOVEMBER + timedelta(days=1), NOVEMBER + timedelta(days=2)]

    shown = [Assignment.objects.as_of(day).with_return(day).get().is_returned for day in days]

    assert shown == [True, False, True]


def test_a_return_of_what_has_been_overtaken_by_an_accepted_report_asks_for_nothing() -> None:
    part = a_part(a_measure(a_plan(reports_need_acceptance=True)))
    older = a_report(part, NOVEMBER)
    newer = a_report(part, NOVEMBER + timedelta(days=1), progress="检查48家。")
    office = a_supervisor()
    reviews.accept(by=office, report=newer, now=at(NOVEMBER + timedelta(days=2)))
    reviews.send_back(by=office, report=older, now=at(NOVEMBER + timedelta(days=3)), reason="已过时。")
    day = NOVEMBER + timedelta(days=4)

    assert Assignment.objects.as_of(day).with_return(day).get().is_returned is False


def test_who_decides_twice_is_told_that_it_was_himself() -> None:
    report, office = a_report(a_part(), NOVEMBER, asks_to_close=True), a_supervisor()
    reviews.accept(by=office, report=report, now=at(NOVEMBER, 12))

    with pytest.raises(reviews.AlreadyDecided) as refusal:
        reviews.accept(by=office, report=report, now=at(NOVEMBER, 13))

    assert refusal.value.args[0] == "您已经审核过这份填报。"
