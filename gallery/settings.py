"""The gallery's settings, read from environment variables only.

The defaults are safe for development. ``manage.py check --deploy`` names what a deployment must set (see
``gallery/core/checks.py``).
"""

import os
from datetime import timedelta
from pathlib import Path

import environ
import structlog
from whitenoise.compress import Compressor

from gallery.core.csp_origins import s3_origin
from gallery.core.database_url import database_settings
from gallery.core.secrets_in_logs import without_secrets

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

INSECURE_SECRET_KEY = "insecure-key-for-development-only"  # noqa: S105 - refused by the deployment check
SECRET_KEY = env.str("SECRET_KEY", default=INSECURE_SECRET_KEY)
DEBUG = env.bool("DEBUG", default=False)
SITE_ORIGIN = env.str("SITE_ORIGIN", default="http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_ORIGIN])
# CloudFront sends this to the gateway, so requests that bypass CloudFront are refused. Empty without it.
ORIGIN_SECRET = env.str("ORIGIN_SECRET", default="")
# The path prefix of all pages, set only if no CloudFront hides the gateway's stage. The prefix that a gateway
# states in a request is not used: it is wrong behind another proxy.
PATH_PREFIX = env.str("PATH_PREFIX", default="").rstrip("/")
FORCE_SCRIPT_NAME = PATH_PREFIX
IS_HTTPS = SITE_ORIGIN.startswith("https://")

# AWS resource names, from the stack's outputs.
AWS_REGION = env.str("AWS_REGION", default="eu-central-1")
# botocore reads AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_<SERVICE> itself. Here they only state the host for
# browsers, and that AWS is emulated.
AWS_ENDPOINT_URL = env.str("AWS_ENDPOINT_URL", default="")
S3_ENDPOINT_URL = env.str("AWS_ENDPOINT_URL_S3", default=AWS_ENDPOINT_URL)
ORIGINALS_BUCKET = env.str("ORIGINALS_BUCKET", default="")
RENDITIONS_BUCKET = env.str("RENDITIONS_BUCKET", default="")
CATALOGUE_TABLE = env.str("CATALOGUE_TABLE", default="")
PHOTO_EVENTS_TOPIC_ARN = env.str("PHOTO_EVENTS_TOPIC_ARN", default="")
# When deployed, CloudFront serves renditions by signed URLs; otherwise S3 does.
PICTURES_ORIGIN = env.str("PICTURES_ORIGIN", default="")
# The distribution behind PICTURES_ORIGIN, whose cached copies a takedown removes.
PICTURES_DISTRIBUTION_ID = env.str("PICTURES_DISTRIBUTION_ID", default="")
SIGNING_KEY_ID = env.str("SIGNING_KEY_ID", default="")
SIGNING_PRIVATE_KEY = env.str("SIGNING_PRIVATE_KEY", default="", multiline=True)
THUMBNAILS_QUEUE_URL = env.str("THUMBNAILS_QUEUE_URL", default="")
THUMBNAILS_DEAD_LETTER_QUEUE_URL = env.str("THUMBNAILS_DEAD_LETTER_QUEUE_URL", default="")
IMPORTS_QUEUE_URL = env.str("IMPORTS_QUEUE_URL", default="")
IMPORTS_DEAD_LETTER_QUEUE_URL = env.str("IMPORTS_DEAD_LETTER_QUEUE_URL", default="")
STAGE = env.str("STAGE", default="local")
# The folder of a local run, whose disk holds the photos, and the bytes of it that uploads leave free.
LOCAL_FOLDER = env.str("CONTACTSHEET_FOLDER", default="")
LOCAL_FREE_BYTES = env.int("LOCAL_FREE_BYTES", default=512 * 1024**2)
# How long stores are waited for: see gallery/storage/time_limits.py and docs/scaling.md. The gateway gives up
# after 30 seconds.
STORE_SECONDS = {
    # One attempt: to connect, and for the answer to begin. There are two attempts.
    "connect": 0.5,
    "answer": 1.2,
    # The plain form and the folder import send an original's bytes; a takedown waits for CloudFront.
    "bytes_connect": 2.0,
    "bytes_answer": 8.0,
    "edge_answer": 5.0,
    # All that a web request may wait in vain; with bytes or CloudFront; for any calls, also answered ones.
    "request": 3.0,
    "request_longest": 10.0,
    "request_whole": 20.0,
    # One store's part of /health/ready/.
    "health": 1.5,
    # One run of the sweep: all stores, and each of them.
    "job": 12.0,
    "job_store": 4.0,
}

# The product.
SIGN_UP = env.str("SIGN_UP", default="open")
# The contact for security reports: a mailto: or https: address. Empty for the sender of emails.
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="")
MODERATORS_MAY_DECIDE_OWN = env.bool("MODERATORS_MAY_DECIDE_OWN", default=False)
ALBUMS_PER_ACCOUNT = env.int("ALBUMS_PER_ACCOUNT", default=1_000)
PHOTOS_PER_ALBUM = 10_000
DEFAULT_QUOTA_BYTES = env.int("DEFAULT_QUOTA_BYTES", default=5 * 1024**3)

# The API: requests per minute and account by kind, and the origins allowed by CORS.
API_PER_MINUTE = {
    "reads": env.int("API_READS_PER_MINUTE", default=600),
    "writes": env.int("API_WRITES_PER_MINUTE", default=240),
    "imports": env.int("API_IMPORTS_PER_MINUTE", default=200),
}
API_CORS_ORIGINS = env.list("API_CORS_ORIGINS", default=[])

INSTALLED_APPS = [
    # Before gallery.moderation, which takes their models out of the admin.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "gallery.core",
    "gallery.accounts.apps.AccountsConfig",
    "gallery.blocks",
    "gallery.photos",
    "gallery.albums",
    "gallery.sharing",
    "gallery.reports",
    "gallery.imports",
    "gallery.inbox",
    "gallery.batches",
    "gallery.duplicates",
    "gallery.search.apps.SearchConfig",
    "gallery.processing",
    "gallery.notifications",
    "gallery.moderation.apps.ModerationConfig",
    "gallery.web",
    "gallery.api.apps.ApiConfig",
    "gallery.folder_import",
    "gallery.operations",
    "gallery.moderation.apps.AdminSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    # For the static files of its Swagger UI only.
    "ninja",
    "csp",
]

MIDDLEWARE = [
    "gallery.core.gateway_middleware.GatewayMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "gallery.core.security_headers.SecurityHeadersMiddleware",
    # Each answer gets a random length against BREACH, and each page masks its CSRF token differently.
    "django.middleware.gzip.GZipMiddleware",
    "gallery.core.canonical_host.CanonicalHostMiddleware",
    "gallery.core.addresses_without_nul.AddressesWithoutNulMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "gallery.core.languages.LanguageMiddleware",
    "gallery.core.outages.OutagesMiddleware",
    "gallery.storage.time_limits.StoreTimeMiddleware",
    "gallery.core.database_waits.DatabaseWaitsMiddleware",
    "gallery.api.middleware.ApiMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "gallery.web.limits.PageWriteLimit",
    "gallery.accounts.sessions.SessionActivityMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "gallery.urls"
WSGI_APPLICATION = "gallery.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gallery.web.context_processors.page_values",
            ],
        },
    },
]

DATABASES = {
    "default": database_settings(
        env.str("DATABASE_URL", default=f"sqlite:///{BASE_DIR}/var/gallery.sqlite3"), os.environ
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "my-photos"
LOGOUT_REDIRECT_URL = "sheet"
AUTHENTICATION_BACKENDS = ["gallery.accounts.backends.NameOrEmailBackend"]
# django-allauth. Its own limits need a shared cache; ours are in the database (see
# gallery/accounts/attempts.py). It sends no email itself: see gallery/accounts/notices.py.
ACCOUNT_ADAPTER = "gallery.accounts.adapter.AccountAdapter"
ACCOUNT_RATE_LIMITS = False
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "none"  # no stage of signing in: people may use the gallery before they confirm
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_REAUTHENTICATION_METHODS = ["password", "mfa"]
ACCOUNT_FORMS = {
    "login": "gallery.web.accounts.forms.SignInForm",
    "signup": "gallery.web.accounts.forms.SignUpForm",
    "add_email": "gallery.web.accounts.forms.EmailForm",
    "change_password": "gallery.web.accounts.forms.PasswordChangeForm",
    "reset_password": "gallery.web.accounts.forms.PasswordResetForm",
    "reset_password_from_key": "gallery.web.accounts.forms.NewPasswordForm",
}
MFA_ADAPTER = "gallery.accounts.adapter.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Contactsheet"
MFA_TOTP_TOLERANCE = 1  # one step of 30 s before and after, since clocks differ (RFC 6238, 5.2)
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS
MFA_FORMS = {
    "add_webauthn": "gallery.web.accounts.forms.PasskeyForm",
    "authenticate": "gallery.web.accounts.forms.CodeForm",
    "reauthenticate": "gallery.web.accounts.forms.CodeAgainForm",
}
# A session ends 14 days after its last use, and 90 days after the sign-in.
SESSION_ENGINE = "gallery.accounts.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60
SESSION_MAX_AGE_SECONDS = 90 * 24 * 60 * 60
# Staff need two-step sign-in, seven days after they are first asked.
STAFF_MFA = env.bool("STAFF_MFA", default=IS_HTTPS)
STAFF_MFA_GRACE = timedelta(days=7)
# A Lambda function is frozen after its response. There, a response waits for its email. Where its time would
# reveal who has an account, it waits as long without one.
EMAIL_SECONDS = 2.0 if "AWS_LAMBDA_FUNCTION_NAME" in os.environ else 0.0
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "gallery.accounts.passwords.StrengthValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]

STORAGES = {
    "default": {"BACKEND": "gallery.storage.originals.OriginalsStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_URL = f"{PATH_PREFIX}/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# Hashed by Django, or by the bundler.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+(\.[0-9a-f]{12}\.[^.]+|-[A-Z0-9]{8}\.(js|css|svg))$"
# Compressing source maps would take most of the time, and only developer tools ask for them.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
# The bundle only: its sources reference files that only the bundler has.
STATICFILES_DIRS = [(name, BASE_DIR / "static" / name) for name in ("build", "desk")]
if not STATIC_ROOT.is_dir():
    # When deployed, static files are in their own bucket and not in the function's package.
    MIDDLEWARE.remove("whitenoise.middleware.WhiteNoiseMiddleware")
# A form may contain one picture of up to 4 MB. Larger files go from the browser to S3.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024**2
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024**2

LANGUAGE_CODE = "en"
# The sources' own, and those with a complete catalog in locale/.
LANGUAGES = [("en", "English"), ("ja", "日本語")]
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
EMAIL_BACKEND = EMAIL_CONFIG["EMAIL_BACKEND"]
EMAIL_HOST = EMAIL_CONFIG.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = EMAIL_CONFIG.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = EMAIL_CONFIG.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = EMAIL_CONFIG.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = bool(EMAIL_CONFIG.get("EMAIL_USE_TLS"))
EMAIL_TIMEOUT = 5
LOCAL_FROM_EMAIL = "Contactsheet <contactsheet@localhost>"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=LOCAL_FROM_EMAIL)

# Browsers accept a cookie of such a name from this host only, not from a subdomain or over plain HTTP.
COOKIE_PREFIX = "__Host-" if IS_HTTPS else ""
MESSAGE_STORAGE = "gallery.core.message_storage.MessageStorage"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}language"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "gallery.web.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
# TLS ends at CloudFront, which redirects to HTTPS, and at the gateway, which accepts only HTTPS. A redirect
# here would loop, so the check that asks for it (W008) is silenced.
SECURE_SSL_REDIRECT = False
SILENCED_SYSTEM_CHECKS = ["security.W008"]
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
X_FRAME_OPTIONS = "DENY"

S3_ORIGINS = s3_origin(S3_ENDPOINT_URL, AWS_REGION, (ORIGINALS_BUCKET, RENDITIONS_BUCKET))
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "font-src": ["'self'"],
        "img-src": ["'self'", "blob:", *S3_ORIGINS, *([PICTURES_ORIGIN] if PICTURES_ORIGIN else [])],
        "connect-src": ["'self'", *S3_ORIGINS],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
    },
}

LOG_PROCESSORS: list[structlog.typing.Processor] = [
    without_secrets,
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
            "foreign_pre_chain": LOG_PROCESSORS,
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    # It writes the path of every request, and some are secrets.
    "loggers": {"zappa.wsgi": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
structlog.configure(
    processors=[*LOG_PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=False,
)
