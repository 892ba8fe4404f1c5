"""What the sentences of official documents mean: who, as which, and by when. What can mean two things is asked."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.documents import duty, names, timeframe
from tasks.documents.parsed import Doubt, Part
from tasks.documents.text import number_of, plain, standard

SOLE, LEAD, CO, JOINT, ASKED = "SOLE", "LEAD", "CO", "JOINT", ""
YEAR = (date(2022, 1, 1), date(2022, 12, 31))
TWO_YEARS = (date(2020, 1, 1), date(2021, 12, 31))


def who(text: str, known: dict[str, str] | None = None, **options: bool) -> tuple[dict[str, str], list[str]]:
    """Units with their roles, and the kinds of what is asked."""
    clues = duty.collect(text, 1, known or {})
    found = list(duty.resolve(clues, known or {}, **options))
    doubts = [*(each for each in found if isinstance(each, Doubt)), *clues.doubts]
    return (
        {part.unit: str(part.role) for part in found if isinstance(part, Part)},
        [str(doubt.kind) for doubt in doubts],
    )


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("区市场监管局负责", {"区市场监管局": SOLE}),
        ("甲局牵头，乙局、丙局按职责分工负责", {"甲局": LEAD, "乙局": CO, "丙局": CO}),
        ("甲局牵头,乙局、丙局按照职责分工负责", {"甲局": LEAD, "乙局": CO, "丙局": CO}),
        ("甲局、乙局按职责分工负责", {"甲局": JOINT, "乙局": JOINT}),
        ("甲局、乙局按各自职责负责", {"甲局": JOINT, "乙局": JOINT}),
        ("甲局、乙局分别牵头", {"甲局": LEAD, "乙局": LEAD}),
        ("甲局、乙局分别牵头，丙局配合", {"甲局": LEAD, "乙局": LEAD, "丙局": CO}),
        ("甲局负责，乙局配合", {"甲局": SOLE, "乙局": CO}),
        ("甲局牵头负责，乙局、丙局按职责分工配合", {"甲局": LEAD, "乙局": CO, "丙局": CO}),
        ("牵头单位：甲局；责任单位：乙局、丙局", {"甲局": LEAD, "乙局": CO, "丙局": CO}),
        ("责任单位：甲局、乙局", {"甲局": JOINT, "乙局": JOINT}),
        ("责任单位：甲局", {"甲局": SOLE}),
        ("牵头单位:甲局 配合单位:乙局 丙局", {"甲局": LEAD, "乙局": CO, "丙局": CO}),
        ("责任单位：甲局（牵头）、乙局、丙局（配合）", {"甲局": LEAD, "乙局": CO, "丙局": CO}),
        ("责任单位：乙局、甲局（牵头）", {"乙局": CO, "甲局": LEAD}),
        ("责任单位：甲局牵头，乙局配合", {"甲局": LEAD, "乙局": CO}),
        (
            "省市场监管局（省知识产权局）牵头，省司法厅按职责分工负责",
            {"省市场监管局（省知识产权局）": LEAD, "省司法厅": CO},
        ),
        ("区发展和改革委、区文化和旅游局按职责分工负责", {"区发展和改革委": JOINT, "区文化和旅游局": JOINT}),
        ("区科技局和区工信局按职责分工负责", {"区科技局": JOINT, "区工信局": JOINT}),
        ("各街道办负责", {"各街道办": SOLE}),
        ("甲局，乙局，丙局按职责分工负责", {"甲局": JOINT, "乙局": JOINT, "丙局": JOINT}),
        ("配合单位：无；牵头单位：甲局", {"甲局": LEAD}),
    ],
)
def test_roles_are_those_of_the_text_and_nothing_is_asked(text: str, units: dict[str, str]) -> None:
    found = who(text)

    assert found == (units, [])
    assert list(found[0]) == list(units)


@pytest.mark.parametrize(
    ("text", "units", "asked"),
    [
        ("甲局负责、乙委", {"甲局": SOLE, "乙委": ASKED}, ["ROLE"]),
        ("甲局、乙局", {"甲局": ASKED, "乙局": ASKED}, ["ROLE"]),
        ("甲局、乙局负责", {"甲局": JOINT, "乙局": JOINT}, ["ROLE"]),
        ("甲局配合", {"甲局": CO}, ["ROLE"]),
        ("甲局、乙局负责，丙局配合", {"甲局": ASKED, "乙局": ASKED, "丙局": CO}, ["ROLE"]),
        ("甲局牵头，乙局负责", {"甲局": LEAD, "乙局": CO}, ["ROLE"]),
        ("甲局负责，乙局、丙局按职责分工负责", {"甲局": SOLE, "乙局": ASKED, "丙局": ASKED}, ["ROLE"]),
        ("甲局、乙局等部门按职责分工负责", {"甲局": JOINT, "乙局": JOINT}, ["OTHERS"]),
        ("甲局、乙局等按职责分工负责", {"甲局": JOINT, "乙局": JOINT}, ["OTHERS"]),
        ("甲局、乙局、甲局按职责分工负责", {"甲局": JOINT, "乙局": JOINT}, ["REPEATED"]),
        ("甲局会同乙局负责", {"甲局会同乙局": SOLE}, ["NAME"]),
        ("甲局主办，乙局协办", {"甲局": ASKED, "乙局": ASKED}, ["ROLE", "ROLE"]),
        ("甲局、乙局联合主办，丙局配合", {"甲局": ASKED, "乙局": ASKED, "丙局": CO}, ["ROLE", "ROLE"]),
        ("甲局牵头，乙局协办", {"甲局": LEAD, "乙局": ASKED}, ["ROLE"]),
        ("甲局负责承办", {"甲局": ASKED}, ["ROLE"]),
        ("责任单位：甲局主办", {"甲局": ASKED}, ["ROLE"]),
        ("牵头单位：甲局主办", {"甲局": ASKED}, ["ROLE"]),
        (
            "责任单位：甲局（主办）、乙局（承办）、丙局（协办）",
            dict.fromkeys(("甲局", "乙局", "丙局"), ASKED),
            ["ROLE"] * 3,
        ),
        ("甲局主办活动负责", {"甲局主办活动": SOLE}, ["NAME"]),
        ("甲局负责宣传，乙局配合", {"甲局负责宣传": CO, "乙局": CO}, ["ROLE", "NAME"]),
    ],
)
def test_what_the_text_leaves_open_is_asked(text: str, units: dict[str, str], asked: list[str]) -> None:
    assert who(text) == (units, asked)


def test_a_stated_convention_makes_the_first_of_a_list_lead() -> None:
    assert who("责任单位：甲局、乙局", first_leads=True)[0] == {"甲局": LEAD, "乙局": CO}
    assert who("甲局负责", first_leads=True)[0] == {"甲局": SOLE}
    assert who("甲局、乙局牵头，丙局配合", first_leads=True)[0] == {"甲局": LEAD, "乙局": LEAD, "丙局": CO}


def test_a_unit_is_known_by_its_whole_name_and_by_no_part_of_one() -> None:
    known = {names.same("区市场监管局"): "区市场监管局", names.same("天津市东丽区市场监督管理局"): "区市场监管局"}

    assert who("天津市东丽区市场监督管理局负责", known)[0] == {"区市场监管局": SOLE}
    assert who("区市场监管局执法队负责", known)[0] == {"区市场监管局执法队": SOLE}
    assert who("市场监管局负责", known)[0] == {"市场监管局": SOLE}


def test_a_known_name_with_a_word_between_names_stays_whole() -> None:
    known = names.known_as(["甲局和乙局联席办"])

    assert who("甲局和乙局联席办负责", known)[0] == {"甲局和乙局联席办": SOLE}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2021年12月底前完成", date(2021, 12, 31)),
        ("2026年6月底前", date(2026, 6, 30)),
        ("2026年12月", date(2026, 12, 31)),
        ("２０２６年２月底前", date(2026, 2, 28)),
        ("2024年2月末", date(2024, 2, 29)),
        ("2022年上半年", date(2022, 6, 30)),
        ("2022年下半年完成", date(2022, 12, 31)),
        ("2022年第三季度", date(2022, 9, 30)),
        ("2022年一季度末前完成", date(2022, 3, 31)),
        ("2025年底前", date(2025, 12, 31)),
        ("2025年年底前", date(2025, 12, 31)),
        ("2025年", date(2025, 12, 31)),
        ("2022年9月30日前完成", date(2022, 9, 30)),
        ("2022.9.30", date(2022, 9, 30)),
        ("2022年5月中旬", date(2022, 5, 20)),
        ("第三季度", date(2022, 9, 30)),
        ("年底前", date(2022, 12, 31)),
        ("今年6月底前", date(2022, 6, 30)),
        ("10月底前完成", date(2022, 10, 31)),
    ],
)
def test_a_deadline_is_the_last_day_that_the_text_allows(text: str, day: date) -> None:
    within = YEAR if day.year == 2022 else None

    assert timeframe.read(text, within) == timeframe.Reading("BY_DATE", day)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "持续推进",
            "长期坚持",
            "长期",
            "常态化推进",
            "长期坚持、持续推进",
            "每季度",
            "每年12月底前完成",
            "每半年开展一次",
        ),
        *("定期开展", "全年持续推进", "持续推进。"),
    ],
)
def test_what_recurs_or_goes_on_has_no_deadline(text: str) -> None:
    assert timeframe.read(text, TWO_YEARS) == timeframe.Reading("ONGOING")


@pytest.mark.parametrize("text", ["第三季度", "年底前", "6月底前", "上半年", "今年年底前"])
def test_a_year_is_taken_from_the_period_of_one_year_and_else_asked(text: str) -> None:
    assert timeframe.read(text, YEAR).timeframe == "BY_DATE"
    for period in (None, TWO_YEARS):
        reading = timeframe.read(text, period)
        assert (reading.timeframe, reading.no_year) == ("", True)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2026年6月前",
            "第三季度前",
            "2026年前",
            "2021年6月至12月",
            "2021年12月底前完成并持续推进",
            "适时",
            "2021年13月",
        ),
        *("2021年2月30日", "尽快完成", "“十四五”期间"),
    ],
)
def test_what_may_mean_several_days_is_asked(text: str) -> None:
    reading = timeframe.read(text, None)

    assert (reading.timeframe, reading.due_on) == ("", None)
    assert reading.problem


def test_a_day_outside_of_the_period_is_asked_about() -> None:
    assert timeframe.read("2031年12月底前", YEAR).problem == "时限“2031年12月底前”不在计划期内，请核对。"


@given(st.text(alphabet="区市局委甲乙、，；：,;:()（）。 1a“”《》【\n", max_size=60))
def test_standard_punctuation_changes_width_and_nothing_else(text: str) -> None:
    assert plain(standard(text)) == plain(text)
    assert len(standard(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("强化保护,依法打击(详见附件)", "强化保护，依法打击（详见附件）"),
        ("24:00前", "24:00前"),
        ("申请PCT,依法", "申请PCT，依法"),
        ("A,B", "A,B"),
        ("第3(2)项", "第3（2）项"),
    ],
)
def test_punctuation_is_full_width_beside_chinese(text: str, expected: str) -> None:
    assert standard(text) == expected


@pytest.mark.parametrize(
    ("numeral", "number"),
    [("一", 1), ("十", 10), ("二十一", 21), ("一百零二", 102), ("12", 12), ("甲", None), ("", None)],
)
def test_numerals_count(numeral: str, number: int | None) -> None:
    assert number_of(numeral) == number


@given(
    st.lists(
        st.sampled_from(["甲局", "区委宣传部", "各街道办", "省市场监管局（省知识产权局）"]), min_size=1, unique=True
    )
)
def test_a_list_of_names_is_taken_apart_into_them(units: list[str]) -> None:
    assert list(who(f"{'、'.join(units)}按职责分工负责")[0]) == units
