"""What every answer of this server has in common."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from auditlog.middleware import AuditlogMiddleware
from axes.helpers import get_client_ip_address
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from tasks.forms.as_of import AsOf, AsOfForm

from .views import healthz

Answer = Callable[[HttpRequest], HttpResponse]


class Health:
    """Answers the question whether the server lives before anything else asks the database who is asking."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return healthz(request) if request.path_info == reverse("healthz") else self.get_response(request)


class Headers:
    """The content security policy, no caching of what only signed-in people may see, and no TRACE."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.encoding is not None:
            request.encoding = "utf-8"  # what every page asks for; a browser that claims another one is not believed
        if request.method == "TRACE":
            response: HttpResponse = HttpResponseNotAllowed(["GET", "HEAD", "POST", "OPTIONS"])
        else:
            response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            response.content = render_to_string("405.html")
        response.headers.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
        response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", settings.SECURE_REFERRER_POLICY)
        if not request.path_info.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class SignedOut:
    """
    Tells a part of a page that its reader has been signed out, instead of filling it with the sign-in page.

    A question is sent to sign in as a whole; what was typed stays where it is, see ``static/js/drafts.js``.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        user, htmx = request.user, request.htmx  # type: ignore[attr-defined]
        if user.is_authenticated or not htmx or not getattr(view, "login_required", True):
            return None
        response = HttpResponse(status=401)
        if request.method in {"GET", "HEAD"}:
            back = urlencode({"next": htmx.current_url_abs_path or request.get_full_path()})
            response["HX-Redirect"] = f"{reverse('login')}?{back}"
        return response


class Audit(AuditlogMiddleware):
    """Writes down who changed what from where; the address is the one the sign-in guard goes by, never a mere claim."""

    @staticmethod
    def _get_remote_addr(request: HttpRequest) -> str | None:
        address: str | None = get_client_ip_address(request)
        return address


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
