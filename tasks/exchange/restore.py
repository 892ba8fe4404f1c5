"""
A plan's file made rows of this database: all of it or, where anything is refused, nothing.

Whoever calls it opens the transaction. Every row passes the validators of its model, and then the constraints of the
database; what the database refuses is looked for row by row, so that its place can be told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, models, transaction
from django.utils.translation import gettext as _

from ..models import Plan, Report, Snapshot
from ..snapshot import faults as faults_of
from ..snapshot import keyed, lights_of
from . import agreement, matching
from .faults import Faults, Refused, fault
from .findings import Findings
from .reading import Deadline, Document, Row, place
from .schema import PLAN, Kind, Table
from .tables import BY_NAME, TABLES

BATCH = 500
CHECKED = (Kind.TEXT, Kind.WORD, Kind.NUMBER, Kind.FLAG, Kind.DAY, Kind.MOMENT, Kind.HASH, Kind.UUID)
# Made before the plan, and shared with other plans.
SHARED = ("departments", "aliases", "memberships", "people")

# Where the file of a content is kept, by its SHA-256.
Places = Mapping[str, str]


def restore(document: Document, places: Callable[[], Places], deadline: Deadline) -> tuple[Plan, Findings]:
    """
    The plan, and what was found. Raises ``Refused``; whatever has been written then is to be rolled back.

    ``places`` is asked for the stored files once the plan is in and nobody else can bring in the same one.
    """
    agreement.check(document)
    deadline.check()
    restored = _Restored(document, deadline)
    restored.plan_itself()
    restored.places = places()
    for table in TABLES:
        if table.name not in (*SHARED, PLAN):
            restored.table(table)
    return restored.plan, restored.findings


class _Restored:
    def __init__(self, document: Document, deadline: Deadline) -> None:
        self.document, self.deadline = document, deadline
        self.faults = Faults()
        plan = document.plan
        about = {name: plan[name] for name in ("slug", "title", "number")}
        days = {name: plan[name].isoformat() for name in ("starts_on", "ends_on")}
        counts = {table.name: len(document.tables[table.name]) for table in TABLES}
        self.findings = Findings(**about, **days, counts=counts)
        self.keys: dict[str, dict[Any, int]] = {}
        self.places: Places = {}
        self.plan = Plan()

    def plan_itself(self) -> None:
        """The plan with the units and people that it names."""
        row = dict(self.document.plan)
        if Plan.objects.filter(slug=row["slug"]).exists():
            words = _("本系统中已有网址标识为“%(slug)s”的计划，不能再次导入。") % {"slug": row["slug"]}
            raise Refused([fault(place("$.plan.slug"), words)])
        parent = None
        if row["parent"] is not None and (parent := Plan.objects.filter(slug=row["parent"]).first()) is None:
            words = _("本系统中没有上级计划“%(slug)s”，请先导入上级计划。") % {"slug": row["parent"]}
            raise Refused([fault(place("$.plan.parent"), words)])
        try:
            self.keys["departments"] = matching.units(self.document, self.findings, self.faults)
            self.keys["people"] = matching.people(self.document, self.keys["departments"], self.findings, self.faults)
        except IntegrityError as error:  # each was looked for a moment ago
            words = _("他人正在建立相同的单位或人员，可能正在导入同一份计划，请稍后再试。")
            raise Refused([fault(place("$.departments"), words)]) from error
        self.plan = Plan(**row | {"parent": parent, "office_id": self.keys["departments"][row.pop("office")]})
        self._clean(self.plan, BY_NAME[PLAN], "$.plan")
        self.faults.refuse()
        self._insert([("$.plan", self.plan)])

    def table(self, table: Table) -> None:
        """One table, in the order of the file: later rows have greater keys here as well."""
        rows = self.document.tables[table.name]
        keys = self.keys.setdefault(table.name, {})
        for part in _in_turn(table, rows):
            for start in range(0, len(part), BATCH):
                self.deadline.check()
                batch = part[start : start + BATCH]
                made = [(f"$.{table.name}[{at}]", self._made(table, row, at)) for at, row in batch]
                self.faults.refuse()
                self._insert(made)
                if table.key:
                    told = (agreement.key_of(table, row) for _at, row in batch)
                    keys.update(zip(told, (instance.pk for _path, instance in made), strict=True))
        if table.name == "reports":
            self._link_sources(rows)

    def _made(self, table: Table, row: Row, at: int) -> models.Model:
        values: dict[str, Any] = {}
        for column in table.columns:
            if column.name in table.made or column.kind == Kind.REFS:
                continue
            if column.kind == Kind.REF:
                key = row[column.name]
                values[f"{column.name}_id"] = None if key is None else self.keys[column.to][key]
            else:
                values[column.name] = row[column.name]
        if table.of == ("plan",):
            values["plan"] = self.plan
        instance = table.model(**values)
        path = f"$.{table.name}[{at}]"
        if table.name == "evidence":
            instance.file = self.places[row["sha256"]]  # type: ignore[attr-defined]
        if isinstance(instance, Snapshot):
            self._complete(instance, row, path)
        self._clean(instance, table, path)
        return instance

    def _clean(self, instance: models.Model, table: Table, path: str) -> None:
        told = {column.name for column in table.columns if column.kind in CHECKED}
        try:
            instance.clean_fields(exclude={each.name for each in instance._meta.fields} - told | {"parent"})
        except ValidationError as error:
            for name, words in error.message_dict.items():
                self.faults.add(place(f"{path}.{name}"), " ".join(words))

    def _complete(self, snapshot: Snapshot, row: Row, path: str) -> None:
        """What repeats the content of a snapshot is made of it again, and its seal looked at."""
        if len(snapshot.content) > (most := settings.EXCHANGE_MAX_VALUE):
            self.faults.add(place(f"{path}.content"), _("内容超过%(most)d个字符的上限。") % {"most": most})
            return
        try:
            content = json.loads(snapshot.content)
            measures = content["measures"]
            snapshot.counts, snapshot.lights = (
                content["counts"],
                keyed(measures, self._keys_here(row["keys"], measures)),
            )
            wrong = faults_of(snapshot)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            wrong = [_("内容无法读取")]
        if wrong:
            self.faults.add(place(path), "；".join(wrong))

    def _keys_here(self, told: dict[str, list[Any]], measures: list[dict[str, Any]]) -> dict[str, list[int]]:
        """
        The keys of a snapshot's rows in this database; where there is none the one in the content, below 0, which is
        the same in all snapshots of the plan.
        """
        tables = {"measures": "measures", "parts": "assignments", "units": "departments"}
        rows = lights_of(measures)
        return {
            of: [
                -row[0] if key is None else self.keys[tables[of]][key]
                for row, key in zip(rows[of], told[of], strict=True)
            ]
            for of in tables
        }

    def _insert(self, rows: list[tuple[str, models.Model]]) -> None:
        if not rows:
            return
        model = type(rows[0][1])
        try:
            with transaction.atomic():
                model._default_manager.bulk_create([instance for _path, instance in rows])
        except (IntegrityError, DataError) as error:
            raise Refused(list(self._refused_rows(rows)) or [fault(place(rows[0][0]), str(error))]) from error

    def _refused_rows(self, rows: list[tuple[str, models.Model]]) -> Iterator[str]:
        """The first row that the database does not take, and why."""
        for path, instance in rows:
            instance.pk = None
            try:
                with transaction.atomic():
                    instance.save(force_insert=True)
            except (IntegrityError, DataError):
                instance.pk = None
                yield fault(place(path), self._reason(instance))
                return

    @staticmethod
    def _reason(instance: models.Model) -> str:
        try:
            instance.validate_unique()
            instance.validate_constraints()
        except ValidationError as error:
            if any(each.code == "unique" for faults in error.error_dict.values() for each in faults):
                words = _("同一条%(noun)s只能有一条：文件中重复，或系统中已有（该计划可能已经导入过）。")
                return words % {"noun": instance._meta.verbose_name}
            return " ".join(error.messages)
        return _("不符合数据库的规定。")

    def _link_sources(self, rows: list[Row]) -> None:
        link = Report.sources.through
        keys = self.keys["reports"]
        links = [
            link(from_report_id=keys[str(row["token"])], to_report_id=keys[source])
            for row in rows
            for source in row["sources"]
        ]
        link._default_manager.bulk_create(links, batch_size=BATCH)


def _in_turn(table: Table, rows: list[Row]) -> list[list[tuple[int, Row]]]:
    """The rows with their places; those that refer to others of the same table after these."""
    numbered = list(enumerate(rows))
    own = [column.name for column in table.refers(table.name) if column.kind == Kind.REF]
    if not own:
        return [numbered]
    return [
        [(at, row) for at, row in numbered if row[own[0]] is None],
        [(at, row) for at, row in numbered if row[own[0]] is not None],
    ]
