"""Times on the desk: in the newsroom's zone with its name and offset, and how far away they are.

Decides how a template says a moment; the words are `clock.py`'s. `times.js` adds what time that is where the
reader is, from the moment that `<time datetime>` carries.
"""

import datetime as dt

from django import template
from django.utils import timezone

from articles import clock
from articles.desk.times import newsroom_zone, zone_in_words

register = template.Library()


@register.filter
def in_full(at: dt.datetime | None) -> str:
    """Say a moment with day, place and offset: Wednesday 19 June 2024, 14:05 in Berlin (CEST, UTC+02:00)."""
    return clock.in_full(at.astimezone(newsroom_zone())) if at else ""


@register.filter
def away(at: dt.datetime | None) -> str:
    """Say how far a moment is away from now: in 3 hours 20 minutes."""
    return clock.away(at, now=timezone.now()) if at else ""


@register.filter
def is_to_come(at: dt.datetime | None) -> bool:
    """Tell whether a moment has not come yet."""
    return at is not None and at > timezone.now()


@register.simple_tag
def newsroom_clock() -> dict[str, str]:
    """Return the newsroom's zone as a key, as a place, and in words with its offset at this moment."""
    zone = newsroom_zone()
    return {"key": str(zone), "place": clock.place(zone), "words": zone_in_words()}
