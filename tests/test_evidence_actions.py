"""Files come to a draft or a milestone within limits, from those who may, and are kept under names of our own."""

from __future__ import annotations

import uuid
from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from tasks.actions import draft as drafts
from tasks.actions import evidence as actions
from tasks.choices import EvidenceKind
from tasks.models import Draft, Evidence

from .builders import (
    a_collective,
    a_department,
    a_leader,
    a_part,
    a_person,
    a_reporter,
    a_supervisor,
    an_administrator,
    at,
    own_part,
)
from .files import OF_EACH_KIND, a_draft, a_file, a_milestone, a_pdf, a_picture, sent, stored, submitted

pytestmark = pytest.mark.django_db

TODAY = date(2021, 11, 1)
NOW: datetime = at(TODAY)


def why(draft: Draft, name: str = "另.pdf", content: bytes | None = None) -> str:
    with pytest.raises(ValidationError) as refusal:
        a_file(draft, name, content)
    return refusal.value.messages[0]


# --- what is kept ------------------------------------------------------------------------------------------


def test_a_file_is_kept_under_a_name_of_our_own_with_all_that_is_known_of_it() -> None:
    draft = a_draft()

    evidence = a_file(draft, "../../桌面/总结.pdf", a_pdf("x"))

    evidence.refresh_from_db()
    folder, _, own = str(evidence.file.name).rpartition("/")
    assert (folder, len(own), int(own, 16) > 0) == ("evidence/2021/11", 32, True)
    assert (evidence.name, evidence.kind, evidence.size) == ("总结.pdf", EvidenceKind.PDF, len(a_pdf("x")))
    assert (evidence.uploaded_by, evidence.uploaded_at, evidence.draft) == (draft.saved_by, NOW, draft)
    assert (evidence.report, evidence.milestone) == (None, None)
    assert evidence.file.read() == a_pdf("x")
    assert stored() == {evidence.file.name}


def test_several_files_of_every_kind_are_kept_in_the_order_they_came() -> None:
    draft = a_draft()

    for kind, content in OF_EACH_KIND.items():
        a_file(draft, f"{kind.value}.{kind.value.lower()}", content)

    assert [evidence.kind for evidence in draft.evidence.all()] == list(OF_EACH_KIND)


def test_two_different_files_of_one_name_are_both_kept() -> None:
    draft = a_draft()

    a_file(draft, "总结.pdf", a_pdf("a"))
    a_file(draft, "总结.pdf", a_pdf("b"))

    assert [evidence.name for evidence in draft.evidence.all()] == ["总结.pdf"] * 2


def test_one_file_sent_twice_is_kept_once() -> None:
    draft = a_draft()

    first, second = a_file(draft), a_file(draft)

    assert first == second == Evidence.objects.get()
    assert stored() == {first.file.name}


def test_a_file_leaves_the_version_of_the_draft_alone_so_that_typing_goes_on() -> None:
    draft = a_draft()

    a_file(draft)

    draft.refresh_from_db()
    assert (draft.version, draft.progress) == (1, "已完成。")


def test_a_file_without_a_draft_begins_one_that_counts_as_none() -> None:
    part = a_part()
    by = a_reporter(part.department)

    evidence = actions.add(by=by, assignment=part, file=sent("a.pdf"), now=NOW)

    draft = Draft.objects.get()
    assert (draft.assignment, draft.version, draft.progress, draft.saved_by) == (part, 0, "", by)
    assert list(draft.evidence.all()) == [evidence]
    saved = drafts.save(
        by=by, assignment=part, version=None, token=uuid.uuid4(), words={"progress": "已起草。"}, now=NOW
    )
    assert (saved, saved.version, saved.evidence.count()) == (draft, 1, 1)


def test_files_added_before_any_word_was_saved_go_with_the_report() -> None:
    part = a_part()
    by = a_reporter(part.department)
    evidence = actions.add(by=by, assignment=part, file=sent("a.pdf"), now=NOW)

    report = submitted(Draft(assignment=part, saved_by=by, version=0))

    assert list(report.evidence.all()) == [evidence]
    assert Draft.objects.count() == 0


def test_a_second_file_joins_the_draft_there_is() -> None:
    draft = a_draft()

    for name in ("a.pdf", "b.pdf"):
        actions.add(by=draft.saved_by, assignment=draft.assignment, file=sent(name), now=NOW)

    assert draft.evidence.count() == 2
    assert Draft.objects.get() == draft


def test_a_file_that_is_refused_begins_no_draft_and_leaves_nothing() -> None:
    part = a_part()

    with pytest.raises(ValidationError):
        actions.add(by=a_reporter(part.department), assignment=part, file=sent("a.zip", b"PK"), now=NOW)

    assert (Draft.objects.count(), Evidence.objects.count(), stored()) == (0, 0, set())


def test_a_milestone_has_files_too() -> None:
    part = a_part()
    milestone = a_milestone(part)

    evidence = actions.attach(by=a_reporter(part.department), milestone=milestone, file=sent("照片.pdf"), now=NOW)

    assert list(milestone.evidence.all()) == [evidence]
    assert (evidence.draft, evidence.report) == (None, None)


# --- limits ------------------------------------------------------------------------------------------------


def test_a_report_has_so_many_files_and_no_more(settings) -> None:
    settings.EVIDENCE_MAX_FILES = 2
    draft, other = a_draft(), a_draft()
    a_file(other, "a.pdf")
    a_file(draft, "a.pdf")
    a_file(draft, "b.pdf")

    assert why(draft) == "“另.pdf”未上传：一份填报最多上传2个文件。"
    assert a_file(draft, "b.pdf") == draft.evidence.last()  # the same once more is none more
    assert len(stored()) == 3


def test_the_files_of_a_report_are_so_large_together_and_no_larger(settings) -> None:
    size = len(a_pdf("x"))
    settings.EVIDENCE_MAX_TOTAL_BYTES = 2 * size
    draft = a_draft()
    a_file(draft, "a.pdf", a_pdf("a"))
    a_file(draft, "b.pdf", a_pdf("b"))

    assert why(draft, "另.pdf", a_pdf("x")) == f"“另.pdf”未上传：一份填报的文件合计不能超过{2 * size}\xa0字节。"
    draft.evidence.first().delete()
    a_file(draft, "另.pdf", a_pdf("x"))
    assert draft.evidence.total_bytes() == 2 * size


def test_one_file_is_so_large_and_no_larger(settings) -> None:
    settings.EVIDENCE_MAX_BYTES = len(a_pdf("x"))
    draft = a_draft()

    a_file(draft, "a.pdf", a_pdf("x"))

    assert why(draft, "另.pdf", a_pdf("xx")).startswith("“另.pdf”未上传：文件大小为")
    assert len(stored()) == 1


def test_what_a_report_was_submitted_with_takes_no_room_of_the_next(settings) -> None:
    settings.EVIDENCE_MAX_FILES = 1
    draft = a_draft()
    a_file(draft, "a.pdf")
    report = submitted(draft)

    again = drafts.save(
        by=draft.saved_by, assignment=draft.assignment, version=None, token=uuid.uuid4(), words={}, now=NOW
    )
    a_file(again, "a.pdf")

    assert (report.evidence.count(), again.evidence.count()) == (1, 1)


def test_a_draft_that_is_gone_takes_no_file_and_none_is_left_behind() -> None:
    draft = a_draft()
    gone = Draft.objects.get()
    drafts.discard(by=draft.saved_by, assignment=draft.assignment, version=draft.version)

    assert why(gone, "a.pdf") == "“a.pdf”未上传：这份草稿已由他人提交或删除，请刷新页面后重试。"
    assert stored() == set()


# --- who may -----------------------------------------------------------------------------------------------


def test_only_those_who_may_report_on_the_part_add_and_remove_files() -> None:
    part = a_part()
    draft = a_draft(part)
    evidence = a_file(draft)
    strangers = [a_reporter(a_department()), a_supervisor(part.department), a_leader(), a_person()]

    for by in strangers:
        with pytest.raises(PermissionDenied):
            actions.attach(by=by, draft=draft, file=sent("b.pdf"), now=NOW)
        with pytest.raises(PermissionDenied):
            actions.add(by=by, assignment=part, file=sent("b.pdf"), now=NOW)
        with pytest.raises(PermissionDenied):
            actions.remove(by=by, evidence=evidence)
    for number, by in enumerate([a_reporter(part.department), an_administrator()]):
        actions.attach(by=by, draft=draft, file=sent(f"{number}.pdf"), now=NOW)

    assert [each.name for each in draft.evidence.all()] == ["总结.pdf", "0.pdf", "1.pdf"]
    assert len(stored()) == 3


def test_a_stranger_begins_no_draft_with_a_file() -> None:
    part = a_part()

    with pytest.raises(PermissionDenied):
        actions.add(by=a_reporter(a_department()), assignment=part, file=sent("b.pdf"), now=NOW)

    assert (Draft.objects.count(), stored()) == (0, set())


def test_a_member_adds_files_to_its_own_part_and_none_to_the_collectives() -> None:
    member = a_department("万新街道")
    part = a_part(department=a_collective("各街道办", member))
    by = a_reporter(member)

    evidence = actions.add(by=by, assignment=own_part(part, member), file=sent("a.pdf"), now=NOW)

    assert evidence.draft.assignment == own_part(part, member)
    with pytest.raises(PermissionDenied):
        actions.add(by=by, assignment=part, file=sent("a.pdf"), now=NOW)


def test_a_milestones_files_are_added_by_those_who_may_mark_it() -> None:
    part = a_part()
    milestone = a_milestone(part)

    for by in (a_reporter(a_department()), a_leader(), a_person()):
        with pytest.raises(PermissionDenied):
            actions.attach(by=by, milestone=milestone, file=sent("a.pdf"), now=NOW)
    actions.attach(by=a_supervisor(), milestone=milestone, file=sent("a.pdf"), now=NOW)

    assert milestone.evidence.count() == 1


# --- the storage ---------------------------------------------------------------------------------------------


def test_a_row_that_cannot_be_saved_leaves_no_file(monkeypatch) -> None:
    draft = a_draft()

    def fail(self: Evidence, **options: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Evidence, "full_clean", fail)
    with pytest.raises(OSError, match="disk full"):
        a_file(draft)

    assert (Evidence.objects.count(), stored()) == (0, set())


def test_files_are_kept_by_whatever_storage_is_set(settings, tmp_path) -> None:
    disk = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = settings.STORAGES | {"default": disk}
    draft, picture = a_draft(), a_picture("PNG")

    evidence = a_file(draft, "照片.png", picture)

    path = tmp_path / str(evidence.file.name)
    assert path.read_bytes() == picture
    assert path.stat().st_mode & 0o777 == 0o640
