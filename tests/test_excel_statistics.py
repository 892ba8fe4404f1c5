"""The sheet that counts: LibreOffice works its formulas out, and what comes of them is what the dashboard says."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from tasks.choices import PRINCIPAL_ROLES, AssignmentRole
from tasks.dashboard import dashboard
from tasks.models import Extension, Measure, Plan
from tasks.tally import ORDER

from .builders import a_busy_autumn, a_department, a_measure, a_part, a_plan, a_report, a_section, an_extension
from .office import saved_again
from .test_excel_ledger import HEADER_ROW, TODAY
from .workbooks import whole_ledger

pytestmark = pytest.mark.django_db

LIGHTS = [str(light.label) for light in ORDER]
TASKS, PARTS, REQUESTS = "任务（按章节）", "责任分工（按责任单位）", "延期申请"


def exported(plan: Plan, **options: Any) -> bytes:
    rows = Measure.objects.filter(plan=plan).as_of(TODAY, plan).in_plan_order()
    return whole_ledger(plan=plan, measures=rows, as_of=TODAY, exported_by="孟凡", **options)


def without_values(content: bytes) -> bytes:
    """The workbook with formulas alone: whoever opens it has to work them out."""
    saved = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(saved, "w") as new:
        for name in old.namelist():
            new.writestr(name, re.sub(rb"</f><v>[^<]*</v>", b"</f>", old.read(name)))
    return saved.getvalue()


def numbers(content: bytes) -> dict[str, dict[str, list[Any]]]:
    """What the sheet says: the numbers of each row, by block and by what it counts."""
    sheet = load_workbook(BytesIO(content), data_only=True)["统计"]
    found: dict[str, dict[str, list[Any]]] = {}
    block = ""
    for label, *values in sheet.iter_rows(min_row=HEADER_ROW + 1, max_col=12, values_only=True):
        if label in (TASKS, PARTS, REQUESTS):
            block = label
            found[block] = {}
        else:
            found[block][label] = [value for value in values if value is not None]
    return found


def of_dashboard(plan: Plan) -> dict[str, dict[str, list[int]]]:
    shown = dashboard(plan, TODAY)
    tasks = {str(row.section): [row.total, *(n for _light, n in row.cells)] for row in shown.sections if row.total}
    return {"all": {"全部任务": [shown.total, *(n for _light, n in shown.totals)]}, "tasks": tasks}


def test_the_numbers_are_those_of_the_dashboard(shipped_plan, tmp_path) -> None:
    a_busy_autumn(shipped_plan)
    content = exported(shipped_plan)

    written, worked_out = numbers(content), numbers(saved_again(without_values(content), tmp_path))

    expected = of_dashboard(shipped_plan)
    assert worked_out[TASKS] == expected["all"] | expected["tasks"]
    units = {row.department.name: row for row in dashboard(shipped_plan, TODAY).units}
    lights = [LIGHTS.index(label) + 1 for label in ("持续推进", "超期未报", "逾期")]
    for name, values in list(worked_out[PARTS].items())[1:]:
        row = units.pop(name)
        assert [values[0], values[8], values[9], values[10]] == [
            row.both.total,
            row.principal.total,
            row.partner.total,
            row.both.reported,
        ]
        assert (values[lights[1]], values[lights[2]]) == (row.both.silent, row.both.overdue)
    assert units == {}
    assert worked_out[PARTS]["全部责任分工"][0] == 100
    assert written == worked_out


def test_names_that_look_like_conditions_are_counted_as_names(tmp_path) -> None:
    plan = a_plan()
    names = ["*局", "区?局", "<>区局", "=区局", "~区局", "区金融局", '"区"局']
    for number, name in enumerate(names, start=1):
        section = a_section(plan, number, f"{name}…")
        a_part(a_measure(plan, section=section, number=number), a_department(name), AssignmentRole.JOINT)

    content = exported(plan)
    worked_out = numbers(saved_again(without_values(content), tmp_path))

    assert [values[0] for values in worked_out[TASKS].values()] == [7, 1, 1, 1, 1, 1, 1, 1]
    assert [values[0] for values in worked_out[PARTS].values()] == [7, 1, 1, 1, 1, 1, 1, 1]
    assert numbers(content) == worked_out


def test_what_is_terminated_is_not_counted_and_requests_are_by_their_outcome(tmp_path) -> None:
    plan = a_plan()
    a_part(a_measure(plan, number=1), a_department("区金融局"))
    gone = a_part(a_measure(plan, number=2), a_department("区金融局2"))
    an_extension(gone.measure, date(2022, 3, 31))
    Measure.objects.filter(pk=gone.measure_id).update(terminated_from=date(2022, 1, 1))

    content = exported(plan)
    worked_out = numbers(saved_again(without_values(content), tmp_path))

    assert worked_out[TASKS]["全部任务"] == [1, 0, 0, 0, 0, 0, 0, 1]
    assert worked_out[PARTS]["区金融局2"] == [0] * 11
    assert sum(values[0] for values in worked_out[REQUESTS].values()) == Extension.objects.count() == 1
    assert numbers(content) == worked_out


def test_numbers_follow_the_rows_of_other_sheets(tmp_path) -> None:
    part = a_part()
    a_report(part, date(2022, 1, 7))
    book = load_workbook(BytesIO(exported(part.measure.plan)))
    book["台账"]["I5"].value = "已办结"
    changed = BytesIO()
    book.save(changed)

    worked_out = numbers(saved_again(changed.getvalue(), tmp_path))

    assert worked_out[TASKS]["全部任务"] == [1, 1, 0, 0, 0, 0, 0, 0]


def test_what_is_filtered_is_what_is_counted(shipped_plan) -> None:
    rows = Measure.objects.filter(plan=shipped_plan, number__lte=3).as_of(TODAY, shipped_plan).in_plan_order()
    content = whole_ledger(plan=shipped_plan, measures=rows, as_of=TODAY, exported_by="孟凡")

    assert numbers(content)[TASKS]["全部任务"][0] == 3


def test_roles_are_counted_apart(shipped_plan) -> None:
    total = numbers(exported(shipped_plan))[PARTS]["全部责任分工"]

    parts = [part.role for measure in shipped_plan.measures.all() for part in measure.assignments.all()]
    principal = sum(role in PRINCIPAL_ROLES for role in parts)
    assert total[8:10] == [principal, 100 - principal]


def test_without_rows_everything_is_nought(tmp_path) -> None:
    content = exported(a_plan())

    worked_out = numbers(saved_again(without_values(content), tmp_path))

    assert (worked_out[TASKS], worked_out[PARTS]) == ({"全部任务": [0] * 8}, {"全部责任分工": [0] * 11})
