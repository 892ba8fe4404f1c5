"""Settings, all of them: each is read from the environment here and nowhere else."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")

# --- what must be right before anything starts ---------------------------------------------------

DEVELOPMENT_SECRET_KEY = "development-only-never-in-production-" + "0123456789" * 3

DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = env.str("SECRET_KEY", default=DEVELOPMENT_SECRET_KEY if DEBUG else "").strip()
if not DEBUG and (not SECRET_KEY or SECRET_KEY == DEVELOPMENT_SECRET_KEY):
    raise ImproperlyConfigured(
        "DEBUG is off and SECRET_KEY is missing or is the published development key. Set SECRET_KEY to a long random "
        'text of your own, for example: python -c "import secrets; print(secrets.token_urlsafe(50))"'
    )

HOST = (env.str("HOST", default="") or "127.0.0.1").strip("[]").lower()
LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
# HOST other than loopback says that browsers on other machines are meant to come in, under names not known here.
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=LOOPBACK if HOST in {"localhost", "::1"} or HOST.startswith("127.") else ["*"]
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# HTTPS says that people reach this server over TLS, here or at the proxy before it.
HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
# Browsers keep cookies by host and not by port: a second instance on one machine needs names of its own.
COOKIE_PREFIX = env.str("COOKIE_PREFIX", default="")
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=0)
# BEHIND_PROXY says that a proxy overwrites X-Forwarded-Proto and X-Forwarded-For on every request.
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "plan_tracker.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)

# --- the house -----------------------------------------------------------------------------------

INSTALLED_APPS = [
    "plan_tracker.apps.PanelConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "auditlog",
    "axes",
    "django_filters",
    "django_htmx",
    "import_export",
    "departments",
    "tasks",
]

MIDDLEWARE = [
    "plan_tracker.middleware.Headers",
    "plan_tracker.middleware.Health",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "plan_tracker.middleware.SignedOut",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "plan_tracker.middleware.AsOfDate",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "plan_tracker.middleware.Audit",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "plan_tracker.urls"
WSGI_APPLICATION = "plan_tracker.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["tasks.templatetags.shortened"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tasks.context.everywhere",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- data ----------------------------------------------------------------------------------------

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A write takes its lock when it begins, and waits for it, instead of failing half-way.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
        # Compiling a page's queries takes PostgreSQL longer than answering them.
        DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")

FIXTURE_DIRS = [BASE_DIR / "fixtures"]

# --- people --------------------------------------------------------------------------------------

AUTH_USER_MODEL = "departments.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "plan_tracker.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_AGE = env.int("SESSION_COOKIE_AGE", default=12 * 60 * 60)

# For how many days an invited person may set a password; afterwards an administrator makes another link.
INVITATION_DAYS = env.int("INVITATION_DAYS", default=14)
if INVITATION_DAYS < 1:
    raise ImproperlyConfigured("INVITATION_DAYS is a number of days, at least 1.")

# Five wrong passwords lock one name at one address for fifteen minutes: never a whole office behind one address.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # a quarter of an hour, as the page says
AXES_IPWARE_META_PRECEDENCE_ORDER = ["HTTP_X_FORWARDED_FOR", "REMOTE_ADDR"] if BEHIND_PROXY else ["REMOTE_ADDR"]

# --- language and time ---------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("英文"))]
LOCALE_PATHS = [BASE_DIR / "plan_tracker" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["plan_tracker.formats"]

# --- static files --------------------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "plan_tracker" / "static"]
# COLLECTED_STATIC says that collectstatic has run: files are then served compressed, under names that never change.
COLLECTED_STATIC = env.bool("COLLECTED_STATIC", default=False)
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")) if COLLECTED_STATIC else None
WHITENOISE_USE_FINDERS = not COLLECTED_STATIC
STORAGES = {
    # Evidence, and nothing else: on this machine's disk unless another backend of Django's storage API is named.
    "default": {
        "BACKEND": env.str("EVIDENCE_STORAGE", default="") or "django.core.files.storage.FileSystemStorage",
        "OPTIONS": env.json("EVIDENCE_STORAGE_OPTIONS", default={}),
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if COLLECTED_STATIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- evidence ------------------------------------------------------------------------------------

# No address leads there: every file passes the permission check. A proxy that sends the files itself reads them by
# the group of their folder.
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default="") or BASE_DIR / "media").resolve()
for served in [STATIC_ROOT, *STATICFILES_DIRS]:
    if served is not None and MEDIA_ROOT.is_relative_to(Path(str(served)).resolve()):
        raise ImproperlyConfigured(f"MEDIA_ROOT lies in {served}, where everybody may read. Put it elsewhere.")
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o640, 0o750
EVIDENCE_MAX_BYTES = env.int("EVIDENCE_MAX_BYTES", default=20 * 1024 * 1024)
EVIDENCE_MAX_FILES = env.int("EVIDENCE_MAX_FILES", default=10)
EVIDENCE_MAX_TOTAL_BYTES = env.int("EVIDENCE_MAX_TOTAL_BYTES", default=100 * 1024 * 1024)
# Where the proxy before this server finds the files (an internal location, "/evidence-files/"); empty: sent from here.
X_ACCEL_REDIRECT = env.str("X_ACCEL_REDIRECT", default="")
FILE_UPLOAD_HANDLERS = [
    "plan_tracker.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # all that a unit owes is reported on one page

# --- history ---------------------------------------------------------------------------------------

# What is edited in the panel keeps its before and after; reports and reviews are history themselves.
AUDITLOG_INCLUDE_TRACKING_MODELS = (
    "departments.Department",
    "departments.Alias",
    "departments.Membership",
    {
        "model": "departments.User",
        "exclude_fields": ["password", "last_login", "invitation"],
        "m2m_fields": ["groups"],
    },
    "departments.Invitation",
    "tasks.Plan",
    "tasks.Period",
    "tasks.Section",
    {"model": "tasks.Measure", "exclude_fields": ["ongoing_from", "terminated_from"]},  # the amendment's
    # A closing is the review's, which the time line has.
    {"model": "tasks.Assignment", "exclude_fields": ["closing_asked_on", "closing_accepted_on"]},
    "tasks.Milestone",
    "tasks.MilestoneEntry",
    "tasks.Indicator",
    "tasks.SourceNote",
)
AUDITLOG_DISABLE_ON_RAW_SAVE = True  # loaddata carries rows over, it does not edit them

# --- Excel ---------------------------------------------------------------------------------------

IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_SKIP_ADMIN_LOG = False
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "change"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "view"
DATA_UPLOAD_MAX_MEMORY_SIZE = env.int("UPLOAD_MAX_BYTES", default=5 * 1024 * 1024)
# A workbook that comes in is refused beyond these, before it is unpacked where that can be told.
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=2 * 1024 * 1024)
IMPORT_MAX_UNPACKED_BYTES = env.int("IMPORT_MAX_UNPACKED_BYTES", default=20 * 1024 * 1024)
IMPORT_MAX_ROWS = env.int("IMPORT_MAX_ROWS", default=2000)
# For how long a list of units or people waits in the database to be confirmed.
IMPORT_PREVIEW_HOURS = env.int("IMPORT_PREVIEW_HOURS", default=24)
# Workbooks that come back filled in: how many at once, of how many rows each, how many of these may say something (all
# become reports in one transaction, for which others wait), and how long reading all of them may take: less than the
# 30 seconds after which the server gives up on a request, so that the page itself can say that it takes too long.
WORKBOOKS_MAX_FILES = env.int("WORKBOOKS_MAX_FILES", default=100)
WORKBOOKS_MAX_ROWS = env.int("WORKBOOKS_MAX_ROWS", default=10_000)
WORKBOOKS_MAX_CHANGES = env.int("WORKBOOKS_MAX_CHANGES", default=200)
WORKBOOKS_MAX_SECONDS = env.int("WORKBOOKS_MAX_SECONDS", default=15)
DATA_UPLOAD_MAX_NUMBER_FILES = WORKBOOKS_MAX_FILES * 10  # more, so that the page itself can say that it is too many
# A workbook of more rows is not made at once but in stretches of so many seconds, by the page that shows how far it is;
# what was made is kept for so many hours.
EXPORT_AT_ONCE = env.int("EXPORT_AT_ONCE", default=1000)
EXPORT_SECONDS = env.float("EXPORT_SECONDS", default=2.0)
EXPORT_KEEP_HOURS = env.int("EXPORT_KEEP_HOURS", default=24)
# Rows of a list of the panel in one file, which is made at once.
EXPORT_MOST_ROWS = env.int("EXPORT_MOST_ROWS", default=20_000)
# A plan's document: its lines and rows of tables, and the characters of all of them. A PDF is read in a process of its
# own, for so many seconds and with so much memory at most.
DOCUMENT_PDF_SECONDS = env.int("DOCUMENT_PDF_SECONDS", default=15)
DOCUMENT_PDF_MEGABYTES = env.int("DOCUMENT_PDF_MEGABYTES", default=512)
DOCUMENT_MAX_LINES = env.int("DOCUMENT_MAX_LINES", default=3000)
DOCUMENT_MAX_CHARACTERS = env.int("DOCUMENT_MAX_CHARACTERS", default=300_000)

# --- exchange --------------------------------------------------------------------------------------

# A plan with its history that comes in as a file: the file, what it unpacks to, how many times its own size that is,
# plan.json in it, its rows, the longest text or list in one of them, its attachments, and how long all of it may take.
# A page takes no more than EVIDENCE_MAX_TOTAL_BYTES at once and has EXCHANGE_PAGE_SECONDS for it: less than the 30
# after which the server gives up on a request, and than the 20 for which others wait to write on SQLite. The command
# takes what the others allow.
EXCHANGE_MAX_BYTES = env.int("EXCHANGE_MAX_BYTES", default=1024**3)
EXCHANGE_MAX_UNPACKED_BYTES = env.int("EXCHANGE_MAX_UNPACKED_BYTES", default=2 * 1024**3)
EXCHANGE_MAX_RATIO = env.int("EXCHANGE_MAX_RATIO", default=100)
EXCHANGE_MAX_JSON_BYTES = env.int("EXCHANGE_MAX_JSON_BYTES", default=64 * 1024 * 1024)
EXCHANGE_MAX_ROWS = env.int("EXCHANGE_MAX_ROWS", default=200_000)
EXCHANGE_MAX_VALUE = env.int("EXCHANGE_MAX_VALUE", default=8_000_000)
EXCHANGE_MAX_FILES = env.int("EXCHANGE_MAX_FILES", default=5000)
EXCHANGE_MAX_SECONDS = env.int("EXCHANGE_MAX_SECONDS", default=120)
EXCHANGE_PAGE_SECONDS = env.int("EXCHANGE_PAGE_SECONDS", default=15)

# --- logs ----------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"axes": {"level": "WARNING"}},
}
