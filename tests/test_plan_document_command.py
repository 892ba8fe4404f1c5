"""import_plan brings in a document in which nothing has to be asked, and names the lines to look at in any other."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from departments.models import Alias, Department
from tasks.models import Assignment, Measure, Plan

from .builders import a_department

pytestmark = pytest.mark.django_db

CLEAR = "2022年推进计划\n一、保护\n1.甲项。（甲局牵头，乙局按职责分工负责；第三季度）\n2.乙项。（甲局负责；长期）"
TOLD = ("--slug=plan-2022", "--number=甲〔2022〕1号", "--issuer=甲局", "--issued-on=2022-01-05", "--office=甲局")
UNITS = ("--new-unit=甲局=GOVERNMENT", "--new-unit=乙局=GOVERNMENT")


def run(tmp_path: Path, text: str, *options: str) -> tuple[str, str]:
    """What was said, and what was complained of."""
    file = tmp_path / "计划.txt"
    file.write_text(text, "utf-8")
    out, err = StringIO(), StringIO()
    try:
        call_command("import_plan", str(file), *options, stdout=out, stderr=err)
    except CommandError as error:
        err.write(str(error))
    return out.getvalue(), err.getvalue()


def test_a_clear_document_becomes_a_plan(tmp_path: Path) -> None:
    said, complaints = run(tmp_path, CLEAR, *TOLD, *UNITS)

    assert complaints == ""
    assert said.splitlines()[-2:] == ["1个章节，2项任务。", "已导入“2022年推进计划”。"]
    assert Plan.objects.get().periods.exists()
    assert list(Measure.objects.order_by("number").values_list("timeframe", flat=True)) == ["BY_DATE", "ONGOING"]
    assert list(Assignment.objects.order_by("pk").values_list("department__name", "role")) == [
        ("甲局", "LEAD"),
        ("乙局", "CO"),
        ("甲局", "SOLE"),
    ]


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    said, _complaints = run(tmp_path, CLEAR, *TOLD, *UNITS, "--dry-run")

    assert said.splitlines()[-1] == "可以导入；按 --dry-run 的要求，没有写入。"
    assert (Plan.objects.count(), Department.objects.count()) == (0, 0)


def test_what_is_doubtful_is_printed_with_its_line_and_nothing_is_written(tmp_path: Path) -> None:
    text = CLEAR + "\n3.丙项。（甲局负责、乙局；长期）"

    _said, complaints = run(tmp_path, text, *TOLD, *UNITS)

    assert complaints.splitlines() == [
        "第5行 ROLE（角色）：“乙局”没有写明是负责、牵头还是配合，请选择角色。",
        "没有导入任何内容。",
        "任务3：有单位没有确定角色。",
        "还有1处疑点没有核对。",
    ]
    assert Plan.objects.count() == 0


def test_a_kind_of_doubt_is_accepted_as_it_was_read(tmp_path: Path) -> None:
    text = CLEAR + "\n3.丙项。（甲局、乙局负责；长期）"

    refused = run(tmp_path, text, *TOLD, *UNITS)[1]
    accepted = run(tmp_path, text, *TOLD, *UNITS, "--accept=ROLE")[1]

    assert "还有1处疑点没有核对。" in refused
    assert accepted == ""
    assert Plan.objects.count() == 1


def test_what_the_document_cannot_say_is_asked_for(tmp_path: Path) -> None:
    _said, complaints = run(tmp_path, CLEAR)

    assert "缺少 --slug：计划的网址标识。" in complaints
    assert "督办单位（--office）：这个字段是必填项。" in complaints
    assert "单位“甲局”：尚未确定，用 --new-unit 或 --same-unit 说明。" in complaints
    assert Plan.objects.count() == 0


def test_another_name_of_a_unit_is_told(tmp_path: Path) -> None:
    a_department("丙局")

    complaints = run(tmp_path, CLEAR, *TOLD[:-1], "--office=丙局", "--same-unit=甲局=丙局", UNITS[1])[1]

    assert complaints == ""
    assert list(Alias.objects.values_list("department__name", "name")) == [("丙局", "甲局")]


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        ("--new-unit=甲局", "“甲局”应写作“名称=…”。"),
        (
            "--new-unit=甲局=X",
            "没有“X”这一类别，可用的类别：PARTY、GOVERNMENT、JUDICIAL、BRANCH、INSTITUTION、ZONE、TOWNSHIP、COLLECTIVE。",
        ),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(tmp_path: Path, option: str, reason: str) -> None:
    assert reason in run(tmp_path, CLEAR, *TOLD, option)[1]


def test_a_file_that_is_not_there_or_not_taken_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"无法读取“no.txt”"):
        call_command("import_plan", str(tmp_path / "no.txt"))

    assert "无法读取“计划.txt”：没有读出文字。" in run(tmp_path, " ")[1]
