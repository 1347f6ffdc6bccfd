"""Which stories somebody wants to see on the board: by section, person, due day and words, as the address says.

Decides what the filters offer and what each means. What an address names that there is not filters nothing.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format

from articles.content import one_line
from articles.models import Section
from articles.models.article import ArticleQuerySet
from authors.models import User

#: How many days ahead the filter for the due day offers by name.
_DAYS = 7


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a filter."""

    value: str
    words: str
    chosen: bool = False


def day_bounds(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """Return the first moment of a day in the newsroom's zone, and the first of the next: 23 to 25 hours later."""
    zone = timezone.get_current_timezone()
    start = dt.datetime.combine(day, dt.time.min, zone)
    return start, dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min, zone)


def read_day(text: str) -> dt.date | None:
    """Return the day that an address names, or None; days that calendars have no room around are none."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2200 else None


def day_words(day: dt.date, *, today: dt.date) -> str:
    """Return a day in words: Today, Tomorrow, Yesterday, or Friday 21 June, with the year where it is another."""
    names = {0: "Today", 1: "Tomorrow", -1: "Yesterday"}
    if (name := names.get((day - today).days)) is not None:
        return name
    return date_format(day, "l j F" if day.year == today.year else "l j F Y")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of one request, and what they could be. Two queries to read it."""

    sections: list[Choice]
    people: list[Choice]
    due: list[Choice]
    words: str
    now: dt.datetime
    _section_ids: frozenset[int] = field(default=frozenset())
    _person: User | None = None
    _due: str = ""

    @classmethod
    def read(cls, query: QueryDict, *, now: dt.datetime) -> Self:
        """Read the filters from an address."""
        sections = sorted(Section.objects.with_parent(), key=str)
        path = query.get("section", "")
        chosen = frozenset(section.pk for section in sections if f"{section.path}/".startswith(f"{path}/"))
        people = list(User.objects.filter(is_active=True).only("name"))
        person = next((user for user in people if str(user.pk) == query.get("person", "")), None)
        due = query.get("due", "")
        known = _due_choices(due, today=timezone.localdate(now))
        return cls(
            sections=[Choice(section.path, str(section), section.path == path) for section in sections],
            people=[Choice(str(user.pk), user.name, user == person) for user in people],
            due=known,
            words=one_line(query.get("q", ""))[:200],
            now=now,
            _section_ids=chosen if path else frozenset(),
            _person=person,
            _due=next((choice.value for choice in known if choice.chosen), ""),
        )

    @property
    def any(self) -> bool:
        """Tell whether anything is filtered."""
        return bool(self._section_ids or self._person or self._due or self.words)

    @property
    def address(self) -> str:
        """Return the filters as they stand in an address, without those that say nothing."""
        given = {
            "section": next((choice.value for choice in self.sections if choice.chosen), ""),
            "person": str(self._person.pk) if self._person else "",
            "due": self._due,
            "q": self.words,
        }
        return urlencode({name: value for name, value in given.items() if value})

    def narrow(self, stories: ArticleQuerySet) -> ArticleQuerySet:
        """Return those of the stories that are wanted."""
        if self._section_ids:
            stories = stories.filter(section__in=self._section_ids)
        if self._person is not None:
            stories = stories.of(self._person)
        if self._due == "overdue":
            stories = stories.overdue(at=self.now)
        elif self._due == "none":
            stories = stories.filter(due_at=None)
        elif (day := read_day(self._due)) is not None:
            stories = stories.due_between(*day_bounds(day))
        return stories.called(self.words) if self.words else stories


def _due_choices(given: str, *, today: dt.date) -> list[Choice]:
    """Offer the days to come, and the one that the address names though it is another."""
    days = [today + dt.timedelta(days=ahead) for ahead in range(_DAYS)]
    if (named := read_day(given)) is not None and named not in days:
        days = sorted([*days, named])
    named_days = [(day.isoformat(), day_words(day, today=today)) for day in days]
    offered = [("overdue", "Overdue"), *named_days, ("none", "No time")]
    return [Choice(value, words, value == given) for value, words in offered]
