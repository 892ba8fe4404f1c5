"""A plan is loaded whole or not at all; what people have changed since stays as they left it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from departments.models import Alias, Department
from tasks.choices import AssignmentRole, Timeframe
from tasks.models import Assignment, Indicator, Measure, Milestone, Plan, Section, SourceNote

pytestmark = pytest.mark.django_db

PLAN = "dongli-ip-2020-2021"
SHIPPED = (settings.BASE_DIR / "fixtures" / f"{PLAN}.json").read_text("utf-8")

LEFT_OUT: Any = object()
Document = list[Any]


def rows() -> dict[str, int]:
    """How many rows every table holds."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models(include_auto_created=True)}


PARTS = (Department, Alias, Plan, Section, Measure, Assignment, Milestone, Indicator, SourceNote)
WHOLE_PLAN = [23, 1, 1, 8, 42, 100, 2, 1, 9]
WHOLE_PLAN_SAID = "责任单位 23，别名 1，推进计划 1，章节 8，任务 42，责任分工 100，节点 2，量化指标 1，原文疑点 9"


def plan_rows() -> list[int]:
    return [model.objects.count() for model in PARTS]


def load_plan(*path: str) -> list[str]:
    """The lines that the command prints."""
    out = StringIO()
    call_command("load_plan", *path, stdout=out)
    return out.getvalue().splitlines()


def written(folder: Path, text: str, encoding: str = "utf-8") -> str:
    file = folder / "plan.json"
    file.write_text(text, encoding=encoding)
    return str(file)


def a_document() -> Document:
    """The shipped plan with five of its measures: one of each kind of responsibility, and two that are alike."""

    def is_kept(entry: dict[str, Any]) -> bool:
        fields = entry["fields"]
        number = fields["number"] if entry["model"] == "tasks.measure" else (fields.get("measure") or [PLAN, 1])[1]
        return number in {1, 2, 6, 7, 13}

    return [entry for entry in json.loads(SHIPPED) if is_kept(entry)]


def place_of(document: Document, model: str, **known: Any) -> int:
    """Where the first entry with these values stands, counted from 1."""
    return next(
        place
        for place, entry in enumerate(document, start=1)
        if entry["model"] == model and known.items() <= entry["fields"].items()
    )


def measure(number: int) -> Measure:
    return Measure.objects.get(plan__slug=PLAN, number=number)


# --- loaddata --------------------------------------------------------------------------------------


def test_fixture_loads_into_an_empty_database() -> None:
    call_command("loaddata", PLAN, verbosity=0)

    assert plan_rows() == WHOLE_PLAN


def test_fixture_loaded_twice_makes_nothing_twice() -> None:
    call_command("loaddata", PLAN, verbosity=0)
    before = rows()

    call_command("loaddata", PLAN, verbosity=0)

    assert rows() == before
    assert plan_rows() == WHOLE_PLAN


# --- load_plan -------------------------------------------------------------------------------------


def test_command_loads_the_shipped_plan() -> None:
    printed = load_plan()

    assert plan_rows() == WHOLE_PLAN
    assert printed == [f"{PLAN}.json：新建 {WHOLE_PLAN_SAID}。"]


def test_command_loads_what_loaddata_loads() -> None:
    def contents() -> Document:
        out = StringIO()
        options = {"exclude": ["tasks.period"], "natural_foreign": True, "natural_primary": True}
        call_command("dumpdata", "departments", "tasks", stdout=out, **options)  # periods come from the command alone
        return json.loads(out.getvalue())

    load_plan()
    by_command = contents()
    for model in reversed(PARTS):
        model.objects.all().delete()
    call_command("loaddata", PLAN, verbosity=0)

    assert contents() == by_command
    assert len(by_command) == sum(WHOLE_PLAN)


def test_command_run_again_makes_nothing_and_says_so() -> None:
    load_plan()
    before = rows()

    printed = load_plan()

    assert rows() == before
    assert printed == [f"{PLAN}.json：新建 无。", f"已有而未改动：{WHOLE_PLAN_SAID}。"]


def test_command_loads_another_plan_beside_the_first(tmp_path: Path) -> None:
    load_plan()
    next_year = written(tmp_path, SHIPPED.replace(PLAN, "dongli-ip-2022"))

    printed = load_plan(next_year)

    assert printed == [
        "plan.json：新建 推进计划 1，章节 8，任务 42，责任分工 100，节点 2，量化指标 1，原文疑点 9。",
        "已有而未改动：责任单位 23，别名 1。",
    ]
    assert Assignment.objects.filter(measure__plan__slug="dongli-ip-2022").count() == 100
    assert Assignment.objects.filter(measure__plan__slug=PLAN).count() == 100


def test_deleted_measure_is_made_again_with_its_parts_and_note() -> None:
    load_plan()
    before = rows()
    measure(13).delete()

    printed = load_plan()

    assert printed[0] == f"{PLAN}.json：新建 任务 1，责任分工 2，原文疑点 1。"
    assert plan_rows() == WHOLE_PLAN
    assert rows() | {"auditlog.LogEntry": 0} == before | {"auditlog.LogEntry": 0}
    assert list(measure(13).assignments.order_by("position").values_list("department__name", "role")) == [
        ("区市场监管局", AssignmentRole.SOLE),
        ("区农业农村委", AssignmentRole.CO),
    ]


def test_deleted_source_note_is_made_again() -> None:
    load_plan()
    SourceNote.objects.get(key="m13-two-units").delete()

    printed = load_plan()

    assert printed[0] == f"{PLAN}.json：新建 原文疑点 1。"
    assert SourceNote.objects.get(key="m13-two-units").measure == measure(13)


@pytest.mark.parametrize(
    ("model", "known", "changes"),
    [
        (Department, {"name": "区金融局"}, {"kind": "INSTITUTION", "position": 77, "is_active": False}),
        (Alias, {"name": "天津市东丽区市场监督管理局"}, {"department__name": "区科技局"}),
        (Plan, {"slug": PLAN}, {"grace_days": 3, "due_soon_days": 7, "cadence": "MONTH", "title": "另定"}),
        (Section, {"number": 3}, {"title": "另定"}),
        (Measure, {"number": 6}, {"due_on": date(2022, 3, 31)}),
        (Measure, {"number": 1}, {"timeframe": Timeframe.BY_DATE, "due_on": date(2022, 3, 31)}),
        (Assignment, {"measure__number": 5, "position": 4}, {"position": 9}),
        (Milestone, {"position": 2}, {"title": "另定", "due_on": date(2021, 12, 5)}),
        (Indicator, {"measure__number": 16}, {"target": 500, "unit": "户"}),
        (SourceNote, {"key": "m16-two-tasks"}, {"reading": "另定"}),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_what_people_have_changed_is_left_untouched(model: Any, known: dict[str, Any], changes: dict[str, Any]) -> None:
    load_plan()
    row = model.objects.get(**known)
    if "department__name" in changes:
        model.objects.filter(pk=row.pk).update(department=Department.objects.get(name=changes["department__name"]))
    else:
        model.objects.filter(pk=row.pk).update(**changes)

    printed = load_plan()

    assert printed[0] == f"{PLAN}.json：新建 无。"
    assert model.objects.filter(pk=row.pk).values(*changes).get() == changes


def test_unit_that_people_have_replaced_is_not_put_back_beside_its_successor() -> None:
    load_plan()
    successor = Department.objects.get(name="区司法局")
    measure(4).assignments.update(department=successor)

    printed = load_plan()

    assert list(measure(4).assignments.values_list("department__name", "role")) == [("区司法局", AssignmentRole.SOLE)]
    assert printed[-1] == "与现有内容不同，以现有为准，未补建：第4项 · 公安东丽分局。"


# --- what is not a plan ----------------------------------------------------------------------------


def refused(folder: Path, text: str, encoding: str = "utf-8") -> str:
    """What the command says on refusing ``text``; nothing may have changed by then."""
    file = written(folder, text, encoding)
    before = rows()

    with pytest.raises(CommandError) as caught:
        load_plan(file)

    assert rows() == before
    return str(caught.value)


def test_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    before = rows()

    with pytest.raises(CommandError, match=r"^无法读取“nothing\.json”："):
        load_plan(str(tmp_path / "nothing.json"))

    assert rows() == before


def test_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, SHIPPED, "gb18030").startswith("“plan.json”不是有效的JSON文件：")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "“plan.json”不是有效的JSON文件："),
        (SHIPPED[:-3], "“plan.json”不是有效的JSON文件："),
        ("[" * 100_000, "“plan.json”不是有效的JSON文件："),
        ("{}", "未载入任何内容。文件应为一个非空的列表"),
        ("[]", "未载入任何内容。文件应为一个非空的列表"),
        ("null", "未载入任何内容。文件应为一个非空的列表"),
    ],
    ids=["empty", "cut-off", "nested", "object", "empty-list", "null"],
)
def test_text_that_is_no_list_of_entries_is_refused(tmp_path: Path, text: str, said: str) -> None:
    assert refused(tmp_path, text).startswith(said)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("责任单位", "应有且仅有"),
        (None, "应有且仅有"),
        ([], "应有且仅有"),
        ({"model": "departments.department"}, "应有且仅有"),
        ({"model": "departments.department", "pk": 1, "fields": {"name": "新单位", "kind": "PARTY"}}, "应有且仅有"),
        ({"model": "departments.department", "fields": ["name"]}, "应为字段与值的对照"),
        ({"model": "tasks.nothing", "fields": {}}, "不能有“tasks.nothing”"),
        ({"model": "departments.user", "fields": {"username": "intruder"}}, "不能有“departments.user”"),
        ({"model": "auth.group", "fields": {"name": "intruders"}}, "不能有“auth.group”"),
        ({"model": "tasks.report", "fields": {"progress": "已完成。"}}, "不能有“tasks.report”"),
        ({"model": ["tasks.plan"], "fields": {}}, "不能有"),
    ],
    ids=["text", "null", "list", "bare", "pk", "fields-list", "nothing", "user", "group", "report", "model-list"],
)
def test_entry_that_is_no_part_of_a_plan_is_refused(tmp_path: Path, entry: object, said: str) -> None:
    document = a_document()
    document.insert(6, entry)

    message = refused(tmp_path, json.dumps(document))

    assert message.startswith("未载入任何内容。第7条（")
    assert said in message


@pytest.mark.parametrize(
    ("model", "known", "changes", "said"),
    [
        ("departments.department", {"position": 9}, {"name": "局" * 61}, "name：确保该变量包含不超过 60 字符"),
        ("departments.department", {"position": 9}, {"name": ""}, "name：此字段不能为空"),
        ("departments.department", {"position": 9}, {"name": ["区合作交流办"]}, "name："),
        ("departments.department", {"position": 9}, {"kind": "MINISTRY"}, "kind："),
        ("departments.department", {"position": 9}, {"position": -1}, "position："),
        ("departments.department", {"position": 9}, {"position": 2**70}, "position："),
        ("departments.department", {"position": 9}, {"position": float("inf")}, "position："),
        ("departments.department", {"position": 9}, {"is_active": "也许"}, "is_active："),
        ("departments.department", {"position": 9}, {"name": "区金融局"}, "与前面的条目重复"),
        ("departments.alias", {}, {"department": ["区没有局"]}, "department：所指的"),
        ("tasks.plan", {}, {"slug": "两 个"}, "slug："),
        ("tasks.plan", {}, {"office": LEFT_OUT}, "缺少字段：office"),
        ("tasks.plan", {}, {"office": None}, "office："),
        ("tasks.plan", {}, {"parent": ["nothing"]}, "parent：所指的"),
        ("tasks.plan", {}, {"ends_on": "2019-12-31"}, "计划结束日期不能早于开始日期"),
        ("tasks.plan", {}, {"cadence": "WEEK"}, "cadence："),
        ("tasks.plan", {}, {"grace_days": 10_000}, "grace_days："),
        ("tasks.section", {"number": 2}, {"plan": None}, "plan："),
        ("tasks.section", {"number": 2}, {"number": "二"}, "number："),
        ("tasks.measure", {"number": 7}, {"wording": LEFT_OUT}, "缺少字段：wording"),
        ("tasks.measure", {"number": 7}, {"wording": ""}, "wording："),
        ("tasks.measure", {"number": 7}, {"wording": {"zh": "开展"}}, "wording："),
        ("tasks.measure", {"number": 7}, {"responsibility_text": None}, "responsibility_text："),
        ("tasks.measure", {"number": 7}, {"wording": "开展\0行动。"}, "wording：文字中有无法显示的控制字符"),
        ("tasks.measure", {"number": 7}, {"wording": "开展\ud800行动。"}, "wording：文字中有无法显示的控制字符"),
        ("tasks.measure", {"number": 7}, {"percent": 50}, "没有字段：percent"),
        ("tasks.measure", {"number": 7}, {"id": 1}, "没有字段：id"),
        ("tasks.measure", {"number": 7}, {"section": [PLAN, 9]}, "section：所指的"),
        ("tasks.measure", {"number": 7}, {"section": [PLAN]}, "section：所指的"),
        ("tasks.measure", {"number": 7}, {"section": 2}, "section：所指的"),
        ("tasks.measure", {"number": 7}, {"due_on": "2021-13-45"}, "due_on："),
        ("tasks.measure", {"number": 7}, {"due_on": 20211231}, "due_on："),
        ("tasks.measure", {"number": 7}, {"due_on": None}, "限期完成的任务须有完成时限"),
        ("tasks.measure", {"number": 7}, {"due_on": LEFT_OUT}, "限期完成的任务须有完成时限"),
        ("tasks.measure", {"number": 1}, {"due_on": "2021-12-31"}, "持续推进的任务不能有完成时限"),
        ("tasks.measure", {"number": 7}, {"timeframe": "SOON"}, "timeframe："),
        ("tasks.measure", {"number": 7}, {"number": 6, "wording": "另一句。"}, "与前面的条目重复"),
        ("tasks.measure", {"number": 7}, {"number": 2**70}, "number："),
        ("tasks.assignment", {"measure": [PLAN, 7]}, {"department": ["区没有局"]}, "department：所指的"),
        ("tasks.assignment", {"measure": [PLAN, 7]}, {"measure": [PLAN, 43]}, "measure：所指的"),
        ("tasks.assignment", {"measure": [PLAN, 7]}, {"measure": None}, "measure："),
        ("tasks.assignment", {"measure": [PLAN, 7]}, {"role": "HELPER"}, "role："),
        ("tasks.assignment", {"measure": [PLAN, 13], "position": 2}, {"role": "SOLE"}, "只能有一个负责单位"),
        ("tasks.sourcenote", {"key": "m13-two-units"}, {"key": "第13项"}, "key："),
        ("tasks.sourcenote", {"key": "m13-two-units"}, {"measure": [PLAN, 43]}, "measure：所指的"),
        ("tasks.sourcenote", {"key": "m13-two-units"}, {"reading": LEFT_OUT}, "缺少字段：reading"),
    ],
)
def test_entry_that_is_malformed_is_refused_by_name(
    tmp_path: Path, model: str, known: dict[str, Any], changes: dict[str, Any], said: str
) -> None:
    document = a_document()
    place = place_of(document, model, **known)
    fields = document[place - 1]["fields"] | changes
    document[place - 1]["fields"] = {name: value for name, value in fields.items() if value is not LEFT_OUT}

    message = refused(tmp_path, json.dumps(document))

    assert message.startswith(f"未载入任何内容。第{place}条（{model}")
    assert said in message


def a_joint_unit_beside_a_lead(document: Document) -> None:
    document[place_of(document, "tasks.assignment", measure=[PLAN, 2], role="CO") - 1]["fields"]["role"] = "JOINT"


def supporting_units_alone(document: Document) -> None:
    del document[place_of(document, "tasks.assignment", measure=[PLAN, 2], role="LEAD") - 1]


def a_section_of_another_plan(document: Document) -> None:
    plan = document[place_of(document, "tasks.plan") - 1]["fields"] | {"slug": "another"}
    last = place_of(document, "tasks.section", number=8)
    document[last:last] = [
        {"model": "tasks.plan", "fields": plan},
        {"model": "tasks.section", "fields": {"plan": ["another"], "number": 1, "title": "总则"}},
    ]
    document[place_of(document, "tasks.measure", number=2) - 1]["fields"]["section"] = ["another", 1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (a_joint_unit_beside_a_lead, "任务2的责任分工："),
        (supporting_units_alone, "任务2的责任分工：配合单位须与负责或牵头单位并列。"),
        (a_section_of_another_plan, "任务2的章节属于另一个计划。"),
    ],
)
def test_entries_that_contradict_each_other_are_refused(
    tmp_path: Path, change: Callable[[Document], None], said: str
) -> None:
    document = a_document()
    change(document)

    message = refused(tmp_path, json.dumps(document))

    assert message.startswith(f"未载入任何内容。{said}")


def test_refused_plan_leaves_the_loaded_one_as_it_was(tmp_path: Path) -> None:
    load_plan()
    document = json.loads(SHIPPED.replace(PLAN, "dongli-ip-2022"))
    document[-1]["fields"]["reading"] = ""

    message = refused(tmp_path, json.dumps(document))

    assert message.startswith(f"未载入任何内容。第{len(document)}条（tasks.sourcenote")
    assert plan_rows() == WHOLE_PLAN
