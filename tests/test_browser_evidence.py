"""Evidence as a reporter adds it and a leader gets it, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tasks.models import Draft, Evidence, Plan

from . import browser
from .browser import DESK, PHONE, OpenWindow, part_of
from .builders import a_leader, a_reporter
from .files import a_pdf, a_picture

pytestmark = pytest.mark.browser
browser_type_launch_args, open_window = browser.browser_type_launch_args, browser.open_window
today, plan = browser.today, browser.plan

LONG = "关于开展知识产权保护专项行动情况的说明" * 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What somebody has on his desk."""
    (tmp_path / f"{LONG}.pdf").write_bytes(a_pdf(LONG))
    (tmp_path / "现场照片.jpg").write_bytes(a_picture("JPEG"))
    (tmp_path / "压缩.zip").write_bytes(b"PK\3\4" + bytes(64))
    return tmp_path


def choose(page: Page, pk: int, *files: Path) -> None:
    more = page.locator(f"#d{pk} details.more")
    if more.count() and more.get_attribute("open") is None:
        more.locator("summary").click()
    page.locator(f"#files-{pk}").set_input_files([str(file) for file in files])


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_files_are_added_while_typing_submitted_and_downloaded(
    plan: Plan, open_window: OpenWindow, folder: Path, width: int
) -> None:
    part = part_of(plan, 31, "区文化旅游体育局")
    reporter = open_window(a_reporter(part.department), width=width)
    page = reporter.goto("/mine/")
    files = page.locator(f"#evidence-{part.pk}")

    page.locator(f"#d{part.pk}").get_by_label("进展情况").fill("执法记录仪已全部配发。")
    expect(page.locator(f"#d{part.pk} .saved")).to_contain_text("保存")
    choose(page, part.pk, folder / f"{LONG}.pdf", folder / "压缩.zip", folder / "现场照片.jpg")
    expect(files.get_by_role("listitem")).to_have_count(2)
    expect(files.get_by_role("alert")).to_contain_text("“压缩.zip”未上传：")
    assert not reporter.is_too_wide
    assert [fault for fault in reporter.barriers() if "evidence" in fault or "files" in fault] == []
    expect(page.locator(f"#d{part.pk}").get_by_label("进展情况")).to_have_value("执法记录仪已全部配发。")
    files.get_by_role("button", name="删除 现场照片.jpg").click()
    expect(files.get_by_role("listitem")).to_have_count(1)
    choose(page, part.pk, folder / "现场照片.jpg")
    expect(files.get_by_role("listitem")).to_have_count(2)
    expect(files.get_by_role("alert")).to_have_count(0)
    page.locator(f"#d{part.pk}").get_by_role("button", name="提交").first.click()
    expect(page.get_by_role("status").filter(has_text="已提交1项")).to_be_visible()

    assert Draft.objects.count() == 0
    assert [each.name for each in Evidence.objects.filter(report__assignment=part)] == [
        Evidence.objects.order_by("pk").first().name,
        "现场照片.jpg",
    ]
    reader = open_window(a_leader(), width=width)
    measure = reader.goto(part.measure.get_absolute_url())
    with measure.expect_download() as waiting:
        measure.get_by_role("link", name="现场照片.jpg").first.click()
    assert waiting.value.suggested_filename == "现场照片.jpg"
    assert Path(waiting.value.path()).read_bytes() == (folder / "现场照片.jpg").read_bytes()
    assert not reader.is_too_wide


def test_files_are_added_and_removed_without_a_script(plan: Plan, open_window: OpenWindow, folder: Path) -> None:
    part = part_of(plan, 31, "区文化旅游体育局")
    page = open_window(a_reporter(part.department), javascript=False).goto(part.get_report_url())

    choose(page, part.pk, folder / "现场照片.jpg", folder / "压缩.zip")
    page.get_by_role("button", name="上传所选文件").click()
    expect(page.get_by_role("status").first).to_have_text("“现场照片.jpg”已上传。")
    page.locator(f"#evidence-{part.pk}").get_by_role("button", name="删除 现场照片.jpg").click()
    expect(page.get_by_role("status").first).to_have_text("“现场照片.jpg”已删除。")

    assert Evidence.objects.count() == 0
