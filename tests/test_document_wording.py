"""Wording of real documents that was once read wrongly without a word: it is read rightly, or asked about."""

from __future__ import annotations

from collections import Counter

import pytest

from tasks.documents import names, timeframe
from tasks.documents.parsed import Kind, Parsed, Use
from tasks.documents.parser import parse

SOLE, LEAD, CO, JOINT, ASKED = "SOLE", "LEAD", "CO", "JOINT", ""
ONE = "一、章节\n"


def parsed(text: str, **options: object) -> Parsed:
    return parse(text.splitlines(), **options)


def units(plan: Parsed) -> list[dict[str, str]]:
    return [{part.unit: str(part.role) for part in measure.parts} for measure in plan.measures]


def asked(plan: Parsed) -> Counter[str]:
    return Counter(str(doubt.kind) for doubt in plan.doubts)


def used(plan: Parsed, line: int) -> tuple[str, str]:
    mark = plan.marks[line - 1]
    return str(mark.use), mark.why


@pytest.mark.parametrize(
    ("lines", "expected", "time", "kinds"),
    [
        ("主办单位：甲局\n协办单位：乙局\n时限：长期", {"甲局": LEAD, "乙局": CO}, "ONGOING", []),
        ("承办单位：甲局\n时限：长期", {"甲局": SOLE}, "ONGOING", []),
        ("责任单位：甲局，2022年6月底前完成", {"甲局": SOLE}, "2022-06-30", []),
        ("责任单位：甲局、乙局；2022年6月底前", {"甲局": JOINT, "乙局": JOINT}, "2022-06-30", []),
        ("责任单位：甲局（2022年6月底前完成）", {"甲局": SOLE}, "2022-06-30", []),
        ("责任单位：甲局2022年6月底前完成", {"甲局": SOLE}, "2022-06-30", []),
        ("责任单位：甲局，持续推进", {"甲局": SOLE}, "ONGOING", []),
        ("责任单位：甲局，2022年6月前完成", {"甲局": SOLE}, None, [Kind.TIME]),
        ("责任单位：甲局，适时推进", {"甲局": SOLE}, None, [Kind.TIME]),
        ("【牵头单位】甲局 【配合单位】乙局\n【完成时限】长期", {"甲局": LEAD, "乙局": CO}, "ONGOING", []),
        ("牵头单位：甲局、乙局配合\n时限：长期", {"甲局": ASKED, "乙局": ASKED}, "ONGOING", [Kind.ROLE]),
        ("牵头单位：甲局\n配合责任单位：乙局\n时限：长期", {"甲局": LEAD, "乙局": CO}, "ONGOING", []),
        (
            "责任单位（列第一位的为牵头单位）：甲局、乙局\n时限：长期",
            {"甲局": LEAD, "乙局": CO},
            "ONGOING",
            [Kind.CONVENTION],
        ),
        ("责任单位：甲局、\n乙局、\n丙局\n时限：长期", dict.fromkeys(("甲局", "乙局", "丙局"), JOINT), "ONGOING", []),
    ],
)
def test_labels_keep_their_roles_and_times_are_no_units(
    lines: str, expected: dict[str, str], time: str | None, kinds: list[str]
) -> None:
    plan = parsed(ONE + "1.甲项。\n" + lines)

    assert units(plan) == [expected]
    assert asked(plan) == Counter(kinds)
    (measure,) = plan.measures
    assert (measure.due_on or measure.timeframe or None) == time


@pytest.mark.parametrize(
    ("bracket", "expected", "kinds"),
    [
        ("2022年6月前完成，甲局牵头，乙局配合", {"甲局": LEAD, "乙局": CO}, [Kind.TIME]),
        ("6月前，甲局负责", {"甲局": SOLE}, [Kind.TIME]),
        ("尽快完成；甲局负责", {"甲局": SOLE}, [Kind.TIME]),
        ("2022年6月底前完成初稿，甲局牵头，乙局配合", {"甲局": LEAD, "乙局": CO}, [Kind.TIME]),
        ("甲局牵头，2022年6月底前完成，乙局配合", {"甲局": LEAD, "乙局": CO}, []),
        ("甲局、乙局，2022年6月底前完成", {"甲局": ASKED, "乙局": ASKED}, [Kind.ROLE]),
        ("2022年6月底前甲局负责", {"2022年6月底前甲局": SOLE}, [Kind.NAME, Kind.NO_TIME]),
        ("由甲局牵头，乙局予以配合；长期", {"甲局": LEAD, "乙局": CO}, []),
        ("甲局总牵头，乙局做好配合工作；长期", {"甲局": LEAD, "乙局": CO}, []),
        ("甲局牵头抓总，乙局密切配合；长期", {"甲局": LEAD, "乙局": CO}, []),
        ("甲局统筹，乙局、丙局按任务分工抓好落实；长期", {"甲局": ASKED, "乙局": JOINT, "丙局": JOINT}, [Kind.ROLE]),
        ("甲局负责，乙局具体实施；长期", {"甲局": SOLE, "乙局": ASKED}, [Kind.ROLE]),
        ("甲局牵头，乙局等部门和各街道办配合；长期", {"甲局": LEAD, "乙局": CO, "各街道办": CO}, [Kind.OTHERS]),
        ("甲局牵头，乙局及其他有关部门配合；长期", {"甲局": LEAD, "乙局": CO}, [Kind.OTHERS]),
        ("甲局牵头，乙局等区级相关部门配合；长期", {"甲局": LEAD, "乙局": CO}, [Kind.OTHERS]),
        ("甲局*、乙局按职责分工负责；长期", {"甲局*": JOINT, "乙局": JOINT}, [Kind.NAME]),
        ("各基层党组织负责，甲局组织实施；长期", {"各基层党组织": JOINT, "甲局": JOINT}, [Kind.ROLE, Kind.ROLE]),
        ("各区、市场监管局按职责分工负责；长期", {"各区": JOINT, "市场监管局": JOINT}, []),
        ("各乡镇、街道办按职责分工负责；长期", {"各乡镇、街道办": JOINT}, []),
        ("甲局联合乙局负责；长期", {"甲局联合乙局": SOLE}, [Kind.NAME]),
    ],
)
def test_words_of_roles_and_times_do_not_stay_in_names(
    bracket: str, expected: dict[str, str], kinds: list[str]
) -> None:
    plan = parsed(f"{ONE}1.甲项。（{bracket}）")

    assert units(plan) == [expected]
    assert asked(plan) == Counter(kinds)


@pytest.mark.parametrize(
    ("list_", "expected", "kinds"),
    [
        ("区市场 监管局、乙局", ["区市场监管局", "乙局"], []),
        ("区 公安 局 乙局", ["区公安局", "乙局"], []),
        ("区市场监管局 区公安局", ["区市场监管局", "区公安局"], []),
        ("丙 局、乙局", ["丙", "局", "乙局"], [Kind.NAME, Kind.NAME, Kind.NAME, Kind.NAME]),
    ],
)
def test_blanks_inside_of_a_known_name_part_nothing(list_: str, expected: list[str], kinds: list[str]) -> None:
    known = names.known_as(["区市场监管局", "区公安局", "乙局"])

    plan = parsed(f"{ONE}1.甲项。（{list_}按职责分工负责；长期）", known=known)

    assert list(units(plan)[0]) == expected
    assert asked(plan) == Counter(kinds)


@pytest.mark.parametrize(
    ("between", "kinds"),
    [
        ("一段不认识的话。\n配合单位：乙局", [Kind.LINE, Kind.CONTINUED, Kind.NO_TIME]),
        ("打印本页 关闭窗口\n协办单位：乙局", [Kind.CONTINUED, Kind.NO_TIME]),
        ("协办单位：乙局", [Kind.SEVERAL, Kind.NO_TIME]),
        ("时限：长期", []),
    ],
)
def test_a_label_that_may_belong_elsewhere_is_asked_about(between: str, kinds: list[str]) -> None:
    plan = parsed(f"{ONE}1.甲项。（甲局负责）\n{between}")

    assert asked(plan) == Counter(kinds)


@pytest.mark.parametrize(
    "duty",
    [
        *(
            "。牵头领导：张三；牵头单位：甲局；配合单位：乙局；时限：长期",
            "。牵头单位：甲局；分管领导：张三，电话：12345；配合单位：乙局；时限：长期",
        ),
        *(
            "。\n责任领导：张三；牵头单位：甲局\n配合单位：乙局\n时限：长期",
            "。（甲局牵头，乙局配合；长期）责任人：张三、李四",
        ),
        *(
            "。（责任领导：张三；牵头单位：甲局；配合单位：乙局；时限：长期）",
            "。【责任人】：张三 牵头单位：甲局 配合单位：乙局 时限：长期",
        ),
    ],
)
def test_people_are_not_entered_and_stay_in_no_wording(duty: str) -> None:
    plan = parsed(f"{ONE}1.社会共治{duty}\n2.建立联系人：每村一名，长期坚持。（丙局负责；长期）")

    assert [measure.wording for measure in plan.measures] == ["社会共治。", "建立联系人：每村一名，长期坚持。"]
    assert units(plan) == [{"甲局": LEAD, "乙局": CO}, {"丙局": SOLE}]
    assert [doubt.words[-9:] for doubt in plan.doubts] == ["没有录入，请核对。", "按原文保留，请核对。"[-9:]]


def test_people_in_the_middle_of_the_wording_take_nothing_out_of_it() -> None:
    plan = parsed(f"{ONE}1.甲项。联系人：张三，每周走访企业。建立台账。（甲局负责；长期）")

    assert plan.measures[0].wording == "甲项。联系人：张三，每周走访企业。建立台账。"
    assert [doubt.words for doubt in plan.doubts] == [
        "任务文字中写有责任人或联系人（首见于第2行），按原文保留，请核对。"
    ]


@pytest.mark.parametrize(
    "bracket", ["甲局主办，乙局协办；2022年6月", "甲局主办、乙局承办，2022年6月", "甲局、乙局主办；2022年6月"]
)
def test_who_hosts_or_helps_to_host_is_asked_as_which(bracket: str) -> None:
    plan = parsed(f"{ONE}1.举办甲大会（丙局主办）并发布成果。（{bracket}）")

    assert (units(plan), plan.measures[0].due_on) == ([{"甲局": ASKED, "乙局": ASKED}], "2022-06-30")
    assert plan.measures[0].wording == "举办甲大会（丙局主办）并发布成果。"
    assert set(asked(plan)) == {Kind.ROLE}


@pytest.mark.parametrize("mark", ["；", "。", "，", "；  "])
def test_what_stands_between_two_brackets_begins_no_wording(mark: str) -> None:
    plan = parsed(f"{ONE}1.完善甲制度（甲局负责；长期）{mark}建立乙机制（乙局负责；长期）{mark}开展丙行动。")

    assert [measure.wording for measure in plan.measures] == ["完善甲制度", "建立乙机制", "开展丙行动。"]


def test_a_label_that_comes_twice_is_asked_about() -> None:
    plan = parsed(f"{ONE}1.甲项。\n责任单位：甲局\n时限：长期\n责任单位：乙局")

    assert asked(plan) == {Kind.SEVERAL: 1}


def test_a_label_before_the_first_measure_is_asked_about() -> None:
    assert asked(parsed(f"2022年计划\n责任单位：甲局\n{ONE}1.甲项。（甲局负责；长期）")) == {Kind.LINE: 1}


@pytest.mark.parametrize(
    ("line", "leads"),
    [
        *(
            (line, True)
            for line in ("排名第一的为牵头单位。", "责任单位中列首位的单位为牵头单位。", "第一责任单位为牵头单位")
        ),
        *((line, True) for line in ("注：各项任务排在第一位的单位牵头", "以第一个单位为牵头单位")),
        *(
            (line, False)
            for line in (
                "标*的为牵头单位。",
                "加粗的为牵头单位，其他为配合单位。",
                "注：牵头单位用黑体标注",
                "带“★”的为牵头单位",
            )
        ),
        *((line, False) for line in ("列在前面的为牵头单位", "牵头单位排在首位。")),
    ],
)
@pytest.mark.parametrize("place", ["before", "after", "table", "footnote"])
def test_a_sentence_of_convention_is_asked_about(line: str, leads: bool, place: str) -> None:
    measures = f"{ONE}1.甲项。（甲局、乙局按职责分工负责；长期）\n"
    table = f"{ONE}序号\t工作任务\t责任单位\t时限\n1\t甲项\t甲局、乙局\t长期\n{line}\t\t\t"
    text = {
        "before": f"{line}\n{measures}",
        "after": measures + line,
        "footnote": f"{measures}脚注：{line}",
        "table": table,
    }

    plan = parsed(text[place])

    assert asked(plan) == {Kind.CONVENTION: 1}
    assert units(plan) == [{"甲局": LEAD, "乙局": CO} if leads else {"甲局": JOINT, "乙局": JOINT}]


def test_a_footnote_that_says_anything_else_is_asked_about() -> None:
    assert asked(parsed(f"{ONE}1.甲项。\n脚注：见附件。")) == {Kind.LINE: 1, Kind.NO_UNIT: 1, Kind.NO_TIME: 1}


@pytest.mark.parametrize(
    "heading",
    [
        "（一）甲类。（丙局牵头）",
        "（一）甲类。牵头单位：丙局",
        "（一）甲类（丙局牵头）有关工作",
        "（一）甲类\n牵头单位：丙局",
    ],
)
def test_a_responsibility_in_a_heading_is_asked_about_and_given_to_no_measure(heading: str) -> None:
    plan = parsed(f"{ONE}{heading}\n1.甲项。（甲局负责；长期）\n2.乙项。（长期）")

    assert [measure.number for measure in plan.measures] == [1, 2]
    assert units(plan) == [{"甲局": SOLE}, {}]
    assert asked(plan) == {Kind.LINE: 1, Kind.NO_UNIT: 1}
    assert used(plan, len(heading.splitlines()) + 1)[0] == Use.ASKED


def test_a_responsibility_in_a_chapters_title_is_asked_about() -> None:
    for title in ("一、甲类（丙局牵头）", "一、甲类 牵头单位：丙局"):
        assert asked(parsed(f"{title}\n1.甲项。（甲局负责；长期）")) == {Kind.SECTION_TITLE: 1}


def test_chapters_that_have_nothing_below_them_are_measures_where_they_say_who() -> None:
    plan = parsed("一、推进甲项。完善机制。（甲局负责；长期）\n二、推进乙项（乙局负责；长期）")

    assert [(measure.label, measure.number, measure.wording) for measure in plan.measures] == [
        ("一、", 1, "推进甲项。完善机制。"),
        ("二、", 2, "推进乙项"),
    ]
    assert asked(plan) == {Kind.NO_SECTION: 1, Kind.SECTION_TITLE: 2}


@pytest.mark.parametrize(
    ("wording", "kinds"),
    [
        ("落实《甲规划（2025年）》。", [Kind.DATES]),
        ("落实《甲规划》（2025年），推进甲项。", [Kind.DATES]),
        ("开展检查（每季度）并通报。", [Kind.DATES]),
        ("由企业（牵头）申报。", []),
    ],
)
def test_brackets_in_the_middle_of_a_sentence_belong_to_the_wording(wording: str, kinds: list[str]) -> None:
    plan = parsed(f"{ONE}1.{wording}（甲局负责；长期）")

    assert [measure.wording for measure in plan.measures] == [wording]
    assert (plan.measures[0].timeframe, plan.measures[0].timeframe_text) == ("ONGOING", "长期")
    assert asked(plan) == Counter(kinds)


def test_a_bracket_that_says_when_stands_at_the_end() -> None:
    for ending in (
        "（甲局负责）（2022年6月底前）",
        "\n（甲局负责；2022年6月底前）",
        "（2022年6月底前）（甲局负责）",
        "（2022年6月底前）。（甲局负责）",
    ):
        plan = parsed(f"{ONE}1.甲项{ending}")

        assert (plan.measures[0].due_on, plan.measures[0].wording, plan.doubts) == ("2022-06-30", "甲项", [])


def test_what_speaks_of_time_is_no_name() -> None:
    assert not any(
        map(names.is_name, ("2022年6月底前", "6月前", "第三季度", "甲局2022年6月底前完成", "由甲局", "甲局等部门"))
    )
    assert all(timeframe.is_one(words) for words in ("6月前", "2022年6月前完成", "第三季度前", "适时", "“十四五”期间"))
