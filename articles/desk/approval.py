"""What the story page says of an approval: what changed since, through the rooms below.

Whether the story may go out all the same is the conditions' to say.
"""

from typing import Any

from articles import attribution
from articles.conditions import standing_approval
from articles.content import StoryContent
from articles.models import Article
from articles.statuses import Status


def panel(article: Article | None, content: StoryContent) -> dict[str, Any]:
    """Return what changed since the approval of a story that is approved or scheduled. At most five queries."""
    if article is None or article.status != Status.APPROVED:
        return {"overtaken": []}
    steps = attribution.steps(standing_approval(article).revision.story, content)
    return {"overtaken": [words for step in steps for words in step.words]}
