"""
The English catalogue: `update` collects the texts of the source into it, `check` fails when it is not
current, complete and compiled.

Texts are written in Chinese inside gettext calls, so that English is the only catalogue. `check` collects
into a copy of the tree and changes nothing.
"""

from __future__ import annotations

import gettext
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = Path("plan_tracker/locale/en/LC_MESSAGES/django.po")
TOOLS = ("xgettext", "msgmerge", "msguniq", "msgattrib", "msgfmt")
# What holds no text of the pages; dot-files are passed over anyway.
UNREAD = ("node_modules", "tests", "docs", "deploy", "requirements", "fixtures", "staticfiles", "static")

# What a new catalogue begins with; Django's own would be marked fuzzy and say nothing.
HEADER = r"""msgid ""
msgstr ""
"Project-Id-Version: Plan Tracker\n"
"Language: en\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"""


def run(*command: str, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}".rstrip())
    return done.stdout


def collect(tree: Path) -> None:
    """Merges the texts of ``tree`` into its catalogue; those no longer used stay in it as obsolete."""
    locations = ("--add-location", "file", "--no-wrap")
    ignored = (part for name in UNREAD for part in ("--ignore", name))
    if not (tree / CATALOGUE).exists():
        (tree / CATALOGUE).parent.mkdir(parents=True, exist_ok=True)
        (tree / CATALOGUE).write_text(HEADER, "utf-8")
    run(sys.executable, "manage.py", "makemessages", "--locale", "en", *locations, *ignored, cwd=tree)
    # The date would make every collection a change.
    lines = (tree / CATALOGUE).read_text("utf-8").splitlines(keepends=True)
    kept = (line for line in lines if not line.startswith('"POT-Creation-Date:'))
    (tree / CATALOGUE).write_text("".join(kept), "utf-8")


def entries(catalogue: Path, *which: str) -> list[str]:
    """The texts of ``catalogue`` that msgattrib selects by ``which``, as the catalogue spells them."""
    listed = run("msgattrib", "--no-wrap", *which, str(catalogue), cwd=ROOT)
    texts = re.findall(r'^(?:#~ )?msgid ((?:(?:#~ )?".*"\n)+)', listed, re.MULTILINE)
    joined = ("".join(re.findall(r'^(?:#~ )?"(.*)"$', text, re.MULTILINE)) for text in texts)
    return [text for text in joined if text]  # the header's is empty


def compiled(source: Path) -> dict[object, str]:
    """What a compiled catalogue translates, without its header."""
    with source.open("rb") as file:
        catalogue: dict[object, str] = dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]
    catalogue.pop("", None)
    return catalogue


def update() -> int:
    collect(ROOT)
    run("msgattrib", "--no-wrap", "--no-obsolete", "-o", str(CATALOGUE), str(CATALOGUE), cwd=ROOT)
    run("msgfmt", "--check-format", "-o", str(CATALOGUE.with_suffix(".mo")), str(CATALOGUE), cwd=ROOT)
    missing = entries(ROOT / CATALOGUE, "--untranslated")
    unsure = entries(ROOT / CATALOGUE, "--only-fuzzy")
    print(f"{CATALOGUE}: {len(missing)} to translate, {len(unsure)} fuzzy.")
    return 0


def check() -> int:
    if not (ROOT / CATALOGUE).exists():
        print(f"{CATALOGUE} is missing. Run: make messages")
        return 1
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch) / "tree"
        private = shutil.ignore_patterns(".*", "node_modules", "staticfiles", "__pycache__", "db.sqlite3*")
        shutil.copytree(ROOT, tree, ignore=private)
        collect(tree)
        fresh = tree / CATALOGUE
        rebuilt = Path(scratch) / "django.mo"
        run("msgfmt", "--check-format", "-o", str(rebuilt), str(ROOT / CATALOGUE), cwd=ROOT)
        current = (ROOT / CATALOGUE).with_suffix(".mo")
        faults = {
            "not translated": entries(fresh, "--untranslated", "--no-obsolete"),
            "fuzzy": entries(fresh, "--only-fuzzy", "--no-obsolete"),
            "no longer used": entries(fresh, "--only-obsolete"),
            "not compiled": [current.name] if not current.exists() or compiled(current) != compiled(rebuilt) else [],
        }
    for fault, texts in faults.items():
        for text in texts:
            print(f"{CATALOGUE}: {fault}: {text}")
    if any(faults.values()):
        print("Run: make messages, translate what is missing, and run it again.")
        return 1
    return 0


if __name__ == "__main__":
    absent = [tool for tool in TOOLS if shutil.which(tool) is None]
    if absent:
        sys.exit(f"Not found: {', '.join(absent)}. They are in GNU gettext; Debian: apt-get install gettext")
    os.environ["LC_ALL"] = "C.UTF-8"
    actions = {"check": check, "update": update}
    if sys.argv[1:] not in [[name] for name in actions]:
        sys.exit(f"usage: messages.py {'|'.join(actions)}")
    sys.exit(actions[sys.argv[1]]())
