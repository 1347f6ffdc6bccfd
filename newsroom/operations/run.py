"""`make run`: the whole newsroom on this machine, started, watched over and stopped together.

Decides in which order the parts start, with which environment, and what happens when one of them dies: the
embedded database (unless DATABASE_URL is set), migrations, the demo newsroom on an empty database, static files,
then gunicorn and the worker. What those parts do is theirs; which variables exist stands in
`newsroom/environment.py`.

Everything that is started here is stopped here, by its own number, and nothing else is. The embedded database is
left alone when it was running before, or when somebody else has come to use it.
"""

import contextlib
import ctypes
import errno
import fcntl
import hashlib
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO, NoReturn

from newsroom.operations import postgres
from newsroom.operations.postgres import CHECKOUT

WEB_WORKERS = 2
WEB_THREADS = 4
# A part that dies is started again after this many seconds, doubled each time, and anew from the first when it
# has run for a while.
FIRST_PAUSE, LONGEST_PAUSE, STEADY = 0.5, 30.0, 30.0
STOP_SECONDS = 10
READY_SECONDS = 90
LOG_BYTES = 10_000_000
DATABASE_LOOK_SECONDS = 3
HIGHEST_PORT = 65535


class Refused(Exception):
    """The newsroom cannot run; the message is a sentence for the person at the keyboard."""


class Stopped(BaseException):
    """Somebody pressed Ctrl-C or sent a signal that means the same."""


def say(sentence: str) -> None:
    """Tell the person at the terminal, at once; there may be none any more."""
    with contextlib.suppress(OSError):
        print(sentence, flush=True)


# --- Before anything starts -----------------------------------------------------------------------------------


def wanted_port(value: str) -> int:
    """Return PORT as a number. Raises `Refused`."""
    if value.isascii() and value.isdigit() and 0 < int(value) <= HIGHEST_PORT:
        return int(value)
    raise Refused(f"PORT={value} is not a port. Choose a number from 1 to {HIGHEST_PORT}: PORT=8001 make run")


def reserve(host: str, port: int) -> socket.socket:
    """Return a socket that holds the port for us without listening. Raises `Refused` when it is taken.

    gunicorn's --reuse-port would join a second site to the first without a word. So the port is first asked for
    without sharing, and then kept by a socket that shares only with those that ask for it, as gunicorn does.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        for shared in (False, True):
            held = socket.socket(family)
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT if shared else socket.SO_REUSEADDR, 1)
            try:
                held.bind((host, port))
            except OSError:
                held.close()
                raise
            if not shared:
                held.close()
    except PermissionError:
        raise Refused(f"This user may not open port {port}. Choose one above 1023: PORT=8001 make run") from None
    except socket.gaierror:
        raise Refused(f"HOST={host} is not an address of this machine.") from None
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise Refused(f"HOST={host} is not an address of this machine.") from None
        raise Refused(
            f"Port {port} is taken by another program on this machine. Choose another one:"
            f" PORT={free_port(host, port)} make run"
        ) from None
    return held


def free_port(host: str, taken: int) -> int:
    """Return the next port that nobody listens on."""
    for port in range(taken + 1, min(taken + 50, HIGHEST_PORT)):
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            return port
    return taken + 1


def prepare(data: Path) -> None:
    """Make the data folder and those inside that we write to. Raises `Refused` when that cannot be."""
    for folder in (data, data / "log", data / "run"):
        try:
            # Others of this machine walk through the first one, to the database for one; mails are in the logs.
            folder.mkdir(mode=0o755 if folder == data else 0o700, parents=True, exist_ok=True)
            trial = folder / f".trial-{os.getpid()}"
            trial.touch()
            trial.unlink()
        except OSError as error:
            raise Refused(
                f"Cannot write to {folder} ({error.strerror}). Make it writable for yourself, or choose another folder:"
                " NEWSROOM_DATA=/path make run"
            ) from error


def secret_key(data: Path) -> str:
    """Return the key kept in the data folder, made at the first call, readable by its owner only."""
    kept = data / "secret_key"
    try:
        if not kept.exists():
            fresh = data / f".secret_key-{os.getpid()}"
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(50))
            with contextlib.suppress(FileExistsError):  # another run was quicker: its key it is
                os.link(fresh, kept)
            fresh.unlink()
        return kept.read_text().strip()
    except OSError as error:
        raise Refused(f"Cannot read or make {kept} ({error.strerror}).") from error


def environment(data: Path, host: str, port: int) -> dict[str, str]:
    """Return the environment of every part: what the caller set, and what a site on one machine needs besides."""
    own = {k: v for k, v in os.environ.items() if v}
    return {
        "DEBUG": "0",
        "DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "newsroom.settings",
        "SECRET_KEY": own.get("SECRET_KEY") or secret_key(data),
        **own,
        "HOST": host,
        "PORT": str(port),
        "NEWSROOM_DATA": str(data),
        "PYTHONUNBUFFERED": "1",
    }


# --- The parts ------------------------------------------------------------------------------------------------


def begin(command: list[str], environ: dict[str, str], output: IO[str] | int | None = None) -> subprocess.Popen[str]:
    """Start a program in a session of its own, so that Ctrl-C in the terminal reaches us and not it."""
    return subprocess.Popen(
        command, env=environ, cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=output,
        stderr=subprocess.STDOUT if output not in (None, subprocess.PIPE) else None,
        start_new_session=True, preexec_fn=_end_with_us, text=True,
    )  # fmt: skip


def _end_with_us() -> None:
    """Ask the kernel to stop this program when its supervisor is killed and cannot do it (Linux only)."""
    if LIBC is not None:
        LIBC.prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


# Loaded here, not between fork and exec.
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def end(parts: list[subprocess.Popen[str]]) -> None:
    """Stop programs that we started, and whatever they started: asked first, killed after STOP_SECONDS."""
    alive = [part for part in parts if part.poll() is None]
    for part in alive:
        part.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for part in alive:
        with contextlib.suppress(subprocess.TimeoutExpired):
            part.wait(max(0.0, deadline - time.monotonic()))
    for part in parts:
        # Each leads a group of its own; what is left of it goes too.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(part.pid, signal.SIGKILL)
        part.wait()


def manage(*arguments: str) -> list[str]:
    """Return the command line of a management command."""
    return [sys.executable, "manage.py", *arguments]


def finish(step: str, running: subprocess.Popen[str]) -> str:
    """Wait for a step of the start and return what it printed. Raises `Refused` when it failed."""
    try:
        printed, _ = running.communicate()
    except BaseException:
        end([running])
        raise
    if running.returncode:
        if printed:
            say(printed.rstrip())
        raise Refused(f"{step} failed, see above.")
    return printed or ""


def static_state() -> str:
    """Return a mark that changes whenever a static file of ours or an installed package does."""
    digest = hashlib.sha256()
    for mark in sorted((CHECKOUT / ".venv").glob(".installed-*")):
        digest.update(mark.read_bytes())
    for folder in sorted(CHECKOUT.glob("*/static")):
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                digest.update(str(file.relative_to(CHECKOUT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


@dataclass
class Part:
    """One program that is kept running."""

    name: str
    command: list[str]
    log: Path
    running: subprocess.Popen[str] | None = None
    since: float = 0.0
    pause: float = FIRST_PAUSE
    again_at: float | None = None

    def start(self, environ: dict[str, str]) -> None:
        """Start it, with its output going to its log."""
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.old"))
        with self.log.open("a") as log:
            self.running = begin(self.command, environ, log)
        self.since, self.again_at = time.monotonic(), None

    def look(self, environ: dict[str, str]) -> None:
        """Start it again when it has died and its pause is over, and say so."""
        now = time.monotonic()
        if self.again_at is not None:
            if now >= self.again_at:
                self.start(environ)
        elif self.running is not None and (status := self.running.poll()) is not None:
            end([self.running])  # what it may have left behind
            self.pause = FIRST_PAUSE if now - self.since > STEADY else min(self.pause * 2, LONGEST_PAUSE)
            self.again_at = now + self.pause
            say(f"The {self.name} ended ({ending(status)}); starting it again in {self.pause:g} s. Its last lines:")
            say(self.last_lines())

    def last_lines(self, count: int = 8) -> str:
        """Return the end of its log, indented."""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 8192))
            lines = log.read().decode(errors="replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-count:])


def ending(status: int) -> str:
    """Return how a program ended, in words."""
    return f"exit status {status}" if status >= 0 else f"killed by {signal.Signals(-status).name}"


# --- The whole ------------------------------------------------------------------------------------------------


@dataclass
class Newsroom:
    """The site on this machine from its start to its stop."""

    data: Path
    host: str
    port: int
    environ: dict[str, str] = field(default_factory=dict)
    server: postgres.Server | None = None
    started_database: bool = False
    looked_at_database: float = 0.0
    steps: list[subprocess.Popen[str]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where a browser on this machine finds the site."""
        return f"http://{'localhost' if self.host in ('127.0.0.1', '0.0.0.0', '::', '::1') else self.host}:{self.port}"

    @property
    def static_state_file(self) -> Path:
        """Where the mark of the collected static files is kept: not among them, they are for everybody."""
        return self.data / "run" / "static-files"

    def open(self) -> None:
        """Start everything. Raises `Refused` or `postgres.Unavailable`."""
        self.environ = environment(self.data, self.host, self.port)
        if not self.environ.get("DATABASE_URL"):
            self.server = postgres.Server(self.data)
            self.started_database = self.server.start()
            self.environ["DATABASE_URL"] = self.server.url()
        debug = self.environ["DEBUG"].lower() in ("1", "true", "on", "yes")
        static = None if debug else self.collect_static()
        say("Bringing the database up to date …")
        finish("Migrating the database", self.step("migrate", "--no-input", "--verbosity", "0"))
        sign_ins = finish("Making the demo newsroom", self.step("demo"))
        if static is not None:
            finish("Collecting the static files", static)
            self.static_state_file.write_text(static_state())
        self.parts = [
            Part("web server", self.gunicorn(reload=debug), self.data / "log" / "web.log"),
            Part("worker", manage("worker"), self.data / "log" / "worker.log"),
        ]
        for part in self.parts:
            part.start(self.environ)
        self.wait_until_open()
        say(f"\nThe newsroom is open:  {self.address}/")
        say(f"The desk is at:        {self.address}/desk/\n")
        say(sign_ins.strip() if "@" in sign_ins else REMINDER)
        say(f"\nLogs and mails go to {self.data / 'log'}. Ctrl-C stops everything.")

    def step(self, *arguments: str) -> subprocess.Popen[str]:
        """Begin a management command that the start waits for."""
        running = begin(manage(*arguments), self.environ, subprocess.PIPE)
        self.steps.append(running)
        return running

    def collect_static(self) -> subprocess.Popen[str] | None:
        """Begin to collect the static files, unless they are those of last time; it runs beside the migrations."""
        state = self.static_state_file
        if (self.data / "static").is_dir() and state.exists() and state.read_text() == static_state():
            return None
        state.unlink(missing_ok=True)
        return self.step("collectstatic", "--no-input", "--verbosity", "0")

    def gunicorn(self, *, reload: bool) -> list[str]:
        """Return the web server's command line."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        options = f"--bind {host}:{self.port} --reuse-port --workers {WEB_WORKERS} --threads {WEB_THREADS}"
        options += " --worker-class gthread --graceful-timeout 5 --timeout 60 --no-control-socket"
        return [
            sys.executable, "-m", "gunicorn", "newsroom.wsgi:application", *options.split(),
            *(["--reload"] if reload else []),
        ]  # fmt: skip

    def wait_until_open(self) -> None:
        """Wait until the site answers. Raises `Refused` when the web server gives up first."""
        web = self.parts[0]
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if web.running is not None and web.running.poll() is not None:
                raise Refused(f"The web server did not start. The end of its log, {web.log}:\n{web.last_lines(20)}")
            line = http.client.HTTPConnection(host, self.port, timeout=5)
            with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(line):
                line.request("GET", "/healthz")
                if (answer := line.getresponse().status) >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
                    say(f"The site answers, but with {answer}; see {web.log}.")
                return
            time.sleep(0.1)
        raise Refused(f"The web server does not answer after {READY_SECONDS} s. See {web.log}.")

    def watch(self) -> NoReturn:
        """Keep everything running until a signal ends it."""
        while True:
            time.sleep(0.25)
            self.look_at_database()
            for part in self.parts:
                part.look(self.environ)

    def look_at_database(self) -> None:
        """Start the embedded database again when it is gone: nobody else would."""
        now = time.monotonic()
        if self.server is None or now - self.looked_at_database < DATABASE_LOOK_SECONDS:
            return
        self.looked_at_database = now
        try:
            if self.server.start():
                self.started_database = True
                say("The embedded database was gone; it has been started again.")
        except postgres.Unavailable as error:
            say(str(error))
            self.looked_at_database = now + LONGEST_PAUSE

    def close(self) -> None:
        """Stop what was started here, and only that."""
        end(self.steps + [part.running for part in self.parts if part.running is not None])
        if self.server is None or not self.started_database:
            return
        if not self.server.release():
            say("The embedded database goes on, somebody else is using it. `make stop` stops it.")


REMINDER = """\
The database holds a newsroom already. If it is the demo, sign in as writer@newsroom.test, editor@newsroom.test,
photo@newsroom.test or chief@newsroom.test, with the password that was printed at the first run or set by
DEMO_PASSWORD then; `make demo-password` makes a new one."""


def run() -> int:
    """Open the newsroom and keep it open until Ctrl-C; return the exit status."""
    data = postgres.data_folder()
    host = os.environ.get("HOST") or "127.0.0.1"
    newsroom: Newsroom | None = None
    status = 0
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        port = wanted_port(os.environ.get("PORT") or "8000")
        prepare(data)
        with reserve(host, port), registered(data, port):
            newsroom = Newsroom(data, host, port)
            try:
                newsroom.open()
                newsroom.watch()
            finally:
                for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                    signal.signal(number, signal.SIG_IGN)  # the stop is under way
                newsroom.close()
    except Stopped:
        say("\nThe newsroom is closed.")
    except (Refused, postgres.Unavailable) as refusal:
        print(refusal, file=sys.stderr)
        status = 1
    except OSError as error:
        print(f"The newsroom cannot run: {error}.", file=sys.stderr)
        status = 1
    return status


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    raise Stopped(number)


@contextlib.contextmanager
def registered(data: Path, port: int) -> Iterator[None]:
    """Leave our number where `stop` finds it. The lock on the file proves that the number is still ours."""
    path = data / "run" / f"{port}.pid"
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def stop() -> int:
    """Stop every newsroom that runs on this data folder, then its embedded database; return the exit status."""
    data = postgres.data_folder()
    for path in sorted((data / "run").glob("*.pid")):
        with contextlib.suppress(FileNotFoundError), path.open() as file:
            if _free(file):
                continue
            os.kill(int(file.read()), signal.SIGTERM)
            deadline = time.monotonic() + STOP_SECONDS * 2
            while not _free(file):
                if time.monotonic() > deadline:
                    print(f"The newsroom on port {path.stem} does not stop.", file=sys.stderr)
                    return 1
                time.sleep(0.1)
            say(f"The newsroom on port {path.stem} is closed.")
    try:
        if postgres.Server(data).stop():
            say("The embedded database is stopped.")
    except postgres.Unavailable as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


def _free(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def manage_here(arguments: list[str]) -> int:
    """Run a management command in the environment that `make run` gives the site; return its exit status."""
    data = postgres.data_folder()
    try:
        prepare(data)
        environ = environment(
            data, os.environ.get("HOST") or "127.0.0.1", wanted_port(os.environ.get("PORT") or "8000")
        )
        environ["DATABASE_URL"] = postgres.database_url()
    except (Refused, postgres.Unavailable) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return subprocess.run(manage(*arguments), env=environ, cwd=CHECKOUT, check=False).returncode


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            sys.exit(run())
        case ["stop"]:
            sys.exit(stop())
        case ["manage", *command]:
            sys.exit(manage_here(command))
        case _:
            sys.exit("python -m newsroom.operations.run [stop | manage COMMAND …]")
