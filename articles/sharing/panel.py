"""What the story page says of a story's links: to whom it is shown now, and who signed which words off."""

import datetime as dt
from typing import Any

from articles.content import StoryContent
from articles.models import Article
from articles.sharing import links
from articles.sharing.models import Link, SignOff
from authors.models import User

#: How many of each; all of them are a click away.
_ROWS = 3


def panel(article: Article | None, *, content: StoryContent, actor: User, now: dt.datetime) -> dict[str, Any]:
    """Return what the panel prints. Three queries at most."""
    if article is None:
        return {}
    standing = list(Link.objects.filter(article=article).standing(at=now)[: _ROWS + 1])
    return {
        "links": standing[:_ROWS],
        "more_links": len(standing) > _ROWS,
        "may_share": not links.may_share(article, actor=actor),
        "sign_offs": sign_offs(article, content=content)[:_ROWS],
    }


def sign_offs(article: Article, *, content: StoryContent) -> list[tuple[SignOff, bool]]:
    """Return the newest sign-offs of a story, each with whether it is of the words as they stand. One query."""
    rows = list(SignOff.objects.filter(link__article=article).select_related("link")[:100])
    current = links.as_read(content).hash if rows else ""
    return [(signed, signed.content_hash == current) for signed in rows]
