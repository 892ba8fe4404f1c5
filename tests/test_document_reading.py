"""Files become lines, or are refused with a sentence; nothing is unpacked, followed or run that need not be."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import openpyxl
import pytest

from tasks.choices import EvidenceKind
from tasks.documents.parser import parse
from tasks.documents.raw import Unreadable
from tasks.documents.reading import read_file, read_text

from .files import a_compound_file, a_pdf, a_zip, an_ofd, an_open_xml, content_types
from .test_panel_import_files import a_bomb

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MAIN = ("word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml")
TEXT = "一、保护\n1.甲项。（甲局负责；长期）"


def p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def td(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


def a_docx(body: str, before: str = "", **parts: str) -> bytes:
    document = f'<?xml version="1.0" encoding="UTF-8"?>{before}<w:document {W}><w:body>{body}</w:body></w:document>'
    named = {f"word/{name}.xml": content for name, content in parts.items()}
    return a_zip({"[Content_Types].xml": content_types(MAIN), MAIN[0]: document} | named)


def a_book(*rows: list[object], merged: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for each in merged:
        book.active.merge_cells(each)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_sheet(xml: str) -> bytes:
    parts = {}
    with zipfile.ZipFile(io.BytesIO(a_book(["a"]))) as archive:
        for name in archive.namelist():
            parts[name] = xml if name.endswith("sheet1.xml") else archive.read(name)
    return a_zip(parts)


def rows_of(name: str, data: bytes) -> list[str]:
    return read_file(name, data).rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_text_file_is_read_in_the_encodings_that_people_use(encoding: str) -> None:
    assert rows_of("计划.txt", TEXT.encode(encoding)) == TEXT.split("\n")


def test_what_was_pasted_is_read_and_named() -> None:
    read = read_text("⼀、保护\u200b\r\n1.甲项\u00a0")

    assert (read.name, read.rows, read.size) == ("粘贴的文字", ["一、保护", "1.甲项"], 27)
    assert len(read.sha256) == 64


def test_a_word_file_is_read_in_its_order_with_the_numbers_that_word_counts() -> None:
    numbering = (
        f'<w:numbering {W}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="chineseCounting"/>'
        '<w:lvlText w:val="%1、"/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="decimal"/><w:lvlText w:val="%2."/></w:lvl>'
        '</w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    first, second = (f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="7"/></w:numPr>' for depth in (0, 1))
    inserted = (
        "<w:p><w:ins><w:r><w:t>新加的</w:t></w:r></w:ins><w:del><w:r><w:delText>删去的</w:delText></w:r></w:del></w:p>"
    )
    down = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    table = (
        f"<w:tbl><w:tr>{td('序号')}{td('工作任务')}{td('责任单位')}</w:tr>"
        f"<w:tr>{td('1')}{td('甲项')}{td('甲局', down[0])}</w:tr>"
        f"<w:tr>{td('2')}{td('乙项')}{td('', down[1])}</w:tr></w:tbl>"
    )
    body = (
        p("保护", first)
        + p("甲项", second)
        + p("乙项", second)
        + p("运用", first)
        + p("丙项", second)
        + inserted
        + table
    )

    read = read_file("计划.docx", a_docx(body, numbering=numbering))

    assert read.rows == [
        *("一、保护", "1.甲项", "2.乙项", "二、运用", "1.丙项", "新加的"),
        *("序号\t工作任务\t责任单位", "1\t甲项\t甲局", "2\t乙项\t"),
    ]
    assert read.merged == {(9, 2)}


def test_what_word_keeps_twice_for_older_programs_is_read_once() -> None:
    twice = "<mc:Choice><w:r><w:t>甲项</w:t></w:r></mc:Choice><mc:Fallback><w:r><w:t>甲项</w:t></w:r></mc:Fallback>"
    space = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'

    assert rows_of("a.docx", a_docx(f"<w:p><mc:AlternateContent {space}>{twice}</mc:AlternateContent></w:p>")) == [
        "甲项"
    ]


def test_a_workbook_is_read_with_its_merged_cells_and_days() -> None:
    read = read_file(
        "分解表.xlsx",
        a_book(
            ["2026年任务分解表"],
            ["序号", "工作任务", "牵头单位", "完成时限"],
            [1.0, "甲项", "甲局\n乙局", date(2026, 6, 30)],
            [2, "乙项", None, "长期"],
            merged=("A1:D1", "C3:C4"),
        ),
    )

    assert read.rows == [
        *("2026年任务分解表\t", "序号\t工作任务\t牵头单位\t完成时限"),
        *("1\t甲项\t甲局 乙局\t2026年6月30日", "2\t乙项\t\t长期"),
    ]
    assert read.merged == {(4, 2)}
    assert [[part.unit for part in measure.parts] for measure in parse(read.rows, merged=read.merged).measures] == [
        ["甲局", "乙局"],
        ["甲局", "乙局"],
    ]


ENTITY = '<!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
CELL = '<row r="{}"><c r="A{}" t="inlineStr"><is><t>字</t></is></c></row>'
BROKEN_WORD = "Word 文件的内容无法读取，请用 Word 或 WPS 重新保存后再试。"
BROKEN_BOOK = "文件不是有效的 .xlsx 工作簿，请用 Excel 或 WPS 重新保存后再试。"
OLD = "这是旧版的 Office 文件（.doc、.xls）或已加密的文件，请去除密码，另存为 .docx 或 .xlsx 后再试。"
MACRO = "文件含有宏，请另存为不含宏的文件后上传。"
LARGE = "文件展开后过大，请只保留计划正文后再试。"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        pytest.param("a.txt", b"", "文件是空的。", id="empty"),
        pytest.param("a.txt", b" \n\n", "没有读出文字。", id="blank"),
        pytest.param(
            "a.txt", b"\x81\x00\xff\xfe", "文件的编码无法识别，请另存为UTF-8编码的文本文件后再试。", id="no text"
        ),
        pytest.param("a.txt", "一\n二\x00".encode(), "第2行有无法显示的控制字符，请删除后重试。", id="NUL"),
        pytest.param("a.txt", b"x" * 2_100_000, "文件超过2.0\xa0MB，请只保留计划正文后再试。", id="too large"),
        pytest.param("a.txt", b"x\n" * 3001, "文件超过3000行，请只保留计划正文后再试。", id="too many lines"),
        pytest.param("a.txt", b"x" * 10_001, "第1行超过10000字，请分段后再试。", id="endless line"),
        pytest.param("a.txt", (b"x" * 1000 + b"\n") * 301, "文字超过300000字，请只保留计划正文后再试。", id="too long"),
        pytest.param("a.docx", b"PK", "扩展名是“.docx”，内容却不是，请核对后重新上传。", id="text as docx"),
        pytest.param("a.xlsx", TEXT.encode(), "扩展名是“.xlsx”，内容却不是，请核对后重新上传。", id="csv as xlsx"),
        pytest.param(
            "a.xlsx", a_docx(p("字")), "扩展名是“.xlsx”，内容却是Word文件，请核对后重新上传。", id="docx as xlsx"
        ),
        pytest.param(
            "a.txt", a_docx(p("字")), "扩展名是“.txt”，内容却是Word文件，请核对后重新上传。", id="docx as txt"
        ),
        pytest.param("a.xlsx", a_compound_file("Workbook"), OLD, id="xls as xlsx"),
        pytest.param("a.docx", a_compound_file("EncryptedPackage", "EncryptionInfo"), OLD, id="encrypted"),
        pytest.param("a.docx", a_pdf(), "扩展名是“.docx”，内容却是PDF文件，请核对后重新上传。", id="PDF as docx"),
        pytest.param("a.ofd", an_ofd(), "内容是OFD文件，请上传 .docx、.xlsx、.pdf 或 .txt 文件。", id="OFD"),
        pytest.param(
            "a.docx", a_docx(p("字"), vbaProject="x").replace(b"vbaProject.xml", b"vbaProject.bin"), MACRO, id="macro"
        ),
        pytest.param("a.docx", a_docx(p("字"))[:-30], "ZIP文件不完整或已损坏，请重新生成后上传。", id="cut off"),
        pytest.param("a.docx", an_open_xml(EvidenceKind.DOCX), BROKEN_WORD, id="no body"),
        pytest.param("a.docx", a_docx(p("&a;"), before=ENTITY), BROKEN_WORD, id="billion laughs"),
        pytest.param("a.docx", a_docx(p("&a;"), before=OUTSIDE), BROKEN_WORD, id="external entity"),
        pytest.param(
            "a.docx", a_docx("<w:sdt>" * 5000 + "</w:sdt>" * 5000), "Word 文件的内容嵌套过深，不能读取。", id="deep"
        ),
        pytest.param("a.docx", a_docx(p("0" * 21_000_000)), LARGE, id="bomb"),
        pytest.param("a.docx", a_docx(p("字") * 3001), "文件超过3000行，请只保留计划正文后再试。", id="paragraphs"),
        pytest.param(
            "a.xlsx",
            a_bomb(1, 25_000_000),
            "内容是ZIP压缩包，请上传 .docx、.xlsx、.pdf 或 .txt 文件。",
            id="another zip",
        ),
        pytest.param("a.xlsx", a_book(["=1+1"]), "Sheet!A1是公式或错误值，请先粘贴为数值。", id="formula"),
        pytest.param("a.xlsx", a_book([None] * 50 + ["字"]), "工作表“Sheet”：第1行超过50列。", id="columns"),
        pytest.param("a.xlsx", a_book([]), "工作簿中没有内容。", id="nothing on it"),
        pytest.param("a.xlsx", with_sheet(ENTITY + SHEET.format("&a;")), BROKEN_BOOK, id="entities in a sheet"),
        pytest.param("a.xlsx", with_sheet("<worksheet"), BROKEN_BOOK, id="broken sheet"),
        pytest.param(
            "a.xlsx",
            with_sheet(SHEET.format(CELL.format(1, 1) + CELL.format(900_000, 900_000))),
            "工作表“Sheet”：第900000行之前有太多空行，请删除后再试。",
            id="far row",
        ),
    ],
)
def test_what_is_not_taken_is_refused_with_a_sentence(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_file(name, data)

    assert refusal.value.args[0].startswith(reason)


def test_a_lone_surrogate_is_refused_with_its_line() -> None:
    with pytest.raises(Unreadable, match="第2行有无法显示的控制字符"):
        read_text("一\n二\ud800")


def test_what_a_sheet_claims_of_its_size_is_not_believed() -> None:
    xml = SHEET.format(CELL.format(1, 1)).replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')

    assert rows_of("a.xlsx", with_sheet(xml)) == ["字\t"]


def test_cells_merged_over_a_whole_sheet_are_only_those_that_are_there() -> None:
    merged = '</sheetData><mergeCells><mergeCell ref="A1:A1048576"/></mergeCells>'
    xml = SHEET.format(CELL.format(1, 1) + CELL.format(2, 2)).replace("</sheetData>", merged)

    assert read_file("a.xlsx", with_sheet(xml)).merged == {(2, 0)}


@pytest.mark.parametrize("text", ["=cmd()", "+1", "-1", "@a"])
def test_text_that_looks_like_a_formula_is_only_text(text: str) -> None:
    assert read_text(text).rows == [text]
