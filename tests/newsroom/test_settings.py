"""A wrong setting stops the site at once, in a sentence, and never in the middle of the night."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def start(**environment):
    """Run a command of the site with this environment, and nothing else of ours."""
    keep = {
        name: value
        for name, value in os.environ.items()
        if name in {"PATH", "HOME", "LANG", "VIRTUAL_ENV", "LD_LIBRARY_PATH"}
    }
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=keep | {"DJANGO_SETTINGS_MODULE": "newsroom.settings"} | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"DEBUG": "0"}, "SECRET_KEY is not set"),
        ({"DEBUG": "0", "SECRET_KEY": "x"}, "DATABASE_URL is not set"),
    ],
)
def test_what_is_missing_is_said_in_a_sentence_without_a_traceback(environment, sentence):
    run = start(**environment)
    assert run.returncode != 0
    assert run.stderr.startswith(f"newsroom: {sentence}")
    assert "Traceback" not in run.stderr


@pytest.mark.django_db
def test_the_cache_that_sign_in_counts_in_is_there_after_migrate(settings):
    from django.core.cache import caches

    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "newsroom_cache"}
    }
    cache = caches["default"]
    cache.set("tries", 3, timeout=60)
    cache.incr("tries")
    assert cache.get("tries") == 4
