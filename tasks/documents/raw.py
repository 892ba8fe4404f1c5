"""What a reader of files hands on, and how it refuses."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from io import BytesIO

from django.conf import settings
from django.utils.translation import gettext as _


class Unreadable(ValueError):
    """A document that is not taken; ``args[0]`` says why and where, in Chinese."""


@dataclass
class Rows:
    """Lines; and cells (line from 1, place from 0) that carry on the cell above."""

    rows: list[str] = field(default_factory=list)
    merged: set[tuple[int, int]] = field(default_factory=set)

    def add(self, text: str) -> int:
        """Appends a line and returns its number."""
        self.rows.append(text)
        if len(self.rows) > settings.DOCUMENT_MAX_LINES:
            most = settings.DOCUMENT_MAX_LINES
            raise Unreadable(_("文件超过%(most)d行，请只保留计划正文后再试。") % {"most": most})
        return len(self.rows)

    def append(self, more: Rows) -> None:
        """All lines of ``more`` after those that are there."""
        before = len(self.rows)
        for row in more.rows:
            self.add(row)
        self.merged |= {(before + line, place) for line, place in more.merged}


def in_one_line(text: str) -> str:
    """The text of a cell: its lines apart by a blank, without tabs."""
    parts = re.split("[\r\n\t\x0b\x0c\u2028\u2029]+", text)
    return " ".join(part for part in (each.strip() for each in parts) if part)


def opened(data: bytes) -> zipfile.ZipFile:
    """The archive, which by its own table of contents unpacks to no more than the settings allow."""
    archive = zipfile.ZipFile(BytesIO(data))
    if sum(part.file_size for part in archive.infolist()) > settings.IMPORT_MAX_UNPACKED_BYTES:
        archive.close()
        raise Unreadable(_("文件展开后过大，请只保留计划正文后再试。"))
    return archive
