"""What an installation may set, who may do what and how stories move is documented, and the docs are true."""

import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command, get_commands

from articles.conditions import CONDITIONS
from articles.transitions import VERBS
from authors.roles import PERMISSIONS
from newsroom.environment import VARIABLES, read
from newsroom.management.commands import docs

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def test_pages_made_from_tables_are_up_to_date():
    call_command("docs", check=True)


def test_a_page_that_is_out_of_date_is_found(settings, tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "settings.md").write_text("Old words")
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match="settings.md"):
        call_command("docs", check=True)
    call_command("docs", verbosity=0)
    call_command("docs", check=True)


def test_every_condition_is_said_in_words():
    assert set(docs.NEEDS) == set(CONDITIONS)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_verb_is_in_the_docs(verb):
    assert f"**{verb.label}**" in (DOCS / "workflow.md").read_text()


@pytest.mark.parametrize("permission", PERMISSIONS, ids=lambda permission: permission.name)
def test_every_permission_is_in_the_docs(permission):
    assert f"`{permission.name}`" in (DOCS / "roles.md").read_text()


def test_no_part_of_the_code_reads_a_variable_that_is_not_in_the_table():
    known = {variable.name for variable in VARIABLES} | {"DJANGO_SETTINGS_MODULE"}
    for path in [
        *ROOT.glob("newsroom/*.py"),
        *ROOT.glob("articles/**/*.py"),
        *ROOT.glob("media/**/*.py"),
        *ROOT.glob("authors/**/*.py"),
    ]:
        for name in re.findall(r'(?:environ(?:\.get|\.setdefault)?|getenv)[\[(]\s*"([A-Z_]+)"', path.read_text()):
            assert name in known, f"{path} reads {name}"


def test_every_command_of_ours_is_documented():
    text = "".join(page.read_text() for page in [*DOCS.glob("*.md"), ROOT / "README.md", ROOT / "ARCHITECTURE.md"])
    for name, app in get_commands().items():
        if app == "newsroom":
            assert f"manage.py {name}" in text or f"`{name}`" in text, name


def test_every_make_target_is_listed_by_plain_make():
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    described = set(re.findall(r"^([a-z][a-z-]*):.*## \S", makefile, re.MULTILINE))
    assert targets == described


def test_values_are_cast_and_defaults_filled_in():
    values = read({"DEBUG": "1", "PORT": "8001", "ALLOWED_HOSTS": "a.example,b.example"})
    assert (values["DEBUG"], values["PORT"], values["ALLOWED_HOSTS"]) == (True, 8001, ["a.example", "b.example"])
    assert values["TIME_ZONE"] == "UTC"


def test_a_value_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="invalid literal"):
        read({"PORT": "eight thousand"})
