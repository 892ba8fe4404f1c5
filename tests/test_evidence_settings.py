"""Where evidence is kept and how much of it, all from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from .test_settings import folder, settings_of  # noqa: F401  # a fixture

MIB = 1024 * 1024
LIMITS = ("EVIDENCE_MAX_BYTES", "EVIDENCE_MAX_FILES", "EVIDENCE_MAX_TOTAL_BYTES")


def test_with_nothing_set_evidence_is_kept_beside_the_database(folder: Path) -> None:  # noqa: F811
    found = settings_of(folder)

    assert found["STORAGES"]["default"] == {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {},
    }
    assert found["MEDIA_ROOT"] == folder.resolve() / "media"
    assert [found[name] for name in LIMITS] == [20 * MIB, 10, 100 * MIB]
    assert found["X_ACCEL_REDIRECT"] == ""
    assert "MEDIA_URL" not in found


def test_evidence_may_be_kept_in_any_storage_that_django_knows_how_to_talk_to(folder: Path) -> None:  # noqa: F811
    found = settings_of(
        folder,
        EVIDENCE_STORAGE="storages.backends.s3.S3Storage",
        EVIDENCE_STORAGE_OPTIONS='{"bucket_name": "evidence", "endpoint_url": "https://s3.example"}',
    )

    assert found["STORAGES"]["default"] == {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {"bucket_name": "evidence", "endpoint_url": "https://s3.example"},
    }


def test_limits_and_the_place_come_from_the_environment(folder: Path) -> None:  # noqa: F811
    found = settings_of(
        folder,
        EVIDENCE_MAX_BYTES="1000",
        EVIDENCE_MAX_FILES="3",
        EVIDENCE_MAX_TOTAL_BYTES="2000",
        MEDIA_ROOT="/srv/evidence",
        X_ACCEL_REDIRECT="/evidence-files/",
    )

    assert [found[name] for name in LIMITS] == [1000, 3, 2000]
    assert (found["MEDIA_ROOT"], found["X_ACCEL_REDIRECT"]) == (Path("/srv/evidence"), "/evidence-files/")


@pytest.mark.parametrize("inside", ["", "/evidence", "/../staticfiles"])
def test_evidence_is_never_kept_where_everybody_may_read(folder: Path, inside: str) -> None:  # noqa: F811
    static = folder / "staticfiles"

    with pytest.raises(Exception, match="where everybody may read") as refusal:
        settings_of(folder, COLLECTED_STATIC="on", STATIC_ROOT=str(static), MEDIA_ROOT=f"{static}{inside}")
    with pytest.raises(Exception, match="where everybody may read"):
        settings_of(folder, MEDIA_ROOT=str(folder / "plan_tracker" / "static" / "media"))

    assert type(refusal.value).__name__ == "ImproperlyConfigured"
