"""How a page shows where a reporting period stands."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from ..choices import PeriodState
from ..models import Assignment
from ..periods import Turnout

register = template.Library()

# Shape beside word and colour: a ring, an arrow, a clock's hand, a padlock.
SHAPES = {
    PeriodState.AHEAD: ("quiet", "M6 1a5 5 0 100 10A5 5 0 006 1zm0 1.6a3.4 3.4 0 110 6.8 3.4 3.4 0 010-6.8z"),
    PeriodState.OPEN: ("good", "M2 1l9 5-9 5z"),
    PeriodState.DUE: ("soon", "M6 0a6 6 0 100 12A6 6 0 006 0zm.9 6.9H5.1V2.5h1.8z"),
    PeriodState.LOCKED: ("quiet", "M3 5V3.5a3 3 0 016 0V5h1v7H2V5zm1.5 0h3V3.5a1.5 1.5 0 00-3 0z"),
}


@register.simple_tag
def period_state(state: str) -> SafeString:
    """The state of a period: colour, shape and word."""
    look, shape = SHAPES[PeriodState(state)]
    return format_html(
        '<span class="light light--{}"><svg viewBox="0 0 12 12" aria-hidden="true"><path d="{}"/></svg>{}</span>',
        look,
        shape,
        PeriodState(state).label,
    )


@register.simple_tag
def silence(turnout: Turnout, part: Assignment) -> SafeString | str:
    """How long a part was silent after the last day to report; nothing where it was not."""
    days = turnout.days.get(part.pk)
    if not days:
        return ""
    words = ngettext("超期%(days)d天", "超期%(days)d天", days) % {"days": days}
    return format_html('<div class="sub">{}</div>', words)
