"""The gallery's settings under test: the environment of a test process, then the real settings.

pytest-django reads settings before any conftest, so the environment is set here. The names are those
that the template gives to the stage ``test``; the ``moto_aws`` and ``embedded_aws`` fixtures make them.
"""

import os

from tests.stage import ENVIRONMENT

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
