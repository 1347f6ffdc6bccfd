"""Settings for tests: the real ones, on a database and a data folder of their own, with nothing slow or shared."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "only-for-tests")
os.environ.setdefault("DEMO", "1")  # the embedded database will do
os.environ["SITE_URL"] = "https://news.example"
os.environ["SITE_NAME"] = "The Example"
os.environ["TIME_ZONE"] = "Europe/Berlin"

from newsroom.settings import *  # noqa: F403
from newsroom.settings import MIDDLEWARE
from newsroom.tasks.queues import QUEUES

NEWSROOM_DATA = Path(tempfile.mkdtemp(prefix="newsroom-test-"))
atexit.register(shutil.rmtree, NEWSROOM_DATA, ignore_errors=True)
MEDIA_ROOT = NEWSROOM_DATA
ALLOWED_HOSTS = ["testserver", "news.example", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MIDDLEWARE = [name for name in MIDDLEWARE if "whitenoise" not in name]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
TASKS = {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend", "QUEUES": list(QUEUES)}}
