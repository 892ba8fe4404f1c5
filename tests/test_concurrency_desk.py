"""Eight people at 我的填报 at once, by real requests on connections of their own: nothing is lost, nothing is twice."""

from __future__ import annotations

import io
import re
import uuid
from collections import Counter, defaultdict
from datetime import date
from typing import Any
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

import pytest
from django.db import connection

from departments.models import User
from plan_tracker.wsgi import application
from tasks.models import Assignment, Draft, Report

from . import test_concurrency
from .browser import session_of
from .builders import a_department, a_measure, a_part, a_plan, a_reporter
from .pages import it_is
from .test_concurrency import Crossing, at_once, without_locks

pytestmark = pytest.mark.django_db(transaction=True)
_a_database_of_several = test_concurrency._a_database_of_several

TODAY = date(2021, 11, 1)
WRITERS, UPDATES, EVERY = 8, 50, 10  # of ten updates the last sends the report
SECRET = "k" * 32
WORDS = re.compile(r"第\d人的第\d+次")
MARKS = ("token", "seen", "draft_version", "window")


@pytest.fixture(autouse=True)
def _today(monkeypatch) -> None:
    it_is(monkeypatch, TODAY)


def ask(session: str, path: str, **data: Any) -> tuple[int, str]:
    """Status and body of what the server's own WSGI application answers; a GET where nothing is sent."""
    body = urlencode(data | {"csrfmiddlewaretoken": SECRET}).encode() if data else b""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST" if data else "GET",
        "PATH_INFO": path,
        "HTTP_HOST": "testserver",
        "HTTP_COOKIE": f"sessionid={session}; csrftoken={SECRET}",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    setup_testing_defaults(environ)
    statuses: list[str] = []
    answer = application(environ, lambda status, headers, error=None: statuses.append(status))
    try:
        return int(statuses[0].split()[0]), b"".join(answer).decode()
    finally:
        answer.close()


class Writer:
    """One person with the page of one part open, who goes on writing whatever he is answered."""

    def __init__(self, number: int, person: User, part: Assignment) -> None:
        self.number, self.part = number, part
        self.session = session_of(person, "")["value"]
        self.marks: dict[str, str] = {"token": str(uuid.uuid4()), "draft_version": "0", "window": str(uuid.uuid4())}
        self.kept: list[tuple[str, int, str]] = []
        self.sent: list[str] = []
        self.refused: list[tuple[str, str]] = []
        self.statuses: Counter[int] = Counter()

    def write(self) -> None:
        for step in range(UPDATES):
            words = f"第{self.number}人的第{step}次"
            if step % EVERY == EVERY - 1:
                self.send(words)
            else:
                self.keep(words)

    def keep(self, words: str) -> None:
        """As the page does while one types; told of another's words, he means to keep his own next time."""
        status, body = ask(self.session, f"/mine/{self.part.pk}/draft/", progress=words, **self.marks)
        self.statuses[status] += 1
        if "data-refused" in body:
            self.refused.append((words, body))
            self.marks |= dict(re.findall(r'"(token|draft_version)": "([^"]+)"', body))
        elif status == 200:
            self.marks |= read(body)
            self.kept.append((self.marks["token"], int(self.marks["draft_version"]), words))

    def send(self, words: str) -> None:
        status, body = ask(self.session, self.part.get_report_url(), progress=words, do="submit", **self.marks)
        self.statuses[status] += 1
        if status == 409:
            assert body.count(words) == 1  # his own, in the field
            self.refused.append((words, body))
            self.marks |= read(body)
        elif status == 302:
            self.sent.append(words)
            self.marks = read(ask(self.session, self.part.get_report_url())[1])


def read(body: str) -> dict[str, str]:
    """The hidden marks of a form."""
    found = dict(re.findall(r'<input type="hidden" name="(\w+)"(?: id="\w+")?(?: data-token)? value="([^"]*)"', body))
    return {name: value for name, value in found.items() if name in MARKS}


def eight(parts: list[Assignment]) -> list[Writer]:
    return [Writer(n, a_reporter(part.department), part) for n, part in enumerate(parts, start=1)]


def nothing_is_lost(writers: list[Writer]) -> None:
    versions: dict[str, list[int]] = defaultdict(list)
    for token, version, _words in (kept for writer in writers for kept in writer.kept):
        versions[token].append(version)
    last = {(token, version): words for writer in writers for token, version, words in writer.kept}
    sent = [words for writer in writers for words in writer.sent]

    # Every accepted save made the version one higher, and none made the same.
    assert {token: sorted(found) for token, found in versions.items()} == {
        token: list(range(1, len(found) + 1)) for token, found in versions.items()
    }
    # What stands is what was accepted last; what was sent is recorded once each.
    for draft in Draft.objects.all():
        assert draft.version == len(versions[str(draft.token)])
        assert draft.progress == last[str(draft.token), draft.version]
    assert Counter(Report.objects.values_list("progress", flat=True)) == Counter(sent)
    # Whoever was refused was shown another's words.
    for own, body in (each for writer in writers for each in writer.refused):
        assert [words for words in WORDS.findall(body) if words != own], body


# --- eight writers, fifty updates --------------------------------------------------------------------------


def test_eight_writers_on_one_part_lose_nothing() -> None:
    part = a_part(a_measure(due_on=None))
    writers = eight([part] * WRITERS)

    raised = at_once(*(writer.write for writer in writers))

    statuses = sum((writer.statuses for writer in writers), Counter())
    assert raised == [None] * WRITERS
    assert set(statuses) <= {200, 302, 409}
    assert sum(statuses.values()) == WRITERS * UPDATES
    assert sum(len(each.kept) + len(each.sent) + len(each.refused) for each in writers) == WRITERS * UPDATES
    assert min(sum(len(writer.kept) for writer in writers), sum(len(writer.refused) for writer in writers)) > 0
    nothing_is_lost(writers)


def test_eight_writers_on_different_parts_are_in_nobodys_way() -> None:
    plan, unit = a_plan(), a_department()
    writers = eight([a_part(a_measure(plan, due_on=None), unit) for _ in range(WRITERS)])

    raised = at_once(*(writer.write for writer in writers))

    sends = UPDATES // EVERY
    assert raised == [None] * WRITERS
    assert [writer.statuses for writer in writers] == [{200: UPDATES - sends, 302: sends}] * WRITERS
    assert [(len(writer.kept), len(writer.sent)) for writer in writers] == [(UPDATES - sends, sends)] * WRITERS
    assert (Report.objects.count(), Draft.objects.count()) == (WRITERS * sends, 0)
    nothing_is_lost(writers)


def test_eight_clicks_on_one_button_at_once_send_once() -> None:
    (writer,) = eight([a_part(a_measure(due_on=None))])
    form = writer.marks | {"progress": "已完成。", "do": "submit"}

    answers = at_once(*[lambda: ask(writer.session, writer.part.get_report_url(), **form)] * WRITERS)

    assert [status for status, _body in answers] == [302] * WRITERS
    assert Report.objects.count() == 1


# --- the guard itself ------------------------------------------------------------------------------------------


def two_after_a_third() -> list[Writer]:
    """Two colleagues who have the same version of a draft before them."""
    part = a_part(a_measure(due_on=None))
    first, second, third = eight([part] * 3)
    third.keep("第3人的第0次")
    for writer in (first, second):
        writer.marks |= {name: third.marks[name] for name in ("token", "draft_version")}
    return [first, second]


def test_of_two_who_save_at_once_the_second_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    writers = two_after_a_third()
    crossing = Crossing(monkeypatch, Draft, patience=0.5)

    at_once(*(lambda writer=writer: writer.keep(f"第{writer.number}人的第1次") for writer in writers))

    assert crossing.met == 0
    assert sorted((len(writer.kept), len(writer.refused)) for writer in writers) == [(0, 1), (1, 0)]
    (kept,) = [kept for writer in writers for kept in writer.kept]
    ((_own, body),) = [refused for writer in writers for refused in writer.refused]
    assert kept[2] in body
    assert Draft.objects.values_list("version", "progress").get() == (2, kept[2])


def test_without_the_lock_the_second_to_save_would_overwrite_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    writers = two_after_a_third()
    without_locks(monkeypatch)
    crossing = Crossing(monkeypatch, Draft, patience=30)

    at_once(*(lambda writer=writer: writer.keep(f"第{writer.number}人的第1次") for writer in writers))

    statuses = sorted(status for writer in writers for status in writer.statuses)
    assert crossing.met == 2
    assert statuses == {"postgresql": [200, 200], "sqlite": [200, 503]}[connection.vendor]
    assert Draft.objects.get().version == 2
    if connection.vendor == "postgresql":
        assert [[version for _token, version, _words in writer.kept] for writer in writers] == [[2], [2]]
