"""Taking parts of an earlier version back: which words a story has then.

Decides what a field, a block of the body or a whole version becomes when it is taken back into the words as they
stand now, and what of it cannot come back because the section, topic, author or photo is no longer there. Pure: who
may do it, and the saving, are `workflow.restore`'s.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from articles import body, diff, suggestions
from articles.content import Byline, Label, Picture, StoryContent

#: What can be taken back alone, by its name on the desk, in reading order. Pictures follow the body they stand in.
FIELDS: Mapping[str, str] = {
    "headline": "headline",
    "standfirst": "standfirst",
    "body": "body",
    "slug": "slug",
    "language": "language",
    "section": "section",
    "topics": "topics",
    "bylines": "bylines",
    "lead": "lead photo",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What is there today, by number: an old version names things that were renamed since, or are gone."""

    sections: Mapping[int, Label] = field(default_factory=dict)
    topics: Mapping[int, Label] = field(default_factory=dict)
    authors: Mapping[int, Byline] = field(default_factory=dict)
    pictures: Mapping[int, Picture] = field(default_factory=dict)


def restored(
    now: StoryContent,
    then: StoryContent,
    *,
    known: Known,
    fields: Collection[str] = (),
    blocks: Collection[int] = (),
) -> tuple[StoryContent, list[str]]:
    """Return the words of now with parts of then, and in words what of those parts is no longer there.

    `fields` are names of FIELDS; `blocks` count the blocks of the older body from 0 and are left out where the
    whole body comes back. A block goes where it stood: in the place of what became of it, else after the block
    that it followed. Section and lead photo stay as they are now when those of then are gone; topics and authors
    that are gone are left out. Pictures in a body keep their place even when their photo is gone: the checks
    before approval say so. Raises KeyError for a field, IndexError for a block that there is not.
    """
    if unknown := set(fields) - FIELDS.keys():
        raise KeyError(*sorted(unknown))
    today, gone = _as_known(then, known)
    lost = {name for name, _ in gone}
    taken = {name: getattr(today, name) for name in FIELDS if name in fields}
    for name in ("section", "lead"):
        if name in lost:
            taken.pop(name, None)
    content = now.changed(**taken)
    if blocks and "body" not in fields:
        content = content.changed(body=body_with(now.body, then.body, blocks))
    return content, [words for name, words in gone if name in fields]


def body_with(now: str, then: str, numbers: Iterable[int]) -> str:
    """Return the body of now with some blocks of an older body, in the places where they stood.

    What was only suggested then does not come back; what is suggested now stays, outside the blocks replaced.
    """
    then = suggestions.refused(then)
    old, blocks = body.blocks(then), body.blocks(now)
    places = _places(then, now)
    after: dict[int, list[str]] = {}
    for number in sorted(set(numbers)):
        if not 0 <= number < len(old):
            raise IndexError(number)
        place = places[number]
        if place is not None:
            blocks[place] = old[number]
        else:
            before = next((found for found in reversed(places[:number]) if found is not None), -1)
            after.setdefault(before, []).append(old[number])
    found = after.get(-1, [])
    for place, block in enumerate(blocks):
        found = [*found, block, *after.get(place, [])]
    return "".join(found)


def _places(then: str, now: str) -> list[int | None]:
    """Return for each block of the older body which block of now it became, or None where it is gone."""
    places: list[int | None] = []
    new = 0
    for change in diff.compare_bodies(then, now):
        if change.kind == "added":
            new += 1
        elif change.kind == "removed":
            places.append(None)
        else:
            places.append(new)
            new += 1
    return places


def _as_known(then: StoryContent, known: Known) -> tuple[StoryContent, list[tuple[str, str]]]:
    """Return a version with the names and credits of today, and what of it is gone, each with its field."""
    gone: list[tuple[str, str]] = []
    if then.section and then.section.pk not in known.sections:
        gone.append(("section", f"section “{then.section.name}”"))
    numbers = {topic.pk for topic in then.topics}
    gone += [("topics", f"topic “{topic.name}”") for topic in then.topics if topic.pk not in known.topics]
    gone += [("bylines", f"byline {line.name}") for line in then.bylines if line.author not in known.authors]
    picture = known.pictures.get(then.lead.picture.photo) if then.lead else None
    if then.lead and picture is None:
        gone.append(("lead", f"photo {then.lead.picture.photo}"))
    today = then.changed(
        section=known.sections.get(then.section.pk) if then.section else None,
        topics=tuple(topic for number, topic in known.topics.items() if number in numbers),
        # the name stays as it was printed; the note at the end is today's
        bylines=tuple(
            replace(known.authors[line.author], role=line.role, name=line.name)
            for line in then.bylines
            if line.author in known.authors
        ),
        lead=replace(then.lead, picture=picture) if then.lead and picture else None,
    )
    return today, gone


def in_words(then: StoryContent, *, fields: Collection[str] = (), blocks: Collection[int] = ()) -> str:
    """Return what is taken back, in a few words for the history."""
    if set(fields) >= FIELDS.keys():
        return "everything"
    names = [name for field, name in FIELDS.items() if field in fields]
    if blocks and "body" not in fields:
        chosen = [block for number, block in enumerate(body.blocks(suggestions.refused(then.body))) if number in blocks]
        if len(chosen) > 1:
            names.append(f"{len(chosen)} paragraphs or pictures")
        elif chosen:
            names.append("a picture" if chosen[0].startswith("<figure") else "a paragraph")
    return ", ".join(names)
