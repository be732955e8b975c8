"""The gallery's real settings for browser tests; only collected files go to a folder of the run."""

import os

from gallery import settings
from gallery.settings import *  # noqa: F403 - the settings as they are deployed

STATIC_ROOT = os.environ.get("COLLECTED_FILES", settings.STATIC_ROOT)
# The real settings leave it out where their own folder of collected files is missing.
MIDDLEWARE = list(
    dict.fromkeys(
        [settings.MIDDLEWARE[0], "whitenoise.middleware.WhiteNoiseMiddleware", *settings.MIDDLEWARE[1:]]
    )
)
