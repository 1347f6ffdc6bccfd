"""A browser for journeys: Debian's Chromium, a live site, nothing else."""

import os
import threading
import time

import pytest
from django.core.signals import request_finished, request_started
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


class _Asked:
    """Counts what the live site is answering just now, and when it was asked last."""

    def __init__(self):
        self.open = 0
        self.last = 0.0
        self._lock = threading.Lock()
        request_started.connect(self._begun)
        request_finished.connect(self._done)

    def _begun(self, **kwargs):
        with self._lock:
            self.open += 1
            self.last = time.monotonic()

    def _done(self, **kwargs):
        with self._lock:
            self.open = max(0, self.open - 1)
            self.last = time.monotonic()


_asked = _Asked()


def _wait_for_silence():
    """Wait until the site has answered what pages asked last: the tables are emptied next, and locks would clash.

    A page that closes says goodbye, so the last request may still be on its way when its window is gone.
    """
    until = time.monotonic() + 20
    while _asked.open or time.monotonic() - _asked.last < 0.3:
        assert time.monotonic() < until, f"The site is still busy with {_asked.open} requests."
        time.sleep(0.02)
