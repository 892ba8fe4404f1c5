"""Units and people from a file: looked at first, then taken whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from auditlog.models import LogEntry as History
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from departments.models import Alias, Department, Membership, Role, User
from tasks.excel.formats import LedgerXLSX
from tasks.models import Assignment

from .builders import (
    PASSWORD,
    a_collective,
    a_department,
    a_measure,
    a_part,
    a_person,
    a_reporter,
    an_administrator,
)
from .pages import Page, every, signed_in, words
from .panel import a_workbook, an_upload, filled, said

UNITS = "/admin/departments/department/"
USERS = "/admin/departments/user/"
HEAD = ["名称", "类别", "排序", "在用", "别名", "成员单位"]
PEOPLE = ["用户名", "姓氏", "名字", "所属单位", "电话", "电子邮件地址", "角色", "有效"]


USERNAME = "请输入合法的用户名。只能包含英文字母、数字、特殊字符“@”、“.”、“-”和“_”。"


@pytest.fixture
def administrator(db: None) -> User:
    return an_administrator(username="root")


@pytest.fixture
def client(administrator: User) -> Client:
    return signed_in(administrator)


def upload(client: Client, path: str, data: bytes, name: str = "名单.xlsx") -> Page:
    return Page(client.post(f"{path}import/", an_upload(data, name)))


def confirm(client: Client, path: str, preview: Page, **changes: Any) -> Page:
    return Page(client.post(f"{path}process_import/", filled(preview) | changes, follow=True))


def taken(client: Client, path: str, *rows: list[Any]) -> Page:
    """A workbook uploaded and confirmed."""
    preview = upload(client, path, a_workbook(*rows))
    assert preview.every("input", name="confirm"), preview.words
    return confirm(client, path, preview)


def problems(page: Page) -> list[list[str]]:
    """``[row, column, what is wrong]`` of every fault in the file's rows."""
    assert not page.every("input", name="confirm")
    return [[line, column, what] for line, _key, column, what in page.rows()]


def heads(page: Page) -> list[str]:
    return [words(cell) for cell in every(page.main, "th", scope="col")]


def whole(page: Page) -> list[str]:
    """What is wrong with the file as a whole."""
    assert not page.every("input", name="confirm")
    return [item.children[0] for found in page.every("ul", "errorlist") for item in found.children]  # type: ignore


# --- units ------------------------------------------------------------------------------------------------


def test_units_are_made_and_changed_after_a_preview(client: Client) -> None:
    a_department("区科技局", position=5)
    rows = [
        HEAD,
        ["区科技局", "政府部门", 9, "否", "科委、科技委", None],
        ["甲街", "GOVERNMENT", 20, "是", None, None],
        ["各街道办", "集合", 30, "是", None, "甲街"],
    ]

    preview = upload(client, UNITS, a_workbook(*rows))
    before = list(Department.objects.values_list("name", flat=True))
    done = confirm(client, UNITS, preview)

    assert "新增2条，更新1条，未变0条" in preview.words
    assert preview.rows()[0] == ["更新", "区科技局", "政府部门", "5 → 9", "是 → 否", "（空） → 科委、科技委", ""]
    assert before == ["区科技局"]
    assert said(done) == ["导入完成：新增2条，更新1条，未变0条。"]
    assert list(Department.objects.values_list("name", "kind", "position", "is_active")) == [
        ("区科技局", "GOVERNMENT", 9, False),
        ("甲街", "GOVERNMENT", 20, True),
        ("各街道办", "COLLECTIVE", 30, True),
    ]
    assert set(Alias.objects.values_list("department__name", "name")) == {("区科技局", "科委"), ("区科技局", "科技委")}
    assert list(Membership.objects.values_list("collective__name", "member__name")) == [("各街道办", "甲街")]


def test_what_is_not_in_the_file_stays(client: Client) -> None:
    unit = a_department("区科技局", position=5)
    Alias.objects.create(department=unit, name="科委")
    a_department("区教育局")

    taken(client, UNITS, ["名称", "类别", "排序"], ["区科技局", "政府部门", 6])

    assert Department.objects.filter(name="区科技局").values_list("position", "aliases__name").get() == (6, "科委")
    assert Department.objects.filter(name="区教育局").exists()


def test_other_names_and_members_that_left_the_cell_go(client: Client) -> None:
    streets = a_collective("各街道办", a_department("甲街"), a_department("乙街"))
    Alias.objects.create(department=streets, name="街道")

    taken(client, UNITS, HEAD, ["各街道办", "集合", 100, "是", None, "乙街"])

    assert list(streets.memberships.current().values_list("member__name", flat=True)) == ["乙街"]
    assert not streets.aliases.exists()


def test_members_that_come_and_go_in_a_file_do_so_today_with_their_parts(client: Client) -> None:
    first, second = a_department("甲街"), a_department("乙街")
    streets = a_collective("各街道办", first)
    part, today = a_part(a_measure(), streets), timezone.localdate()

    taken(client, UNITS, HEAD, ["各街道办", "集合", 100, "是", None, "乙街"])

    memberships = {each.member: (each.joined_on, each.left_on) for each in streets.memberships.all()}
    parts = {each.department: (each.since, each.until) for each in part.member_parts.all()}
    assert memberships == {first: (None, today), second: (today, None)}
    assert parts == memberships


def test_a_preview_leaves_nothing_behind(client: Client) -> None:
    streets = a_collective("各街道办", a_department("甲街"))
    a_part(a_measure(), streets)
    a_department("乙街")
    tables = (Department, Alias, Membership, Assignment, History)
    before = [list(table.objects.order_by("pk").values()) for table in tables]

    page = upload(client, UNITS, a_workbook(HEAD, ["各街道办", "集合", 7, "是", "街道", "乙街"]))

    assert page.every("input", name="confirm")
    assert [list(table.objects.order_by("pk").values()) for table in tables] == before


def test_a_bad_row_after_members_have_come_takes_them_away_again(client: Client) -> None:
    streets = a_collective("各街道办")
    part = a_part(a_measure(), streets)
    a_department("甲街")
    rows = [["各街道办", "集合", 1, "是", None, "甲街"], ["丙街", "衙门", 1, "是", None, None]]

    page = upload(client, UNITS, a_workbook(HEAD, *rows))

    assert [problem[0] for problem in problems(page)] == ["3"]
    assert (streets.memberships.count(), part.member_parts.count()) == (0, 0)


def test_an_import_is_in_the_history_of_the_row_in_chinese(client: Client, administrator: User) -> None:
    taken(client, UNITS, ["名称", "类别"], ["区科技局", "政府部门"])

    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_repr, entry.get_change_message()) == (administrator, "区科技局", "从文件导入")


def test_one_bad_row_and_nothing_is_taken(client: Client) -> None:
    good, bad = ["区科技局", "政府部门", 1, "是"], ["区教育局", "衙门", "第三", "也许"]

    page = upload(client, UNITS, a_workbook(HEAD[:4], good, bad, ["", "政府部门", 1, "是"]))

    kinds = "党委机构、政府部门、司法机关、分局、事业单位、功能区、街道（乡镇）、集合"
    assert problems(page) == [
        ["3", "在用", "应填“是”或“否”。"],
        ["3", "排序", "“第三”应为整数。"],
        ["3", "类别", f"“衙门”应为其中之一：{kinds}。"],
        ["4", "名称", "此字段不能为空。"],
    ]
    assert not Department.objects.exists()


def test_rows_are_counted_as_in_the_file(client: Client) -> None:
    """Under a title, with a blank row between."""
    rows = [["责任单位名单"], [], ["名称", "类别"], ["区科技局", "政府部门"], [None, None], ["区教育局", "衙门"]]

    page = upload(client, UNITS, a_workbook(*rows))

    assert [problem[0] for problem in problems(page)] == ["6"]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (["甲局", "政府部门", 1, "是", "科委", None], "别名", "“科委”：该别名已被使用。"),
        (["甲局", "政府部门", 1, "是", "甲、甲", None], "别名", "“甲”重复。"),
        (["各街道办", "集合", 1, "是", None, "丙街"], "成员单位", "没有名为“丙街”的单位（须已有，或在本行之前）。"),
        (["各街道办", "集合", 1, "是", None, "各镇"], "成员单位", "“各镇”是集合，不能作为成员。"),
        (["甲局", "政府部门", 1, "是", None, "甲街"], "类别", "只有集合可以有成员单位，请先移除成员单位。"),
        (["乙街", "集合", 1, "是", None, None], "类别", "该单位是其他集合的成员，不能改为集合。"),
        (["甲局", "政府部门", None, "是", None, None], "排序", "这个值不能为 null。"),
        (["长" * 61, "政府部门", 1, "是", None, None], "名称", "确保该变量包含不超过 60 字符 (目前字符数 61)。"),
    ],
)
def test_a_row_the_panel_would_refuse_is_refused(row: list[Any], column: str, reason: str, client: Client) -> None:
    Alias.objects.create(department=a_department("区科技局"), name="科委")
    a_department("甲街")
    a_collective("各镇", a_department("乙街"))
    before = set(Department.objects.values_list("name", "kind"))

    page = upload(client, UNITS, a_workbook(HEAD, row))

    assert problems(page) == [["2", column, reason]]
    assert set(Department.objects.values_list("name", "kind")) == before


def test_a_row_that_comes_twice_is_refused(client: Client) -> None:
    row = ["区科技局", "政府部门"]

    page = upload(client, UNITS, a_workbook(["名称", "类别"], row, ["区教育局", "政府部门"], row))

    assert whole(page) == ["第4行与第2行重复：名称“区科技局”。"]


# --- people ------------------------------------------------------------------------------------------------


def test_people_are_made_without_a_password_and_changed_without_touching_it(client: Client) -> None:
    unit = a_department("区卫生健康委")
    Alias.objects.create(department=unit, name="区卫健委")
    person = a_reporter(unit, username="li", last_name="李")
    rows = [
        PEOPLE,
        ["zhao", "赵", "倩", "区卫健委", 13800138000, "zhao@example.org", "填报员、leader", "是"],
        ["li", "李", "明", "区卫生健康委", None, None, "填报员", "是"],
    ]

    done = taken(client, USERS, *rows)

    made = User.objects.get(username="zhao")
    assert done.notes == ["导入完成：新增1条，更新1条，未变0条。", "其中1人没有密码，邀请链接如下，请分送各单位。"]
    assert (made.name, made.department, made.phone, made.email) == ("赵倩", unit, "13800138000", "zhao@example.org")
    assert set(made.groups.values_list("name", flat=True)) == {"reporter", "leader"}
    assert (made.has_usable_password(), made.is_superuser, made.is_staff) == (False, False, False)
    person.refresh_from_db()
    assert (person.name, person.check_password(PASSWORD)) == ("李明", True)


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (["zhao", "赵", "", "区公安局", "", "", "", "是"], "所属单位", "没有名为“区公安局”的责任单位。"),
        (
            ["zhao", "赵", "", "", "", "", "皇帝", "是"],
            "角色",
            "“皇帝”应为其中之一：填报员、督办管理员、领导小组、系统管理员。",
        ),
        (["zhao", "赵", "", "", "", "", "填报员", "是"], "所属单位", "填报员须有所属单位。"),
        (
            ["zh ao", "赵", "", "", "", "", "", "是"],
            "用户名",
            USERNAME,
        ),
        (["zhao", "赵", "", "", "", "不是邮箱", "", "是"], "电子邮件地址", "输入一个有效的 Email 地址。"),
        (["zhao", "赵", "", "", "", "", "", ""], "有效", "应填“是”或“否”。"),
        (["root", "", "", "", "", "", "督办管理员", "是"], "角色", "不能取消自己的系统管理员角色。"),
        (["root", "", "", "", "", "", "系统管理员", "否"], "有效", "不能停用自己的账号。"),
    ],
)
def test_a_person_the_panel_would_refuse_is_refused(row: list[str], column: str, reason: str, client: Client) -> None:
    page = upload(client, USERS, a_workbook(PEOPLE, row))

    assert problems(page) == [["2", column, reason]]
    assert list(User.objects.values_list("username", flat=True)) == ["root"]
    assert User.objects.in_role(Role.ADMINISTRATOR).count() == 1


KNOWN = "用户名、姓氏、名字、所属单位、电话、电子邮件地址、角色、有效"


@pytest.mark.parametrize("column", ["is_superuser", "超级用户", "is_staff"])
def test_a_file_makes_nobody_superuser(column: str, client: Client) -> None:
    page = upload(client, USERS, a_workbook(["用户名", column], ["zhao", "1"]))

    assert whole(page) == [f"表头中有不认识的列：{column}。可用的列：{KNOWN}。"]


@pytest.mark.parametrize("column", ["密码", "初始密码", "password", "Password", "登录口令", "pwd", "passwd"])
@pytest.mark.parametrize("path", [USERS, UNITS])
def test_no_password_comes_in_by_file(column: str, path: str, client: Client) -> None:
    known = {USERS: ["用户名"], UNITS: ["名称", "类别"]}[path]

    page = upload(client, path, a_workbook([*known, column], ["zhao", *known[1:], "geheim-9921-kwqz"]))

    words = "密码不从文件导入，请删除以下各列：%s。没有密码的人员会得到邀请链接，由本人设定密码。"
    assert whole(page) == [words % column]
    assert "geheim" not in page.response.content.decode()
    assert User.objects.count() == 1


@pytest.mark.parametrize("number", ["1.38001E+10", "1e5", "1.3800138E10"])
def test_a_number_that_a_spreadsheet_has_shortened_is_refused(number: str, client: Client) -> None:
    page = upload(client, USERS, f"用户名,电话\r\nzhao,{number}\r\n".encode(), "名单.csv")

    reason = f"“{number}”是被表格软件改写的号码，请把该列设为文本，重新填写号码。"
    assert problems(page) == [["2", "电话", reason]]


def test_a_fault_names_the_person_of_the_row(client: Client) -> None:
    page = upload(client, USERS, a_workbook(["用户名", "所属单位"], ["zhao", "甲街"], ["", "乙街"]))

    assert heads(page) == ["行", "用户名", "列", "问题"]
    assert [row[:3] for row in page.rows()] == [["2", "zhao", "所属单位"], ["3", "—", "所属单位"], ["3", "—", "用户名"]]


@pytest.mark.parametrize(
    ("path", "title", "told"),
    [
        (
            UNITS,
            "导入责任单位",
            "先在责任单位列表中导出，修改后再导入；按名称对应，文件中没有的不变，导入不删除任何内容。",
        ),
        (USERS, "导入用户", "密码不从文件导入：没有密码的人员得到邀请链接，由本人设定密码。"),
        (USERS, "导入用户", "电子邮件地址、角色、有效。上次登录只供查阅，不导入。"),
    ],
)
def test_the_page_says_which_list_comes_in_and_how(path: str, title: str, told: str, client: Client) -> None:
    page = Page(client.get(f"{path}import/"))

    assert page.every("h1")[-1].children == [title]
    assert told in page.words


def test_what_only_goes_out_is_not_in_the_preview(client: Client) -> None:
    a_person(Role.LEADER, username="zhao", last_login=timezone.now())

    page = upload(client, USERS, a_workbook(["用户名", "电话", "上次登录"], ["zhao", "022-1", "2020-01-01 08:00"]))

    assert heads(page) == ["类型", *PEOPLE]
    assert page.rows() == [["更新", "zhao", "", "", "", "（空） → 022-1", "", "领导小组", "是"]]


# --- out and in again -----------------------------------------------------------------------------------------


def in_chinese(data: bytes) -> bytes:
    """As Excel in Chinese saves plain CSV."""
    return data.decode("utf-8-sig").encode("gb18030")


@pytest.mark.parametrize(
    ("kind", "ending", "saved_as"), [("0", "xlsx", bytes), ("1", "csv", bytes), ("1", "csv", in_chinese)]
)
@pytest.mark.parametrize("path", [UNITS, USERS])
def test_what_went_out_comes_back_without_a_change(
    path: str, kind: str, ending: str, saved_as: Callable[[bytes], bytes], client: Client
) -> None:
    street = a_department("=甲街", position=3, is_active=False)
    a_collective("各街道办", street, a_department("乙街"))
    Alias.objects.create(department=street, name="+甲街道")
    Alias.objects.create(department=street, name="'=甲街办")
    a_reporter(street, last_name="李", phone="-10086", email="li@example.org")
    a_person(Role.LEADER, Role.SUPERVISOR)

    out = client.post(f"{path}export/", {"format": kind, "resource": "0"}).content
    page = upload(client, path, saved_as(out), f"名单.{ending}")

    assert "文件与现有数据完全一致，没有需要导入的内容。" in page.words
    assert not page.every("input", name="confirm")


def test_a_workbook_reads_back_days_as_days() -> None:
    sheet = LedgerXLSX().create_dataset(a_workbook(["甲", "乙", "丙"], [date(2021, 12, 31), 3.0, 2.5]))

    assert sheet[0] == (date(2021, 12, 31), 3, 2.5)
    assert [type(value) for value in sheet[0]] == [date, int, float]
