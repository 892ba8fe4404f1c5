"""The guide's pictures are there, small, and shown."""

from __future__ import annotations

import re
from pathlib import Path

from .pictures import LARGEST, PICTURES
from .screenshots import IMAGES

ROOT = Path(__file__).resolve().parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
TAKEN = {f"{picture.name}.png" for picture in PICTURES}


def targets(page: Path) -> list[Path]:
    """The files a page links to or shows."""
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    return [(page.parent / link).resolve() for link in links if not link.startswith("http")]


def test_every_link_of_the_documents_leads_somewhere() -> None:
    assert [(page.name, target.name) for page in PAGES for target in targets(page) if not target.exists()] == []


def test_every_picture_is_shown_and_none_is_missing() -> None:
    shown = {target.name for page in PAGES for target in targets(page) if target.suffix == ".png"}

    assert shown == TAKEN == {path.name for path in IMAGES.glob("*.png")}


def test_no_picture_is_large() -> None:
    assert [path.name for path in IMAGES.glob("*.png") if path.stat().st_size > LARGEST] == []
