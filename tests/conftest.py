"""What every test is given."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from tasks.models import Plan

SHIPPED = "dongli-ip-2020-2021"


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """Real password hashing is slow by design; no test is about it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def shipped_plan(db) -> Plan:
    """The real plan: 8 sections, 42 measures, 23 units, 100 responsibilities; nothing reported yet."""
    call_command("loaddata", SHIPPED, verbosity=0)
    return Plan.objects.get(slug=SHIPPED)
