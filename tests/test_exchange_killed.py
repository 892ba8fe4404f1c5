"""A server killed while a plan comes in, by the command and by the page: all of it is there or nothing, files too."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from django.utils import timezone

from tasks.actions import plan_archive as actions
from tasks.actions.storing import MARKS, clear, storing
from tasks.models import Evidence, Plan, PlanArchive

from . import exchange, test_concurrency
from .builders import an_administrator, at
from .exchange import BROUGHT_ON, Moved, a_whole_plan, as_zip, bring, empty, refusal, rows
from .killed import was_killed

pytestmark = pytest.mark.django_db(transaction=True)
_a_database_of_several = test_concurrency._a_database_of_several

LATER = timedelta(hours=3)

# Where the server dies, and whether the plan is in by then.
MOMENTS = {
    "after two of its files": (
        """
        from tasks.actions.storing import Storing
        save = Storing.save

        def dying(files, place, content):
            kept = save(files, place, content)
            if len(files.put) == 4:
                die()
            return kept

        Storing.save = dying
        """,
        False,
    ),
    "before its last table": (
        """
        from tasks.exchange.restore import _Restored
        table = _Restored.table
        _Restored.table = lambda self, each: die() if each.name == "plan_documents" else table(self, each)
        """,
        False,
    ),
    "before it is committed": (
        """
        from tasks.actions import plan_archive
        plan_archive._count_attachments = die
        """,
        False,
    ),
    "once it is committed": (
        """
        from tasks.actions import plan_archive, storing
        storing.delete_afterwards = die
        """,
        True,
    ),
}
BY_COMMAND = """
    from django.core.management import call_command
    call_command("import_plan_archive", sys.argv[1])
"""
BY_PAGE = """
    from django.test import Client
    from django.urls import reverse
    from tasks.models import PlanArchive
    archive = PlanArchive.objects.select_related("uploaded_by").get()
    client = Client(SERVER_NAME="localhost")
    client.force_login(archive.uploaded_by)
    answer = client.post(reverse("plan_archive_confirm", args=[archive.pk]), {"sha256": archive.sha256})
    assert answer.status_code == 302, answer.content.decode()
"""
moments = pytest.mark.parametrize(("dying", "is_in"), MOMENTS.values(), ids=MOMENTS)


@pytest.fixture
def disk(settings, tmp_path: Path) -> Path:
    """Where files are kept that another process finds, too."""
    folder = tmp_path / "media"
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(folder)}}
    settings.STORAGES = settings.STORAGES | {"default": backend}
    return folder


@pytest.fixture
def moved(disk: Path) -> Moved:
    """Written, and taken away again with all its files."""
    plan = a_whole_plan()
    found = Moved(exchange.as_json(plan), as_zip(plan))
    empty()
    for file in kept(disk):
        (disk / file).unlink()
    return found


def kept(disk: Path) -> list[str]:
    return sorted(str(file.relative_to(disk)) for file in disk.rglob("*") if file.is_file())


def contents(disk: Path) -> list[str]:
    """The SHA-256 of every file there is."""
    return sorted(sha256((disk / file).read_bytes()).hexdigest() for file in kept(disk))


def digests() -> list[str]:
    """The SHA-256 of every file that the database names."""
    return sorted(set(Evidence.objects.values_list("sha256", flat=True)))


@moments
def test_of_a_command_that_is_killed_all_is_there_or_nothing(
    moved: Moved, disk: Path, tmp_path: Path, dying: str, is_in: bool
) -> None:
    file, before = tmp_path / "plan.zip", rows()
    file.write_bytes(moved.archive)

    assert was_killed([dying, BY_COMMAND], file, MEDIA_ROOT=str(disk))

    assert len(kept(disk)) > 1
    assert (rows() == before) != is_in
    if not is_in:
        actions.bring_in(name="plan.zip", stream=BytesIO(moved.archive), now=timezone.now() + LATER)
    clear(now=timezone.now() + LATER)
    assert as_zip(Plan.objects.get()) == moved.archive
    assert contents(disk) == digests()


@moments
def test_of_a_confirmation_that_is_killed_all_is_there_or_nothing(
    moved: Moved, disk: Path, dying: str, is_in: bool
) -> None:
    by = an_administrator()
    archive = actions.receive(by=by, name="a.zip", stream=BytesIO(moved.archive), now=timezone.now())
    before = rows()

    assert was_killed([dying, BY_PAGE], MEDIA_ROOT=str(disk))

    assert ((rows() == before), PlanArchive.objects.get().is_confirmed) == (not is_in, is_in)
    if not is_in:
        actions.confirm(by=by, archive=archive, seen=archive.sha256, now=timezone.now() + LATER)
    clear(now=timezone.now() + LATER)
    assert as_zip(Plan.objects.get()) == moved.archive
    assert contents(disk) == digests()


# --- what is left over ------------------------------------------------------------------------------


def test_what_was_uploaded_when_the_server_died_goes_as_well(moved: Moved, disk: Path) -> None:
    an_administrator(username="guanli")
    script = """
        from io import BytesIO
        from django.utils import timezone
        from departments.models import User
        from tasks.actions import plan_archive as actions
        from tasks.models import PlanArchive
        PlanArchive.full_clean = die
        with open(sys.argv[1], "rb") as file:
            actions.receive(by=User.objects.get(), name="a.zip", stream=file, now=timezone.now())
    """
    file = disk.parent / "plan.zip"
    file.write_bytes(moved.archive)

    assert was_killed([script], file, MEDIA_ROOT=str(disk))

    assert [name.split("/")[0] for name in kept(disk)] == ["archives", "evidence"]
    assert clear(now=timezone.now()) == 0
    assert len(kept(disk)) == 2  # whoever is at it may still be
    assert clear(now=timezone.now() + LATER) == 1
    assert kept(disk) == []


def test_the_command_says_how_much_it_took_away(disk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (disk / "archives").mkdir(parents=True)
    (disk / "archives" / ("a" * 32)).write_bytes(b"of nobody")

    call_command("clear_leftovers")
    call_command("clear_leftovers")

    assert capsys.readouterr().out.splitlines() == [
        "已删除：导出任务0个，中断的导入留下的文件1个，逾期未确认的名单0份。",
        "已删除：导出任务0个，中断的导入留下的文件0个，逾期未确认的名单0份。",
    ]


def test_a_file_that_a_row_names_is_never_taken_away(moved: Moved, disk: Path) -> None:
    waiting = actions.receive(by=an_administrator(), name="b.zip", stream=BytesIO(moved.archive), now=at(BROUGHT_ON))
    bring(moved.archive)
    names = [str(waiting.file.name), *Evidence.objects.values_list("file", flat=True)]
    mark = f"{MARKS}/20211227T023000-{Path(names[1]).parent.name}"  # as if it had died when all was done
    (disk / mark).touch()

    assert clear(now=at(BROUGHT_ON) + LATER) == 0

    assert kept(disk) == sorted(set(names))


def test_files_of_a_transaction_that_fails_go_with_it(disk: Path) -> None:
    def breaks() -> None:
        with storing(at(BROUGHT_ON)) as files:
            files.save(f"archives/{files.name}", ContentFile(b"x"))
            raise KeyError

    with pytest.raises(KeyError):
        breaks()

    assert kept(disk) == []


# --- the same archive again -----------------------------------------------------------------------------


def test_an_archive_that_comes_again_after_its_plan_was_renamed_leaves_the_first_its_files(
    moved: Moved, disk: Path
) -> None:
    plan, _findings = bring(moved.archive)
    Plan.objects.filter(pk=plan.pk).update(slug="renamed")
    before = kept(disk)

    assert refusal(moved.archive) != []  # its reports are here already

    assert kept(disk) == before
    assert contents(disk) == digests()


@pytest.mark.parametrize("broken", ["archives/", f"{MARKS}/"])
def test_what_goes_wrong_after_the_commit_costs_no_attachment(
    moved: Moved, disk: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    by = an_administrator()
    archive = actions.receive(by=by, name="a.zip", stream=BytesIO(moved.archive), now=timezone.now())
    delete = FileSystemStorage.delete

    def failing(self: FileSystemStorage, name: str) -> None:
        if name.startswith(broken):
            raise PermissionError(name)
        delete(self, name)

    monkeypatch.setattr(FileSystemStorage, "delete", failing)

    plan, _findings = actions.confirm(by=by, archive=archive, seen=archive.sha256, now=timezone.now())

    assert PlanArchive.objects.get().plan == plan
    assert as_zip(plan) == moved.archive


def test_what_somebody_else_has_put_beside_the_marks_is_left_alone(moved: Moved, disk: Path) -> None:
    foreign = disk / MARKS / ".DS_Store"
    foreign.parent.mkdir(parents=True)
    foreign.write_bytes(b"")

    bring(moved.archive)

    assert clear(now=timezone.now() + LATER) == 0
    assert foreign.exists()
