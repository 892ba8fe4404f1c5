"""What the compiling unit of a measure starts its summary from (汇总)."""

from __future__ import annotations

from datetime import date

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from .models import Assignment, Report
from .validators import MAX_TEXT


def sources(part: Assignment, day: date) -> list[Report]:
    """The last word in effect of every other unit of the measure, and of collectives' members, in the text's order."""
    others = Assignment.objects.beside(part, day)
    said = Report.objects.last_in_effect(day).spoken_on(others).with_request()
    return sorted(said, key=lambda report: (report.assignment.position, report.assignment.pk))


def compiled(said: list[Report]) -> str:
    """A summary to begin with: each unit's words under its name, cut where together they would be too long to send."""
    texts = [(str(report.department), report.progress.strip()) for report in said]
    lines = [_("【%(unit)s】%(words)s") % {"unit": unit, "words": words} for unit, words in texts]
    if sum(map(len, lines)) + len(lines) <= MAX_TEXT:
        return "\n".join(lines)
    room = MAX_TEXT // len(texts) - 1
    return "\n".join(Truncator(line).chars(room, _("……")) for line in lines)
