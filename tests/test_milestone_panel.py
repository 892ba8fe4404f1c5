"""Steps and indicators in the panel: lines on the measure's page, which do not rewrite what is on record."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from auditlog.models import LogEntry

from tasks.actions import indicator as indicators
from tasks.actions import milestone as milestones
from tasks.models import Indicator, Measure, Milestone

from .builders import (
    a_department,
    a_measure,
    a_milestone,
    a_part,
    a_reporter,
    a_supervisor,
    an_administrator,
    an_indicator,
    at,
)
from .pages import Page, every, signed_in, words
from .panel import faults, save

pytestmark = pytest.mark.django_db

DONE_ON = date(2021, 12, 4)


def page_of(measure: Measure) -> str:
    return f"/admin/tasks/measure/{measure.pk}/change/"


def line(prefix: str, number: int, **fields: Any) -> dict[str, Any]:
    """One more line of a table, as a browser numbers it."""
    values = {f"{prefix}-{number}-{name}": value for name, value in ({"id": ""} | fields).items()}
    return values | {f"{prefix}-TOTAL_FORMS": number + 1}


@pytest.fixture
def measure() -> Measure:
    """甲's, with one step and one indicator."""
    found = a_measure()
    a_part(found, a_department("甲"))
    a_milestone(found)
    an_indicator(found, name="托管企业")
    return found


def marked(measure: Measure) -> Milestone:
    milestone = measure.milestones.get()
    milestones.mark_done(by=a_supervisor(), milestone=milestone, done_on=DONE_ON, now=at(DONE_ON))
    return milestone


def counted(measure: Measure) -> Indicator:
    indicator, reporter = measure.indicators.get(), a_reporter(a_department("甲"))
    indicators.record(by=reporter, indicator=indicator, reached_on=DONE_ON, value=9, now=at(DONE_ON))
    return indicator


def test_the_office_adds_steps_and_indicators_and_the_audit_knows(measure: Measure) -> None:
    added = line("milestones", 1, title="宣传周", due_on="2021-11-01", position=2)
    added |= line("indicators", 1, name="专利", unit="件", target=30)

    page = save(signed_in(a_supervisor()), page_of(measure), **added)

    assert page.status == 302, faults(page)
    assert list(measure.milestones.values_list("title", "due_on", "position")) == [
        ("宣传周", date(2021, 11, 1), 2),
        ("“12.4”普法宣传日", DONE_ON, 1),
    ]
    assert list(measure.indicators.values_list("name", "unit", "target")) == [
        ("托管企业", "家", 600),
        ("专利", "件", 30),
    ]
    models = LogEntry.objects.filter(object_repr__in=["宣传周", "专利"]).values_list("content_type__model", flat=True)
    assert sorted(models) == ["indicator", "milestone"]


def test_what_has_no_record_is_changed_freely(measure: Measure) -> None:
    changes = {"milestones-0-due_on": "2021-12-05", "milestones-0-title": "宪法日", "indicators-0-target": 500}

    page = save(signed_in(a_supervisor()), page_of(measure), **changes)

    assert page.status == 302, faults(page)
    assert measure.milestones.get().due_on == date(2021, 12, 5)
    assert measure.indicators.get().target == 500


@pytest.mark.parametrize("change", [{"milestones-0-due_on": "2021-12-31"}, {"milestones-0-title": "另一节点"}])
def test_a_step_that_is_done_keeps_its_title_and_day(measure: Measure, change: dict[str, str]) -> None:
    milestone = marked(measure)

    page = save(signed_in(an_administrator()), page_of(measure), **change)

    assert faults(page) == ["“12.4”普法宣传日：该节点已登记完成，不能再改名称和日期；登记有误的，请先撤销登记。"]
    milestone.refresh_from_db()
    assert (milestone.title, milestone.due_on) == ("“12.4”普法宣传日", DONE_ON)


def test_a_step_that_was_taken_back_may_be_moved_and_not_removed(measure: Measure) -> None:
    milestone = marked(measure)
    milestones.undo(by=a_supervisor(), milestone=milestone, now=at(DONE_ON))
    client = signed_in(an_administrator())

    moved = save(client, page_of(measure), **{"milestones-0-due_on": "2021-12-05"})
    removed = save(client, page_of(measure), **{"milestones-0-DELETE": "on"})

    assert moved.status == 302, faults(moved)
    assert faults(removed) == [
        "删除 节点 “12.4”普法宣传日 将需要删除以下受保护的相关对象: 节点完成登记 “12.4”普法宣传日 · 2021-12-04"
    ]
    assert measure.milestones.get().due_on == date(2021, 12, 5)


@pytest.mark.parametrize("change", [{"indicators-0-target": 500}, {"indicators-0-unit": "户"}])
def test_an_indicator_with_values_keeps_its_unit_and_target(measure: Measure, change: dict[str, Any]) -> None:
    indicator = counted(measure)

    page = save(signed_in(an_administrator()), page_of(measure), **change)

    assert faults(page) == ["托管企业：该指标已有累计值，不能再改计量单位和目标值。"]
    indicator.refresh_from_db()
    assert (indicator.unit, indicator.target) == ("家", 600)


def test_an_indicator_with_values_is_not_removed_and_may_be_renamed(measure: Measure) -> None:
    indicator = counted(measure)
    client = signed_in(an_administrator())

    removed = save(client, page_of(measure), **{"indicators-0-DELETE": "on"})
    renamed = save(client, page_of(measure), **{"indicators-0-name": "托管服务企业"})

    assert faults(removed) == [
        "删除 量化指标 托管企业 将需要删除以下受保护的相关对象: 指标完成值 托管企业 · 2021-12-04"
    ]
    assert renamed.status == 302, faults(renamed)
    indicator.refresh_from_db()
    assert indicator.name == "托管服务企业"


def test_only_administrators_remove_what_has_no_record(measure: Measure) -> None:
    removed = {"milestones-0-DELETE": "on", "indicators-0-DELETE": "on"}

    save(signed_in(a_supervisor()), page_of(measure), **removed)
    left = measure.milestones.count(), measure.indicators.count()
    page = save(signed_in(an_administrator()), page_of(measure), **removed)

    assert left == (1, 1)
    assert page.status == 302, faults(page)
    assert (measure.milestones.count(), measure.indicators.count()) == (0, 0)


@pytest.mark.parametrize(
    ("added", "fault"),
    [
        (line("milestones", 1, title="同序", due_on="2021-11-01", position=1), "本任务中已有该顺序的节点。"),
        (line("milestones", 1, title="", due_on="2021-11-01", position=2), "必填"),
        (line("milestones", 1, title="早", due_on="1900-01-01", position=2), "日期不能早于1949-10-01。"),
        (line("indicators", 1, name="托管企业", unit="件", target=3), "本任务中已有同名指标。"),
        (line("indicators", 1, name="专利", unit="件", target=0), "确保该值大于或等于1。"),
        (line("indicators", 1, name="专\u202e利", unit="件", target=3), "文字中有无法显示的控制字符，请删除后重试。"),
    ],
)
def test_lines_that_make_no_sense_are_refused(measure: Measure, added: dict[str, Any], fault: str) -> None:
    page = save(signed_in(a_supervisor()), page_of(measure), **added)

    assert page.status == 200
    assert any(fault in said for said in faults(page)), faults(page)
    assert (measure.milestones.count(), measure.indicators.count()) == (1, 1)


def test_the_second_of_two_people_is_told_what_the_first_saved(measure: Measure) -> None:
    client = signed_in(a_supervisor())
    opened = Page(client.get(page_of(measure)))
    measure.milestones.update(due_on=date(2021, 12, 6))

    memory = words(every(opened.main, "input", name="as_opened")[0]) or next(
        dict(field.attributes)["value"] for field in every(opened.main, "input", name="as_opened")
    )
    page = save(client, page_of(measure), as_opened=memory, **{"milestones-0-due_on": "2021-12-07"})

    assert page.status == 200
    assert "节点现为：“12.4”普法宣传日 2021-12-06" in faults(page)
    assert measure.milestones.get().due_on == date(2021, 12, 6)
