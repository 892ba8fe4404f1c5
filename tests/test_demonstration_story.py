"""What the demonstration tells: a plausible history of the shipped plan, with something for every page to show."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from auditlog.models import LogEntry
from django.db import models

from departments.models import Department, Role, User
from tasks.choices import AmendmentKind, ExtensionState, Timeliness
from tasks.demonstration.calendar import ISSUED, LAST_DAY, at
from tasks.demonstration.people import MARK
from tasks.demonstration.words import LABEL
from tasks.models import (
    Amendment,
    Assignment,
    Draft,
    Evidence,
    Extension,
    IndicatorValue,
    Measure,
    MilestoneEntry,
    Plan,
    Receipt,
    Report,
    Review,
    Rule,
    Snapshot,
)

# --- who is in it --------------------------------------------------------------------------------------------


def test_everybody_is_named_as_made_up(demonstration: Plan) -> None:
    assert [user.name for user in User.objects.all() if not user.name.endswith(MARK)] == []
    assert {role: User.objects.in_role(role).count() for role in Role} == {
        Role.REPORTER: 26,
        Role.SUPERVISOR: 2,
        Role.LEADER: 2,
        Role.ADMINISTRATOR: 2,
    }


def test_every_unit_that_is_no_collective_has_somebody_who_reports(demonstration: Plan) -> None:
    units = Department.objects.exclude(kind=Department.Kind.COLLECTIVE)

    assert set(units) == set(Department.objects.filter(people__in=User.objects.in_role(Role.REPORTER)))


def test_members_are_registered_for_the_streets_alone_under_names_that_are_made_up(
    demonstration: Plan,
) -> None:
    streets = Department.objects.get(name="各街道办")

    assert list(streets.memberships.values_list("member__name", "joined_on").order_by("member__name")) == [
        ("演示街道办一", date(2021, 9, 6)),
        ("演示街道办三", date(2021, 11, 8)),
        ("演示街道办二", date(2021, 9, 6)),
    ]
    assert not Department.objects.get(name="各成员单位").memberships.exists()


# --- what it tells -------------------------------------------------------------------------------------------


def lights(day: date) -> set[str]:
    return set(Measure.objects.as_of(day).values_list("timeliness", flat=True))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (ISSUED, {Timeliness.ONGOING, Timeliness.ON_TRACK}),
        (date(2021, 10, 9), {Timeliness.ONGOING, Timeliness.ON_TRACK}),
        (date(2021, 10, 10), {Timeliness.ONGOING, Timeliness.ON_TRACK, Timeliness.SILENT}),
        (date(2021, 12, 5), {Timeliness.ONGOING, Timeliness.DUE_SOON, Timeliness.SILENT, Timeliness.CLOSED}),
        (LAST_DAY, set(Timeliness)),
    ],
)
def test_each_day_has_its_lights(demonstration: Plan, day: date, expected: set[str]) -> None:
    assert lights(day) == expected


def test_the_last_day_has_so_many_of_each(demonstration: Plan) -> None:
    assert Counter(Measure.objects.as_of(LAST_DAY).values_list("timeliness", flat=True)) == {
        Timeliness.CLOSED: 8,
        Timeliness.CLOSED_LATE: 1,
        Timeliness.ON_TRACK: 1,
        Timeliness.DUE_SOON: 1,
        Timeliness.OVERDUE: 4,
        Timeliness.ONGOING: 18,
        Timeliness.SILENT: 8,
        Timeliness.TERMINATED: 1,
    }


def test_every_kind_of_extension_is_there(demonstration: Plan) -> None:
    assert Counter(Extension.objects.values_list("state", flat=True)) == {
        ExtensionState.APPROVED: 4,
        ExtensionState.REFUSED: 1,
        ExtensionState.WITHDRAWN: 1,
        ExtensionState.PENDING: 2,
    }
    repeated = Extension.objects.narrowed(LAST_DAY, repeated=True)
    assert {extension.measure.number for extension in repeated} == {17}
    late = Extension.objects.filter(asked_on__gt=models.F("from_due_on"))
    assert [(extension.measure.number, extension.state) for extension in late] == [(3, ExtensionState.PENDING)]
    overdue = Measure.objects.as_of(LAST_DAY).standing("OVERDUE")
    assert {row.number: row.effective_due_on for row in overdue} == {
        3: date(2021, 12, 31),
        23: date(2022, 1, 10),
        34: date(2021, 12, 31),
        38: date(2021, 12, 31),
    }


def test_the_plan_is_changed_in_each_of_the_four_ways(demonstration: Plan) -> None:
    changes = Amendment.objects.order_by("counts_from", "measure__number")

    assert [(change.measure.number, change.kind, change.counts_from) for change in changes] == [
        (16, AmendmentKind.WORDING, date(2021, 11, 15)),
        (33, AmendmentKind.UNITS, date(2021, 11, 22)),
        (7, AmendmentKind.ONGOING, date(2022, 1, 1)),
        (25, AmendmentKind.TERMINATION, date(2022, 1, 1)),
    ]
    assert Measure.objects.unterminated(date(2021, 12, 31)).count() == 42
    assert Measure.objects.unterminated(LAST_DAY).count() == 41


def test_the_ledger_is_frozen_for_three_meetings(demonstration: Plan) -> None:
    taken = Snapshot.objects.order_by("day").values_list("day", "name")

    assert list(taken) == [
        (date(2021, 10, 12), "【演示】领导小组第一次会议"),
        (date(2021, 11, 10), "【演示】领导小组第二次会议"),
        (date(2021, 12, 23), "【演示】领导小组第三次会议"),
    ]


def test_rules_of_time_are_laid_down_for_the_autumn_and_for_the_end_of_the_year(demonstration: Plan) -> None:
    days = [demonstration.due_soon_days_on(date(2021, month, 1)) for month in (9, 10, 11, 12)]

    assert days == [30, 15, 15, 30]


def test_requests_wait_for_a_day_and_for_a_fortnight(demonstration: Plan) -> None:
    waiting = Review.objects.pending().order_by("report__recorded_on")

    assert [(LAST_DAY - review.report.recorded_on).days for review in waiting] == [15, 7, 2, 1]


def test_reports_come_late_come_back_and_are_sent_again(demonstration: Plan) -> None:
    assert Counter(Review.objects.values_list("decision", flat=True)) == {
        "PENDING": 4,
        "ACCEPTED": 22,
        "RETURNED": 5,
        "WITHDRAWN": 1,
    }
    late = Report.objects.filter(is_late=True).order_by("recorded_on")
    assert [(report.assignment.measure.number, report.recorded_on) for report in late] == [
        (1, date(2021, 10, 14)),
        (26, date(2021, 11, 9)),
    ]
    assert Report.objects.filter(is_unchanged=True).count() == 1
    assert Report.objects.filter(needs_coordination=True, problems="").count() == 0
    assert Report.objects.filter(needs_coordination=True).count() == 4


def test_some_say_nothing_and_some_have_not_signed(demonstration: Plan) -> None:
    silent = Assignment.objects.as_of(LAST_DAY).standing("SILENT")
    unsigned = Assignment.objects.filter(receipt=None).exclude(department__kind=Department.Kind.COLLECTIVE)

    assert silent.count() == 9
    assert {part.department.name for part in unsigned} == {
        *("区融媒体中心", "区财政局", "演示街道办二", "公安东丽分局", "区文化旅游体育局")
    }
    assert Receipt.objects.count() == 96


def test_numbers_steps_drafts_and_files_are_there(demonstration: Plan) -> None:
    assert list(IndicatorValue.objects.values_list("value", flat=True).order_by("reached_on")) == [
        *(135, 236, 331, 412, 468)
    ]
    assert list(MilestoneEntry.objects.values_list("milestone__title", "done_on").order_by("done_on")) == [
        ("“4.26”世界知识产权日", date(2021, 4, 26)),
        ("“12.4”普法宣传日", date(2021, 12, 4)),
    ]
    assert Draft.objects.count() == 3
    assert Evidence.objects.filter(draft__isnull=False).count() == 1
    assert {file.name.partition("-")[0] for file in Evidence.objects.all()} == {"演示"}


def test_every_word_says_that_it_is_made_up(demonstration: Plan) -> None:
    said = [
        *Report.objects.values_list("progress", flat=True),
        *Report.objects.exclude(summary="").values_list("summary", flat=True),
        *Review.objects.exclude(reason="").values_list("reason", flat=True),
        *Extension.objects.values_list("reason", flat=True),
        *Extension.objects.exclude(opinion="").values_list("opinion", flat=True),
        *Draft.objects.values_list("progress", flat=True),
        *Amendment.objects.values_list("document", flat=True),
        *Amendment.objects.values_list("reason", flat=True),
        *Rule.objects.values_list("reason", flat=True),
    ]

    assert [words for words in said if not words.startswith(LABEL)] == []


def test_hardly_anything_is_said_twice(demonstration: Plan) -> None:
    said = Counter(Report.objects.values_list("progress", flat=True))

    assert [words for words, times in said.items() if times > 2] == []
    assert len(said) > 190


# --- when it happened ----------------------------------------------------------------------------------------


def test_nothing_happens_outside_of_the_story(demonstration: Plan) -> None:
    moments = [
        *Report.objects.values_list("recorded_at", flat=True),
        *Review.objects.filter(decided_at__isnull=False).values_list("decided_at", flat=True),
        *Extension.objects.values_list("asked_at", flat=True),
        *Evidence.objects.values_list("uploaded_at", flat=True),
        *User.objects.values_list("date_joined", flat=True),
        *LogEntry.objects.values_list("timestamp", flat=True),
    ]

    assert at(ISSUED) <= min(moments) <= max(moments) < at(LAST_DAY + timedelta(days=1), 0)


def test_people_work_on_working_days_one_after_the_other(demonstration: Plan) -> None:
    days = list(Report.objects.order_by("pk").values_list("recorded_on", flat=True))

    assert days == sorted(days)
    assert [day for day in days if day.weekday() > 4] == []


def test_the_periods_are_those_that_any_plan_is_given(demonstration: Plan) -> None:
    first, *_others, last = demonstration.periods.order_by("starts_on")

    assert (first.starts_on, last.ends_on) == (date(2021, 7, 1), date(2022, 12, 31))
    assert first.is_locked
    assert first.reopened_because.startswith(LABEL)
