"""`find-python` trusts no name: it runs what it finds."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "newsroom" / "operations" / "find-python"
FITTING = getattr(sys, "_base_executable", "") or sys.executable


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A machine with a shell and no Python: a checkout without .venv, a PATH of one folder, an empty home."""
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "cat").symlink_to(shutil.which("cat") or "/bin/cat")
    folder = tmp_path / "checkout" / "newsroom" / "operations"
    folder.mkdir(parents=True)
    shutil.copy(SCRIPT, folder)
    return tmp_path


def find(machine: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", machine / "checkout/newsroom/operations/find-python"],
        env={"PATH": str(machine / "bin"), "HOME": str(machine), **environ}
        | {k: v for k, v in os.environ.items() if k == "LD_LIBRARY_PATH"},
        capture_output=True,
        text=True,
        check=False,
    )


def put(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_a_shim_that_fails_is_passed_over(machine: Path) -> None:
    put(machine / "bin" / "python3.13", "echo 'pyenv: python3.13: command not found' >&2; exit 127")
    put(machine / "bin" / "python3.12", "exit 0")
    put(machine / "bin" / "python3", f'exec {FITTING} "$@"')
    assert find(machine).stdout.strip() == FITTING


def test_the_folders_of_pyenv_and_uv_are_searched(machine: Path) -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}.0"
    for place in (f".pyenv/versions/{version}", f".local/share/uv/python/cpython-{version}-linux-x86_64-gnu"):
        put(machine / place / "bin" / "python3", f'exec {FITTING} "$@"')
        assert find(machine).stdout.strip() == FITTING
        shutil.rmtree(machine / place)


def test_an_unfit_choice_of_ours_is_named_and_another_one_found(machine: Path) -> None:
    put(machine / "bin" / "old", "exit 1")
    put(machine / "bin" / "python3", f'exec {FITTING} "$@"')
    found = find(machine, PYTHON=str(machine / "bin" / "old"))
    assert found.stdout.strip() == FITTING
    assert f"PYTHON={machine / 'bin' / 'old'} is not a Python 3.12 or newer" in found.stderr


def test_where_there_is_none_it_says_what_to_install(machine: Path) -> None:
    if any(list(Path(folder).glob("python3.1[2-5]")) for folder in ("/usr/local/bin", "/opt/homebrew/bin")):
        pytest.skip("this machine has a Python in a folder that is always searched")
    put(machine / "bin" / "python3", "exit 1")
    found = find(machine)
    assert found.returncode == 1
    assert found.stdout == ""
    assert "apt install python3 python3-venv" in found.stderr
