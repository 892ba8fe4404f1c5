"""What is exported can be imported: both are held to the same limits, and the refusal comes where the file is made."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from tasks.actions import plan_archive as archive_actions
from tasks.exchange.faults import Refused, Unwritable
from tasks.models import Plan, PlanArchive

from . import exchange
from .builders import a_plan, an_administrator
from .exchange import SLUG, Moved, a_whole_plan, as_json, as_zip, bring, empty, parts_of, refusal
from .pages import Page, it_is, signed_in

pytestmark = pytest.mark.django_db
moved = exchange.moved

# Each limit set to what one plan just keeps, and how a file is written that it is about.
LIMITS = {
    "EXCHANGE_MAX_ROWS": as_json,
    "EXCHANGE_MAX_VALUE": as_json,
    "EXCHANGE_MAX_JSON_BYTES": as_json,
    "EXCHANGE_MAX_FILES": as_zip,
    "EXCHANGE_MAX_UNPACKED_BYTES": as_zip,
    "EXCHANGE_MAX_BYTES": as_zip,
    "EVIDENCE_MAX_BYTES": as_zip,
}


def least(settings: Any, limit: str, write: Any, plan: Plan) -> int:
    """The least value of ``limit`` with which the plan is still written."""
    below, enough = 0, getattr(settings, limit)
    while enough - below > 1:
        middle = (below + enough) // 2
        setattr(settings, limit, middle)
        try:
            write(plan)
        except Unwritable:
            below = middle
        else:
            enough = middle
    return enough


@pytest.mark.parametrize(("limit", "write"), LIMITS.items(), ids=LIMITS)
def test_what_just_keeps_a_limit_is_taken_and_with_one_less_it_is_not_even_written(
    settings, limit: str, write: Any
) -> None:
    plan = a_whole_plan()
    for each in LIMITS:
        setattr(settings, each, 60_000)  # quicker to search
    enough = least(settings, limit, write, plan)

    setattr(settings, limit, enough - 1)
    with pytest.raises(Unwritable) as refused:
        write(plan)
    setattr(settings, limit, enough)
    data = write(plan)

    assert str(refused.value).endswith(f"，这样的文件不能再导入，因此没有导出。请由系统管理员调高设置{limit}后重试。")
    empty()
    setattr(settings, limit, enough - 1)
    assert "的上限" in refusal(data)[0]  # they are the limits of what comes in
    setattr(settings, limit, enough)
    again, _findings = bring(data)
    assert write(again) == data


def test_a_plan_that_would_be_taken_for_a_bomb_is_not_packed(settings) -> None:
    plan = a_whole_plan()
    packed = as_zip(plan)
    settings.EXCHANGE_MAX_RATIO = 2

    loose = as_zip(plan)

    assert parts_of(loose) == parts_of(packed)
    assert len(loose) > len(packed)
    empty()
    assert "展开后超过压缩大小的2倍，不予展开。" in refusal(packed)[0]
    again, _findings = bring(loose)
    assert as_zip(again) == loose


def test_the_page_and_the_command_say_why_there_is_no_file(settings, monkeypatch, tmp_path) -> None:
    it_is(monkeypatch, date(2022, 1, 12))
    plan = a_plan()
    settings.EXCHANGE_MAX_ROWS = 1
    client, file = signed_in(an_administrator()), tmp_path / "plan.json"

    page = Page(client.get(reverse("plan_data", args=[plan.slug]), follow=True))
    with pytest.raises(CommandError) as refused:
        call_command("export_plan", plan.slug, str(file))

    words = "记录超过1条的上限，这样的文件不能再导入，因此没有导出。请由系统管理员调高设置EXCHANGE_MAX_ROWS后重试。"
    assert page.notes + page.alerts == [words]
    assert str(refused.value) == words
    assert list(tmp_path.iterdir()) == []


# --- time ------------------------------------------------------------------------------------------------


def test_a_page_takes_less_time_than_the_server_gives_it_and_others_wait(settings) -> None:
    waited_for = 20  # DATABASES' timeout on SQLite
    given = 30  # gunicorn's, unless it is told otherwise

    assert min(waited_for, given) > settings.EXCHANGE_PAGE_SECONDS
    assert settings.EXCHANGE_PAGE_SECONDS < settings.EXCHANGE_MAX_SECONDS


def test_what_takes_a_page_too_long_is_left_to_the_command(moved: Moved, settings) -> None:
    settings.EXCHANGE_PAGE_SECONDS = -1
    how: dict[str, Any] = {"by": an_administrator(), "now": exchange.at(exchange.BROUGHT_ON)}

    with pytest.raises(Refused) as refused:
        archive_actions.receive(name="a.zip", stream=BytesIO(moved.archive), **how)

    assert refused.value.faults == ["处理时间超过-1秒的上限，请在服务器上用 manage.py import_plan_archive 导入。"]
    assert PlanArchive.objects.count() == 0
    assert bring(moved.archive)[0].slug == SLUG
