"""How a clash is shown: what stands there now beside what this person wrote, with what differs marked by word."""

from collections.abc import Iterable
from dataclasses import dataclass

from articles import diff
from articles.merge import Clash


@dataclass(frozen=True, slots=True)
class Shown:
    """One clash as the page prints it: both texts in runs, theirs without what only I have, and the reverse."""

    key: str
    label: str
    both: bool
    theirs: tuple[diff.Run, ...]
    mine: tuple[diff.Run, ...]


def shown(clashes: Iterable[Clash]) -> list[Shown]:
    """Return clashes for the page. Pure."""
    return [_shown(clash) for clash in clashes]


def _shown(clash: Clash) -> Shown:
    theirs, mine = ((diff.block_words(side) if clash.field == "body" else side) for side in (clash.theirs, clash.mine))
    runs = diff.compare_words(theirs, mine)
    return Shown(
        clash.key,
        clash.label,
        clash.both,
        tuple(run for run in runs if run.kind != "added"),
        tuple(run for run in runs if run.kind != "removed"),
    )
