"""Whole documents are taken apart; every line of them is in the plan, shown as left out, or asked about."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from tasks.documents import names
from tasks.documents.parsed import Kind, Parsed, Use
from tasks.documents.parser import parse

from . import plan_texts

STYLES = {name: getattr(plan_texts, name) for name in ("PROVINCE", "LINES", "NATIONAL", "TABLE")}


def parsed(text: str, **options: object) -> Parsed:
    return parse(text.splitlines(), **options)


def said(plan: Parsed) -> list[tuple[int, int, str, str | None, dict[str, str]]]:
    """Of each measure its section, number, timeframe, deadline and units."""
    return [
        (each.section, each.number, each.timeframe, each.due_on, {part.unit: str(part.role) for part in each.parts})
        for each in plan.measures
    ]


def asked(plan: Parsed) -> Counter[str]:
    return Counter(str(doubt.kind) for doubt in plan.doubts)


def left_out(plan: Parsed, text: str) -> list[str]:
    rows = zip(text.splitlines(), plan.marks, strict=True)
    return [row.strip() for row, mark in rows if mark.use == Use.LEFT_OUT]


def test_a_provinces_plan() -> None:
    plan = parsed(plan_texts.PROVINCE)
    office = "省市场监管局（省知识产权局）"

    assert (plan.about.title, plan.about.issued_on) == ("2026年海东省知识产权强省建设重点任务", "2026-03-05")
    assert [section.title for section in plan.sections] == ["加强知识产权保护", "提升服务能力"]
    assert said(plan) == [
        (1, 1, "BY_DATE", "2026-06-30", {office: "LEAD", "省司法厅": "CO", "省人大常委会法工委": "CO"}),
        (1, 2, "ONGOING", None, {office: "JOINT", "省农业农村厅": "JOINT", "省商务厅": "JOINT"}),
        (1, 3, "BY_DATE", "2026-09-30", {office: "LEAD", "省公安厅": "LEAD", "省版权局": "CO"}),
        (2, 4, "ONGOING", None, {"省科技厅": "JOINT", "省教育厅": "JOINT"}),
        (2, 5, "BY_DATE", "2026-12-31", {"省科技厅": "SOLE"}),
    ]
    assert [measure.heading for measure in plan.measures] == ["（一）健全法规制度"] * 2 + ["（二）强化行政执法"] + [
        ""
    ] * 2
    assert asked(plan) == {Kind.OTHERS: 1}
    assert left_out(plan, plan_texts.PROVINCE)[-3:] == ["— 2 —", "附件：任务分解表", "海东省知识产权局办公室"]


def test_responsibilities_on_lines_of_their_own() -> None:
    plan = parsed(plan_texts.LINES)

    assert said(plan) == [
        (1, 1, "BY_DATE", "2022-06-30", {"区政务服务办": "LEAD", "区大数据局": "CO", "区司法局": "CO"}),
        (1, 2, "BY_DATE", "2022-09-30", {"区政务服务办": "LEAD", "区市场监管局": "CO"}),
        (2, 3, "ONGOING", None, {"区发展和改革委": "LEAD", "区市场监管局": "CO", "区商务局": "CO"}),
        (2, 4, "BY_DATE", "2022-12-31", {"区司法局": "SOLE", "各镇街": "CO"}),
    ]
    assert plan.measures[0].wording == "推进“一件事”集成办理\n完善线上线下办理渠道。"
    assert plan.measures[0].responsibility_text == "牵头单位：区政务服务办；配合单位：区大数据局、区司法局"
    assert asked(plan) == {Kind.CONVENTION: 1, Kind.CONTINUED: 1, Kind.NUMBERING: 1}
    assert "打印本页 关闭窗口" in left_out(plan, plan_texts.LINES)


def test_measures_numbered_in_brackets_and_several_brackets_in_one() -> None:
    plan = parsed(plan_texts.NATIONAL)

    assert [(measure.label, measure.wording) for measure in plan.measures] == [
        ("(一)", "完善法律法规体系。推进专利法实施细则修改。"),
        ("", "研究完善商业秘密保护制度。"),
        ("(二)", "加强审查质量管理。优化审查流程，提高审查效率。"),
        ("(三)", "加强国际合作。"),
    ]
    assert [list(units) for *_rest, units in said(plan)] == [
        ["司法部", "国家知识产权局"],
        ["市场监管总局"],
        ["国家知识产权局"],
        ["外交部", "商务部", "国家知识产权局"],
    ]
    assert asked(plan) == {
        **{Kind.EMPTY_SECTION: 1, Kind.LINE: 1, Kind.SEVERAL: 2, Kind.NO_TIME: 2},
        **{Kind.NUMBERING: 1, Kind.ROLE: 1},
    }


def test_a_table_with_its_columns_in_another_order() -> None:
    plan = parsed(plan_texts.TABLE)

    assert plan.about.title == "区2026年知识产权重点工作任务分解表"
    assert [section.title for section in plan.sections] == ["创造质量", "保护运用"]
    assert said(plan) == [
        (1, 1, "BY_DATE", "2026-06-30", {"区市场监管局": "LEAD", "区科技局": "CO", "区工信局": "CO"}),
        (1, 2, "BY_DATE", "2026-09-30", {"区科技局": "LEAD"}),
        (2, 3, "ONGOING", None, {"区市场监管局": "LEAD", "区委宣传部": "LEAD", "各街道办": "CO"}),
        (2, 4, "", None, {}),
    ]
    assert asked(plan) == {Kind.NO_UNIT: 1, Kind.TIME: 1}


HEAD = "序号\t工作任务\t牵头单位\t完成时限\n"


def test_merged_cells_carry_on_what_stands_above() -> None:
    rows = (HEAD + "1\t甲项\t甲局\t2022年6月底前\n2\t乙项\t\t\n\t\t乙局\t2022年6月底前").splitlines()

    plan = parse(rows, merged={(3, 2), (3, 3), (4, 0), (4, 1), (4, 3)})

    assert said(plan) == [
        (1, 1, "BY_DATE", "2022-06-30", {"甲局": "LEAD"}),
        (1, 2, "BY_DATE", "2022-06-30", {"甲局": "LEAD", "乙局": "LEAD"}),
    ]
    assert asked(plan) == {Kind.NO_SECTION: 1}


def test_a_row_without_a_task_is_asked_about_where_nothing_says_it_is_merged() -> None:
    plan = parsed(HEAD + "1\t甲项\t甲局\t2022年6月底前\n\t\t乙局\t")

    assert said(plan)[0][4] == {"甲局": "LEAD", "乙局": "LEAD"}
    assert asked(plan) == {Kind.NO_SECTION: 1, Kind.CONTINUED: 1}


def test_columns_that_are_not_known_are_asked_about_and_not_taken_in() -> None:
    plan = parsed("序号\t工作任务\t工作目标\t责任单位\t时限\t\n1\t甲项\t乙\t甲局\t长期\t丙")

    assert said(plan) == [(1, 1, "ONGOING", None, {"甲局": "SOLE"})]
    assert asked(plan) == {Kind.NO_SECTION: 1, Kind.COLUMN: 2}


def one(line: str, **options: object) -> Parsed:
    return parsed(f"一、章节\n1.{line}", **options)


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("甲项。（甲局负责；持续推进）", []),
        ("甲项。（甲局负责）", [Kind.NO_TIME]),
        ("甲项。（持续推进）", [Kind.NO_UNIT]),
        ("甲项。（2022年6月底前完成）", [Kind.NO_UNIT]),
        ("甲项。", [Kind.NO_UNIT, Kind.NO_TIME]),
        ("甲项。（详见附件）", [Kind.NO_UNIT, Kind.NO_TIME]),
        ("甲项（以下简称乙）。（甲局负责；持续推进）", []),
        ("甲项。（甲局负责）（持续推进）", []),
        ("甲项。（甲局负责；2022年6月底前，2022年9月底前）", [Kind.TIME]),
        ("甲项。（甲局负责；2022年6月底前；持续推进）", [Kind.TIME]),
        ("甲项。（甲局负责；第三季度）", [Kind.NO_YEAR]),
        ("甲项，（甲局负责；持续推进）", [Kind.ENDING]),
        ("建设50家站点。（甲局负责；持续推进）", [Kind.FIGURE]),
        ("在2022年完成甲项。（甲局负责；持续推进）", [Kind.DATES]),
        ("甲项。责任单位：甲局。完成时限：持续推进。", []),
    ],
)
def test_one_measure_and_what_is_asked_about_it(line: str, kinds: list[str]) -> None:
    plan = one(line)

    assert asked(plan) == Counter(kinds)
    assert {doubt.measure for doubt in plan.doubts} <= {1}


def test_names_without_a_separator_are_taken_apart_where_all_are_known() -> None:
    line = "甲项。（区教育局各街道办按职责分工负责；持续推进）"
    known = names.known_as(["区教育局", "各街道办"])

    plan = one(line, known=known)

    assert said(plan)[0][4] == {"区教育局": "JOINT", "各街道办": "JOINT"}
    assert [doubt.words for doubt in plan.doubts] == [
        "“区教育局各街道办”之间缺少顿号，读作“区教育局、各街道办”，请核对。"
    ]


def test_a_name_that_begins_like_another_is_asked_about_and_left_whole() -> None:
    plan = one("甲项。（区教育局各街道办按职责分工负责；持续推进）", known=names.known_as(["区教育局"]))

    assert said(plan)[0][4] == {"区教育局各街道办": "JOINT"}
    assert asked(plan) == {Kind.JOINED: 1}


def test_a_place_leads_to_the_words_that_are_asked_about() -> None:
    plan = one("甲项。（甲局负责、乙委；持续推进）")

    (doubt,) = plan.doubts
    assert "1.甲项。（甲局负责、乙委；持续推进）"[doubt.start : doubt.end] == "乙委"
    assert doubt.line == 2


def test_numbers_that_jump_are_kept_and_asked_about() -> None:
    plan = parsed("一、章节\n1.甲项（甲局负责；长期）\n3.乙项（甲局负责；长期）")

    assert [measure.number for measure in plan.measures] == [1, 3]
    assert asked(plan) == {Kind.NUMBERING: 1}


@pytest.mark.parametrize("style", STYLES)
def test_what_was_read_is_the_same_after_it_was_kept(style: str) -> None:
    plan = parsed(STYLES[style])

    assert Parsed.from_json(plan.as_json()) == plan


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(
            [f"{n}.甲。（局{n}牵头，甲{n}局按职责分工负责；2022年{n % 12 + 1}月底前）" for n in range(1, 800)],
            id="many",
        ),
        pytest.param(["1." + "（" * 5000 + "）" * 4990] * 3, id="brackets"),
        pytest.param(["1.（" + "甲局和" * 3000 + "负责）"] * 3, id="one name"),
        pytest.param(["1.（" + "长期持续" * 2000 + "x）"] * 3, id="timeframe"),
        pytest.param(["1.甲（" + "、".join(f"甲{n}局" for n in range(1500)) + "负责）"] * 3, id="names"),
        pytest.param(["1.甲（甲局负责）"] + ["联席会议办公室"] * 800, id="after the end"),
        pytest.param(["\t" * 9990] * 3, id="tabs"),
        pytest.param(["1.甲（甲局负责）", "ICP备" + " " * 9900 + "甲", "附件" + " " * 9900 + "甲"], id="blanks"),
        pytest.param(["1.甲" + "1" * 9990] * 3, id="digits"),
        pytest.param(["1.甲" + "（甲局负责）" * 1600] * 3, id="duties"),
    ],
)
def test_it_takes_no_longer_than_the_text_is_long(rows: list[str]) -> None:
    started = time.process_time()

    parse(rows)

    assert time.process_time() - started < 5
