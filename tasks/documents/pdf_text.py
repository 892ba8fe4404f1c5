"""
The text of a PDF as JSON, a list of lines for each page: a program of its own, so that a file that was made to take
memory or time without end takes it from nobody else. ``python -I pdf_text.py MEGABYTES CHARACTERS < file``.

Instead of pages there may be a word: ``encrypted``, ``damaged`` or ``long``.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
from contextlib import suppress
from io import BytesIO

from pypdf import PdfReader

MEGABYTE = 1024 * 1024


def text_of(data: bytes, most: int) -> list[list[str]] | str:
    """Lines of every page, no more than ``most`` characters in all."""
    reader = PdfReader(BytesIO(data))
    if reader.is_encrypted:
        return "encrypted"
    pages, characters = [], 0
    for page in reader.pages:
        text = page.extract_text()
        characters += len(text)
        if characters > most:
            return "long"
        pages.append(text.splitlines())
    return pages


def main() -> None:
    megabytes, most = (int(word) for word in sys.argv[1:])
    with suppress(OSError, ValueError):  # not every system limits it
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * MEGABYTE, megabytes * MEGABYTE))
    logging.disable()
    try:
        found = text_of(sys.stdin.buffer.read(), most)
    except Exception:  # a damaged file fails in as many ways as it has parts
        found = "damaged"
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
