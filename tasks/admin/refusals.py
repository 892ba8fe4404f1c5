"""What an action refuses although the form found it good: somebody else was faster. It is said on the form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse

from .forms import Refused


@contextmanager
def said_on(form: Any) -> Iterator[None]:
    """What is refused inside is said on ``form``, the page's own or a line of one of its tables."""
    try:
        yield
    except ValidationError as error:
        raise Refused(form.prefix or "", error) from error


class Refusable:
    """A room whose page is shown again with what was typed, where an action refuses to save it; nothing is saved."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        view: Any = super().changeform_view  # type: ignore[misc]
        try:
            response: HttpResponse = view(request, *args, **kwargs)
        except Refused as refused:
            request.refused = refused  # type: ignore[attr-defined]
            response = view(request, *args, **kwargs)
        except IntegrityError:
            response = view(request, *args, **kwargs)  # by now the form itself finds what is there
        return response

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, *args, **kwargs)  # type: ignore[misc]
        form.refused = getattr(request, "refused", None)
        return form
