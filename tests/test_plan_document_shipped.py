"""The shipped plan is what the importer makes of its official text, once a person has answered what it asks."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.conf import settings

from departments.models import Department
from tasks.actions import plan_document as actions
from tasks.documents.parsed import Kind, Parsed, Part
from tasks.documents.parser import parse
from tasks.models import Assignment, Measure, Plan, Section, SourceNote

SLUG = "dongli-ip-2020-2021"
FIXTURE: list[dict[str, Any]] = json.loads((settings.FIXTURE_DIRS[0] / f"{SLUG}.json").read_text("utf-8"))
ROWS = (settings.FIXTURE_DIRS[0] / f"{SLUG}.txt").read_text("utf-8").splitlines()

# The question that is asked where the fixture has a reading adopted.
ASKED = {
    "half-width-punctuation": (Kind.HALF_WIDTH, None),
    "header-dates-blank": (Kind.ISSUED, None),
    "citations-differ": (Kind.CITATIONS, None),
    "m11-role-words": (Kind.ROLE_WORDS, 11),
    "m13-two-units": (Kind.ROLE, 13),
    "m16-two-tasks": (Kind.FIGURE, 16),
    "m34-trailing-comma": (Kind.ENDING, 34),
    "m34-two-dates": (Kind.DATES, 34),
    "m37-missing-separator": (Kind.JOINED, 37),
}


def fields_of(model: str) -> list[dict[str, Any]]:
    return [entry["fields"] for entry in FIXTURE if entry["model"] == model]


def answered() -> Parsed:
    """What a person makes of it: two measures are put right by hand, all else is taken as it was read."""
    parsed = parse(ROWS)
    for doubt in parsed.doubts:
        doubt.settled = True
    thirteen, thirty_seven = parsed.measures[12], parsed.measures[36]
    assert thirteen.parts[1] == Part("区农业农村委", "")
    thirteen.parts[1].role = "CO"
    assert thirty_seven.parts[-1] == Part("区教育局各街道办", "JOINT")
    thirty_seven.parts[-1:] = [Part("区教育局", "JOINT"), Part("各街道办", "JOINT")]
    return parsed


def test_it_asks_where_the_fixture_has_a_reading_and_nowhere_else() -> None:
    parsed = parse(ROWS)
    notes = {note["key"]: note["measure"] and note["measure"][1] for note in fields_of("tasks.sourcenote")}

    assert sorted((str(doubt.kind), doubt.measure or 0) for doubt in parsed.doubts) == sorted(
        (str(kind), number or 0) for kind, number in ASKED.values()
    )
    assert {key: number for key, (_kind, number) in ASKED.items()} == notes


def test_what_it_asks_about_is_where_it_says() -> None:
    places = {doubt.measure: ROWS[doubt.line - 1][doubt.start : doubt.end] for doubt in parse(ROWS).doubts}

    assert {number: places[number] for number in (11, 13, 16, 37)} == {
        11: "按照职责分工负责",
        13: "区农业农村委",
        16: "600家",
        37: "区教育局各街道办",
    }


def test_what_the_document_says_of_itself_is_the_plan_of_the_fixture() -> None:
    (plan,) = fields_of("tasks.plan")
    about = parse(ROWS).about

    assert vars(about) == {name: plan[name] for name in vars(about)}


@pytest.mark.django_db
def test_the_plan_is_the_one_of_the_fixture() -> None:
    (plan,) = fields_of("tasks.plan")
    kinds = {unit["name"]: {"kind": unit["kind"]} for unit in fields_of("departments.department")}

    actions.make(parsed=answered(), fields=plan, decisions=kinds, today=date(2021, 8, 26))

    def rows(queryset: Any, *names: str) -> list[tuple[Any, ...]]:
        found = queryset.values_list(*names)
        return [tuple(str(value) if isinstance(value, date) else value for value in row) for row in found]

    assert Plan.objects.get().slug == SLUG
    names = ("title", "number", "issuer", "issued_on", "starts_on", "ends_on", "cadence", "grace_days", "due_soon_days")
    assert rows(Plan.objects, *names) == [tuple(plan[name] for name in names)]
    assert rows(Department.objects.order_by("position"), "name", "kind", "position") == [
        (unit["name"], unit["kind"], unit["position"]) for unit in fields_of("departments.department")
    ]
    assert rows(Section.objects.order_by("number"), "number", "title") == [
        (section["number"], section["title"]) for section in fields_of("tasks.section")
    ]
    names = ("number", "wording", "responsibility_text", "timeframe_text", "timeframe", "due_on")
    assert rows(Measure.objects.order_by("number"), "section__number", *names) == [
        (measure["section"][1], *(measure[name] for name in names)) for measure in fields_of("tasks.measure")
    ]
    parts = Assignment.objects.order_by("measure__number", "position")
    assert rows(parts, "measure__number", "department__name", "role", "position") == [
        (part["measure"][1], part["department"][0], part["role"], part["position"])
        for part in fields_of("tasks.assignment")
    ]
    assert SourceNote.objects.count() == len(ASKED)
