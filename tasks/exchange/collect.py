"""
A plan with its history written down: canonical JSON (see ``tasks.snapshot``), in pieces, in an order that is always
the same.

Rows are read one after the other; what is kept in memory are the names by which rows refer to each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from ..models import Evidence, Plan, Report
from ..snapshot import canonical, keys_of
from .faults import too_large
from .schema import FORMAT, PLAN, VERSION, Column, Kind, Table
from .tables import BY_NAME, TABLES

UNITS, PEOPLE = "departments", "people"
CHUNK = 1000

Row = dict[str, Any]


@contextmanager
def at_one_moment() -> Iterator[None]:
    """All that is read inside is of one moment, whatever others write meanwhile."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def pieces(plan: Plan) -> Iterator[str]:
    """
    The whole file, to be put together; a fixed number of queries. To be asked ``at_one_moment``.

    Raises ``Unwritable`` where there is more of anything than is read again.
    """
    collected = _Collected(plan)
    names = sorted([*BY_NAME, "format", "version"])
    for at, name in enumerate(names):
        yield ("," if at else "{") + canonical(name) + ":"
        if name in BY_NAME:
            yield from _table(collected, BY_NAME[name])
        else:
            yield canonical({"format": FORMAT, "version": VERSION}[name])
    yield "}"


def files_of(plan: Plan) -> dict[str, Any]:
    """The stored file of every piece of evidence, one for each content, by its SHA-256 and in that order."""
    table = BY_NAME["evidence"]
    rows = _Collected.rows_of(table, plan).order_by("sha256", "pk")
    found: dict[str, Any] = {}
    for evidence in rows.iterator(chunk_size=CHUNK):
        found.setdefault(evidence.sha256, evidence)
    return found


def _table(collected: _Collected, table: Table) -> Iterator[str]:
    if table.name == PLAN:
        yield canonical(next(collected.rows(table)))
        return
    yield "["
    for at, row in enumerate(collected.rows(table)):
        yield ("," if at else "") + canonical(row)
    yield "]"


class _Collected:
    """The rows of one plan, and by what each is referred to: ``refs`` by table and key of the database."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.refs: dict[str, dict[int, Any]] = {}
        self.kept: dict[str, set[int]] = {}
        self.written = 0
        self._keep_units_and_people()
        for table in TABLES:
            if table.key:
                self.refs[table.name] = self._refs(table)

    def rows(self, table: Table) -> Iterator[Row]:
        found = self._rows(table)
        if not table.sort:
            return found
        return iter(sorted(found, key=lambda row: [_sortable(row[name]) for name in table.sort]))

    @staticmethod
    def rows_of(table: Table, plan: Plan) -> models.QuerySet[Any]:
        """The rows of ``table`` that lead to ``plan``, in their order."""
        leads = Q()
        for path in table.of:
            leads |= Q(**{path: plan.pk if path == "pk" else plan})
        rows: models.QuerySet[Any] = table.model._default_manager.filter(leads, **dict(table.only))
        return rows.order_by(*table.order)

    def _queryset(self, table: Table) -> models.QuerySet[Any]:
        manager = table.model._default_manager
        if table.name in (UNITS, PEOPLE):
            return manager.filter(pk__in=self.kept[table.name]).order_by("pk")
        if table.name == "aliases":
            return manager.filter(department__in=self.kept[UNITS]).order_by("pk")
        if table.name == "memberships":
            return manager.filter(collective__in=self.kept[UNITS]).order_by("pk")
        return self.rows_of(table, self.plan)

    def _keep_units_and_people(self) -> None:
        """Whoever is named anywhere; with a person comes the unit, and with a collective come its members."""
        for name in (PEOPLE, UNITS):
            self.kept[name] = set()
            for table in TABLES:
                if table.name in ("aliases", "memberships"):
                    continue
                for column in table.refers(name):
                    found = self._queryset(table).order_by().values_list(f"{column.name}_id", flat=True).distinct()
                    self.kept[name] |= {key for key in found if key is not None}
        members = BY_NAME["memberships"].model._default_manager.filter(collective__in=self.kept[UNITS])
        self.kept[UNITS] |= set(members.values_list("member_id", flat=True))

    def _refs(self, table: Table) -> dict[int, Any]:
        rows = self._queryset(table)
        if table.is_numbered:
            return {key: number for number, key in enumerate(rows.values_list("pk", flat=True).iterator(), start=1)}
        columns = [column for name in table.key for column in table.columns if column.name == name]
        refs = {}
        for key, *values in rows.values_list("pk", *map(_field, columns)).iterator(chunk_size=CHUNK):
            told = [self._told(column, value) for column, value in zip(columns, values, strict=True)]
            refs[key] = told[0] if len(told) == 1 else told
        return refs

    def _rows(self, table: Table) -> Iterator[Row]:
        columns = [column for column in table.columns if column.kind != Kind.REFS and column.name not in table.made]
        extra = EXTRA.get(table.name)
        add = extra(self) if extra else None
        fields = [_field(column) for column in columns]
        more = ["lights"] if table.name == "snapshots" else []
        rows = self._queryset(table).values_list("pk", *fields, *more)
        for key, *values in rows.iterator(chunk_size=1 if table.name == "snapshots" else CHUNK):
            told = zip(columns, values[: len(columns)], strict=True)
            row = {column.name: self._told(column, value) for column, value in told}
            if table.is_numbered:
                row["id"] = self.refs[table.name][key]
            if add is not None:
                row |= add(key, values[len(columns) :])
            self._check(table, row)
            yield row

    def _check(self, table: Table, row: Row) -> None:
        """``reading`` takes no more."""
        self.written += 1
        if self.written > (most := settings.EXCHANGE_MAX_ROWS):
            raise too_large(_("记录超过%(most)d条的上限") % {"most": most}, "EXCHANGE_MAX_ROWS")
        most = settings.EXCHANGE_MAX_VALUE
        told = [canonical(row[column.name]) for column in table.columns if column.kind == Kind.JSON]
        if table.name == "snapshots":
            told.append(row["content"])
        if any(len(value) > most for value in told):
            words = {"table": table.model._meta.verbose_name, "most": most}
            raise too_large(_("一条%(table)s的内容超过%(most)d个字符的上限") % words, "EXCHANGE_MAX_VALUE")

    def _told(self, column: Column, value: Any) -> Any:
        if value is None:
            return None
        if column.kind == Kind.REF:
            refs = self.refs[column.to]
            return refs.get(value) if column.may_lead_out else refs[value]
        convert = TOLD.get(column.kind)
        return convert(value) if convert else value


TOLD: dict[Kind, Callable[[Any], Any]] = {
    Kind.DAY: lambda value: value.isoformat(),
    Kind.MOMENT: lambda value: value.astimezone(UTC).isoformat(),
    Kind.UUID: str,
}


def _field(column: Column) -> str:
    if column.name == "parent":
        return "parent__slug"
    return f"{column.name}_id" if column.kind == Kind.REF else column.name


def _sortable(value: Any) -> tuple[bool, Any]:
    return value is not None, 0 if value is None else value


# --- what is not a column of the row itself -----------------------------------------------------------

Add = Callable[[int, list[Any]], Row]


def _sources(collected: _Collected) -> Add:
    """What a summary rests on."""
    links = Report.sources.through._default_manager.filter(from_report__assignment__measure__plan=collected.plan)
    found: dict[int, list[str]] = defaultdict(list)
    for report, source in links.order_by("pk").values_list("from_report_id", "to_report_id").iterator():
        found[report].append(collected.refs["reports"][source])
    return lambda key, _more: {"sources": found.get(key, [])}


def _keys(collected: _Collected) -> Add:
    """Which rows of the file those of a snapshot are; null for what is there no more."""
    tables = {"measures": "measures", "parts": "assignments", "units": UNITS}

    def add(_key: int, more: list[Any]) -> Row:
        keys = keys_of(more[0])
        return {"keys": {of: [collected.refs[tables[of]].get(key) for key in keys[of]] for of in tables}}

    return add


EXTRA: dict[str, Callable[[_Collected], Add]] = {"reports": _sources, "snapshots": _keys}


def is_whole(evidence: Evidence) -> bool:
    """Whether its file is there to be read."""
    return bool(evidence.file.storage.exists(str(evidence.file.name)))
