"""Rules of time that change: each day is shown under the rule that was in force on it, and each light says which."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from tasks.actions import rule as actions
from tasks.choices import Timeliness
from tasks.models import Assignment, Measure, Rule

from .builders import (
    DUE_ON,
    a_closing,
    a_leader,
    a_measure,
    a_milestone,
    a_part,
    a_plan,
    a_report,
    a_reporter,
    a_rule,
    a_supervisor,
    an_administrator,
    an_amendment,
    at,
)
from .pages import it_is, send, signed_in, visit

pytestmark = pytest.mark.django_db

FIRST = date(2021, 12, 5)


def light_of(measure: Measure, day: date) -> Any:
    return Measure.objects.as_of(day, measure.plan).with_parts(day).select_related("plan").get(pk=measure.pk).light


@pytest.mark.parametrize("known", [True, False], ids=["of one plan", "of any plan"])
def test_a_day_keeps_the_rule_that_was_in_force_on_it(known: bool) -> None:
    part = a_part()
    plan = part.measure.plan
    days = [FIRST - timedelta(days=1), FIRST, DUE_ON - timedelta(days=8), DUE_ON - timedelta(days=7)]

    def lights() -> list[tuple[str, str]]:
        place = plan if known else None
        return [
            (Measure.objects.lights(day, place).get().timeliness, Assignment.objects.as_of(day, place).get().timeliness)
            for day in days
        ]

    assert lights() == [(Timeliness.DUE_SOON, Timeliness.DUE_SOON)] * 4
    a_rule(plan, FIRST, due_soon_days=7)

    soon, quiet = Timeliness.DUE_SOON, Timeliness.ON_TRACK
    assert lights() == [(soon, soon), (quiet, quiet), (quiet, quiet), (soon, soon)]


def test_the_light_names_the_rule_of_its_day() -> None:
    measure = a_part().measure
    a_rule(measure.plan, FIRST, due_soon_days=7)

    rules = [light_of(measure, day).rule() for day in (FIRST - timedelta(days=1), FIRST)]

    assert rules == ["距完成时限不超过30天的，为临期。", "距完成时限超过7天的，为正常。"]


def test_days_of_grace_hold_for_periods_that_begin_later() -> None:
    plan = a_plan()
    due = dict(plan.periods.values_list("starts_on", "due_on"))

    a_rule(plan, date(2021, 12, 20), grace_days=20)

    assert dict(plan.periods.values_list("starts_on", "due_on")) == {
        first: day + timedelta(days=10 if first >= date(2022, 1, 1) else 0) for first, day in due.items()
    }


def test_a_last_day_set_by_hand_stays() -> None:
    plan = a_plan()
    plan.periods.filter(starts_on=date(2022, 1, 1)).update(due_on=date(2022, 4, 30))

    a_rule(plan, date(2021, 12, 20), grace_days=20)

    assert plan.periods.get(starts_on=date(2022, 1, 1)).due_on == date(2022, 4, 30)


def test_a_step_is_near_by_the_rule_of_the_day() -> None:
    step = a_milestone(due_on=date(2021, 12, 31))
    a_rule(step.measure.plan, FIRST, due_soon_days=7)
    step.refresh_from_db()

    assert [step.light_on(day).timeliness for day in (FIRST - timedelta(days=1), FIRST)] == [
        Timeliness.DUE_SOON,
        Timeliness.ON_TRACK,
    ]


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"in_force_on": FIRST - timedelta(days=1)}, "in_force_on", "时效规则只能自今天或以后的日期起施行"),
        ({"due_soon_days": 30, "grace_days": 10}, "__all__", "与现行的时效规则相同，没有调整。"),
        ({"due_soon_days": 181}, "due_soon_days", "确保该值小于或等于180。"),
        ({"grace_days": 61}, "grace_days", "确保该值小于或等于60。"),
        ({"reason": " "}, "reason", "此字段不能为空。"),
    ],
)
def test_what_makes_no_sense_is_refused(fields: dict[str, Any], field: str, reason: str) -> None:
    plan = a_plan()
    whole = {"in_force_on": FIRST, "due_soon_days": 7, "grace_days": 10, "reason": "加密。"} | fields

    with pytest.raises(ValidationError) as refusal:
        actions.lay_down(by=a_supervisor(), plan=plan, now=at(FIRST), **whole)

    found = refusal.value.message_dict if hasattr(refusal.value, "error_dict") else {"__all__": refusal.value.messages}
    assert reason in found[field][0]
    assert not Rule.objects.exists()


def test_rules_follow_one_another() -> None:
    plan = a_plan()
    a_rule(plan, date(2022, 1, 1), recorded_on=FIRST)

    with pytest.raises(ValidationError, match="已有自2022-01-01起施行的规则，新的规则须晚于这一天"):
        a_rule(a_plan_again(plan), date(2021, 12, 20), due_soon_days=3)


def a_plan_again(plan: Any) -> Any:
    return type(plan).objects.get(pk=plan.pk)


def test_only_the_office_and_administrators_lay_down_rules() -> None:
    plan = a_plan()
    whole = {"in_force_on": FIRST, "due_soon_days": 7, "grace_days": 10, "reason": "加密。", "now": at(FIRST)}

    for who in (a_leader(), a_reporter(a_part().department)):
        with pytest.raises(PermissionDenied):
            actions.lay_down(by=who, plan=plan, **whole)

    assert actions.lay_down(by=an_administrator(), plan=plan, **whole).due_soon_days == 7


# --- what turns into what ------------------------------------------------------------------------------


def ongoing(said_on: date | None) -> Measure:
    part = a_part(a_measure(due_on=None))
    if said_on is not None:
        a_report(part, said_on)
    return part.measure


def closed(asked_on: date) -> Measure:
    part = a_part()
    a_closing(part, asked_on)
    return part.measure


def terminated() -> Measure:
    measure = a_part().measure
    an_amendment(measure, "TERMINATION", FIRST)
    return measure


NEXT = [
    (lambda: a_part().measure, date(2021, 11, 23), "再过8天（2021年12月1日）转为临期。"),
    (lambda: a_part().measure, date(2021, 12, 24), "再过8天（2022年1月1日）转为逾期。"),
    (lambda: a_part().measure, DUE_ON, "再过1天（2022年1月1日）转为逾期。"),
    (lambda: a_part().measure, date(2022, 1, 1), "同意延期的，按新的时限计算；办结的，转为逾期办结。"),
    (lambda: ongoing(None), date(2021, 10, 1), "再过9天（2021年10月10日）仍未填报的，转为超期未报。"),
    (lambda: ongoing(None), date(2021, 10, 10), "填报后转为持续推进。"),
    (lambda: closed(DUE_ON), date(2022, 1, 5), "不再变化。"),
    (lambda: closed(date(2022, 1, 3)), date(2022, 1, 5), "不再变化。"),
    (terminated, date(2021, 12, 6), "不再变化。"),
]


@pytest.mark.parametrize(("build", "day", "words"), NEXT)
def test_a_light_says_what_it_turns_into_and_when(build: Any, day: date, words: str) -> None:
    assert light_of(build(), day).next_change() == words


@pytest.mark.parametrize(("build", "day", "_words"), NEXT[:3] + NEXT[4:5])
def test_what_was_foretold_comes_true(build: Any, day: date, _words: str) -> None:
    measure = build()
    light = light_of(measure, day)
    days = int(light.next_change().partition("再过")[2].partition("天")[0])

    turned = light_of(measure, day + timedelta(days=days)).timeliness
    before = light_of(measure, day + timedelta(days=days - 1)).timeliness

    assert before == light.timeliness
    assert f"转为{Timeliness(turned).label}。" in light.next_change()


def test_a_part_that_is_reported_says_until_when_it_stays_so() -> None:
    ongoing(date(2021, 10, 5))

    part = Assignment.objects.as_of(date(2021, 10, 6)).select_related("measure").get()

    # the report of October says how the third quarter went, as long as that may be reported in time
    assert part.light.next_change() == "2021年10月9日及以前不会转为超期未报。"


BASIS = date(2021, 12, 1)  # on which a change to come is recorded


def changing(kind: str, counts_from: date, due_on: date | None = DUE_ON, **closed: date) -> Measure:
    """A measure of which it is recorded on 2021-12-01 that it ends or goes on from a day."""
    part = a_part(a_measure(due_on=due_on))
    an_amendment(part.measure, kind, BASIS, in_force_on=counts_from)
    if closed:
        a_closing(part, **closed)
    return part.measure


def ruled(*rules: tuple[date, int]) -> Measure:
    """A measure of a plan for which rules to come were laid down on 2021-11-01."""
    measure = a_part().measure
    for in_force_on, days in rules:
        a_rule(a_plan_again(measure.plan), in_force_on, recorded_on=date(2021, 11, 1), due_soon_days=days)
    return measure


ENDS, GOES_ON = "自2021年12月20日起终止。", "自2021年12月20日起转为持续推进。"
TWENTIETH = date(2021, 12, 20)
UNKNOWN = [  # recorded a day later
    (lambda: changing("TERMINATION", TWENTIETH), date(2021, 11, 30), "再过1天（2021年12月1日）转为临期。"),
    (lambda: ruled((date(2021, 11, 20), 60)), date(2021, 10, 31), "再过31天（2021年12月1日）转为临期。"),
]
PLANNED = [
    (lambda: changing("TERMINATION", TWENTIETH), BASIS, ENDS),
    (lambda: changing("ONGOING", TWENTIETH), BASIS, GOES_ON),
    (lambda: changing("ONGOING", TWENTIETH), TWENTIETH, "再过21天（2022年1月10日）仍未填报的，转为超期未报。"),
    (lambda: changing("TERMINATION", TWENTIETH), TWENTIETH, "不再变化。"),
    (lambda: changing("TERMINATION", date(2022, 1, 1)), BASIS, "自2022年1月1日起终止。"),  # the day it would turn
    (lambda: changing("TERMINATION", date(2022, 1, 2)), BASIS, "再过31天（2022年1月1日）转为逾期。"),
    (lambda: changing("TERMINATION", TWENTIETH, date(2022, 6, 1)), BASIS, ENDS),
    (lambda: changing("TERMINATION", TWENTIETH, date(2022, 1, 10)), BASIS, "再过10天（2021年12月11日）转为临期。"),
    (lambda: changing("TERMINATION", TWENTIETH, date(2021, 11, 1)), BASIS, ENDS),  # overdue until then
    (lambda: changing("TERMINATION", TWENTIETH, None), BASIS, ENDS),
    (lambda: changing("TERMINATION", date(2022, 1, 11), None), date(2021, 12, 5), "自2022年1月11日起终止。"),  # silent
    (lambda: changing("TERMINATION", TWENTIETH, asked_on=date(2021, 12, 5)), date(2021, 12, 6), "不再变化。"),
    (lambda: changing("ONGOING", TWENTIETH, asked_on=date(2021, 12, 5)), date(2021, 12, 6), "不再变化。"),
    (lambda: ruled((date(2021, 11, 20), 7)), date(2021, 11, 1), "再过53天（2021年12月24日）转为临期。"),
    (lambda: ruled((date(2021, 11, 20), 60)), date(2021, 11, 1), "再过19天（2021年11月20日）转为临期。"),
    (lambda: ruled((date(2021, 12, 10), 7)), BASIS, "再过9天（2021年12月10日）转为正常。"),
    (lambda: ruled((date(2021, 12, 25), 7)), BASIS, "再过31天（2022年1月1日）转为逾期。"),  # near by both
    (
        lambda: ruled((date(2021, 11, 20), 7), (date(2021, 12, 5), 60)),
        date(2021, 11, 1),
        "再过34天（2021年12月5日）转为临期。",
    ),
    (lambda: ruled((date(2021, 11, 20), 7), (TWENTIETH, 9)), date(2021, 11, 1), "再过51天（2021年12月22日）转为临期。"),
]


@pytest.mark.parametrize("known", [True, False], ids=["of one plan", "of any plan"])
@pytest.mark.parametrize(("build", "day", "words"), UNKNOWN + PLANNED)
def test_what_is_recorded_and_comes_into_force_later_is_foretold(
    build: Any, day: date, words: str, known: bool
) -> None:
    measure = build()
    plan = measure.plan if known else None

    row = Measure.objects.as_of(day, plan).with_parts(day).get(pk=measure.pk)
    part = Assignment.objects.as_of(day, plan).select_related("measure").get(measure=measure)

    assert (row.light.next_change(), part.light.next_change()) == (words, words)


@pytest.mark.parametrize(("build", "day", "words"), [each for each in PLANNED if "转为" in each[2]])
def test_what_was_foretold_of_the_changes_to_come_comes_true(build: Any, day: date, words: str) -> None:
    measure = build()
    turns_on = next(date(*map(int, found)) for found in re.findall(r"(\d+)年(\d+)月(\d+)日", words))

    before, after = (light_of(measure, each).timeliness for each in (turns_on - timedelta(days=1), turns_on))

    assert before == light_of(measure, day).timeliness
    assert f"转为{Timeliness(after).label}。" in words


# --- the page ------------------------------------------------------------------------------------------


def test_the_office_lays_down_a_rule_and_everybody_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, FIRST)
    plan = a_part().measure.plan
    path = f"{plan.get_absolute_url()}rules/"
    fields = {"in_force_on": "2021-12-10", "due_soon_days": "7", "grace_days": "10", "reason": "年底前加密提醒。"}

    page = send(signed_in(a_supervisor()), path, status=302, **fields)

    assert page.status == 302
    seen = visit(signed_in(a_leader()), path)
    assert [row[:4] for row in seen.rows()] == [
        ["2021-12-10 尚未施行", "7", "10", "年底前加密提醒。"],
        ["2021-08-26", "30", "10", "计划印发时的规则"],
    ]
    assert "施行新的规则" not in seen.words
    assert [row[0] for row in visit(signed_in(a_leader()), path, as_of="2021-12-04").rows()] == ["2021-08-26"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"in_force_on": "2021-12-04"}, "时效规则只能自今天或以后的日期起施行，过去的情况不能改写。"),
        ({"in_force_on": "昨天"}, "日期应写作2021-12-31的形式，并且确有这一天。"),
        ({"due_soon_days": "很多"}, "请填写整数天数。"),
        ({"due_soon_days": "200"}, "确保该值小于或等于180。"),
        ({"reason": ""}, "请填写调整原因。"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_beside_its_field(
    monkeypatch: pytest.MonkeyPatch, fields: dict[str, str], reason: str
) -> None:
    it_is(monkeypatch, FIRST)
    path = f"{a_plan().get_absolute_url()}rules/"
    whole = {"in_force_on": "2021-12-10", "due_soon_days": "7", "grace_days": "10", "reason": "加密。"} | fields

    page = send(signed_in(a_supervisor()), path, status=422, **whole)

    assert reason in page.words
    assert not Rule.objects.exists()
