"""``manage.py create_first_accounts``: somebody to sign in as on a new instance, and never a second time."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.db import connection

from departments.models import Role, User
from tasks import permissions
from tasks.models import Assignment

from .builders import a_department, a_person

pytestmark = pytest.mark.django_db

Run = Callable[[], str]


@pytest.fixture
def run(settings, tmp_path: Path) -> Run:
    """Runs the command on an instance that lives in ``tmp_path``, and returns what it printed."""
    settings.BASE_DIR = tmp_path

    def run() -> str:
        printed = StringIO()
        call_command("create_first_accounts", stdout=printed, no_color=True)
        return printed.getvalue()

    return run


def printed_accounts(text: str) -> dict[str, tuple[str, str]]:
    """The role's name and the password of each account in ``text``, by the name to sign in with."""
    return {name: (label, password) for label, name, password in re.findall(r"^(\S+)\t(\S+)\t(\S+)$", text, re.M)}


def test_one_account_is_made_for_each_role(run: Run) -> None:
    run()

    assert {user.username: user.roles for user in User.objects.all()} == {
        "reporter": {Role.REPORTER},
        "supervisor": {Role.SUPERVISOR},
        "leader": {Role.LEADER},
        "administrator": {Role.ADMINISTRATOR},
    }
    assert User.objects.filter(is_superuser=True).count() == 0


def test_the_passwords_printed_are_those_that_open(run: Run, rf) -> None:
    accounts = printed_accounts(run())

    signed_in = {name: authenticate(rf.post("/"), username=name, password=accounts[name][1]) for name in accounts}

    assert {name: label for name, (label, _) in accounts.items()} == {role.value: str(role.label) for role in Role}
    assert signed_in == {user.username: user for user in User.objects.all()}


def test_every_password_is_its_own_and_new_each_time(run: Run) -> None:
    first = {password for _, password in printed_accounts(run()).values()}
    User.objects.all().delete()

    second = {password for _, password in printed_accounts(run()).values()}

    assert len(first | second) == 8
    assert min(len(password) for password in first | second) == 16


def test_the_passwords_are_kept_in_a_file_that_only_its_owner_reads(run: Run, tmp_path: Path) -> None:
    printed = run()

    file = tmp_path / ".accounts"
    assert file.stat().st_mode & 0o777 == 0o600
    assert printed_accounts(file.read_text("utf-8")) == printed_accounts(printed) != {}


def test_a_file_that_anybody_could_read_is_closed_and_what_stood_there_is_kept(run: Run, tmp_path: Path) -> None:
    file = tmp_path / ".accounts"
    file.write_text("# another.sqlite3\n填报员\treporter\tanother-password\n", "utf-8")
    file.chmod(0o644)

    printed = run()

    first, second = file.read_text("utf-8").split("\n# ", 1)
    assert file.stat().st_mode & 0o777 == 0o600
    assert first == "# another.sqlite3\n填报员\treporter\tanother-password"
    assert printed_accounts(second) == printed_accounts(printed)


def test_the_file_names_the_database_that_the_accounts_are_in(run: Run, tmp_path: Path) -> None:
    run()

    heading = (tmp_path / ".accounts").read_text("utf-8").splitlines()[0]
    assert heading == f"# {Path(connection.settings_dict['NAME']).name}"


def test_a_second_run_changes_nothing_and_prints_no_password(run: Run, tmp_path: Path) -> None:
    run()
    users = list(User.objects.order_by("pk").values())
    kept = (tmp_path / ".accounts").read_text("utf-8")

    printed = run()

    assert printed == "已有用户，未新建账号。\n"
    assert list(User.objects.order_by("pk").values()) == users
    assert (tmp_path / ".accounts").read_text("utf-8") == kept


def test_where_there_is_anybody_already_nobody_is_added(run: Run, tmp_path: Path) -> None:
    somebody = a_person()

    run()

    assert list(User.objects.all()) == [somebody]
    assert not (tmp_path / ".accounts").exists()


def test_nobody_is_made_when_the_passwords_cannot_be_kept(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".accounts").mkdir()

    with pytest.raises(OSError, match="accounts"):
        run()

    assert User.objects.count() == 0


def test_on_the_shipped_plan_the_first_people_can_do_their_work(run: Run, shipped_plan) -> None:
    run()

    people = {user.username: user for user in User.objects.all()}
    owed = Assignment.objects.of(people["reporter"].department, date(2021, 10, 1))
    assert owed.exists()
    assert all(permissions.may_report(people["reporter"], part) for part in owed)
    assert people["supervisor"].department == shipped_plan.office
    assert {name: permissions.may_use_panel(user) for name, user in people.items()} == {
        "reporter": False,
        "supervisor": True,
        "leader": False,
        "administrator": True,
    }


def test_without_the_shipped_plan_the_first_people_belong_to_no_unit(run: Run) -> None:
    a_department("区科技局")

    run()

    assert set(User.objects.values_list("department", flat=True)) == {None}
