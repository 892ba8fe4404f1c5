from django.contrib import admin
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView

from . import views
from .forms import SignInForm

handler400 = "plan_tracker.views.bad_request"
handler403 = "plan_tracker.views.permission_denied"
handler404 = "plan_tracker.views.page_not_found"
handler500 = "plan_tracker.views.server_error"

urlpatterns = [
    path("", include("tasks.urls")),
    path("healthz", views.healthz, name="healthz"),
    path("favicon.ico", login_not_required(RedirectView.as_view(url=static("favicon.svg"))), name="favicon"),
    path(
        "accounts/login/",
        auth.LoginView.as_view(redirect_authenticated_user=True, authentication_form=SignInForm),
        name="login",
    ),
    path("accounts/logout/", auth.LogoutView.as_view(), name="logout"),
    path("accounts/password/", auth.PasswordChangeView.as_view(), name="password_change"),
    path("accounts/password/done/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("admin/", admin.site.urls),
]
