"""The line above a page that says where one is: below a plan it begins with the plan's overview."""

from __future__ import annotations

import pytest
from django.urls import reverse

from .builders import a_department, a_leader, a_measure, a_part, a_plan, a_supervisor
from .pages import every, signed_in, visit, words

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "here"),
    [
        ("amendments", "计划调整"),
        ("comparison", "对比"),
        ("extensions", "延期"),
        ("periods", "填报周期"),
        ("receipts", "未签收分工"),
        ("rules", "时效规则"),
        ("snapshots", "会议快照"),
        ("units", "责任单位"),
    ],
)
def test_a_page_of_a_plan_stands_below_its_overview(name: str, here: str) -> None:
    plan = a_plan()

    page = visit(signed_in(a_leader()), reverse(name, args=[plan.slug]))

    place = page.every("nav", **{"aria-label": "位置"})[0]
    assert words(place) == f"总览 / {here}"
    assert page.links(place) == {"总览": plan.get_absolute_url()}


def test_what_a_unit_owed_stands_below_the_unit() -> None:
    plan, unit = a_plan(), a_department("甲局")
    a_part(a_measure(plan), unit)
    own = reverse("unit", args=[plan.slug, unit.pk])

    page = visit(signed_in(a_leader()), reverse("unit_reporting", args=[plan.slug, unit.pk]))

    place = page.every("nav", **{"aria-label": "位置"})[0]
    assert [words(link) for link in every(place, "a")] == ["总览", "责任单位", "甲局"]
    assert page.links(place)["甲局"] == own


@pytest.mark.parametrize("name", ["period_new", "period_reopen"])
def test_so_does_what_is_done_to_a_period(name: str) -> None:
    plan = a_plan()
    keys = [plan.slug] if name == "period_new" else [plan.slug, plan.periods.first().pk]

    page = visit(signed_in(a_supervisor()), reverse(name, args=keys))

    place = page.every("nav", **{"aria-label": "位置"})[0]
    assert [words(link) for link in every(place, "a")] == ["总览", "填报周期"]
