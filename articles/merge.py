"""Two people wrote at once: their changes to the same version become one version, or a question.

Pure: three StoryContents in (what both started from, theirs, mine), one out, with a clash for each place that both
changed into different things. Fields that only one of them touched, and paragraphs that only one of them touched,
are taken from that one. Whether a save may happen at all is `workflow/`'s to say, how a clash looks
`templates/desk/story/_clash.html`'s.

Facts that nobody at the story types (a photo's credit, an author's note, a section's name) are no changes here:
things are compared by what was chosen, and taken with their facts as they stand now.
"""

import difflib
import hashlib
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from articles import body
from articles.content import Byline, Label, Lead, Picture, StoryContent
from articles.diff import most_alike

#: How a clash is settled. `both` is there for pieces of text that can stand one after the other.
Choice = Literal["theirs", "mine", "both"]
CHOICES: tuple[Choice, ...] = ("theirs", "mine", "both")

#: Beyond so many pairs of equal blocks a body is compared as one piece: the cost of a comparison stays bounded.
_MOST_PAIRS = 60_000
_MOST_BLOCK_PAIRS = 40_000


@dataclass(frozen=True, slots=True)
class Clash:
    """One place that both changed. `key` names it for as long as neither text changes again.

    `theirs` and `mine` are what stands there, as HTML for the body and as text for all else; "" is nothing.
    """

    key: str
    field: str
    label: str
    theirs: str
    mine: str
    both: bool


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge came to. While there are clashes, `content` has what is mine in their places."""

    content: StoryContent
    clashes: tuple[Clash, ...] = ()


def merge(
    base: StoryContent | None,
    theirs: StoryContent,
    mine: StoryContent,
    *,
    choices: Mapping[str, Choice] | None = None,
    otherwise: Choice | None = None,
) -> Merged:
    """Bring two versions together that both came from `base`.

    `choices` settles clashes by their key; `otherwise`, where given, settles all others. Without a base (nobody
    knows what this person started from) every difference is a clash.
    """
    settle = _Settler(choices or {}, otherwise)
    bylines = settle.sequence("bylines", "Bylines", _three(base, theirs, mine, "bylines"), _line)
    source = settle.blocks(_three(base, theirs, mine, "body"))
    return Merged(
        StoryContent(
            headline=settle.one("headline", "Headline", _three(base, theirs, mine, "headline")),
            standfirst=settle.one("standfirst", "Standfirst", _three(base, theirs, mine, "standfirst"), both=True),
            body=source,
            slug=settle.one("slug", "Slug", _three(base, theirs, mine, "slug")),
            language=settle.one("language", "Language", _three(base, theirs, mine, "language")),
            section=settle.one("section", "Section", _three(base, theirs, mine, "section"), key=_number, words=_name),
            topics=_topics(base, theirs, mine),
            bylines=bylines,
            lead=_lead(settle, base, theirs, mine),
            pictures=_pictures(source, theirs, mine),
        ),
        tuple(settle.clashes),
    )


# --- Fields ------------------------------------------------------------------------------------------------------


class _Unknown:
    """What stood in a field before, where nobody knows."""


_UNKNOWN = _Unknown()

#: A field's values: what both started from, theirs, mine.
type _Three[T] = tuple[T | _Unknown, T, T]


def _three(base: StoryContent | None, theirs: StoryContent, mine: StoryContent, field: str) -> _Three[Any]:
    return (_UNKNOWN if base is None else getattr(base, field), getattr(theirs, field), getattr(mine, field))


class _Settler:
    """Takes each field's two values to one, and remembers where that was nobody's to say."""

    def __init__(self, choices: Mapping[str, Choice], otherwise: Choice | None) -> None:
        self._choices = choices
        self._otherwise = otherwise
        self.clashes: list[Clash] = []

    def ask(self, field: str, label: str, theirs: str, mine: str, *, base: str, both: bool) -> Choice:
        """Return how a clash is settled; write it down and answer `mine` where it is not."""
        digest = hashlib.sha256("\x00".join((field, base, theirs, mine)).encode()).hexdigest()
        key = f"{field}-{digest[:16]}"
        choice = self._choices.get(key, self._otherwise)
        if choice is not None and (choice != "both" or both):
            return choice
        self.clashes.append(Clash(key, field, label, theirs, mine, both))
        return "mine"

    def one[T](
        self,
        field: str,
        label: str,
        values: _Three[T],
        *,
        key: Callable[[Any], Hashable] = lambda value: value,
        words: Callable[[Any], str] = str,
        both: bool = False,
    ) -> T:
        """Settle a field that has one value; `key` is what counts as a change of it."""
        base, theirs, mine = values
        known = not isinstance(base, _Unknown)
        if key(theirs) == key(mine) or (known and key(mine) == key(base)):
            return theirs
        if known and key(theirs) == key(base):
            return mine
        both = both and isinstance(theirs, str) and bool(theirs) and bool(mine)
        before = words(base) if known else ""
        choice = self.ask(field, label, words(theirs), words(mine), base=before, both=both)
        if choice == "both":
            return f"{theirs} {mine}"  # type: ignore[return-value]  # both are text where both may be chosen
        return theirs if choice == "theirs" else mine

    def sequence[T](
        self, field: str, label: str, values: _Three[tuple[T, ...]], words: Callable[[T], str]
    ) -> tuple[T, ...]:
        """Settle a list, item by item, by what each item reads as."""
        base, theirs, mine = values
        facts = {words(item): item for item in (*mine, *theirs)}

        def say(items: Sequence[str]) -> str:
            return "; ".join(items)

        before = None if isinstance(base, _Unknown) else [words(item) for item in base]
        found = self._pieces(field, label, before, [words(i) for i in theirs], [words(i) for i in mine], say)
        return tuple(facts[item] for item in dict.fromkeys(found))

    def blocks(self, values: _Three[str]) -> str:
        """Settle the body, block by block."""
        base, theirs, mine = values
        if theirs == mine or mine == base:
            return theirs
        if theirs == base:
            return mine
        before = None if isinstance(base, _Unknown) else body.blocks(base)
        return "".join(self._pieces("body", "Body", before, body.blocks(theirs), body.blocks(mine), "".join))

    def _pieces(
        self,
        field: str,
        label: str,
        base: list[str] | None,
        theirs: list[str],
        mine: list[str],
        say: Callable[[Sequence[str]], str],
    ) -> list[str]:
        found: list[str] = []
        for piece in pieces(base, theirs, mine):
            if isinstance(piece, Agreed):
                found += piece.blocks
                continue
            choice = self.ask(field, label, say(piece.theirs), say(piece.mine), base=say(piece.base), both=True)
            found += [*piece.theirs, *piece.mine] if choice == "both" else getattr(piece, choice)
        return found


def _line(line: Byline) -> str:
    return f"{line.name}, {line.role} ({line.author})"


def _number(label: Label | None) -> int:
    return label.pk if label else 0


def _name(label: Label | None) -> str:
    return label.name if label else ""


def _topics(base: StoryContent | None, theirs: StoryContent, mine: StoryContent) -> tuple[Label, ...]:
    """Keep what either added, drop what either took out: topics cannot clash."""
    facts = {topic.pk: topic for topic in (*mine.topics, *theirs.topics)}
    before = {topic.pk for topic in base.topics} if base is not None else set()
    here, there = {topic.pk for topic in mine.topics}, {topic.pk for topic in theirs.topics}
    kept = ((here | there) - before) | (here & there)
    return tuple(sorted((facts[pk] for pk in kept), key=lambda topic: (topic.name, topic.pk)))


def _lead(settle: _Settler, base: StoryContent | None, theirs: StoryContent, mine: StoryContent) -> Lead | None:
    """Settle the photo first; words about it only where both speak of the same one."""

    def number(lead: Lead | None) -> int:
        return lead.picture.photo if lead else 0

    def whole(lead: Lead | None) -> tuple[int, str, str]:
        return (lead.picture.photo, lead.alt, lead.caption) if lead else (0, "", "")

    def words(lead: Lead | None) -> str:
        return f"Photo {lead.picture.photo}: {lead.caption or lead.alt}" if lead else "No photo"

    before = _UNKNOWN if base is None else base.lead
    if theirs.lead is None or mine.lead is None or number(theirs.lead) != number(mine.lead):
        return settle.one("lead", "Lead photo", (before, theirs.lead, mine.lead), key=whole, words=words)
    if isinstance(before, _Unknown):
        alt: str | _Unknown = _UNKNOWN
        caption: str | _Unknown = _UNKNOWN
    else:  # words about another photo are no base for words about this one
        same = before if before is not None and number(before) == number(mine.lead) else Lead(mine.lead.picture)
        alt, caption = same.alt, same.caption
    return Lead(
        mine.lead.picture,
        alt=settle.one("lead_alt", "Alt text", (alt, theirs.lead.alt, mine.lead.alt)),
        caption=settle.one("lead_caption", "Caption", (caption, theirs.lead.caption, mine.lead.caption), both=True),
    )


def _pictures(source: str, theirs: StoryContent, mine: StoryContent) -> tuple[Picture, ...]:
    facts = {picture.photo: picture for picture in (*mine.pictures, *theirs.pictures)}
    shown = sorted({figure.photo for figure in body.figures(source)})
    return tuple(facts[number] for number in shown if number in facts)


# --- Lists of blocks -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Agreed:
    """Blocks that stand: nobody, or only one, changed them, or both did the same."""

    blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Disputed:
    """Blocks that both changed: what stood there, and what each made of it."""

    base: tuple[str, ...]
    theirs: tuple[str, ...]
    mine: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Edit:
    """Blocks `start` to `end` of the base became `blocks`. An insertion has an empty span."""

    start: int
    end: int
    blocks: tuple[str, ...]


def pieces(base: Sequence[str] | None, theirs: Sequence[str], mine: Sequence[str]) -> list[Agreed | Disputed]:
    """Return the merged list as pieces that are agreed or disputed, in order.

    Two edits are disputed when they touch the same block of the base. Blocks that both put into the same gap are
    kept, theirs first, since nobody touched what the other wrote.
    """
    if base is None:
        whole = Disputed((), tuple(theirs), tuple(mine))
        return [Agreed(tuple(theirs))] if list(theirs) == list(mine) else [whole]
    found: list[Agreed | Disputed] = []
    left, right = _edits(base, theirs), _edits(base, mine)
    at = 0
    while left or right:
        start = min(edits[0].start for edits in (left, right) if edits)
        found.append(Agreed(tuple(base[at:start])))
        first = (
            left and left[0].start == start and (not right or right[0].start != start or left[0].end <= right[0].end)
        )
        seed = left.pop(0) if first else right.pop(0)
        groups: tuple[list[_Edit], list[_Edit]] = ([seed], []) if first else ([], [seed])
        end, grown = seed.end, True
        while grown:
            grown = False
            for edits, group in zip((left, right), groups, strict=True):
                while edits and (_overlap(edits[0], start, end) or _same_gap(edits[0], seed)):
                    edit = edits.pop(0)
                    group.append(edit)
                    end, grown = max(end, edit.end), True
        found += _piece(base, start, end, *groups)
        at = end
    found.append(Agreed(tuple(base[at:])))
    return [piece for piece in found if not isinstance(piece, Agreed) or piece.blocks]


def _overlap(edit: _Edit, start: int, end: int) -> bool:
    if edit.start == edit.end:
        return start < edit.start < end  # an insertion belongs to a span only from inside it
    return edit.start < end


def _same_gap(edit: _Edit, seed: _Edit) -> bool:
    return edit.start == edit.end == seed.start == seed.end


def _piece(
    base: Sequence[str], start: int, end: int, theirs: list[_Edit], mine: list[_Edit]
) -> list[Agreed | Disputed]:
    here, there = _applied(base, start, end, mine), _applied(base, start, end, theirs)
    before = tuple(base[start:end])
    if not theirs or here == there:
        return [Agreed(here)]
    if not mine:
        return [Agreed(there)]
    if start == end:
        return [Agreed(there), Agreed(here)]
    return [Disputed(before, there, here)]


def _applied(base: Sequence[str], start: int, end: int, edits: list[_Edit]) -> tuple[str, ...]:
    blocks: list[str] = []
    at = start
    for edit in edits:
        blocks += base[at : edit.start]
        blocks += edit.blocks
        at = edit.end
    return (*blocks, *base[at:end])


def _edits(base: Sequence[str], other: Sequence[str]) -> list[_Edit]:
    """Return how one list became another, as small as can be told."""
    if _pairs(base, other) > _MOST_PAIRS:
        return [_Edit(0, len(base), tuple(other))]
    found: list[_Edit] = []
    for op, i1, i2, j1, j2 in difflib.SequenceMatcher(None, base, other, autojunk=False).get_opcodes():
        if op == "replace":
            found += _refined(base[i1:i2], other[j1:j2], i1)
        elif op != "equal":
            found.append(_Edit(i1, i2, tuple(other[j1:j2])))
    return found


def _refined(before: Sequence[str], after: Sequence[str], offset: int) -> list[_Edit]:
    """Tell of a run of changed blocks which became which, so that each can be merged by itself."""
    if len(before) * len(after) > _MOST_BLOCK_PAIRS:
        return [_Edit(offset, offset + len(before), tuple(after))]
    found: list[_Edit] = []
    rest, lost = list(after), 0  # `lost`: blocks of the base since the last pair, still to be told of
    for index, block in enumerate(before):
        match = most_alike(block, rest)
        if match is None:
            lost += 1
            continue
        found += _unpaired(offset + index - lost, lost, rest[:match])
        found.append(_Edit(offset + index, offset + index + 1, (rest[match],)))
        rest, lost = rest[match + 1 :], 0
    return [*found, *_unpaired(offset + len(before) - lost, lost, rest)]


def _unpaired(at: int, gone: int, come: Sequence[str]) -> list[_Edit]:
    """Blocks that are like nothing on the other side: one for one while there are as many, else as one piece."""
    if gone == len(come):
        return [_Edit(at + index, at + index + 1, (block,)) for index, block in enumerate(come)]
    return [_Edit(at, at + gone, tuple(come))] if gone or come else []


def _pairs(before: Sequence[str], after: Sequence[str]) -> int:
    counts = Counter(after)
    return sum(number * counts[piece] for piece, number in Counter(before).items())
