"""Invitations: for whom they are made, what their codes are good for, and for how long."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from auditlog.models import LogEntry as History
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError

from departments.models import Invitation, Role, User
from tasks.actions import invitation as actions
from tasks.actions import person as people
from tasks.invitations import code_of, invited_by

from .builders import (
    PASSWORD,
    a_department,
    a_leader,
    a_person,
    a_reporter,
    a_supervisor,
    an_administrator,
    an_invitation,
    at,
)

DAY = date(2022, 1, 12)
NOW = at(DAY)
NEW = "mmrt-9921-kwqz"


@pytest.fixture
def invited(db: None) -> Invitation:
    return an_invitation(a_person(password=None, username="zhao"), DAY)


def accept(code: str, now: datetime = NOW, password: str = NEW) -> User:
    return actions.accept(code=code, password=password, now=now)


# --- who is invited ---------------------------------------------------------------------------------------


def test_an_invitation_lasts_as_many_days_as_the_settings_say(db: None, settings: Any) -> None:
    settings.INVITATION_DAYS = 3
    by = an_administrator()

    made = an_invitation(day=DAY, by=by)

    assert (made.issued_by, made.issued_at, made.accepted_at) == (by, NOW, None)
    assert made.expires_at == NOW + timedelta(days=3)


def test_whoever_has_a_password_is_not_invited(db: None) -> None:
    person = a_reporter(a_department("甲局"), last_name="李")

    with pytest.raises(ValidationError, match="李已有密码，无需邀请；忘记密码的，请在后台“用户”中重新设置。"):
        an_invitation(person)

    assert User.objects.get(pk=person.pk).check_password(PASSWORD)
    assert not Invitation.objects.exists()


def test_whoever_is_switched_off_is_not_invited(db: None) -> None:
    person = a_person(password=None, is_active=False, last_name="李")

    with pytest.raises(ValidationError, match="李的账号已停用，请先启用。"):
        an_invitation(person)


@pytest.mark.parametrize("somebody", [a_supervisor, a_leader, a_person, lambda: a_reporter(a_department("甲局"))])
def test_only_administrators_invite(somebody: Any, db: None) -> None:
    person = a_person(password=None)
    before = person.password

    with pytest.raises(PermissionDenied):
        actions.issue(by=somebody(), person=person, now=NOW)

    assert User.objects.get(pk=person.pk).password == before


def saved(person: User, *roles: Role) -> Invitation | None:
    return people.save(
        by=people.admitted(an_administrator()), person=person, roles={str(role) for role in roles}, now=NOW
    )


def test_saving_a_person_without_a_password_invites_once(db: None) -> None:
    person = User(username="zhao")
    person.set_unusable_password()

    made, again = saved(person, Role.LEADER), saved(person, Role.LEADER)

    assert (made, again) == (Invitation.objects.get(person=person), None)
    assert invited_by(code_of(Invitation.objects.get()), NOW) == made
    assert person.password == User.objects.get(username="zhao").password


def test_whoever_came_with_a_plans_file_is_invited_when_he_is_switched_on(db: None) -> None:
    person = a_person(password=None, is_active=False)

    first = saved(person)
    person.is_active = True
    second = saved(person)

    assert (first, second) == (None, Invitation.objects.get())


def test_saving_a_person_gives_the_roles_and_leaves_other_groups(db: None) -> None:
    person = a_person(Role.LEADER)
    other = person.groups.create(name="报表组")

    saved(person, Role.SUPERVISOR)

    assert set(person.groups.values_list("name", flat=True)) == {"supervisor", other.name}


def test_only_administrators_save_people(db: None) -> None:
    person = a_person(last_name="李")
    person.last_name = "张"

    with pytest.raises(PermissionDenied):
        people.save(by=a_supervisor(), person=person, roles=set(), now=NOW)
    with pytest.raises(PermissionDenied):
        people.admitted(a_supervisor())

    assert User.objects.get(pk=person.pk).last_name == "李"


# --- what a code is good for ---------------------------------------------------------------------------------


def test_a_code_sets_one_password(invited: Invitation) -> None:
    code = code_of(invited)

    person = accept(code)

    invited.refresh_from_db()
    assert (person.username, User.objects.get(username="zhao").check_password(NEW)) == ("zhao", True)
    assert invited.accepted_at == NOW
    with pytest.raises(actions.Void):
        accept(code, password="another-9921-kwqz")
    assert User.objects.get(username="zhao").check_password(NEW)


def test_a_code_is_the_same_whenever_it_is_asked_for(invited: Invitation) -> None:
    again = Invitation.objects.get()

    assert code_of(again) == code_of(invited)


@pytest.mark.parametrize(("late", "is_good"), [(0, True), (1, False)])
def test_a_code_is_good_until_its_time_is_over(late: int, is_good: bool, invited: Invitation) -> None:
    now = invited.expires_at + timedelta(seconds=late)

    assert (invited_by(code_of(invited), now) is not None) == is_good
    if not is_good:
        with pytest.raises(actions.Void):
            accept(code_of(invited), now)


def test_a_new_code_voids_the_one_before(invited: Invitation) -> None:
    old = code_of(invited)

    renewed = an_invitation(User.objects.get(username="zhao"), DAY)

    assert (renewed.pk, invited_by(old, NOW)) == (invited.pk, None)
    assert invited_by(code_of(renewed), NOW) == renewed


def test_a_password_set_otherwise_voids_the_code(invited: Invitation) -> None:
    code, person = code_of(invited), invited.person
    person.set_password(PASSWORD)
    person.save()

    assert invited_by(code, NOW) is None
    assert not Invitation.objects.waiting().exists()
    with pytest.raises(actions.Void):
        accept(code)
    assert User.objects.get(username="zhao").check_password(PASSWORD)


def test_whoever_is_switched_off_meanwhile_does_not_come_in(invited: Invitation) -> None:
    User.objects.update(is_active=False)

    with pytest.raises(actions.Void):
        accept(code_of(invited))


def test_a_code_from_before_somebody_was_switched_off_is_good_never_again(invited: Invitation) -> None:
    code, person = code_of(invited), invited.person
    person.is_active = False
    saved(person)
    person = User.objects.get(pk=person.pk)
    person.is_active = True
    by = people.admitted(an_administrator())

    again = people.save(by=by, person=person, roles=set(), now=NOW + timedelta(minutes=1))

    assert again == Invitation.objects.get()
    assert invited_by(code, NOW + timedelta(minutes=2)) is None
    assert invited_by(code_of(again), NOW + timedelta(minutes=2)) == again


def test_correcting_who_a_person_is_leaves_the_code_alone(invited: Invitation) -> None:
    code = code_of(invited)

    User.objects.update(email="zhao@example.org", last_name="赵", phone="1", department=a_department("甲局"))

    assert invited_by(code, NOW) == invited


def test_a_code_is_signed_with_the_key_of_this_server(invited: Invitation, settings: Any) -> None:
    code = code_of(invited)

    settings.SECRET_KEY = "another-key-" * 5

    assert invited_by(code, NOW) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda code: "",
        lambda code: code[:-1],
        lambda code: code[:-1] + ("0" if code[-1] != "0" else "1"),
        lambda code: code.upper(),
        lambda code: f"{int(code.split('-')[0]) + 1}-{code.partition('-')[2]}",
        lambda code: f"{'9' * 18}-{code.partition('-')[2]}",
        lambda code: f"{'9' * 40}-{code.partition('-')[2]}",
        lambda code: code.replace("-", "－"),
        lambda code: "١" + code[1:],
        lambda code: f"{code.split('-')[0]}-zzzzzzzzzzzzz-{code.split('-')[2]}",
        lambda code: "\x00",
        lambda code: "\ud800",
        lambda code: "set-password",
        lambda code: "长" * 1000,
    ],
)
def test_whatever_is_not_a_code_is_nobodys(change: Any, invited: Invitation) -> None:
    a_person(password=None)

    assert invited_by(change(code_of(invited)), NOW) is None


def test_a_code_may_have_space_around_it(invited: Invitation) -> None:
    assert invited_by(f" {code_of(invited)}\n", NOW) == invited


# --- kept nowhere -------------------------------------------------------------------------------------------


def everything_kept() -> str:
    """All rows of all tables, as text."""
    return "\n".join(repr(list(model._base_manager.values())) for model in apps.get_models())


def test_no_code_is_kept_in_the_database(invited: Invitation) -> None:
    code = code_of(invited)
    before = everything_kept()
    accept(code)

    secret = code.rpartition("-")[2]
    assert "zhao" in before
    assert secret not in before + everything_kept()


def test_the_history_says_who_was_invited_and_when_he_came(invited: Invitation) -> None:
    accept(code_of(invited))

    entries = History.objects.filter(content_type__model="invitation").order_by("pk")
    told = [(entry.get_action_display(), sorted(entry.changes)) for entry in entries]
    assert [action for action, _names in told] == ["create", "update"]
    assert told[1][1] == ["accepted_at"]
    assert "password" not in str([entry.changes for entry in History.objects.all()])
