"""With htmx only the list is sent again; what is on it is the same as without."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.test.html import Element

from tasks.models import Plan

from .builders import a_busy_autumn, a_leader
from .pages import Page, attribute, every, signed_in, visit, words

DAY = date(2022, 1, 12)
HTMX = {"HX-Request": "true"}
ASKED = {"section": "2", "sort": "late", "as_of": "2022-01-12"}


@pytest.fixture
def leader(shipped_plan: Plan) -> Client:
    a_busy_autumn(shipped_plan)
    return signed_in(a_leader())


def addresses(plan: Plan) -> list[str]:
    return [f"{plan.get_absolute_url()}{ledger}/" for ledger in ("measures", "assignments")]


def frame(page: Page) -> list[bool]:
    """Whether the page has a head, a form to narrow it down, and a list."""
    return [page.every("title") != [], page.every("form", role="search") != [], page.every("table") != []]


def fields(element: Element) -> list[tuple[str | None, str | None]]:
    return [(attribute(field, "name"), attribute(field, "value")) for field in every(element, "input")]


def test_htmx_gets_the_list_alone_and_nobody_else_does(leader, shipped_plan) -> None:
    sent_back = HTMX | {"HX-History-Restore-Request": "true"}
    for path in addresses(shipped_plan):
        pages = [visit(leader, path, headers=headers, **ASKED) for headers in (None, HTMX, sent_back)]

        assert [frame(page) for page in pages] == [[True, True, True], [False, False, True], [True, True, True]]


def test_the_list_is_the_same_with_htmx_and_without(leader, shipped_plan) -> None:
    for path in addresses(shipped_plan):
        whole, part = visit(leader, path, **ASKED), visit(leader, path, headers=HTMX, **ASKED)

        assert part.rows(part.tree) == whole.rows()
        assert part.count == whole.count
        assert set(part.addresses) <= set(whole.addresses)


def test_what_htmx_changes_around_the_list_is_what_the_whole_page_shows(leader, shipped_plan) -> None:
    """The day's banner, and the form that asks for another day under the same conditions."""
    for path in addresses(shipped_plan):
        for day in ("2022-01-12", "2021-08-01"):
            asked = ASKED | {"as_of": day}
            whole, part = visit(leader, path, **asked), visit(leader, path, headers=HTMX, **asked)

            swapped = [tag for tag in part.every() if attribute(tag, "hx-swap-oob") == "true"]
            same = [whole.every(id=attribute(tag, "id") or "")[0] for tag in swapped]
            assert [words(tag) for tag in swapped] == [words(tag) for tag in same]
            assert [fields(tag) for tag in swapped] == [fields(tag) for tag in same]
            assert len(swapped) == 2


def test_without_htmx_the_conditions_are_an_ordinary_form(leader, shipped_plan) -> None:
    for path in addresses(shipped_plan):
        page = visit(leader, path, as_of=DAY)

        (form,) = page.every("form", role="search")
        assert (attribute(form, "method"), attribute(form, "action")) == ("get", None)
        assert [words(button) for button in page.every("button") if words(button) == "筛选"] == ["筛选"]
        assert page.filled_in("as_of") == "2022-01-12"


def test_htmx_is_told_what_is_wrong_with_a_condition(leader, shipped_plan) -> None:
    for path in addresses(shipped_plan):
        page = visit(leader, path, headers=HTMX, section="99")

        assert frame(page) == [False, False, False]
        assert len(page.alerts) == 1


def test_the_address_that_htmx_writes_can_be_shared(leader, shipped_plan) -> None:
    for path in addresses(shipped_plan):
        part = visit(leader, path, headers=HTMX, q="", unit="", **ASKED)

        shared = part.response.headers["HX-Push-Url"]
        assert shared == f"{path}?section=2&sort=late&as_of=2022-01-12"
        assert part.rows(part.tree) == visit(leader, shared).rows()


def test_a_part_of_a_page_is_never_kept_by_the_browser_as_the_page(leader, shipped_plan) -> None:
    for path in addresses(shipped_plan):
        page = visit(leader, path, headers=HTMX)

        assert page.response.headers["Cache-Control"] == "no-store"
