"""
The archive of a plan: ``plan.json``, its attachments by their SHA-256, and ``SHA256SUMS`` over all of them, in a ZIP
whose bytes follow from what is in it and nothing else.

What comes in is told by its content, looked at before it is unpacked, and never unpacked further than it may be.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import IO, Any, BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from ..containers import ZIP_END, ZIP_PART
from ..files import ending_of, examine
from ..models import Plan
from .collect import at_one_moment, files_of, is_whole, pieces
from .faults import Faults, Refused, Unwritable, fault, too_large
from .reading import FILE, Deadline, Document, parse, place

SUMS, FOLDER = "SHA256SUMS", "attachments/"
ENDINGS = ("json", "zip")
BLOCK = 64 * 1024
MOST_OF_A_ZIP = 65_534  # members of the plain format
BOM = b"\xef\xbb\xbf"
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    NotImplementedError,
)


class Incomplete(Unwritable):
    """Attachments that are not there, or not what was recorded of them: ``names``. There is no archive without them."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(_("佐证材料缺失或与登记的校验值不符，不能生成归档包：%(names)s") % {"names": "、".join(names)})
        self.names = names


# --- out -----------------------------------------------------------------------------------------------


def write_json(plan: Plan, target: IO[bytes]) -> str:
    """Writes the plan's file; returns its SHA-256. Raises ``Unwritable``."""
    digest, size = sha256(), 0
    with at_one_moment():
        for piece in pieces(plan):
            data = piece.encode()
            digest.update(data)
            size += len(data)
            _check_written(_("计划数据"), size, "EXCHANGE_MAX_JSON_BYTES")
            target.write(data)
    return digest.hexdigest()


def write_zip(plan: Plan, target: IO[bytes]) -> None:
    """
    Writes the archive; ``target`` is empty, and can be gone back in. Raises ``Unwritable``.

    What ``opened`` would not take is not written: neither more than it takes, nor what shrinks too much when packed.
    """
    with at_one_moment():
        if not _is_written(plan, target, zipfile.ZIP_DEFLATED):
            target.seek(0)
            target.truncate()
            _is_written(plan, target, zipfile.ZIP_STORED)
    _check_written(_("归档包"), target.seek(0, 2), "EXCHANGE_MAX_BYTES")


def _is_written(plan: Plan, target: IO[bytes], compression: int) -> bool:
    """False where the plan's file, packed in that way, would be taken for a bomb."""
    with zipfile.ZipFile(target, "w", allowZip64=False) as archive:
        entry = _entry(FILE, compression)
        with archive.open(entry, "w") as member:
            sums = [(FILE, write_json(plan, member))]
        if entry.file_size > entry.compress_size * settings.EXCHANGE_MAX_RATIO:
            return False
        unpacked = _write_attachments(plan, archive, sums, entry.file_size)
        told = _sums(dict(sums))
        _check_written(_("计划数据和附件"), unpacked + len(told), "EXCHANGE_MAX_UNPACKED_BYTES")
        archive.writestr(_entry(SUMS), told)
    return True


def _write_attachments(plan: Plan, archive: zipfile.ZipFile, sums: list[tuple[str, str]], unpacked: int) -> int:
    """Adds to ``sums``; returns ``unpacked``, bytes, with those of the attachments."""
    broken = []
    files = files_of(plan)
    if len(files) + 2 > (most := min(settings.EXCHANGE_MAX_FILES, MOST_OF_A_ZIP)):
        raise too_large(_("归档包中的文件超过%(most)d个的上限") % {"most": most}, "EXCHANGE_MAX_FILES")
    for digest, evidence in sorted(files.items()):
        _check_written(evidence.name, evidence.size, "EVIDENCE_MAX_BYTES")
        unpacked += evidence.size
        _check_written(_("计划数据和附件"), unpacked, "EXCHANGE_MAX_UNPACKED_BYTES")
        name = f"{FOLDER}{digest}"
        if not is_whole(evidence):
            broken.append(evidence.name)
            continue
        found = sha256()
        with evidence.file.open("rb") as file, archive.open(_entry(name), "w") as member:
            while block := file.read(BLOCK):
                found.update(block)
                member.write(block)
        if found.hexdigest() != digest:
            broken.append(evidence.name)
        sums.append((name, digest))
    if broken:
        raise Incomplete(broken)
    return unpacked


def _check_written(what: str, size: int, setting: str) -> None:
    if size > (most := getattr(settings, setting)):
        words = {"what": what, "most": filesizeformat(most)}
        raise too_large(_("%(what)s超过%(most)s的上限") % words, setting)


def _entry(name: str, compression: int = zipfile.ZIP_STORED) -> zipfile.ZipInfo:
    """What the archive says of a member, which does not tell where and when it was made."""
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type, entry.create_system, entry.external_attr = compression, 3, 0o644 << 16
    return entry


def _sums(sums: dict[str, str]) -> bytes:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items())).encode()


# --- in ------------------------------------------------------------------------------------------------


@dataclass
class Package:
    """
    What came in: its SHA-256 and size in bytes, what it says, and the archive it is in; None for the plan's file alone,
    with which no attachments have come.
    """

    sha256: str
    size: int
    document: Document
    archive: zipfile.ZipFile | None

    def attachment(self, digest: str) -> BytesIO:
        """The content of one attachment, which has been looked at."""
        if self.archive is None:
            raise Refused([fault(FOLDER + digest, _("文件中没有附件。"))])
        return BytesIO(_content(self.archive, self.archive.getinfo(f"{FOLDER}{digest}"), settings.EVIDENCE_MAX_BYTES))


@contextmanager
def opened(name: str, stream: BinaryIO, deadline: Deadline) -> Iterator[Package]:
    """The package in ``stream``, all of it looked at but what only the database can tell. Raises ``Refused``."""
    digest, size = _fingerprint(stream)
    stream.seek(0)
    start = stream.read(len(ZIP_PART))
    is_zip = start == ZIP_PART
    ending = ending_of(name)
    if ending in ENDINGS and (ending == "zip") != is_zip:
        words = _("扩展名是“.%(ending)s”，内容却不是，请核对后重试。")
        raise Refused([fault(name, words % {"ending": ending})])
    if not is_zip:
        stream.seek(0)
        _check_size(FILE, size, settings.EXCHANGE_MAX_JSON_BYTES)
        yield Package(digest, size, _parsed(stream.read(), deadline), None)
        return
    _check_end(stream, size)
    try:
        archive = zipfile.ZipFile(stream)
    except DAMAGE as error:
        raise damaged(name) from error
    with archive:
        members = _members(archive)
        document = _parsed(_content(archive, members[FILE], settings.EXCHANGE_MAX_JSON_BYTES), deadline)
        _check_sums(archive, members, deadline)
        _check_attachments(archive, members, document, deadline)
        yield Package(digest, size, document, archive)


def damaged(name: str) -> Refused:
    return Refused([fault(name, _("归档包不完整或已损坏，请重新取得后再试。"))])


def _fingerprint(stream: BinaryIO) -> tuple[str, int]:
    size = stream.seek(0, 2)
    _check_size("", size, settings.EXCHANGE_MAX_BYTES)
    if size == 0:
        raise Refused([_("文件是空的。")])
    stream.seek(0)
    digest = sha256()
    while block := stream.read(BLOCK):
        digest.update(block)
    return digest.hexdigest(), size


def _check_size(name: str, size: int, most: int) -> None:
    if size > most:
        words = _("大小为%(size)s，超过%(most)s的上限。") % {"size": filesizeformat(size), "most": filesizeformat(most)}
        raise Refused([fault(name, words) if name else words])


def _parsed(data: bytes, deadline: Deadline) -> Document:
    try:
        text = data.removeprefix(BOM).decode()
    except UnicodeDecodeError as error:
        words = _("第%(at)d个字节处不是UTF-8编码。") % {"at": error.start + 1}
        raise Refused([fault(FILE, words)]) from error
    return parse(text, deadline)


def _check_end(stream: BinaryIO, size: int) -> None:
    """The table of contents is small and stands right before the end: whoever opens the archive reads all of it."""
    stream.seek(max(size - 22, 0))
    end = stream.read()
    if len(end) < 22 or not end.startswith(ZIP_END):
        raise damaged(_("归档包"))
    disk, first, here, parts, length, offset, comment = struct.unpack_from("<HHHHIIH", end, 4)
    if parts > settings.EXCHANGE_MAX_FILES:
        raise Refused([_("归档包中的文件超过%(most)d个的上限。") % {"most": settings.EXCHANGE_MAX_FILES}])
    if (disk, first, comment) != (0, 0, 0) or here != parts or offset + length != size - 22 or length > parts * 1024:
        raise damaged(_("归档包"))


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """What is in the archive, by name; refused where anything else is, or where it unpacks to too much."""
    members: dict[str, zipfile.ZipInfo] = {}
    faults = Faults()
    for member in archive.infolist():
        name = member.filename
        shown = "".join(each if each.isprintable() else "?" for each in name[:100])
        if name in members:
            faults.add(shown, _("在归档包中重复出现。"))
        if name not in (FILE, SUMS) and not _is_attachment(name):
            faults.add(shown, _("不是归档包应有的文件。"))
        if member.flag_bits & 0x41 or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            faults.add(shown, _("已加密，或压缩方式不受支持。"))
        if member.file_size > max(member.compress_size, 1) * settings.EXCHANGE_MAX_RATIO:
            faults.add(shown, _("展开后超过压缩大小的%(most)d倍，不予展开。") % {"most": settings.EXCHANGE_MAX_RATIO})
        members[name] = member
    for name in (FILE, SUMS):
        if name not in members:
            faults.add(name, _("归档包中没有这个文件。"))
    faults.refuse()
    _check_size("", sum(member.file_size for member in members.values()), settings.EXCHANGE_MAX_UNPACKED_BYTES)
    return members


def _is_attachment(name: str) -> bool:
    digest = name.removeprefix(FOLDER)
    return name.startswith(FOLDER) and len(digest) == 64 and set(digest) <= set("0123456789abcdef")


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    """All of a member, no more than ``most`` bytes, whatever the archive says of it."""
    _check_size(member.filename, member.file_size, most)
    try:
        with archive.open(member) as stream:
            content = stream.read(most + 1)
    except DAMAGE as error:
        raise damaged(member.filename) from error
    _check_size(member.filename, len(content), most)
    return content


def _check_sums(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], deadline: Deadline) -> None:
    """Every file is what ``SHA256SUMS`` says, and is named there."""
    found: dict[str, str] = {}
    for name, member in members.items():
        if name == SUMS:
            continue
        deadline.check()
        digest = sha256()
        try:
            with archive.open(member) as stream:
                while block := stream.read(BLOCK):
                    digest.update(block)
        except DAMAGE as error:
            raise damaged(name) from error
        found[name] = digest.hexdigest()
    told = _content(archive, members[SUMS], 200 * (len(members) + 1))
    if told == _sums(found):
        return
    faults = Faults()
    lines = set(told.decode(errors="replace").splitlines())
    for name, is_now in found.items():
        if f"{is_now}  {name}" not in lines:
            faults.add(name, _("与SHA256SUMS中的校验值不符。"))
    faults.add(SUMS, _("与归档包中的文件不一致。"))
    faults.refuse()


def _check_attachments(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], document: Document, deadline: Deadline
) -> None:
    """Every attachment is there, is what was recorded of it, and is of a kind that may be uploaded."""
    faults = Faults()
    looked_at: dict[str, Any] = {}
    for at, row in enumerate(document.tables["evidence"]):
        deadline.check()
        path, digest = place(f"$.evidence[{at}]"), row["sha256"]
        member = members.get(f"{FOLDER}{digest}")
        if member is None:
            faults.add(path, _("归档包中没有附件%(name)s。") % {"name": f"{FOLDER}{digest}"})
            continue
        try:
            if digest not in looked_at:
                content = BytesIO(_content(archive, member, settings.EVIDENCE_MAX_BYTES))
                looked_at[digest] = examine(row["name"], content, most_bytes=settings.EVIDENCE_MAX_BYTES)
        except ValidationError as error:
            faults.add(path, " ".join(error.messages))
            continue
        examined = looked_at[digest]
        if (examined.sha256, examined.size, examined.kind) != (digest, row["size"], row["kind"]):
            faults.add(path, _("附件内容与登记的类型、大小或校验值不符。"))
    for name in set(members) - {FILE, SUMS} - {f"{FOLDER}{row['sha256']}" for row in document.tables["evidence"]}:
        faults.add(name, _("不是任何佐证材料的附件。"))
    faults.refuse()
