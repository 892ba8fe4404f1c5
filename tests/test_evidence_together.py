"""Files sent at the same moment, on real connections: the limits hold, and nothing is left over."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.storage import default_storage

from tasks.actions import draft as drafts
from tasks.actions import evidence as actions
from tasks.actions import report as reports
from tasks.models import Draft, Evidence

from .builders import a_part, a_reporter, at
from .files import a_pdf, sent
from .test_concurrency import (
    Crossing,
    _a_database_of_several,  # noqa: F401  # a fixture
    at_once,
    kinds,
    without_locks,
)

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2021, 11, 1)


@pytest.fixture(autouse=True)
def _on_disk(settings, tmp_path) -> None:
    """The storage of a running instance: that in memory is no match for several at once."""
    disk = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path / "files")}}
    settings.STORAGES = settings.STORAGES | {"default": disk}


def a_draft() -> Draft:
    part = a_part()
    whole = {"version": None, "token": uuid.uuid4(), "words": {"progress": "已完成。"}, "now": at(TODAY)}
    return drafts.save(by=a_reporter(part.department), assignment=part, **whole)


def attaching(draft: Draft, name: str) -> Callable[[], Evidence]:
    return lambda: actions.attach(by=draft.saved_by, draft=draft, file=sent(name, a_pdf(name)), now=at(TODAY))


def files_stored() -> int:
    found, folders = 0, ["evidence"]
    while folders:
        folder = folders.pop()
        inner, files = default_storage.listdir(folder) if default_storage.exists(folder) else ([], [])
        folders += [f"{folder}/{name}" for name in inner]
        found += len(files)
    return found


def test_of_two_files_sent_at_once_for_the_last_place_one_is_kept(settings, monkeypatch) -> None:
    settings.EVIDENCE_MAX_FILES = 1
    draft = a_draft()
    crossing = Crossing(monkeypatch, Evidence, patience=0.5)

    results = at_once(attaching(draft, "a.pdf"), attaching(draft, "b.pdf"))

    assert crossing.met == 0
    assert kinds(results) == ["Evidence", "Refused"]
    assert (Evidence.objects.count(), files_stored()) == (1, 1)


def test_without_the_lock_both_would_be_kept_or_one_would_fail(settings, monkeypatch) -> None:
    settings.EVIDENCE_MAX_FILES = 1
    draft = a_draft()
    without_locks(monkeypatch)
    crossing = Crossing(monkeypatch, Evidence, patience=30)

    results = at_once(attaching(draft, "a.pdf"), attaching(draft, "b.pdf"))

    assert crossing.met == 2
    assert "Refused" not in kinds(results)


def test_eight_people_sending_at_once_fill_a_report_and_no_more(settings) -> None:
    settings.EVIDENCE_MAX_FILES = 5
    draft = a_draft()

    results = at_once(*(attaching(draft, f"{number}.pdf") for number in range(8)))

    assert kinds(results) == ["Evidence"] * 5 + ["Refused"] * 3
    assert (draft.evidence.count(), files_stored()) == (5, 5)


def test_files_sent_at_once_are_together_no_larger_than_they_may_be(settings) -> None:
    settings.EVIDENCE_MAX_TOTAL_BYTES = 3 * len(a_pdf("0.pdf"))
    draft = a_draft()

    results = at_once(*(attaching(draft, f"{number}.pdf") for number in range(6)))

    assert kinds(results) == ["Evidence"] * 3 + ["Refused"] * 3
    assert (draft.evidence.total_bytes(), files_stored()) == (settings.EVIDENCE_MAX_TOTAL_BYTES, 3)


def test_one_file_sent_twice_at_once_is_kept_once() -> None:
    draft = a_draft()

    results = at_once(*[attaching(draft, "a.pdf")] * 2)

    assert kinds(results) == ["Evidence", "Evidence"]
    assert results[0] == results[1] == Evidence.objects.get()
    assert files_stored() == 1


def test_two_first_files_sent_at_once_begin_one_draft() -> None:
    part = a_part()
    by = a_reporter(part.department)

    results = at_once(
        *(
            lambda name=name: actions.add(by=by, assignment=part, file=sent(name, a_pdf(name)), now=at(TODAY))
            for name in ("a.pdf", "b.pdf")
        )
    )

    assert kinds(results) == ["Evidence", "Evidence"]
    assert Draft.objects.get().evidence.count() == 2


def test_a_file_sent_while_the_draft_is_submitted_goes_with_it_or_is_refused() -> None:
    draft = a_draft()
    whole = {"progress": "已完成。", "seen": None, "token": uuid.uuid4(), "draft_version": draft.version}

    sending = attaching(draft, "a.pdf")
    results = at_once(
        lambda: reports.submit(by=draft.saved_by, assignment=draft.assignment, now=at(TODAY), **whole), sending
    )

    report = results[0].report
    taken = kinds(results[1:]) == ["Evidence"]
    assert kinds(results[1:]) in (["Evidence"], ["Refused"])
    assert (report.evidence.count(), Evidence.objects.count(), files_stored()) == (taken, taken, taken)
    assert Draft.objects.count() == 0


def test_a_file_removed_while_the_draft_is_submitted_is_gone_or_stays_with_the_report() -> None:
    draft = a_draft()
    evidence = attaching(draft, "a.pdf")()
    whole = {"progress": "已完成。", "seen": None, "token": uuid.uuid4(), "draft_version": draft.version}

    results = at_once(
        lambda: reports.submit(by=draft.saved_by, assignment=draft.assignment, now=at(TODAY), **whole),
        lambda: actions.remove(by=draft.saved_by, evidence=evidence),
    )

    stays = kinds(results[1:]) == ["ValidationError"]
    assert kinds(results[1:]) in (["NoneType"], ["ValidationError"])
    assert (results[0].report.evidence.count(), files_stored()) == (stays, stays)
