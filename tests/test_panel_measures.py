"""Measures and their units in the panel: nothing gets in that the text could not mean."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from departments.models import Department
from tasks.choices import AssignmentRole, Timeframe
from tasks.models import Assignment, Measure, Plan, Section, SourceNote

from .builders import (
    a_department,
    a_measure,
    a_part,
    a_plan,
    a_plan_being_entered,
    a_report,
    a_section,
    a_supervisor,
    an_administrator,
)
from .pages import Page, signed_in
from .panel import faults, filled, save

SOLE, LEAD, CO, JOINT = AssignmentRole.SOLE, AssignmentRole.LEAD, AssignmentRole.CO, AssignmentRole.JOINT
MEASURES = "/admin/tasks/measure/"


def page_of(measure: Measure) -> str:
    return f"{MEASURES}{measure.pk}/change/"


def roles_of(measure: Measure) -> list[tuple[str, str, int]]:
    parts = measure.assignments.order_by("position", "pk").select_related("department")
    return [(part.department.name, part.role, part.position) for part in parts]


def row(number: int, unit: Department, role: str, position: int) -> dict[str, Any]:
    """One more row of the table of units, as a browser numbers it."""
    prefix = f"assignments-{number}-"
    return {f"{prefix}department": unit.pk, f"{prefix}role": role, f"{prefix}position": position, f"{prefix}id": ""}


@pytest.fixture
def measure(db: None) -> Measure:
    """甲 leads, 乙 supports."""
    found = a_measure(a_plan_being_entered(), wording="开展专项行动。", responsibility_text="甲牵头，乙配合。")
    a_part(found, a_department("甲"), LEAD)
    a_part(found, a_department("乙"), CO)
    return found


# --- who is responsible -------------------------------------------------------------------------------


def test_units_are_added_in_the_order_of_the_text(measure: Measure) -> None:
    changes = row(2, a_department("丙"), CO, 2) | {"assignments-1-position": 3, "assignments-TOTAL_FORMS": 3}

    page = save(signed_in(a_supervisor()), page_of(measure), **changes)

    assert page.status == 302
    assert roles_of(measure) == [("甲", LEAD, 1), ("丙", CO, 2), ("乙", CO, 3)]


def test_a_unit_added_without_a_place_comes_last(measure: Measure) -> None:
    changes = row(2, a_department("丙"), CO, 0) | {"assignments-2-position": "", "assignments-TOTAL_FORMS": 3}

    page = save(signed_in(a_supervisor()), page_of(measure), **changes)

    assert page.status == 302
    assert roles_of(measure) == [("甲", LEAD, 1), ("乙", CO, 2), ("丙", CO, 3)]


def test_two_units_exchange_their_roles(measure: Measure) -> None:
    kept = {part.department.name: part.pk for part in measure.assignments.all()}

    save(signed_in(a_supervisor()), page_of(measure), **{"assignments-0-role": CO, "assignments-1-role": LEAD})

    assert roles_of(measure) == [("甲", CO, 1), ("乙", LEAD, 2)]
    assert {part.department.name: part.pk for part in measure.assignments.all()} == kept


def test_two_units_exchange_their_places_in_the_table(measure: Measure) -> None:
    one, other = a_department("甲").pk, a_department("乙").pk
    changes = {"assignments-0-department": other, "assignments-1-department": one}

    page = save(signed_in(a_supervisor()), page_of(measure), **changes)

    assert page.status == 302
    assert roles_of(measure) == [("乙", LEAD, 1), ("甲", CO, 2)]


def test_the_only_unit_in_charge_is_replaced_in_one_go(db: None) -> None:
    measure = a_measure(a_plan_being_entered())
    a_part(measure, a_department("甲"), SOLE)
    changes = row(1, a_department("乙"), SOLE, 1) | {"assignments-0-DELETE": "on", "assignments-TOTAL_FORMS": 2}

    page = save(signed_in(a_supervisor()), page_of(measure), **changes)

    assert page.status == 302
    assert roles_of(measure) == [("乙", SOLE, 1)]


def test_a_new_measure_comes_with_its_units(db: None) -> None:
    plan = a_plan_being_entered()
    section = a_section(plan)
    fields = {
        "plan": plan.pk,
        "section": section.pk,
        "number": 7,
        "wording": "开展宣传。",
        "timeframe": Timeframe.ONGOING,
        "assignments-TOTAL_FORMS": 2,
        **row(0, a_department("甲"), JOINT, 1),
        **row(1, a_department("乙"), JOINT, 2),
    }

    page = save(signed_in(a_supervisor()), f"{MEASURES}add/", **fields)

    assert page.status == 302
    assert roles_of(Measure.objects.get(number=7)) == [("甲", JOINT, 1), ("乙", JOINT, 2)]


IMPOSSIBLE = {
    (SOLE, SOLE): "一项任务只能有一个负责单位。",
    (SOLE, LEAD): "负责单位与牵头单位不能并列于一项任务。",
    (LEAD, JOINT): "按职责分工的任务中，各单位并列，不能再有负责、牵头或配合单位。",
    (SOLE, JOINT): "按职责分工的任务中，各单位并列，不能再有负责、牵头或配合单位。",
    (JOINT, CO): "按职责分工的任务中，各单位并列，不能再有负责、牵头或配合单位。",
    (CO, CO): "配合单位须与负责或牵头单位并列。",
}


@pytest.mark.parametrize(("roles", "reason"), IMPOSSIBLE.items())
def test_roles_that_no_text_can_mean_are_refused(roles: tuple[str, str], reason: str, measure: Measure) -> None:
    changes = {"assignments-0-role": roles[0], "assignments-1-role": roles[1], "timeframe_text": "改动"}

    page = save(signed_in(an_administrator()), page_of(measure), **changes)

    assert faults(page) == [reason]
    assert filled(page, "measure_form")["assignments-0-role"] == roles[0]
    assert roles_of(measure) == [("甲", LEAD, 1), ("乙", CO, 2)]
    assert Measure.objects.get().timeframe_text == ""


@pytest.mark.parametrize(("roles", "reason"), IMPOSSIBLE.items())
def test_a_new_measure_with_such_roles_is_refused_whole(roles: tuple[str, str], reason: str, db: None) -> None:
    plan = a_plan_being_entered()
    fields = {"plan": plan.pk, "section": a_section(plan).pk, "number": 1, "wording": "做。", "timeframe": "ONGOING"}
    fields |= row(0, a_department("甲"), roles[0], 1) | row(1, a_department("乙"), roles[1], 2)

    page = save(signed_in(a_supervisor()), f"{MEASURES}add/", **fields, **{"assignments-TOTAL_FORMS": 2})

    assert faults(page) == [reason]
    assert not Measure.objects.exists()


def test_a_unit_named_twice_is_refused(measure: Measure) -> None:
    changes = row(2, a_department("甲"), CO, 3) | {"assignments-TOTAL_FORMS": 3}

    page = save(signed_in(a_supervisor()), page_of(measure), **changes)

    assert faults(page) == ["同一任务中一个责任单位只能出现一次。"]
    assert roles_of(measure) == [("甲", LEAD, 1), ("乙", CO, 2)]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"assignments-1-DELETE": "on"}, id="taken off"),
        pytest.param({"assignments-1-department": "丙"}, id="replaced by another"),
    ],
)
def test_a_unit_that_has_reported_stays(changes: dict[str, Any], measure: Measure) -> None:
    a_report(measure.assignments.get(department__name="乙"), date(2021, 10, 1))
    changes = {key: a_department("丙").pk if value == "丙" else value for key, value in changes.items()}

    page = save(signed_in(an_administrator()), page_of(measure), **changes)

    assert (page.status, faults(page)) == (200, ["乙已有填报、签收或草稿，不能移出本任务。"])
    assert roles_of(measure) == [("甲", LEAD, 1), ("乙", CO, 2)]


def test_a_unit_that_has_not_reported_leaves(measure: Measure) -> None:
    save(signed_in(a_supervisor()), page_of(measure), **{"assignments-1-DELETE": "on"})

    assert roles_of(measure) == [("甲", LEAD, 1)]


def test_what_was_tried_is_not_kept_where_another_field_is_wrong(measure: Measure) -> None:
    changes = {"assignments-1-DELETE": "on", "due_on": ""}

    page = save(signed_in(a_supervisor()), page_of(measure), **changes)

    assert page.status == 200
    assert roles_of(measure) == [("甲", LEAD, 1), ("乙", CO, 2)]


def test_units_changed_by_another_meanwhile_are_not_changed_back(measure: Measure) -> None:
    one, other = signed_in(a_supervisor()), signed_in(a_supervisor())
    theirs = filled(Page(other.get(page_of(measure))))
    save(one, page_of(measure), **{"assignments-1-DELETE": "on"})

    page = Page(other.post(page_of(measure), theirs | {"due_on": "2022-06-30"}))

    assert page.status == 200
    assert "责任分工现为：甲（牵头）" in faults(page)
    assert roles_of(measure) == [("甲", LEAD, 1)]
    assert Measure.objects.get().due_on == date(2021, 12, 31)


@pytest.mark.parametrize(
    "changes",
    [
        {"assignments-TOTAL_FORMS": None},
        {"assignments-TOTAL_FORMS": "9" * 30},
        {"assignments-0-id": "9" * 30},
        {"assignments-0-department": "9" * 30},
        {"assignments-0-role": "BOSS"},
        {"assignments-0-position": "-1"},
        {"assignments-0-position": "9" * 30},
    ],
)
def test_a_table_of_units_that_makes_no_sense_is_an_error_of_the_form(
    changes: dict[str, Any], measure: Measure
) -> None:
    page = save(signed_in(a_supervisor()), page_of(measure), **changes)

    assert page.status == 200
    assert roles_of(measure) == [("甲", LEAD, 1), ("乙", CO, 2)]


@pytest.mark.parametrize("number", ["-1", "0"])
def test_a_table_without_rows_takes_no_unit_off(number: str, measure: Measure) -> None:
    save(signed_in(a_supervisor()), page_of(measure), **{"assignments-TOTAL_FORMS": number})

    assert roles_of(measure) == [("甲", LEAD, 1), ("乙", CO, 2)]


def test_a_row_of_another_measure_cannot_be_changed_from_here(measure: Measure) -> None:
    other = a_part(a_measure(measure.plan), a_department("丁"), SOLE)

    save(signed_in(a_supervisor()), page_of(measure), **{"assignments-0-id": other.pk, "assignments-0-role": SOLE})

    assert roles_of(measure) == [("甲", SOLE, 1), ("乙", CO, 2)]
    assert roles_of(other.measure) == [("丁", SOLE, 1)]


def test_responsibilities_are_deleted_on_the_page_of_their_measure_only(measure: Measure) -> None:
    part = measure.assignments.get(department__name="甲")

    answer = signed_in(an_administrator()).post(f"/admin/tasks/assignment/{part.pk}/delete/", {"post": "yes"})

    assert (answer.status_code, answer.headers["Location"]) == (302, page_of(measure))
    assert roles_of(measure) == [("甲", LEAD, 1), ("乙", CO, 2)]


# --- the measure itself ---------------------------------------------------------------------------------


def test_the_office_changes_the_deadline_and_not_the_official_text(measure: Measure) -> None:
    texts = {"wording": "改写", "responsibility_text": "改写", "timeframe_text": "改写", "number": 99}

    page = save(signed_in(a_supervisor()), page_of(measure), due_on="2022-06-30", **texts)

    found = Measure.objects.get()
    assert page.status == 302
    assert (found.due_on, found.wording, found.responsibility_text, found.timeframe_text, found.number) == (
        date(2022, 6, 30),
        "开展专项行动。",
        "甲牵头，乙配合。",
        "",
        1,
    )


def test_an_administrator_corrects_the_official_text(measure: Measure) -> None:
    save(signed_in(an_administrator()), page_of(measure), wording="开展专项整治行动。", number=3)

    assert Measure.objects.values_list("wording", "number").get() == ("开展专项整治行动。", 3)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"timeframe": "BY_DATE", "due_on": ""}, "限期完成的任务须有完成时限，持续推进的任务不能有完成时限。"),
        (
            {"timeframe": "ONGOING", "due_on": "2021-12-31"},
            "限期完成的任务须有完成时限，持续推进的任务不能有完成时限。",
        ),
        ({"due_on": "0000-00-00"}, "输入一个有效的日期。"),
        ({"due_on": "0001-01-01"}, "日期不能早于1949-10-01。"),
        ({"due_on": "9999-12-31"}, "日期不能晚于2199-12-31。"),
        ({"wording": ""}, "这个字段是必填项。"),
        ({"wording": "一\u202e二"}, "文字中有无法显示的控制字符，请删除后重试。"),
        ({"number": "2"}, "本计划中已有该序号的任务。"),
        ({"number": "-1"}, "确保该值大于或等于0。"),
        ({"section": "9" * 30}, "选择一个有效的选项： 该选择不在可用的选项中。"),
    ],
)
def test_what_the_database_would_refuse_is_an_error_of_the_form(
    changes: dict[str, str], reason: str, measure: Measure
) -> None:
    a_measure(measure.plan, number=2)

    page = save(signed_in(an_administrator()), page_of(measure), **changes)

    assert (page.status, faults(page)) == (200, [reason])


def test_a_heading_of_another_plan_is_refused(measure: Measure) -> None:
    foreign = a_section(a_plan())
    fields = {"plan": measure.plan_id, "section": foreign.pk, "number": 9, "wording": "做。", "timeframe": "ONGOING"}

    added = save(signed_in(a_supervisor()), f"{MEASURES}add/", **fields)
    changed = save(signed_in(a_supervisor()), page_of(measure), section=foreign.pk)

    assert faults(added) == ["该章节不属于所选的推进计划。"]
    assert faults(changed) == ["选择一个有效的选项： 该选择不在可用的选项中。"]
    assert Measure.objects.get().section.plan_id == measure.plan_id


def test_a_measure_does_not_move_to_another_plan(measure: Measure) -> None:
    page = save(signed_in(an_administrator()), page_of(measure), plan=a_plan().pk)

    assert page.status == 302
    assert Measure.objects.get().plan_id == measure.plan_id


def test_a_heading_does_not_move_and_its_number_stays_its_own(measure: Measure) -> None:
    second = a_section(measure.plan, 2, "第二章")
    path = f"/admin/tasks/section/{second.pk}/change/"

    moved = save(signed_in(a_supervisor()), path, plan=a_plan().pk)
    renumbered = save(signed_in(a_supervisor()), path, number=1)

    assert moved.status == 302
    assert Section.objects.get(pk=second.pk).plan_id == measure.plan_id
    assert faults(renumbered) == ["本计划中已有该序号的章节。"]


def test_a_note_speaks_of_a_measure_of_its_plan(measure: Measure) -> None:
    foreign = a_measure()
    fields = {"plan": measure.plan_id, "measure": foreign.pk, "key": "k", "oddity": "怪", "reading": "读"}

    page = save(signed_in(a_supervisor()), "/admin/tasks/sourcenote/add/", **fields)

    assert faults(page) == ["该任务不属于所选的推进计划。"]
    assert not SourceNote.objects.exists()


def test_a_plan_is_not_above_itself(db: None) -> None:
    plan = a_plan()
    below = a_plan(parent=a_plan(parent=plan))

    page = save(signed_in(a_supervisor()), f"/admin/tasks/plan/{plan.pk}/change/", parent=below.pk)

    assert faults(page) == ["上级计划不能是本计划或本计划的下级。"]
    assert Plan.objects.get(pk=plan.pk).parent is None


def test_the_address_of_a_plan_stays(db: None) -> None:
    plan = a_plan(slug="first")

    save(signed_in(an_administrator()), f"/admin/tasks/plan/{plan.pk}/change/", slug="second", title="新标题")

    assert Plan.objects.values_list("slug", "title").get() == ("first", "新标题")


# --- deleting -----------------------------------------------------------------------------------------------


def test_a_measure_with_reports_and_all_it_belongs_to_stay(measure: Measure) -> None:
    a_report(measure.assignments.get(department__name="甲"), date(2021, 10, 1))
    client = signed_in(an_administrator())
    doomed = [measure, measure.plan, measure.section, a_department("甲")]

    for obj in doomed:
        path = f"/admin/{obj._meta.app_label}/{obj._meta.model_name}/{obj.pk}/delete/"
        answers = [Page(client.get(path)), Page(client.post(path, {"post": "yes"}))]
        assert [page.status for page in answers] == [200, 200], obj
        assert all(f"无法删除{obj._meta.verbose_name}" in page.words for page in answers)

    assert [type(obj).objects.filter(pk=obj.pk).exists() for obj in doomed] == [True] * 4


def test_a_measure_without_reports_goes_with_its_units(measure: Measure) -> None:
    answer = signed_in(an_administrator()).post(f"{MEASURES}{measure.pk}/delete/", {"post": "yes"})

    assert answer.status_code == 302
    assert not Measure.objects.exists()
    assert not Assignment.objects.exists()
