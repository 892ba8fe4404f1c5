"""What Word shows is what is read: numbers as it counts them."""

from __future__ import annotations

import pytest

from tasks.documents.reading import read_file

from .test_document_reading import W, a_docx, p


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
