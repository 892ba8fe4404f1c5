"""Files of every kind, as small as they come, and evidence made of them."""

from __future__ import annotations

import struct
import uuid
from datetime import date
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tasks.actions import draft as drafts
from tasks.actions import evidence as actions
from tasks.actions import report as reports
from tasks.choices import EvidenceKind
from tasks.models import Assignment, Draft, Evidence, Milestone, Report

from .builders import a_part, a_reporter, at

SECTOR = 512
FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
STREAM, STORAGE, ROOT = 2, 1, 5

OPEN_XML = "application/vnd.openxmlformats-officedocument."
MAINS = {
    EvidenceKind.DOCX: ("word/document.xml", f"{OPEN_XML}wordprocessingml.document.main+xml"),
    EvidenceKind.XLSX: ("xl/workbook.xml", f"{OPEN_XML}spreadsheetml.sheet.main+xml"),
    EvidenceKind.PPTX: ("ppt/presentation.xml", f"{OPEN_XML}presentationml.presentation.main+xml"),
}
OFD_ROOT = (
    '<?xml version="1.0" encoding="UTF-8"?><ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" DocType="OFD" '
    'Version="1.0"><ofd:DocBody><ofd:DocRoot>{}</ofd:DocRoot></ofd:DocBody></ofd:OFD>'
)


def a_picture(form: str, **options: object) -> bytes:
    stream = BytesIO()
    Image.effect_noise((64, 48), 60).save(stream, form, **options)
    return stream.getvalue()


def a_zip(parts: dict[str, str | bytes], comment: bytes = b"") -> bytes:
    """An archive of ``parts`` by their names."""
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        archive.comment = comment
    return stream.getvalue()


def content_types(*overrides: tuple[str, str]) -> str:
    rows = "".join(f'<Override PartName="/{part}" ContentType="{kind}"/>' for part, kind in overrides)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-'
        f'types"><Default Extension="xml" ContentType="application/xml"/>{rows}</Types>'
    )


def an_open_xml(kind: EvidenceKind, more: dict[str, str | bytes] | None = None) -> bytes:
    """A DOCX, XLSX or PPTX, and ``more`` parts."""
    part, content_type = MAINS[kind]
    return a_zip({"[Content_Types].xml": content_types((part, content_type)), part: "<x/>", **(more or {})})


def an_ofd(root: str = "Doc_0/Document.xml") -> bytes:
    return a_zip({"OFD.xml": OFD_ROOT.format(root), "Doc_0/Document.xml": "<x/>"})


def a_pdf(text: str = "") -> bytes:
    body = f"%PDF-1.7\n1 0 obj\n<< /Title ({text}) >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"
    return body.encode()


def a_compound_file(*names: str, storages: tuple[str, ...] = (), embedded: tuple[str, ...] = ()) -> bytes:
    """
    An OLE file with streams of these names at its root, ``storages`` beside them, and ``embedded`` streams in a
    storage of their own. Every stream is one sector of zeros.
    """
    rows = [("Root Entry", ROOT)] + [(name, STREAM) for name in names] + [(name, STORAGE) for name in storages]
    rows += [("MBD0001", STORAGE)] * bool(embedded) + [(name, STREAM) for name in embedded]
    at_root = len(rows) - len(embedded)
    sectors_of_directory = -(-len(rows) // 4)
    directory = b""
    for number, (name, kind) in enumerate(rows):
        last = number in (0, at_root - 1, len(rows) - 1)
        child = (1 if at_root > 1 else FREE) if number == 0 else FREE
        child = at_root if name == "MBD0001" else child
        words = name.encode("utf-16-le")
        directory += words.ljust(64, b"\0") + struct.pack("<HBB", len(words) + 2, kind, 1)
        directory += struct.pack("<3I", FREE, FREE if last else number + 1, child) + bytes(36)
        directory += struct.pack("<IQ", sectors_of_directory + 1 if kind == STREAM else 0, SECTOR)
    directory = directory.ljust(sectors_of_directory * SECTOR, b"\0")
    table = [TABLE, *range(2, sectors_of_directory + 1), END, END]
    table += [FREE] * (SECTOR // 4 - len(table))
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, 1, 1, 0, 4096, END, 0, END, 0) + struct.pack("<109I", 0, *[FREE] * 108)
    return head + struct.pack(f"<{SECTOR // 4}I", *table) + directory + bytes(SECTOR)


OF_EACH_KIND: dict[EvidenceKind, bytes] = {
    EvidenceKind.PDF: a_pdf(),
    EvidenceKind.JPEG: a_picture("JPEG"),
    EvidenceKind.PNG: a_picture("PNG"),
    EvidenceKind.DOCX: an_open_xml(EvidenceKind.DOCX),
    EvidenceKind.XLSX: an_open_xml(EvidenceKind.XLSX),
    EvidenceKind.PPTX: an_open_xml(EvidenceKind.PPTX),
    EvidenceKind.DOC: a_compound_file("WordDocument", "1Table"),
    EvidenceKind.XLS: a_compound_file("Workbook"),
    EvidenceKind.PPT: a_compound_file("Current User", "PowerPoint Document"),
    EvidenceKind.OFD: an_ofd(),
}


def sent(name: str, content: bytes | None = None) -> SimpleUploadedFile:
    """A file as a browser sends it, a PDF unless told otherwise."""
    return SimpleUploadedFile(name, a_pdf(name) if content is None else content)


# --- evidence ----------------------------------------------------------------------------------------------

TODAY = date(2021, 11, 1)
NOW = at(TODAY)


def a_draft(part: Assignment | None = None, **words: object) -> Draft:
    part = part or a_part()
    by = a_reporter(part.department)
    words = {"progress": "已完成。"} | words
    return drafts.save(by=by, assignment=part, version=None, token=uuid.uuid4(), words=words, now=NOW)


def a_file(draft: Draft, name: str = "总结.pdf", content: bytes | None = None) -> Evidence:
    return actions.attach(by=draft.saved_by, draft=draft, file=sent(name, content), now=NOW)


def a_milestone(part: Assignment) -> Milestone:
    return Milestone.objects.create(measure=part.measure, title="知识产权宣传周", due_on=date(2021, 12, 4))


def submitted(draft: Draft, **fields: object) -> Report:
    whole = {"progress": "已完成。", "seen": None, "token": uuid.uuid4(), "draft_version": draft.version} | fields
    return reports.submit(by=draft.saved_by, assignment=draft.assignment, now=NOW, **whole).report


def stored() -> set[str]:
    """The names of all files in the storage."""
    found, folders = set(), ["evidence"]
    while folders:
        folder = folders.pop()
        if not default_storage.exists(folder):
            continue
        inner, files = default_storage.listdir(folder)
        folders += [f"{folder}/{name}" for name in inner]
        found |= {f"{folder}/{name}" for name in files}
    return found


def in_draft(part: Assignment, name: str = "总结.pdf", content: bytes | None = None) -> Evidence:
    by = a_reporter(part.department)
    return actions.add(by=by, assignment=part, file=sent(name, content), now=at(TODAY))


def in_report(part: Assignment, *names: str) -> Report:
    by = a_reporter(part.department)
    for name in names:
        actions.add(by=by, assignment=part, file=sent(name), now=at(TODAY))
    last = part.reports.newest_first().first()
    whole = {"progress": f"附{len(names)}份材料。", "now": at(TODAY), "token": uuid.uuid4(), "draft_version": 0}
    return reports.submit(by=by, assignment=part, seen=last.pk if last else None, **whole).report


def in_milestone(part: Assignment) -> Evidence:
    return actions.attach(
        by=a_reporter(part.department), milestone=a_milestone(part), file=sent("照片.pdf"), now=at(TODAY)
    )
