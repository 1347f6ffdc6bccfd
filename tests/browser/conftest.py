"""A browser for journeys: Debian's Chromium, a live site, nothing else."""

import os
import time

import pytest
from django.core.signals import request_finished, request_started
from django.db import connection
from django.test import override_settings

from tests.conftest import CHROMIUM

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="session")
def chromium():
    """One browser for all journeys of a worker."""
    sync_api = pytest.importorskip("playwright.sync_api")
    # Playwright keeps an event loop in this thread; the database is only ever asked between its steps.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield browser
        browser.close()


@pytest.fixture
def site(live_server):
    """The address of the site, which knows itself by it."""
    with override_settings(SITE_URL=live_server.url):
        yield live_server.url


@pytest.fixture
def open_as(chromium, site):
    """A window in which somebody is signed in; faults on the console fail the test when it ends."""
    contexts, faults = [], []

    def opened(user=None, *, width=1280, height=900, scheme="light", watch=True):
        context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, base_url=site)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda message: faults.append(message.text) if "Content Security Policy" in message.text else None,
        )
        if user is not None:
            page.goto("/accounts/login/")
            page.get_by_label("Email").fill(user.email)
            page.get_by_label("Password", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="Sign in", exact=True).click()
            page.wait_for_url("**/desk/**")
        return page

    yield opened
    for context in contexts:
        context.close()
    _wait_for_silence()
    assert not faults, faults


class _Site:
    """Remembers when the live site was last asked something, or last answered."""

    def __init__(self):
        self.stirred = 0.0
        for signal in (request_started, request_finished):
            signal.connect(self._stir)

    def _stir(self, **kwargs):
        self.stirred = time.monotonic()


_site = _Site()


def _wait_for_silence():
    """Wait until the site has answered what pages asked last: the tables are emptied next, and locks would clash.

    A page that closes says goodbye, so the last request may still be on its way when its window is gone; and one whose
    window is gone is never seen to end. So it is over when nothing stirred and no query ran for a while.
    """
    until = time.monotonic() + 10
    quiet_since = time.monotonic()
    while time.monotonic() - max(quiet_since, _site.stirred) < 0.3 and time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND state <> 'idle'"
            )
            if cursor.fetchone()[0]:
                quiet_since = time.monotonic()
        time.sleep(0.05)
