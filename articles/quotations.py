"""Quotation marks in pairs: which paragraph opens a quotation and never closes it, or closes what was never opened.

Decides which marks open and close in which language, and what an apostrophe is. Pure. What the desk says of it
stands in `checks.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

#: Languages that open low, „so“; in all others “ opens.
_LOW = frozenset({"bg", "bs", "cs", "de", "et", "hr", "is", "ka", "lt", "lv", "mk", "sk", "sl", "sq", "sr"})
#: Languages in which one and the same mark opens and closes: ”så”. Right-to-left stories use both ways round.
_SAME = frozenset({"fi", "sv", "ar", "fa", "he", "ps", "ur", "yi"})
_CURLY = "“”„‟"
_GUILLEMETS = {"«": "»", "»": "«", "‹": "›", "›": "‹"}
_BRACKETS = {"「": "」", "『": "』", "《": "》", "〈": "〉"}
_CLOSING_BRACKETS = {closing: opening for opening, closing in _BRACKETS.items()}


@dataclass
class _Reading:
    """One paragraph while it is read: what stands open, and whether something closed that was never opened."""

    language: str
    open: list[str] = field(default_factory=list)
    stray: bool = False

    def close(self, *openers: str) -> bool:
        """Close the innermost of these marks; tell whether there was one."""
        for at in range(len(self.open) - 1, -1, -1):
            if self.open[at] in openers:
                del self.open[at]
                return True
        return False

    def read(self, mark: str, before: str, after: str) -> None:
        """Take one mark, with the characters on both sides of it."""
        if mark in _CURLY:
            self._curly(mark, before, after)
        elif mark in _GUILLEMETS:
            # «so», »so« and » so »: the first mark of a paragraph decides which way they point
            if not self.close(_GUILLEMETS[mark]) and not (self.language in _SAME and self.close(mark)):
                self.open.append(mark)
        elif mark in _BRACKETS:
            self.open.append(mark)
        elif mark in _CLOSING_BRACKETS:
            self.stray |= not self.close(_CLOSING_BRACKETS[mark])
        elif mark == '"':
            inside_word = before.isalpha() and after.isalpha()  # צה"ל
            inches = before.isdigit() and '"' not in self.open
            if not inside_word and not inches and not self.close('"'):
                self.open.append('"')
        elif mark in "‚‘":
            if not (mark == "‘" and self.close("‚")) and _begins_word(before, after):
                self.open.append(mark)
        elif mark == "’" and not after.isalpha():  # else an apostrophe; a stray one may be a genitive: the writers’
            self.close("‘", "‚", "’")

    def _curly(self, mark: str, before: str, after: str) -> None:
        if self.language in _SAME:
            if not self.close(*_CURLY):
                self.open.append(mark)
        elif mark == "„":
            self.open.append(mark)
        elif mark == "“" and not self.close("„"):
            if self.language in _LOW and not _begins_word(before, after):
                self.stray = True
            else:
                self.open.append(mark)
        elif mark in "”‟" and not self.close("“", "„"):
            self.stray = True


def unpaired(paragraphs: Sequence[str], language: str) -> list[tuple[int, bool]]:
    """Return the paragraphs whose marks are not in pairs: their index, and whether one closes without opening.

    A quotation of several paragraphs opens each of them and closes only the last, as newspapers print it.
    """
    primary = language.partition("-")[0].lower()
    found = []
    for index, words in enumerate(paragraphs):
        reading = _Reading(primary)
        for at, character in enumerate(words):
            reading.read(character, words[at - 1] if at else " ", words[at + 1] if at + 1 < len(words) else " ")
        following = paragraphs[index + 1].lstrip() if index + 1 < len(paragraphs) else ""
        goes_on = len(reading.open) == 1 and following.startswith(
            (reading.open[0], _GUILLEMETS.get(reading.open[0], "\0"))
        )
        if reading.stray or (reading.open and not goes_on):
            found.append((index, reading.stray))
    return found


def _begins_word(before: str, after: str) -> bool:
    return not before.isalnum() and before not in ".,!?;:…" and not after.isspace()
