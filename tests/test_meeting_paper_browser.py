"""What is taken into a meeting on paper: a snapshot, a comparison, a measure; complete, and with its day on it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tasks.models import Plan

from . import browser
from .browser import OpenWindow
from .builders import a_busy_autumn, a_leader, a_snapshot, an_extension
from .test_unit_browser import printed

pytestmark = pytest.mark.browser
browser_type_launch_args, open_window = browser.browser_type_launch_args, browser.open_window
today, plan = browser.today, browser.plan

LANDSCAPE = (842, 595)  # points of A4


def test_a_snapshot_prints_all_of_its_measures_with_day_and_seal(
    plan: Plan, open_window: OpenWindow, today: date, tmp_path: Path
) -> None:
    a_busy_autumn(plan)
    an_extension(plan.measures.get(number=3), date(2022, 2, 28), date(2021, 12, 10), date(2021, 12, 13))
    snapshot = a_snapshot(plan, date(2021, 12, 15), name="第一次会议")

    sheet, text = printed(open_window(a_leader()).goto(snapshot.get_absolute_url()), tmp_path / "snapshot.pdf")

    assert sheet["size"] == LANDSCAPE
    assert [number for number, words in opening_words(plan) if words not in text] == []
    for words in ("第一次会议", "数据截至2021-12-15", snapshot.sha256[:32], "原定2021-12-31", f"1/{sheet['pages']}"):
        assert words in text
    assert "导出" not in text


def test_a_comparison_prints_both_days_all_units_and_what_changed(
    plan: Plan, open_window: OpenWindow, today: date, tmp_path: Path
) -> None:
    a_busy_autumn(plan)
    path = f"{plan.get_absolute_url()}compare/?from=2021-12-15&to=2022-01-12"

    sheet, text = printed(open_window(a_leader()).goto(path), tmp_path / "comparison.pdf")

    assert sheet["size"] == LANDSCAPE
    units = {part.department.name for part in plan.measures.get(number=34).assignments.select_related("department")}
    assert [unit for unit in units if unit not in text] == []
    for words in ("2021-12-15", "2022-01-12", "新增逾期", "由红转绿", "合计", f"1/{sheet['pages']}"):
        assert words in text
    assert "导出" not in text


def test_a_measure_prints_its_light_with_rule_and_next_change(
    plan: Plan, open_window: OpenWindow, today: date, tmp_path: Path
) -> None:
    a_busy_autumn(plan)
    path = plan.measures.get(number=3).get_absolute_url()

    sheet, text = printed(open_window(a_leader()).goto(f"{path}?as_of=2022-01-10"), tmp_path / "measure.pdf")

    assert sheet["size"] == LANDSCAPE
    for words in ("应于2021年12月31日办结，逾期10天", "规则：", "下一变化：", "2022年1月10日结束时的情况"):
        assert words in text
    assert "可以做的事" not in text


def opening_words(plan: Plan) -> list[tuple[int, str]]:
    return [(number, wording[:6]) for number, wording in plan.measures.values_list("number", "wording")]
