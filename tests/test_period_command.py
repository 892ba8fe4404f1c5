"""Periods set up by commands and with a new plan."""

from __future__ import annotations

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tasks.models import Plan

from .builders import a_department, a_plan, an_administrator
from .pages import it_is, signed_in
from .panel import save

pytestmark = pytest.mark.django_db

TODAY = date(2022, 1, 12)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, TODAY)


def run(command: str, *args: str) -> str:
    printed = StringIO()
    call_command(command, *args, stdout=printed, no_color=True)
    return printed.getvalue()


def last_of(plan: Plan) -> str:
    return str(plan.periods.order_by("starts_on").last())


def test_the_command_sets_up_every_plan_for_a_year_and_says_what_it_made() -> None:
    plans = [a_plan(slug="one", issued_on=date(2022, 1, 5)), a_plan(slug="two")]
    plans[0].periods.all().delete()
    plans[1].periods.filter(starts_on__gte=date(2022, 10, 1)).delete()

    printed = [run("create_periods").splitlines() for _ in range(2)]

    names = "2022年第一季度、2022年第二季度、2022年第三季度、2022年第四季度、2023年第一季度"
    assert printed[0] == [f"one：新建填报周期 {names}。", "two：新建填报周期 2022年第四季度、2023年第一季度。"]
    assert printed[1] == ["one：新建填报周期 无。", "two：新建填报周期 无。"]


def test_the_command_goes_as_far_as_it_is_told() -> None:
    plan = a_plan(slug="one")
    plan.periods.filter(starts_on__gte=date(2022, 4, 1)).delete()

    assert run("create_periods", "--until", "2022-06-30") == "one：新建填报周期 2022年第二季度。\n"


@pytest.mark.parametrize("until", ["2022-02-30", "soon", "9999-12-31", ""])
def test_the_command_refuses_what_is_no_day(until: str) -> None:
    plan = a_plan()
    before = plan.periods.count()

    with pytest.raises(CommandError):
        run("create_periods", "--until", until)

    assert plan.periods.count() == before


def test_loading_a_plan_sets_up_its_periods_for_a_year_from_today() -> None:
    run("load_plan")
    plan = Plan.objects.get()

    assert (str(plan.periods.order_by("starts_on").first()), last_of(plan)) == ("2021年第三季度", "2023年第一季度")


def test_loading_it_again_years_later_goes_on_from_there(monkeypatch: pytest.MonkeyPatch) -> None:
    run("load_plan")
    it_is(monkeypatch, date(2025, 5, 5))

    run("load_plan")

    names = [str(period) for period in Plan.objects.get().periods.filter(starts_on__gte=date(2023, 1, 1))]
    assert names == [
        *("2023年第一季度", "2025年第二季度", "2025年第三季度", "2025年第四季度", "2026年第一季度"),
        "2026年第二季度",
    ]


def test_a_plan_made_in_the_panel_comes_with_its_periods() -> None:
    fields = {
        "title": "推进计划",
        "number": "〔2022〕1号",
        "issuer": "区政府",
        "issued_on": "2021-11-05",
        "starts_on": "2021-11-01",
        "ends_on": "2022-12-31",
        "slug": "next",
        "office": a_department().pk,
        "cadence": "MONTH",
        "grace_days": "5",
        "due_soon_days": "30",
    }

    page = save(signed_in(an_administrator()), "/admin/tasks/plan/add/", **fields)

    plan = Plan.objects.get(slug="next")
    assert page.status == 302
    assert (str(plan.periods.order_by("starts_on").first()), last_of(plan)) == ("2021年11月", "2023年12月")


def test_a_plan_changed_in_the_panel_keeps_the_periods_it_has() -> None:
    plan = a_plan()
    before = list(plan.periods.values())

    page = save(signed_in(an_administrator()), f"/admin/tasks/plan/{plan.pk}/change/", cadence="MONTH")

    assert page.status == 302
    assert list(plan.periods.values()) == before
