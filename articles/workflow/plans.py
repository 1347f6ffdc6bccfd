"""The verb that changes what is planned of a story.

Decides who may change which fact; what a fact may be is `articles/planning.py`'s. No words, approval or state move.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import structlog
from django.db import transaction

from articles import planning
from articles.models import Article
from articles.models.words import StoryWords
from articles.workflow.events import record
from articles.workflow.lock import settle
from articles.workflow.questions import may_arrange
from articles.workflow.refusals import TransitionRefused
from authors.models import User

log = structlog.get_logger(__name__)

#: The accounts that planning facts name.
_PEOPLE = ("assigned_to", "asked_editor")


def arrange(article_id: int, *, actor: User, now: dt.datetime, **changes: Any) -> Article:
    """Change what is planned of a story: the facts of `planning.FACTS`, by name.

    People are given as accounts, times aware. Neither words nor approval nor `changed_at` move. Facts that are the
    same as before leave no event; else one is written, “assigned” when the story gets a new writer, “arranged”
    otherwise, with old and new values. Raises TransitionRefused with a sentence.
    """
    try:
        with transaction.atomic():
            Article.objects.select_for_update().values_list("pk").get(pk=article_id)  # then read, as in `lock.locked`
            article = Article.objects.select_related(*_PEOPLE).get(pk=article_id)
            settle(article, now=now)
            arrange_locked(article, changes, actor=actor, now=now)
    except Article.DoesNotExist:
        raise TransitionRefused("There is no such story.") from None
    except TransitionRefused as refused:
        log.info("plan refused", article=article_id, actor=actor.pk, refusal=str(refused))
        raise
    return article


def arrange_locked(article: Article, given: Mapping[str, Any], *, actor: User, now: dt.datetime) -> None:
    """Change planning facts under the story's lock, and write the event."""
    try:
        changes = planning.changed(article, given, now=now)
    except planning.NotPlannable as sentence:
        raise TransitionRefused(str(sentence)) from None
    if not changes:
        return
    if refusal := may_arrange(article, actor=actor):
        raise TransitionRefused(refusal)
    if "assigned_to" in changes and not actor.has_perm("articles.assign"):
        before, after = changes["assigned_to"]
        if before not in (None, actor):
            raise TransitionRefused(f"This story is assigned to {before}. Only an editor can give it to somebody else.")
        if after not in (None, actor):
            raise TransitionRefused("Only an editor can assign a story to somebody else.")
    for name, (_, new) in changes.items():
        setattr(article, name, new)
    article.save(update_fields=list(changes))
    if "slugline" in changes:
        StoryWords.objects.filter(article=article).update(slugline=article.slugline)
    record(
        article,
        "assigned" if changes.get("assigned_to", (None, None))[1] else "arranged",
        actor=actor,
        now=now,
        before=article.status,
        data={"label": planning.told(changes), "changes": planning.recorded(changes)},
    )
