"""``tasks.permissions``: who may do what to which, as one table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from departments.models import Department, Role, User
from tasks import permissions
from tasks.permissions import Person

from .builders import a_collective, a_department, a_part, a_person, a_report, a_reporter, own_part

pytestmark = pytest.mark.django_db

PEOPLE: dict[str, Callable[[], Person]] = {
    "reporter": lambda: a_person(Role.REPORTER),
    "supervisor": lambda: a_person(Role.SUPERVISOR),
    "leader": lambda: a_person(Role.LEADER),
    "administrator": lambda: a_person(Role.ADMINISTRATOR),
    "superuser": lambda: a_person(is_superuser=True),
    "reporter and leader": lambda: a_person(Role.REPORTER, Role.LEADER),
    "reporter and supervisor": lambda: a_person(Role.REPORTER, Role.SUPERVISOR),
    "without a role": lambda: a_person(),
    "staff without a role": lambda: a_person(is_staff=True),
    "left, of every role": lambda: a_person(*Role, is_active=False, is_staff=True, is_superuser=True),
    "not signed in": lambda: AnonymousUser(),
}

# Who may, in the order of PEOPLE: reporter, supervisor, leader, administrator, superuser, the two of two roles (L, S).
TABLE = {
    "may_read":                  "r s l a A L S . . . .",
    "may_export":                ". s l a A L S . . . .",
    "has_own_duties":            "r . . . . L S . . . .",
    "has_review_queue":          ". s l a A L S . . . .",
    "may_take_snapshot":         ". s l a A L S . . . .",
    "may_use_panel":             ". s . a A . S . . . .",
    "may_import":                ". . . a A . . . . . .",
    "may_correct_official_text": ". . . a A . . . . . .",
}  # fmt: skip


def those_who_may(question: Callable[[Person], bool]) -> list[str]:
    return [who for who, build in PEOPLE.items() if question(build())]


@pytest.mark.parametrize("question", TABLE)
def test_roles_decide_what_a_person_may_do(question: str) -> None:
    expected = [who for who, letter in zip(PEOPLE, TABLE[question].split(), strict=True) if letter != "."]

    assert those_who_may(getattr(permissions, question)) == expected


def test_the_office_and_administrators_may_change_responsibilities() -> None:
    plan = a_part().measure.plan

    assert those_who_may(lambda user: permissions.may_assign(user, plan)) == [
        "supervisor",
        "administrator",
        "superuser",
        "reporter and supervisor",
    ]


def test_requiring_what_is_not_allowed_is_denied() -> None:
    permissions.require(True)

    with pytest.raises(PermissionDenied):
        permissions.require(False)


def test_a_role_given_by_a_group_of_another_name_is_none() -> None:
    user = a_person()
    user.groups.create(name="supervisors")

    assert (user.roles, permissions.may_read(user)) == (frozenset(), False)


# --- the panel, model by model: who may view, add, change, delete -----------------------------------------

OFFICE = {"supervisor", "administrator", "superuser", "reporter and supervisor"}
ADMINISTRATORS = {"administrator", "superuser"}
NOBODY: set[str] = set()

WORKING_DATA = (OFFICE, OFFICE, OFFICE, ADMINISTRATORS)
PANEL = {
    "plan": WORKING_DATA,
    "section": WORKING_DATA,
    "measure": WORKING_DATA,
    "assignment": WORKING_DATA,
    "milestone": WORKING_DATA,
    "indicator": WORKING_DATA,
    "sourcenote": WORKING_DATA,
    "alias": WORKING_DATA,
    "membership": WORKING_DATA,
    "department": (OFFICE, ADMINISTRATORS, ADMINISTRATORS, ADMINISTRATORS),
    "user": (ADMINISTRATORS, ADMINISTRATORS, ADMINISTRATORS, ADMINISTRATORS),
    "group": (ADMINISTRATORS, ADMINISTRATORS, ADMINISTRATORS, ADMINISTRATORS),
    # Records: written by people's own actions, never changed, never deleted, by nobody.
    "report": (OFFICE, ADMINISTRATORS, NOBODY, NOBODY),
    "receipt": (ADMINISTRATORS, NOBODY, NOBODY, NOBODY),
    "evidence": (ADMINISTRATORS, NOBODY, NOBODY, NOBODY),
    "review": (OFFICE, NOBODY, NOBODY, NOBODY),
    "milestoneentry": (ADMINISTRATORS, NOBODY, NOBODY, NOBODY),
    "extension": (OFFICE, NOBODY, NOBODY, NOBODY),
    "amendment": (OFFICE, NOBODY, NOBODY, NOBODY),
    "rule": (OFFICE, NOBODY, NOBODY, NOBODY),
    "snapshot": (ADMINISTRATORS, NOBODY, NOBODY, NOBODY),
    "indicatorvalue": (ADMINISTRATORS, NOBODY, NOBODY, NOBODY),
    "logentry": (ADMINISTRATORS, NOBODY, NOBODY, NOBODY),
    "accessattempt": (ADMINISTRATORS, NOBODY, NOBODY, NOBODY),
    "accesslog": (ADMINISTRATORS, NOBODY, NOBODY, NOBODY),
    "accessfailurelog": (ADMINISTRATORS, NOBODY, NOBODY, NOBODY),
}
DEEDS = ("view", "add", "change", "delete")


@pytest.mark.parametrize("model", PANEL)
@pytest.mark.parametrize("deed", DEEDS)
def test_the_panel_lets_in_whom_the_table_says(model: str, deed: str) -> None:
    may = getattr(permissions, f"may_{deed}_in_panel")

    assert set(those_who_may(lambda user: may(user, model))) == PANEL[model][DEEDS.index(deed)]


def test_the_table_has_every_model_that_the_rules_name() -> None:
    assert set(PANEL) >= permissions.WORKING_DATA | permissions.RECORDS


def test_whoever_may_see_a_model_in_the_panel_may_come_in() -> None:
    inside = set(those_who_may(permissions.may_use_panel))

    assert {who for rows in PANEL.values() for allowed in rows for who in allowed} == inside


# --- in whose name a person reports -------------------------------------------------------------------------


class Cast:
    def __init__(self) -> None:
        self.unit, self.other, self.gone = a_department(), a_department(), a_department(is_active=False)
        self.collective = a_collective("各街道办")


NAMES: dict[str, tuple[Callable[[Cast], User], str | None, str | None]] = {
    # who, in whose name on the unit's own part, in whose name on that of a collective without members
    "reporter of the unit": (lambda cast: a_reporter(cast.unit), "unit", None),
    "reporter of another unit": (lambda cast: a_reporter(cast.other), None, None),
    "reporter of the collective": (lambda cast: a_reporter(cast.collective), None, "collective"),
    "reporter of a unit out of use": (lambda cast: a_reporter(cast.gone), None, None),
    "reporter of no unit": (lambda cast: a_person(Role.REPORTER), None, None),
    "supervisor of the unit": (lambda cast: a_person(Role.SUPERVISOR, department=cast.unit), None, None),
    "leader of the unit": (lambda cast: a_person(Role.LEADER, department=cast.unit), None, None),
    "administrator": (lambda cast: a_person(Role.ADMINISTRATOR), "unit", "collective"),
    "reporter and administrator": (
        lambda cast: a_person(Role.REPORTER, Role.ADMINISTRATOR, department=cast.unit),
        "unit",
        "collective",
    ),
    "reporter of another unit and administrator": (
        lambda cast: a_person(Role.REPORTER, Role.ADMINISTRATOR, department=cast.other),
        "unit",
        "collective",
    ),
    "reporter who has left": (lambda cast: a_reporter(cast.unit, is_active=False), None, None),
}


@pytest.mark.parametrize("who", NAMES)
def test_a_person_reports_in_the_name_the_table_says(who: str) -> None:
    build, on_own, on_collective = NAMES[who]
    cast = Cast()
    person = build(cast)

    names: list[Department | None] = [
        permissions.reporting_department(person, a_part(department=department))
        for department in (cast.unit, cast.collective)
    ]

    expected: list[Any] = [getattr(cast, name) if name else None for name in (on_own, on_collective)]
    assert names == expected
    assert permissions.may_report(person, a_part(department=cast.unit)) == (on_own is not None)


def test_a_member_speaks_for_itself_and_nobody_for_the_collective_any_more() -> None:
    member, other = a_department(), a_department()
    collective = a_collective("各街道办", member, other)
    part = a_part(department=collective)
    own = own_part(part, member)
    people = [a_reporter(member), a_reporter(other), a_reporter(collective), a_person(Role.ADMINISTRATOR)]

    assert [permissions.reporting_department(person, own) for person in people] == [member, None, None, member]
    assert [permissions.reporting_department(person, part) for person in people] == [None] * 4


def test_a_member_that_has_left_speaks_no_more() -> None:
    member = a_department()
    part = a_part(department=a_collective("各街道办", member))
    own = own_part(part, member)
    own.until = date(2021, 10, 1)
    own.save(update_fields=["until"])

    assert permissions.reporting_department(a_reporter(member), own) is None


def test_somebody_who_is_not_signed_in_reports_on_nothing_and_decides_nothing() -> None:
    part = a_part()
    report = a_report(part, date(2021, 11, 1), asks_to_close=True)

    assert permissions.reporting_department(AnonymousUser(), part) is None
    assert permissions.may_review(AnonymousUser(), report) is False
