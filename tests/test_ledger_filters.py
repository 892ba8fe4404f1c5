"""What the ledger is narrowed down to: each condition alone, together, taken away again, and refused with a reason."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from departments.models import Department
from tasks.models import Plan

from .builders import a_busy_autumn, a_leader, a_measure, a_part, a_plan, a_section
from .pages import Page, attribute, signed_in, visit, words

DAY = date(2022, 1, 10)
DATED = [2, 3, 6, 7, 12, 14, 16, 17, 18, 22, 23, 31, 34, 35, 38, 41]


@pytest.fixture
def leader(shipped_plan: Plan) -> Client:
    return signed_in(a_leader())


def ledger(plan: Plan) -> str:
    return f"{plan.get_absolute_url()}measures/"


def numbers(page: Page) -> list[int]:
    return [int(number) for number in page.column(0)]


def unit(name: str) -> int:
    return Department.objects.get(name=name).pk


def chips(page: Page) -> dict[str, str]:
    """The words of each condition in force, and the address without it."""
    return {words(chip).removesuffix(" ✕"): attribute(chip, "href") or "" for chip in page.every("a", "chip")}


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        ({"section": 4}, [18, 19, 20, 21, 22]),
        ({"role": "principal", "section": 1}, [2, 3]),
        ({"role": "partner", "section": 1}, [1, 2, 3]),
        ({"role": "LEAD"}, [2, 3, 38]),
        ({"role": "SOLE", "section": 8}, [39]),
        ({"role": "CO"}, [2, 3, 13, 38]),
        ({"role": "JOINT", "section": 3}, [15, 17]),
        ({"timeframe": "BY_DATE"}, DATED),
        ({"timeframe": "ONGOING", "section": 4}, [19, 20, 21]),
        ({"timeframe": "BY_DATE", "role": "JOINT"}, [17, 18, 34, 41]),
        ({"section": 2, "timeframe": "BY_DATE", "role": "SOLE", "q": "专项"}, [6, 7]),
    ],
)
def test_a_condition_leaves_what_fulfils_it(leader, shipped_plan, conditions, found) -> None:
    page = visit(leader, ledger(shipped_plan), per=100, **conditions)

    assert (numbers(page), page.count) == (found, len(found))


def test_a_unit_and_a_role_mean_one_and_the_same_part(leader, shipped_plan) -> None:
    police = unit("公安东丽分局")

    of_unit = visit(leader, ledger(shipped_plan), unit=police)
    leading = visit(leader, ledger(shipped_plan), unit=police, role="LEAD")
    helping = visit(leader, ledger(shipped_plan), unit=police, role="CO")

    assert numbers(of_unit) == [1, 3, 4, 5, 29, 34]
    assert (numbers(leading), numbers(helping)) == ([3], [])


def test_conditions_of_state_hold_for_the_day_that_is_shown(leader, shipped_plan) -> None:
    a_busy_autumn(shipped_plan)
    expected = {
        "timeliness=CLOSED": [2, 7, 8, 22],
        "timeliness=CLOSED_LATE": [35],
        "timeliness=OVERDUE": [3, 6, 12, 14, 16, 17, 18, 23, 31, 34, 38, 41],
        "timeliness=ONGOING": [4, 5],
        "timeliness=SILENT&section=2": [9, 10, 11],
        "timeliness=ON_TRACK": [],
        "timeliness=DUE_SOON": [],
        "coordination=yes": [3],
        "timeliness=OVERDUE&role=LEAD": [3, 38],
        "timeliness=OVERDUE&coordination=yes&section=1": [3],
    }

    pages = {query: visit(leader, f"{ledger(shipped_plan)}?{query}", as_of=DAY, per=100) for query in expected}

    assert {query: numbers(page) for query, page in pages.items()} == expected


def test_the_same_condition_finds_something_else_on_another_day(leader, shipped_plan) -> None:
    a_busy_autumn(shipped_plan)
    days = ["2021-10-01", "2021-10-15", "2021-12-01"]

    pages = [visit(leader, ledger(shipped_plan), coordination="yes", as_of=day) for day in days]

    assert [numbers(page) for page in pages] == [[12], [3, 12], [3]]


def test_conditions_are_shown_as_chips_each_with_the_way_without_it(leader, shipped_plan) -> None:
    police = unit("公安东丽分局")

    page = visit(leader, ledger(shipped_plan), q="打击", section=2, unit=police, sort="late", per=50, page=1, as_of=DAY)

    shown = chips(page)
    assert list(shown) == ["搜索：打击", "章节：二、打击知识产权侵权行为", "责任单位：公安东丽分局"]
    ways = {label: visit(leader, href) for label, href in shown.items()}
    assert {label: list(chips(way)) for label, way in ways.items()} == {
        label: [other for other in shown if other != label] for label in shown
    }
    assert {(way.filled_in("sort"), way.filled_in("per")) for way in ways.values()} == {("late", "50")}
    assert all("正在查看 2022年1月10日" in way.words for way in ways.values())
    assert [page.count, *(way.count for way in ways.values())] == [2, 2, 2, 5]


@pytest.mark.parametrize(
    ("conditions", "chip"),
    [
        ({"role": "principal"}, "角色：负责或牵头"),
        ({"role": "CO"}, "角色：配合"),
        ({"timeframe": "ONGOING"}, "时限类型：持续推进"),
        ({"timeliness": "SILENT"}, "时效：超期未报"),
        ({"coordination": "yes"}, "协调：需领导协调"),
    ],
)
def test_a_chip_says_the_condition_in_words(leader, shipped_plan, conditions, chip) -> None:
    page = visit(leader, ledger(shipped_plan), **conditions)

    assert list(chips(page)) == [chip]


def test_all_conditions_can_be_cleared_at_once_and_the_day_stays(leader, shipped_plan) -> None:
    page = visit(leader, ledger(shipped_plan), section=2, role="SOLE", as_of=DAY)

    cleared = visit(leader, page.links()["清除条件"])

    assert (cleared.count, chips(cleared)) == (42, {})
    assert "正在查看 2022年1月10日" in cleared.words


def test_without_conditions_there_are_no_chips(leader, shipped_plan) -> None:
    page = visit(leader, ledger(shipped_plan), follow=True, q="", section="", unit="", role="", sort="late", per=50)

    assert chips(page) == {}


def test_conditions_left_empty_are_taken_out_of_the_address(leader, shipped_plan) -> None:
    for path in (ledger(shipped_plan), f"{shipped_plan.get_absolute_url()}assignments/"):
        some = leader.get(path, {"q": "", "section": "2", "unit": "", "as_of": "2022-01-10"})
        none = leader.get(path, {"q": "", "section": ""})

        assert (some.status_code, some.headers["Location"]) == (302, f"{path}?section=2&as_of=2022-01-10")
        assert (none.status_code, none.headers["Location"]) == (302, path)


def test_the_form_holds_what_was_asked_for(leader, shipped_plan) -> None:
    asked = {"q": "打击 侵权", "section": "2", "unit": str(unit("区法院")), "role": "partner", "timeframe": "BY_DATE"}
    asked |= {"timeliness": "OVERDUE", "coordination": "yes", "sort": "silent", "per": "50"}

    page = visit(leader, ledger(shipped_plan), **asked)

    assert {name: page.filled_in(name) for name in asked} == asked


def test_only_units_and_sections_of_this_plan_are_offered(leader, shipped_plan) -> None:
    other = a_plan()
    a_part(a_measure(other, section=a_section(other, 9, "另一个计划的章节")))
    stranger = a_part(a_measure(other)).department

    page = visit(leader, ledger(shipped_plan))
    refused = visit(leader, ledger(shipped_plan), unit=stranger.pk)

    options = [words(option) for option in page.every("option")]
    assert "全部责任单位" in options
    assert [stranger.name in options, any("另一个计划的章节" in option for option in options)] == [False, False]
    assert len(refused.alerts) == 1


INVALID = [
    ({"section": "99"}, "章节"),
    ({"section": "abc"}, "章节"),
    ({"section": "1.5"}, "章节"),
    ({"section": str(10**30)}, "章节"),
    ({"unit": "0"}, "责任单位"),
    ({"unit": "-1"}, "责任单位"),
    ({"unit": str(10**30)}, "责任单位"),
    ({"unit": "区法院"}, "责任单位"),
    ({"role": "BOSS"}, "角色"),
    ({"timeframe": "never"}, "时限类型"),
    ({"timeliness": "red"}, "时效"),
    ({"coordination": "no"}, "协调"),
    ({"sort": "--"}, "排序"),
    ({"sort": "due_on; DROP TABLE"}, "排序"),
    ({"per": "7"}, "每页"),
    ({"per": "-20"}, "每页"),
    ({"q": "字" * 101}, "搜索"),
    ({"q": "a\0b"}, "搜索"),
    ({"q": "\u202e逆"}, "搜索"),
]


@pytest.mark.parametrize(("conditions", "label"), INVALID)
def test_a_condition_that_makes_no_sense_is_named_and_nothing_is_listed_under_it(db, conditions, label) -> None:
    part = a_part()

    page = visit(signed_in(a_leader()), ledger(part.measure.plan), **conditions)

    (alert,) = page.alerts
    assert alert.startswith(f"筛选条件有误，未显示结果： {label}：")
    assert page.rows() == []


def test_beside_a_wrong_condition_the_others_stay_in_the_form(leader, shipped_plan) -> None:
    page = visit(leader, ledger(shipped_plan), q="打" * 101, section=2, sort="late", role="BOSS", as_of=DAY)

    assert [page.filled_in(name) for name in ("q", "section", "sort")] == ["打" * 101, "2", "late"]
    assert page.alerts[0].count("：") == 3
    cleared = visit(leader, page.links()["清除条件"])
    assert (cleared.count, "正在查看 2022年1月10日" in cleared.words) == (42, True)


def test_a_parameter_that_is_no_condition_changes_nothing(leader, shipped_plan) -> None:
    page = visit(leader, ledger(shipped_plan), utm_source="mail", wording="没有", number=3)

    assert (page.count, chips(page), page.alerts) == (42, {}, [])
