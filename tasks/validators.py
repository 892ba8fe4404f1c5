"""What no text may contain, whoever typed it. Imports nothing of this project."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Long enough for any honest report, short enough for a page and for a cell of a workbook (32,767).
MAX_TEXT = 5000

LAYOUT = frozenset("\t\n\r")
# Marks that turn the direction of the text around them, so that it reads otherwise than it is.
DIRECTION_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def printable(value: str) -> None:
    """Refuses control characters, lone surrogates and marks of direction."""
    if any(
        character in DIRECTION_MARKS or (character not in LAYOUT and unicodedata.category(character) in {"Cc", "Cs"})
        for character in value
    ):
        raise ValidationError(_("文字中有无法显示的控制字符，请删除后重试。"), code="unprintable")
