"""What a file is, is told by its content; what is not clearly one thing that is taken is refused, by name."""

from __future__ import annotations

import gzip
import io
import random
import struct
import tarfile
import zipfile
from io import BytesIO

import openpyxl
import pytest

from tasks import containers
from tasks.choices import EvidenceKind
from tasks.files import ENDINGS, MEDIA_TYPES, Refused, Unfit, examine, kind_of

from .files import (
    MAINS,
    OF_EACH_KIND,
    a_compound_file,
    a_pdf,
    a_picture,
    a_zip,
    an_ofd,
    an_open_xml,
    content_types,
)

DOCX, XLSX, PDF, JPEG, PNG = (getattr(EvidenceKind, name) for name in ("DOCX", "XLSX", "PDF", "JPEG", "PNG"))
TAKEN = "可以上传PDF、OFD、JPEG或PNG图片，以及不含宏的Word、Excel、PowerPoint文件。"
MOST = 20 * 1024 * 1024
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
ZIP = a_zip({"a.txt": "a"})


def why(name: str, content: bytes, most_bytes: int = MOST) -> str:
    """Why a file is not taken, in the words people read."""
    with pytest.raises(Refused) as refusal:
        examine(name, BytesIO(content), most_bytes=most_bytes)
    assert len(refusal.value.messages) == 1
    return refusal.value.messages[0]


def test_a_file_of_each_kind_is_known_by_its_content() -> None:
    assert {kind: kind_of(content) for kind, content in OF_EACH_KIND.items()} == {kind: kind for kind in EvidenceKind}


def test_each_kind_has_its_endings_and_a_type_to_be_sent_as() -> None:
    assert (set(ENDINGS), set(MEDIA_TYPES)) == (set(EvidenceKind), set(EvidenceKind))


@pytest.mark.parametrize("kind", EvidenceKind)
def test_a_file_that_is_taken_is_measured_and_left_to_be_read_from_its_beginning(kind: EvidenceKind) -> None:
    stream = BytesIO(OF_EACH_KIND[kind])

    found = examine(f"附件.{ENDINGS[kind][0].upper()}", stream, most_bytes=MOST)

    assert (found.kind, found.size, len(found.sha256)) == (kind, len(OF_EACH_KIND[kind]), 64)
    assert found.name == f"附件.{ENDINGS[kind][0].upper()}"
    assert stream.tell() == 0


def a_workbook() -> bytes:
    stream = BytesIO()
    openpyxl.Workbook().save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (a_picture("PDF"), PDF),
        (a_picture("JPEG", progressive=True), JPEG),
        (a_picture("JPEG", comment="现场照片"), JPEG),
        (a_picture("JPEG") + a_picture("JPEG"), JPEG),  # a phone's second picture
        (a_picture("JPEG") + bytes(4096) + b"SEFH\x6b\0\0\0", JPEG),  # a phone's own notes
        (a_picture("PNG", compress_level=0), PNG),
        (a_pdf() + a_pdf()[9:], PDF),  # saved again, the new part after the old
        (a_pdf() + bytes(64), PDF),
        (a_workbook(), XLSX),
        (a_compound_file("Book", "Workbook"), EvidenceKind.XLS),  # written for two versions of the program
        (a_compound_file("Workbook", embedded=("WordDocument",)), EvidenceKind.XLS),
        (an_ofd("/Doc_0/Document.xml"), EvidenceKind.OFD),
    ],
)
def test_what_real_programs_write_is_known(content: bytes, kind: EvidenceKind) -> None:
    assert kind_of(content) == kind


def test_an_old_workbook_may_hold_the_archive_of_its_theme() -> None:
    whole = bytearray(a_compound_file("Workbook"))
    whole[-512 : -512 + len(ZIP)] = ZIP  # in the sector of its stream

    assert kind_of(bytes(whole)) == EvidenceKind.XLS


# --- nothing that is taken -----------------------------------------------------------------------------


def a_tar() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.txt"))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.zip", ZIP, "ZIP压缩包"),
        ("a.pdf", a_zip({}), "ZIP压缩包"),
        ("a.jar", a_zip({"META-INF/MANIFEST.MF": "", "[Content_Types].xml": content_types()}), "可执行程序"),
        ("a.odt", a_zip({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}), "ZIP压缩包"),
        ("a.rar", b"Rar!\x1a\x07\x01\0" + bytes(99), "RAR压缩包"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c" + bytes(99), "7z压缩包"),
        ("a.gz", gzip.compress(b"a", mtime=0), "GZ压缩包"),
        ("a.tar", a_tar(), "TAR压缩包"),
        ("a.html", HTML, "网页或XML文件"),
        ("a.html", b"\xef\xbb\xbf\n <p>x", "网页或XML文件"),
        ("a.pdf", HTML, "网页或XML文件"),
        ("a.svg", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "SVG图形"),
        ("a.exe", b"MZ\x90\0" + bytes(99), "可执行程序"),
        ("a.pdf", b"\x7fELF" + bytes(99), "可执行程序"),
        ("a.sh", b"#!/bin/sh\nrm -rf /", "脚本"),
        ("a.gif", a_picture("GIF"), "GIF图片"),
        ("a.bmp", a_picture("BMP"), "BMP图片"),
        ("a.webp", a_picture("WEBP"), "WebP图片"),
        ("a.heic", b"\0\0\0\x18ftypheic" + bytes(99), "HEIC图片"),
        ("a.mp4", b"\0\0\0\x18ftypisom" + bytes(99), "视频或音频"),
        ("a.rtf", b"{\\rtf1 a}", "RTF文件"),
    ],
)
def test_what_is_not_taken_is_called_by_its_name(name: str, content: bytes, what: str) -> None:
    assert why(name, content) == f"“{name}”未上传：内容是{what}，不能作为佐证材料。{TAKEN}"


@pytest.mark.parametrize("content", [b"\0", b"hello", "情况说明".encode(), bytes(4096), a_compound_file("Other")])
def test_what_cannot_be_recognised_is_said_to_be_so(content: bytes) -> None:
    assert why("a.doc", content) == f"“a.doc”未上传：无法识别文件内容。{TAKEN}"


def test_an_empty_file_is_refused() -> None:
    assert why("空.pdf", b"") == "“空.pdf”未上传：文件是空的。"


def test_a_file_is_refused_from_one_byte_beyond_the_limit_on() -> None:
    size = len(a_pdf())

    assert examine("a.pdf", BytesIO(a_pdf()), most_bytes=size).size == size
    assert why("a.pdf", a_pdf() + b"\n" * (2048 - size), most_bytes=2047) == (
        "“a.pdf”未上传：文件大小为2.0\xa0KB，超过单个文件2.0\xa0KB的上限。"
    )


# --- not what the name says ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", EvidenceKind)
def test_a_renamed_file_is_refused_and_both_are_named(kind: EvidenceKind) -> None:
    other = "png" if kind != PNG else "pdf"

    assert why(f"a.{other}", OF_EACH_KIND[kind]) == (
        f"“a.{other}”未上传：扩展名是“.{other}”，内容却是{kind.label}文件，请核对后重新上传。"
    )


def test_a_program_behind_a_mark_of_direction_does_not_pass_for_a_document() -> None:
    assert why("通知\u202efdp.exe", a_pdf()) == (
        "“通知fdp.exe”未上传：扩展名是“.exe”，内容却是PDF文件，请核对后重新上传。"
    )


@pytest.mark.parametrize("name", ["a.jpg", "a.JPEG", "a.jpe", "a.jfif"])
def test_a_picture_may_end_in_any_of_its_endings(name: str) -> None:
    assert examine(name, BytesIO(a_picture("JPEG")), most_bytes=MOST).name == name


# --- two kinds at once -----------------------------------------------------------------------------------


def with_comment(comment: bytes) -> bytes:
    return a_picture("JPEG", comment=comment)


NEW_PROGRAM = b"MZ\x90\0This program cannot be run in DOS mode" + bytes(32)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", a_pdf() + ZIP),
        ("a.pdf", a_pdf() + ZIP + b"\n%%EOF\n"),
        ("a.pdf", a_pdf()[:-6] + ZIP + b"\n%%EOF"),
        ("a.pdf", a_pdf() + HTML),
        ("a.pdf", a_pdf(HTML.decode())),
        ("a.pdf", a_pdf() + NEW_PROGRAM),
        ("a.jpg", a_picture("JPEG") + ZIP),
        ("a.jpg", a_picture("JPEG") + a_zip({"A.class": b"\xca\xfe\xba\xbe"})),  # a GIFAR, but for its picture
        ("a.jpg", a_picture("JPEG") + ZIP + bytes(70_000)),
        ("a.jpg", a_picture("JPEG") + HTML),
        ("a.jpg", a_picture("JPEG") + b"Rar!\x1a\x07\x01\0"),
        ("a.jpg", a_picture("JPEG") + b"7z\xbc\xaf\x27\x1c"),
        ("a.jpg", a_picture("JPEG") + a_pdf()),
        ("a.jpg", with_comment(HTML)),
        ("a.jpg", with_comment(b"%PDF-1.7")),
        ("a.jpg", with_comment(ZIP)),
        ("a.png", a_picture("PNG") + ZIP),
        ("a.png", a_picture("PNG") + HTML),
        ("a.doc", a_compound_file("WordDocument") + ZIP),
        ("a.doc", a_compound_file("WordDocument") + HTML),
        ("a.doc", a_compound_file("WordDocument")[: -len(ZIP)] + ZIP),
        ("a.docx", a_zip({"%PDF-1.7": "", "[Content_Types].xml": content_types(MAINS[DOCX]), MAINS[DOCX][0]: "<x/>"})),
    ],
)
def test_a_file_that_is_two_kinds_at_once_is_refused(name: str, content: bytes) -> None:
    kind = next(kind for kind, endings in ENDINGS.items() if name[2:] in endings)

    assert why(name, content) == f"“{name}”未上传：{kind.label}文件中夹带了其他类型的内容，不能上传。"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", a_zip({"[Content_Types].xml": content_types(*MAINS.values())} | {p: "" for p, _ in MAINS.values()})),
        ("a.doc", a_compound_file("WordDocument", "Workbook")),
    ],
)
def test_an_office_file_of_two_programs_is_refused(name: str, content: bytes) -> None:
    assert why(name, content) == f"“{name}”未上传：文件同时属于两种类型，不能上传。"


def test_an_archive_that_is_both_sorts_of_office_file_is_refused() -> None:
    parts = {"OFD.xml": "<x/>", "[Content_Types].xml": content_types(MAINS[DOCX]), MAINS[DOCX][0]: "<x/>"}

    assert why("a.ofd", a_zip(parts)) == f"“a.ofd”未上传：内容是ZIP压缩包，不能作为佐证材料。{TAKEN}"


# --- office files that are not in order --------------------------------------------------------------------

MACROS = "文件含有宏，请另存为不含宏的文件后上传。"
ENCRYPTED = "文件已加密，请去除密码后上传。"
TOO_MUCH = "压缩内容过多，不能上传。"


def damaged(kind: str) -> str:
    return f"{kind}文件不完整或已损坏，请重新生成后上传。"


def with_main(content_type: str) -> bytes:
    return a_zip({"[Content_Types].xml": content_types(("word/document.xml", content_type)), "word/document.xml": ""})


def encrypted(content: bytes) -> bytes:
    """The same archive with the mark of encryption on its first part, in its own head and in the directory."""
    whole = bytearray(content)
    for signature, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        whole[whole.index(signature) + place] |= 1
    return bytes(whole)


def twice(name: str) -> bytes:
    """Two parts of one name; of equal length, so that renaming the second breaks nothing else."""
    other = name.replace("x", "y")
    return an_open_xml(DOCX, {other: "<x/>"}).replace(other.encode(), name.encode())


BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><Types>&a;</Types>'


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.docx", an_open_xml(DOCX, {"word/vbaProject.bin": "x"}), MACROS),
        ("a.xlsx", with_main("application/vnd.ms-excel.sheet.macroEnabled.main+xml"), MACROS),
        ("a.xlsx", with_main("application/vnd.ms-excel.macrosheet+xml"), MACROS),
        ("a.doc", a_compound_file("WordDocument", storages=("Macros",)), MACROS),
        ("a.xls", a_compound_file("Workbook", storages=("_VBA_PROJECT_CUR",)), MACROS),
        ("a.docx", a_compound_file("EncryptedPackage", "EncryptionInfo"), ENCRYPTED),
        ("a.docx", encrypted(an_open_xml(DOCX)), ENCRYPTED),
        ("a.docx", an_open_xml(DOCX)[:-40], damaged("ZIP")),
        ("a.docx", an_open_xml(DOCX) + b"x", damaged("ZIP")),
        (
            "a.docx",
            a_zip({"[Content_Types].xml": content_types(MAINS[DOCX]), MAINS[DOCX][0]: ""}, b"x"),
            damaged("ZIP"),
        ),
        ("a.docx", b"PK\3\4" + bytes(26) + an_open_xml(DOCX), damaged("ZIP")),
        ("a.docx", an_open_xml(DOCX, {"../evil": "x"}), damaged("ZIP")),
        ("a.docx", twice("word/document.xml"), damaged("ZIP")),
        ("a.docx", a_zip({"[Content_Types].xml": BOMB}), damaged("Office")),
        ("a.docx", a_zip({"[Content_Types].xml": "<Types>"}), damaged("Office")),
        ("a.ofd", an_ofd("Doc_1/Document.xml"), damaged("OFD")),
        ("a.pdf", b"%PDF-1.7\nhalf of it", damaged("PDF")),
        ("a.pdf", b"%PDF-x\n%%EOF", damaged("PDF")),
        ("a.png", a_picture("PNG")[:-4], damaged("PNG")),
        ("a.png", a_picture("PNG")[:8], damaged("PNG")),
        ("a.jpg", a_picture("JPEG")[:-2], damaged("JPEG")),
        ("a.jpg", b"\xff\xd8\xff\xd9", damaged("JPEG")),
        ("a.doc", a_compound_file("WordDocument")[:700], damaged("Office")),
        ("a.doc", a_compound_file("WordDocument")[:30], damaged("Office")),
    ],
)
def test_a_file_that_is_not_in_order_is_refused_with_the_reason(name: str, content: bytes, words: str) -> None:
    assert why(name, content) == f"“{name}”未上传：{words}"


def test_the_package_of_an_installer_is_no_office_file() -> None:
    whole = bytearray(a_compound_file("WordDocument"))
    whole[1024 + 80 : 1024 + 96] = containers.INSTALLER

    assert why("a.doc", bytes(whole)) == f"“a.doc”未上传：内容是可执行程序，不能作为佐证材料。{TAKEN}"


def test_a_main_part_that_is_only_claimed_does_not_count() -> None:
    content = a_zip({"[Content_Types].xml": content_types(MAINS[DOCX])})

    assert why("a.docx", content) == f"“a.docx”未上传：内容是ZIP压缩包，不能作为佐证材料。{TAKEN}"


def test_an_archive_of_too_many_parts_is_refused_before_its_directory_is_read(monkeypatch) -> None:
    content = an_open_xml(DOCX, {"a": "", "b": ""})
    monkeypatch.setattr(containers, "MOST_PARTS", 4)

    assert kind_of(content) == DOCX
    monkeypatch.setattr(containers, "MOST_PARTS", 3)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert why("a.docx", content) == f"“a.docx”未上传：{TOO_MUCH}"


def test_an_archive_that_would_unpack_to_too_much_is_refused_unread() -> None:
    bomb = bytearray(an_open_xml(DOCX, {"a": b"\0" * 100_000}))
    place = bomb.rindex(b"PK\1\2")
    bomb[place + 24 : place + 28] = struct.pack("<I", containers.MOST_UNPACKED)

    assert why("a.docx", bytes(bomb)) == f"“a.docx”未上传：{TOO_MUCH}"


def test_a_table_of_contents_is_read_only_so_far(monkeypatch) -> None:
    monkeypatch.setattr(containers, "MOST_READ", 800)

    assert kind_of(an_open_xml(DOCX)) == DOCX
    content = a_zip({"[Content_Types].xml": content_types(MAINS[DOCX]) + " " * 5000, MAINS[DOCX][0]: ""})
    assert why("a.docx", content) == f"“a.docx”未上传：{TOO_MUCH}"


@pytest.mark.parametrize("place", [44, 48, 68, 72, 76, 512, 516, 520, 1024 + 68, 1024 + 76, 1024 + 128 + 72])
@pytest.mark.parametrize("value", [0, 1, 2, 3, 0x7FFFFFFF, 0xFFFFFFFA])
def test_an_old_office_file_whose_chains_run_in_circles_or_nowhere_comes_to_an_end(place: int, value: int) -> None:
    whole = bytearray(a_compound_file("WordDocument", "1Table"))
    whole[place : place + 4] = struct.pack("<I", value)

    try:
        kind = kind_of(bytes(whole))
    except Unfit:
        kind = EvidenceKind.DOC

    assert kind == EvidenceKind.DOC


@pytest.mark.parametrize("kind", EvidenceKind)
def test_whatever_is_broken_in_a_file_the_answer_is_a_refusal_and_no_crash(kind: EvidenceKind) -> None:
    chance = random.Random(kind.value)
    content = OF_EACH_KIND[kind]
    answers = set()

    for _attempt in range(300):
        broken = bytearray(content[: chance.choice([len(content), chance.randrange(len(content)) + 1])])
        for _place in range(chance.randrange(1, 12)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            answers.add(kind_of(bytes(broken)))
        except Unfit:
            answers.add(None)

    assert answers <= {kind, None}
