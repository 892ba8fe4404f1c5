"""What comes in as files, before any page looks at it."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload


class Bounded(FileUploadHandler):
    """
    Keeps no more of one request than all files of a report may have together.

    What is beyond is read and thrown away, so that a page can answer; it is told by ``request.has_too_much``, and
    none of the files may then be believed to be all.
    """

    taken = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.taken += len(raw_data)
        if self.taken > settings.EVIDENCE_MAX_TOTAL_BYTES:
            if self.request is not None:
                self.request.has_too_much = True  # type: ignore[attr-defined]
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> UploadedFile | None:
        return None  # it is the next handler's to keep
