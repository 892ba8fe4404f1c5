"""What the two ledgers, of measures and of assignments, have in common."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from ..filters import LedgerFilter


def tidied(request: HttpRequest) -> HttpResponse | None:
    """
    Takes conditions that were left empty out of the address, so that it can be shared.

    A form sent without a script is redirected to the short address; htmx is told it with the answer.
    """
    kept = request.GET.copy()
    for name in [name for name, value in request.GET.items() if value == ""]:
        del kept[name]
    if len(kept) == len(request.GET):
        return None
    if request.htmx:  # type: ignore[attr-defined]
        request.GET = kept  # type: ignore[assignment]  # everything after reads the short conditions
        return None
    return redirect(_address(request, kept))


def _address(request: HttpRequest, query: QueryDict) -> str:
    return f"{request.path}?{query.urlencode()}" if query else request.path


def chips(request: HttpRequest, filterset: LedgerFilter) -> list[tuple[str, str, str]]:
    """``(label, value, address without it)`` of every condition in force."""
    found = []
    for name, label, value in filterset.conditions:
        rest = request.GET.copy()
        rest.pop(name, None)
        rest.pop("page", None)
        found.append((label, value, _address(request, rest)))
    return found


def page_of(request: HttpRequest, filterset: LedgerFilter) -> dict[str, Any]:
    """The page asked for (the nearest one there is where that makes no sense), and the numbers to turn to."""
    return turned(request, filterset.qs, filterset.length)


def turned(request: HttpRequest, rows: Any, length: int) -> dict[str, Any]:
    """The page of ``rows`` that is asked for, and the numbers to turn to."""
    paginator = Paginator(rows, length)
    try:
        number = max(int(request.GET.get("page", "1")), 1)
    except ValueError:
        number = 1
    page = paginator.get_page(number)
    return {"page": page, "pages": paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)}


def answer(request: HttpRequest, page: str, results: str, context: dict[str, Any]) -> HttpResponse:
    """The template ``page``, or its part ``results`` alone when htmx asks for the list again."""
    htmx: Any = request.htmx  # type: ignore[attr-defined]
    part = htmx and not htmx.history_restore_request
    response = render(request, results if part else page, context)
    if part:
        response["HX-Push-Url"] = _address(request, request.GET)
    return response
