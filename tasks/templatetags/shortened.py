"""Built into every template: a text that is cut short ends as Chinese does, not in the three dots of Django's."""

from __future__ import annotations

from django import template
from django.template.defaultfilters import stringfilter
from django.utils.text import Truncator
from django.utils.translation import gettext as _

register = template.Library()


@register.filter(is_safe=True)
@stringfilter
def truncatechars(text: str, most: int) -> str:
    """At most so many characters of ``text``, the mark of what was left out among them."""
    return Truncator(text).chars(most, _("……"))
