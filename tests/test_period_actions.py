"""Reporting periods: set up ahead and by hand, opened, locked and opened again, and by whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from departments.models import Role
from tasks.actions import period as actions
from tasks.actions.report import NotAccepted
from tasks.choices import Cadence, PeriodState, Timeliness
from tasks.models import Assignment, Period, Plan

from .builders import (
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_person,
    a_plan,
    a_report,
    a_reporter,
    a_supervisor,
    an_administrator,
    at,
)

pytestmark = pytest.mark.django_db

TODAY = date(2022, 1, 12)
LAST_DAY = date(2022, 1, 9)  # to report for the fourth quarter


def a_quarter(plan: Plan, starts_on: date = date(2021, 10, 1)) -> Period:
    return plan.periods.get(starts_on=starts_on)


def a_period(plan: Plan, **fields: Any) -> Period:
    """Not saved: July 2024, beyond what the builder sets up."""
    whole = {
        "starts_on": date(2024, 7, 1),
        "ends_on": date(2024, 7, 31),
        "opens_on": date(2024, 7, 1),
        "due_on": date(2024, 8, 9),
    }
    return Period(plan=plan, **whole | fields)


def locked(plan: Plan, on: date = TODAY) -> Period:
    (period,) = actions.lock(by=a_supervisor(), periods=[a_quarter(plan)], now=at(on))
    return period


# --- ahead ---------------------------------------------------------------------------------------------


def test_quarters_are_set_up_ahead_from_the_one_of_the_issue() -> None:
    plan = a_plan()
    plan.periods.all().delete()

    made = actions.create_ahead(plan=plan, until=date(2022, 1, 1))

    assert [str(period) for period in made] == ["2021年第三季度", "2021年第四季度", "2022年第一季度"]
    assert [(period.opens_on, period.due_on) for period in made] == [
        (date(2021, 7, 1), date(2021, 10, 9)),
        (date(2021, 10, 1), date(2022, 1, 9)),
        (date(2022, 1, 1), date(2022, 4, 9)),
    ]


def test_months_are_set_up_where_the_plan_wants_months() -> None:
    plan = a_plan(cadence=Cadence.MONTH, grace_days=3)
    plan.periods.all().delete()

    made = actions.create_ahead(plan=plan, until=date(2021, 10, 31))

    assert [str(period) for period in made] == ["2021年8月", "2021年9月", "2021年10月"]
    assert [period.due_on for period in made] == [date(2021, 9, 2), date(2021, 10, 2), date(2021, 11, 2)]


def test_setting_up_again_makes_only_what_is_missing() -> None:
    plan = a_plan()
    plan.periods.filter(starts_on__gte=date(2022, 1, 1)).delete()

    made = [actions.create_ahead(plan=plan, until=day) for day in (date(2022, 5, 1), date(2022, 5, 1))]

    assert [[str(period) for period in each] for each in made] == [["2022年第一季度", "2022年第二季度"], []]


def test_what_was_set_up_by_hand_is_not_overlapped() -> None:
    plan = a_plan()
    plan.periods.filter(starts_on__gte=date(2022, 1, 1)).delete()
    by_hand = a_period(plan, starts_on=date(2022, 3, 1), ends_on=date(2022, 4, 30), due_on=date(2022, 5, 9))
    by_hand.opens_on = by_hand.starts_on
    by_hand.save()

    made = actions.create_ahead(plan=plan, until=date(2022, 9, 30))

    assert [str(period) for period in made] == ["2022年第三季度"]


def test_a_quarter_that_nobody_was_asked_for_is_not_made_afterwards() -> None:
    """Units would be silent on days that have passed."""
    plan = a_plan()
    part = a_part(a_measure(plan, due_on=None))
    plan.periods.filter(starts_on__gte=date(2022, 1, 1)).delete()
    long_after, between = date(2023, 2, 1), date(2022, 11, 1)
    a_report(part, date(2021, 12, 1))
    before = Assignment.objects.as_of(between).get(pk=part.pk).timeliness

    made = actions.create_ahead(plan=plan, until=date(2023, 6, 30), today=long_after)

    assert [str(period) for period in made] == ["2023年第一季度", "2023年第二季度"]
    assert (before, Assignment.objects.as_of(between).get(pk=part.pk).timeliness) == (Timeliness.ONGOING,) * 2


def test_a_plan_without_periods_gets_those_of_its_past_as_well() -> None:
    plan = a_plan()
    plan.periods.all().delete()

    made = actions.create_ahead(plan=plan, until=date(2022, 5, 1), today=date(2022, 5, 1))

    assert len(made) == 4


def test_the_periods_of_a_year_are_made_at_the_push_of_a_button() -> None:
    plan = a_plan()
    plan.periods.filter(starts_on__gt=TODAY).delete()

    made = [actions.extend(by=a_supervisor(), plan=plan, now=at(TODAY)) for _ in range(2)]

    assert [[str(period) for period in each] for each in made] == [
        ["2022年第二季度", "2022年第三季度", "2022年第四季度", "2023年第一季度"],
        [],
    ]


# --- by hand -------------------------------------------------------------------------------------------


def test_a_period_set_up_by_hand_is_kept() -> None:
    plan = a_plan()

    made = actions.create(by=a_supervisor(), period=a_period(plan, asks_dated=True), now=at(TODAY))

    kept = Period.objects.get(pk=made.pk)
    assert (str(kept), kept.due_on, kept.asks_dated, kept.is_locked) == ("2024年7月", date(2024, 8, 9), True, False)


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        ({"ends_on": date(2024, 6, 30)}, {"ends_on": ["填报周期的结束日期不能早于开始日期。"]}),
        ({"due_on": date(2024, 6, 30)}, {"due_on": ["填报截止不能早于周期的开始和开启日期。"]}),
        ({"opens_on": date(2024, 8, 10)}, {"due_on": ["填报截止不能早于周期的开始和开启日期。"]}),
        (
            {"starts_on": date(2023, 12, 31), "ends_on": date(2024, 1, 1)},
            {"starts_on": ["与已有的填报周期重叠：2023年第四季度。"]},
        ),
        (
            {"starts_on": date(2023, 10, 1), "ends_on": date(2023, 10, 31), "opens_on": date(2023, 10, 1)},
            {"starts_on": ["与已有的填报周期重叠：2023年第四季度。"]},
        ),
        (
            {"starts_on": date(2021, 1, 1), "ends_on": date(2021, 1, 31), "opens_on": date(2021, 1, 1)}
            | {"due_on": date(2022, 1, 11)},
            {"due_on": ["填报截止不能早于今天。"]},
        ),
        ({"starts_on": None}, {"starts_on": ["这个值不能为 null。"]}),
        ({"due_on": date(9999, 12, 31)}, {"due_on": ["日期不能晚于2199-12-31。"]}),
    ],
)
def test_a_period_that_makes_no_sense_is_refused_under_its_field(fields: dict[str, Any], faults: dict) -> None:
    plan = a_plan()
    before = plan.periods.count()

    with pytest.raises(ValidationError) as refused:
        actions.create(by=a_supervisor(), period=a_period(plan, **fields), now=at(TODAY))

    assert refused.value.message_dict == faults
    assert plan.periods.count() == before


def test_a_period_to_come_is_changed() -> None:
    plan = a_plan()
    period = a_quarter(plan, date(2022, 1, 1))
    period.due_on, period.asks_dated = date(2022, 4, 20), True

    actions.change(by=a_supervisor(), period=period, now=at(TODAY))

    period.refresh_from_db()
    assert (period.due_on, period.asks_dated) == (date(2022, 4, 20), True)


def test_a_period_that_has_fallen_due_is_not_changed() -> None:
    period = a_quarter(a_plan())
    period.due_on = date(2022, 2, 1)

    with pytest.raises(ValidationError) as refused:
        actions.change(by=a_supervisor(), period=period, now=at(TODAY))

    assert refused.value.messages == ["填报截止已过，本周期不能再改；过去的情况不能改写。"]
    assert Period.objects.get(pk=period.pk).due_on == LAST_DAY


def test_the_days_of_a_period_that_was_reported_for_stay() -> None:
    plan = a_plan()
    a_report(a_part(a_measure(plan, due_on=None)), TODAY)
    period = a_quarter(plan, date(2022, 1, 1))
    period.ends_on = date(2022, 3, 30)

    with pytest.raises(ValidationError) as refused:
        actions.change(by=a_supervisor(), period=period, now=at(TODAY))

    assert refused.value.message_dict == {"starts_on": ["本周期已有填报，起止日期不能再改。"]}


# --- open, locked, open again --------------------------------------------------------------------------


def test_the_state_of_a_period_is_that_of_the_day() -> None:
    plan = a_plan()
    days = [date(2021, 9, 30), date(2021, 10, 1), LAST_DAY, date(2022, 1, 10), TODAY]

    period = locked(plan)

    assert [period.state(day) for day in days] == [
        PeriodState.AHEAD,
        PeriodState.OPEN,
        PeriodState.OPEN,
        PeriodState.DUE,
        PeriodState.LOCKED,
    ]


def test_opening_brings_forward_what_lies_ahead_and_leaves_the_rest() -> None:
    plan = a_plan()
    ahead, open_already = a_quarter(plan, date(2022, 4, 1)), a_quarter(plan, date(2022, 1, 1))

    done = actions.open_now(by=a_supervisor(), periods=[ahead, open_already], now=at(TODAY))

    assert done == [ahead]
    assert [Period.objects.get(pk=each.pk).opens_on for each in (ahead, open_already)] == [TODAY, date(2022, 1, 1)]


def test_of_several_one_that_is_not_due_keeps_all_from_being_locked() -> None:
    plan = a_plan()
    periods = [a_quarter(plan), a_quarter(plan, date(2022, 1, 1))]

    with pytest.raises(ValidationError) as refused:
        actions.lock(by=a_supervisor(), periods=periods, now=at(TODAY))

    assert refused.value.messages == ["2022年第一季度的填报截止未到，不能锁定。"]
    assert not plan.periods.filter(locked_at__isnull=False).exists()


def test_who_locks_second_locks_nothing() -> None:
    plan = a_plan()
    first = locked(plan)

    again = actions.lock(by=a_supervisor(), periods=[first], now=at(TODAY, 15))

    assert again == []
    assert Period.objects.get(pk=first.pk).locked_at == at(TODAY)


@pytest.mark.parametrize(
    ("reason", "faults"),
    [("  ", ["重新开启须说明原因。"]), ("字" * 5001, ["确保该变量包含不超过 5000 字符 (目前字符数 5001)。"])],
)
def test_a_period_is_not_reopened_without_a_reason_that_can_be_kept(reason: str, faults: list[str]) -> None:
    period = locked(a_plan())

    with pytest.raises(ValidationError) as refused:
        actions.reopen(by=a_supervisor(), period=period, reason=reason, now=at(TODAY))

    assert refused.value.messages == faults
    assert Period.objects.get(pk=period.pk).is_locked


def test_who_reopens_second_is_told() -> None:
    period, by = locked(a_plan()), a_supervisor()
    actions.reopen(by=by, period=period, reason="两家单位补报", now=at(TODAY, 11))

    with pytest.raises(ValidationError) as refused:
        actions.reopen(by=a_supervisor(), period=period, reason="再开一次", now=at(TODAY, 12))

    kept = Period.objects.get(pk=period.pk)
    assert refused.value.messages == ["2021年第四季度没有锁定。"]
    assert (kept.reopened_by, kept.reopened_because, kept.reopened_at) == (by, "两家单位补报", at(TODAY, 11))


def test_a_locked_period_takes_reports_only_when_reopened_and_they_are_late_for_ever() -> None:
    plan = a_plan()
    part = a_part(a_measure(plan, due_on=None))
    period = locked(plan)

    with pytest.raises(NotAccepted) as refused:
        a_report(part, TODAY, period=period)
    actions.reopen(by=a_supervisor(), period=period, reason="网络中断", now=at(TODAY, 9))
    report = a_report(part, TODAY, period=period)
    actions.lock(by=a_supervisor(), periods=[period], now=at(TODAY + timedelta(days=1)))

    report.refresh_from_db()
    assert str(refused.value.args[0]) == "2021年第四季度已锁定，不再接受填报；确需补报的，请联系督办管理员重新开启。"
    assert (report.is_late, report.reported_for, report.period) == (True, period.starts_on, period)
    assert not a_report(part, TODAY + timedelta(days=1)).is_late  # for the quarter that has begun


def test_a_report_on_the_last_day_is_in_time_and_the_day_after_it_is_late() -> None:
    plan = a_plan()
    period, measure = a_quarter(plan), a_measure(plan, due_on=None)

    reports = [a_report(a_part(measure, role="JOINT"), LAST_DAY + timedelta(days=n), period=period) for n in (0, 1)]

    assert [report.is_late for report in reports] == [False, True]


# --- who -----------------------------------------------------------------------------------------------

DEEDS: dict[str, Callable[..., Any]] = {
    "create": lambda by, plan: actions.create(by=by, period=a_period(plan), now=at(TODAY)),
    "change": lambda by, plan: actions.change(by=by, period=a_quarter(plan, date(2022, 1, 1)), now=at(TODAY)),
    "open": lambda by, plan: actions.open_now(by=by, periods=plan.periods.all(), now=at(TODAY)),
    "lock": lambda by, plan: actions.lock(by=by, periods=[a_quarter(plan)], now=at(TODAY)),
    "reopen": lambda by, plan: actions.reopen(by=by, period=locked(plan), reason="补报", now=at(TODAY)),
    "extend": lambda by, plan: actions.extend(by=by, plan=plan, now=at(TODAY)),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_supervisors_and_administrators_manage_periods_and_nobody_else(deed: str) -> None:
    plan = a_plan()
    others = [a_leader(), a_reporter(a_department()), a_person(), a_supervisor(is_active=False)]

    for person in (a_supervisor(), an_administrator(), a_person(Role.SUPERVISOR, Role.LEADER)):
        DEEDS[deed](person, a_plan())

    before = list(plan.periods.order_by("pk").values())
    for person in others:
        with pytest.raises(PermissionDenied):
            DEEDS[deed](person, plan)
        plan.periods.filter(locked_at__isnull=False).update(locked_at=None, locked_by=None)
    assert list(plan.periods.order_by("pk").values()) == before
