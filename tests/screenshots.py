"""
Takes the pictures of the pages for README and guide into docs/images: `make screenshots`.

A database of its own, thrown away at the end, holds the demonstration (`make demo`), banner and all; the server runs in
this process and believes that today is the last day of it, so that the pictures change only when the pages do.
"""

from __future__ import annotations

import argparse
import os
import secrets
import tempfile
from pathlib import Path

import django

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument("only", nargs="*", help="names of pictures; all without any")
    parser.add_argument("--into", type=Path, default=IMAGES, help="the folder to put them in")
    return parser.parse_args()


def set_up(folder: Path) -> None:
    """The project's own settings as in production, whatever the environment says; the database is in ``folder``."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "plan_tracker.settings",
        "DATABASE_URL": f"sqlite:///{folder / 'pictures.sqlite3'}",
        "MEDIA_ROOT": str(folder / "media"),
        "EVIDENCE_STORAGE": "",
        "DEBUG": "0",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "HTTPS": "0",
        "ALLOWED_HOSTS": "127.0.0.1",
        "COLLECTED_STATIC": "0",
        "LOG_LEVEL": "WARNING",
    }
    django.setup()


def main() -> None:
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="plan-tracker-pictures-") as name:
        set_up(Path(name))
        from . import pictures  # noqa: PLC0415 - models can be imported once the settings are known

        pictures.take(options.into, options.only)


if __name__ == "__main__":
    main()
