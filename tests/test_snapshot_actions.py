"""Freezing the ledger for a meeting: who may, what is in it, and that it never changes."""

from __future__ import annotations

import json
from datetime import date, timedelta
from hashlib import sha256
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext

from tasks.actions import snapshot as actions
from tasks.choices import AmendmentKind, AssignmentRole, Timeliness
from tasks.models import Assignment, Frozen, Measure, Plan, Snapshot
from tasks.snapshot import FORMAT, canonical, faults, read

from .builders import (
    ISSUED_ON,
    a_busy_autumn,
    a_collective,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_person,
    a_plan,
    a_report,
    a_reporter,
    a_return,
    a_snapshot,
    a_supervisor,
    an_administrator,
    an_amendment,
    an_extension,
    at,
    own_part,
)

pytestmark = pytest.mark.django_db

DAY = date(2022, 1, 12)


def take(by: Any, plan: Plan, name: str = "第一次会议", day: date = DAY, on: date = DAY) -> Snapshot:
    return actions.take(by=by, plan=plan, name=name, day=day, now=at(on, 18))


@pytest.mark.parametrize("build", [a_supervisor, a_leader, an_administrator])
def test_office_leaders_and_administrators_freeze_the_ledger(build) -> None:
    person = build()

    taken = take(person, a_plan(), name="  第一次 \n 会议 ")

    assert (taken.name, taken.day, taken.taken_on, taken.taken_at, taken.taken_by) == (
        "第一次 会议",
        DAY,
        DAY,
        at(DAY, 18),
        person,
    )


@pytest.mark.parametrize("build", [lambda: a_reporter(a_department()), a_person])
def test_nobody_else_does(build) -> None:
    with pytest.raises(PermissionDenied):
        take(build(), a_plan())

    assert Snapshot.objects.count() == 0


BAD = {
    "tomorrow": ({"day": DAY + timedelta(days=1)}, "day", "不能为将来的日期生成会议快照，最晚为今天。"),
    "before the issue": ({"day": ISSUED_ON - timedelta(days=1)}, "day", "该日计划尚未印发，印发日期为2021-08-26。"),
    "a used name": ({"name": " 用过的 "}, "name", "本计划中已有同名的会议快照。"),
    "no name": ({"name": " "}, "name", "该字段不能为空。"),
    "a control character": ({"name": "会\u202e议"}, "name", "文字中有无法显示的控制字符，请删除后重试。"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_frozen_is_refused_and_nothing_is_written(case) -> None:
    wrong, field, message = BAD[case]
    plan = a_plan()
    a_snapshot(plan, DAY, name="用过的")

    with pytest.raises(ValidationError) as refusal:
        take(a_supervisor(), plan, **wrong)

    assert list(refusal.value.message_dict) == [field]
    if field != "name" or case != "no name":
        assert refusal.value.messages == [message]
    assert Snapshot.objects.count() == 1


def test_the_first_day_of_the_plan_and_a_name_of_another_plan_will_do() -> None:
    a_snapshot(a_plan(), DAY, name="第一次会议")

    assert take(a_supervisor(), a_plan(), day=ISSUED_ON).day == ISSUED_ON


def test_the_content_is_canonical_and_sealed(shipped_plan: Plan) -> None:
    a_busy_autumn(shipped_plan)

    taken = a_snapshot(shipped_plan, DAY)

    taken.refresh_from_db()
    content = json.loads(taken.content)
    again = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert taken.content == again == canonical(content)
    assert taken.sha256 == sha256(taken.content.encode("utf-8")).hexdigest()
    assert (content["format"], taken.format_version) == (FORMAT, FORMAT)
    assert "\\u" not in taken.content
    assert faults(taken) == []


def test_it_holds_the_ledger_as_it_stood(shipped_plan: Plan) -> None:
    a_busy_autumn(shipped_plan)

    content = read(a_snapshot(shipped_plan, date(2021, 12, 31), taken_on=DAY))

    lights = dict(Measure.objects.as_of(date(2021, 12, 31)).values_list("number", "timeliness"))
    parts = Assignment.objects.named(date(2021, 12, 31)).as_of(date(2021, 12, 31)).select_related("measure__plan")
    assert {row["number"]: row["light"] for row in content["measures"]} == lights
    assert {part["id"]: (part["light"], part["sentence"]) for row in content["measures"] for part in row["parts"]} == {
        part.pk: (part.timeliness, part.light.sentence()) for part in parts.with_members(date(2021, 12, 31))
    }
    assert sum(content["counts"]["parts"].values()) == 100
    assert (content["plan"]["number"], content["plan"]["issued_on"]) == (shipped_plan.number, "2021-08-26")


def test_a_part_says_who_answers_what_was_said_what_waits_and_what_came_back() -> None:
    plan = a_plan()
    measure = a_measure(plan)
    lead = a_part(measure, a_department("区科技局"), AssignmentRole.LEAD)
    co = a_part(measure, a_department("区财政局"), AssignmentRole.CO)
    street = a_department("万新街道")
    members = a_part(measure, a_collective("各街道办", street, a_department("张贵庄街道")), AssignmentRole.CO)
    a_report(lead, date(2021, 12, 1), progress="已起草。", needs_coordination=True)
    a_return(co, date(2021, 12, 2), reason="请补充材料。")
    a_report(own_part(members, street), date(2021, 12, 3))
    an_extension(measure, date(2022, 3, 31), date(2021, 12, 4), date(2021, 12, 5))

    (row,) = read(a_snapshot(plan, DAY))["measures"]

    leads, supports, streets = row["parts"]
    assert (row["due_on"], row["effective_due_on"], row["extensions"]) == ("2021-12-31", "2022-03-31", 1)
    assert row["sentence"] == "原定2021年12月31日办结，延期至2022年3月31日，还有78天。"
    assert (leads["role_word"], leads["answers"], leads["needs_coordination"]) == ("牵头", True, True)
    assert [(said["on"], said["progress"]) for said in leads["reports"]] == [("2021-12-01", "已起草。")]
    assert (supports["answers"], supports["returned_because"]) == (False, "请补充材料。")
    assert [(member["unit"], member["has_reported"]) for member in streets["members"]] == [
        ("万新街道", True),
        ("张贵庄街道", False),
    ]
    assert [said["unit"] for said in streets["reports"]] == ["万新街道"]


def test_a_terminated_measure_is_kept_and_not_counted() -> None:
    plan = a_plan()
    a_part(a_measure(plan))
    ended = a_part(a_measure(plan)).measure
    an_amendment(ended, AmendmentKind.TERMINATION, date(2021, 12, 1))

    taken = a_snapshot(plan, DAY)

    assert [row["light"] for row in read(taken)["measures"]] == [Timeliness.OVERDUE, Timeliness.TERMINATED]
    assert taken.counts["measures"]["TERMINATED"] == 1


def test_whatever_happens_afterwards_it_stays_as_it_is(shipped_plan: Plan) -> None:
    a_busy_autumn(shipped_plan)
    taken = a_snapshot(shipped_plan, DAY)
    before = Snapshot.objects.values().get()
    part = Assignment.objects.get(measure__number=3, department__name="公安东丽分局")

    a_report(part, DAY, progress="另有进展。")
    an_extension(part.measure, date(2022, 3, 31), DAY, DAY)
    an_amendment(part.measure, AmendmentKind.WORDING, DAY, wording="改写后的任务。")
    type(part.department).objects.update(kind="GOVERNMENT")
    part.department.name = "改名后的单位"
    part.department.save(update_fields=["name"])
    Measure.objects.update(wording="另一份正式文本。")
    Plan.objects.update(title="另一份计划", due_soon_days=1)

    assert Snapshot.objects.values().get() == before
    assert faults(Snapshot.objects.get(pk=taken.pk)) == []


def test_there_is_no_way_to_change_or_delete_one() -> None:
    taken = a_snapshot(a_plan(), DAY)
    before = Snapshot.objects.values().get()
    taken.name = "另一个名称"

    for change in (
        taken.save,
        lambda: taken.save(update_fields=["name"]),
        taken.delete,
        lambda: Snapshot.objects.update(name="另一个名称"),
        lambda: Snapshot.objects.bulk_update([taken], ["name"]),
        Snapshot.objects.all().delete,
    ):
        with pytest.raises(Frozen), transaction.atomic():
            change()
    with pytest.raises(models.ProtectedError):
        taken.plan.delete()

    assert Snapshot.objects.values().get() == before


def test_taking_costs_the_same_with_one_measure_and_with_three() -> None:
    plan = a_plan()
    found = {}
    for rows in (1, 2, 3):
        a_report(a_part(a_measure(plan)), date(2021, 12, 1))
        person, plan = a_supervisor(), Plan.objects.get(pk=plan.pk)
        with CaptureQueriesContext(connection) as captured:
            take(person, plan, name=f"第{rows}次会议")
        found[rows] = len(captured)

    # roles; the plan behind its lock, whether the name is taken, measures, parts, members, extensions granted, last
    # reports, rules, office; validation: plan, person, name, the checks of two columns; the row; savepoints
    assert found == dict.fromkeys((1, 2, 3), 22)


# --- the command -----------------------------------------------------------------------------------


def verify(**options: Any) -> tuple[int, list[str]]:
    printed = StringIO()
    try:
        call_command("verify_snapshots", stdout=printed, no_color=True, **options)
    except SystemExit as end:
        return int(end.code or 0), printed.getvalue().splitlines()
    return 0, printed.getvalue().splitlines()


def test_the_command_finds_every_snapshot_in_order() -> None:
    plan = a_plan(slug="plan")
    taken = a_snapshot(plan, DAY, name="第一次会议")
    a_snapshot(a_plan(slug="other"), DAY)

    assert verify(plan="plan") == (
        0,
        [f"plan　2022-01-12　第一次会议：无误（{taken.sha256}）", "共核对1份，不符0份。"],
    )
    assert verify()[1][-1] == "共核对2份，不符0份。"


TAMPERED = {
    "content": ("UPDATE tasks_snapshot SET content = replace(content, '逾期', '正常')", "内容与校验值不符"),
    "content and hash": (
        "UPDATE tasks_snapshot SET content = '{}', "
        "sha256 = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'",  # of {}
        "内容无法读取",
    ),
    "hash": ("UPDATE tasks_snapshot SET sha256 = 'x'", "内容与校验值不符"),
    "name": ("UPDATE tasks_snapshot SET name = '另一次会议'", "名称、日期或格式版本与内容不符"),
    "day": ("UPDATE tasks_snapshot SET day = '2022-01-11'", "名称、日期或格式版本与内容不符"),
    "counts": ('UPDATE tasks_snapshot SET counts = \'{"measures": {}, "parts": {}}\'', "计数与内容不符"),
    "lights": ('UPDATE tasks_snapshot SET lights = \'{"measures": [], "parts": [], "units": []}\'', "时效与内容不符"),
    "no JSON": ("UPDATE tasks_snapshot SET content = 'x'", "内容与校验值不符；内容无法读取"),
}


@pytest.mark.parametrize("case", TAMPERED)
def test_the_command_tells_what_has_been_changed_in_the_database(case) -> None:
    statement, verdict = TAMPERED[case]
    a_snapshot(a_part().measure.plan, DAY, name="第一次会议")
    with connection.cursor() as cursor:
        cursor.execute(statement)

    code, printed = verify()

    assert (code, printed[-1]) == (1, "共核对1份，不符1份。")
    assert verdict in printed[0]


def test_the_command_knows_no_plan_of_another_name() -> None:
    with pytest.raises(CommandError, match="没有标识为“nothing”的推进计划。"):
        call_command("verify_snapshots", plan="nothing")
