"""Who is meant by “@Name” in what colleagues write to each other.

Decides how a name in a note becomes a person. Pure: names in, numbers out.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

_AT = re.compile(r"(?<![\w@])@(?=\w)")


def mentioned(text: str, people: Iterable[tuple[int, str]]) -> list[int]:
    """Return the numbers of the people whom a text names with “@”, each once, in order of appearance.

    A person is meant by the whole name or by its first part, in capitals or not; the longest name that fits wins.
    A name that two people carry means neither of them. `people` are pairs of number and name.
    """
    bearers: defaultdict[str, set[int]] = defaultdict(set)
    for number, name in people:
        whole = " ".join(name.casefold().split())
        bearers[whole].add(number)
        bearers[whole.partition(" ")[0]].add(number)
    names = sorted(filter(None, bearers), key=len, reverse=True)
    words = re.sub(r"[^\S\n]", " ", text.casefold())
    found: dict[int, None] = {}
    for match in _AT.finditer(words):
        rest = words[match.end() :]
        fitting = (name for name in names if rest.startswith(name) and not rest[len(name) : len(name) + 1].isalnum())
        name = next(fitting, "")
        if len(bearers.get(name, ())) == 1:
            found |= dict.fromkeys(bearers[name])
    return list(found)
