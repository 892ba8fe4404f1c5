"""我的填报 through the real stack: what it counts, keeps, sends and refuses; and never a word lost."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from departments.models import Department, User
from tasks.actions import draft as drafts
from tasks.choices import AssignmentRole
from tasks.models import Assignment, Draft, Period, Plan, Report

from .builders import (
    a_department,
    a_measure,
    a_part,
    a_plan,
    a_report,
    a_reporter,
    a_return,
    at,
)
from .pages import Page, attribute, every, it_is, send, signed_in, visit, words

TODAY = date(2022, 1, 12)
MINE = "/mine/"


@pytest.fixture(autouse=True)
def _today(monkeypatch) -> None:
    it_is(monkeypatch, TODAY)


@pytest.fixture
def unit(db) -> Department:
    return a_department("公安东丽分局")


@pytest.fixture
def author(unit: Department) -> User:
    return a_reporter(unit, last_name="王", first_name="强")


@pytest.fixture
def reporter(author: User) -> Client:
    return signed_in(author)


@pytest.fixture
def plan(unit: Department) -> Plan:
    return a_plan()


@pytest.fixture
def parts(plan: Plan, unit: Department) -> list[Assignment]:
    """Three parts in ongoing work."""
    return [a_part(a_measure(plan, due_on=None, number=number), unit) for number in (1, 2, 3)]


def on_page(page: Page, **typed: dict[str, Any]) -> dict[str, Any]:
    """All fields of the page as a browser sends them, with what is typed into each part (``p7={…}``)."""
    form = page.every("form", "desk")[0]
    names = {attribute(field, "name") for kind in ("input", "textarea", "select") for field in every(form, kind)}
    names = {name for name in names if name and name.startswith("p") and not name.startswith("files")}
    sent = {name: page.filled_in(name) or "" for name in names}
    ticks = {attribute(tick, "name") for tick in every(form, "input", type="checkbox")}
    sent = {name: value for name, value in sent.items() if value or name not in ticks}
    return sent | {f"{part}-{name}": value for part, said in typed.items() for name, value in said.items()}


def of_part(client: Client, part: Assignment, **typed: Any) -> dict[str, Any]:
    """The fields of the page of one part, with what is typed."""
    page = visit(client, part.get_report_url())
    marks = {name: page.filled_in(name) or "" for name in ("token", "seen", "draft_version", "window")}
    return marks | typed


def p(part: Assignment) -> str:
    return f"p{part.pk}"


def keep(by: User, part: Assignment, progress: str, version: int = 0, **fields: Any) -> Draft:
    fields = {"token": uuid.uuid4(), "now": at(TODAY)} | fields
    return drafts.save(by=by, assignment=part, version=version, words={"progress": progress}, **fields)


def said() -> list[tuple[int, str]]:
    return list(Report.objects.order_by("pk").values_list("assignment__measure__number", "progress"))


def drafted() -> list[tuple[int, str]]:
    rows = Draft.objects.order_by("assignment__measure__number")
    return list(rows.values_list("assignment__measure__number", "progress"))


def card(page: Page, part: Assignment) -> str:
    return words(page.every("article", id=f"d{part.pk}")[0])


# --- the head, and what a report is for --------------------------------------------------------------------


def test_the_head_counts_what_is_owed_reported_and_drafted(parts, author, reporter) -> None:
    for part in parts:
        a_report(part, date(2021, 11, 1), by=author)  # for the fourth quarter
    a_report(parts[0], date(2022, 1, 11), by=author)
    keep(author, parts[1], "正在写。")

    page = visit(reporter, MINE)

    assert "公安东丽分局 · 2022年第一季度 · 应报3项，已报1项，草稿1项；共3项分工，最急的在前" in page.words


def test_what_was_missed_is_asked_for_first_and_can_be_made_up_for(plan, unit, author, reporter) -> None:
    part = a_part(a_measure(plan, due_on=None, number=1), unit)
    missed = Period.objects.get(plan=plan, starts_on=date(2021, 10, 1))
    name = f"{p(part)}-period"
    before = visit(reporter, MINE)

    page = send(
        reporter, MINE, status=200, follow=True, **on_page(before, **{p(part): {"progress": "补报。"}}), do="submit"
    )

    options = [words(option) for option in every(before.every("select", name=name)[0], "option")]
    assert options == ["2022年第一季度", "2021年第四季度（补报）", "2021年第三季度（补报）"]
    report = Report.objects.get()
    assert (before.filled_in(name), report.period, report.is_late) == (str(missed.pk), missed, True)
    assert " · 补报" in card(page, part)


def test_the_period_that_is_chosen_is_the_one_reported_for(parts, author, reporter) -> None:
    chosen = Period.objects.get(plan=parts[0].measure.plan, starts_on=date(2021, 10, 1))
    typed = {"progress": "补报。", "period": str(chosen.pk)}

    send(reporter, MINE, status=302, **on_page(visit(reporter, MINE), **{p(parts[0]): typed}), do="submit")

    assert Report.objects.values_list("period", "reported_for").get() == (chosen.pk, chosen.starts_on)


def test_returned_words_are_offered_to_begin_with(plan, unit, reporter) -> None:
    part = a_part(a_measure(plan, due_on=date(2022, 12, 31), number=1), unit)
    a_return(part, date(2022, 1, 4), date(2022, 1, 5), reason="请附文号。")

    link = visit(reporter, MINE).links()["以此为底稿 第1项"]
    page = visit(reporter, link)

    assert page.filled_in("progress") == "已完成阶段性工作。"
    assert Draft.objects.count() == 0


# --- all at once -------------------------------------------------------------------------------------------


def test_all_that_are_complete_are_sent_and_the_others_kept(parts, reporter) -> None:
    first, second, third = parts
    typed = {p(first): {"progress": "一。"}, p(second): {"problems": "只有问题。"}, p(third): {"progress": "三。"}}

    page = send(reporter, MINE, status=200, follow=True, **on_page(visit(reporter, MINE), **typed), do="submit")

    assert (said(), drafted()) == ([(1, "一。"), (3, "三。")], [(2, "")])
    assert page.notes == ["已提交2项。", "已保存草稿1项。"]
    assert page.filled_in(f"{p(second)}-problems") == "只有问题。"


def test_saving_all_sends_nothing(parts, reporter) -> None:
    typed = {p(part): {"progress": f"{part.measure.number}。"} for part in parts}

    page = send(reporter, MINE, status=200, follow=True, **on_page(visit(reporter, MINE), **typed), do="save")

    assert (said(), drafted()) == ([], [(1, "1。"), (2, "2。"), (3, "3。")])
    assert page.notes == ["已保存草稿3项。"]


def test_drafts_kept_before_are_sent_with_all_the_others(parts, author, reporter) -> None:
    keep(author, parts[1], "昨天写的。")

    send(reporter, MINE, status=302, **on_page(visit(reporter, MINE)), do="submit")

    assert (said(), drafted()) == ([(2, "昨天写的。")], [])


def test_an_error_stands_beside_its_field_and_the_other_parts_are_kept(parts, reporter) -> None:
    wrong, other, _third = parts
    typed = {
        p(wrong): {"progress": "一。", "percent": "120", "needs_coordination": "on", "next_steps": "下一步。"},
        p(other): {"progress": "二。"},
    }

    page = send(reporter, MINE, status=422, **on_page(visit(reporter, MINE), **typed), do="save")

    (field,) = [field for field in page.every("div", "percent") if every(field, "ul")]
    assert "100" in words(field)
    assert {name: page.filled_in(f"{p(wrong)}-{name}") for name in typed[p(wrong)]} == typed[p(wrong)]
    assert page.notes == ["已保存草稿1项。", "有1项未能提交或保存，请查看。"]
    assert drafted() == [(2, "二。")]


def test_a_colleagues_draft_is_no_conflict_for_somebody_who_did_not_touch_it(parts, unit, reporter) -> None:
    page = visit(reporter, MINE)
    keep(a_reporter(unit), parts[0], "同事的话。")

    send(reporter, MINE, status=302, **on_page(page, **{p(parts[1]): {"progress": "二。"}}), do="submit")

    assert (said(), drafted()) == ([(2, "二。")], [(1, "同事的话。")])


# --- rubbish -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "explanation"),
    [
        ("字" * 100_000, "5000"),
        ("坏\0字", "控制字符"),
        ("响铃\x07", "控制字符"),
        ("\u202e倒写", "控制字符"),
    ],
    ids=["long", "nul", "bell", "right-to-left"],
)
@pytest.mark.parametrize("act", ["save", "submit"])
def test_words_that_cannot_be_kept_are_explained_and_stay_on_the_page(parts, reporter, act, text, explanation) -> None:
    part, other, _third = parts
    typed = {p(part): {"progress": text}, p(other): {"progress": "别的。"}}

    shown = send(reporter, MINE, status=422, **on_page(visit(reporter, MINE), **typed), do=act)

    assert explanation in card(shown, part).replace(text, "")
    assert len(shown.filled_in(f"{p(part)}-progress") or "") >= len(text) - 1
    assert (said(), drafted()) == (([], [(2, "别的。")]) if act == "save" else ([(2, "别的。")], []))


def test_script_tags_are_words_like_others(parts, reporter) -> None:
    text = "<script>alert(1)</script>"

    send(reporter, MINE, status=302, **on_page(visit(reporter, MINE), **{p(parts[0]): {"progress": text}}), do="submit")
    page = visit(reporter, MINE)

    assert said() == [(1, text)]
    assert text in words(page.every("article", id=f"d{parts[0].pk}")[0])
    assert [script for script in page.every("script") if words(script)] == []


def test_too_long_a_text_is_refused_while_typing_and_says_that_it_is_still_there(parts, reporter) -> None:
    form = of_part(reporter, parts[0], progress="字" * 100_000)

    answer = send(reporter, f"/mine/{parts[0].pk}/draft/", status=200, **form)

    assert "尚未保存，您输入的内容仍在本页。" in answer.words
    assert drafted() == []


# --- what it costs -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_with_one_part_and_with_three(unit, author, reporter, rows) -> None:
    for number in range(rows):
        plan = a_plan()
        measure = a_measure(plan, due_on=None, number=number + 1)
        part = a_part(measure, unit, AssignmentRole.LEAD)
        a_part(measure, a_department(), AssignmentRole.CO)
        a_report(part, date(2022, 1, 5), by=author)
        keep(author, part, "草稿。")
        a_return(a_part(a_measure(plan, number=number + 50), unit), date(2022, 1, 4), date(2022, 1, 5))
    visit(reporter, MINE)

    with CaptureQueriesContext(connection) as asked:
        page = visit(reporter, MINE)

    assert len(page.every("article", "duty")) == 2 * rows
    assert len(asked) == 14, "\n".join(query["sql"][:200] for query in asked.captured_queries)
