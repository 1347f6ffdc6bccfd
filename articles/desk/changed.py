"""What changed since an editor looked: the panel on top of a story in review.

Decides who is shown it and when it stays away. Which version is compared stands in `articles/looks.py`, what
differs in `articles/diff.py`.
"""

import datetime as dt
from typing import Any

from django.http import HttpRequest

from articles import diff, looks
from articles.content import StoryContent
from articles.models import Article
from articles.statuses import Status
from authors.models import User


def panel(
    request: HttpRequest, article: Article | None, *, content: StoryContent, actor: User, now: dt.datetime
) -> dict[str, Any]:
    """Write down the look of somebody who reviews, and return what they had not seen. Six queries at most.

    Changes that they made themselves are nothing new to them. Other people, and other states, get nothing.
    """
    if article is None or request.method != "GET" or not actor.has_perm("articles.review"):
        return {}
    since = looks.look(article, actor=actor, now=now)
    if article.status != Status.IN_REVIEW:
        return {}
    if since.is_first:
        return {"since": since, "since_changes": []}
    by_others = article.revisions.since(since.baseline).exclude(created_by=actor).exists()
    seen = article.revisions.filter(number=since.baseline).first() if by_others else None
    return {
        "since": since,
        "since_changes": diff.compare(seen.story, content) if seen else [],
        "since_by": article.revisions.newest_first().select_related("created_by").defer("content").first(),
    }
