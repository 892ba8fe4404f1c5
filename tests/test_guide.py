"""The guide's pictures are there, small, and shown; the half year they are taken of holds every light."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from tasks.choices import Timeliness
from tasks.models import Assignment, Measure, Plan

from . import history
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


def test_the_half_year_of_the_pictures_holds_every_light(shipped_plan: Plan) -> None:
    history.half_a_year(shipped_plan)

    measures = Counter(Measure.objects.as_of(history.TODAY).values_list("timeliness", flat=True))
    waiting = Assignment.objects.as_of(history.TODAY).filter(is_waiting=True).count()
    assert measures == {
        Timeliness.CLOSED: 9,
        Timeliness.CLOSED_LATE: 1,
        Timeliness.ONGOING: 20,
        Timeliness.SILENT: 6,
        Timeliness.DUE_SOON: 1,
        Timeliness.OVERDUE: 5,
    }
    assert waiting == 3
