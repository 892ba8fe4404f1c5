"""What a summary begins with, and that an edited one is not written over."""

from __future__ import annotations

import uuid
from datetime import date

import pytest

from tasks.actions import draft as drafts
from tasks.choices import AssignmentRole
from tasks.models import Assignment
from tasks.summary import compiled, sources

from .builders import a_measure, a_part, a_report, a_reporter, at
from .pages import it_is, signed_in, visit

pytestmark = pytest.mark.django_db

TODAY = date(2021, 12, 1)
LEAD, CO = AssignmentRole.LEAD, AssignmentRole.CO


@pytest.fixture
def lead() -> Assignment:
    return a_part(a_measure(), role=LEAD)


def test_a_unit_whose_last_word_waits_is_there_with_what_is_in_effect(lead) -> None:
    other = a_part(lead.measure, role=CO)
    told = a_report(other, date(2021, 11, 1), progress="已生效的进展。")
    a_report(other, date(2021, 11, 20), progress="申请办结的话。", asks_to_close=True)

    assert sources(lead, TODAY) == [told]


def test_what_is_too_long_together_is_cut_to_what_can_be_sent(lead) -> None:
    for letter in "甲乙丙":
        a_report(a_part(lead.measure, role=CO), date(2021, 11, 1), progress=letter * 2000)

    text = compiled(sources(lead, TODAY))

    assert len(text) <= 5000
    assert [line.count(letter) > 1500 for line, letter in zip(text.splitlines(), "甲乙丙", strict=True)] == [True] * 3


def test_an_edited_summary_is_not_written_over_by_a_fresh_one(monkeypatch, lead) -> None:
    it_is(monkeypatch, TODAY)
    a_report(a_part(lead.measure, role=CO), date(2021, 11, 1), progress="其他单位的进展。")
    person = a_reporter(lead.department)
    address = f"{lead.get_report_url()}?compile=1"
    fresh = visit(signed_in(person), address).filled_in("summary")
    words = {"summary": "我精心改过的汇总。"}
    drafts.save(by=person, assignment=lead, version=0, token=uuid.uuid4(), words=words, now=at(TODAY, 8))

    kept = visit(signed_in(person), address)
    again = kept.links(kept.main)["以各单位填报为汇总底稿"]
    assert "其他单位的进展。" in (fresh or "")
    assert kept.filled_in("summary") == "我精心改过的汇总。"
    assert "其他单位的进展。" in (visit(signed_in(person), again).filled_in("summary") or "")
