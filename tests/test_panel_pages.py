"""Every page of the panel: Chinese throughout, and clean under the content security policy."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from auditlog.models import LogEntry
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from departments.models import Alias, Department, User
from tasks.admin.site import ROOMS
from tasks.models import Measure, Plan, SourceNote

from .builders import (
    a_closing,
    a_collective,
    a_department,
    a_measure,
    a_part,
    a_plan,
    a_plan_being_entered,
    a_report,
    a_reporter,
    a_rule,
    a_supervisor,
    an_administrator,
    an_amendment,
    an_extension,
)
from .pages import Page, attribute, signed_in, words
from .panel import a_workbook, an_upload, filled, save

# What is not Chinese on the pages of a Chinese spreadsheet program either.
NAMES = {"Excel", "xlsx", "CSV", "csv", "UTF", "MB", "WPS"}
TABLES = ("assignments", "aliases", "milestones", "indicators")
UNFILLED = {f"{name}-{count}_FORMS": "0" for name in TABLES for count in ("TOTAL", "INITIAL")}
ENGLISH = re.compile(r"[A-Za-z]{2,}")


@pytest.fixture
def client(db: None) -> Client:
    """Somebody before whom every room holds something; the names are digits, so that any letter is a word."""
    plan = a_plan(slug="1")
    measure = a_measure(plan)
    part = a_part(measure, a_department("甲"))
    a_report(part, date(2021, 10, 1), percent=10, by=a_reporter(part.department, username="2"))
    found = signed_in(an_administrator(username="3"))
    AccessLog.objects.exclude(username="8").delete()
    LogEntry.objects.filter(object_repr__startswith="person").delete()
    return found


@pytest.fixture(autouse=True)
def _rows(db: None) -> None:
    plan = a_plan(slug="4")
    measure = a_measure(plan)
    part = a_part(measure, a_department("乙"), role="LEAD")
    a_part(measure, a_department("丙"), role="CO")
    office = a_supervisor(username="10")
    a_rule(plan, date(2021, 9, 1), by=office)
    an_amendment(measure, "WORDING", date(2021, 9, 1), wording="新的任务。", document="纪要", by=office)
    an_extension(measure, date(2022, 3, 31), date(2021, 9, 1))
    report = a_closing(part, date(2021, 10, 1))
    User.objects.filter(pk=report.author_id).update(username="5")
    User.objects.filter(reviews__report=report).update(username="6")
    Alias.objects.create(department=part.department, name="乙局")
    a_collective("各街道办", part.department)
    SourceNote.objects.create(plan=plan, measure=measure, key="7", oddity="原文", reading="读法")
    sign_in = {"username": "8", "ip_address": "10.0.0.1", "user_agent": "9", "path_info": "/", "http_accept": ""}
    AccessAttempt.objects.create(**sign_in, failures_since_start=1)
    AccessLog.objects.create(**sign_in)
    AccessFailureLog.objects.create(**sign_in)


def pages(client: Client) -> dict[str, Page]:
    """Every page there is, by its address; forms also as they come back with faults."""
    found = {"/admin/": Page(client.get("/admin/"))}
    for model in ROOMS:
        room = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        tails = ["", "?q=无", "add/", "export/", "import/", *(f"{obj.pk}/change/" for obj in model._base_manager.all())]
        tails += [f"{model._base_manager.first().pk}/{tail}/" for tail in ("delete", "history")]  # type: ignore
        found |= {room + tail: Page(client.get(room + tail)) for tail in tails}
        found[f"/admin/{model._meta.app_label}/"] = Page(client.get(f"/admin/{model._meta.app_label}/"))
        if found[f"{room}add/"].status == 200:
            found[f"{room}add/ faulty"] = Page(client.post(f"{room}add/", UNFILLED))
    part = Measure.objects.get(plan__slug="4").assignments.get(role="CO")
    report = f"/admin/tasks/report/add/?assignment={part.pk}"
    found |= {report: Page(client.get(report)), f"{report} faulty": Page(client.post(report, {}))}
    units = "/admin/departments/department/import/"
    files = {"good": ["甲", "政府部门"], "faulty": ["甲", "衙门"]}
    found |= {
        units + name: Page(client.post(units, an_upload(a_workbook(["名称", "类别"], row))))
        for name, row in files.items()
    }
    shown = {address: page for address, page in found.items() if page.status == 200}
    assert len(shown) > 80, "hardly anything was looked at"
    return shown


def english(page: Page) -> set[str]:
    """Words of a page that are not Chinese."""
    buttons = [attribute(button, "value") or "" for button in page.every("input", type="submit")]
    return set(ENGLISH.findall(" ".join([words(page.main), words(page.every("header")[0]), *buttons]))) - NAMES


def against_the_policy(page: Page) -> list[dict[str, Any]]:
    """Elements of a page that a browser would block under the policy, or that lead to another host."""
    found = []
    for element in page.every():
        own = dict(element.attributes)
        if (
            "style" in own
            or element.name == "style"
            or (element.name == "script" and "src" not in own)
            or any(name.startswith("on") for name in own)
            or any(own.get(name, "").startswith(("http", "//", "javascript:")) for name in ("src", "href", "action"))
        ):
            found.append({"element": element.name} | own)
    return found


def test_every_page_is_chinese_and_clean_under_the_policy(client: Client) -> None:
    shown = pages(client)

    assert {address: english(page) for address, page in shown.items() if english(page)} == {}
    assert {address: against_the_policy(page) for address, page in shown.items() if against_the_policy(page)} == {}
    assert {page.response.headers["Content-Security-Policy"] for page in shown.values()} == {
        settings.CONTENT_SECURITY_POLICY
    }


@pytest.mark.parametrize(
    "markup",
    ['<p style="color:red">', "<style></style>", "<script>1</script>", '<a onclick="go()">', '<a href="//x.org">'],
)
def test_a_planted_fault_is_found(markup: str) -> None:
    page = Page(HttpResponse(f"<main>{markup} English</main><header></header>"))

    assert english(page) == {"English"}
    assert len(against_the_policy(page)) == 1


def test_the_history_of_a_row_says_in_chinese_what_was_done(client: Client) -> None:
    measure = a_measure(a_plan_being_entered(slug="11"))
    a_part(measure, a_department("乙"), role="LEAD")
    a_part(measure, a_department("丙"), role="CO")
    path = f"/admin/tasks/measure/{measure.pk}/"
    save(client, f"{path}change/", **{"due_on": "2022-01-31", "assignments-1-DELETE": "on"})

    page = Page(client.get(f"{path}history/"))

    assert "已修改完成时限。 删除了 责任分工“第1项 · 丙”。" in page.words
    assert ENGLISH.findall(words(page.main)) == []


@pytest.fixture
def log(db: None) -> list[LogEntry]:
    """Somebody moved a deadline, somebody got a role and a password, and a unit was taken off."""
    LogEntry.objects.all().delete()
    measure = Measure.objects.get(plan__slug="4")
    person = User.objects.get(username="5")
    section = measure.section
    moved = {
        "due_on": ["2021-12-31", "None"],
        "timeframe": ["BY_DATE", "ONGOING"],
        "section": [str(section.pk), "999999"],
        "id": ["None", "1"],
        "assignments": ["None", "tasks.Assignment.None"],
    }
    granted = {
        "groups": {"type": "m2m", "operation": "add", "objects": ["reporter"]},
        "password": ["geheim", "geheim"],
        "is_active": ["True", "False"],
        "last_login": ["None", "2022-01-12 02:00:00"],
    }
    actor = User.objects.get(username="6")
    return [
        LogEntry.objects.log_create(measure, changes=moved, action=LogEntry.Action.UPDATE, actor=actor),
        LogEntry.objects.log_create(person, changes=granted, action=LogEntry.Action.UPDATE),
        LogEntry.objects.log_create(measure, changes={"number": ["1", "None"]}, action=LogEntry.Action.DELETE),
    ]


def test_the_log_tells_who_changed_what(client: Client, log: list[LogEntry]) -> None:
    page = Page(client.get("/admin/auditlog/logentry/"))

    assert [row[1:] for row in page.rows()] == [
        ["系统", "删除", "任务", "第1项", "—"],
        ["系统", "修改", "用户", "5", "角色、有效、上次登录、密码"],
        ["6", "修改", "任务", "第1项", "完成时限、章节、时限类型"],
    ]


def test_an_entry_of_the_log_tells_before_and_after_in_words(client: Client, log: list[LogEntry]) -> None:
    told = [Page(client.get(f"/admin/auditlog/logentry/{entry.pk}/change/")).words for entry in log[:2]]

    assert "完成时限 ： 2021-12-31 → —" in told[0]
    assert "时限类型 ： 限期完成 → 持续推进" in told[0]
    assert "章节 ： 一、完善知识产权保护制度 → （已删除）" in told[0]
    assert "角色 ： — → 填报员" in told[1]
    assert "密码 ： *** → ***" in told[1]
    assert "有效 ： 是 → 否" in told[1]
    assert "上次登录 ： — → 2022-01-12 10:00" in told[1]


@pytest.mark.parametrize(
    ("query", "number"),
    [({}, 3), ({"action": "1"}, 2), ({"action": "9"}, 3), ({"kind": "departments.user"}, 1), ({"kind": "x"}, 3)],
)
def test_the_log_is_filtered_by_what_was_done(
    query: dict[str, str], number: int, client: Client, log: list[LogEntry]
) -> None:
    assert len(Page(client.get("/admin/auditlog/logentry/", query)).rows()) == number


def test_a_mistyped_password_is_not_shown(client: Client) -> None:
    attempt = AccessAttempt.objects.get()
    attempt.post_data = "password=geheim"
    attempt.save()

    page = Page(client.get(f"/admin/axes/accessattempt/{attempt.pk}/change/"))

    assert "geheim" not in page.response.content.decode()


def test_every_form_goes_back_untouched(client: Client) -> None:
    """What stands in the fields is what their forms understand: dates, numbers and choices included."""
    for model in (Plan, Measure, Department, User):
        for obj in model._base_manager.all():
            path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/{obj.pk}/change/"
            before: Any = model._base_manager.filter(pk=obj.pk).values().get()
            answer = client.post(path, filled(Page(client.get(path))))
            assert answer.status_code == 302, path
            assert model._base_manager.filter(pk=obj.pk).values().get() == before
