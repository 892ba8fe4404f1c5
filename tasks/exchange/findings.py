"""What a plan's file holds and what this database has of it already, as it is told before and after."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Findings:
    """
    ``counts`` are rows by table. Units and people by name are those the file brings and those that are here; of the
    latter the file changes nothing: what it says otherwise of them is in ``differing`` and ``left_out``.
    """

    slug: str
    title: str
    number: str
    starts_on: str
    ends_on: str
    counts: dict[str, int] = field(default_factory=dict)
    units_new: list[str] = field(default_factory=list)
    units_here: list[str] = field(default_factory=list)
    people_new: list[list[str]] = field(default_factory=list)  # [name to sign in with, name]
    people_here: list[list[str]] = field(default_factory=list)
    differing: list[list[str]] = field(default_factory=list)  # [name to sign in with, name here, name in the file]
    left_out: list[list[str]] = field(default_factory=list)  # [alias or member, unit that is here, name]
    attachments: int = 0  # different files
    attachment_bytes: int = 0
    has_attachments: bool = True  # false: of the files only what is recorded of them has come

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
