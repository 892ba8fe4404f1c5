"""What turns red or silent if nothing is reported: known by one day, asked for another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from io import BytesIO

import pytest
from hypothesis import given
from openpyxl import load_workbook

from tasks.actions.review import AlreadyDecided
from tasks.choices import AmendmentKind, AssignmentRole, Timeliness
from tasks.course import HORIZONS
from tasks.models import Assignment, Measure

from .builders import (
    a_closing,
    a_collective,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_plan,
    a_report,
    an_amendment,
    an_extension,
    own_part,
)
from .pages import attribute, every, signed_in, visit, words
from .test_timeliness_properties import tried
from .world import World, a_world, amended_histories, happening, long_histories, undone, worlds

DAY = date(2021, 12, 28)
DUE = date(2021, 12, 31)
PERIOD_DUE = date(2022, 1, 9)  # the last day to report for the fourth quarter


def turning(day: date, days: int) -> tuple[list[int], list[int]]:
    """The keys of the measures and of the parts that turn within ``days`` days of ``day``."""
    measures = Measure.objects.lights(day).turning_overdue(day, days)
    parts = Assignment.objects.named(day).as_of(day).turning_silent(day, days)
    return sorted(measures.values_list("pk", flat=True)), sorted(parts.values_list("pk", flat=True))


def newly(light: str, rows: type[Measure] | type[Assignment], day: date, then: date) -> list[int]:
    """What has the light on ``then`` and had not on ``day``, as the pages of those days say."""
    before, after = (set(rows.objects.as_of(each).standing(light).values_list("pk", flat=True)) for each in (day, then))
    return sorted(after - before)


def happened(made: World, history: list[tuple[int, int, str]]) -> Iterator[date]:
    """The days on which something did, until something is asked that cannot be."""
    with suppress(AlreadyDecided):
        yield from happening(made, history)


@pytest.mark.django_db
@tried(8)
@given(world=worlds, history=long_histories)
def test_a_forecast_is_what_comes_true_if_nothing_is_recorded(world, history) -> None:
    with undone():
        made = a_world(**world)
        told = {}
        for day in happened(made, history):
            for days in HORIZONS:
                told[day, days] = turning(day, days)
                then = day + timedelta(days=days)
                assert told[day, days] == (
                    newly(Timeliness.OVERDUE, Measure, day, then),
                    newly(Timeliness.SILENT, Assignment, day, then),
                )
        # What came afterwards has changed no forecast that had been made.
        assert told == {(day, days): turning(day, days) for day, days in told}


def within(light: str, rows: type[Measure] | type[Assignment], day: date, days: int) -> list[int]:
    """What has the light on some day of the next ``days`` days on which something turns, and had not on ``day``."""
    then = day + timedelta(days=days)
    turns = {then}
    for measure in Measure.objects.as_of(day):
        turns |= {each for each in (measure.ongoing_from, measure.terminated_from) if each is not None}
        turns |= {measure.terminated_from - timedelta(days=1)} if measure.terminated_from is not None else set()
        turns |= {measure.effective_due_on + timedelta(days=1)} if measure.effective_due_on is not None else set()
        turns |= {due_on + timedelta(days=1) for due_on in measure.plan.periods.values_list("due_on", flat=True)}
    found = [set(newly(light, rows, day, each)) for each in turns if day < each <= then]
    return sorted(set().union(*found))


@pytest.mark.django_db
@tried(5)
@given(world=worlds, history=amended_histories)
def test_a_forecast_knows_the_changes_of_the_plan_to_come_and_no_others(world, history) -> None:
    with undone():
        made = a_world(**world)
        told = {}
        for day in happened(made, history):
            for days in HORIZONS:
                told[day, days] = turning(day, days)
                assert told[day, days] == (
                    within(Timeliness.OVERDUE, Measure, day, days),
                    within(Timeliness.SILENT, Assignment, day, days),
                )
        assert told == {(day, days): turning(day, days) for day, days in told}


@pytest.mark.parametrize("kind", [AmendmentKind.TERMINATION, AmendmentKind.ONGOING])
@pytest.mark.parametrize(
    ("counts_from", "turns"),
    [
        (date(2021, 12, 29), {7: False, 30: False}),
        (date(2022, 1, 1), {7: False, 30: False}),  # the very day on which it would turn
        (date(2022, 1, 2), {7: True, 30: True}),  # is overdue for a day
        (date(2022, 1, 20), {7: True, 30: True}),
    ],
)
def test_a_measure_that_ends_or_goes_on_before_its_deadline_is_over_does_not_turn(db, kind, counts_from, turns) -> None:
    measure = a_part(a_measure(due_on=DUE)).measure
    before = {days: turning(date(2021, 12, 27), days)[0] for days in HORIZONS}

    an_amendment(measure, kind, DAY, in_force_on=counts_from)

    assert before == {7: [measure.pk], 30: [measure.pk]}
    assert {days: turning(date(2021, 12, 27), days)[0] for days in HORIZONS} == before  # it was not known then
    assert {days: turning(DAY, days)[0] == [measure.pk] for days in HORIZONS} == turns
    assert Measure.objects.lights(DAY).count_turning_overdue(DAY) == turns


@pytest.mark.parametrize(
    ("counts_from", "turns"),
    [(date(2022, 1, 10), False), (date(2022, 1, 11), True)],  # it would be silent from 10 January
)
def test_a_part_of_a_measure_that_ends_before_the_report_is_overdue_does_not_turn(db, counts_from, turns) -> None:
    part = a_part(a_measure(due_on=None))
    a_report(part, date(2021, 9, 20))

    an_amendment(part.measure, AmendmentKind.TERMINATION, DAY, in_force_on=counts_from)

    assert turning(date(2021, 12, 27), 30)[1] == [part.pk]
    assert turning(DAY, 30)[1] == ([part.pk] if turns else [])
    assert Assignment.objects.as_of(DAY).count_turning_silent(DAY) == {7: 0, 30: int(turns)}


@pytest.mark.parametrize(("counts_from", "turns"), [(date(2021, 12, 30), True), (date(2022, 1, 1), False)])
def test_a_part_of_a_measure_that_goes_on_is_asked_for_reports_from_then(db, counts_from, turns) -> None:
    part = a_part(a_measure(due_on=DUE))

    an_amendment(part.measure, AmendmentKind.ONGOING, DAY, in_force_on=counts_from)

    assert turning(date(2021, 12, 27), 30) == ([part.measure_id], [])
    assert turning(DAY, 30) == ([], [part.pk] if turns else [])


def test_a_measure_turns_overdue_on_the_day_after_its_deadline(db) -> None:
    measure = a_measure(due_on=DUE)
    a_part(measure)

    found = {day: turning(day, 7)[0] for day in (date(2021, 12, 24), date(2021, 12, 25), DUE, date(2022, 1, 1))}

    assert found == {
        date(2021, 12, 24): [],  # the seventh day is the deadline itself
        date(2021, 12, 25): [measure.pk],
        DUE: [measure.pk],
        date(2022, 1, 1): [],  # is overdue, and does not turn
    }


def test_a_part_turns_silent_on_the_day_after_the_last_day_to_report(db) -> None:
    part = a_part(a_measure(due_on=None))
    a_report(part, date(2021, 9, 20))

    found = {day: turning(day, 7)[1] for day in (date(2022, 1, 2), date(2022, 1, 3), PERIOD_DUE, date(2022, 1, 10))}

    assert found == {
        date(2022, 1, 2): [],
        date(2022, 1, 3): [part.pk],
        PERIOD_DUE: [part.pk],
        date(2022, 1, 10): [],
    }


def test_what_is_recorded_later_does_not_leak_into_the_forecast(db) -> None:
    plan = a_plan()
    closed, extended, reported = (a_part(a_measure(plan, due_on=due_on)) for due_on in (DUE, DUE, None))
    a_report(reported, date(2021, 9, 20))
    before = turning(DAY, 7), turning(DAY, 30)

    a_closing(closed, date(2021, 12, 29), date(2021, 12, 30))
    an_extension(extended.measure, date(2022, 3, 1), date(2021, 12, 29), date(2021, 12, 30))
    a_report(reported, date(2021, 12, 31))

    assert before == (
        ([closed.measure_id, extended.measure_id], []),
        ([closed.measure_id, extended.measure_id], [reported.pk]),
    )
    assert (turning(DAY, 7), turning(DAY, 30)) == before
    assert turning(date(2021, 12, 31), 30) == ([], [])


def test_a_collective_turns_silent_with_the_first_of_its_members(db) -> None:
    one, other = a_department("万新街道"), a_department("新立街道")
    whole = a_part(a_measure(due_on=None), a_collective("各街道办", one, other), AssignmentRole.JOINT)
    for member in (one, other):
        a_report(own_part(whole, member), date(2021, 9, 20))
    a_report(own_part(whole, one), date(2021, 12, 20))

    assert turning(DAY, 30)[1] == [whole.pk]
    a_report(own_part(whole, other), date(2021, 12, 27))
    assert turning(DAY, 30)[1] == []


def test_the_dashboard_calls_it_a_forecast_and_each_number_opens_its_list(db) -> None:
    plan = a_plan()
    a_part(a_measure(plan, due_on=DUE))
    a_part(a_measure(plan, due_on=date(2022, 1, 20)))
    a_report(a_part(a_measure(plan, due_on=None)), date(2021, 9, 20))
    leader = signed_in(a_leader())

    page = visit(leader, plan.get_absolute_url(), as_of=DAY)

    (sheet,) = page.every("section", "forecast")
    said = [words(item) for item in every(sheet, "li")]
    assert "按2021-12-28已有的记录推算" in words(sheet)
    assert "不是事实" in words(sheet)
    assert said == [
        "7天内（至2022-01-04）： 1 项任务将逾期， 0 项分工将超期未报",
        "30天内（至2022-01-27）： 2 项任务将逾期， 1 项分工将超期未报",
    ]
    lists = [visit(leader, attribute(link, "href") or "") for link in every(sheet, "a")]
    assert [found.count for found in lists] == [1, 0, 2, 1]
    assert "30天内将逾期" in words(lists[2].main)
    assert "30天内将超期未报" in words(lists[3].main)


def test_the_workbook_holds_the_measures_that_turn(db) -> None:
    plan = a_plan()
    for due_on in (DUE, date(2022, 1, 20), date(2022, 6, 30)):
        a_part(a_measure(plan, due_on=due_on))

    response = signed_in(a_leader()).get(
        f"{plan.get_absolute_url()}measures/export.xlsx", {"turns": "30", "as_of": DAY.isoformat()}
    )

    sheet = load_workbook(BytesIO(response.content)).worksheets[0]
    numbers = [row[0] for row in sheet.iter_rows(values_only=True) if isinstance(row[0], int)]
    assert numbers == [1, 2]


@pytest.mark.parametrize("page", ["measures", "assignments"])
@pytest.mark.parametrize("typed", ["8", "-7", "７", "7天", "x" * 300])
def test_another_horizon_is_refused_with_a_reason(db, page, typed) -> None:
    plan = a_plan()
    a_part(a_measure(plan))

    found = visit(signed_in(a_leader()), f"{plan.get_absolute_url()}{page}/", turns=typed)

    assert "没有这一项，请从列表中选择。" in found.words
    assert found.rows() == []
