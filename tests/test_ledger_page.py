"""The ledger as it is opened: grouped in the plan's order, counted, cut into pages, and clear when it is empty."""

from __future__ import annotations

from datetime import date

import pytest
from django.test.html import Element

from tasks.choices import AssignmentRole
from tasks.models import Plan

from .builders import (
    a_busy_autumn,
    a_closing,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_plan,
    a_report,
    a_reporter,
    a_section,
    a_supervisor,
    an_administrator,
)
from .pages import Page, attribute, cells, every, signed_in, visit, words

DAY = date(2022, 1, 12)


def ledger(plan: Plan) -> str:
    return f"{plan.get_absolute_url()}measures/"


def groups(page: Page) -> list[tuple[str, list[str]]]:
    """Each heading of the table with the numbers of the measures under it."""
    found: list[tuple[str, list[str]]] = []
    for row in every(every(page.main, "tbody")[0], "tr"):
        if "group" in (attribute(row, "class") or "").split():
            found.append((words(row), []))
        else:
            found[-1][1].append(cells(row)[0])
    return found


def pager(page: Page) -> list[str]:
    turning = [nav for nav in page.every("nav") if attribute(nav, "aria-label") == "翻页"]
    return [words(item) for nav in turning for item in every(nav, "li")]


def status(page: Page) -> str:
    """The line above the table that says what is shown."""
    lines = [words(line) for line in every(page.main, role="status")]
    return next(line for line in lines if line.startswith("共"))


def test_measures_stand_under_their_sections_in_the_plans_order(shipped_plan) -> None:
    page = visit(signed_in(a_leader()), ledger(shipped_plan), per=50)

    found = groups(page)
    assert [len(numbers) for _section, numbers in found] == [3, 8, 6, 5, 5, 6, 4, 5]
    assert [number for _section, numbers in found for number in numbers] == [str(n) for n in range(1, 43)]
    assert [section.split("、")[0] for section, _numbers in found] == list("一二三四五六七八")
    assert found[6][0] == "七、加强知识产权保护文化宣传"


def test_a_row_says_who_by_when_how_it_stands_and_who_has_reported(db) -> None:
    plan = a_plan()
    measure = a_measure(plan, number=7, wording="建立区重大案件联席会商制度。")
    lead = a_part(measure, a_department("公安东丽分局"), AssignmentRole.LEAD)
    a_part(measure, a_department("区委宣传部"), AssignmentRole.CO)
    a_report(lead, date(2021, 12, 3))
    ongoing = a_measure(plan, number=8, due_on=None, wording="持续开展“昆仑”行动。")
    a_part(ongoing, a_department("区法院"), AssignmentRole.JOINT)
    a_part(ongoing, a_department("区检察院"), AssignmentRole.JOINT)
    late = a_part(a_measure(plan, number=9, wording="编制手册。"), a_department("区商务局"))
    a_closing(late, date(2022, 1, 4), date(2022, 1, 6))

    page = visit(signed_in(a_leader()), ledger(plan), as_of=DAY)

    assert page.rows() == [
        [
            "7",
            "建立区重大案件联席会商制度。",
            "公安东丽分局 （牵头） 、 区委宣传部",
            "2021-12-31",
            "逾期 12天",
            "1/2",
            "2021-12-03",
        ],
        ["8", "持续开展“昆仑”行动。", "区法院 、 区检察院", "持续推进", "超期未报", "0/2", "—"],
        ["9", "编制手册。", "区商务局 （负责）", "2021-12-31", "逾期办结 4天", "1/1", "2022-01-04"],
    ]


def test_every_light_has_a_shape_and_a_word(shipped_plan) -> None:
    a_busy_autumn(shipped_plan)

    page = visit(signed_in(a_leader()), ledger(shipped_plan), as_of="2022-01-10", per=50)

    lights = page.every("span", "light")
    shapes = {words(light): attribute(every(light, "path")[0], "d") for light in lights}
    assert len(lights) == 42
    assert set(shapes) == {"已办结", "逾期办结", "逾期", "持续推进", "超期未报"}
    assert len(set(shapes.values())) == len(shapes)


@pytest.mark.parametrize(("asked", "shown"), [({}, 20), ({"per": 50}, 42), ({"per": 100}, 42), ({"per": ""}, 20)])
def test_a_page_is_as_long_as_asked_for(shipped_plan, asked, shown) -> None:
    page = visit(signed_in(a_leader()), ledger(shipped_plan), follow=True, **asked)

    assert (len(page.rows()), status(page)) == (shown, f"共42项 · 显示第1–{shown}项")
    assert page.filled_in("per") == (str(asked["per"]) if asked.get("per") else None)


def test_the_last_page_holds_the_rest_under_its_section(shipped_plan) -> None:
    page = visit(signed_in(a_leader()), ledger(shipped_plan), page=3)

    assert groups(page) == [("八、做好知识产权保护组织保障", ["41", "42"])]
    assert status(page) == "共42项 · 显示第41–42项"
    assert pager(page) == ["上一页", "1", "2", "3"]


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("1", "1"),
        ("2", "21"),
        ("999", "41"),
        ("0", "1"),
        ("-1", "1"),
        ("abc", "1"),
        ("", "1"),
        ("1.5", "1"),
        (str(10**30), "41"),
    ],
)
def test_a_page_that_does_not_exist_becomes_the_nearest_one(shipped_plan, asked, first) -> None:
    page = visit(signed_in(a_leader()), ledger(shipped_plan), follow=True, page=asked)

    assert page.column(0)[0] == first


def test_turning_the_page_keeps_conditions_length_order_and_day(shipped_plan) -> None:
    client = signed_in(a_leader())
    first = visit(client, ledger(shipped_plan), role="principal", sort="deadline", as_of=DAY)

    second = visit(client, ledger(shipped_plan) + first.links()["2"])

    assert (first.count, second.count) == (24, 24)
    assert second.column(0) == ["27", "28", "30", "39"]
    assert (second.filled_in("sort"), second.filled_in("role")) == ("deadline", "principal")
    assert "正在查看 2022年1月12日" in second.words


def test_nothing_found_is_said_with_a_way_back_to_everything(shipped_plan) -> None:
    client = signed_in(a_leader())

    page = visit(client, ledger(shipped_plan), q="没有这样的任务", as_of=DAY)

    (empty,) = page.every("div", "empty")
    back = visit(client, page.links(empty)["清除条件，查看全部"])
    assert words(empty) == "没有符合条件的任务。 清除条件，查看全部"
    assert (status(page), page.rows(), page.every("table", "ledger")) == ("共0项", [], [])
    assert (back.count, back.filled_in("q")) == (42, None)
    assert "正在查看 2022年1月12日" in back.words


def test_an_empty_plan_has_an_empty_ledger(db) -> None:
    page = visit(signed_in(a_leader()), ledger(a_plan()))

    assert (status(page), page.rows()) == ("共0项", [])


def test_a_ledger_holds_the_measures_of_its_own_plan_only(shipped_plan) -> None:
    other = a_plan()
    a_part(a_measure(other, wording="另一个计划的任务。"))
    client = signed_in(a_leader())

    ours, theirs = visit(client, ledger(shipped_plan), per=100), visit(client, ledger(other))

    assert (ours.count, theirs.count) == (42, 1)
    assert ("另一个计划的任务。" in ours.words, theirs.column(1)) == (False, ["另一个计划的任务。"])


@pytest.mark.parametrize(
    ("person", "offer"),
    [
        (a_leader, "导出当前结果（3项）"),
        (a_supervisor, "导出当前结果（3项）"),
        (an_administrator, "导出当前结果（3项）"),
        (lambda: a_reporter(a_department()), None),
    ],
)
def test_the_workbook_of_what_is_shown_is_offered_to_whoever_may_have_it(shipped_plan, person, offer) -> None:
    page = visit(signed_in(person()), ledger(shipped_plan), section=1, sort="late", per=50, page=1, as_of=DAY)

    offers = {label: href for label, href in page.links().items() if "导出" in label}
    export = f"{ledger(shipped_plan)}export.xlsx?section=1&sort=late&as_of=2022-01-12"
    assert offers == ({offer: export} if offer else {})


def test_texts_that_look_like_markup_are_shown_as_texts(db) -> None:
    plan = a_plan(title="<b>计划</b>")
    part = a_part(a_measure(plan, wording="<script>alert(1)</script>任务"), a_department("<i>某局</i>"))
    a_section(plan, 1)
    a_report(part, date(2021, 12, 1), progress="<img src=x onerror=alert(1)>")
    client = signed_in(a_leader(last_name="<u>张</u>"))

    pages = [
        visit(client, plan.get_absolute_url()),
        visit(client, ledger(plan), q="<s>x</s> <script>"),
        visit(client, ledger(plan)),
        visit(client, f"{plan.get_absolute_url()}assignments/", q='"><script>'),
        visit(client, f"{plan.get_absolute_url()}assignments/"),
        visit(client, f"{ledger(plan)}1/"),
    ]

    def inside(page: Page) -> list[Element]:
        strange = [tag for tag in page.every("script") if not attribute(tag, "src")]
        return strange + [tag for name in ("i", "s", "u", "img") for tag in every(page.main, name) if tag.children]

    assert [inside(page) for page in pages] == [[]] * 6
    assert pages[2].column(1) == ["<script>alert(1)</script>任务"]
