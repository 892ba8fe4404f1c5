"""A demonstration says on every page, on paper and in every workbook that nothing in it is real."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.db import OperationalError
from django.test import Client
from openpyxl import load_workbook

from departments.models import User
from tasks.models import Plan, Review
from tasks.models.demonstration import forget

from .browser import part_of
from .builders import a_plan
from .pages import Page, every, it_is, signed_in
from .test_demonstration_mark import BANNER, banners, cost

TODAY = date(2026, 11, 26)


@pytest.fixture(autouse=True)
def _today(monkeypatch) -> None:
    """Years after the story ends, as when somebody starts it."""
    it_is(monkeypatch, TODAY)


def person(username: str) -> Client:
    client = signed_in(User.objects.get(username=username))
    client.raise_request_exception = False
    return client


# --- on every page -------------------------------------------------------------------------------------------

PLAN = "/plans/dongli-ip-2020-2021/"
OF_LEADERS = (
    *(PLAN, f"{PLAN}?as_of=2021-12-15", f"{PLAN}measures/", f"{PLAN}measures/3/", f"{PLAN}assignments/"),
    *(
        f"{PLAN}matrix/",
        f"{PLAN}extensions/",
        f"{PLAN}present/",
        "/plans/",
        "/reviews/",
        "/reviews/decided/",
        "/accounts/password/",
    ),
)
OF_ADMINISTRATORS = (
    *("/audit/", f"{PLAN}receipts/", f"{PLAN}periods/", "/admin/", "/admin/tasks/measure/", "/admin/tasks/report/"),
    *("/admin/departments/user/", "/admin/departments/user/add/?_popup=1", f"{PLAN}periods/new/"),
)


@pytest.mark.parametrize("path", OF_LEADERS)
def test_it_stands_on_the_pages_of_leaders(demonstration: Plan, path: str) -> None:
    response = person("lingdao1").get(path)

    assert (response.status_code, banners(response)) == (200, [BANNER])


@pytest.mark.parametrize("path", OF_ADMINISTRATORS)
def test_it_stands_on_the_pages_of_administrators_and_in_the_panel(demonstration: Plan, path: str) -> None:
    response = person("guanli1").get(path)

    assert (response.status_code, banners(response)) == (200, [BANNER])


def test_it_stands_where_reports_are_written_and_read(demonstration: Plan) -> None:
    part = part_of(demonstration, 3, "公安东丽分局")
    waiting = Review.objects.pending().get(report__assignment__measure__number=17)

    reporter, supervisor = person("tianbao02"), person("duban1")

    assert banners(reporter.get("/mine/")) == [BANNER]
    assert banners(reporter.get(f"/mine/{part.pk}/")) == [BANNER]
    assert banners(supervisor.get(f"/reviews/{waiting.report_id}/")) == [BANNER]


@pytest.mark.parametrize(
    ("path", "status"),
    [("/accounts/login/", 200), ("/nothing/", 404), (f"{PLAN}?as_of=soon", 400), ("/audit/", 403), ("/admin/", 403)],
)
def test_it_stands_on_the_sign_in_page_and_where_something_went_wrong(
    demonstration: Plan, path: str, status: int
) -> None:
    client = Client() if "login" in path else person("tianbao02")

    response = client.get(path)

    assert (response.status_code, banners(response)) == (status, [BANNER])


def test_it_stands_on_the_answer_to_a_method_that_is_not_taken(demonstration: Plan) -> None:
    response = person("lingdao1").post(PLAN)

    assert (response.status_code, banners(response)) == (405, [BANNER])


def test_it_stands_on_the_page_of_a_fault_and_of_a_database_that_is_gone(demonstration: Plan, monkeypatch) -> None:
    client = person("lingdao1")
    client.get(PLAN)

    def answers(error: Exception) -> tuple[int, list[str]]:
        def fail(*_any: object) -> None:
            raise error

        monkeypatch.setattr("tasks.views.plan.dashboard", fail)
        response = client.get(PLAN)
        return response.status_code, banners(response)

    assert answers(RuntimeError()) == (500, [BANNER])
    assert answers(OperationalError()) == (503, [BANNER])


def test_it_is_printed_and_its_link_is_not(demonstration: Plan) -> None:
    (banner,) = every(Page(person("lingdao1").get(PLAN)).tree, "aside", "demonstration")

    assert "no-print" not in dict(banner.attributes)["class"]
    assert [dict(link.attributes)["class"] for link in every(banner, "a")] == ["no-print"]


# --- the way to the last day ---------------------------------------------------------------------------------


def test_its_link_opens_the_dashboard_as_of_the_last_day(demonstration: Plan) -> None:
    client = person("lingdao1")
    (banner,) = every(Page(client.get(f"{PLAN}measures/")).tree, "aside", "demonstration")
    (link,) = every(banner, "a")

    response = client.get(dict(link.attributes)["href"])

    assert response.headers["Location"] == f"{PLAN}?as_of=2022-01-12"


def test_home_is_the_last_day_unless_another_is_asked_for(demonstration: Plan) -> None:
    client = person("lingdao1")

    assert client.get("/").headers["Location"] == f"{PLAN}?as_of=2022-01-12"
    assert client.get("/?as_of=2021-10-10").headers["Location"] == f"{PLAN}?as_of=2021-10-10"
    assert client.get("/?as_of=2026-11-26").headers["Location"] == PLAN


def test_a_plan_that_was_brought_in_later_is_not_what_its_link_opens(demonstration: Plan) -> None:
    a_plan(slug="later", issued_on=date(2023, 3, 1))
    client = person("lingdao1")

    assert client.get("/").headers["Location"] == f"{PLAN}?as_of=2022-01-12"
    assert f"{PLAN}matrix/" in Page(client.get("/plans/")).addresses


def test_nobody_is_told_to_make_periods_for_a_story_that_has_ended(demonstration: Plan) -> None:
    assert [note for note in Page(person("duban1").get(PLAN)).notes if "填报周期" in note] == []


# --- in workbooks --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [f"{PLAN}measures/export.xlsx", f"{PLAN}matrix/export.xlsx", "/audit/export.xlsx"])
def test_every_sheet_says_so_above_its_table(demonstration: Plan, path: str) -> None:
    book = load_workbook(BytesIO(person("guanli1").get(path, {"as_of": "2022-01-12"}).content))

    shown = [sheet for sheet in book if sheet.sheet_state == "visible"]  # not the one that lists hang on
    assert {sheet["A2"].value.partition("】")[0] for sheet in shown} == {"【演示数据，均非真实"}


# --- at what cost --------------------------------------------------------------------------------------------


def test_a_process_that_serves_a_demonstration_asks_once(demonstration: Plan) -> None:
    client = person("lingdao1")
    forget()

    assert [cost(client, "/plans/") for _visit in range(3)] == [1, 0, 0]
