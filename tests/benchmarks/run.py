"""The run: make the databases, let pages and sizes take turns, print what came out."""

from __future__ import annotations

import argparse
import io
import random
import statistics
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from departments.models import User

from . import data, exports, indexes

LEAST_ROUNDS = 5
MOST_SECONDS = 12  # for one page at one size; slow pages get fewer rounds
SLOWEST_SECONDS = 30  # where even the least number of rounds would take too long


LEDGER = f"/plans/{data.SLUG}/measures/"
THEN = f"as_of={data.A_YEAR_AGO}"
EMPTY = "empty view"
LEDGER_20, LEDGER_50 = "ledger, 20 rows (default)", "ledger, 50 rows"
PLAIN_20, PLAIN_50 = "plain list, 20 rows", "plain list, 50 rows"
UNITS_20, UNITS_50 = "plain list with its units, 20 rows", "plain list with its units, 50 rows"


@dataclass(frozen=True)
class Page:
    """What is measured: its name in the table, its address, who asks, and the plain list it is compared with."""

    name: str
    address: str
    plain: str = PLAIN_50
    reporter: bool = False


PAGES = (
    Page(EMPTY, "/bench/empty/"),
    Page(PLAIN_20, f"/bench/{data.SLUG}/20/", plain=PLAIN_20),
    Page(PLAIN_50, f"/bench/{data.SLUG}/50/"),
    Page(UNITS_20, f"/bench/{data.SLUG}/20/units/", plain=PLAIN_20),
    Page(UNITS_50, f"/bench/{data.SLUG}/50/units/"),
    Page(LEDGER_20, LEDGER, plain=PLAIN_20),
    Page(LEDGER_50, f"{LEDGER}?per=50"),
    Page("ledger a year ago, 20 rows", f"{LEDGER}?{THEN}", plain=PLAIN_20),
    Page("ledger, overdue, 20 rows", f"{LEDGER}?timeliness=OVERDUE", plain=PLAIN_20),
    Page("ledger, searched, 20 rows", f"{LEDGER}?q=知识产权", plain=PLAIN_20),
    Page("ledger of parts, 20 rows", f"/plans/{data.SLUG}/assignments/", plain=PLAIN_20),
    Page("ledger of parts a year ago, 20 rows", f"/plans/{data.SLUG}/assignments/?{THEN}", plain=PLAIN_20),
    Page("dashboard", f"/plans/{data.SLUG}/"),
    Page("dashboard a year ago", f"/plans/{data.SLUG}/?{THEN}"),
    Page("slides", f"/plans/{data.SLUG}/present/"),
    Page("matrix", f"/plans/{data.SLUG}/matrix/"),
    Page("matrix a year ago", f"/plans/{data.SLUG}/matrix/?{THEN}"),
    Page("comparison with a year ago", f"/plans/{data.SLUG}/compare/?from={data.A_YEAR_AGO}&to={data.TODAY}"),
    Page("snapshot", f"/bench/{data.SLUG}/snapshot/"),
    Page("units", f"/plans/{data.SLUG}/units/"),
    Page("section", f"/plans/{data.SLUG}/sections/1/"),
    Page("measure", f"{LEDGER}1/"),
    Page("my items, 31 parts", "/mine/", reporter=True),
)
COMPARED = {EMPTY, PLAIN_20, PLAIN_50, UNITS_20, UNITS_50}

FIRST = connection.settings_dict["NAME"]
MADE: list[str] = []  # databases on a PostgreSQL server, to be dropped at the end

Times = dict[tuple[str, int], list[float]]


class Server:
    """The project's WSGI application over one database, with a session of each person."""

    def __init__(self, database: str, size: int, reports: int) -> None:
        self.database = database
        self.use()
        call_command("migrate", verbosity=0)
        filled = data.fill(size, reports)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE" if connection.vendor == "postgresql" else "SELECT 1")
        self.cookies = {True: self._session(filled.reporter), False: self._session(filled.supervisor)}
        connection.close()
        self.application = get_wsgi_application()

    def use(self) -> None:
        """Every request closes its connection, as on a real server with SQLite; the next one opens this database."""
        connection.close()
        connection.settings_dict["NAME"] = self.database

    @staticmethod
    def _session(user: User) -> str:
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"

    def get(self, page: Page) -> float:
        """
        Seconds from the request to the last byte of the answer: of processor time with SQLite, of a clock otherwise.

        With SQLite everything happens in this process and the files are in memory: nothing is waited for. What other
        programs do on the machine in the meantime would count on a clock, and does not here. PostgreSQL works in
        another process, and is waited for.
        """
        path, _, query = page.address.partition("?")
        environ = {"PATH_INFO": path, "QUERY_STRING": query.encode().decode("latin-1"), "HTTP_HOST": "localhost"}
        environ |= {"HTTP_COOKIE": self.cookies[page.reporter], "wsgi.input": io.BytesIO()}
        setup_testing_defaults(environ)
        answered: list[str] = []
        clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
        start = clock()
        answer = self.application(environ, lambda status, headers, error=None: answered.append(status))
        b"".join(answer)
        answer.close()
        seconds = clock() - start
        if answered != ["200 OK"]:
            raise RuntimeError(f"{page.address} answered {answered}")
        return seconds

    def queries(self, page: Page) -> int:
        self.use()
        with CaptureQueriesContext(connection) as captured:
            self.get(page)
        return len(captured)


def everything(folder: Path, options: argparse.Namespace, out: TextIO) -> None:
    settings.ROOT_URLCONF = "tests.benchmarks.site"
    noon = datetime.combine(data.TODAY, datetime.min.time(), data.SHANGHAI).replace(hour=12)
    timezone.now = lambda: noon
    servers: dict[int, Server] = {}
    for size in options.sizes:
        begun = time.perf_counter()
        name = str(folder / f"{size}.sqlite3") if connection.vendor == "sqlite" else f"{folder.name}-{size}"
        servers[size] = Server(made(name), size, options.reports)
        print(f"made a plan of {size:,} measures in {time.perf_counter() - begun:.0f} s", file=out, flush=True)
    if options.indexes:
        servers[min(servers)].use()
        indexes.everything(out)
    if not options.no_pages:
        pages_of(servers, options, out)
    if not options.no_exports:
        exports.everything(servers, folder, out)


def pages_of(servers: dict[int, Server], options: argparse.Namespace, out: TextIO) -> None:
    pages = [page for page in PAGES if options.only in page.name or page.name in COMPARED]
    queries = {(page.name, size): server.queries(page) for size, server in servers.items() for page in pages}
    times = take_turns(servers, pages, options.rounds)
    table(pages, times, queries, options.sizes, out)
    checks(times, options.sizes, out)


def made(name: str) -> str:
    """A database of that name: SQLite makes a file by itself, a PostgreSQL server is asked for one."""
    if connection.vendor == "postgresql":
        connection.close()
        connection.settings_dict["NAME"] = FIRST
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
        MADE.append(name)
    return name


def clear_away() -> None:
    """Drops the databases that were made on a PostgreSQL server; a folder of files goes by itself."""
    connection.close()
    connection.settings_dict["NAME"] = FIRST
    for name in MADE:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
    connection.close()


def take_turns(servers: dict[int, Server], pages: list[Page], rounds: int) -> Times:
    """
    Seconds by page and size, in another order each round, so that none always comes after the same one.

    The first request of each, by ``queries``, has warmed what can be warmed.
    """
    times: Times = defaultdict(list)
    turns = [(page, size) for page in pages for size in servers]
    chance = random.Random(0)
    for done in range(rounds):
        chance.shuffle(turns)
        for page, size in turns:
            mine = times[page.name, size]
            if sum(mine) < (MOST_SECONDS if done >= LEAST_ROUNDS else SLOWEST_SECONDS):
                servers[size].use()
                mine.append(servers[size].get(page))
    return times


def table(pages: list[Page], times: Times, queries: dict[tuple[str, int], int], sizes: list[int], out: TextIO) -> None:
    print("\n| page | measures | median ms | × empty view | × plain list | queries |", file=out)
    print("|---|--:|--:|--:|--:|--:|", file=out)
    for page in pages:
        for size in sizes:
            median = statistics.median(times[page.name, size])
            empty, plain = (statistics.median(times[name, size]) for name in (EMPTY, page.plain))
            print(
                f"| {page.name} | {size:,} | {median * 1000:.1f} | {median / empty:.1f} | {median / plain:.2f} "
                f"| {queries[page.name, size]} |",
                file=out,
            )


def checks(times: Times, sizes: list[int], out: TextIO) -> None:
    """The aims as plain ratios; nothing here passes or fails."""
    smallest, largest = min(sizes), max(sizes)
    print(file=out)
    for name, plain, units in ((LEDGER_20, PLAIN_20, UNITS_20), (LEDGER_50, PLAIN_50, UNITS_50)):
        if (name, largest) not in times:
            continue
        large = statistics.median(times[name, largest])
        small, bare, full = (
            statistics.median(times[key]) for key in ((name, smallest), (plain, largest), (units, largest))
        )
        print(f"{name}: {largest:,} measures cost {large / small:.2f} × {smallest:,} (aim: at most 1.5)", file=out)
        print(f"{name}: {large / bare:.2f} × {plain} (aim: at most 2)", file=out)
        print(f"{name}: {large / full:.2f} × {units}", file=out)
    for (name, size), then in times.items():
        now = times.get((name.replace(" a year ago", ""), size))
        if " a year ago" in name and now and not name.startswith("comparison"):
            ratio = statistics.median(then) / statistics.median(now)
            print(f"{name}, {size:,} measures: {ratio:.2f} × today (aim: at most 1.5)", file=out)
