"""Invitations in the panel: who has not come yet, who gets a link by being made or brought in."""

from __future__ import annotations

from auditlog.models import LogEntry as History
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from departments.models import Invitation, Role, User
from tasks.invitations import code_of

from .builders import PASSWORD, a_department, a_person, an_invitation
from .pages import Page, attribute, send, visit, words
from .panel import a_workbook, an_upload, faults, filled, said, save
from .test_invitation_pages import ACCEPT, LIST, NEW, VOID, links, somebody
from .test_invitation_pages import _today as _today
from .test_invitation_pages import administrator as administrator
from .test_invitation_pages import client as client
from .test_invitation_pages import three as three
from .test_panel_import import PEOPLE, USERS, taken


def test_the_panel_says_who_has_not_come_and_lists_them(client: Client, three: list[Invitation]) -> None:
    somebody("uninvited")
    a_person(username="old-hand")

    page = Page(client.get(USERS))
    waiting = Page(client.get(USERS, {"invitation": "waiting"}))
    forgotten = Page(client.get(USERS, {"invitation": "none"}))

    assert {row[0]: row[6] for row in page.rows()} == {
        "li": "未接受，有效期至2022-01-26",
        "old-hand": "—",
        "root": "—",
        "uninvited": "没有密码，也未邀请",
        "wu": "未接受，有效期至2022-01-26",
        "zhou": "未接受，邀请已过期",
    }
    assert [row[0] for row in waiting.rows()] == ["li", "wu", "zhou"]
    assert [row[0] for row in forgotten.rows()] == ["uninvited"]
    assert page.links()["邀请链接"] == LIST


def test_the_panel_and_the_list_of_invitations_say_roles_in_the_same_words(client: Client) -> None:
    person = somebody("li", None, Role.SUPERVISOR, Role.REPORTER)
    person.groups.create(name="报表组")
    an_invitation(person)

    panel = {row[0]: row[3] for row in Page(client.get(USERS)).rows()}
    waiting = visit(client, LIST).column(2)

    assert (panel["li"], waiting) == ("填报员、督办管理员", ["填报员、督办管理员"])
    with override("en"):
        assert person.roles_in_words == "Reporter, Supervisor"


def test_a_person_made_in_the_panel_without_a_password_gets_a_link(client: Client) -> None:
    save(client, f"{USERS}add/", username="zhao", last_name="赵", is_active="on")

    page = Page(client.get(USERS))
    assert said(page) == ["已保存赵。没有密码，已生成邀请链接。 查看邀请链接"]
    assert page.links()["查看邀请链接"] == LIST
    assert links(visit(client, LIST)) == [f"http://testserver/invitation/#{code_of(Invitation.objects.get())}"]


def test_a_person_made_in_the_panel_with_a_password_gets_none(client: Client) -> None:
    save(client, f"{USERS}add/", username="zhao", is_active="on", password1=PASSWORD, password2=PASSWORD)

    assert (User.objects.filter(username="zhao").count(), Invitation.objects.count()) == (1, 0)


def test_the_page_of_a_person_has_the_button_for_a_new_link(client: Client, three: list[Invitation]) -> None:
    pages = {
        name: Page(client.get(f"{USERS}{User.objects.get(username=name).pk}/change/"))
        for name in ("li", somebody("uninvited").username, a_person(username="old-hand").username)
    }

    buttons = {name: [words(button) for button in page.every("button")] for name, page in pages.items()}
    assert "重新生成邀请链接" in buttons["li"]
    assert "生成邀请链接" in buttons["uninvited"]
    assert [word for word in buttons["old-hand"] if "邀请" in word] == []
    renew = [attribute(form, "action") for form in pages["li"].every("form")]
    assert f"{LIST}{three[0].person_id}/renew/" in renew


def test_a_password_set_in_the_panel_voids_the_link(client: Client, three: list[Invitation]) -> None:
    code, path = code_of(three[0]), f"{USERS}{three[0].person_id}/change/"
    form = filled(Page(client.get(path)), "user_form")

    client.post(path, form | {"password1": NEW, "password2": NEW})

    assert faults(send(Client(), ACCEPT, status=422, code=code)) == [VOID]
    assert visit(client, LIST).column(1) == ["zhou", "wu"]


def test_a_person_who_was_invited_and_never_came_can_be_deleted(client: Client, three: list[Invitation]) -> None:
    page = Page(client.post(f"{USERS}{three[0].person_id}/delete/", {"post": "yes"}, follow=True))

    assert page.status == 200
    assert not User.objects.filter(username="li").exists()


def test_people_brought_in_by_a_file_get_links_at_once(client: Client) -> None:
    unit = a_department("区法院")
    rows = [["li", "李", "", unit.name, "", "", "填报员", "是"], ["off", "", "", "", "", "", "", "否"]]

    page = taken(client, USERS, PEOPLE, *rows)

    assert page.response.redirect_chain == [(LIST, 302)]
    assert page.notes == ["导入完成：新增2条，更新0条，未变0条。", "其中1人没有密码，邀请链接如下，请分送各单位。"]
    assert page.column(1) == ["li"]
    assert links(page) == [f"http://testserver/invitation/#{code_of(Invitation.objects.get())}"]


def test_a_preview_says_how_many_will_be_invited_and_invites_nobody(client: Client) -> None:
    data = a_workbook(PEOPLE, ["li", "李", "", "", "", "", "", "是"], ["off", "", "", "", "", "", "", "否"])

    page = Page(client.post(f"{USERS}import/", an_upload(data)))

    assert "其中1人没有密码，确认后生成邀请链接，由本人设定密码。" in page.words
    assert (Invitation.objects.count(), User.objects.count()) == (0, 1)


def test_the_audit_says_who_invited_whom_and_gives_no_link_away(client: Client, three: list[Invitation]) -> None:
    code = code_of(three[0])
    client.post(f"{LIST}{three[2].person_id}/renew/")
    send(Client(), ACCEPT, status=302, code=code, new_password1=NEW, new_password2=NEW)
    History.objects.update(timestamp=timezone.now())  # the log has a clock of its own

    page = visit(client, "/audit/", kind="departments.invitation")
    rows = [[row[1].split(" ")[0], row[2], row[3], row[4]] for row in page.rows()]

    assert rows[0] == ["系统", "修改", "邀请", "李"]
    assert [row[2] for row in rows].count("邀请") == len(rows)
    assert "接受时间" in page.words
    assert code.rpartition("-")[2] not in page.response.content.decode()
    assert code_of(Invitation.objects.get(person__username="wu")).rpartition("-")[2] not in page.words
