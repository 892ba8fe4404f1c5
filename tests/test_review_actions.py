"""``actions.review``: a request to close is decided once, and never by those who made it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from departments.models import Department, Role, User
from tasks.actions.review import AlreadyDecided, accept, send_back
from tasks.choices import Decision
from tasks.models import Assignment, Measure, Review

from .builders import (
    a_collective,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_person,
    a_plan,
    a_report,
    a_reporter,
    a_return,
    a_supervisor,
    an_administrator,
    at,
    own_part,
)

pytestmark = pytest.mark.django_db

ASKED_ON = date(2021, 11, 1)
DECIDED_ON = date(2021, 11, 5)


def a_request(**fields: Any) -> Review:
    return a_report(a_part(), ASKED_ON, asks_to_close=True, **fields).review


def row(review: Review) -> dict[str, Any]:
    return Review.objects.values().get(pk=review.pk)


# --- deciding ------------------------------------------------------------------------------------------


def test_accepting_records_who_and_when() -> None:
    review, supervisor = a_request(), a_supervisor()

    returned = accept(by=supervisor, report=review.report, now=at(DECIDED_ON), reason=" 材料齐全。\n")

    assert returned == review
    assert row(review) == {
        "id": review.pk,
        "report_id": review.report_id,
        "decision": Decision.ACCEPTED,
        "reviewer_id": supervisor.pk,
        "decided_on": DECIDED_ON,
        "decided_at": at(DECIDED_ON),
        "reason": "材料齐全。",
        "is_afterwards": False,
    }


def test_only_the_acceptance_of_a_request_to_close_closes_its_part() -> None:
    told, returned, closed = a_part(a_measure(due_on=None)), a_part(), a_part()
    accept(by=a_supervisor(), report=a_report(told, ASKED_ON), now=at(DECIDED_ON))
    a_return(returned, ASKED_ON, DECIDED_ON)

    accept(by=a_supervisor(), report=a_report(closed, ASKED_ON, asks_to_close=True), now=at(DECIDED_ON))

    days = Assignment.objects.order_by("pk").values_list("closing_asked_on", "closing_accepted_on")
    assert list(days) == [(None, None), (None, None), (ASKED_ON, DECIDED_ON)]


def test_an_acceptance_needs_no_reason() -> None:
    review = a_request()

    accept(by=a_supervisor(), report=review.report, now=at(DECIDED_ON))

    assert (row(review)["decision"], row(review)["reason"]) == (Decision.ACCEPTED, "")


def test_sending_back_records_who_when_and_why() -> None:
    review, supervisor = a_request(), a_supervisor()

    send_back(by=supervisor, report=review.report, now=at(DECIDED_ON), reason="　请补充验收材料。 ")

    assert row(review) == {
        "id": review.pk,
        "report_id": review.report_id,
        "decision": Decision.RETURNED,
        "reviewer_id": supervisor.pk,
        "decided_on": DECIDED_ON,
        "decided_at": at(DECIDED_ON),
        "reason": "请补充验收材料。",
        "is_afterwards": False,
    }


def test_a_decision_leaves_the_report_as_it_was() -> None:
    review = a_request()
    before = type(review.report).objects.values().get()

    accept(by=a_supervisor(), report=review.report, now=at(DECIDED_ON))

    assert type(review.report).objects.values().get() == before


@pytest.mark.parametrize("reason", ["", "   ", "\n\t", "\u3000"])
def test_nothing_is_sent_back_without_a_reason(reason: str) -> None:
    review = a_request()
    before = row(review)

    with pytest.raises(ValidationError) as refusal:
        send_back(by=a_supervisor(), report=review.report, now=at(DECIDED_ON), reason=reason)

    assert refusal.value.message_dict == {"reason": ["退回须说明理由。"]}
    assert row(review) == before


@pytest.mark.parametrize("decide", [accept, send_back])
@pytest.mark.parametrize("reason", ["好\x00", "好\u202e", "好" * 5001], ids=["NUL", "direction", "too long"])
def test_a_reason_that_cannot_be_shown_is_refused(decide: Callable[..., Review], reason: str) -> None:
    review = a_request()
    before = row(review)

    with pytest.raises(ValidationError) as refusal:
        decide(by=a_supervisor(), report=review.report, now=at(DECIDED_ON), reason=reason)

    assert list(refusal.value.message_dict) == ["reason"]
    assert row(review) == before


# --- decided once ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [accept, send_back])
@pytest.mark.parametrize("second", [accept, send_back])
def test_a_decision_is_never_changed(first: Callable[..., Review], second: Callable[..., Review]) -> None:
    review, quicker = a_request(), a_supervisor()
    first(by=quicker, report=review.report, now=at(DECIDED_ON), reason="第一次")
    before = row(review)

    with pytest.raises(AlreadyDecided) as refusal:
        second(by=a_supervisor(), report=review.report, now=at(DECIDED_ON + timedelta(days=1)), reason="第二次")

    decided = refusal.value.report.review
    assert refusal.value.args[0] == "这份填报已由他人审核。"
    assert (decided.decision, decided.reviewer, decided.reason) == (before["decision"], quicker, "第一次")
    assert row(review) == before


def test_who_may_not_decide_does_not_learn_what_was_decided() -> None:
    review = a_request()
    accept(by=a_supervisor(), report=review.report, now=at(DECIDED_ON))

    with pytest.raises(PermissionDenied):
        accept(by=a_leader(), report=review.report, now=at(DECIDED_ON))


# --- four eyes ---------------------------------------------------------------------------------------------


class Cast:
    """An office that supervises, two units, and a collective of the office and one of them."""

    def __init__(self) -> None:
        self.office = a_department("区市场监管局")
        self.unit, self.other = a_department("区科技局"), a_department("区教育局")
        self.collective = a_collective("各成员单位", self.unit, self.office)
        self.measure: Measure = a_measure(a_plan(office=self.office))
        self.clerk = an_administrator()  # enters what units say on paper

    def asks(self, department: Department, by: User | None = None) -> Review:
        part = a_part(self.measure, department, role="JOINT")
        if department == self.collective and by is not None and by.department is not None:
            part = own_part(part, by.department)
        return a_report(part, ASKED_ON, by=by, asks_to_close=True).review


REQUESTS: dict[str, Callable[[Cast], Review]] = {
    "unit": lambda cast: cast.asks(cast.unit),
    "office": lambda cast: cast.asks(cast.office),
    "member of a collective": lambda cast: cast.asks(cast.collective, by=a_reporter(cast.unit)),
    "office for a collective": lambda cast: cast.asks(cast.collective, by=a_reporter(cast.office)),
    "unit, on paper": lambda cast: cast.asks(cast.unit, by=cast.clerk),
    "office, on paper": lambda cast: cast.asks(cast.office, by=cast.clerk),
}

# Whose requests each person may decide on.
UNITS = {"unit", "member of a collective", "unit, on paper"}
OFFICE = {"office", "office for a collective", "office, on paper"}
PEOPLE: dict[str, tuple[Callable[[Cast], User], set[str]]] = {
    "supervisor": (lambda cast: a_supervisor(), UNITS),
    "supervisor of the office": (lambda cast: a_supervisor(cast.office), UNITS),
    "supervisor of another unit": (lambda cast: a_supervisor(cast.other), UNITS),
    "supervisor of the unit": (lambda cast: a_supervisor(cast.unit), set()),
    "supervisor of the collective": (lambda cast: a_supervisor(cast.collective), UNITS - {"member of a collective"}),
    "supervisor who has left": (lambda cast: a_supervisor(is_active=False), set()),
    "leader": (lambda cast: a_leader(), OFFICE),
    "leader of another unit": (lambda cast: a_leader(department=cast.other), OFFICE),
    "leader of the office": (lambda cast: a_leader(department=cast.office), set()),
    "leader who has left": (lambda cast: a_leader(is_active=False), set()),
    "supervisor and leader": (lambda cast: a_person(Role.SUPERVISOR, Role.LEADER), UNITS | OFFICE),
    "administrator": (lambda cast: an_administrator(), UNITS | OFFICE),
    "administrator of the unit": (lambda cast: an_administrator(department=cast.unit), OFFICE),
    "administrator of the office": (lambda cast: an_administrator(department=cast.office), UNITS),
    "the administrator who entered it": (
        lambda cast: cast.clerk,
        {"unit", "member of a collective", "office", "office for a collective"},
    ),
    "superuser": (lambda cast: a_person(is_superuser=True), UNITS | OFFICE),
    "reporter of the unit": (lambda cast: a_reporter(cast.unit), set()),
    "reporter of the office": (lambda cast: a_reporter(cast.office), set()),
    "reporter of another unit": (lambda cast: a_reporter(cast.other), set()),
    "somebody without a role": (lambda cast: a_person(), set()),
}


@pytest.mark.parametrize("whose", REQUESTS)
@pytest.mark.parametrize("who", PEOPLE)
def test_requests_are_decided_by_other_eyes(who: str, whose: str) -> None:
    cast = Cast()
    review = REQUESTS[whose](cast)
    person, may_decide = PEOPLE[who][0](cast), PEOPLE[who][1]

    if whose in may_decide:
        accept(by=person, report=review.report, now=at(DECIDED_ON))
    else:
        with pytest.raises(PermissionDenied):
            accept(by=person, report=review.report, now=at(DECIDED_ON))
        with pytest.raises(PermissionDenied):
            send_back(by=person, report=review.report, now=at(DECIDED_ON), reason="请补充。")

    expected = (Decision.ACCEPTED, person.pk) if whose in may_decide else (Decision.PENDING, None)
    assert (row(review)["decision"], row(review)["reviewer_id"]) == expected


def test_nobody_decides_on_what_he_wrote_himself_in_another_role() -> None:
    unit = a_department()
    both = a_person(Role.REPORTER, Role.SUPERVISOR, department=unit)
    review = a_report(a_part(department=unit), ASKED_ON, by=both, asks_to_close=True).review
    both.department = a_department()
    both.save(update_fields=["department"])

    with pytest.raises(PermissionDenied):
        accept(by=both, report=review.report, now=at(DECIDED_ON))

    assert row(review)["decision"] == Decision.PENDING
