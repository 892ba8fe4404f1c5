"""Responsibilities in brackets of any kind are read as those in round ones; other brackets belong to the wording."""

from __future__ import annotations

from collections import Counter

import pytest

from tasks.documents.parsed import Kind, Use

from .test_document_wording import CO, JOINT, LEAD, ONE, SOLE, asked, parsed, units, used

BRACKETS = ["（）", "【】", "[]", "［］", "〔〕"]


@pytest.mark.parametrize("pair", BRACKETS)
@pytest.mark.parametrize("between", ["", "\n"])
@pytest.mark.parametrize(
    ("duty", "expected"),
    [
        ("牵头单位：甲局；配合单位：乙局；完成时限：2022年6月", {"甲局": LEAD, "乙局": CO}),
        ("甲局（丙局）牵头，乙局配合；2022年6月", {"甲局（丙局）": LEAD, "乙局": CO}),
        ("责任单位：甲局、\n乙局；完成时限：2022年6月", {"甲局": JOINT, "乙局": JOINT}),
    ],
)
def test_brackets_of_every_kind_hold_responsibilities(
    pair: str, between: str, duty: str, expected: dict[str, str]
) -> None:
    plan = parsed(f"{ONE}1.甲事项建设。{between}{pair[0]}{duty}{pair[1]}\n2.乙项。（丁局负责；长期）")

    assert [measure.wording for measure in plan.measures] == ["甲事项建设。", "乙项。"]
    assert units(plan) == [expected, {"丁局": SOLE}]
    assert (plan.measures[0].due_on, plan.doubts) == ("2022-06-30", [])


@pytest.mark.parametrize(
    "wording",
    [
        *("落实津知发〔2021〕3号要求。", "落实津知发[2021]3号，推进【甲】项。", "推广“互联网〔政务〕”【试点】。"),
        "落实《甲规划【由丙局负责】》。",
    ],
)
def test_square_brackets_that_say_nothing_of_who_or_when_belong_to_the_wording(wording: str) -> None:
    plan = parsed(f"{ONE}1.{wording}【甲局负责；长期】")

    assert [measure.wording for measure in plan.measures] == [wording]
    assert (units(plan), plan.doubts) == ([{"甲局": SOLE}], [])


def test_labels_in_brackets_of_any_kind_are_labels() -> None:
    for first, last in BRACKETS[1:]:
        text = f"{first}牵头单位{last}甲局{first}配合单位{last}乙局{first}完成时限{last}"

        plan = parsed(f"{ONE}1.甲项。{text}长期")

        assert (units(plan), plan.doubts) == ([{"甲局": LEAD, "乙局": CO}], [])


def test_a_bracket_that_is_never_closed_is_asked_about_and_carries_nothing_on() -> None:
    plan = parsed(f"{ONE}1.甲项。【牵头单位：甲局；完成时限：长期\n2.乙项。（乙局负责；长期）")

    assert units(plan) == [{"甲局": LEAD}, {"乙局": SOLE}]
    assert asked(plan) == Counter({Kind.ENDING: 1})
    assert used(plan, 3) == (Use.MEASURE, "")
