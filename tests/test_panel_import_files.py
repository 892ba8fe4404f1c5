"""Files that the panel does not take in: each is refused with a sentence, and nothing is unpacked that need not be."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import openpyxl
import pytest
from django.test import Client

from departments.models import Department

from .builders import an_administrator
from .pages import signed_in
from .panel import a_workbook, said
from .test_panel_import import HEAD, UNITS, confirm, taken, upload, whole


@pytest.fixture
def client(db: None) -> Client:
    return signed_in(an_administrator())


def a_bomb(entries: int, size: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(entries):
            archive.writestr(f"xl/{number}.xml", b"0" * size)
    return stream.getvalue()


def with_sheet(xml: str) -> bytes:
    """An ordinary workbook, the contents of its only sheet replaced."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(a_workbook(["名称", "类别"]))) as whole_book,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in whole_book.namelist():
            archive.writestr(name, xml if name.endswith("sheet1.xml") else whole_book.read(name))
    return stream.getvalue()


SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</worksheet>'
INLINE = '<c r="{}" t="inlineStr"><is><t>{}</t></is></c>'
HEADER = f'<row r="1">{INLINE.format("A1", "名称")}{INLINE.format("B1", "类别")}</row>'
BROKEN = "文件不是有效的 .xlsx 工作簿，请用 Excel 或 WPS 重新保存后再试。"
NO_BOOK = "文件不是有效的 .xlsx 工作簿，或者已加密。"
TOO_LARGE = "工作簿展开后过大，请只保留需要导入的工作表。"
FORMULA = "Sheet!B2是公式或错误值，请先粘贴为数值。"
ENTITY = '<!DOCTYPE w [<!ENTITY a "aaaa">]>' + SHEET.format("<sheetData>&a;</sheetData>")


def of_sheets(**sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_of_several_sheets_none_is_taken_unsaid_and_empty_ones_are_passed_over(client: Client) -> None:
    rows = [["名称", "类别"], ["乙局", "政府部门"]]

    two = upload(client, UNITS, of_sheets(街道=rows, 部门=rows))
    behind = upload(client, UNITS, of_sheets(封面=[], 部门=rows))

    assert whole(two) == ["工作簿中“街道”、“部门”都有内容，一次只导入一张工作表，请把其余的删去或另存。"]
    assert "新增1条" in behind.words


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        pytest.param(b"not a workbook", "a.xlsx", NO_BOOK, id="no zip"),
        pytest.param(b"\xd0\xcf\x11\xe0" * 100, "a.xlsx", NO_BOOK, id="encrypted"),
        pytest.param(a_bomb(1, 1), "a.xlsx", BROKEN, id="another zip"),
        pytest.param(a_bomb(1, 25_000_000), "a.xlsx", TOO_LARGE, id="bomb"),
        pytest.param(a_bomb(1001, 1), "a.xlsx", TOO_LARGE, id="thousands of entries"),
        pytest.param(a_workbook(["名称", "类别"])[:-200], "a.xlsx", NO_BOOK, id="cut off"),
        pytest.param(with_sheet("<worksheet"), "a.xlsx", BROKEN, id="broken sheet"),
        pytest.param(with_sheet(ENTITY), "a.xlsx", BROKEN, id="entities"),
        pytest.param(b"", "a.xlsx", "所提交的是空文件。", id="empty"),
        pytest.param(a_workbook(["名称", "类别"]), "a.xls", "只能导入 .xlsx 或 .csv 文件。", id="old workbook"),
        pytest.param(a_workbook(["名称", "类别"]), "a", "只能导入 .xlsx 或 .csv 文件。", id="no ending"),
        pytest.param(b"x" * 2_100_000, "a.csv", "文件超过2.0\xa0MB，请分批导入。", id="too many bytes"),
        pytest.param(b"\x00\x01\xff\xfe", "a.csv", "文件的编码无法识别，请另存为“CSV UTF-8”后再试。", id="no text"),
        pytest.param(
            "名称,类别\n一\x07,二".encode(), "a.csv", "第2行A列：文字中有无法显示的控制字符，请删除后重试。", id="bell"
        ),
        pytest.param("名称,类别\n".encode() + b"x" * 200_000, "a.csv", "文件不是有效的 CSV。", id="endless field"),
        pytest.param(a_workbook(["名称", "类别"], ["甲", "=1+1"]), "a.xlsx", FORMULA, id="formula"),
        pytest.param(a_workbook(["名称", "类别"], ["甲", "#N/A"]), "a.xlsx", FORMULA, id="error value"),
        pytest.param(
            a_workbook(["名称", "名称"], ["甲", "乙"]), "a.xlsx", "第1行表头中“名称”重复。", id="header twice"
        ),
        pytest.param(
            a_workbook(["名称", "类别"], ["甲", "政府部门", "附注"]),
            "a.xlsx",
            "第2行C列有内容，但该列没有表头。",
            id="no header",
        ),
        pytest.param(
            a_workbook(["名称", "类别"]), "a.xlsx", "文件中没有数据：应有一行表头，下面至少一行数据。", id="header only"
        ),
        pytest.param(a_workbook([]), "a.xlsx", "文件中没有数据：应有一行表头，下面至少一行数据。", id="nothing"),
        pytest.param(
            a_workbook(["名称", "类别"], *[["甲", "乙"]] * 2001),
            "a.xlsx",
            "数据超过2000行，请分批导入。",
            id="too many rows",
        ),
        pytest.param(
            with_sheet(
                SHEET.format(f'<sheetData>{HEADER}<row r="99999999999">{INLINE.format("A2", "甲")}</row></sheetData>')
            ),
            "a.xlsx",
            "工作表的行号超出范围。",
            id="made-up row",
        ),
        pytest.param(
            with_sheet(SHEET.format(f'<sheetData>{HEADER}<row r="2">{INLINE.format("XFD2", "甲")}</row></sheetData>')),
            "a.xlsx",
            "Sheet第2行超过100列。",
            id="far column",
        ),
    ],
)
def test_a_file_that_will_not_do_is_refused_with_a_sentence(
    data: bytes, name: str, reason: str, client: Client
) -> None:
    page = upload(client, UNITS, data, name)

    assert page.status == 200
    assert whole(page) == [reason]
    assert not Department.objects.exists()


def test_what_a_workbook_claims_of_its_size_is_not_believed(client: Client) -> None:
    rows = f'<row r="2">{INLINE.format("A2", "区科技局")}{INLINE.format("B2", "政府部门")}</row>'
    far = f'<row r="1048576">{INLINE.format("A1048576", "区教育局")}{INLINE.format("B1048576", "政府部门")}</row>'

    for claim in ("A1:XFD1048576", "A1:A1"):
        body = f'<dimension ref="{claim}"/><sheetData>{HEADER}{rows}{far}</sheetData>'
        page = upload(client, UNITS, with_sheet(SHEET.format(body)))
        assert "新增2条，更新0条，未变0条" in page.words


@pytest.mark.parametrize(
    ("header", "reasons"),
    [
        (["名称", "排序"], ["表头缺少：类别。"]),
        (["单位", "类别"], ["表头缺少：名称。", f"表头中有不认识的列：单位。可用的列：{'、'.join(HEAD)}。"]),
        (["甲", "乙"], ["表头缺少：名称、类别。", f"表头中有不认识的列：甲、乙。可用的列：{'、'.join(HEAD)}。"]),
    ],
)
def test_a_header_that_will_not_do_is_named(header: list[str], reasons: list[str], client: Client) -> None:
    page = upload(client, UNITS, a_workbook(header, ["区科技局", 1]))

    assert whole(page) == reasons


def test_csv_as_excel_in_chinese_saves_it_is_understood(client: Client) -> None:
    preview = upload(client, UNITS, "名称,类别\r\n区科技局,政府部门\r\n".encode("gb18030"), "名单.CSV")

    assert said(confirm(client, UNITS, preview)) == ["导入完成：新增1条，更新0条，未变0条。"]


def test_a_number_for_a_name_is_a_name(client: Client) -> None:
    taken(client, UNITS, ["名称", "类别"], [2021, "政府部门"])

    assert Department.objects.values_list("name", flat=True).get() == "2021"
