"""The office program of those who do not have Excel: opens a workbook, recalculates it and saves it again."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

OFFICE = next(filter(None, map(shutil.which, ("soffice", "libreoffice"))), None)
PATIENCE = 120  # seconds; its first start on a machine is slow


def saved_again(content: bytes, folder: Path) -> bytes:
    """The workbook as LibreOffice saves it, without a window."""
    return _converted("填报表.xlsx", content, "xlsx", folder)


def as_pdf(text: str, folder: Path) -> bytes:
    """The text as LibreOffice prints it, on pages of the usual size."""
    return _converted("计划.txt", text.encode("utf-8-sig"), "pdf:writer_pdf_Export", folder)


def _converted(name: str, content: bytes, target: str, folder: Path) -> bytes:
    if OFFICE is None and os.environ.get("REQUIRE_OFFICE") == "1":
        pytest.fail("REQUIRE_OFFICE is set and there is no soffice on PATH.")
    if OFFICE is None:
        pytest.skip("There is no soffice on PATH: install LibreOffice to run these tests.")
    source, there = folder / name, folder / "saved"
    source.write_bytes(content)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    subprocess.run(
        [OFFICE, profile, "--headless", "--convert-to", target, "--outdir", str(there), str(source)],
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    return (there / source.with_suffix(f".{target.partition(':')[0]}").name).read_bytes()
