"""A workbook while its rows come in, some at a time, of whatever design."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import IO, Any, ClassVar, Self

from ..models import Export
from . import about
from .book import Before, Book, nothing
from .design import ABOUT, Design
from .sheets import Column, Heading, Page


class Workbook(ABC):
    """
    ``add`` takes rows by their keys, ``content`` or ``save`` finishes the file. ``state`` and ``resume`` let another
    process go on where this one stops.

    ``left_out`` names sheets, and columns as ``sheet.column``; ``listed`` counts what the headings speak of.
    """

    design: ClassVar[Design]
    chunk: ClassVar[int] = 1000  # keys at a time: to ask costs as much as to write some hundreds of rows

    def __init__(self, *, title: str, exported_by: str, left_out: Collection[str] = ()) -> None:
        self.left_out = frozenset(left_out)
        self.listed: Counter[str] = Counter()
        self.book = Book(title, exported_by)
        self.pages: dict[str, Page[Any]] = {}
        for name in self.design.columns:
            if self._is_needed(name):
                columns = self._columns(name)
                leading = {column.name for column in self.design.columns[name][: self.design.frozen.get(name, 1)]}
                self.pages[name] = self.book.page(
                    self.design.titles[name],
                    self._heading(name),
                    columns,
                    frozen=sum(column.name in leading for column in columns),
                    is_hidden=not self._has(name),
                )

    @classmethod
    @abstractmethod
    def of(cls, export: Export) -> Self:
        """The workbook that is asked for, nothing of it written yet."""

    @abstractmethod
    def filename(self) -> str:
        """The file's name, safe on every system."""

    @abstractmethod
    def add(self, keys: Sequence[Any]) -> None:
        """The rows of ``keys``, below those that are there; those that are there no more are passed over."""

    @abstractmethod
    def _heading(self, name: str) -> Heading:
        """What stands above the rows of a sheet, as far as they are there."""

    @abstractmethod
    def _told(self) -> Iterable[about.Line]:
        """What the last sheet says."""

    def _has(self, name: str) -> bool:
        """Whether a sheet is wanted."""
        return name in self.design.titles and name not in self.left_out

    def _is_needed(self, name: str) -> bool:
        """Whether a sheet has to be there, if only hidden."""
        return self._has(name)

    def _columns(self, name: str) -> list[Column[Any]]:
        """Those that are wanted; a sheet has something to show."""
        columns = self.design.columns[name]
        return [each for each in columns if f"{name}.{each.name}" not in self.left_out] or [columns[0]]

    def state(self) -> dict[str, Any]:
        """What ``resume`` needs to go on where this stops, as JSON can hold it; the rows themselves are taken."""
        return {"pages": {name: [page.line, page.is_cut] for name, page in self.pages.items()}, "listed": self.listed}

    def resume(self, state: dict[str, Any]) -> None:
        for name, (line, is_cut) in state["pages"].items():
            self.pages[name].line, self.pages[name].is_cut = line, is_cut
        self.listed = Counter(state["listed"])

    def save(self, out: IO[bytes], before: Before = nothing) -> None:
        self._finish()
        self.book.save(out, before)

    def content(self) -> bytes:
        self._finish()
        return self.book.content()

    def _finish(self) -> None:
        """Says in the headings how many rows there are, and adds the sheets that speak of the others."""
        for name, page in self.pages.items():
            page.heading = self._heading(name)
        self._conclude()
        if self._has(ABOUT) or all(page.is_hidden for page in self.book.pages):
            about.explain(self.book, self._heading(ABOUT), self._told())

    def _conclude(self) -> None:  # noqa: B027 - most have nothing of the kind
        """Adds what is worked out of the other sheets."""
