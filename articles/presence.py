"""Who has which story open: nobody is locked out by it, everybody can see it.

A tab says every few seconds that it is there; whoever falls silent is gone by themselves.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from articles.models import Article, Presence
from authors.models import User

#: For how long a tab is believed, at the most; what it says of itself is bounded by it.
_LONGEST = dt.timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who has a story open, in one tab or several."""

    name: str
    writing: bool
    is_you: bool


def note(article: Article, *, person: User, tab: str, writing: bool, seconds: float, now: dt.datetime) -> None:
    """Believe that a tab has this story open for so many seconds. One query."""
    until = now + min(max(dt.timedelta(seconds=seconds), dt.timedelta()), _LONGEST)
    row = Presence(tab=_of(person, tab), article=article, person=person, writing=writing, until=until)
    Presence.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["tab"],
        update_fields=["article", "person", "writing", "until"],
    )


def colleagues(article: Article, *, person: User, tab: str, now: dt.datetime) -> Sequence[Colleague]:
    """Return who else has the story open, whoever writes first; one's own other tabs count as one. One query."""
    found: dict[int, Colleague] = {}
    rows = Presence.objects.here(article.pk, at=now).exclude(tab=_of(person, tab)).select_related("person")
    for row in rows:
        before = found.get(row.person_id)
        writing = row.writing or (before is not None and before.writing)
        found[row.person_id] = Colleague(row.person.name, writing, row.person_id == person.pk)
    return sorted(found.values(), key=lambda colleague: (not colleague.writing, colleague.name))


def leave(*, person: User, tab: str) -> None:
    """Forget a tab that was closed. One query."""
    Presence.objects.filter(tab=_of(person, tab)).delete()


def forget(*, now: dt.datetime) -> None:
    """Remove tabs that fell silent. Runs by the clock; one query."""
    Presence.objects.filter(until__lt=now).delete()


def _of(person: User, tab: str) -> str:
    """Return the row's key: nobody can speak for another person's tab."""
    return f"{person.pk}:{tab}"[:40]
