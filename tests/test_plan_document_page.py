"""A plan's document is uploaded, gone through and confirmed by an administrator; whoever comes second is told."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from departments.models import Alias, Department
from tasks.models import Assignment, Measure, Period, Plan, PlanDocument, SourceNote

from . import plan_texts
from .builders import a_department, a_plan, a_plan_document, an_administrator
from .pages import Page, attribute, every, it_is, send, signed_in, visit, words

pytestmark = pytest.mark.django_db

TODAY = date(2022, 1, 12)
OFFICIAL = settings.FIXTURE_DIRS[0] / "dongli-ip-2020-2021.txt"
SMALL = "2022年推进计划\n一、保护\n1.甲项。（甲局负责、乙局；长期）\n2.乙项。（甲局负责）\n丙段。"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    it_is(monkeypatch, TODAY)
    return signed_in(an_administrator(last_name="管", first_name="理员"))


def a_document(text: str = SMALL) -> PlanDocument:
    return a_plan_document(text, TODAY)


def place(document: PlanDocument, *more: Any) -> str:
    names = {0: "plan_document", 1: "plan_document_change", 2: "plan_document_measure"}
    kind = 2 if more and isinstance(more[0], int) else len(more)
    return reverse(names[kind], args=[document.pk, *more])


def now(document: PlanDocument) -> PlanDocument:
    return PlanDocument.objects.get(pk=document.pk)


def change(client: Client, document: PlanDocument, what: str, *, status: int = 302, **data: Any) -> Page:
    return send(client, place(document, what), status=status, **{"version": now(document).version} | data)


def lines(*units: tuple[str, str]) -> dict[str, Any]:
    data: dict[str, Any] = {"units-TOTAL_FORMS": len(units), "units-INITIAL_FORMS": 0}
    for at_, (unit, role) in enumerate(units):
        data |= {f"units-{at_}-unit": unit, f"units-{at_}-role": role}
    return data


def edit(client: Client, document: PlanDocument, key: int, *, status: int = 302, **data: Any) -> Page:
    whole = {"number": key, "section": 1, "wording": "甲项。", "timeframe": "ONGOING", "due_on": ""}
    whole |= lines(("甲局", "SOLE")) | {"version": now(document).version}
    return send(client, place(document, key), status=status, **whole | data)


ABOUT = {
    "title": "2022年推进计划",
    "number": "甲〔2022〕1号",
    "issuer": "甲局",
    "issued_on": "2022-01-05",
    "starts_on": "2022-01-01",
    "ends_on": "2022-12-31",
    "slug": "plan-2022",
    "cadence": "QUARTER",
    "grace_days": 10,
    "due_soon_days": 30,
    "office_name": "甲局",
}


def every_doubt(document: PlanDocument) -> str:
    return ",".join(str(at_) for at_ in range(len(document.parsed.doubts)))


def finish(client: Client, document: PlanDocument) -> None:
    """All that is missing, through the pages."""
    edit(client, document, 1, **lines(("甲局", "SOLE"), ("乙局", "CO")))
    edit(client, document, 2, wording="乙项。", timeframe="BY_DATE", due_on="2022-06-30")
    form = visit(client, place(document))
    named = form.filled_in("named")
    change(client, document, "units", **{"named": named, "unit-0": "new:GOVERNMENT", "unit-1": "new:PARTY"})
    change(client, document, "about", **ABOUT)
    change(client, document, "settle", doubts=every_doubt(document))


def test_a_file_is_kept_with_who_brought_it_and_its_fingerprint(client: Client) -> None:
    file = SimpleUploadedFile("计划.txt", OFFICIAL.read_bytes())

    page = send(client, reverse("plan_documents"), status=302, file=file)

    document = PlanDocument.objects.get()
    assert page.response["Location"] == place(document)
    assert (document.name, document.size) == ("计划.txt", len(OFFICIAL.read_bytes()))
    assert len(document.sha256) == 64
    assert document.uploaded_by.name == "管理员"
    assert document.rows == OFFICIAL.read_text("utf-8").splitlines()
    assert len(document.parsed.measures) == 42


def test_the_page_shows_the_text_and_the_plan_side_by_side(client: Client) -> None:
    document = a_document(OFFICIAL.read_text("utf-8"))

    page = visit(client, place(document))

    text = page.every("ol", "text-rows")[0]
    assert len(every(text, "li")) == len(document.rows)
    assert len(page.every("article", "card-read")) == 42
    assert "读出8个章节、42项任务、99项责任分工" in words(page.every("p", "reading-counts")[0])
    marks = [words(mark) for mark in every(text, "mark")]
    assert {"区农业农村委", "区教育局各街道办", "按照职责分工负责", "600家"} <= set(marks)
    assert len([row for row in every(text, "li") if "is-left-out" in (attribute(row, "class") or "")]) == 4
    ids = [attribute(element, "id") for element in page.every() if attribute(element, "id")]
    assert sorted(ids) == sorted(set(ids))
    targets = {href.removeprefix("#") for href in page.addresses if href.startswith("#")}
    assert targets - set(ids) == set()


def test_a_document_becomes_a_plan_once_everything_is_answered(client: Client) -> None:
    document = a_document()
    finish(client, document)
    page = visit(client, place(document))
    assert "将建立计划：1个章节、2项任务、3项责任分工，并生成填报周期。" in page.words

    page = send(client, place(document, "confirm"), status=302, version=now(document).version)

    plan = Plan.objects.get()
    assert page.response["Location"] == plan.get_absolute_url()
    assert (plan.slug, plan.office.name, plan.issued_on) == ("plan-2022", "甲局", date(2022, 1, 5))
    assert list(Measure.objects.order_by("number").values_list("wording", "timeframe", "due_on")) == [
        ("甲项。", "ONGOING", None),
        ("乙项。", "BY_DATE", date(2022, 6, 30)),
    ]
    assert list(Assignment.objects.order_by("pk").values_list("department__name", "role")) == [
        ("甲局", "SOLE"),
        ("乙局", "CO"),
        ("甲局", "SOLE"),
    ]
    assert dict(Department.objects.values_list("name", "kind")) == {"甲局": "GOVERNMENT", "乙局": "PARTY"}
    assert Period.objects.filter(plan=plan).count() >= 4
    assert SourceNote.objects.get().reading == "经核对，责任分工为甲局（负责）、乙局（配合）。"
    held = now(document)
    assert (held.plan, held.confirmed_by.name, held.confirmed_at is not None) == (plan, "管理员", True)


def test_nothing_is_confirmed_while_something_is_open(client: Client) -> None:
    document = a_document()

    page = change(client, document, "confirm", status=422)

    assert page.alerts == ["还有需要补充或核对的内容，计划没有建立。"]
    assert [words(item) for item in every(page.every("ul", "missing")[0], "li")] == [
        "计划信息尚未核对保存。",
        "有2个单位尚未确定是新单位还是已有单位。",
        "任务1：有单位没有确定角色。",
        "任务2：没有确定完成时限。",
        "还有3处疑点没有核对。",
    ]
    assert (Plan.objects.count(), Department.objects.count()) == (0, 0)


def test_a_second_confirmation_is_told_and_makes_nothing(client: Client) -> None:
    document = a_document()
    finish(client, document)
    version = now(document).version
    send(client, place(document, "confirm"), status=302, version=version)

    page = send(client, place(document, "confirm"), status=200, follow=True, version=version)

    assert page.notes[1:] == ["这份计划文件已经确认，计划已建立，内容不再改动。"]
    assert Plan.objects.count() == 1
    assert page.every("form", action=place(document, "confirm")) == []


def test_a_role_or_a_time_that_was_not_read_is_not_taken_as_it_was_read(client: Client) -> None:
    document = a_document()
    page = visit(client, place(document))
    offered = [attribute(field, "value") for field in page.every("input", name="doubts")]

    refused = change(client, document, "settle", status=422, doubts="0,2")
    change(client, document, "settle", doubts="2")

    assert offered == ["2"]  # of a role, a time and a paragraph that nobody understood
    assert refused.alerts == ["第3行没有读出可以采用的内容（角色），请点“修改”补充。"]
    assert [doubt.settled for doubt in now(document).parsed.doubts] == [False, False, True]


def test_who_saves_second_is_told_and_loses_nothing(client: Client) -> None:
    document = a_document()
    change(client, document, "settle", doubts="2")

    page = edit(client, document, 1, status=409, version=1, wording="我写的任务。")

    assert page.alerts[0].startswith("管理员已在10:00改动过这份文件，您的改动没有保存。")
    assert page.filled_in("wording") == "我写的任务。"
    assert now(document).parsed.measures[0].wording == "甲项。"


def test_what_is_wrong_is_said_where_it_was_typed(client: Client) -> None:
    document = a_document()

    page = edit(client, document, 1, status=422, timeframe="BY_DATE", number=2, **lines(("甲局", "SOLE"), ("甲局", "")))

    errors = [words(item) for item in page.every("ul", "errorlist")]
    assert errors == ["本计划中已有该序号的任务。", "请选择角色。", "限期完成的任务须填写完成时限。"]
    assert page.filled_in("units-1-unit") == "甲局"
    assert now(document).version == 1


def test_a_unit_under_another_name_is_matched_by_a_person_and_remembered(client: Client) -> None:
    a_department("丙局")
    document = a_document("2022年计划\n一、保护\n1.甲项。（丙总局负责；长期）")
    change(client, document, "units", named="丙总局", **{"unit-0": "is:丙局"})
    change(client, document, "about", **ABOUT | {"office_name": "丙局"})

    change(client, document, "confirm")

    assert Assignment.objects.get().department.name == "丙局"
    assert list(Alias.objects.values_list("department__name", "name")) == [("丙局", "丙总局")]
    assert Department.objects.count() == 1


def test_a_year_that_was_missing_comes_from_the_period(client: Client) -> None:
    document = a_document("推进计划\n一、保护\n1.甲项。（甲局负责；第三季度）")

    change(client, document, "about", **ABOUT)

    (measure,) = now(document).parsed.measures
    assert (measure.timeframe, measure.due_on) == ("BY_DATE", "2022-09-30")
    assert now(document).parsed.open_doubts == []


def test_one_timeframe_is_given_to_all_that_have_none(client: Client) -> None:
    document = a_document("计划\n一、保护\n1.甲项。（甲局负责）\n2.乙项。（甲局负责）")

    refused = change(client, document, "times", status=422)
    change(client, document, "times", due_on="2022-12-31")

    assert words(refused.every("ul", "errorlist")[0]) == "请填写完成时限，或勾选“持续推进”，两者选一。"
    assert [measure.due_on for measure in now(document).parsed.measures] == ["2022-12-31"] * 2


def test_a_measure_is_left_out_and_taken_in_again(client: Client) -> None:
    document = a_document()

    edit(client, document, 1, leave_out="")
    assert [measure.key for measure in now(document).parsed.kept] == [2]

    edit(client, document, 1, take_in="")
    assert [measure.key for measure in now(document).parsed.kept] == [1, 2]


def test_a_line_that_was_not_understood_becomes_a_measure_where_a_person_says_so(client: Client) -> None:
    document = a_document()

    page = change(client, document, "line", line=5)
    refused = change(client, document, "line", status=422, line=2)

    assert page.response["Location"] == f"{place(document)}?measure=3#m3"
    taken = now(document).parsed.measures[-1]
    assert (taken.number, taken.section, taken.wording, taken.line) == (3, 1, "丙段。", 5)
    assert refused.alerts == ["这一行不能录为任务。"]
    assert visit(client, place(document), measure=3).filled_in("wording") == "丙段。"


def test_the_office_may_be_named_as_the_document_names_it(client: Client) -> None:
    a_department("丙局")
    document = a_document("2022年计划\n一、保护\n1.甲项。（丙总局负责；长期）")
    change(client, document, "units", named="丙总局", **{"unit-0": "is:丙局"})
    change(client, document, "about", **ABOUT | {"office_name": "丙总局"})

    change(client, document, "confirm")

    assert Plan.objects.get().office.name == "丙局"


def test_saving_leads_to_the_next_thing_that_is_asked(client: Client) -> None:
    document = a_document()

    page = edit(client, document, 1, next="")

    assert page.response["Location"] == f"{place(document)}?measure=2#m2"


def test_titles_of_sections_are_put_right(client: Client) -> None:
    document = a_document("计划\n1.甲项。（甲局负责；长期）")

    change(client, document, "sections", **{"title-1": "总任务"})

    assert [section.title for section in now(document).parsed.sections] == ["总任务"]
    assert now(document).parsed.open_doubts == []


def test_the_same_again_is_taken_and_told(client: Client) -> None:
    a_document()

    page = send(client, reverse("plan_documents"), status=200, follow=True, text=SMALL)

    assert page.notes == ["同样的内容已于2022-01-12 10:00上传过（粘贴的文字），请确认不是重复导入。"]
    assert PlanDocument.objects.count() == 2


NO_MEASURES = "没有读出任务：任务应有编号（如“1.”“（一）”）、责任分工，或列在有表头的表格中。"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({}, "请选择文件，或粘贴正文。"),
        (
            {"text": "没有任务的一段文字。"},
            "没有读出任务：任务应有编号（如“1.”“（一）”）、责任分工，或列在有表头的表格中。",
        ),
        ({"text": "1.甲项\x00"}, "第1行有无法显示的控制字符，请删除后重试。"),
        ({"text": SMALL, "file": SimpleUploadedFile("a.txt", b"x")}, "文件和正文只能选一种。"),
        ({"file": SimpleUploadedFile("a.docx", b"x")}, "扩展名是“.docx”，内容却不是，请核对后重新上传。"),
        ({"file": SimpleUploadedFile("a.txt", b"")}, "文件是空的。"),
    ],
)
def test_what_is_not_taken_is_told_beside_it_and_nothing_is_kept(
    client: Client, data: dict[str, Any], reason: str
) -> None:
    page = send(client, reverse("plan_documents"), status=422, **data)

    assert [words(item) for item in page.every("ul", "errorlist")] == [reason]
    assert PlanDocument.objects.count() == 0


def test_a_slug_that_is_taken_is_refused_before_and_at_the_end(client: Client) -> None:
    document = a_document()
    finish(client, document)
    a_plan(slug="plan-2022", office=a_department("丁局"))

    refused = change(client, document, "about", status=422, **ABOUT)
    late = change(client, document, "confirm", status=422)

    assert "该网址标识已有计划使用，请换一个。" in refused.words
    assert late.alerts == ["计划没有建立。网址标识“plan-2022”已有计划使用，请换一个。"]
    assert Plan.objects.count() == 1


def test_a_document_is_thrown_away_as_long_as_it_is_no_plan(client: Client) -> None:
    document = a_document()

    page = send(client, place(document, "discard"), status=200, follow=True, version=1)

    assert page.notes == ["已删除“粘贴的文字”，没有建立计划。"]
    assert PlanDocument.objects.count() == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_many_questions_for_three_documents_as_for_one(
    client: Client, rows: int, django_assert_num_queries: Any
) -> None:
    for _each in range(rows):
        a_document()

    # session, user, roles, number of documents, documents with people and plan, newest plan
    with django_assert_num_queries(6):
        page = visit(client, reverse("plan_documents"))

    assert len(page.rows()) == rows


@pytest.mark.parametrize("style", ["NATIONAL", "PROVINCE"])
def test_the_page_asks_as_many_questions_whatever_was_read(
    client: Client, style: str, django_assert_num_queries: Any
) -> None:
    document = a_document(getattr(plan_texts, style))

    # session, user, roles, the document with people, aliases, units, those out of use, newest plan
    with django_assert_num_queries(8):
        visit(client, place(document))


def test_administrators_find_it_on_the_list_of_plans(client: Client) -> None:
    assert visit(client, reverse("plans")).links()["导入计划"] == reverse("plan_documents")


def test_what_is_kept_is_plain_json(client: Client) -> None:
    document = a_document()

    assert json.loads(json.dumps(document.content)) == now(document).content
