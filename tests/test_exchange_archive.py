"""The archive: the same bytes for the same plan, and nothing taken from one that is not whole, honest and small."""

from __future__ import annotations

import json
import struct
from hashlib import sha256
from typing import Any

import pytest
from django.core.files.storage import default_storage

from tasks.exchange.archive import Incomplete
from tasks.models import Evidence, Report

from . import exchange
from .exchange import FILE, FOLDER, SUMS, Moved, a_whole_plan, as_zip, bring, changed, packed, parts_of, refusal, rows
from .files import a_pdf, a_zip

pytestmark = pytest.mark.django_db
moved = exchange.moved


def test_an_archive_holds_the_file_its_attachments_and_the_sums_of_all(moved: Moved) -> None:
    parts = parts_of(moved.archive)

    digests = sorted({row["sha256"] for row in json.loads(moved.file)["evidence"]})
    assert list(parts) == [FILE, *(f"{FOLDER}{digest}" for digest in digests), SUMS]
    assert parts[FILE] == moved.file
    assert {name: sha256(data).hexdigest() for name, data in parts.items() if name != SUMS} == {
        line[66:]: line[:64] for line in parts[SUMS].decode().splitlines()
    }


def test_the_same_plan_gives_the_same_bytes() -> None:
    plan = a_whole_plan()

    assert as_zip(plan) == as_zip(plan)


def test_an_attachment_that_is_not_there_is_named_and_there_is_no_archive() -> None:
    plan = a_whole_plan()
    gone, *_others = Evidence.objects.all()
    default_storage.delete(gone.file.name)

    with pytest.raises(Incomplete) as refused:
        as_zip(plan)

    assert refused.value.names == [gone.name]


def test_files_come_back_with_their_content_and_one_content_is_stored_once(moved: Moved) -> None:
    bring(moved.archive)

    found = Evidence.objects.order_by("pk")
    assert [sha256(each.file.read()).hexdigest() for each in found] == [each.sha256 for each in found]
    assert len({each.file.name for each in found}) == len({each.sha256 for each in found})


# --- what is refused -----------------------------------------------------------------------------------


def test_a_zip_called_json_and_the_reverse_are_refused(moved: Moved) -> None:
    assert refusal(moved.archive, "plan.json") == ["plan.json：扩展名是“.json”，内容却不是，请核对后重试。"]
    assert refusal(moved.file, "plan.zip") == ["plan.zip：扩展名是“.zip”，内容却不是，请核对后重试。"]


@pytest.mark.parametrize("part", [0.1, 0.5, 0.99])
def test_an_archive_that_breaks_off_is_refused(moved: Moved, part: float) -> None:
    assert refusal(moved.archive[: int(len(moved.archive) * part)]) == [
        "归档包：归档包不完整或已损坏，请重新取得后再试。"
    ]


def test_an_archive_of_which_a_byte_has_turned_is_refused(moved: Moved) -> None:
    at = moved.archive.index(b"%PDF") + 8
    turned = moved.archive[:at] + bytes([moved.archive[at] ^ 1]) + moved.archive[at + 1 :]

    assert "归档包不完整或已损坏，请重新取得后再试。" in refusal(turned)[0]


def first_attachment(parts: dict[str, bytes]) -> str:
    return next(name for name in parts if name.startswith(FOLDER))


def other_content(parts: dict[str, bytes]) -> None:
    parts[first_attachment(parts)] = a_pdf("别的内容")


def no_attachment(parts: dict[str, bytes]) -> None:
    del parts[first_attachment(parts)]


def one_more(parts: dict[str, bytes]) -> None:
    content = a_pdf("多出的附件")
    parts[FOLDER + sha256(content).hexdigest()] = content


def another_kind(parts: dict[str, bytes]) -> None:
    """What is recorded agrees with the content, which is no file that may be uploaded."""
    content = a_zip({"a.exe": b"MZ"})
    digest, old = sha256(content).hexdigest(), first_attachment(parts).removeprefix(FOLDER)
    del parts[FOLDER + old]
    parts[FOLDER + digest] = content

    def change(told: dict[str, Any]) -> None:
        for row in told["evidence"]:
            if row["sha256"] == old:
                row.update(sha256=digest, size=len(content))

    parts[FILE] = changed(parts[FILE], change)


def another_size(parts: dict[str, bytes]) -> None:
    parts[FILE] = changed(parts[FILE], lambda told: told["evidence"][0].update(size=1))


CONTENTS: list[tuple[Any, str]] = [
    (lambda parts: parts.pop(FILE), "plan.json：归档包中没有这个文件。"),
    (lambda parts: parts.update({"../../etc/passwd": b"x"}), "../../etc/passwd：不是归档包应有的文件。"),
    (lambda parts: parts.update({f"{FOLDER}x": b"x"}), "attachments/x：不是归档包应有的文件。"),
    (other_content, "：附件内容与登记的类型、大小或校验值不符。"),
    (no_attachment, "：归档包中没有附件attachments/"),
    (one_more, "：不是任何佐证材料的附件。"),
    (another_kind, "未上传：内容是ZIP压缩包，不能作为佐证材料。"),
    (another_size, "$.evidence[0]）：附件内容与登记的类型、大小或校验值不符。"),
    (lambda parts: parts.update({FILE: b"\xff"}), "plan.json：第1个字节处不是UTF-8编码。"),
]


@pytest.mark.parametrize(("change", "told"), CONTENTS)
def test_what_does_not_belong_together_is_refused(moved: Moved, change: Any, told: str) -> None:
    parts = parts_of(moved.archive)
    change(parts)

    assert any(told in fault for fault in refusal(packed(parts)))


def test_sums_that_are_not_right_are_refused(moved: Moved) -> None:
    parts = parts_of(moved.archive)
    parts[SUMS] = parts[SUMS].replace(b"0", b"1")

    faults = refusal(packed(parts, is_summed=False))

    assert faults[-1] == "SHA256SUMS：与归档包中的文件不一致。"


def test_a_bomb_is_not_unpacked(moved: Moved, settings) -> None:
    parts = parts_of(moved.archive) | {FILE: b" " * 50_000_000}

    assert "plan.json：展开后超过压缩大小的100倍，不予展开。" in refusal(packed(parts))
    settings.EXCHANGE_MAX_RATIO = 10**6
    settings.EXCHANGE_MAX_JSON_BYTES = 1_000_000
    assert refusal(packed(parts))[0].startswith("plan.json：大小为47.7")
    settings.EXCHANGE_MAX_UNPACKED_BYTES = 1_000_000
    assert refusal(packed(parts))[0].startswith("大小为47.")


def test_a_member_that_lies_about_its_size_is_read_no_further_than_it_says(moved: Moved) -> None:
    data = bytearray(packed(parts_of(moved.archive)))
    at = data.index(b"PK\1\2")
    struct.pack_into("<I", data, at + 24, 100)  # the size of plan.json, as the table of contents has it

    assert refusal(bytes(data))[0].startswith("plan.json")


@pytest.mark.parametrize(("limit", "most"), [("EXCHANGE_MAX_FILES", 2), ("EXCHANGE_MAX_BYTES", 100)])
def test_an_archive_beyond_a_limit_is_refused(moved: Moved, settings, limit: str, most: int) -> None:
    setattr(settings, limit, most)

    assert "的上限。" in refusal(moved.archive)[0]


def test_an_attachment_larger_than_may_be_uploaded_is_refused(moved: Moved, settings) -> None:
    settings.EVIDENCE_MAX_BYTES = 10

    assert "的上限。" in refusal(moved.archive)[0]


# --- broken off in the middle --------------------------------------------------------------------------


@pytest.mark.parametrize("model", [Report, Evidence])
def test_an_import_that_breaks_off_leaves_no_row_and_no_file(moved: Moved, monkeypatch, model) -> None:
    before = rows()

    def breaks(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(type(model._default_manager), "bulk_create", breaks)
    with pytest.raises(KeyboardInterrupt):
        bring(moved.archive)

    assert rows() == before
    assert _stored() == []


def _stored() -> list[str]:
    folder = "evidence/imported"
    if not default_storage.exists(folder):
        return []
    return [
        name for each in default_storage.listdir(folder)[0] for name in default_storage.listdir(f"{folder}/{each}")[1]
    ]
