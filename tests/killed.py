"""A server that is killed in the middle of something: a process on the database of the test that kills itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.db import connection, connections

ROOT = Path(__file__).resolve().parent.parent

# Before what the process does: ``die`` ends it as a power cut would.
BEGIN = """
    import os, signal, sys
    import django
    django.setup()

    def die(*_args, **_kwargs):
        os.kill(os.getpid(), signal.SIGKILL)
"""


def was_killed(scripts: Sequence[str], *arguments: object, **environment: str) -> bool:
    """Whether it died before it was through ``scripts``; where it failed in another way, the test fails."""
    ended = subprocess.run(
        [sys.executable, "-c", "".join(map(textwrap.dedent, (BEGIN, *scripts))), *map(str, arguments)],
        cwd=ROOT,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "plan_tracker.settings"),
            "DATABASE_URL": address_of_database(),
            "SECRET_KEY": settings.SECRET_KEY,
        }
        | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode in (0, -signal.SIGKILL), ended.stderr
    return ended.returncode == -signal.SIGKILL


def address_of_database() -> str:
    """Of the one that this test is connected to, for another process."""
    told = connections["default"].settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    login = f"{told['USER']}:{told['PASSWORD']}" if told["PASSWORD"] else str(told["USER"])
    return f"postgres://{login}@{told['HOST']}:{told['PORT']}/{told['NAME']}"
