"""What has changed between a workbook's preview, its confirmation and its undoing."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest
from django.db import connection

from tasks.actions import report as report_actions
from tasks.actions import upload as actions
from tasks.choices import AmendmentKind, AssignmentRole
from tasks.models import Report, Upload
from tasks.returned import fingerprint, lines_of

from .builders import (
    a_department,
    a_measure,
    a_part,
    a_plan,
    a_reporter,
    an_administrator,
    an_amendment,
    at,
)
from .workbooks import TODAY, a_fill_in, brought, filled_in, typing

pytestmark = pytest.mark.django_db
GONE = "责任单位、成员或您的所属单位已有变动，您不能再填报或撤回这一行，请重新导出后办理。"


def an_upload(**fields: Any) -> tuple[Upload, list[Any]]:
    """One unit's workbook with words on both its parts, brought in by an administrator."""
    plan, unit = a_plan(), a_department("区商务局")
    parts = [a_part(a_measure(plan, number=number, **fields), unit) for number in (1, 2)]
    book = filled_in(a_fill_in(plan, unit), typing("进展情况", "第一项。"), typing("进展情况", "第二项。", line=6))
    return brought(an_administrator(), plan, book), parts


def confirm(upload: Upload) -> int:
    by = an_administrator()
    return actions.confirm(by=by, upload=upload, seen=fingerprint(lines_of(upload, TODAY)), now=at(TODAY, 12))


def test_a_unit_that_has_left_is_named_and_nothing_is_written() -> None:
    upload, parts = an_upload()
    seen = fingerprint(lines_of(upload, TODAY))
    an_amendment(
        parts[1].measure,
        AmendmentKind.UNITS,
        TODAY,
        roles={a_department("丙局"): AssignmentRole.SOLE},
        in_force_on=TODAY,
    )

    with pytest.raises(actions.NotTaken) as refusal:
        actions.confirm(by=an_administrator(), upload=upload, seen=seen, now=at(TODAY, 12))

    told = [why for _row, why in refusal.value.faults]
    assert told == [GONE] or isinstance(refusal.value, actions.MovedOn)
    assert not Report.objects.exists()


def test_what_a_unit_has_withdrawn_itself_holds_up_no_undoing() -> None:
    upload, parts = an_upload()
    assert confirm(upload) == 2
    report = parts[0].reports.get()
    report_actions.withdraw(by=an_administrator(), report=report, now=at(TODAY, 13))

    assert actions.undo(by=an_administrator(), upload=upload, now=at(TODAY, 14)) == 1

    assert [each.void_on for each in Report.objects.order_by("pk")] == [TODAY, TODAY]


def test_rows_are_kept_in_the_order_in_which_parts_are_taken_and_shown_in_that_of_the_sheet() -> None:
    plan, unit = a_plan(), a_department("区商务局")
    later = a_measure(plan, number=2)
    parts = [a_part(later, unit), a_part(a_measure(plan, number=1), unit)]
    book = filled_in(a_fill_in(plan, unit), typing("进展情况", "一。"), typing("进展情况", "二。", line=6))

    upload = brought(an_administrator(), plan, book)

    assert list(upload.rows.order_by("pk").values_list("assignment", flat=True)) == [part.pk for part in parts]
    assert [line.row.line for line in lines_of(upload, TODAY)] == [5, 6]
    assert [line.part.measure.number for line in lines_of(upload, TODAY)] == [1, 2]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_a_page_and_a_batch_do_not_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    upload, parts = an_upload(due_on=None)
    unit, seen = a_reporter(parts[1].department), fingerprint(lines_of(upload, TODAY))
    by, begun, submit, said = an_administrator(), threading.Event(), report_actions.submit, []

    def slowly(**given: Any) -> Any:
        sent = submit(**given)
        begun.set()
        threading.Event().wait(1)  # long enough for the page to take its part, were it free
        return sent

    def the_page() -> None:
        begun.wait(20)
        try:
            submit(by=unit, assignment=parts[1], progress="页面。", now=at(TODAY, 12), token=uuid.uuid4(), seen=None)
        except report_actions.Superseded as refusal:
            said.append(refusal)
        finally:
            connection.close()

    page = threading.Thread(target=the_page)
    page.start()
    monkeypatch.setattr(report_actions, "submit", slowly)
    made = actions.confirm(by=by, upload=upload, seen=seen, now=at(TODAY, 12))
    page.join(30)

    assert (made, len(said), Report.objects.count()) == (2, 1, 2)
