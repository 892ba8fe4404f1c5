"""What the panel calls its pages and buttons: the words of this house, and no gaps in a Chinese sentence."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client

from departments.models import Role, User

from .builders import a_measure, a_part, a_person, a_report, an_administrator
from .pages import Page, every, signed_in, words

USERS, MEASURES, REPORTS = "/admin/departments/user/", "/admin/tasks/measure/", "/admin/tasks/report/"
GAP = re.compile(r"[\u4e00-\u9fff] +[\u4e00-\u9fff]")


@pytest.fixture
def client(db: None) -> Client:
    return signed_in(an_administrator(username="root"))


def title(page: Page) -> str:
    return words(page.every("h1")[-1])


def tools(page: Page) -> list[str]:
    return [words(link) for found in page.every("ul", "object-tools") for link in every(found, "a")]


def test_a_list_is_called_what_it_lists(client: Client) -> None:
    page = Page(client.get(USERS))

    assert title(page) == "用户"
    assert tools(page) == ["邀请链接", "导入", "导出", "新增用户"]
    assert [words(head) for head in every(page.every("nav", id="changelist-filter")[0], "summary")] == [
        "角色",
        "有效",
        "邀请",
    ]
    assert words(page.every("p", "paginator")[0]) == "共1条"
    assert GAP.findall(title(page) + "".join(tools(page))) == []


@pytest.mark.parametrize(
    ("query", "told", "found"),
    [({"q": "root"}, "共1条", "找到1条"), ({"q": "nobody"}, "没有符合条件的内容。", "找到0条"), ({}, "共1条", "")],
)
def test_a_list_says_how_many_it_has(query: dict[str, str], told: str, found: str, client: Client) -> None:
    page = Page(client.get(USERS, query))

    assert words(page.every("p", "paginator")[0]) == told
    assert ("找到" in page.words, found in page.words) == (bool(found), True)


def test_a_list_with_nothing_in_it_says_so(client: Client) -> None:
    page = Page(client.get(REPORTS))

    assert words(page.every("p", "paginator")[0]) == "目前没有内容。"


def test_a_page_says_what_is_done_to_what(client: Client) -> None:
    measure, person = a_measure(), a_person(Role.LEADER)
    report = a_report(a_part(measure), date(2021, 10, 1))
    paths = {
        f"{USERS}add/": "新增用户",
        f"{USERS}{person.pk}/change/": "修改用户",
        f"{USERS}{person.pk}/delete/": "删除用户",
        f"{USERS}{User.objects.get(username='root').pk}/delete/": "无法删除用户",
        f"{REPORTS}{report.pk}/change/": "查看进展填报",
    }

    assert {path: title(Page(client.get(path))) for path in paths} == paths


def test_a_row_of_a_table_is_added_in_the_same_words(client: Client) -> None:
    page = Page(client.get(f"{MEASURES}{a_measure().pk}/change/"))

    tables = page.every("div", "js-inline-admin-formset")
    told = [dict(table.attributes)["data-inline-formset"] or "" for table in tables]
    assert [re.findall('"addText": "(.+?)"', words_) for words_ in told] == [
        ["新增责任分工"],
        ["新增节点"],
        ["新增量化指标"],
    ]
    assert tools(page) == ["历史", "在台账中查看"]


def test_before_anything_is_deleted_it_says_what_goes_with_it_or_stands_in_the_way(client: Client) -> None:
    person, root = a_person(Role.LEADER), User.objects.get(username="root")

    asked = Page(client.get(f"{USERS}{person.pk}/delete/"))
    refused = Page(client.get(f"{USERS}{root.pk}/delete/"))

    assert f"删除“{person}”，以下内容一并删除，删除后不能恢复：" in asked.words
    assert len(asked.every("input", value="确认删除")) == 1
    assert f"“{root}”不能删除，涉及以下情况： 不能删除自己的账号。" in refused.words
    assert refused.every("input", value="确认删除") == []
