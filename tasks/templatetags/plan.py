"""How a page links, shows a light and names a unit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django import template
from django.template.context import RequestContext
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ..choices import PRINCIPAL_ROLES, AmendmentKind, AssignmentRole, Timeliness
from ..links import link
from ..matrix import ROLE_SIGNS
from ..models import Amendment, Measure

register = template.Library()

# Shape beside word and colour: a triangle, a clock's hand, a tick, a bar, a disc. Colour is never the only sign.
SHAPES = {
    Timeliness.OVERDUE: ("overdue", "M6 0l6 11H0z"),
    Timeliness.DUE_SOON: ("soon", "M6 0a6 6 0 100 12A6 6 0 006 0zm.9 6.9H5.1V2.5h1.8z"),
    Timeliness.ON_TRACK: ("quiet", "M6 1a5 5 0 100 10A5 5 0 006 1z"),
    Timeliness.ONGOING: ("quiet", "M1 3l5 3-5 3zm5 0l5 3-5 3z"),
    Timeliness.SILENT: ("silent", "M0 5h12v2H0z"),
    Timeliness.TERMINATED: (
        "quiet",
        "M2 0l4 4 4-4 2 2-4 4 4 4-2 2-4-4-4 4-2-2 4-4-4-4z",
    ),
    Timeliness.CLOSED: ("good", "M4.6 9.9L.8 6.1l1.4-1.4 2.4 2.4L9.8 1.9l1.4 1.4z"),
    Timeliness.CLOSED_LATE: ("good", "M4.6 11.4L.8 7.6l1.4-1.4 2.4 2.4L9.8 3.4l1.4 1.4zM0 0h12v1.5H0z"),
}
BARS = {
    Timeliness.CLOSED: "good",
    Timeliness.CLOSED_LATE: "good-late",
    Timeliness.ON_TRACK: "track",
    Timeliness.DUE_SOON: "soon",
    Timeliness.ONGOING: "flow",
    Timeliness.SILENT: "silent",
    Timeliness.OVERDUE: "overdue",
    Timeliness.TERMINATED: "flow",
}
LIGHTS: dict[str, str] = {
    value: f'<span class="light light--{look}"><svg viewBox="0 0 12 12" aria-hidden="true"><path d="{shape}"/></svg>'
    "{}</span>"
    for value, (look, shape) in SHAPES.items()
}


@register.simple_tag
def light(timeliness: str, word: str = "") -> SafeString:
    """The light of a row: colour, shape and word; its own ``word`` where the thing has one."""
    return format_html(LIGHTS[timeliness], word or Timeliness(timeliness).label)


@register.simple_tag
def lapsed(amendment: Amendment, day: date) -> bool:
    """Whether a change of the plan had been taken back by the end of ``day``."""
    return amendment.has_lapsed_on(day)


@register.simple_tag
def explanation(row: Any) -> str:
    """Why the light of a measure or part is what it is, by which rule, and what it turns into."""
    standing = row.light
    return _("%(light)s。%(sentence)s规则：%(rule)s下一变化：%(next)s") % {
        "light": Timeliness(row.timeliness).label,
        "sentence": standing.sentence(),
        "rule": standing.rule(),
        "next": standing.next_change(),
    }


@register.simple_tag
def explained(row: Any) -> SafeString:
    """The light of a measure or part with its explanation: for whoever points at it or has it read out."""
    words = explanation(row)
    shown = light(row.timeliness)
    return format_html('<span class="explained" role="img" aria-label="{}" title="{}">{}</span>', words, words, shown)


@register.simple_tag
def sign(timeliness: str) -> SafeString:
    """The shape of a light alone, where its word stands elsewhere."""
    look, shape = SHAPES[Timeliness(timeliness)]
    return format_html(
        '<svg class="sign sign--{}" viewBox="0 0 12 12" aria-hidden="true"><path d="{}"/></svg>', look, shape
    )


@register.filter
def role_sign(role: str) -> str:
    """A role as one character."""
    return str(ROLE_SIGNS[AssignmentRole(role)])


@register.filter
def look(timeliness: str) -> str:
    """The colour's name of a light, for the edge of a card."""
    return SHAPES[Timeliness(timeliness)][0]


@register.filter
def bar(timeliness: str) -> str:
    """The class of a segment of a bar."""
    return BARS[Timeliness(timeliness)]


@register.filter
def word(timeliness: str) -> str:
    return str(Timeliness(timeliness).label)


@register.simple_tag(takes_context=True)
def to(context: RequestContext, name: str, *args: Any, **query: Any) -> str:
    """The address of a page for the day that is shown; a dictionary among ``args`` joins the query."""
    places = [arg for arg in args if not isinstance(arg, dict)]
    for more in args:
        if isinstance(more, dict):
            query |= more
    return link(context["as_of"], name, *places, **query)


@register.simple_tag(takes_context=True)
def on(context: RequestContext, day: date, name: str, *args: Any, **query: Any) -> str:
    """The address of a page for another day than the one that is shown."""
    return link(replace(context["as_of"], day=day), name, *args, **query)


@register.simple_tag(takes_context=True)
def parts(context: RequestContext, condition: str, unit: int, **query: Any) -> str:
    """The list of a unit's parts for the day that is shown: as ``unit`` of the text, or as ``member``."""
    return link(context["as_of"], "assignments", context["plan"].slug, **{condition: unit}, **query)


@register.simple_tag
def deadline(row: Any) -> SafeString | str:
    """The deadline in force of a measure or part with its light, and the one that was issued where it was moved."""
    measure = getattr(row, "measure", row)
    if measure.due_on is None:
        return str(Timeliness.ONGOING.label)
    if row.effective_due_on is None:
        in_force = str(Timeliness.ONGOING.label)
        return _with_original(in_force, measure.due_on)
    if row.effective_due_on == measure.due_on:
        return str(measure.due_on.isoformat())
    return _with_original(row.effective_due_on.isoformat(), measure.due_on)


@register.simple_tag(takes_context=True)
def issued(context: RequestContext, measure: Measure) -> SafeString:
    """The document's words on who and by when; what a change of the plan has replaced by the day is struck out."""
    day = context["as_of"].day
    who, by_when = measure.responsibility_text, measure.timeframe_text
    changes = list(measure.amendments.counting_on(day).of_kind(AmendmentKind.UNITS).in_order()) if who else []
    are_others = bool(changes) and changes[-1].units != changes[0].units_before
    deadline = getattr(measure, "effective_due_on", None)  # of what was closed before it went on it still stands
    became_ongoing = measure.due_on is not None and measure.is_ongoing_on(day) and deadline is None
    texts = ((who, are_others), (by_when, became_ongoing))
    words = (format_html("<del>{}</del>", text) if is_struck else text for text, is_struck in texts if text)
    return format_html_join(_("；"), "{}", ((each,) for each in words))


def _with_original(in_force: str, issued: date) -> SafeString:
    was = _("原定%(day)s") % {"day": issued.isoformat()}
    return format_html('{}<div class="sub">{}</div>', in_force, was)


ROLE_LOOKS = {"SOLE": "unit unit--lead", "LEAD": "unit unit--lead", "CO": "unit unit--co", "JOINT": "unit"}


@register.simple_tag
def units(parts: list[Any]) -> SafeString:
    """The units of a measure in the order of the text: who leads stands out and says so."""
    return format_html_join(
        "、",
        '<span class="{}">{}</span>{}',
        ((ROLE_LOOKS[part.role], part.department.name, _role_note(part.role)) for part in parts),
    )


def _role_note(role: str) -> SafeString | str:
    if role not in PRINCIPAL_ROLES:
        return ""
    return format_html('<span class="sub">（{}）</span>', AssignmentRole(role).label)
