"""What an import would do, before it does: every fault under its row and column, every value before and after."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.html import format_html
from django.utils.translation import gettext as _
from import_export.resources import Diff
from import_export.results import Result


class Problems(Result):
    """What came of an import, with every fault under its row in the file and its column."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int] = []
        self.key = ""  # the column by whose values the rows are known
        self.keys: list[str] = []
        self.columns: dict[str, str] = {}
        self.invited = 0  # people who got an invitation

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    @property
    def of_file(self) -> list[str]:
        """What is wrong with the file as a whole."""
        faults = [error.error for error in self.base_errors]
        return [said for fault in faults for said in getattr(fault, "messages", [str(fault)])]

    @property
    def of_rows(self) -> list[tuple[int, str, str, str]]:
        """
        ``(row in the file, what it is known by, column, what is wrong)``; the column is empty where the row as a whole
        is meant.
        """
        found = []
        for invalid in self.invalid_rows:
            for name, messages in invalid.error_dict.items():
                label = "" if name == NON_FIELD_ERRORS else str(self.columns.get(name, name))
                found += [(*self._row(invalid.number), label, message) for message in messages]
        found += [(*self._row(wrong.number), "", _("该行无法保存。")) for wrong in self.error_rows]
        return sorted(found)

    def _row(self, number: int) -> tuple[int, str]:
        is_known = number <= len(self.lines)
        return (self.lines[number - 1], self.keys[number - 1]) if is_known else (number, "")

    @property
    def changes(self) -> list[Any]:
        return [row for row in self.rows if row.is_new() or row.is_update()]

    @property
    def can_be_taken(self) -> bool:
        return not self.has_errors() and not self.has_validation_errors()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that would be written, as the preview says it; empty where nothing can be."""
        if not self.can_be_taken:
            return ""
        said = [[row.import_type, *map(str, row.diff)] for row in self.changes]
        return sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


class Difference(Diff):
    """What was and what will be, in words and marks; the library's own has its colours in the markup."""

    def __init__(self, resource: Any, instance: Any, new: bool) -> None:
        self.left, self.new = self._of(resource, instance), new
        self.right: list[Any] = []

    def compare_with(self, resource: Any, instance: Any) -> None:
        self.right = self._of(resource, instance)

    @staticmethod
    def _of(resource: Any, instance: Any) -> list[Any]:
        return [field.export(instance) for field in resource.get_user_visible_fields()]

    def as_html(self) -> list[str]:
        return [
            format_html("{}", now) if was == now or self.new else _step(was, now)
            for was, now in zip(self.left, self.right, strict=True)
        ]


def _step(was: str, now: str) -> str:
    """From one value to another; nothing is not struck out, which would not be read."""
    nothing = _("（空）")
    first = format_html("<del>{}</del>", was) if was else nothing
    return format_html("{} → {}", first, format_html("<ins>{}</ins>", now) if now else nothing)
