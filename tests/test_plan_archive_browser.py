"""An administrator takes a plan away and brings another in, in a browser, with script and without."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tasks.models import Plan, PlanArchive

from . import browser
from .browser import PHONE, OpenWindow
from .builders import a_department, an_administrator
from .exchange import SLUG, a_whole_plan, as_json, as_zip, empty
from .test_period_browser import faults

pytestmark = pytest.mark.browser
browser_type_launch_args, open_window = browser.browser_type_launch_args, browser.open_window
today = browser.today


@pytest.fixture
def files(transactional_db: None, tmp_path: Path) -> tuple[Path, Path]:
    """A whole plan as an archive and as a file, in a database that has it no more."""
    plan = a_whole_plan()
    archive, file = tmp_path / "计划.zip", tmp_path / "计划.json"
    archive.write_bytes(as_zip(plan))
    file.write_bytes(as_json(plan))
    empty()
    return archive, file


def test_an_archive_comes_in_and_goes_out_again(
    live_server, files: tuple[Path, Path], open_window: OpenWindow, today: date
) -> None:
    archive, _file = files
    a_department("公安东丽分局")
    window = open_window(an_administrator())
    page = window.goto("/plans/")
    page.get_by_role("link", name="导入归档").click()
    found = {"list": faults(window)}
    with window.expecting(422):
        page.get_by_label("归档文件").set_input_files({"name": "a.zip", "mimeType": "", "buffer": b"PK\3\4"})
        page.get_by_role("button", name="上传并检查").click()
        page.get_by_text("归档包不完整或已损坏，请重新取得后再试。").wait_for()
    found["refused"] = faults(window)
    page.get_by_label("归档文件").set_input_files(archive)
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("强化知识产权保护推进计划")
    found["looked at"] = faults(window)
    page.get_by_role("button", name="确认，导入计划").click()
    page.get_by_text("已导入计划“强化知识产权保护推进计划”。").wait_for()
    found["plan"] = faults(window)
    with page.expect_download() as download:
        page.get_by_role("link", name="导出归档包").click()

    assert download.value.suggested_filename == f"{SLUG}.zip"
    with page.expect_download() as download:
        page.get_by_role("link", name="导出计划数据").click()
    assert download.value.suggested_filename == f"{SLUG}.json"
    assert found == {name: [] for name in found}
    assert Plan.objects.get().archives.count() == 1


def test_it_is_thrown_away_without_script_on_a_phone(
    live_server, files: tuple[Path, Path], open_window: OpenWindow, today: date
) -> None:
    window = open_window(an_administrator(), width=PHONE, javascript=False)
    page = window.goto("/archives/")

    page.get_by_label("归档文件").set_input_files(files[1])
    page.get_by_role("button", name="上传并检查").click()
    page.get_by_text("文件不含附件：3个佐证材料只有登记信息").wait_for()
    page.get_by_role("button", name="删除，不导入").click()
    page.get_by_text("已删除“计划.json”，没有导入。").wait_for()

    assert (Plan.objects.count(), PlanArchive.objects.count()) == (0, 0)
