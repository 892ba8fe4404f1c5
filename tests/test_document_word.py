"""What Word shows is what is read: numbers as it counts them, and nothing that is struck through or hidden."""

from __future__ import annotations

import pytest

from tasks.documents.parsed import Kind, Parsed, Use
from tasks.documents.parser import parse
from tasks.documents.reading import read_file

from .test_document_reading import W, a_docx, p, td


def level(depth: int, text: str, more: str = "", form: str = "decimal") -> str:
    kind = f'<w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>{more}'
    return f'<w:lvl w:ilvl="{depth}">{kind}</w:lvl>'


def numbering(*lists: str, levels: str = level(0, "%1.")) -> str:
    """Lists, numbered from 1, of one abstract definition, each with what it overrides."""
    named = (f'<w:num w:numId="{at}"><w:abstractNumId w:val="0"/>{each}</w:num>' for at, each in enumerate(lists, 1))
    return f'<w:numbering {W}><w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>{"".join(named)}</w:numbering>'


def anew(first: int, depth: int = 0) -> str:
    return f'<w:lvlOverride w:ilvl="{depth}"><w:startOverride w:val="{first}"/></w:lvlOverride>'


def listed(places: str, parts: str) -> list[str]:
    """The labels of paragraphs that are of a list and of a depth each: 1:0 2:0."""
    pairs = [place.split(":") for place in places.split()]
    body = "".join(
        p("项", f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{name}"/></w:numPr>') for name, depth in pairs
    )
    return [row.removesuffix("项") for row in read_file("计划.docx", a_docx(body, numbering=parts)).rows]


@pytest.mark.parametrize(
    ("lists", "places", "labels"),
    [
        ((anew(13),), "1:0 1:0", ["13.", "14."]),
        (("", ""), "1:0 1:0 2:0 2:0 1:0", ["1.", "2.", "3.", "4.", "5."]),
        (("", anew(1)), "1:0 1:0 2:0 2:0", ["1.", "2.", "1.", "2."]),
        (("", anew(5)), "1:0 2:0 1:0 2:0", ["1.", "5.", "6.", "7."]),
        (
            ("", f'<w:lvlOverride w:ilvl="0">{level(0, "（%1）", form="chineseCounting")}</w:lvlOverride>'),
            "1:0 2:0 1:0",
            ["1.", "（二）", "3."],
        ),
        ((anew(3, depth=7),), "1:0", ["1."]),
    ],
)
def test_lists_of_one_definition_count_on_but_where_one_begins_anew(
    lists: tuple[str, ...], places: str, labels: list[str]
) -> None:
    assert listed(places, numbering(*lists)) == labels


@pytest.mark.parametrize(
    ("override", "restart", "labels"),
    [
        ("", "", ["一、", "1.", "2.", "二、", "1."]),
        ("", '<w:lvlRestart w:val="0"/>', ["一、", "1.", "2.", "二、", "3."]),
        (anew(1) + anew(4, depth=1), "", ["一、", "4.", "5.", "二、", "4."]),
    ],
)
def test_a_deeper_level_begins_anew_as_its_definition_says(override: str, restart: str, labels: list[str]) -> None:
    levels = level(0, "%1、", form="chineseCounting") + level(1, "%2.", restart)

    assert listed("1:0 1:1 1:1 1:0 1:1", numbering(override, levels=levels)) == labels


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def plan_of(body: str, **parts: str) -> tuple[list[str], Parsed]:
    read = read_file("计划.docx", a_docx(p("一、保护") + body, **parts))
    return read.rows[1:], parse(read.rows, merged=read.merged)


STYLES = (
    f'<w:styles {W}><w:style w:type="character" w:styleId="a"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="b"><w:basedOn w:val="a"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="c"><w:rPr><w:strike/></w:rPr></w:style></w:styles>'
)


@pytest.mark.parametrize(
    ("properties", "why"),
    [
        *(("<w:strike/>", "有删除线的"), ('<w:dstrike w:val="1"/>', "有删除线的"), ("<w:vanish/>", "隐藏的")),
        *(('<w:rStyle w:val="a"/>', "隐藏的"), ('<w:rStyle w:val="b"/>', "隐藏的")),
    ],
)
def test_words_that_are_struck_through_or_hidden_are_left_out_and_asked_about(properties: str, why: str) -> None:
    words = run("1.甲项。（") + run("丙", properties) + run("局、", properties) + run("乙局负责；长期）")

    rows, plan = plan_of(f"<w:p>{words}</w:p>" + p("2.乙项。（乙局负责；长期）"), styles=STYLES)

    assert rows == ["1.甲项。（乙局负责；长期）", "2.乙项。（乙局负责；长期）", f"没有读入第2行{why}文字：丙局、"]
    assert [[part.unit for part in measure.parts] for measure in plan.measures] == [["乙局"], ["乙局"]]
    assert [(doubt.kind, doubt.words, doubt.line, doubt.measure) for doubt in plan.doubts] == [
        (Kind.HIDDEN, f"第2行{why}文字“丙局、”没有读入，请核对。", 2, 1)
    ]
    assert (plan.marks[3].use, plan.marks[3].why) == (Use.LEFT_OUT, "隐藏或划去的内容")


@pytest.mark.parametrize("properties", ['<w:strike w:val="0"/>', '<w:vanish w:val="false"/>', '<w:rStyle w:val="d"/>'])
def test_words_that_are_shown_are_read(properties: str) -> None:
    assert plan_of(f"<w:p>{run('1.甲项。（甲局负责；长期）', properties)}</w:p>", styles=STYLES)[1].doubts == []


def test_a_run_may_show_what_its_paragraph_strikes_through() -> None:
    again = run("新", '<w:strike w:val="0"/>')
    paragraph = f'<w:p><w:pPr><w:pStyle w:val="c"/></w:pPr>{run("旧")}{again}</w:p>'

    assert plan_of(paragraph, styles=STYLES)[0] == ["新", "没有读入第2行有删除线的文字：旧"]


def test_a_paragraph_that_is_struck_through_takes_its_number_with_it_and_one_that_is_hidden_is_not_counted() -> None:
    one = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    struck = f"<w:p><w:pPr>{one}</w:pPr>{run('乙项', '<w:strike/>')}</w:p>"
    hidden = f"<w:p><w:pPr>{one}<w:rPr><w:vanish/></w:rPr></w:pPr>{run('丙项', '<w:vanish/>')}</w:p>"

    rows, _plan = plan_of(p("甲项", one) + struck + hidden + p("丁项", one), numbering=numbering(""))

    assert rows == [
        *("1.甲项", "", "", "3.丁项", "没有读入第3行有删除线的文字：乙项", "没有读入第4行隐藏的文字：丙项"),
    ]


def test_what_is_left_out_states_no_convention_and_ends_no_bracket() -> None:
    struck = f"<w:p>{run('列第一位的为牵头单位，依据甲发〔2020〕1号）', '<w:strike/>')}</w:p>"
    measures = p("1.甲项。（甲局、乙局按职责分工负责；长期）") + p("2.乙项，依据甲发〔2021〕1号。（乙局负责；长期")

    _rows, plan = plan_of(struck + measures)

    assert [str(part.role) for part in plan.measures[0].parts] == ["JOINT", "JOINT"]
    assert [str(doubt.kind) for doubt in plan.doubts][:1] == ["HIDDEN"]
    assert not {Kind.CONVENTION, Kind.CITATIONS} & {doubt.kind for doubt in plan.doubts}
    assert plan.measures[1].last_line == 4


def test_a_hidden_row_of_a_table_is_left_out_with_what_is_merged_into_it() -> None:
    def tr(*cells: str, properties: str = "") -> str:
        return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"

    begins, carries_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    table = (
        tr(td("序号"), td("工作任务"), td("责任单位"), td("时限"))
        + tr(td("1"), td("甲项"), td("甲局"), td("长期"))
        + tr(td("2"), td("乙项"), td("乙局", begins), td("长期"), properties="<w:hidden/>")
        + tr(td("3"), td("丙项"), td("", carries_on), td("长期"))
    )

    rows, plan = plan_of(f"<w:tbl>{table}</w:tbl>")

    assert (rows[2], rows[-1]) == ("", "没有读入第4行隐藏的文字：2 乙项 乙局 长期")
    assert [(measure.number, [part.unit for part in measure.parts]) for measure in plan.measures] == [
        (1, ["甲局"]),
        (3, []),
    ]


def test_a_cell_merged_with_an_empty_one_is_empty() -> None:
    rows = [
        "一、保护",
        "序号\t工作任务\t牵头单位\t配合单位",
        "1\t甲项\t甲局\t乙局",
        "2\t乙项\t甲局\t",
        "3\t丙项\t甲局\t",
    ]

    plan = parse(rows, merged={(5, 3)})

    assert [len(measure.parts) for measure in plan.measures] == [2, 1, 1]


def test_numbers_of_a_thousand_digits_are_none() -> None:
    absurd = "9" * 5000
    row = td("甲", f'<w:gridSpan w:val="{absurd}"/>') + td("乙")
    place = f'<w:numPr><w:ilvl w:val="{absurd}"/><w:numId w:val="1"/></w:numPr>'
    override = f'<w:lvlOverride w:ilvl="0"><w:startOverride w:val="{absurd}"/></w:lvlOverride>'

    body = f"<w:tbl><w:tr>{row}</w:tr></w:tbl>" + p("丙", place)

    assert read_file("a.docx", a_docx(body, numbering=numbering(override))).rows == ["甲\t乙", "1.丙"]
