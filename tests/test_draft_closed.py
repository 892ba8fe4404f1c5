"""Words on a part that closes, or is taken away, while they are being written: nothing of them goes unseen."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from tasks.actions import draft as drafts
from tasks.actions import evidence
from tasks.actions import report as actions
from tasks.actions.measure import assign
from tasks.choices import AmendmentKind, AssignmentRole
from tasks.models import Assignment, Draft, Evidence, Plan

from .builders import a_closing, a_measure, a_part, a_report, a_reporter, a_supervisor, an_amendment, at
from .files import a_pdf, sent
from .pages import it_is, send, signed_in, visit

pytestmark = pytest.mark.django_db

TODAY = date(2021, 12, 1)


@pytest.fixture(autouse=True)
def _today(monkeypatch) -> None:
    it_is(monkeypatch, TODAY)


@pytest.fixture
def part() -> Assignment:
    """A supporting unit's: it closes with the measure, whatever the unit itself is doing."""
    measure = a_measure()
    a_part(measure, role=AssignmentRole.LEAD)
    return a_part(measure, role=AssignmentRole.CO)


@pytest.fixture
def unit(part) -> Client:
    return signed_in(a_reporter(part.department))


def close(part: Assignment) -> None:
    a_closing(part.measure.assignments.get(role=AssignmentRole.LEAD), TODAY)


def words(part: Assignment, progress: str) -> dict[str, str]:
    fields = {"token": str(uuid.uuid4()), "seen": "", "draft_version": "0", "progress": progress}
    return {f"p{part.pk}-{name}": value for name, value in fields.items()}


def test_while_typing_it_is_said_that_nothing_is_kept_any_more(unit, part) -> None:
    close(part)

    page = send(unit, f"/mine/{part.pk}/draft/", status=200, **words(part, "写到一半。"))

    assert "本任务（本单位部分）已办结、终止或不再由本单位承担，内容没有保存，请自行留存。" in page.words
    assert Draft.objects.count() == 0


@pytest.mark.parametrize("act", ["submit", "save"])
def test_what_is_sent_for_a_closed_part_is_shown_and_not_passed_over(unit, part, act) -> None:
    close(part)

    page = send(unit, "/mine/", status=422, do=act, **words(part, "写到一半。"))

    assert "您填写期间，本单位部分已办结，以下内容没有提交。" in page.words
    assert "写到一半。" in page.words


def test_a_draft_left_on_a_closed_part_can_be_read_and_thrown_away(unit, part) -> None:
    author = a_reporter(part.department)
    kept = {"progress": "没有交出去的话。"}
    draft = drafts.save(by=author, assignment=part, version=0, token=uuid.uuid4(), words=kept, now=at(TODAY, 8))
    close(part)

    page = visit(unit, "/mine/")
    send(unit, f"/mine/{part.pk}/discard/", status=302, version=draft.version)

    assert "没有交出去的话。" in page.words
    assert Draft.objects.count() == 0


@pytest.mark.parametrize("kind", [AmendmentKind.UNITS, AmendmentKind.TERMINATION])
def test_a_draft_left_on_a_part_that_is_taken_away_can_be_read_and_thrown_away(unit, part, kind) -> None:
    kept = {"progress": "没有交出去的话。"}
    author = a_reporter(part.department)
    draft = drafts.save(by=author, assignment=part, version=0, token=uuid.uuid4(), words=kept, now=at(TODAY, 8))
    lead = part.measure.assignments.get(role=AssignmentRole.LEAD)
    roles = {"roles": {lead.department: AssignmentRole.LEAD}} if kind == AmendmentKind.UNITS else {}
    an_amendment(part.measure, kind, TODAY, **roles)

    page = visit(unit, "/mine/")
    stranger = signed_in(a_reporter(lead.department))
    send(stranger, f"/mine/{part.pk}/discard/", status=404, version=draft.version)
    again = send(unit, f"/mine/{part.pk}/discard/", status=302, version=draft.version + 1)

    assert "这份草稿不能再提交；需要的请自行留存，然后删除草稿。" in page.words
    assert "没有交出去的话。" in page.words
    assert "没有交出去的话。" not in visit(stranger, "/mine/").words
    assert (again.status, Draft.objects.count()) == (302, 1)  # of another version: nothing is thrown away
    send(unit, f"/mine/{part.pk}/discard/", status=302, version=draft.version)
    assert Draft.objects.count() == 0
    assert "没有交出去的话。" not in visit(unit, "/mine/").words


def test_what_was_said_of_a_closed_part_is_not_taken_back(part) -> None:
    report = a_report(part, date(2021, 11, 30))
    close(part)

    with pytest.raises(actions.NotAccepted) as refusal:
        actions.withdraw(by=report.author, report=report, now=at(TODAY, 12))

    assert refusal.value.args[0] == "本任务（本单位部分）已办结，填报不能撤回。"
    assert (Draft.objects.count(), Assignment.objects.as_of(TODAY).get(pk=part.pk).has_reported) == (0, True)


def test_a_unit_with_a_draft_is_not_taken_off_its_measure(part) -> None:
    author = a_reporter(part.department)
    evidence.add(by=author, assignment=part, file=sent("证明.pdf", a_pdf()), now=at(TODAY, 8))
    lead = part.measure.assignments.get(role=AssignmentRole.LEAD)
    Plan.objects.update(is_being_entered=True)
    part.refresh_from_db()

    with pytest.raises(ValidationError) as refusal:
        assign(by=a_supervisor(), measure=part.measure, roles={lead.department: AssignmentRole.LEAD})

    assert refusal.value.messages == [f"{part.department}已有填报、签收或草稿，不能移出本任务。"]
    assert (Draft.objects.count(), Evidence.objects.count()) == (1, 1)


def test_a_version_that_is_no_number_of_one_breaks_nothing(unit, part) -> None:
    send(unit, f"/mine/{part.pk}/discard/", status=302, version="9" * 5000)


def test_a_file_that_comes_first_leaves_the_period_that_is_asked_for(monkeypatch) -> None:
    ongoing = a_part(a_measure(due_on=None))
    it_is(monkeypatch, date(2021, 10, 5))
    author = a_reporter(ongoing.department)
    fresh = visit(signed_in(author), ongoing.get_report_url()).filled_in("period")

    evidence.add(by=author, assignment=ongoing, file=sent("证明.pdf", a_pdf()), now=at(date(2021, 10, 5)))

    third = str(ongoing.measure.plan.periods.get(starts_on=date(2021, 7, 1)).pk)
    assert (fresh, visit(signed_in(author), ongoing.get_report_url()).filled_in("period")) == (third, third)
