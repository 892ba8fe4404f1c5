"""A list confirmed on another server, after a restart, and by two people at the same moment; on real connections."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from departments.models import Department, Invitation, RosterImport, User

from . import test_concurrency
from .builders import a_department, an_administrator
from .killed import was_killed
from .pages import Page, signed_in
from .panel import a_workbook, an_upload, filled, said
from .test_concurrency import Crossing, at_once, without_locks
from .test_panel_import import PEOPLE, USERS

pytestmark = pytest.mark.django_db(transaction=True)
_a_database_of_several = test_concurrency._a_database_of_several

# What a server process does that has seen nothing of the preview; told a step, it dies before that.
ELSEWHERE = """
    import json
    from django.conf import settings
    from django.test import Client
    from departments.models import User
    from tasks.actions import person

    name, address, form, *step = sys.argv[1:]
    for each in step:
        setattr(person, each, lambda *given, **named: die())
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(User.objects.get(username=name), "django.contrib.auth.backends.ModelBackend")
    assert client.post(address, json.loads(form)).headers["Location"] == "/invitations/"
"""


def a_preview(client: Client, *rows: list[Any]) -> dict[str, Any]:
    """The form under the preview of a list of people, as its page would send it."""
    page = Page(client.post(f"{USERS}import/", an_upload(a_workbook(PEOPLE, *rows))))
    assert page.every("input", name="confirm"), page.words
    form = filled(page)
    form.pop("csrfmiddlewaretoken")
    return form


def dies_elsewhere(form: dict[str, Any], folder: Path, *step: str) -> bool:
    """Sends the confirmation of a form by root to another process, with another folder for what is temporary."""
    return was_killed([ELSEWHERE], "root", f"{USERS}process_import/", json.dumps(form), *step, TMPDIR=str(folder))


def test_another_process_with_another_folder_confirms_what_this_one_has_shown(tmp_path: Path) -> None:
    unit = a_department("区科技局")
    client = signed_in(an_administrator(username="root"))
    form = a_preview(client, ["zhao", "赵", "倩", unit.name, "", "", "填报员", "是"])

    died = dies_elsewhere(form, tmp_path)
    here = Page(client.post(f"{USERS}process_import/", form, follow=True))

    assert not died
    person = User.objects.get(username="zhao")
    assert (person.department, Invitation.objects.get().person) == (unit, person)
    assert "确认导入，没有再次导入。" in said(here)[0]


@pytest.mark.parametrize("step", [["_regroup"], ["_invite"], []])
def test_a_server_killed_in_the_middle_leaves_nothing_or_all(step: list[str], tmp_path: Path) -> None:
    client = signed_in(an_administrator(username="root"))
    form = a_preview(client, *([f"person{n}", "李", "", "", "", "", "领导小组", "是"] for n in range(3)))

    killed = dies_elsewhere(form, tmp_path, *step)

    held = RosterImport.objects.get()
    left = User.objects.filter(last_name="李").count(), Invitation.objects.count(), held.confirmed_by is None
    assert killed == bool(step)
    assert left == ((0, 0, True) if killed else (3, 3, False))
    if killed:  # and it can be confirmed by the next
        assert client.post(f"{USERS}process_import/", form).headers["Location"] == "/invitations/"
        assert User.objects.filter(last_name="李").count() == 3


def confirming(form: dict[str, Any], by: User) -> Any:
    client = signed_in(by)
    return lambda: client.post(f"{USERS}process_import/", form).headers["Location"]


def two_confirm(monkeypatch: pytest.MonkeyPatch, patience: float) -> tuple[Crossing, list[Any]]:
    people = [an_administrator(), an_administrator()]
    form = a_preview(signed_in(people[0]), ["zhao", "赵", "倩", "", "", "", "领导小组", "是"])
    deeds = [confirming(form, by) for by in people]
    crossing = Crossing(monkeypatch, RosterImport, patience)
    return crossing, at_once(*deeds)


def test_of_two_who_confirm_at_once_the_second_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    crossing, answers = two_confirm(monkeypatch, patience=0.5)

    assert crossing.met == 0
    assert sorted(answers) == [f"{USERS}import/", "/invitations/"]
    assert User.objects.filter(username="zhao").count() == Invitation.objects.count() == 1
    assert RosterImport.objects.get().confirmed_by is not None


def test_without_the_lock_they_would_run_into_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    without_locks(monkeypatch)

    crossing, _answers = two_confirm(monkeypatch, patience=5)

    assert crossing.met > 0


def test_two_lists_with_the_same_people_at_once_bring_them_in_once(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [an_administrator(), an_administrator()]
    forms = [
        a_preview(signed_in(by), ["zhao", "赵", name, "", "", "", "领导小组", "是"])
        for by, name in zip(people, "倩茜", strict=True)
    ]
    deeds = [confirming(form, by) for form, by in zip(forms, people, strict=True)]
    Crossing(monkeypatch, RosterImport, patience=0.5)

    at_once(*deeds)

    found = User.objects.get(username="zhao")
    assert found.first_name in {"倩", "茜"}
    assert RosterImport.objects.filter(confirmed_by=None).count() == 1  # the other is shown what it would change now
    assert not Department.objects.exists()
