"""What the compiling unit of a measure starts its summary from (汇总)."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from .models import Assignment, Report


def sources(part: Assignment, day: date) -> list[Report]:
    """The last word in effect of every other unit of the measure, and of collectives' members, in the text's order."""
    others = Assignment.objects.beside(part)
    said = Report.objects.last_of_each_assignment(day).in_effect(day).spoken_on(others).with_request()
    return sorted(said, key=lambda report: (report.assignment.position, report.assignment.pk))


def compiled(said: list[Report]) -> str:
    """A summary to begin with: each unit's words under its name."""
    lines = (
        _("【%(unit)s】%(words)s") % {"unit": report.department, "words": report.progress.strip()} for report in said
    )
    return "\n".join(lines)
