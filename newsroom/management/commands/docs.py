"""`manage.py docs`: writes the pages of `docs/` that are made from tables in the code.

Decides how a table reads as a page. `--check` writes nothing and fails when a page is not what the code says.
"""

from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from articles import checks
from articles.statuses import Status
from articles.transitions import VERBS
from authors.roles import PERMISSIONS, Role
from newsroom.environment import VARIABLES
from newsroom.shortcuts import GROUPS

_MADE = "<!-- Made by `manage.py docs` from {source}; change it there. -->\n"

#: The conditions in an editor's words. A test holds this against the table of verbs.
NEEDS = {
    "checks": "to pass the [checks](checks.md) that stop this verb",
    "note": "a note",
    "with_its_writer": "for its writer: not in review, not approved",
    "own_only_as_draft": "for its writer: still a draft",
    "four_eyes": "somebody who wrote none of the words since the last approval (a chief may override, with a reason)",
    "as_approved": "no change since the approval, in the rooms below either: credits, names, notes, sections, topics",
    "unapproved": "words that nobody approved yet",
    "approval": "an approval of exactly these words",
    "not_scheduled": "no time set",
    "scheduled": "a time set",
    "future_time": "a time to come",
    "embargo_over": "no embargo that would still stand",
    "not_out": "not seen by readers yet",
    "embargo_end": "a time to come, whose embargo it is, and no earlier time set",
    "free_address": "an address that no other story of that day has or had",
    "never_published": "never seen by readers",
}


def pages() -> dict[str, str]:
    """Return the pages by file name."""
    return {
        "settings.md": _settings(),
        "workflow.md": _workflow(),
        "checks.md": _checks(),
        "roles.md": _roles(),
        "shortcuts.md": _shortcuts(),
    }


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head), ["---"] * len(list(head)), *(list(row) for row in rows)]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def _settings() -> str:
    def shown(default: object) -> str:
        if default == "":
            return "empty"
        text = (
            ",".join(default)
            if isinstance(default, list)
            else str(int(default) if isinstance(default, bool) else default)
        )
        return f"`{text}`"

    rows = [(f"`{v.name}`", shown(v.default), v.meaning) for v in VARIABLES]
    return (
        "# Settings\n\n"
        + _MADE.format(source="`newsroom/environment.py`")
        + "\nEverything that an installation can set, as environment variables. "
        "`0` and `1` switch off and on; lists are separated by commas.\n\n"
        + _table(["variable", "default", "meaning"], rows)
    )


def _workflow() -> str:
    def moves(verb: Any) -> str:
        return "<br>".join(
            Status(before).label if before == after else f"{Status(before).label} → {Status(after).label}"
            for before, after in verb.moves.items()
        )

    rows = [
        (
            f"**{verb.label}**",
            verb.meaning,
            moves(verb),
            "; ".join(NEEDS[need] for need in verb.needs) or "–",
            _who(verb),
        )
        for verb in VERBS
    ]
    return (
        "# How a story moves\n\n"
        + _MADE.format(source="`articles/transitions.py`")
        + "\nA story on the desk is a draft, in review, approved, published or spiked; an approved story with a time "
        "is *scheduled*. A published story that is edited is a draft again, while readers keep the version that was "
        "approved. Every verb takes the story’s lock, is refused with a sentence or done whole, and leaves an event "
        "that cannot be changed. The database refuses every other change of state.\n\n"
        "An approval vouches for one hash over all that a reader sees, and nobody gives it for words of their own: not "
        "for what they wrote in the story, nor for a credit, an author’s name or note, a section or a topic that they "
        "changed elsewhere. A change of the words after approval voids it and tells the approver; a change elsewhere "
        "asks for another approval before the story can be published or scheduled. What is scheduled already goes out "
        "as it was approved.\n\n" + _table(["verb", "what it does", "from → to", "the story needs", "who may"], rows)
    )


def _checks() -> str:
    def stops(check: checks.Check) -> str:
        named = [verb.label for verb in VERBS if checks.STAGES.get(verb.name) in check.stops]
        return f"**stops** {', '.join(named)}" if named else "warns"

    rows = [(f"`{check.name}`", f"**{check.label}**: {check.asks}", stops(check)) for check in checks.CHECKS]
    return (
        "# What is checked before publishing\n\n"
        + _MADE.format(source="`articles/checks.py`")
        + "\nThe side column of the story page lists what the checks find while somebody writes, each with a jump to "
        "its place: first what stops a verb, then what is worth a look. The server asks the same table when the verb "
        "is done, so a page that is old or forged gains nothing. Publish now and Schedule look at the words that were "
        "approved, all others at the words as they stand.\n\n"
        + _table(["check", "what is asked", "what it does"], rows)
    )


def _who(verb: Any) -> str:
    everybody = {p.name: p.roles for p in PERMISSIONS}
    reach = ", ".join(role.label.lower() for role in Role if role in everybody[verb.permission])
    own = [
        role.label.lower()
        for role in Role
        if role in everybody.get(verb.own, ()) and role not in everybody[verb.permission]
    ]
    return f"{reach}; {', '.join(own)}: own stories" if own else reach


def _roles() -> str:
    rows = [(p.meaning, f"`{p.name}`", *("●" if role in p.roles else "" for role in Role)) for p in PERMISSIONS]
    return (
        "# Who may do what\n\n"
        + _MADE.format(source="`authors/roles.py`")
        + "\nEvery account has one role. “Own” stories are those that somebody started, is to write "
        "or stands under.\n\n" + _table(["may", "permission", *(role.label for role in Role)], rows)
    )


def _shortcuts() -> str:
    parts = [
        f"## {group.title}\n\n"
        + _table(["keys", "what they do"], [(f"`{s.keys}`", s.meaning) for s in group.shortcuts])
        for group in GROUPS
    ]
    return (
        "# Shortcuts\n\n"
        + _MADE.format(source="`newsroom/shortcuts.py`")
        + "\n`?` lists them anywhere on the desk. `Mod` is Control, on a Mac Command; two keys with a blank between "
        "them are pressed one after the other. Keys for pages that an installation has not got do nothing. Single keys "
        "do nothing while somebody types, and can be switched off in the list (WCAG 2.1.4); the browser keeps that.\n\n"
        + "\n".join(parts)
    )


class Command(BaseCommand):
    """Writes the pages, or checks them."""

    help = "Write the documentation pages that are made from tables in the code; --check only compares."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own way

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--check", action="store_true", help="Write nothing; fail when a page is out of date.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write or compare."""
        folder = Path(settings.BASE_DIR) / "docs"
        stale = [name for name, text in pages().items() if not _same(folder / name, text)]
        if options["check"]:
            if stale:
                raise CommandError(f"Out of date: docs/{', docs/'.join(stale)}. Run `python manage.py docs`.")
            return
        for name in stale:
            (folder / name).write_text(pages()[name], encoding="utf-8")
            self.stdout.write(f"docs/{name}")


def _same(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text
