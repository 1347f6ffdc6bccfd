"""What differs between two versions of a story: by field, by block of the body, by word inside a block.

Pure: two StoryContents in, a list of changes out. How a change looks stands in `templates/desk/_diff.html`.
Whole bodies are never compared word by word: blocks are paired first, so that the cost stays bounded. Bodies
are compared as if suggestions were refused; which suggestions came and went stands beside that.
"""

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Literal

from articles import body, suggestions
from articles.content import Byline, Label, Lead, Picture, StoryContent

Kind = Literal["same", "added", "removed", "changed"]

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]", re.UNICODE)
#: How much work a comparison may be: beyond it, old and new are shown whole. What costs is every pair of equal
#: pieces (a word that stands 500 times in both texts makes 250,000 of them) and every pair of blocks held together.
_MOST_PAIRS = 60_000
_MOST_BLOCK_PAIRS = 500_000
#: Blocks less alike than this are two blocks, not one that was changed.
_ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class Run:
    """A run of words that is the same, added or removed."""

    kind: Kind
    words: str


@dataclass(frozen=True, slots=True)
class Change:
    """One piece of a comparison: a field's value, or a block of the body, with its place in the older body."""

    kind: Kind
    runs: tuple[Run, ...]
    markup_only: bool = False
    was: int | None = None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What happened to one field, with its name as the desk prints it."""

    field: str
    label: str
    changes: tuple[Change, ...]


_LABELS = {
    "headline": "Headline",
    "standfirst": "Standfirst",
    "body": "Body",
    "slug": "Slug",
    "language": "Language",
    "section": "Section",
    "topics": "Topics",
    "bylines": "Bylines",
    "lead": "Lead photo",
    "pictures": "Pictures",
}


def compare(old: StoryContent, new: StoryContent) -> list[FieldChange]:
    """Return the fields that differ, in reading order; an empty list when a reader would see the same."""
    found = []
    for field, label in _LABELS.items():
        before, after = getattr(old, field), getattr(new, field)
        if before == after:
            continue
        if field == "body":
            words = suggestions.refused(before), suggestions.refused(after)
            changes = numbered(compare_bodies(*words))
            if suggested := compare_suggestions(before, after):
                found.append(FieldChange("suggestions", "Suggestions", tuple(suggested)))
            if all(change.kind == "same" for change in changes):
                continue
        else:
            changes = [Change("changed", compare_words(_words(before), _words(after)))]
        found.append(FieldChange(field, label, tuple(changes)))
    return found


def compare_words(old: str, new: str) -> tuple[Run, ...]:
    """Return the runs of words that lead from one plain text to the other."""
    if old == new:
        return (Run("same", new),) if new else ()
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    if _pairs([t for t in before if not t.isspace()], [t for t in after if not t.isspace()]) > _MOST_PAIRS:
        return tuple(run for run in (Run("removed", old), Run("added", new)) if run.words)
    found: list[tuple[str, str, str]] = []  # what stays, or what goes and what comes
    for op, i1, i2, j1, j2 in difflib.SequenceMatcher(str.isspace, before, after, autojunk=False).get_opcodes():
        gone, come = "".join(before[i1:i2]), "".join(after[j1:j2])
        if op == "equal" and _is_word(gone):
            found.append((gone, "", ""))
        elif found and not found[-1][0]:
            _, earlier_gone, earlier_come = found.pop()
            found.append(("", earlier_gone + gone, earlier_come + come))
        else:
            found.append(("", gone, come))
    runs = []
    for same, gone, come in found:
        if gone == come:  # a blank that stayed and had no change beside it
            same, gone, come = gone or same, "", ""
        runs += [Run("same", same), Run("removed", gone), Run("added", come)]
    return tuple(run for run in runs if run.words)


def _pairs(before: Sequence[str], after: Sequence[str]) -> int:
    """Return how many pairs of equal pieces two sequences have, which is what a comparison costs."""
    counts = Counter(after)
    return sum(number * counts[piece] for piece, number in Counter(before).items())


def _all(kind: Kind, blocks: Iterable[str]) -> list[Change]:
    return [Change(kind, (Run(kind, block_words(block)),)) for block in blocks]


def _is_word(words: str) -> bool:
    """Tell whether a run is worth reading by itself; a blank between two changes is part of them."""
    return any(character.isalnum() for character in words)


def compare_bodies(old: str, new: str) -> list[Change]:
    """Return the blocks of the new body, with the removed ones where they stood."""
    before, after = body.blocks(old), body.blocks(new)
    changes: list[Change] = []
    if _pairs(before, after) > _MOST_PAIRS:
        return [*_all("removed", before), *_all("added", after)]
    for op, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if op == "equal":
            changes += _all("same", after[j1:j2])
        else:
            changes += _paired(before[i1:i2], after[j1:j2])
    return changes


def numbered(changes: Iterable[Change]) -> list[Change]:
    """Return the changes of a body, each with the number of the older block that it is about, from 0."""
    numbers = count()
    return [change if change.kind == "added" else replace(change, was=next(numbers)) for change in changes]


def compare_suggestions(old: str, new: str) -> list[Change]:
    """Return the suggestions that are open in one body only: new ones, then those accepted, refused or changed."""
    before, after = ([_suggested(one) for one in suggestions.open_suggestions(source)] for source in (old, new))
    fresh = [Change("added", (Run("same", "Suggested: "), *runs)) for runs in after if runs not in before]
    gone = [Change("removed", (Run("same", "No longer suggested: "), *runs)) for runs in before if runs not in after]
    return fresh + gone


def _suggested(one: suggestions.Suggestion) -> tuple[Run, ...]:
    borders = {"split": "new paragraph", "join": "joined with the paragraph before"}
    notes = [borders[change] for change, _ in one.changes if change in borders]
    note = f" ({', '.join(notes)})" if notes else ""
    runs = [Run("removed", one.removed), Run("added", one.added), Run("same", note)]
    return tuple(run for run in runs if run.words)


def _paired(before: Sequence[str], after: Sequence[str]) -> list[Change]:
    """Pair each removed block with the block that it most likely became, keeping the order of both."""
    changes: list[Change] = []
    if len(before) * len(after) > _MOST_BLOCK_PAIRS:
        return [*_all("removed", before), *_all("added", after)]
    rest = list(after)
    for block in before:
        match = most_alike(block, rest)
        if match is None:
            changes += _all("removed", [block])
            continue
        changes += _all("added", rest[:match])
        old_words, new_words = block_words(block), block_words(rest[match])
        changes.append(Change("changed", compare_words(old_words, new_words), markup_only=old_words == new_words))
        rest = rest[match + 1 :]
    return [*changes, *_all("added", rest)]


def most_alike(block: str, candidates: Sequence[str]) -> int | None:
    """Return which candidate a block most likely became, None where none is like it."""
    words = block_words(block)
    matcher = difflib.SequenceMatcher(None, autojunk=False)
    matcher.set_seq2(words)
    best, best_ratio = None, _ALIKE
    for index, candidate in enumerate(candidates):
        matcher.set_seq1(block_words(candidate))
        if matcher.real_quick_ratio() > best_ratio and (ratio := matcher.quick_ratio()) > best_ratio:
            best, best_ratio = index, ratio
    return best


def block_words(block: str) -> str:
    """Return a block as an editor reads it: a picture is named, since it has no words of its own."""
    pictures = [
        f"[Photo {figure.photo}; alt: {figure.alt or 'none'}; {figure.layout}] " for figure in body.figures(block)
    ]
    return "".join(pictures) + " ".join(body.text(block).split())


def _words(value: object) -> str:
    """Return a field's value as a line an editor can read."""
    match value:
        case None:
            return ""
        case str():
            return value
        case Label():
            return value.name
        case Byline():
            note = f" ({value.note})" if value.note else ""
            return f"{value.name}, {value.role}{note}"
        case Picture():
            return f"Photo {value.photo} ({value.digest[:8]}): {value.credit or 'no credit'}"
        case Lead():
            return f"{_words(value.picture)}. Caption: {value.caption or 'none'}. Alt: {value.alt or 'none'}"
        case tuple():
            return "; ".join(_words(item) for item in value)
    raise TypeError(f"A story has no field of type {type(value).__name__}.")
