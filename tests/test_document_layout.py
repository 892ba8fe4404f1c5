"""What lines are to each other: furniture around a page, lines it broke off, rows of tables and numbers before tabs."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tasks.documents import building, names, page
from tasks.documents.parsed import Doubt, Kind, Use
from tasks.documents.parser import parse

from .test_document_wording import CO, JOINT, LEAD, ONE, SOLE, asked, parsed, units, used


@pytest.mark.parametrize(
    ("before", "title"),
    [
        ("", ""),
        ("序号\t工作任务\n", ""),
        ("2026年甲区任务分解表\t\t\n", "2026年甲区任务分解表"),
        ("\t关于印发《甲区要点》的通知\n", "甲区要点"),
        ("填表说明\t甲区工作要点和任务清单\n", ""),
    ],
)
def test_a_row_of_several_cells_is_no_title(before: str, title: str) -> None:
    plan = parsed(f"{before}序号\t工作任务\t牵头单位\t主要任务分工\n1\t甲项\t甲局\t")

    assert (plan.about.title, len(plan.measures)) == (title, 1)


def test_a_measure_or_a_chapter_at_the_beginning_is_no_title() -> None:
    for first in ("1.落实2026年重点任务\n（甲局负责；长期）", "一、完成2026年重点任务\n1.甲项。（甲局负责；长期）"):
        assert parsed(first).about.title == ""


@pytest.mark.parametrize(
    "line",
    [
        *("1.加强版权所有人维权指导。（甲局负责；长期）", "1.完善政务微信、政务微博发布机制（甲局负责；长期）"),
        *(
            "1.推进政府网站适老版改造。（甲局负责；长期）",
            "1.规范网站ICP备案管理，核验ICP备12345号。（甲局负责；长期）",
        ),
        *("（一）建设网站无障碍浏览服务", "1.扫一扫亮码通行", "相关文档由甲局归档。（甲局负责；长期）"),
        *("1.附件下载专区优化。（甲局负责；长期）", "加强网站地图维护。（甲局负责；长期）"),
    ],
)
def test_a_measure_that_names_what_stands_around_pages_is_a_measure(line: str) -> None:
    plan = parsed(ONE + line)

    assert used(plan, 2) == (Use.MEASURE, "")
    assert len(plan.measures) == 1


@pytest.mark.parametrize(
    "line",
    [
        *(
            "加强无障碍浏览建设，方便老年人",
            "推广政务微信",
            "版权所有人应当依法维权，受侵害的可以投诉",
            "相关文档由甲局归档",
        ),
        *("请各单位于月底前报送区政府办公室", "进展情况报领导小组办公室", "甲局、乙局"),
    ],
)
def test_a_paragraph_is_no_furniture_for_one_word_in_it_and_is_asked_about(line: str) -> None:
    plan = parsed(ONE + "1.甲项。（甲局负责；长期）\n" + line)

    assert used(plan, 3)[0] == Use.ASKED
    assert asked(plan) == {Kind.LINE: 1}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        *((line, "页码") for line in ("— 2 —", "- 2 -", "2", "第1页 共2页", "1 / 2", "Page 1 of 2")),
        *(
            (line, "网站页脚")
            for line in (
                *(
                    "主办单位：滨港区人民政府办公室 沪ICP备00000000号",
                    "京公网安备 11010100000000号",
                    "网站标识码：1100000000",
                ),
                *(
                    "版权所有：滨港区人民政府",
                    "Copyright © 2022 滨港区人民政府",
                    "滨港区人民政府 版权所有",
                    "网站声明 | 联系我们",
                ),
                "技术支持：某某公司",
            )
        ),
        *(
            (line, "网页按钮和链接")
            for line in (
                *(
                    "打印本页 关闭窗口",
                    "【字体：大 中 小】",
                    "分享到：微信 微博 QQ空间",
                    "上一篇：某某通知",
                    "浏览次数：12次",
                ),
                *(
                    "首页 > 政务公开 > 规划计划",
                    "当前位置：首页 > 政务公开",
                    "扫一扫在手机打开当前页",
                    "相关链接：",
                    "责任编辑：某某",
                ),
                *("联系我们 | 网站地图 | 适老版", "无障碍浏览"),
            )
        ),
        *(
            (line, "正文之后的文字")
            for line in ("附件：任务分解表", "滨港区人民政府办公室", "2022年3月4日", "（此件公开发布）")
        ),
    ],
)
def test_what_is_around_a_page_is_left_out_and_shown(line: str, why: str) -> None:
    plan = parsed(ONE + "1.甲项。（甲局负责；长期）\n\n" + line)

    assert used(plan, 4) in {(Use.LEFT_OUT, why), (Use.LEFT_OUT, "网站页脚" if line.startswith("网站声明") else why)}
    assert (plan.doubts, units(plan)) == ([], [{"甲局": SOLE}])


@pytest.mark.parametrize(
    "text",
    [
        "1.推进甲项，完善机制。（甲局、乙局、\n丙局按职责分工负责；2022年6月底前完成）",
        "1.推进甲项，完善机制。（甲局、乙\n局、丙局按职责分工负责；2022年6月\n底前完成）",
        "1.推进甲项，完善机制。（甲局、乙\n— 3 —\n局、丙局按职责分工负责；2022年6月底前完成）",
        "1.推进甲项，\n完善机制。（甲局、乙局、丙局按职责分工负责；2022年6月底前\n\n—3—\n\n　　完成）",
        "1.推进甲项，完善机制。\n（责任单位：甲局、乙局、丙局；\n完成时限：2022年6月底前）",
    ],
)
def test_lines_that_a_page_broke_off_are_one(text: str) -> None:
    plan = parsed(ONE + text)

    assert [measure.wording for measure in plan.measures] == ["推进甲项，完善机制。"]
    assert units(plan) == [{"甲局": JOINT, "乙局": JOINT, "丙局": JOINT}]
    assert (plan.measures[0].due_on, plan.doubts) == ("2022-06-30", [])
    assert {mark.use for mark in plan.marks} <= {Use.SECTION, Use.MEASURE, Use.DUTY, Use.LEFT_OUT, Use.BLANK}
    assert plan.measures[0].last_line == len(plan.marks)


def test_what_is_asked_about_broken_lines_is_where_it_stands_in_the_text() -> None:
    rows = f"{ONE}1.甲项。（甲局、\n　　乙局会同丙局按职责分工负责；\n2022年6月前）".splitlines()

    places = {doubt.kind: rows[doubt.line - 1][doubt.start : doubt.end] for doubt in parse(rows).doubts}

    assert places == {Kind.NAME: "乙局会同丙局", Kind.TIME: "2022年6月前"}


def test_a_bracket_that_is_never_closed_takes_no_line_in() -> None:
    plan = parsed(f"{ONE}1.甲项（见附件。\n2.乙项。（乙局负责；长期）\n三项（甲局\n\n4.丁项。（丁局负责；长期）")

    assert [measure.number for measure in plan.measures] == [1, 2, 4]


HEAD = "序号\t工作任务\t责任单位\t\t时限\n"


def test_a_head_of_two_rows_is_one() -> None:
    plan = parsed(f"{ONE}{HEAD}\t\t牵头单位\t配合单位\t\n1\t甲项\t甲局\t乙局\t长期")

    assert (units(plan), asked(plan)) == ([{"甲局": LEAD, "乙局": CO}], Counter())


@pytest.mark.parametrize("row", ["3\t\t\t\t", "\t乙项\t\t\t", "说明：以上任务按季调度\t\t\t\t"])
def test_a_row_of_one_cell_that_may_be_no_title_is_no_chapter(row: str) -> None:
    plan = parsed(f"{ONE}{HEAD}1\t甲项\t甲局\t\t长期\n{row}")

    assert [section.title for section in plan.sections] == ["章节"]
    assert plan.doubts


@pytest.mark.parametrize("line", ["1.\t甲项。", "\t1.甲项。", "1)甲项。", "（1）\t甲项。", "1、\t甲项。"])
def test_numbers_with_tabs_are_those_of_paragraphs(line: str) -> None:
    plan = parsed(f"一、\t章节\n{line}（甲局负责；长期）")

    assert [(measure.number, measure.wording) for measure in plan.measures] == [(1, "甲项。")]
    assert (plan.sections[0].title, plan.doubts) == ("章节", [])


@pytest.mark.parametrize("line", ["1.2022年完成甲项。", "1、2022年完成甲项。", "1. 2022年完成甲项。"])
def test_a_number_before_a_year_is_a_number(line: str) -> None:
    plan = parsed(f"{ONE}{line}（甲局负责；长期）")

    assert [(measure.number, measure.wording) for measure in plan.measures] == [(1, "2022年完成甲项。")]


# --- how much there is to do: counted, and not timed -----------------------------------------------------------


def test_names_without_separators_are_taken_apart_in_as_many_steps_as_there_are_letters() -> None:
    class Pool(set[str]):
        looked = 0

        def __contains__(self, name: object) -> bool:
            Pool.looked += 1
            return super().__contains__(name)

    assert len(names.pieces("局" * 60 + "甲", Pool({"局局", "局局局"}))) == 0
    assert Pool.looked <= 60 * 60
    assert names.pieces("甲局乙局", {"甲局", "乙局"}) == [["甲局", "乙局"]]
    assert len(names.pieces("局" * 12, {"局局", "局局局"})) == 2


def test_a_run_of_blanks_is_looked_at_once() -> None:
    blanks = " " * 200_000

    assert building.without_blanks(f"a{blanks}b") == f"a{blanks}b"
    assert building.without_blanks(f"甲{blanks}b") == "甲b"


def test_places_of_a_line_are_not_compared_with_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[Any] = []
    monkeypatch.setattr(page.Asked, "__eq__", lambda self, other: compared.append(other) or self is other)
    rows = ["一、章节", "1." + "甲" * 3000]
    plan = parse(rows)
    plan.doubts = [Doubt(Kind.NAME, "甲", 2, at, at + 1, measure=1) for at in range(3000)]

    sheet = page.sheet(rows, plan, {})

    assert [len(row.pieces) for row in sheet.rows] == [1, 3001]
    assert len(sheet.chapters[0].cards[0].asked) == 3000
    assert compared == []
