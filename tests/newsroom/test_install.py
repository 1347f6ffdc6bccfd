"""Installing: once for each state of a requirements file."""

import sys
from pathlib import Path

import pytest

from newsroom.operations import install


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose virtual environment works and whose pip installs nothing."""
    monkeypatch.setattr(install, "CHECKOUT", tmp_path)
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(install, "_runs", lambda: True)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to("/bin/true")
    for kind in install.KINDS:
        install.locked(kind).write_text(f"packages of {kind}\n")
    return tmp_path


def test_the_development_environment_serves_for_running_but_not_the_other_way_round(checkout: Path) -> None:
    install.install("run")
    assert install.satisfied("run")
    assert not install.satisfied("dev")
    install.install("dev")
    assert install.satisfied("dev")
    assert install.satisfied("run")


def test_a_changed_lock_is_installed_again(checkout: Path) -> None:
    install.install("run")
    install.locked("run").write_text("other packages\n")
    assert not install.satisfied("run")


def test_a_checkout_that_was_moved_is_installed_again(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install.install("run")
    moved = checkout.rename(checkout.with_name("moved"))
    monkeypatch.setattr(install, "CHECKOUT", moved)
    monkeypatch.setattr(install, "VENV", moved / ".venv")
    assert not install.satisfied("run")


def test_an_installation_that_fails_leaves_no_mark_and_says_so(checkout: Path) -> None:
    python = checkout / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/bin/false")
    with pytest.raises(install.Refused, match="could not be installed"):
        install.install("run")
    assert not install.satisfied("run")


def test_it_runs_on_the_python_that_was_found_with_the_standard_library_alone() -> None:
    source = Path(install.__file__).read_text()
    imported = {line.split()[1].split(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))}
    assert imported <= set(sys.stdlib_module_names)
