"""Plans that come as PDF: lines put together again, and what cannot be read refused with a sentence."""

from __future__ import annotations

import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from pypdf import PdfWriter
from pypdf.generic import NameObject, StreamObject

from tasks.documents.parser import parse
from tasks.documents.pdf import paragraphs
from tasks.documents.raw import Unreadable
from tasks.documents.reading import read_file

from .files import a_pdf
from .office import as_pdf

TEXT = (settings.FIXTURE_DIRS[0] / "dongli-ip-2020-2021.txt").read_text("utf-8")
PASTE = "请打开文件，复制正文，粘贴到“正文”栏。"


def test_the_shipped_plan_printed_is_read_as_its_text(tmp_path: Path) -> None:
    read = read_file("计划.pdf", as_pdf(TEXT, tmp_path))

    printed, typed = parse(read.rows), parse(TEXT.splitlines())
    said = [[(each.wording, each.parts, each.section) for each in parsed.measures] for parsed in (printed, typed)]
    assert len(said[0]) == 42
    assert said[0] == said[1]
    assert [doubt.kind for doubt in printed.doubts] == [doubt.kind for doubt in typed.doubts]


LONG = "建立健全重大投融资活动中的知识产权尽职调查机制降低引进重大项目的知"  # as wide as the page is


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ([LONG, "识产权风险。"], [f"{LONG}识产权风险。"]),
        ([LONG, LONG, "识产权风险。"], [f"{LONG}{LONG}识产权风险。"]),
        ([LONG, "2.建立机制。"], [LONG, "2.建立机制。"]),
        ([LONG, "（二）建立机制"], [LONG, "（二）建立机制"]),
        ([LONG, "三、建立机制"], [LONG, "三、建立机制"]),
        (["一、完善制度", "1.建立机制。", LONG], ["一、完善制度", "1.建立机制。", LONG]),
        ([LONG, "- 2 -", "识产权风险。", "完。"], [f"{LONG}识产权风险。", "- 2 -", "完。"]),
        ([LONG, "", "识产权风险。"], [LONG, "", "识产权风险。"]),
        ([], []),
    ],
)
def test_a_line_that_fills_the_page_is_carried_on_by_the_next(broken: list[str], whole: list[str]) -> None:
    assert paragraphs(broken) == whole


def a_page(content: bytes = b"", password: str = "") -> bytes:
    writer, stream = PdfWriter(), StreamObject()
    page = writer.add_blank_page(595, 842)
    stream._data = zlib.compress(content)
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    page[NameObject("/Contents")] = writer._add_object(stream)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(a_page(), "PDF 中没有文字，可能是扫描件", id="no text"),
        pytest.param(a_page(password="x"), "PDF 已加密，请去除密码后再试", id="encrypted"),
        pytest.param(a_pdf(), f"PDF 无法读取，可能不完整或已损坏，{PASTE}", id="no pages"),
        pytest.param(b"%PDF-1.7", f"PDF 无法读取，可能不完整或已损坏，{PASTE}", id="nothing"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_file("计划.pdf", data)

    assert refusal.value.args[0].startswith(reason)


def test_what_unpacks_to_gigabytes_is_refused() -> None:
    with pytest.raises(Unreadable):
        read_file("计划.pdf", a_page(b" " * 200_000_000))


def test_limits_of_time_memory_and_length_come_from_the_settings(settings: Any, tmp_path: Path) -> None:
    data = as_pdf("一、保护\n1.建立机制。（区法院负责）\n", tmp_path)
    assert [row for row in read_file("计划.pdf", data).rows if row] == ["一、保护", "1.建立机制。（区法院负责）"]

    said = []
    for name, value in (("DOCUMENT_MAX_CHARACTERS", 5), ("DOCUMENT_PDF_MEGABYTES", 1), ("DOCUMENT_PDF_SECONDS", 0)):
        setattr(settings, name, value)
        with pytest.raises(Unreadable) as refusal:
            read_file("计划.pdf", data)
        said.append(refusal.value.args[0])

    assert said == [
        "文字超过5字，请只保留计划正文后再试。",
        f"PDF 无法读取，可能不完整或已损坏，{PASTE}",
        f"PDF 读取用时过长，{PASTE}",
    ]
