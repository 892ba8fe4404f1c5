"""What every test is given."""

from __future__ import annotations

import copy
import gc
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.apps import AppConfig
from django.conf import settings as the_settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.test import override_settings

from departments.models import Alias, Department, Role
from tasks.actions.period import create_ahead
from tasks.demonstration.load import load
from tasks.management.commands.load_plan import SHIPPED as SHIPPED_FILE
from tasks.models import Assignment, Indicator, Measure, Milestone, Period, Plan, Section, SourceNote
from tasks.models.demonstration import forget, remember

SHIPPED = "dongli-ip-2020-2021"
PARTS: tuple[type[models.Model], ...] = (
    *(Department, Alias, Plan, Section, Measure, Assignment, SourceNote),
    *(Milestone, Indicator, Period),
)
LAST_PERIOD = date(2023, 12, 31)
IN_MEMORY = {"default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}


def pytest_collection_finish() -> None:
    """What has been imported stays: going through all of it again and again takes a tenth of the suite's time."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@receiver(post_migrate)
def _the_roles_come_back(sender: AppConfig, **_signal: object) -> None:
    """A test that writes for good empties the database at its end, with what the migrations had put in."""
    if sender.label == "departments":
        for role in Role:
            Group.objects.get_or_create(name=role)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> Iterator[None]:
    """A request that its browser did not wait for may still be in the database when that is to be taken down."""
    yield
    if connection.vendor == "postgresql":
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(f"{others} WHERE datname = current_database() AND pid <> pg_backend_pid()")


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """Real password hashing is slow by design; no test is about it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _files_in_memory(settings):
    """No test leaves a file in the folder of a running instance."""
    settings.STORAGES = settings.STORAGES | IN_MEMORY


@pytest.fixture(autouse=True)
def _an_ordinary_database() -> Iterator[None]:
    """What a server knows after its first page; the tests of the demonstration begin with ``forget``."""
    remember(mark=None)
    yield
    remember(mark=None)


@pytest.fixture(scope="session")
def shipped_rows() -> list[list[models.Model]]:
    """The rows of the real plan, once some test has loaded them from the fixture."""
    return []


@pytest.fixture
def shipped_plan(db, shipped_rows) -> Plan:
    """The real plan: 8 sections, 42 measures, 23 units, 100 responsibilities; nothing reported yet."""
    if not shipped_rows:
        call_command("loaddata", SHIPPED, verbosity=0)
        create_ahead(plan=Plan.objects.get(slug=SHIPPED), until=LAST_PERIOD)
        shipped_rows.extend(list(part._default_manager.order_by("pk")) for part in PARTS)
    else:
        for part, rows in zip(PARTS, shipped_rows, strict=True):
            part._default_manager.bulk_create(copy.deepcopy(rows))
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), PARTS):
                cursor.execute(statement)
    return Plan.objects.get(slug=SHIPPED)


def the_document() -> object:
    """The shipped plan as its file has it."""
    return json.loads((Path(the_settings.FIXTURE_DIRS[0]) / SHIPPED_FILE).read_text("utf-8"))


@pytest.fixture(scope="module")
def _loaded(django_db_setup, django_db_blocker) -> Iterator[None]:
    """
    Loading takes seconds: what a test writes afterwards goes with the test, this goes with the file. All tests of such
    a file find it in the database, asked for or not.
    """
    with (
        django_db_blocker.unblock(),
        override_settings(STORAGES=the_settings.STORAGES | IN_MEMORY),
        transaction.atomic(),
    ):
        load(document=the_document())
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demonstration(_loaded, db) -> Plan:
    """The plan in a database that holds the demonstration, to a server that has not looked yet."""
    forget()
    return Plan.objects.get()
