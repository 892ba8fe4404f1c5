"""An ordinary database is never called a demonstration, and hardly ever asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from departments.models import Role
from tasks.demonstration.calendar import LAST_DAY
from tasks.models import Demonstration, Plan, demonstration_mark
from tasks.models.demonstration import forget

from .builders import a_leader, a_measure, a_part, a_person, a_plan
from .pages import Page, every, signed_in, words

BANNER = "演示数据 人员、填报、审核和文件全部是编造的，均非真实，不得引用。 查看2022-01-12"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_new_process(db) -> None:
    """One that knows nothing of its database yet."""
    forget()


def banners(response) -> list[str]:
    return [words(banner) for banner in every(Page(response).tree, "aside", "demonstration")]


def cost(client: Client, path: str) -> int:
    """How often the mark is looked for."""
    with CaptureQueriesContext(connection) as asked:
        client.get(path)
    return len([query for query in asked.captured_queries if "tasks_demonstration" in query["sql"]])


def test_an_ordinary_database_never_says_so() -> None:
    a_part(a_measure(a_plan()))
    client = signed_in(a_leader())

    assert [banners(client.get(path)) for path in ("/plans/", "/nothing/", "/accounts/password/")] == [[], [], []]
    assert banners(Client().get("/accounts/login/")) == []
    assert client.get("/").headers["Location"] == Plan.objects.get().get_absolute_url()


def test_a_process_asks_once() -> None:
    a_plan()
    client = signed_in(a_leader())

    assert [cost(client, "/plans/") for _visit in range(3)] == [1, 0, 0]


def test_a_server_that_began_on_an_empty_database_sees_what_is_loaded_meanwhile() -> None:
    client = Client()
    before = banners(client.get("/accounts/login/"))

    Demonstration.objects.create(last_day=LAST_DAY)  # by another process

    assert (before, banners(client.get("/accounts/login/"))) == ([], [BANNER])


def test_what_has_been_seen_stays_true() -> None:
    """A database in use never becomes a demonstration, so that its answer needs no second look."""
    a_person(Role.LEADER)
    assert demonstration_mark() is None

    with pytest.raises(CommandError, match="数据库已在使用"):
        call_command("load_demonstration")

    assert demonstration_mark() is None


def test_a_server_that_has_not_looked_says_that_the_database_is_gone_all_the_same(monkeypatch) -> None:
    def fail(*_any: object) -> None:
        raise OperationalError

    monkeypatch.setattr("tasks.models.demonstration.DemonstrationQuerySet.first", fail)
    response = Client().get("/accounts/login/")

    assert (response.status_code, banners(response)) == (200, [])


def test_every_page_with_a_frame_of_its_own_has_a_place_for_the_banner() -> None:
    root = Path(settings.BASE_DIR) / "templates"
    frames = [path for path in root.rglob("*.html") if "<body" in path.read_text("utf-8")]

    assert [path.name for path in frames if "{% demonstration_banner %}" not in path.read_text("utf-8")] == []
    assert {path.name for path in frames} >= {"base.html", "error.html"}
