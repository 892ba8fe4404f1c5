"""A plan that was read and gone through by a person, as the natural-key document that ``actions.plan.load`` takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from ..choices import AssignmentRole
from .parsed import Doubt, Kind, Measure, Parsed

# Doubts about the text itself; what a person made of them is kept with the plan.
ODDITIES = (
    *(Kind.HALF_WIDTH, Kind.CITATIONS, Kind.ISSUED, Kind.NUMBERING, Kind.SECTION_NUMBER, Kind.CONVENTION),
    *(Kind.ENDING, Kind.ROLE, Kind.ROLE_WORDS, Kind.JOINED, Kind.REPEATED, Kind.OTHERS, Kind.SEVERAL),
    *(Kind.NO_YEAR, Kind.TIME, Kind.FIGURE, Kind.DATES),
)

Entry = dict[str, Any]


def entries(
    parsed: Parsed,
    plan: Mapping[str, Any],
    *,
    units: Mapping[str, str],
    new: Mapping[str, str],
    aliases: Mapping[str, str],
    first_position: int = 1,
) -> list[Entry]:
    """
    ``plan`` are the fields of the plan; ``units`` leads from each name in the text to the unit's own name; ``new`` are
    those units that the database has not, with their kinds, the first of them at ``first_position`` of all; ``aliases``
    are other names of units that it has.
    """
    slug = plan["slug"]
    rows = [
        _entry("departments.department", name=name, kind=kind, position=position, is_active=True)
        for position, (name, kind) in enumerate(new.items(), start=first_position)
    ]
    rows += [_entry("departments.alias", department=[unit], name=name) for name, unit in aliases.items()]
    rows.append(_entry("tasks.plan", **plan))
    used = {measure.section for measure in parsed.kept}
    rows += [
        _entry("tasks.section", plan=[slug], number=section.number, title=section.title)
        for section in parsed.sections
        if section.number in used
    ]
    measures = sorted(parsed.kept, key=lambda measure: measure.number)
    rows += [_measure(slug, measure) for measure in measures]
    for measure in measures:
        names = list(dict.fromkeys((units[part.unit], part.role) for part in measure.parts))
        rows += [
            _entry("tasks.assignment", measure=[slug, measure.number], department=[name], role=str(role), position=at)
            for at, (name, role) in enumerate(names, start=1)
        ]
    return rows + _notes(slug, parsed)


def _entry(model: str, **fields: Any) -> Entry:
    return {"model": model, "fields": fields}


def _measure(slug: str, measure: Measure) -> Entry:
    return _entry(
        "tasks.measure",
        plan=[slug],
        section=[slug, measure.section],
        number=measure.number,
        wording=measure.wording,
        responsibility_text=measure.responsibility_text,
        timeframe_text=measure.timeframe_text,
        timeframe=measure.timeframe,
        due_on=measure.due_on,
    )


def _notes(slug: str, parsed: Parsed) -> list[Entry]:
    rows: list[Entry] = []
    seen: set[str] = set()
    for doubt in parsed.doubts:
        measure = None if doubt.measure is None else parsed.measure(doubt.measure)
        if doubt.kind not in ODDITIES or (measure and measure.is_left_out):
            continue
        stem = re.sub("_", "-", str(doubt.kind).lower())
        key = f"m{measure.number}-{stem}" if measure else stem
        while key in seen:
            key = f"{key}-{doubt.line}" if not key.endswith(f"-{doubt.line}") else f"{key}-{len(seen)}"
        seen.add(key)
        place = [slug, measure.number] if measure else None
        reading = doubt.reading or _reading(doubt, measure)
        rows.append(
            _entry("tasks.sourcenote", plan=[slug], measure=place, key=key, oddity=doubt.words, reading=reading)
        )
    return rows


def _reading(doubt: Doubt, measure: Measure | None) -> str:
    """What was adopted, told by what the measure has become."""
    if measure is None:
        return _("经核对，按此录入。")
    if doubt.kind in {Kind.NO_YEAR, Kind.TIME}:
        return (
            _("经核对，完成时限为%(day)s。") % {"day": measure.due_on} if measure.due_on else _("经核对，为持续推进。")
        )
    if doubt.kind in {Kind.ROLE, Kind.ROLE_WORDS, Kind.JOINED, Kind.REPEATED, Kind.OTHERS, Kind.SEVERAL}:
        units = "、".join(f"{part.unit}（{AssignmentRole(part.role).label}）" for part in measure.parts)
        return _("经核对，责任分工为%(units)s。") % {"units": units}
    return _("经核对，按原文录入。")
