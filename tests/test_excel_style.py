"""What may stand in a cell, and how much of it a row can show."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell

from tasks.choices import Timeliness
from tasks.excel.book import Book
from tasks.excel.sheets import Column, Heading, Styled
from tasks.excel.style import (
    MAX_ROW_HEIGHT,
    MOST_IN_A_CELL,
    MOST_LINES,
    capacity,
    lines,
    lines_of,
    printable,
    row_height,
    share,
    shorten,
)

MARK = "……（详见分单位表）"


def written(value: object, look: str = "left") -> Cell:
    """The cell as somebody finds it who opens the file."""
    return load_workbook(BytesIO(book_of([(value, look)]))).active["A5"]


def book_of(cells: list[tuple[object, str]]) -> bytes:
    """A workbook with a row for each value."""
    book = Book("", "")
    columns = (Column("列", 10, lambda cell: Styled(*cell)),)
    book.page("表", Heading("", "", "", "", ""), columns, cells)
    return book.content()


# --- what may stand in a cell ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://example.org","领奖")',
        "=1+1",
        "=",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\n=1",
    ],
)
def test_text_that_looks_like_a_formula_stays_text(text):
    cell = written(text)

    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_text_that_looks_like_a_formula_after_a_carriage_return_stays_text():
    cell = written("\r=1")

    assert (cell.value, cell.data_type, cell.quotePrefix) == ("\n=1", "s", True)


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "2021-12-31", "4/5", "1", "TRUE", "已完成=3项"])
def test_text_that_looks_like_something_else_stays_text(text):
    cell = written(text)

    assert (cell.value, cell.data_type, cell.quotePrefix, cell.number_format) == (text, "s", False, "@")


def test_a_date_is_a_date():
    cell = written(date(2021, 12, 31))

    assert (cell.value.date(), cell.is_date, cell.number_format) == (date(2021, 12, 31), True, "yyyy-mm-dd")


def test_a_whole_number_is_a_number():
    cell = written(12)

    assert (cell.value, type(cell.value), cell.number_format) == (12, int, "0")
    assert cell.alignment.horizontal == "right"


def test_a_number_that_only_tells_rows_apart_stands_in_the_middle():
    cell = written(12, "ordinal")

    assert (cell.value, cell.data_type, cell.alignment.horizontal) == (12, "n", "center")


def test_a_share_is_a_percentage():
    cell = written(0.78)

    assert (cell.value, type(cell.value), cell.number_format) == (0.78, float, "0%")


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_is_an_empty_cell_with_the_lines_of_the_table(nothing):
    cell = written(nothing)

    assert (cell.value, cell.border.left.style) == (None, "thin")


@pytest.mark.parametrize(
    ("light", "word", "ink", "ground"),
    [
        (Timeliness.OVERDUE, "逾期", "B3261E", "FBE9E7"),
        (Timeliness.DUE_SOON, "临期", "8A5A00", "FDF3DC"),
        (Timeliness.ON_TRACK, "正常", "52606D", "EEF1F4"),
        (Timeliness.SILENT, "超期未报", "6B4BA3", "F0EAFA"),
        (Timeliness.ONGOING, "持续推进", "52606D", "EEF1F4"),
        (Timeliness.CLOSED, "已办结", "1F6F43", "E6F3EC"),
        (Timeliness.CLOSED_LATE, "逾期办结", "1F6F43", "E6F3EC"),
    ],
)
def test_a_light_is_a_word_and_a_fill(light, word, ink, ground):
    cell = written(light)

    assert (cell.value, cell.fill.fill_type, cell.fill.fgColor.rgb, cell.font.color.rgb) == (
        word,
        "solid",
        f"00{ground}",
        f"00{ink}",
    )


def test_red_is_for_overdue_alone():
    red = [light for light in Timeliness if written(light).font.color.rgb == "00B3261E"]

    assert red == [Timeliness.OVERDUE]


def test_a_look_is_made_into_one_style_for_all_its_cells():
    values = ("文字", 1, 0.5, date(2021, 12, 31), Timeliness.OVERDUE, None)

    one, many = (book_of([(value, "left") for value in values] * times) for times in (1, 100))

    assert len(load_workbook(BytesIO(one))._cell_styles) == len(load_workbook(BytesIO(many))._cell_styles)


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x0b", "\x1f", "\ud800", "\ufffe", "\uffff"])
def test_what_a_workbook_cannot_hold_is_replaced(character):
    assert written(f"前{character}后").value == "前\ufffd后"


def test_line_ends_become_one_kind():
    assert printable("甲\r\n乙\r丙\n丁") == "甲\n乙\n丙\n丁"


def test_the_longest_text_a_cell_can_hold_is_left_alone():
    text = "长" * MOST_IN_A_CELL

    assert printable(text) == text


def test_longer_text_is_cut_with_a_mark():
    text = printable("长" * (MOST_IN_A_CELL + 1))

    mark = "……（超出单元格字数上限，余下从略）"
    assert text == "长" * (MOST_IN_A_CELL - len(mark)) + mark


def test_the_limit_counts_as_excel_does_and_breaks_no_character():
    text = printable("𠮷" * 20_000)  # 40,000 of Excel's characters

    assert len(text.encode("utf-16-le")) // 2 in {MOST_IN_A_CELL, MOST_IN_A_CELL - 1}
    assert set(text) == set("𠮷……（超出单元格字数上限，余下从略）")


# --- how much of it a row can show -----------------------------------------------------------------


@pytest.mark.parametrize(("width", "room"), [(5, 4), (14, 12), (12.5, 10), (40, 38), (1, 2)])
def test_a_column_holds_a_little_less_than_its_width(width, room):
    assert capacity(width) == room


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 1),
        ("12345678", 1),
        ("123456789", 2),
        ("区金融局", 1),
        ("区市场监管局", 2),
        ("“昆仑”行动", 2),
        ("甲\n\n乙", 3),
        ("区市场监管局\n区金融局", 3),
    ],
)
def test_a_chinese_character_takes_the_room_of_two(text, expected):
    assert lines(text, 8) == expected


@pytest.mark.parametrize("value", [None, 12, 0.5, date(2021, 12, 31), Timeliness.CLOSED_LATE])
def test_what_is_no_text_takes_one_line(value):
    assert lines_of(value, 5) == 1


def test_a_row_is_as_high_as_its_lines_up_to_what_excel_allows():
    assert [row_height(2), row_height(MOST_LINES), row_height(MOST_LINES + 1), row_height(500)] == [
        33.0,
        397.5,
        MAX_ROW_HEIGHT,
        MAX_ROW_HEIGHT,
    ]


def test_text_that_fits_is_not_shortened():
    assert shorten("区市场监管局", 8, 2, MARK) == "区市场监管局"


def test_shortened_text_and_its_mark_take_the_lines_they_may():
    text = shorten("检查经营主体" * 100, 38, 5, MARK)

    assert (text[:6], text[-len(MARK) :], lines(text, 38)) == ("检查经营主体", MARK, 5)


@pytest.mark.parametrize("most", [1, 2, 3, 7])
@pytest.mark.parametrize("text", ["Word 文档 1,240 户次；" * 30, "甲\n" * 60, "一二三四五六七八九十" * 20])
def test_shortened_text_never_takes_more_lines(text, most):
    assert lines(shorten(text, 38, most, MARK), 38) <= most


def test_texts_that_fit_are_left_alone():
    texts = [("【甲】", "一切正常"), ("【乙】", ""), ("", "无")]

    assert list(share(texts, 38, 3, MARK)) == ["【甲】一切正常", "【乙】", "无"]


def test_where_texts_do_not_fit_the_long_ones_give_way_to_the_short():
    short, long = ("【甲】", "一切正常"), ("【乙】", "检查经营主体" * 100)

    first, second, third = share([short, long, short], 38, 10, MARK)

    assert (first, third) == ("【甲】一切正常", "【甲】一切正常")
    assert (second.startswith("【乙】检查"), second.endswith(MARK), lines(second, 38)) == (True, True, 8)


def test_no_unit_is_left_out_however_many_there_are():
    units = [f"【第{number}街道办】" for number in range(60)]

    texts = list(share([(unit, "检查经营主体" * 100) for unit in units], 16, MOST_LINES, MARK))

    assert [text[: len(unit)] for text, unit in zip(texts, units, strict=True)] == units
