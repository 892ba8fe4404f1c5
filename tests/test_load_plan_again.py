"""Loading a plan that people already work with: what they made of it stands."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from departments.models import Department
from tasks.actions import measure as actions
from tasks.choices import AssignmentRole
from tasks.models import Assignment, Measure, Plan

from .builders import an_administrator

pytestmark = pytest.mark.django_db


def load() -> list[str]:
    said = StringIO()
    call_command("load_plan", stdout=said)
    return said.getvalue().splitlines()


def test_unit_that_was_renamed_does_not_come_back_under_its_old_name(shipped_plan: Plan) -> None:
    Department.objects.filter(name="区金融局").update(name="区金融工作局")

    said = load()

    leads = Assignment.objects.filter(measure__number=2, role=AssignmentRole.LEAD)
    assert [part.department.name for part in leads] == ["区金融工作局"]
    assert (Department.objects.count(), Assignment.objects.count()) == (23, 100)
    assert said[0] == "dongli-ip-2020-2021.json：新建 无。"
    assert said[2:] == [
        "与现有的单位或分工不同，以现有为准，未补建：第2项 · 区金融局。",
        "与现有的单位或分工不同，以现有为准，未补建：区金融局。",
    ]


def test_unit_that_was_taken_off_a_measure_is_not_put_back(shipped_plan: Plan) -> None:
    measure = Measure.objects.get(number=5)
    kept = {part.department: part.role for part in measure.assignments.exclude(department__name="区委网信办")}
    actions.assign(by=an_administrator(), measure=measure, roles=kept)

    said = load()

    assert measure.assignments.count() == 3
    assert said[2:] == ["与现有的单位或分工不同，以现有为准，未补建：第5项 · 区委网信办。"]


def test_measure_that_was_deleted_comes_back_with_all_its_units(shipped_plan: Plan) -> None:
    Measure.objects.get(number=5).delete()

    said = load()

    units = Measure.objects.get(number=5).assignments.values_list("department__name", flat=True)
    assert list(units) == ["区委宣传部", "区委网信办", "公安东丽分局", "区文化旅游体育局"]
    assert said[0] == "dongli-ip-2020-2021.json：新建 任务 1，责任分工 4。"


def test_measure_that_lost_all_its_units_gets_them_back(shipped_plan: Plan) -> None:
    Assignment.objects.filter(measure__number=5).delete()

    load()

    assert Assignment.objects.filter(measure__number=5).count() == 4
