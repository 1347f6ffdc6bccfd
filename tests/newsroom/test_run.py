"""`make run`: what it refuses, what it keeps running, and that it stops what it started and nothing else.

A small stand-in for the site: the real supervisor over a `manage.py` and a web application of a few lines.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from newsroom.operations import postgres, run
from tests.newsroom.test_postgres import needs_programs

CHECKOUT = Path(__file__).resolve().parents[2]

MANAGE = """
import os, pathlib, sys, time
data = pathlib.Path(os.environ["NEWSROOM_DATA"])
with open(data / "calls", "a") as calls:
    calls.write(sys.argv[1] + "\\n")
if sys.argv[1] == "demo":
    print("writer@newsroom.test signs in with swordfish")
if sys.argv[1] == "collectstatic":
    (data / "static").mkdir(exist_ok=True)
if sys.argv[1] == "migrate" and os.environ.get("BROKEN"):
    sys.exit("this migration does not work")
if sys.argv[1] == "worker":
    (data / "worker").write_text(str(os.getpid()))
    time.sleep(600)
"""
WSGI = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"the news"]
"""


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Site:
    """A checkout of the stand-in and the programs that a test started in it."""

    folder: Path
    port: int
    environ: dict[str, str]
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def data(self) -> Path:
        return self.folder / "var"

    def command(self, *arguments: str, **environ: str) -> subprocess.Popen[str]:
        """Start the supervisor, or another of its commands."""
        running = subprocess.Popen(
            [sys.executable, "-m", "newsroom.operations.run", *arguments],
            cwd=self.folder, env=self.environ | environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        )  # fmt: skip
        self.started.append(running)
        return running

    def open(self, **environ: str) -> tuple[subprocess.Popen[str], str]:
        """Start the supervisor and wait until it says that the site is open; return it and what it said."""
        running = self.command(**environ)
        alarm = threading.Timer(30, running.kill)
        alarm.start()
        said = ""
        assert running.stdout
        for line in running.stdout:
            said += line
            if "Ctrl-C" in line:
                break
        alarm.cancel()
        assert "The newsroom is open" in said, said
        return running, said

    def calls(self) -> list[str]:
        return (self.data / "calls").read_text().split()

    def worker(self) -> int:
        """Return the worker's number, which it writes when it is up."""
        return int(until(lambda: (self.data / "worker").exists() and (self.data / "worker").read_text()))

    def page(self) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=5) as answer:
            return bytes(answer.read())


@pytest.fixture
def site(tmp_path: Path, port: int) -> Iterator[Site]:
    folder = tmp_path / "checkout"
    operations = folder / "newsroom" / "operations"
    operations.mkdir(parents=True)
    for file in (CHECKOUT / "newsroom" / "operations").glob("*.py"):
        shutil.copy(file, operations)
    (folder / "newsroom" / "__init__.py").touch()
    (folder / "newsroom" / "wsgi.py").write_text(WSGI)
    (folder / "newsroom" / "static").mkdir()
    (folder / "newsroom" / "static" / "site.css").write_text("p {}")
    (folder / "manage.py").write_text(MANAGE)
    environ = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LD_LIBRARY_PATH")}
    environ |= {"PORT": str(port), "DATABASE_URL": "postgresql://nobody.asks/it"}
    made = Site(folder, port, environ)
    try:
        yield made
    finally:
        for running in made.started:
            if running.poll() is None:
                running.terminate()
                running.wait(20)
            if running.stdout:
                running.stdout.close()


def until[Found](true: Callable[[], Found], seconds: float = 10) -> Found:
    """Wait until a function returns something true, and return it."""
    deadline = time.monotonic() + seconds
    while not (value := true()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
    return value


def alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return not Path(f"/proc/{number}/stat").exists() or ") Z" not in Path(f"/proc/{number}/stat").read_text()


def children(number: int) -> list[int]:
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found = [pid for pid, parent in pairs if parent == number]
    return found + [below for each in found for below in children(each)]


# --- Refusals -------------------------------------------------------------------------------------------------


def test_a_taken_port_is_refused_before_anything_is_touched(site: Site) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as gunicorn's listens, which would share it
        other.bind(("127.0.0.1", site.port))
        other.listen()
        refused = site.command()
        said, _ = refused.communicate(timeout=20)
    assert refused.returncode == 1
    assert said.startswith(f"Port {site.port} is taken by another program")
    assert f"PORT={site.port + 1}" in said or "PORT=" in said
    assert "Traceback" not in said
    assert not (site.data / "calls").exists()


@pytest.mark.parametrize("value", ["http", "0", "70000", "-1", "80.5"])
def test_a_port_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(run.Refused, match="is not a port"):
        run.wanted_port(value)


def test_an_address_of_another_machine_is_refused(port: int) -> None:
    with pytest.raises(run.Refused, match=r"HOST=192\.0\.2\.1 is not an address of this machine"):
        run.reserve("192.0.2.1", port)


def test_a_data_folder_that_cannot_be_written_is_refused_with_a_sentence(site: Site) -> None:
    site.data.write_text("a file in the way")
    refused = site.command()
    said, _ = refused.communicate(timeout=20)
    assert refused.returncode == 1
    assert said.startswith(f"Cannot write to {site.data}")
    assert "NEWSROOM_DATA=/path make run" in said
    assert "Traceback" not in said


def test_a_step_that_fails_ends_the_start_with_its_own_words(site: Site) -> None:
    refused = site.command(BROKEN="1")
    said, _ = refused.communicate(timeout=20)
    assert refused.returncode == 1
    assert "this migration does not work" in said
    assert "Migrating the database failed" in said
    assert children(refused.pid) == []


# --- Running --------------------------------------------------------------------------------------------------


def test_ctrl_c_stops_what_was_started_and_nothing_else(site: Site) -> None:
    running, said = site.open()
    assert f"http://localhost:{site.port}/" in said
    assert "writer@newsroom.test signs in with swordfish" in said
    assert site.page() == b"the news"
    worker = site.worker()
    ours = until(lambda: len(found := children(running.pid)) == 4 and found)  # worker, gunicorn and its two
    assert worker in ours
    bystander = subprocess.Popen(
        [sys.executable, "manage.py", "worker"], cwd=site.folder,
        env=site.environ | {"NEWSROOM_DATA": str(site.data)},
    )  # fmt: skip
    try:
        second = site.command()
        refused, _ = second.communicate(timeout=20)
        assert second.returncode == 1
        assert refused.startswith(f"Port {site.port} is taken")
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 0
        assert [number for number in ours if alive(number)] == []
        assert alive(bystander.pid)
    finally:
        bystander.kill()
        bystander.wait()


def test_a_part_that_dies_is_started_again_and_its_end_is_told(site: Site) -> None:
    running, _ = site.open()
    first = site.worker()
    (site.data / "worker").unlink()
    os.kill(first, signal.SIGKILL)
    assert site.worker() != first
    running.send_signal(signal.SIGTERM)
    said, _ = running.communicate(timeout=20)
    assert "The worker ended (killed by SIGKILL); starting it again in" in said
    assert "The newsroom is closed." in said
    assert running.returncode == 0


def test_stop_closes_it_from_another_terminal_and_the_second_start_reuses_what_is_there(site: Site) -> None:
    running, _ = site.open()
    key = (site.data / "secret_key").read_text()
    assert (site.data / "secret_key").stat().st_mode & 0o777 == 0o600
    assert len(key) >= 50
    stopped, _ = site.command("stop").communicate(timeout=20)
    assert f"The newsroom on port {site.port} is closed." in stopped
    assert running.wait(20) == 0
    assert site.calls().count("collectstatic") == 1
    site.open()
    assert (site.data / "secret_key").read_text() == key
    assert site.calls().count("collectstatic") == 1, "no static file changed"
    assert site.calls().count("migrate") == 2


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a program that its parent was killed")
def test_when_the_supervisor_is_killed_its_parts_end_and_the_next_start_works(site: Site) -> None:
    running, _ = site.open()
    site.worker()
    ours = children(running.pid)
    running.kill()
    running.wait()
    until(lambda: not any(alive(number) for number in ours), 15)
    site.open()
    assert site.page() == b"the news"


@needs_programs
def test_the_embedded_database_comes_and_goes_with_it(site: Site) -> None:
    if os.geteuid() == 0:
        for folder in [site.folder, *site.folder.parents][:-2]:  # the server's own user must be able to walk here
            folder.chmod(folder.stat().st_mode | 0o011)
    running, _ = site.open(DATABASE_URL="")
    server = postgres.Server(site.data)
    assert server.answers()
    number = server._postmaster()
    assert number
    os.kill(number, signal.SIGKILL)
    until(lambda: server.answers() and server._postmaster() != number, 20)
    running.send_signal(signal.SIGINT)
    assert running.wait(20) == 0
    assert not server.answers()
    # One that ran before is left running.
    server.start()
    running, _ = site.open(DATABASE_URL="")
    running.send_signal(signal.SIGINT)
    assert running.wait(20) == 0
    assert server.stop()
