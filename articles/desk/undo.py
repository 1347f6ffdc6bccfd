"""The way back after old words were restored: what the story page offers, and until when."""

from typing import Any

from django.http import HttpRequest

from articles.models import Article


def panel(request: HttpRequest, article: Article | None) -> dict[str, Any]:
    """Return the revision from before a restoring, for the story page that follows it. No query.

    Nothing is offered once somebody saved again: the verb would refuse it.
    """
    offered = article is not None and request.GET.get("restored") == str(article.version) and article.version > 1
    return {"undo_number": article.version - 1 if article is not None and offered else None}
