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
    if OFFICE is None and os.environ.get("REQUIRE_OFFICE") == "1":
        pytest.fail("REQUIRE_OFFICE is set and there is no soffice on PATH.")
    if OFFICE is None:
        pytest.skip("There is no soffice on PATH: install LibreOffice to run these tests.")
    source, target = folder / "填报表.xlsx", folder / "saved"
    source.write_bytes(content)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    subprocess.run(
        [OFFICE, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(target), str(source)],
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    return (target / source.name).read_bytes()
