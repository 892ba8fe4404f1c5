"""
Measures the pages on plans of several sizes, all in one run, and prints one table.

Each size has an SQLite file of its own, or a database of its own on the PostgreSQL that ``--database`` names, thrown
away at the end. Requests go through the project's own WSGI application
in this process, so that every page, the empty view and the plain list pay for the same middleware, session and
connection. Pages and sizes take turns, one request each a round: what else the machine does meets all of them alike.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import tempfile
from pathlib import Path

import django

SIZES = (42, 4_200, 42_000)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="measures in the plan, multiples of 42")
    parser.add_argument("--rounds", type=int, default=25, help="requests of each page (default 25)")
    parser.add_argument("--only", default="", help="only pages with this in their name")
    parser.add_argument("--reports", type=int, default=24, help="reports of each part (default 24)")
    parser.add_argument("--database", default="", help="address of a PostgreSQL that lets databases be made")
    parser.add_argument("--indexes", action="store_true", help="ask the smallest plan with and without each index")
    parser.add_argument("--no-exports", action="store_true", help="leave the workbooks out")
    parser.add_argument("--no-pages", action="store_true", help="leave the pages out")
    found = parser.parse_args()
    try:
        found.sizes = [int(size.replace("_", "")) for size in found.sizes.split(",")]
    except ValueError:
        parser.error("--sizes wants numbers between commas")
    if any(size <= 0 or size % 42 for size in found.sizes):
        parser.error("--sizes wants multiples of 42: the plan is repeated as a whole")
    return found


def set_up(folder: Path, database: str) -> None:
    """The project's own settings as in production, whatever the environment says; the databases are in ``folder``."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "plan_tracker.settings",
        "DATABASE_URL": database or f"sqlite:///{folder / 'first.sqlite3'}",
        "DEBUG": "0",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "HTTPS": "0",
        "ALLOWED_HOSTS": "localhost",
        "COLLECTED_STATIC": "0",
        "LOG_LEVEL": "WARNING",
    }
    django.setup()


def main() -> None:
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="plan-tracker-bench-") as name:
        set_up(Path(name), options.database)
        from . import run  # noqa: PLC0415 - models can be imported once the settings are known

        try:
            run.everything(Path(name), options, sys.stdout)
        finally:
            run.clear_away()


if __name__ == "__main__":
    main()
