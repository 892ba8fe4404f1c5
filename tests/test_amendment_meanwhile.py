"""A change of the plan while units are at work on it: nothing that is typed, saved or asked for is lost."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from departments.models import Department
from tasks.actions import draft as draft_actions
from tasks.actions import extension as extension_actions
from tasks.choices import AmendmentKind, AssignmentRole, ExtensionState
from tasks.models import Assignment, Draft, Measure
from tasks.timeline import events
from tasks.views import desk

from .builders import (
    DUE_ON,
    a_collective,
    a_department,
    a_measure,
    a_part,
    a_reporter,
    a_supervisor,
    an_amendment,
    an_extension,
    at,
)
from .pages import every, it_is, send, signed_in, visit, words
from .panel import filled

pytestmark = pytest.mark.django_db

SOLE, LEAD, CO, JOINT = AssignmentRole.SOLE, AssignmentRole.LEAD, AssignmentRole.CO, AssignmentRole.JOINT
WORDING, UNITS, ONGOING, TERMINATION = AmendmentKind
TODAY = date(2021, 12, 1)
TOMORROW = TODAY + timedelta(days=1)
GONE = "本任务（本单位部分）已办结、终止或不再由本单位承担，内容没有保存，请自行留存。"


def roles(**units: str) -> dict[Department, str]:
    return {a_department(name): role for name, role in units.items()}


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, TODAY)


@pytest.fixture
def part() -> Assignment:
    return a_part(department=a_department("甲"))


@pytest.mark.parametrize("kind", [UNITS, TERMINATION])
def test_what_is_typed_while_the_plan_changes_is_given_back(kind: str, part: Assignment) -> None:
    unit = signed_in(a_reporter(part.department))
    typed = filled(visit(unit, "/mine/")) | {f"p{part.pk}-progress": "已完成初稿。", "do": "submit"}
    content: dict[str, Any] = {"roles": roles(乙=SOLE)} if kind == UNITS else {}
    an_amendment(part.measure, kind, TODAY, **content)

    page = send(unit, "/mine/", status=422, **typed)

    assert GONE in page.words
    assert "已完成初稿。" in page.words
    assert not Draft.objects.exists()


def test_another_units_part_is_not_shown_for_being_named_in_what_is_sent(part: Assignment) -> None:
    other = a_part(department=a_department("乙"))
    unit = signed_in(a_reporter(part.department))
    typed = filled(visit(unit, "/mine/")) | {f"p{other.pk}-token": str(uuid.uuid4()), f"p{other.pk}-progress": "x"}

    page = send(unit, "/mine/", status=302, **typed)

    assert "乙" not in page.words


@pytest.mark.parametrize("act", ["submit", "save"])
def test_so_it_is_on_a_page_of_its_own(act: str, part: Assignment) -> None:
    place = part.get_report_url()
    unit, stranger = signed_in(a_reporter(part.department)), signed_in(a_reporter(a_department("丙")))
    typed = filled(visit(unit, place)) | {"progress": "已完成初稿。", "do": act}
    an_amendment(part.measure, UNITS, TODAY, roles=roles(乙=SOLE))

    page = send(unit, place, status=409, **typed)

    assert GONE in page.words
    assert "已完成初稿。" in page.words
    send(stranger, place, status=404, **typed)
    assert "不再由本单位承担" in send(unit, f"{place}draft/", status=200, **typed).words
    assert not Draft.objects.exists()


def test_a_draft_goes_on_with_the_units_new_role() -> None:
    measure = a_measure()
    member = a_department("万新街道")
    collective = a_part(measure, a_collective("各街道办", member), JOINT)
    own = a_part(measure, a_department("甲"), JOINT)
    for each in (own, collective.member_parts.get()):
        unit = a_reporter(each.department)
        draft_actions.save(
            by=unit,
            assignment=each,
            version=0,
            token=uuid.uuid4(),
            words={"progress": f"{each.department}的草稿。"},
            now=at(TODAY),
        )

    an_amendment(measure, UNITS, TODAY, roles={own.department: LEAD, collective.department: CO})

    kept = {draft.assignment.department.name: draft for draft in Draft.objects.select_related("assignment__department")}
    assert {name: (draft.assignment.until, draft.assignment.role) for name, draft in kept.items()} == {
        "甲": (None, LEAD),
        "万新街道": (None, CO),
    }
    assert "甲的草稿。" in visit(signed_in(a_reporter(own.department)), "/mine/").words


def test_a_member_that_asks_for_more_time_holds_its_collective() -> None:
    measure, member = a_measure(), a_department("万新街道")
    a_part(measure, a_collective("各街道办", member), SOLE)
    unit = a_reporter(member)
    extension_actions.ask(
        by=unit,
        measure=measure,
        due_on=date(2022, 3, 1),
        reason="材料未齐。",
        progress="已过半。",
        now=at(TODAY),
        token=uuid.uuid4(),
    )

    with pytest.raises(ValidationError, match="万新街道的延期申请待审核"):
        an_amendment(measure, UNITS, TODAY, roles=roles(甲=SOLE))


@pytest.mark.parametrize(
    ("kind", "reason"),
    [(TERMINATION, "本任务自2022年2月1日起终止，延期须早于这一天"), (ONGOING, "起转为持续推进，延期须早于这一天")],
)
def test_more_time_is_given_up_to_a_change_to_come(kind: str, reason: str, part: Assignment) -> None:
    an_amendment(part.measure, kind, TODAY, in_force_on=date(2022, 2, 1))

    with pytest.raises(ValidationError, match=reason):
        an_extension(part.measure, date(2022, 2, 1), TODAY)

    granted = an_extension(part.measure, date(2022, 1, 31), TODAY, TOMORROW)
    assert granted.state == ExtensionState.APPROVED


def test_a_dated_measure_that_goes_on_later_is_still_asked_for_the_periods_of_now(part: Assignment) -> None:
    plan = part.measure.plan
    plan.periods.update(asks_dated=True)
    an_amendment(part.measure, ONGOING, TODAY, in_force_on=date(2022, 3, 1))
    asked = Assignment.objects.with_requests(TODAY).select_related("measure__plan").get(pk=part.pk)

    (card,) = desk.cards(_request_of(part), [_whole(part)], TODAY)

    assert (asked.begun_on(TODAY), asked.begun_on(date(2022, 3, 1))) == (date.min, date(2022, 3, 1))
    assert str(card.asked) == "2021年第四季度"


def _whole(part: Assignment) -> Any:
    (found,) = desk.with_everything(Assignment.objects.as_of(TODAY).filter(pk=part.pk), TODAY)
    return found


def _request_of(part: Assignment) -> Any:
    class Request:
        user = a_reporter(part.department)

    return Request()


def test_a_new_role_is_not_called_leaving(part: Assignment) -> None:
    measure = part.measure
    an_amendment(measure, UNITS, TODAY, roles=roles(甲=LEAD, 乙=CO))
    office = signed_in(a_supervisor())

    assert "自2021-12-01起改为牵头，此前的填报保留。" in visit(office, measure.get_absolute_url()).words
    page = visit(office, f"/plans/{measure.plan.slug}/assignments/{part.pk}/")
    assert "自2021-12-01起改为牵头，此前的填报保留。" in page.words
    assert "不再承担" not in page.words
    now = Assignment.objects.named(TODAY).get(measure=measure, department=part.department)
    assert page.links()["现在的分工"] == f"/plans/{measure.plan.slug}/assignments/{now.pk}/"


def test_the_documents_words_hold_again_when_the_units_are_changed_back() -> None:
    measure = a_measure(responsibility_text="甲负责")
    a_part(measure, a_department("甲"))
    an_amendment(measure, UNITS, TODAY, roles=roles(乙=SOLE))
    an_amendment(measure, UNITS, TOMORROW, roles=roles(甲=SOLE))
    office = signed_in(a_supervisor())

    def struck(day: date) -> list[str]:
        page = visit(office, f"{measure.get_absolute_url()}?as_of={day}")
        return [words(each) for each in every(page.every("div", "measure-head")[0], "del")]

    assert [struck(day) for day in (TODAY, TOMORROW)] == [["甲负责"], []]


@pytest.mark.parametrize(("ends", "said"), [(True, 0), (False, 1)])
def test_a_deadline_that_is_gone_is_not_told_to_be_over(ends: bool, said: int, part: Assignment) -> None:
    an_extension(part.measure, date(2022, 3, 1), TODAY, TODAY)
    if ends:
        an_amendment(part.measure, TERMINATION, date(2022, 1, 10))
    measure = Measure.objects.select_related("plan").get(pk=part.measure_id)

    told = [event for event in events(measure, date(2022, 3, 2)) if str(event.what) == "延期后的完成时限到期"]

    assert len(told) == said
    assert date(2022, 3, 1) > DUE_ON
