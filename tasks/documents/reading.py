"""
A file or a pasted text as lines, one for each paragraph or row of a table, the cells of a row apart by tabs.

What it is told by its content, never by its name alone. Nothing is run or unpacked beyond the limits of the settings;
what is not taken is refused with a sentence.
"""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from ..choices import EvidenceKind
from ..containers import ZIP_PART, Unfit, package
from ..files import OLE, PDF, ending_of, shown_name
from ..validators import DIRECTION_MARKS
from . import pdf, word, workbook
from .raw import Rows, Unreadable, in_one_line
from .text import ordinary

# Marks without a width or a direction; they say nothing, and names that hold them equal no other.
INVISIBLE = re.compile(f"[\u00ad\u200b-\u200d\u2060\ufeff{''.join(sorted(DIRECTION_MARKS))}]")
ENDINGS = {EvidenceKind.DOCX: "docx", EvidenceKind.XLSX: "xlsx"}
ACCEPT = ".docx,.xlsx,.pdf,.txt"
QUOTED = re.compile('(?:^|\\t)"')  # a cell that Excel has put in marks, for there are lines in it
MOST_QUOTED = 50  # lines of one row
LONGEST_ROW = 10_000  # characters; a measure has some hundred


@dataclass
class Read:
    """``sha256`` and ``size`` are of the file, or of the text in UTF-8."""

    name: str
    size: int
    sha256: str
    rows: list[str]
    merged: set[tuple[int, int]] = field(default_factory=set)


def read_file(name: str, data: bytes) -> Read:
    """Raises ``Unreadable``."""
    shown = shown_name(name) or _("未命名")
    if not data:
        raise Unreadable(_("文件是空的。"))
    if len(data) > settings.IMPORT_MAX_BYTES:
        most = filesizeformat(settings.IMPORT_MAX_BYTES)
        raise Unreadable(_("文件超过%(most)s，请只保留计划正文后再试。") % {"most": most})
    ending = ending_of(shown)
    if data.startswith(ZIP_PART):
        rows = _of_package(data, ending)
    elif data.startswith(OLE):
        old = _("这是旧版的 Office 文件（.doc、.xls）或已加密的文件，请去除密码，另存为 .docx 或 .xlsx 后再试。")
        raise Unreadable(old)
    elif data.startswith(PDF):
        if ending not in {"", "pdf"}:
            words = {"ending": ending, "kind": "PDF"}
            raise Unreadable(_("扩展名是“.%(ending)s”，内容却是%(kind)s文件，请核对后重新上传。") % words)
        rows = pdf.rows(data)
    elif ending in {"docx", "xlsx", "xlsm", "doc", "xls", "pdf"}:
        raise Unreadable(_("扩展名是“.%(ending)s”，内容却不是，请核对后重新上传。") % {"ending": ending})
    else:
        rows = Rows(lines_of(_decoded(data)))
    return _kept(shown, data, rows)


def read_text(text: str) -> Read:
    """What was pasted. Raises ``Unreadable``."""
    data = text.encode("utf-8", "surrogatepass")
    if len(data) > settings.IMPORT_MAX_BYTES:
        most = filesizeformat(settings.IMPORT_MAX_BYTES)
        raise Unreadable(_("文字超过%(most)s，请只保留计划正文后再试。") % {"most": most})
    return _kept(_("粘贴的文字"), data, Rows(lines_of(text)))


def _of_package(data: bytes, ending: str) -> Rows:
    if b"[Content_Types].xml" not in data and b"OFD.xml" not in data:
        raise Unreadable(_("内容是%(kind)s，请上传 .docx、.xlsx、.pdf 或 .txt 文件。") % {"kind": _("ZIP压缩包")})
    try:
        kind = package(data)
    except Unfit as unfit:
        raise Unreadable(str(unfit)) from unfit
    if kind not in ENDINGS:
        raise Unreadable(_("内容是%(kind)s文件，请上传 .docx、.xlsx、.pdf 或 .txt 文件。") % {"kind": kind.label})
    if ending and ending != ENDINGS[kind]:
        words = {"ending": ending, "kind": kind.label}
        raise Unreadable(_("扩展名是“.%(ending)s”，内容却是%(kind)s文件，请核对后重新上传。") % words)
    return word.rows(data) if kind == EvidenceKind.DOCX else workbook.rows(data)


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(_("文件的编码无法识别，请另存为UTF-8编码的文本文件后再试。"))


def lines_of(text: str) -> list[str]:
    """Word's line and page breaks end a line as well; a cell that Excel has put in quotation marks ends none."""
    rows = text.splitlines()
    if "\t" not in text or '"' not in text:
        return rows
    found: list[str] = []
    at = 0
    while at < len(rows):
        row, lines = _row_of_cells(rows, at) if QUOTED.search(rows[at]) else (rows[at], 1)
        found.append(row)
        at += lines
    return found


def _row_of_cells(rows: list[str], at: int) -> tuple[str, int]:
    """The row of a table that begins in line ``at``, as Excel copies it, and of how many lines it is."""
    reader = csv.reader((f"{row}\n" for row in rows[at : at + MOST_QUOTED]), delimiter="\t", strict=True)
    try:
        cells = next(reader)
    except csv.Error:  # marks of a sentence, and none of Excel's
        return rows[at], 1
    return ("\t".join(in_one_line(cell) for cell in cells), reader.line_num) if len(cells) > 1 else (rows[at], 1)


def _kept(name: str, data: bytes, rows: Rows) -> Read:
    kept = [_clean(row, line) for line, row in enumerate(_within_limits(rows.rows), start=1)]
    if not any(row.strip() for row in kept):
        raise Unreadable(_("没有读出文字。"))
    return Read(name, len(data), hashlib.sha256(data).hexdigest(), kept, rows.merged)


def _within_limits(rows: Iterable[str]) -> Iterable[str]:
    """A row too many is refused before it is kept."""
    characters = 0
    for line, row in enumerate(rows, start=1):
        characters += len(row)
        if line > settings.DOCUMENT_MAX_LINES:
            most = settings.DOCUMENT_MAX_LINES
            raise Unreadable(_("文件超过%(most)d行，请只保留计划正文后再试。") % {"most": most})
        if characters > settings.DOCUMENT_MAX_CHARACTERS:
            most = settings.DOCUMENT_MAX_CHARACTERS
            raise Unreadable(_("文字超过%(most)d字，请只保留计划正文后再试。") % {"most": most})
        yield row


def _clean(row: str, line: int) -> str:
    if len(row) > LONGEST_ROW:
        raise Unreadable(_("第%(line)d行超过%(most)d字，请分段后再试。") % {"line": line, "most": LONGEST_ROW})
    row = INVISIBLE.sub("", ordinary(row)).replace("\u00a0", " ").rstrip("\r\n ")
    if any(each != "\t" and unicodedata.category(each) in {"Cc", "Cs"} for each in row):
        raise Unreadable(_("第%(line)d行有无法显示的控制字符，请删除后重试。") % {"line": line})
    return row
