"""Loading a plan that people already work with: what they made of it stands."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from departments.models import Department
from tasks.actions import measure as actions
from tasks.choices import AssignmentRole
from tasks.models import Assignment, Indicator, Measure, Milestone, Plan

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
        "与现有内容不同，以现有为准，未补建：第2项 · 区金融局。",
        "与现有内容不同，以现有为准，未补建：区金融局。",
    ]


def test_unit_that_was_taken_off_a_measure_is_not_put_back(shipped_plan: Plan) -> None:
    Plan.objects.update(is_being_entered=True)
    measure = Measure.objects.get(number=5)
    kept = {part.department: part.role for part in measure.assignments.exclude(department__name="区委网信办")}
    actions.assign(by=an_administrator(), measure=measure, roles=kept)

    said = load()

    assert measure.assignments.count() == 3
    assert said[2:] == ["与现有内容不同，以现有为准，未补建：第5项 · 区委网信办。"]


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


# --- steps and indicators -----------------------------------------------------------------------


def steps() -> list[tuple[int, str]]:
    return list(Milestone.objects.order_by("pk").values_list("measure__number", "title"))


def test_a_plan_loaded_before_there_were_steps_and_indicators_gets_them(shipped_plan: Plan) -> None:
    Milestone.objects.all().delete()
    Indicator.objects.all().delete()

    said = load()

    assert said[0] == "dongli-ip-2020-2021.json：新建 节点 2，量化指标 1。"
    assert steps() == [(34, "“4.26”世界知识产权日"), (34, "“12.4”普法宣传日")]
    assert list(Indicator.objects.values_list("measure__number", "target", "unit")) == [(16, 600, "家")]


def test_a_measure_with_another_wording_gets_none_of_the_documents(shipped_plan: Plan) -> None:
    Milestone.objects.all().delete()
    Indicator.objects.all().delete()
    Measure.objects.filter(number__in=[16, 34]).update(wording="另行安排的工作。")

    said = load()

    assert said[0] == "dongli-ip-2020-2021.json：新建 无。"
    assert said[2:] == [
        "与现有内容不同，以现有为准，未补建：第34项 · “4.26”世界知识产权日。",
        "与现有内容不同，以现有为准，未补建：第34项 · “12.4”普法宣传日。",
        "与现有内容不同，以现有为准，未补建：第16项 · 实现知识产权托管服务的中小微企业。",
    ]
    assert (Milestone.objects.count(), Indicator.objects.count()) == (0, 0)


def test_what_people_made_of_steps_and_indicators_stands(shipped_plan: Plan) -> None:
    Milestone.objects.get(position=1).delete()
    Milestone.objects.update(position=5, title="宪法日宣传")
    Indicator.objects.update(name="托管企业")

    said = load()

    assert said[0] == "dongli-ip-2020-2021.json：新建 无。"
    assert steps() == [(34, "宪法日宣传")]
    assert list(Indicator.objects.values_list("name", flat=True)) == ["托管企业"]
    assert len(said[2:]) == 3
