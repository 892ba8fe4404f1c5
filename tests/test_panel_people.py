"""Units and people in the panel."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from departments.models import Alias, Department, Membership, Role, User
from tasks.actions.member import join, leave

from .builders import (
    PASSWORD,
    a_collective,
    a_department,
    a_part,
    a_person,
    a_report,
    a_reporter,
    a_supervisor,
    an_administrator,
    at,
)
from .pages import Page, every, signed_in
from .panel import faults, filled, save

USERS = "/admin/departments/user/"
UNITS = "/admin/departments/department/"
NEW_PASSWORD = "mmrt-9921-kwqz"


def page_of(obj: User | Department) -> str:
    return f"{USERS if isinstance(obj, User) else UNITS}{obj.pk}/change/"


def keys(*roles: Role) -> list[int]:
    return list(Group.objects.filter(name__in=roles).values_list("pk", flat=True))


def roles_of(person: User) -> set[str]:
    return set(person.groups.values_list("name", flat=True))


# --- people --------------------------------------------------------------------------------------------


def test_a_new_person_gets_a_unit_a_role_and_a_password(db: None) -> None:
    unit = a_department("区科技局")
    fields = {
        "username": "zhaoqian",
        "last_name": "赵",
        "first_name": "倩",
        "department": unit.pk,
        "phone": "13800000000",
        "groups": keys(Role.REPORTER),
        "is_active": "on",
        "password1": NEW_PASSWORD,
        "password2": NEW_PASSWORD,
    }

    page = save(signed_in(an_administrator()), f"{USERS}add/", **fields)

    person = User.objects.get(username="zhaoqian")
    assert page.status == 302
    assert (person.name, person.department, person.phone, roles_of(person)) == (
        "赵倩",
        unit,
        "13800000000",
        {"reporter"},
    )
    assert person.check_password(NEW_PASSWORD)
    assert (person.is_staff, person.is_superuser) == (False, False)


def test_a_new_person_without_a_password_cannot_sign_in(db: None) -> None:
    save(signed_in(an_administrator()), f"{USERS}add/", username="zhaoqian", is_active="on")

    assert not User.objects.get(username="zhaoqian").has_usable_password()


def test_a_password_is_set_and_otherwise_left_alone(db: None) -> None:
    person, client = a_reporter(a_department()), signed_in(an_administrator())

    save(client, page_of(person), phone="13900000000")
    left = User.objects.get(pk=person.pk)
    save(client, page_of(person), password1=NEW_PASSWORD, password2=NEW_PASSWORD)

    assert left.check_password(PASSWORD)
    assert left.phone == "13900000000"
    assert User.objects.get(pk=person.pk).check_password(NEW_PASSWORD)


@pytest.mark.parametrize(
    ("first", "again", "reason"),
    [
        (NEW_PASSWORD, "", "输入的两个密码不一致。"),
        (NEW_PASSWORD, "mmrt-9921-kwqa", "输入的两个密码不一致。"),
        ("", NEW_PASSWORD, "输入的两个密码不一致。"),
        ("7391846520", "7391846520", "密码只包含数字。"),
    ],
)
def test_a_password_that_will_not_do_is_refused(first: str, again: str, reason: str, db: None) -> None:
    person = a_reporter(a_department())

    page = save(signed_in(an_administrator()), page_of(person), password1=first, password2=again)

    assert reason in faults(page)
    assert User.objects.get(pk=person.pk).check_password(PASSWORD)


def test_changing_ones_own_password_does_not_sign_out(db: None) -> None:
    person = an_administrator()
    client = signed_in(person)

    save(client, page_of(person), password1=NEW_PASSWORD, password2=NEW_PASSWORD)

    assert client.get("/admin/").status_code == 200


def test_the_form_offers_roles_and_nothing_that_would_go_round_them(db: None) -> None:
    person = a_reporter(a_department())
    client = signed_in(an_administrator())

    page = Page(client.get(page_of(person)))
    save(client, page_of(person), is_superuser="on", is_staff="on", user_permissions=["1"], password="x")

    labels = {label for label in ("填报员", "督办管理员", "领导小组", "系统管理员") if label in page.words}
    assert labels == {"填报员", "督办管理员", "领导小组", "系统管理员"}
    assert not {"is_superuser", "is_staff", "user_permissions", "password"} & set(filled(page))
    found = User.objects.get(pk=person.pk)
    assert (found.is_superuser, found.is_staff, found.user_permissions.count()) == (False, False, 0)
    assert found.check_password(PASSWORD)


def test_a_reporter_belongs_to_a_unit(db: None) -> None:
    person = a_person(Role.LEADER)

    page = save(signed_in(an_administrator()), page_of(person), groups=keys(Role.REPORTER))

    assert faults(page) == ["填报员须有所属单位。"]
    assert roles_of(person) == {"leader"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"groups": None}, "不能取消自己的系统管理员角色。"),
        ({"is_active": None}, "不能停用自己的账号。"),
    ],
)
def test_nobody_locks_himself_out(changes: dict[str, Any], reason: str, db: None) -> None:
    person, other = an_administrator(), an_administrator()

    refused = save(signed_in(person), page_of(person), **changes)
    done = save(signed_in(person), page_of(other), **changes)

    assert faults(refused) == [reason]
    assert done.status == 302
    assert list(User.objects.in_role(Role.ADMINISTRATOR)) == [person]


def test_somebody_whose_role_was_taken_meanwhile_changes_nothing(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two administrators take each other's role at the same time: the second finds that he has none."""
    person, other = an_administrator(), an_administrator()
    client = signed_in(person)
    data = filled(Page(client.get(page_of(other)))) | {"groups": []}
    form_is_valid = "tasks.admin.user.UserForm.is_valid"
    monkeypatch.setattr(form_is_valid, lambda form: form.full_clean() or not person.groups.clear())

    answer = client.post(page_of(other), data)

    assert answer.status_code == 403
    assert Role.ADMINISTRATOR in roles_of(other)


def test_whoever_has_signed_in_is_switched_off_and_not_deleted(db: None) -> None:
    client = signed_in(an_administrator())
    fresh, used = a_person(Role.LEADER), a_person(Role.LEADER, last_login=timezone.now(), last_name="孙")

    gone = client.post(f"{USERS}{fresh.pk}/delete/", {"post": "yes"})
    kept = Page(client.post(f"{USERS}{used.pk}/delete/", {"post": "yes"}))

    assert gone.status_code == 302
    assert "孙曾经登录，请停用而不要删除。" in kept.words
    assert set(User.objects.in_role(Role.LEADER)) == {used}


def test_whoever_has_reported_and_whoever_asks_are_not_deleted(db: None) -> None:
    administrator = an_administrator()
    report = a_report(a_part(), date(2021, 10, 1))
    client = signed_in(administrator)

    answers = [client.post(f"{USERS}{person.pk}/delete/", {"post": "yes"}) for person in (report.author, administrator)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert User.objects.filter(pk__in=[report.author_id, administrator.pk]).count() == 2


# --- units -----------------------------------------------------------------------------------------------


def test_a_unit_gets_other_names(db: None) -> None:
    unit = a_department("区卫生健康委")
    changes = {"aliases-TOTAL_FORMS": 1, "aliases-0-name": "区卫健委"}

    page = save(signed_in(an_administrator()), page_of(unit), **changes)

    assert page.status == 302
    assert list(unit.aliases.values_list("name", flat=True)) == ["区卫健委"]


def test_who_belongs_to_a_collective_is_read_there_and_changed_on_its_own_page(db: None) -> None:
    by = an_administrator()
    street, streets = a_department("甲街"), a_collective("各街道办", a_department("乙街"))
    leave(by=by, membership=streets.memberships.get(), now=at(date(2022, 1, 12)))
    join(by=by, collective=streets, member=street, now=at(date(2022, 1, 13)))
    client = signed_in(by)

    page, other = Page(client.get(page_of(streets))), Page(client.get(page_of(street)))

    table = every(page.every("div", id="memberships-group")[0], "table")[0]
    assert [row[1:4] for row in page.rows(table)] == [["甲街", "2022-01-13", "—"], ["乙街", "—", "2022-01-12"]]
    assert page.links()["登记成员单位的加入和退出"] == f"/units/{streets.pk}/members/"
    fields = {name for name in filled(page) if name.startswith("memberships-0")}
    assert fields == {"memberships-0-id", "memberships-0-collective"}
    assert other.every("div", id="memberships-group") == []
    assert "登记成员单位的加入和退出" not in other.links()


@pytest.mark.parametrize(
    "changes",
    [
        {"memberships-TOTAL_FORMS": 2, "memberships-1-member": "new"},
        {"memberships-TOTAL_FORMS": 1, "memberships-0-member": "new", "memberships-0-id": "own"},
        {"memberships-TOTAL_FORMS": 1, "memberships-0-id": "own", "memberships-0-DELETE": "on"},
        {"memberships-TOTAL_FORMS": 1, "memberships-0-id": "own", "memberships-0-left_on": "2021-01-01"},
    ],
)
def test_no_form_of_the_panel_changes_who_belongs_to_a_collective(changes: dict[str, Any], db: None) -> None:
    street, streets = a_department("甲街"), a_collective("各街道办", a_department("乙街"))
    keys_of = {"new": street.pk, "own": streets.memberships.get().pk}
    before = list(Membership.objects.values())

    for person in (an_administrator(), a_supervisor()):
        save(signed_in(person), page_of(streets), **{name: keys_of.get(key, key) for name, key in changes.items()})

    assert list(Membership.objects.values()) == before


def test_the_kind_of_a_unit_agrees_with_its_members(db: None) -> None:
    street = a_department("甲街")
    streets = a_collective("各街道办", street)
    client = signed_in(an_administrator())

    one = save(client, page_of(streets), kind=Department.Kind.GOVERNMENT)
    other = save(client, page_of(street), kind=Department.Kind.COLLECTIVE)

    assert faults(one) == ["只有集合可以有成员单位，请先移除成员单位。"]
    assert faults(other) == ["该单位是其他集合的成员，不能改为集合。"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": "区科技局"}, "已有同名的责任单位。"),
        ({"name": ""}, "这个字段是必填项。"),
        ({"name": "长" * 61}, "确保该变量包含不超过 60 字符 (目前字符数 61)。"),
        ({"kind": "PIRATES"}, "选择一个有效的选项。 PIRATES 不在可用的选项中。"),
        ({"position": "-1"}, "确保该值大于或等于0。"),
        ({"aliases-TOTAL_FORMS": 1, "aliases-0-name": "科委"}, "该别名已被使用。"),
    ],
)
def test_a_unit_that_will_not_do_is_refused(changes: dict[str, Any], reason: str, db: None) -> None:
    Alias.objects.create(department=a_department("区科技局"), name="科委")
    unit = a_department("区教育局")

    page = save(signed_in(an_administrator()), page_of(unit), **changes)

    assert (page.status, faults(page)) == (200, [reason])


def test_an_empty_collective_is_flagged_in_the_list(db: None) -> None:
    a_collective("各街道办")

    page = Page(signed_in(an_administrator()).get(UNITS))

    assert "尚无成员，无人可代其填报" in page.words
