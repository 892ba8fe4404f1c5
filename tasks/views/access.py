"""How a view asks whether it may be seen at all."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from departments.models import User

from .. import permissions

View = Callable[..., HttpResponseBase]


def person(request: HttpRequest) -> User:
    """The signed-in person; only signed-in people reach a view that asks."""
    return cast(User, request.user)


def allowed(check: Callable[[permissions.Person], bool]) -> Callable[[View], View]:
    """Lets in whom ``check``, a function of ``tasks.permissions``, lets in; 403 for everybody else."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            permissions.require(check(request.user))
            return view(request, *args, **kwargs)

        return guarded

    return decorate
