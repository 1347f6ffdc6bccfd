"""Installs what a requirements file locks into `.venv`, once for each state of that file.

Decides when there is something to do. Runs under the Python that `find-python` found, before anything is
installed, so the standard library is all it has.
"""

import contextlib
import fcntl
import hashlib
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
VENV = CHECKOUT / ".venv"
# Kinds of environment, each with everything that the ones after it hold.
KINDS = ("dev", "run")


class Refused(Exception):
    """Nothing was installed; the message is a sentence for the person at the keyboard."""


def locked(kind: str) -> Path:
    """Return the requirements file of a kind of environment."""
    return CHECKOUT / f"requirements-{kind}.txt"


def mark(kind: str) -> str:
    """Return what is written down after installing: another lock, place or Python makes another mark."""
    digest = hashlib.sha256(locked(kind).read_bytes()).hexdigest()
    return f"{digest} {VENV} {sysconfig.get_config_var('EXT_SUFFIX')}\n"


def written(kind: str) -> Path:
    """Return the file that holds the mark of what is installed."""
    return VENV / f".installed-{kind}"


def satisfied(kind: str) -> bool:
    """Say whether `.venv` runs and holds at least what `kind` asks for."""
    candidates = KINDS[: KINDS.index(kind) + 1]
    for candidate in candidates:
        with contextlib.suppress(FileNotFoundError):
            if written(candidate).read_text() == mark(candidate):
                return _runs()
    return False


def install(kind: str) -> None:
    """Bring `.venv` to the state that the requirements file of `kind` locks. Raises `Refused`."""
    with locked(kind).open() as lock:  # `make run` and `make test` may both be the first
        fcntl.flock(lock, fcntl.LOCK_EX)
        if satisfied(kind):
            return
        print(f"Installing the packages of {locked(kind).name} into .venv (once; a minute or two) …", flush=True)
        try:
            # A .venv of another Python, or one that was moved, is made anew; one whose lock changed is not.
            if not _runs() or any(
                f" {VENV} " not in other.read_text() for other in map(written, KINDS) if other.exists()
            ):
                venv.create(VENV, clear=True, with_pip=True, symlinks=True)
            for other in KINDS:
                written(other).unlink(missing_ok=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise Refused(f"Could not make the virtual environment {VENV}: {error}.") from error
        command = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--require-hashes", "--no-input"]
        command += ["--disable-pip-version-check", "--quiet", "-r", str(locked(kind))]
        if subprocess.run(command, check=False).returncode:
            raise Refused(
                "The packages could not be installed, see above. The first time this needs the network (or whatever"
                " package source pip is set up for) and some 400 MB of disk; nothing else of this machine is changed."
            )
        written(kind).write_text(mark(kind))


def _runs() -> bool:
    """Say whether the environment's Python is of the same version as this one and has its modules."""
    python = VENV / "bin" / "python"
    question = "import sys, sysconfig, pip; print(sys.prefix, sysconfig.get_config_var('EXT_SUFFIX'))"
    try:
        said = subprocess.run([python, "-c", question], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return said.stdout.strip() == f"{VENV} {sysconfig.get_config_var('EXT_SUFFIX')}"


if __name__ == "__main__":
    try:
        install(sys.argv[1])
    except Refused as refusal:
        sys.exit(str(refusal))
