"""
By what a row that comes back is known: a key, and a version of what its input cells showed when it went out.

Both are text in hidden columns. The version names the report whose words the row showed and is signed with the secret
of this instance, so that a row of another plan, unit or instance is never taken for one of this.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from ..returned import LABELS
from ..uploads import FILL_IN, INPUT, LEDGER, as_told, plain
from .style import as_written, printable

KEY, VERSION = _("标识"), _("版本")
# Of rows of measures, which do not come back: named otherwise, so that they are not taken for rows of parts.
MEASURE_KEY, MEASURE_VERSION = _("任务标识"), _("任务版本")

LOCKED = "X"  # the row takes no input
MEASURE = "M"  # the row is a measure

SALT = "tasks.excel.keys"
LENGTH = 16
SHORT = 6  # of a digest that guards against slips
PATTERN = re.compile(r"([A-Z])(\d{1,18})-([0-9a-f]{16})-((?:[0-9a-f]{6}){0,100})-([0-9a-f]{16})")


@dataclass(frozen=True)
class Version:
    """
    What a row showed: the sheet's ``kind``, the key of the last report (0: none), a digest of the cells to be filled
    in, and the digests of the others: what is nobody's to fill in is told apart cell by cell where it comes back
    otherwise.
    """

    kind: str
    report: int
    digest: str
    locked: frozenset[str]

    def showed(self, label: object, told: str) -> bool:
        """Whether the row went out with that in the column of that heading; ``told`` as ``uploads.as_told`` has it."""
        return digest_of_locked(label, told) in self.locked


def key_of(plan: int, part: int) -> str:
    return f"{plan}-{part}"


def measure_key_of(plan: int, measure: int) -> str:
    """No key of a part, whatever column it is put into."""
    return f"M{plan}-{measure}"


def parsed_key(text: str) -> tuple[int, int] | None:
    """``(plan, part)``, or None where the text is no key."""
    found = re.fullmatch(r"(\d{1,18})-(\d{1,18})", text)
    return (int(found[1]), int(found[2])) if found else None


def digest_of(values: Mapping[str, Any]) -> str:
    """Of what the input cells hold; what is not there is empty."""
    shown = {name: printable(value) if isinstance(value, str) else value for name, value in values.items()}
    content = {name: plain(name, shown.get(name)) for name in INPUT}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:LENGTH]


def digest_of_locked(label: object, told: str) -> str:
    return hashlib.sha256(f"{label}\n{told}".encode()).hexdigest()[:SHORT]


def version_of(
    key: str, kind: str, report: int, values: Mapping[str, Any], locked: Iterable[tuple[object, object]]
) -> str:
    """``locked`` are the heading and the value of every cell of the row that is not to be filled in, in any order."""
    shown = "".join(digest_of_locked(label, as_told(as_written(value))) for label, value in locked)
    told = f"{kind}{report}-{digest_of(values)}-{shown}"
    return f"{told}-{_signature(key, told)}"


def parsed_version(key: str, text: str) -> Version | None:
    """What the version says, or None where it is not this instance's own for that key."""
    found = PATTERN.fullmatch(text)
    if found is None or not constant_time_compare(found[5], _signature(key, text.rpartition("-")[0])):
        return None
    locked = frozenset(found[4][at : at + SHORT] for at in range(0, len(found[4]), SHORT))
    return Version(found[1], int(found[2]), found[3], locked)


def _signature(key: str, told: str) -> str:
    return salted_hmac(SALT, f"{key}/{told}", algorithm="sha256").hexdigest()[:LENGTH]


__all__ = ["FILL_IN", "KEY", "LABELS", "LEDGER", "LOCKED", "MEASURE", "MEASURE_KEY", "MEASURE_VERSION", "VERSION"]
__all__ += ["Version", "digest_of", "digest_of_locked", "key_of", "measure_key_of", "parsed_key", "parsed_version"]
__all__ += ["version_of"]
