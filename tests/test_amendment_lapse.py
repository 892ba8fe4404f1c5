"""Changes of the plan that never come to count: taken back in time, or overtaken by the measure's closing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from tasks.actions import amendment as actions
from tasks.actions import member as member_actions
from tasks.actions import review as review_actions
from tasks.choices import AmendmentKind, AssignmentRole, Timeliness
from tasks.models import Amendment, Assignment, Measure

from .builders import (
    DUE_ON,
    a_closing,
    a_collective,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_report,
    a_supervisor,
    an_administrator,
    an_amendment,
    at,
    the_reviewer_of,
)
from .pages import it_is, send, signed_in, visit

pytestmark = pytest.mark.django_db

SOLE, LEAD, CO, JOINT = AssignmentRole.SOLE, AssignmentRole.LEAD, AssignmentRole.CO, AssignmentRole.JOINT
WORDING, UNITS, ONGOING, TERMINATION = AmendmentKind
TODAY, TAKEN_BACK, IN_FORCE = date(2021, 12, 1), date(2021, 12, 6), date(2021, 12, 20)
ENDS, GOES_ON = "自2021年12月20日起终止。", "自2021年12月20日起转为持续推进。"


def to_come(measure: Measure, kind: str = TERMINATION, in_force_on: date = IN_FORCE, **content: str) -> Amendment:
    """A change recorded on 2021-12-01 that counts from a later day."""
    return an_amendment(measure, kind, TODAY, in_force_on=in_force_on, **content)


def take_back(amendment: Amendment, day: date = TAKEN_BACK, reason: str = "会议决定继续实施。") -> Amendment:
    return actions.withdraw(by=a_supervisor(), amendment=amendment, reason=reason, now=at(day))


def light_of(measure: Measure, day: date) -> Timeliness:
    return Timeliness(Measure.objects.lights(day).get(pk=measure.pk).timeliness)


def next_change(measure: Measure, day: date) -> str:
    return Measure.objects.as_of(day).with_parts(day).select_related("plan").get(pk=measure.pk).light.next_change()


# --- taken back ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "words"), [(TERMINATION, ENDS), (ONGOING, GOES_ON)])
def test_what_is_taken_back_in_time_never_counts_and_stays_on_record(kind: str, words: str) -> None:
    measure = a_part().measure

    take_back(to_come(measure, kind))

    assert next_change(measure, TAKEN_BACK - timedelta(days=1)) == words  # a past day stays what it was
    assert next_change(measure, TAKEN_BACK) == "再过26天（2022年1月1日）转为逾期。"
    assert [light_of(measure, day) for day in (IN_FORCE, date(2022, 1, 1))] == [Timeliness.DUE_SOON, Timeliness.OVERDUE]
    (kept,) = Amendment.objects.all()
    assert (kept.lapsed_on, kept.lapse_reason) == (TAKEN_BACK, "会议决定继续实施。")
    to_come(measure, kind)  # it may be recorded again
    assert next_change(measure, TAKEN_BACK) == words


def test_a_wording_that_is_taken_back_leaves_room_for_an_earlier_one() -> None:
    measure = a_part(a_measure(wording="原文。")).measure
    later = to_come(measure, WORDING, wording="改后。")
    with pytest.raises(ValidationError, match="需要提前的，请先撤销那项尚未施行的调整"):
        to_come(measure, WORDING, date(2021, 12, 10), wording="先改。")

    take_back(later)
    an_amendment(measure, WORDING, TAKEN_BACK, wording="先改。", in_force_on=date(2021, 12, 10))

    assert [measure.wording_on(day) for day in (TAKEN_BACK, date(2021, 12, 10), IN_FORCE)] == [
        "原文。",
        "先改。",
        "先改。",
    ]
    found = Measure.objects.lights(IN_FORCE).get()
    assert found.wording_in_force == "先改。"


def test_only_the_last_of_a_kind_is_taken_back() -> None:
    measure = a_part().measure
    first = to_come(measure, WORDING, wording="先改。")
    second = to_come(measure, WORDING, date(2021, 12, 25), wording="再改。")

    with pytest.raises(actions.NotTaken, match="其后还登记了自2021-12-25起算的同类调整，请先撤销那一项"):
        take_back(first)
    take_back(second)
    take_back(first)

    assert measure.wording_on(date(2022, 1, 1)) == measure.wording


@pytest.mark.parametrize("day", [IN_FORCE, IN_FORCE + timedelta(days=30)])
def test_what_counts_is_not_taken_back(day: date) -> None:
    amendment = to_come(a_part().measure)

    with pytest.raises(actions.NotTaken, match="已经施行，不能撤销"):
        take_back(amendment, day)

    assert Amendment.objects.standing().count() == 1
    assert light_of(amendment.measure, day) == Timeliness.TERMINATED


def test_it_is_taken_back_once_for_a_reason_and_by_the_office() -> None:
    amendment = to_come(a_part().measure)
    with pytest.raises(PermissionDenied):
        actions.withdraw(by=a_leader(), amendment=amendment, reason="有误。", now=at(TAKEN_BACK))
    with pytest.raises(ValidationError, match="请填写撤销原因"):
        take_back(amendment, reason="  ")

    taken_back = take_back(amendment)

    with pytest.raises(actions.NotTaken, match="这项调整已于2021-12-06撤销"):
        take_back(amendment, date(2021, 12, 7), "再撤一次。")
    amendment.refresh_from_db()
    assert (amendment.lapsed_by, amendment.lapse_reason) == (taken_back.lapsed_by, "会议决定继续实施。")


# --- overtaken ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [TERMINATION, ONGOING])
def test_what_is_finished_first_stays_finished(kind: str) -> None:
    part = a_part()
    to_come(part.measure, kind)

    a_closing(part, date(2021, 12, 5), date(2021, 12, 8))

    days = (date(2021, 12, 7), date(2021, 12, 8), IN_FORCE, date(2022, 2, 1))
    assert [light_of(part.measure, day) for day in days] == [Timeliness.DUE_SOON, *[Timeliness.CLOSED] * 3]
    assert next_change(part.measure, date(2021, 12, 7)) == (ENDS if kind == TERMINATION else GOES_ON)
    assert next_change(part.measure, date(2021, 12, 8)) == "不再变化。"
    (kept,) = Amendment.objects.all()
    assert (kept.lapsed_on, kept.lapse_reason) == (date(2021, 12, 8), "任务在施行前已办结。")


def test_a_measure_of_which_a_unit_still_works_ends_as_recorded() -> None:
    first = a_part(role=JOINT)
    a_part(first.measure, role=JOINT)
    to_come(first.measure)

    a_closing(first, date(2021, 12, 5))

    assert light_of(first.measure, IN_FORCE) == Timeliness.TERMINATED
    assert not Amendment.objects.filter(lapsed_on__isnull=False).exists()


# --- what was late stays late ----------------------------------------------------------------------------


def test_a_part_that_was_closed_late_stays_so_when_its_measure_goes_on() -> None:
    lead = a_part(role=LEAD)
    late = a_part(lead.measure, role=CO)
    a_closing(late, date(2022, 1, 3))
    an_amendment(lead.measure, ONGOING, date(2022, 1, 5))

    for day in (date(2022, 1, 4), date(2022, 1, 5), date(2022, 3, 1)):
        rows = Assignment.objects.as_of(day).select_related("measure")
        found = rows.get(pk=late.pk)
        assert (found.timeliness, found.effective_due_on) == (Timeliness.CLOSED_LATE, DUE_ON)
        assert "逾期3天" in found.light.sentence()
        assert set(rows.measured(day, "effective")) == ({late, lead} if day.day == 4 else {late})
    assert light_of(lead.measure, date(2022, 1, 5)) == Timeliness.ONGOING


def test_a_measure_asked_to_be_closed_before_it_went_on_is_judged_by_the_deadline_of_that_day() -> None:
    part = a_part()
    request = a_report(part, date(2022, 1, 3), asks_to_close=True)
    an_amendment(part.measure, ONGOING, date(2022, 1, 5))

    review_actions.accept(by=the_reviewer_of(part), report=request, now=at(date(2022, 1, 10)))

    days = (date(2022, 1, 4), date(2022, 1, 9), date(2022, 1, 10))
    expected = [Timeliness.OVERDUE, Timeliness.ONGOING, Timeliness.CLOSED_LATE]
    assert [light_of(part.measure, day) for day in days] == expected
    assert Measure.objects.lights(days[-1]).count_by_clock(days[-1])["effective_measured"] == 1


# --- who leaves a collective -----------------------------------------------------------------------------


def test_a_collectives_part_is_not_finished_by_its_last_open_members_leaving() -> None:
    done, busy = a_department("新立街道"), a_department("华明街道")
    part = a_part(department=a_collective("各街道办", done, busy))
    a_closing(part.member_parts.get(department=done), date(2021, 11, 1))
    membership = part.department.memberships.get(member=busy)

    with pytest.raises(ValidationError, match="第1项只剩华明街道尚未办结，退出后将不经审核即告办结"):
        member_actions.leave(by=an_administrator(), membership=membership, now=at(TODAY))

    membership.refresh_from_db()
    assert membership.left_on is None
    assert light_of(part.measure, TODAY) == Timeliness.DUE_SOON
    a_closing(part.member_parts.get(department=busy), date(2021, 12, 2))
    member_actions.leave(by=an_administrator(), membership=membership, now=at(date(2021, 12, 3)))


# --- the pages ----------------------------------------------------------------------------------------------


@pytest.fixture
def office() -> Client:
    return signed_in(a_supervisor())


def address_of(amendment: Amendment) -> str:
    return f"{amendment.measure.get_absolute_url()}amendments/{amendment.pk}/withdraw/"


def test_it_is_taken_back_where_it_is_shown(monkeypatch: pytest.MonkeyPatch, office: Client) -> None:
    it_is(monkeypatch, TAKEN_BACK)
    amendment = to_come(a_part().measure)
    page = visit(office, amendment.measure.get_absolute_url())
    assert page.links()["撤销"] == address_of(amendment)

    refused = send(office, address_of(amendment), status=422, lapse_reason="")
    assert "请填写撤销原因。" in refused.words
    done = send(office, address_of(amendment), status=200, follow=True, lapse_reason="会议决定继续实施。")

    assert "第1项的终止已撤销，不再施行。" in done.words
    page = visit(office, amendment.measure.get_absolute_url())
    assert "撤销" not in page.links()
    assert "已撤销" in page.words
    assert "会议决定继续实施。" in page.words
    then = visit(office, amendment.measure.get_absolute_url(), as_of="2021-12-05")
    assert "尚未施行" in then.words
    assert "会议决定继续实施。" not in then.words


def test_who_comes_too_late_is_told_and_keeps_what_was_typed(monkeypatch: pytest.MonkeyPatch, office: Client) -> None:
    amendment = to_come(a_part().measure)
    it_is(monkeypatch, IN_FORCE)

    page = send(office, address_of(amendment), status=409, lapse_reason="会议决定继续实施。")

    assert "这项调整已经施行，不能撤销" in page.words
    assert "会议决定继续实施。" in page.words
