"""Why a verb is refused: whose story it is, where it stands, what it lacks.

Decides the sentence in which a person is told, and the exceptions that carry it; the conditions of a story's words
are `articles/conditions.py`'s. Reads, and changes nothing.
"""

from articles.conditions import CONDITIONS, Situation, moment
from articles.content import StoryContent
from articles.merge import Clash
from articles.models import Article
from articles.transitions import BY_NAME
from authors.models import User

TOO_LONG = "A headline, caption or name is longer than can be kept. Shorten it."


class TransitionRefused(Exception):
    """A verb was refused; the message is a sentence for the person who asked. Nothing was changed."""


class StaleSave(TransitionRefused):
    """Somebody else changed the very same places since this person opened the story.

    `current` is what is there now, `clashes` are the places; what only one of them touched is not among them.
    """

    def __init__(
        self, sentence: str, *, article: Article, current: StoryContent, clashes: tuple[Clash, ...] = ()
    ) -> None:
        super().__init__(sentence)
        self.article = article
        self.current = current
        self.clashes = clashes


class OnlyByHand(TransitionRefused):
    """The words would be saved, but not without the person saying so: it would move the story, or bind the person."""


def is_own(article: Article, user: User) -> bool:
    """Tell whether somebody started a story, is to write it or stands under it. One query at most."""
    return user.pk in {article.created_by_id, article.assigned_to_id} or (
        article.bylines.filter(author__user=user).exists()
    )


def not_permitted(s: Situation) -> str:
    """Return "" when the verb is this person’s to use on this story, or the sentence that says why not."""
    if s.reaches_all or (s.verb.own and s.actor.has_perm(s.verb.own) and is_own(s.article, s.actor)):
        return ""
    if s.verb.own and s.actor.has_perm(s.verb.own):
        return f"“{s.verb.label}” is for this story’s own writers and for editors."
    return f"Your role does not allow “{s.verb.label}”."


def wrong_state(s: Situation) -> str:
    """Return "" when the verb starts from where the story stands, or the sentence that says why not."""
    if s.article.status in s.verb.moves:
        return ""
    state = s.article.state.lower()
    moved = s.article.events.filter(verb__in=["start", *BY_NAME])  # a note moves nothing
    last = moved.select_related("actor").filter(to_status=s.article.status).first()
    since = ""
    if last is not None:
        who = f"by {last.actor} " if last.actor else ""
        since = f", {who}since {moment(last.at)}"
    return f"“{s.verb.label}” is not possible: this story is {state}{since}."


def unmet(s: Situation) -> str:
    """Return the sentence of the first condition that the verb lacks, "" where it lacks none."""
    return next((refusal for name in s.verb.needs if (refusal := CONDITIONS[name](s))), "")
