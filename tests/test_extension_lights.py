"""Two clocks: what a light and its sentence say while more time is asked for, given, or used up."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.actions import extension as actions
from tasks.choices import AmendmentKind
from tasks.models import Assignment, Measure

from .builders import a_closing, a_measure, a_part, a_plan, a_supervisor, an_amendment, an_extension, at

pytestmark = pytest.mark.django_db

ASKED, GRANTED = date(2021, 12, 20), date(2022, 1, 10)
MARCH = date(2022, 3, 31)
ISSUED = "应于2021年12月31日办结"
MOVED = "原定2021年12月31日办结，延期至2022年3月31日"

# Of a measure due on 2021-12-31 with a month's notice; asked for on 12-20, given on 01-10 until 03-31.
TABLE = [
    (date(2021, 12, 19), "DUE_SOON", f"{ISSUED}，还有12天。"),
    (date(2021, 12, 20), "DUE_SOON", f"{ISSUED}，还有11天，延期申请待审核。"),
    (date(2021, 12, 31), "DUE_SOON", f"{ISSUED}，当日到期，延期申请待审核。"),
    (date(2022, 1, 1), "OVERDUE", f"{ISSUED}，逾期1天，延期申请待审核。"),
    (date(2022, 1, 9), "OVERDUE", f"{ISSUED}，逾期9天，延期申请待审核。"),
    (date(2022, 1, 10), "ON_TRACK", f"{MOVED}，还有80天。"),
    (date(2022, 2, 28), "ON_TRACK", f"{MOVED}，还有31天。"),
    (date(2022, 3, 1), "DUE_SOON", f"{MOVED}，还有30天。"),
    (date(2022, 3, 31), "DUE_SOON", f"{MOVED}，当日到期。"),
    (date(2022, 4, 1), "OVERDUE", f"{MOVED}，逾期1天。"),
]


@pytest.mark.parametrize(("day", "light", "sentence"), TABLE)
def test_measure_and_part_follow_the_deadline_in_force_on_the_day(day: date, light: str, sentence: str) -> None:
    part = a_part()
    an_extension(part.measure, MARCH, ASKED, GRANTED)

    measure = Measure.objects.as_of(day).with_parts(day).select_related("plan").get()
    own = Assignment.objects.as_of(day).select_related("measure").get()

    assert [(row.timeliness, row.light.sentence()) for row in (measure, own)] == [(light, sentence)] * 2


def test_a_late_duty_says_that_no_time_was_asked_for_or_that_it_was_refused() -> None:
    silent, refused = a_part(), a_part()
    asked = an_extension(refused.measure, MARCH, ASKED)
    actions.refuse(by=a_supervisor(), extension=asked, now=at(GRANTED), opinion="理由不足。")

    rows = Assignment.objects.as_of(GRANTED).select_related("measure").order_by("pk")

    assert [row.light.sentence() for row in rows] == [
        f"{ISSUED}，逾期10天，未申请延期。",
        f"{ISSUED}，逾期10天，延期申请未获同意。",
    ]
    assert {row.pk for row in rows} == {silent.pk, refused.pk}


def test_what_was_asked_for_and_taken_back_is_as_if_it_had_not_been_asked_for() -> None:
    part = a_part()
    asked = an_extension(part.measure, MARCH, ASKED)
    actions.withdraw(by=asked.author, extension=asked, now=at(GRANTED))

    row = Assignment.objects.as_of(GRANTED).select_related("measure").get()

    assert row.light.sentence() == f"{ISSUED}，逾期10天，未申请延期。"


@pytest.mark.parametrize(
    ("asked_on", "light", "sentence"),
    [
        (MARCH, "CLOSED", f"{MOVED}，2022年3月31日申请办结，按期；2022年4月2日审核同意。"),
        (date(2022, 4, 1), "CLOSED_LATE", f"{MOVED}，2022年4月1日申请办结，逾期1天；2022年4月2日审核同意。"),
    ],
)
def test_on_time_means_by_the_deadline_in_force(asked_on: date, light: str, sentence: str) -> None:
    part = a_part()
    an_extension(part.measure, MARCH, ASKED, GRANTED)
    a_closing(part, asked_on, date(2022, 4, 2))

    row = Measure.objects.as_of(date(2022, 4, 2)).with_parts(date(2022, 4, 2)).select_related("plan").get()

    assert (row.timeliness, row.light.sentence()) == (light, sentence)


def test_rates_on_both_clocks_count_what_is_over_or_closed() -> None:
    plan = a_plan()
    in_time, in_more_time, late, open_still = (a_part(a_measure(plan)) for _ in range(4))
    a_part(a_measure(plan, due_on=None))
    a_part(a_measure(plan, due_on=date(2022, 6, 30)))
    a_closing(in_time, date(2021, 12, 31))
    for part in (in_more_time, open_still):
        an_extension(part.measure, MARCH, ASKED, GRANTED)
    a_closing(in_more_time, date(2022, 2, 1))
    a_closing(late, date(2022, 2, 1))

    measures = Measure.objects.filter(plan=plan)
    numbers = {day: measures.lights(day).count_by_clock(day) for day in (date(2021, 12, 31), MARCH, date(2022, 4, 1))}

    assert numbers == {
        date(2021, 12, 31): {
            "original_measured": 1,
            "original_kept": 1,
            "effective_measured": 1,
            "effective_kept": 1,
        },
        MARCH: {"original_measured": 4, "original_kept": 1, "effective_measured": 3, "effective_kept": 2},
        date(2022, 4, 1): {"original_measured": 4, "original_kept": 1, "effective_measured": 4, "effective_kept": 2},
    }


def test_lists_are_in_the_order_of_the_deadlines_in_force() -> None:
    plan = a_plan()
    moved, issued = a_part(a_measure(plan)).measure, a_part(a_measure(plan, due_on=date(2022, 2, 1))).measure
    an_extension(moved, MARCH, ASKED, GRANTED)

    before, after = (list(Measure.objects.lights(day).by_deadline()) for day in (ASKED, GRANTED))

    assert (before, after) == ([moved, issued], [issued, moved])


def test_those_extended_once_twice_and_those_that_wait_are_told_apart_on_each_day() -> None:
    plan = a_plan()
    once, twice, waiting = (a_part(a_measure(plan)).measure for _ in range(3))
    an_extension(once, MARCH, ASKED, GRANTED)
    an_extension(twice, date(2022, 2, 1), ASKED, ASKED)
    an_extension(twice, MARCH, date(2022, 1, 12), date(2022, 1, 13))
    an_extension(waiting, MARCH, GRANTED)

    found = {
        day: [
            list(rows.order_by("pk"))
            for rows in (
                Measure.objects.extended(day),
                Measure.objects.extended_repeatedly(day),
                Measure.objects.with_extension_waiting(day),
            )
        ]
        for day in (ASKED, GRANTED, date(2022, 1, 13))
    }

    assert found == {
        ASKED: [[twice], [], [once]],
        GRANTED: [[once, twice], [], [waiting]],
        date(2022, 1, 13): [[once, twice], [twice], [waiting]],
    }


def test_what_was_closed_after_becoming_ongoing_is_on_neither_clock() -> None:
    part = a_part()
    an_amendment(part.measure, AmendmentKind.ONGOING, date(2021, 10, 8))
    a_closing(part, date(2021, 11, 2), date(2021, 11, 3))

    day = date(2021, 11, 5)

    assert set(part.measure.plan.measures.lights(day).count_by_clock(day).values()) == {0}
