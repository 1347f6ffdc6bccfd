"""Whose words came into a story through the rooms below: a credit, an author's name or note, a section, a topic.

A version copies these words as they stood. Decides which of them differ between two versions, how that is said, and
which revisions record it: one for each person, so that four eyes see them like any other writer. What else differs
came through the verbs, and is theirs to record. `changes` and `step` are pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from articles.content import Byline, Label, Picture, StoryContent
from articles.models.structure import Section, Topic
from authors.models import Author
from media.models import Photo

#: What a fact belongs to: which table, which row.
type Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Change:
    """One fact of the rooms below that is another by now: whose row it is, and what happened to it in words."""

    key: Key
    words: str


@dataclass(frozen=True, slots=True)
class Step:
    """What one person changed: the words with their changes in them, and what those were. None is unknown."""

    person: int | None
    content: StoryContent
    words: tuple[str, ...]


def changes(old: StoryContent, new: StoryContent, titles: Mapping[int, str] | None = None) -> list[Change]:
    """Return what rooms below changed between two versions of the same working copy; `titles` names photos."""
    found: dict[Key, Change] = {}

    def note(kind: str, pk: int, words: str) -> None:
        found.setdefault((kind, pk), Change((kind, pk), words))

    before = _pictures(old)
    for number, picture in _pictures(new).items():
        if number in before and before[number] != picture:
            was, now = before[number].credit, picture.credit
            title = f"“{_short(titles[number])}”" if titles and number in titles else f"photo {number}"
            note("photo", number, f"the credit of {title} {_was(was, now)}")
    for line, now_line in zip(old.bylines, new.bylines, strict=False):
        if line.author == now_line.author and line != now_line:
            note("author", line.author, _of_author(line, now_line))
    if old.section and new.section and old.section.pk == new.section.pk and old.section != new.section:
        note("section", new.section.pk, f"the section {_was(old.section.name, new.section.name)}")
    topics = {topic.pk: topic for topic in old.topics}
    for topic in new.topics:
        if topic.pk in topics and topics[topic.pk] != topic:
            note("topic", topic.pk, f"the topic {_was(topics[topic.pk].name, topic.name)}")
    return list(found.values())


def step(old: StoryContent, new: StoryContent, keys: Iterable[Key]) -> StoryContent:
    """Return the old version with the new facts of these rows in it, and no others."""
    wanted = set(keys)
    pictures = _pictures(new)

    def picture(mine: Picture) -> Picture:
        return pictures.get(mine.photo, mine) if ("photo", mine.photo) in wanted else mine

    def byline(mine: Byline, theirs: Byline) -> Byline:
        return theirs if mine.author == theirs.author and ("author", mine.author) in wanted else mine

    def label(kind: str, mine: Label, theirs: Mapping[int, Label]) -> Label:
        return theirs.get(mine.pk, mine) if (kind, mine.pk) in wanted else mine

    bylines = (
        tuple(byline(mine, theirs) for mine, theirs in zip(old.bylines, new.bylines, strict=True))
        if len(old.bylines) == len(new.bylines)
        else old.bylines
    )
    topics = {topic.pk: topic for topic in new.topics}
    section = {new.section.pk: new.section} if new.section else {}
    return old.changed(
        lead=old.lead and replace(old.lead, picture=picture(old.lead.picture)),
        pictures=tuple(picture(mine) for mine in old.pictures),
        bylines=bylines,
        section=old.section and label("section", old.section, section),
        topics=tuple(label("topic", mine, topics) for mine in old.topics),
    )


def steps(old: StoryContent, new: StoryContent) -> list[Step]:
    """Return who made the new version of the old one, one step a person; the last one's words are the new version.

    Whatever no row below explains has nobody's name. Four queries at most, none when the versions are the same.
    """
    if old.hash == new.hash:
        return []
    keys = [change.key for change in changes(old, new)]
    photos = Photo.objects.defer("searched").in_bulk([pk for kind, pk in keys if kind == "photo"])
    found = changes(old, new, {pk: str(photo) for pk, photo in photos.items()})
    people = _people(keys, old.section, new.section)
    people.update({("photo", pk): {photo.changed_by_id} for pk, photo in photos.items()})
    of: dict[int | None, list[Change]] = {}
    for change in found:
        for person in people[change.key]:
            of.setdefault(person, []).append(change)
    done: list[Key] = []
    result = []
    for person, theirs in sorted(of.items(), key=lambda item: (item[0] is not None, item[0] or 0)):
        done += [change.key for change in theirs]
        result.append(Step(person, step(old, new, done), tuple(change.words for change in theirs)))
    if not result or _settled(result[-1].content) != _settled(new):
        result.append(Step(None, new, ("something changed behind the desk’s back",)))
    result[-1] = replace(result[-1], content=new)  # topics stand in the order of their new names
    return result


def _people(keys: Iterable[Key], old: Label | None, new: Label | None) -> dict[Key, set[int | None]]:
    """Return who changed these rows last, photos apart. A section's label holds its parent's name as well."""
    wanted: dict[str, set[int]] = {"photo": set(), "author": set(), "section": set(), "topic": set()}
    for kind, pk in keys:
        wanted[kind].add(pk)
    found: dict[Key, set[int | None]] = {}
    for kind, rows in (("author", Author.objects), ("topic", Topic.objects)):
        if wanted[kind]:
            by = rows.filter(pk__in=wanted[kind]).values_list("pk", "changed_by_id")
            found.update({(kind, pk): {person} for pk, person in by})
    for section in Section.objects.with_parent().filter(pk__in=wanted["section"]) if wanted["section"] else ():
        people: set[int | None] = set()
        above, own = (_parts(old, new, at) for at in (0, -1))
        if above and section.parent is not None:
            people.add(section.parent.changed_by_id)
        if own or not people or section.changed_by_id:
            people.add(section.changed_by_id)
        found["section", section.pk] = people - {None} or {None}
    return {key: found.get(key, {None}) for key in keys}


def _parts(old: Label | None, new: Label | None, at: int) -> bool:
    """Tell whether the outermost (0) or the innermost (-1) part of a section's label differs."""
    if old is None or new is None:
        return False
    names = old.name.split(" › ")[at] != new.name.split(" › ")[at]
    return names or old.path.split("/")[at] != new.path.split("/")[at]


def _pictures(content: StoryContent) -> dict[int, Picture]:
    lead = [content.lead.picture] if content.lead else []
    return {picture.photo: picture for picture in (*content.pictures, *lead)}


def _settled(content: StoryContent) -> StoryContent:
    return content.changed(topics=tuple(sorted(content.topics, key=lambda topic: topic.pk)))


def _of_author(old: Byline, new: Byline) -> str:
    if old.name != new.name:
        return f"the byline {_was(old.name, new.name)}"
    if old.note != new.note:
        return f"{new.name}’s author’s note {_was(old.note, new.note)}"
    return f"{new.name}’s page moved to another address"


def _short(title: str, most: int = 48) -> str:
    return title if len(title) <= most else f"{title[:most].rpartition(' ')[0] or title[:most]} …"


def _was(old: str, new: str) -> str:
    if old == new:
        return f"“{new}” has another address"
    return f"was {f'“{old}”' if old else 'empty'} and is now {f'“{new}”' if new else 'empty'}"
