"""Files that are no workbooks of ours, and those made to do harm: each refused with a sentence, nothing changed."""

from __future__ import annotations

import hashlib
import io
import struct
import time
import zipfile
from collections.abc import Callable, Iterator

import pytest
from openpyxl import Workbook

from tasks.excel.returned import TooMuch, read_all
from tasks.models import Report

from .builders import a_department, a_measure, a_part, an_administrator
from .files import a_compound_file
from .workbooks import a_fill_in, brought, filled_in, read, refusals, sheet_of, typing

pytestmark = pytest.mark.django_db

BROKEN = "文件不是有效的 .xlsx 工作簿，请用 Excel 或 WPS 重新保存后再试。"
NO_KEYS = "没有找到“标识”“版本”两列：请上传由本系统导出的“分单位”表或填报表。"
OTHER = "内容不是.xlsx工作簿（如.csv或其他文件改了扩展名），请上传由本系统导出、填写后的工作簿。"
TOO_LARGE = "工作簿展开后过大，请只保留需要导入的工作表。"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@pytest.fixture
def part():
    return a_part(a_measure(number=1), a_department("区商务局"))


@pytest.fixture
def form(part) -> bytes:
    return a_fill_in(part.measure.plan, part.department)


def rezipped(content: bytes, change: Callable[[str, bytes], bytes], **more: bytes) -> bytes:
    """The same archive with each of its parts changed, and ``more`` added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(name, change(name, before.read(name)))
        for name, data in more.items():
            after.writestr(name, data)
    return stream.getvalue()


def with_sheet(content: bytes, xml: bytes) -> bytes:
    return rezipped(content, lambda name, data: xml if name == "xl/worksheets/sheet1.xml" else data)


def fault(content: bytes, name: str = "填报表.xlsx", **options: float) -> str:
    return str(read(content, name, **options).fault)


def test_what_is_no_workbook_is_refused(form) -> None:
    csv, plain = "序号,进展情况\n1,完成".encode(), Workbook()
    plain_book = io.BytesIO()
    plain.save(plain_book)

    assert fault(b"") == "文件是空的。"
    assert fault(csv) == OTHER
    assert fault(b"%PDF-1.7 ...") == OTHER
    assert fault(form, "填报表.xls") == "扩展名不是.xlsx，请核对后重新上传。"
    assert fault(form, "填报表") == "扩展名不是.xlsx，请核对后重新上传。"
    assert fault(form[:-200]).startswith("ZIP文件不完整或已损坏")
    assert fault(form[:3000]).startswith("ZIP文件不完整或已损坏")
    assert fault(plain_book.getvalue()) == NO_KEYS


def test_old_encrypted_and_macro_workbooks_are_named(form) -> None:
    macros = rezipped(form, lambda _name, data: data, **{"xl/vbaProject.bin": b"\0"})

    assert fault(a_compound_file("Workbook")) == "内容是旧式的.xls工作簿，请用Excel或WPS另存为.xlsx后再上传。"
    assert fault(a_compound_file("EncryptedPackage", "EncryptionInfo")) == "文件已加密，请去除密码后上传。"
    assert fault(macros) == "文件含有宏，请另存为不含宏的文件后上传。"


def test_bombs_and_entities_are_refused(form, settings) -> None:
    settings.IMPORT_MAX_UNPACKED_BYTES = 2_000_000
    bomb = rezipped(form, lambda _name, data: data, **{"xl/media/a.bin": b"0" * 3_000_000})
    many = rezipped(form, lambda _name, data: data, **{f"xl/media/{number}": b"" for number in range(1001)})
    entity = f'<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet xmlns="{MAIN}">&a;</worksheet>'
    laughs = (
        '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c t="inlineStr"><is><t>&b;</t></is></c></row>'
        "</sheetData></worksheet>"
    )

    assert fault(bomb) == TOO_LARGE
    assert fault(many) == TOO_LARGE
    assert fault(with_sheet(form, entity.encode())) == BROKEN
    assert fault(with_sheet(form, laughs.encode())) == BROKEN
    assert fault(with_sheet(form, b"<worksheet")) == BROKEN


@pytest.mark.parametrize("character", [b"&#0;", b"&#xD800;", b"\x00", b"\xed\xa0\x80"])
def test_nul_and_lone_surrogates_never_come_in(form, character) -> None:
    content = filled_in(form, typing("进展情况", "完成此处"))
    broken = rezipped(content, lambda _name, data: data.replace("此处".encode(), character))

    assert fault(broken) == BROKEN


def test_a_sheet_that_claims_to_be_endless_is_read_as_what_it_is(form) -> None:
    def endless(name: str, data: bytes) -> bytes:
        return data.replace(b'<dimension ref="A1:R5"', b'<dimension ref="A1:XFD1048576"') if "sheet1" in name else data

    content = rezipped(filled_in(form, typing("进展情况", "完成。")), endless)

    assert b"XFD1048576" in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert [row.typed["progress"] for row in read(content).rows] == ["完成。"]


def a_tail(rows: int) -> Callable[[str, bytes], bytes]:
    def change(name: str, data: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return data
        tail = b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (line, line) for line in range(6, 6 + rows))
        return data.replace(b"</sheetData>", tail + b"</sheetData>")

    return change


def test_formatted_rows_without_end_are_passed_over_or_refused_for_their_size(form, settings) -> None:
    content = filled_in(form, typing("进展情况", "完成。"))

    some = read(rezipped(content, a_tail(20_000)))
    settings.IMPORT_MAX_BYTES = 20_000_000
    endless = fault(rezipped(content, a_tail(1_000_000)))

    assert (len(some.rows), some.fault) == (1, "")
    assert endless == TOO_LARGE


def test_limits_of_bytes_rows_and_time_come_from_the_settings(part, form, settings) -> None:
    a_part(a_measure(part.measure.plan, number=2), part.department)
    two = a_fill_in(part.measure.plan, part.department)
    slow = rezipped(two, a_tail(1000))

    assert fault(slow, seconds=-1) == "读取用时过长，请减少行数，分次上传。"
    settings.WORKBOOKS_MAX_ROWS = 1
    assert fault(two) == "填报表第6行起超过1行，请删去不填报的行后上传。"
    settings.IMPORT_MAX_BYTES = 1000
    assert fault(form) == "文件超过1000\xa0字节的上限。"


def test_the_time_is_looked_at_in_every_row_and_before_every_file(form, monkeypatch) -> None:
    looks: list[float] = []
    clock = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: looks.append(clock()) or looks[-1])

    assert read(rezipped(form, a_tail(1000))).fault == ""
    assert len(looks) > 1000
    assert fault(b"PK", seconds=-1) == "读取用时过长，请减少行数，分次上传。"


def test_reading_gives_up_before_the_server_does(settings) -> None:
    assert settings.WORKBOOKS_MAX_SECONDS <= 20  # gunicorn ends a request after 30


def test_reading_ends_where_the_files_say_more_than_can_be_confirmed(part, settings) -> None:
    settings.WORKBOOKS_MAX_CHANGES = 3
    plan, unit = part.measure.plan, part.department
    for number in range(2, 6):
        a_part(a_measure(plan, number=number), unit)
    content = filled_in(a_fill_in(plan, unit), *(typing("进展情况", "完成。", line=line) for line in range(5, 10)))
    opened: list[str] = []

    def files() -> Iterator[tuple[str, io.BytesIO]]:
        for name in ("一.xlsx", "二.xlsx"):
            opened.append(name)
            yield name, io.BytesIO(content)

    with pytest.raises(TooMuch):
        read_all(files(), until=time.monotonic() + 60, plan=plan.pk)
    form = a_fill_in(plan, unit)
    same = read_all(
        ((name, io.BytesIO(form)) for name in ("a.xlsx", "b.xlsx")), until=time.monotonic() + 60, plan=plan.pk
    )

    assert opened == ["一.xlsx"]
    assert [file.unchanged for file in same] == [5, 0]


def test_elements_without_end_are_refused_before_anything_is_built_of_them(form, settings) -> None:
    settings.WORKBOOKS_MAX_ROWS = 1000
    row = b'<row r="9">' + b"<c/>" * 300_000 + b"</row></sheetData>"

    cells = rezipped(form, lambda name, data: data.replace(b"</sheetData>", row) if "sheet1" in name else data)
    texts = rezipped(form, lambda _name, data: data, **{"xl/sharedStrings.xml": b"<si/>" * 300_000})
    merged = rezipped(form, lambda name, data: data.replace(b"<mergeCell ", b"<mergeCell/>" * 300_000 + b"<mergeCell "))

    styles = rezipped(form, lambda name, data: data + b"<xf/>" * 60_000 if name == "xl/styles.xml" else data)

    assert [fault(content) for content in (cells, texts, merged, styles)] == [TOO_LARGE] * 4
    assert max(map(len, (cells, texts, merged))) < 60_000  # bytes of what would take hundreds of megabytes


def test_more_cells_than_a_sheet_is_wide_are_refused(form) -> None:
    row = b'<row r="9">' + b"<c/>" * 20_000 + b"</row></sheetData>"

    content = rezipped(form, lambda name, data: data.replace(b"</sheetData>", row) if "sheet1" in name else data)

    assert fault(content) == "工作表“填报表”有一行的单元格过多。"


@pytest.mark.parametrize("line", [4, 5])
def test_rows_that_come_twice_or_backwards_are_refused(form, line) -> None:
    row = b'<row r="%d"><c r="A%d"/></row></sheetData>' % (line, line)

    content = rezipped(form, lambda name, data: data.replace(b"</sheetData>", row) if "sheet1" in name else data)

    assert fault(content) == f"工作表“填报表”第{line}行的行号重复或颠倒。"


def test_what_is_too_large_is_known_again_by_all_of_it(form, settings) -> None:
    settings.IMPORT_MAX_BYTES = 1000

    one, other = read(form + b"1"), read(form + b"2")

    assert one.sha256 == hashlib.sha256(form + b"1").hexdigest() != other.sha256
    assert one.size == len(form) + 1


def test_a_row_number_beyond_any_sheet_is_refused(form) -> None:
    def far(name: str, data: bytes) -> bytes:
        tail = b'<row r="99999999"><c r="A99999999" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
        return data.replace(b"</sheetData>", tail) if name == "xl/worksheets/sheet1.xml" else data

    assert fault(rezipped(form, far)) == "工作表的行号超出范围。"


@pytest.mark.parametrize(
    ("heading", "words"),
    [("存在问题", "填报表第4行表头缺少“存在问题”列。"), ("标识", NO_KEYS)],
)
def test_a_missing_column_is_named(form, heading, words) -> None:
    def change(book: Workbook) -> None:
        for cell in sheet_of(book)[4]:
            if str(cell.value).removesuffix("\n（填写）") == heading:
                cell.value = "别的"

    assert fault(filled_in(form, change)) == words


def test_a_heading_twice_is_named(form) -> None:
    def change(book: Workbook) -> None:
        sheet_of(book)["B4"].value = "进展情况"

    assert fault(filled_in(form, change)) == "填报表第4行表头中“进展情况”重复。"


def test_one_bad_file_is_named_and_the_good_one_read(part, form) -> None:
    good = filled_in(form, typing("进展情况", "完成。"))

    upload = brought(an_administrator(), part.measure.plan, b"no workbook", good)

    assert refusals(upload) == [f"1.xlsx: {OTHER}"]
    assert upload.rows.count() == 1
    assert not Report.objects.exists()


def test_sheets_without_anything_to_bring_back_are_named(form) -> None:
    assert read(form).not_read == ["说明"]


def test_a_name_of_a_file_is_shown_without_its_path(form) -> None:
    assert read(form, "C:\\各单位\\..\\回复\u202e.xlsx").name == "回复.xlsx"


def test_an_archive_is_no_workbook() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "a")

    assert "ZIP压缩包" in fault(stream.getvalue())
    assert fault(b"PK\3\4" + struct.pack("<I", 0) * 4).startswith("ZIP文件不完整或已损坏")
