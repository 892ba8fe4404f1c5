"""The list of parts that nobody has signed for."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tasks.actions import member
from tasks.actions.receipt import sign
from tasks.models import Assignment, Plan

from .builders import (
    ISSUED_ON,
    a_collective,
    a_department,
    a_leader,
    a_measure,
    a_part,
    a_plan,
    a_reporter,
    a_supervisor,
    at,
    own_part,
)
from .pages import it_is, signed_in, visit, words

pytestmark = pytest.mark.django_db

TODAY = date(2022, 1, 12)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, TODAY)


def page_of(plan: Plan) -> str:
    return f"{plan.get_absolute_url()}receipts/"


def signs(part: Assignment, on: date) -> None:
    sign(by=a_reporter(part.department), assignments=[part], now=at(on))


def test_parts_are_listed_with_the_days_they_wait_the_longest_first() -> None:
    plan = a_plan()
    streets = a_collective("各街道办", a_department("甲街"))
    measure = a_measure(plan)
    own = a_part(measure, a_department("甲局"), "LEAD")
    a_part(measure, streets, "CO")
    a_part()  # of another plan
    signs(own, TODAY)
    member.join(by=a_supervisor(), collective=streets, member=a_department("乙街"), now=at(date(2022, 1, 10)))

    page = visit(signed_in(a_leader()), page_of(plan))

    assert page.rows() == [
        ["1", "甲街 作为各街道办成员", "配合", measure.wording, "2021-08-26", "139"],
        ["1", "乙街 作为各街道办成员", "配合", measure.wording, "2022-01-10", "2"],
    ]


def test_a_collective_without_members_waits_itself() -> None:
    plan = a_plan()
    a_part(a_measure(plan), a_collective("各街道办"))

    assert visit(signed_in(a_leader()), page_of(plan)).column(1) == ["各街道办 集合，尚未登记成员单位"]


def test_the_list_of_a_past_day_is_that_days() -> None:
    plan = a_plan()
    signs(a_part(a_measure(plan)), date(2022, 1, 11))
    reader = signed_in(a_leader())
    days = [ISSUED_ON - timedelta(days=1), ISSUED_ON, date(2022, 1, 10), date(2022, 1, 11)]

    pages = [visit(reader, page_of(plan), as_of=day) for day in days]

    assert [[row[5] for row in page.rows()] for page in pages] == [[], ["0"], ["137"], []]
    assert "责任分工已全部签收。" in pages[-1].words


def test_members_coming_and_going_never_change_the_list_of_a_past_day() -> None:
    plan, by = a_plan(), a_supervisor()
    streets = a_collective("各街道办", a_department("甲街"))
    a_part(a_measure(plan), streets)
    reader, past = signed_in(a_leader()), date(2022, 1, 11)
    before = visit(reader, page_of(plan), as_of=past).rows()

    member.leave(by=by, membership=streets.memberships.get(), now=at(TODAY))
    member.join(by=by, collective=streets, member=a_department("乙街"), now=at(TODAY))

    assert visit(reader, page_of(plan), as_of=past).rows() == before
    assert [row[1].split()[0] for row in before] == ["甲街"]
    assert [row[1].split()[0] for row in visit(reader, page_of(plan)).rows()] == ["乙街"]


def test_the_list_is_narrowed_down_by_unit_and_turned_page_by_page() -> None:
    plan, unit = a_plan(), a_department("甲局")
    for number in range(25):
        a_part(a_measure(plan, number=number + 1), unit)
    a_part(a_measure(plan, number=26), a_department("乙局"))
    reader = signed_in(a_leader())

    first, last = (visit(reader, page_of(plan), page=number) for number in (1, 2))
    narrow = visit(reader, page_of(plan), unit=a_department("乙局").pk)
    wrong = visit(reader, page_of(plan), unit="x")

    assert [(page.count, len(page.rows())) for page in (first, last)] == [(26, 20), (26, 6)]
    assert [row[:2] for row in narrow.rows()] == [["26", "乙局"]]
    assert wrong.alerts == ["筛选条件有误，未显示结果： 责任单位：没有这一项，请从列表中选择。 清除条件"]


def test_the_dashboard_counts_as_many_as_the_list_shows() -> None:
    plan = a_plan()
    parts = [a_part(a_measure(plan), a_department(f"{n}局")) for n in range(4)]
    shared = a_part(a_measure(plan), a_collective("各街道办", a_department("甲街"), a_department("乙街")))
    for part in (parts[0], own_part(shared, a_department("甲街"))):
        signs(part, TODAY)
    reader = signed_in(a_leader())

    of_members = {TODAY: " 其中成员1项", TODAY - timedelta(days=1): " 其中成员2项"}
    for day, number in ((TODAY, 4), (TODAY - timedelta(days=1), 6), (ISSUED_ON - timedelta(days=1), 0)):
        dashboard = visit(reader, plan.get_absolute_url(), as_of=day)
        (figure,) = [(text, href) for text, href in dashboard.links().items() if "未签收分工" in text]
        page = visit(reader, figure[1])
        assert urlsplit(figure[1]).path == page_of(plan)
        assert (figure[0], page.count, len(page.rows())) == (
            f"{number} 未签收分工{of_members.get(day, '')}",
            number,
            number,
        )


def test_everybody_with_a_role_reads_it() -> None:
    plan = a_plan()

    assert [signed_in(each).get(page_of(plan)).status_code for each in (a_leader(), a_supervisor())] == [200, 200]
    assert signed_in(a_reporter(a_department())).get(page_of(plan)).status_code == 200
    assert signed_in(a_leader()).post(page_of(plan)).status_code == 405


def test_a_measure_says_which_part_was_signed_for_when() -> None:
    measure = a_measure()
    signs(a_part(measure, a_department("甲局"), "LEAD"), date(2022, 1, 11))
    a_part(measure, a_department("乙局"), "CO")
    reader = signed_in(a_leader())

    pages = [visit(reader, measure.get_absolute_url(), as_of=date(2022, 1, day)) for day in (10, 11)]

    said = [[words(each) for each in page.every("div", "receipt")] for page in pages]
    assert said == [["未签收", "未签收"], ["2022-01-11签收", "未签收"]]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_whatever_there_is(rows: int) -> None:
    plan = a_plan()
    for number in range(rows):
        a_part(a_measure(plan), a_collective(f"集合{number}", a_department(f"{number}街")))
    client = signed_in(a_leader())

    with CaptureQueriesContext(connection) as asked:
        page = visit(client, page_of(plan))

    assert len(page.rows()) == rows
    # session, person, roles, plan, number of parts, parts, sections and units to choose from
    assert len(asked) == 8
