"""The way from the release before: what had been recorded is carried over and nothing is lost."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tasks.models import Export, ExportPiece, Plan

from .builders import at

BEFORE = [("departments", "0002_roles"), ("tasks", "0002_shared_cache")]

pytestmark = pytest.mark.django_db(transaction=True)


def migrate(targets: list[tuple[str, str]]) -> Any:
    """Takes the database to ``targets``; the models as they are there."""
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


@pytest.fixture
def before() -> Iterator[Any]:
    """The models of the release before; the database is brought back whatever happens."""
    latest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    try:
        yield migrate(BEFORE)
    finally:
        migrate(latest)


def test_a_database_of_the_release_before_comes_along_whole(before) -> None:
    Department = before.get_model("departments", "Department")
    Membership = before.get_model("departments", "Membership")
    User = before.get_model("departments", "User")
    Plan, Section = before.get_model("tasks", "Plan"), before.get_model("tasks", "Section")
    Measure, Assignment = before.get_model("tasks", "Measure"), before.get_model("tasks", "Assignment")
    Report, Review = before.get_model("tasks", "Report"), before.get_model("tasks", "Review")
    unit = Department.objects.create(name="区法院", kind="JUDICIAL")
    street = Department.objects.create(name="万新街道", kind="GOVERNMENT")
    collective = Department.objects.create(name="各街道办", kind="COLLECTIVE")
    Membership.objects.create(collective=collective, member=street)
    author = User.objects.create(username="author", department=unit)
    plan = Plan.objects.create(
        slug="old",
        number="1号",
        title="计划",
        issuer="区政府",
        issued_on=date(2021, 8, 26),
        starts_on=date(2020, 1, 1),
        ends_on=date(2021, 12, 31),
        office=unit,
    )
    section = Section.objects.create(plan=plan, number=1, title="章节")
    fields = {"plan": plan, "section": section, "wording": "任务。"}
    ongoing = Measure.objects.create(number=1, timeframe="ONGOING", **fields)
    dated = Measure.objects.create(number=2, timeframe="BY_DATE", due_on=date(2021, 12, 31), **fields)
    own = Assignment.objects.create(measure=ongoing, department=unit, role="JOINT", position=1)
    shared = Assignment.objects.create(measure=ongoing, department=collective, role="JOINT", position=2)
    other = Assignment.objects.create(measure=dated, department=collective, role="JOINT", position=1)

    def say(part: Any, department: Any, day: date, progress: str, **more: Any) -> Any:
        marks = {"recorded_on": day, "recorded_at": at(day), "token": uuid.uuid4()}
        words = {"assignment": part, "department": department, "author": author, "progress": progress}
        return Report.objects.create(**words | marks | more)

    say(own, unit, date(2021, 10, 8), "在宽限期内。")
    say(own, unit, date(2021, 10, 20), "第四季度。")
    say(shared, street, date(2021, 11, 1), "街道的进展。")
    closing = say(other, street, date(2021, 12, 1), "街道的办结。", asks_to_close=True)
    decided = {"reviewer": author, "decided_on": date(2021, 12, 2), "decided_at": at(date(2021, 12, 2))}
    Review.objects.create(report=closing, decision="ACCEPTED", **decided)
    waiting = say(shared, street, date(2021, 12, 3), "请求办结。", asks_to_close=True)
    Review.objects.create(report=waiting, decision="PENDING")

    after = migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())

    reports = after.get_model("tasks", "Report").objects.order_by("pk")
    told = reports.values_list("progress", "assignment__department__name", "reported_for", "is_late", "void_on")
    assert list(told) == [
        ("在宽限期内。", "区法院", date(2021, 7, 1), False, None),
        ("第四季度。", "区法院", date(2021, 10, 1), False, None),
        ("街道的进展。", "万新街道", date(2021, 10, 1), False, None),
        ("街道的办结。", "各街道办", date(2021, 12, 1), False, None),  # it closed the whole part, and still does
        ("请求办结。", "万新街道", date(2021, 10, 1), False, None),
    ]
    parts = after.get_model("tasks", "Assignment").objects.filter(collective_part__isnull=False).order_by("pk")
    assert list(parts.values_list("department__name", "measure__number", "role", "since", "until")) == [
        ("万新街道", 1, "JOINT", None, None),
        ("万新街道", 2, "JOINT", None, None),
    ]
    named = after.get_model("tasks", "Assignment").objects.filter(collective_part__isnull=True).order_by("pk")
    assert list(named.values_list("closing_asked_on", "closing_accepted_on")) == [
        (None, None),
        (None, None),
        (date(2021, 12, 1), date(2021, 12, 2)),
    ]
    periods = after.get_model("tasks", "Period").objects.order_by("starts_on")
    first = periods.first()
    assert (first.starts_on, first.ends_on, first.due_on) == (date(2021, 7, 1), date(2021, 9, 30), date(2021, 10, 9))
    assert list(after.get_model("tasks", "Review").objects.order_by("pk").values_list("decision", "report_id")) == [
        ("ACCEPTED", closing.pk),
        ("PENDING", waiting.pk),
    ]


def test_workbooks_half_made_and_the_shared_cache_do_not_come_along() -> None:
    latest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    try:
        apps = migrate(
            [("departments", "0004_invitations_and_roster_imports"), ("tasks", "0018_reviews_by_report_alone")]
        )
        unit = apps.get_model("departments", "Department").objects.create(name="区法院", kind="JUDICIAL")
        author = apps.get_model("departments", "User").objects.create(username="author", department=unit)
        days = {"issued_on": date(2021, 8, 26), "starts_on": date(2020, 1, 1), "ends_on": date(2021, 12, 31)}
        plan = apps.get_model("tasks", "Plan").objects.create(
            slug="old", number="1号", title="计划", office=unit, **days
        )
        begun = {"as_of": date(2021, 12, 31), "begun_at": at(date(2021, 12, 31)), "language": "zh-hans", "total": 2}
        export = apps.get_model("tasks", "Export").objects.create(
            plan=plan, author=author, keys=[1, 2], done=1, **begun
        )
        apps.get_model("tasks", "ExportPiece").objects.create(export=export, sheet=0, done=1, content=b"1")
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE plan_tracker_cache (cache_key varchar(255))")
    finally:
        migrate(latest)

    assert (Export.objects.count(), ExportPiece.objects.count(), Plan.objects.count()) == (0, 0, 1)
    assert "plan_tracker_cache" not in connection.introspection.table_names()
