"""A file's name is for people to read; it never says where anything is kept."""

from __future__ import annotations

from io import BytesIO

import pytest

from tasks.files import LONGEST_NAME, ending_of, examine, shown_name
from tasks.validators import printable

from .files import a_pdf

SHOWN = [
    ("工作总结.pdf", "工作总结.pdf"),
    ("../../etc/passwd", "passwd"),
    ("/etc/cron.d/x.pdf", "x.pdf"),
    ("C:\\Users\\张三\\桌面\\总结.PDF", "总结.PDF"),
    ("a/b\\c/d.pdf", "d.pdf"),
    ("", ""),
    (".", ""),
    ("..", ""),
    ("...", ""),
    ("a/..", ""),
    ("a/", ""),
    ("\\", ""),
    (" \t\n", ""),
    ("\u200b\u202e", ""),
    ("  a \t b\u3000\u00a0c.pdf ", "a b c.pdf"),
    ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie: x.pdf"),
    ("a\0\x07\x1b[31m.pdf", "a[31m.pdf"),
    ("a\u202efdp.exe", "afdp.exe"),
    ("a\u2066\u2069\u200f\ufeff.pdf", "a.pdf"),
    ("a\ud800\uffff.pdf", "a.pdf"),
    ("报告.pdf. . ", "报告.pdf"),
    (".pdf", ".pdf"),
    ("<script>alert(1)</script>.pdf", "script>.pdf"),
    ('";x="<b>.pdf', '";x="<b>.pdf'),
    ("e\u0301.pdf", "\u00e9.pdf"),
]


@pytest.mark.parametrize(("name", "shown"), SHOWN)
def test_a_name_is_shown_as_one_plain_line_without_a_path(name: str, shown: str) -> None:
    assert shown_name(name) == shown
    printable(shown)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("字" * 146 + ".pdf", "字" * 146 + ".pdf"),
        ("字" * 147 + ".pdf", "字" * 145 + "….pdf"),
        ("字" * 300 + ".xlsx", "字" * 144 + "….xlsx"),
        ("字" * 300, "字" * 149 + "…"),
        ("字" * 100 + "." + "a" * 300, "字" * 100 + "." + "a" * 48 + "…"),
        ("a. " * 100 + ".pdf", ("a. " * 49)[:-2] + "….pdf"),
    ],
)
def test_a_long_name_is_shortened_and_keeps_its_ending(name: str, shown: str) -> None:
    assert shown_name(name) == shown
    assert len(shown) <= LONGEST_NAME


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("a.PDF", "pdf"),
        ("a.tar.gz", "gz"),
        ("a", ""),
        ("2021.12.31", ""),
        ("a.总结", ""),
        ("a.b c", ""),
        ("a.7z", "7z"),
    ],
)
def test_an_ending_is_letters_after_the_last_dot(name: str, ending: str) -> None:
    assert ending_of(name) == ending


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("", "未命名.pdf"),
        ("..", "未命名.pdf"),
        ("关于2021.12.31前的总结", "关于2021.12.31前的总结.pdf"),
        ("2021.12", "2021.12.pdf"),
        ("字" * 300, "字" * 145 + "….pdf"),
    ],
)
def test_a_name_without_an_ending_is_given_that_of_its_content(name: str, shown: str) -> None:
    assert examine(name, BytesIO(a_pdf()), most_bytes=4096).name == shown
