"""One link opened twice at the same moment, and a link renewed while it is used; on real connections."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from departments.models import Invitation, User
from tasks.actions import invitation as actions
from tasks.invitations import code_of, invited_by

from . import test_concurrency
from .builders import an_administrator, an_invitation, at
from .test_concurrency import Crossing, at_once, kinds, without_locks

pytestmark = pytest.mark.django_db(transaction=True)
_a_database_of_several = test_concurrency._a_database_of_several

DAY = date(2022, 1, 12)
PASSWORDS = ("first-9921-kwqz", "second-9921-kwqz")


def accepting(code: str, password: str) -> Any:
    return lambda: actions.accept(code=code, password=password, now=at(DAY, 12))


def both(monkeypatch: pytest.MonkeyPatch, patience: float) -> tuple[Crossing, list[Any]]:
    code = code_of(an_invitation(day=DAY))
    crossing = Crossing(monkeypatch, Invitation, patience)
    return crossing, at_once(*(accepting(code, password) for password in PASSWORDS))


def test_of_two_who_use_a_link_at_once_one_sets_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    crossing, results = both(monkeypatch, patience=0.5)

    person = Invitation.objects.get().person
    winner = PASSWORDS[kinds([results[0]]) == ["Void"]]
    assert crossing.met == 0
    assert kinds(results) == ["User", "Void"]
    assert [person.check_password(password) for password in PASSWORDS] == [winner == word for word in PASSWORDS]


def test_without_the_lock_both_would_set_it(monkeypatch: pytest.MonkeyPatch) -> None:
    without_locks(monkeypatch)

    crossing, _results = both(monkeypatch, patience=5)

    assert crossing.met > 0


def test_a_link_renewed_while_it_is_used_is_either_used_or_void(monkeypatch: pytest.MonkeyPatch) -> None:
    by, invitation = an_administrator(), an_invitation(day=DAY)
    code, person = code_of(invitation), invitation.person
    Crossing(monkeypatch, Invitation, patience=0.5)

    results = at_once(accepting(code, PASSWORDS[0]), lambda: actions.issue(by=by, person=person, now=at(DAY, 12)))

    person = User.objects.get(pk=person.pk)
    renewed = Invitation.objects.get()
    assert kinds(results) in (["Invitation", "Void"], ["User", "ValidationError"])
    assert person.has_usable_password() == (kinds(results) == ["User", "ValidationError"])
    assert (invited_by(code_of(renewed), at(DAY, 12)) is None) == person.has_usable_password()
