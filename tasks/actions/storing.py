"""
Files that are stored before the rows that name them are committed.

A server that is killed in between takes back its rows and not its files. So a mark is stored before the first of them
and taken away after the last; what lies behind a mark long after is taken away, unless a row names it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import DatabaseError, transaction

from ..models import Evidence, PlanArchive

MARKS = "evidence/importing"
IMPORTED = "evidence/imported"  # the files of each import in a folder of its own
WAITING = "archives"  # files that wait to be confirmed
STAMP = "%Y%m%dT%H%M%S"
MARK = re.compile(r"([0-9]{8}T[0-9]{6})-([0-9a-f]{32})")  # whatever else lies there is not ours


def the_storage() -> Storage:
    """Of evidence, and of what waits to be confirmed."""
    storage: Storage = Evidence._meta.get_field("file").storage
    return storage


@dataclass
class Storing:
    """Files of one transaction, all of them behind one mark; ``name`` is nobody else's."""

    storage: Storage
    now: datetime
    name: str = field(default_factory=lambda: uuid.uuid4().hex)
    mark: str = ""
    put: list[str] = field(default_factory=list)

    def save(self, place: str, content: File[Any]) -> str:
        """Where it was put, which has ``name`` in it: ``{IMPORTED}/{name}/…`` or ``{WAITING}/{name}``."""
        if not self.mark:
            stamp = self.now.astimezone(UTC).strftime(STAMP)
            self.mark = self.storage.save(f"{MARKS}/{stamp}-{self.name}", ContentFile(b""))
        self.put.append(place)  # half of it may be there when it fails
        kept = self.storage.save(place, content)
        self.put.append(kept)
        return kept


@contextmanager
def storing(now: datetime) -> Iterator[Storing]:
    """To be opened around the transaction: where that fails, the files go with it."""
    clear(now=now)
    files = Storing(the_storage(), now)
    try:
        yield files
    except BaseException:
        with suppress(DatabaseError, OSError):  # what cannot be told now is told by ``clear``
            for place in set(files.put):
                if not _is_named(place):
                    files.storage.delete(place)
            _unmark(files)
        raise
    if files.mark:
        delete_afterwards(files.storage, files.mark)


def _is_named(place: str) -> bool:
    """By a row that was committed: what goes wrong after that must not cost it its file."""
    return Evidence.objects.filter(file=place).exists() or PlanArchive.objects.filter(file=place).exists()


def delete_afterwards(storage: Storage, place: str) -> None:
    """Once the rows are committed; where that goes wrong it is logged, and only a file lies about."""

    def delete() -> None:
        storage.delete(place)

    transaction.on_commit(delete, robust=True)


def _unmark(files: Storing) -> None:
    if files.mark:
        files.storage.delete(files.mark)


def clear(*, now: datetime) -> int:
    """
    Takes away what killed servers have stored and no row names; returns how many files.

    What is younger than any import may take is left alone: somebody may be at it.
    """
    storage = the_storage()
    waiting = _names(storage, WAITING)  # before the marks: what is here and has none has its row, or is nobody's
    marks = [mark.groups() for mark in map(MARK.fullmatch, _names(storage, MARKS)) if mark is not None]
    last = now - max(timedelta(hours=1), 2 * timedelta(seconds=settings.EXCHANGE_MAX_SECONDS))
    busy, gone = set(), 0
    for stamp, name in marks:
        if datetime.strptime(stamp, STAMP).replace(tzinfo=UTC) > last:
            busy.add(name)
            continue
        folder = f"{IMPORTED}/{name}"
        left = [f"{folder}/{each}" for each in _names(storage, folder)]
        gone += sum(_drop(storage, place) for place in left if not _is_named(place))
        with suppress(OSError):  # some of it is named after all
            storage.delete(folder)
        storage.delete(f"{MARKS}/{stamp}-{name}")
    for name in set(waiting) - busy:
        place = f"{WAITING}/{name}"
        if not _is_named(place):
            gone += _drop(storage, place)
    return gone


def _drop(storage: Storage, place: str) -> int:
    storage.delete(place)
    return 1


def _names(storage: Storage, folder: str) -> list[str]:
    """The files in it; none where it is not there."""
    try:
        return list(storage.listdir(folder)[1])
    except FileNotFoundError:
        return []
