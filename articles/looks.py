"""What somebody has seen of a story, and what they are therefore shown as new.

Decides when the version that an editor compares with moves on: after a sitting, or when the story is submitted
again; until then the same difference is there, however often they come back.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from articles.models import Article, Look
from authors.models import User

#: Visits that are no further apart than this are one sitting.
SITTING = dt.timedelta(minutes=30)
#: A look is written down again at most this often.
_EVERY = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Since:
    """What a reader of a story compares it with: a revision's number, 0 at the first look, and when they saw it."""

    baseline: int
    at: dt.datetime | None = None

    @property
    def is_first(self) -> bool:
        """Tell whether they had not seen the story before."""
        return self.baseline == 0


def look(article: Article, *, actor: User, now: dt.datetime) -> Since:
    """Write down that somebody sees the story as it stands, and return what to compare it with. Three queries."""
    with transaction.atomic():
        seen, first = Look.objects.select_for_update().get_or_create(
            article=article,
            person=actor,
            defaults={"at": now, "number": article.version, "baseline": 0, "baseline_at": None},
        )
        if first:
            return Since(0)
        submitted = article.events.filter(verb="submit", at__gt=seen.at).exists()
        new_sitting = now - seen.at > SITTING
        if new_sitting or submitted:
            seen.baseline, seen.baseline_at = seen.number, seen.at
        if new_sitting or submitted or seen.number != article.version or now - seen.at > _EVERY:
            seen.number, seen.at = article.version, now
            seen.save()
    return Since(seen.baseline, seen.baseline_at)
