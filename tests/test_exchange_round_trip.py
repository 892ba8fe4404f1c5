"""A plan that goes out and comes in somewhere else is the same plan, to the byte."""

from __future__ import annotations

import json
from datetime import date
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from departments.models import User
from tasks.comparison import Comparison, frozen, lines, on_day
from tasks.dashboard import dashboard
from tasks.models import Assignment, Evidence, Plan, Report, Snapshot
from tasks.snapshot import canonical, faults

from .exchange import as_json, as_zip, bring, changed, empty, rows
from .files import a_pdf

pytestmark = pytest.mark.django_db

DAYS = [date(2021, 9, 30), date(2021, 10, 12), date(2021, 12, 31), date(2022, 1, 12)]


@pytest.fixture
def plan(demonstration: Plan) -> Plan:
    """The demonstration with files that are there: what was stored with it went with its storage."""
    for evidence in Evidence.objects.all():
        content = a_pdf(evidence.name)
        default_storage.save(str(evidence.file.name), ContentFile(content))
        Evidence.objects.filter(pk=evidence.pk).update(size=len(content), sha256=sha256(content).hexdigest())
    return demonstration


def counts(plan: Plan, day: date) -> dict[str, Any]:
    """What the dashboard and the lists say of a day."""
    board = dashboard(plan, day)
    return {
        "figures": [(str(figure.label), figure.number) for figure in board.figures],
        "rates": [(str(rate.label), rate.kept, rate.measured) for rate in board.rates],
        "units": [str(unit) for unit in board.units],
        "measures": list(plan.measures.as_of(day).in_plan_order().values_list("number", "timeliness")),
        "parts": list(
            Assignment.objects.filter(measure__plan=plan)
            .as_of(day)
            .in_text_order()
            .values_list("measure__number", "department__name", "timeliness", "reported_for")
        ),
        "reports": list(Report.objects.last_in_effect(day).order_by("pk").values_list("token", flat=True)),
    }


def meetings(plan: Plan) -> dict[str, Any]:
    """What changed between the first snapshot and the last, and between the last and a day after."""
    first, *_others, last = Snapshot.objects.filter(plan=plan).order_by("day")
    found = {}
    for name, after in (("snapshots", frozen(last)), ("today", on_day(plan, DAYS[-1]))):
        comparison = Comparison(plan, frozen(first), after)
        told = lines(comparison, comparison.parts, of="parts") + lines(comparison, comparison.measures, of="measures")
        found[name] = [(line.number, line.unit, line.role, line.sentence, line.change.kinds) for line in told]
        found[f"{name} units"] = [(row.name, dict(row.numbers)) for row in comparison.units]
    return found


def test_the_demonstration_goes_out_and_comes_in_and_is_the_same_to_the_byte(plan: Plan) -> None:
    file, archive = as_json(plan), as_zip(plan)
    before = {day: counts(plan, day) for day in DAYS}
    compared = meetings(plan)
    empty()

    again, findings = bring(archive)

    assert as_json(again) == file
    assert as_zip(again) == archive
    assert {day: counts(again, day) for day in DAYS} == before
    assert meetings(again) == compared
    assert [faults(snapshot) for snapshot in Snapshot.objects.all()] == [[], [], []]
    assert findings.counts["reports"] == Report.objects.count() == 212
    assert len(findings.units_new) == 26
    assert findings.units_here == findings.people_here == findings.left_out == []
    assert {user.is_active or user.has_usable_password() for user in User.objects.all()} == {False}
    assert all(default_storage.exists(evidence.file.name) for evidence in Evidence.objects.all())


def test_the_file_alone_comes_in_without_attachments_and_says_so(plan: Plan) -> None:
    file = as_json(plan)
    empty()

    again, findings = bring(file)

    assert as_json(again) == file
    assert (findings.attachments, findings.has_attachments) == (11, False)
    assert not any(default_storage.exists(evidence.file.name) for evidence in Evidence.objects.all())


def test_the_file_is_canonical_and_in_the_order_of_what_it_says(plan: Plan) -> None:
    file = as_json(plan).decode()

    content = json.loads(file)

    assert canonical(content) == file
    assert [row["number"] for row in content["measures"]] == list(range(1, 43))
    assert [row["id"] for row in content["assignments"]] == list(range(1, 105))
    assert [row["username"] for row in content["people"]] == sorted(row["username"] for row in content["people"])


def test_a_plan_moves_by_two_commands(plan: Plan, tmp_path: Path) -> None:
    slug, archive = plan.slug, tmp_path / "计划.zip"
    out = StringIO()

    call_command("export_plan", slug, str(archive), stdout=out)
    empty()
    call_command("import_plan_archive", str(archive), "--dry-run", stdout=out)
    after_trial = rows()
    call_command("import_plan_archive", str(archive), stdout=out)
    with pytest.raises(CommandError) as refusal:
        call_command("import_plan_archive", str(archive), stdout=out)

    said = out.getvalue().splitlines()
    assert said[0].startswith(f"已导出“{plan.title}”：{archive}，")
    assert "8个章节，42项任务，104项分工，212份填报，3份会议快照。" in said
    assert "单位：新建26个，已有0个。" in said
    assert "人员：新建28人（停用，不能登录），已有0人。" in said
    assert "可以导入；按 --dry-run 的要求，没有写入。" in said
    assert said[-1] == f"已导入“{plan.title}”。"
    assert set(after_trial.values()) == {0}
    assert rows()["tasks.Report"] == 212
    assert str(refusal.value).splitlines() == [
        "没有导入任何内容。",
        f"推进计划的网址标识（plan.json $.plan.slug）：本系统中已有网址标识为“{slug}”的计划，不能再次导入。",
    ]
    assert as_zip(Plan.objects.get()) == archive.read_bytes()


def test_a_snapshot_keeps_its_seal_and_says_which_rows_of_this_database_it_speaks_of(plan: Plan) -> None:
    def change(content: dict[str, Any]) -> None:
        content["snapshots"][0]["keys"]["parts"][0] = None  # a part that was there no more when the file was written

    file = changed(as_json(plan), change)
    sealed = {snapshot.sha256 for snapshot in Snapshot.objects.all()}
    empty()

    again, _findings = bring(file)

    first, last = Snapshot.objects.order_by("pk")[0], Snapshot.objects.order_by("pk")[2]
    assert {snapshot.sha256 for snapshot in Snapshot.objects.all()} == sealed
    assert as_json(again) == file
    assert first.lights["parts"][0][0] < 0
    assert last.lights["measures"][0][0] == again.measures.get(number=1).pk
    assert faults(first) == faults(last) == []
    exchanged = last.lights["measures"]
    exchanged[0][0], exchanged[1][0] = exchanged[1][0], exchanged[0][0]
    assert faults(last) == ["时效与内容不符"]
