"""
What an uploaded file really is, told by its content, and by what name it may be shown.

Nothing here unpacks, runs or draws a file: it is recognised, and what is not clearly one ``EvidenceKind`` is refused.
"""

from __future__ import annotations

import hashlib
import re
import struct
import unicodedata
from dataclasses import dataclass
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .choices import EvidenceKind
from .containers import (
    OPEN_XML,
    ZIP_DIRECTORY,
    ZIP_END,
    ZIP_PART,
    Unfit,
    compound_file,
    damaged,
    package,
    refusal,
)

LONGEST_NAME = 150

ENDINGS = {
    EvidenceKind.PDF: ("pdf",),
    EvidenceKind.JPEG: ("jpg", "jpeg", "jpe", "jfif"),
    EvidenceKind.PNG: ("png",),
    EvidenceKind.DOCX: ("docx",),
    EvidenceKind.XLSX: ("xlsx",),
    EvidenceKind.PPTX: ("pptx",),
    EvidenceKind.DOC: ("doc",),
    EvidenceKind.XLS: ("xls",),
    EvidenceKind.PPT: ("ppt",),
    EvidenceKind.OFD: ("ofd",),
}
MEDIA_TYPES = {
    EvidenceKind.PDF: "application/pdf",
    EvidenceKind.JPEG: "image/jpeg",
    EvidenceKind.PNG: "image/png",
    EvidenceKind.DOCX: f"{OPEN_XML}wordprocessingml.document",
    EvidenceKind.XLSX: f"{OPEN_XML}spreadsheetml.sheet",
    EvidenceKind.PPTX: f"{OPEN_XML}presentationml.presentation",
    EvidenceKind.DOC: "application/msword",
    EvidenceKind.XLS: "application/vnd.ms-excel",
    EvidenceKind.PPT: "application/vnd.ms-powerpoint",
    EvidenceKind.OFD: "application/ofd",
}
# What a page offers to choose from; what is chosen in the end is looked at all the same.
ACCEPT = ",".join(f".{ending}" for endings in ENDINGS.values() for ending in endings)

PDF, PNG, JPEG, OLE = b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", bytes.fromhex("d0cf11e0a1b11ae1")
MARKUP = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|iframe|svg|\?php)[\s>/]", re.IGNORECASE)
# Whatever opens wherever in a file it stands.
STOWAWAYS = re.compile(
    rb"PK\x03\x04|PK\x05\x06|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|%PDF-|\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1|\x7fELF"
    rb"|This program cannot be run in DOS mode|<(?:!doctype\s+html|html|script|iframe|svg|\?php)[\s>/]",
    re.IGNORECASE,
)
SNIFFED = 1024  # as far as readers look for the beginning of a PDF or of a page

# What else people send, by how it begins, so that the refusal can name it.
OTHERS = (
    (b"PK\5\6", gettext_lazy("ZIP压缩包")),
    (b"PK\7\x08", gettext_lazy("ZIP压缩包")),
    (b"Rar!", gettext_lazy("RAR压缩包")),
    (b"7z\xbc\xaf\x27\x1c", gettext_lazy("7z压缩包")),
    (b"\x1f\x8b", gettext_lazy("GZ压缩包")),
    (b"BZh", gettext_lazy("BZ2压缩包")),
    (b"\xfd7zXZ", gettext_lazy("XZ压缩包")),
    (b"MZ", gettext_lazy("可执行程序")),
    (b"\x7fELF", gettext_lazy("可执行程序")),
    (b"\xca\xfe\xba\xbe", gettext_lazy("可执行程序")),
    (b"\xfe\xed\xfa", gettext_lazy("可执行程序")),
    (b"\xcf\xfa\xed\xfe", gettext_lazy("可执行程序")),
    (b"#!", gettext_lazy("脚本")),
    (b"GIF8", gettext_lazy("GIF图片")),
    (b"BM", gettext_lazy("BMP图片")),
    (b"II*\0", gettext_lazy("TIFF图片")),
    (b"MM\0*", gettext_lazy("TIFF图片")),
    (b"{\\rtf", gettext_lazy("RTF文件")),
)


class Refused(ValidationError):
    """A file that is not taken; its message names the file."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(_("“%(name)s”未上传：%(why)s") % {"name": name, "why": why}, code="file")


@dataclass(frozen=True)
class Examined:
    """A file that may be kept. ``size`` in bytes, ``sha256`` in hexadecimal."""

    name: str
    kind: EvidenceKind
    size: int
    sha256: str


def examine(name: str, stream: BinaryIO, *, most_bytes: int) -> Examined:
    """What the file is; leaves ``stream`` at its beginning. Raises ``Refused``."""
    shown = shown_name(name) or _("未命名")
    size = stream.seek(0, 2)
    if size == 0:
        raise Refused(shown, _("文件是空的。"))
    if size > most_bytes:
        words = _("文件大小为%(size)s，超过单个文件%(most)s的上限。")
        raise Refused(shown, words % {"size": filesizeformat(size), "most": filesizeformat(most_bytes)})
    stream.seek(0)
    data = stream.read()
    stream.seek(0)
    try:
        kind = kind_of(data)
    except Unfit as unfit:
        raise Refused(shown, str(unfit)) from unfit
    ending = ending_of(shown)
    if ending and ending not in ENDINGS[kind]:
        words = _("扩展名是“.%(ending)s”，内容却是%(kind)s文件，请核对后重新上传。")
        raise Refused(shown, words % {"ending": ending, "kind": kind.label})
    if not ending:
        shown = shown_name(f"{shown}.{ENDINGS[kind][0]}")
    return Examined(shown, kind, size, hashlib.sha256(data).hexdigest())


# --- names -----------------------------------------------------------------------------------------


def shown_name(name: str) -> str:
    """
    A file's name as it may be shown and offered for saving: one line without a path, at most ``LONGEST_NAME`` long.

    Empty where nothing is left. It never becomes part of a path here.
    """
    last = re.split(r"[/\\]", name)[-1]
    kept = (" " if unicodedata.category(each) in {"Zs", "Zl", "Zp"} or each in "\t\r\n" else each for each in last)
    visible = "".join(each for each in kept if unicodedata.category(each) not in {"Cc", "Cf", "Cs", "Cn"})
    words = " ".join(unicodedata.normalize("NFC", visible).split()).rstrip(". ")
    if not words.strip("."):
        return ""
    if len(words) <= LONGEST_NAME:
        return words
    ending = ending_of(words)
    tail = f"….{words[-len(ending) :]}" if ending else "…"
    return words[: LONGEST_NAME - len(tail)].rstrip(". ") + tail


def ending_of(name: str) -> str:
    """What the name says the file is, in lower case; empty where it does not say."""
    found = re.search(r"\.([A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*)$", name)
    return found[1].lower() if found and len(found[1]) <= 16 else ""


# --- kinds -----------------------------------------------------------------------------------------


def kind_of(data: bytes) -> EvidenceKind:
    """What a content is. Raises ``Unfit`` where it is nothing that is taken, or two things at once."""
    if data.startswith(ZIP_PART):
        kind, end = package(data), len(data)
    elif data.startswith(OLE):
        kind, end = compound_file(data)
    elif data.startswith(PDF):
        kind, end = EvidenceKind.PDF, _end_of_pdf(data)
    elif data.startswith(PNG):
        kind, end = EvidenceKind.PNG, _end_of_png(data)
    elif data.startswith(JPEG):
        kind, end = EvidenceKind.JPEG, _end_of_jpeg(data)
    else:
        raise Unfit(_not_taken(data))
    head = data[1:SNIFFED]
    if PDF in head or MARKUP.search(head) or STOWAWAYS.search(data, end) or _hides_an_archive(data):
        raise Unfit(_("%(kind)s文件中夹带了其他类型的内容，不能上传。") % {"kind": kind.label})
    return kind


def _not_taken(data: bytes) -> str:
    what = next((str(words) for start, words in OTHERS if data.startswith(start)), "")
    if not what and data[257:262] == b"ustar":
        what = _("TAR压缩包")
    if not what and data[4:8] == b"ftyp":
        what = _("HEIC图片") if data[8:12] in {b"heic", b"heix", b"mif1", b"heif"} else _("视频或音频")
    if not what and data[8:12] == b"WEBP":
        what = _("WebP图片")
    if not what and re.search(rb"<svg[\s>]", data[:SNIFFED], re.IGNORECASE):
        what = _("SVG图形")
    if not what and (MARKUP.search(data[:SNIFFED]) or data[:SNIFFED].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")):
        what = _("网页或XML文件")
    return refusal(what)


def _hides_an_archive(data: bytes) -> bool:
    """
    Whether a reader of archives, who begins at the end, would find one, whatever stands before it.

    An old office file rightly holds small ones (themes): it is one itself only where it ends as an archive does.
    """
    if data.startswith(ZIP_PART):
        return False  # it is one, and looked through
    at, nearest = len(data), max(0, len(data) - 0xFFFF - 22)
    while (at := data.rfind(ZIP_END, nearest, at)) >= 0:
        if at + 22 > len(data):
            continue
        size, comment = struct.unpack_from("<I4xH", data, at + 12)
        if size <= at and data.startswith(ZIP_DIRECTORY, at - size):
            return not data.startswith(OLE) or at + 22 + comment == len(data)
    return False


def _end_of_pdf(data: bytes) -> int:
    last = data.rfind(b"%%EOF")
    if last < 0 or not re.match(rb"%PDF-[12]\.\d", data):
        raise damaged("PDF")
    return last + 5


def _end_of_png(data: bytes) -> int:
    at = len(PNG)
    if data[at + 4 : at + 8] != b"IHDR":
        raise damaged("PNG")
    while at + 12 <= len(data):
        kind, after = data[at + 4 : at + 8], at + 12 + int.from_bytes(data[at : at + 4])
        if after > len(data):
            break
        if kind == b"IEND":
            return after
        at = after
    raise damaged("PNG")


MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def _end_of_jpeg(data: bytes) -> int:
    """Where the first picture ends: phones put more of their own after it."""
    at, has_frame = 2, False
    while found := MARKER.search(data, at):
        code, after = data[found.start() + 1], found.end()
        if code == 0xD9:
            if not has_frame:
                break
            return after
        if code == 0x01:
            at = after
            continue
        has_frame = has_frame or (0xC0 <= code <= 0xCF and code not in {0xC4, 0xC8, 0xCC})
        at = after + int.from_bytes(data[after : after + 2])
    raise damaged("JPEG")
