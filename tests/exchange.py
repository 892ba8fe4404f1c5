"""What tests of the exchange have in common: a plan's file written, changed and brought in."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings as the_settings
from django.db import connection, transaction
from django.test import override_settings

from departments.models import Alias, Department, Membership, User
from tasks.actions import amendment as amendment_actions
from tasks.actions import indicator as indicators
from tasks.actions import milestone as milestones
from tasks.actions import period as periods
from tasks.actions import receipt as receipts
from tasks.actions.plan_archive import bring_in
from tasks.choices import AmendmentKind, AssignmentRole
from tasks.exchange.archive import FOLDER, SUMS, write_json, write_zip
from tasks.exchange.faults import Refused
from tasks.exchange.findings import Findings
from tasks.exchange.reading import FILE
from tasks.exchange.tables import TABLES
from tasks.models import (
    Draft,
    Evidence,
    Plan,
    PlanArchive,
    PlanDocument,
    Snapshot,
    SourceNote,
    Upload,
    UploadedFile,
    UploadedRow,
)
from tasks.snapshot import canonical

from .builders import (
    a_closing,
    a_collective,
    a_department,
    a_measure,
    a_milestone,
    a_part,
    a_plan,
    a_plan_document,
    a_report,
    a_reporter,
    a_return,
    a_rule,
    a_snapshot,
    a_supervisor,
    an_amendment,
    an_extension,
    an_indicator,
    at,
    own_part,
)
from .conftest import IN_MEMORY
from .files import in_report, sent

Change = Callable[[dict[str, Any]], object]


SLUG = "moving-2021"
BROUGHT_ON = date(2022, 1, 12)
SEPTEMBER, OCTOBER, DECEMBER = date(2021, 9, 20), date(2021, 10, 20), date(2021, 12, 20)


def a_whole_plan() -> Plan:
    """A small plan with something of every kind that a file holds."""
    office, police, street = a_department("区市场监管局"), a_department("公安东丽分局"), a_department("万新街道")
    Alias.objects.create(department=police, name="东丽公安")
    plan = a_plan(slug=SLUG, office=office)
    supervisor = a_supervisor(username="duban", last_name="督", first_name="办员")
    dated, ongoing = a_measure(plan), a_measure(plan, due_on=None)
    SourceNote.objects.create(plan=plan, measure=dated, key="comma", oddity="句末为逗号。", reading="按句号读。")
    sole, lead = a_part(dated, police), a_part(ongoing, office, AssignmentRole.JOINT)
    a_reporter(police, username="minjing", last_name="民", first_name="警")
    shared = a_part(ongoing, a_collective("各街道办", street), AssignmentRole.JOINT)
    receipts.sign(by=police.people.get(), assignments=[sole], now=at(SEPTEMBER))
    first = a_report(own_part(shared, street), SEPTEMBER)
    summary = a_report(lead, SEPTEMBER, summary="街道已报。", by=a_reporter(office))
    summary.sources.set([first])
    in_report(sole, "总结.pdf", "照片.pdf")
    a_return(sole, OCTOBER)
    step, counted = a_milestone(dated), an_indicator(a_part(a_measure(plan), police).measure, name="托管企业")
    person = police.people.order_by("pk").first()
    milestones.mark_done(
        by=person, milestone=step, done_on=DECEMBER, note="已办。", files=[sent("签到.pdf")], now=at(DECEMBER)
    )
    indicators.record(by=person, indicator=counted, reached_on=OCTOBER, value=120, now=at(OCTOBER))
    an_extension(dated, date(2022, 3, 31), granted_on=DECEMBER)
    an_amendment(ongoing, AmendmentKind.WORDING, by=supervisor, wording="建立并落实制度。")
    planned = an_amendment(dated, AmendmentKind.TERMINATION, by=supervisor, in_force_on=date(2022, 3, 1))
    amendment_actions.withdraw(by=supervisor, amendment=planned, reason="继续实施。", now=at(date(2021, 12, 27)))
    an_amendment(ongoing, AmendmentKind.TERMINATION, date(2021, 12, 28), by=supervisor)
    a_rule(plan, date(2021, 12, 1), by=supervisor)
    a_closing(sole, date(2022, 1, 5), date(2022, 1, 8))
    periods.lock(by=supervisor, periods=[plan.periods.get(starts_on=date(2021, 7, 1))], now=at(date(2022, 1, 9)))
    a_snapshot(plan, DECEMBER, name="第一次会议")
    a_snapshot(plan, date(2022, 1, 10), name="第二次会议")
    _an_upload(plan, summary)
    PlanDocument.objects.filter(pk=a_plan_document("一、保护\n1.甲项。（公安东丽分局负责；长期）").pk).update(
        plan=plan, confirmed_by=supervisor, confirmed_at=at(SEPTEMBER)
    )
    return plan


def _an_upload(plan: Plan, report: Any) -> None:
    """A workbook of which one row became a report and another did not; and one that nobody has confirmed."""
    author, moment = report.author, at(SEPTEMBER)
    Upload.objects.create(plan=plan, author=author, uploaded_at=moment)
    upload = Upload.objects.create(
        plan=plan, author=author, uploaded_at=moment, confirmed_by=author, confirmed_at=moment
    )
    file = UploadedFile.objects.create(upload=upload, position=1, name="填报表.xlsx", size=9000, sha256="a" * 64)
    row = {"upload": upload, "file": file, "sheet": "填报表", "typed": {"progress": "已办。", "percent": 30}}
    UploadedRow.objects.create(**row, line=5, assignment=report.assignment, report=report, places={"progress": "G5"})
    UploadedRow.objects.create(**row, line=6, fault="本行的责任分工已不存在，请重新导出后填写。")


@dataclass(frozen=True)
class Moved:
    """What ``a_whole_plan`` was written as, in a database that has none of it any more."""

    file: bytes
    archive: bytes


@pytest.fixture(scope="module")
def moved(django_db_setup, django_db_blocker) -> Moved:
    """Written once for all tests of a module."""
    with (
        django_db_blocker.unblock(),
        override_settings(STORAGES=the_settings.STORAGES | IN_MEMORY),
        transaction.atomic(),
    ):
        plan = a_whole_plan()
        found = Moved(as_json(plan), as_zip(plan))
        transaction.set_rollback(True)
    return found


def as_json(plan: Plan) -> bytes:
    target = BytesIO()
    write_json(plan, target)
    return target.getvalue()


def as_zip(plan: Plan) -> bytes:
    target = BytesIO()
    write_zip(plan, target)
    return target.getvalue()


def changed(data: bytes, change: Change) -> bytes:
    """A plan's file in which something is different."""
    content = json.loads(data)
    change(content)
    return canonical(content).encode()


def parts_of(data: bytes) -> dict[str, bytes]:
    """What is in an archive."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {member.filename: archive.read(member) for member in archive.infolist()}


def packed(parts: dict[str, bytes], *, is_summed: bool = True, **entry: Any) -> bytes:
    """An archive of ``parts``, with sums that are right."""
    target = BytesIO()
    sums = [f"{sha256(data).hexdigest()}  {name}\n" for name, data in sorted(parts.items()) if name != SUMS]
    whole = parts | ({SUMS: "".join(sums).encode()} if is_summed else {})
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in whole.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return target.getvalue()


def bring(data: bytes, name: str = "") -> tuple[Plan, Findings]:
    ending = "zip" if data.startswith(b"PK") else "json"
    return bring_in(name=name or f"plan.{ending}", stream=BytesIO(data), now=at(BROUGHT_ON))


def refusal(data: bytes, name: str = "") -> list[str]:
    """The sentences by which a file is refused; nothing of it is left."""
    before = rows()
    try:
        bring(data, name)
    except Refused as refused:
        assert rows() == before
        return refused.faults
    raise AssertionError("it was taken")


def rows() -> dict[str, int]:
    """How many rows there are of everything that a file brings."""
    models = [*(table.model for table in TABLES), PlanArchive]
    return {model._meta.label: model._default_manager.count() for model in models}


def empty() -> None:
    """Takes away all plans, units and people, as if the instance were new. Snapshots are deleted behind their door."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {Snapshot._meta.db_table}")  # noqa: S608
    Evidence.objects.all().delete()
    Draft.objects.all().delete()
    for table in reversed(TABLES):
        if table.name in ("snapshots", "evidence"):
            continue
        if table.name == "reports":
            table.model.sources.through._default_manager.all().delete()  # type: ignore[attr-defined]
        table.model._default_manager.all().delete()
    for model in (Alias, Membership, User, Department):
        model._default_manager.all().delete()


__all__ = ["FILE", "FOLDER", "SUMS"]
