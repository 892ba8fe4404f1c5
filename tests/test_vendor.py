"""What others wrote and this project ships is exactly what `make vendor` put there."""

import hashlib
import json
import re

from django.conf import settings

VENDOR = settings.BASE_DIR / "plan_tracker" / "static" / "vendor"
ASSETS = settings.BASE_DIR / "requirements" / "assets"


def shipped() -> set[str]:
    files = (path for path in VENDOR.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    return {path.relative_to(VENDOR).as_posix() for path in files}


def test_vendored_files_equal_the_list_of_checksums() -> None:
    lines = (VENDOR / "SHA256SUMS").read_text("utf-8").splitlines()
    listed = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}

    assert listed == {name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in shipped()}


def test_vendored_files_fetch_nothing() -> None:
    for name in shipped():
        text = (VENDOR / name).read_text("utf-8")

        assert "sourceMappingURL" not in text, name
        assert re.findall(r"url\((?!\s*[\"']?data:)[^)]*\)|@import", text) == [], name


def test_vendored_packages_bring_their_licence() -> None:
    packages = {path.name for path in VENDOR.iterdir() if path.is_dir()}

    assert packages == {"bootstrap"}
    for package in packages:
        assert "MIT License" in (VENDOR / package / "LICENSE").read_text("utf-8")


def test_vendored_version_is_the_locked_one() -> None:
    lock = json.loads((ASSETS / "package-lock.json").read_text("utf-8"))
    wanted = json.loads((ASSETS / "package.json").read_text("utf-8"))["dependencies"]["bootstrap"]

    style_sheet = (VENDOR / "bootstrap" / "bootstrap.min.css").read_text("utf-8")

    assert lock["packages"]["node_modules/bootstrap"]["version"] == wanted
    assert f"v{wanted} " in style_sheet[:200]


def test_locks_name_no_registry() -> None:
    for lock in (ASSETS / "package-lock.json", *(settings.BASE_DIR / "requirements").glob("*.txt")):
        text = lock.read_text("utf-8")

        assert '"resolved"' not in text, lock.name
        assert re.findall(r"(?m)^-(?:i|f|-index-url|-extra-index-url|-find-links)\b", text) == [], lock.name
        assert re.findall(r"@ (?:https?|file):", text) == [], lock.name
