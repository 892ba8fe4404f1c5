"""What keeps an upload from being confirmed stands beside what has to be ticked; what nobody wants is given up."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tasks.actions import upload as actions
from tasks.models import Plan, Report, Upload, UploadedRow

from .builders import a_department, a_measure, a_part, a_plan, a_reporter, an_administrator, at
from .pages import Page, attribute, it_is, send, signed_in, visit, words
from .workbooks import TODAY, a_fill_in, brought, confirmed, filled_in, send_files, typing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, TODAY)


@pytest.fixture
def plan() -> Plan:
    """Two open parts of one unit."""
    plan, unit = a_plan(), a_department("区商务局")
    for number in (1, 2):
        a_part(a_measure(plan, number=number), unit)
    return plan


@pytest.fixture
def client(plan: Plan) -> Client:
    return signed_in(a_reporter(plan.measures.first().assignments.get().department, last_name="孟凡"))


def half_bad(plan: Plan) -> bytes:
    """The first row is as it should be, the second has a share of 300 %."""
    unit = plan.measures.first().assignments.get().department
    typed = [typing("进展情况", "办成一半。"), typing("进展情况", "办成。", line=6), typing("完成进度", 3, line=6)]
    return filled_in(a_fill_in(plan, unit), *typed)


def door(upload: Upload, name: str) -> str:
    return reverse(name, args=[upload.plan.slug, upload.pk])


def test_a_box_that_was_not_ticked_says_so_itself_and_the_top_leads_there(plan: Plan, client: Client) -> None:
    seen = send_files(client, plan, half_bad(plan)).filled_in("seen")
    upload = Upload.objects.get()

    page = send(client, upload.get_absolute_url(), status=422, seen=seen)

    (box,) = page.every("input", name="leave_out")
    (why,) = [each for each in page.every("div") if attribute(each, "id") == attribute(box, "aria-describedby")]
    assert words(why).startswith("有不能接受的文件、行或单元格。请改正后重新上传；或者勾选")
    assert attribute(box, "aria-invalid") == "true"
    assert page.alerts == ["没有写入任何内容： 有误的内容尚未处理"]
    assert page.links()["有误的内容尚未处理"] == f"#{attribute(why, 'id')}"
    assert not Report.objects.exists()
    send(client, upload.get_absolute_url(), status=302, seen=page.filled_in("seen"), leave_out="on")
    assert Report.objects.get().progress == "办成一半。"


def test_an_upload_is_given_up_with_all_that_was_read_of_it(plan: Plan, client: Client) -> None:
    send_files(client, plan, half_bad(plan))
    upload = Upload.objects.get()
    (form,) = [
        form for form in visit(client, upload.get_absolute_url()).every("form") if "discard" in str(form.attributes)
    ]

    page = Page(client.post(attribute(form, "action"), follow=True))

    assert page.notes == ["已放弃这次上传，没有填报任何内容。"]
    assert (Upload.objects.count(), UploadedRow.objects.count(), Report.objects.count()) == (0, 0, 0)
    assert "共0次上传" in page.words


def test_what_was_confirmed_is_not_given_up(plan: Plan, client: Client) -> None:
    unit = plan.measures.first().assignments.get().department
    by = an_administrator(last_name="管")
    upload = brought(by, plan, filled_in(a_fill_in(plan, unit), typing("进展情况", "办成。")))
    confirmed(by, upload)

    page = send(signed_in(by), door(upload, "upload_discard"), status=409)

    assert page.alerts == ["这次上传已经确认，不能放弃；需要时可以撤回。"]
    assert (Upload.objects.count(), Report.objects.count()) == (1, 1)
    assert "放弃这次上传" not in visit(signed_in(by), upload.get_absolute_url()).words


def test_a_stranger_gives_up_nothing(plan: Plan, client: Client) -> None:
    send_files(client, plan, half_bad(plan))

    stranger = signed_in(a_reporter(a_department("区外局")))

    send(stranger, door(Upload.objects.get(), "upload_discard"), status=404)
    assert Upload.objects.count() == 1


def test_what_was_taken_back_is_counted_no_more(plan: Plan) -> None:
    unit = plan.measures.first().assignments.get().department
    by = an_administrator()
    kept, undone = (
        brought(by, plan, filled_in(a_fill_in(plan, unit), typing("进展情况", text, line=line)))
        for text, line in (("第一项办成。", 5), ("第二项办成。", 6))
    )
    for upload in (kept, undone):
        confirmed(by, upload)
    actions.undo(by=by, upload=undone, now=at(TODAY, 13))

    page = visit(signed_in(by), f"{plan.get_absolute_url()}workbooks/")

    assert [row[3] for row in page.rows()] == ["0", "1"]
    record = visit(signed_in(by), undone.get_absolute_url())
    assert [words(line) for line in record.every(role="status")] == [
        "生成填报1项，不采用0处，重复0行，未改动1行，所生成的填报均已撤回"
    ]
