"""What was typed is not lost by another button of the form; units that are out of use are known, and asked about."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from tasks.documents.parsed import Kind

from .builders import a_department, an_administrator
from .pages import it_is, signed_in, visit, words
from .test_plan_document_command import CLEAR, TOLD, run
from .test_plan_document_page import TODAY, a_document, change, edit, lines, now, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    it_is(monkeypatch, TODAY)
    return signed_in(an_administrator(last_name="管", first_name="理员"))


AS_READ = {"wording": "甲项。", "timeframe": "ONGOING", **lines(("甲局", "SOLE"), ("乙局", ""))}


@pytest.mark.parametrize(("button", "is_left_out"), [("leave_out", True), ("take_in", False)])
def test_what_was_typed_is_kept_when_a_measure_is_left_out_or_taken_in(
    client: Client, button: str, is_left_out: bool
) -> None:
    document = a_document()
    edit(client, document, 1, **AS_READ | {"leave_out" if button == "take_in" else "take_in": ""})

    edit(client, document, 1, wording="我写的任务。", **{button: ""})

    measure = now(document).parsed.measures[0]
    assert (measure.is_left_out, measure.wording) == (is_left_out, "我写的任务。")
    assert [(part.unit, part.role) for part in measure.parts] == [("甲局", "SOLE")]


def test_what_was_typed_wrongly_is_kept_in_its_form_and_nothing_changes(client: Client) -> None:
    document = a_document()

    page = edit(client, document, 1, status=422, wording="我写的任务。", timeframe="BY_DATE", leave_out="")

    assert page.alerts == ["填写的内容有误，没有保存，请改正后再点；不要这些改动的，先点“取消”。"]
    assert page.filled_in("wording") == "我写的任务。"
    assert [words(item) for item in page.every("ul", "errorlist")] == ["限期完成的任务须填写完成时限。"]
    assert [each.is_left_out for each in now(document).parsed.measures] == [False, False]


def test_a_measure_that_nobody_touched_is_left_out_whatever_it_lacks(client: Client) -> None:
    document = a_document()

    edit(client, document, 1, **AS_READ, leave_out="")

    measure, *_rest = now(document).parsed.measures
    assert (measure.is_left_out, [part.role for part in measure.parts]) == (True, ["SOLE", ""])
    assert [doubt.settled for doubt in now(document).parsed.doubts if doubt.measure == 1] == [False]


def test_who_comes_second_keeps_what_was_typed_with_the_button_as_well(client: Client) -> None:
    document = a_document()
    edit(client, document, 2, wording="乙项。", leave_out="")

    page = edit(client, document, 1, status=409, version=1, wording="我写的任务。", leave_out="")

    assert page.filled_in("wording") == "我写的任务。"


def test_a_line_that_a_page_broke_off_becomes_one_measure(client: Client) -> None:
    document = a_document("2022年计划\n一、保护\n1.甲项。（甲局负责；长期）\n推进乙项、\n丙项，\n丁项。")

    change(client, document, "line", line=4)
    refused = change(client, document, "line", status=422, line=5)

    measure = now(document).parsed.measures[-1]
    assert (measure.wording, measure.line, measure.last_line) == ("推进乙项、丙项，丁项。", 4, 6)
    assert [mark.measure for mark in now(document).parsed.marks[3:]] == [2, 2, 2]
    assert refused.alerts == ["这一行不能录为任务。"]


def test_a_unit_out_of_use_is_known_and_asked_about_once(client: Client) -> None:
    a_department("甲局", is_active=False)
    document = a_document(
        "2022年计划\n一、保护\n1.甲项。（甲局负责；长期）\n2.乙项。（甲局、乙局按职责分工负责；长期）"
    )

    asked = [(doubt.line, doubt.words) for doubt in document.parsed.doubts if doubt.kind == Kind.INACTIVE]

    assert asked == [(3, "“甲局”已停用，文件中有2项任务由其承担，请核对是否应为其他单位。")]
    page = visit(client, place(document))
    assert "就是“甲局”（已停用）" in page.words
    assert "已停用的单位" in page.words


def test_the_command_asks_about_units_out_of_use(tmp_path: Path) -> None:
    a_department("甲局", is_active=False)

    _said, complaints = run(tmp_path, CLEAR, *TOLD, "--new-unit=乙局=GOVERNMENT")

    assert (
        "第3行 INACTIVE（已停用的单位）：“甲局”已停用，文件中有2项任务由其承担，请核对是否应为其他单位。" in complaints
    )
