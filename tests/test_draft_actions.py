"""Drafts: what is being written is kept, counts nowhere, and is never overwritten unseen."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from departments.models import User
from tasks.actions import draft as drafts
from tasks.actions import report as actions
from tasks.models import Assignment, Draft, Report

from .builders import a_department, a_measure, a_part, a_report, a_reporter, a_supervisor, an_administrator, at

pytestmark = pytest.mark.django_db

DAY = date(2021, 11, 1)


def keep(by: User, part: Assignment, version: int = 0, **fields: Any) -> Draft:
    """What somebody's open page saves."""
    words = {"progress": fields.pop("progress", "正在写。")}
    fields = {"token": uuid.uuid4(), "now": at(DAY)} | fields
    return drafts.save(by=by, assignment=part, version=version, words=words, **fields)


def test_a_draft_counts_nowhere() -> None:
    part = a_part(a_measure(due_on=None))
    keep(a_reporter(part.department), part)

    row = Assignment.objects.as_of(date(2022, 1, 10)).get(pk=part.pk)

    assert (row.has_reported, row.timeliness, Report.objects.count()) == (False, "SILENT", 0)


def test_colleagues_share_the_draft_of_a_part() -> None:
    part = a_part()
    first, second = a_reporter(part.department), a_reporter(part.department)
    draft = keep(first, part, progress="起草。")

    again = keep(second, part, draft.version, progress="起草，补充。")

    assert (again.pk, again.version, again.saved_by, again.progress) == (draft.pk, 2, second, "起草，补充。")


def test_the_second_to_save_is_told_and_nothing_is_overwritten() -> None:
    part = a_part()
    first, second = a_reporter(part.department), a_reporter(part.department)
    keep(first, part, progress="甲的话。")

    with pytest.raises(drafts.Conflict) as refusal:
        keep(second, part, progress="乙的话。")

    assert refusal.value.draft is not None
    assert (refusal.value.draft.progress, refusal.value.draft.saved_by) == ("甲的话。", first)
    assert Draft.objects.get().progress == "甲的话。"


def test_what_an_open_page_saved_itself_is_no_conflict() -> None:
    part, window = a_part(), uuid.uuid4()
    author = a_reporter(part.department)
    keep(author, part, window=window)

    again = keep(author, part, 0, window=window, progress="同一页面。")

    assert (again.version, again.progress) == (2, "同一页面。")


def test_a_draft_that_was_sent_meanwhile_is_not_begun_again() -> None:
    part, token = a_part(), uuid.uuid4()
    author = a_reporter(part.department)
    draft = keep(author, part, token=token)
    words = {"progress": "正在写。", "draft_version": draft.version}
    actions.submit(by=author, assignment=part, token=token, seen=None, now=at(DAY), **words)

    with pytest.raises(drafts.AlreadySent) as refusal:
        keep(author, part, draft.version, token=token)

    assert refusal.value.report == Report.objects.get()
    assert Draft.objects.count() == 0


def test_whoever_saves_over_a_draft_that_is_gone_is_told() -> None:
    part = a_part()
    first, second = a_reporter(part.department), a_reporter(part.department)
    draft = keep(first, part)
    drafts.discard(by=first, assignment=part, version=draft.version)

    with pytest.raises(drafts.Conflict) as refusal:
        keep(second, part, draft.version)

    assert refusal.value.draft is None
    assert Draft.objects.count() == 0


def test_a_report_takes_its_draft_along_only_as_its_writer_saw_it() -> None:
    part = a_part()
    first, second = a_reporter(part.department), a_reporter(part.department)
    draft = keep(first, part)
    keep(second, part, draft.version, progress="同事又写了一段。")
    words = {"progress": "正在写。", "draft_version": draft.version}

    with pytest.raises(drafts.Conflict):
        actions.submit(by=first, assignment=part, token=draft.token, seen=None, now=at(DAY), **words)

    assert (Report.objects.count(), Draft.objects.get().progress) == (0, "同事又写了一段。")


def test_a_report_made_elsewhere_leaves_the_draft_alone() -> None:
    part = a_part()
    keep(a_reporter(part.department), part, progress="还没写完。")

    a_report(part, DAY, by=an_administrator(), progress="代录。")

    assert Draft.objects.get().progress == "还没写完。"


@pytest.mark.parametrize("text", ["控制符\x00。", "方向\u202e符。", "长" * 5001, "长" * 100_000])
def test_words_that_cannot_be_reported_cannot_be_kept_either(text: str) -> None:
    part = a_part()

    with pytest.raises(ValidationError) as refusal:
        keep(a_reporter(part.department), part, progress=text)

    assert list(refusal.value.message_dict) == ["progress"]
    assert Draft.objects.count() == 0


@pytest.mark.parametrize("who", ["another unit", "the office"])
def test_nobody_writes_or_throws_away_for_another_unit(who: str) -> None:
    part = a_part()
    draft = keep(a_reporter(part.department), part)
    person = a_reporter(a_department()) if who == "another unit" else a_supervisor()

    with pytest.raises(PermissionDenied):
        keep(person, part, draft.version)
    with pytest.raises(PermissionDenied):
        drafts.discard(by=person, assignment=part, version=draft.version)

    assert Draft.objects.get().version == 1
