"""A list and the panel's own forms: the same actions, the same refusals in the same words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from departments.models import Alias, Department, Role, User
from tasks.actions import department as units
from tasks.actions import person as people
from tasks.excel.imports import UserResource

from .builders import a_collective, a_department, a_person, a_reporter, an_administrator, at
from .pages import signed_in
from .panel import a_workbook, faults, filled, save
from .test_panel_import import HEAD, PEOPLE, UNITS, USERS, problems, taken, upload


@pytest.fixture
def client(db: None) -> Client:
    return signed_in(an_administrator(username="root"))


def page_of(obj: User | Department) -> str:
    return f"{USERS if isinstance(obj, User) else UNITS}{obj.pk}/change/"


def keys(*roles: Role) -> list[int]:
    return list(Group.objects.filter(name__in=roles).values_list("pk", flat=True))


@pytest.mark.parametrize(("door", "name"), [(people, "save_all"), (units, "save"), (units, "call"), (units, "forget")])
def test_forms_and_lists_go_through_the_same_door(
    door: Any, name: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit, person = a_department("甲局"), a_person(username="li")
    Alias.objects.create(department=unit, name="旧名")
    went, action = [], getattr(door, name)

    def watched(**given: Any) -> Any:
        went.append(given["by"].username)
        return action(**given)

    monkeypatch.setattr(door, name, watched)
    other_name = {"aliases-TOTAL_FORMS": 2, "aliases-1-name": "新名", "aliases-0-DELETE": "on"}
    save(client, page_of(person), phone="1")
    save(client, page_of(unit), position=5, **other_name)
    by_form, went = went, []
    taken(client, USERS, ["用户名", "电话"], ["li", "2"])
    taken(client, UNITS, ["名称", "类别", "排序", "别名"], ["甲局", "政府部门", 6, "旧名"])

    assert by_form == ["root"]
    assert went == ["root", "root"]  # for the preview, which was taken back, and for good
    assert (User.objects.get(username="li").phone, Department.objects.get().position) == ("2", 6)
    assert list(Alias.objects.values_list("name", flat=True)) == ["旧名"]


@pytest.mark.parametrize(
    ("name", "changes", "row", "reason"),
    [
        (
            "li",
            {"department": "", "groups": [Role.REPORTER]},
            ["li", "", "", "", "", "", "填报员", "是"],
            "填报员须有所属单位。",
        ),
        ("root", {"is_active": None}, ["root", "", "", "", "", "", "系统管理员", "否"], "不能停用自己的账号。"),
        ("root", {"groups": []}, ["root", "", "", "", "", "", "", "是"], "不能取消自己的系统管理员角色。"),
        (
            "li",
            {"email": "不是邮箱"},
            ["li", "", "", "甲局", "", "不是邮箱", "填报员", "是"],
            "输入一个有效的 Email 地址。",
        ),
    ],
)
def test_a_person_is_refused_by_form_and_by_list_in_the_same_words(
    name: str, changes: dict[str, Any], row: list[str], reason: str, client: Client
) -> None:
    a_reporter(a_department("甲局"), username="li")
    before = list(User.objects.order_by("pk").values())
    given = {**changes, "groups": keys(*changes["groups"])} if "groups" in changes else changes

    form = save(client, page_of(User.objects.get(username=name)), **given)
    page = upload(client, USERS, a_workbook(PEOPLE, row))

    assert reason in faults(form)
    assert [problem[2] for problem in problems(page)] == [reason]
    assert list(User.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("name", "changes", "row", "reason"),
    [
        (
            "各街道办",
            {"kind": "GOVERNMENT"},
            ["各街道办", "政府部门", 1, "是", None, "甲街"],
            "只有集合可以有成员单位，请先移除成员单位。",
        ),
        (
            "甲街",
            {"kind": "COLLECTIVE"},
            ["甲街", "集合", 1, "是", None, None],
            "该单位是其他集合的成员，不能改为集合。",
        ),
        (
            "甲街",
            {"aliases-TOTAL_FORMS": 1, "aliases-0-name": "科委"},
            ["甲街", "街道（乡镇）", 1, "是", "科委", None],
            "该别名已被使用。",
        ),
    ],
)
def test_a_unit_is_refused_by_form_and_by_list_in_the_same_words(
    name: str, changes: dict[str, Any], row: list[Any], reason: str, client: Client
) -> None:
    Alias.objects.create(department=a_department("区科技局"), name="科委")
    a_collective("各街道办", a_department("甲街"))
    before = list(Department.objects.order_by("pk").values())

    form = save(client, page_of(Department.objects.get(name=name)), **changes)
    page = upload(client, UNITS, a_workbook(HEAD, row))

    assert reason in faults(form)
    assert [problem[2].rpartition("：")[2] for problem in problems(page)] == [reason]
    assert list(Department.objects.order_by("pk").values()) == before


def test_the_other_names_of_a_unit_are_the_administrators_to_change(client: Client) -> None:
    unit = a_department("甲局")
    form = filled_with_a_name(client, unit)

    for role in (Role.SUPERVISOR, Role.LEADER):
        assert signed_in(a_person(role)).post(page_of(unit), form).status_code == 403
    assert client.post(page_of(unit), form).status_code == 302
    assert list(unit.aliases.values_list("name", flat=True)) == ["别名"]


def filled_with_a_name(client: Client, unit: Department) -> dict[str, Any]:
    page = save(client, page_of(unit), name="")  # shown again, with all of its fields
    return filled(page) | {"name": unit.name, "aliases-TOTAL_FORMS": 1, "aliases-0-name": "别名"}


def test_a_list_writes_over_no_password_that_is_set_while_it_comes_in(db: None) -> None:
    by, unit = an_administrator(username="root"), a_department("甲局")
    read = a_reporter(unit, username="li", password=None)
    meanwhile = User.objects.get(pk=read.pk)
    meanwhile.set_password("mima-2022-zizhi")
    meanwhile.save()

    read.phone = "022-84375000"
    written = UserResource.written
    people.save(by=by, person=read, roles={Role.REPORTER}, now=at(date(2022, 1, 12)), fields=written)

    held = User.objects.get(pk=read.pk)
    assert (held.phone, held.check_password("mima-2022-zizhi")) == ("022-84375000", True)
    assert set(written) == {*UserResource.Meta.fields} - {"groups", "last_login"}


@pytest.mark.parametrize("is_given_up_first", [True, False])
def test_another_name_moves_from_one_unit_to_another_in_either_order(is_given_up_first: bool, client: Client) -> None:
    Alias.objects.create(department=a_department("甲局", position=1), name="科委")
    a_department("乙局", position=2)
    rows = [["甲局", "政府部门", None], ["乙局", "政府部门", "科委"]]

    taken(client, UNITS, ["名称", "类别", "别名"], *(rows if is_given_up_first else reversed(rows)))

    assert list(Alias.objects.values_list("name", "department__name")) == [("科委", "乙局")]


def test_two_units_exchange_their_other_names(client: Client) -> None:
    for name, other in (("甲局", "科委"), ("乙局", "教委")):
        Alias.objects.create(department=a_department(name), name=other)

    taken(client, UNITS, ["名称", "类别", "别名"], ["甲局", "政府部门", "教委"], ["乙局", "政府部门", "科委"])

    assert set(Alias.objects.values_list("department__name", "name")) == {("甲局", "教委"), ("乙局", "科委")}


@pytest.mark.parametrize("order", [1, -1])
def test_another_name_that_two_rows_claim_is_refused_in_the_later_one(order: int, client: Client) -> None:
    rows = [["甲局", "政府部门", "科委"], ["乙局", "政府部门", "科委"]]

    page = upload(client, UNITS, a_workbook(["名称", "类别", "别名"], *rows[::order]))

    assert problems(page) == [["3", "别名", "“科委”：该别名已被使用。"]]
    assert (Department.objects.count(), Alias.objects.count()) == (0, 0)


def test_another_name_that_its_unit_keeps_is_refused_to_others_in_either_order(client: Client) -> None:
    Alias.objects.create(department=a_department("甲局"), name="科委")
    rows = [["甲局", "政府部门", "科委"], ["乙局", "政府部门", "科委"]]

    first, second = (upload(client, UNITS, a_workbook(["名称", "类别", "别名"], *rows[::order])) for order in (1, -1))

    assert problems(first) == [["3", "别名", "“科委”：该别名已被使用。"]]
    assert problems(second) == [["2", "别名", "“科委”：该别名已被使用。"]]


def test_another_name_that_a_faulty_row_gives_up_is_no_fault_of_the_row_that_takes_it(client: Client) -> None:
    Alias.objects.create(department=a_department("甲局"), name="科委")
    rows = [["乙局", "政府部门", 1, "科委"], ["甲局", "政府部门", "第三", None]]

    page = upload(client, UNITS, a_workbook(["名称", "类别", "排序", "别名"], *rows))

    assert problems(page) == [["3", "排序", "“第三”应为整数。"]]
    assert list(Alias.objects.values_list("name", "department__name")) == [("科委", "甲局")]
