"""Administrators take a plan away and bring one in: uploaded, looked at, confirmed as that file, or thrown away."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tasks.models import Plan, PlanArchive, Report

from . import exchange
from .builders import a_department, a_leader, a_person, a_plan, a_plan_archive, an_administrator
from .exchange import SLUG, Moved, a_whole_plan, as_json, as_zip, changed
from .pages import Page, every, it_is, send, signed_in, visit, words

pytestmark = pytest.mark.django_db
moved = exchange.moved

TODAY = date(2022, 1, 12)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    it_is(monkeypatch, TODAY)
    return signed_in(an_administrator(last_name="管", first_name="理员"))


def upload(client: Client, data: bytes, *, status: int = 302) -> Page:
    ending = "zip" if data.startswith(b"PK") else "json"
    return send(client, reverse("plan_archives"), status=status, file=SimpleUploadedFile(f"计划.{ending}", data))


def place(archive: PlanArchive, door: str = "plan_archive") -> str:
    return reverse(door, args=[archive.pk])


def confirm(client: Client, archive: PlanArchive, *, status: int = 302, seen: str = "") -> Page:
    return send(client, place(archive, "plan_archive_confirm"), status=status, sha256=seen or archive.sha256)


# --- taken away ------------------------------------------------------------------------------------


def test_a_plan_is_taken_away_from_its_page(client: Client) -> None:
    plan = a_whole_plan()
    links = visit(client, plan.get_absolute_url()).links()

    file, archive = client.get(links["导出计划数据"]), client.get(links["导出归档包"])

    assert b"".join(file.streaming_content) == as_json(plan)
    assert b"".join(archive.streaming_content) == as_zip(plan)
    assert [answer["Content-Disposition"] for answer in (file, archive)] == [
        f'attachment; filename="{SLUG}.json"',
        f'attachment; filename="{SLUG}.zip"',
    ]
    assert [answer["Cache-Control"] for answer in (file, archive)] == ["no-store", "no-store"]


def test_others_are_not_shown_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, TODAY)
    plan = a_plan()
    leader = signed_in(a_leader())

    links = visit(leader, plan.get_absolute_url()).links() | visit(leader, "/plans/").links()

    assert not {"导出计划数据", "导出归档包", "导入归档"} & set(links)


def test_an_archive_that_would_lack_an_attachment_is_not_sent(client: Client) -> None:
    plan = a_whole_plan()
    gone = plan.measures.get(number=1).milestones.get().evidence.get()
    default_storage.delete(gone.file.name)

    page = Page(client.get(reverse("plan_data_archive", args=[SLUG]), follow=True))

    assert page.notes + page.alerts == [f"佐证材料缺失或与登记的校验值不符，不能生成归档包：{gone.name}"]


# --- brought in ------------------------------------------------------------------------------------


def test_an_archive_is_uploaded_looked_at_and_confirmed(client: Client, moved: Moved) -> None:
    assert "导入归档" in visit(client, "/").links()
    uploaded = upload(client, moved.archive)
    archive = PlanArchive.objects.get()
    assert uploaded.response["Location"] == place(archive)
    assert (Plan.objects.count(), Report.objects.count()) == (0, 0)

    page = visit(client, place(archive))
    facts = [words(fact) for fact in page.every("dd")]
    table = dict(zip([words(name) for name in page.every("dt")], facts, strict=True))
    done = confirm(client, archive)

    plan = Plan.objects.get()
    assert facts[:3] == ["津丽知略〔2021〕1号", "2020-01-01 – 2021-12-31", SLUG]
    assert (table["推进计划"], table["任务"], table["进展填报"], table["会议快照"]) == ("1", "3", "5", "2")
    assert archive.sha256 in page.words
    assert "新建4个：万新街道、公安东丽分局、区市场监管局、各街道办" in page.words
    assert "督办员（duban）" in page.words
    assert done.response["Location"] == plan.get_absolute_url()
    assert as_zip(plan) == moved.archive
    held = PlanArchive.objects.get()
    assert (held.plan, held.confirmed_by.name, bool(held.file)) == (plan, "管理员", False)
    said = visit(client, plan.get_absolute_url()).notes
    assert said[0].startswith(f"已导入计划“{plan}”。新建单位4个、人员")


def test_the_file_goes_once_it_is_confirmed_or_thrown_away(
    client: Client, moved: Moved, django_capture_on_commit_callbacks
) -> None:
    kept = []
    for door in ("plan_archive_discard", "plan_archive_confirm"):
        upload(client, moved.file)
        archive = PlanArchive.objects.get(plan=None)
        with django_capture_on_commit_callbacks(execute=True):
            send(client, place(archive, door), status=302, sha256=archive.sha256)
        kept.append(default_storage.exists(archive.file.name))

    assert kept == [False, False]
    assert (Plan.objects.count(), PlanArchive.objects.count()) == (1, 1)


def test_what_is_refused_is_told_place_by_place_and_not_kept(client: Client, moved: Moved) -> None:
    def change(content) -> None:
        content["plan"]["cadence"] = "YEAR"
        content["measures"][1]["due_on"] = "2021-02-30"

    page = upload(client, changed(moved.file, change), status=422)

    assert [words(item) for item in every(page.every(role="alert")[0], "li")] == [
        "任务第2条的完成时限（plan.json $.measures[1].due_on）：没有这一天：2021-02-30。",
        "推进计划的填报周期（plan.json $.plan.cadence）：应为QUARTER、MONTH之一。",
    ]
    assert PlanArchive.objects.count() == 0
    assert not default_storage.exists("archives") or default_storage.listdir("archives")[1] == []


@pytest.mark.parametrize(
    ("data", "reason"), [({}, "请选择文件。"), ({"file": SimpleUploadedFile("a.zip", b"")}, "文件是空的。")]
)
def test_no_file_is_told_beside_the_field(client: Client, data, reason: str) -> None:
    page = send(client, reverse("plan_archives"), status=422, **data)

    assert [words(item) for item in page.every("ul", "errorlist")] == [reason]


def test_more_than_a_page_takes_is_refused_with_the_way_that_remains(client: Client, moved: Moved, settings) -> None:
    settings.EVIDENCE_MAX_TOTAL_BYTES = 1000

    page = upload(client, moved.archive, status=422)

    assert [words(item) for item in page.every("ul", "errorlist")] == [
        "文件超过1000\xa0字节，请在服务器上用 manage.py import_plan_archive 导入。"
    ]


def test_a_plan_that_is_here_cannot_be_confirmed(client: Client, moved: Moved) -> None:
    upload(client, moved.file)
    archive = PlanArchive.objects.get()
    a_plan(slug=SLUG)

    page, refused = visit(client, place(archive)), confirm(client, archive, status=422)

    assert "确认，导入计划" not in page.words
    assert f"本系统中已有网址标识为“{SLUG}”的计划，不能再次导入。" in page.words
    assert (
        f"推进计划的网址标识（plan.json $.plan.slug）：本系统中已有网址标识为“{SLUG}”的计划，不能再次导入。"
        in refused.words
    )
    assert not PlanArchive.objects.get().is_confirmed


def test_who_is_called_otherwise_and_what_is_not_taken_is_shown_before(client: Client, moved: Moved) -> None:
    a_department("公安东丽分局")
    a_person(username="minjing", last_name="别", first_name="人")
    upload(client, moved.file)

    page = visit(client, place(PlanArchive.objects.get()))

    notes = " ".join(words(note) for note in page.every("div", "note"))
    assert "minjing：本系统为别人，归档中为民警" in notes
    assert "公安东丽分局的别名东丽公安" in notes
    assert "文件不含附件：3个佐证材料只有登记信息，不能打开。" in notes


def test_another_file_than_was_looked_at_is_not_confirmed(client: Client, moved: Moved) -> None:
    upload(client, moved.file)
    archive = PlanArchive.objects.get()
    told = "文件与您核对时的不是同一个，没有导入，请重新上传。"

    otherwise = confirm(client, archive, status=409, seen="0" * 64)
    default_storage.delete(archive.file.name)
    default_storage.save(archive.file.name, ContentFile(b"{}"))
    exchanged = confirm(client, archive, status=409)
    default_storage.delete(archive.file.name)
    gone = confirm(client, archive, status=422)

    assert told in otherwise.words
    assert told in exchanged.words
    assert "保存的文件已不存在，请重新上传。" in gone.words
    assert Plan.objects.count() == 0


def test_whoever_comes_second_is_told(client: Client, moved: Moved) -> None:
    upload(client, moved.file)
    archive = PlanArchive.objects.get()
    confirm(client, archive)
    thrown = a_plan_archive()

    again = Page(client.post(place(archive, "plan_archive_confirm"), {"sha256": archive.sha256}, follow=True))
    discarded = Page(client.post(place(archive, "plan_archive_discard"), follow=True))
    thrown_pk = thrown.pk
    thrown.delete()

    told = "这份归档已经确认，计划已导入。"
    assert [told in page.words for page in (again, discarded)] == [True, True]
    assert client.post(reverse("plan_archive_discard", args=[thrown_pk])).status_code == 404
    assert Plan.objects.count() == 1


def test_a_confirmation_does_not_depend_on_the_server_that_took_the_file(moved: Moved) -> None:
    """Another process has the row and the storage, and nothing else."""
    upload(signed_in(an_administrator()), moved.archive)

    confirm(signed_in(an_administrator()), PlanArchive.objects.get())

    assert as_zip(Plan.objects.get()) == moved.archive


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_however_long(client: Client, django_assert_num_queries, rows: int) -> None:
    for _ in range(rows):
        a_plan_archive()

    # session, person, roles, how many, archives with people, newest plan for the frame
    with django_assert_num_queries(6):
        page = visit(client, reverse("plan_archives"))

    assert f"共{rows}份归档" in page.words
