"""A workbook of a large ledger, made stretch by stretch by the page that shows how far it is."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.http import FileResponse
from django.test import Client
from openpyxl import load_workbook

from departments.models import User
from tasks.actions import export as actions
from tasks.excel import stretches
from tasks.excel.workbook import Workbook
from tasks.models import Export, ExportPiece, Measure, Plan

from .builders import (
    a_busy_autumn,
    a_leader,
    a_supervisor,
    an_export,
    at,
)
from .pages import Page, attribute, it_is, signed_in, visit
from .test_export_page import choice, everything
from .workbooks import whole_ledger

TODAY = date(2022, 1, 12)
NOW = at(TODAY)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, TODAY)


@pytest.fixture
def office(db: None) -> User:
    return a_supervisor()


@pytest.fixture
def client(office: User) -> Client:
    return signed_in(office)


@pytest.fixture
def large(settings: Any, shipped_plan: Plan) -> Plan:
    """The real plan, where ten measures are many."""
    a_busy_autumn(shipped_plan)
    settings.EXPORT_AT_ONCE = 10
    settings.EXPORT_SECONDS = 0
    return shipped_plan


def step(client: Client, export: Export, **headers: str) -> Any:
    return client.post(f"{export.get_absolute_url()}work/", **headers)


def cells(content: bytes) -> dict[str, list[Any]]:
    return {sheet.title: list(sheet.values) for sheet in load_workbook(BytesIO(content)).worksheets}


def test_a_large_ledger_is_made_in_stretches_and_is_the_same_as_made_at_once(
    monkeypatch: pytest.MonkeyPatch, client: Client, office: User, large: Plan
) -> None:
    monkeypatch.setattr(Workbook, "chunk", 15)
    asked = client.get(f"{large.get_absolute_url()}measures/export.xlsx", {"sort": "late"})
    assert asked.headers["Location"] == f"{choice(large)}?sort=late"

    begun = client.post(f"{choice(large)}?sort=late", everything())
    export = Export.objects.get()
    steps = []
    while not Export.objects.get().is_done:
        assert step(client, export).headers["Location"] == export.get_absolute_url()
        steps.append(Export.objects.get().done)
    answer = client.get(f"{export.get_absolute_url()}download/")

    assert begun.headers["Location"] == export.get_absolute_url()
    assert steps == [15, 30, 42]
    assert isinstance(answer, FileResponse)
    rows_there = Measure.objects.filter(plan=large).as_of(TODAY, large).by_days_late()
    whole = whole_ledger(
        plan=large, measures=rows_there, as_of=TODAY, exported_by=office.name, exported_at=export.begun_at
    )
    assert cells(b"".join(answer)) == cells(whole)  # type: ignore[arg-type]


def test_the_page_says_how_far_it_is_and_goes_on_by_itself(client: Client, office: User, large: Plan) -> None:
    export = an_export(large, office, TODAY)
    Export.objects.update(done=21)

    page = visit(client, export.get_absolute_url())
    part = Page(step(client, export, headers={"HX-Request": "true"}))

    assert "已生成21项，共42项（50%）" in page.words
    (bar,) = page.every("progress")
    assert (attribute(bar, "value"), attribute(bar, "max")) == ("21", "42")
    (form,) = [form for form in page.every("form") if attribute(form, "hx-post")]
    assert (attribute(form, "hx-trigger"), attribute(form, "method")) == ("load delay:100ms, submit", "post")
    assert "已完成，共42项" in part.words
    assert [attribute(a, "href") for a in part.every("a")] == [f"{export.get_absolute_url()}download/"]


def test_before_it_is_done_there_is_nothing_to_download(client: Client, office: User, large: Plan) -> None:
    export = an_export(large, office, TODAY)

    answer = client.get(f"{export.get_absolute_url()}download/")

    assert answer.headers["Location"] == export.get_absolute_url()


def test_what_is_given_up_while_it_is_put_together_is_not_sent(
    monkeypatch: pytest.MonkeyPatch, client: Client, office: User, large: Plan
) -> None:
    export = an_export(large, office, TODAY)
    step(client, export)
    pieces = ExportPiece.objects.filter

    def begun_anew(**which: Any) -> Any:
        """In another window, after the first sheet has been read."""
        if which["sheet"]:
            Export.objects.all().delete()
        return pieces(**which)

    monkeypatch.setattr(ExportPiece.objects, "filter", begun_anew)

    answer = client.get(f"{export.get_absolute_url()}download/")

    assert answer.status_code == 404


def test_the_way_back_to_what_was_begun_stands_where_workbooks_are_chosen(
    client: Client, office: User, large: Plan
) -> None:
    export = an_export(large, office, TODAY)
    assert visit(client, choice(large)).links()["继续生成"] == export.get_absolute_url()

    step(client, export)

    assert visit(client, choice(large)).links()["去下载"] == export.get_absolute_url()
    assert "去下载" not in visit(signed_in(a_leader()), choice(large)).links()


def test_a_page_that_finds_another_at_work_waits_longer(client: Client, office: User, large: Plan) -> None:
    export = an_export(large, office, TODAY)
    Export.objects.update(worked_at=NOW)

    part = Page(step(client, export, headers={"HX-Request": "true"}))

    (form,) = [form for form in part.every("form") if attribute(form, "hx-post")]
    assert attribute(form, "hx-trigger") == "load delay:2s, submit"


def test_cancelled_it_is_gone_with_all_that_was_made(client: Client, office: User, large: Plan) -> None:
    export = an_export(large, office, TODAY)
    step(client, export)
    assert ExportPiece.objects.count() == 4

    answer = client.post(f"{export.get_absolute_url()}cancel/")

    assert answer.headers["Location"] == f"{large.get_absolute_url()}measures/"
    assert (Export.objects.count(), ExportPiece.objects.count()) == (0, 0)


def test_nobody_else_sees_it(office: User, large: Plan) -> None:
    export = an_export(large, office, TODAY)

    visit(signed_in(a_leader()), export.get_absolute_url(), status=404)


def test_one_that_is_gone_says_so_on_the_page_that_was_going_on_with_it(
    client: Client, office: User, large: Plan
) -> None:
    export = an_export(large, office, TODAY)
    Export.objects.all().delete()
    words = "这份导出已不存在：已经取消，或者放置过久被删除，或者您又开始了另一次导出。"

    part = Page(step(client, export, headers={"HX-Request": "true"}))
    pages = [Page(step(client, export)), visit(client, export.get_absolute_url(), status=404)]
    pages += [visit(client, f"{export.get_absolute_url()}download/", status=404)]

    assert (part.status, part.every("form")) == (200, [])  # htmx puts it where the bar was, and asks no more
    assert words in part.words
    assert part.links() == {"返回总览": large.get_absolute_url()}
    assert [(page.status, words in page.words) for page in pages] == [(404, True)] * 3


def test_anothers_is_told_of_in_the_same_words(office: User, large: Plan) -> None:
    export = an_export(large, office, TODAY)
    leader = signed_in(a_leader())
    htmx = {"headers": {"HX-Request": "true"}}

    foreign = Page(step(leader, export, **htmx)).words
    Export.objects.all().delete()

    assert foreign == Page(step(leader, export, **htmx)).words


def test_what_has_lain_too_long_goes_when_somebody_looks_at_what_to_export(
    client: Client, office: User, large: Plan
) -> None:
    old, young = (an_export(large, a_leader(), TODAY) for _person in range(2))
    mine = an_export(large, office, TODAY)
    Export.objects.filter(pk=old.pk).update(begun_at=at(TODAY - timedelta(days=3)))

    visit(client, choice(large))

    assert set(Export.objects.values_list("pk", flat=True)) == {young.pk, mine.pk}


def test_a_new_one_ends_the_one_before_and_what_has_lain_too_long(office: User, large: Plan) -> None:
    old = an_export(large, a_leader(), TODAY - timedelta(days=3))
    mine, others = an_export(large, office, TODAY), an_export(large, a_leader(), TODAY)

    new = an_export(large, office, TODAY)

    assert set(Export.objects.values_list("pk", flat=True)) == {others.pk, new.pk}
    assert old.pk != mine.pk


def test_two_at_once_write_no_row_twice(office: User, large: Plan) -> None:
    export = an_export(large, office, TODAY)

    first = actions.take(by=office, export=export, now=NOW)
    second = actions.take(by=office, export=export, now=NOW + timedelta(seconds=1))

    assert (first is not None, second) == (True, None)


def test_what_was_being_made_when_a_server_was_killed_is_made_again(office: User, large: Plan) -> None:
    export = an_export(large, office, TODAY)
    killed = actions.take(by=office, export=export, now=NOW)

    after = actions.take(by=office, export=export, now=NOW + timedelta(minutes=3))
    assert killed is not None
    assert after is not None
    done, pieces, state = stretches.work(after, until=0)
    actions.keep(export=after, done=done, pieces=pieces, state=state)

    with pytest.raises(actions.Gone):  # it was only slow, and comes too late
        actions.keep(export=killed, done=done, pieces=pieces, state=state)
    assert ExportPiece.objects.count() == 4


def test_what_was_cancelled_meanwhile_is_not_kept(office: User, large: Plan) -> None:
    taken = actions.take(by=office, export=an_export(large, office, TODAY), now=NOW)
    assert taken is not None
    Export.objects.all().delete()

    with pytest.raises(actions.Gone):
        actions.keep(export=taken, done=42, pieces=[(0, b"")], state={})
    assert not ExportPiece.objects.exists()


def test_a_stretch_takes_the_same_queries_however_long_the_ledger(
    monkeypatch: pytest.MonkeyPatch, office: User, large: Plan, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(Workbook, "chunk", 14)
    export = an_export(large, office, TODAY)

    # Measures; parts, and the members of collectives with their reports; last reports; units; more time; reports.
    for queries in (7, 7, 8):  # only the last have collectives with members
        taken = actions.take(by=office, export=export, now=NOW)
        assert taken is not None
        with django_assert_num_queries(queries):
            done, pieces, state = stretches.work(taken, until=0)
        actions.keep(export=taken, done=done, pieces=pieces, state=state)
