"""Where a dated step stands on a day: the whole of its truth table, and the sentence that says why."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tasks.choices import Timeliness
from tasks.step import Step

ISSUED_ON = date(2021, 8, 26)
DUE_ON = date(2021, 12, 4)
BEFORE_ISSUE = date(2021, 4, 26)
DONE_LATE = Timeliness.CLOSED_LATE


def a_step(day: date, *, due_on: date = DUE_ON, done_on: date | None = None) -> Step:
    return Step(day=day, due_on=due_on, issued_on=ISSUED_ON, due_soon_days=30, done_on=done_on)


@pytest.mark.parametrize(
    ("day", "done_on", "timeliness", "word", "sentence"),
    [
        (date(2021, 11, 3), None, Timeliness.ON_TRACK, "未到期", "节点日期2021年12月4日，还有31天。"),
        (date(2021, 11, 4), None, Timeliness.DUE_SOON, "临期", "节点日期2021年12月4日，还有30天。"),
        (date(2021, 12, 3), None, Timeliness.DUE_SOON, "临期", "节点日期2021年12月4日，还有1天。"),
        (date(2021, 12, 4), None, Timeliness.DUE_SOON, "临期", "节点日期2021年12月4日，当日到期。"),
        (date(2021, 12, 5), None, Timeliness.OVERDUE, "逾期", "节点日期2021年12月4日，逾期1天，未登记完成。"),
        (date(2022, 1, 12), None, Timeliness.OVERDUE, "逾期", "节点日期2021年12月4日，逾期39天，未登记完成。"),
        (
            date(2021, 12, 4),
            date(2021, 11, 30),
            Timeliness.CLOSED,
            "已完成",
            "节点日期2021年12月4日，2021年11月30日完成。",
        ),
        (
            date(2021, 12, 5),
            date(2021, 12, 4),
            Timeliness.CLOSED,
            "已完成",
            "节点日期2021年12月4日，2021年12月4日完成。",
        ),
        (
            date(2021, 12, 9),
            date(2021, 12, 5),
            DONE_LATE,
            "逾期完成",
            "节点日期2021年12月4日，2021年12月5日完成，逾期1天。",
        ),
    ],
)
def test_a_step_stands_as_the_day_and_the_record_say(day, done_on, timeliness, word, sentence) -> None:
    step = a_step(day, done_on=done_on)

    assert (step.timeliness, step.word, step.sentence()) == (timeliness, word, sentence)


@pytest.mark.parametrize("day", [BEFORE_ISSUE, BEFORE_ISSUE + timedelta(days=1), ISSUED_ON, date(2022, 1, 12)])
def test_a_step_before_the_issue_is_never_late(day: date) -> None:
    step = a_step(day, due_on=BEFORE_ISSUE)

    assert (step.timeliness, step.word) == (Timeliness.ON_TRACK, "计划印发前")
    assert step.sentence() == "节点日期2021年4月26日，在计划印发（2021年8月26日）之前，不计逾期。"


def test_a_step_before_the_issue_is_done_in_time_whenever_it_was_done() -> None:
    step = a_step(date(2021, 10, 1), due_on=BEFORE_ISSUE, done_on=date(2021, 5, 6))

    assert (step.timeliness, step.word) == (Timeliness.CLOSED, "已完成")
    assert step.sentence() == "节点日期2021年4月26日，2021年5月6日完成。"


@pytest.mark.parametrize(
    ("due_on", "timeliness"),
    [(ISSUED_ON - timedelta(days=1), Timeliness.ON_TRACK), (ISSUED_ON, Timeliness.OVERDUE)],
)
def test_the_day_of_issue_itself_can_be_missed(due_on: date, timeliness: Timeliness) -> None:
    assert a_step(date(2021, 10, 1), due_on=due_on).timeliness == timeliness
