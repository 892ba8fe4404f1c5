"""Many decisions at once: each stands by itself, and each says what became of it."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import OperationalError
from django.test import Client

from departments.models import Department
from tasks.actions import report as report_actions
from tasks.actions import review as actions
from tasks.choices import AssignmentRole, ReportState
from tasks.models import Plan, Report, Review

from .builders import (
    a_department,
    a_measure,
    a_part,
    a_plan,
    a_report,
    a_reporter,
    a_supervisor,
    an_administrator,
    at,
)
from .pages import Page, attribute, every, it_is, send, signed_in, visit

TODAY = date(2022, 1, 12)
YESTERDAY = date(2022, 1, 11)
QUEUE, ACCEPT, DECIDED = "/reviews/", "/reviews/accept/", "/reviews/decided/"


@pytest.fixture(autouse=True)
def _today(monkeypatch) -> None:
    it_is(monkeypatch, TODAY, 15)


@pytest.fixture
def plan(db) -> Plan:
    return a_plan()


@pytest.fixture
def unit(db) -> Department:
    return a_department("公安东丽分局")


@pytest.fixture
def supervisor(plan: Plan) -> Client:
    return signed_in(a_supervisor(plan.office, last_name="孟", first_name="凡"))


def ticked(page: Page, *reports: Report) -> dict[str, object]:
    """What a browser sends when those rows are ticked: their keys, and what every row of the page had seen."""
    seen = {
        attribute(field, "name"): attribute(field, "value")
        for field in every(page.main, "input", type="hidden")
        if (attribute(field, "name") or "").startswith("seen-")
    }
    return seen | {"report": [report.pk for report in reports]}


def state(report: Report, day: date = TODAY) -> str:
    return Report.objects.with_followers(day).select_related("review").get(pk=report.pk).state(day)


# --- many at once ----------------------------------------------------------------------------------------


def outcomes(page: Page) -> dict[str, str]:
    return {row[0].split()[0]: row[3] for row in page.rows()}


def test_what_is_ticked_is_accepted_and_the_rest_left_alone(plan, supervisor) -> None:
    measure = a_measure(plan)
    court, police, bank = (
        a_report(a_part(measure, a_department(name), AssignmentRole.JOINT), YESTERDAY, asks_to_close=name == "区法院")
        for name in ("区法院", "公安东丽分局", "区金融局")
    )

    page = send(supervisor, ACCEPT, status=200, **ticked(visit(supervisor, QUEUE), court, police))

    assert outcomes(page) == {"区法院": "同意办结", "公安东丽分局": "同意"}
    assert "所选2件，同意2件。" in page.words
    assert [state(each) for each in (court, police, bank)] == ["ACCEPTED", "ACCEPTED", "IN_EFFECT"]
    assert set(Review.objects.values_list("reviewer__last_name", "decided_on")) == {("孟", TODAY)}


def test_every_row_is_checked_by_itself_and_says_what_became_of_it(plan, unit, supervisor) -> None:
    """Good, the reviewer's own, the office's, decided, withdrawn, followed by another, and one that never was."""
    measure = a_measure(plan)
    names = ("区法院", "区市场监管局", "区金融局", "区司法局", "区科技局")
    good, office, decided, withdrawn, followed = (
        a_report(a_part(measure, a_department(name), AssignmentRole.JOINT), YESTERDAY) for name in names
    )
    everybody = signed_in(an_administrator())
    data = ticked(visit(everybody, QUEUE), good, office, decided, withdrawn, followed)
    data["report"] = [*data["report"], 10**6, "x", 10**40]
    actions.accept(by=an_administrator(last_name="沈", first_name="宁"), report=decided, now=at(TODAY, 9, 30))
    report_actions.withdraw(by=withdrawn.author, report=withdrawn, now=at(TODAY))
    a_report(followed.assignment, TODAY, progress="后来又有新情况。")

    page = send(supervisor, ACCEPT, status=200, **data)

    assert outcomes(page) == {
        "区法院": "同意",
        "区市场监管局": "未审核 ：督办单位自己的填报，由领导小组审核。",
        "区金融局": "未审核 ：已审核：沈宁于2022-01-12 09:30同意。",
        "区司法局": "未审核 ：这份填报已由填报单位撤回。",
        "区科技局": "未审核 ：该单位已有新的填报，请审核新的填报。",
    }
    assert "所选5件，同意1件。另有1件没有找到。" in page.words
    assert Review.objects.accepted().count() == 2


def test_nobody_accepts_his_own_units_in_a_heap_either(plan, unit) -> None:
    report = a_report(a_part(a_measure(plan), unit), YESTERDAY)
    own = signed_in(a_supervisor(unit))

    page = send(own, ACCEPT, status=200, report=[report.pk], **{f"seen-{report.pk}": report.pk})

    assert outcomes(page) == {"公安东丽分局": "未审核 ：按回避要求，本单位的填报须由其他单位的人员审核。"}
    assert Review.objects.count() == 0


def test_a_request_is_not_accepted_over_words_that_came_in_meanwhile(plan, unit, supervisor) -> None:
    part = a_part(a_measure(plan), unit)
    request = a_report(part, YESTERDAY, asks_to_close=True)
    data = ticked(visit(supervisor, QUEUE), request)
    a_report(part, TODAY, progress="还有一处尾项没有完成。")

    page = send(supervisor, ACCEPT, status=200, **data)

    assert outcomes(page) == {"公安东丽分局": "未审核 ：您查看之后，该单位又有新的填报，请重新查看后再审核。"}
    assert state(request) == ReportState.WAITING


@pytest.mark.parametrize("seen", [None, "", "x", "0", "9" * 30])
def test_a_row_without_its_version_is_not_accepted(plan, unit, supervisor, seen) -> None:
    report = a_report(a_part(a_measure(plan), unit), YESTERDAY)

    data = {} if seen is None else {f"seen-{report.pk}": seen}
    page = send(supervisor, ACCEPT, status=200, report=[report.pk], **data)

    assert outcomes(page) == {"公安东丽分局": "未审核 ：页面已失效，请刷新后重新勾选。"}
    assert Review.objects.count() == 0


def test_the_second_click_finds_it_done(plan, unit, supervisor) -> None:
    report = a_report(a_part(a_measure(plan), unit), YESTERDAY)
    data = ticked(visit(supervisor, QUEUE), report)
    send(supervisor, ACCEPT, status=200, **data)

    page = send(supervisor, ACCEPT, status=200, **data)

    assert outcomes(page) == {"公安东丽分局": "未审核 ：已审核：孟凡于2022-01-12 15:00同意。"}
    assert Review.objects.accepted().count() == 1


def test_one_row_that_fails_leaves_the_others_done(plan, supervisor, monkeypatch) -> None:
    measure = a_measure(plan)
    first, second, third = (
        a_report(a_part(measure, a_department(name), AssignmentRole.JOINT), YESTERDAY) for name in ("甲", "乙", "丙")
    )
    real = Review.save

    def broken(self: Review, **options: object) -> None:
        real(self, **options)
        if self.report_id == second.pk:
            raise OperationalError("database is locked")

    data = ticked(visit(supervisor, QUEUE), first, second, third)
    monkeypatch.setattr(Review, "save", broken)

    page = send(supervisor, ACCEPT, status=200, **data)

    assert outcomes(page) == {"甲": "同意", "乙": "未审核 ：系统繁忙，这一件没有审核，请稍后再试。", "丙": "同意"}
    assert sorted(Review.objects.values_list("report", flat=True)) == [first.pk, third.pk]


def test_nothing_ticked_is_nothing_done(plan, unit, supervisor) -> None:
    a_report(a_part(a_measure(plan), unit), YESTERDAY)

    page = send(supervisor, ACCEPT, status=200, follow=True)

    assert page.notes == ["没有勾选任何填报，未作审核。"]
    assert Review.objects.count() == 0


def test_who_has_no_queue_accepts_nothing(plan, unit) -> None:
    report = a_report(a_part(a_measure(plan), unit), YESTERDAY)

    send(signed_in(a_reporter(unit)), ACCEPT, status=403, report=[report.pk], **{f"seen-{report.pk}": report.pk})

    assert Review.objects.count() == 0
