"""How words become revisions.

Decides how words are tidied before they are kept, what a revision records, and who is named for words that came in
through the rooms below (`articles/attribution.py` finds them). Runs under the story's lock, for a verb.
"""

import datetime as dt
from dataclasses import replace

from django.utils.text import Truncator

from articles import attribution, body, passages, suggestions
from articles.conditions import Situation, slug_for
from articles.content import StoryContent, one_line
from articles.models import Article, Revision
from articles.models.words import keep_words
from authors.models import User


def tidied(content: StoryContent, *, before: StoryContent, actor: User, now: dt.datetime) -> StoryContent:
    """Return words as they are stored, through whatever door they came: no script, no control characters.

    Suggestions that were not there before are stamped as this person's; a browser cannot make them another's.
    """
    lead = content.lead
    words = suggestions.stamped(body.clean(content.body), before=before.body, by=actor.pk, at=now)
    return content.changed(
        headline=one_line(content.headline),
        standfirst=one_line(content.standfirst),
        body=words,
        lead=lead and replace(lead, alt=one_line(lead.alt), caption=one_line(lead.caption)),
    )


def with_slug(content: StoryContent, *, article: Article | None) -> StoryContent:
    """Fill an empty slug from the headline, so that a writer need not think of it."""
    if content.slug or not content.headline:
        return content
    return content.changed(slug=slug_for(content.headline, article=article))


def append(
    article: Article,
    content: StoryContent,
    *,
    actor: User | None,
    now: dt.datetime,
    reason: str,
    touches: bool = True,
) -> Revision:
    """Write new words into the working copy and append them as a revision."""
    article.version += 1
    article.changed_at = now
    before = article.body
    article.take(content)
    passages.carry(article, old=before, new=article.body)
    keep_words(article, content)
    return _revise(article, content, by=actor.pk if actor else None, now=now, reason=reason, touches=touches)


def catch_up(situation: Situation) -> Revision:
    """Record what came in through the rooms below since the newest revision, each part by whoever changed it.

    Returns the newest revision, which holds the words as they stand. Four eyes see these revisions as they see
    those of writers. Only what no row below explains is nobody's.
    """
    article, current = situation.article, situation.content
    newest = article.revisions.newest_first().first()
    assert newest is not None  # no story begins without one
    if situation.caught_up:
        return newest
    situation.caught_up = True
    for step in attribution.steps(newest.story, current):
        article.version = max(article.version, newest.number) + 1
        newest = _revise(
            article,
            step.content,
            by=step.person,
            now=situation.now,
            reason=Truncator(f"Outside the story: {'; '.join(step.words)}").chars(200),
        )
    article.save(update_fields=["version"])
    return newest


def _revise(
    article: Article, content: StoryContent, *, by: int | None, now: dt.datetime, reason: str, touches: bool = True
) -> Revision:
    """Append a revision under the story's newest number."""
    return Revision.objects.create(
        article=article,
        number=article.version,
        content=content.to_data(),
        content_hash=content.hash,
        created_by_id=by,
        created_at=now,
        reason=reason,
        touches=touches,
    )


def touches(before: StoryContent, after: StoryContent) -> bool:
    """Tell whether a reader would see two versions differently, with all suggestions refused."""
    if before.changed(body="") != after.changed(body=""):
        return True
    return body.as_read(before.body) != body.as_read(after.body)
