"""The standing cast, and what every test can rely on: frozen facts, no network, files in a folder of its own."""

import datetime as dt
import shutil
import socket
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from authors.models import User
from authors.roles import Role
from tests import builders

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

NOW = dt.datetime(2024, 6, 19, 12, 5, tzinfo=dt.UTC)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip browser journeys where there is no Chromium, and say so."""
    if CHROMIUM:
        return
    missing = pytest.mark.skip(reason="Chromium is not installed (Debian: apt install chromium)")
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(missing)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in a test talks to any other machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = address[0] if isinstance(address, tuple) else ""
            if host not in {"127.0.0.1", "::1", "localhost"}:
                raise AssertionError(f"A test tried to reach {address!r}.")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def data_folder(settings: settings, tmp_path: Path) -> Path:
    """Uploads and renditions of a test go to a folder that is gone afterwards."""
    folder = tmp_path / "var"
    folder.mkdir()
    settings.NEWSROOM_DATA = folder
    settings.MEDIA_ROOT = folder
    return folder


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Sign-ins of earlier tests do not count against the limits of this one."""
    cache.clear()


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is not somebody who holds a story's lock: verbs of a test happen when it says so."""
    monkeypatch.setattr("articles.workflow.lock._A_BLINK", 1.5)


@pytest.fixture
def now() -> dt.datetime:
    """The moment at which tests happen, unless they say another."""
    return NOW


@pytest.fixture
def writer(db: None) -> User:
    return builders.make_user("writer@example.org", "Wilma Writer", Role.WRITER)


@pytest.fixture
def second_writer(db: None) -> User:
    return builders.make_user("second@example.org", "Sven Second", Role.WRITER)


@pytest.fixture
def editor(db: None) -> User:
    return builders.make_user("editor@example.org", "Edda Editor", Role.EDITOR)


@pytest.fixture
def second_editor(db: None) -> User:
    return builders.make_user("deputy@example.org", "Dario Deputy", Role.EDITOR)


@pytest.fixture
def photo_editor(db: None) -> User:
    return builders.make_user("photo@example.org", "Pia Photo", Role.PHOTO_EDITOR)


@pytest.fixture
def chief(db: None) -> User:
    return builders.make_user("chief@example.org", "Clara Chief", Role.CHIEF)


@pytest.fixture
def cast(writer: User, second_writer: User, editor: User, photo_editor: User, chief: User) -> dict[str, User]:
    """Everybody with an account, by the name that tests call them."""
    return {
        "writer": writer,
        "second_writer": second_writer,
        "editor": editor,
        "photo_editor": photo_editor,
        "chief": chief,
    }


@pytest.fixture
def reader() -> Client:
    """Somebody without an account."""
    return Client()


@pytest.fixture
def as_user(db: None):
    """A signed-in client for one of the cast."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in
