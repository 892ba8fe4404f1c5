"""Drafts take files and give them back, with a script and without; what is refused is named."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tasks.actions import draft as drafts
from tasks.models import Assignment, Draft, Evidence

from .builders import (
    a_department,
    a_part,
    a_reporter,
    at,
)
from .files import a_pdf, in_draft, in_milestone, in_report, sent
from .pages import Page, it_is, signed_in, visit, words
from .test_evidence_download import PEOPLE

pytestmark = pytest.mark.django_db

TODAY = date(2021, 11, 1)
HTMX = {"HX-Request": "true"}
TAKEN = "可以上传PDF、OFD、JPEG或PNG图片，以及不含宏的Word、Excel、PowerPoint文件。"


@pytest.fixture(autouse=True)
def _today(monkeypatch) -> None:
    it_is(monkeypatch, TODAY)


def upload(client: Client, part: Assignment, *files: SimpleUploadedFile, **options: object) -> Page:
    data = {f"files-{part.pk}": list(files)}
    return Page(client.post(f"/mine/{part.pk}/evidence/", data, **options))


def remove(client: Client, evidence: Evidence, **options: object) -> Page:
    return Page(client.post(f"/mine/evidence/{evidence.pk}/remove/", **options))


def names(part: Assignment) -> list[str]:
    return list(Evidence.objects.filter(draft__assignment=part).values_list("name", flat=True))


def listed(page: Page) -> list[str]:
    return [words(row) for row in page.every("li")]


# --- adding ----------------------------------------------------------------------------------------------


def test_files_are_added_without_a_script_and_the_page_says_so() -> None:
    part = a_part()
    client = signed_in(a_reporter(part.department))

    answer = client.post(f"/mine/{part.pk}/evidence/", {f"files-{part.pk}": [sent("a.pdf"), sent("b.zip", b"PK\5\6")]})

    assert (answer.status_code, answer["Location"]) == (302, f"/mine/#d{part.pk}")
    assert visit(client, "/mine/").notes == [
        "“a.pdf”已上传。",
        f"“b.zip”未上传：内容是ZIP压缩包，不能作为佐证材料。{TAKEN}",
    ]
    assert names(part) == ["a.pdf"]


def test_htmx_gets_the_list_of_files_with_what_was_refused_beside_it() -> None:
    part = a_part()
    client = signed_in(a_reporter(part.department))

    page = upload(client, part, sent("a.pdf"), sent("<b>.html", b"<html>"), sent("b.pdf"), headers=HTMX)

    assert page.status == 200
    assert page.response.templates[0].name == "tasks/evidence/list.html"
    assert listed(page) == [f"{name} PDF · {len(a_pdf(name))}\xa0字节 删除 {name}" for name in ("a.pdf", "b.pdf")]
    assert page.alerts == [f"“<b>.html”未上传：内容是网页或XML文件，不能作为佐证材料。{TAKEN}"]
    assert page.links()["a.pdf"] == Evidence.objects.get(name="a.pdf").get_absolute_url()
    assert not visit(client, "/mine/").notes


def test_files_join_the_draft_there_is_and_leave_its_words_alone() -> None:
    part = a_part()
    by = a_reporter(part.department)
    whole = {"version": None, "token": uuid.uuid4(), "words": {"progress": "已起草。"}, "now": at(TODAY)}
    drafts.save(by=by, assignment=part, **whole)

    upload(signed_in(by), part, sent("a.pdf"), headers=HTMX)

    draft = Draft.objects.get()
    assert (draft.version, draft.progress, names(part)) == (1, "已起草。", ["a.pdf"])


@pytest.mark.parametrize("data", [{}, {"files-0": "x"}, {"progress": "字"}])
def test_a_form_without_a_file_is_told_so(data: dict[str, str]) -> None:
    part = a_part()
    client = signed_in(a_reporter(part.department))

    page = Page(client.post(f"/mine/{part.pk}/evidence/", data, headers=HTMX))

    assert page.alerts == ["没有收到文件，请选择文件后上传。"]
    assert Draft.objects.count() == 0


def test_files_chosen_for_another_part_are_left_to_it() -> None:
    part, other = a_part(), a_part()
    client = signed_in(a_reporter(part.department))

    data = {f"files-{part.pk}": sent("a.pdf"), f"files-{other.pk}": sent("b.pdf")}
    client.post(f"/mine/{part.pk}/evidence/", data)

    assert (names(part), names(other)) == (["a.pdf"], [])


def test_a_file_may_be_larger_than_the_words_of_a_form_and_too_large_is_said_by_name(settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    settings.EVIDENCE_MAX_BYTES = 5000
    part = a_part()
    client = signed_in(a_reporter(part.department))

    page = upload(
        client, part, sent("a.pdf", a_pdf() + b" " * 4000), sent("b.pdf", a_pdf() + b" " * 6000), headers=HTMX
    )

    assert names(part) == ["a.pdf"]
    assert page.alerts == ["“b.pdf”未上传：文件大小为5.9\xa0KB，超过单个文件4.9\xa0KB的上限。"]


def test_more_than_a_report_may_hold_is_thrown_away_while_it_comes_in(settings) -> None:
    settings.EVIDENCE_MAX_TOTAL_BYTES = 100_000
    part = a_part()
    client = signed_in(a_reporter(part.department))
    large = a_pdf() + b" " * 60_000

    page = upload(client, part, sent("a.pdf", large), sent("b.pdf", large), headers=HTMX)

    assert page.status == 200
    assert page.alerts == ["一次上传的文件合计超过97.7\xa0KB，均未上传，请分次上传或压缩后再试。"]
    assert (names(part), Draft.objects.count()) == ([], 0)


def test_any_page_bears_more_files_than_it_asked_for(settings) -> None:
    settings.EVIDENCE_MAX_TOTAL_BYTES = 1000

    answer = Client().post("/accounts/login/", {"username": "a", "x": sent("a.pdf", bytes(5000))})

    assert answer.status_code == 200
    assert answer.wsgi_request.has_too_much
    assert not answer.wsgi_request.FILES


@pytest.mark.parametrize("name", ["", ".", "..", "/", "a/.."])
def test_a_file_without_a_name_is_no_file(name: str) -> None:
    part = a_part()
    client = signed_in(a_reporter(part.department))
    body = (
        f'--x\r\nContent-Disposition: form-data; name="files-{part.pk}"; filename="{name}"\r\n'
        f"Content-Type: application/pdf\r\n\r\n{a_pdf().decode()}\r\n--x--\r\n"
    )

    path = f"/mine/{part.pk}/evidence/"
    page = Page(client.post(path, body, content_type="multipart/form-data; boundary=x", headers=HTMX))

    assert page.alerts == ["没有收到文件，请选择文件后上传。"]


def test_a_name_of_300_characters_is_shortened_on_its_way_in() -> None:
    part = a_part()

    upload(signed_in(a_reporter(part.department)), part, sent("字" * 300 + ".pdf"), headers=HTMX)

    assert names(part) == ["字" * 145 + "….pdf"]


def test_a_name_that_is_markup_is_shown_as_text() -> None:
    part = a_part()

    page = upload(signed_in(a_reporter(part.department)), part, sent("<img src=x onerror=alert(1)>.pdf"), headers=HTMX)

    assert b"<img" not in page.response.content
    assert names(part) == ["<img src=x onerror=alert(1)>.pdf"]


# --- taking away ---------------------------------------------------------------------------------------------


def test_a_file_is_removed_without_a_script_and_the_page_says_so() -> None:
    part = a_part()
    evidence = in_draft(part)
    client = signed_in(evidence.uploaded_by)

    page = remove(client, evidence)

    assert (page.status, page.response["Location"]) == (302, f"/mine/#d{part.pk}")
    assert visit(client, "/mine/").notes == ["“总结.pdf”已删除。"]
    assert names(part) == []


def test_htmx_gets_the_list_without_the_file() -> None:
    part = a_part()
    evidence, _other = in_draft(part, "a.pdf"), in_draft(part, "b.pdf")

    page = remove(signed_in(evidence.uploaded_by), evidence, headers=HTMX)

    assert (page.status, len(listed(page)), list(page.links())) == (200, 1, ["b.pdf"])


def test_a_file_that_was_submitted_meanwhile_is_kept_and_the_person_told() -> None:
    evidence = in_report(a_part(), "总结.pdf").evidence.get()

    page = remove(signed_in(evidence.uploaded_by), evidence, headers=HTMX)

    assert page.alerts == ["“总结.pdf”已随填报提交，不能删除。"]
    assert (Evidence.objects.get(), default_storage.exists(str(evidence.file.name))) == (evidence, True)


def test_a_file_that_is_gone_already_is_not_found() -> None:
    evidence = in_draft(a_part())
    client = signed_in(evidence.uploaded_by)
    remove(client, evidence)

    assert remove(client, evidence).status == 404


EXPECTED = {"nobody": 302, "roleless": 403, "reporter": 302, "colleague": 302, "stranger": 404, "unattached": 404}
EXPECTED |= {"supervisor": 403, "leader": 403, "administrator": 403}


@pytest.mark.parametrize("person", PEOPLE)
def test_who_adds_and_removes_files_of_a_draft(person: str) -> None:
    part = a_part()
    evidence = in_draft(part)
    user = PEOPLE[person](part.department)
    client = signed_in(user) if user else Client()

    added, removed = upload(client, part, sent("b.pdf")), remove(client, evidence)

    assert (added.status, removed.status) == (EXPECTED[person], EXPECTED[person])
    may = person in {"reporter", "colleague"}
    assert names(part) == (["b.pdf"] if may else ["总结.pdf"])


@pytest.mark.parametrize("place", [in_milestone, lambda part: in_report(part, "总结.pdf").evidence.get()])
def test_a_stranger_does_not_learn_of_a_file_by_removing_it(place) -> None:
    evidence = place(a_part())

    assert remove(signed_in(a_reporter(a_department())), evidence).status == 404
    assert Evidence.objects.count() == 1


def test_both_doors_want_the_token_of_their_form() -> None:
    part = a_part()
    evidence = in_draft(part)
    client = signed_in(evidence.uploaded_by, enforce_csrf_checks=True)

    assert (upload(client, part, sent("b.pdf")).status, remove(client, evidence).status) == (403, 403)
    assert names(part) == ["总结.pdf"]


@pytest.mark.parametrize("door", ["/mine/{part}/evidence/", "/mine/evidence/{file}/remove/"])
def test_both_doors_are_only_written_to(door: str) -> None:
    part = a_part()
    evidence = in_draft(part)

    answer = signed_in(evidence.uploaded_by).get(door.format(part=part.pk, file=evidence.pk))

    assert answer.status_code == 405
