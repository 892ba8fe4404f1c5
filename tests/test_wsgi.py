"""What stands before Django."""

from __future__ import annotations

from typing import Any

import pytest

from plan_tracker.wsgi import in_utf8


@pytest.mark.parametrize(
    ("claimed", "passed_on"),
    [
        ("text/plain; charset=hex", "text/plain"),
        ("application/x-www-form-urlencoded;CHARSET=idna", "application/x-www-form-urlencoded"),
        ("multipart/form-data; charset=undefined; boundary=x", "multipart/form-data; boundary=x"),
        ("multipart/form-data; boundary=x", "multipart/form-data; boundary=x"),
        ("", ""),
    ],
)
def test_no_encoding_that_a_browser_claims_reaches_django(claimed: str, passed_on: str) -> None:
    seen: list[dict[str, Any]] = []

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.append(environ)
        return [b"ok"]

    answer = in_utf8(application)({"CONTENT_TYPE": claimed}, lambda *args: None)

    assert answer == [b"ok"]
    assert seen[0]["CONTENT_TYPE"] == passed_on
