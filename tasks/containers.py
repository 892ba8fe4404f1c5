"""
Office files, which are archives of a kind: told by their tables of contents, read within limits and never unpacked.

Word, Excel, PowerPoint (ECMA-376) and OFD (GB/T 33190) are ZIP archives; their ancestors of 1997 are compound files
(MS-CFB).
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from .choices import EvidenceKind

# An office file has a few hundred parts and unpacks to some ten times its size; a bomb is far beyond either.
MOST_PARTS = 5000
MOST_UNPACKED = 300 * 1024 * 1024
MOST_READ = 1024 * 1024  # of one part, or of a directory

OPEN_XML = "application/vnd.openxmlformats-officedocument."
MAIN_PARTS = {
    f"{OPEN_XML}wordprocessingml.document.main+xml": EvidenceKind.DOCX,
    f"{OPEN_XML}spreadsheetml.sheet.main+xml": EvidenceKind.XLSX,
    f"{OPEN_XML}presentationml.presentation.main+xml": EvidenceKind.PPTX,
}
MAIN_STREAMS = {
    "WordDocument": EvidenceKind.DOC,
    "Workbook": EvidenceKind.XLS,
    "Book": EvidenceKind.XLS,
    "PowerPoint Document": EvidenceKind.PPT,
}
MACRO_STORAGES = {"Macros", "_VBA_PROJECT_CUR"}
ENCRYPTED_STREAMS = {"EncryptedPackage", "EncryptionInfo"}
INSTALLER = bytes.fromhex("84100c0000000000c000000000000046")  # the class of an installer, an OLE file as well

ZIP_PART, ZIP_DIRECTORY, ZIP_END = b"PK\3\4", b"PK\1\2", b"PK\5\6"


class Unfit(Exception):
    """Why a content is not taken, in Chinese."""


def refusal(what: str = "") -> str:
    is_it = _("内容是%(what)s，不能作为佐证材料。") % {"what": what} if what else _("无法识别文件内容。")
    return is_it + _("可以上传PDF、OFD、JPEG或PNG图片，以及不含宏的Word、Excel、PowerPoint文件。")


def damaged(kind: str) -> Unfit:
    return Unfit(_("%(kind)s文件不完整或已损坏，请重新生成后上传。") % {"kind": kind})


# --- office files that are archives ------------------------------------------------------------------


def package(data: bytes) -> EvidenceKind:
    """DOCX, XLSX, PPTX or OFD: an archive that says in its own words what it is."""
    _check_directory(data)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = _parts(archive)
            is_open_xml, is_ofd = "[Content_Types].xml" in parts, "OFD.xml" in parts
            if is_open_xml and is_ofd:
                raise Unfit(refusal(_("ZIP压缩包")))
            if is_open_xml:
                return _open_xml(archive, parts)
            if is_ofd:
                return _ofd(archive, parts)
    except (ParseError, DefusedXmlException) as error:
        raise damaged("Office") from error
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError) as error:
        raise damaged("ZIP") from error
    raise Unfit(refusal(_("ZIP压缩包")))


def _check_directory(data: bytes) -> None:
    """The directory is small, and stands right before the end, so that there is one archive and nothing else."""
    end = len(data) - 22
    if end < 0 or not data.startswith(ZIP_END, end):
        raise damaged("ZIP")
    disk, first, here, parts, size, offset, comment = struct.unpack_from("<HHHHIIH", data, end + 4)
    if parts > MOST_PARTS or size > MOST_READ:
        raise Unfit(_("压缩内容过多，不能上传。"))
    if (disk, first, comment) != (0, 0, 0) or here != parts or offset + size != end:
        raise damaged("ZIP")


def _parts(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    parts = {}
    for part in archive.infolist():
        name = part.filename
        if name in parts or name.startswith("/") or ".." in name.split("/") or "\\" in name:
            raise damaged("ZIP")
        if part.flag_bits & 0x41:
            raise Unfit(_("文件已加密，请去除密码后上传。"))
        if name.lower().rpartition("/")[2] == "vbaproject.bin":
            raise Unfit(_("文件含有宏，请另存为不含宏的文件后上传。"))
        if name.upper() == "META-INF/MANIFEST.MF" or name.lower().endswith(".class"):
            raise Unfit(refusal(_("可执行程序")))
        parts[name] = part
    if min((part.header_offset for part in parts.values()), default=0) > 0:
        raise damaged("ZIP")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts.values()) > MOST_UNPACKED:
        raise Unfit(_("压缩内容过多，不能上传。"))
    return parts


def _read(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    if part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise damaged("ZIP")
    with archive.open(part) as stream:
        content = stream.read(MOST_READ + 1)
    if len(content) > MOST_READ:
        raise Unfit(_("压缩内容过多，不能上传。"))
    return content


def _open_xml(archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo]) -> EvidenceKind:
    types = list(fromstring(_read(archive, parts["[Content_Types].xml"])))
    named = [(each.get("PartName", "").lstrip("/").lower(), each.get("ContentType", "")) for each in types]
    if any(re.search("macro|vbaproject", content, re.IGNORECASE) for _name, content in named):
        raise Unfit(_("文件含有宏，请另存为不含宏的文件后上传。"))
    there = {name.lower() for name in parts}
    mains = {MAIN_PARTS[content] for name, content in named if content in MAIN_PARTS and name in there}
    if len(mains) != 1:
        raise Unfit(refusal(_("ZIP压缩包")) if not mains else _("文件同时属于两种类型，不能上传。"))
    return mains.pop()


def _ofd(archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo]) -> EvidenceKind:
    root = fromstring(_read(archive, parts["OFD.xml"]))
    place = root.find(".//{*}DocRoot")
    document = (place.text or "").strip().lstrip("/") if place is not None else ""
    if root.tag.rpartition("}")[2] != "OFD" or document not in parts:
        raise damaged("OFD")
    return EvidenceKind.OFD


# --- office files of before ----------------------------------------------------------------------------

FREE = 0xFFFFFFFF
LAST_SECTOR = 0xFFFFFFFA  # what is above has a meaning of its own


def compound_file(data: bytes) -> tuple[EvidenceKind, int]:
    """DOC, XLS or PPT, and where its last sector ends."""
    try:
        names, installer, end = _compound_directory(data)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise damaged("Office") from error
    if names & ENCRYPTED_STREAMS:
        raise Unfit(_("文件已加密，请去除密码后上传。"))
    if names & MACRO_STORAGES:
        raise Unfit(_("文件含有宏，请另存为不含宏的文件后上传。"))
    kinds = {kind for name, kind in MAIN_STREAMS.items() if name in names}
    if installer:
        raise Unfit(refusal(_("可执行程序")))
    if len(kinds) != 1:
        raise Unfit(refusal() if not kinds else _("文件同时属于两种类型，不能上传。"))
    return kinds.pop(), end


def _compound_directory(data: bytes) -> tuple[set[str], bool, int]:
    """Names of what stands at the root, whether that is an installer's, and where the last sector in use ends."""
    shift = struct.unpack_from("<H", data, 30)[0]
    if shift not in {9, 12}:
        raise IndexError(shift)
    length = 1 << shift

    def sector(number: int) -> bytes:
        content = data[(number + 1) * length : (number + 2) * length]
        if number > LAST_SECTOR or not content:
            raise IndexError(number)
        return content.ljust(length, b"\0")

    table_sectors = list(struct.unpack_from("<109I", data, 76))
    more, count = struct.unpack_from("<II", data, 68)
    for _step in range(min(count, len(data) // length)):
        *numbers, more = struct.unpack(f"<{length // 4}I", sector(more))
        table_sectors += numbers
    table: list[int] = []
    for number in table_sectors[: len(data) // length]:
        if number != FREE:
            table += struct.unpack(f"<{length // 4}I", sector(number))
    directory, at = bytearray(), struct.unpack_from("<I", data, 48)[0]
    while at <= LAST_SECTOR and len(directory) < MOST_READ:
        directory += sector(at)
        at = table[at]
    used = max((number for number, next_one in enumerate(table) if next_one != FREE), default=0)
    names = {_name_of(directory, entry) for entry in _children(directory)}
    return names, bytes(directory[80:96]) == INSTALLER, (used + 2) * length


def _name_of(directory: bytearray, entry: int) -> str:
    length = struct.unpack_from("<H", directory, entry * 128 + 64)[0]
    return bytes(directory[entry * 128 : entry * 128 + max(0, min(length, 64) - 2)]).decode("utf-16-le")


def _children(directory: bytearray) -> Iterator[int]:
    """The entries right under the root, each once: what is embedded deeper is none of the file's own kind."""
    entries, seen = len(directory) // 128, {FREE}
    waiting = [struct.unpack_from("<I", directory, 76)[0]]
    while waiting:
        entry = waiting.pop()
        if entry in seen or entry >= entries:
            continue
        seen.add(entry)
        yield entry
        waiting += struct.unpack_from("<II", directory, entry * 128 + 68)
