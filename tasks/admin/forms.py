"""Forms of which two people may have the same one open."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django import forms
from django.contrib.admin.utils import display_for_field
from django.core.exceptions import ValidationError
from django.db.models import Manager, Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..changes import EMPTY

# The hidden field in which a careful form remembers what stood on the page when it was opened.
MEMORY = "as_opened"


class Refused(Exception):
    """An action did not save what the form ``prefix`` holds, for the reasons of ``error``."""

    def __init__(self, prefix: str, error: ValidationError) -> None:
        super().__init__(prefix, error)
        self.prefix, self.error = prefix, error

    def say(self, form: Any) -> None:
        """Says it where it was typed, if it was in this form."""
        if not form.is_bound or (form.prefix or "") != self.prefix:
            return
        for name, errors in self.error.update_error_dict({}).items():
            form.add_error(name if name in form.fields else None, errors)


class CarefulForm(forms.ModelForm):
    """
    Tells the second of two people who change the same thing, and loses neither's words.

    What he typed stays in the form, what the other one saved is said above it; saving once more means it.
    """

    as_opened = forms.CharField(label=gettext_lazy("打开本页时的内容"), required=False, widget=forms.HiddenInput)

    # Natural keys and what other rows were made to agree with: entered once, shown ever after.
    settled: tuple[str, ...] = ()
    refused: Refused | None = None  # what an action has said of it already; set by the room

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial[MEMORY] = self._memory()
            for name in set(self.settled) & set(self.fields):
                self.fields[name].disabled = True

    def full_clean(self) -> None:
        super().full_clean()
        if self.refused is not None:
            self.refused.say(self)

    def more_to_remember(self) -> list[str]:
        """Lines about what is edited on the same page and is no field of the form."""
        return []

    def _memory(self) -> str:
        words = [f"{name}={self._plain(value)}" for name, value in sorted(self.initial.items()) if name != MEMORY]
        return sha256("\n".join([*words, *self.more_to_remember()]).encode(errors="replace")).hexdigest()

    @staticmethod
    def _plain(value: Any) -> str:
        if isinstance(value, list | tuple):
            return " ".join(sorted(str(getattr(item, "pk", item)) for item in value))
        return str(value)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk and self.data.get(self.add_prefix(MEMORY), "") != self.initial[MEMORY]:
            data: Any = self.data.copy()  # type: ignore[attr-defined]
            data[self.add_prefix(MEMORY)] = self.initial[MEMORY]
            self.data = data
            raise ValidationError(
                [_("您打开本页之后，他人已作修改。您填写的内容仍在下面，核对后请再次保存。"), *self._now()]
            )
        return cleaned

    def _now(self) -> list[str]:
        """What is saved, where it differs from what was typed."""
        lines = [
            _("“%(field)s”现为：%(value)s") % {"field": self.fields[name].label, "value": self._saved(name)}
            for name in self.changed_data
            if name != MEMORY
        ]
        return [*lines, *self.more_to_remember()]

    def _saved(self, name: str) -> str:
        value = getattr(self.instance, name, None)
        if isinstance(value, Manager):
            return _("、").join(str(item) for item in value.all())
        if isinstance(value, Model):
            return str(value)
        column = next((field for field in self.instance._meta.fields if field.name == name), None)
        return str(display_for_field(value, column, EMPTY)) if column else str(value)
