"""
What a meeting snapshot holds, and its only home: the whole ledger of a plan at the end of a day, as canonical JSON.

Canonical means: objects with their keys sorted, no white space between tokens, text in UTF-8 and not escaped beyond
what JSON demands, days as YYYY-MM-DD and instants as ISO 8601 with their offset, no fractions but in instants. Whoever
writes the same content down again under these rules gets the same bytes, and so the same SHA-256.

Words (lights, roles, sentences) are kept as people read them, in Chinese, because rules and wordings may change later.
Keys of rows are kept so that one snapshot can be compared with another, and with today.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import override

from .choices import DECIDING_ROLES, OPEN, Timeliness
from .models import Assignment, Extension, Measure, Plan, Report, Snapshot

FORMAT = 1
LANGUAGE = "zh-hans"

Rows = list[dict[str, Any]]


def canonical(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(text: str) -> str:
    """SHA-256 of the UTF-8 bytes of ``text``, in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def ledger(plan: Plan, day: date) -> dict[str, Any]:
    """Everything the ledger shows of ``plan`` at the end of ``day``; a fixed number of queries."""
    with override(LANGUAGE):
        measures = _measures(plan, day)
    return {
        "format": FORMAT,
        "day": day.isoformat(),
        "plan": _plan(plan, day),
        "counts": counts_of(measures),
        "measures": measures,
    }


def stamped(content: dict[str, Any], *, name: str, taken_at: datetime, taken_by: str) -> dict[str, Any]:
    """``content`` with the name of the snapshot and who took it when, which belong to what is sealed."""
    return content | {"name": name, "taken_at": taken_at.isoformat(), "taken_by": taken_by}


def counts_of(measures: Rows) -> dict[str, dict[str, int]]:
    """How many measures and how many parts stand under each light; lights without any too."""
    found = {
        "measures": Counter(row["light"] for row in measures),
        "parts": Counter(part["light"] for row in measures for part in row["parts"]),
    }
    return {level: {light: numbers[light] for light in Timeliness.values} for level, numbers in found.items()}


def keys_of(lights: dict[str, list[list[Any]]]) -> dict[str, list[int]]:
    """The keys of the rows of ``lights_of`` in this database, in the order of the content."""
    return {of: [row[0] for row in rows] for of, rows in lights.items()}


def keyed(measures: Rows, keys: dict[str, list[int]]) -> dict[str, list[list[Any]]]:
    """
    ``lights_of``, with other keys for its rows: what is sealed keeps the keys of the database it was taken in, and a
    plan may since have come into another one. Raises ``ValueError`` where there are not as many keys as rows.
    """
    lights = lights_of(measures)
    now = {of: dict(zip((row[0] for row in lights[of]), keys[of], strict=True)) for of in lights}
    return {
        "measures": [[now["measures"][key], *rest] for key, *rest in lights["measures"]],
        "parts": [
            [now["parts"][key], now["measures"][measure], now["units"][unit], light]
            for key, measure, unit, light in lights["parts"]
        ],
        "units": [[now["units"][key], name] for key, name in lights["units"]],
    }


def counted(numbers: dict[str, int]) -> int:
    """How many there are: what had been terminated is kept, and not counted."""
    return sum(number for light, number in numbers.items() if light != Timeliness.TERMINATED)


def is_listed(row: dict[str, Any], light: str = "") -> bool:
    """Whether a measure or part is on the list of one light; without one, on that of all that is counted."""
    return bool(row["light"] == light if light else row["light"] != Timeliness.TERMINATED)


def lights_of(measures: Rows) -> dict[str, list[list[Any]]]:
    """
    What a comparison needs: ``[measure, light, extensions granted]``, ``[part, measure, unit, light]`` and
    ``[unit, name]``, with the keys of the rows.
    """
    parts = [(row, part) for row in measures for part in row["parts"]]
    return {
        "measures": [[row["id"], row["light"], row["extensions"]] for row in measures],
        "parts": [[part["id"], row["id"], part["unit_id"], part["light"]] for row, part in parts],
        "units": [[key, name] for key, name in {part["unit_id"]: part["unit"] for _row, part in parts}.items()],
    }


def read(snapshot: Snapshot) -> dict[str, Any]:
    """The content of a snapshot. Raises ``ValueError`` where somebody has broken it past every door."""
    content: dict[str, Any] = json.loads(snapshot.content)
    return content


def faults(snapshot: Snapshot) -> list[str]:
    """What is wrong with a snapshot, in Chinese: nothing unless somebody has changed it past every door."""
    found = [] if digest(snapshot.content) == snapshot.sha256 else [_("内容与校验值不符")]
    try:
        content = read(snapshot)
        measures: Rows = content["measures"]
        checks = (
            (snapshot.content == canonical(content), _("内容不是规范格式")),
            (snapshot.counts == counts_of(measures) == content["counts"], _("计数与内容不符")),
            (_is_keyed(snapshot, measures), _("时效与内容不符")),
            (_stamp(snapshot) == _stamp_in(content), _("名称、日期或格式版本与内容不符")),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return [*found, _("内容无法读取")]
    return found + [words for is_well, words in checks if not is_well]


def _is_keyed(snapshot: Snapshot, measures: Rows) -> bool:
    """Whether the lights are the content's, with its own keys or with those of the same rows in this database."""
    if snapshot.lights == lights_of(measures):
        return True
    keys = keys_of(snapshot.lights)
    try:
        is_of_content = snapshot.lights == keyed(measures, keys)
    except (ValueError, KeyError):  # other rows than the content has
        return False
    if not is_of_content or any(len(set(each)) < len(each) for each in keys.values()):
        return False
    numbers = dict(Measure.objects.filter(plan=snapshot.plan).values_list("pk", "number"))
    of_parts = dict(Assignment.objects.filter(measure__plan=snapshot.plan).values_list("pk", "measure__number"))
    told = [row["number"] for row in measures]
    told_of_parts = [row["number"] for row in measures for _part in row["parts"]]
    found = [(numbers.get(key), key, number) for key, number in zip(keys["measures"], told, strict=True)]
    found += [(of_parts.get(key), key, number) for key, number in zip(keys["parts"], told_of_parts, strict=True)]
    return all(here == number or key < 0 for here, key, number in found)  # below 0: what is there no more


def _stamp(snapshot: Snapshot) -> tuple[object, ...]:
    return snapshot.name, snapshot.day.isoformat(), snapshot.taken_at, snapshot.format_version, snapshot.plan.slug


def _stamp_in(content: dict[str, Any]) -> tuple[object, ...]:
    taken_at = datetime.fromisoformat(content["taken_at"])
    return content["name"], content["day"], taken_at, content["format"], content["plan"]["slug"]


# --- what is read ----------------------------------------------------------------------------------


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _plan(plan: Plan, day: date) -> dict[str, Any]:
    rule = plan.rules.in_force_by(day).last() or plan  # as issued, where nothing else has been laid down
    return {
        "slug": plan.slug,
        "number": plan.number,
        "title": plan.title,
        "issuer": plan.issuer,
        "office": plan.office.name,
        "issued_on": _iso(plan.issued_on),
        "starts_on": _iso(plan.starts_on),
        "ends_on": _iso(plan.ends_on),
        "cadence": plan.cadence,
        "grace_days": rule.grace_days,
        "due_soon_days": rule.due_soon_days,
    }


def _measures(plan: Plan, day: date) -> Rows:
    rows = list(Measure.objects.as_of(day, plan).filter(plan=plan).select_related("section").in_plan_order())
    parts = _parts(plan, day, {row.pk: row for row in rows})
    granted = granted_extensions(plan, day)
    reports = _last_reports(plan, day)
    found = []
    for row in rows:
        row.plan, row.parts = plan, parts[row.pk]
        found.append(_measure(row, granted.get(row.pk, 0)) | {"parts": [_part(part, reports) for part in row.parts]})
    return found


def granted_extensions(plan: Plan, day: date) -> dict[int, int]:
    """How often the deadline of each measure had been moved by the end of ``day``, by its key; one query."""
    granted = Extension.objects.granted_by(day).filter(measure__plan=plan).order_by()
    return dict(granted.values_list("measure").annotate(number=Count("pk")))


def _parts(plan: Plan, day: date, measures: dict[int, Measure]) -> dict[int, list[Any]]:
    """Every part that the text names, by its measure's key, with the members of collectives."""
    of_plan = Assignment.objects.as_of(day, plan).filter(measure__plan=plan).select_related("department")
    members: dict[int | None, list[Any]] = defaultdict(list)
    joined = of_plan.filter(collective_part__isnull=False).in_force(day)
    for member in joined.order_by("department__position", "pk"):
        members[member.collective_part_id].append(member)
    found: dict[int, list[Any]] = defaultdict(list)
    for part in of_plan.named(day).with_return(day).order_by("measure__number", "position", "pk"):
        if part.measure_id in measures:
            part.measure, part.member_rows = measures[part.measure_id], members[part.pk]
            found[part.measure_id].append(part)
    return found


def _last_reports(plan: Plan, day: date) -> dict[int, Report]:
    """The last report that counts of every part, by the part's key."""
    last = Report.objects.last_of_each_assignment(day).filter(assignment__measure__plan=plan)
    return {report.assignment_id: report for report in last.select_related("department", "author")}


def _standing(row: Any) -> dict[str, Any]:
    """What a measure and a part have in common."""
    light = row.light
    return {
        "id": row.pk,
        "light": row.timeliness,
        "word": str(Timeliness(row.timeliness).label),
        "sentence": light.sentence(),
        "rule": light.rule(),
        "next_change": light.next_change(),
        "days_late": light.days_late,
        "effective_due_on": _iso(row.effective_due_on),
        "requested_on": _iso(row.requested_on),
        "closed_on": _iso(row.closed_on),
        "last_reported_on": _iso(row.last_report_on if isinstance(row, Measure) else row.last_reported_on),
    }


def _measure(row: Any, extensions: int) -> dict[str, Any]:
    return _standing(row) | {
        "number": row.number,
        "section": str(row.section),
        "wording": row.wording_in_force,
        "issued_wording": row.wording,
        "responsibility": row.responsibility_text,
        "timeframe": row.timeframe,
        "timeframe_word": str(row.get_timeframe_display()),
        "due_on": _iso(row.due_on),
        "extensions": extensions,
        "last_extension": row.last_extension,
        "reported": row.reported,
    }


def _part(part: Any, reports: dict[int, Report]) -> dict[str, Any]:
    is_open = part.timeliness in OPEN
    speakers: Iterable[Any] = part.member_rows or [part]
    said = [_said(reports[speaker.pk]) for speaker in speakers if speaker.pk in reports]
    return _standing(part) | {
        "unit": part.department.name,
        "unit_id": part.department_id,
        "role": part.role,
        "role_word": str(part.get_role_display()),
        "answers": part.role in DECIDING_ROLES,
        "has_reported": part.has_reported,
        "waits_for_review": part.is_waiting,
        "returned_because": part.returned_because if is_open else None,
        "needs_coordination": is_open and any(report["needs_coordination"] for report in said),
        "members": [
            {"unit": member.department.name, "has_reported": member.has_reported} for member in part.member_rows
        ],
        "reports": said,
    }


def _said(report: Report) -> dict[str, Any]:
    return {
        "unit": report.department.name,
        "person": report.author.name,
        "on": _iso(report.recorded_on),
        "progress": report.progress,
        "problems": report.problems,
        "next_steps": report.next_steps,
        "percent": report.percent,
        "needs_coordination": report.needs_coordination,
    }
