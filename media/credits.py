"""Credits: how the parts of a photo's credit become the one line that is printed.

Decides order, joining words and what happens when parts are missing. Pure: no ORM, no HTML. Where the line
stands on a page is the templates' affair; that it stands there wherever the photo does is everybody's.
"""

import unicodedata
from dataclasses import dataclass

# Between agency, photographer and source; and before the one who passed the photo on.
_BETWEEN = " / "
_VIA = " via "


def fold(text: str) -> str:
    """Return text on one line: runs of white space and control characters become one space each.

    Unpaired surrogates go too, for the database cannot store them, and overrides of direction (U+202A to U+202E),
    which make a name read as another. Plain marks of direction and joiners stay: Arabic and Persian names need them.
    """
    text = "".join(letter for letter in text if not "\u202a" <= letter <= "\u202e")
    kept = "".join(" " if unicodedata.category(letter) in {"Cc", "Cs"} else letter for letter in text)
    return " ".join(kept.split())


def _part(text: str) -> str:
    """Return one part of a credit, without slashes that were typed around it ("Reuters /")."""
    return fold(text).strip(" /")


@dataclass(frozen=True, slots=True)
class Credit:
    """Who made a photo, who owns it and who passed it on. Every part may be empty."""

    agency: str = ""
    photographer: str = ""
    source: str = ""
    distributor: str = ""

    @property
    def line(self) -> str:
        """The printed credit, such as `Agency / Photographer / Source via Distributor`; empty without parts.

        A distributor alone is named without "via", which would lead from nowhere.
        """
        names = [part for part in map(_part, (self.agency, self.photographer, self.source)) if part]
        distributor = _part(self.distributor)
        if not distributor:
            return _BETWEEN.join(names)
        return _BETWEEN.join(names) + _VIA + distributor if names else distributor

    def __bool__(self) -> bool:
        return bool(self.line)

    def __str__(self) -> str:
        return self.line


def credit_line(*, agency: str = "", photographer: str = "", source: str = "", distributor: str = "") -> str:
    """Return the printed credit of these parts; see `Credit.line`."""
    return Credit(agency, photographer, source, distributor).line
