"""What somebody could do with a story now, asked before anything is done.

Decides which buttons a person is shown and with which refusal. The verbs ask again under the story's lock; an answer
from here permits nothing.
"""

import datetime as dt
from dataclasses import dataclass

from articles.conditions import Situation, Words, wrote
from articles.models import Article, Event
from articles.statuses import Status
from articles.transitions import BY_NAME, VERBS, Verb
from articles.workflow.refusals import is_own, not_permitted, unmet, wrong_state
from authors.models import User


@dataclass(frozen=True, slots=True)
class Offer:
    """A button on the story page: a verb that this person could use now, or the reason why not yet."""

    verb: Verb
    refusal: str = ""


def offers(article: Article, *, actor: User, now: dt.datetime) -> list[Offer]:
    """Return the verbs that make sense for this person in this state, each with the reason why not yet.

    Verbs of other states, and verbs that are not this person's, are left out. A bounded number of queries
    (at most 16), whatever the length of the story.
    """
    found = []
    words = Words(article)
    for verb in VERBS:
        situation = Situation(article, actor, now, verb, asking=True, _words=words)
        if article.status in verb.moves and not not_permitted(situation) and not _hidden(situation):
            found.append(Offer(verb, unmet(situation)))
    return found


def needs_override(article: Article, *, actor: User) -> bool:
    """Tell whether this person could approve only by giving a reason for vouching for their own words."""
    return actor.has_perm("articles.override_four_eyes") and wrote(article, by=actor, words=Words(article))


def may_edit(article: Article, *, actor: User, now: dt.datetime) -> str:
    """Return "" when somebody may change the words now, or the sentence that says why not. Two queries at most."""
    verb = BY_NAME["save_draft"]
    situation = Situation(article, actor, now, verb, asking=True)
    if article.status not in verb.moves:
        return wrong_state(situation)
    return not_permitted(situation) or unmet(situation)


def may_arrange(article: Article, *, actor: User) -> str:
    """Return "" when somebody may change what is planned, or the sentence that says why not. One query at most."""
    if article.status == Status.SPIKED:
        return "This story is spiked. Revive it before you plan it."
    if actor.has_perm("articles.assign"):
        return ""
    if not actor.has_perm("articles.change_article") or not is_own(article, actor):
        return "The plan of a story is for its own writers and for editors."
    return ""


def started_by(actor: User, *, tab: str, now: dt.datetime) -> Article | None:
    """Return the story that one's own page started within the last day, None where it started none. One query."""
    since = now - dt.timedelta(days=1)
    event = Event.objects.filter(actor=actor, verb="start", at__gte=since, data__tab=tab).select_related("article")
    found = event.first() if tab else None
    return found.article if found else None


def _hidden(s: Situation) -> bool:
    """Leave out a button that can never be pressed again, or that would only say that there is nothing to take back."""
    if s.verb.name in {"spike", "embargo"} and s.article.first_published_at is not None:
        return True
    if s.verb.name == "approve" and s.article.status == Status.APPROVED:
        return s.article.is_scheduled or not s.words.since_approval
    return s.verb.name == "unschedule" and s.article.publish_at is None
