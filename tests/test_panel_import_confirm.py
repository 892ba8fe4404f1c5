"""Between the preview of a list and its confirmation: another server, another person, another state of things."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from auditlog.models import LogEntry as History
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from departments.models import Alias, Department, Invitation, Role, RosterImport, User

from .builders import a_department, a_person, a_reporter, a_supervisor, an_administrator
from .pages import Page, signed_in
from .panel import a_workbook, filled, said
from .test_panel_import import PEOPLE, UNITS, USERS, confirm, problems, taken, upload

ROWS = [["名称", "类别"], ["区科技局", "政府部门"]]
UNKNOWN = "没有找到这次预览，可能已过期（保留24小时）。没有导入任何内容，请重新上传文件。"
EXPIRED = "预览已过期（保留24小时）。没有导入任何内容，请重新上传文件。"
INVALID = "确认信息无效，没有导入任何内容，请重新上传文件。"
OTHER = "确认的不是最近一次预览的内容，没有导入任何内容，请重新上传文件。"
SPOILT = "保存的文件与预览时的不一致，没有导入任何内容，请重新上传文件。"
CHANGED = "预览之后数据有了变化，没有导入任何内容，请重新核对以下内容。"


@pytest.fixture
def administrator(db: None) -> User:
    return an_administrator(username="root", last_name="王")


@pytest.fixture
def client(administrator: User) -> Client:
    return signed_in(administrator)


def names() -> list[str]:
    return list(Department.objects.order_by("name").values_list("name", flat=True))


# --- held where every server finds it -------------------------------------------------------------------


def test_nothing_of_a_preview_is_in_memory_or_in_a_folder(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "first"))
    (tmp_path / "first").mkdir()
    preview = upload(client, UNITS, a_workbook(*ROWS))

    left = list((tmp_path / "first").iterdir())
    shutil.rmtree(tmp_path / "first")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "second"))
    cache.clear()
    done = confirm(client, UNITS, preview)

    assert left == []
    assert said(done) == ["导入完成：新增1条，更新0条，未变0条。"]
    assert names() == ["区科技局"]


def test_what_was_confirmed_stays_on_record_without_the_file(client: Client, administrator: User) -> None:
    preview = upload(client, UNITS, a_workbook(*ROWS), "单位 名单.xlsx")
    waiting = RosterImport.objects.get()
    confirm(client, UNITS, preview)

    done = RosterImport.objects.get()
    assert (waiting.confirmed_by, len(waiting.data) > 0) == (None, True)
    assert (done.room, done.format, done.name) == ("department", "xlsx", "单位 名单.xlsx")
    assert (done.uploaded_by, done.confirmed_by, done.data) == (administrator, administrator, b"")
    assert done.sha256 == waiting.sha256


def test_what_was_confirmed_is_in_the_audit_and_a_preview_is_not(client: Client, administrator: User) -> None:
    History.objects.all().delete()
    preview = upload(client, USERS, a_workbook(PEOPLE, ["zhao", "赵", "", "", "", "", "领导小组", "是"]))
    before = History.objects.count()

    confirm(client, USERS, preview)

    told = set(History.objects.values_list("content_type__model", "object_repr", "actor"))
    assert before == 0
    assert {("user", "赵", administrator.pk), ("invitation", "赵", administrator.pk)} <= told


def test_what_cannot_be_taken_is_not_kept(client: Client) -> None:
    upload(client, UNITS, a_workbook(["名称", "类别"], ["甲局", "衙门"]))
    upload(client, UNITS, b"no workbook")
    a_department("区科技局")
    upload(client, UNITS, a_workbook(*ROWS))  # nothing new in it

    assert RosterImport.objects.count() == 0


# --- too late ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "words"), [(23.9, "导入完成：新增1条，更新0条，未变0条。"), (24.1, EXPIRED)])
def test_a_preview_can_be_confirmed_for_a_day(hours: float, words: str, client: Client) -> None:
    preview = upload(client, UNITS, a_workbook(*ROWS))
    RosterImport.objects.update(uploaded_at=timezone.now() - timedelta(hours=hours))

    page = confirm(client, UNITS, preview)

    assert said(page) == [words]
    assert names() == (["区科技局"] if hours < 24 else [])


def test_what_nobody_confirmed_goes_when_the_next_list_comes(client: Client) -> None:
    forgotten = upload(client, UNITS, a_workbook(*ROWS))
    taken(client, UNITS, ["名称", "类别"], ["区教育局", "政府部门"])
    RosterImport.objects.update(uploaded_at=timezone.now() - timedelta(days=2))

    upload(client, UNITS, a_workbook(["名称", "类别"], ["区体育局", "政府部门"]))
    page = confirm(client, UNITS, forgotten)

    assert sorted(held.confirmed_by is None for held in RosterImport.objects.all()) == [False, True]
    assert said(page) == [UNKNOWN]
    assert names() == ["区教育局"]


def test_the_second_confirmation_of_a_preview_says_who_made_the_first(client: Client) -> None:
    preview = upload(client, USERS, a_workbook(PEOPLE, ["zhao", "赵", "", "", "", "", "领导小组", "是"]))
    confirm(client, USERS, preview)
    moment = f"{timezone.localtime(RosterImport.objects.get().confirmed_at):%Y-%m-%d %H:%M}"
    first = Invitation.objects.get().issued_at

    page = confirm(signed_in(an_administrator()), USERS, preview)

    assert said(page) == [f"“名单.xlsx”已由王于{moment}确认导入，没有再次导入。"]
    assert (User.objects.filter(username="zhao").count(), Invitation.objects.get().issued_at) == (1, first)


# --- something else than was shown ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"token": "0" * 32}, UNKNOWN),
        ({"token": "../../etc/passwd"}, INVALID),
        ({"token": ""}, INVALID),
        ({"token": "长" * 500}, INVALID),
        ({"seen": "0" * 64}, OTHER),
        ({"seen": "x"}, INVALID),
        ({"seen": ""}, INVALID),
    ],
)
def test_a_confirmation_that_names_nothing_is_refused(changes: dict[str, str], words: str, client: Client) -> None:
    preview = upload(client, UNITS, a_workbook(*ROWS))

    page = confirm(client, UNITS, preview, **changes)

    assert page.response.redirect_chain == [(f"{UNITS}import/", 302)]
    assert said(page) == [words]
    assert names() == []


def test_a_file_that_was_changed_in_the_database_is_not_taken(client: Client) -> None:
    preview = upload(client, UNITS, a_workbook(*ROWS))
    RosterImport.objects.update(content=a_workbook(["名称", "类别"], ["区教育局", "政府部门"]))

    page = confirm(client, UNITS, preview)

    assert (said(page), names()) == ([SPOILT], [])


def test_a_file_for_units_is_not_taken_for_people(client: Client) -> None:
    preview = upload(client, UNITS, a_workbook(*ROWS))

    page = Page(client.post(f"{USERS}process_import/", filled(preview), follow=True))

    assert said(page) == [UNKNOWN]
    assert (User.objects.count(), names()) == (1, [])


def test_what_changed_meanwhile_is_shown_again_and_nothing_is_taken(client: Client) -> None:
    """Somebody else has corrected the same telephone number: what is confirmed is never more than what was seen."""
    person = a_reporter(a_department("甲局"), username="li", phone="1")
    preview = upload(client, USERS, a_workbook(["用户名", "电话"], ["li", "3"]))
    User.objects.filter(pk=person.pk).update(phone="2")

    again = confirm(client, USERS, preview)
    person.refresh_from_db()
    before = person.phone
    done = confirm(client, USERS, again)

    person.refresh_from_db()
    assert (again.status, said(again)) == (409, [CHANGED])
    assert "1 → 3" in preview.words
    assert "2 → 3" in again.words
    assert (before, person.phone) == ("2", "3")
    assert said(done) == ["导入完成：新增0条，更新1条，未变0条。"]
    assert LogEntry.objects.count() == 1


def test_an_older_preview_of_a_list_confirms_nothing(client: Client) -> None:
    person = a_reporter(a_department("甲局"), username="li", phone="1")
    preview = upload(client, USERS, a_workbook(["用户名", "电话"], ["li", "3"]))
    User.objects.filter(pk=person.pk).update(phone="2")
    confirm(client, USERS, preview)

    page = confirm(client, USERS, preview)

    person.refresh_from_db()
    assert (said(page), person.phone) == ([OTHER], "2")


def test_what_can_be_taken_no_more_is_refused_row_by_row(client: Client) -> None:
    rows = [["名称", "类别", "别名"], ["区科技局", "政府部门", ""], ["区教育局", "政府部门", "教委"]]
    preview = upload(client, UNITS, a_workbook(*rows))
    Alias.objects.create(department=a_department("区体育局"), name="教委")

    page = confirm(client, UNITS, preview)

    assert (page.status, said(page)) == (409, [CHANGED])
    assert problems(page) == [["3", "别名", "“教委”：该别名已被使用。"]]
    assert names() == ["区体育局"]


def test_what_somebody_else_has_done_meanwhile_is_nothing_to_do_any_more(client: Client) -> None:
    preview = upload(client, UNITS, a_workbook(*ROWS))
    a_department("区科技局")

    page = confirm(client, UNITS, preview)

    assert "文件与现有数据完全一致，没有需要导入的内容。" in page.words
    assert not page.every("input", name="confirm")


# --- by whom ------------------------------------------------------------------------------------------


def test_a_confirmation_is_sent_and_not_asked_for(client: Client) -> None:
    assert client.get(f"{UNITS}process_import/").status_code == 405


def test_only_administrators_take_anything_in(client: Client) -> None:
    preview = filled(upload(client, UNITS, a_workbook(*ROWS)))
    upload_of = a_workbook(["名称", "类别"], ["区教育局", "政府部门"])

    for person in (a_supervisor(), a_person(Role.LEADER), a_reporter(a_department("甲局"))):
        other = signed_in(person)
        assert upload(other, UNITS, upload_of).status == 403
        assert other.post(f"{UNITS}process_import/", preview).status_code == 403

    assert names() == ["甲局"]
    assert RosterImport.objects.count() == 1
