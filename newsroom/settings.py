"""Settings: how the parts are put together, from the environment's table.

Decides which apps, middleware and policies make up the site. What an installation may change stands in
`environment.py` and nowhere else.
"""

import logging
from pathlib import Path
from typing import Any

import structlog
from django.conf import global_settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from psycopg.conninfo import conninfo_to_dict

from newsroom.environment import data_folder, read

BASE_DIR = Path(__file__).resolve().parent.parent
ENV = read()

DEBUG = ENV["DEBUG"]
SECRET_KEY = ENV["SECRET_KEY"] or ("only-for-debugging-on-one-machine" if DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Give the site a long random one, for example\n"
        "  SECRET_KEY=$(python -c 'import secrets; print(secrets.token_urlsafe(50))')\n"
        "and keep it: changing it signs everybody out. (DEBUG=1 does without.)"
    )

ALLOWED_HOSTS = ENV["ALLOWED_HOSTS"]
SITE_NAME = ENV["SITE_NAME"]
SITE_TAGLINE = ENV["SITE_TAGLINE"]
SITE_URL = (ENV["SITE_URL"] or f"http://localhost:{ENV['PORT']}").rstrip("/")
NEWSROOM_DATA = data_folder(ENV["NEWSROOM_DATA"], BASE_DIR)

# --- Applications, from the bottom of the arrows to the top -------------------------------------------------

INSTALLED_APPS = [
    "authors",
    "media",
    "articles",
    "articles.notices",
    "articles.sharing",
    "articles.recurring",
    "newsroom",
    "newsroom.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django_prose_editor",
    "js_asset",
    "pgtrigger",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "newsroom.middleware.CompressText",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "newsroom.urls"
WSGI_APPLICATION = "newsroom.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "newsroom.context.site",
                "articles.desk.notices.bell",
            ],
        },
    },
]

# --- Database -----------------------------------------------------------------------------------------------

if not ENV["DATABASE_URL"] and not (DEBUG or ENV["DEMO"]):
    raise ImproperlyConfigured(
        "DATABASE_URL is not set. Point it at PostgreSQL 15 or newer, as\n"
        "  DATABASE_URL=postgresql://user:password@host/name\n"
        "The embedded database is for trying out and developing only (DEMO=1 or DEBUG=1)."
    )
if ENV["DATABASE_URL"]:
    _address = ENV["DATABASE_URL"]
else:
    from newsroom.operations import postgres

    try:
        _address = postgres.database_url()
    except postgres.Unavailable as unavailable:
        raise ImproperlyConfigured(str(unavailable)) from None
# libpq's own parser understands every form of address, sockets and sslmode included.
_connection = conninfo_to_dict(_address)
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _connection.pop("dbname"),
        "USER": _connection.pop("user", ""),
        "PASSWORD": _connection.pop("password", ""),
        "HOST": _connection.pop("host", ""),
        "PORT": _connection.pop("port", ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,  # a restarted database costs nobody a request
        "OPTIONS": _connection,
    }
}

if ENV["CACHE_URL"]:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": ENV["CACHE_URL"]}}
else:
    # Shared by all processes, as sign-in rate limits must be; nothing that a reader waits for uses it.
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "newsroom_cache"}}

TASKS: dict[str, Any] = {"default": {"BACKEND": "newsroom.tasks.backend.ProcrastinateBackend"}}
PROCRASTINATE_IMPORT_PATHS = ["newsroom.tasks.runner"]

# --- People -------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "authors.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "authors.accounts.StaffOnly"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by the chief, who vouches for the address
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"{SITE_NAME}: "
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the chief vouches for addresses; see above
ACCOUNT_EMAIL_NOTIFICATIONS = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENV["HTTPS"]  # such as http://localhost in a demo
MFA_TOTP_ISSUER = SITE_NAME
ALLAUTH_TRUSTED_PROXY_COUNT = ENV["TRUSTED_PROXIES"]
SESSION_COOKIE_AGE = 14 * 24 * 3600

# --- Language and time --------------------------------------------------------------------------------------

LANGUAGE_CODE = ENV["LANGUAGE_CODE"]
_known = dict(global_settings.LANGUAGES)
STORY_LANGUAGES: list[tuple[str, str]] = [
    (tag, name or _known.get(tag, "")) for tag, _, name in (entry.partition("=") for entry in ENV["STORY_LANGUAGES"])
] or list(_known.items())
if _nameless := [tag for tag, name in STORY_LANGUAGES if not name]:
    raise ImproperlyConfigured(
        f"STORY_LANGUAGES names {', '.join(_nameless)}, which Django does not know. Give it a name, as ps=Pashto."
    )
TIME_ZONE = ENV["TIME_ZONE"]
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["newsroom.formats"]

# --- Files --------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = NEWSROOM_DATA / "static"
MEDIA_ROOT = NEWSROOM_DATA
MEDIA_URL = "/nothing-is-served-here/"  # originals are never served; renditions have their own view
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
UPLOAD_MAX_BYTES = ENV["UPLOAD_MAX_BYTES"]
UPLOAD_MAX_PIXELS = ENV["UPLOAD_MAX_PIXELS"]
# A 50,000-word story with its markup is some 500 KB; pictures go to disk, not through this limit.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
FILE_UPLOAD_HANDLERS = [
    "media.upload.StopAtLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- Security -----------------------------------------------------------------------------------------------

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
# Whether HSTS holds for all of a publisher's subdomains, and in browsers' own lists, is not this site's to say.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "newsroom.errors.csrf_failure"
if ENV["HTTPS"]:
    SECURE_SSL_REDIRECT = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    CSRF_TRUSTED_ORIGINS = [SITE_URL]
    if ENV["TRUSTED_PROXIES"]:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Mail ---------------------------------------------------------------------------------------------------

if ENV["MAIL_URL"]:
    from urllib.parse import unquote, urlsplit

    _mail = urlsplit(ENV["MAIL_URL"])
    MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {
                "host": _mail.hostname or "localhost",
                "port": _mail.port or 25,
                "username": unquote(_mail.username or ""),
                "password": unquote(_mail.password or ""),
                "use_tls": _mail.port == 587,
                "use_ssl": _mail.scheme == "smtps",
                "timeout": 10,
            },
        }
    }
else:
    MAILERS = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}
DEFAULT_FROM_EMAIL = ENV["MAIL_FROM"]
SERVER_EMAIL = ENV["MAIL_FROM"]
CHAT_PRIVATE_HOSTS = ENV["CHAT_PRIVATE_HOSTS"]

# --- Logs: one line of JSON an event, readable text while debugging -----------------------------------------

_shared: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]
structlog.configure(
    processors=[*_shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.dev.ConsoleRenderer() if DEBUG else structlog.processors.JSONRenderer(),
            "foreign_pre_chain": _shared,
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": logging.INFO},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        # A line for each job that is put in the queue says nothing; failures are warnings.
        "procrastinate": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.tasks": {"handlers": [], "level": "WARNING", "propagate": True},
        # "Not found" is said by the web server's own log; here it would drown what matters.
        "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
    },
}
