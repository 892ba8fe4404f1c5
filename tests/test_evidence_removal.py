"""Files move on with the report; only those of a draft ever go, and with a discarded draft all of them."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from tasks.actions import draft as drafts
from tasks.actions import evidence as actions
from tasks.actions import report as reports
from tasks.models import Draft, Evidence

from .builders import (
    a_part,
    a_reporter,
    at,
)
from .files import a_draft, a_file, a_milestone, a_pdf, sent, stored, submitted

pytestmark = pytest.mark.django_db

TODAY = date(2021, 11, 1)
NOW: datetime = at(TODAY)


# --- going -------------------------------------------------------------------------------------------------


def test_a_file_removed_from_a_draft_is_gone_and_twice_is_no_error(django_capture_on_commit_callbacks) -> None:
    draft = a_draft()
    kept, evidence = a_file(draft, "a.pdf"), a_file(draft, "b.pdf")

    with django_capture_on_commit_callbacks(execute=True):
        actions.remove(by=draft.saved_by, evidence=evidence)
        assert len(stored()) == 2  # until it is certain
        actions.remove(by=draft.saved_by, evidence=evidence)

    assert list(Evidence.objects.all()) == [kept]
    assert stored() == {kept.file.name}


def test_a_removal_that_comes_to_nothing_keeps_the_file(django_capture_on_commit_callbacks) -> None:
    draft = a_draft()
    evidence = a_file(draft)

    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        actions.remove(by=draft.saved_by, evidence=evidence)
        transaction.set_rollback(True)

    assert Evidence.objects.get() == evidence
    assert stored() == {evidence.file.name}


def test_the_last_file_of_a_draft_without_words_takes_it_along() -> None:
    part = a_part()
    by = a_reporter(part.department)
    files = [actions.add(by=by, assignment=part, file=sent(name), now=NOW) for name in ("a.pdf", "b.pdf")]

    actions.remove(by=by, evidence=files[0])
    assert Draft.objects.count() == 1
    actions.remove(by=by, evidence=files[1])

    assert Draft.objects.count() == 0


def test_the_last_file_of_a_draft_with_words_leaves_them() -> None:
    draft = a_draft()

    actions.remove(by=draft.saved_by, evidence=a_file(draft))

    assert Draft.objects.get() == draft


def test_a_discarded_draft_takes_its_files_along(django_capture_on_commit_callbacks) -> None:
    draft, other = a_draft(), a_draft()
    a_file(draft, "a.pdf")
    a_file(draft, "b.pdf")
    kept = a_file(other)

    with django_capture_on_commit_callbacks(execute=True):
        drafts.discard(by=draft.saved_by, assignment=draft.assignment, version=draft.version)
        assert len(stored()) == 3

    assert list(Evidence.objects.all()) == [kept]
    assert stored() == {kept.file.name}


def test_submitted_files_move_to_the_report_and_stay_for_ever() -> None:
    draft = a_draft()
    evidence = a_file(draft)
    seen_in_the_draft = Evidence.objects.select_related("draft").get()

    report = submitted(draft)

    assert list(report.evidence.all()) == [evidence]
    for known in (seen_in_the_draft, report.evidence.get()):
        with pytest.raises(ValidationError) as refusal:
            actions.remove(by=draft.saved_by, evidence=known)
        assert refusal.value.messages == ["“总结.pdf”已随填报提交，不能删除。"]
    assert Evidence.objects.get().file.read() == a_pdf("总结.pdf")


def test_a_withdrawn_report_keeps_its_files_and_the_draft_it_becomes_has_them_too(
    django_capture_on_commit_callbacks,
) -> None:
    draft = a_draft()
    evidence, other = a_file(draft, "a.pdf"), a_file(draft, "b.pdf")
    report = submitted(draft, asks_to_close=True)

    again = reports.withdraw(by=draft.saved_by, report=report, now=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        actions.remove(by=draft.saved_by, evidence=again.evidence.get(name="b.pdf"))

    assert list(report.evidence.all()) == [evidence, other]
    assert [(each.name, each.file.name) for each in again.evidence.all()] == [("a.pdf", evidence.file.name)]
    assert stored() == {evidence.file.name, other.file.name}


def test_a_file_of_a_milestone_is_not_removed() -> None:
    part = a_part()
    by = a_reporter(part.department)
    evidence = actions.attach(by=by, milestone=a_milestone(part), file=sent("a.pdf"), now=NOW)

    with pytest.raises(ValidationError):
        actions.remove(by=by, evidence=evidence)

    assert stored() == {evidence.file.name}
