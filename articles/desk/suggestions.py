"""Open suggestions on the story page: the list beside the text, and what the editor needs to know of people.

What a suggestion is stands in `articles/suggestions.py`. They are accepted and refused in the editor and saved like
any other change of the words, so there is no verb here.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from articles import workflow
from articles.content import StoryContent
from articles.models import Article
from articles.statuses import Status
from articles.suggestions import Suggestion, open_suggestions
from authors.models import User

_BLOCKS = {
    "p": "paragraph",
    "h2": "heading",
    "h3": "heading",
    "ul": "list",
    "ol": "list",
    "blockquote": "quotation",
    "aside": "pull quote",
    "hr": "line between parts",
    "table": "table",
    "figure": "picture",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One open suggestion, as the list prints it."""

    id: str
    who: str
    at: dt.datetime | None
    added: str
    removed: str
    changes: str


def panel(article: Article | None, content: StoryContent, *, actor: User) -> dict[str, Any]:
    """Return the page's open suggestions and what its editor is told. At most two queries."""
    if article is None:
        return {}
    found = open_suggestions(content.body)
    people = dict(User.objects.filter(pk__in={one.by for one in found}).values_list("pk", "name")) if found else {}
    own = workflow.is_own(article, actor)
    return {
        "suggestions": [
            Row(one.id, people.get(one.by or 0, "Somebody"), one.at, one.added, one.removed, _changes(one))
            for one in found
        ],
        "suggestions_data": {
            "story": article.pk,
            "me": {"id": actor.pk, "name": actor.name},
            "people": {str(number): name for number, name in people.items()},
            "zone": timezone.get_current_timezone_name(),
            "own": own,
            # who reads somebody else's story for the newsroom suggests, unless they choose to change it
            "on": article.status == Status.IN_REVIEW and not own,
        },
    }


def _changes(one: Suggestion) -> str:
    borders = {"split": "new paragraph", "join": "joined with the paragraph before"}
    fates = {"insert": "added", "delete": "removed"}
    words = [borders.get(change) or f"{_BLOCKS[tag]} {fates[change]}" for change, tag in one.changes]
    return ", ".join(dict.fromkeys(words))
