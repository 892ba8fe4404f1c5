"""Where the values of an indicator lie beside an even pace."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.actions import indicator as actions
from tasks.charts import HEIGHT, Mark, Segment, Spot, Tick, chart, even_pace, states, steps

from .builders import a_department, a_measure, a_part, a_reporter, an_indicator, at

ISSUED_ON, DUE_ON = date(2021, 8, 26), date(2021, 12, 31)
PLAN = {"target": 600, "issued_on": ISSUED_ON, "due_on": DUE_ON}


@pytest.mark.parametrize(
    ("top", "labels"),
    [
        (1, [0, 1]),
        (3, [0, 1, 2, 3]),
        (7, [0, 2, 4, 6, 8]),
        (30, [0, 10, 20, 30]),
        (600, [0, 200, 400, 600]),
        (601, [0, 200, 400, 600, 800]),
        (999_999_999, [0, 200_000_000, 400_000_000, 600_000_000, 800_000_000, 1_000_000_000]),
    ],
)
def test_axis_of_values_is_in_round_numbers(top: int, labels: list[int]) -> None:
    assert steps(top) == labels


def test_values_run_from_issue_to_deadline_against_an_even_pace() -> None:
    found = chart([(date(2021, 9, 30), 150), (date(2021, 12, 31), 600)], **PLAN, day=date(2022, 1, 12))

    assert found.pace == Segment(Spot(0, HEIGHT), Spot(100, 0))
    assert found.marks == [
        Mark(Spot(27.56, 120), date(2021, 9, 30), 150),  # 35 of 127 days
        Mark(Spot(100, 0), date(2021, 12, 31), 600),
    ]
    assert found.line == [Segment(Spot(27.56, 120), Spot(100, 0))]
    assert found.days == [Tick(0, "2021-08-26", "start"), Tick(100, "2021-12-31")]
    assert found.values == [Tick(160, "0"), Tick(106.67, "200"), Tick(53.33, "400"), Tick(0, "600")]
    assert found.target_y == 0


def test_without_values_there_is_the_pace_alone() -> None:
    found = chart([], **PLAN, day=date(2021, 9, 1))

    assert (found.marks, found.line) == ([], [])
    assert found.pace == Segment(Spot(0, HEIGHT), Spot(100, 0))


def test_axis_grows_for_values_before_the_issue_after_the_deadline_and_above_the_target() -> None:
    found = chart([(date(2021, 6, 30), 100), (date(2022, 2, 28), 900)], **PLAN, day=date(2022, 3, 1))

    assert [tick.label for tick in found.days] == ["2021-06-30", "2022-02-28"]
    assert [tick.label for tick in found.values] == ["0", "200", "400", "600", "800", "1000"]
    assert found.pace == Segment(Spot(23.46, 160), Spot(75.72, 64))
    assert found.target_y == 64


def test_ongoing_work_has_no_pace_and_its_axis_ends_with_the_day() -> None:
    found = chart([(date(2021, 9, 30), 150)], target=600, issued_on=ISSUED_ON, due_on=None, day=date(2021, 10, 15))

    assert found.pace is None
    assert [tick.label for tick in found.days] == ["2021-08-26", "2021-10-15"]
    assert found.marks == [Mark(Spot(70, 120), date(2021, 9, 30), 150)]


def test_days_that_coincide_still_make_a_picture() -> None:
    found = chart([(ISSUED_ON, 0)], target=1, issued_on=ISSUED_ON, due_on=None, day=ISSUED_ON)
    due_at_once = chart([], target=1, issued_on=ISSUED_ON, due_on=ISSUED_ON, day=ISSUED_ON)

    assert found.marks == [Mark(Spot(0, HEIGHT), ISSUED_ON, 0)]
    assert due_at_once.pace is None


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2021, 8, 1), 0),
        (ISSUED_ON, 0),
        (date(2021, 9, 30), 165),  # 600 × 35/127 = 165.35
        (date(2021, 12, 30), 595),
        (DUE_ON, 600),
        (date(2022, 3, 1), 600),
    ],
)
def test_even_pace_is_counted_in_whole_units(day: date, expected: int) -> None:
    assert even_pace(**PLAN, day=day) == expected


def test_there_is_no_pace_without_a_deadline_after_the_issue() -> None:
    assert even_pace(target=600, issued_on=ISSUED_ON, due_on=None, day=DUE_ON) is None
    assert even_pace(target=600, issued_on=ISSUED_ON, due_on=ISSUED_ON, day=DUE_ON) is None


def test_state_of_a_day_knows_only_what_had_been_recorded(db) -> None:
    part = a_part(a_measure(), a_department("甲"))
    indicator, reporter = an_indicator(part.measure), a_reporter(part.department)
    for day, value, on in (
        (date(2021, 9, 30), 1350, date(2021, 10, 8)),
        (date(2021, 9, 30), 135, date(2021, 10, 9)),
        (date(2021, 12, 31), 599, date(2022, 1, 5)),
    ):
        actions.record(by=reporter, indicator=indicator, reached_on=day, value=value, now=at(on))

    shown = {on: states(part.measure, on)[0] for on in (date(2021, 10, 7), date(2021, 10, 9), date(2022, 1, 12))}

    assert [(state.value, state.percent, state.pace) for state in shown.values()] == [
        (0, 0, 198),
        (135, 22, 207),
        (599, 99, 600),
    ]
    assert [state.sentence() for state in shown.values()] == [
        "尚未填报，目标600家。",
        "截至2021-09-30累计135家，完成目标的22%，还差465家。",
        "截至2021-12-31累计599家，完成目标的99%，还差1家。",
    ]
    assert [(line.entry.value, line.pace, line.stands) for line in shown[date(2022, 1, 12)].lines] == [
        (1350, 165, False),
        (135, 165, True),
        (599, 600, True),
    ]


def test_a_target_that_is_reached_is_said_to_be(db) -> None:
    part = a_part(a_measure(), a_department("甲"))
    indicator, reporter = an_indicator(part.measure, target=3, unit="场"), a_reporter(part.department)
    actions.record(by=reporter, indicator=indicator, reached_on=ISSUED_ON, value=4, now=at(ISSUED_ON))

    (state,) = states(part.measure, ISSUED_ON)

    assert (state.percent, state.is_reached) == (133, True)
    assert state.sentence() == "截至2021-08-26累计4场，完成目标的133%，已达目标。"
