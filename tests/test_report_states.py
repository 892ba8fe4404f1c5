"""The way of a report: the table of transitions, and that no sequence of acts leaves it."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from tasks.actions import draft as drafts
from tasks.actions import report as actions
from tasks.actions import review as reviews
from tasks.choices import ReportAct, ReportState
from tasks.models import Assignment, Draft, Report
from tasks.states import TRANSITIONS, allows, state_of

from .builders import (
    a_closing,
    a_department,
    a_measure,
    a_part,
    a_plan,
    a_report,
    a_reporter,
    a_return,
    a_supervisor,
    an_administrator,
    at,
)

S, A = ReportState, ReportAct
DAY = date(2021, 11, 1)
REFUSALS = (
    PermissionDenied,
    ValidationError,
    actions.NotAccepted,
    reviews.AlreadyDecided,
    drafts.Closed,
    drafts.Conflict,
    drafts.AlreadySent,
)


def state(report: Report, day: date = DAY + timedelta(days=400)) -> ReportState:
    return Report.objects.with_request().with_followers(day).get(pk=report.pk).state(day)


# --- the table ---------------------------------------------------------------------------------------------


def test_every_state_can_be_reached_and_none_is_left_without_a_rule() -> None:
    reached = {S.DRAFT} | {target for targets in TRANSITIONS.values() for target in targets}

    assert reached == set(S)
    assert {state for state, _act in TRANSITIONS} == set(S)


@pytest.mark.parametrize("final", [S.WITHDRAWN, S.CORRECTED, S.SUPERSEDED, S.ACCEPTED])
@pytest.mark.parametrize("act", [A.SAVE, A.SUBMIT, A.WITHDRAW, A.ACCEPT, A.SEND_BACK])
def test_what_is_settled_is_never_touched_again(final: ReportState, act: ReportAct) -> None:
    assert allows(final, act) is False


def test_the_state_of_a_report_follows_from_its_review_and_from_what_came_after() -> None:
    table = {
        (decision, followed): state_of(decision, is_followed=followed)
        for decision in (None, "PENDING", "ACCEPTED", "RETURNED", "WITHDRAWN")
        for followed in (False, True)
    }

    assert table == {
        (None, False): S.IN_EFFECT,
        (None, True): S.SUPERSEDED,
        ("PENDING", False): S.WAITING,
        ("PENDING", True): S.WAITING,
        ("ACCEPTED", False): S.ACCEPTED,
        ("ACCEPTED", True): S.SUPERSEDED,
        ("RETURNED", False): S.RETURNED,
        ("RETURNED", True): S.CORRECTED,
        ("WITHDRAWN", False): S.WITHDRAWN,
        ("WITHDRAWN", True): S.WITHDRAWN,
    }


# --- in the database -----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_ordinary_report_takes_effect_at_once_unless_the_plan_says_otherwise() -> None:
    quick, careful = a_part(), a_part(a_measure(a_plan(reports_need_acceptance=True)))

    states = [state(a_report(part, DAY)) for part in (quick, careful)]

    assert states == [S.IN_EFFECT, S.WAITING]


@pytest.mark.django_db
@pytest.mark.parametrize("needs_acceptance", [False, True])
def test_a_request_to_close_always_waits(needs_acceptance: bool) -> None:
    part = a_part(a_measure(a_plan(reports_need_acceptance=needs_acceptance)))

    assert state(a_report(part, DAY, asks_to_close=True)) == S.WAITING


@pytest.mark.django_db
def test_a_returned_report_counts_no_more_and_the_next_one_corrects_it() -> None:
    part = a_part(a_measure(due_on=None))
    report = a_report(part, DAY)
    reviews.send_back(by=a_supervisor(), report=report, now=at(DAY + timedelta(days=2)), reason="请写明数量。")
    days = [DAY, DAY + timedelta(days=1), DAY + timedelta(days=2)]

    reported = [Assignment.objects.as_of(day).get(pk=part.pk).has_reported for day in days]
    before = state(report)
    a_report(part, DAY + timedelta(days=3), progress="检查48家。")

    assert reported == [True, True, False]
    assert (before, state(report)) == (S.RETURNED, S.CORRECTED)
    assert state(report, DAY + timedelta(days=1)) == S.IN_EFFECT  # as it stood then


@pytest.mark.django_db
def test_what_had_been_said_before_a_return_does_not_answer_it() -> None:
    part = a_part(a_measure(a_plan(reports_need_acceptance=True)))
    first = a_report(part, DAY)
    second = a_report(part, DAY + timedelta(days=1), progress="检查48家。")
    reviews.send_back(by=a_supervisor(), report=first, now=at(DAY + timedelta(days=2)), reason="请写明数量。")
    as_returned = state(first), state(second)

    a_report(part, DAY + timedelta(days=3), progress="检查60家。")

    assert as_returned == (S.RETURNED, S.WAITING)
    assert state(first) == S.CORRECTED


@pytest.mark.django_db
def test_what_is_accepted_after_something_newer_was_said_is_superseded() -> None:
    part = a_part(a_measure(a_plan(reports_need_acceptance=True)))
    first = a_report(part, DAY)
    newer = a_report(part, DAY + timedelta(days=1), progress="检查48家。")
    reviews.accept(by=a_supervisor(), report=first, now=at(DAY + timedelta(days=2)))
    before = state(first)

    actions.withdraw(by=newer.author, report=newer, now=at(DAY + timedelta(days=3)))

    assert (before, state(first)) == (S.SUPERSEDED, S.ACCEPTED)


@pytest.mark.django_db
def test_a_returned_request_to_close_still_tells_of_progress() -> None:
    part = a_part(a_measure(due_on=None))
    a_return(part, DAY, DAY + timedelta(days=1))

    assert Assignment.objects.as_of(DAY + timedelta(days=5)).get(pk=part.pk).has_reported is True


@pytest.mark.django_db
def test_a_report_taken_back_is_a_draft_again_with_every_word_of_it() -> None:
    part = a_part()
    report = a_report(part, DAY, progress="检查48家。", problems="人手不足。", percent=40, asks_to_close=True)

    draft = actions.withdraw(by=report.author, report=report, now=at(DAY, 15))

    assert (draft.progress, draft.problems, draft.percent, draft.asks_to_close) == (
        "检查48家。",
        "人手不足。",
        40,
        True,
    )
    assert state(report) == S.WITHDRAWN
    row = Assignment.objects.as_of(DAY).get(pk=part.pk)
    assert (row.has_reported, row.is_waiting) == (False, False)


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["accepted", "returned", "followed", "withdrawn"])
def test_only_the_last_word_that_nobody_has_decided_on_can_be_taken_back(what: str) -> None:
    part = a_part()
    if what == "accepted":
        report = a_closing(part, DAY)
    elif what == "returned":
        report = a_return(part, DAY)
    else:
        report = a_report(part, DAY)
    if what == "followed":
        a_report(part, DAY + timedelta(days=1), progress="又有进展。")
    if what == "withdrawn":
        actions.withdraw(by=report.author, report=report, now=at(DAY, 12))
    before = state(report), Draft.objects.count()

    with pytest.raises(actions.NotAccepted):
        actions.withdraw(by=report.author, report=report, now=at(DAY + timedelta(days=2)))

    assert (state(report), Draft.objects.count()) == before


@pytest.mark.django_db
def test_nobody_takes_back_what_another_unit_said() -> None:
    report = a_report(a_part(), DAY)

    for person in (a_reporter(a_department()), a_supervisor()):
        with pytest.raises(PermissionDenied):
            actions.withdraw(by=person, report=report, now=at(DAY, 12))

    assert state(report) == S.IN_EFFECT


@pytest.mark.django_db
def test_words_taken_back_never_overwrite_a_draft() -> None:
    part = a_part()
    report = a_report(part, DAY)
    words = {"progress": "正在写的。"}
    drafts.save(by=report.author, assignment=part, version=0, token=uuid.uuid4(), words=words, now=at(DAY, 11))

    with pytest.raises(actions.NotAccepted):
        actions.withdraw(by=report.author, report=report, now=at(DAY, 12))

    assert Draft.objects.get().progress == "正在写的。"


@pytest.mark.django_db
def test_a_review_of_a_report_withdrawn_a_second_ago_says_so_and_changes_nothing() -> None:
    report = a_report(a_part(), DAY, asks_to_close=True)
    actions.withdraw(by=report.author, report=report, now=at(DAY, 11))

    for decide in (reviews.accept, reviews.send_back):
        with pytest.raises(reviews.AlreadyDecided) as refusal:
            decide(by=a_supervisor(), report=report, now=at(DAY, 12), reason="请补充。")
        assert refusal.value.args[0] == "这份填报已由填报单位撤回。"

    assert state(report) == S.WITHDRAWN


# --- no sequence of acts leaves the table -----------------------------------------------------------------------

ACTS = st.sampled_from(["save", "submit", "ask", "withdraw", "accept", "send back", "discard"])
MEANT = {
    "withdraw": A.WITHDRAW,
    "accept": A.ACCEPT,
    "send back": A.SEND_BACK,
    "submit": A.FOLLOW_UP,
    "ask": A.FOLLOW_UP,
    "save": A.SAVE,
    "discard": A.SAVE,
}


@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@example(True, [("submit", 0, False), ("ask", 0, False), ("send back", 0, False), ("submit", 0, False)])
@example(True, [("submit", 0, False), ("submit", 0, False), ("accept", 0, False), ("withdraw", 1, False)])
@given(st.booleans(), st.lists(st.tuples(ACTS, st.integers(0, 9), st.booleans()), min_size=1, max_size=12))
def test_no_sequence_of_acts_reaches_a_state_outside_the_table(needs_acceptance: bool, history) -> None:
    with transaction.atomic():
        part = a_part(a_measure(a_plan(reports_need_acceptance=needs_acceptance)))
        reporter, office, stranger = a_reporter(part.department), an_administrator(), a_reporter(a_department())
        for step, (act, which, is_stranger) in enumerate(history):
            before = {report.pk: state(report) for report in part.reports.all()}

            what = _do(
                act, which, part, stranger if is_stranger else reporter, stranger if is_stranger else office, step
            )

            after = {report.pk: state(report) for report in part.reports.all()}
            for key, was in before.items():
                acts = {MEANT[act]} | ({A.REINSTATE} if act in {"withdraw", "send back"} else set())
                allowed = {was} | {target for each in acts for target in TRANSITIONS.get((was, each), ())}
                assert after[key] in allowed, (act, what, was, after[key])
            for key in after.keys() - before.keys():
                assert after[key] in TRANSITIONS[S.DRAFT, A.SUBMIT]
        transaction.set_rollback(True)


def _do(act: str, which: int, part: Assignment, unit, office, step: int) -> str:
    now = at(DAY + timedelta(days=step))
    reports = list(part.reports.order_by("pk"))
    report = reports[which % len(reports)] if reports else None
    draft = Draft.objects.filter(assignment=part).first()
    try:
        with transaction.atomic():
            if act in {"submit", "ask"}:
                newest = reports[-1].pk if reports else None
                words = {"progress": f"第{step}步。", "asks_to_close": act == "ask"}
                actions.submit(by=unit, assignment=part, now=now, token=uuid.uuid4(), seen=newest, **words)
            elif act == "save":
                version, token = (draft.version, draft.token) if draft else (0, uuid.uuid4())
                words = {"progress": f"第{step}步。"}
                drafts.save(by=unit, assignment=part, version=version, token=token, words=words, now=now)
            elif act == "discard":
                drafts.discard(by=unit, assignment=part, version=draft.version if draft else 0)
            elif report is None:
                return "nothing to decide"
            elif act == "withdraw":
                actions.withdraw(by=unit, report=report, now=now)
            elif act == "accept":
                reviews.accept(by=office, report=report, now=now)
            else:
                reviews.send_back(by=office, report=report, now=now, reason="请补充。")
    except REFUSALS as refusal:
        return repr(refusal)
    return "done"
