"""
A PDF as paragraphs. It knows lines only: one that reaches as far right as the longest do is carried on by the next,
unless that begins with a number of its own.
"""

from __future__ import annotations

import json
import subprocess  # nosec - a fixed program of this package
import sys
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from . import lines
from .furniture import is_page_number
from .raw import Rows, Unreadable
from .text import plain

PROGRAM = Path(__file__).with_name("pdf_text.py")
SHORT = 6  # columns, of which a Chinese character takes two: what a line may lack that another one carries on
OUTLIERS = 50  # one line in so many may be longer than the page is wide: of a table, or turned on its side


def rows(data: bytes) -> Rows:
    """Raises ``Unreadable``."""
    found = Rows()
    for row in paragraphs(line for page in _pages(data) for line in page):
        found.add(row)
    if not any(row.strip() for row in found.rows):
        raise Unreadable(_("PDF 中没有文字，可能是扫描件，请上传 .docx 或 .txt 文件，或者把文字识别后粘贴到“正文”栏。"))
    return found


def _pages(data: bytes) -> list[list[str]]:
    """The lines of every page, read in a process of its own."""
    limits = (str(settings.DOCUMENT_PDF_MEGABYTES), str(settings.DOCUMENT_MAX_CHARACTERS))
    try:
        done = subprocess.run(  # noqa: S603 - what it reads is data
            [sys.executable, "-I", str(PROGRAM), *limits],
            input=data,
            capture_output=True,
            timeout=settings.DOCUMENT_PDF_SECONDS,
            check=False,
        )
        found = json.loads(done.stdout) if done.returncode == 0 else "damaged"
    except subprocess.TimeoutExpired as error:
        raise Unreadable(_("PDF 读取用时过长，请打开文件，复制正文，粘贴到“正文”栏。")) from error
    if isinstance(found, list):
        return found
    raise Unreadable(
        {
            "encrypted": _("PDF 已加密，请去除密码后再试，或者复制正文，粘贴到“正文”栏。"),
            "long": _("文字超过%(most)d字，请只保留计划正文后再试。") % {"most": settings.DOCUMENT_MAX_CHARACTERS},
        }.get(found, _("PDF 无法读取，可能不完整或已损坏，请打开文件，复制正文，粘贴到“正文”栏。"))
    )


def paragraphs(broken: Iterable[str]) -> list[str]:
    """Lines of pages put together; the number of a page stands behind the paragraph that it was in the middle of."""
    found: list[str] = []
    numbers: list[str] = []
    kept = [line.strip() for line in broken]
    widths = sorted(_width(line) for line in kept)
    full = widths[len(widths) - 1 - len(widths) // OUTLIERS] - SHORT if widths else 0
    is_open = False
    for line in kept:
        words = plain(line)
        if is_open and is_page_number(words):
            numbers.append(line)
        elif is_open and line and not _begins(words):
            found[-1] += line
            is_open = _width(line) >= full
        else:
            found += [*numbers, line]
            numbers, is_open = [], _width(line) >= full
    return found + numbers


def _begins(words: str) -> bool:
    return bool(lines.section_start(words) or lines.heading_start(words) or lines.number_start(words))


def _width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in line)
