"""The benchmarks can be run: their ledger is one that the project itself could have written."""

from __future__ import annotations

import pytest

from tasks.models import Assignment, Measure, Report

from .benchmarks import data


@pytest.mark.django_db
def test_the_ledger_that_is_measured_has_every_light() -> None:
    filled = data.fill(42)

    day = data.TODAY
    assert (Measure.objects.count(), Assignment.objects.count()) == (42, 100)
    assert Report.objects.filter(assignment__measure__plan=filled.plan).exists()
    lights = set(Measure.objects.as_of(day, filled.plan).values_list("timeliness", flat=True))
    assert {"OVERDUE", "CLOSED", "ONGOING", "SILENT"} <= lights
