"""What every answer of this server has in common."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils import timezone

from tasks.forms.as_of import AsOf, AsOfForm

Answer = Callable[[HttpRequest], HttpResponse]


class ServiceUnavailable:
    """With the database gone, every page is a clean 503 instead of a crash."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OperationalError):
            return render(None, "503.html", status=503)
        return None


class Headers:
    """The content security policy, no caching of what only signed-in people may see, and no TRACE."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "TRACE":
            return HttpResponseNotAllowed(["GET", "HEAD", "POST", "OPTIONS"])
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
        if not request.path_info.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class AsOfDate:
    """
    Reads ``?as_of=YYYY-MM-DD`` once for every page: ``request.as_of`` is the day that is asked for.

    A date that makes no sense is refused: another day's figures under it would be believed.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        today = timezone.localdate()
        request.as_of = AsOf(today, today)  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        if "as_of" not in request.GET:
            return None
        form = AsOfForm(request.GET)
        if not form.is_valid():
            return render(request, "as_of_refused.html", {"form": form}, status=400)
        today = request.as_of.today  # type: ignore[attr-defined]
        request.as_of = AsOf(form.cleaned_data["as_of"] or today, today)  # type: ignore[attr-defined]
        return None
