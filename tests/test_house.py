"""The house is in order: what may import what, and what is written nowhere."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Each package may import those before it, and nothing after it; inside a package each layer likewise.
PACKAGES = ("departments", "tasks", "plan_tracker")
LAYERS = (
    {"apps", "choices", "states", "validators", "files", "containers", "uploads"},
    {"timeliness", "course", "documents"},
    {"step"},
    {"models"},
    {"tally", "permissions", "snapshot", "returned", "invitations"},
    {"exchange"},
    {"actions"},
    {"forms", "filters", "links", "charts", "dashboard", "comparison", "matrix", "summary"}
    | {"periods", "queue", "changes", "timeline", "units", "sections", "excel", "papers"},
    {"views", "admin", "context", "templatetags", "management", "demonstration"},
    {"urls"},
)
# Only these ask what day it is; everything else is told.
CLOCK_READERS = r"(^|/)(views|admin|management|templatetags)(/|\.py$)|/(context|middleware|health)\.py$"
TOP_LEVEL = {
    *(*PACKAGES, "manage.py", "fixtures", "templates", "tests", "requirements", "docs", "deploy"),
    *("pyproject.toml", "README.md", "CHANGELOG.md", "Makefile"),
}
MOST_LINES = 400


@dataclass(frozen=True)
class Source:
    """One file, ``path`` from the root of the project."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def at(self, node: ast.AST, fault: str) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 1)} {fault}"

    def imports(self) -> Iterator[tuple[ast.stmt, str, str]]:
        """``(statement, module, name)`` of each imported name; the name is empty where the module is imported."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield node, alias.name, ""
            elif isinstance(node, ast.ImportFrom):
                module = self._absolute(node)
                for alias in node.names:
                    yield node, module, alias.name

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        above = node.level - self.path.endswith("/__init__.py")
        package = self.module.split(".")
        return ".".join([*package[: len(package) - above], *([node.module] if node.module else [])])


def read(paths: Iterator[Path]) -> list[Source]:
    return [Source(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in sorted(paths)]


def modules() -> list[Source]:
    """The modules of the project itself; migrations are generated."""
    found = read(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return [source for source in found if "/migrations/" not in source.path]


def templates() -> list[Source]:
    folders = [ROOT / "templates", *(ROOT / package for package in PACKAGES)]
    return read(path for folder in folders for path in folder.rglob("*.html"))


# --- the rules, each a function from one source to its faults --------------------------------------


def imports_upwards(source: Source) -> list[str]:
    def place(module: str) -> tuple[int, int]:
        package, _, rest = module.partition(".")
        layer = [rank for rank, names in enumerate(LAYERS) if rest.split(".")[0] in names]
        return PACKAGES.index(package), layer[0] if layer else -1

    own = place(source.module)
    faults = []
    if own[1] < 0 and source.module not in PACKAGES and not source.module.startswith("plan_tracker."):
        faults.append(f"{source.path}:1 has no place in the layers")
    for node, module, name in source.imports():
        if module.split(".")[0] not in PACKAGES:
            continue
        target = f"{module}.{name}" if name else module
        there = place(target)
        if there[0] > own[0] or (there[0] == own[0] and there[1] > own[1] and own[1] >= 0):
            faults.append(source.at(node, f"imports {target}"))
    return faults


def imports_in_functions(source: Source) -> list[str]:
    functions = [node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [
        source.at(node, "imports inside a function")
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def uses_signals(source: Source) -> list[str]:
    return [
        source.at(node, f"imports {module}")
        for node, module, name in source.imports()
        if "signals" in [*module.split("."), name] or module.startswith("django.dispatch")
    ]


def works_in_save(source: Source) -> list[str]:
    if not re.search(r"/models(/|\.py$)", source.path):
        return []
    return [
        source.at(node, "defines save")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef) and node.name == "save"
    ]


def compares_deadlines(source: Source) -> list[str]:
    if re.match(r"tasks/(models/|models\.py$|timeliness\.py$)", source.path):
        return []
    return [
        f"{source.path}:{number} spells a comparison of due_on"
        for number, line in enumerate(source.text.splitlines(), start=1)
        if "due_on__" in line
    ]


def last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def reads_the_clock(source: Source) -> list[str]:
    if re.search(CLOCK_READERS, source.path):
        return []
    faults = [
        source.at(node, f"imports {name} from {module}")
        for node, module, name in source.imports()
        if (module, name) == ("django.db.models.functions", "Now")
        or (module == "django.utils.timezone" and name in {"now", "localdate", "localtime"})
    ]
    # With an argument these convert a given moment, which is no question to the clock.
    conversions = {node.func for node in ast.walk(source.tree) if isinstance(node, ast.Call) and node.args}
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Attribute):
            continue
        name = f"{last_name(node.value)}.{node.attr}"
        if name in {"timezone.localdate", "timezone.localtime"} and node in conversions:
            continue
        if re.fullmatch(r"timezone\.(now|localdate|localtime)|datetime\.(now|utcnow|today)|date\.today", name):
            faults.append(source.at(node, f"asks {name}"))
    return faults


def reads_the_environment(source: Source) -> list[str]:
    if source.path in {"plan_tracker/settings.py", "plan_tracker/wsgi.py", "plan_tracker/asgi.py"}:
        return []
    named = [
        source.at(node, f"imports {module}.{name}")
        for node, module, name in source.imports()
        if module == "environ" or (module == "os" and name in {"environ", "getenv"})
    ]
    used = [
        source.at(node, f"reads os.{node.attr}")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and last_name(node.value) == "os" and node.attr in {"environ", "getenv"}
    ]
    return named + used


def trusts_markup(source: Source) -> list[str]:
    named = [source.at(node, "imports mark_safe") for node, _, name in source.imports() if name == "mark_safe"]
    calls = [node for node in ast.walk(source.tree) if isinstance(node, ast.Call)]
    return named + [source.at(node, "calls SafeString") for node in calls if last_name(node.func) == "SafeString"]


def is_too_long(source: Source) -> list[str]:
    lines = len(source.text.splitlines())
    return [f"{source.path}: {lines} lines"] if lines > MOST_LINES else []


IN_NO_TEMPLATE = {
    "a text taken as markup": r"\|\s*safe(seq)?\b|\{%-?\s*autoescape\s+off",
    "an inline style": r"(?<![-\w])style\s*=|<style\b",
    "an inline script": r"<script\b(?![^>]*\ssrc\s*=)",
    "an inline handler": r"<[a-zA-Z][^<>]*\son[a-z]+\s*=",
    "a script for an address": r"(?i)\b(?:href|src|action)\s*=\s*[\"']?\s*javascript:",
    "another host": r"(?i)\b(?:href|src|srcset|action|data)\s*=\s*[\"']?\s*(?:https?:)?//",
}


def template_breaks_the_policy(source: Source) -> list[str]:
    return [
        f"{source.path}:{source.text.count(chr(10), 0, match.start()) + 1} has {fault}: {match[0]}"
        for fault, pattern in IN_NO_TEMPLATE.items()
        for match in re.finditer(pattern, source.text)
    ]


Rule = Callable[[Source], list[str]]


def faults(rule: Rule, sources: list[Source]) -> list[str]:
    assert sources, "nothing was looked at"
    return [fault for source in sources for fault in rule(source)]


# --- the house keeps them --------------------------------------------------------------------------


def test_imports_run_one_way() -> None:
    assert faults(imports_upwards, modules()) == []


def cycle_among(sources: list[Source]) -> list[str]:
    """Modules that import each other in a circle, or nothing. What only type checkers read is no import."""
    known = {source.module for source in sources}
    graph: dict[str, set[str]] = {}
    for source in sources:
        checked_only = {
            statement
            for node in ast.walk(source.tree)
            if isinstance(node, ast.If) and last_name(node.test) == "TYPE_CHECKING"
            for statement in node.body
        }
        targets = {
            f"{module}.{name}" if f"{module}.{name}" in known else module
            for node, module, name in source.imports()
            if node not in checked_only
        }
        graph[source.module] = targets & known
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_imports_make_no_circles() -> None:
    assert cycle_among(modules()) == []


def test_a_planted_circle_is_found() -> None:
    one = Source("tasks/models/one.py", "from .two import Two")
    two = Source("tasks/models/two.py", "from tasks.models import one")
    hint = Source("tasks/models/two.py", "if TYPE_CHECKING:\n    from .one import One")

    assert set(cycle_among([one, two])) == {"tasks.models.one", "tasks.models.two"}
    assert cycle_among([one, hint]) == []


def test_nothing_is_imported_inside_a_function() -> None:
    assert faults(imports_in_functions, modules()) == []


def test_there_are_no_signals() -> None:
    assert faults(uses_signals, modules()) == []


def test_no_model_works_in_save() -> None:
    assert faults(works_in_save, modules()) == []


def test_deadlines_are_compared_only_in_models_and_timeliness() -> None:
    assert faults(compares_deadlines, modules()) == []


def test_only_the_edges_ask_what_day_it_is() -> None:
    assert faults(reads_the_clock, modules()) == []


def test_the_environment_is_read_only_in_the_settings() -> None:
    assert faults(reads_the_environment, modules()) == []


def test_no_text_is_declared_to_be_markup() -> None:
    assert faults(trusts_markup, modules()) == []


def test_templates_keep_the_content_security_policy() -> None:
    assert faults(template_breaks_the_policy, templates()) == []


def test_no_python_file_is_too_long() -> None:
    tests = read((ROOT / "tests").rglob("*.py"))

    assert faults(is_too_long, modules() + tests) == []


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (imports_upwards, "tasks/timeliness.py", "from .models import Report"),
        (imports_upwards, "tasks/models/report.py", "from .. import permissions"),
        (imports_upwards, "tasks/permissions.py", "import tasks.actions.report"),
        (imports_upwards, "tasks/excel/ledger.py", "from ..views import ledger"),
        (imports_upwards, "tasks/views/__init__.py", "from .. import urls"),
        (imports_upwards, "tasks/views/ledger.py", "from plan_tracker import urls"),
        (imports_upwards, "departments/models.py", "from tasks.choices import Timeframe"),
        (imports_upwards, "departments/admin.py", "import plan_tracker.middleware"),
        (imports_upwards, "tasks/misc.py", ""),
        (imports_in_functions, "tasks/actions/report.py", "def submit():\n    import json"),
        (uses_signals, "tasks/models/report.py", "from django.db.models.signals import post_save"),
        (uses_signals, "tasks/models/report.py", "from django.db.models import signals"),
        (uses_signals, "tasks/models/report.py", "from django.dispatch import receiver"),
        (works_in_save, "departments/models.py", "class A:\n    def save(self): ..."),
        (works_in_save, "tasks/models/report.py", "class A:\n    def save(self): ..."),
        (compares_deadlines, "tasks/views/ledger.py", "Measure.objects.filter(due_on__lt=day)"),
        (compares_deadlines, "tasks/filters.py", "field = 'measure__due_on__gte'"),
        (reads_the_clock, "tasks/models/report.py", "at = DateTimeField(default=timezone.now)"),
        (reads_the_clock, "tasks/actions/report.py", "today = timezone.localdate()"),
        (reads_the_clock, "tasks/timeliness.py", "datetime.date.today()"),
        (reads_the_clock, "tasks/excel/views_of.py", "datetime.now(tz=UTC)"),
        (reads_the_clock, "tasks/forms/report.py", "from django.utils.timezone import localdate"),
        (reads_the_environment, "tasks/views/ledger.py", "os.environ['DEBUG']"),
        (reads_the_environment, "tasks/views/ledger.py", "from os import getenv"),
        (reads_the_environment, "plan_tracker/middleware.py", "import environ"),
        (trusts_markup, "tasks/views/ledger.py", "from django.utils.safestring import mark_safe"),
        (trusts_markup, "tasks/views/ledger.py", "SafeString(text)"),
        (is_too_long, "tasks/views/ledger.py", "\n" * (MOST_LINES + 1)),
        (template_breaks_the_policy, "templates/a.html", "{{ wording|safe }}"),
        (template_breaks_the_policy, "templates/a.html", "{% autoescape off %}"),
        (template_breaks_the_policy, "templates/a.html", '<p class="a" style="color:red">'),
        (template_breaks_the_policy, "templates/a.html", "<style>p { color: red }</style>"),
        (template_breaks_the_policy, "templates/a.html", "<script>go()</script>"),
        (template_breaks_the_policy, "templates/a.html", '<a href="#"\n   onclick="go()">'),
        (template_breaks_the_policy, "templates/a.html", '<a href="javascript:go()">'),
        (template_breaks_the_policy, "templates/a.html", '<link href="https://example.org/a.css">'),
        (template_breaks_the_policy, "templates/a.html", '<img src="//example.org/a.png">'),
    ],
)
def test_a_planted_fault_is_found(rule: Rule, path: str, text: str) -> None:
    assert len(rule(Source(path, text))) == 1


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (imports_upwards, "tasks/models/report.py", "from ..choices import Decision\nfrom .review import Review"),
        (imports_upwards, "tasks/forms/report.py", "from departments.models import User"),
        (imports_upwards, "plan_tracker/urls.py", "from tasks import urls"),
        (imports_upwards, "departments/models.py", "from django.db import models"),
        (works_in_save, "tasks/forms/report.py", "class A:\n    def save(self): ..."),
        (compares_deadlines, "tasks/models/measure.py", "self.filter(due_on__lt=day)"),
        (reads_the_clock, "tasks/timeliness.py", "timezone.localdate(moment)"),
        (reads_the_clock, "tasks/management/commands/load_plan.py", "timezone.now()"),
        (reads_the_clock, "tasks/admin/site.py", "timezone.now()"),
        (trusts_markup, "tasks/templatetags/plan.py", "def a() -> SafeString: ..."),
        (template_breaks_the_policy, "templates/a.html", '<script src="{% static "a.js" %}" defer></script>'),
        (template_breaks_the_policy, "templates/a.html", '<svg xmlns="http://www.w3.org/2000/svg">'),
        (template_breaks_the_policy, "templates/a.html", '<p data-style="a" class="once">on = 1</p>'),
    ],
)
def test_what_is_in_order_is_left_alone(rule: Rule, path: str, text: str) -> None:
    assert rule(Source(path, text)) == []


def top_level() -> set[str]:
    """What stands at the root and is not ignored by git."""
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):  # no git, or no clone
        ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text("utf-8").splitlines()]
        names = {path.name for path in ROOT.iterdir()}
        return {name for name in names if not any(fnmatch(name, pattern) for pattern in ignored)}
    return {name.split("/")[0] for name in listed}


def test_the_root_holds_only_what_belongs_there() -> None:
    assert {name for name in top_level() if not name.startswith(".")} - TOP_LEVEL == set()
