"""Who gets into the panel, into which rooms, and what for."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from auditlog.models import LogEntry
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from departments.models import Department, Role, User
from tasks.admin.site import ROOMS, Panel
from tasks.choices import AmendmentKind
from tasks.models import Amendment, Assignment, Measure, Plan, Report, Review, Rule, Section, SourceNote

from .builders import (
    a_closing,
    a_department,
    a_measure,
    a_part,
    a_person,
    a_plan_being_entered,
    a_reporter,
    a_rule,
    an_administrator,
    an_amendment,
)
from .pages import Page, signed_in
from .panel import filled, save

WORKING = {Plan, Section, Measure, SourceNote}
KEPT_BY_OTHERS = {LogEntry, AccessAttempt, AccessLog, AccessFailureLog}
EXPORTED = {Measure, Assignment, Report, Department, User}
IMPORTED = {Department, User}
# What each role may do in the panel, model by model; nobody else may do anything.
MAY: dict[str, dict[str, set[type[Model]]]] = {
    "supervisor": {
        "view": WORKING | {Assignment, Report, Review, Amendment, Rule, Department},
        "add": WORKING,
        "change": WORKING,
        "delete": set(),
        "export": EXPORTED - {User},
        "import": set(),
    },
    "administrator": {
        "view": set(ROOMS),
        "add": WORKING | {Department, User},
        "change": WORKING | {Department, User},
        "delete": WORKING | {Department, User},
        "export": EXPORTED,
        "import": IMPORTED,
    },
}
MAY |= {role: deeds | {"history": deeds["view"]} for role, deeds in MAY.items()}
NOTHING: dict[str, set[type[Model]]] = {deed: set() for deed in MAY["supervisor"]}


@pytest.fixture
def one_of_each(db: None) -> dict[type[Model], Any]:
    """A row in every room, and in each of them something that could leak."""
    plan = a_plan_being_entered()
    measure = a_measure(plan)
    part = a_part(measure)
    report = a_closing(part, date(2021, 10, 1))
    sign_in = {"username": "泄露", "ip_address": "10.0.0.9", "user_agent": "泄露", "path_info": "/", "http_accept": ""}
    return {
        Plan: plan,
        Section: measure.section,
        Measure: measure,
        Assignment: part,
        Report: report,
        Review: report.review,
        Amendment: an_amendment(a_measure(plan), AmendmentKind.TERMINATION),
        Rule: a_rule(plan, date(2021, 12, 1)),
        SourceNote: SourceNote.objects.create(plan=plan, measure=measure, key="k", oddity="原文", reading="读法"),
        Department: part.department,
        User: a_reporter(part.department, last_name="泄露"),
        LogEntry: LogEntry.objects.log_create(measure, changes={"wording": ["泄露", "泄露"]}, action=1),
        AccessAttempt: AccessAttempt.objects.create(**sign_in, failures_since_start=1),
        AccessLog: AccessLog.objects.create(**sign_in),
        AccessFailureLog: AccessFailureLog.objects.create(**sign_in),
    }


def room(model: type[Model], tail: str = "") -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/{tail}"


def somebody(role: str) -> User:
    return a_person(*([Role(role)] if role in Role.values else []), department=a_department("区科技局"))


ROLES = ("nobody", "reporter", "leader", "supervisor", "administrator")


@pytest.mark.parametrize("role", ROLES)
def test_a_role_sees_what_permissions_say(role: str, one_of_each: dict[Any, Any]) -> None:
    client, may = signed_in(somebody(role)), MAY.get(role, NOTHING)

    for model, obj in one_of_each.items():
        for tail, deed in PAGES.items():
            answer = client.get(room(model, tail.format(obj.pk)))

            assert answer.status_code in expected(role, model, deed, model in may[deed]), (model, tail)
            assert answer.status_code == 200 or "泄露" not in answer.content.decode()


PAGES = {
    "": "view",
    "add/": "add",
    "{}/change/": "view",
    "{}/delete/": "delete",
    "{}/history/": "history",
    "export/": "export",
    "import/": "import",
}


def expected(role: str, model: type[Model], deed: str, may: bool) -> set[int]:
    if deed == "history":
        return {404} if model in KEPT_BY_OTHERS and may else {200} if may else {403}
    if role == "administrator" and (model, deed) in {(Report, "add"), (Assignment, "delete")}:
        return {302}  # to the list from which a part is chosen; to the measure, where it is seen who stays
    if (deed, model) in {("export", model) for model in set(ROOMS) - EXPORTED}:
        return {302, 403}  # no such page: the panel takes the word for the key of a row
    if (deed, model) in {("import", model) for model in set(ROOMS) - IMPORTED}:
        return {302, 403}
    return {200} if may else {403}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_writes_what_permissions_say(role: str, one_of_each: dict[Any, Any]) -> None:
    client, may = signed_in(somebody(role)), MAY.get(role, NOTHING)

    for model, obj in one_of_each.items():
        before = model._base_manager.filter(pk=obj.pk).values().get()
        changed = client.post(room(model, f"{obj.pk}/change/"), {"progress": "改写", "wording": "改写"})
        deleted = client.post(room(model, f"{obj.pk}/delete/"), {"post": "yes"})

        assert (changed.status_code == 403) == (model not in may["change"]), model
        if (model, role) != (Assignment, "administrator"):  # sent on to the page of the measure
            assert (deleted.status_code == 403) == (model not in may["delete"]), model
        if model not in may["delete"]:
            assert model._base_manager.filter(pk=obj.pk).values().get() == before
        if model in IMPORTED:
            confirmed = client.post(room(model, "process_import/"), {})
            assert (confirmed.status_code == 403) == (model not in may["import"]), model


def test_the_index_shows_the_rooms_in_the_order_of_the_work(one_of_each: dict[Any, Any]) -> None:
    supervisor = Page(signed_in(somebody("supervisor")).get("/admin/"))
    administrator = Page(signed_in(an_administrator()).get("/admin/"))

    own = [
        "推进计划",
        "章节",
        "任务",
        "责任分工",
        "进展填报",
        "审核",
        "延期申请",
        "计划调整",
        "时效规则",
        "原文疑点",
        "责任单位",
    ]
    assert rooms_on(supervisor) == own
    assert rooms_on(administrator) == [*own, "用户", "修改记录", "登录失败计数", "登录记录", "登录失败记录"]


def rooms_on(page: Page) -> list[str]:
    names = {str(model._meta.verbose_name_plural) for model in ROOMS}
    return [name for name in page.links(page.main) if name in names]


def test_somebody_signed_out_comes_to_the_projects_own_sign_in(client: Client, db: None) -> None:
    answer = client.get("/admin/tasks/measure/", {"q": "3"}, follow=True)

    assert answer.redirect_chain[-1] == (f"{reverse('login')}?next=/admin/tasks/measure/%3Fq%3D3", 302)
    assert answer.status_code == 200


def test_the_panels_own_sign_in_leads_on_for_whoever_may_enter(db: None) -> None:
    answer = signed_in(an_administrator()).get("/admin/login/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/no-such-room/", "/admin/jsi18n/"])
@pytest.mark.parametrize("role", ["nobody", "reporter", "leader"])
def test_somebody_without_business_in_the_panel_is_told_so(role: str, path: str, db: None) -> None:
    client = signed_in(somebody(role))

    assert [client.get(path).status_code, client.post(path).status_code] == [403, 403]


def test_somebody_switched_off_is_nobody(db: None) -> None:
    person = an_administrator()
    client = signed_in(person)
    User.objects.filter(pk=person.pk).update(is_active=False)

    assert client.get("/admin/").status_code == 302


def test_being_called_staff_opens_nothing(db: None) -> None:
    assert signed_in(a_person(Role.LEADER, is_staff=True)).get("/admin/").status_code == 403


def test_passwords_and_signing_out_are_the_projects_own(db: None) -> None:
    client = signed_in(an_administrator())

    assert client.get("/admin/password_change/").headers["Location"] == reverse("password_change")
    assert client.post("/admin/logout/", follow=True).redirect_chain[0] == (reverse("logout"), 307)
    assert "_auth_user_id" not in client.session


def test_rooms_of_other_apps_stay_out() -> None:
    panel = Panel("another")

    panel.register(Group, admin.ModelAdmin)
    panel.register(Group)

    assert set(panel._registry) == set(ROOMS)
    assert set(admin.site._registry) == set(ROOMS)


def test_no_room_has_a_bulk_action_or_doors_by_content_type(one_of_each: dict[Any, Any]) -> None:
    client = signed_in(an_administrator())

    for model, obj in one_of_each.items():
        client.post(
            room(model),
            {"action": "delete_selected", "_selected_action": [obj.pk], "post": "yes", "index": "0"},
        )
        assert model._base_manager.filter(pk=obj.pk).exists(), model
    assert client.get("/admin/r/1/1/").status_code == 404
    assert (
        client.get("/admin/autocomplete/?app_label=tasks&model_name=report&field_name=author&term=").status_code == 404
    )


def test_a_record_is_not_made_anew_by_way_of_saving_it_as_another(one_of_each: dict[Any, Any]) -> None:
    client, report = signed_in(an_administrator()), one_of_each[Report]
    data = {
        "assignment": report.assignment_id,
        "department": report.department_id,
        "author": report.author_id,
        "recorded_on": "2021-01-01",
        "recorded_at_0": "2021-01-01",
        "recorded_at_1": "10:00",
        "progress": "伪造",
        "_saveasnew": "1",
    }

    answer = client.post(room(Report, f"{report.pk}/change/"), data)

    assert answer.status_code == 403
    assert [found.progress for found in Report.objects.all()] == [report.progress]


@pytest.mark.parametrize("model", [Plan, Section, Measure, SourceNote, Department, User])
def test_an_untouched_form_saves_and_changes_nothing(model: type[Model], one_of_each: dict[Any, Any]) -> None:
    client, obj = signed_in(an_administrator()), one_of_each[model]
    before = model._base_manager.filter(pk=obj.pk).values().get()

    page = save(client, room(model, f"{obj.pk}/change/"))

    assert page.status == 302
    assert model._base_manager.filter(pk=obj.pk).values().get() == before


@pytest.mark.parametrize(
    ("model", "field", "first", "second"),
    [
        (Plan, "title", "甲改的标题", "乙改的标题"),
        (Section, "title", "甲改的标题", "乙改的标题"),
        (Measure, "timeframe_text", "甲改的时限", "乙改的时限"),
        (SourceNote, "reading", "甲改的读法", "乙改的读法"),
        (Department, "name", "甲改的名称", "乙改的名称"),
        (User, "phone", "13800000001", "13800000002"),
    ],
)
def test_the_second_of_two_who_change_the_same_thing_is_told(
    model: Any, field: str, first: str, second: str, one_of_each: dict[Any, Any]
) -> None:
    path = room(model, f"{one_of_each[model].pk}/change/")
    one, other = signed_in(an_administrator()), signed_in(an_administrator())
    theirs = filled(Page(other.get(path)))
    save(one, path, **{field: first})

    refused = Page(other.post(path, theirs | {field: second}))
    kept = getattr(model.objects.get(pk=one_of_each[model].pk), field)
    again = other.post(path, filled(refused))

    assert refused.status == 200
    assert "您打开本页之后，他人已作修改。您填写的内容仍在下面，核对后请再次保存。" in refused.words
    assert f"现为：{first}" in refused.words
    assert filled(refused)[field] == second
    assert kept == first
    assert again.status_code == 302
    assert getattr(model.objects.get(pk=one_of_each[model].pk), field) == second
