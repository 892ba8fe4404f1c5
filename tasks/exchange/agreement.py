"""Whether the rows of a plan's file agree with each other: what they refer to is there, and what follows is so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from departments.models import Department

from ..choices import AmendmentKind, AssignmentRole, Decision
from ..documents.parsed import Parsed
from .faults import Faults
from .reading import Document, Row, place
from .schema import Column, Kind, Table
from .tables import BY_NAME, TABLES

COLLECTIVE = Department.Kind.COLLECTIVE


def check(document: Document) -> None:
    """Raises ``Refused`` where they do not."""
    faults = Faults()
    index = {table.name: _index(table, document.tables[table.name], faults) for table in TABLES if table.key}
    for table in TABLES:
        for column in table.columns:
            if column.to:
                _check_refs(table, column, document.tables[table.name], index[column.to], faults)
            if column.kind == Kind.JSON:
                _check_shapes(table, column, document.tables[table.name], faults)
    faults.refuse()
    for rule in RULES:
        rule(_Rows(document, index), faults)
    faults.refuse()


def key_of(table: Table, row: Row) -> Any:
    """By what other rows refer to ``row``."""
    values = [_told(row[name]) for name in table.key]
    return values[0] if len(values) == 1 else tuple(values)


def _told(value: Any) -> Any:
    return value if isinstance(value, str | int | tuple) else str(value)  # days and tokens as they are written


def _index(table: Table, rows: list[Row], faults: Faults) -> dict[Any, int]:
    found: dict[Any, int] = {}
    for at, row in enumerate(rows):
        key = key_of(table, row)
        if key in found:
            words = {"first": place(f"$.{table.name}[{found[key]}]")}
            faults.add(place(f"$.{table.name}[{at}]"), _("标识与%(first)s重复。") % words)
        if table.is_numbered and key != at + 1:
            faults.add(place(f"$.{table.name}[{at}].id"), _("应从1起依次编号，此处应为%(id)d。") % {"id": at + 1})
        found.setdefault(key, at)
    return found


def _check_refs(table: Table, column: Column, rows: list[Row], known: dict[Any, int], faults: Faults) -> None:
    for at, row in enumerate(rows):
        value = row[column.name]
        told = value if column.kind == Kind.REFS else [] if value is None else [value]
        for key in told:
            if key not in known:
                shown = "、".join(map(str, key)) if isinstance(key, tuple) else str(key)
                words = {"key": shown[:80], "table": BY_NAME[column.to].model._meta.verbose_name}
                where = place(f"$.{table.name}[{at}].{column.name}")
                faults.add(where, _("%(table)s中没有“%(key)s”。") % words)


# --- values that are lists and objects of their own ----------------------------------------------------


def _is_units(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(each, list) and len(each) == 2 and isinstance(each[0], str) and each[1] in AssignmentRole.values
        for each in value
    )


def _is_typed(value: Any) -> bool:
    return isinstance(value, dict) and all(each is None or isinstance(each, str | int) for each in value.values())


def _is_words(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


def _is_merged(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(each, list) and len(each) == 2 and all(isinstance(number, int) for number in each) for each in value
    )


def _is_content(value: Any) -> bool:
    if not isinstance(value, dict) or set(value) != {"parsed", "plan", "units"}:
        return False
    try:
        Parsed.from_json(value["parsed"])
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return False
    return isinstance(value["plan"], dict) and isinstance(value["units"], dict)


def _is_keys(value: Any) -> bool:
    kinds = {"measures": int, "parts": int, "units": str}
    return (
        isinstance(value, dict)
        and set(value) == set(kinds)
        and all(
            isinstance(value[of], list)
            and all(each is None or (isinstance(each, kind) and not isinstance(each, bool)) for each in value[of])
            for of, kind in kinds.items()
        )
    )


SHAPES: dict[tuple[str, str], Callable[[Any], bool]] = {
    ("amendments", "units_before"): _is_units,
    ("amendments", "units"): _is_units,
    ("uploaded_rows", "typed"): _is_typed,
    ("uploaded_rows", "places"): _is_words,
    ("uploaded_rows", "refused"): _is_words,
    ("plan_documents", "merged"): _is_merged,
    ("plan_documents", "content"): _is_content,
    ("snapshots", "keys"): _is_keys,
}


def _check_shapes(table: Table, column: Column, rows: list[Row], faults: Faults) -> None:
    is_fit = SHAPES[table.name, column.name]
    for at, row in enumerate(rows):
        if not is_fit(row[column.name]):
            faults.add(place(f"$.{table.name}[{at}].{column.name}"), _("结构与格式说明不符。"))


# --- what follows from other rows ----------------------------------------------------------------------


class _Rows:
    """The rows by what they are called."""

    def __init__(self, document: Document, index: dict[str, dict[Any, int]]) -> None:
        self.tables, self.index = document.tables, index

    def find(self, table: str, key: Any) -> Row:
        return self.tables[table][self.index[table][key]]


def _collectives(rows: _Rows, faults: Faults) -> None:
    """Members belong to collectives, and so do their parts, on the same measure."""
    for at, row in enumerate(rows.tables["memberships"]):
        if rows.find("departments", row["collective"])["kind"] != COLLECTIVE:
            faults.add(place(f"$.memberships[{at}].collective"), _("不是集合，不能有成员单位。"))
    for at, row in enumerate(rows.tables["assignments"]):
        if row["collective_part"] is None:
            continue
        whole = rows.find("assignments", row["collective_part"])
        is_one = rows.find("departments", whole["department"])["kind"] == COLLECTIVE
        if not is_one or whole["collective_part"] is not None or whole["measure"] != row["measure"]:
            faults.add(place(f"$.assignments[{at}].collective_part"), _("不是同一任务中集合的分工。"))


def _closings(rows: _Rows, faults: Faults) -> None:
    """A part is closed by a request to close that was accepted, and by nothing else."""
    accepted: dict[int, set[tuple[date | None, date | None]]] = defaultdict(set)
    for review in rows.tables["reviews"]:
        report = rows.find("reports", review["report"])
        if report["asks_to_close"] and review["decision"] == Decision.ACCEPTED:
            accepted[report["assignment"]].add((report["recorded_on"], review["decided_on"]))
    for at, row in enumerate(rows.tables["assignments"]):
        told = row["closing_asked_on"], row["closing_accepted_on"]
        if told not in accepted.get(row["id"], {(None, None)}):
            faults.add(place(f"$.assignments[{at}]"), _("办结日期与审核通过的办结申请不符。"))


def _endings(rows: _Rows, faults: Faults) -> None:
    """A measure becomes ongoing, or ends, by a recorded change of the plan that has not lapsed."""
    standing = [row for row in rows.tables["amendments"] if row["lapsed_on"] is None]
    for kind, name in ((AmendmentKind.ONGOING, "ongoing_from"), (AmendmentKind.TERMINATION, "terminated_from")):
        days = {row["measure"]: row["counts_from"] for row in standing if row["kind"] == kind}
        for at, row in enumerate(rows.tables["measures"]):
            if row[name] != days.get(row["number"]):
                faults.add(place(f"$.measures[{at}].{name}"), _("与登记的计划调整不符。"))


def _files(rows: _Rows, faults: Faults) -> None:
    """A row that was uploaded stands in a file of the same upload."""
    for at, row in enumerate(rows.tables["uploaded_rows"]):
        if row["file"][0] != row["upload"]:
            faults.add(place(f"$.uploaded_rows[{at}].file"), _("不是同一次上传的文件。"))


RULES: tuple[Callable[[_Rows, Faults], None], ...] = (_collectives, _closings, _endings, _files)
