"""The steps of a measure on its page, and recording them there."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.html import Element
from django.test.utils import CaptureQueriesContext

from tasks.choices import AssignmentRole
from tasks.models import Evidence, Measure, MilestoneEntry

from .builders import (
    a_department,
    a_leader,
    a_measure,
    a_milestone,
    a_part,
    a_reporter,
    a_supervisor,
    an_administrator,
)
from .files import sent
from .pages import Page, attribute, every, it_is, send, signed_in, visit, words

TODAY = date(2021, 12, 6)


@pytest.fixture(autouse=True)
def _today(monkeypatch) -> None:
    it_is(monkeypatch, TODAY)


@pytest.fixture
def measure(db) -> Measure:
    """甲 and 乙 jointly; a step before the issue and one that is two days late."""
    found = a_measure(number=34)
    for name in ("甲", "乙"):
        a_part(found, a_department(name), AssignmentRole.JOINT)
    a_milestone(found, date(2021, 4, 26), title="“4.26”世界知识产权日")
    a_milestone(found, date(2021, 12, 4))
    return found


def sheet(page: Page, title: str) -> Element:
    return next(one for one in page.every("section", "sheet") if words(every(one, "h2")[0]) == title)


def shown(page: Page) -> list[tuple[str, str, str]]:
    """Title, light and sentence of each step, as they stand in the table."""
    rows = every(every(sheet(page, "节点"), "tbody")[0], "tr")
    return [
        (words(every(row, "td")[0]), words(every(row, "", "light")[0]), words(every(row, "div", "sub")[0]))
        for row in rows
    ]


def place(measure: Measure, number: int = 2, end: str = "") -> str:
    milestone = measure.milestones.get(position=number)
    return f"{measure.get_absolute_url()}milestones/{milestone.pk}/{end}"


def forms(page: Page) -> list[str]:
    """Where the forms among the steps lead."""
    return [attribute(form, "action") or "" for form in every(sheet(page, "节点"), "form")]


def test_steps_stand_with_light_and_sentence_by_their_days(measure: Measure) -> None:
    page = visit(signed_in(a_leader()), measure.get_absolute_url())

    assert shown(page) == [
        ("“4.26”世界知识产权日", "计划印发前", "节点日期2021年4月26日，在计划印发（2021年8月26日）之前，不计逾期。"),
        ("“12.4”普法宣传日", "逾期", "节点日期2021年12月4日，逾期2天，未登记完成。"),
    ]
    lights = every(sheet(page, "节点"), "", "light")
    assert [attribute(light, "class") for light in lights] == ["light light--quiet", "light light--overdue"]


def test_a_measure_without_steps_says_nothing_of_them(db) -> None:
    page = visit(signed_in(a_supervisor()), a_measure().get_absolute_url())

    assert [words(title) for title in page.every("h2")] == ["责任单位", "经过", "可以做的事"]


def test_those_who_may_are_offered_the_form_and_nobody_else(measure: Measure) -> None:
    both = [place(measure, 1), place(measure, 2)]
    offered = {
        name: forms(visit(signed_in(person), measure.get_absolute_url()))
        for name, person in {
            "joint": a_reporter(a_department("甲")),
            "stranger": a_reporter(a_department("丙")),
            "supervisor": a_supervisor(),
            "leader": a_leader(),
            "administrator": an_administrator(),
        }.items()
    }

    assert offered == {"joint": both, "stranger": [], "supervisor": both, "leader": [], "administrator": both}


def test_a_unit_records_that_a_step_is_done(measure: Measure) -> None:
    client = signed_in(a_reporter(a_department("乙"), last_name="李", first_name="强"))

    page = send(client, place(measure), status=200, follow=True, done_on="2021-12-04", note="集中宣传三场。")

    assert page.notes == ["节点已登记完成：“12.4”普法宣传日。"]
    assert shown(page)[1] == (
        "“12.4”普法宣传日",
        "已完成",
        "节点日期2021年12月4日，2021年12月4日完成。李强于2021-12-06登记。",
    )
    assert "集中宣传三场。" in words(sheet(page, "节点"))
    assert forms(page) == [place(measure, 1)]


def test_a_past_day_shows_what_was_recorded_then_and_offers_nothing(measure: Measure) -> None:
    client = signed_in(a_supervisor())
    send(client, place(measure), status=302, done_on="2021-12-04")

    page = visit(client, measure.get_absolute_url(), as_of="2021-12-05")

    assert [row[1] for row in shown(page)] == ["计划印发前", "逾期"]
    assert forms(page) == []


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({}, "请填写完成日期。"),
        ({"done_on": "2021-02-30"}, "日期应写作2021-12-31的形式，并且确有这一天。"),
        ({"done_on": "2021-12-07"}, "日期不能晚于今天。"),
        ({"done_on": "2019-12-31"}, "日期不能早于计划开始日期2020-01-01。"),
        ({"done_on": "2021-12-04", "note": "宣传\x0b三场"}, "文字中有无法显示的控制字符，请删除后重试。"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(measure: Measure, data: dict[str, str], fault: str) -> None:
    data = {"note": "<script>三场</script>"} | data

    page = send(signed_in(a_supervisor()), place(measure), status=422, **data)

    assert [words(item) for found in page.every("ul", "errorlist") for item in every(found, "li")] == [fault]
    assert page.filled_in("done_on") == data.get("done_on")
    assert page.filled_in("note") == data["note"]
    assert MilestoneEntry.objects.count() == 0


def test_a_note_beyond_all_length_is_refused(measure: Measure) -> None:
    page = send(signed_in(a_supervisor()), place(measure), status=422, done_on="2021-12-04", note="长" * 100_000)

    assert len(page.every("ul", "errorlist")) == 1
    assert MilestoneEntry.objects.count() == 0


def test_the_second_of_two_people_is_told_and_keeps_his_words(measure: Measure) -> None:
    send(signed_in(a_supervisor(last_name="孟", first_name="凡")), place(measure), status=302, done_on="2021-12-04")

    client = signed_in(an_administrator())
    page = send(client, place(measure), status=409, done_on="2021-12-05", note="另记。")

    assert page.alerts == ["该节点已由孟凡登记为2021-12-04完成；登记有误的，由督办管理员撤销后重新登记。"]
    assert page.filled_in("note") == "另记。"
    assert MilestoneEntry.objects.count() == 1


def test_a_double_click_is_recorded_once(measure: Measure) -> None:
    client = signed_in(a_supervisor())
    send(client, place(measure), status=302, done_on="2021-12-04")

    page = send(client, place(measure), status=200, follow=True, done_on="2021-12-04")

    assert page.notes == ["节点已登记完成：“12.4”普法宣传日。", "这个节点已经登记过，没有重复记录。"]
    assert MilestoneEntry.objects.count() == 1


def test_the_office_takes_a_mistake_back(measure: Measure) -> None:
    send(signed_in(a_reporter(a_department("甲"))), place(measure), status=302, done_on="2021-12-04")
    client = signed_in(a_supervisor())
    assert forms(visit(client, measure.get_absolute_url())) == [place(measure, 1), place(measure, 2, "undo/")]

    page = send(client, place(measure, 2, "undo/"), status=200, follow=True)
    again = send(client, place(measure, 2, "undo/"), status=200, follow=True)

    assert shown(page)[1][1] == "逾期"
    assert again.notes == ["该节点目前没有完成登记，无需撤销。"]


def test_a_unit_is_not_offered_to_take_back(measure: Measure) -> None:
    client = signed_in(a_reporter(a_department("甲")))
    send(client, place(measure), status=302, done_on="2021-12-04")

    page = visit(client, measure.get_absolute_url())

    assert forms(page) == [place(measure, 1)]
    assert client.post(place(measure, 2, "undo/")).status_code == 403
    assert MilestoneEntry.objects.get().void_on is None


def test_who_comes_in_by_the_address_alone(measure: Measure) -> None:
    people = {
        "joint": a_reporter(a_department("甲")),
        "stranger": a_reporter(a_department("丙")),
        "leader": a_leader(),
        "supervisor": a_supervisor(),
    }

    got = {name: signed_in(person).get(place(measure)).status_code for name, person in people.items()}
    sent = {name: signed_in(person).post(place(measure)).status_code for name, person in people.items()}

    assert got == {"joint": 200, "stranger": 403, "leader": 403, "supervisor": 200}
    assert sent == {"joint": 422, "stranger": 403, "leader": 403, "supervisor": 422}


def test_a_step_is_found_under_its_own_measure_only(measure: Measure) -> None:
    client, other = signed_in(a_supervisor()), a_measure(measure.plan)
    milestone = measure.milestones.get(position=2)

    for base in (other.get_absolute_url(), a_measure().get_absolute_url(), "/plans/no-plan/measures/34/"):
        assert client.post(f"{base}milestones/{milestone.pk}/", {"done_on": "2021-12-04"}).status_code == 404
    assert client.get(f"{measure.get_absolute_url()}milestones/{10**30}/").status_code == 404
    assert client.get(place(measure, 2, "undo/")).status_code == 405


# --- files that show it ---------------------------------------------------------------------------


def stored(folder: str = "") -> list[str]:
    folders, files = default_storage.listdir(folder)
    return [*files, *(name for each in folders for name in stored(f"{folder}{each}/"))]


def test_a_step_is_recorded_with_the_files_that_show_it(measure: Measure) -> None:
    client = signed_in(a_reporter(a_department("甲")))
    files = [sent("总结.pdf"), sent("简报.pdf")]

    page = send(client, place(measure), status=200, follow=True, done_on="2021-12-04", files=files)

    shown_files = every(sheet(page, "节点"), "ul", "files")
    assert [words(link) for link in every(shown_files[0], "a")] == ["总结.pdf", "简报.pdf"]
    before = visit(client, measure.get_absolute_url(), as_of="2021-12-05")
    assert every(sheet(before, "节点"), "ul", "files") == []


def test_a_file_that_is_not_taken_leaves_nothing_behind(measure: Measure) -> None:
    good, bad = sent("总结.pdf"), sent("页面.html", b"<html></html>")
    before = stored()

    page = send(signed_in(a_supervisor()), place(measure), status=422, done_on="2021-12-04", files=[good, bad])

    (alert,) = page.alerts
    assert alert.startswith("“页面.html”未上传：")
    assert page.filled_in("done_on") == "2021-12-04"
    assert (MilestoneEntry.objects.count(), Evidence.objects.count(), stored()) == (0, 0, before)


def test_steps_cost_the_same_number_of_queries_with_one_and_three(db) -> None:
    costs = {}
    for rows in (0, 0, 1, 3):  # the first time some things are asked that are then remembered
        found = a_measure()
        a_part(found, a_department("甲"))
        for number in range(rows):
            a_milestone(found, date(2021, 10, 1 + number))
            send(signed_in(a_supervisor()), place(found, number + 1), status=302, done_on="2021-10-01")
        client = signed_in(a_reporter(a_department("甲")))
        with CaptureQueriesContext(connection) as captured:
            page = visit(client, found.get_absolute_url())
        costs[rows] = len(captured)
        assert rows == 0 or len(shown(page)) == rows

    # beside what a measure without steps costs: their entries, their evidence, for which units this person speaks, and
    # the plan's rules of time
    assert {rows: cost - costs[0] for rows, cost in costs.items()} == {0: 0, 1: 4, 3: 4}
