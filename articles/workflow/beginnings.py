"""The verbs that begin a story: from words, from a line in the budget, from another story.

Decides what a story's first revision and first event are.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import DataError, transaction
from django.utils.text import Truncator

from articles import suggestions
from articles.conditions import slug_for
from articles.content import StoryContent
from articles.models import Article
from articles.statuses import Status
from articles.workflow.events import record
from articles.workflow.plans import arrange_locked
from articles.workflow.refusals import TOO_LONG, TransitionRefused
from articles.workflow.revisions import append, tidied, with_slug
from authors.models import User


def start(
    *,
    content: StoryContent,
    actor: User,
    now: dt.datetime,
    plan: Mapping[str, Any] | None = None,
    tab: str = "",
    reason: str = "",
    by_itself: bool = False,
) -> Article:
    """Begin a story with its first revision, or as a line in the budget: a plan without words.

    `plan` holds planning facts as `arrange` takes them. `tab` names the page on which it was written, so that a
    page whose answer was lost finds its story again (`started_by`). With `by_itself` (autosave) an empty slug stays
    empty: the headline may be half a word. Raises TransitionRefused when this person may not.
    """
    if not actor.has_perm("articles.add_article"):
        raise TransitionRefused("You may not start stories.")
    try:
        with transaction.atomic():
            content = tidied(content, before=StoryContent(), actor=actor, now=now)
            if not by_itself:
                content = with_slug(content, article=None)
            article = Article.objects.create(
                status=Status.DRAFT, created_by=actor, created_at=now, changed_at=now, language=content.language
            )
            # A line in the budget has a section and no words yet: there is nothing in it to vouch for.
            bare = plan is not None and content.changed(section=None) == StoryContent(language=content.language)
            append(article, content, actor=actor, now=now, reason=reason, touches=not bare)
            label = reason or ("Planned" if bare else "Started")
            record(article, "start", actor=actor, now=now, before="", data={"label": label, "tab": tab})
            arrange_locked(article, plan or {}, actor=actor, now=now)
    except DataError as error:
        raise TransitionRefused(TOO_LONG) from error
    return article


def duplicate(article_id: int, *, actor: User, now: dt.datetime) -> Article:
    """Start a new draft with a story's words and pictures as they stand; its history says where they are from.

    Whoever may start stories may copy one. The copy has a slug of its own and none of the plan, the notes or the
    suggestions that nobody answered.
    """
    source = Article.objects.filter(pk=article_id).first()
    if source is None:
        raise TransitionRefused("There is no such story.")
    content = source.content()
    name = content.headline or "an untitled story"
    return start(
        content=content.changed(
            headline=Truncator(f"Copy of {name}").chars(300),
            slug=slug_for(name),
            body=suggestions.refused(content.body),
        ),
        actor=actor,
        now=now,
        reason=f"Copy of “{Truncator(name).chars(120)}” (story {source.pk}, revision {source.version})",
    )
