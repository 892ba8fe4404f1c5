"""Fields that several forms have."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ..validators import MAX_TEXT, printable

SELECTED = format_html(" {}", "selected")


TOO_LONG = _("文字过长，最多%(limit_value)d字，目前%(show_value)d字，请精简后再提交。")


class PlainTextField(forms.CharField):
    """Text as people write it. What Django would say of its characters and its length is said once, in our words."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        of_django = (ProhibitNullCharactersValidator, MaxLengthValidator)
        self.validators = [
            *(each for each in self.validators if not isinstance(each, of_django)),
            MaxLengthValidator(self.max_length or MAX_TEXT, TOO_LONG),
            printable,
        ]


class SeveralRows(forms.ModelMultipleChoiceField):
    """Rows by their keys; a number longer than any key is none, where a database would fail on it."""

    MOST_DIGITS = 18

    def clean(self, value: Any) -> Any:
        for key in value or ():
            if len(str(key)) > self.MOST_DIGITS:
                raise forms.ValidationError(
                    self.error_messages["invalid_pk_value"], code="invalid_pk_value", params={"pk": str(key)[:20]}
                )
        return super().clean(value)


class ShortSelect(forms.Select):
    """A select drawn at once: Django's draws every option with templates of its own, and a ledger has ten selects."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = "" if value is None else str(value)
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((key, SELECTED if str(key) == chosen else "", label) for key, label in self.choices),
        )
        return format_html(
            "<select{}>{}</select>", flatatt(self.build_attrs(self.attrs, {"name": name} | (attrs or {}))), options
        )
