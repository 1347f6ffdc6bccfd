"""What differs between two versions of a story: by field, by block of the body, by word inside a block.

Pure: two StoryContents in, a list of changes out. How a change looks stands in `templates/desk/_diff.html`.
Whole bodies are never compared word by word: blocks are paired first, so that the cost stays bounded. Bodies
are compared as if suggestions were refused; which suggestions came and went stands beside that.
"""

import difflib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import count, groupby
from typing import Any, Literal

from articles import body, suggestions
from articles.anchors import in_order
from articles.content import Byline, Label, Lead, Picture, StoryContent

Kind = Literal["same", "added", "removed", "changed"]

#: A word or a sign with the blanks behind it; in scripts without spaces each sign by itself.
_SIGN = "[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
_TOKEN = re.compile(rf"{_SIGN}\s*|(?:(?!{_SIGN})\w)+\s*|[^\w\s]\s*|\s+", re.UNICODE)
_WORD = re.compile(r"\w+", re.UNICODE)
#: How much work a comparison may be: beyond it, old and new are shown whole. What costs is every pair of equal
#: pieces (a word that stands 500 times in both texts makes 250,000 of them) and every pair of blocks held together.
_MOST_PAIRS = 60_000
_MOST_PAIRS_OF_ALL = 300_000
_MOST_BLOCK_PAIRS = 20_000
#: More blocks than these in both bodies together are paired in a quicker way.
_MANY_BLOCKS = 3_000
#: A word that stands in more blocks than this does not tell one from another.
_TELLING = 20
#: Blocks less alike than this are two blocks, not one that was changed.
_ALIKE = 0.5
#: Unchanged blocks in a row are folded from this many on, with one left in sight beside each change.
_FOLDED = 3


class _Purse:
    """What all comparisons of one body may still cost, so that no text can be written to be slow."""

    def __init__(self) -> None:
        self.left = _MOST_PAIRS_OF_ALL

    def pays(self, before: Sequence[str], after: Sequence[str]) -> bool:
        """Take what comparing two sequences costs; tell whether there was enough."""
        cost = _pairs(before, after)
        if cost > min(_MOST_PAIRS, self.left):
            return False
        self.left -= cost + len(before) + len(after)
        return True


@dataclass(frozen=True, slots=True)
class Run:
    """A run of words that is the same, added or removed."""

    kind: Kind
    words: str


@dataclass(frozen=True, slots=True)
class Change:
    """One piece of a comparison: a field's value, or a block of the body, with its place in the older body.

    `label` names the part of a field that it is about, such as the caption of the lead photo.
    """

    kind: Kind
    runs: tuple[Run, ...]
    markup_only: bool = False
    was: int | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Changes in a row: to be shown, or unchanged and folded."""

    changes: tuple[Change, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What happened to one field, with its name as the desk prints it."""

    field: str
    label: str
    changes: tuple[Change, ...]

    @property
    def stretches(self) -> list[Stretch]:
        """Return the changes, with long rows of unchanged blocks folded."""
        return folded(self.changes)


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
            changes = compare_values(before, after)
        found.append(FieldChange(field, label, tuple(changes)))
    return found


def compare_words(old: str, new: str, *, purse: _Purse | None = None) -> tuple[Run, ...]:
    """Return the runs of words that lead from one plain text to the other."""
    if old == new:
        return (Run("same", new),) if new else ()
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    middle = (before[head : len(before) - tail], after[head : len(after) - tail])
    found: list[tuple[str, str, str]] = []  # what stays, or what goes and what comes
    _note(found, "".join(before[:head]), "", "")
    if (purse or _Purse()).pays(*middle):
        for op, i1, i2, j1, j2 in difflib.SequenceMatcher(None, *middle, autojunk=False).get_opcodes():
            gone, come = "".join(middle[0][i1:i2]), "".join(middle[1][j1:j2])
            _note(found, *((gone, "", "") if op == "equal" and _is_word(gone) else ("", gone, come)))
    else:
        _note(found, "", "".join(middle[0]), "".join(middle[1]))
    _note(found, "".join(before[len(before) - tail :]), "", "")
    return tuple(run for run in _runs(found) if run.words)


def _note(found: list[tuple[str, str, str]], same: str, gone: str, come: str) -> None:
    """Add to what was found, joining changes that follow each other."""
    if gone == come:  # a blank that stayed
        same, gone, come = same + gone, "", ""
    if same and found and not found[-1][0] and not _is_word(same):
        gone, come, same = same, same, ""
    if not same and found and not found[-1][0]:
        _, earlier_gone, earlier_come = found.pop()
        found.append(("", earlier_gone + gone, earlier_come + come))
    elif same and found and found[-1][0]:
        found.append((found.pop()[0] + same, "", ""))
    elif same or gone or come:
        found.append((same, gone, come))


def _runs(found: Sequence[tuple[str, str, str]]) -> list[Run]:
    runs, blank = [], ""
    for index, (same, gone, come) in enumerate(found):
        if same:
            runs.append(Run("same", blank + same))
            blank = ""
            continue
        # The blank behind a word that became another belongs to what follows.
        kept = gone[len(gone.rstrip()) :]
        follows = index + 1 < len(found) and kept == come[len(come.rstrip()) :]
        blank = kept if follows else ""
        runs += [Run("removed", gone.removesuffix(blank)), Run("added", come.removesuffix(blank))]
    return runs


def _common(before: Sequence[str], after: Sequence[str]) -> int:
    """Return how many pieces two sequences begin with alike."""
    count = 0
    for a, b in zip(before, after, strict=False):
        if a != b:
            break
        count += 1
    return count


def folded(changes: Sequence[Change]) -> list[Stretch]:
    """Return changes with long rows of unchanged ones folded; beside each change one is left in sight."""
    found: list[Stretch] = []
    rows = [list(row) for _, row in groupby(changes, lambda change: change.kind == "same")]
    for index, row in enumerate(rows):
        first, last = index == 0, index == len(rows) - 1
        start, end = (0 if first else 1), (len(row) if last else len(row) - 1)
        if row[0].kind != "same" or end - start < _FOLDED:
            found.append(Stretch(tuple(row)))
            continue
        parts = [Stretch(tuple(row[:start])), Stretch(tuple(row[start:end]), folded=True), Stretch(tuple(row[end:]))]
        found += [part for part in parts if part.changes]
    return found


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
    purse = _Purse()
    if _pairs(before, after) > _MOST_PAIRS:
        return [*_all("removed", before), *_all("added", after)]
    i = j = 0
    for i2, j2, length in _equal_blocks(before, after):
        changes += _paired(before[i:i2], after[j:j2], purse)
        changes += _all("same", after[j2 : j2 + length])
        i, j = i2 + length, j2 + length
    return changes


def _equal_blocks(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int, int]]:
    """Return the rows of blocks that both bodies have, the last one empty: from, from, how many.

    Of very many blocks those that stand once in both are paired first, and only what lies between is searched.
    """
    if len(before) + len(after) <= _MANY_BLOCKS:
        return list(difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks())
    found: list[tuple[int, int, int]] = []
    i = j = 0
    for i2, j2, length in [*in_order(before, after), (len(before), len(after), 0)]:
        if i < i2 and j < j2:
            between = difflib.SequenceMatcher(None, before[i:i2], after[j:j2], autojunk=False).get_matching_blocks()
            found += [(i + a, j + b, size) for a, b, size in between if size]
        found.append((i2, j2, length))
        i, j = i2 + length, j2 + length
    return found


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


@dataclass(frozen=True, slots=True)
class _Block:
    """A block as it is compared: as HTML, as an editor reads it, and how often it has which word."""

    html: str
    words: str
    bag: Counter[str]

    @classmethod
    def of(cls, html: str) -> "_Block":
        words = block_words(html)
        return cls(html, words, Counter(_WORD.findall(words)))

    def likeness(self, other: "_Block") -> float:
        """Return how much of two blocks is in both: 0 to 1."""
        total = self.bag.total() + other.bag.total()
        if not total:
            return 1.0 if self.words == other.words else 0.0
        if 2 * min(self.bag.total(), other.bag.total()) <= _ALIKE * total:
            return 0.0
        return 2 * sum(min(number, other.bag[word]) for word, number in self.bag.items()) / total


def _paired(before: Sequence[str], after: Sequence[str], purse: _Purse) -> list[Change]:
    """Pair each removed block with the block that it most likely became, keeping the order of both."""
    old, new = [_Block.of(block) for block in before], [_Block.of(block) for block in after]
    if len(old) == len(new) and all(a.likeness(b) > _ALIKE for a, b in zip(old, new, strict=True)):
        return [_changed(a, b, purse) for a, b in zip(old, new, strict=True)]
    candidates = _candidates(old, new)
    changes: list[Change] = []
    done = 0
    for index, block in enumerate(old):
        best, best_ratio = None, _ALIKE
        for candidate in candidates(index, done):
            if (ratio := block.likeness(new[candidate])) > best_ratio:
                best, best_ratio = candidate, ratio
        if best is None:
            changes.append(Change("removed", (Run("removed", block.words),)))
            continue
        changes += [Change("added", (Run("added", skipped.words),)) for skipped in new[done:best]]
        changes.append(_changed(block, new[best], purse))
        done = best + 1
    return [*changes, *(Change("added", (Run("added", block.words),)) for block in new[done:])]


def _candidates(old: Sequence[_Block], new: Sequence[_Block]) -> Callable[[int, int], Iterable[int]]:
    """Return what tells which new blocks an old one is held against: all of a few, else those with a telling word."""
    if len(old) * len(new) <= _MOST_BLOCK_PAIRS:
        return lambda index, done: range(done, len(new))
    places: defaultdict[str, list[int]] = defaultdict(list)
    for number, block in enumerate(new):
        for word in block.bag:
            places[word].append(number)
    telling = {word: numbers for word, numbers in places.items() if len(numbers) <= _TELLING}

    def sharing(index: int, done: int) -> Iterable[int]:
        votes = Counter(
            number for word in old[index].bag if word in telling for number in telling[word] if number >= done
        )
        return [number for number, _ in votes.most_common(5)]

    return sharing


def _changed(old: _Block, new: _Block, purse: _Purse) -> Change:
    return Change("changed", compare_words(old.words, new.words, purse=purse), markup_only=old.words == new.words)


def most_alike(block: str, candidates: Sequence[str]) -> int | None:
    """Return which candidate a block most likely became, None where none is like it."""
    wanted = _Block.of(block)
    best, best_ratio = None, _ALIKE
    for index, candidate in enumerate(candidates):
        if (ratio := wanted.likeness(_Block.of(candidate))) > best_ratio:
            best, best_ratio = index, ratio
    return best


def block_words(block: str) -> str:
    """Return a block as an editor reads it: a picture is named, since it has no words of its own."""
    figures = body.figures(block) if "<figure" in block else []
    if block.startswith("<figure") and figures:
        figure = figures[0]
        return (
            f"Photo {figure.photo}. Caption: {figure.caption or 'none'}. "
            f"Alt text: {figure.alt or 'none'}. Width: {figure.layout}."
        )
    pictures = [f"[Photo {one.photo}. Alt text: {one.alt or 'none'}. Width: {one.layout}.] " for one in figures]
    return "".join(pictures) + " ".join(body.text(block).split())


# --- Fields that are no running text: by item --------------------------------------------------------------------


def compare_values(old: object, new: object) -> list[Change]:
    """Return what happened to a field other than the body: a list by its items, a photo by what is said of it."""
    match old, new:
        case (str(), str()):
            return [Change("changed", compare_words(old, new))]
        case ((Label() | None), (Label() | None)):
            return [_replaced(_place(old), _place(new))]
        case ((Lead() | None), (Lead() | None)):
            return _lead_changes(old, new)
        case (tuple(), tuple()):
            return _item_changes(old, new) or [Change("changed", compare_words(_words(old), _words(new)))]
    raise TypeError(f"A story has no field of type {type(new).__name__}.")


def _replaced(old: str, new: str, label: str = "") -> Change:
    runs = tuple(run for run in (Run("removed", old), Run("added", new)) if run.words)
    return Change("changed" if old and new else "added" if new else "removed", runs, label=label)


def _reworded(old: str, new: str, label: str) -> list[Change]:
    if old == new:
        return []
    return [Change("changed", compare_words(old, new), label=label) if old and new else _replaced(old, new, label)]


def _place(label: Label | None) -> str:
    return f"{label.name} ({label.path})" if label else ""


def _lead_changes(old: Lead | None, new: Lead | None) -> list[Change]:
    if old is None or new is None or old.picture.photo != new.picture.photo:
        names = [f"Photo {lead.picture.photo}" if lead else "" for lead in (old, new)]
        found = [_replaced(names[0], names[1], "Photo")]
    else:
        found = _file_changes(old.picture, new.picture, "Photo")
    says = [(lead.caption, lead.alt, lead.picture.credit) if lead else ("", "", "") for lead in (old, new)]
    for label, before, after in zip(("Caption", "Alt text", "Credit"), *says, strict=True):
        found += _reworded(before, after, label)
    return found


def _file_changes(old: Picture, new: Picture, label: str) -> list[Change]:
    if (old.digest, old.width, old.height) == (new.digest, new.width, new.height):
        return []
    sizes = [f"{one.width} × {one.height} pixels ({one.digest[:8]})" for one in (old, new)]
    return [_replaced(sizes[0], sizes[1], f"{label}: file")]


def _item_changes(old: Sequence[Any], new: Sequence[Any]) -> list[Change]:
    """Return which items went, came, and became another; the order where only that differs."""
    before, after = {_key(item): item for item in old}, {_key(item): item for item in new}
    found = [_replaced(_words(item), "", "Removed") for key, item in before.items() if key not in after]
    found += [_replaced("", _words(item), "Added") for key, item in after.items() if key not in before]
    for key, item in after.items():
        if key in before and before[key] != item:
            found += _item_change(before[key], item)
    if not found and list(before) != list(after):
        found = [_replaced(_names(old), _names(new), "Order")]
    return found


def _item_change(old: Any, new: Any) -> list[Change]:
    match new:
        case Byline():
            name = f"{new.name}: " if old.name == new.name else ""
            return [
                *_reworded(old.name, new.name, "Printed as"),
                *_reworded(old.role, new.role, f"{name}role" if name else "Role"),
                *_reworded(old.note, new.note, f"{name}author’s note" if name else "Author’s note"),
            ] or _reworded(old.slug, new.slug, f"{new.name}: address")
        case Picture():
            label = f"Photo {new.photo}"
            return [*_file_changes(old, new, label), *_reworded(old.credit, new.credit, f"{label}: credit")]
        case _:
            return [_replaced(_place(old), _place(new), "Renamed")]


def _key(item: Any) -> object:
    match item:
        case Byline():
            return item.author
        case Picture():
            return item.photo
        case _:
            return item.pk


def _names(items: Sequence[Any]) -> str:
    return ", ".join(getattr(item, "name", "") or f"Photo {item.photo}" for item in items)


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
            return f"Photo {value.photo}, {value.credit or 'no credit'}"
        case tuple():
            return "; ".join(_words(item) for item in value)
    raise TypeError(f"A story has no field of type {type(value).__name__}.")
