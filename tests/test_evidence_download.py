"""Files are sent to those who may see them and to nobody else, always to be saved."""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from departments.models import Role
from tasks.actions import evidence as actions
from tasks.choices import EvidenceKind
from tasks.files import ENDINGS, MEDIA_TYPES
from tasks.models import Assignment, Evidence

from .builders import (
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_person,
    a_plan,
    a_reporter,
    a_supervisor,
    an_administrator,
    at,
)
from .files import OF_EACH_KIND, a_pdf, in_draft, in_milestone, in_report
from .pages import it_is, signed_in, visit, words

pytestmark = pytest.mark.django_db

TODAY = date(2021, 11, 1)
HTMX = {"HX-Request": "true"}
TAKEN = "可以上传PDF、OFD、JPEG或PNG图片，以及不含宏的Word、Excel、PowerPoint文件。"


@pytest.fixture(autouse=True)
def _today(monkeypatch) -> None:
    it_is(monkeypatch, TODAY)


# --- who is sent what ------------------------------------------------------------------------------------

PEOPLE = {
    "nobody": lambda own: None,
    "roleless": lambda own: a_person(department=own),
    "reporter": a_reporter,
    "colleague": a_reporter,
    "stranger": lambda own: a_reporter(a_department()),
    "unattached": lambda own: a_person(Role.REPORTER),
    "supervisor": a_supervisor,
    "leader": lambda own: a_leader(),
    "administrator": lambda own: an_administrator(),
}
OPEN = {"nobody": 302, "roleless": 404} | dict.fromkeys(list(PEOPLE)[2:], 200)
OWN = dict.fromkeys(PEOPLE, 404) | {"nobody": 302} | dict.fromkeys(("reporter", "colleague", "administrator"), 200)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (in_draft, OWN),
        (lambda part: in_report(part, "总结.pdf").evidence.get(), OPEN),
        (in_milestone, OPEN),
    ],
    ids=["draft", "report", "milestone"],
)
def test_who_is_sent_a_file(place, expected: dict[str, int]) -> None:
    part = a_part()
    path = place(part).get_absolute_url()
    people = {name: person(part.department) for name, person in PEOPLE.items()}

    answers = {name: (signed_in(user) if user else Client()).get(path) for name, user in people.items()}

    assert {name: answer.status_code for name, answer in answers.items()} == expected
    refused = [answer for answer in answers.values() if answer.status_code != 200]
    assert not any(b"%PDF" in answer.content for answer in refused)
    assert answers["nobody"]["Location"] == f"/accounts/login/?next={path}"


def test_a_draft_of_a_part_that_the_unit_no_longer_has_is_not_sent() -> None:
    part = a_part()
    evidence = in_draft(part)
    Assignment.objects.filter(pk=part.pk).update(department=a_department())

    visit(signed_in(evidence.uploaded_by), evidence.get_absolute_url(), status=404)


def test_a_file_that_is_not_there_and_one_that_is_not_to_be_seen_look_the_same() -> None:
    evidence = in_draft(a_part())
    client = signed_in(a_leader())

    hidden = visit(client, evidence.get_absolute_url(), status=404)
    unknown = visit(client, f"/evidence/{evidence.pk + 1}/", status=404)

    assert hidden.words == unknown.words


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_file_is_only_read_at_its_address(method: str) -> None:
    evidence = in_draft(a_part())

    answer = getattr(signed_in(evidence.uploaded_by), method)(evidence.get_absolute_url())

    assert answer.status_code == 405
    assert Evidence.objects.count() == 1


# --- how it is sent ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", EvidenceKind)
def test_every_kind_is_sent_to_be_saved_and_never_shown(kind: EvidenceKind) -> None:
    evidence = in_draft(a_part(), f"附件 1.{ENDINGS[kind][0]}", OF_EACH_KIND[kind])

    answer = signed_in(evidence.uploaded_by).get(evidence.get_absolute_url())

    assert b"".join(answer) == OF_EACH_KIND[kind]
    assert dict(answer.headers) | {"Vary": ""} == {
        "Content-Type": MEDIA_TYPES[kind],
        "Content-Length": str(len(OF_EACH_KIND[kind])),
        "Content-Disposition": f"attachment; filename*=utf-8''%E9%99%84%E4%BB%B6%201.{ENDINGS[kind][0]}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Vary": "",
    }


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.pdf", 'attachment; filename="a.pdf"'),
        ('a";b="c.pdf', 'attachment; filename="a\\";b=\\"c.pdf"'),
        ("a\r\nX-Evil: 1.pdf", 'attachment; filename="a X-Evil: 1.pdf"'),
        ("𠮷.pdf", "attachment; filename*=utf-8''%F0%A0%AE%B7.pdf"),
    ],
)
def test_no_name_breaks_out_of_the_header(name: str, header: str) -> None:
    part = a_part()
    evidence = actions.add(by=a_reporter(part.department), assignment=part, file=NamedAnyhow(name), now=at(TODAY))

    answer = signed_in(evidence.uploaded_by).get(evidence.get_absolute_url())

    assert answer["Content-Disposition"] == header
    assert "X-Evil" not in answer


class NamedAnyhow(SimpleUploadedFile):
    """A file whose name nobody has looked at."""

    def __init__(self, name: str) -> None:
        super().__init__("a.pdf", a_pdf())
        self._name = name


def test_a_proxy_is_told_where_the_file_is_and_sends_it(settings) -> None:
    settings.X_ACCEL_REDIRECT = "/evidence-files/"
    evidence = in_draft(a_part())

    answer = signed_in(evidence.uploaded_by).get(evidence.get_absolute_url())

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["X-Accel-Redirect"] == f"/evidence-files/{evidence.file.name}"
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%E6%80%BB%E7%BB%93.pdf"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "no-store")


def test_a_proxy_is_told_nothing_where_the_person_may_not_see_the_file(settings) -> None:
    settings.X_ACCEL_REDIRECT = "/evidence-files/"
    evidence = in_draft(a_part())

    assert "X-Accel-Redirect" not in visit(signed_in(a_leader()), evidence.get_absolute_url(), status=404).response


@pytest.mark.parametrize("prefix", ["", "/evidence-files/"])
def test_a_file_that_the_storage_has_lost_is_said_to_be_lost(settings, caplog, prefix: str) -> None:
    settings.X_ACCEL_REDIRECT = prefix
    evidence = in_draft(a_part())
    default_storage.delete(str(evidence.file.name))

    with caplog.at_level(logging.ERROR, "tasks.views.evidence"):
        page = visit(signed_in(evidence.uploaded_by), evidence.get_absolute_url(), status=404)

    assert page.every("h1")[0].children == ["找不到这份佐证材料的文件"]
    assert "“总结.pdf”于2021-11-01上传，登记信息仍在，文件本身已不在存储中。" in page.words
    assert "X-Accel-Redirect" not in page.response
    assert [record.getMessage() for record in caplog.records if record.name == "tasks.views.evidence"] == [
        f"Evidence {evidence.pk} has lost its file {evidence.file.name}"
    ]


def test_no_address_leads_to_the_folder_of_files(settings) -> None:
    evidence = in_draft(a_part())
    client = signed_in(evidence.uploaded_by)

    for prefix in ("/", "/media/", "/static/", "/evidence/"):
        assert client.get(f"{prefix}{evidence.file.name}").status_code == 404
    assert not Path(settings.MEDIA_ROOT).is_relative_to(settings.STATICFILES_DIRS[0])
    assert not any("media" in str(pattern.pattern) for pattern in get_resolver().url_patterns)


# --- where the files of reports are shown ----------------------------------------------------------------------


def test_the_files_of_a_report_are_listed_with_its_words() -> None:
    part = a_part()
    report = in_report(part, "总结.pdf", "照片.pdf")

    page = visit(signed_in(a_leader()), part.measure.get_absolute_url())

    [shown] = page.every("ul", "files")
    assert [words(row) for row in page.every("li") if row in shown.children] == [
        f"{name} PDF · {len(a_pdf(name))}\xa0字节" for name in ("总结.pdf", "照片.pdf")
    ]
    assert page.links(shown) == {each.name: each.get_absolute_url() for each in report.evidence.all()}


def cost(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as counted:
        assert client.get(path).status_code == 200
    return len(counted)


def test_files_cost_a_measure_the_same_however_many_there_are() -> None:
    costs = []
    for number in (1, 3):
        part = a_part(a_measure())
        for _each in range(number):
            in_report(part, *(f"{n}.pdf" for n in range(number)))
        costs.append(cost(signed_in(a_leader()), part.measure.get_absolute_url()))

    assert costs[0] == costs[1]


def test_files_cost_a_unit_the_same_however_many_parts_it_has() -> None:
    costs = []
    for number in (1, 3):
        unit, plan = a_department(), a_plan()
        for _each in range(number):
            part = a_part(a_measure(plan), unit)
            in_report(part, "a.pdf")
            in_draft(part, "b.pdf")
        costs.append(cost(signed_in(a_reporter(unit)), "/mine/"))

    assert costs[0] == costs[1]
