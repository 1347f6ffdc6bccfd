"""StoryContent: everything that one version of a story tells a reader.

Decides what a version consists of, how it is written down as JSON, and what makes two versions the same: one
hash over all of it. Approval is bound to this hash. How the body's HTML is cleaned stands in `body.py`, how
two versions differ in `diff.py`; the working copy in the database is read into a StoryContent by
`models/article.py`. No ORM here.
"""

import hashlib
import json
import re
import unicodedata
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

#: Control characters but line break and tab, surrogates, direction overrides, and the last two signs of each plane.
_NOT_WRITTEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e"
    + "".join(rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(17))
    + "]"
)
#: Text that runs right to left, by primary language subtag (Unicode CLDR).
RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"})


@dataclass(frozen=True, slots=True)
class Label:
    """A section or a topic as it was called: names on the page, `pk` to find it again."""

    pk: int
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Byline:
    """One person under the story, as printed: the name, what they did, and the note at the end."""

    author: int
    name: str
    slug: str
    role: str = "writer"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo of the library as it stood: its bytes by digest, its size in pixels, its printed credit."""

    photo: int
    digest: str
    width: int
    height: int
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Lead:
    """The lead photo: the picture, and what this story says of it."""

    picture: Picture
    alt: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class StoryContent:
    """One version of a story. Two versions are the same when, and only when, their hashes are.

    `body` is HTML as `body.clean` leaves it; figures in it name photos by number, and `pictures` holds the
    facts of those photos. All text is NFC, so that equal words are equal bytes.
    """

    headline: str = ""
    standfirst: str = ""
    body: str = ""
    slug: str = ""
    language: str = "en"
    section: Label | None = None
    topics: tuple[Label, ...] = ()
    bylines: tuple[Byline, ...] = ()
    lead: Lead | None = None
    pictures: tuple[Picture, ...] = ()

    @property
    def hash(self) -> str:
        """Return the SHA-256 of the version's canonical JSON, in hex."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @property
    def direction(self) -> str:
        """Return `rtl` or `ltr`, by the language."""
        return direction(self.language)

    def to_data(self) -> dict[str, Any]:
        """Return plain data for a JSON column; `from_data` reads it back to an equal value."""
        return asdict(self)

    def to_json(self) -> str:
        """Return the canonical JSON that the hash is taken of: sorted keys, no spaces, text in NFC."""
        text = json.dumps(self.to_data(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return unicodedata.normalize("NFC", text)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """Read what `to_data` wrote. Unknown keys of a later release raise TypeError; missing ones get defaults."""
        given = dict(data)
        if section := given.get("section"):
            given["section"] = Label(**section)
        given["topics"] = tuple(Label(**topic) for topic in given.get("topics", ()))
        given["bylines"] = tuple(Byline(**byline) for byline in given.get("bylines", ()))
        given["pictures"] = tuple(Picture(**picture) for picture in given.get("pictures", ()))
        if lead := given.get("lead"):
            given["lead"] = Lead(**{**lead, "picture": Picture(**lead["picture"])})
        return cls(**given)

    def changed(self, **values: Any) -> Self:
        """Return this version with some fields replaced."""
        return replace(self, **values)


def direction(language: str) -> str:
    """Return the base direction of a language tag: `rtl` or `ltr`."""
    return "rtl" if language.partition("-")[0].lower() in RIGHT_TO_LEFT else "ltr"


def one_line(text: str) -> str:
    """Return text for a field of one line: control characters gone, runs of white space folded, NFC."""
    return " ".join(plain(text).split())


def plain(text: str) -> str:
    """Return text without control characters other than line breaks, in NFC.

    PostgreSQL cannot store NUL, XML cannot carry the others nor U+FFFE and U+FFFF; invisible direction overrides
    (U+202A to U+202E) can make a headline read as something else than what was approved, so they go as well.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _NOT_WRITTEN.sub("", text)
