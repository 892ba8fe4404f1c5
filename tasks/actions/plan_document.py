"""A plan's document: received, gone through by people, and made a plan."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from departments.models import Alias, Department, User

from .. import permissions
from ..choices import Timeframe
from ..documents import checks, timeframe
from ..documents.building import apply
from ..documents.entries import entries
from ..documents.names import same
from ..documents.parsed import Kind, Mark, Measure, Parsed, Part, Use
from ..documents.parser import parse, whole_lines
from ..documents.text import standard
from ..models import Plan, PlanDocument
from ..timeliness import local_day
from ..validators import printable
from . import plan as plans
from .period import a_year_after


class Stale(Exception):
    """Somebody else has changed the document meanwhile; nothing was written."""


class Confirmed(Exception):
    """The document has become a plan already; nothing is changed any more."""


class Unfinished(Exception):
    """``args[0]`` are the ``checks.Missing`` that keep the document from becoming a plan."""


@dataclass(frozen=True)
class Received:
    """A document as it was read: one line each, and the cells of tables that carry on the one above."""

    name: str
    size: int
    sha256: str
    rows: Sequence[str]
    merged: Collection[tuple[int, int]] = ()


@dataclass(frozen=True)
class Edited:
    """What a person made of one measure. ``parts`` are in the order of the text."""

    number: int
    section: int
    wording: str
    timeframe: str
    due_on: date | None
    parts: Sequence[Part] = field(default_factory=tuple)


def known_units() -> dict[str, str]:
    """Names and aliases as ``names.same`` has them, with the unit's own name; three queries at most."""
    aliases = Alias.objects.values_list("name", "department__name")
    return {same(name): unit for name, unit in aliases} | {
        same(name): name for name in Department.objects.values_list("name", flat=True)
    }


def inactive_units() -> set[str]:
    """Names of units that are no longer in use: they are known, and where a plan names one it is asked; one query."""
    return set(Department.objects.filter(is_active=False).values_list("name", flat=True))


def take_apart(
    rows: Sequence[str], merged: Collection[tuple[int, int]], *, period: timeframe.Span | None = None
) -> Parsed:
    """What the lines of a document say, with what has to be asked about them and the units they name."""
    parsed = parse(rows, known=known_units(), merged=merged, period=period)
    parsed.doubts = sorted(
        parsed.doubts + checks.out_of_use(parsed, inactive_units()), key=lambda doubt: (doubt.line, doubt.start)
    )
    return parsed


def receive(*, by: User, received: Received, now: datetime) -> PlanDocument:
    """Keeps a document with what was read of it. Raises ``PermissionDenied`` and ``ValidationError``."""
    permissions.require(permissions.may_import_plan(by))
    parsed = take_apart(received.rows, received.merged)
    if not parsed.measures:
        raise ValidationError(_("没有读出任务：任务应有编号（如“1.”“（一）”）、责任分工，或列在有表头的表格中。"))
    document = PlanDocument(
        name=received.name,
        size=received.size,
        sha256=received.sha256,
        text="\n".join(received.rows),
        merged=[list(cell) for cell in sorted(received.merged)],
        content={"parsed": parsed.as_json(), "plan": {}, "units": {}},
        uploaded_by=by,
        uploaded_at=now,
        saved_by=by,
        saved_at=now,
    )
    document.full_clean(exclude={"content", "text"})
    with transaction.atomic():  # reading takes a while, and nobody has to wait for it
        document.save(force_insert=True)
    return document


def _changed(
    by: User, document: PlanDocument, version: int, now: datetime, change: Callable[[PlanDocument, Parsed], None]
) -> PlanDocument:
    """Changes the content of whoever saw ``version`` of it; to be called in a transaction."""
    permissions.require(permissions.may_import_plan(by))
    held = _hold(document, version)
    change(held, held.parsed)
    held.content["parsed"] = held.parsed.as_json()
    held.version += 1
    held.saved_by, held.saved_at = by, now
    held.save(update_fields=["content", "version", "saved_by", "saved_at"])
    return held


def _hold(document: PlanDocument, version: int) -> PlanDocument:
    held = PlanDocument.objects.select_for_update().filter(pk=document.pk).first()
    if held is None:
        raise Stale
    if held.is_confirmed:
        raise Confirmed
    if held.version != version:
        raise Stale
    return held


@transaction.atomic
def describe(
    *, by: User, document: PlanDocument, version: int, fields: Mapping[str, Any], now: datetime
) -> PlanDocument:
    """
    Says what the plan is: ``fields`` as a plan's document has them, days in ISO form. A timeframe that wanted nothing
    but a year takes it from the period. Raises ``PermissionDenied``, ``Stale`` and ``Confirmed``, as all do.
    """

    def change(held: PlanDocument, parsed: Parsed) -> None:
        held.content["plan"] = dict(fields)
        period = date.fromisoformat(fields["starts_on"]), date.fromisoformat(fields["ends_on"])
        for doubt in parsed.open_doubts:
            measure = parsed.measure(doubt.measure) if doubt.measure else None
            if doubt.kind != Kind.NO_YEAR or measure is None or measure.timeframe:
                continue
            reading = timeframe.read(measure.timeframe_text, period)
            if reading.timeframe and not reading.problem:
                apply(measure, reading)
                doubt.settled, doubt.reading = True, _("年份取自计划期：%(day)s。") % {"day": measure.due_on}

    return _changed(by, document, version, now, change)


@transaction.atomic
def edit_measure(
    *, by: User, document: PlanDocument, version: int, key: int, edited: Edited, now: datetime
) -> PlanDocument:
    """Puts one measure right; everything asked about it has thereby been gone through."""

    def change(_held: PlanDocument, parsed: Parsed) -> None:
        _put_right(parsed, key, edited)

    return _changed(by, document, version, now, change)


def _put_right(parsed: Parsed, key: int, edited: Edited) -> None:
    measure = _of(parsed, key)
    measure.number, measure.section, measure.wording = edited.number, edited.section, edited.wording
    measure.timeframe = edited.timeframe
    measure.due_on = edited.due_on.isoformat() if edited.due_on else None
    measure.parts = [Part(part.unit, str(part.role)) for part in edited.parts]
    for doubt in parsed.doubts:
        doubt.settled = doubt.settled or doubt.measure == key


@transaction.atomic
def take_line(*, by: User, document: PlanDocument, version: int, line: int, now: datetime) -> PlanDocument:
    """Makes a measure of a line that was not understood; it is the last of all, to be put right by a person."""

    def change(held: PlanDocument, parsed: Parsed) -> None:
        joined = whole_lines(held.rows)
        own = joined.lines_of(line)
        if not 1 <= line <= len(parsed.marks) or parsed.marks[line - 1].use != Use.ASKED or not own:
            raise ValidationError(_("这一行不能录为任务。"))
        above = [section.number for section in parsed.sections if section.line <= line]
        key = max(measure.key for measure in parsed.measures) + 1
        number = max(measure.number for measure in parsed.measures) + 1
        section = above[-1] if above else parsed.sections[0].number
        wording = standard(joined.rows[line - 1].replace("\t", " ").strip())
        parsed.measures.append(Measure(key, number, section, wording, line, own[-1]))
        for each in own:
            parsed.marks[each - 1] = Mark(Use.MEASURE, measure=key)
        for doubt in parsed.doubts:
            doubt.settled = doubt.settled or (doubt.kind == Kind.LINE and doubt.line == line)

    return _changed(by, document, version, now, change)


@transaction.atomic
def leave_out(
    *,
    by: User,
    document: PlanDocument,
    version: int,
    key: int,
    is_left_out: bool,
    now: datetime,
    edited: Edited | None = None,
) -> PlanDocument:
    """Leaves one measure out of the plan, or takes it in again; ``edited`` is what was typed beside, and is kept."""

    def change(_held: PlanDocument, parsed: Parsed) -> None:
        if edited is not None:
            _put_right(parsed, key, edited)
        _of(parsed, key).is_left_out = is_left_out

    return _changed(by, document, version, now, change)


def _of(parsed: Parsed, key: int) -> Measure:
    measure = parsed.measure(key)
    if measure is None:
        raise ValidationError(_("没有这项任务。"))
    return measure


@transaction.atomic
def settle(*, by: User, document: PlanDocument, version: int, doubts: Collection[int], now: datetime) -> PlanDocument:
    """
    Notes that a person has gone through ``doubts``, by their places among all, and takes what was read.

    Raises ``ValidationError`` where nothing was.
    """

    def change(_held: PlanDocument, parsed: Parsed) -> None:
        for at in doubts:
            if not checks.has_reading(parsed, parsed.doubts[at]):
                words = _("第%(line)d行没有读出可以采用的内容（%(kind)s），请点“修改”补充。")
                raise ValidationError(words % {"line": parsed.doubts[at].line, "kind": parsed.doubts[at].label})
            parsed.doubts[at].settled = True

    return _changed(by, document, version, now, change)


@transaction.atomic
def set_times(*, by: User, document: PlanDocument, version: int, due_on: date | None, now: datetime) -> PlanDocument:
    """Gives every measure that has no timeframe at all the same: a day, or, with None, none because it goes on."""

    def change(_held: PlanDocument, parsed: Parsed) -> None:
        for doubt in parsed.open_doubts:
            measure = parsed.measure(doubt.measure) if doubt.measure else None
            if doubt.kind == Kind.NO_TIME and measure is not None:
                measure.timeframe = str(Timeframe.BY_DATE if due_on else Timeframe.ONGOING)
                measure.due_on = due_on.isoformat() if due_on else None
                doubt.settled = True

    return _changed(by, document, version, now, change)


@transaction.atomic
def name_sections(
    *, by: User, document: PlanDocument, version: int, titles: Mapping[int, str], now: datetime
) -> PlanDocument:
    """Puts the titles of sections right, by their numbers."""

    def change(_held: PlanDocument, parsed: Parsed) -> None:
        for section in parsed.sections:
            section.title = titles.get(section.number, section.title)
        for doubt in parsed.doubts:
            doubt.settled = doubt.settled or doubt.kind in {Kind.NO_SECTION, Kind.SECTION_TITLE}

    return _changed(by, document, version, now, change)


@transaction.atomic
def decide_units(
    *, by: User, document: PlanDocument, version: int, decisions: Mapping[str, Mapping[str, str]], now: datetime
) -> PlanDocument:
    """Says of units that are not known which they are: ``{"unit": name}`` of one that exists, ``{"kind": …}`` new."""

    def change(held: PlanDocument, _parsed: Parsed) -> None:
        held.content["units"] = held.content["units"] | {name: dict(each) for name, each in decisions.items()}

    return _changed(by, document, version, now, change)


@transaction.atomic
def discard(*, by: User, document: PlanDocument, version: int) -> None:
    """Throws away a document that has not become a plan."""
    permissions.require(permissions.may_import_plan(by))
    _hold(document, version).delete()


@transaction.atomic
def confirm(*, by: User, document: PlanDocument, version: int, now: datetime) -> Plan:
    """
    Makes the document a plan with its periods, all of it or nothing. Raises ``PermissionDenied``, ``Stale``,
    ``Confirmed``, ``Unfinished`` and ``plan.Malformed``.
    """
    permissions.require(permissions.may_import_plan(by))
    held = _hold(document, version)
    held.plan = make(parsed=held.parsed, fields=held.fields, decisions=held.decisions, today=local_day(now))
    held.confirmed_by, held.confirmed_at = by, now
    held.save(update_fields=["plan", "confirmed_by", "confirmed_at"])
    return held.plan


@transaction.atomic
def make(*, parsed: Parsed, fields: Mapping[str, Any], decisions: Mapping[str, Mapping[str, Any]], today: date) -> Plan:
    """The plan that was read, through ``plan.load``. Raises ``Unfinished`` and ``plan.Malformed``."""
    known = known_units()
    if found := checks.missing(parsed, fields, known, decisions):
        raise Unfinished(found)
    if Plan.objects.filter(slug=fields["slug"]).exists():
        raise plans.Malformed(_("网址标识“%(slug)s”已有计划使用，请换一个。") % {"slug": fields["slug"]})
    units = checks.units_of(parsed, known, decisions)
    taken = Department.objects.aggregate(last=Max("position"))["last"] or 0
    office = fields["office"][0]
    rows = entries(
        parsed,
        {**fields, "office": [units.get(office, office)]},
        units=units,
        new={name: decisions[name]["kind"] for name, unit in units.items() if unit not in known.values()},
        aliases={name: unit for name, unit in units.items() if name != unit and same(name) not in known},
        first_position=taken + 1,
    )
    for row in rows:
        if row["model"] == "tasks.measure":
            printable(row["fields"]["wording"])
    plans.load(document=rows, until=a_year_after(today), today=today)
    return Plan.objects.get(slug=fields["slug"])
