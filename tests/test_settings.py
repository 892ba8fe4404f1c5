"""The settings: development works with none set, and nothing starts on a key that everybody knows."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

ROOT = Path(__file__).resolve().parent.parent
PUBLISHED_KEY = "development-only-never-in-production-" + "0123456789" * 3
OWN_KEY = "a-key-of-our-own-long-and-random-enough-for-any-server-1Q2w3E4r5T"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The settings in a folder of their own, so that no ``.env`` of a working copy is read."""
    (tmp_path / "plan_tracker").mkdir()
    shutil.copy(ROOT / "plan_tracker" / "settings.py", tmp_path / "plan_tracker")
    return tmp_path


def settings_of(folder: Path, **environment: str) -> dict[str, Any]:
    """What the settings are in a process that has ``environment`` and nothing else."""
    with mock.patch.dict(os.environ, environment, clear=True):
        return runpy.run_path(str(folder / "plan_tracker" / "settings.py"))


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """Starts the project itself in a process of its own."""
    whole = {"DJANGO_SETTINGS_MODULE": "plan_tracker.settings", "DATABASE_URL": "sqlite://:memory:"}
    return subprocess.run(
        [sys.executable, "-c", "import django; django.setup(); print('started')"],
        cwd=ROOT,
        env=whole | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


# --- the key -------------------------------------------------------------------------------------------

REFUSAL = (
    "django.core.exceptions.ImproperlyConfigured: DEBUG is off and SECRET_KEY is missing or is the published "
    "development key. Set SECRET_KEY to a long random text of your own, for example: "
    'python -c "import secrets; print(secrets.token_urlsafe(50))"'
)


@pytest.mark.parametrize("key", ["", PUBLISHED_KEY], ids=["empty", "published"])
def test_with_debug_off_the_project_refuses_to_start_on_a_key_that_is_none_and_says_what_to_do(key: str) -> None:
    done = start(DEBUG="off", SECRET_KEY=key)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == REFUSAL


def test_with_debug_off_the_project_starts_on_a_key_of_its_own() -> None:
    done = start(DEBUG="off", SECRET_KEY=OWN_KEY)

    assert (done.returncode, done.stdout, done.stderr) == (0, "started\n", "")


@pytest.mark.parametrize("off", ["off", "0", "false", "False", "no", "", "nonsense"])
def test_however_off_is_spelt_a_missing_key_is_refused(folder: Path, off: str) -> None:
    with pytest.raises(Exception, match="Set SECRET_KEY to a long random text") as refusal:
        settings_of(folder, DEBUG=off)

    assert type(refusal.value).__name__ == "ImproperlyConfigured"


@pytest.mark.parametrize(("on", "is_on"), [("on", True), ("1", True), ("true", True), ("True", True), ("yes", True)])
def test_debug_is_on_only_where_it_says_so(folder: Path, on: str, is_on: bool) -> None:
    assert settings_of(folder, DEBUG=on, SECRET_KEY=OWN_KEY)["DEBUG"] is is_on


# --- what is when nothing is set ----------------------------------------------------------------------------


def test_development_works_with_nothing_set(folder: Path) -> None:
    found = settings_of(folder)

    assert {name: found[name] for name in ("DEBUG", "SECRET_KEY", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS")} == {
        "DEBUG": True,
        "SECRET_KEY": PUBLISHED_KEY,
        "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]"],
        "CSRF_TRUSTED_ORIGINS": [],
    }
    assert found["DATABASES"]["default"]["ENGINE"] == "django.db.backends.sqlite3"
    assert found["DATABASES"]["default"]["NAME"] == str(folder / "db.sqlite3")


def test_the_plan_is_kept_in_chinese_and_in_the_time_of_shanghai(folder: Path) -> None:
    found = settings_of(folder)

    assert [found[name] for name in ("LANGUAGE_CODE", "TIME_ZONE", "USE_TZ", "USE_I18N")] == [
        "zh-hans",
        "Asia/Shanghai",
        True,
        True,
    ]


# --- the address -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_on_the_machine_itself_only_its_own_names_are_answered(folder: Path, host: str) -> None:
    assert settings_of(folder, HOST=host)["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.20", "ledger.example"])  # noqa: S104
def test_a_server_for_other_machines_answers_by_any_name(folder: Path, host: str) -> None:
    assert settings_of(folder, HOST=host)["ALLOWED_HOSTS"] == ["*"]


def test_the_names_to_answer_by_may_be_given_whatever_the_address(folder: Path) -> None:
    found = settings_of(folder, HOST="0.0.0.0", ALLOWED_HOSTS="ledger.example,10.0.0.5")  # noqa: S104

    assert found["ALLOWED_HOSTS"] == ["ledger.example", "10.0.0.5"]


SECURE = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT")


@pytest.mark.parametrize(("https", "is_secure"), [({}, False), ({"HTTPS": "on"}, True)], ids=["http", "https"])
def test_https_makes_cookies_and_addresses_secure(folder: Path, https: dict[str, str], is_secure: bool) -> None:
    found = settings_of(folder, **https)

    assert [found[name] for name in SECURE] == [is_secure] * 3


def test_two_instances_on_one_machine_may_keep_their_cookies_apart(folder: Path) -> None:
    found = [settings_of(folder), settings_of(folder, COOKIE_PREFIX="demo_")]

    assert [(each["SESSION_COOKIE_NAME"], each["CSRF_COOKIE_NAME"]) for each in found] == [
        ("sessionid", "csrftoken"),
        ("demo_sessionid", "demo_csrftoken"),
    ]


def test_only_a_named_proxy_is_believed(folder: Path) -> None:
    found = [settings_of(folder), settings_of(folder, BEHIND_PROXY="on")]

    assert [(each["SECURE_PROXY_SSL_HEADER"], each["AXES_IPWARE_META_PRECEDENCE_ORDER"]) for each in found] == [
        (None, ["REMOTE_ADDR"]),
        (("HTTP_X_FORWARDED_PROTO", "https"), ["HTTP_X_FORWARDED_FOR", "REMOTE_ADDR"]),
    ]


# --- the database -------------------------------------------------------------------------------------------------


def test_a_postgresql_is_named_by_its_address(folder: Path) -> None:
    address = "postgres://ledger:p%40ss%2Fword%23@db.example:5433/plans?sslmode=require"

    database = settings_of(folder, DATABASE_URL=address)["DATABASES"]["default"]

    assert database == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "plans",
        "USER": "ledger",
        "PASSWORD": "p@ss/word#",
        "HOST": "db.example",
        "PORT": 5433,
        "OPTIONS": {"sslmode": "require", "options": "-c jit=off"},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


@pytest.mark.parametrize(
    ("address", "options"),
    [
        ("postgres://ledger@db.example/plans", "-c jit=off"),
        ("postgres://ledger@db.example/plans?options=-c%20jit%3Don", "-c jit=on"),
    ],
)
def test_a_postgresql_compiles_no_queries_unless_its_address_says_so(folder: Path, address: str, options: str) -> None:
    database = settings_of(folder, DATABASE_URL=address)["DATABASES"]["default"]

    assert database["OPTIONS"] == {"options": options}


def test_an_sqlite_waits_for_its_turn_to_write(folder: Path) -> None:
    database = settings_of(folder, DATABASE_URL="sqlite:////srv/ledger/plans.sqlite3")["DATABASES"]["default"]

    assert (database["ENGINE"], database["NAME"]) == ("django.db.backends.sqlite3", "/srv/ledger/plans.sqlite3")
    assert database["OPTIONS"] == {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }


# --- the file -------------------------------------------------------------------------------------------------------


def test_settings_may_be_kept_in_a_file_and_the_environment_has_the_last_word(folder: Path) -> None:
    (folder / ".env").write_text(f"DEBUG=off\nSECRET_KEY={OWN_KEY}\nALLOWED_HOSTS=from.file\n", "utf-8")

    found = settings_of(folder, ALLOWED_HOSTS="from.environment")

    assert [found[name] for name in ("DEBUG", "SECRET_KEY", "ALLOWED_HOSTS")] == [False, OWN_KEY, ["from.environment"]]


# --- invitations ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("environment", "days"), [({}, 14), ({"INVITATION_DAYS": "3"}, 3)])
def test_an_invitation_lasts_two_weeks_or_as_long_as_one_likes(
    folder: Path, environment: dict[str, str], days: int
) -> None:
    found = settings_of(folder, **environment)

    assert found["INVITATION_DAYS"] == days


@pytest.mark.parametrize("days", ["0", "-1"])
def test_an_invitation_lasts_for_a_day_at_least(folder: Path, days: str) -> None:
    with pytest.raises(Exception, match="INVITATION_DAYS is a number of days"):
        settings_of(folder, INVITATION_DAYS=days)
