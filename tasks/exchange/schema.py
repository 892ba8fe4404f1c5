"""
How a plan's file is described: kinds of values, columns and tables. ``tables`` holds the tables themselves.

A file is one JSON object. Every table is a list of rows and every row an object with exactly the columns named here.
Nothing in it is a key of the database it came from: a row that others refer to is named by its ``key``, columns of
its own that are unique within the file. Where a row has no such columns it is numbered, from 1, in ``id``.

A change of what is written here is a new ``VERSION``, and older ones stay readable.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.apps import apps
from django.db import models
from django.db.models.expressions import OrderBy

FORMAT, VERSION = "plan-tracker/plan", 1
HEAD = ("format", "version")
PLAN = "plan"  # the only table that is one row, and not a list


class Kind(StrEnum):
    """What a value is in the file."""

    TEXT = "text"
    WORD = "word"  # one of ``words``
    NUMBER = "number"  # whole, from 0 to ``most``
    FLAG = "flag"
    DAY = "day"  # YYYY-MM-DD
    MOMENT = "moment"  # ISO 8601 in UTC, with +00:00
    UUID = "uuid"
    HASH = "sha256"
    JSON = "json"  # a list or an object of its own, see ``shapes``
    REF = "ref"  # the key of a row of ``to``; a list where that key has several columns
    REFS = "refs"  # a list of such keys


@dataclass(frozen=True)
class Column:
    """One column: ``most`` is the greatest length or number; ``may_lead_out`` of the plan, and is then null."""

    name: str
    kind: Kind
    null: bool = False
    most: int = 0
    words: tuple[str, ...] = ()
    to: str = ""
    may_lead_out: bool = False


@dataclass(frozen=True)
class Table:
    """
    One table of the file: rows of the model ``label``, those of which one of the paths ``of`` leads to the plan, in the
    ``order`` of the database, which is the order in which they were recorded where that means something.

    ``sort`` names the columns by whose characters the rows are put in order instead: no two databases agree on those.
    ``key`` names the columns by which other rows refer to one; ``made`` the columns that are no field of the model;
    ``unkept`` the fields of the model that are not in the file, each with the reason.
    """

    name: str
    label: str
    columns: tuple[Column, ...]
    of: tuple[str, ...] = ("plan",)
    key: tuple[str, ...] = ()
    order: tuple[str | OrderBy, ...] = ("pk",)
    sort: tuple[str, ...] = ()
    only: tuple[tuple[str, object], ...] = ()  # conditions on the rows
    made: tuple[str, ...] = ()
    unkept: tuple[tuple[str, str], ...] = ()

    @property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.label)

    @property
    def is_numbered(self) -> bool:
        return self.key == ("id",)

    def refers(self, *to: str) -> list[Column]:
        """Its columns that name rows of one of the tables ``to``."""
        return [column for column in self.columns if column.to in to]


# --- how the tables spell their columns ---------------------------------------------------------------

LONG = 1_000_000_000  # no limit but that of the whole file


def text(name: str, most: int = LONG, *, null: bool = False) -> Column:
    return Column(name, Kind.TEXT, null, most)


def word(name: str, words: list[str], *, null: bool = False) -> Column:
    return Column(name, Kind.WORD, null, words=tuple(words))


def number(name: str, most: int = 2_147_483_647, *, null: bool = False) -> Column:
    return Column(name, Kind.NUMBER, null, most)


def small(name: str, *, null: bool = False) -> Column:
    return number(name, 32_767, null=null)


def flag(name: str) -> Column:
    return Column(name, Kind.FLAG)


def day(name: str, *, null: bool = False) -> Column:
    return Column(name, Kind.DAY, null)


def moment(name: str, *, null: bool = False) -> Column:
    return Column(name, Kind.MOMENT, null)


def ref(name: str, to: str, *, null: bool = False) -> Column:
    return Column(name, Kind.REF, null, to=to)


def person(name: str, *, null: bool = False) -> Column:
    return ref(name, "people", null=null)


TOKEN = Column("token", Kind.UUID)
HASH = Column("sha256", Kind.HASH)
ID = number("id")


def json(name: str) -> Column:
    return Column(name, Kind.JSON)


RECORDED = (person("recorded_by"), day("recorded_on"), moment("recorded_at"))
OWN_KEY = ("id", "the database's own")
OF_PLAN = ("plan", "the file is of one plan")
