"""Where a passage of a text went when the text was edited.

Decides how a note keeps to its words: positions are numbers of characters in the flat text of a body
(`body.flat` of it, in one piece). Pure, and bounded: blocks are paired first, then sentences, then words, only
where a passage lies; what would cost too much is paired by the pieces that stand once in both texts. What hangs on
a passage is none of its business.
"""

import difflib
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

_SENTENCE = re.compile(r".+?(?:[.!?…]+[”’\"')\]]*\s+|。|\Z)", re.DOTALL)
_WORD = re.compile(r"\w+|\s+|[^\w\s]", re.UNICODE)
_LETTERS = re.compile(r"\w+", re.UNICODE)
#: Pairs of equal pieces that one comparison may cost, and all comparisons of one edit together.
_MOST_PAIRS = 60_000
_MOST_PAIRS_OF_ALL = 160_000
#: More pieces than these in one rewritten stretch are not held against each other at all.
_MOST_PIECES = 30_000
#: A passage of which less than this stayed, in a place that was rewritten around it, is gone.
_STAYED = 0.25
#: Words shorter than this stand in a text by chance: they are not looked for elsewhere.
_TELLING = 12


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a flat text: from the first character to behind the last."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Kept:
    """A stretch that is the same in both texts."""

    old: int
    new: int
    length: int


@dataclass(frozen=True, slots=True)
class _Gap:
    """A stretch that was rewritten: from and to in the old text, from and to in the new one."""

    old: int
    old_end: int
    new: int
    new_end: int

    @property
    def is_as_long(self) -> bool:
        """Tell whether a replacement is about as long as what it stands for: 43 for 41, not another paragraph."""
        return 0 < self.new_end - self.new <= 3 * (self.old_end - self.old) + 10


class Edit:
    """What happened between two flat texts, each given as its blocks, as far as some passages need to know.

    Made once for all passages of a story: 200 of them in 50,000 words, all rewritten, cost less than 0.2 seconds.
    """

    def __init__(self, old: Sequence[str], new: Sequence[str], passages: Iterable[tuple[int, int]]) -> None:
        self.old, self.new = "".join(old), "".join(new)
        self._wanted = sorted(passages)
        self._reach = list(accumulate((end for _, end in self._wanted), max))
        self._pairs_left = _MOST_PAIRS_OF_ALL
        self._kept = list(self._merged(self._between(old, new, 0, 0, 0)))
        self._starts = [kept.old for kept in self._kept]
        self._moved = self._blocks_elsewhere(old, new)

    def follow(self, start: int, end: int) -> Passage | None:
        """Return where the words from `start` to `end` stand now, or None when they were deleted.

        Text put in before or behind stays outside, text put in between becomes part of it. A paragraph that stands
        whole in both texts takes its passages along; where nothing stayed in place, the words are looked for
        wherever else they stand as they were.
        """
        if not 0 <= start < end <= len(self.old):
            return None
        return self._with_its_block(start, end) or self._in_place(start, end) or self._as_it_was(start, end)

    def _in_place(self, start: int, end: int) -> Passage | None:
        inside = [
            _Kept(at, kept.new + at - kept.old, min(kept.old + kept.length, end) - at)
            for kept in self._touching(start, end)
            for at in [max(kept.old, start)]
        ]
        first = self._first(inside) if inside else None
        last = self._last(inside) if inside else None
        from_gap, to_gap = self._gap_at(start), self._gap_at(end - 1)
        # A replacement of words that all belong to the passage belongs to it, too.
        if from_gap and from_gap.old >= start and from_gap.old_end <= end:
            first = from_gap.new
        if to_gap and to_gap.old >= start and to_gap.old_end <= end:
            last = to_gap.new_end
        if first is None or last is None or first >= last:
            return None
        stayed = sum(_letters(self.old[kept.old : kept.old + kept.length]) for kept in inside)
        if stayed < _letters(self.old[start:end]) * _STAYED:
            spills_over = (from_gap and from_gap.old < start) or (to_gap and to_gap.old_end > end)
            if spills_over or not (from_gap and from_gap.is_as_long):
                return None
        return _trimmed(self.new, first, last)

    def _first(self, inside: Sequence[_Kept]) -> int:
        """Return where the passage begins. Of words that came twice (the the cat) the ones put in stay outside."""
        head, rest = inside[0], inside[1:]
        if rest and rest[0].old == head.old + head.length:
            again = rest[0].new - head.length
            if self.new[again : rest[0].new] == self.new[head.new : head.new + head.length]:
                return again
        return head.new

    def _last(self, inside: Sequence[_Kept]) -> int:
        """Return where the passage ends, likewise: a sentence put in behind it has a full stop of its own."""
        tail, before = inside[-1], inside[:-1]
        if before and before[-1].old + before[-1].length == tail.old:
            again = before[-1].new + before[-1].length
            if self.new[again : again + tail.length] == self.new[tail.new : tail.new + tail.length]:
                return again + tail.length
        return tail.new + tail.length

    def _touching(self, start: int, end: int) -> Iterator[_Kept]:
        index = max(0, bisect_right(self._starts, start) - 1)
        for kept in self._kept[index:]:
            if kept.old >= end:
                return
            if kept.old + kept.length > start:
                yield kept

    def _gap_at(self, position: int) -> _Gap | None:
        """Return the rewritten stretch that a character of the old text lies in."""
        index = bisect_right(self._starts, position) - 1
        before = self._kept[index] if index >= 0 else _Kept(0, 0, 0)
        if position < before.old + before.length:
            return None
        after = self._kept[index + 1] if index + 1 < len(self._kept) else _Kept(len(self.old), len(self.new), 0)
        return _Gap(before.old + before.length, after.old, before.new + before.length, after.new)

    def _with_its_block(self, start: int, end: int) -> Passage | None:
        for old, new, words in self._moved:
            if old <= start and end <= old + len(words):
                return Passage(start - old + new, end - old + new)
        return None

    def _as_it_was(self, start: int, end: int) -> Passage | None:
        quote = self.old[start:end].strip()
        return find(self.new, quote, near=start) if len(quote) >= _TELLING else None

    def _between(self, old: Sequence[str], new: Sequence[str], i: int, j: int, level: int) -> Iterator[_Kept]:
        """Yield what is the same in two rows of pieces that begin at `i` and `j`: blocks, sentences or words."""
        head = _common(old, new)
        if head:
            length = sum(map(len, old[:head]))
            yield _Kept(i, j, length)
            old, new, i, j = old[head:], new[head:], i + length, j + length
        tail = _common(old[::-1], new[::-1])
        behind = sum(map(len, old[len(old) - tail :]))
        old_end, new_end = i + sum(map(len, old)) - behind, j + sum(map(len, new)) - behind
        old, new = old[: len(old) - tail], new[: len(new) - tail]
        if old and new:
            yield from self._middle(old, new, i, j, level)
        if behind:
            yield _Kept(old_end, new_end, behind)

    def _middle(self, old: Sequence[str], new: Sequence[str], i: int, j: int, level: int) -> Iterator[_Kept]:
        if not self._is_wanted(i, i + sum(map(len, old))):
            yield from _ends("".join(old), "".join(new), i, j)
        elif self._affordable(old, new):
            matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
            yield from self._matched(matcher.get_matching_blocks(), old, new, i, j, level)
        elif len(old) + len(new) < _MOST_PIECES and (rare := in_order(old, new)):
            yield from self._matched([*rare, (len(old), len(new), 0)], old, new, i, j, level, again=True)
        else:
            yield from self._deeper(old, new, i, j, level)

    def _matched(
        self,
        pairs: Iterable[tuple[int, int, int]],
        old: Sequence[str],
        new: Sequence[str],
        i: int,
        j: int,
        level: int,
        *,
        again: bool = False,
    ) -> Iterator[_Kept]:
        """Yield the paired pieces, and what is the same between them: at this level again, or one level deeper."""
        a = b = 0
        for a2, b2, count in pairs:
            was, now = old[a:a2], new[b:b2]
            if was and now:
                yield from (self._between if again else self._deeper)(was, now, i, j, level)
            i, j = i + sum(map(len, was)), j + sum(map(len, now))
            same = "".join(old[a2 : a2 + count])
            length = len(same)
            if level < 2 or _letters(same):  # a blank or a comma that both have joins nothing
                yield _Kept(i, j, length)
            i, j, a, b = i + length, j + length, a2 + count, b2 + count

    def _deeper(self, old: Sequence[str], new: Sequence[str], i: int, j: int, level: int) -> Iterator[_Kept]:
        if level < 2 and len(old) == len(new) > 1 and all(map(_alike, old, new)):  # all of them were edited in place
            for before, after in zip(old, new, strict=True):
                yield from self._deeper([before], [after], i, j, level)
                i, j = i + len(before), j + len(after)
            return
        if level < 2 and self._is_wanted(i, i + sum(map(len, old))):
            pattern = (_SENTENCE, _WORD)[level]
            was = [part for piece in old for part in pattern.findall(piece)]
            now = [part for piece in new for part in pattern.findall(piece)]
            yield from self._between(was, now, i, j, level + 1)
        else:
            yield from _ends("".join(old), "".join(new), i, j)

    def _is_wanted(self, start: int, end: int) -> bool:
        """Tell whether a passage touches a stretch of the old text."""
        before = bisect_left(self._wanted, (end, 0))
        return before > 0 and self._reach[before - 1] > start

    def _affordable(self, old: Sequence[str], new: Sequence[str]) -> bool:
        counts = Counter(new)
        pairs = sum(number * counts[piece] for piece, number in Counter(old).items())
        cost = pairs + len(old) + len(new)
        if pairs > _MOST_PAIRS or cost > self._pairs_left:
            return False
        self._pairs_left -= cost
        return True

    def _merged(self, kept: Iterator[_Kept]) -> Iterator[_Kept]:
        """Join stretches that follow each other in both texts, so that what lies between two is a rewritten one."""
        current = _Kept(0, 0, 0)
        for piece in kept:
            if piece.old == current.old + current.length and piece.new == current.new + current.length:
                current = _Kept(current.old, current.new, current.length + piece.length)
            else:
                if current.length:
                    yield current
                current = piece
        if current.length:
            yield current

    def _blocks_elsewhere(self, old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int, str]]:
        """Return the blocks that stand once in both texts: a paragraph that was moved is found by its words."""
        if old == new:
            return []
        places = {}
        for name, blocks in (("old", old), ("new", new)):
            position, seen = 0, {}
            for block in blocks:
                seen[block] = None if block in seen else position
                position += len(block)
            places[name] = seen
        return [
            (at, there, block)
            for block, at in places["old"].items()
            if block.strip() and at is not None and (there := places["new"].get(block)) is not None
        ]


def follow(old: Sequence[str], new: Sequence[str], start: int, end: int) -> Passage | None:
    """Return where a passage stands after an edit; each text is given as its blocks. See `Edit`."""
    return Edit(old, new, [(start, end)]).follow(start, end)


def find(text: str, quote: str, *, near: int = 0) -> Passage | None:
    """Return where words stand in a flat text, the place nearest to `near`, or None.

    A quotation over several paragraphs has line breaks that the flat text has not; then white space counts for
    nothing.
    """
    if not quote.strip():
        return None
    if text[near : near + len(quote)] == quote:
        return Passage(near, near + len(quote))
    at = [match.start() for match in re.finditer(re.escape(quote), text)]
    if at:
        nearest = min(at, key=lambda start: abs(start - near))
        return Passage(nearest, nearest + len(quote))
    if "\n" not in quote:
        return None
    letters = [index for index, character in enumerate(text) if not character.isspace()]
    bare, wanted = "".join(text.split()), "".join(quote.split())
    found = [match.start() for match in re.finditer(re.escape(wanted), bare)]
    if not found:
        return None
    begin = min(found, key=lambda start: abs(letters[start] - near))
    return Passage(letters[begin], letters[begin + len(wanted) - 1] + 1)


def _alike(old: str, new: str) -> bool:
    """Tell whether two pieces are one that was edited: half of their words is in both."""
    a, b = set(_LETTERS.findall(old)), set(_LETTERS.findall(new))
    return 2 * len(a & b) > max(len(a), len(b))


def in_order(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int, int]]:
    """Pair the pieces that stand once in both rows, as many as keep their order (patience difference)."""
    once_old, once_new = _once(old), _once(new)
    pairs = [(a, once_new[piece]) for piece, a in once_old.items() if piece in once_new and not piece.isspace()]
    tops: list[int] = []  # the lowest end of a rising row of each length
    chain: list[tuple[int, int | None]] = []
    at: list[int] = []
    for index, (_, b) in enumerate(pairs):
        length = bisect_left(tops, b)
        tops[length : length + 1] = [b]
        at[length : length + 1] = [index]
        chain.append((index, at[length - 1] if length else None))
    found: list[tuple[int, int, int]] = []
    current = at[-1] if at else None
    while current is not None:
        index, current = chain[current]
        found.append((*pairs[index], 1))
    return found[::-1]


def _once(pieces: Sequence[str]) -> dict[str, int]:
    counts = Counter(pieces)
    return {piece: index for index, piece in enumerate(pieces) if counts[piece] == 1}


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """Return how many pieces two rows begin with alike."""
    count = 0
    for a, b in zip(old, new, strict=False):
        if a != b:
            break
        count += 1
    return count


def _ends(old: str, new: str, i: int, j: int) -> Iterator[_Kept]:
    """Yield what two rewritten stretches begin and end with alike."""
    head = _same_length(old, new)
    tail = min(_same_length(old[::-1], new[::-1]), len(old) - head, len(new) - head)
    if head:
        yield _Kept(i, j, head)
    if tail:
        yield _Kept(i + len(old) - tail, j + len(new) - tail, tail)


def _same_length(old: str, new: str) -> int:
    low, high = 0, min(len(old), len(new))
    while low < high:  # compares slices, not characters: long texts are common
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _trimmed(text: str, start: int, end: int) -> Passage | None:
    """Return a stretch without the white space around it; None when there is nothing else."""
    words = text[start:end]
    if not words.strip():
        return None
    start += len(words) - len(words.lstrip())
    return Passage(start, start + len(words.strip()))
