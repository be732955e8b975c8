"""The gallery's settings under test: the environment of a test process, then the real settings.

pytest-django reads settings before any conftest, so the environment is set here. The names are those
that the template gives to the stage ``test``; the ``moto_aws`` and ``embedded_aws`` fixtures make them.
"""

import os
import sys

import environ

from tests.stage import ENVIRONMENT

if "pytest" in sys.modules:  # bench/cost/page.py and manage.py set an environment of their own
    # No variable of the shell, such as an AWS profile, reaches settings, SDK or output.
    unwanted = ("AWS_", "DATABASE_", "FORCE_COLOR", "NO_COLOR", "TTY_")
    for name in [name for name in os.environ if name.startswith(unwanted)]:
        del os.environ[name]
    database = {"DATABASE_URL": url} if (url := os.environ.get("TEST_DATABASE_URL")) else {}
    environ.Env.ENVIRON = ENVIRONMENT | database
os.environ.update(ENVIRONMENT)

from gallery.settings import *  # noqa: F403 - the environment comes first, and everything is wanted

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "gallery.storage.originals.OriginalsStorage"},
    # No manifest: tests need no built files.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Statics are looked for when asked for; without it whitenoise warns of the folder that collectstatic makes.
WHITENOISE_AUTOREFRESH = True
