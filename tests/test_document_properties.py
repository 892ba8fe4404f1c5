"""Whatever a document holds, every character of it is in the plan, shown as left out, or asked about."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tasks.documents import duty
from tasks.documents.building import LONGEST_TIME
from tasks.documents.names import LONGEST, known_as, same
from tasks.documents.parsed import Kind, Parsed, Use
from tasks.documents.parser import parse
from tasks.documents.text import plain

LINES = st.sampled_from(
    [
        *(
            "",
            "一、保护",
            "二、运用",
            "（一）小标题",
            "1.甲项。（甲局负责；长期）",
            "2．乙项",
            "责任单位：乙局、丙局",
            "完成时限：年底前",
        ),
        *(
            "（甲局牵头，乙局配合）",
            "无编号的一段文字。",
            "3.丙项。（甲局负责）丁项。（乙局负责）",
            "责任单位：甲局，2022年6月底前，乙局牵头",
            "牵头单位：甲局、乙局配合；2022年6月前",
            "（由甲局牵头，乙局等部门和丙局予以配合；",
            "各镇街、",
            "2022年12月底前完成）",
            "4.推进政务微信建设（2022年），版权所有人（每季度）",
            "打印本页 关闭窗口",
            "主办单位：甲局",
            "排名第一的为牵头单位",
            "5.己项。（2022年6月底前甲局负责，乙 局统筹，丙局*配合）",
            "（二）庚项。牵头单位：甲局",
            "— 3 —",
            "附件：表",
            "序号\t任务\t责任单位",
        ),
        *("4\t戊项\t己局", "\t\t", "2022年3月4日", "）（甲局负责", "（（甲局负责；长期）", "1.", "一、"),
    ]
)


# Few letters, so that they meet: the whole of Unicode takes Hypothesis seconds to look at, and says nothing more.
ANYTHING = st.text(
    alphabet="一二十甲乙局委负责牵头配合单位时限年月底前第季度长期（()）、，；：:;,.。1２①“”《》〔〕-\t aé", max_size=30
)


@given(st.lists(LINES | ANYTHING, max_size=12))
def test_no_line_is_lost_whatever_a_document_holds(rows: list[str]) -> None:
    plan = parse(rows)
    numbers = [measure.number for measure in plan.measures]

    assert [mark.use for mark in plan.marks if not mark.use] == []
    assert len(plan.marks) == len(rows)
    assert len(set(numbers)) == len(numbers)
    assert {measure.section for measure in plan.measures} <= {section.number for section in plan.sections}
    assert [doubt for doubt in plan.doubts if not 1 <= doubt.line <= len(rows)] == []


def letters(text: str) -> Counter[str]:
    return Counter(each for each in plain(text) if each.isalnum())


def said_of(plan: Parsed) -> Counter[str]:
    """The letters of everything that was taken in, and of what was named without being taken in."""
    found: Counter[str] = Counter()
    for each in plan.measures:
        found += letters(each.label + each.wording + each.responsibility_text + each.timeframe_text)
    return found


@given(st.lists(LINES | ANYTHING, max_size=12))
def test_no_letter_of_a_measure_is_lost(rows: list[str]) -> None:
    rows = [row.replace("\t", "") for row in rows]

    plan = parse(rows)

    taken = [row for row, mark in zip(rows, plan.marks, strict=True) if mark.use in {Use.MEASURE, Use.DUTY}]
    lost = sum(map(letters, taken), Counter[str]()) - said_of(plan)
    if any(len(measure.timeframe_text) == LONGEST_TIME for measure in plan.measures):
        return  # it is cut short, and asked about
    # A time is kept without its label.
    labels = Counter("".join(each for each in duty.LABELS[duty.TIME] if each != "|"))
    assert lost.keys() - labels.keys() == set()


@given(st.lists(LINES | ANYTHING, max_size=12))
def test_every_unit_of_the_plan_stands_in_the_text(rows: list[str]) -> None:
    plan = parse(rows)

    text = same("".join(row for row, mark in zip(rows, plan.marks, strict=True) if mark.use in {Use.MEASURE, Use.DUTY}))
    assert [unit for unit in plan.units if same(unit) not in text and len(unit) < LONGEST] == []


NAMES = st.lists(
    st.sampled_from(["甲局", "乙委", "区丙办", "各街道办", "丁院（戊所）"]), min_size=1, max_size=4, unique=True
)
TIMES = ("2022年6月底前完成", "持续推进", "2022年6月前", "适时推进", "第三季度")
ROLES = ("负责", "牵头", "配合", "按职责分工负责", "统筹", "予以配合", "抓好落实", "等部门配合", "")


@given(st.lists(st.tuples(NAMES, st.sampled_from(ROLES)), min_size=1, max_size=3), st.sampled_from(TIMES), st.data())
def test_times_and_units_are_told_apart_wherever_they_stand(
    clauses: list[tuple[list[str], str]], time: str, data: st.DataObject
) -> None:
    pieces = ["、".join(units) + role for units, role in clauses]
    pieces.insert(data.draw(st.integers(0, len(pieces))), time)
    separators = [data.draw(st.sampled_from("，；")) for _each in pieces[1:]] + [""]
    bracket = "".join(piece + separator for piece, separator in zip(pieces, separators, strict=True))

    plan = parse(
        ["一、章", f"1.甲项。（{bracket}）"], known=known_as(["甲局", "乙委", "区丙办", "各街道办", "丁院（戊所）"])
    )

    (measure,) = plan.measures
    assert {part.unit for part in measure.parts} == {unit for units, _role in clauses for unit in units}
    assert measure.timeframe_text == time
    # A unit whose role the text does not say has none, or one that is asked about.
    assert all(part.role for part in measure.parts) or Kind.ROLE in {doubt.kind for doubt in plan.doubts}
