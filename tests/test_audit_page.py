"""Who has changed what: seen and exported by administrators, changed by nobody."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.admin import site
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from departments.models import Department, User
from tasks import permissions
from tasks.actions import receipt as receipt_actions
from tasks.actions import review as review_actions
from tasks.choices import AmendmentKind
from tasks.models import Report, Review, SourceNote

from .builders import (
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_plan,
    a_report,
    a_reporter,
    a_rule,
    a_supervisor,
    an_administrator,
    an_amendment,
    an_extension,
    at,
)
from .pages import Page, address, every, it_is, send, signed_in, visit, words

TODAY = date(2022, 1, 12)
NOW = at(TODAY, 9)
AUDIT, EXPORT = "/audit/", "/audit/export.xlsx"


@pytest.fixture(autouse=True)
def _today(monkeypatch) -> None:
    it_is(monkeypatch, TODAY, 15)


@pytest.fixture
def administrator(db) -> Client:
    return signed_in(an_administrator(username="admin", last_name="沈", first_name="宁"))


@pytest.fixture
def entry(administrator) -> Any:
    """Writes an entry of the log: what was changed in a unit, by whom, when."""
    LogEntry.objects.all().delete()

    def written(
        unit: Department | None = None,
        when: datetime = NOW,
        by: User | None = None,
        action: int = LogEntry.Action.UPDATE,
        **changes: list[str],
    ) -> LogEntry:
        unit = unit or a_department("区法院")
        LogEntry.objects.filter(timestamp__gt=at(date(2025, 1, 1))).delete()
        made = LogEntry.objects.create(
            content_type=ContentType.objects.get_for_model(type(unit)),
            object_pk=str(unit.pk),
            object_id=unit.pk,
            object_repr=str(unit),
            action=action,
            actor=by,
            changes=changes or {"name": ["东丽法院", "区法院"]},
            remote_addr="10.0.0.7",
        )
        LogEntry.objects.filter(pk=made.pk).update(timestamp=when)
        return made

    return written


def exported(client: Client, **query: Any) -> list[tuple[Any, ...]]:
    """The rows of the workbook under its header."""
    response = client.get(address(EXPORT, **query))
    assert response.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    return [row for row in list(sheet.values)[4:] if any(cell is not None for cell in row)]


# --- what it shows -----------------------------------------------------------------------------------------


def test_every_entry_says_when_who_what_and_before_and_after(administrator, entry) -> None:
    office = a_supervisor(last_name="孟", first_name="凡")
    entry(when=at(date(2022, 1, 11), 9, 5), by=office, is_active=["True", "False"])
    entry()

    page = visit(administrator, AUDIT)

    assert page.count == 2
    assert page.rows() == [
        ["2022-01-12 09:00:00", "系统 10.0.0.7", "修改", "责任单位", "区法院", "名称： 东丽法院 → 区法院"],
        ["2022-01-11 09:05:00", "孟凡 10.0.0.7", "修改", "责任单位", "区法院", "在用： 是 → 否"],
    ]


def test_the_key_by_which_files_know_a_row_is_told_where_it_changes_and_not_where_it_begins(administrator) -> None:
    plan = a_plan()
    LogEntry.objects.all().delete()
    note = SourceNote.objects.create(plan=plan, key="m13-two-units", oddity="缺顿号。", reading="读作两个单位。")
    note.key = "m13-units"
    note.save()
    LogEntry.objects.update(timestamp=NOW)

    assert [row[-1] for row in visit(administrator, AUDIT).rows()] == [
        "标识： m13-two-units → m13-units",
        f"原文情况： — → 缺顿号。 推进计划： — → {plan} 采用读法： — → 读作两个单位。",
    ]


def test_a_change_made_in_the_panel_comes_to_be_seen(administrator, entry, monkeypatch) -> None:
    unit = a_department("区法院")
    LogEntry.objects.all().delete()
    unit.name = "东丽区人民法院"
    unit.save()
    LogEntry.objects.update(timestamp=at(TODAY))

    assert visit(administrator, AUDIT).column(5) == ["名称： 区法院 → 东丽区人民法院"]


def test_a_past_day_shows_what_had_been_recorded_by_then(administrator, entry) -> None:
    entry(when=at(date(2022, 1, 10), 23, 59))
    entry(when=at(date(2022, 1, 11), 0))

    assert visit(administrator, AUDIT, as_of="2022-01-10").column(0) == ["2022-01-10 23:59:00"]
    assert [row[0] for row in exported(administrator, as_of="2022-01-10")] == ["2022-01-10 23:59:00"]


@pytest.fixture
def mixed(entry) -> dict[str, Any]:
    """Three entries: a unit renamed by the office, a person made by nobody, a unit deleted by the office."""
    office = a_supervisor(username="office", last_name="孟", first_name="凡")
    entry(when=at(date(2022, 1, 3)), by=office)
    entry(office, when=at(date(2022, 1, 4)), action=LogEntry.Action.CREATE, username=["None", "office"])
    entry(
        a_department("区金融局"),
        when=at(date(2022, 1, 5)),
        by=office,
        action=LogEntry.Action.DELETE,
        name=["区金融局", "None"],
    )
    return {"office": office.pk}


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ({}, [5, 4, 3]),
        ({"person": "office"}, [5, 3]),
        ({"kind": "departments.user"}, [4]),
        ({"kind": "departments.department", "action": LogEntry.Action.DELETE}, [5]),
        ({"action": LogEntry.Action.CREATE}, [4]),
        ({"first": "2022-01-04"}, [5, 4]),
        ({"last": "2022-01-04"}, [4, 3]),
        ({"first": "2022-01-04", "last": "2022-01-04"}, [4]),
        ({"q": "区法院"}, [3]),
        ({"q": "东丽法"}, [3]),
        ({"q": "东丽 金融"}, []),
        ({"q": "100%_\\"}, []),
        ({"q": "区", "person": "office", "last": "2022-01-03"}, [3]),
    ],
)
def test_the_page_and_the_workbook_hold_the_same_rows_under_any_condition(administrator, mixed, query, days) -> None:
    if "person" in query:
        query = query | {"person": mixed["office"]}

    page = visit(administrator, AUDIT, **query)

    expected = [f"2022-01-{day:02} 10:00:00" for day in days]
    assert page.column(0) == expected
    assert [row[0] for row in exported(administrator, **query) if days] == expected


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"person": "0"}, "操作人：没有这一项，请从列表中选择。"),
        ({"kind": "x"}, "类别：没有这一项，请从列表中选择。"),
        ({"action": "9"}, "操作：没有这一项，请从列表中选择。"),
        ({"first": "2022-02-30"}, "从：日期应写作2021-12-31的形式，并且确有这一天。"),
        ({"first": "2022-01-05", "last": "2022-01-04"}, "至：截止日期不能早于开始日期。"),
        ({"q": "字" * 101}, "搜索："),
        ({"q": "a\0b"}, "搜索："),
    ],
)
def test_a_condition_that_makes_no_sense_is_said_and_exports_nothing(administrator, mixed, query, said) -> None:
    page = visit(administrator, AUDIT, **query)
    refused = visit(administrator, EXPORT, status=400, **query)

    assert (said in page.alerts[0], page.rows()) == (True, [])
    assert said in refused.alerts[0]


def test_a_long_audit_has_pages(administrator, entry) -> None:
    for _ in range(51):
        entry()

    assert [len(visit(administrator, AUDIT, page=number).rows()) for number in (1, 2)] == [50, 1]
    assert len(exported(administrator)) == 51


# --- the workbook --------------------------------------------------------------------------------------------


def test_the_workbook_is_safe_and_says_what_it_holds(administrator, entry) -> None:
    entry(a_department('=HYPERLINK("x")'), by=a_supervisor(last_name="+孟", first_name="凡"), name=["@a\x07", "-1+2"])

    response = administrator.get(address(EXPORT, q="hyper"))

    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    row = sheet[5]
    assert [cell.value for cell in row][:2] == ["2022-01-12 09:00:00", "+孟凡"]
    assert [row[5].value, row[6].value] == ['=HYPERLINK("x")', "名称：@a\ufffd → -1+2"]
    assert {cell.data_type for cell in row if cell.value is not None} == {"s"}
    assert (row[1].quotePrefix, row[5].quotePrefix) == (True, True)
    assert "记录1条" in sheet["A3"].value
    assert "导出条件：搜索：hyper" in sheet["A3"].value
    assert "attachment" in response["Content-Disposition"]


def test_an_empty_workbook_says_so(administrator, entry) -> None:
    assert exported(administrator, q="没有") == [("没有符合条件的记录。", *[None] * 7)]


def test_too_many_rows_are_asked_for_in_pieces(administrator, mixed, monkeypatch) -> None:
    monkeypatch.setattr("tasks.views.audit.MOST_ROWS", 2)

    page = visit(administrator, EXPORT, status=400)

    assert page.alerts == ["符合条件的记录有3条，一次最多导出2条，请缩小时间范围后分次导出。"]


# --- who may, and that nobody changes it -----------------------------------------------------------------------


def test_the_audit_is_for_administrators_and_only_they_find_the_way(db) -> None:
    people = {
        "reporter": a_reporter(a_department()),
        "supervisor": a_supervisor(),
        "leader": a_leader(),
        "administrator": an_administrator(),
    }

    found = {}
    for name, person in people.items():
        client = signed_in(person)
        way = AUDIT in Page(client.get("/plans/")).addresses
        found[name] = (client.get(AUDIT).status_code, client.get(EXPORT).status_code, way)

    assert found == dict.fromkeys(("reporter", "supervisor", "leader"), (403, 403, False)) | {
        "administrator": (200, 200, True)
    }


@pytest.mark.parametrize("place", [AUDIT, EXPORT])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_sent_to_the_audit(administrator, entry, place, method) -> None:
    entry()

    assert getattr(administrator, method)(place).status_code == 405
    assert LogEntry.objects.count() == 1


def records() -> dict[str, Model]:
    """One row of every kind of record that has a room in the panel."""
    part = a_part()
    report = a_report(part, date(2022, 1, 3))
    review = review_actions.accept(by=an_administrator(), report=report, now=at(TODAY))
    (receipt,) = receipt_actions.sign(by=report.author, assignments=[part], now=at(TODAY))
    who = {"username": "somebody", "ip_address": "10.0.0.1", "user_agent": "x", "path_info": "/"}
    return {
        "report": report,
        "review": review,
        "extension": an_extension(a_part(a_measure(due_on=date(2022, 2, 1))).measure, date(2022, 3, 1), TODAY),
        "amendment": an_amendment(a_measure(), AmendmentKind.TERMINATION, TODAY),
        "rule": a_rule(part.measure.plan, TODAY),
        "receipt": receipt,
        "logentry": LogEntry.objects.first(),
        "accessattempt": AccessAttempt.objects.create(**who, failures_since_start=1),
        "accesslog": AccessLog.objects.create(**who),
        "accessfailurelog": AccessFailureLog.objects.create(**who),
    }


def test_no_record_can_be_added_changed_or_deleted_in_the_panel_not_even_by_an_administrator(administrator) -> None:
    rows = records()
    before = {name: type(row)._base_manager.values().get(pk=row.pk) for name, row in rows.items()}
    rooms = {model._meta.model_name: model for model in site._registry if model._meta.model_name in permissions.RECORDS}

    answers = {}
    for name, model in rooms.items():
        label = f"admin:{model._meta.app_label}_{name}"
        doors = {"change": [rows[name].pk], "delete": [rows[name].pk]} | ({} if name == "report" else {"add": []})
        for door, args in doors.items():
            answers[name, door] = administrator.post(reverse(f"{label}_{door}", args=args), {"post": "yes"}).status_code

    assert set(answers.values()) == {403}
    assert {"report", "review", "logentry", "accesslog"} <= set(rooms)
    assert {name: type(row)._base_manager.values().get(pk=row.pk) for name, row in rows.items()} == before


def test_records_without_a_room_have_no_door_at_all(db) -> None:
    rooms = {model._meta.model_name for model in site._registry}

    for name in permissions.RECORDS - rooms:
        with pytest.raises(NoReverseMatch):
            reverse(f"admin:tasks_{name}_changelist")


def test_a_bulk_deletion_is_not_offered_and_not_done(administrator) -> None:
    rows = records()

    for name, model in (("report", Report), ("review", Review), ("logentry", LogEntry)):
        place = reverse(f"admin:{model._meta.app_label}_{name}_changelist")
        administrator.post(place, {"action": "delete_selected", "_selected_action": [rows[name].pk], "post": "yes"})

    assert (Report.objects.count(), Review.objects.count()) == (1, 1)
    assert LogEntry.objects.filter(pk=rows["logentry"].pk).exists()


def test_whatever_may_be_changed_in_the_panel_leaves_a_trace(db) -> None:
    administrator = an_administrator()
    edited = set()
    for model, room in site._registry.items():
        inlines = [inline.model for inline in room.inlines]
        edited |= {
            each for each in (model, *inlines) if permissions.may_change_in_panel(administrator, each._meta.model_name)
        }

    assert {model._meta.label for model in edited if not auditlog.contains(model)} == set()
    assert {"tasks.Measure", "departments.User", "departments.Department"} <= {each._meta.label for each in edited}


# --- what it costs ---------------------------------------------------------------------------------------------


def test_the_audit_costs_the_same_with_one_row_and_with_three(administrator, entry) -> None:
    found = {}
    for rows in (1, 3):
        while LogEntry.objects.count() < rows:
            entry(a_department(f"第{LogEntry.objects.count()}局"), by=an_administrator())
        with CaptureQueriesContext(connection) as captured:
            assert len(visit(administrator, AUDIT).rows()) == rows
        with CaptureQueriesContext(connection) as written:
            assert len(exported(administrator)) == rows
        found[rows] = (len(captured), len(written))

    # session, person, roles; the page: number of entries, people to choose from, entries, newest plan; the workbook:
    # number of entries, entries
    assert found == dict.fromkeys((1, 3), (7, 5))


def test_what_people_wrote_is_shown_as_text(administrator, entry) -> None:
    entry(name=["<b>东丽</b>", "<script>x</script>"])

    page = visit(administrator, AUDIT)

    assert words(every(page.main, "ul", "changes")[0]) == "名称： <b>东丽</b> → <script>x</script>"
    assert send(administrator, AUDIT, status=405).status == 405
